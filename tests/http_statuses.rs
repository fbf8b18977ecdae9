//! The scenario of each registered status code gives that status to the client, in valid answers; and the glossary's entry
//! of each code opens the lab on its scenario.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::Path;

use field_guide::glossary::Kind;
use field_guide::glossary::content::{ContentFiles, Entry, LabReference, Surroundings, compile};
use field_guide::http::message::Response;
use field_guide::http::profiles::Profile;
use field_guide::http::sequence::Message;
use field_guide::http::status::{self, REGISTRY, Status};
use field_guide::labs::http_status::statuses::{STATUS_PRESETS, find};
use field_guide::labs::http_status::{Preset, SLUG, Trace, run};

/// Codes after which the client goes on by itself: it ends with another one.
const GOES_ON: [u16; 13] = [100, 102, 103, 104, 301, 302, 303, 307, 308, 407, 408, 421, 425];

fn registered() -> impl Iterator<Item = &'static Status> {
    REGISTRY.iter().filter(|status| !status.is_reserved())
}

/// Every code with its scenario, played.
fn played() -> Vec<(u16, &'static Preset, Trace)> {
    let all = registered().map(|status| {
        let preset = find(&status.code.to_string()).unwrap_or_else(|| panic!("{} has no scenario", status.code));
        (status.code, preset, run(&preset.scenario()))
    });
    all.collect()
}

fn responses(trace: &Trace) -> Vec<&Response> {
    let messages = trace.first().sequence.events.iter().map(|event| &event.message);
    let responses = messages.filter_map(|message| match message {
        Message::Interim(response) | Message::Response(response) => Some(response),
        _ => None,
    });
    responses.collect()
}

#[test]
fn each_code_reaches_the_client_in_its_scenario() {
    for (code, _, trace) in played() {
        let run = trace.first();
        assert_eq!((trace.runs.len(), run.profile), (1, Profile::Rfc9110), "{code}: by the RFC alone");
        let seen = run.sequence.statuses();
        assert!(seen.contains(&code), "{code}: the client sees {seen:?}");
        assert!(run.statuses().contains(&code), "{code}");
        assert!(run.sequence.error().is_none(), "{code}: {:?}", run.sequence.error());
        if GOES_ON.contains(&code) {
            assert_ne!(run.status(), Some(code), "{code}: the client goes on");
        } else {
            assert_eq!(run.status(), Some(code), "{code}: the client ends with it, after {seen:?}");
        }
    }
}

/// A client that goes on gets what it wanted.
#[test]
fn what_goes_on_ends_well() {
    for (code, _, trace) in played().into_iter().filter(|(code, _, _)| GOES_ON.contains(code)) {
        let end = trace.first().status();
        assert!(end.is_some_and(|end| (200..300).contains(&end)), "{code} ends with {end:?}");
    }
}

/// The questions shown for the last request are those that its answer comes from.
#[test]
fn the_last_questions_lead_to_the_last_answer() {
    for (code, _, trace) in played() {
        let run = trace.first();
        if let Some(visit) = run.visits.last() {
            assert_eq!(Some(visit.decision.response.status), run.status(), "{code}");
        } else {
            assert!(run.request.is_err(), "{code}: nobody was asked, though the request could be read");
        }
    }
}

#[test]
fn answers_are_valid() {
    for (code, _, trace) in played() {
        for response in responses(&trace) {
            let missing = status::missing(response.status, &response.fields, None);
            assert!(missing.is_empty(), "{code}: the {} lacks {missing:?}", response.status);
            assert!(status::may_have_content(response.status) || response.body.is_empty(), "{code}: the {} has content", response.status);
        }
    }
}

/// What a code demands with SHOULD its scenario shows too: a good example holds to more than it must.
#[test]
fn answers_show_what_they_should() {
    for (code, _, trace) in played() {
        let response = responses(&trace).into_iter().find(|response| response.status == code).expect("it was given");
        // A server that cannot read the request says so before it knows any more.
        if trace.first().request.is_ok() {
            for demand in status::demands(code) {
                assert!(response.fields.contains(demand.field), "{code}: without {}", demand.field);
            }
        }
    }
}

#[test]
fn titles_start_with_code_and_reason() {
    for (code, preset, _) in played() {
        let reason = status::reason(code).expect("it is registered");
        let rest = preset.title.strip_prefix(&format!("{code} {reason}: "));
        assert!(rest.is_some_and(|idea| !idea.is_empty()), "{}", preset.title);
        assert_eq!((preset.slug, preset.label), (code.to_string().as_str(), code.to_string().as_str()));
    }
    let titles: BTreeSet<&str> = STATUS_PRESETS.iter().map(|preset| preset.title).collect();
    assert_eq!(titles.len(), STATUS_PRESETS.len());
}

#[test]
fn reserved_codes_have_no_scenario() {
    let reserved: Vec<u16> = REGISTRY.iter().filter(|status| status.is_reserved()).map(|status| status.code).collect();
    assert_eq!(reserved, [306, 418]);
    assert!(reserved.iter().all(|code| find(&code.to_string()).is_none()));
    assert_eq!(STATUS_PRESETS.len(), registered().count());
}

/// The same scenario always comes to the same.
#[test]
fn scenarios_do_not_depend_on_when_they_are_made() {
    for preset in STATUS_PRESETS {
        assert_eq!(preset.scenario(), preset.scenario(), "{}", preset.slug);
        assert_eq!(run(&preset.scenario()).first().sequence, run(&preset.scenario()).first().sequence, "{}", preset.slug);
    }
}

fn entries() -> Vec<Entry> {
    let files = ContentFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content")).expect("content/ is there");
    let compiled = compile(&files, &Surroundings { base: "/", check_lab: &|_: &LabReference| Ok(()) });
    compiled.unwrap_or_else(|problems| panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))).entries
}

/// The code that an entry about a status is named after: `412-precondition-failed`.
fn code(entry: &Entry) -> Option<u16> {
    let digits = entry.slug.split('-').next()?;
    (entry.front.kind == Kind::Status).then(|| digits.parse().ok()).flatten()
}

#[test]
fn each_status_entry_opens_the_lab_on_its_scenario() {
    let mut found = BTreeSet::new();
    for entry in entries() {
        let Some(code) = code(&entry) else { continue };
        let own = |preset: &Preset| LabReference { lab: SLUG.to_owned(), scenario: format!("preset={}", preset.slug) };
        let expected = find(&code.to_string()).map(own);
        assert_eq!(entry.front.lab, expected, "{}", entry.slug);
        found.insert(code);
    }
    let missing: Vec<u16> = registered().map(|status| status.code).filter(|code| !found.contains(code)).collect();
    assert!(missing.is_empty(), "no entry for {missing:?}");
}

/// Other entries may open this lab on a scenario that teaches an idea, not on a bare code.
#[test]
fn the_scenario_of_a_code_belongs_to_its_entry() {
    for entry in entries().iter().filter(|entry| code(entry).is_none()) {
        if let Some(lab) = entry.front.lab.as_ref().filter(|lab| lab.lab == SLUG) {
            let preset = lab.scenario.strip_prefix("preset=").and_then(|rest| rest.split('&').next()).unwrap_or_default();
            assert!(!preset.is_empty() && find(preset).is_none(), "{}: {}", entry.slug, lab.scenario);
        }
    }
}
