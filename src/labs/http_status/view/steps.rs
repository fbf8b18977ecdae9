//! The whole run as a list, for a keyboard and a screen reader: every message and every question. Built when it is opened.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::run::{Beat, Run, What};
use crate::labs::http_status::why;

#[component]
pub fn Steps(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let count = move || lab.trace.with(|trace| trace.first().beats.len());
    view! {
        <details class="http-steps needs-js" on:toggle=toggled>
            <summary>"All "{count}" steps as text"</summary>
            {move || open.get().then(|| view! { <List lab/> })}
        </details>
    }
}

#[component]
fn List(lab: LabState) -> impl IntoView {
    let beats = Memo::new(move |_| lab.now.get().beats);
    let items = move || {
        lab.trace.with(|trace| {
            let run = trace.first();
            run.beats.iter().enumerate().map(|(index, beat)| item(lab, beats, run, index, *beat)).collect_view()
        })
    };
    view! { <ol>{items}</ol> }
}

fn item(lab: LabState, beats: Memo<usize>, run: &Run, index: usize, beat: Beat) -> impl IntoView + use<> {
    let (text, class) = match beat.what {
        What::Event(event) => (run.sequence.events.get(event).map(|event| event.step()), "http-message"),
        What::Question { visit, step } => (why::step(run, visit, step), "http-asked"),
    };
    let words = why::words(&text.unwrap_or_default());
    view! {
        <li class=class aria-current=move || (beats.get() == index + 1).then_some("step")>
            <button type="button" class="link" on:click=move |_| lab.go_to(beat.at)><WordsView words/></button>
        </li>
    }
}
