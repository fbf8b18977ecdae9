//! Which policies run side by side, and what each has of its own.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::super::state::LabState;
use crate::address::{read_span, write_span};
use crate::balancers::profile::{self, Product, Profile};
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::scenario::{CHOICES, FACTORS, Kind, LaneSpec, MOST_LANES, Scenario};
use crate::labs::load_balancing::words::DECAYS;
use crate::sim::Nanos;

#[component]
pub fn Lanes(lab: LabState) -> impl IntoView {
    // Rows come and go with the kinds; numbers change inside them, so that the focus stays.
    let kinds = Memo::new(move |_| lab.scenario.read().lanes.iter().map(|lane| lane.kind).collect::<Vec<Kind>>());
    let said = RwSignal::new(None::<String>);
    // Where the product that was chosen and the variant that runs differ.
    let noted = RwSignal::new(None::<String>);
    let add = move |event: web_sys::Event| {
        let chosen = event_target_value(&event);
        // The list goes back to its first line: the same one may be chosen again.
        if let Some(select) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
            select.set_value("");
        }
        let (product, kind) = chosen.split_once(' ').unwrap_or(("", chosen.as_str()));
        let Some(kind) = Kind::from_slug(kind) else { return };
        noted.set(None);
        if kinds.read_untracked().len() >= MOST_LANES {
            said.set(Some(format!("{MOST_LANES} policies side by side is all that fits. Take one out first.")));
            return;
        }
        let Some(spec) = new_lane(&lab.scenario.read_untracked(), kind) else {
            said.set(Some(format!(
                "{} ({}) is there already, and has no number to tell a second one apart.",
                kind.label(),
                kind.variant()
            )));
            return;
        };
        let from = profile::of(kind).find(|profile| profile.product.slug() == product);
        said.set(None);
        noted.set(from.and_then(|profile| Some(format!("{}, {}: {}", profile.product.label(), profile.directive, profile.note?))));
        lab.change(|scenario| scenario.lanes.push(spec));
    };
    let groups = Product::ALL.into_iter().map(|product| {
        let options = profile::policies(product).map(option).collect_view();
        view! { <optgroup label=format!("As in {}", product.label())>{options}</optgroup> }
    });
    let homeless = Kind::ALL.into_iter().filter(|kind| profile::of(*kind).next().is_none());
    let others = homeless.map(|kind| view! { <option value=kind.slug()>{kind.label()}", "{kind.variant()}</option> });
    view! {
        <fieldset class="lanes">
            <legend>"Policies"</legend>
            {move || {
                let kinds = kinds.get();
                let alone = kinds.len() == 1;
                kinds.into_iter().enumerate().map(|(index, kind)| view! { <LaneRow lab index kind alone said/> }).collect_view()
            }}
            <label class="field">
                <span class="field-label">"Add"</span>
                <select on:change=add>
                    <option value="" selected=true>"a policy…"</option>
                    {groups.collect_view()}
                    <optgroup label="Others">{others.collect_view()}</optgroup>
                </select>
            </label>
            <p class="unit" role="status" hidden=move || noted.read().is_none()>{noted}</p>
            <p class="field-wrong" role="alert" hidden=move || said.read().is_none()>{said}</p>
        </fieldset>
    }
}

/// A product's policy to choose.
fn option(profile: &'static Profile) -> impl IntoView {
    let value = format!("{} {}", profile.product.slug(), profile.kind.slug());
    view! { <option value=value>{profile.directive}" – "{profile.kind.label()}</option> }
}

/// A lane of this kind that is not there yet: with the usual numbers, or with others that tell it apart. `None` if its kind
/// has no numbers.
fn new_lane(scenario: &Scenario, kind: Kind) -> Option<LaneSpec> {
    let usual = LaneSpec::from(kind);
    let others: Vec<LaneSpec> = match kind {
        Kind::Choices => CHOICES.map(|d| LaneSpec { d, ..usual }).skip(2).collect(),
        Kind::BoundedRing => [125, 200, 110, 300, 400, 500].map(|factor| LaneSpec { factor, ..usual }).to_vec(),
        Kind::PeakEwma => [1, 5, 30, 2, 20, 60].map(|seconds| LaneSpec { decay: Nanos::from_millis(seconds * 1_000), ..usual }).to_vec(),
        _ => Vec::new(),
    };
    std::iter::once(usual).chain(others).find(|spec| !scenario.lanes.contains(spec))
}

#[component]
fn LaneRow(lab: LabState, index: usize, kind: Kind, alone: bool, said: RwSignal<Option<String>>) -> impl IntoView {
    let spec = Memo::new(move |_| lab.scenario.read().lanes.get(index).copied().unwrap_or(LaneSpec::from(kind)));
    let change = move |change: &dyn Fn(&mut LaneSpec)| {
        let lanes = lab.scenario.read_untracked().lanes.clone();
        let Some(mut lane) = lanes.get(index).copied() else { return };
        change(&mut lane);
        if lanes.iter().enumerate().any(|(other, known)| other != index && *known == lane) {
            said.set(Some(format!("Two lanes would both be {}: it stays as it was.", names::label(&lane))));
            return;
        }
        said.set(None);
        lab.change(|scenario| {
            if let Some(own) = scenario.lanes.get_mut(index) {
                *own = lane;
            }
        });
    };
    let set_d = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<u32>().ok().filter(|d| CHOICES.contains(d)) {
            Some(d) => change(&|lane| lane.d = d),
            None => said.set(Some(format!(
                "How many are drawn is a whole number from {} to {}; “{}” is not. It stays {}.",
                CHOICES.start(),
                CHOICES.end(),
                text.trim(),
                spec.get_untracked().d
            ))),
        }
    };
    let set_factor = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<u32>().ok().filter(|factor| FACTORS.contains(factor)) {
            Some(factor) => change(&|lane| lane.factor = factor),
            None => said.set(Some(format!(
                "The factor is a whole number of percent from {} to {}; “{}” is not. It stays {}.",
                FACTORS.start(),
                FACTORS.end(),
                text.trim(),
                spec.get_untracked().factor
            ))),
        }
    };
    let set_decay = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match read_span(&text.replace(' ', "")).filter(|decay| DECAYS.contains(decay)) {
            Some(decay) => change(&|lane| lane.decay = decay),
            None => said.set(Some(format!(
                "The decay is a time from {} to {}, such as 10s; “{}” is not. It stays {}.",
                DECAYS.start(),
                DECAYS.end(),
                text.trim(),
                spec.get_untracked().decay
            ))),
        }
    };
    let remove = move |_| {
        said.set(None);
        lab.change(|scenario| {
            if scenario.lanes.len() > 1 && index < scenario.lanes.len() {
                scenario.lanes.remove(index);
                // Who is watched stays watched, unless it is the one that went.
                if scenario.watched as usize > index {
                    scenario.watched -= 1;
                }
                scenario.watched = scenario.watched.min(scenario.lanes.len() as u32 - 1);
            }
        })
    };
    view! {
        <div class="lane-row">
            <p>
                <b>{kind.label()}</b>" "
                <span class="unit">{move || names::variant(&spec.get())}</span>
            </p>
            <Rule kind/>
            <div class="lane-own">
                {(kind == Kind::Choices).then(|| view! {
                    <label>"d "<input type="number" min={*CHOICES.start()} max={*CHOICES.end()} prop:value=move || spec.get().d.to_string() on:change=set_d/></label>
                })}
                {(kind == Kind::BoundedRing).then(|| view! {
                    <label>"factor "<input type="number" min={*FACTORS.start()} max={*FACTORS.end()} prop:value=move || spec.get().factor.to_string()
                        on:change=set_factor/>" %"</label>
                })}
                {(kind == Kind::PeakEwma).then(|| view! {
                    <label>"decay "<input type="text" class="short" autocomplete="off" placeholder="10s" prop:value=move || write_span(spec.get().decay)
                        on:change=set_decay/></label>
                })}
                <button type="button" disabled=alone on:click=remove aria-label=format!("Take out {}", kind.label())>"✕ take out"</button>
            </div>
        </div>
    }
}

/// How it chooses, what decides a tie, and who else has it.
#[component]
fn Rule(kind: Kind) -> impl IntoView {
    let followed = followed(kind);
    let line = match followed {
        Some(profile) => view! {
            {profile.product.label()}", "<code>{profile.directive}</code>": "{profile.drawing}" "{tie(profile)}
        }
        .into_any(),
        None => profile::without(kind).unwrap_or_default().into_any(),
    };
    let others: Vec<&Profile> = profile::of(kind).filter(|profile| Some(*profile) != followed).collect();
    let also = (!others.is_empty()).then(|| {
        let rows = others.into_iter().map(|profile| {
            let note = profile.note.map(|note| format!(": {note}"));
            view! { <li>{profile.product.label()}", "<code>{profile.directive}</code>{note}</li> }
        });
        view! { <details class="also"><summary>"Others that have it"</summary><ul>{rows.collect_view()}</ul></details> }
    });
    view! { <p class="unit rule">{line}</p>{also} }
}

/// The product whose rule ours is: the first that the variant names, or else the first that has it.
fn followed(kind: Kind) -> Option<&'static Profile> {
    let named = profile::of(kind).filter_map(|profile| Some((kind.variant().find(profile.product.label())?, profile)));
    named.min_by_key(|(place, _)| *place).map(|(_, profile)| profile).or_else(|| profile::of(kind).next())
}

fn tie(profile: &Profile) -> String {
    // Hashes and turns compare nothing, and their sentence says so.
    if profile.tie_break.starts_with("Nothing") { profile.tie_break.to_owned() } else { format!("At a tie: {}", profile.tie_break) }
}
