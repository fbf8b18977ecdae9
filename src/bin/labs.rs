//! The labs' program, beside the site's: fetched when a lab comes near the screen, and opened in the place that the site
//! has for it. Trunk builds it for wasm32; on the host it only says so.

#[cfg(target_arch = "wasm32")]
mod opened {
    use std::any::Any;

    use field_guide::labs::rate_limiting::view::RateLimiting;
    use field_guide::site::start;
    use leptos::prelude::*;
    use wasm_bindgen::prelude::*;

    /// A lab that is open. Dropping it (`free` in JavaScript) takes it out of the page.
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

    /// Opens a lab in `host`: on the HTML that stands there if it is the lab's own (`hydrate`), anew otherwise.
    #[wasm_bindgen]
    pub fn open(host: web_sys::HtmlElement, scenario: String, inline: bool, hydrate: bool) -> Lab {
        start::report_panics();
        let owner = Owner::new();
        let (asked, site) = owner.with(|| (RwSignal::new(scenario.clone()), start::site_of_document()));
        let at_first = if hydrate && !inline { String::new() } else { scenario };
        let lab = move || {
            provide_context(site);
            view! { <RateLimiting scenario=at_first inline asked/> }
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

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("This program runs in a browser. `make serve` builds the site and serves it.");
}
