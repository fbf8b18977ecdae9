//! Which limiters run side by side, and what each has of its own.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::rate_limiting::names;
use crate::labs::rate_limiting::scenario::{Algorithm, LIMITS, LaneSpec, MOST_LANES};
use crate::limiters::Delay;

#[component]
pub fn Lanes(lab: LabState) -> impl IntoView {
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let said = RwSignal::new(None::<String>);
    let add = move |event: web_sys::Event| {
        let Some(algorithm) = Algorithm::from_slug(&event_target_value(&event)) else { return };
        let count = lanes.read_untracked().len();
        if count >= MOST_LANES {
            said.set(Some(format!("{MOST_LANES} limiters side by side is all that fits. Take one out first.")));
            return;
        }
        said.set(None);
        lab.change(|scenario| {
            let mut spec = LaneSpec::from(algorithm);
            // A second one of a kind starts with something that tells it apart.
            if algorithm == Algorithm::LimitReq && scenario.lanes.contains(&spec) {
                spec.delay = Delay::Nothing;
            }
            if scenario.lanes.contains(&spec) && algorithm.has_burst() {
                spec.burst = Some((scenario.burst * 2).min(*LIMITS.end()));
            } else if scenario.lanes.contains(&spec) {
                spec.limit = Some((scenario.limit * 2).min(*LIMITS.end()));
            }
            if !scenario.lanes.contains(&spec) {
                scenario.lanes.push(spec);
            }
        });
    };
    view! {
        <fieldset class="lanes">
            <legend>"Limiters"</legend>
            {move || {
                let specs = lanes.get();
                let alone = specs.len() == 1;
                specs.into_iter().enumerate().map(|(index, spec)| view! { <LaneRow lab index spec alone said/> }).collect_view()
            }}
            <label class="field">
                <span class="field-label">"Add"</span>
                <select on:change=add prop:value="">
                    <option value="" selected=true>"a limiter…"</option>
                    {Algorithm::ALL.into_iter().map(|algorithm| view! {
                        <option value=algorithm.slug()>{algorithm.label()}", "{algorithm.variant()}</option>
                    }).collect_view()}
                </select>
            </label>
            <p class="field-wrong" role="alert" hidden=move || said.read().is_none()>{said}</p>
        </fieldset>
    }
}

#[component]
fn LaneRow(lab: LabState, index: usize, spec: LaneSpec, alone: bool, said: RwSignal<Option<String>>) -> impl IntoView {
    let algorithm = spec.algorithm;
    let change = move |change: &dyn Fn(&mut LaneSpec)| {
        lab.change(|scenario| {
            let Some(mut lane) = scenario.lanes.get(index).copied() else { return };
            change(&mut lane);
            if scenario.lanes.iter().enumerate().any(|(other, known)| other != index && *known == lane) {
                said.set(Some("Two limiters would be the same: it stays as it was.".to_owned()));
                return;
            }
            said.set(None);
            scenario.lanes[index] = lane;
        });
    };
    let own = move |value: Option<u32>| value.map_or(String::new(), |number| number.to_string());
    let read_own = move |event: &web_sys::Event, what: &str| -> Option<Option<u32>> {
        let text = event_target_value(event);
        match text.trim() {
            "" => Some(None),
            text => match text.parse::<u32>().ok().filter(|number| LIMITS.contains(number)) {
                Some(number) => Some(Some(number)),
                None => {
                    said.set(Some(format!(
                        "{what} is a whole number from {} to {}, or empty for the one below; “{text}” is not.",
                        LIMITS.start(),
                        LIMITS.end()
                    )));
                    None
                }
            },
        }
    };
    let delay = move |event: web_sys::Event| {
        let delay = match event_target_value(&event).as_str() {
            "nodelay" => Delay::Nothing,
            "delay" => Delay::After((lab.scenario.read_untracked().burst / 2).max(1)),
            _ => Delay::All,
        };
        change(&|lane| lane.delay = delay);
    };
    let remove = move |_| {
        lab.change(|scenario| {
            if scenario.lanes.len() > 1 && index < scenario.lanes.len() {
                scenario.lanes.remove(index);
            }
        })
    };
    view! {
        <div class="lane-row">
            <p>
                <b>{algorithm.label()}</b>" "
                <span class="unit">{move || names::variant(&lab.scenario.read(), &spec)}</span>
            </p>
            <div class="lane-own">
                <label>"limit "<input type="number" min="1" placeholder="as below" value=own(spec.limit)
                    on:change=move |event| if let Some(limit) = read_own(&event, "A limit") { change(&|lane| lane.limit = limit) }/></label>
                {algorithm.has_burst().then(|| view! {
                    <label>"burst "<input type="number" min="1" placeholder="as below" value=own(spec.burst)
                        on:change=move |event| if let Some(burst) = read_own(&event, "A burst") { change(&|lane| lane.burst = burst) }/></label>
                })}
                {(algorithm == Algorithm::LimitReq).then(|| view! {
                    <label>"delay "<select on:change=delay>
                        <option value="all" selected=spec.delay == Delay::All>"all wait"</option>
                        <option value="delay" selected=matches!(spec.delay, Delay::After(_))>"delay=n"</option>
                        <option value="nodelay" selected=spec.delay == Delay::Nothing>"nodelay"</option>
                    </select></label>
                })}
                <button type="button" disabled=alone on:click=remove aria-label=format!("Take out {}", algorithm.label())>"✕ take out"</button>
            </div>
        </div>
    }
}
