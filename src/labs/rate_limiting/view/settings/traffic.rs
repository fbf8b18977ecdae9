//! Traffic laws by name, and as their exact text.

use leptos::prelude::*;

use super::super::state::LabState;
use super::drawn::DrawnCurve;
use crate::labs::frame::traffic::write_arrivals;
use crate::labs::frame::view::TextField;
use crate::labs::rate_limiting::words::{read_sources, write_sources};
use crate::sim::Arrivals;

/// Laws with a text to start from.
const LAWS: [(&str, &str, &str); 9] = [
    ("steady", "steady:10", "steady"),
    ("poisson", "poisson:10", "Poisson (at random)"),
    ("bursts", "bursts:10:20ms:1s", "bursts, on and off"),
    ("ramp", "ramp:2:30", "a ramp"),
    ("flash", "flash:3:40:1s:1s", "a flash crowd"),
    ("drawn", "drawn:2-2-4-8-16-24-16-8-4-2-2-2-2-20-30-20-2-2-2-2", "drawn by hand"),
    ("clients", "poisson:2*5|steady:30", "several clients, one greedy"),
    ("herd", "at:0.5s*40", "all at one moment"),
    ("at", "", "a list of moments"),
];

#[component]
pub fn Traffic(lab: LabState) -> impl IntoView {
    let law = move || {
        let scenario = lab.scenario.read();
        match scenario.sources.as_slice() {
            [only] if only.clients == 1 => match only.arrivals {
                Arrivals::Steady { .. } => "steady",
                Arrivals::Poisson { .. } => "poisson",
                Arrivals::Bursts { .. } => "bursts",
                Arrivals::Ramp { .. } => "ramp",
                Arrivals::Flash { .. } => "flash",
                Arrivals::Drawn(_) => "drawn",
                Arrivals::Listed(_) => "at",
            },
            [only] if matches!(only.arrivals, Arrivals::Listed(_)) => "herd",
            _ => "clients",
        }
    };
    let set = move |text: &str| match read_sources(text) {
        Some(sources) => {
            lab.change(|scenario| {
                scenario.sources = sources;
                scenario.watched = scenario.watched.min(scenario.clients() - 1);
            });
            Ok(())
        }
        None => Err(format!(
            "“{}” is no traffic. Write steady:10, poisson:12.5 (requests a second), bursts:8:10ms:1s (size, gap, every), ramp:2:30, flash:3:40:1s:1s (from, to, when, how long), drawn:2-8-20 or at:0.1s,0.9s; *5 for five such clients; | between several. It stays as it was.",
            text.chars().take(40).collect::<String>()
        )),
    };
    let chosen = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        // The moments that came now become the list to edit.
        let text = match LAWS.iter().find(|(law, ..)| *law == name) {
            Some((_, text, _)) if !text.is_empty() => (*text).to_owned(),
            _ => lab.trace.with_untracked(|trace| {
                let own = trace.arrivals.iter().filter(|arrival| !arrival.by_reader);
                write_arrivals(&Arrivals::Listed(own.map(|arrival| arrival.at).collect()))
            }),
        };
        let _ = set(&text);
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
            <TextField label="exactly" hint="poisson:2*5|steady:30" value=Signal::derive(move || write_sources(&lab.scenario.read().sources)) set/>
            <DrawnCurve lab/>
        </fieldset>
    }
}
