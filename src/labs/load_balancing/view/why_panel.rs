//! The request under the playhead: why it went where it went, and what the other policies did with it.

use leptos::prelude::*;

use super::state::LabState;
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
