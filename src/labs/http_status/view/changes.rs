//! The smallest changes: what else would be answered after one change to the request or to the resource.

use leptos::prelude::*;

use super::state::LabState;
use crate::http::edits::Edit;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::index::{self, Reach};
use crate::labs::http_status::why;

#[component]
pub fn Changes(lab: LabState) -> impl IntoView {
    let list = move || {
        let (close, readable) =
            lab.entries.with(|entries| lab.trace.with_untracked(|trace| (index::smallest(trace, entries), trace.first().request.is_ok())));
        if !readable {
            let words = "The request cannot be read. Mend it where it is marked, and the nearest other answers stand here.";
            return view! { <p>{words}</p> }.into_any();
        }
        let items = close.into_iter().filter_map(|entry| match entry.reach {
            Reach::One(edit) => Some(view! { <li><Change lab code=entry.code edit/></li> }),
            _ => None,
        });
        view! { <ul>{items.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="http-changes needs-js" aria-label="Smallest change">
            <h3>"Smallest change"</h3>
            {list}
        </section>
    }
}

#[component]
fn Change(lab: LabState, code: u16, edit: Edit) -> impl IntoView {
    let words = why::words(&edit.what);
    view! {
        <button type="button" class="http-change" on:click=move |_| lab.apply(std::slice::from_ref(&edit))>
            "to "<b>{code}</b>": "<WordsView words/>
        </button>
    }
}
