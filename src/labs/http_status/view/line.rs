//! The railway line in the page: drawn for a wide and for a narrow place, of which the style shows the one that fits. A click
//! on a stop goes to its question, one on an exit asks how to get there; the list of steps and the tool are the keyboard's way.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::http_status::run::{Now, Run};
use crate::labs::http_status::scene::line::{self, LineScene, Sign, Width};
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
        let code = target.closest("[data-code]").ok().flatten().and_then(|exit| exit.get_attribute("data-code"));
        if let Some(code) = code.and_then(|code| code.parse().ok()) {
            // Within an article the tool is not there.
            if target.closest(".http-inline").ok().flatten().is_none() {
                lab.ask_for(code);
            }
            return;
        }
        let stop = target.closest("[data-at]").ok().flatten();
        if let Some(at) = stop.and_then(|stop| stop.get_attribute("data-at")).and_then(|at| at.parse().ok()) {
            lab.go_to(Nanos(at));
        }
    };
    let wide = scene(Width::Wide);
    let signs = Memo::new(move |_| wide.with(line::legend));
    view! {
        <div class="line-view" on:click=go>
            {move || caption.get().map(|words| view! { <p class="line-caption">{words}</p> })}
            <Picture scene=wide name="rl rl-wide"/>
            <Picture scene=scene(Width::Narrow) name="rl rl-narrow"/>
            <p class="line-legend" aria-hidden="true">{move || signs.get().into_iter().map(explained).collect_view()}</p>
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

/// A sign of the legend, drawn as in the picture.
fn explained(sign: Sign) -> AnyView {
    let drawn = sign.looks.into_iter().map(|look| {
        view! { <svg class="rl-sign" width="16" height="16" inner_html=line::sign(look)></svg> }
    });
    let drawn = drawn.collect_view();
    view! { <span>{drawn}" "{sign.words}</span> }.into_any()
}

/// `Visit 2 of 3: GET https://example.org/new`, if there are several.
fn caption(run: &Run, now: Now) -> Option<String> {
    let place = now.visit.unwrap_or(0);
    let visit = run.visits.get(place).filter(|_| run.visits.len() > 1)?;
    Some(format!("Visit {} of {}: {} {}", place + 1, run.visits.len(), visit.request.method, visit.url))
}
