//! Every request as a table that a keyboard and a screen reader can walk. Built when it is opened.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::rate_limiting::lane::{Handled, Lane};
use crate::labs::rate_limiting::run::Arrival;
use crate::labs::rate_limiting::{Trace, names, why};

/// Rows at first, and with each “more”: a table of thousands would take seconds to build.
const ROWS: usize = 200;

#[component]
pub fn Events(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let count = move || lab.trace.with(|trace| trace.arrivals.len());
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
    move || {
        lab.trace.with(|trace| {
            let heads = trace.lanes.iter().map(|lane| view! { <th scope="col">{names::short(trace, lane)}</th> }).collect_view();
            let rows = trace.arrivals.iter().enumerate().take(shown.get()).map(|(index, arrival)| row(lab, trace, index, *arrival));
            let more = trace.arrivals.len().saturating_sub(shown.get());
            let clients = trace.scenario.clients() > 1;
            view! {
                <div class="table" role="region" tabindex="0" aria-label="All requests">
                    <table>
                        <thead><tr>
                            <th scope="col">"Request"</th>
                            <th scope="col">"At"</th>
                            {clients.then(|| view! { <th scope="col">"Client"</th> })}
                            {heads}
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
                {(more > 0).then(|| view! {
                    <button type="button" on:click=move |_| shown.update(|shown| *shown += ROWS)>{format!("Show {} more of {more}", more.min(ROWS))}</button>
                })}
            }
        })
    }
}

fn row(lab: LabState, trace: &Trace, index: usize, arrival: Arrival) -> impl IntoView + use<> {
    let at = arrival.at;
    let go = move |_| {
        lab.playback.update(|playback| {
            playback.pause();
            playback.seek(at)
        });
        lab.moved();
    };
    let cells = trace.lanes.iter().map(|lane| view! { <td>{cell(trace, lane, index as u32)}</td> }).collect_view();
    view! {
        <tr aria-current=move || (lab.last_seen.get() == Some(index)).then_some("true")>
            <th scope="row">{index + 1}{arrival.by_reader.then_some(" ▲")}</th>
            <td><button type="button" class="link" on:click=go>{at.to_string()}</button></td>
            {(trace.scenario.clients() > 1).then(|| view! { <td>{arrival.client + 1}</td> })}
            {cells}
        </tr>
    }
}

/// What became of a request in one lane: the first decision with its reason and answer, and where its retries led.
fn cell(trace: &Trace, lane: &Lane, arrival: u32) -> impl IntoView + use<> {
    let mut attempts = lane.handled.iter().filter(|handled| handled.arrival == arrival);
    let first = attempts.next();
    let last = attempts.next_back();
    let told = |handled: &Handled| {
        let (class, sign, word) = why::mark(handled.decision.verdict);
        let fields = why::ratelimit_fields(trace, lane, handled).map(|(name, value)| format!("{name}: {value}")).join("\n");
        view! {
            <span class=class>{sign}" "{word}</span>" "<span class="answer" title=fields>{why::answer(handled.decision.verdict)}</span>
            <br/>{why::explain(lane, handled).plain()}
        }
    };
    let retried = last.map(|last| {
        let (class, sign, word) = why::mark(last.decision.verdict);
        view! { <br/><span class=class>{sign}" "</span>{format!("{word} at {}, after {} retries", last.at, last.attempt)} }
    });
    view! { {first.map(told)}{retried} }
}
