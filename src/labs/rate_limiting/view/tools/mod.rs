//! What an engineer does with a run besides watching it: one panel at a time, under the transport.

mod advise;
mod difference;
mod export;
mod log;
mod log_summary;
mod worst;

use leptos::prelude::*;

use super::state::LabState;
use advise::Advise;
pub use difference::Difference;
use export::Export;
use log::{Import, Log};
use worst::Worst;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Log,
    Worst,
    Advise,
    Export,
}

const TOOLS: [(Tool, &str); 4] = [
    (Tool::Log, "Your access log…"),
    (Tool::Worst, "Find the worst case"),
    (Tool::Advise, "What limit do I need?"),
    (Tool::Export, "Take it home"),
];

#[component]
pub fn Tools(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(None::<Tool>);
    // Here, so that a closed panel loses nothing.
    let import = Import::new();
    view! {
        <div class="tools needs-js">
            <div class="tool-bar" role="group" aria-label="Tools">
                {TOOLS.into_iter().map(|(tool, label)| view! {
                    <button type="button" aria-expanded=move || if open.get() == Some(tool) { "true" } else { "false" }
                        on:click=move |_| open.update(|open| *open = if *open == Some(tool) { None } else { Some(tool) })>{label}</button>
                }).collect_view()}
            </div>
            {move || open.get().map(|tool| match tool {
                Tool::Log => view! { <Log lab import/> }.into_any(),
                Tool::Worst => view! { <Worst lab/> }.into_any(),
                Tool::Advise => view! { <Advise lab/> }.into_any(),
                Tool::Export => view! { <Export lab/> }.into_any(),
            })}
        </div>
    }
}
