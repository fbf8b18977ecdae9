//! Every request as a table that a keyboard and a screen reader can walk. Built when it is opened.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::rate_limiting::why;

/// A longer table helps nobody; the export of the run will have all of them.
const MOST_ROWS: usize = 400;

#[component]
pub fn Events(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let count = move || lab.trace.with(|trace| trace.arrivals.len());
    view! {
        <details class="events needs-js" on:toggle=toggled>
            <summary>"All "{count}" requests as a table"</summary>
            {move || open.get().then(|| view! { <Table lab/> })}
        </details>
    }
}

#[component]
fn Table(lab: LabState) -> impl IntoView {
    move || {
        lab.trace.with(|trace| {
            let heads = trace.lanes.iter().map(|lane| view! { <th scope="col">{lane.algorithm.label()}</th> }).collect_view();
            let rows = trace
                .arrivals
                .iter()
                .enumerate()
                .take(MOST_ROWS)
                .map(|(index, arrival)| {
                    let at = arrival.at;
                    let cells = trace.lanes.iter().map(|lane| {
                let verdict = lane.decisions[index].verdict;
                let class = if lane.decisions[index].admitted() { "pass" } else { "stop" };
                view! { <td><span class=class>{why::verdict_word(verdict)}</span><br/>{why::explain(trace, lane, index).plain()}</td> }
            }).collect_view();
                    let go = move |_| {
                        lab.playback.update(|playback| {
                            playback.pause();
                            playback.seek(at)
                        });
                        lab.moved();
                    };
                    view! {
                        <tr aria-current=move || (lab.last_seen.get() == Some(index)).then_some("true")>
                            <th scope="row">{index + 1}{arrival.by_reader.then_some(" ▲")}</th>
                            <td><button type="button" class="link" on:click=go>{at.to_string()}</button></td>
                            {cells}
                        </tr>
                    }
                })
                .collect_view();
            let more = trace.arrivals.len().saturating_sub(MOST_ROWS);
            view! {
                <div class="table" role="region" tabindex="0" aria-label="All requests">
                    <table>
                        <thead><tr><th scope="col">"Request"</th><th scope="col">"At"</th>{heads}</tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                    {(more > 0).then(|| view! { <p>{more}" more are left out here."</p> })}
                </div>
            }
        })
    }
}
