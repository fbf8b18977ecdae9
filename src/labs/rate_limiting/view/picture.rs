//! Arrivals above, one lane a limiter below, the playhead over all of it. What lies ahead is covered, not drawn anew:
//! a frame moves two edges.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::rate_limiting::lane::Lane;
use crate::labs::rate_limiting::numbers::Counts;
use crate::labs::rate_limiting::scenario::LaneSpec;
use crate::labs::rate_limiting::scene::{self, ARRIVALS_HEIGHT, LANE_HEIGHT, percent};
use crate::labs::rate_limiting::{Trace, names};
use crate::sim::Nanos;
use crate::site::context::site;

#[component]
pub fn Picture(lab: LabState) -> impl IntoView {
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let words = move || {
        lab.trace.with(|trace| {
            let end = trace.scenario.length;
            let of_lane = |lane: &Lane| {
                let Counts { admitted, delayed, refused } = Counts::of(&lane.handled);
                let held = if delayed > 0 { format!(", {delayed} of them after a wait,") } else { String::new() };
                format!("{} admits {admitted}{held} and refuses {refused}", names::short(trace, lane))
            };
            let lanes: Vec<String> = trace.lanes.iter().map(of_lane).collect();
            format!("{} requests in {end}. {}.", trace.arrivals.len(), lanes.join("; "))
        })
    };
    view! {
        <div class="picture" role="group" aria-label=words>
            <svg class="defs" width="0" height="0" aria-hidden="true"><defs><path id="refused" d="M-3.4-3.4 3.4 3.4M-3.4 3.4 3.4-3.4"></path>
                <g id="delayed"><path d="M0-3.3A3.3 3.3 0 0 0 0 3.3Z"></path><path d="M0-3.3A3.3 3.3 0 0 1 0 3.3"></path></g></defs></svg>
            <div class="label arrivals-label">"Arrivals"</div>
            <svg class="plot arrivals" height=ARRIVALS_HEIGHT aria-hidden="true" inner_html=move || lab.trace.with(|trace| scene::arrivals_svg(trace))></svg>
            {move || lanes.get().into_iter().map(|spec| view! { <LaneView lab spec/> }).collect_view()}
            <div class="axis plot" aria-hidden="true">
                {move || {
                    let length = lab.scenario.read().length;
                    scene::ticks(length).into_iter().map(|at| view! { <span style=format!("left:{}", percent(at, length))>{at.to_string()}</span> }).collect_view()
                }}
            </div>
            <Overlay lab/>
        </div>
    }
}

#[component]
fn LaneView(lab: LabState, spec: LaneSpec) -> impl IntoView {
    let algorithm = spec.algorithm;
    let href = site().href(&format!("/terms/{}/", algorithm.term()));
    let of_lane = move |trace: &Trace, read: &dyn Fn(&Lane) -> String| {
        trace.lanes.iter().find(|lane| lane.spec == spec).map(read).unwrap_or_default()
    };
    let drawing = move || lab.trace.with(|trace| of_lane(trace, &|lane| scene::lane_svg(trace, lane)));
    let alarm = Memo::new(move |_| {
        lab.trace.with(|trace| trace.lanes.iter().find(|lane| lane.spec == spec).and_then(|lane| scene::alarm(trace, lane)))
    });
    let rung = Memo::new(move |_| alarm.read().as_ref().is_some_and(|alarm| lab.playback.read().at >= alarm.after));
    view! {
        <div class="label">
            <a href=href data-term=algorithm.term()>{algorithm.label()}</a>
            <span>{move || names::variant(&lab.scenario.read(), &spec)}</span>
        </div>
        <div class="plot lane">
            <svg height=LANE_HEIGHT aria-hidden="true" inner_html=drawing></svg>
            <div
                class="alarm"
                hidden=move || !rung.get()
                class:right=move || alarm.read().as_ref().is_some_and(|alarm| !alarm.on_the_left)
                style=move || alarm.get().map(|alarm| format!("left:{};width:{}", alarm.from, alarm.width))
            >
                <span>{move || alarm.get().map(|alarm| alarm.words)}</span>
            </div>
        </div>
    }
}

/// The future's cover and the playhead; dragging moves the moment.
#[component]
fn Overlay(lab: LabState) -> impl IntoView {
    let area = NodeRef::<leptos::html::Div>::new();
    let dragging = StoredValue::new(false);
    // Here and not on the whole picture: what inherits it is styled anew with every frame.
    let position = move || {
        let playback = lab.playback.read();
        format!("--at:{}", percent(playback.at, playback.end))
    };
    let seek = move |event: &web_sys::PointerEvent| {
        let Some(area) = area.get_untracked() else { return };
        let bounds = area.get_bounding_client_rect();
        let share = ((f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0)).clamp(0.0, 1.0);
        // A pointer a little before a request means the request.
        let reach = Nanos((6.0 / bounds.width().max(1.0) * lab.scenario.read_untracked().length.0 as f64) as u64);
        lab.playback.update(|playback| {
            playback.pause();
            let at = Nanos((playback.end.0 as f64 * share) as u64);
            let next = lab.trace.with_untracked(|trace| trace.arrivals.get(trace.seen(at)).map(|arrival| arrival.at));
            playback.seek(next.filter(|next| *next - at <= reach).unwrap_or(at));
        });
        lab.moved();
    };
    view! {
        <div
            class="overlay"
            style=position
            node_ref=area
            on:pointerdown=move |event| {
                if let Some(area) = area.get_untracked() {
                    let _ = area.set_pointer_capture(event.pointer_id());
                }
                dragging.set_value(true);
                seek(&event);
            }
            on:pointermove=move |event| if dragging.get_value() { seek(&event) }
            on:pointerup=move |_| dragging.set_value(false)
            on:pointercancel=move |_| dragging.set_value(false)
        >
            <div class="ahead ahead-arrivals"></div>
            <div class="ahead ahead-lanes"></div>
            <div class="playhead"></div>
        </div>
    }
}
