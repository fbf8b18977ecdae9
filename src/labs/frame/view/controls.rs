//! Controls that labs share.

use std::ops::RangeInclusive;

use leptos::prelude::*;

use crate::address::{read_span, write_span};
use crate::labs::frame::{Phrase, Words};
use crate::sim::Nanos;

/// The scenarios of a lab as a row of buttons: (slug, label).
#[component]
pub fn PresetBar(
    presets: Vec<(&'static str, &'static str)>,
    current: Signal<&'static str>,
    choose: impl Fn(&'static str) + Copy + 'static,
) -> impl IntoView {
    view! {
        <div class="presets needs-js" role="group" aria-label="Scenarios">
            {presets.into_iter().map(|(slug, label)| view! {
                <button
                    type="button"
                    class="preset"
                    aria-pressed=move || if current.get() == slug { "true" } else { "false" }
                    on:click=move |_| choose(slug)
                >{label}</button>
            }).collect_view()}
        </div>
    }
}

/// A sentence with its figures set apart.
#[component]
pub fn WordsView(words: Words) -> impl IntoView {
    words
        .0
        .into_iter()
        .map(|phrase| match phrase {
            Phrase::Text(text) => text.into_any(),
            Phrase::Figure(figure) => view! { <code>{figure}</code> }.into_any(),
        })
        .collect_view()
}

/// A whole number that can be dragged as well as typed. What does not fit is said, and the last good value holds.
#[component]
pub fn NumberField(
    label: &'static str,
    unit: &'static str,
    value: Signal<u32>,
    range: RangeInclusive<u32>,
    /// The most that the slider reaches; the box takes all of `range`.
    slider_to: u32,
    set: impl Fn(u32) + Copy + 'static,
) -> impl IntoView {
    let (least, most) = (*range.start(), *range.end());
    let wrong = RwSignal::new(None::<String>);
    let typed = move |text: String| match text.trim().parse::<u32>() {
        Ok(number) if range.contains(&number) => {
            wrong.set(None);
            set(number);
        }
        _ => wrong.set(Some(format!(
            "{label} is a whole number from {least} to {most}; “{}” is not. It stays {}.",
            text.trim(),
            value.get_untracked()
        ))),
    };
    let typed_too = typed.clone();
    view! {
        <div class="field">
            <label>
                <span class="field-label">{label}</span>
                <input
                    type="number"
                    inputmode="numeric"
                    min=least
                    max=most
                    prop:value=move || value.get().to_string()
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    on:change=move |event| typed(event_target_value(&event))
                />
                <span class="unit">{unit}</span>
            </label>
            // The same number by dragging: for a pointer only, the box is there for everybody.
            <input
                type="range"
                aria-hidden="true"
                tabindex="-1"
                min=least
                max=slider_to
                prop:value=move || value.get().min(slider_to).to_string()
                on:input=move |event| typed_too(event_target_value(&event))
            />
        </div>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
}

/// A text with a meaning. `set` takes it trimmed, or says what is wrong with it; then the last good value holds.
#[component]
pub fn TextField(
    label: &'static str,
    hint: &'static str,
    value: Signal<String>,
    set: impl Fn(&str) -> Result<(), String> + Copy + 'static,
) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let typed = move |event: web_sys::Event| wrong.set(set(event_target_value(&event).trim()).err());
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input class="wide" type="text" spellcheck="false" autocomplete="off" placeholder=hint prop:value=value
                aria-invalid=move || wrong.read().is_some().then_some("true") on:change=typed/>
        </label>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
}

/// A time with its unit.
#[component]
pub fn SpanField(
    label: &'static str,
    wanted: &'static str,
    value: Signal<Nanos>,
    fits: fn(Nanos) -> bool,
    set: impl Fn(Nanos) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let typed = move |text: &str| match read_span(&text.replace(' ', "")).filter(|span| fits(*span)) {
        Some(span) => {
            set(span);
            Ok(())
        }
        None => Err(format!("{label} is {wanted}; “{text}” is not. It stays {}.", value.get_untracked())),
    };
    view! { <TextField label hint="1s, 250ms" value=Signal::derive(move || write_span(value.get())) set=typed/> }
}
