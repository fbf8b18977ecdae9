//! The routes.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use super::browser;
use super::card::TermCard;
use super::context::Site;
use super::embed_panel::EmbedPanel;
use super::footer::Footer;
use super::header::Header;
use super::home::Home;
use super::lab_page::LabPage;
use super::not_found::NotFound;
use super::search_store::SearchStore;
use super::term::{ConformancePage, EmbeddingPage, LabsPage, PathPage, PathsPage, TermPage};

/// The whole page inside `#app`. Also takes what the host prerendered from the context, where there is some.
#[component]
pub fn App(site: Site) -> impl IntoView {
    let base = site.router_base();
    provide_context(site);
    SearchStore::provide();
    view! {
        <Router base>
            <a class="skip" href="#main">"Skip to the text"</a>
            <Header/>
            <Main/>
            <Footer/>
            <TermCard/>
            <EmbedPanel/>
        </Router>
    }
}

#[component]
fn Main() -> impl IntoView {
    let location = use_location();
    // After a navigation the keyboard and the screen reader go on from the new page's beginning.
    Effect::new(move |before: Option<String>| {
        let path = location.pathname.get();
        if before.is_some_and(|before| before != path)
            && let Some(main) = browser::by_id("main")
        {
            let _ = main.focus();
        }
        path
    });
    view! {
        <main id="main" tabindex="-1">
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home/>
                <Route path=path!("/terms/:slug") view=TermPage/>
                <Route path=path!("/paths") view=PathsPage/>
                <Route path=path!("/paths/:path") view=PathPage/>
                <Route path=path!("/conformance") view=ConformancePage/>
                <Route path=path!("/embedding") view=EmbeddingPage/>
                <Route path=path!("/labs") view=LabsPage/>
                <Route path=path!("/labs/:lab") view=LabPage/>
            </Routes>
        </main>
    }
}
