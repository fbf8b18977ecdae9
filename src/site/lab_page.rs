//! `/labs/<lab>/`: a lab with the page to itself, its scenario in the address.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::lab_host::LabHost;
use super::not_found::NotFound;
use super::title;
use crate::labs::rate_limiting;

#[component]
pub fn LabPage() -> impl IntoView {
    let params = use_params_map();
    let known = Memo::new(move |_| params.with(|params| params.get("lab").as_deref() == Some(rate_limiting::SLUG)));
    move || {
        if known.get() {
            title::keep(|| rate_limiting::TITLE.to_owned());
            Either::Left(view! {
                <div class="page lab-page">
                    <h1>{rate_limiting::TITLE}</h1>
                    <p class="lead">{rate_limiting::SUMMARY}</p>
                    <LabHost scenario=String::new() inline=false/>
                </div>
            })
        } else {
            Either::Right(NotFound())
        }
    }
}
