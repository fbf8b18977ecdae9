//! The smallest numbers under which a share of the clients is never refused, and the trade-off between limit and burst.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::LabState;
use crate::access_log::AccessLog;
use crate::labs::rate_limiting::advice::{Advice, Point, Search, Sent, limits_to_try};
use crate::labs::rate_limiting::scenario::{LaneSpec, Scope};
use crate::labs::rate_limiting::{Trace, names};
use crate::limiters::Settings;
use crate::site::breathe::Breather;

/// What was found out, and from what.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    clients: usize,
    lanes: Vec<(LaneSpec, Settings, Advice)>,
    curve: Vec<Point>,
    limit: u32,
}

#[component]
pub fn Advise(lab: LabState) -> impl IntoView {
    let share = RwSignal::new(99.0f64);
    let found = RwSignal::new(None::<Arc<Found>>);
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    let go = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let clients = match lab.log.get_untracked() {
            Some(log) => sent_in_log(&log, lab.scenario.read_untracked().scope),
            None => lab.trace.with_untracked(|trace| sent_by_clients(trace)),
        };
        let scenario = lab.scenario.get_untracked();
        let share = share.get_untracked() / 100.0;
        leptos::task::spawn_local(async move {
            let breather = Breather::new();
            let search = Search { clients: &clients, share, breathe: async || breather.breathe().await };
            let mut lanes = Vec::new();
            for spec in scenario.lanes.iter().filter(|spec| !spec.algorithm.by_concurrency()) {
                let settings = scenario.settings(spec);
                lanes.push((*spec, settings, search.advise(spec.algorithm, settings).await));
            }
            let curve = search.trade_off(scenario.window, &limits_to_try(&clients, scenario.window)).await;
            let _ = found.try_set(Some(Arc::new(Found { clients: clients.len(), lanes, curve, limit: scenario.limit })));
            let _ = busy.try_set(false);
        });
    };
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<f64>().ok().filter(|share| (1.0..=100.0).contains(share)) {
            Some(number) => {
                wrong.set(None);
                share.set(number);
            }
            None => wrong.set(Some(format!("The share is a number from 1 to 100; “{}” is not.", text.trim()))),
        }
    };
    let who = move || match lab.scenario.read().scope {
        Scope::PerClient => "of the clients are never refused, each with a limiter of its own",
        Scope::Everybody => "of the traffic’s one limiter: with one for all, the question is whether anybody is refused",
    };
    view! {
        <div class="tool">
            <p>
                <label>"Let "<input type="number" min="1" max="100" step="any" prop:value=move || share.get().to_string() on:change=typed/>" % "</label>
                {who}{move || if lab.log.read().is_some() { ", by your log. " } else { ", by the traffic above. " }}
                <button type="button" on:click=go disabled=busy>{move || if busy.get() { "Searching…" } else { "Find the numbers" }}</button>
            </p>
            <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
            <div role="status">{move || found.get().map(|found| view! { <Answer lab found/> })}</div>
        </div>
    }
}

/// First attempts by client: retries are the limiter's doing.
fn sent_by_clients(trace: &Trace) -> Vec<Sent> {
    let one = trace.scenario.scope == Scope::Everybody;
    let mut clients = vec![Vec::new(); if one { 1 } else { trace.scenario.clients() as usize }];
    for arrival in &trace.arrivals {
        if let Some(sent) = clients.get_mut(if one { 0 } else { arrival.client as usize }) {
            sent.push((arrival.at, arrival.cost));
        }
    }
    clients
}

fn sent_in_log(log: &AccessLog, scope: Scope) -> Vec<Sent> {
    let one = scope == Scope::Everybody;
    let mut clients = vec![Vec::new(); if one { 1 } else { log.keys.len() }];
    for request in &log.requests {
        if let Some(sent) = clients.get_mut(if one { 0 } else { request.key as usize }) {
            sent.push((request.at, request.cost));
        }
    }
    clients
}

#[component]
fn Answer(lab: LabState, found: Arc<Found>) -> impl IntoView {
    let rows = found
        .lanes
        .iter()
        .map(|(spec, settings, advice)| {
            let (spec, settings) = (*spec, *settings);
            let use_it = move |change: fn(&mut LaneSpec, u32), number: u32| {
                view! {
                    {number.to_string()}" "
                    <button type="button" class="link" on:click=move |_| lab.change(|scenario| {
                        if let Some(lane) = scenario.lanes.iter_mut().find(|lane| **lane == spec) {
                            change(lane, number);
                        }
                    })>"use it"</button>
                }
            };
            let limit = advice.limit.map(|limit| use_it(|lane, limit| lane.limit = Some(limit), limit));
            let burst = advice.burst.map(|burst| use_it(|lane, burst| lane.burst = Some(burst), burst));
            let none = "none up to 100,000 does";
            view! {
                <tr>
                    <th scope="row">{spec.algorithm.label()}" "<span class="unit">{names::variant(&lab.scenario.read_untracked(), &spec)}</span></th>
                    <td>{match limit { Some(limit) => limit.into_any(), None => none.into_any() }}
                        {spec.algorithm.has_burst().then(|| format!(" (burst {})", settings.burst))}</td>
                    <td>{match burst {
                        Some(burst) => view! { {burst}{format!(" (limit {})", settings.limit)} }.into_any(),
                        None if spec.algorithm.has_burst() => none.into_any(),
                        None => "has none".into_any(),
                    }}</td>
                </tr>
            }
        })
        .collect_view();
    let clients = found.clients;
    view! {
        <p>{format!("From what {clients} client{} sent:", if clients == 1 { "" } else { "s" })}</p>
        <div class="table" role="region" tabindex="0" aria-label="Smallest numbers">
            <table>
                <thead><tr><th scope="col">"Limiter"</th><th scope="col">"Smallest limit"</th><th scope="col">"Smallest burst"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Curve found/>
    }
}

/// Limit across, burst up: everything on or above the line does.
#[component]
fn Curve(found: Arc<Found>) -> impl IntoView {
    let points: Vec<(u32, u32)> = found.curve.iter().filter_map(|point| Some((point.limit, point.burst?))).collect();
    let (Some(widest), Some(tallest)) = (points.iter().map(|point| point.0).max(), points.iter().map(|point| point.1).max()) else {
        return ().into_any();
    };
    let place =
        |(limit, burst): (u32, u32)| (f64::from(limit) / f64::from(widest) * 1_000.0, 100.0 - f64::from(burst) / f64::from(tallest) * 96.0);
    let path: Vec<String> = points.iter().map(|point| place(*point)).map(|(x, y)| format!("{x:.0} {y:.1}")).collect();
    let first = points.first().copied().unwrap_or_default();
    let rows = points.iter().map(|(limit, burst)| view! { <tr><td>{*limit}</td><td>{*burst}</td></tr> }).collect_view();
    view! {
        <figure class="trade-off">
            <figcaption>"Token bucket: the burst that each limit needs. Everything on or above the line does."</figcaption>
            <svg viewBox="0 0 1000 104" preserveAspectRatio="none" height="104" aria-hidden="true">
                <path class="trade-area" d=format!("M{}L1000 0L{:.0} 0Z", path.join("L"), place(first).0)></path>
                <path class="trade-line" d=format!("M{}", path.join("L"))></path>
            </svg>
            <p class="unit">{format!("limit from {} (burst {}) to {widest} (burst {}) a window", first.0, first.1, points.last().map_or(0, |last| last.1))}</p>
            <details><summary>"The same as a table"</summary>
                <div class="table"><table><thead><tr><th scope="col">"Limit"</th><th scope="col">"Burst"</th></tr></thead><tbody>{rows}</tbody></table></div>
            </details>
        </figure>
    }
    .into_any()
}
