//! Counts, rates and times up to the moment, as live text: policy by policy, and server by server.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::numbers::{self, LaneNumbers, ServerNumbers, brief, grouped};
use crate::labs::load_balancing::run::{End, ServerState};
use crate::sim::Nanos;

/// Ways to fail, as a table calls them.
const FAILURES: [(End, &str); 5] = [
    (End::Dropped, "queue full"),
    (End::TimedOut, "timed out"),
    (End::Reset, "reset"),
    (End::Error, "errors"),
    (End::NoServer, "no server"),
];

#[component]
pub fn Numbers(lab: LabState) -> impl IntoView {
    let all = Memo::new(move |_| {
        let moment = lab.moment.get();
        lab.trace.with(|trace| trace.lanes.iter().map(|lane| numbers::lane(trace, lane, moment)).collect::<Vec<LaneNumbers>>())
    });
    // The one that is drawn comes first.
    let order = Memo::new(move |_| {
        let watched = lab.watched.get();
        let lanes = lab.scenario.read().lanes.len();
        std::iter::once(watched).chain((0..lanes).filter(|lane| *lane != watched)).collect::<Vec<usize>>()
    });
    // Columns come and go with what can happen, not with the moment.
    let trying = Memo::new(move |_| lab.scenario.with(|scenario| scenario.retry.is_some() || scenario.hedge.is_some()));
    let warnings = Memo::new(move |_| lab.with_moment(numbers::warnings));
    let whole = Memo::new(move |_| all.with(|all| all.iter().all(|numbers| numbers.whole)));
    view! {
        <div class="counts">
            <div class="table numbers many" role="region" tabindex="0" aria-label="Numbers of each policy">
                <table>
                    <thead><tr>
                        <th scope="col">{move || if whole.get() { "The whole run" } else { "Up to now" }}</th>
                        <th scope="col">"Answered"</th>
                        <th scope="col">"Under way"</th>
                        <th scope="col">"Failed"</th>
                        {move || trying.get().then(|| view! { <th scope="col">"Tried again"</th> })}
                        <th scope="col">"Work done a second"</th>
                        <th scope="col">"Answered a second"</th>
                        <th scope="col">"Mean"</th>
                        <th scope="col">"p50 · p95 · p99 · p99.9"</th>
                        <th scope="col">"Jain’s index: shares · busy"</th>
                    </tr></thead>
                    <tbody>{move || order.get().into_iter().map(|index| view! { <LaneRow lab index all trying/> }).collect_view()}</tbody>
                </table>
            </div>
            <p class="unit">{move || if whole.get() {
                "Of the whole run; percentiles are right to within 1 in 128."
            } else {
                "Of what was recorded until this moment; times are from a request’s arrival to its answer."
            }}</p>
            <div role="status">{move || warnings.get().into_iter().map(|warning| view! { <p class="warn">{warning}</p> }).collect_view()}</div>
            <Servers lab/>
        </div>
    }
}

#[component]
fn LaneRow(lab: LabState, index: usize, all: Memo<Vec<LaneNumbers>>, trying: Memo<bool>) -> impl IntoView {
    let cell = move |read: fn(&LaneNumbers) -> String| move || all.with(|all| all.get(index).map(read).unwrap_or_default());
    let name = move || lab.trace.with(|trace| trace.lanes.get(index).map(|lane| names::short(trace, lane)).unwrap_or_default());
    let watched = move || lab.watched.get() == index;
    // Its record has stopped before the moment: the others' numbers are not those of the whole run.
    let ahead = move || {
        let (at, length) = (lab.moment.get(), lab.scenario.read().length);
        let whole = all.with(|all| all.get(index).is_some_and(|numbers| numbers.whole));
        (whole && at < length).then_some(" (the whole run)")
    };
    view! {
        <tr class:watched=watched aria-current=move || watched().then_some("true")>
            <th scope="row">
                <span aria-hidden="true">{move || watched().then_some("▸ ")}</span>{name}<span class="unit">{ahead}</span>
                <span class="sr">{move || watched().then_some(", drawn above")}</span>
            </th>
            <td class="pass"><span aria-hidden="true">"● "</span>{cell(|numbers| grouped(numbers.answered()))}</td>
            <td class="wait"><span aria-hidden="true">"◐ "</span>{cell(|numbers| grouped(numbers.count(End::Open)))}</td>
            <td class="stop"><span aria-hidden="true">"✕ "</span>{cell(|numbers| grouped(numbers.failed()))}<span class="kinds">{cell(failures)}</span></td>
            {move || trying.get().then(|| view! { <td>{cell(again)}</td> })}
            <td>{cell(|numbers| rate(numbers.throughput))}</td>
            <td>{cell(|numbers| rate(numbers.goodput))}</td>
            <td>{cell(|numbers| time(numbers.latency.mean))}</td>
            <td>{cell(|numbers| {
                let spread = numbers.latency;
                times([spread.p50, spread.p95, spread.p99, spread.p999])
            })}</td>
            <td>{cell(|numbers| format!("{} · {}", share(numbers.fairness), share(numbers.fairness_of_utilisation)))}</td>
        </tr>
    }
}

/// “8 queue full, 4 timed out”.
fn failures(numbers: &LaneNumbers) -> String {
    let kinds = FAILURES.iter().map(|(end, words)| (numbers.count(*end), words)).filter(|(count, _)| *count > 0);
    kinds.map(|(count, words)| format!("{} {words}", grouped(count))).collect::<Vec<_>>().join(", ")
}

/// “12, and 3 hedges”.
fn again(numbers: &LaneNumbers) -> String {
    let hedges = match numbers.hedged {
        0 => String::new(),
        1 => ", and 1 hedge".to_owned(),
        many => format!(", and {} hedges", grouped(many)),
    };
    format!("{}{hedges}", grouped(numbers.retried))
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"))
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share:.2}"))
}

fn time(time: Option<Nanos>) -> String {
    time.map_or_else(|| "–".to_owned(), brief)
}

fn times(spread: [Option<Nanos>; 4]) -> String {
    if spread.iter().all(Option::is_none) { "–".to_owned() } else { spread.map(time).join(" · ") }
}

/// The servers of the watched policy. Built when it is opened.
#[component]
fn Servers(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let name = move || lab.trace.with(|trace| names::short(trace, trace.watched()));
    view! {
        <details class="each-server needs-js" on:toggle=toggled>
            <summary>"Server by server: "{name}</summary>
            {move || open.get().then(|| view! { <ServerTable lab/> })}
        </details>
    }
}

#[component]
fn ServerTable(lab: LabState) -> impl IntoView {
    let count = Memo::new(move |_| lab.scenario.read().all_servers().len());
    let all = Memo::new(move |_| lab.with_moment(numbers::servers));
    view! {
        <div class="table numbers many" role="region" tabindex="0" aria-label="Numbers of each server">
            <table>
                <thead><tr>
                    <th scope="col">"Server"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Sent there"</th>
                    <th scope="col">"Answered"</th>
                    <th scope="col">"Failed"</th>
                    <th scope="col">"Waiting"</th>
                    <th scope="col">"Worked on"</th>
                    <th scope="col">"Busy"</th>
                    <th scope="col">"Mean"</th>
                    <th scope="col">"p50 · p95 · p99 · p99.9"</th>
                </tr></thead>
                <tbody>{move || (0..count.get()).map(|index| view! { <ServerRow lab index all/> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn ServerRow(lab: LabState, index: usize, all: Memo<Vec<ServerNumbers>>) -> impl IntoView {
    let cell = move |read: fn(&ServerNumbers) -> String| move || all.with(|all| all.get(index).map(read).unwrap_or_default());
    let state = Memo::new(move |_| lab.with_moment(|_, lane, at| lane.servers.get(index).and_then(|server| server.state(at))));
    let words = move || state_words(state.get());
    let trouble = move || state.get().is_none_or(|state| !state.present || !state.alive || state.marked_down + state.ejected > 0);
    view! {
        <tr>
            <th scope="row">{names::server(index)}</th>
            <td class:stop=trouble>{words}</td>
            <td>{cell(|numbers| grouped(numbers.attempts))}</td>
            <td class="pass"><span aria-hidden="true">"● "</span>{cell(|numbers| grouped(numbers.answered))}</td>
            <td class="stop"><span aria-hidden="true">"✕ "</span>{cell(|numbers| grouped(numbers.failed))}</td>
            <td class="wait"><span aria-hidden="true">"◐ "</span>{cell(|numbers| grouped(u64::from(numbers.waiting)))}</td>
            <td>{cell(|numbers| match numbers.abandoned {
                0 => numbers.working.to_string(),
                abandoned => format!("{}, nobody waits for {abandoned}", numbers.working),
            })}</td>
            <td>{cell(|numbers| format!("{:.0} %", numbers.utilisation * 100.0))}</td>
            <td>{cell(|numbers| time(numbers.mean))}</td>
            <td>{cell(|numbers| times([numbers.p50, numbers.p95, numbers.p99, numbers.p999]))}</td>
        </tr>
    }
}

fn state_words(state: Option<ServerState>) -> String {
    let Some(state) = state.filter(|state| state.present) else { return "not there".to_owned() };
    let known = [
        (state.alive, "up"),
        (!state.alive, "dead"),
        (state.draining, "drained"),
        (state.marked_down > 0, "marked down"),
        (state.ejected > 0, "ejected"),
    ];
    let mut words: Vec<String> = known.into_iter().filter(|(so, _)| *so).map(|(_, word)| word.to_owned()).collect();
    if state.slower > 1 {
        words.push(format!("{} times as slow", state.slower));
    }
    if state.errors > 0 {
        words.push(format!("{} % errors", state.errors));
    }
    words.join(", ")
}
