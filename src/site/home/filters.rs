//! Level, topic, “runs here”: each chip says how many rows it would leave.

use leptos::prelude::*;

use super::StoredFound;
use crate::glossary::browse::Browse;
use crate::glossary::search::Filter;
use crate::glossary::{Level, Topic};
use crate::site::context::site;
use crate::site::row::Moon;
use crate::site::search_store::SearchStore;

#[component]
pub fn Filters(
    browse: RwSignal<Browse>,
    found: Memo<Option<StoredFound>>,
    chosen: impl Fn(&dyn Fn(&mut Browse)) + Copy + 'static,
) -> impl IntoView {
    let site = site();
    let tally = StoredValue::new(site.tally.clone());
    // Before a search ran, the counts are those of the whole glossary.
    let count = move |whole: fn(&crate::site::context::Tally, usize) -> usize,
                      part: fn(&crate::glossary::search::Counts, usize) -> usize,
                      index: usize| {
        move || {
            found.with(|found| match found {
                Some(StoredFound(found)) => part(&found.counts, index),
                None => tally.with_value(|tally| whole(tally, index)),
            })
        }
    };

    // With a query, “All” says how many match it with no filter set.
    let store = SearchStore::get();
    let whole = Memo::new(move |_| {
        let query = browse.read().query.clone();
        store.ready().map_or(0, |searcher| searcher.search(&query, &Filter::default(), 0).total)
    });

    let levels = Level::ALL
        .iter()
        .enumerate()
        .map(|(index, &level)| {
            let count = count(|tally, index| tally.levels[index], |counts, index| counts.level(Level::ALL[index]), index);
            view! {
                <Chip
                    pressed=Signal::derive(move || browse.read().levels.contains(&level))
                    count=Signal::derive(count)
                    press=move || chosen(&|browse| browse.toggle_level(level))
                >
                    <Moon level/>{level.label()}
                </Chip>
            }
        })
        .collect_view();
    let topics = Topic::ALL
        .iter()
        .enumerate()
        .filter(|(_, topic)| site.tally.topic(**topic) > 0)
        .map(|(index, &topic)| {
            let count = count(|tally, index| tally.topics[index], |counts, index| counts.topic(Topic::ALL[index]), index);
            view! {
                <Chip
                    pressed=Signal::derive(move || browse.read().topics.contains(&topic))
                    count=Signal::derive(count)
                    press=move || chosen(&|browse| browse.toggle_topic(topic))
                >
                    {topic.label()}
                </Chip>
            }
        })
        .collect_view();
    view! {
        <div class="filters needs-js" role="group" aria-label="Filters">
            <Chip
                pressed=Signal::derive(move || !browse.read().is_filtered())
                count=Signal::derive(move || if browse.read().query.is_empty() { tally.with_value(|tally| tally.terms) } else { whole.get() })
                press=move || chosen(&|browse| *browse = Browse { query: browse.query.clone(), ..Browse::default() })
            >
                "All"
            </Chip>
            {levels}
            <Chip
                pressed=Signal::derive(move || browse.read().runs)
                count=Signal::derive(count(|tally, _| tally.runs, |counts, _| counts.runs, 0))
                press=move || chosen(&|browse| browse.runs = !browse.runs)
            >
                <span aria-hidden="true">"▶ "</span>"Runs here"
            </Chip>
            {topics}
        </div>
    }
}

#[component]
fn Chip(pressed: Signal<bool>, count: Signal<usize>, press: impl Fn() + 'static, children: Children) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            class:none=move || count.get() == 0 && !pressed.get()
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            on:click=move |_| press()
        >
            {children()}
            " "
            <span class="count">{count}</span>
        </button>
    }
}
