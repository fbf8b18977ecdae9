//! Two servers side by side as text: where they part, what each asked at every station, and what the other does otherwise.

use leptos::prelude::*;

use super::state::LabState;
use crate::http::profiles::Profile;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::compare::{self, Asked};
use crate::labs::http_status::run::{Run, Trace};
use crate::labs::http_status::why;

#[component]
pub fn ComparePanel(lab: LabState) -> impl IntoView {
    let first = Memo::new(move |_| lab.scenario.with(|scenario| scenario.profile()));
    let second = Memo::new(move |_| lab.scenario.with(|scenario| scenario.rules.get(1).copied()));
    let choose = move |other: Option<Profile>| {
        lab.change(|scenario| {
            let first = scenario.profile();
            scenario.rules = std::iter::once(first).chain(other.filter(|other| *other != first)).collect();
        });
    };
    let pressed = move |other: Option<Profile>| if second.get() == other { "true" } else { "false" };
    let buttons = Profile::ALL.into_iter().map(|profile| {
        view! {
            <button
                type="button"
                hidden=move || first.get() == profile
                aria-pressed=move || pressed(Some(profile))
                on:click=move |_| choose(Some(profile))
            >{profile.label()}</button>
        }
    });
    view! {
        <div class="tool http-compare">
            <h3>{move || first.get().label()}" beside another"</h3>
            <div class="tool-row" role="group" aria-label="Whose rules stand beside it">
                {buttons.collect_view()}
                <button type="button" aria-pressed=move || pressed(None) on:click=move |_| choose(None)>"None"</button>
            </div>
            {move || lab.trace.with(|trace| body(trace))}
        </div>
    }
}

fn body(trace: &Trace) -> impl IntoView + use<> {
    let [one, other, ..] = trace.runs.as_slice() else {
        return view! { <p>"Choose whose rules stand beside these: the same request, and where the two part."</p> }.into_any();
    };
    let parts = match &trace.fork {
        Some(fork) => fork.words.clone(),
        None => together(one),
    };
    let fork = trace.fork.as_ref().map(|fork| (fork.left, fork.right));
    let rows = compare::rows(one, other).into_iter().map(|row| {
        let name = row.station.name();
        let (ours, theirs) = (cell(row.one, fork.map(|fork| fork.0)), cell(row.other, fork.map(|fork| fork.1)));
        view! { <tr><th scope="row">{name}</th><td>{ours}</td><td>{theirs}</td></tr> }
    });
    let rows = rows.collect_view();
    let named = [one.profile, other.profile].map(|profile| view! { <th scope="col">{profile.label()}</th> });
    let differences = [one.profile, other.profile].map(otherwise);
    view! {
        <p role="status"><WordsView words=why::words(&parts)/></p>
        <details>
            <summary>"What each asked, station by station"</summary>
            <div class="table" role="region" tabindex="0" aria-label="What each asked, station by station">
                <table class="http-beside">
                    <thead><tr><th scope="col">"Station"</th>{named.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
        {differences.into_iter().collect_view()}
    }
    .into_any()
}

/// What is said where two do not part.
fn together(one: &Run) -> String {
    match (&one.request, one.visits.first()) {
        (Err(_), _) => "The request cannot be read, so neither of them asks anything.".to_owned(),
        (Ok(_), None) => "The request reaches neither of them.".to_owned(),
        (Ok(_), Some(visit)) => format!("They do not part: both end with {}.", visit.decision.response.status),
    }
}

fn cell(asked: Vec<Asked>, fork: Option<usize>) -> impl IntoView + use<> {
    let questions = asked.into_iter().map(|asked| {
        let reason = why::words(&asked.reason);
        let title = reason.plain();
        let parts = (fork == Some(asked.place)).then(|| {
            view! { " "<span class="http-label">"they part here"</span>" "<WordsView words=reason/> }
        });
        let leaves = asked.leaves.map(|status| view! { " → "<b>{status}</b> });
        view! {
            <li title=title>
                <WordsView words=why::words(asked.question)/>" "<b>{why::word(asked.yes)}</b>{leaves}{parts}
            </li>
        }
    });
    view! { <ul>{questions.collect_view()}</ul> }
}

/// What a profile does otherwise than the rules it is stated against, with where that was read.
fn otherwise(profile: Profile) -> Option<AnyView> {
    let base = compare::base(profile)?;
    let items = compare::differences(profile).iter().map(|difference| {
        view! { <li><WordsView words=why::words(difference.what)/>" "<span class="unit">{difference.source}</span></li> }
    });
    let list = view! {
        <details>
            <summary>{format!("What {} does otherwise than {}", profile.label(), base.label())}</summary>
            <ul>{items.collect_view()}</ul>
            <p class="unit"><a href=profile.source() target="_blank" rel="noopener">"Where its rules were read"</a></p>
        </details>
    };
    Some(list.into_any())
}
