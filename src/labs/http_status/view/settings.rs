//! All settings, made from the table: one piece of view for each kind of control.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::LabState;
use crate::labs::http_status::scenario::Scenario;
use crate::labs::http_status::settings::{Control, GROUPS, Group, Setting};

type SetText = fn(&mut Scenario, &str) -> Result<(), String>;

/// Every setting in its group. They are more than a hundred, so they are built when the panel is opened first.
#[component]
pub fn SettingsPanel(lab: LabState, open: bool) -> impl IntoView {
    let built = RwSignal::new(open);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if details.is_some_and(|details| details.has_attribute("open")) && !built.get_untracked() {
            built.set(true);
        }
    };
    view! {
        <details class="settings http-settings needs-js" open=open on:toggle=toggled>
            <summary>"Settings"</summary>
            {move || built.get().then(|| view! {
                <div class="fields">{GROUPS.iter().map(|group| fieldset(lab, group)).collect_view()}</div>
            })}
        </details>
    }
}

fn fieldset(lab: LabState, group: &'static Group) -> impl IntoView {
    let scenario = lab.scenario;
    let applies = move || scenario.with(|scenario| group.settings.iter().any(|setting| (setting.applies)(scenario)));
    view! {
        <details class="http-group" hidden=move || !applies()>
            <summary>{group.title}</summary>
            <fieldset aria-label=group.title>
                {group.settings.iter().map(|setting| view! { <SettingField lab setting place="settings"/> }).collect_view()}
            </fieldset>
        </details>
    }
}

/// One setting, there as long as it means something.
#[component]
pub fn SettingField(
    lab: LabState,
    setting: &'static Setting,
    /// Where on the page: the same setting may stand in two places.
    place: &'static str,
    /// Without what it means and where it leads.
    #[prop(optional)]
    brief: bool,
) -> impl IntoView {
    let scenario = lab.scenario;
    let applies = setting.applies;
    let id = format!("http-{place}-{}", setting.slug);
    let described = (!brief).then(|| id.clone());
    let control = match setting.control {
        Control::Toggle { get, set } => toggle(lab, setting.label, described, get, set),
        Control::Choice { options, get, set } => choice(lab, setting.label, described, options, get, set),
        Control::Text { hint, get, set } => text(lab, setting.label, described, hint, get, set),
        Control::Lines { hint, get, set } => lines(lab, setting.label, described, hint, get, set),
    };
    let help = (!brief).then(|| view! { <p class="http-help" id=id>{setting.help}{leads_to(setting.leads_to)}</p> });
    view! {
        <div class="http-setting" hidden=move || !scenario.with(applies)>
            {control}
            {help}
        </div>
    }
}

fn leads_to(codes: &'static [u16]) -> impl IntoView {
    let chips = codes.iter().map(|code| view! { <code class="http-chip">{code.to_string()}</code> }).collect_view();
    (!codes.is_empty()).then(|| view! { <span class="http-leads">" leads to "{chips}</span> })
}

fn toggle(
    lab: LabState,
    label: &'static str,
    described: Option<String>,
    get: fn(&Scenario) -> bool,
    set: fn(&mut Scenario, bool),
) -> AnyView {
    let scenario = lab.scenario;
    let clicked = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        lab.change(|scenario| set(scenario, on));
    };
    view! {
        <label class="check">
            <input type="checkbox" checked=scenario.with_untracked(get) prop:checked=move || scenario.with(get)
                aria-describedby=described on:change=clicked/>
            {label}
        </label>
    }
    .into_any()
}

fn choice(
    lab: LabState,
    label: &'static str,
    described: Option<String>,
    options: &'static [(&'static str, &'static str)],
    get: fn(&Scenario) -> &'static str,
    set: fn(&mut Scenario, &str),
) -> AnyView {
    let scenario = lab.scenario;
    let value = Memo::new(move |_| scenario.with(get));
    let chosen = move |event: web_sys::Event| {
        let chosen = event_target_value(&event);
        lab.change(|scenario| set(scenario, &chosen));
    };
    let options = options
        .iter()
        .map(|&(slug, label)| {
            let chosen = move || value.get() == slug;
            view! { <option value=slug selected=chosen>{label}</option> }
        })
        .collect_view();
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <select prop:value=move || value.get().to_owned() aria-describedby=described on:change=chosen>{options}</select>
        </label>
    }
    .into_any()
}

fn text(
    lab: LabState,
    label: &'static str,
    described: Option<String>,
    hint: &'static str,
    get: fn(&Scenario) -> String,
    set: SetText,
) -> AnyView {
    let (value, wrong, typed) = typing(lab, get, set);
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input class="wide" type="text" spellcheck="false" autocapitalize="off" autocomplete="off" placeholder=hint
                value=value.get_untracked() prop:value=move || value.get() aria-describedby=described
                aria-invalid=move || wrong.read().is_some().then_some("true") on:change=typed/>
        </label>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
    .into_any()
}

fn lines(
    lab: LabState,
    label: &'static str,
    described: Option<String>,
    hint: &'static str,
    get: fn(&Scenario) -> String,
    set: SetText,
) -> AnyView {
    let (value, wrong, typed) = typing(lab, get, set);
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <textarea class="http-text" rows="3" spellcheck="false" autocapitalize="off" autocomplete="off" placeholder=hint
                prop:value=move || value.get() aria-describedby=described
                aria-invalid=move || wrong.read().is_some().then_some("true") on:change=typed></textarea>
        </label>
        <p class="field-wrong" role="alert" hidden=move || wrong.read().is_none()>{wrong}</p>
    }
    .into_any()
}

/// What a text box shows, what is wrong with what was typed last, and what typing does. What is refused stays in the box,
/// and the last good value holds.
fn typing(
    lab: LabState,
    get: fn(&Scenario) -> String,
    set: SetText,
) -> (Memo<String>, RwSignal<Option<String>>, impl Fn(web_sys::Event) + Copy + 'static) {
    let scenario = lab.scenario;
    let value = Memo::new(move |_| scenario.with(get));
    let wrong = RwSignal::new(None::<String>);
    let typed = move |event: web_sys::Event| {
        let mut changed = scenario.get_untracked();
        match set(&mut changed, &event_target_value(&event)) {
            Ok(()) => {
                wrong.set(None);
                lab.change(|scenario| *scenario = changed);
            }
            Err(why) => wrong.set(Some(why)),
        }
    };
    (value, wrong, typed)
}
