//! The HTTP status lab on screen: a plate inside an entry, or with the page to itself and its scenario in the address.

mod acts;
mod announced;
mod cache;
mod changes;
mod compare;
mod editor;
mod export;
mod import;
mod index;
mod ladder;
mod line;
mod settings;
mod state;
mod steps;
mod tools;
mod why_panel;
mod wire;

use leptos::prelude::*;

use super::run::{Now, What};
use super::scenario::Client;
use crate::labs::frame::view::{Plate, Share, Transport, Watch};
use crate::sim::Nanos;
use crate::site::context::site;
use acts::ActsPanel;
use cache::CachePanel;
use changes::Changes;
use editor::Editor;
use ladder::LadderView;
use line::LineView;
use settings::SettingsPanel;
use state::LabState;
use steps::Steps;
use tools::Tools;
use why_panel::WhyPanel;
use wire::WirePanel;

#[component]
pub fn HttpStatus(
    /// The scenario to open on, as an address.
    scenario: String,
    /// Inside an entry: the address stays the entry's, and what edits the scenario is folded away.
    inline: bool,
    /// What the page's address asks for, where the lab has the page to itself.
    #[prop(optional)]
    asked: Option<RwSignal<String>>,
) -> impl IntoView {
    let lab = LabState::new(&scenario);
    let events: Signal<Vec<Nanos>> =
        Memo::new(move |_| lab.trace.with(|trace| trace.first().beats.iter().map(|beat| beat.at).collect())).into();
    let subtitle = Signal::derive(move || {
        lab.trace.with(|trace| subtitle(&trace.scenario.client, &trace.runs.iter().map(|run| run.profile.label()).collect::<Vec<_>>()))
    });
    let clock = Signal::derive(move || lab.with_now(|_, run, now| place(run, now)));
    let changed = Memo::new(move |_| lab.scenario.with(|scenario| *scenario != lab.preset.get().scenario()));
    let more = move || lab.scenario.with(|_| format!("{}?{}", site().href("/labs/http-status/"), lab.address()));
    view! {
        <Plate lab=lab.frame inline asked events subtitle bare=inline>
            <CachePanel lab/>
            <div class="http" class:http-inline=inline>
                {(!inline).then(|| view! { <div class="http-edit needs-js"><Editor lab/></div> })}
                <div class="http-line"><LineView lab/></div>
                <div class="http-told">
                    <WhyPanel lab/>
                    <Changes lab/>
                    <WirePanel lab/>
                </div>
            </div>
            <LadderView lab/>
            {(!inline).then(|| view! { <ActsPanel lab/> })}
            <Transport playback=lab.playback events moved=move || lab.moved() clock>
                <button type="button" disabled=move || lab.scenario.read().acts.is_empty() on:click=move |_| lab.undo()>"Undo the last act"</button>
                <button type="button" disabled=move || !changed.get() on:click=move |_| lab.choose(lab.preset.get_untracked().slug)>"Back to the scenario"</button>
                <Share lab=lab.frame/>
            </Transport>
            {(!inline).then(|| view! { <Tools lab/> })}
            <Watch lab=lab.frame here=|_| true/>
            <Steps lab/>
            {inline.then(|| view! { <p class="http-more needs-js"><a href=more>"Edit this request and resource, or try another scenario, in the lab"</a></p> })}
            {(!inline).then(|| view! { <SettingsPanel lab open=false/> })}
        </Plate>
    }
}

/// Whose rules, and what the client makes of the answer.
fn subtitle(client: &Client, rules: &[&str]) -> String {
    let client = match client {
        Client::Once => "one request",
        Client::Browser => "a browser that follows redirects",
        Client::Login { .. } => "a client that has a password",
        Client::Download { .. } => "a download that breaks off",
        Client::Upload { .. } => "a client that listens to what comes ahead of the answer",
        Client::Patient { .. } => "a client that tries again",
        Client::Pool { .. } => "through a proxy with several servers behind it",
        Client::Cache { shared: true } => "through a cache that many share",
        Client::Cache { shared: false } => "through a cache of one’s own",
    };
    format!("{client}, by the rules of {}", rules.join(" and "))
}

/// Where the transport stands, in the lab's own words.
fn place(run: &super::run::Run, now: Now) -> String {
    let Some(beat) = now.beats.checked_sub(1).and_then(|last| run.beats.get(last)) else {
        return "before the request".to_owned();
    };
    match beat.what {
        What::Question { visit, step } => {
            let count = run.visits.get(visit).map_or(0, |visit| visit.path().len());
            format!("question {} of {count}", step + 1)
        }
        What::Event(event) => {
            let at = run.sequence.events.get(event).map_or(0, |event| event.at_ms);
            format!("message {} of {}, at {}.{:03} s", event + 1, run.sequence.events.len(), at / 1_000, at % 1_000)
        }
    }
}
