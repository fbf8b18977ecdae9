//! For policies that hash: the ring or the table, who has how many keys, and which of them move when servers come and go.

use std::fmt::Write;

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::load_balancing::hashing::{self, Change, MOST_KEYS, MOST_MOVES, Moved, Pool, Spread, moves, spread_of};
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::scenario::{Clients, LaneSpec};

/// Slots of a drawn table: one for each pixel of a narrow plate, about.
const MOST_SLOTS: usize = 512;

/// What keys depend on: while it stays the same, nothing is hashed anew.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    spec: LaneSpec,
    pool: Pool,
    clients: Clients,
    seed: u64,
}

#[component]
pub fn Hashing(lab: LabState) -> impl IntoView {
    let by_key = Memo::new(move |_| {
        lab.trace.with(|trace| {
            let lanes = trace.lanes.iter().enumerate().filter(|(_, lane)| lane.spec.kind.by_key());
            lanes.map(|(index, lane)| (index, names::short(trace, lane))).collect::<Vec<(usize, String)>>()
        })
    });
    let chosen = RwSignal::new(lab.watched.get_untracked());
    let choose = move |event: web_sys::Event| chosen.set(event_target_value(&event).parse().unwrap_or(0));
    // The one that was chosen, if it hashes, or else the first that does.
    let shown = Memo::new(move |_| {
        let chosen = chosen.get();
        by_key.with(|lanes| lanes.iter().map(|(index, _)| *index).find(|index| *index == chosen).or(lanes.first().map(|(index, _)| *index)))
    });
    let others = move || {
        lab.trace.with(|trace| {
            let lanes = trace.lanes.iter().filter(|lane| !lane.spec.kind.by_key());
            let names: Vec<String> = lanes.map(|lane| names::short(trace, lane)).collect();
            match names.as_slice() {
                [] => None,
                [one] => Some(format!("{one} does not look at keys: a client comes anywhere.")),
                names => Some(format!("{} do not look at keys: a client comes anywhere.", and(names))),
            }
        })
    };
    let options = move || {
        let lanes = by_key.get();
        let shown = shown.get_untracked();
        lanes
            .into_iter()
            .map(|(index, name)| view! { <option value=index.to_string() selected=Some(index) == shown>{name}</option> })
            .collect_view()
    };
    // The list stays while another of them is chosen, and with it the focus.
    let any = Memo::new(move |_| shown.get().is_some());
    view! {
        <div class="tool">
            {move || if any.get() {
                view! { <p class="tool-row"><label>"Policy "<select on:change=choose>{options}</select></label></p> }.into_any()
            } else {
                view! { <p>"Add one that hashes, under Settings: such as nginx’s hash … consistent, Caddy’s rendezvous or Envoy’s MAGLEV."</p> }.into_any()
            }}
            <Keys lab shown/>
            <p class="unit">{others}</p>
        </div>
    }
}

#[component]
fn Keys(lab: LabState, shown: Memo<Option<usize>>) -> impl IntoView {
    let asked = Memo::new(move |_| {
        let index = shown.get()?;
        let moment = lab.moment.get();
        lab.trace.with(|trace| {
            let (lane, scenario) = (trace.lanes.get(index)?, &trace.scenario);
            let pool = Pool::of(scenario, lane, moment);
            Some(Asked { spec: lane.spec, pool, clients: scenario.clients, seed: scenario.seed })
        })
    });
    let moved = Memo::new(move |_| {
        let index = shown.get()?;
        lab.trace.with(|trace| Some(moves(trace, trace.lanes.get(index)?)))
    });
    view! {
        {move || asked.get().map(|asked| {
            let spread = spread_of(&asked.spec, &asked.pool, asked.clients, asked.seed);
            view! { <div class="keys">{picture(&asked)}{table(&spread, asked.clients)}</div> }
        })}
        {move || moved.get().map(|moved| changes(lab, moved))}
    }
}

/// The ring, or the table from left to right. Some policies have neither.
fn picture(asked: &Asked) -> AnyView {
    if let Some(points) = hashing::ring_points(&asked.spec, &asked.pool) {
        let words = format!("{} points, from the top as a clock goes: a key belongs to the first point at or after it.", points.len());
        return view! { <figure class="ring-figure"><div inner_html=hashing::ring_svg(&points)></div><figcaption>{words}</figcaption></figure> }.into_any();
    }
    let Some(slots) = hashing::table(&asked.spec, &asked.pool, MOST_SLOTS) else {
        return view! { <p class="unit">"It has neither a ring nor a table to be drawn; what follows is what it answers."</p> }.into_any();
    };
    let words = if slots.len() == MOST_SLOTS {
        format!("Its table, {MOST_SLOTS} slots spread evenly over it: the key’s hash says which slot.")
    } else {
        format!("Its table of {} slots: the key’s hash says which one.", slots.len())
    };
    view! { <figure class="slots-figure"><div inner_html=strip_svg(&slots)></div><figcaption>{words}</figcaption></figure> }.into_any()
}

/// A table's slots side by side, neighbours of one server joined.
fn strip_svg(slots: &[usize]) -> String {
    let mut svg = format!(
        "<svg class=\"slots\" viewBox=\"0 0 {} 1\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"The table\">",
        slots.len().max(1)
    );
    let mut from = 0;
    for run in slots.chunk_by(|one, other| one == other) {
        let server = run.first().copied().unwrap_or_default();
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{from}\" width=\"{}\" height=\"1\"><title>{}</title></rect>",
            hashing::class(server),
            run.len(),
            names::server(server)
        );
        from += run.len();
    }
    svg.push_str("</svg>");
    svg
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Who has how many keys, and how many requests come with them.
fn table(spread: &Spread, clients: Clients) -> impl IntoView + use<> {
    let sampled = spread.sampled;
    let rows = spread.servers.iter().map(|share| {
        let of_keys = f64::from(share.keys) / f64::from(sampled.max(1));
        view! {
            <tr>
                <th scope="row"><i class=format!("swatch {}", hashing::class(share.server)) aria-hidden="true"></i>{names::server(share.server)}</th>
                <td>{share.keys}</td>
                <td>{percent(of_keys)}</td>
                <td>{percent(share.requests)}</td>
                <td>{percent(share.ideal)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let fullest = spread.servers.iter().map(|share| share.keys).max().unwrap_or(0);
    let expected = spread.expected_max.map(|expected| {
        format!("If a hash sends each key to any server alike, the fullest is expected to have {expected:.0}; here it has {fullest}. ")
    });
    let sample = if clients.count > MOST_KEYS {
        format!("Of {} clients the {sampled} most eager were asked about.", clients.count)
    } else {
        String::new()
    };
    view! {
        <div>
            <div class="table" role="region" tabindex="0" aria-label="Keys of each server">
                <table>
                    <thead><tr>
                        <th scope="col">"Server"</th>
                        <th scope="col">"Keys"</th>
                        <th scope="col">"Of the keys"</th>
                        <th scope="col">"Of the requests"</th>
                        <th scope="col">"By weight"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="unit">{expected}{sample}</p>
        </div>
    }
}

/// What moved, change by change.
fn changes(lab: LabState, moved: Vec<Moved>) -> AnyView {
    if moved.is_empty() {
        return view! { <p class="unit">"No server came or went in this run, so every key stays. Remove one, or add one, with the buttons above."</p> }.into_any();
    }
    let cut =
        (moved.len() == MOST_MOVES).then(|| view! { <p class="unit">{format!("The first {MOST_MOVES} changes; there may be more.")}</p> });
    let rows = moved.into_iter().map(|moved| change(lab, moved)).collect_view();
    view! {
        <div class="table" role="region" tabindex="0" aria-label="Keys that moved">
            <table>
                <thead><tr>
                    <th scope="col">"At"</th>
                    <th scope="col">"What happened"</th>
                    <th scope="col">"Servers to be had"</th>
                    <th scope="col">"Keys that moved"</th>
                    <th scope="col">"Had to move"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {cut}
    }
    .into_any()
}

fn change(lab: LabState, moved: Moved) -> impl IntoView + use<> {
    let at = moved.at;
    let what: Vec<String> =
        moved.changed.iter().map(|(server, change)| format!("{} {}", names::server(*server), change_words(*change))).collect();
    let share = f64::from(moved.keys_moved) / f64::from(moved.sampled.max(1));
    let needless = moved.keys_moved > moved.least;
    view! {
        <tr>
            <th scope="row"><button type="button" class="link" on:click=move |_| lab.go_to(at)>{at.to_string()}</button></th>
            <td>{and(&what)}</td>
            <td>{moved.before}" → "{moved.after}</td>
            <td class:stop=needless>{moved.keys_moved}" ("{percent(share)}")"</td>
            <td>{moved.least}</td>
        </tr>
    }
}

fn change_words(change: Change) -> &'static str {
    match change {
        Change::Added => "came",
        Change::Removed => "was taken out",
        Change::Down => "gets nothing any more",
        Change::Back => "is back",
    }
}

/// “a, b and c”.
fn and(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
