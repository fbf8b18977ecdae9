//! What the reader can do in mid-run: to the traffic, to one server, to how many there are.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::scenario::Action;
use crate::sim::Nanos;

/// Requests of one click.
const SENT: u32 = 20;

#[component]
pub fn Acts(lab: LabState) -> impl IntoView {
    let servers = Memo::new(move |_| lab.scenario.read().all_servers().len());
    let chosen = RwSignal::new(0u32);
    // A server may be gone since it was chosen.
    let server = Memo::new(move |_| chosen.get().min((servers.get() as u32).saturating_sub(1)));
    let nobody = move || servers.get() == 0;
    let choose = move |event: web_sys::Event| chosen.set(event_target_value(&event).parse().unwrap_or(0));
    let to_server = move |label: &'static str, action: fn(u32) -> Action| {
        view! {
            <button type="button" disabled=nobody on:click=move |_| lab.intervene(action(server.get_untracked()))>
                "▲ "{label}<span class="sr">{move || format!(": {}", names::server(server.get() as usize))}</span>
            </button>
        }
    };
    // Only what was spoilt can be made good: the button comes with the first intervention that calls for it.
    let spoilt = Memo::new(move |_| {
        lab.scenario.read().interventions.iter().any(|made| matches!(made.action, Action::Errors(_, percent) if percent > 0))
    });
    view! {
        <button type="button" on:click=move |_| lab.intervene(Action::Send(SENT))>"▲ Send "{SENT}</button>
        <span class="act-group" role="group" aria-label="To one server">
            <label>
                <span class="sr">"Server"</span>
                <select on:change=choose disabled=nobody prop:value=move || server.get().to_string()>
                    {move || {
                        let chosen = server.get_untracked() as usize;
                        (0..servers.get()).map(|index| view! {
                            <option value=index.to_string() selected=index == chosen>{names::server(index)}</option>
                        }).collect_view()
                    }}
                </select>
            </label>
            {to_server("Kill", Action::Kill)}
            {to_server("Revive", Action::Revive)}
            {to_server("Slow to a quarter", |server| Action::Slow(server, 4))}
            {to_server("Full speed", |server| Action::Slow(server, 1))}
            {to_server("Half its answers fail", |server| Action::Errors(server, 50))}
            {move || spoilt.get().then(|| to_server("No more errors", |server| Action::Errors(server, 0)))}
            {to_server("Flap, a second each way", |server| Action::Flap(server, Nanos::SECOND))}
            {to_server("Drain", Action::Drain)}
            {to_server("Remove", Action::Remove)}
        </span>
        <button type="button" on:click=move |_| lab.intervene(Action::Add)>"▲ Add a server"</button>
        <button type="button" disabled=move || lab.scenario.read().interventions.is_empty() on:click=move |_| lab.undo()>"Undo"</button>
    }
}
