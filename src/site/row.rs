//! One entry in a list: on the home page, prerendered or found.

use std::ops::Range;

use leptos::prelude::*;

use super::context::site;
use crate::glossary::{Level, Row, sentence};

/// Places to mark in a row, as byte ranges.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub title: Vec<Range<usize>>,
    pub summary: Vec<Range<usize>>,
    /// The alias by which it was found, with its marks.
    pub alias: Option<(String, Vec<Range<usize>>)>,
}

#[component]
pub fn RowView(row: Row, #[prop(optional)] marks: Marks) -> impl IntoView {
    // A list is for scanning: one sentence, unless what was found stands in the second.
    let first = sentence::first(&row.summary);
    let shown = if marks.summary.iter().all(|mark| mark.end <= first.len()) { first } else { row.summary.as_str() }.to_owned();
    let href = site().href(&format!("/terms/{}/", row.slug));
    view! {
        <li class="row">
            <Moon level=row.level named=true/>
            <a class="row-title" href=href>
                {marked(&row.title, &marks.title)}
                {marks.alias.map(|(alias, ranges)| view! { <span class="row-alias">" also: "{marked(&alias, &ranges)}</span> })}
            </a>
            <p class="row-summary">{marked(&shown, &marks.summary)}</p>
            {row.runs.then(|| view! { <span class="runs">"▶ runs"</span> })}
        </li>
    }
}

/// A level as a moon: the shape says it without colour. `named` adds the word for those who do not see the shape.
#[component]
pub fn Moon(level: Level, #[prop(optional)] named: bool) -> impl IntoView {
    view! {
        <i class=format!("moon {}", level.slug()) title=named.then(|| level.label())>
            {named.then(|| view! { <span class="sr">{level.label()}</span> })}
        </i>
    }
}

/// `text` with `<mark>` around the ranges; ranges that do not fit are ignored.
pub fn marked(text: &str, ranges: &[Range<usize>]) -> Vec<AnyView> {
    let mut pieces = Vec::new();
    let mut done = 0;
    for range in ranges {
        let (Some(before), Some(inside)) = (text.get(done..range.start), text.get(range.clone())) else { continue };
        if !before.is_empty() {
            pieces.push(before.to_owned().into_any());
        }
        pieces.push(view! { <mark>{inside.to_owned()}</mark> }.into_any());
        done = range.end;
    }
    if let Some(rest) = text.get(done..).filter(|rest| !rest.is_empty()) {
        pieces.push(rest.to_owned().into_any());
    }
    pieces
}
