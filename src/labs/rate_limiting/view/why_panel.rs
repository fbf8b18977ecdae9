//! The request under the playhead: one sentence a lane, and what its client receives.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::frame::view::WordsView;
use crate::labs::rate_limiting::lane::{Handled, Lane};
use crate::labs::rate_limiting::scenario::Algorithm;
use crate::labs::rate_limiting::{Trace, names, why};

/// One sentence a lane for the request under the playhead.
#[component]
pub fn WhyPanel(lab: LabState) -> impl IntoView {
    // The last in any lane: retries come in one lane and not in another.
    let spoken_of = Memo::new(move |_| {
        let moment = lab.moment.get();
        lab.trace.with(|trace| trace.lanes.iter().map(|lane| lane.until(moment).len()).collect::<Vec<_>>())
    });
    let of_request = move |lane: &Lane, trace: &Trace, handled: &Handled, last: &Handled| {
        let (class, sign, _) = why::mark(handled.decision.verdict);
        let which = (handled.arrival, handled.attempt) != (last.arrival, last.attempt);
        let fields = why::ratelimit_fields(trace, lane, handled).map(|(name, value)| format!("{name}: {value}")).join("\n");
        view! {
            <li>
                <span class=class aria-hidden="true">{sign}" "</span>
                <b>{names::short(trace, lane)}</b>" "
                {which.then(|| format!("({}) ", why::heading(trace, handled)))}
                <WordsView words=why::explain(lane, handled)/>
                " "<span class="answer" title=fields>{why::answer(handled.decision.verdict)}</span>
            </li>
        }
    };
    view! {
        <div class=move || format!("why lanes-{}", lab.scenario.read().lanes.len())>
            <h3>"Why"</h3>
            {move || {
                let seen = spoken_of.get();
                lab.trace.with(|trace| {
                    let lasts: Vec<(&Lane, &Handled)> = trace
                        .lanes
                        .iter()
                        .zip(&seen)
                        .filter_map(|(lane, seen)| Some((lane, lane.handled.get(seen.checked_sub(1)?)?)))
                        .collect();
                    let Some((_, last)) = lasts.iter().max_by_key(|(_, handled)| handled.at).copied() else {
                        return view! { <p>"No request yet. Play, or step to the first."</p> }.into_any();
                    };
                    let sentences = lasts.iter().map(|(lane, handled)| of_request(lane, trace, handled, last)).collect_view();
                    view! { <div><p>{why::heading(trace, last)}</p><ul>{sentences}</ul></div> }.into_any()
                })
            }}
        </div>
    }
}

/// The answers of that moment, as they stand on the wire.
#[component]
pub fn Answers(lab: LabState) -> impl IntoView {
    let answers = move || {
        let moment = lab.moment.get();
        lab.trace.with(|trace| {
            let of_lane = |lane: &Lane| {
                let handled = lane.until(moment).last()?;
                let settings = trace.scenario.settings(&lane.spec);
                let command = (lane.spec.algorithm == Algorithm::Throttle).then(|| why::throttle_answer(handled, settings)).flatten();
                Some(view! {
                    <div>
                        <p><b>{names::short(trace, lane)}</b></p>
                        <pre tabindex="0"><code>{why::wire(trace, lane, handled)}</code></pre>
                        {command.map(|command| view! { <pre tabindex="0"><code>{command}</code></pre> })}
                    </div>
                })
            };
            trace.lanes.iter().filter_map(of_lane).collect_view()
        })
    };
    view! {
        <details class="answers needs-js">
            <summary>"The answer on the wire"</summary>
            <div class="answer-list">{answers}</div>
            <p class="unit">"RateLimit fields as in "{why::RATELIMIT_DRAFT}", work in progress."</p>
        </details>
    }
}
