//! What was found, best first, or A–Z when only filters are set.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::StoredFound;
use super::list::Groups;
use crate::glossary::Row;
use crate::glossary::browse::Browse;
use crate::glossary::search::{Found, Hit, Searcher};
use crate::site::browser;
use crate::site::row::{Marks, RowView};
use crate::site::search_store::SearchStore;

#[component]
pub fn Results(
    found: Memo<Option<StoredFound>>,
    browse: RwSignal<Browse>,
    typed: impl Fn(String) + Copy + Send + Sync + 'static,
    chosen: impl Fn(&dyn Fn(&mut Browse)) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let store = SearchStore::get();
    move || {
        let (Some(StoredFound(found)), Some(searcher)) = (found.get(), store.ready()) else { return ().into_any() };
        let query = browse.read_untracked().query.clone();
        if found.hits.is_empty() {
            let filtered = browse.read_untracked().is_filtered();
            let clear = move || chosen(&|browse| *browse = Browse { query: browse.query.clone(), ..Browse::default() });
            return view! { <Nothing found query filtered typed clear/> }.into_any();
        }
        if query.is_empty() {
            let rows: Vec<Row> = found.hits.iter().map(|hit| searcher.rows()[hit.row].clone()).collect();
            return view! { <div id="results"><Groups rows/></div> }.into_any();
        }
        let rows = found.hits.iter().map(|hit| row(&searcher, hit)).collect_view();
        let more = found.total.saturating_sub(found.hits.len());
        view! {
            <div id="results">
                <ul class="rows">{rows}</ul>
                {(more > 0).then(|| view! { <p class="counted">{more}" more: add a word or a filter."</p> })}
            </div>
        }
        .into_any()
    }
}

fn row(searcher: &Searcher, hit: &Hit) -> impl IntoView + use<> {
    let row = searcher.rows()[hit.row].clone();
    let alias = hit.alias.as_ref().and_then(|(index, ranges)| Some((row.aliases.get(*index)?.clone(), ranges.clone())));
    let marks = Marks { title: hit.title_marks.clone(), summary: hit.summary_marks.clone(), alias };
    view! { <RowView row marks/> }
}

#[component]
fn Nothing(
    found: Found,
    query: String,
    filtered: bool,
    typed: impl Fn(String) + Copy + Send + Sync + 'static,
    clear: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let sentence = match (query.as_str(), filtered) {
        ("", _) => "No entry has all of these.".to_owned(),
        (query, true) => format!("Nothing matches “{query}” with these filters."),
        (query, false) => format!("Nothing matches “{query}”."),
    };
    let suggestion = found.did_you_mean.map(|suggestion| {
        let text = suggestion.clone();
        view! { <p>"Did you mean " <button type="button" class="link" on:click=move |_| typed(text.clone())>{suggestion}</button> "?"</p> }
    });
    view! {
        <div id="results" class="nothing">
            <p>{sentence}</p>
            {filtered.then(|| view! { <p><button type="button" class="link" on:click=move |_| clear()>"Clear the filters"</button></p> })}
            {suggestion}
        </div>
    }
}

/// The links of the rows that are on screen, from top to bottom.
fn rows_on_screen() -> Vec<HtmlElement> {
    let Ok(list) = browser::document().query_selector_all(".listing > :not([hidden]) a.row-title") else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

pub fn focus_row(index: usize) {
    if let Some(row) = rows_on_screen().get(index) {
        let _ = row.focus();
    }
}

pub fn open_row(index: usize) {
    if let Some(row) = rows_on_screen().get(index) {
        row.click();
    }
}

/// Arrows walk through the rows; above the first, and on Escape, stands the search.
pub fn row_keys(event: &web_sys::KeyboardEvent, input: NodeRef<leptos::html::Input>) {
    let step: isize = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "Escape" => isize::MIN,
        _ => return,
    };
    let rows = rows_on_screen();
    let focused = browser::document().active_element();
    let Some(here) = rows.iter().position(|row| focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(row)))) else { return };
    event.prevent_default();
    match here.checked_add_signed(step) {
        Some(next) => {
            if let Some(row) = rows.get(next) {
                let _ = row.focus();
            }
        }
        None => {
            if let Some(input) = input.get_untracked() {
                let _ = input.focus();
            }
        }
    }
}
