//! The rate-limiting lab on screen: a plate inside an entry, or with the page to itself and its scenario in the address.

mod events;
mod numbers;
mod picture;
mod settings;
mod state;

use leptos::prelude::*;

use super::presets::PRESETS;
use super::scenario::Action;
use super::why;
use crate::labs::frame::view::{PresetBar, Transport, WordsView, keys, on_each_frame, while_visible};
use crate::sim::Nanos;
use crate::site::browser;
use crate::site::context::site;
use crate::site::notes::Notes;
use events::Events;
use numbers::Numbers;
use picture::Picture;
use settings::SettingsPanel;
use state::LabState;

#[component]
pub fn RateLimiting(
    /// The scenario to open on, as an address.
    scenario: String,
    /// Inside an entry: the address stays the entry's, and the settings are folded away.
    inline: bool,
) -> impl IntoView {
    let lab = LabState::new(&scenario);
    if !inline {
        lab.live_in_the_address();
    }
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

    let presets = PRESETS.iter().map(|preset| (preset.slug, preset.label)).collect::<Vec<_>>();
    let current = Signal::derive(move || lab.preset.get().slug);
    let events = Signal::derive(move || lab.trace.with(|trace| trace.arrivals.iter().map(|arrival| arrival.at).collect::<Vec<_>>()));
    let subtitle = move || {
        lab.trace.with(|trace| {
            let scenario = &trace.scenario;
            format!(
                "{} requests in {}, the same for all; limit {} in {}, burst {}",
                trace.arrivals.len(),
                scenario.length,
                scenario.limit,
                why::window_words(scenario.window),
                scenario.burst
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
            <Transport playback=lab.playback events moved=move || lab.moved()>
                <Acts lab/>
                <Share lab/>
            </Transport>
            <Numbers lab/>
            <Watch lab/>
            <SettingsPanel lab open=!inline/>
            <Events lab/>
        </section>
    }
}

/// One sentence a lane for the request under the playhead.
#[component]
fn WhyPanel(lab: LabState) -> impl IntoView {
    let index = lab.last_seen;
    view! {
        <div class=move || format!("why lanes-{}", lab.scenario.read().lanes.len())>
            <h3>"Why"</h3>
            {move || lab.trace.with(|trace| match index.get() {
                None => view! { <p>"No request yet. Play, or step to the first."</p> }.into_any(),
                Some(index) if index < trace.arrivals.len() => {
                    let lanes = trace.lanes.iter().map(|lane| {
                        let verdict = lane.decisions[index].verdict;
                        let class = if lane.decisions[index].admitted() { "pass" } else { "stop" };
                        view! {
                            <li>
                                <span class=class aria-hidden="true">{if lane.decisions[index].admitted() { "● " } else { "✕ " }}</span>
                                <b>{lane.algorithm.label()}</b>" "
                                <WordsView words=why::explain(trace, lane, index)/>
                                " "<span class="answer">{why::answer(verdict)}</span>
                            </li>
                        }
                    }).collect_view();
                    view! {
                        <div>
                            <p>{format!("Request {} of {}, at {}", index + 1, trace.arrivals.len(), trace.arrivals[index].at)}</p>
                            <ul>{lanes}</ul>
                        </div>
                    }.into_any()
                }
                Some(_) => ().into_any(),
            })}
        </div>
    }
}

/// What the reader can do in mid-run.
#[component]
fn Acts(lab: LabState) -> impl IntoView {
    view! {
        <button type="button" on:click=move |_| lab.intervene(Action::Send(1))>"▲ Send one"</button>
        <button type="button" on:click=move |_| lab.intervene(Action::Send(10))>"▲ Send 10"</button>
        <button type="button" on:click=move |_| lab.intervene(Action::Limit((lab.limit_now() / 2).max(1)))>"▲ Halve the limit"</button>
        <button type="button" on:click=move |_| lab.intervene(Action::Limit((lab.limit_now() * 2).min(1_000)))>"▲ Double it"</button>
        <button type="button" disabled=move || lab.scenario.read().interventions.is_empty() on:click=move |_| lab.undo()>"Undo"</button>
    }
}

/// The link that replays exactly this run.
#[component]
fn Share(lab: LabState) -> impl IntoView {
    let site = site();
    let link = RwSignal::new(None::<String>);
    let copied = RwSignal::new(false);
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
            {lab.said}
        </p>
    }
}

/// What to watch for, and what to try.
#[component]
fn Watch(lab: LabState) -> impl IntoView {
    view! {
        <div class="watch">
            <div>
                <h3>"Watch for"</h3>
                <ul>{move || lab.preset.get().watch.iter().map(|sentence| view! { <li>{*sentence}</li> }).collect_view()}</ul>
            </div>
            <div class="needs-js">
                <h3>"Try"</h3>
                <ul class="tasks">{move || lab.preset.get().tasks.iter().enumerate().map(|(index, task)| {
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
