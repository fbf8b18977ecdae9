//! Sentences about parts of an address that were left out: visible, and dismissible.

use leptos::prelude::*;

use crate::address::Note;

#[component]
pub fn Notes(notes: RwSignal<Vec<Note>>) -> impl IntoView {
    view! {
        <div class="notes-bar" role="status" hidden=move || notes.read().is_empty()>
            <ul>{move || notes.get().into_iter().map(|note| view! { <li>{note.to_string()}</li> }).collect_view()}</ul>
            <button type="button" class="quiet" on:click=move |_| notes.set(Vec::new())>"Dismiss"</button>
        </div>
    }
}
