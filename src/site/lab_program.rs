//! What makes a lab's view a program of its own: fetched when the lab comes near the screen, and opened in the place that
//! the site has for it (`lab_host`). Who reads about one lab does not pay for the others.

/// Exports `open(host, scenario, inline, hydrate)`, which opens the lab in `host`: on the HTML that stands there if it is the
/// lab's own (`hydrate`), anew otherwise. What it returns has `show(address)`, and `free()`, which takes the lab out of the page.
#[macro_export]
macro_rules! lab_program {
    ($lab:path) => {
        mod opened {
            use std::any::Any;

            use leptos::prelude::*;
            use wasm_bindgen::prelude::*;
            use $crate::site::start;
            use $lab as View;

            /// A lab that is open.
            #[wasm_bindgen]
            pub struct Lab {
                _mounted: Box<dyn Any>,
                asked: RwSignal<String>,
            }

            #[wasm_bindgen]
            impl Lab {
                /// Another scenario was asked for, by a link of the site.
                pub fn show(&self, address: &str) {
                    let address = address.trim_start_matches('?');
                    if *self.asked.read_untracked() != address {
                        self.asked.set(address.to_owned());
                    }
                }
            }

            #[wasm_bindgen]
            pub fn open(host: web_sys::HtmlElement, scenario: String, inline: bool, hydrate: bool) -> Lab {
                start::report_panics();
                let owner = Owner::new();
                let (asked, site) = owner.with(|| (RwSignal::new(scenario.clone()), start::site_of_document()));
                let at_first = if hydrate && !inline { String::new() } else { scenario };
                let lab = move || {
                    provide_context(site);
                    view! { <View scenario=at_first inline asked/> }
                };
                let mounted: Box<dyn Any> = if hydrate {
                    start::hydrating(|| Box::new((owner, leptos::mount::hydrate_from(host.clone(), lab))) as Box<dyn Any>)
                } else {
                    host.set_inner_html("");
                    Box::new((owner, leptos::mount::mount_to(host.clone(), lab)))
                };
                // For whoever waits for it: a property, for the page's HTML stays what it was.
                let _ = js_sys::Reflect::set(&host, &"open".into(), &true.into());
                Lab { _mounted: mounted, asked }
            }
        }
    };
}
