//! What happens while a client waits, follows or tries again: the world changes at a moment that the reader sets. A cache has
//! a panel of its own for this, and a single request knows no later.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::http_status::scenario::{Action, Client};
use crate::sim::Nanos;

/// A day: the longest that a client is asked to wait by anybody who means it.
const LATEST: u64 = 86_400;

const ACTS: [Action; 8] =
    [Action::Down, Action::Up, Action::Limit, Action::Forgive, Action::Break, Action::Mend, Action::Save, Action::Delete];

#[component]
pub fn ActsPanel(lab: LabState) -> impl IntoView {
    let here = Memo::new(move |_| !matches!(lab.scenario.read().client, Client::Once | Client::Cache { .. }));
    move || here.get().then(|| view! { <Panel lab/> })
}

#[component]
fn Panel(lab: LabState) -> impl IntoView {
    let seconds = RwSignal::new("5".to_owned());
    let chosen = RwSignal::new(0_usize);
    let wrong = RwSignal::new(None::<String>);
    let add = move |_| {
        let Some(action) = ACTS.get(chosen.get_untracked()).cloned() else { return };
        match seconds.with_untracked(|text| text.trim().parse::<u64>()) {
            Ok(at) if at <= LATEST => {
                wrong.set(None);
                lab.act(at, action);
            }
            _ => wrong
                .set(Some(format!("The moment is a whole number of seconds from 0 to {LATEST}; “{}” is not.", seconds.get_untracked()))),
        }
    };
    let choose = move |event: web_sys::Event| {
        if let Ok(index) = event_target_value(&event).parse() {
            chosen.set(index);
        }
    };
    let acts = move || {
        let mut acts: Vec<_> =
            lab.scenario.read().acts.iter().enumerate().map(|(index, act)| (index, act.at, act.action.label())).collect();
        acts.sort_by_key(|act| act.1);
        acts.into_iter().map(|(index, at, label)| view! { <Act lab index at label/> }).collect_view()
    };
    view! {
        <section class="http-acts needs-js" aria-label="What happens meanwhile">
            <h3>"What happens meanwhile"</h3>
            <ol>{acts}</ol>
            <p class="tool-row">
                <label>"After "<input type="number" inputmode="numeric" min="0" max=LATEST.to_string() prop:value=seconds
                    aria-invalid=move || wrong.read().is_some().then_some("true") on:input=move |event| seconds.set(event_target_value(&event))/>" s "</label>
                <select aria-label="What happens" on:change=choose>
                    {ACTS.iter().enumerate().map(|(index, action)| view! { <option value=index.to_string()>{action.label()}</option> }).collect_view()}
                </select>
                <button type="button" on:click=add>"▲ Let it happen"</button>
            </p>
            <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
        </section>
    }
}

#[component]
fn Act(lab: LabState, index: usize, at: Nanos, label: String) -> impl IntoView {
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
            <span class="unit">{at.to_string()}</span>" "<span>{label}</span>" "
            <button type="button" class="quiet" aria-label=name.clone() title=name on:click=remove>"✕"</button>
        </li>
    }
}
