//! What the reader can set, with units.

mod drawn;
mod lanes;
mod traffic;

use leptos::prelude::*;

use super::state::LabState;
use crate::address::{read_span, write_span};
use crate::labs::frame::view::{NumberField, SpanField, TextField};
use crate::labs::rate_limiting::scenario::{COSTS, Costs, LENGTHS, LIMITS, PATIENCE, Scope, SecondLimit, WINDOWS};
use crate::labs::rate_limiting::words::{read_retry, read_work, write_retry, write_work};
use lanes::Lanes;
use traffic::Traffic;

#[component]
pub fn SettingsPanel(lab: LabState, open: bool) -> impl IntoView {
    view! {
        <details class="settings needs-js" open=open>
            <summary>"Settings"</summary>
            <div class="fields">
                <Lanes lab/>
                <Limits lab/>
                <Traffic lab/>
                <Clients lab/>
            </div>
        </details>
    }
}

/// What holds for every lane that has nothing of its own.
#[component]
fn Limits(lab: LabState) -> impl IntoView {
    let scenario = lab.scenario;
    let second = Signal::derive(move || match scenario.read().second {
        Some(second) => format!("{} in {}", second.limit, write_span(second.window)),
        None => String::new(),
    });
    let set_second = move |text: &str| {
        let read = || {
            let (limit, window) = text.split_once(" in ")?;
            let limit = limit.trim().parse().ok().filter(|limit| LIMITS.contains(limit))?;
            let window = read_span(window.trim()).filter(|window| WINDOWS.contains(window))?;
            Some(SecondLimit { limit, window })
        };
        let second = if text.is_empty() || text == "none" { Some(None) } else { read().map(Some) };
        match second {
            Some(second) => {
                lab.change(|scenario| scenario.second = second);
                Ok(())
            }
            None => Err(format!("“{text}” is no second limit. Write it as 1000 in 60m, or leave the field empty.")),
        }
    };
    view! {
        <fieldset>
            <legend>"Limit"</legend>
            <NumberField label="Limit" unit="requests" value=Signal::derive(move || scenario.read().limit) range=LIMITS slider_to=40
                set=move |limit| lab.change(|scenario| scenario.limit = limit)/>
            <SpanField label="Window" wanted="a time from 10 ms to 1440 minutes, such as 1s or 250ms" value=Signal::derive(move || scenario.read().window)
                fits=|span| WINDOWS.contains(&span) set=move |window| lab.change(|scenario| scenario.window = window)/>
            <NumberField label="Burst" unit="requests at once" value=Signal::derive(move || scenario.read().burst) range=LIMITS slider_to=40
                set=move |burst| lab.change(|scenario| scenario.burst = burst)/>
            <TextField label="And also" hint="none, or 1000 in 60m" value=second set=set_second/>
            <SpanField label="Patience" wanted="a time up to 60 minutes: the longest wait, and when an answer counts as lost" value=Signal::derive(move || scenario.read().patience)
                fits=|span| PATIENCE.contains(&span) set=move |patience| lab.change(|scenario| scenario.patience = patience)/>
        </fieldset>
    }
}

/// Who sends, what they do when refused, and what the requests do behind the limiter.
#[component]
fn Clients(lab: LabState) -> impl IntoView {
    let scenario = lab.scenario;
    let scope = move || if scenario.read().scope == Scope::PerClient { "client" } else { "all" };
    let choose_scope = move |event: web_sys::Event| {
        let scope = if event_target_value(&event) == "client" { Scope::PerClient } else { Scope::Everybody };
        lab.change(|scenario| scenario.scope = scope);
    };
    let set_retry = move |text: &str| match read_retry(text) {
        Some(retry) => {
            lab.change(|scenario| scenario.retry = retry);
            Ok(())
        }
        None => Err(format!(
            "“{text}” is no way to retry. Write none, now, fixed:1s, or backoff, full, equal or decorrelated with base and cap, such as full:100ms:10s:x5:honour."
        )),
    };
    let retries: [(&str, &str); 7] = [
        ("none", "give up"),
        ("now:x10", "ask again at once"),
        ("backoff:0.2s:10s:x8", "back off, doubling"),
        ("full:0.2s:10s:x8", "back off, full jitter"),
        ("equal:0.2s:10s:x8", "back off, equal jitter"),
        ("decorrelated:0.2s:10s:x8", "back off, decorrelated jitter"),
        ("full:0.2s:10s:x8:honour", "honour Retry-After, then jitter"),
    ];
    let set_work = move |text: &str| match read_work(text) {
        Some(work) => {
            lab.change(|scenario| scenario.work = work);
            Ok(())
        }
        None => Err(format!("“{text}” is no work. Write none, random:100ms:10 or fixed:50ms:4: how long one takes, and how many workers.")),
    };
    let costs = Signal::derive(move || match scenario.read().costs {
        Costs { cost, every: 1 } => cost.to_string(),
        Costs { cost, every } => format!("{cost}/{every}"),
    });
    let set_costs = move |text: &str| {
        let (cost, every) = text.split_once('/').unwrap_or((text, "1"));
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| COSTS.contains(number));
        match number(cost).zip(number(every)) {
            Some((cost, every)) => {
                lab.change(|scenario| scenario.costs = Costs { cost, every });
                Ok(())
            }
            None => Err(format!("“{text}” is no cost. Write 1, or 5/10 when every tenth request of a client costs 5.")),
        }
    };
    view! {
        <fieldset>
            <legend>"Clients and work"</legend>
            <label class="field">
                <span class="field-label">"Limiter"</span>
                <select on:change=choose_scope prop:value=scope>
                    <option value="client" selected=move || scope() == "client">"one for each client"</option>
                    <option value="all" selected=move || scope() == "all">"one for all of them"</option>
                </select>
            </label>
            <Show when=move || { scenario.read().clients() > 1 && scenario.read().scope == Scope::PerClient }>
                <NumberField label="Drawn" unit="client" value=Signal::derive(move || scenario.read().watched + 1) range=1..=200
                    slider_to=20 set=move |client| lab.change(|scenario| scenario.watched = (client - 1).min(scenario.clients() - 1))/>
            </Show>
            <label class="field">
                <span class="field-label">"Refused"</span>
                <select on:change=move |event| { let _ = set_retry(&event_target_value(&event)); }>
                    {retries.into_iter().map(|(text, label)| view! {
                        <option value=text selected=move || write_retry(scenario.read().retry) == text>{label}</option>
                    }).collect_view()}
                    <option value="" disabled=true selected=move || !retries.iter().any(|(text, _)| *text == write_retry(scenario.read().retry))>"as written below"</option>
                </select>
            </label>
            <TextField label="exactly" hint="full:100ms:10s:x5:honour" value=Signal::derive(move || write_retry(scenario.read().retry)) set=set_retry/>
            <TextField label="Work" hint="none, random:100ms:10, fixed:50ms:4" value=Signal::derive(move || write_work(scenario.read().work)) set=set_work/>
            <TextField label="Cost" hint="1, or 5/10: every tenth costs 5" value=costs set=set_costs/>
            <SpanField label="Length" wanted="a time from 500 ms to 60 minutes" value=Signal::derive(move || scenario.read().length)
                fits=|span| LENGTHS.contains(&span) set=move |length| lab.change(|scenario| scenario.length = length)/>
            <NumberField label="Seed" unit="" value=Signal::derive(move || scenario.read().seed as u32) range=0..=u32::MAX slider_to=99
                set=move |seed| lab.change(|scenario| scenario.seed = u64::from(seed))/>
        </fieldset>
    }
}
