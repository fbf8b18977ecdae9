//! What the lab ran, to take away: as a product's configuration, and the run itself as CSV and JSON.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::frame::view::ExportText;
use crate::labs::load_balancing::export::{Target, Wanted};
use crate::labs::load_balancing::scenario::LaneSpec;
use crate::labs::load_balancing::{names, record};
use crate::site::browser;

#[component]
pub fn Export(lab: LabState) -> impl IntoView {
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let chosen = RwSignal::new(lab.watched.get_untracked());
    let target = RwSignal::new(Target::Nginx);
    let lane = move || lanes.with(|lanes| lanes.get(chosen.get()).or(lanes.first()).copied());
    let exported = Memo::new(move |_| {
        let policy = lane()?;
        Some(target.get().export(&Wanted { policy, scenario: &lab.scenario.read() }))
    });
    let choose_lane = move |event: web_sys::Event| chosen.set(event_target_value(&event).parse().unwrap_or(0));
    let choose_target = move |event: web_sys::Event| {
        let slug = event_target_value(&event);
        if let Some(found) = Target::ALL.into_iter().find(|target| target.slug() == slug) {
            target.set(found);
        }
    };
    view! {
        <div class="tool">
            <p class="tool-row">
                <label>"Policy "<select on:change=choose_lane>
                    {move || lanes.get().into_iter().enumerate().map(|(index, spec)| view! {
                        <option value=index.to_string() selected=index == chosen.get_untracked()>{spec.kind.label()}", "{names::variant(&spec)}</option>
                    }).collect_view()}
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
        let csv = lab.trace.with_untracked(|trace| trace.lanes.iter().find(|lane| lane.spec == spec).map(record::attempts_csv));
        if let Some(csv) = csv {
            browser::download(&format!("{}-attempts.csv", spec.kind.slug()), "text/csv", &[csv]);
        }
    };
    let json = move |_| {
        let json = lab.trace.with_untracked(|trace| record::run_json(trace, &lab.address()));
        browser::download("load-balancing-run.json", "application/json", &[json.to_string()]);
    };
    // What was only counted is in neither file.
    let partly = move || {
        let until = lane.get().and_then(|spec| lab.trace.with(|trace| trace.lanes.iter().find(|lane| lane.spec == spec)?.recorded_until));
        until.map(|until| view! { <p class="unit">{format!("Attempts were recorded one by one until {until}; what came later is only counted.")}</p> })
    };
    view! {
        <p class="tool-row">
            "This run: "
            <button type="button" on:click=csv>"Its attempts as CSV"</button>
            <button type="button" on:click=json>"All of it as JSON"</button>
        </p>
        {partly}
    }
}
