//! The railway line in the page: drawn for a wide and for a narrow place, of which the style shows the one that fits. A click
//! on a stop goes to its question; the list of steps is the keyboard's way.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::http_status::run::{Now, Run};
use crate::labs::http_status::scene::line::{self, LineScene, Width};
use crate::sim::Nanos;

#[component]
pub fn LineView(lab: LabState) -> impl IntoView {
    // What the second run shows now; it has beats of its own.
    let beside = Memo::new(move |_| {
        let moment = lab.playback.read().at;
        lab.trace.with(|trace| trace.runs.get(1).map(|run| run.now(moment)))
    });
    let scene = move |width: Width| {
        Memo::new(move |_| {
            let beside = beside.get();
            lab.with_now(|trace, run, now| line::draw_beside(run, now, trace.runs.get(1).zip(beside), trace.fork.as_ref(), width))
        })
    };
    let caption = Memo::new(move |_| lab.with_now(|_, run, now| caption(run, now)));
    let go = move |event: web_sys::MouseEvent| {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return };
        let stop = target.closest("[data-at]").ok().flatten();
        if let Some(at) = stop.and_then(|stop| stop.get_attribute("data-at")).and_then(|at| at.parse().ok()) {
            lab.go_to(Nanos(at));
        }
    };
    view! {
        <div class="line-view" on:click=go>
            {move || caption.get().map(|words| view! { <p class="line-caption">{words}</p> })}
            <Picture scene=scene(Width::Wide) name="rl rl-wide"/>
            <Picture scene=scene(Width::Narrow) name="rl rl-narrow"/>
            <p class="line-legend" aria-hidden="true">
                <span>"● asked, and on"</span>
                <span>"◐ sent ahead"</span>
                <span>"○ not asked"</span>
            </p>
        </div>
    }
}

/// In its natural size, so that no text is ever scaled down.
#[component]
fn Picture(scene: Memo<LineScene>, name: &'static str) -> impl IntoView {
    view! {
        <svg
            class=name
            role="img"
            aria-label=move || scene.with(|scene| scene.about.clone())
            width=move || scene.with(|scene| scene.width.to_string())
            height=move || scene.with(|scene| scene.height.to_string())
            inner_html=move || scene.with(line::svg)
        ></svg>
    }
}

/// `Visit 2 of 3: GET https://example.org/new`, if there are several.
fn caption(run: &Run, now: Now) -> Option<String> {
    let place = now.visit.unwrap_or(0);
    let visit = run.visits.get(place).filter(|_| run.visits.len() > 1)?;
    Some(format!("Visit {} of {}: {} {}", place + 1, run.visits.len(), visit.request.method, visit.url))
}
