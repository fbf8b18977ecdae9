//! "How do I get…": every registered code, how far away it is, and the fewest changes that lead to it.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::LabState;
use crate::http::edits::Edit;
use crate::http::inverse::Plan;
use crate::http::message::Request;
use crate::http::profiles::Profile;
use crate::http::state::World;
use crate::http::status::REGISTRY;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::index::{self, Entry, Reach};
use crate::labs::http_status::why;

const CLASSES: [(u16, &str); 5] =
    [(1, "1xx, on the way"), (2, "2xx, success"), (3, "3xx, elsewhere"), (4, "4xx, the client"), (5, "5xx, the server")];

/// What was searched, from where, and what came of it.
struct Found {
    code: u16,
    profile: Profile,
    request: Request,
    world: World,
    plans: Vec<Plan>,
}

type Entries = Memo<Arc<Vec<Entry>>>;

fn reach(entries: &[Entry], code: u16) -> Option<&Reach> {
    entries.iter().find(|entry| entry.code == code).map(|entry| &entry.reach)
}

#[component]
pub fn IndexPanel(lab: LabState) -> impl IntoView {
    let entries = lab.entries;
    let found = RwSignal::new(None::<Arc<Found>>);
    // Three changes take a tenth of a second and more to find: only for the code chosen, and only when it is chosen.
    let choose = move |code: u16| {
        let (profile, request, world) = from_here(lab);
        let search = entries.with_untracked(|entries| matches!(reach(entries, code), Some(Reach::One(_) | Reach::Search)));
        let mut plans = if search { index::plans(profile, &request, &world, code) } else { Vec::new() };
        lab.scenario.with_untracked(|scenario| plans.retain(|plan| index::gives(scenario, &plan.request, &plan.world, code)));
        found.set(Some(Arc::new(Found { code, profile, request, world, plans })));
    };
    let panel = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if let (Some(panel), Some(code)) = (panel.get(), lab.wanted.get()) {
            lab.wanted.set(None);
            choose(code);
            panel.scroll_into_view();
        }
    });
    let chosen = Memo::new(move |_| found.with(|found| found.as_ref().map(|found| found.code)));
    let groups = CLASSES.into_iter().map(|(class, name)| {
        let codes = REGISTRY.iter().filter(move |status| status.code / 100 == class);
        let buttons = codes.map(|status| view! { <Code entries chosen code=status.code reason=status.reason choose/> }).collect_view();
        view! {
            <h4>{name}</h4>
            <div class="http-codes" role="group" aria-label=name>{buttons}</div>
        }
    });
    view! {
        <div class="tool http-index" node_ref=panel>
            <h3>"How do I get…"</h3>
            <p class="unit">"● the run gives it now · → one change away · ⋯ more than one change · – never"</p>
            <p role="status">{move || found.get().map(|found| said(lab, entries, &found))}</p>
            {move || found.get().map(|found| ways(lab, entries, &found, choose))}
            {groups.collect_view()}
        </div>
    }
}

/// Where a search begins: the request and the world as they are.
fn from_here(lab: LabState) -> (Profile, Request, World) {
    lab.trace.with_untracked(|trace| {
        let run = trace.first();
        (run.profile, index::start(&run.request), trace.scenario.world.clone())
    })
}

#[component]
fn Code(
    entries: Entries,
    chosen: Memo<Option<u16>>,
    code: u16,
    reason: &'static str,
    choose: impl Fn(u16) + Copy + Send + 'static,
) -> impl IntoView {
    let sign = Memo::new(move |_| entries.with(|entries| reach(entries, code).map(Reach::sign).unwrap_or_default()));
    view! {
        <button type="button" aria-pressed=move || if chosen.get() == Some(code) { "true" } else { "false" } on:click=move |_| choose(code)>
            <b>{code}</b>
            <span class="http-reason">{reason}</span>
            <span aria-hidden="true">{move || sign.get().0}</span>
            <span class="sr">{move || sign.get().1}</span>
        </button>
    }
}

/// Whether the request, the world or the rules are others than those that were searched from.
fn is_stale(lab: LabState, found: &Found) -> bool {
    lab.trace.with(|trace| {
        let run = trace.first();
        run.profile != found.profile || index::start(&run.request) != found.request || trace.scenario.world != found.world
    })
}

/// What is known about the code that was chosen, in a sentence.
fn said(lab: LabState, entries: Entries, found: &Found) -> String {
    let what = match entries.with(|entries| reach(entries, found.code).cloned()) {
        Some(Reach::Now) => "● the run gives it now.".to_owned(),
        Some(Reach::Never(why)) => why.to_owned(),
        _ if is_stale(lab, found) => "the request, the resource or the rules have changed since.".to_owned(),
        _ => match (found.plans.first().map(|plan| plan.edits.len()), found.plans.len()) {
            (None, _) => "from here even three changes are not enough. Choose a scenario that lies nearer.".to_owned(),
            (Some(0), _) => "no change is needed.".to_owned(),
            (Some(1), 1) => "one change is enough.".to_owned(),
            (Some(1), count) => format!("one change is enough; these are {count} ways."),
            (Some(changes), 1) => format!("it takes {changes} changes."),
            (Some(changes), count) => format!("it takes {changes} changes; these are {count} ways."),
        },
    };
    format!("{}: {what}", why::named(found.code))
}

/// Each way with the fewest changes, and a button that takes it.
fn ways(lab: LabState, entries: Entries, found: &Found, choose: impl Fn(u16) + Copy + Send + 'static) -> AnyView {
    let code = found.code;
    match entries.with(|entries| reach(entries, code).cloned()) {
        Some(Reach::Now | Reach::Never(_)) => ().into_any(),
        _ if is_stale(lab, found) => view! { <p><button type="button" on:click=move |_| choose(code)>"Look again"</button></p> }.into_any(),
        _ => {
            let items = found.plans.iter().map(|plan| way(lab, plan.clone())).collect_view();
            view! { <ol class="http-ways">{items}</ol> }.into_any()
        }
    }
}

fn way(lab: LabState, plan: Plan) -> impl IntoView + use<> {
    let words = why::words(&sentences(&plan.edits));
    let (label, named) = match plan.edits.len() {
        1 => ("Make this change", format!("Make this change: {}", words.plain())),
        _ => ("Make these changes", format!("Make these changes: {}", words.plain())),
    };
    view! {
        <li>
            <span><WordsView words/></span>" "
            <button type="button" aria-label=named on:click=move |_| lab.take_over(&plan.request, plan.world.clone())>{label}</button>
        </li>
    }
}

fn sentences(edits: &[Edit]) -> String {
    edits.iter().map(|edit| edit.what.as_str()).collect::<Vec<_>>().join(" ")
}
