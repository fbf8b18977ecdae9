//! The place of a lab in a page. The lab itself is a program of its own (`src/bin/lab_*.rs`), fetched when its place comes
//! near the screen: who only reads does not pay for it. Its picture, reasons and numbers are in the HTML already.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{browser, start};

/// A lab that was opened, as its program hands it out: closed by `free`.
type Opened = JsValue;

#[component]
pub fn LabHost(
    /// Which lab: its slug.
    lab: &'static str,
    /// The scenario to open on, as an address. A lab with the page to itself takes it from the page's address.
    scenario: String,
    inline: bool,
) -> impl IntoView {
    let host = NodeRef::<leptos::html::Div>::new();
    let hydrating = start::is_hydrating();
    let html = contents(lab, &scenario, inline, hydrating);
    let opened: StoredValue<Option<Opened>, LocalStorage> = StoredValue::new_local(None);
    let gone = StoredValue::new(false);
    let search = use_location().search;

    Effect::new(move |_| {
        let Some(host) = host.get() else { return };
        let scenario = if inline { scenario.clone() } else { search.get_untracked() };
        browser::when_near(&host.clone().into(), !inline, move || {
            leptos::task::spawn_local(async move {
                match open(lab, &host, &scenario, inline, hydrating).await {
                    // The reader may have gone on while the program came.
                    Ok(lab) if gone.try_get_value() == Some(false) => opened.set_value(Some(lab)),
                    Ok(lab) => close(&lab),
                    Err(_) => {
                        // Where the lab's picture stands it stays; a word that it is on its way would be untrue.
                        if !hydrating {
                            host.set_inner_html(
                                "<p class=\"waiting\" role=\"alert\">The lab could not be fetched. Reload the page to try again.</p>",
                            );
                        }
                        trouble();
                    }
                }
            });
        });
    });
    // Links to other scenarios of the lab that is open already.
    Effect::new(move |_| {
        let search = search.get();
        if let Some(lab) = opened.get_value().filter(|_| !inline) {
            let _ = call(&lab, "show", &search.into());
        }
    });
    on_cleanup(move || {
        let _ = gone.try_set_value(true);
        if let Some(lab) = opened.try_update_value(Option::take).flatten() {
            close(&lab);
        }
    });
    view! { <div class="lab-host" node_ref=host inner_html=html></div> }
}

/// What stands there before the program has come: the prerendered lab, or a word.
#[cfg(not(target_arch = "wasm32"))]
pub fn contents(lab: &str, scenario: &str, inline: bool, _hydrating: bool) -> String {
    use crate::labs::http_status::{self, view::HttpStatus};
    use crate::labs::load_balancing::{self, view::LoadBalancing};
    use crate::labs::rate_limiting::view::RateLimiting;
    let scenario = scenario.to_owned();
    match lab {
        http_status::SLUG => view! { <HttpStatus scenario inline/> }.into_view().to_html(),
        load_balancing::SLUG => view! { <LoadBalancing scenario inline/> }.into_view().to_html(),
        _ => view! { <RateLimiting scenario inline/> }.into_view().to_html(),
    }
}

#[cfg(target_arch = "wasm32")]
fn contents(_lab: &str, _scenario: &str, _inline: bool, hydrating: bool) -> String {
    // While hydrating what stands there is kept, whatever is given here.
    if hydrating { String::new() } else { "<p class=\"waiting\">Fetching the lab…</p>".to_owned() }
}

/// Fetches the lab's program, once, and opens the lab in `host`.
async fn open(lab: &str, host: &web_sys::Element, scenario: &str, inline: bool, hydrate: bool) -> Result<Opened, JsValue> {
    let site = js_sys::Reflect::get(&browser::window(), &"fieldGuide".into())?;
    let program: js_sys::Promise = call(&site, "lab", &lab.into())?.dyn_into()?;
    let program = JsFuture::from(program).await?;
    let open: js_sys::Function = js_sys::Reflect::get(&program, &"open".into())?.dyn_into()?;
    let arguments = js_sys::Array::of4(host, &scenario.trim_start_matches('?').into(), &inline.into(), &hydrate.into());
    js_sys::Reflect::apply(&open, &program, &arguments)
}

fn close(lab: &Opened) {
    let _ = call(lab, "free", &JsValue::UNDEFINED);
}

fn call(of: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    let method: js_sys::Function = js_sys::Reflect::get(of, &method.into())?.dyn_into()?;
    method.call1(of, argument)
}

/// The lab's program did not come: the page says so, and the rest of it goes on.
fn trouble() {
    if let Some(root) = browser::root().filter(|root| !root.has_attribute("data-trouble")) {
        let _ = root.set_attribute("data-trouble", "lab");
    }
}
