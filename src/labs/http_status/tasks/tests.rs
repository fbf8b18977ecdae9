use super::*;
use crate::http::state::{Guard, Move, Representation, Upstream};
use crate::labs::frame::Intervention;
use crate::labs::http_status::presets::{self, PRESETS};
use crate::labs::http_status::run::run;
use crate::labs::http_status::scenario::{Action, Scenario};

/// Preset, place of the task, and what a reader can do about it.
type Way = (&'static str, usize, fn(&mut Scenario));

/// In the raw request. What is not there cannot be changed.
fn write(scenario: &mut Scenario, from: &str, to: &str) {
    assert!(scenario.request.contains(from), "`{from}` is not in `{}`", scenario.request);
    scenario.request = scenario.request.replacen(from, to, 1);
}

fn favourite(scenario: &mut Scenario) -> &mut Representation {
    &mut scenario.world.resource.representations[0]
}

fn there(scenario: &mut Scenario) {
    scenario.world.resource.representations = vec![Representation::default()];
}

fn pool_of(scenario: &mut Scenario, servers: [Upstream; 3]) {
    scenario.client = Client::Pool { upstreams: servers.to_vec(), timeout_ms: 2_000 };
}

fn log_in(scenario: &mut Scenario) {
    write(scenario, "Expect:", "Authorization: Basic cmVhZGVyOmJvb2s=\nExpect:");
}

static WAYS: &[Way] = &[
    ("lost-update", 0, |scenario| write(scenario, "\"v1\"", "\"v2\"")),
    ("lost-update", 1, |scenario| write(scenario, "If-Match: \"v1\"\n", "")),
    ("lost-update", 2, |scenario| {
        write(scenario, "If-Match: \"v1\"\n", "");
        scenario.world.server.demands_condition = true;
    }),
    ("hidden-404", 0, |scenario| scenario.world.server.forbidden = Forbidden::Deny),
    ("hidden-404", 1, |scenario| {
        scenario.world.server.forbidden = Forbidden::No;
        scenario.world.resource.representations.clear();
    }),
    ("401-403", 0, |scenario| scenario.client = Client::Login { user: "reader".to_owned(), password: "look".to_owned() }),
    ("401-403", 1, |scenario| scenario.world.server.forbidden = Forbidden::No),
    ("post-301", 0, |scenario| scenario.routes[0].how = Move::PermanentKeeping),
    ("post-301", 1, |scenario| write(scenario, "POST", "PUT")),
    ("307-308", 0, |scenario| scenario.routes[0].how = Move::PermanentKeeping),
    ("307-308", 1, |scenario| scenario.routes[0].how = Move::Temporary),
    ("redirect-chain", 0, |scenario| scenario.routes[1].to = "https://example.org/files/2026-11".to_owned()),
    ("redirect-chain", 1, |scenario| scenario.routes[1].to = "http://example.org/files/2026-11".to_owned()),
    ("redirect-chain", 2, |scenario| scenario.routes[1].to = "/reports/latest".to_owned()),
    ("cache-life", 0, |scenario| scenario.world.resource.cache_control = Some("max-age=60, stale-while-revalidate=60".to_owned())),
    ("cache-life", 1, |scenario| {
        let action = Action::Ask("Cache-Control: only-if-cached".to_owned());
        scenario.acts.push(Intervention { at: Nanos(300 * Nanos::SECOND.0), action });
    }),
    ("vary", 0, |scenario| scenario.world.resource.insists = true),
    ("vary", 1, |scenario| write(scenario, "fr", "de, en;q=0.5")),
    ("resume", 0, |scenario| scenario.client = Client::Download { cuts: vec![40, 20] }),
    ("resume", 1, |scenario| favourite(scenario).etag = Some("W/\"v1\"".to_owned())),
    ("conditional-range", 0, |scenario| write(scenario, "If-Range: \"v1\"\n", "")),
    ("conditional-range", 1, |scenario| write(scenario, "\"v1\"", "\"v2\"")),
    ("conditional-range", 2, |scenario| write(scenario, "bytes=40-\nIf-Range: \"v1\"\n", "bytes=400-\n")),
    ("502-503-504", 0, |scenario| pool_of(scenario, [Upstream::Garbles, Upstream::Slow, Upstream::Down])),
    ("502-503-504", 1, |scenario| pool_of(scenario, [Upstream::Down, Upstream::Slow, Upstream::Garbles])),
    ("502-503-504", 2, |scenario| write(scenario, "GET", "POST")),
    ("429-right", 0, |scenario| scenario.world.server.quiet = Retry::Unsaid),
    ("429-right", 1, |scenario| {
        scenario.client = Client::Patient { tries: 4, longest_s: 3, backoff_s: 1, early: false, sure: false };
    }),
    ("maintenance", 0, |scenario| scenario.world.server.back = Retry::After(30)),
    ("maintenance", 1, |scenario| write(scenario, "PUT", "POST")),
    ("put-creates", 0, there),
    ("put-creates", 1, |scenario| {
        there(scenario);
        write(scenario, "If-None-Match: *\n", "");
    }),
    ("expect-100", 0, log_in),
    ("expect-100", 1, |scenario| {
        log_in(scenario);
        scenario.client = Client::Upload { patience_ms: 1_000, silent: true };
    }),
    ("early-hints", 0, |scenario| scenario.world.server.hints.push("</news.js>; rel=preload; as=script".to_owned())),
    ("early-hints", 1, |scenario| write(scenario, "HTTP/1.1", "HTTP/1.0")),
    ("misdirected", 0, |scenario| write(scenario, "api.", "www.")),
    ("misdirected", 1, |scenario| write(scenario, "GET", "POST")),
    ("where-servers-part", 0, |scenario| scenario.rules = vec![Profile::Rfc9110, Profile::Nginx]),
    ("where-servers-part", 1, |scenario| {
        scenario.rules = vec![Profile::Rfc9110, Profile::Liberator];
        write(scenario, "\"v1\"", "*");
    }),
    ("weak-etag", 0, |scenario| scenario.request = "GET /articles/7 HTTP/1.1\nHost: example.org\nIf-None-Match: W/\"v1\"\n\n".to_owned()),
    ("weak-etag", 1, |scenario| {
        write(scenario, "W/", "");
        favourite(scenario).etag = Some("\"v1\"".to_owned());
    }),
    ("weak-etag", 2, |scenario| scenario.rules = vec![Profile::Webmachine]),
];

/// A task that is done before anybody did anything, or that nothing can do, teaches nothing.
#[test]
fn every_task_can_be_done_and_waits_for_it() {
    let tasks: Vec<(&str, usize)> = PRESETS.iter().flat_map(|preset| (0..preset.tasks.len()).map(|index| (preset.slug, index))).collect();
    let ways: Vec<(&str, usize)> = WAYS.iter().map(|(slug, index, _)| (*slug, *index)).collect();
    assert_eq!(ways, tasks, "each task has its way here");
    let mut failures = Vec::new();
    for (slug, index, change) in WAYS {
        let preset = presets::find(slug).unwrap();
        let task = &preset.tasks[*index];
        let mut expect = |scenario: &Scenario, at_end: bool, wanted: bool, when: &str| {
            let trace = run(scenario);
            let at = if at_end { trace.end } else { Nanos::ZERO };
            if task.done(&trace, at) != wanted {
                failures.push(format!("{slug}, {when}: {} ({:?})", task.text, trace.first().sequence.statuses()));
            }
        };
        let plain = preset.scenario();
        let mut changed = plain.clone();
        change(&mut changed);
        expect(&plain, true, false, "as it is, at the end");
        expect(&changed, true, true, "changed, at the end");
        expect(&changed, false, false, "changed, at the start");
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn what_is_shown_grows_with_the_moment() {
    let trace = run(&presets::find("redirect-chain").unwrap().scenario());
    assert_eq!((shown(&trace, Nanos::ZERO).len(), over(&trace, Nanos::ZERO)), (1, false));
    assert_eq!((statuses(&trace, trace.end), over(&trace, trace.end)), (vec![302, 302, 401], true));
    let hosts: Vec<String> =
        asked(&trace, trace.end, Lane::Client, Lane::Origin).filter_map(|(_, request)| request.fields.joined("Host")).collect();
    assert_eq!(hosts, ["example.org", "example.org", "files.example.net"]);
}

/// The other ways into the same statuses, which teach something else.
#[test]
fn a_task_is_not_done_by_the_way() {
    let done = |task: Task, scenario: &Scenario| {
        let trace = run(scenario);
        task.done(&trace, trace.end)
    };
    let mut opened = presets::find("lost-update").unwrap().scenario();
    favourite(&mut opened).etag = Some("\"v1\"".to_owned());
    assert!(!done(CURRENT_TAG, &opened), "the tag of the server was changed instead");
    let mut other = presets::find("401-403").unwrap().scenario();
    other.world.server.guard = Some(Guard { accepts: Vec::new(), ..Guard::default() });
    other.world.server.forbidden = Forbidden::No;
    assert!(!done(WRONG_PASSWORD, &other) && !done(LET_IN, &other));
    let mut open = presets::find("redirect-chain").unwrap().scenario();
    open.world.server.guard = None;
    assert!(!done(KEY_STAYS, &open), "there is no key to keep");
}
