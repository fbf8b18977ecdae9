//! Why the answer is what it is: the question under the playhead, its reason and its clause.

use leptos::prelude::*;

use super::announced::Announced;
use super::state::LabState;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::why::{self, Why};

#[component]
pub fn WhyPanel(lab: LabState) -> impl IntoView {
    let here = Memo::new(move |_| lab.with_now(|_, run, now| why::at(run, now)));
    // What a client makes of a message, unless the reason has said it.
    let note = Memo::new(move |_| {
        let said = here.get().map(|why| why.reason);
        lab.with_now(|_, run, now| why::note(run, now).map(str::to_owned)).filter(|note| Some(note) != said.as_ref())
    });
    let end = Memo::new(move |_| lab.with_now(|_, run, now| (now.beats >= run.beats.len()).then(|| why::sentence(run))));
    let body = move || match here.get() {
        Some(why) => view! { <Told why/> }.into_any(),
        None => view! { <h3>"Why"</h3><p>"No question yet. Play, or step to the first."</p> }.into_any(),
    };
    view! {
        <section class="http-why" aria-label="Why">
            {body}
            {move || note.get().map(|note| view! { <p class="http-aside"><WordsView words=why::words(&note)/></p> })}
            <p class="http-end">{move || end.get().map(|end| view! { <WordsView words=why::words(&end)/> })}</p>
            // Only the end is announced: a run asks dozens of questions, several a second.
            <Announced sentence=Signal::derive(move || end.get().map(|end| why::words(&end).plain()).unwrap_or_default())/>
        </section>
    }
}

#[component]
fn Told(why: Why) -> impl IntoView {
    let Why { heading, question, answer, reason, clause, label, about, link, source } = why;
    let clause = match link.or_else(|| source.map(str::to_owned)) {
        Some(page) => view! { <a href=page target="_blank" rel="noopener">{clause}</a> }.into_any(),
        None => clause.into_any(),
    };
    view! {
        <h3>{heading}</h3>
        <p><WordsView words=why::words(&question)/>" "<b>{answer}</b></p>
        <p><WordsView words=why::words(&reason)/></p>
        <p class="http-clause">{clause}" "<span class="http-label">{label}</span>" "{about}</p>
    }
}
