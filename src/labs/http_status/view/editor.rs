//! The left column: the request as text, the resource in its most useful settings, and whose rules are followed.

use std::iter;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::settings::SettingField;
use super::state::LabState;
use crate::http::edits::{self, Edit};
use crate::http::parse::Refusal;
use crate::http::profiles::Profile;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::run::{self, Trace};
use crate::labs::http_status::scenario::Scenario;
use crate::labs::http_status::settings::{self, line};
use crate::labs::http_status::why;

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
/// Settings of the resource that decide most often.
const INLINE: [&str; 4] = ["exists", "etag", "last-modified", "methods"];

/// Request, resource and rules.
#[component]
pub fn Editor(lab: LabState) -> impl IntoView {
    let resource = INLINE.into_iter().filter_map(settings::find);
    let resource = resource.map(|setting| view! { <SettingField lab setting place="edit" brief=true/> }).collect_view();
    view! {
        <section class="http-editor needs-js" aria-label="Request and resource">
            <RequestPart lab/>
            <h3>"Resource"</h3>
            {resource}
            <RulesPart lab/>
        </section>
    }
}

#[component]
fn RequestPart(lab: LabState) -> impl IntoView {
    let (scenario, trace) = (lab.scenario, lab.trace);
    let request = Memo::new(move |_| scenario.with(|scenario| scenario.request.clone()));
    let area = NodeRef::<leptos::html::Textarea>::new();
    // Why the text in the box is not the scenario's.
    let wrong = RwSignal::new(None::<String>);
    let write = move |text: &str| wrong.set(lab.set_request(text).err());
    // The box is the reader's: it is written to only when the request has become another one elsewhere, so the caret stays.
    Effect::new(move |_| {
        let text = request.get();
        if let Some(area) = area.get()
            && area.value() != text
        {
            area.set_value(&text);
            wrong.set(None);
        }
    });

    let start = Memo::new(move |_| {
        request.with(|text| {
            let (method, target) = line::start(text);
            (method.to_owned(), target.to_owned())
        })
    });
    let methods = Memo::new(move |_| {
        let (own, _) = start.get();
        let others = METHODS.into_iter().filter(|method| **method != own).map(str::to_owned);
        let place = METHODS.iter().position(|method| *method == own);
        let mut all: Vec<String> = others.collect();
        all.insert(place.unwrap_or(all.len()), own);
        all
    });
    let options = move || {
        let own = start.get_untracked().0;
        let option = |method: String| {
            let (chosen, label) = (method == own, if method.is_empty() { "none".to_owned() } else { method.clone() });
            view! { <option value=method selected=chosen>{label}</option> }
        };
        methods.get().into_iter().map(option).collect_view()
    };
    let set_method = move |event: web_sys::Event| write(&line::with_method(&request.get_untracked(), &event_target_value(&event)));
    let set_target = move |event: web_sys::Event| write(&line::with_target(&request.get_untracked(), &event_target_value(&event)));
    let (method, target) = (move || start.get().0, move || start.get().1);
    let target_at_first = start.get_untracked().1;
    let rows = Memo::new(move |_| request.with(|text| text.split('\n').count().clamp(6, 16)));
    let length = Memo::new(move |_| request.with(|text| line::wanted_length(text)));
    let refusal = Memo::new(move |_| trace.with(|trace| trace.first().request.as_ref().err().cloned()));
    let content_length = move || {
        length.get().map(|length| {
            let fix = move |_| write(&line::with_length(&request.get_untracked(), length));
            view! { <button type="button" on:click=fix>"Set Content-Length to "{length.to_string()}</button> }
        })
    };
    view! {
        <h3>"Request"</h3>
        <div class="http-start">
            <select aria-label="Method" prop:value=method on:change=set_method>{options}</select>
            <input class="wide" type="text" aria-label="Target" spellcheck="false" autocapitalize="off" autocomplete="off"
                value=target_at_first prop:value=target on:input=set_target/>
        </div>
        <textarea class="http-text" node_ref=area aria-label="The request as it is sent" rows=move || rows.get().to_string()
            spellcheck="false" autocapitalize="off" autocomplete="off"
            aria-invalid=move || (wrong.read().is_some() || refusal.read().is_some()).then_some("true")
            on:input=move |event| write(&event_target_value(&event))>{request.get_untracked()}</textarea>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
        <div>{move || refusal.get().map(|refusal| refused(refusal, request, area))}</div>
        <div class="http-tries">
            {content_length}
            <Tries lab/>
        </div>
    }
}

/// Where a request that cannot be parsed goes wrong, and what a server says to it.
fn refused(refusal: Refusal, request: Memo<String>, area: NodeRef<leptos::html::Textarea>) -> impl IntoView {
    let Refusal { status, at, why: words } = refusal;
    let place = request.with(|text| run::place(text, at));
    let (line, column) = request.with(|text| line::line_and_column(text, place));
    let show = move |_| {
        let Some(area) = area.get_untracked() else { return };
        let from = request.with_untracked(|text| line::in_text_area(text, place));
        // A browser without selections in text areas shows the box at least.
        let _ = area.focus();
        let _ = area.set_selection_range(from, from.saturating_add(1));
    };
    view! {
        <p class="field-wrong">
            {format!("A server answers {status} at byte {at} (line {line}, column {column}): ")}
            <WordsView words=why::words(&words)/>
            " "
            <button type="button" class="link" on:click=show>"Show it"</button>
        </p>
    }
}

/// Every small change that makes a difference here.
fn candidates(trace: &Trace) -> Vec<Edit> {
    match &trace.first().request {
        Ok(request) => edits::candidates(request, &trace.scenario.world),
        Err(_) => Vec::new(),
    }
}

/// Two lists of small changes: to the request, and to the server.
#[component]
fn Tries(lab: LabState) -> impl IntoView {
    let trace = lab.trace;
    // A hundred options are of no use before a reader turns to the list.
    let ready = RwSignal::new(false);
    let edits = Memo::new(move |_| {
        if !ready.get() {
            return Vec::new();
        }
        let label = |edit: Edit| (edit.is_of_request(), edit.group, edit.what.trim_end_matches('.').replace('`', ""));
        trace.with(|trace| candidates(trace).into_iter().map(label).collect::<Vec<(bool, &'static str, String)>>())
    });
    let chosen = move |event: web_sys::Event| {
        let chosen = event_target_value(&event);
        // The list goes back to its first line: the same change may be made again.
        if let Some(select) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
            select.set_value("");
        }
        let edit = chosen.parse::<usize>().ok().and_then(|index| trace.with_untracked(|trace| candidates(trace).into_iter().nth(index)));
        if let Some(edit) = edit {
            lab.apply(&[edit]);
        }
    };
    let list = move |of_request: bool, name: &'static str, first: &'static str| {
        let options = move || {
            let own: Vec<_> = edits.get().into_iter().enumerate().filter(|(_, (own, ..))| *own == of_request).collect();
            let groups = own.chunk_by(|(_, one), (_, other)| one.1 == other.1);
            let group = |edits: &[(usize, (bool, &'static str, String))]| {
                let name = edits.first().map_or("", |(_, edit)| edit.1);
                let options = edits.iter().map(|(index, edit)| view! { <option value=index.to_string()>{edit.2.clone()}</option> });
                view! { <optgroup label=name>{options.collect_view()}</optgroup> }
            };
            groups.map(group).collect_view()
        };
        view! {
            <select aria-label=name on:pointerdown=move |_| ready.set(true) on:focus=move |_| ready.set(true) on:change=chosen>
                <option value="">{first}</option>
                {options}
            </select>
        }
    };
    view! {
        {list(true, "Change the request", "Try a change…")}
        {list(false, "Change the server", "Change the server…")}
    }
}

/// Whose rules are followed, and whose beside them.
#[component]
fn RulesPart(lab: LabState) -> impl IntoView {
    let scenario = lab.scenario;
    let first = Memo::new(move |_| scenario.with(Scenario::profile));
    let beside = Memo::new(move |_| scenario.with(|scenario| scenario.rules.get(1).copied()));
    let set_first = move |event: web_sys::Event| {
        let Some(new) = Profile::from_slug(&event_target_value(&event)) else { return };
        // The two change places if the other one is chosen.
        let (old, other) = (first.get_untracked(), beside.get_untracked());
        let other = other.map(|other| if other == new { old } else { other });
        lab.change(|scenario| scenario.rules = iter::once(new).chain(other).collect());
    };
    let set_beside = move |event: web_sys::Event| {
        let own = first.get_untracked();
        let other = Profile::from_slug(&event_target_value(&event)).filter(|other| *other != own);
        lab.change(|scenario| scenario.rules = iter::once(own).chain(other).collect());
    };
    let firsts = Profile::ALL.into_iter().map(|profile| {
        let chosen = move || first.get() == profile;
        view! { <option value=profile.slug() selected=chosen>{profile.label()}</option> }
    });
    let others = Profile::ALL.into_iter().map(|profile| {
        let (same, chosen) = (move || first.get() == profile, move || beside.get() == Some(profile));
        view! { <option value=profile.slug() hidden=same disabled=same selected=chosen>{profile.label()}</option> }
    });
    view! {
        <h3>"Rules of"</h3>
        <label class="field">
            <span class="sr">"Rules of"</span>
            <select prop:value=move || first.get().slug().to_owned() on:change=set_first>{firsts.collect_view()}</select>
        </label>
        <label class="field">
            <span class="field-label">"Beside"</span>
            <select prop:value=move || beside.get().map_or("", Profile::slug).to_owned() on:change=set_beside>
                <option value="" selected=move || beside.get().is_none()>"none"</option>
                {others.collect_view()}
            </select>
        </label>
    }
}
