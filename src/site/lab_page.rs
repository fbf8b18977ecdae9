//! `/labs/<lab>/`: a lab with the page to itself, its scenario in the address.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::lab_host::LabHost;
use super::not_found::NotFound;
use super::title;
use crate::labs::LABS;

#[component]
pub fn LabPage() -> impl IntoView {
    let params = use_params_map();
    let known = Memo::new(move |_| params.with(|params| params.get("lab").and_then(|slug| LABS.iter().find(|lab| lab.slug == slug))));
    move || {
        if let Some(lab) = known.get() {
            title::keep(|| lab.title.to_owned());
            Either::Left(view! {
                <div class="page lab-page">
                    <h1>{lab.title}</h1>
                    <p class="lead">{lab.summary}</p>
                    <LabHost lab=lab.slug scenario=String::new() inline=false/>
                </div>
            })
        } else {
            Either::Right(NotFound())
        }
    }
}
