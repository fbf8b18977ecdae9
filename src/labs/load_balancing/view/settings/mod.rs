//! What the reader can set, with units.

mod failures;
mod lanes;
mod servers;
mod traffic;

use leptos::prelude::*;

use super::state::LabState;
use failures::Failures;
use lanes::Lanes;
use servers::Servers;
use traffic::Traffic;

#[component]
pub fn SettingsPanel(lab: LabState, open: bool) -> impl IntoView {
    view! {
        <details class="settings needs-js" open=open>
            <summary>"Settings"</summary>
            <div class="fields">
                <Lanes lab/>
                <Servers lab/>
                <Traffic lab/>
                <Failures lab/>
            </div>
        </details>
    }
}

/// Enough of a reader's text to recognise it by.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A number such as 1.5, without sign or exponent, as addresses read it.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}
