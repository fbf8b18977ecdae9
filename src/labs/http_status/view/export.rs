//! The run to take away: as HAR, as Hurl, as `curl` commands, as CSV and as JSON.

use leptos::prelude::*;

use super::state::LabState;
use crate::http::profiles::Profile;
use crate::labs::frame::view::ExportText;
use crate::labs::http_status::record;
use crate::labs::http_status::run::{Run, Trace};
use crate::site::browser;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Har,
    Hurl,
    Curl,
    Csv,
    Json,
}

impl Format {
    const ALL: [Format; 5] = [Format::Har, Format::Hurl, Format::Curl, Format::Csv, Format::Json];

    fn slug(self) -> &'static str {
        match self {
            Format::Har => "har",
            Format::Hurl => "hurl",
            Format::Curl => "curl",
            Format::Csv => "csv",
            Format::Json => "json",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Format::Har => "HAR: the client’s exchanges",
            Format::Hurl => "Hurl: the exchanges as a test",
            Format::Curl => "curl commands",
            Format::Csv => "CSV: every message and question",
            Format::Json => "JSON: the whole run",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Format::Har => "http-status.har",
            Format::Hurl => "http-status.hurl",
            Format::Curl => "http-status.sh",
            Format::Csv => "http-status.csv",
            Format::Json => "http-status.json",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Format::Har | Format::Json => "application/json",
            Format::Hurl | Format::Curl => "text/plain",
            Format::Csv => "text/csv",
        }
    }

    /// Whether it is about one profile, where there are two.
    fn is_of_one(self) -> bool {
        matches!(self, Format::Har | Format::Hurl | Format::Curl)
    }

    fn note(self) -> &'static str {
        match self {
            Format::Har => "Browsers’ developer tools and most proxies open it. Nothing was measured, so all durations are 0.",
            Format::Hurl => {
                "It sends the requests to the real host and checks status and fields; content is the lab’s own and not checked."
            }
            Format::Curl => "They ask the real host, which may answer otherwise than the lab’s world.",
            Format::Csv => "Both profiles stand in it, if there are two. Times are simulated milliseconds; a question takes none.",
            Format::Json => "It holds the scenario too, which gives this run again.",
        }
    }

    fn text(self, trace: &Trace, run: &Run) -> String {
        let scheme = trace.scenario.scheme.as_str();
        match self {
            Format::Har => record::har(run, scheme),
            Format::Hurl => record::hurl(run, scheme),
            Format::Curl => record::curl(run, scheme),
            Format::Csv => record::csv(trace),
            Format::Json => record::json(trace),
        }
    }
}

/// A file of the run, or a sentence why there is none.
fn export(trace: &Trace, format: Format, profile: Option<Profile>) -> Result<String, &'static str> {
    let run = trace.runs.iter().find(|run| Some(run.profile) == profile).unwrap_or(trace.first());
    let empty = match format {
        Format::Curl => run.request.is_err(),
        _ => format.is_of_one() && record::exchanges(run).is_empty(),
    };
    if !empty {
        return Ok(format.text(trace, run));
    }
    Err(if run.request.is_err() {
        "The request is not HTTP, so there is no exchange to write down. CSV and JSON hold what the server said to it."
    } else {
        "No response reached the client, so there is no exchange to write down. CSV and JSON hold what happened."
    })
}

#[component]
pub fn ExportPanel(lab: LabState) -> impl IntoView {
    let format = RwSignal::new(Format::Har);
    let profile = RwSignal::new(None::<Profile>);
    let profiles = Memo::new(move |_| lab.trace.with(|trace| trace.runs.iter().map(|run| run.profile).collect::<Vec<_>>()));
    let exported = Memo::new(move |_| lab.trace.with(|trace| export(trace, format.get(), profile.get())));
    let choose_format = move |event: web_sys::Event| {
        let slug = event_target_value(&event);
        if let Some(found) = Format::ALL.into_iter().find(|format| format.slug() == slug) {
            format.set(found);
        }
    };
    let choose_profile = move |event: web_sys::Event| profile.set(Profile::from_slug(&event_target_value(&event)));
    let download = move |_| {
        if let Ok(text) = exported.get_untracked() {
            let format = format.get_untracked();
            browser::download(format.file(), format.media_type(), &[text]);
        }
    };
    view! {
        <div class="tool http-export">
            <p class="tool-row">
                <label>"This run as "<select on:change=choose_format>
                    {Format::ALL.into_iter().map(|of| view! {
                        <option value=of.slug() selected=of == format.get_untracked()>{of.label()}</option>
                    }).collect_view()}
                </select></label>
                {move || {
                    let profiles = profiles.get();
                    (profiles.len() > 1 && format.get().is_of_one()).then(|| view! {
                        <label>"by the rules of "<select on:change=choose_profile>
                            {profiles.into_iter().map(|of| view! {
                                <option value=of.slug() selected=Some(of) == profile.get_untracked()>{of.label()}</option>
                            }).collect_view()}
                        </select></label>
                    })
                }}
                <button type="button" disabled=move || exported.read().is_err() on:click=download>
                    {move || format!("Download {}", format.get().file())}
                </button>
            </p>
            {move || match exported.get() {
                Ok(text) => {
                    let format = format.get_untracked();
                    view! { <ExportText file=format.file() text notes=vec![format.note().to_owned()]/> }.into_any()
                }
                Err(sentence) => view! { <p role="status">{sentence}</p> }.into_any(),
            }}
        </div>
    }
}
