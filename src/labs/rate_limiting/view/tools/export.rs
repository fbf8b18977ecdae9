//! What the lab ran, to take away: as a product's configuration, as code, and the run itself as CSV and JSON.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::frame::view::ExportText;
use crate::labs::rate_limiting::export::{Target, Wanted};
use crate::labs::rate_limiting::scenario::{LaneSpec, Scope};
use crate::labs::rate_limiting::{names, record};
use crate::site::browser;

#[component]
pub fn Export(lab: LabState) -> impl IntoView {
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let chosen = RwSignal::new(0usize);
    let target = RwSignal::new(Target::Nginx);
    let lane = move || lanes.with(|lanes| lanes.get(chosen.get()).or(lanes.first()).copied());
    let exported = Memo::new(move |_| {
        let spec = lane()?;
        let scenario = lab.scenario.read();
        let wanted = Wanted {
            algorithm: spec.algorithm,
            settings: scenario.settings(&spec),
            second: scenario.second_settings(&spec).filter(|_| !spec.algorithm.by_concurrency()),
            per_key: scenario.scope == Scope::PerClient,
        };
        Some(target.get().export(&wanted))
    });
    let choose_lane = move |event: web_sys::Event| chosen.set(event_target_value(&event).parse().unwrap_or(0));
    let choose_target = move |event: web_sys::Event| {
        let slug = event_target_value(&event);
        if let Some(found) = Target::ALL.into_iter().find(|target| target.slug() == slug) {
            target.set(found);
        }
    };
    let option = move |index: usize, spec: LaneSpec| {
        let variant = names::variant(&lab.scenario.read_untracked(), &spec);
        view! { <option value=index.to_string() selected=index == chosen.get_untracked()>{spec.algorithm.label()}", "{variant}</option> }
    };
    view! {
        <div class="tool">
            <p class="tool-row">
                <label>"Limiter "<select on:change=choose_lane>
                    {move || lanes.get().into_iter().enumerate().map(|(index, spec)| option(index, spec)).collect_view()}
                </select></label>
                <label>"as "<select on:change=choose_target>
                    {Target::ALL.into_iter().map(|of| view! { <option value=of.slug() selected=of == target.get_untracked()>{of.label()}</option> }).collect_view()}
                </select></label>
            </p>
            {move || exported.get().map(|exported| match exported {
                Ok(exported) => view! { <ExportText file=target.get().file_name() text=exported.text notes=exported.notes/> }.into_any(),
                Err(sentence) => view! { <p role="status">{sentence}</p> }.into_any(),
            })}
            <Run lab lane=Signal::derive(lane)/>
        </div>
    }
}

/// The run itself.
#[component]
fn Run(lab: LabState, lane: Signal<Option<LaneSpec>>) -> impl IntoView {
    let csv = move |_| {
        let Some(spec) = lane.get_untracked() else { return };
        let csv = lab.trace.with_untracked(|trace| trace.lanes.iter().find(|lane| lane.spec == spec).map(record::decisions_csv));
        if let Some(csv) = csv {
            browser::download(&format!("{}-decisions.csv", spec.algorithm.slug()), "text/csv", &[csv]);
        }
    };
    let json = move |_| {
        let json = lab.trace.with_untracked(|trace| record::run_json(trace, &lab.address()));
        browser::download("rate-limiting-run.json", "application/json", &[json.to_string()]);
    };
    view! {
        <p class="tool-row">
            "This run: "
            <button type="button" on:click=csv>"Its decisions as CSV"</button>
            <button type="button" on:click=json>"All of it as JSON"</button>
        </p>
    }
}
