//! One lab's picture beside the list: what “runs here” means, before anybody has clicked. Made on the host: the site's
//! program does not know the labs, and fetches this as text where it is not in the document already.

use leptos::prelude::*;

#[cfg(target_arch = "wasm32")]
use crate::site::context::site;
#[cfg(target_arch = "wasm32")]
use crate::site::{browser, start};

#[cfg(target_arch = "wasm32")]
#[component]
pub fn HomePlate() -> impl IntoView {
    let html = RwSignal::new(String::new());
    if !start::is_hydrating() {
        let address = site().href("/labs/plate.txt");
        leptos::task::spawn_local(async move {
            // Without it the list is complete all the same.
            if let Ok(fetched) = browser::fetch_text(&address).await {
                let _ = html.try_set(fetched);
            }
        });
        return view! { <div class="home-plate-host" inner_html=html></div> }.into_any();
    }
    view! { <div class="home-plate-host" inner_html=""></div> }.into_any()
}

#[cfg(not(target_arch = "wasm32"))]
pub use host::{HomePlate, plate_html};

#[cfg(not(target_arch = "wasm32"))]
mod host {
    use super::*;
    use crate::labs::rate_limiting::scenario::Algorithm;
    use crate::labs::rate_limiting::scene::{self, ARRIVALS_HEIGHT, LANE_HEIGHT};
    use crate::labs::rate_limiting::{PRESETS, Scenario, run};
    use crate::site::context::site;

    #[component]
    pub fn HomePlate() -> impl IntoView {
        view! { <div class="home-plate-host" inner_html=plate_html()></div> }
    }

    /// The plate as HTML.
    pub fn plate_html() -> String {
        view! { <Plate/> }.into_view().to_html()
    }

    #[component]
    fn Plate() -> impl IntoView {
        let site = site();
        let preset = &PRESETS[0];
        let lanes = vec![Algorithm::FixedWindow.into(), Algorithm::TokenBucket.into()];
        let trace = run(&Scenario { lanes, ..preset.scenario() });
        let lab = site.href(&format!("/labs/rate-limiting/?preset={}", preset.slug));
        let most = trace.lanes[0].worst.map_or(0, |worst| worst.count);
        let pictures = trace
            .lanes
            .iter()
            .map(|lane| {
                view! {
                    <p class="home-plate-lane">{lane.spec.algorithm.label()}</p>
                    <svg class="plot lane" height=LANE_HEIGHT aria-hidden="true" inner_html=scene::lane_svg(&trace, lane)></svg>
                }
            })
            .collect_view();
        view! {
            <aside class="home-plate" aria-labelledby="home-plate">
                <h2 id="home-plate">"Run it"</h2>
                <p>{format!("The limit is {} a second. A fixed window lets {most} through in one second, a token bucket does not.", trace.scenario.limit)}</p>
                <a href=lab class="home-plate-picture">
                    <svg class="defs" width="0" height="0" aria-hidden="true"><defs><path id="refused" d="M-3.4-3.4 3.4 3.4M-3.4 3.4 3.4-3.4"></path></defs></svg>
                    <svg class="plot arrivals" height=ARRIVALS_HEIGHT aria-hidden="true" inner_html=scene::arrivals_svg(&trace)></svg>
                    {pictures}
                </a>
                <ul>
                    {PRESETS.iter().map(|preset| view! {
                        <li><a href=site.href(&format!("/labs/rate-limiting/?preset={}", preset.slug))>{preset.title}</a></li>
                    }).collect_view()}
                </ul>
                <h2 class="home-paths">"Reading paths"</h2>
                <ul>
                    {site.paths.iter().map(|(slug, title)| view! {
                        <li><a href=site.href(&format!("/paths/{slug}/"))>{title.clone()}</a></li>
                    }).collect_view()}
                </ul>
            </aside>
        }
    }
}
