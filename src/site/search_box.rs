//! The search in the header and on the 404 page: a combobox with a list of the best matches.

use std::ops::Range;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::context::site;
use super::row::{Moon, marked};
use super::search_store::SearchStore;
use crate::address;
use crate::glossary::Level;
use crate::glossary::search::{Filter, Hit, Searcher};

/// As many as fit under a header.
const MOST: usize = 8;

#[component]
pub fn SearchBox(
    /// A query to begin with; its matches are shown at once.
    #[prop(optional)]
    filled: Option<RwSignal<String>>,
) -> impl IntoView {
    let site = site();
    let store = SearchStore::get();
    let navigate = StoredValue::new_local(use_navigate());
    let query = filled.unwrap_or_else(|| RwSignal::new(String::new()));
    let open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let id = if filled.is_some() { "search" } else { "site-search" };
    let list_id = if filled.is_some() { "search-list" } else { "site-search-list" };

    let wanting = site.clone();
    Effect::new(move |_| {
        if !query.read().is_empty() {
            store.want(&wanting);
            if filled.is_some() {
                open.set(true);
            }
        }
    });
    let hits = Memo::new(move |_| {
        let text = query.get();
        if text.trim().is_empty() {
            return Vec::new();
        }
        let Some(searcher) = store.ready() else { return Vec::new() };
        searcher.search(&text, &Filter::default(), MOST).hits.into_iter().map(|hit| Suggestion::new(&searcher, hit)).collect()
    });
    let shown = move || open.get() && !query.read().trim().is_empty();

    let go = {
        let site = site.clone();
        move |index: Option<usize>| {
            let path = match index.and_then(|index| hits.read_untracked().get(index).cloned()) {
                Some(hit) => site.href(&format!("/terms/{}/", hit.slug)),
                None => format!("{}?{}", site.href("/"), address::write(&[("q", query.get_untracked())])),
            };
            open.set(false);
            navigate.with_value(|navigate| navigate(&path, NavigateOptions { resolve: false, ..Default::default() }));
        }
    };
    let go = StoredValue::new_local(go);
    let keys = move |event: web_sys::KeyboardEvent| {
        let count = hits.read_untracked().len();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                open.set(true);
                active.update(|active| *active = Some(active.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                active.update(|active| *active = Some(active.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Enter" => {
                event.prevent_default();
                if !query.read_untracked().trim().is_empty() {
                    go.with_value(|go| go(active.get_untracked().or((count > 0).then_some(0))));
                }
            }
            "Escape" => {
                if shown() {
                    // The browser would empty the box at once; the first Escape only closes the list.
                    event.prevent_default();
                    open.set(false);
                } else {
                    query.set(String::new());
                }
                active.set(None);
            }
            _ => {}
        }
    };
    let wanting = site.clone();
    let terms = site.tally.terms;
    view! {
        <div class="search-box" role="search" aria-label=if filled.is_some() { "What this address may mean" } else { "Site search" }>
            <input
                id=id
                type="text"
                enterkeyhint="search"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                aria-label="Search the glossary"
                aria-expanded=move || if shown() { "true" } else { "false" }
                aria-controls=list_id
                aria-autocomplete="list"
                aria-activedescendant=move || active.get().filter(|_| shown()).map(|at| format!("{list_id}-{at}"))
                placeholder=format!("Search {terms} terms")
                prop:value=move || query.get()
                on:focus=move |_| store.want(&wanting)
                on:input=move |event| { query.set(event_target_value(&event)); open.set(true); active.set(None); }
                on:keydown=keys
                on:blur=move |_| set_timeout(move || { let _ = open.try_set(false); }, std::time::Duration::from_millis(150))
            />
            <kbd aria-hidden="true">"/"</kbd>
            <ul class="search-list" id=list_id role="listbox" aria-label="Terms found" hidden=move || !shown()>
                {move || hits.get().into_iter().enumerate().map(|(index, hit)| view! {
                    <li
                        role="option"
                        id=format!("{list_id}-{index}")
                        aria-selected=move || if active.get() == Some(index) { "true" } else { "false" }
                        // The list goes when the input loses its focus: so it must not, before the click is done.
                        on:mousedown=move |event| event.prevent_default()
                        on:click=move |_| go.with_value(|go| go(Some(index)))
                    >
                        <Moon level=hit.level/>
                            <span>
                                {marked(&hit.name, &hit.marks)}
                                {hit.alias.map(|(alias, marks)| view! { <span class="row-alias">" also: "{marked(&alias, &marks)}</span> })}
                            </span>
                    </li>
                }).collect_view()}
            </ul>
            <p class="sr" role="status">
                {move || if shown() { match (hits.read().len(), store.failure()) {
                    (_, Some(sentence)) => sentence.to_owned(),
                    (0, None) => "Nothing found".to_owned(),
                    (count, None) => format!("{count} suggestions"),
                } } else { String::new() }}
            </p>
        </div>
    }
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq)]
struct Suggestion {
    slug: String,
    level: Level,
    name: String,
    marks: Vec<Range<usize>>,
    /// The alias by which it was found.
    alias: Option<(String, Vec<Range<usize>>)>,
}

impl Suggestion {
    fn new(searcher: &Searcher, hit: Hit) -> Self {
        let row = &searcher.rows()[hit.row];
        let alias = hit.alias.and_then(|(index, marks)| Some((row.aliases.get(index)?.clone(), marks)));
        Suggestion { slug: row.slug.clone(), level: row.level, name: row.title.clone(), marks: hit.title_marks, alias }
    }
}
