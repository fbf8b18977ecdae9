//! What queueing theory says beside what the run measured, lane by lane; or which of its assumptions the lane breaks.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::load_balancing::names;
use crate::labs::load_balancing::numbers::brief;
use crate::labs::load_balancing::run::Lane;
use crate::labs::load_balancing::theory::{self, Row, Theory as Told, Unit};
use crate::sim::Nanos;

#[component]
pub fn Theory(lab: LabState) -> impl IntoView {
    let told = Memo::new(move |_| {
        lab.trace.with(|trace| {
            let of_lane = |lane: &Lane| (names::short(trace, lane), theory::compare(trace, lane));
            trace.lanes.iter().map(of_lane).collect::<Vec<(String, Told)>>()
        })
    });
    view! {
        <div class="tool theory">
            <p class="unit">"Of the whole run, not of this moment. Measured ± is an interval that holds the true mean 95 times in 100."</p>
            {move || told.get().into_iter().map(|(name, told)| lane(name, told)).collect_view()}
        </div>
    }
}

fn lane(name: String, told: Told) -> AnyView {
    match told {
        Told::DoesNot { why } => view! { <p><b>{name}</b>" – no formula applies. "{why}</p> }.into_any(),
        Told::Applies { model, why, rows } => {
            let label = format!("{name}: theory and measurement");
            let rows = rows.iter().map(row).collect_view();
            view! {
                <p><b>{name}</b>" – "<b>{model}</b>". "{why}</p>
                <div class="table" role="region" tabindex="0" aria-label=label>
                    <table>
                        <thead><tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"By theory"</th>
                            <th scope="col">"Measured"</th>
                            <th scope="col">"Theory is"</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            }
            .into_any()
        }
    }
}

fn row(row: &Row) -> impl IntoView + use<> {
    let Row { what, expected, measured, unit } = *row;
    let (figures, class, verdict) = match measured {
        Some(interval) => {
            let figures = format!("{} ± {}", figure(interval.mean, unit), figure(interval.half_width, unit));
            match expected {
                expected if interval.holds(expected) => (figures, "pass", "● within it"),
                expected if expected < interval.mean => (figures, "wait", "◐ below it"),
                _ => (figures, "wait", "◐ above it"),
            }
        }
        None => ("too few requests to say".to_owned(), "", "–"),
    };
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>{figure(expected, unit)}</td>
            <td>{figures}</td>
            <td class=class>{verdict}</td>
        </tr>
    }
}

fn figure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => brief(Nanos::from_secs_f64(value)),
        Unit::Share => format!("{:.1} %", value * 100.0),
    }
}
