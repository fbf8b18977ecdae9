//! A curve of traffic drawn by hand: columns that follow the pointer, or the arrow keys.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::frame::traffic::DRAWN;
use crate::labs::rate_limiting::scenario::RATES;
use crate::sim::Arrivals;

/// Room above the highest column, to draw into.
const HEADROOM: f64 = 1.25;
const LEAST_TOP: f64 = 20.0;

#[component]
pub fn DrawnCurve(lab: LabState) -> impl IntoView {
    let rates = Memo::new(move |_| match lab.scenario.read().sources.first().map(|source| &source.arrivals) {
        Some(Arrivals::Drawn(rates)) => Some(rates.clone()),
        _ => None,
    });
    let drawing = Memo::new(move |_| rates.read().is_some());
    move || drawing.get().then(|| view! { <Curve lab rates/> })
}

#[component]
fn Curve(lab: LabState, rates: Memo<Option<Vec<u32>>>) -> impl IntoView {
    let area = NodeRef::<leptos::html::Div>::new();
    // The scale stays while a stroke is drawn.
    let scale = RwSignal::new(top_for(&rates.get_untracked().unwrap_or_default()));
    let under_pointer = StoredValue::new(None::<usize>);
    let column = RwSignal::new(0usize);
    let set = move |from: usize, to: usize, rate: f64| {
        lab.change(|scenario| {
            let Some(Arrivals::Drawn(rates)) = scenario.sources.first_mut().map(|source| &mut source.arrivals) else { return };
            // A hand draws finer than a list of three: the curve takes as many columns as fit.
            if rates.len() < DRAWN / 2 {
                let old = std::mem::take(rates);
                *rates = (0..DRAWN).map(|slice| old.get(slice * old.len() / DRAWN).copied().unwrap_or(0)).collect();
            }
            for column in from.min(to)..=from.max(to) {
                if let Some(column) = rates.get_mut(column) {
                    *column = rate.clamp(0.0, *RATES.end()) as u32;
                }
            }
        });
    };
    let draw = move |event: &web_sys::PointerEvent| {
        let Some(area) = area.get_untracked() else { return };
        let bounds = area.get_bounding_client_rect();
        let columns = rates.read_untracked().as_ref().map_or(1, |rates| if rates.len() < DRAWN / 2 { DRAWN } else { rates.len() });
        let across = ((f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0)).clamp(0.0, 0.999_9);
        let up = 1.0 - ((f64::from(event.client_y()) - bounds.top()) / bounds.height().max(1.0)).clamp(0.0, 1.0);
        let here = (across * columns as f64) as usize;
        set(under_pointer.get_value().unwrap_or(here), here, (up * scale.get_untracked()).round());
        under_pointer.set_value(Some(here));
    };
    let done = move |_| {
        under_pointer.set_value(None);
        scale.set(top_for(&rates.get_untracked().unwrap_or_default()));
    };
    let follow = move |event: &web_sys::PointerEvent| {
        if event.buttons() > 0 {
            draw(event)
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let Some(current) = rates.get_untracked() else { return };
        let here = column.get_untracked().min(current.len().saturating_sub(1));
        let rate = f64::from(current.get(here).copied().unwrap_or(0));
        match event.key().as_str() {
            "ArrowLeft" => column.set(here.saturating_sub(1)),
            "ArrowRight" => column.set((here + 1).min(current.len().saturating_sub(1))),
            "ArrowUp" => set(here, here, rate + 1.0),
            "ArrowDown" => set(here, here, rate - 1.0),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let words = move || {
        let rates = rates.get().unwrap_or_default();
        let here = column.get().min(rates.len().saturating_sub(1));
        format!("part {} of {}: {} a second", here + 1, rates.len(), rates.get(here).copied().unwrap_or(0))
    };
    view! {
        <div
            class="drawn"
            node_ref=area
            tabindex="0"
            role="slider"
            aria-label="Traffic, drawn by hand. Left and right choose a part, up and down change it."
            aria-valuetext=words
            aria-valuenow=move || { let rates = rates.get().unwrap_or_default(); rates.get(column.get().min(rates.len().saturating_sub(1))).copied().unwrap_or(0) }
            on:keydown=keys
            on:pointerdown=move |event| {
                if let Some(area) = area.get_untracked() {
                    let _ = area.set_pointer_capture(event.pointer_id());
                }
                under_pointer.set_value(None);
                draw(&event);
            }
            on:pointermove=move |event| follow(&event)
            on:pointerup=done
            on:pointercancel=move |_| under_pointer.set_value(None)
        >
            {move || rates.get().unwrap_or_default().into_iter().enumerate().map(|(index, rate)| view! {
                <i class:chosen=move || column.get() == index style=format!("height:{:.1}%", (f64::from(rate) / scale.get() * 100.0).min(100.0))></i>
            }).collect_view()}
        </div>
        <p class="unit">{move || format!("Draw on it. The top is {} requests a second.", scale.get() as u32)}</p>
    }
}

fn top_for(rates: &[u32]) -> f64 {
    (f64::from(rates.iter().copied().max().unwrap_or(0)) * HEADROOM).ceil().max(LEAST_TOP)
}
