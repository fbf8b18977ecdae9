//! What an engineer does with a run besides watching it: one panel at a time, under the transport.

mod export;
mod hashing;
mod sweep;
mod theory;

use leptos::prelude::*;

use super::state::LabState;
use export::Export;
use hashing::Hashing;
use sweep::Sweep;
use theory::Theory;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Sweep,
    Theory,
    Hashing,
    Export,
}

const TOOLS: [(Tool, &str); 4] = [
    (Tool::Sweep, "Sweep a parameter"),
    (Tool::Theory, "Theory beside it"),
    (Tool::Hashing, "Where keys go"),
    (Tool::Export, "Take it home"),
];

#[component]
pub fn Tools(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(None::<Tool>);
    view! {
        <div class="tools needs-js">
            <div class="tool-bar" role="group" aria-label="Tools">
                {TOOLS.into_iter().map(|(tool, label)| view! {
                    <button type="button" aria-expanded=move || if open.get() == Some(tool) { "true" } else { "false" }
                        on:click=move |_| open.update(|open| *open = if *open == Some(tool) { None } else { Some(tool) })>{label}</button>
                }).collect_view()}
            </div>
            {move || open.get().map(|tool| match tool {
                Tool::Sweep => view! { <Sweep lab/> }.into_any(),
                Tool::Theory => view! { <Theory lab/> }.into_any(),
                Tool::Hashing => view! { <Hashing lab/> }.into_any(),
                Tool::Export => view! { <Export lab/> }.into_any(),
            })}
        </div>
    }
}
