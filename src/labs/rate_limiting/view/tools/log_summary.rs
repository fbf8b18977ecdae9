//! What a log held, and what each limiter would have made of it.

use std::fmt::Write;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::LabState;
use super::log::Import;
use crate::access_log::{AccessLog, Summary};
use crate::labs::frame::figures::brief;
use crate::labs::rate_limiting::names;
use crate::labs::rate_limiting::replay::{COLUMNS, LaneReplay};
use crate::labs::rate_limiting::scenario::{Costs, LENGTHS, MOST_CLIENTS, Source};
use crate::labs::rate_limiting::scene::columns_svg;
use crate::labs::rate_limiting::why::window_words;
use crate::sim::{Arrivals, Nanos};

/// Requests of the log that the lab above can hold in a link.
const MOST_CLOSE_UP: usize = 300;
const COLUMNS_HEIGHT: u32 = 46;

#[component]
pub fn LogSummary(lab: LabState, log: Arc<AccessLog>) -> impl IntoView {
    let Summary { format, lines, requests, skipped, first, keys, busiest, peak_second, peak_minute, .. } = &log.summary;
    let remarks = log.summary.remarks().into_iter().map(|remark| view! { <li>{remark}</li> }).collect_view();
    let reasons = skipped
        .reasons()
        .into_iter()
        .map(|(reason, count)| view! { <li>{format!("{count} × a line {}", reason.clause())}</li> })
        .collect_view();
    let examples = skipped.first.iter().map(|line| view! { <li>{line.to_string()}</li> }).collect_view();
    let busiest = busiest.iter().map(|(key, count)| format!("{key} ({count})")).collect::<Vec<_>>().join(", ");
    let from = first.as_ref().map_or(String::new(), |first| format!(" from {first}"));
    let moment = log.clone();
    let close_up = move |_| put_into_lab(lab, &moment, moment.summary.peak_second.start);
    view! {
        <div class="log-summary">
            <p>
                <b>{format!("{requests} requests of {keys} clients over {}{from}.", log.summary.span_words())}</b>
                {format!(" Read as {format}; {lines} lines. Peak: {} in a second, {} in a minute.", peak_second.count, peak_minute.count)}
                " "<button type="button" class="link" on:click=close_up>"Run its busiest second above"</button>
            </p>
            <ul>{remarks}</ul>
            {(skipped.count > 0).then(|| view! {
                <details><summary>{format!("{} lines were skipped", skipped.count)}</summary><ul>{reasons}</ul><ul>{examples}</ul></details>
            })}
            <p class="unit">"Busiest: "{busiest}</p>
        </div>
    }
}

/// A part of the log small enough to be seen request by request becomes the lab's own traffic, and so part of its link.
fn put_into_lab(lab: LabState, log: &AccessLog, start: Nanos) {
    let from = log.requests.partition_point(|request| request.at < start);
    let mut clients: Vec<(u32, Vec<Nanos>)> = Vec::new();
    let mut last = start;
    // A little before it, so that the first does not stand on the edge.
    let lead = Nanos::from_millis(100);
    for request in log.requests[from..].iter().take(MOST_CLOSE_UP).take_while(|request| request.at - start <= *LENGTHS.end()) {
        let at = Nanos((request.at - start).0 / 1_000_000 * 1_000_000) + lead;
        match clients.iter().position(|(key, _)| *key == request.key) {
            Some(client) => clients[client].1.push(at),
            None if clients.len() < MOST_CLIENTS as usize => clients.push((request.key, vec![at])),
            None => continue,
        }
        last = request.at;
    }
    if clients.is_empty() {
        return;
    }
    lab.change(|scenario| {
        scenario.length = (last - start + Nanos(4 * lead.0)).max(*LENGTHS.start()).min(*LENGTHS.end());
        scenario.sources = clients.into_iter().map(|(_, moments)| Source::from(Arrivals::Listed(moments))).collect();
        (scenario.costs, scenario.retry, scenario.watched) = (Costs::ONE, None, 0);
        scenario.interventions = Vec::new();
    });
}

#[component]
pub fn ReplayView(lab: LabState, import: Import, log: Arc<AccessLog>, replays: Arc<Vec<LaneReplay>>) -> impl IntoView {
    let all: Vec<[u32; 3]> = match replays.first() {
        Some(first) => first.columns.iter().map(|kinds| [kinds.iter().sum(), 0, 0]).collect(),
        None => Vec::new(),
    };
    let lanes = replays
        .iter()
        .map(|lane| {
            let scenario = lab.scenario.read_untracked();
            let mut svg = String::new();
            columns_svg(&mut svg, &lane.columns, f64::from(COLUMNS_HEIGHT), f64::from(COLUMNS_HEIGHT) - 4.0);
            let share = |part: u32| f64::from(part) / (log.requests.len().max(1)) as f64 * 100.0;
            view! {
                <div class="replay-lane">
                    <p>
                        <b>{lane.spec.algorithm.label()}</b>" "<span class="unit">{names::variant(&scenario, &lane.spec)}</span>
                        {format!(" refuses {} ({:.2} %)", lane.counts.refused, share(lane.counts.refused))}
                    </p>
                    <svg class="plot" width="100%" height=COLUMNS_HEIGHT aria-hidden="true" inner_html=svg></svg>
                </div>
            }
        })
        .collect_view();
    let mut arrivals = String::new();
    columns_svg(&mut arrivals, &all, 30.0, 28.0);
    let arrivals = arrivals.replace("column pass", "column all");
    let rows = replays.iter().map(|lane| row(lab, import, lane, &log)).collect_view();
    let each = brief(Nanos(log.summary.span.0 / COLUMNS as u64));
    view! {
        <div class="replay">
            <p class="unit">{format!("Requests over time; each column is {each}.")}</p>
            <svg class="plot" width="100%" height="30" aria-hidden="true" inner_html=arrivals></svg>
            {lanes}
            <div class="table" role="region" tabindex="0" aria-label="The log through each limiter">
                <table>
                    <thead><tr>
                        <th scope="col">"The whole log"</th>
                        <th scope="col">"Admitted"</th>
                        <th scope="col">"Delayed"</th>
                        <th scope="col">"Refused"</th>
                        <th scope="col">"Clients ever refused"</th>
                        <th scope="col">"Waits p50 · p99 · max"</th>
                        <th scope="col">"Most in a window"</th>
                        <th scope="col">"Never more than"</th>
                        <th scope="col">"Most refused"</th>
                        <th scope="col">"Its decisions"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn row(lab: LabState, import: Import, lane: &LaneReplay, log: &AccessLog) -> impl IntoView + use<> {
    let waits = lane.waits.map_or("–".to_owned(), |waits| [waits.p50, waits.p99, waits.max].map(brief).join(" · "));
    let mut hurt = String::new();
    for (key, refused, sent) in lane.most_hurt.iter().take(3) {
        let name = log.keys.get(*key as usize).map_or("", |name| name);
        let _ = write!(hurt, "{}{name}: {refused} of {sent}", if hurt.is_empty() { "" } else { "; " });
    }
    let over = lane.worst > lane.settings.limit as usize;
    let window = window_words(lane.settings.window);
    let spec = lane.spec;
    view! {
        <tr>
            <th scope="row">{lane.spec.algorithm.label()}" "<span class="unit">{names::variant(&lab.scenario.read_untracked(), &lane.spec)}</span></th>
            <td class="pass">"● "{lane.counts.admitted}</td>
            <td class="wait">"◐ "{lane.counts.delayed}</td>
            <td class="stop">"✕ "{lane.counts.refused}</td>
            <td>{format!("{} of {}", lane.hurt, log.keys.len())}</td>
            <td>{waits}</td>
            <td class:stop=over>{format!("{} in {window}", lane.worst)}</td>
            <td>{lane.bound.map_or("–".to_owned(), |bound| bound.to_string())}</td>
            <td>{hurt}</td>
            <td><button type="button" class="link" on:click=move |_| import.save(lab, spec)>"CSV"</button></td>
        </tr>
    }
}
