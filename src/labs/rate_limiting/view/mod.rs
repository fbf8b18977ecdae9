//! The rate-limiting lab on screen: a plate inside an entry, or with the page to itself and its scenario in the address.

mod events;
mod numbers;
mod picture;
mod settings;
mod state;
mod tools;

use leptos::prelude::*;

use super::lane::{Handled, Lane};
use super::names;
use super::presets::PRESETS;
use super::run::Trace;
use super::scenario::{Action, LIMITS, Scope};
use super::why;
use crate::labs::frame::view::{PresetBar, Transport, WordsView, keys, on_each_frame, while_visible};
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

/// One sentence a lane for the request under the playhead.
#[component]
fn WhyPanel(lab: LabState) -> impl IntoView {
    // The last in any lane: retries come in one lane and not in another.
    let spoken_of = Memo::new(move |_| {
        let moment = lab.moment.get();
        lab.trace.with(|trace| trace.lanes.iter().map(|lane| lane.until(moment).len()).collect::<Vec<_>>())
    });
    let of_request = move |lane: &Lane, trace: &Trace, handled: &Handled, last: &Handled| {
        let (class, sign, _) = why::mark(handled.decision.verdict);
        let which = (handled.arrival, handled.attempt) != (last.arrival, last.attempt);
        let fields = why::ratelimit_fields(trace, lane, handled).map(|(name, value)| format!("{name}: {value}")).join("\n");
        view! {
            <li>
                <span class=class aria-hidden="true">{sign}" "</span>
                <b>{names::short(trace, lane)}</b>" "
                {which.then(|| format!("({}) ", why::heading(trace, handled)))}
                <WordsView words=why::explain(lane, handled)/>
                " "<span class="answer" title=fields>{why::answer(handled.decision.verdict)}</span>
            </li>
        }
    };
    view! {
        <div class=move || format!("why lanes-{}", lab.scenario.read().lanes.len())>
            <h3>"Why"</h3>
            {move || {
                let seen = spoken_of.get();
                lab.trace.with(|trace| {
                    let lasts: Vec<(&Lane, &Handled)> = trace
                        .lanes
                        .iter()
                        .zip(&seen)
                        .filter_map(|(lane, seen)| Some((lane, lane.handled.get(seen.checked_sub(1)?)?)))
                        .collect();
                    let Some((_, last)) = lasts.iter().max_by_key(|(_, handled)| handled.at).copied() else {
                        return view! { <p>"No request yet. Play, or step to the first."</p> }.into_any();
                    };
                    let sentences = lasts.iter().map(|(lane, handled)| of_request(lane, trace, handled, last)).collect_view();
                    view! { <div><p>{why::heading(trace, last)}</p><ul>{sentences}</ul></div> }.into_any()
                })
            }}
        </div>
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
