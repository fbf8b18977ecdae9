//! What the reader can set, with units.

use leptos::prelude::*;

use super::state::LabState;
use crate::address::{read_span, write_span};
use crate::labs::frame::view::NumberField;
use crate::labs::rate_limiting::address::{read_arrivals, write_arrivals};
use crate::labs::rate_limiting::scenario::{Algorithm, LENGTHS, LIMITS, WINDOWS};
use crate::sim::{Arrivals, Nanos};

#[component]
pub fn SettingsPanel(lab: LabState, open: bool) -> impl IntoView {
    let scenario = lab.scenario;
    view! {
        <details class="settings needs-js" open=open>
            <summary>"Settings"</summary>
            <div class="fields">
                <fieldset>
                    <legend>"Limiters"</legend>
                    {Algorithm::ALL.into_iter().map(|algorithm| view! { <LaneToggle lab algorithm/> }).collect_view()}
                </fieldset>
                <fieldset>
                    <legend>"Limit"</legend>
                    <NumberField label="Limit" unit="requests" value=Signal::derive(move || scenario.read().limit) range=LIMITS slider_to=40
                        set=move |limit| lab.change(|scenario| scenario.limit = limit)/>
                    <SpanField label="Window" wanted="a time from 10 ms to 60 s, such as 1s or 250ms" value=Signal::derive(move || scenario.read().window)
                        fits=|span| WINDOWS.contains(&span) set=move |window| lab.change(|scenario| scenario.window = window)/>
                    <NumberField label="Burst" unit="requests at once" value=Signal::derive(move || scenario.read().burst) range=LIMITS slider_to=40
                        set=move |burst| lab.change(|scenario| scenario.burst = burst)/>
                </fieldset>
                <fieldset>
                    <legend>"Traffic"</legend>
                    <TrafficField lab/>
                    <SpanField label="Length" wanted="a time from 500 ms to 60 s" value=Signal::derive(move || scenario.read().length)
                        fits=|span| LENGTHS.contains(&span) set=move |length| lab.change(|scenario| scenario.length = length)/>
                    <NumberField label="Seed" unit="" value=Signal::derive(move || scenario.read().seed as u32) range=0..=u32::MAX slider_to=99
                        set=move |seed| lab.change(|scenario| scenario.seed = u64::from(seed))/>
                </fieldset>
            </div>
        </details>
    }
}

/// One limiter, in or out; the last one stays.
#[component]
fn LaneToggle(lab: LabState, algorithm: Algorithm) -> impl IntoView {
    let on = move || lab.scenario.read().lanes.contains(&algorithm);
    let alone = move || on() && lab.scenario.read().lanes.len() == 1;
    let toggle = move |_| {
        lab.change(|scenario| {
            let mut lanes = scenario.lanes.clone();
            match lanes.iter().position(|lane| *lane == algorithm) {
                Some(index) => drop(lanes.remove(index)),
                None => lanes.push(algorithm),
            }
            if !lanes.is_empty() {
                lanes.sort_by_key(|lane| Algorithm::ALL.iter().position(|known| known == lane));
                scenario.lanes = lanes;
            }
        })
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=on disabled=alone on:change=toggle/>
            {algorithm.label()}" "<span class="unit">{algorithm.variant()}</span>
        </label>
    }
}

/// A time with its unit.
#[component]
fn SpanField(
    label: &'static str,
    wanted: &'static str,
    value: Signal<Nanos>,
    fits: fn(Nanos) -> bool,
    set: impl Fn(Nanos) + Copy + 'static,
) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        let text = text.trim().replace(' ', "");
        match read_span(&text).filter(|span| fits(*span)) {
            Some(span) => {
                wrong.set(None);
                set(span);
            }
            None => wrong.set(Some(format!("{label} is {wanted}; “{text}” is not. It stays {}.", value.get_untracked()))),
        }
    };
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input type="text" size="8" spellcheck="false" prop:value=move || write_span(value.get())
                aria-invalid=move || wrong.read().is_some().then_some("true") on:change=typed/>
        </label>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
}

/// A traffic law by name, and as its exact text.
#[component]
fn TrafficField(lab: LabState) -> impl IntoView {
    const LAWS: [(&str, &str); 4] =
        [("steady", "steady:10"), ("poisson", "poisson:10"), ("bursts", "bursts:10:20ms:1s"), ("at", "moments listed")];
    let law = move || match lab.scenario.read().arrivals {
        Arrivals::Steady { .. } => "steady",
        Arrivals::Poisson { .. } => "poisson",
        Arrivals::Bursts { .. } => "bursts",
        Arrivals::Listed(_) => "at",
    };
    let wrong = RwSignal::new(None::<String>);
    let set = move |text: &str| {
        match read_arrivals(text.trim()) {
        Some(arrivals) => {
            wrong.set(None);
            lab.change(|scenario| scenario.arrivals = arrivals);
        }
        None => wrong.set(Some(format!(
            "“{}” is no traffic. Write steady:10, poisson:12.5 (requests a second), bursts:8:10ms:1s (size, gap, every) or at:0.1s,0.9s. It stays as it was.",
            text.chars().take(40).collect::<String>()
        ))),
    }
    };
    let chosen = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        // The moments that came now become the list to edit.
        let text = match LAWS.iter().find(|(law, _)| *law == name) {
            Some((_, text)) if name != "at" => (*text).to_owned(),
            _ => lab.trace.with_untracked(|trace| {
                write_arrivals(&Arrivals::Listed(
                    trace.arrivals.iter().filter(|arrival| !arrival.by_reader).map(|arrival| arrival.at).collect(),
                ))
            }),
        };
        set(&text);
    };
    view! {
        <label class="field">
            <span class="field-label">"Arrivals"</span>
            <select on:change=chosen prop:value=law>
                <option value="steady" selected=move || law() == "steady">"steady"</option>
                <option value="poisson" selected=move || law() == "poisson">"Poisson (at random)"</option>
                <option value="bursts" selected=move || law() == "bursts">"bursts"</option>
                <option value="at" selected=move || law() == "at">"a list of moments"</option>
            </select>
        </label>
        <label class="field">
            <span class="field-label">"exactly"</span>
            <input class="wide" type="text" spellcheck="false" prop:value=move || write_arrivals(&lab.scenario.read().arrivals)
                on:change=move |event| set(&event_target_value(&event))/>
        </label>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
}
