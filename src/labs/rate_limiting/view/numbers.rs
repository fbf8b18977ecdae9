//! Counts up to the moment, as live text.

use leptos::prelude::*;

use super::state::LabState;
use crate::labs::rate_limiting::why::window_words;
use crate::sim::window::worst_window;

#[component]
pub fn Numbers(lab: LabState) -> impl IntoView {
    let window = move || window_words(lab.scenario.read().window);
    let rows = move || {
        let moment = lab.moment.get();
        lab.trace.with(|trace| {
            let seen = trace.seen(moment);
            trace
                .lanes
                .iter()
                .map(|lane| {
                    let admitted: Vec<_> = trace.arrivals[..seen]
                        .iter()
                        .zip(&lane.decisions)
                        .filter(|(_, decision)| decision.admitted())
                        .map(|(arrival, _)| arrival.at)
                        .collect();
                    let worst = worst_window(&admitted, trace.scenario.window).map_or(0, |worst| worst.count);
                    let over = worst > trace.scenario.limit as usize;
                    view! {
                        <tr>
                            <th scope="row">{lane.algorithm.label()}</th>
                            <td class="pass"><span aria-hidden="true">"● "</span>{admitted.len()}</td>
                            <td class="stop"><span aria-hidden="true">"✕ "</span>{seen - admitted.len()}</td>
                            <td class:stop=over>{worst}</td>
                            <td>{lane.bound.map_or("settings changed".to_owned(), |bound| bound.to_string())}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <div class="table numbers" role="region" tabindex="0" aria-label="Numbers up to this moment">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Up to now"</th>
                        <th scope="col">"Admitted"</th>
                        <th scope="col">"Refused"</th>
                        <th scope="col">"Most in "{window}</th>
                        <th scope="col">"Never more than"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
