//! The application rendered on the host: the same HTML that the browser will hydrate.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use leptos_router::location::RequestUrl;

use crate::site::context::Prerendered;
use crate::site::{App, Site};

/// What goes into `#app` at `path`, which begins with the site's base.
pub fn app(site: &Site, path: &str, prerendered: Prerendered) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let html = owner.with(|| {
        provide_context(RequestUrl::new(path));
        provide_context(prerendered);
        view! { <App site=site.clone()/> }.to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

/// A piece of a page, rendered in the surroundings of the site.
pub fn piece(site: &Site, view: impl FnOnce() -> String) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let html = owner.with(|| {
        provide_context(site.clone());
        view()
    });
    owner.unset_with_forced_cleanup();
    html
}
