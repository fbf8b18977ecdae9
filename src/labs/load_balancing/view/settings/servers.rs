//! The servers: all of them as a text, their number, and a few one by one.

use std::ops::RangeInclusive;

use leptos::prelude::*;

use super::super::state::LabState;
use super::{decimal, shorten};
use crate::labs::frame::view::{NumberField, TextField};
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::scenario::{MOST_SERVERS, SPEEDS, ServerSpec, WEIGHTS, WORKERS};
use crate::labs::load_balancing::words::{read_servers, write_servers};

/// More than a table is edited for.
const MOST_IN_TABLE: usize = 12;
const COUNTS: RangeInclusive<u32> = 0..=MOST_SERVERS as u32;

#[component]
pub fn Servers(lab: LabState) -> impl IntoView {
    let scenario = lab.scenario;
    let count = Memo::new(move |_| scenario.read().servers.len());
    let set_text = move |text: &str| match read_servers(text) {
        Some(servers) => {
            lab.change(|scenario| scenario.servers = servers);
            Ok(())
        }
        None => Err(format!(
            "“{}” are no servers. Write groups such as 4,1:s0.25 (how many, then w for the weight, s for the speed, c for requests worked on \
             at once), {MOST_SERVERS} servers at most, or 0. It stays {}.",
            shorten(text),
            write_servers(&scenario.read_untracked().servers)
        )),
    };
    // Who comes is like the last.
    let set_count = move |count: u32| {
        lab.change(|scenario| {
            let like = scenario.servers.last().copied().unwrap_or_default();
            scenario.servers.resize((count as usize).min(MOST_SERVERS), like);
        });
    };
    view! {
        <fieldset>
            <legend>"Servers"</legend>
            <NumberField label="How many" unit="servers" value=Signal::derive(move || count.get() as u32) range=COUNTS slider_to=16 set=set_count/>
            <TextField label="exactly" hint="4,1:s0.25" value=Signal::derive(move || write_servers(&scenario.read().servers)) set=set_text/>
            {move || match count.get() {
                0 => view! { <p class="unit">"Without servers every request is answered with 503."</p> }.into_any(),
                count if count > MOST_IN_TABLE => {
                    view! { <p class="unit">{format!("Up to {MOST_IN_TABLE} servers can be set one by one here; {count} only as a text.")}</p> }.into_any()
                }
                count => view! { <Table lab count/> }.into_any(),
            }}
        </fieldset>
    }
}

/// A row a server. Rows come and go with their number only, so that the focus stays while numbers change.
#[component]
fn Table(lab: LabState, count: usize) -> impl IntoView {
    let said = RwSignal::new(None::<String>);
    view! {
        <div class="table each" role="region" tabindex="0" aria-label="Servers one by one">
            <table>
                <thead><tr>
                    <th scope="col">"Server"</th>
                    <th scope="col">"Weight"</th>
                    <th scope="col">"Speed"</th>
                    <th scope="col">"At once"</th>
                </tr></thead>
                <tbody>{(0..count).map(|index| view! { <Row lab index said/> }).collect_view()}</tbody>
            </table>
        </div>
        <p class="field-wrong" role="alert" hidden=move || said.read().is_none()>{said}</p>
    }
}

#[component]
fn Row(lab: LabState, index: usize, said: RwSignal<Option<String>>) -> impl IntoView {
    let spec = Memo::new(move |_| lab.scenario.read().servers.get(index).copied().unwrap_or_default());
    let name = names::server(index);
    let set = move |change: &dyn Fn(&mut ServerSpec)| {
        said.set(None);
        lab.change(|scenario| {
            if let Some(server) = scenario.servers.get_mut(index) {
                change(server);
            }
        });
    };
    let wrong = move |what: &str, wanted: String, text: &str, stays: String| {
        said.set(Some(format!("{what} of {} is {wanted}; “{}” is not. It stays {stays}.", names::server(index), shorten(text))));
    };
    let set_weight = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<u32>().ok().filter(|weight| WEIGHTS.contains(weight)) {
            Some(weight) => set(&|server| server.weight = weight),
            None => {
                let wanted = format!("a whole number from {} to {}", WEIGHTS.start(), WEIGHTS.end());
                wrong("The weight", wanted, text.trim(), spec.get_untracked().weight.to_string());
            }
        }
    };
    let set_speed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match decimal(text.trim()).filter(|speed| SPEEDS.contains(speed)) {
            Some(speed) => set(&|server| server.speed = speed),
            None => {
                let wanted = format!("a number from {} to {}, 2 being twice as fast", SPEEDS.start(), SPEEDS.end());
                wrong("The speed", wanted, text.trim(), spec.get_untracked().speed.to_string());
            }
        }
    };
    let set_workers = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<u32>().ok().filter(|workers| WORKERS.contains(workers)) {
            Some(workers) => set(&|server| server.workers = workers),
            None => {
                let wanted = format!("a whole number from {} to {}", WORKERS.start(), WORKERS.end());
                wrong("The number of requests worked on at once", wanted, text.trim(), spec.get_untracked().workers.to_string());
            }
        }
    };
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td><input type="number" min={*WEIGHTS.start()} max={*WEIGHTS.end()} aria-label=format!("Weight of {name}")
                prop:value=move || spec.get().weight.to_string() on:change=set_weight/></td>
            <td><input type="text" inputmode="decimal" autocomplete="off" aria-label=format!("Speed of {name}")
                prop:value=move || spec.get().speed.to_string() on:change=set_speed/></td>
            <td><input type="number" min={*WORKERS.start()} max={*WORKERS.end()} aria-label=format!("Requests that {name} works on at once")
                prop:value=move || spec.get().workers.to_string() on:change=set_workers/></td>
        </tr>
    }
}
