//! The load-balancing lab on screen: a plate inside an entry, or with the page to itself and its scenario in the address.

mod acts;
mod bars;
mod canvas;
mod distribution;
mod events;
mod fan;
mod numbers;
mod settings;
mod state;
mod tools;
mod why_panel;

use leptos::prelude::*;

use super::names;
use super::numbers::grouped;
use crate::labs::frame::view::{Plate, Share, Transport, Watch};
use crate::sim::Nanos;
use acts::Acts;
use bars::Bars;
use distribution::Distribution;
use events::Events;
use fan::Fan;
use numbers::Numbers;
use settings::SettingsPanel;
use state::LabState;
use tools::Tools;
use why_panel::{Scores, WhyPanel};

#[component]
pub fn LoadBalancing(
    /// The scenario to open on, as an address.
    scenario: String,
    /// Inside an entry: the address stays the entry's, and the settings are folded away.
    inline: bool,
    /// What the page's address asks for, where the lab has the page to itself.
    #[prop(optional)]
    asked: Option<RwSignal<String>>,
) -> impl IntoView {
    let lab = LabState::new(&scenario);
    let events: Signal<_> = Memo::new(move |_| {
        lab.trace.with(|trace| {
            let mut moments: Vec<Nanos> = trace.watched().attempts.iter().map(|attempt| attempt.sent).collect();
            moments.dedup();
            moments
        })
    })
    .into();
    let subtitle = move || {
        lab.trace.with(|trace| {
            let scenario = &trace.scenario;
            let cut = if trace.cut { ", cut there: a run holds no more" } else { "" };
            let load = match scenario.rate() {
                Some(rate) if scenario.capacity() > 0.0 => {
                    format!(", {} % of what {} can do", (rate / scenario.capacity() * 100.0).round(), servers_words(scenario.servers.len()))
                }
                _ => format!(", {}", servers_words(scenario.servers.len())),
            };
            format!(
                "{} requests in {}, the same for all policies{cut}{load}; seed {}",
                grouped(trace.arrivals.len() as u64),
                scenario.length,
                scenario.seed
            )
        })
    };
    // An entry shows some of a preset's policies, and a reader may take one out: nothing is said of those that are not there.
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let here = move |sentence: &str| lanes.with(|lanes| names::are_there(sentence, lanes));
    view! {
        <Plate lab=lab.frame inline asked events subtitle=Signal::derive(subtitle)>
            <Fan lab/>
            <WhyPanel lab/>
            <Scores lab/>
            <Bars lab/>
            <Distribution lab/>
            <Transport playback=lab.playback events moved=move || lab.moved()>
                <Acts lab/>
                <Share lab=lab.frame/>
            </Transport>
            {(!inline).then(|| view! { <Tools lab/> })}
            <Watch lab=lab.frame here/>
            <Numbers lab/>
            <SettingsPanel lab open=!inline/>
            <Events lab/>
        </Plate>
    }
}

fn servers_words(servers: usize) -> String {
    match servers {
        0 => "no server".to_owned(),
        1 => "one server".to_owned(),
        many => format!("{many} servers"),
    }
}
