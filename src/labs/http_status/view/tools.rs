//! What an engineer does with the lab besides watching it: one panel at a time, under the transport.

use leptos::prelude::*;

use super::compare::ComparePanel;
use super::export::ExportPanel;
use super::import::ImportPanel;
use super::index::IndexPanel;
use super::state::LabState;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Index,
    Import,
    Compare,
    Export,
}

const TOOLS: [(Tool, &str); 4] =
    [(Tool::Index, "How do I get…"), (Tool::Import, "Paste a request…"), (Tool::Compare, "Side by side"), (Tool::Export, "Take it home")];

#[component]
pub fn Tools(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(None::<Tool>);
    Effect::new(move |_| {
        if lab.wanted.read().is_some() {
            open.set(Some(Tool::Index));
        }
    });
    // What a reader has pasted stays while the panel is closed.
    let pasted = RwSignal::new(String::new());
    view! {
        <div class="tools needs-js">
            <div class="tool-bar" role="group" aria-label="Tools">
                {TOOLS.into_iter().map(|(tool, label)| view! {
                    <button type="button" aria-expanded=move || if open.get() == Some(tool) { "true" } else { "false" }
                        on:click=move |_| open.update(|open| *open = if *open == Some(tool) { None } else { Some(tool) })>{label}</button>
                }).collect_view()}
            </div>
            {move || open.get().map(|tool| match tool {
                Tool::Index => view! { <IndexPanel lab/> }.into_any(),
                Tool::Import => view! { <ImportPanel lab text=pasted/> }.into_any(),
                Tool::Compare => view! { <ComparePanel lab/> }.into_any(),
                Tool::Export => view! { <ExportPanel lab/> }.into_any(),
            })}
        </div>
    }
}
