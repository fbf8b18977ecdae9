//! The request under the playhead: why it went where it went, and what the other policies did with it.

use leptos::prelude::*;

use super::state::LabState;
use crate::balancers::policy::Score;
use crate::labs::frame::view::WordsView;
use crate::labs::load_balancing::run::{Attempt, NEVER, Trace};
use crate::labs::load_balancing::{names, why};

#[component]
pub fn WhyPanel(lab: LabState) -> impl IntoView {
    let body = move || {
        let last = lab.last.get();
        lab.trace.with(|trace| {
            let lane = trace.watched();
            let Some((number, attempt)) = last.and_then(|last| Some((last, lane.attempts.get(last)?))) else {
                return view! { <p>"No request yet. Play, or step to the first."</p> }.into_any();
            };
            let others = why::other_lanes(trace, lab.watched.get(), attempt.request as usize);
            let others = others
                .into_iter()
                .map(|(_, words)| view! { <li><WordsView words/></li> })
                .collect_view();
            view! {
                <div>
                    <p>{heading(trace, attempt)}</p>
                    <p class="why-here"><b>{names::short(trace, lane)}</b>": "<WordsView words=why::explain(trace, lane, number)/>{outcome(trace, attempt)}</p>
                    <ul>{others}</ul>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <div class=move || format!("why why-balancing lanes-{}", lab.scenario.read().lanes.len())>
            <h3>"Why"</h3>
            {body}
        </div>
    }
}

/// What every server had when the last request was sent: the numbers that the policy compared.
#[component]
pub fn Scores(lab: LabState) -> impl IntoView {
    let kind = Memo::new(move |_| lab.trace.with(|trace| trace.watched().spec.kind));
    let rows = move || {
        let last = lab.last.get();
        lab.trace.with(|trace| {
            let lane = trace.watched();
            let attempt = last.and_then(|last| lane.attempts.get(last));
            let scores = attempt.map(|attempt| lane.scores_of(attempt)).unwrap_or_default();
            let chosen = attempt.and_then(Attempt::server);
            scores
                .iter()
                .enumerate()
                .map(|(server, score)| {
                    view! {
                        <tr class:watched=chosen == Some(server)>
                            <th scope="row">{names::server(server)}</th>
                            <td>{why::score_words(trace, lane, *score)}</td>
                            <td>{(chosen == Some(server)).then_some("● yes")}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let compares = move || kind.get().score() != Score::None;
    view! {
        <details class="scores needs-js">
            <summary>"What was compared, server by server"</summary>
            <Show when=compares fallback=move || view! { <p>{why::compares_nothing(kind.get())}</p> }>
                <p>{move || why::score_meaning(kind.get())}</p>
                <div class="table" role="region" tabindex="0" aria-label="What was compared">
                    <table>
                        <thead><tr><th scope="col">"Server"</th><th scope="col">"Had"</th><th scope="col">"Chosen"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
        </details>
    }
}

/// Which request the moment speaks of.
fn heading(trace: &Trace, attempt: &Attempt) -> String {
    let mut heading = format!("Request {} of {}", attempt.request + 1, trace.arrivals.len());
    if let Some(arrival) = trace.arrivals.get(attempt.request as usize) {
        if trace.scenario.clients.count > 1 {
            heading.push_str(&format!(", client {}", arrival.client + 1));
        }
        if trace.scenario.balancers > 1 {
            heading.push_str(&format!(", balancer {}", arrival.balancer + 1));
        }
    }
    match (attempt.hedge, attempt.number) {
        (true, _) => heading.push_str(", second attempt beside the first"),
        (false, 0) => {}
        (false, number) => heading.push_str(&format!(", retry {number}")),
    }
    format!("{heading}, at {}", attempt.sent)
}

/// How the attempt ended, as its client hears of it.
fn outcome(trace: &Trace, attempt: &Attempt) -> impl IntoView + use<> {
    let (class, sign, _) = why::mark(attempt.end);
    let over = if attempt.over == NEVER { trace.scenario.length } else { attempt.over };
    view! { " "<span class=class aria-hidden="true">{sign}</span>" "<span class="answer">{why::answer(attempt.end, over - attempt.sent)}</span> }
}
