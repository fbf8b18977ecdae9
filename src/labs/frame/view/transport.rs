//! Play, pause, step, speed, and a scrubber over the whole run; the same by keyboard.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::labs::frame::Playback;
use crate::labs::frame::playback::SPEEDS;
use crate::sim::Nanos;
use crate::site::browser;

/// Parts of the scrubber: finer than a pixel.
const SCRUBBER: u64 = 2_000;

#[component]
pub fn Transport(
    playback: RwSignal<Playback>,
    /// Moments to step to, ascending.
    events: Signal<Vec<Nanos>>,
    /// Called when the reader moved or stopped the run, rather than time itself.
    moved: impl Fn() + Copy + 'static,
    /// What stands beside the scrubber where the transport shows no simulated time.
    #[prop(optional, into)]
    clock: Option<Signal<String>>,
    /// What else belongs there: interventions, share.
    children: Children,
) -> impl IntoView {
    let playing = Memo::new(move |_| playback.read().playing);
    let toggle = move |_| {
        toggle(playback);
        moved();
    };
    let step = move |_| {
        playback.update(|playback| events.with_untracked(|events| playback.step(events)));
        moved();
    };
    let back = move |_| {
        playback.update(|playback| events.with_untracked(|events| playback.step_back(events)));
        moved();
    };
    let scrub = move |event: web_sys::Event| {
        let Ok(place) = event_target_value(&event).parse::<u64>() else { return };
        playback.update(|playback| {
            playback.pause();
            playback.seek(Nanos((u128::from(playback.end.0) * u128::from(place) / u128::from(SCRUBBER)) as u64));
        });
        moved();
    };
    // Numbers change ten times a second at most; the scrubber follows them.
    let shown = Memo::new(move |_| {
        let playback = playback.read();
        let at = if playback.playing { Nanos(playback.at.0 / 100_000_000 * 100_000_000) } else { playback.at };
        (at, playback.end, (playback.watched_ms / 100.0) as u64)
    });
    let place = move || {
        let (at, end, _) = shown.get();
        (u128::from(at.0) * u128::from(SCRUBBER) / u128::from(end.0.max(1))).to_string()
    };
    let clocks = move || {
        if let Some(clock) = clock {
            return clock.get();
        }
        let (at, end, watched) = shown.get();
        format!("{at} of {end} · {}.{} s real", watched / 10, watched % 10)
    };
    let change_speed = move |event: web_sys::Event| {
        if let Ok(speed) = event_target_value(&event).parse::<usize>() {
            playback.update(|playback| playback.speed = speed.min(SPEEDS.len() - 1));
        }
    };
    view! {
        <div class="transport">
            <div class="transport-main needs-js">
                <button type="button" class="play" on:click=toggle>
                    {move || if playing.get() { "❚❚ Pause" } else { "▶ Play" }}
                </button>
                <button type="button" on:click=back aria-label="Step back" title="To the event before (←)">"‹"</button>
                <button type="button" on:click=step title="To the next event (→)">"Step ›"</button>
                <input
                    class="scrubber"
                    type="range"
                    min="0"
                    max=SCRUBBER.to_string()
                    aria-label="Moment of the run"
                    aria-valuetext=move || clock.map_or_else(|| { let (at, end, _) = shown.get(); format!("{at} of {end}") }, |clock| clock.get())
                    prop:value=place
                    on:input=scrub
                />
                <span class="clocks">{clocks}</span>
                <label class="speed">
                    <span class="sr">"Speed"</span>
                    <select
                        on:change=change_speed
                        prop:value=move || playback.read().speed.to_string()
                    >
                        {SPEEDS.iter().enumerate().map(|(index, (_, label))| view! {
                            <option value=index.to_string() selected=index == playback.read_untracked().speed>{*label}</option>
                        }).collect_view()}
                    </select>
                </label>
            </div>
            <div class="transport-acts needs-js">{children()}</div>
            <p class="keys-hint needs-js">"Keys: Space plays, ← → step, [ ] change the speed."</p>
        </div>
    }
}

fn toggle(playback: RwSignal<Playback>) {
    playback.update(|playback| if playback.playing { playback.pause() } else { playback.play() });
}

/// Space plays and pauses, arrows step, `[` and `]` change the speed, Home and End jump. Keys that an element under the
/// focus needs for itself are left to it.
pub fn keys(event: &web_sys::KeyboardEvent, playback: RwSignal<Playback>, events: Signal<Vec<Nanos>>, moved: impl Fn()) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return };
    if browser::takes_text(&target) || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let pressable =
        matches!(target.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY") || target.get_attribute("type").as_deref() == Some("checkbox");
    match event.key().as_str() {
        " " if !pressable => toggle(playback),
        "ArrowRight" => playback.update(|playback| events.with_untracked(|events| playback.step(events))),
        "ArrowLeft" => playback.update(|playback| events.with_untracked(|events| playback.step_back(events))),
        "]" => playback.update(Playback::faster),
        "[" => playback.update(Playback::slower),
        "Home" => playback.update(|playback| {
            playback.pause();
            playback.seek(Nanos::ZERO)
        }),
        "End" => playback.update(|playback| {
            playback.pause();
            playback.seek(playback.end)
        }),
        _ => return,
    }
    event.prevent_default();
    moved();
}
