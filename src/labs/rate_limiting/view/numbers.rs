//! Counts up to the moment, as live text: lane by lane, and client by client.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::frame::figures::brief;
use crate::labs::rate_limiting::lane::Lane;
use crate::labs::rate_limiting::numbers::{Counts, Spread, answer_times, by_client, waits};
use crate::labs::rate_limiting::scenario::{Algorithm, Scenario};
use crate::labs::rate_limiting::why::window_words;
use crate::labs::rate_limiting::{Trace, names};
use crate::sim::Nanos;
use crate::sim::window::worst_window;

/// More clients than a table is read for.
const MOST_CLIENTS_SHOWN: usize = 20;

#[component]
pub fn Numbers(lab: LabState) -> impl IntoView {
    let window = move || window_words(lab.scenario.read().window);
    // Columns come and go with what the lanes can do, not with the moment.
    let waiting = Memo::new(move |_| {
        lab.trace.with(|trace| trace.lanes.iter().any(|lane| lane.handled.iter().any(|handled| handled.decision.wait() > Nanos::ZERO)))
    });
    let working = Memo::new(move |_| lab.scenario.with(|scenario| scenario.workshop().is_some()));
    let logged = Memo::new(move |_| lab.trace.with(|trace| trace.lanes.iter().any(|lane| lane.against_log.is_some())));
    // Two limiters that decide alike have bounds that differ by one: it looks like a mistake, and is none.
    let forgiving = Memo::new(move |_| {
        let scenario = lab.scenario.read();
        let has = |algorithm| scenario.lanes.iter().any(|lane| lane.algorithm == algorithm);
        has(Algorithm::TokenBucket) && has(Algorithm::Gcra)
    });
    let rows = move || {
        let moment = lab.moment.get();
        let (waiting, working, logged) = (waiting.get(), working.get(), logged.get());
        lab.trace.with(|trace| trace.lanes.iter().map(|lane| row(trace, lane, moment, waiting, working, logged)).collect_view())
    };
    view! {
        <div class="table numbers" class:many=move || waiting.get() || working.get() || logged.get() role="region" tabindex="0" aria-label="Numbers up to this moment">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Up to now"</th>
                        <th scope="col">"Admitted"</th>
                        {move || waiting.get().then(|| view! { <th scope="col">"Of them delayed"</th> })}
                        <th scope="col">"Refused"</th>
                        {move || waiting.get().then(|| view! { <th scope="col">"Wait p50 · p95 · p99 · max"</th> })}
                        {move || working.get().then(|| view! { <th scope="col">"Answered after p50 · p95 · p99 · max"</th> })}
                        <th scope="col">"Most in "{window}</th>
                        <th scope="col">"Never more than"</th>
                        {move || logged.get().then(|| view! { <th scope="col">"Against an exact log, in all"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {move || forgiving.get().then(|| view! {
                <p class="unit">
                    "A window is counted without its last nanosecond. Go forgives a debt of less than one nanosecond, so its bucket may let one more in than GCRA ever does."
                </p>
            })}
        </div>
    }
}

fn row(trace: &Trace, lane: &Lane, moment: Nanos, waiting: bool, working: bool, logged: bool) -> impl IntoView + use<> {
    let counts = Counts::of(lane.until(moment));
    let settings = trace.scenario.settings(&lane.spec);
    let worst = worst_so_far(trace, lane, moment);
    let over = worst > settings.limit as usize && !lane.spec.algorithm.by_concurrency();
    let bound = match lane.bound {
        Some(bound) => bound.to_string(),
        None if lane.settings.len() > 1 => "settings changed".to_owned(),
        None => "–".to_owned(),
    };
    let spread = |spread: Option<Spread>| match spread {
        Some(Spread { p50, p95, p99, max }) => [p50, p95, p99, max].map(brief).join(" · "),
        None => "–".to_owned(),
    };
    let waits = waiting.then(|| spread(waits(lane, moment).filter(|spread| spread.max > Nanos::ZERO)));
    let answers = working.then(|| spread(answer_times(lane, moment)));
    let against = logged.then(|| match lane.against_log {
        Some(against) => format!("{} falsely refused, {} too many", against.false_refusals, against.false_admissions),
        None => "–".to_owned(),
    });
    view! {
        <tr>
            <th scope="row">{names::short(trace, lane)}</th>
            <td class="pass"><span aria-hidden="true">"● "</span>{counts.admitted}</td>
            {waiting.then(|| view! { <td class="wait"><span aria-hidden="true">"◐ "</span>{counts.delayed}</td> })}
            <td class="stop"><span aria-hidden="true">"✕ "</span>{counts.refused}</td>
            {waits.map(|waits| view! { <td>{waits}</td> })}
            {answers.map(|answers| view! { <td>{answers}</td> })}
            <td class:stop=over>{worst}</td>
            <td>{bound}</td>
            {against.map(|against| view! { <td>{against}</td> })}
        </tr>
    }
}

/// The most that one limiter has let through within its window until `moment`.
fn worst_so_far(trace: &Trace, lane: &Lane, moment: Nanos) -> usize {
    let window = trace.scenario.settings(&lane.spec).window;
    let per_client = trace.scenario.scope == crate::labs::rate_limiting::scenario::Scope::PerClient;
    let mut moments: Vec<(u32, Nanos)> = Vec::new();
    for handled in lane.until(moment).iter().filter(|handled| handled.decision.admitted() && handled.through_at() <= moment) {
        let key = if per_client { handled.client } else { 0 };
        moments.extend(std::iter::repeat_n((key, handled.through_at()), handled.cost as usize));
    }
    moments.sort_unstable();
    moments
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|of_one| worst_window(&of_one.iter().map(|(_, at)| *at).collect::<Vec<_>>(), window))
        .map(|worst| worst.count)
        .max()
        .unwrap_or(0)
}

/// Who was hurt: counts for each client, the most refused first.
#[component]
pub fn Clients(lab: LabState) -> impl IntoView {
    let several = Memo::new(move |_| lab.scenario.with(|scenario: &Scenario| scenario.clients() > 1));
    move || {
        several.get().then(|| {
            let body = move || lab.trace.with(|trace| table(trace, lab.moment.get()));
            view! {
                <details class="clients needs-js">
                    <summary>"Client by client: who was hurt"</summary>
                    <div class="table" role="region" tabindex="0" aria-label="Counts for each client">{body}</div>
                </details>
            }
        })
    }
}

fn table(trace: &Trace, moment: Nanos) -> impl IntoView + use<> {
    let clients = trace.scenario.clients();
    let lanes: Vec<Vec<Counts>> = trace.lanes.iter().map(|lane| by_client(lane, moment, clients)).collect();
    let mut order: Vec<usize> = (0..clients as usize).collect();
    order.sort_by_key(|client| std::cmp::Reverse(lanes.iter().map(|counts| counts[*client].refused).max()));
    let more = order.len().saturating_sub(MOST_CLIENTS_SHOWN);
    let heads = trace.lanes.iter().map(|lane| view! { <th scope="col">{names::short(trace, lane)}</th> }).collect_view();
    let rows = order.into_iter().take(MOST_CLIENTS_SHOWN).map(|client| {
        let cells = lanes.iter().map(|counts| {
            let Counts { admitted, refused, .. } = counts[client];
            view! { <td><span class="pass">"● "{admitted}</span>" "<span class="stop">"✕ "{refused}</span></td> }
        });
        view! { <tr><th scope="row">"Client "{client + 1}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <table>
            <thead><tr><th scope="col">"Up to now"</th>{heads}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {(more > 0).then(|| view! { <p class="unit">{more}" more clients were refused no more often than these."</p> })}
    }
}
