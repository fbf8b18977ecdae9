//! Every request as a table that a keyboard and a screen reader can walk. Built when it is opened.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::load_balancing::numbers::grouped;
use crate::labs::load_balancing::run::{Arrival, Lane, Trace};
use crate::labs::load_balancing::{names, why};

/// Rows at first, and with each “more”: a table of thousands would take seconds to build.
const ROWS: usize = 200;

#[component]
pub fn Events(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let count = move || lab.trace.with(|trace| grouped(trace.arrivals.len() as u64));
    view! {
        <details class="events needs-js" on:toggle=toggled>
            <summary>"All "{count}" requests as a table"</summary>
            {move || open.get().then(|| view! { <Table lab/> })}
        </details>
    }
}

#[component]
fn Table(lab: LabState) -> impl IntoView {
    let shown = RwSignal::new(ROWS);
    // The request that the “why” speaks of.
    let current = Memo::new(move |_| {
        let last = lab.last.get()?;
        lab.trace.with(|trace| Some(trace.watched().attempts.get(last)?.request as usize))
    });
    move || {
        lab.trace.with(|trace| {
            let recorded = trace.lanes.iter().map(|lane| lane.requests.len()).max().unwrap_or(0);
            let count = recorded.min(shown.get());
            let tries: Vec<Vec<Vec<usize>>> = trace.lanes.iter().map(|lane| tries(lane, count)).collect();
            let heads = trace.lanes.iter().map(|lane| view! { <th scope="col">{names::short(trace, lane)}</th> }).collect_view();
            let clients = trace.scenario.clients.count > 1;
            let rows = trace.arrivals.iter().enumerate().take(count).map(|(index, arrival)| {
                let cells = trace.lanes.iter().zip(&tries).map(|(lane, tries)| {
                    let tries = tries.get(index).map(Vec::as_slice).unwrap_or_default();
                    view! { <td>{cell(trace, lane, index, arrival, tries)}</td> }
                });
                let cells = cells.collect_view();
                let (at, client, by_reader) = (arrival.at, arrival.client, arrival.by_reader);
                view! {
                    <tr aria-current=move || (current.get() == Some(index)).then_some("true")>
                        <th scope="row">{index + 1}{by_reader.then_some(" ▲")}</th>
                        <td><button type="button" class="link" on:click=move |_| lab.go_to(at)>{at.to_string()}</button></td>
                        {clients.then(|| view! { <td>{client + 1}</td> })}
                        {cells}
                    </tr>
                }
            });
            let rows = rows.collect_view();
            let more = recorded - count;
            let counted = trace.arrivals.len().saturating_sub(recorded);
            view! {
                <div class="table" role="region" tabindex="0" aria-label="All requests">
                    <table>
                        <thead><tr>
                            <th scope="col">"Request"</th>
                            <th scope="col">"At"</th>
                            {clients.then(|| view! { <th scope="col">"Client"</th> })}
                            {heads}
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {(more > 0).then(|| view! {
                    <button type="button" on:click=move |_| shown.update(|shown| *shown += ROWS)>{format!("Show {} more of {}", more.min(ROWS), grouped(more as u64))}</button>
                })}
                {(counted > 0).then(|| view! { <p class="unit">{format!("The {} requests after these were counted, not recorded.", grouped(counted as u64))}</p> })}
            }
        })
    }
}

/// The attempts of each of the first `count` requests, as their places among the lane's.
fn tries(lane: &Lane, count: usize) -> Vec<Vec<usize>> {
    let mut tries = vec![Vec::new(); count];
    for (place, attempt) in lane.attempts.iter().enumerate() {
        if let Some(of_request) = tries.get_mut(attempt.request as usize) {
            of_request.push(place);
        }
    }
    tries
}

/// What became of a request in one lane: where it went, the answer, and why it went there first.
fn cell(trace: &Trace, lane: &Lane, index: usize, arrival: &Arrival, tries: &[usize]) -> AnyView {
    let Some(request) = lane.requests.get(index) else { return "not recorded".into_any() };
    let (class, sign, word) = why::mark(request.end);
    let went = tries.iter().filter_map(|place| lane.attempts.get(*place));
    let went = went.map(|attempt| attempt.server().map_or_else(|| "nowhere".to_owned(), names::server)).collect::<Vec<_>>().join(" → ");
    let answer = why::answer(request.end, request.over - arrival.at);
    let reason = tries.first().map(|first| why::explain(trace, lane, *first).plain());
    view! {
        <span class=class>{sign}" "{word}</span>" "<b>{went}</b>" "<span class="answer">{answer}</span>
        <br/>{reason}
    }
    .into_any()
}
