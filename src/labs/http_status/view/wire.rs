//! The messages as they go over the wire, with what the last question looked at and what is new in them.

use leptos::prelude::*;

use super::state::LabState;
use crate::http::parse::to_curl;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::why;
use crate::labs::http_status::wire::{self, Mark, Page, WireLine};
use crate::site::browser;

#[component]
pub fn WirePanel(lab: LabState) -> impl IntoView {
    let pages = Memo::new(move |_| lab.with_now(|trace, run, now| wire::pages(&trace.scenario.request, run, now)));
    let shown = move || {
        pages.with(|pages| match pages.as_slice() {
            [] => view! { <p class="http-wire-note">"Nothing has been sent yet."</p> }.into_any(),
            pages => pages.iter().map(message).collect_view().into_any(),
        })
    };
    view! {
        <section class="http-wire" aria-label="On the wire">
            <h3>"On the wire"</h3>
            {shown}
            {move || pages.with(|pages| legend(pages))}
            <Curl lab/>
        </section>
    }
}

fn message(page: &Page) -> AnyView {
    let lines = page.lines.iter().map(line).collect_view();
    let gone: Vec<&str> = page.changes.iter().filter(|change| change.after.is_none()).map(|change| change.what.as_str()).collect();
    let gone = (!gone.is_empty()).then(|| format!("Gone since the last one of its kind: {}.", gone.join(", ")));
    let notes = [Some(page.note.clone()), gone].into_iter().flatten().filter(|note| !note.is_empty());
    let notes = notes.map(|note| view! { <p class="http-wire-note"><WordsView words=why::words(&note)/></p> }).collect_view();
    view! {
        <div class="http-message-text">
            <p class="http-wire-way">{page.title.clone()}</p>
            {(!page.lines.is_empty()).then(|| view! { <pre>{lines}</pre> })}
            {notes}
        </div>
    }
    .into_any()
}

/// A sign in the margin says what the colour says.
fn line(line: &WireLine) -> AnyView {
    let text = line.text.as_str();
    let (class, sign, word) = match line.mark {
        Mark::None => ("wire-line", "", ""),
        Mark::Changed => ("wire-line changed", "±", "changed: "),
        Mark::Decisive => ("wire-line decisive", "▸", "looked at: "),
        Mark::StatusLine(status) => (status_class(status), "", ""),
        Mark::Offends(..) => ("wire-line offends", "✕", "not understood: "),
    };
    let content = match line.mark {
        Mark::Offends(from, to) => {
            let part = |range: Option<&str>| range.unwrap_or_default().to_owned();
            let (before, itself, behind) = (part(text.get(..from)), part(text.get(from..to)), part(text.get(to..)));
            view! { {before}<mark>{itself}</mark>{behind} }.into_any()
        }
        _ => text.to_owned().into_any(),
    };
    let margin =
        (!sign.is_empty()).then(|| view! { <span class="wire-sign" aria-hidden="true">{sign}</span><span class="sr">{word}</span> });
    view! { <span class=class>{margin}<span class="wire-text">{content}</span></span> }.into_any()
}

fn status_class(status: u16) -> &'static str {
    match status {
        ..200 => "wire-line status wait",
        200..300 => "wire-line status pass",
        300..400 => "wire-line status state",
        400.. => "wire-line status stop",
    }
}

/// What the signs mean that are there. The line stays when they come and go, so that nothing below moves.
fn legend(pages: &[Page]) -> AnyView {
    let has = |mark: Mark| pages.iter().flat_map(|page| &page.lines).any(|line| line.mark == mark);
    let mut words = Vec::new();
    if has(Mark::Decisive) {
        words.push("▸ what the question looks at");
    }
    if has(Mark::Changed) {
        words.push("± not as in the last one of its kind");
    }
    view! { <p class="http-wire-legend">{words.join(" · ")}</p> }.into_any()
}

/// The request as a command, to try it on a real server.
#[component]
fn Curl(lab: LabState) -> impl IntoView {
    let command = Memo::new(move |_| {
        lab.trace.with(|trace| trace.first().request.as_ref().ok().map(|request| to_curl(request, &trace.scenario.scheme)))
    });
    let copied = RwSignal::new(None::<bool>);
    // What was copied is another line by now.
    Effect::new(move |_| {
        command.track();
        copied.set(None);
    });
    let copy = move |_| {
        let Some(text) = command.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            let _ = copied.try_set(Some(browser::copy(&text).await));
        });
    };
    let said = move || match copied.get() {
        Some(true) => "The curl line is copied.",
        Some(false) => "This browser does not let a page copy: select the line below.",
        None => "",
    };
    view! {
        <div class="http-curl needs-js" hidden=move || command.with(Option::is_none)>
            <p class="tool-row">
                <button type="button" on:click=copy>"Copy as curl"</button>
                <span role="status">{said}</span>
            </p>
            <details>
                <summary>"The curl line"</summary>
                <pre tabindex="0" role="region" aria-label="The request as a curl line"><code>{move || command.get().unwrap_or_default()}</code></pre>
            </details>
        </div>
    }
}
