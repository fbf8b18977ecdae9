//! The rate-limiting lab on screen: a plate inside an entry, or with the page to itself and its scenario in the address.

mod events;
mod numbers;
mod picture;
mod settings;
mod state;
mod tools;
mod why_panel;

use leptos::prelude::*;

use super::names;
use super::scenario::{Action, LIMITS, Scope};
use super::why;
use crate::labs::frame::view::{Plate, Share, Transport, Watch};
use events::Events;
use numbers::{Clients, Numbers};
use picture::Picture;
use settings::SettingsPanel;
use state::LabState;
use tools::{Difference, Tools};
use why_panel::{Answers, WhyPanel};

#[component]
pub fn RateLimiting(
    /// The scenario to open on, as an address.
    scenario: String,
    /// Inside an entry: the address stays the entry's, and the settings are folded away.
    inline: bool,
    /// What the page's address asks for, where the lab has the page to itself.
    #[prop(optional)]
    asked: Option<RwSignal<String>>,
) -> impl IntoView {
    let lab = LabState::new(&scenario);
    let events: Signal<_> = Memo::new(move |_| lab.trace.with(|trace| trace.moments())).into();
    let subtitle = move || {
        lab.trace.with(|trace| {
            let scenario = &trace.scenario;
            let clients = scenario.clients();
            let who = match scenario.scope {
                _ if clients == 1 => String::new(),
                Scope::PerClient => format!(" from {clients} clients with a limiter each"),
                Scope::Everybody => format!(" from {clients} clients through one limiter"),
            };
            let bursts = scenario.lanes.iter().any(|lane| lane.algorithm.has_burst());
            let burst = if bursts { format!(", burst {}", scenario.burst) } else { String::new() };
            let cut = if trace.cut { ", cut there: a run holds no more" } else { "" };
            format!(
                "{} requests in {}{who}, the same for all{cut}; limit {} in {}{burst}",
                trace.arrivals.len(),
                scenario.length,
                scenario.limit,
                why::window_words(scenario.window),
            )
        })
    };
    // An entry shows some of a preset's lanes, and a reader may take one out: nothing is said of limiters that are not there.
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let here = move |sentence: &str| lanes.with(|lanes| names::are_there(sentence, lanes));
    view! {
        <Plate lab=lab.frame inline asked events subtitle=Signal::derive(subtitle)>
            <Picture lab/>
            <WhyPanel lab/>
            <Answers lab/>
            <Difference lab/>
            <Transport playback=lab.playback events moved=move || lab.moved()>
                <Acts lab/>
                <Share lab=lab.frame/>
            </Transport>
            {(!inline).then(|| view! { <Tools lab/> })}
            <Numbers lab/>
            <Clients lab/>
            <Watch lab=lab.frame here/>
            <SettingsPanel lab open=!inline/>
            <Events lab/>
        </Plate>
    }
}

/// What the reader can do in mid-run.
#[component]
fn Acts(lab: LabState) -> impl IntoView {
    let working = Memo::new(move |_| lab.scenario.with(|scenario| scenario.workshop().is_some()));
    view! {
        <button type="button" on:click=move |_| lab.intervene(Action::Send(1))>"▲ Send one"</button>
        <button type="button" on:click=move |_| lab.intervene(Action::Send(10))>"▲ Send 10"</button>
        <button type="button" on:click=move |_| lab.intervene(Action::Limit((lab.limit_now() / 2).max(1)))>"▲ Halve the limit"</button>
        <button type="button" on:click=move |_| lab.intervene(Action::Limit((lab.limit_now() * 2).min(*LIMITS.end())))>"▲ Double it"</button>
        {move || working.get().then(|| view! {
            <button type="button" on:click=move |_| lab.intervene(Action::Slow(4))>"▲ Slow the work to a quarter"</button>
            <button type="button" on:click=move |_| lab.intervene(Action::Slow(1))>"▲ Full speed"</button>
        })}
        <button type="button" disabled=move || lab.scenario.read().interventions.is_empty() on:click=move |_| lab.undo()>"Undo"</button>
    }
}
