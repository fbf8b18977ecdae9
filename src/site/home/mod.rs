//! `/`: the search, the filters, and the whole glossary.

mod filters;
mod list;
mod plate;
mod results;

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::browser;
use super::context::site;
use super::notes::Notes;
use super::search_store::SearchStore;
use super::title;
use crate::glossary::browse::Browse;
use crate::glossary::search::Found;
use filters::Filters;
use list::List;
pub use list::rows_html;
use plate::HomePlate;
#[cfg(not(target_arch = "wasm32"))]
pub use plate::plate_html;
use results::Results;

/// How long the address waits for the next keystroke, in milliseconds.
const ADDRESS_DELAY: u64 = 250;
/// More rows than anybody reads through.
const MOST_RESULTS: usize = 80;

#[component]
pub fn Home() -> impl IntoView {
    let site = site();
    let terms = site.tally.terms;
    let store = SearchStore::get();
    let location = use_location();
    let navigate = use_navigate();
    title::keep(String::new);

    // The first render shows everything; what the address asks for is read once the page is alive.
    let browse = RwSignal::new(Browse::default());
    let notes = RwSignal::new(Vec::new());
    let home = site.clone();
    Effect::new(move |_| {
        let (wanted, left_out) = Browse::from_address(&location.search.get());
        if *browse.read_untracked() != wanted {
            browse.set(wanted);
        }
        notes.set(left_out);
        // Not before it is needed: a reader who only reads does not pay for the search.
        if *browse.read_untracked() != Browse::default() {
            store.want(&home);
        }
    });

    // Filters and the first keystroke make an entry of their own in the history; further keystrokes change it.
    let put_into_address = {
        let site = site.clone();
        move |replace: bool| {
            let address = browse.read_untracked().to_address();
            let path = if address.is_empty() { site.href("/") } else { format!("{}?{address}", site.href("/")) };
            // Not resolved against the base: the router would drop the slash before the question mark.
            navigate(&path, NavigateOptions { replace, resolve: false, scroll: false, ..Default::default() });
        }
    };
    let put_into_address = StoredValue::new_local(put_into_address);
    // Who pressed Enter before the search data was there still gets the first result.
    let open_when_found = StoredValue::new(false);
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let begun = StoredValue::new(false);
    // What was typed and is not in the address yet. A search that begins is a step that Back takes back.
    let settle = move || {
        if let Some(handle) = pending.try_update_value(Option::take).flatten() {
            handle.clear();
            let new = begun.try_update_value(std::mem::take).unwrap_or_default();
            let _ = put_into_address.try_with_value(|put| put(!new));
        }
    };
    let wanting = StoredValue::new(site.clone());
    let typed = move |text: String| {
        wanting.with_value(|site| store.want(site));
        open_when_found.set_value(false);
        let began = browse.read_untracked().query.is_empty() && !text.is_empty();
        begun.update_value(|begun| *begun |= began);
        browse.update(|browse| browse.query = text);
        if let Some(handle) = pending.get_value() {
            handle.clear();
        }
        // Later: browsers refuse steps that come too fast.
        pending.set_value(set_timeout_with_handle(settle, Duration::from_millis(ADDRESS_DELAY)).ok());
    };
    let chosen = move |change: &dyn Fn(&mut Browse)| {
        wanting.with_value(|site| store.want(site));
        settle();
        browse.update(|browse| change(browse));
        put_into_address.with_value(|put| put(false));
    };

    let found = Memo::new(move |_| {
        let browse = browse.get();
        if browse == Browse::default() {
            return None;
        }
        store.ready().map(|searcher| {
            let most = if browse.query.is_empty() { usize::MAX } else { MOST_RESULTS };
            StoredFound(searcher.search(&browse.query, &browse.filter(), most))
        })
    });
    let said = move || match (found.get(), store.failure()) {
        (_, Some(sentence)) if *browse.read() != Browse::default() => sentence.to_owned(),
        (Some(StoredFound(found)), _) => counted(&found, &browse.read(), terms),
        _ => String::new(),
    };

    Effect::new(move |_| {
        if found.with(|found| found.as_ref().is_some_and(|StoredFound(found)| !found.hits.is_empty())) && open_when_found.get_value() {
            open_when_found.set_value(false);
            request_animation_frame(|| results::open_row(0));
        }
    });
    let input = NodeRef::<leptos::html::Input>::new();
    let keys = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            results::focus_row(0);
        }
        "Enter" => {
            event.prevent_default();
            // The whole list is no answer: nothing was asked, or the answer is still on its way.
            match found.with(|found| found.is_some()) {
                true if !browse.read_untracked().query.is_empty() => results::open_row(0),
                _ => open_when_found.set_value(!browse.read_untracked().query.is_empty()),
            }
        }
        "Escape" if !browse.read_untracked().query.is_empty() => {
            event.prevent_default();
            typed(String::new());
        }
        _ => {}
    };

    view! {
        <div class="home">
            <div class="hero">
                <h1>"Backend engineering, explained and running."</h1>
                <p class="lead">{terms}" terms in plain words. The ones that move, you can run."</p>
                <div class="hero-search needs-js" role="search">
                    <label class="sr" for="search">"Search the glossary"</label>
                    <input
                        id="search"
                        node_ref=input
                        type="text"
                        enterkeyhint="search"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="Try “429”, “cdn” or “retry without duplicates”"
                        prop:value=move || browse.read().query.clone()
                        on:input=move |event| typed(event_target_value(&event))
                        on:keydown=keys
                        on:focus=move |_| wanting.with_value(|site| store.want(site))
                    />
                    <kbd aria-hidden="true">"/"</kbd>
                </div>
                <Filters browse found chosen/>
                <Notes notes/>
                <p class="counted" role="status">{said}</p>
            </div>
            // Whoever goes on to a row comes back to what was typed: by Enter too, which clicks one.
            <div class="listing" on:keydown=move |event| results::row_keys(&event, input) on:click=move |_| settle()>
                <List hidden=Signal::derive(move || found.read().is_some())/>
                <Results found browse typed chosen/>
            </div>
            <HomePlate/>
        </div>
    }
}

/// A result compared by identity: it is new whenever the search ran.
#[derive(Clone)]
struct StoredFound(Found);

impl PartialEq for StoredFound {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// What a screen reader hears when the list changes.
fn counted(found: &Found, browse: &Browse, terms: usize) -> String {
    let filtered = if browse.is_filtered() { ", filtered" } else { "" };
    match (browse.query.as_str(), found.total) {
        ("", total) => format!("{total} of {terms} terms{filtered}"),
        (query, 0) => format!("Nothing matches “{query}”{filtered}."),
        (query, 1) => format!("1 term matches “{query}”{filtered}"),
        (query, total) => format!("{total} terms match “{query}”{filtered}"),
    }
}

/// `/` and Ctrl/⌘K bring the keyboard to the search, wherever it is.
pub fn search_shortcut(event: &web_sys::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let typing =
        event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| browser::takes_text(&element));
    let slash = event.key() == "/" && !typing && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    let command_k = event.key() == "k" && (event.ctrl_key() || event.meta_key());
    if !(slash || command_k) {
        return;
    }
    if let Some(input) = browser::by_id("search").or_else(|| browser::by_id("site-search")) {
        event.prevent_default();
        let _ = input.focus();
        if let Some(input) = input.dyn_ref::<web_sys::HtmlInputElement>() {
            input.select();
        }
    }
}
