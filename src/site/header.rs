//! Name, search, places, theme.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::context::{NAME, site};
use super::search_box::SearchBox;
use super::theme::ThemeButton;

#[component]
pub fn Header() -> impl IntoView {
    let site = site();
    let location = use_location();
    let home = site.base.clone();
    // The home page has the search in its middle.
    let elsewhere = Memo::new(move |_| location.pathname.with(|path| path.trim_end_matches('/') != home.trim_end_matches('/')));
    view! {
        <header class="site">
            <a class="brand" href=site.href("/")>{NAME}</a>
            <div class="site-search needs-js" hidden=move || !elsewhere.get()><SearchBox/></div>
            <nav aria-label="Site">
                <a href=site.href("/")>"Glossary"</a>
                <a href=site.href("/labs/")>"Labs"</a>
                <a href=site.href("/paths/")>"Paths"</a>
                <a class="roomy" href=site.href("/embedding/") rel="external">"Embed"</a>
                <ThemeButton/>
            </nav>
        </header>
    }
}
