//! `/labs/`: what can be run.

use leptos::prelude::*;

use super::context::site;
use super::title;
use crate::labs::rate_limiting;

#[component]
pub fn LabsIndex() -> impl IntoView {
    let site = site();
    title::keep(|| "Labs".to_owned());
    let lab = site.href(&format!("/labs/{}/", rate_limiting::SLUG));
    let presets = rate_limiting::PRESETS
        .iter()
        .map(|preset| view! { <li><a href=format!("{lab}?preset={}", preset.slug)>{preset.title}</a></li> })
        .collect_view();
    view! {
        <div class="page">
            <h1>"Labs"</h1>
            <p class="lead">"Small instruments. Change something, and see what it did. The same address gives the same run, on every machine."</p>
            <section class="lab-entry">
                <h2><a href=lab.clone()>{rate_limiting::TITLE}</a></h2>
                <p>{rate_limiting::SUMMARY}</p>
                <ul>{presets}</ul>
            </section>
        </div>
    }
}
