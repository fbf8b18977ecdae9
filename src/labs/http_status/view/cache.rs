//! The cache over time: a clock that the reader moves, what the cache would say then, what else may happen, and what it has
//! ruled so far.

use leptos::prelude::*;

use super::announced::Announced;
use super::state::LabState;
use crate::http::cache::{Outcome, Ruling};
use crate::http::graph::page_of;
use crate::http::sequence::cached::{Asked, decisive};
use crate::http::status;
use crate::labs::frame::view::TextField;
use crate::labs::http_status::scenario::{Action, Client, Scenario};
use crate::labs::http_status::scene::freshness::{self, FreshScene, Life, Mark, Span};
use crate::sim::Nanos;

/// The longest Cache-Control value that the field takes.
const LONGEST_VALUE: usize = 400;
const BAR_HEIGHT: &str = "76";

type Make = fn() -> Action;

/// What may happen at the clock's moment.
const ACTS: [(&str, Make); 9] = [
    ("Ask again", || Action::Ask(String::new())),
    ("Ask with no-cache", || wish("no-cache")),
    ("Ask with only-if-cached", || wish("only-if-cached")),
    ("Ask with max-stale=60", || wish("max-stale=60")),
    ("Write through it", || Action::Write),
    ("Somebody saves a new version", || Action::Save),
    ("Somebody deletes it", || Action::Delete),
    // Down rather than broken: a server that is only broken still answers a condition with 304.
    ("Origin goes down", || Action::Down),
    ("Origin is back", || Action::Up),
];

fn wish(directive: &str) -> Action {
    Action::Ask(format!("Cache-Control: {directive}"))
}

/// There is one only if the client asks through a cache.
#[component]
pub fn CachePanel(lab: LabState) -> impl IntoView {
    let here = Memo::new(move |_| matches!(lab.scenario.read().client, Client::Cache { .. }));
    move || here.get().then(|| view! { <Panel lab/> })
}

#[component]
fn Panel(lab: LabState) -> impl IntoView {
    let clock = RwSignal::new(lab.scenario.with_untracked(last_act));
    // Another scenario has other acts.
    let first = lab.preset.get_untracked().slug;
    Effect::new(move |last: Option<&'static str>| {
        let slug = lab.preset.get().slug;
        if last.unwrap_or(first) != slug {
            clock.set(lab.scenario.with_untracked(last_act));
        }
        slug
    });
    let reach = Memo::new(move |_| lab.trace.with(|trace| freshness::reach(trace.first().cached.as_ref(), last_act(&trace.scenario))));
    let at = Memo::new(move |_| clock.get().min(reach.get()));
    let sentence = Memo::new(move |_| {
        let at = at.get();
        lab.trace.with(|trace| {
            let run = trace.first();
            match (&run.cached, &run.request) {
                (Some(cached), Ok(request)) => freshness::sentence(cached, request, at),
                _ => "The request cannot be read, so there is nothing to ask the cache.".to_owned(),
            }
        })
    });
    view! {
        <section class="cache-panel" aria-label="The cache over time">
            <div class="cache-time">
                <h3>"The cache’s clock"</h3>
                <Clock clock at reach/>
                <p class="cache-forecast">{move || sentence.with(|text| coded(text))}</p>
                <Announced sentence=Signal::derive(move || sentence.get().replace('`', ""))/>
                <Bar lab at reach/>
                <div class="cache-buttons needs-js" role="group" aria-label="What happens at that moment">
                    {ACTS.into_iter().map(|(label, action)| view! {
                        <button type="button" on:click=move |_| lab.act(at.get_untracked(), action())>{label}</button>
                    }).collect_view()}
                </div>
                <Acts lab clock/>
                <Origin lab/>
            </div>
            <Rulings lab/>
        </section>
    }
}

/// The second at which the last act happens.
fn last_act(scenario: &Scenario) -> u64 {
    scenario.acts.iter().map(|act| act.at.0 / Nanos::SECOND.0).max().unwrap_or_default()
}

#[component]
fn Clock(clock: RwSignal<u64>, at: Memo<u64>, reach: Memo<u64>) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let drag = move |event: web_sys::Event| {
        if let Ok(seconds) = event_target_value(&event).parse::<u64>() {
            wrong.set(None);
            clock.set(seconds);
        }
    };
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<u64>() {
            Ok(seconds) if seconds <= reach.get_untracked() => {
                wrong.set(None);
                clock.set(seconds);
            }
            _ => wrong.set(Some(format!(
                "The clock goes from 0 to {} whole seconds; “{}” is not among them. It stays at {}.",
                reach.get_untracked(),
                text.trim(),
                at.get_untracked()
            ))),
        }
    };
    view! {
        <div class="cache-clock needs-js">
            <input type="range" min="0" max=move || reach.get().to_string() aria-label="The clock, in seconds since the first request"
                aria-valuetext=move || format!("{} seconds", at.get()) prop:value=move || at.get().to_string() on:input=drag/>
            <label>
                <span class="sr">"Seconds since the first request"</span>
                <input type="number" inputmode="numeric" min="0" max=move || reach.get().to_string() prop:value=move || at.get().to_string()
                    aria-invalid=move || wrong.read().is_some().then_some("true") on:change=typed/>
                <span class="unit">"s"</span>
            </label>
        </div>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
}

/// The life of what is stored, drawn once for a wide plate and once for a narrow one.
#[component]
fn Bar(lab: LabState, at: Memo<u64>, reach: Memo<u64>) -> impl IntoView {
    let scene = move |narrow: bool| {
        let (at, reach) = (at.get(), reach.get());
        lab.trace.with(|trace| {
            let run = trace.first();
            let (cached, request) = (run.cached.as_ref()?, run.request.as_ref().ok()?);
            let cache = freshness::state_at(cached, at)?;
            let asks: Vec<u64> = cached.asked.iter().map(|asked| asked.at_ms / 1_000).collect();
            freshness::draw(cache, request, &asks, at, cached.start, reach, narrow)
        })
    };
    move || {
        match (scene(false), scene(true)) {
        (Some(wide), Some(narrow)) => view! {
            <div class="cache-life">
                {picture("wide", &wide)}
                {picture("narrow", &narrow)}
                <ul class="cache-legend">
                    {wide.spans.iter().map(|span| view! {
                        <li><svg width="20" height="12" aria-hidden="true"><rect class=life_class(span.life) x="1" y=swatch_top(span.life) width="18" height=swatch_height(span.life)></rect></svg>" "{span.words.clone()}</li>
                    }).collect_view()}
                </ul>
                <p class="cache-lifetime">{coded(&wide.lifetime)}" "{clause(wide.clause)}</p>
            </div>
        }
        .into_any(),
        _ => view! { <p class="cache-lifetime">"At that moment it holds nothing for this request."</p> }.into_any(),
    }
    }
}

fn picture(class: &'static str, scene: &FreshScene) -> impl IntoView + use<> {
    let ticks = scene.ticks.iter().map(|(x, label)| {
        view! {
            <line class="life-tick" x1=place(*x) x2=place(*x) y1="53" y2="58"></line>
            <text class="life-word" x=place(*x) y="70" text-anchor=anchor(*x)>{label.clone()}</text>
        }
    });
    view! {
        <svg class=class width="100%" height=BAR_HEIGHT role="img" aria-label=scene.words.clone()>
            {scene.spans.iter().map(part).collect_view()}
            <line class="life-tick" x1="0" x2="100%" y1="53" y2="53"></line>
            {ticks.collect_view()}
            {scene.marks.iter().map(|(mark, x)| sign(*mark, *x)).collect_view()}
        </svg>
    }
}

/// Parts differ in shape too: full, lower, dashed, a thin strip below.
fn part(span: &Span) -> impl IntoView + use<> {
    let (top, height) = match span.life {
        Life::Fresh | Life::Validate => ("18", "22"),
        Life::Meanwhile => ("26", "14"),
        Life::IfError => ("44", "5"),
    };
    let label = (span.labelled && span.life != Life::IfError).then(|| span.life.label());
    let (middle, baseline) = (place(span.x + span.width / 2.0), if span.life == Life::Meanwhile { "37" } else { "33" });
    let inside = if span.life == Life::Validate { "life-word" } else { "life-word life-inside" };
    view! {
        <rect class=life_class(span.life) x=place(span.x) y=top width=place(span.width) height=height></rect>
        {label.map(|label| view! { <text class=inside x=middle y=baseline text-anchor="middle">{label}</text> })}
    }
}

fn sign(mark: Mark, x: f64) -> AnyView {
    let x = place(x);
    match mark {
        Mark::Kept => view! { <circle class="life-kept" cx=x cy="47" r="3.5"></circle> }.into_any(),
        Mark::Ask => view! {
            <line class="life-ask" x1=x.clone() x2=x.clone() y1="11" y2="40"></line>
            <circle class="life-ask" cx=x cy="11" r="2.5"></circle>
        }
        .into_any(),
        Mark::Clock => view! {
            <line class="life-clock" x1=x.clone() x2=x.clone() y1="5" y2="53"></line>
            <circle class="life-now" cx=x cy="5" r="4.5"></circle>
        }
        .into_any(),
    }
}

/// A share of the width.
fn place(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// Words at the ends stay inside.
fn anchor(share: f64) -> &'static str {
    match share {
        low if low < 0.04 => "start",
        high if high > 0.94 => "end",
        _ => "middle",
    }
}

fn life_class(life: Life) -> &'static str {
    match life {
        Life::Fresh => "life-fresh",
        Life::Meanwhile => "life-meanwhile",
        Life::Validate => "life-validate",
        Life::IfError => "life-error",
    }
}

fn swatch_top(life: Life) -> &'static str {
    if matches!(life, Life::Fresh | Life::Validate) { "1" } else { "4" }
}

fn swatch_height(life: Life) -> &'static str {
    match life {
        Life::Fresh | Life::Validate => "10",
        Life::Meanwhile => "7",
        Life::IfError => "4",
    }
}

/// What happens, in the order of time.
#[component]
fn Acts(lab: LabState, clock: RwSignal<u64>) -> impl IntoView {
    let acts = move || {
        let mut acts: Vec<(usize, Nanos, String)> =
            lab.scenario.read().acts.iter().enumerate().map(|(index, act)| (index, act.at, act.action.label())).collect();
        acts.sort_by_key(|act| act.1);
        acts.into_iter()
            .map(|(index, at, label)| {
                let remove = move |_| {
                    lab.change(|scenario| {
                        if index < scenario.acts.len() {
                            scenario.acts.remove(index);
                        }
                    });
                };
                let name = format!("Remove: {label}, at {at}");
                view! {
                    <li>
                        <When at clock/>
                        <span>{label}</span>
                        <button type="button" class="quiet" aria-label=name.clone() title=name on:click=remove>"✕"</button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ol class="cache-acts needs-js" aria-label="What happens">
            <li><When at=Nanos::ZERO clock/><span>"the first request"</span></li>
            {acts}
        </ol>
    }
}

/// A moment, which sets the clock.
#[component]
fn When(at: Nanos, clock: RwSignal<u64>) -> impl IntoView {
    let words = at.to_string();
    let name = format!("Set the clock to {words}");
    view! { <button type="button" class="link" title=name on:click=move |_| clock.set(at.0 / Nanos::SECOND.0)>{words}</button> }
}

/// Whose cache it is, and what the origin says about keeping.
#[component]
fn Origin(lab: LabState) -> impl IntoView {
    let is = move |wanted: bool| matches!(lab.scenario.read().client, Client::Cache { shared } if shared == wanted);
    let value = Signal::derive(move || lab.scenario.read().world.resource.cache_control.clone().unwrap_or_default());
    let set = move |text: &str| {
        if text.len() > LONGEST_VALUE {
            return Err(format!("That is {} bytes; the field takes up to {LONGEST_VALUE}. The last value holds.", text.len()));
        }
        let value = (!text.is_empty()).then(|| text.to_owned());
        lab.change(|scenario| scenario.world.resource.cache_control = value);
        Ok(())
    };
    view! {
        <div class="cache-origin needs-js">
            <div class="cache-kinds" role="group" aria-label="Whose cache it is">
                {[(false, "Private, as in a browser"), (true, "Shared, as a CDN")].into_iter().map(|(shared, label)| view! {
                    <button type="button" aria-pressed=move || if is(shared) { "true" } else { "false" }
                        on:click=move |_| lab.change(|scenario| scenario.client = Client::Cache { shared })>{label}</button>
                }).collect_view()}
            </div>
            <TextField label="The origin’s Cache-Control" hint="max-age=60, stale-while-revalidate=30" value set/>
        </div>
    }
}

/// What the cache ruled when it was last asked, as far as the transport has come.
#[component]
fn Rulings(lab: LabState) -> impl IntoView {
    let body = move || {
        lab.with_now(|_, run, now| {
            let asked = run.cached.as_ref().and_then(|cached| freshness::asked_at(cached, now.events));
            match asked {
                Some(asked) => view! {
                    <p>{asked_words(asked)}</p>
                    <ol>{decisive(asked.outcome, &asked.rulings).into_iter().map(ruling).collect_view()}</ol>
                    <details class="needs-js">
                        <summary>{format!("All {} questions", asked.rulings.len())}</summary>
                        <ol>{asked.rulings.iter().map(ruling).collect_view()}</ol>
                    </details>
                }
                .into_any(),
                None => view! { <p>"The cache has not been asked yet. Play, or step to the first message."</p> }.into_any(),
            }
        })
    };
    view! {
        <div class="cache-rulings">
            <h3>"What the cache ruled"</h3>
            {body}
        </div>
    }
}

/// Which ask it is, and what came of it.
fn asked_words(asked: &Asked) -> String {
    let what = match asked.outcome {
        Outcome::Fresh => "answered from what is stored, which is fresh",
        Outcome::Stale => "answered from what is stored, although it is stale",
        Outcome::Validate => "what is stored had to be validated first",
        Outcome::Miss => "nothing stored would do",
        Outcome::Through => "passed on to the origin",
        Outcome::Refused => "refused, as only the cache was wanted",
    };
    let answer = asked.response.as_ref().map(|response| {
        let reason = status::reason(response.status).unwrap_or_default();
        format!(" The client got {} {reason}.", response.status)
    });
    format!("{} at {}: {what}.{}", asked.request.method, Nanos(asked.at_ms.saturating_mul(1_000_000)), answer.unwrap_or_default())
}

fn ruling(ruling: &Ruling) -> impl IntoView + use<> {
    let (class, answer) = if ruling.yes { ("ruling yes", "● yes") } else { ("ruling no", "○ no") };
    view! {
        <li class=class>
            <span class="ruling-question">{ruling.question}</span>" "
            <b>{answer}</b>" "
            <span class="ruling-reason">{coded(&ruling.reason)}" "{clause(ruling.clause)}</span>
        </li>
    }
}

/// What stands between backticks is code.
fn coded(text: &str) -> impl IntoView + use<> {
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
        })
        .collect_view()
}

/// A clause with its page.
fn clause(text: &'static str) -> AnyView {
    match page_of(text) {
        Some(address) => view! { <a class="clause" href=address>{text}</a> }.into_any(),
        None => text.into_any(),
    }
}
