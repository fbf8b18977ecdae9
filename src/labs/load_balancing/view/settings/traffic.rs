//! What comes and how long it takes: laws by name, and as their exact text.

use leptos::prelude::*;

use super::super::state::LabState;
use super::{decimal, shorten};
use crate::labs::frame::traffic::{MOST_LISTED, read_arrivals, write_arrivals};
use crate::labs::frame::view::{NumberField, SpanField, TextField};
use crate::labs::load_balancing::scenario::{CLIENTS, LENGTHS, RATES, SKEWS, WORK_TIMES};
use crate::sim::Arrivals;
use crate::sim::service::{Service, read_service, write_service};

/// Laws with a text to start from.
const LAWS: [(&str, &str, &str); 7] = [
    ("steady", "steady:40", "steady"),
    ("poisson", "poisson:40", "Poisson (at random)"),
    ("bursts", "bursts:20:2ms:1s", "bursts, on and off"),
    ("ramp", "ramp:10:80", "a ramp"),
    ("flash", "flash:20:120:5s:2s", "a flash crowd"),
    ("drawn", "drawn:20-20-40-60-80-60-40-20-20-20", "rates in turn"),
    ("at", "", "a list of moments"),
];

/// Laws of service with a text to start from.
const SERVICES: [(&str, &str, &str); 5] = [
    ("constant", "constant", "always the same"),
    ("exp", "exp", "exponential"),
    ("lognormal", "lognormal:1.2", "log-normal"),
    ("pareto", "pareto:1.5:1000", "bounded Pareto"),
    ("bimodal", "bimodal:0.1:10", "two kinds"),
];

#[component]
pub fn Traffic(lab: LabState) -> impl IntoView {
    let scenario = lab.scenario;
    let law = move || match scenario.read().arrivals {
        Arrivals::Steady { .. } => "steady",
        Arrivals::Poisson { .. } => "poisson",
        Arrivals::Bursts { .. } => "bursts",
        Arrivals::Ramp { .. } => "ramp",
        Arrivals::Flash { .. } => "flash",
        Arrivals::Drawn(_) => "drawn",
        Arrivals::Listed(_) => "at",
    };
    let set = move |text: &str| match read_arrivals(text, &RATES) {
        Some(arrivals) => {
            lab.change(|scenario| scenario.arrivals = arrivals);
            Ok(())
        }
        None => Err(format!(
            "“{}” is no traffic. Write steady:40, poisson:12.5 (requests a second), bursts:20:2ms:1s (size, gap, every), ramp:10:80, \
             flash:20:120:5s:2s (from, to, when, how long), drawn:20-80-20 or at:0.1s,0.9s. It stays as it was.",
            shorten(text)
        )),
    };
    let chosen = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        // The moments that came now become the list to edit.
        let text = match LAWS.iter().find(|(law, ..)| *law == name) {
            Some((_, text, _)) if !text.is_empty() => (*text).to_owned(),
            _ => lab.trace.with_untracked(|trace| {
                let own = trace.arrivals.iter().filter(|arrival| !arrival.by_reader);
                write_arrivals(&Arrivals::Listed(own.map(|arrival| arrival.at).take(MOST_LISTED).collect()))
            }),
        };
        let _ = set(&text);
    };
    let set_skew = move |text: &str| match decimal(text).filter(|skew| SKEWS.contains(skew)) {
        Some(skew) => {
            lab.change(|scenario| scenario.clients.skew = skew);
            Ok(())
        }
        None => Err(format!(
            "The skew is a number from {} (all ask as often) to {} (hardly anybody but the first); “{}” is not. It stays {}.",
            SKEWS.start(),
            SKEWS.end(),
            shorten(text),
            scenario.read_untracked().clients.skew
        )),
    };
    let service = move || match scenario.read().service {
        Service::Constant => "constant",
        Service::Exponential => "exp",
        Service::LogNormal { .. } => "lognormal",
        Service::Pareto { .. } => "pareto",
        Service::Bimodal { .. } => "bimodal",
    };
    let set_service = move |text: &str| match read_service(text) {
        Some(service) => {
            lab.change(|scenario| scenario.service = service);
            Ok(())
        }
        None => Err(format!(
            "“{}” is no law of service. Write constant, exp, lognormal:1.2 (sigma), pareto:1.5:1000 (alpha, the longest over the shortest) or \
             bimodal:0.1:10 (the share of the long ones, times as long). It stays as it was.",
            shorten(text)
        )),
    };
    let choose_service = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        if let Some((_, text, _)) = SERVICES.iter().find(|(law, ..)| *law == name) {
            let _ = set_service(text);
        }
    };
    view! {
        <fieldset>
            <legend>"Traffic"</legend>
            <label class="field">
                <span class="field-label">"Arrivals"</span>
                <select on:change=chosen prop:value=law>
                    {LAWS.into_iter().map(|(name, _, label)| view! { <option value=name selected=move || law() == name>{label}</option> }).collect_view()}
                </select>
            </label>
            <TextField label="exactly" hint="poisson:40" value=Signal::derive(move || write_arrivals(&scenario.read().arrivals)) set/>
            <NumberField label="Clients" unit="who ask" value=Signal::derive(move || scenario.read().clients.count) range=CLIENTS slider_to=200
                set=move |count| lab.change(|scenario| scenario.clients.count = count)/>
            <TextField label="Skew" hint="0, or 1.1: a few ask most" value=Signal::derive(move || scenario.read().clients.skew.to_string()) set=set_skew/>
            <label class="field">
                <span class="field-label">"Service"</span>
                <select on:change=choose_service prop:value=service>
                    {SERVICES.into_iter().map(|(name, _, label)| view! { <option value=name selected=move || service() == name>{label}</option> }).collect_view()}
                </select>
            </label>
            <TextField label="exactly" hint="lognormal:1.2" value=Signal::derive(move || write_service(&scenario.read().service)) set=set_service/>
            <SpanField label="Mean work" wanted="a time from 10 µs to 60 s, such as 50ms: how long a request takes at speed 1" value=Signal::derive(move || scenario.read().work)
                fits=|span| WORK_TIMES.contains(&span) set=move |work| lab.change(|scenario| scenario.work = work)/>
            <p class="unit" role="status">{move || load(lab)}</p>
            <SpanField label="Length" wanted="a time from 500 ms to 60 minutes" value=Signal::derive(move || scenario.read().length)
                fits=|span| LENGTHS.contains(&span) set=move |length| lab.change(|scenario| scenario.length = length)/>
            <NumberField label="Seed" unit="" value=Signal::derive(move || scenario.read().seed as u32) range=0..=u32::MAX slider_to=99
                set=move |seed| lab.change(|scenario| scenario.seed = u64::from(seed))/>
        </fieldset>
    }
}

/// What comes against what the servers can do.
fn load(lab: LabState) -> String {
    let (rate, capacity, length) = lab.scenario.with(|scenario| (scenario.rate(), scenario.capacity(), scenario.length));
    let (rate, on_average) = match rate {
        Some(rate) => (rate, ""),
        None => {
            let came = lab.trace.with(|trace| trace.arrivals.iter().filter(|arrival| !arrival.by_reader).count());
            (came as f64 / length.as_secs_f64().max(1e-9), " on average")
        }
    };
    let short = |number: f64| format!("{number:.1}").trim_end_matches(".0").to_owned();
    let words = if rate >= 100.0 { format!("{rate:.0}") } else { short(rate) };
    let (requests, are) = if words == "1" { ("request", "is") } else { ("requests", "are") };
    if capacity <= 0.0 {
        return format!("{words} {requests} a second{on_average}, and no server to work on them.");
    }
    let percent = rate / capacity * 100.0;
    // Near the edge a tenth of a percent is a matter of seconds.
    let shown = if (90.0..110.0).contains(&percent) { short(percent) } else { format!("{percent:.0}") };
    let more = if percent >= 100.0 { ": what they cannot do waits, or is lost" } else { "" };
    format!("{words} {requests} a second{on_average} {are} {shown} % of what these servers can do{more}.")
}
