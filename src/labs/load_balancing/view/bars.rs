//! The same requests under every policy, as bars. A bar's name is the button that draws its lane.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::frame::view::WordsView;
use crate::labs::load_balancing::compare::{self, Bar, Measure};
use crate::labs::load_balancing::numbers::{brief, grouped};
use crate::labs::load_balancing::{names, presets};

#[component]
pub fn Bars(lab: LabState) -> impl IntoView {
    // Each scenario is about one number first.
    let first = lab.preset.get_untracked().slug;
    let measure = RwSignal::new(presets::measure(first));
    Effect::new(move |last: Option<&'static str>| {
        let slug = lab.preset.get().slug;
        // The address may have asked for another scenario before this has run for the first time.
        if last.unwrap_or(first) != slug {
            measure.set(presets::measure(slug));
        }
        slug
    });
    let bars = Memo::new(move |_| {
        let moment = lab.moment.get();
        lab.trace.with(|trace| compare::bars(trace, moment, measure.get()))
    });
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let caption = move || {
        bars.with(|bars| {
            let requests = grouped(bars.requests);
            match (bars.measure, bars.whole) {
                (Measure::Lost, _) => "requests of all that are over".to_owned(),
                (_, true) => format!("of {requests} requests of the whole run, log scale"),
                (_, false) => format!("of the {requests} requests that every policy has answered, log scale"),
            }
        })
    };
    let ticks = move || {
        bars.with(|bars| bars.scale.map(|scale| scale.ticks()).unwrap_or_default())
            .into_iter()
            .map(|(at, share)| {
                view! {
                    <line class="grid" x1=place(share) x2=place(share) y1="0" y2="100%"></line>
                    <text class="tick" x=place(share) y="11" dx="3">{at.to_string()}</text>
                }
            })
            .collect_view()
    };
    view! {
        <div class="bars">
            <p class="bars-head">
                <label><span class="sr">"Compare by "</span><select class="needs-js" on:change=move |event| {
                    let chosen = event_target_value(&event);
                    if let Some(found) = Measure::ALL.into_iter().find(|of| of.label() == chosen) { measure.set(found) }
                }>
                    {Measure::ALL.into_iter().map(|of| view! { <option value=of.label() selected=move || of == measure.get()>{of.label()}</option> }).collect_view()}
                </select></label>
                " "{caption}
            </p>
            <div class="bars-rows" role="group" aria-label="Policies: choose the one that is drawn">
                {move || (0..lanes.read().len()).map(|lane| view! { <Row lab lane measure bars=Signal::derive(move || bars.with(|bars| bars.bars.get(lane).cloned()))/> }).collect_view()}
            </div>
            <svg class="bars-scale" width="100%" height="14" aria-hidden="true">{ticks}</svg>
            <Difference lab/>
        </div>
    }
}

/// A share of the width that bars have.
fn place(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

#[component]
fn Row(lab: LabState, lane: usize, measure: RwSignal<Measure>, bars: Signal<Option<Bar>>) -> impl IntoView {
    let spec = lab.scenario.read_untracked().lanes.get(lane).copied();
    let term = spec.map(|spec| names::variant(&spec));
    let chosen = move || lab.watched.get() == lane;
    let class = move || match bars.get() {
        Some(Bar { best: true, .. }) => "bar best",
        Some(Bar { worst: true, .. }) => "bar worst",
        _ => "bar",
    };
    let lost = move || match bars.get().map_or(0.0, |bar| bar.lost) {
        0.0 => None,
        share if share < 0.01 => Some("✕ < 1 %".to_owned()),
        share => Some(format!("✕ {} %", (share * 100.0).round())),
    };
    // A time is of those that were answered: what was lost stands beside it.
    let value = move || match (measure.get(), bars.get().and_then(|bar| bar.value), lost()) {
        (Measure::Lost, _, lost) => lost.unwrap_or_else(|| "none lost".to_owned()),
        (_, Some(value), None) => brief(value),
        (_, Some(value), Some(lost)) => format!("{}, {lost}", brief(value)),
        (_, None, lost) => lost.unwrap_or_else(|| "none answered".to_owned()),
    };
    let name = move || lab.trace.with(|trace| trace.lanes.get(lane).map(|lane| names::short(trace, lane)).unwrap_or_default());
    view! {
        <div class="bar-row">
            // Without scripts there is nothing to choose: the name alone.
            <span class="bar-text">{name}</span>
            <button type="button" class="bar-name needs-js" aria-pressed=move || if chosen() { "true" } else { "false" } on:click=move |_| lab.watch(lane) title=term>
                {name}
            </button>
            <div class="bar-track">
                <svg width="100%" height="14" aria-hidden="true"><rect class=class y="1" height="12" width=move || place(bars.get().map_or(0.0, |bar| bar.share))></rect></svg>
            </div>
            <span class="bar-value">{value}</span>
        </div>
    }
}

/// Where the drawn lane and the first other one part.
#[component]
fn Difference(lab: LabState) -> impl IntoView {
    let found = Memo::new(move |_| {
        let watched = lab.watched.get();
        lab.trace.with(|trace| {
            let other = (0..trace.lanes.len()).find(|lane| *lane != watched)?;
            let found = compare::first_divergence(trace, watched, other)?;
            Some((found.at, compare::divergence_words(trace, watched, other, found)))
        })
    });
    move || {
        found.get().map(|(at, words)| {
            view! {
                <p class="difference">
                    <WordsView words/>" "
                    <button type="button" class="link needs-js" on:click=move |_| lab.go_to(at)>"Go there"</button>
                </p>
            }
        })
    }
}
