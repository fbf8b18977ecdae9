//! An address that leads nowhere: the search, filled in with what the address seems to ask for.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::context::site;
use super::search_box::SearchBox;
use super::title;

/// The words of an address: `/terms/tokn-buckt/` → `tokn buckt`.
pub fn words_of(path: &str) -> String {
    let last = path.split('/').rfind(|part| !part.is_empty()).unwrap_or_default();
    let last = last.trim_end_matches(".html");
    last.split(['-', '_', '+']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(80).collect()
}

#[component]
pub fn NotFound() -> impl IntoView {
    let site = site();
    let location = use_location();
    let query = RwSignal::new(String::new());
    // In an effect: the page is prerendered once, for every address that leads nowhere.
    Effect::new(move |_| query.set(words_of(&location.pathname.get())));
    title::keep(|| "Not found".to_owned());
    view! {
        <section class="trouble">
            <h1>"There is no page here"</h1>
            <p>"The address may be misspelt, or the page has moved."<span class="needs-js">" The search has what the address seems to ask for."</span></p>
            <div class="hero-search needs-js"><SearchBox filled=query/></div>
            <p><a href=site.href("/")>"The whole glossary"</a>" · "<a href=site.href("/labs/")>"The labs"</a></p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn an_address_is_read_as_a_search() {
        assert_eq!(words_of("/terms/tokn-buckt/"), "tokn buckt");
        assert_eq!(words_of("/guide/GraphQL.html"), "GraphQL");
        assert_eq!(words_of("/"), "");
    }
}
