//! How the browser takes over the prerendered page.

use std::sync::atomic::{AtomicBool, Ordering};

static HYDRATING: AtomicBool = AtomicBool::new(false);

/// Whether the page that is being built is the one that stands in the document already.
pub fn is_hydrating() -> bool {
    HYDRATING.load(Ordering::Relaxed)
}

static MISSING: AtomicBool = AtomicBool::new(false);

/// Whether the first page is being built because the host had none at this address.
pub fn served_as_missing() -> bool {
    MISSING.load(Ordering::Relaxed)
}

/// Marks what is built inside as standing in the document already.
pub fn hydrating<T>(build: impl FnOnce() -> T) -> T {
    HYDRATING.store(true, Ordering::Relaxed);
    let built = build();
    HYDRATING.store(false, Ordering::Relaxed);
    built
}

/// What the prerenderer wrote on `<html>`.
#[cfg(target_arch = "wasm32")]
pub fn site_of_document() -> super::context::Site {
    use super::context::{Site, Tally, read_paths};
    let root = super::browser::root();
    let said = |name: &str| root.as_ref().and_then(|root| root.get_attribute(name)).unwrap_or_default();
    Site {
        base: said("data-base"),
        search_data: said("data-search"),
        tally: Tally::read(&said("data-tally")).unwrap_or_default(),
        paths: read_paths(&said("data-paths")),
    }
}

/// A panic leaves the page as it is and says so in a sentence.
#[cfg(target_arch = "wasm32")]
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        if let Some(root) = super::browser::root() {
            let _ = root.set_attribute("data-trouble", "panic");
        }
    }));
}

/// Hydrates `#app` where it carries the prerenderer's mark, and builds it anew where it does not (the 404 page stands at
/// any address, so its HTML cannot be the right one).
#[cfg(target_arch = "wasm32")]
pub fn start() {
    use leptos::prelude::*;

    use super::app::App;
    use super::browser;

    report_panics();
    let Some(root) = browser::root() else { return };
    // A worker or a page of somebody else's has no #app.
    let Some(app) = browser::by_id("app") else { return };
    let site = site_of_document();
    if app.has_attribute("data-prerendered") {
        hydrating(|| leptos::mount::hydrate_from(app, move || view! { <App site/> }).forget());
    } else {
        app.set_inner_html("");
        MISSING.store(true, Ordering::Relaxed);
        leptos::mount::mount_to(app, move || view! { <App site/> }).forget();
        MISSING.store(false, Ordering::Relaxed);
    }
    let _ = root.set_attribute("data-alive", "");
}
