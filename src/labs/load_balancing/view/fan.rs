//! The fan: balancers on the left, servers on the right, every request between them. What stands is HTML and SVG and reads
//! without scripts; what moves is drawn on a canvas over it.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use super::canvas::{Canvas, when_looks_change};
use super::state::LabState;
use crate::labs::frame::playback::SPEEDS;
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::numbers::{self, ServerNumbers};
use crate::labs::load_balancing::run::ServerState;
use crate::labs::load_balancing::scenario::Scenario;
use crate::labs::load_balancing::scene::{self, Layout};
use crate::sim::{Arrivals, Nanos};

/// A plate narrower than this (in rem) has the narrow picture; `style/labs/load-balancing/` says the same.
const NARROW: f64 = 38.0;
/// How long a request is seen on its way at least, in real milliseconds.
const SEEN_MS: f64 = 350.0;

/// So much simulated time passes while something is seen for [`SEEN_MS`].
fn visible(speed: usize) -> Nanos {
    Nanos::from_secs_f64(SEEN_MS / 1e3 * SPEEDS[speed].0)
}

#[component]
pub fn Fan(lab: LabState) -> impl IntoView {
    let shape = Memo::new(move |_| lab.trace.with(|trace| (trace.scenario.all_servers().len(), trace.scenario.balancers)));
    let ways = move |narrow: bool| {
        let (servers, balancers) = shape.get();
        scene::ways_svg(servers, balancers as usize, narrow)
    };
    // What stands there until the canvas takes over: the moment at which the lab opens.
    let still = move |narrow: bool| {
        lab.trace.with(|trace| {
            let at = lab.playback.read_untracked().at;
            scene::items_svg(&scene::items(trace, trace.watched(), &lab.index.read(), at, visible(2), narrow))
        })
    };
    let moving = RwSignal::new(false);
    let rows = Memo::new(move |_| lab.with_moment(numbers::servers));
    let words = move || {
        let row = |(server, numbers): (usize, &ServerNumbers)| {
            format!("{}: {} % busy, {} waiting", names::server(server), percent(numbers.utilisation), numbers.waiting)
        };
        let rows: Vec<String> = rows.read().iter().enumerate().map(row).collect();
        lab.with_moment(|trace, lane, at| format!("{} at {at}. {}.", names::short(trace, lane), rows.join("; ")))
    };
    let pitch = move || format!("fan pitch-{}", Layout::new(shape.get().0, 1, false).pitch);
    view! {
        <div class=pitch role="group" aria-label=words>
            <p class="fan-source"><b>{move || lab.trace.with(|trace| names::short(trace, trace.watched()))}</b>" · "{move || lab.scenario.with(source_words)}</p>
            <div class="fan-area" class:moving=moving>
                <svg class="ways wide" width="100%" height="100%" aria-hidden="true" inner_html=move || ways(false)></svg>
                <svg class="ways narrow" width="100%" height="100%" aria-hidden="true" inner_html=move || ways(true)></svg>
                <div class="fan-rows">
                    {move || (0..shape.get().0).map(|server| view! { <Row lab rows server/> }).collect_view()}
                    {move || (shape.get().0 == 0).then(|| view! { <p class="fan-empty">"No server: every request is answered 503."</p> })}
                </div>
                <svg class="still wide" width="100%" height="100%" aria-hidden="true" inner_html=move || still(false)></svg>
                <svg class="still narrow" width="100%" height="100%" aria-hidden="true" inner_html=move || still(true)></svg>
                <Moving lab moving/>
            </div>
            <p class="fan-legend" aria-hidden="true">
                <span class="ink">"● on its way"</span>
                <span class="again">"● again"</span>
                <span class="wait">"○ waiting"</span>
                <span class="stop">"○ for long"</span>
                <span class="pass">"◔ worked on"</span>
                <span class="ghost">"○ nobody waits for it"</span>
                <span class="stop">"✕ lost"</span>
            </p>
        </div>
    }
}

/// What comes, in words: `40 requests a second`, `bursts of 24 requests every 400 ms, over 8 balancers`.
fn source_words(scenario: &Scenario) -> String {
    let comes = match &scenario.arrivals {
        Arrivals::Steady { rate } => format!("{rate} requests a second, evenly"),
        Arrivals::Poisson { rate } => format!("{rate} requests a second"),
        Arrivals::Bursts { size, every, .. } => format!("bursts of {size} requests every {every}"),
        Arrivals::Ramp { from, to } => format!("from {from} to {to} requests a second"),
        Arrivals::Flash { base, peak, at, lasts } => format!("{base} requests a second, and {peak} for {lasts} from {at} on"),
        Arrivals::Drawn(_) => "requests by a curve drawn by hand".to_owned(),
        Arrivals::Listed(moments) => format!("{} requests", moments.len()),
    };
    match scenario.balancers {
        0 | 1 => comes,
        many => format!("{comes}, over {many} balancers"),
    }
}

fn percent(share: f64) -> u32 {
    (share * 100.0 + 0.5) as u32
}

/// A server: its box, filled by how busy it is, and its numbers.
#[component]
fn Row(lab: LabState, rows: Memo<Vec<ServerNumbers>>, server: usize) -> impl IntoView {
    let numbers = Memo::new(move |_| rows.read().get(server).copied());
    let state = Memo::new(move |_| lab.with_moment(|_, lane, at| lane.servers.get(server).and_then(|server| server.state(at))));
    let class = move || {
        let busy = numbers.read().as_ref().is_some_and(|numbers| numbers.utilisation_recent >= 0.97);
        match state.get() {
            Some(ServerState { present: false, .. }) => "server-row absent",
            Some(ServerState { alive: false, .. }) => "server-row dead",
            Some(state) if state.marked_down + state.ejected > 0 || state.draining => "server-row out",
            _ if busy => "server-row full",
            _ => "server-row",
        }
    };
    let filled = move || numbers.read().as_ref().map_or(0, |numbers| percent(numbers.utilisation_recent).min(100));
    let name = move || {
        lab.trace.with(|trace| {
            let spec = trace.scenario.all_servers().get(server).copied().unwrap_or_default();
            let slower = state.get().map_or(1, |state| state.slower);
            format!("{}{}", names::server(server), speed_words(spec.speed / f64::from(slower.max(1))))
        })
    };
    let figures = move || match (state.get(), numbers.get()) {
        (Some(ServerState { present: false, .. }), _) | (None, _) => ("not there".to_owned(), String::new()),
        (Some(state), Some(numbers)) => {
            let condition = condition(state, lab.scenario.read().balancers);
            let busy = format!("{} % busy, {} waiting", percent(numbers.utilisation_recent), numbers.waiting);
            let p99 = numbers.p99.map_or_else(|| "no answer yet".to_owned(), |p99| format!("p99 {}", numbers::brief(p99)));
            match condition {
                Some(condition) => (format!("{condition}, {} waiting", numbers.waiting), p99),
                None => (busy, p99),
            }
        }
        (Some(_), None) => (String::new(), String::new()),
    };
    view! {
        <div class=class>
            <div class="server-box">
                <svg width="100%" height="100%" aria-hidden="true"><rect class="busy" width=move || format!("{}%", filled()) height="100%"></rect></svg>
                <span>{name}</span>
            </div>
            <p class="server-figures"><span>{move || figures().0}</span>" "<span class="second">{move || figures().1}</span></p>
        </div>
    }
}

/// `, ¼×`; nothing at the usual speed.
fn speed_words(speed: f64) -> String {
    let known = [(0.5, "½"), (0.25, "¼"), (0.2, "⅕"), (0.1, "⅒"), (0.75, "¾"), (0.125, "⅛")];
    match known.iter().find(|(value, _)| (value - speed).abs() < 1e-9) {
        _ if (speed - 1.0).abs() < 1e-9 => String::new(),
        Some((_, sign)) => format!(" · {sign}×"),
        None => format!(" · {}×", (speed * 100.0).round() / 100.0),
    }
}

/// What is the matter with a server, if anything is.
fn condition(state: ServerState, balancers: u32) -> Option<String> {
    let of = |count: u32| if balancers > 1 { format!(" by {count} of {balancers}") } else { String::new() };
    match state {
        ServerState { alive: false, marked_down, .. } if marked_down > 0 => Some(format!("✕ dead, seen{}", of(marked_down))),
        ServerState { alive: false, .. } => Some("✕ dead".to_owned()),
        ServerState { ejected, .. } if ejected > 0 => Some(format!("ejected{}", of(ejected))),
        ServerState { marked_down, .. } if marked_down > 0 => Some(format!("down{}", of(marked_down))),
        ServerState { draining: true, .. } => Some("draining".to_owned()),
        ServerState { errors, .. } if errors > 0 => Some(format!("{errors} % errors")),
        _ => None,
    }
}

/// The canvas, and what it is drawn from.
#[component]
fn Moving(lab: LabState, moving: RwSignal<bool>) -> impl IntoView {
    let node = NodeRef::<leptos::html::Canvas>::new();
    let canvas: StoredValue<Option<Rc<RefCell<Canvas>>>, LocalStorage> = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        if let Some(made) = Canvas::new(node) {
            canvas.set_value(Some(Rc::new(RefCell::new(made))));
            moving.set(true);
        }
    });
    let draw = move || {
        let Some(canvas) = canvas.get_value() else { return };
        let mut canvas = canvas.borrow_mut();
        let narrow = canvas.width_in_rem() < NARROW;
        let (at, speed) = lab.playback.with(|playback| (playback.at, playback.speed));
        lab.trace.with(|trace| {
            let items = scene::items(trace, trace.watched(), &lab.index.read(), at, visible(speed), narrow);
            canvas.draw(&items);
        });
    };
    // Runs with every change of the moment: while a run plays, once a frame.
    Effect::new(move |_| {
        if moving.get() {
            draw();
        }
    });
    // A plate that was turned or a theme that was switched is drawn anew.
    let again = move || {
        if let Some(canvas) = canvas.try_get_value().flatten() {
            canvas.borrow_mut().read_style();
        }
        if moving.try_get_untracked() == Some(true) {
            untrack(draw);
        }
    };
    when_looks_change(again);
    view! { <canvas class="needs-js" node_ref=node aria-hidden="true"></canvas> }
}
