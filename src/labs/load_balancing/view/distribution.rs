//! Every lane's times as one curve each, from the fastest request to the slowest. Built when it is opened.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::load_balancing::distribution;

#[component]
pub fn Distribution(lab: LabState) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    view! {
        <details class="distribution needs-js" on:toggle=toggled>
            <summary>"How long requests took: the whole distribution"</summary>
            {move || open.get().then(|| view! { <Picture lab/> })}
        </details>
    }
}

#[component]
fn Picture(lab: LabState) -> impl IntoView {
    let now = Memo::new(move |_| {
        let moment = lab.moment.get();
        lab.trace.with(|trace| distribution::distribution(trace, moment))
    });
    view! {
        <div class="distribution-picture" inner_html=move || now.with(distribution::svg)></div>
        <p>"Further right are the slower ones: at 99 % one request in a hundred took longer."</p>
        <p class="unit">{move || now.with(distribution::caption)}</p>
        <details>
            <summary>"As a table"</summary>
            {move || {
                let table = now.with(distribution::table);
                view! {
                    <div class="table" role="region" tabindex="0" aria-label="The distribution as a table">
                        <table>
                            <thead><tr>{table.head.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr></thead>
                            <tbody>{table.rows.into_iter().map(|row| {
                                let mut cells = row.into_iter();
                                let head = cells.next();
                                view! { <tr><th scope="row">{head}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
                            }).collect_view()}</tbody>
                        </table>
                    </div>
                }
            }}
        </details>
    }
}
