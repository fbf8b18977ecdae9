//! The rate-limiting lab on screen: a plate inside an entry, or with the page to itself and its scenario in the address.

mod events;
mod numbers;
mod picture;
mod settings;
mod state;
mod tools;
mod why_panel;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::names;
use super::presets::PRESETS;
use super::scenario::{Action, LIMITS, Scope};
use super::why;
use crate::labs::frame::view::{PresetBar, Transport, keys, on_each_frame, while_visible};
use crate::sim::Nanos;
use crate::site::browser;
use crate::site::context::site;
use crate::site::notes::Notes;
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
    if let Some(asked) = asked.filter(|_| !inline) {
        lab.live_in_the_address(asked);
    }
    let events: Signal<_> = Memo::new(move |_| lab.trace.with(|trace| trace.moments())).into();
    let plate = NodeRef::<leptos::html::Section>::new();
    let visible = RwSignal::new(false);
    while_visible(plate, visible);
    let running = Signal::derive(move || lab.playback.read().playing && visible.get());
    on_each_frame(running, move |since| lab.playback.update(|playback| playback.advance(since)));

    // It starts by itself the first time it is seen, unless the reader wants no motion or came for one moment.
    let opened = StoredValue::new(false);
    Effect::new(move |_| {
        if visible.get() && !opened.get_value() {
            opened.set_value(true);
            if !browser::reduced_motion() && !lab.asked_for_a_moment() {
                lab.playback.update(|playback| {
                    playback.seek(Nanos::ZERO);
                    playback.play()
                });
            }
        }
    });

    // With the page to itself, the lab has the keys wherever nothing else has the focus.
    if !inline {
        Effect::new(move |_| {
            let handle = window_event_listener(ev::keydown, move |event| {
                let nobody = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                if nobody.is_some_and(|target| target.tag_name() == "BODY" || target.id() == "main") {
                    keys(&event, lab.playback, events, move || lab.moved());
                }
            });
            on_cleanup(move || handle.remove());
        });
    }

    let presets = PRESETS.iter().map(|preset| (preset.slug, preset.label)).collect::<Vec<_>>();
    let current = Signal::derive(move || lab.preset.get().slug);
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
    view! {
        <section
            class="plate"
            class:plate-inline=inline
            node_ref=plate
            tabindex="-1"
            aria-label=move || format!("Lab: {}", lab.preset.get().title)
            on:keydown=move |event| keys(&event, lab.playback, events, move || lab.moved())
        >
            <header class="plate-head">
                <h2 class="plate-title">{move || lab.preset.get().title}</h2>
                <p class="plate-sub">{subtitle}</p>
            </header>
            <PresetBar presets current choose=move |slug| lab.choose(slug)/>
            <Notes notes=lab.notes/>
            <Picture lab/>
            <WhyPanel lab/>
            <Answers lab/>
            <Difference lab/>
            <Transport playback=lab.playback events moved=move || lab.moved()>
                <Acts lab/>
                <Share lab/>
            </Transport>
            {(!inline).then(|| view! { <Tools lab/> })}
            <Numbers lab/>
            <Clients lab/>
            <Watch lab/>
            <SettingsPanel lab open=!inline/>
            <Events lab/>
        </section>
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

/// The link that replays exactly this run.
#[component]
fn Share(lab: LabState) -> impl IntoView {
    let site = site();
    let link = RwSignal::new(None::<String>);
    let copied = RwSignal::new(false);
    // A link of before the last change would replay another run.
    Effect::new(move |_| {
        lab.scenario.track();
        lab.moment.track();
        link.set(None);
    });
    let share = move |_| {
        let origin = browser::window().location().origin().unwrap_or_default();
        let address = format!("{origin}{}?{}", site.href("/labs/rate-limiting/"), lab.address());
        leptos::task::spawn_local(async move {
            copied.set(browser::copy(&address).await);
            link.set(Some(address));
        });
    };
    view! {
        <button type="button" class="share" on:click=share>"Share this run"</button>
        <p class="said" role="status" hidden=move || link.read().is_none() && lab.said.read().is_none()>
            {move || link.get().map(|address| view! {
                <label>
                    {if copied.get() { "The link is copied: " } else { "Copy this link: " }}
                    <input type="text" readonly=true prop:value=address/>
                </label>
            })}
            {move || if link.read().is_none() { lab.said.get() } else { None }}
        </p>
    }
}

/// What to watch for, and what to try.
#[component]
fn Watch(lab: LabState) -> impl IntoView {
    // An entry shows some of a preset's lanes, and a reader may take one out: nothing is said of limiters that are not there.
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let here = move |sentence: &str| lanes.with(|lanes| names::are_there(sentence, lanes));
    view! {
        <div class="watch">
            <div>
                <h3>"Watch for"</h3>
                <ul>{move || lab.preset.get().watch.iter().filter(|sentence| here(sentence)).map(|sentence| view! { <li>{*sentence}</li> }).collect_view()}</ul>
            </div>
            <div class="needs-js">
                <h3>"Try"</h3>
                <ul class="tasks">{move || lab.preset.get().tasks.iter().enumerate().filter(|(_, task)| here(task.text)).map(|(index, task)| {
                    let done = move || lab.done.read().get(index).copied().unwrap_or(false);
                    view! {
                        <li class:done=done>
                            <span aria-hidden="true">{move || if done() { "☑ " } else { "☐ " }}</span>
                            {task.text}
                            <span class="sr">{move || if done() { ", done" } else { "" }}</span>
                        </li>
                    }
                }).collect_view()}</ul>
            </div>
        </div>
    }
}
