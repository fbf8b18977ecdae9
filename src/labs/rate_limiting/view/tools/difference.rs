//! The first request that the lanes do not treat alike, in words, with the way there.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::rate_limiting::compare::{Divergence, first_divergence};
use crate::labs::rate_limiting::{Trace, names, why};

#[component]
pub fn Difference(lab: LabState) -> impl IntoView {
    let found = Memo::new(move |_| lab.trace.with(|trace| (trace.lanes.len() > 1).then(|| first_divergence(trace))));
    move || {
        let divergence = found.get()?;
        let Some(divergence) = divergence else {
            return Some(view! { <p class="difference">"No difference: every lane decides alike about every request."</p> }.into_any());
        };
        let sentence = lab.trace.with(|trace| words(trace, divergence));
        let go = move |_| {
            lab.playback.update(|playback| {
                playback.pause();
                playback.seek(divergence.at);
            });
            lab.moved();
        };
        Some(
            view! {
                <p class="difference">
                    "≠ First difference: "{sentence}" "
                    <button type="button" class="link needs-js" on:click=go>"Go there"</button>
                </p>
            }
            .into_any(),
        )
    }
}

/// “request 9 at 940 ms, admitted by Token bucket and GCRA, refused by Fixed window.”
fn words(trace: &Trace, divergence: Divergence) -> String {
    let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
    for lane in &trace.lanes {
        let first = lane.handled.iter().find(|handled| handled.arrival as usize == divergence.arrival && handled.attempt == 0);
        let Some(kind) = first.map(|handled| why::mark(handled.decision.verdict).2) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, names)) => names.push(names::short(trace, lane)),
            None => kinds.push((kind, vec![names::short(trace, lane)])),
        }
    }
    let parts: Vec<String> = kinds.into_iter().map(|(kind, names)| format!("{kind} by {}", and(&names))).collect();
    format!("request {} at {}, {}.", divergence.arrival + 1, divergence.at, parts.join(", "))
}

/// “a, b and c”.
fn and(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
