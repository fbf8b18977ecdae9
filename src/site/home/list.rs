//! The whole glossary, A–Z: prerendered, and built from the search data only after client-side navigation.

use leptos::prelude::*;

use crate::glossary::Row;
use crate::site::browser;
use crate::site::context::{Prerendered, site};
use crate::site::row::RowView;
use crate::site::search_store::SearchStore;
use crate::site::start;

#[component]
pub fn List(hidden: Signal<bool>) -> impl IntoView {
    let store = SearchStore::get();
    // On the host the rows come with the context; while hydrating they stand in the document already.
    let prerendered = use_context::<Prerendered>().map(|prerendered| prerendered.rows);
    if prerendered.is_some() || start::is_hydrating() {
        let rows =
            prerendered.map_or_else(|| browser::by_id("rows").map(|rows| rows.inner_html()).unwrap_or_default(), |rows| rows.to_string());
        return view! { <div id="rows" hidden=hidden inner_html=rows></div> }.into_any();
    }
    let site = site();
    Effect::new(move |_| store.want(&site));
    view! {
        <div id="rows" hidden=hidden>
            {move || match (store.ready(), store.failure()) {
                (Some(searcher), _) => view! { <Groups rows=searcher.rows().to_vec()/> }.into_any(),
                (None, Some(sentence)) => view! { <p class="trouble">{sentence}</p> }.into_any(),
                (None, None) => view! { <p class="waiting">"Fetching the glossary…"</p> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

/// The rows under their letters.
#[component]
pub fn Groups(rows: Vec<Row>) -> impl IntoView {
    let mut groups: Vec<(char, Vec<Row>)> = Vec::new();
    for row in rows {
        match groups.last_mut().filter(|(letter, _)| *letter == row.initial()) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((row.initial(), vec![row])),
        }
    }
    groups
        .into_iter()
        .map(|(letter, rows)| {
            let id = format!("at-{}", letter.to_ascii_lowercase());
            view! {
                <section aria-labelledby=id.clone()>
                    <h2 class="letter" id=id.clone()>{letter.to_string()}</h2>
                    <ul class="rows">{rows.into_iter().map(|row| view! { <RowView row/> }).collect_view()}</ul>
                </section>
            }
        })
        .collect_view()
}

/// The same as HTML, for the prerendered page, under a bar of its letters.
pub fn rows_html(rows: Vec<Row>) -> String {
    let mut letters: Vec<char> = rows.iter().map(Row::initial).collect();
    letters.dedup();
    let home = site().href("/");
    let links = letters
        .into_iter()
        .map(|letter| view! { <a href=format!("{home}#at-{}", letter.to_ascii_lowercase())>{letter.to_string()}</a> })
        .collect_view();
    view! {
        <nav class="letters" aria-label="A–Z">{links}</nav>
        <Groups rows/>
    }
    .into_view()
    .to_html()
}
