//! What a screen reader is told: one sentence, once the reader has paused.

use std::time::Duration;

use leptos::prelude::*;

/// So long nothing new, and it is said: a keystroke or a dragged clock makes many sentences.
const QUIET: Duration = Duration::from_millis(800);

/// Says `sentence` when it has stood still. What is seen on screen says the same at once.
#[component]
pub fn Announced(#[prop(into)] sentence: Signal<String>) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let pending: StoredValue<Option<TimeoutHandle>> = StoredValue::new(None);
    Effect::new(move |before: Option<String>| {
        let sentence = sentence.get();
        // What stood there when the lab opened is read like any other text.
        if before.is_none_or(|before| before == sentence) {
            return sentence;
        }
        if let Some(handle) = pending.get_value() {
            handle.clear();
        }
        let text = sentence.clone();
        let later = set_timeout_with_handle(move || drop(said.try_set(text)), QUIET);
        pending.set_value(later.ok());
        sentence
    });
    view! { <p class="sr" role="status">{said}</p> }
}
