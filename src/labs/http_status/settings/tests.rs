//! Every setting goes there and back, refuses nonsense, and together they reach all of the world.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::http::front::{Front, Stored, Upstream};
use crate::http::state::{Bindings, Forbidden, Guard, Move, Moved, NOON, Outcome, Representation, Retry, World};
use crate::http::status;
use crate::labs::http_status::scenario::Client;

fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|group| group.settings)
}

/// A world in which everything that may be left out is there.
fn full() -> Scenario {
    let text = |text: &str| Some(text.to_owned());
    let representation =
        || Representation { language: text("en"), coding: text("br"), body: "Other words.".to_owned(), ..Representation::default() };
    let mut world = World::default();
    let server = &mut world.server;
    server.hosts = vec!["example.org".to_owned()];
    server.unavailable = true;
    server.back = Retry::After(7);
    server.insists_on = text("TLS/1.2");
    server.switches_to = vec!["TLS/1.3".to_owned()];
    server.guard = Some(Guard::default());
    server.forbidden = Forbidden::Legal;
    server.limited = true;
    server.quiet = Retry::At(NOON);
    server.demands_extension = text("\"urn:example:extension\"");
    server.hints = vec!["</a.js>; rel=preload".to_owned()];
    let resource = &mut world.resource;
    resource.representations = vec![representation(), representation(), representation()];
    resource.takes = vec!["text/plain".to_owned()];
    resource.decodes = vec!["zstd".to_owned()];
    resource.syntax = "[".to_owned();
    resource.sense = "author".to_owned();
    resource.deltas = vec!["diffe".to_owned()];
    resource.cache_control = text("no-store");
    resource.expires_in = Some(9);
    resource.content_location = text("/x");
    resource.moved = Some(Moved { how: Move::Proxy, to: "/y".to_owned() });
    resource.post = Outcome::Later;
    resource.bindings = Bindings::Twice;
    resource.blocked_by = text("https://authority.example/");
    world.front = Some(Front {
        portal: text("https://wifi.example/"),
        guard: Some(Guard::default()),
        caches: true,
        stored: Some(Stored { representation: representation(), ..Stored::default() }),
        upstream: Upstream::Slow,
        ..Front::default()
    });
    Scenario { world, ..Scenario::default() }
}

fn clients() -> Vec<Client> {
    vec![
        Client::Once,
        Client::Browser,
        Client::Login { user: "reader".to_owned(), password: "book".to_owned() },
        Client::Download { cuts: vec![3] },
        Client::Upload { patience_ms: 1, silent: true },
        Client::Patient { tries: 2, longest_s: 3, backoff_s: 4, early: true, sure: false },
        Client::Pool { upstreams: vec![Upstream::Garbles], timeout_ms: 5 },
        Client::Cache { shared: false },
    ]
}

fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for client in clients() {
        all.extend([Scenario::default(), full()].map(|scenario| Scenario { client: client.clone(), ..scenario }));
    }
    all
}

/// Everything that a setting can make of a scenario.
fn variants(setting: &Setting, scenario: &Scenario) -> Vec<Scenario> {
    let changed = |change: &dyn Fn(&mut Scenario)| {
        let mut scenario = scenario.clone();
        change(&mut scenario);
        scenario
    };
    match setting.control {
        Control::Toggle { get, set } => {
            let on = !get(scenario);
            vec![changed(&|scenario| set(scenario, on))]
        }
        Control::Choice { options, set, .. } => options.iter().map(|(slug, _)| changed(&|scenario| set(scenario, slug))).collect(),
        Control::Text { hint, set, .. } | Control::Lines { hint, set, .. } => {
            let mut new = scenario.clone();
            let said = set(&mut new, hint);
            assert!(said.is_ok() || !(setting.applies)(scenario), "{}: {said:?}", setting.slug);
            vec![new]
        }
    }
}

/// The values of a world by their paths; a list of plain values is one value.
fn leaves(world: &World) -> BTreeMap<String, Value> {
    fn walk(path: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| walk(&format!("{path}.{name}"), value, into)),
            Value::Array(members) if members.iter().any(Value::is_object) => {
                members.iter().enumerate().for_each(|(index, value)| walk(&format!("{path}.{index}"), value, into));
            }
            plain => drop(into.insert(path.to_owned(), plain.clone())),
        }
    }
    let mut leaves = BTreeMap::new();
    walk("world", &serde_json::to_value(world).expect("a world is data"), &mut leaves);
    leaves
}

#[test]
fn settings_have_names_of_their_own_and_say_what_they_mean() {
    let mut slugs = BTreeSet::new();
    for setting in all() {
        assert!(slugs.insert(setting.slug), "{} comes twice", setting.slug);
        assert!(!setting.label.is_empty() && setting.help.ends_with('.'), "{}", setting.slug);
        assert!(setting.leads_to.iter().all(|code| status::reason(*code).is_some()), "{}", setting.slug);
        assert_eq!(find(setting.slug).map(|found| found.label), Some(setting.label));
    }
    assert!(find("nonsense").is_none());
}

#[test]
fn what_is_read_can_be_written_and_changes_nothing() {
    for scenario in scenarios() {
        for setting in all().filter(|setting| (setting.applies)(&scenario)) {
            let mut same = scenario.clone();
            match setting.control {
                Control::Toggle { get, set } => set(&mut same, get(&scenario)),
                Control::Choice { options, get, set } => {
                    assert!(options.iter().any(|(slug, _)| *slug == get(&scenario)), "{}", setting.slug);
                    set(&mut same, get(&scenario));
                }
                Control::Text { get, set, .. } | Control::Lines { get, set, .. } => {
                    assert_eq!(set(&mut same, &get(&scenario)), Ok(()), "{}", setting.slug);
                }
            }
            assert_eq!(same, scenario, "{}", setting.slug);
        }
    }
}

#[test]
fn what_is_written_can_be_read() {
    for scenario in scenarios() {
        for setting in all().filter(|setting| (setting.applies)(&scenario)) {
            match setting.control {
                Control::Toggle { get, .. } => {
                    assert!(variants(setting, &scenario).iter().all(|new| get(new) != get(&scenario)), "{}", setting.slug);
                }
                Control::Choice { options, get, .. } => {
                    for (new, (slug, _)) in variants(setting, &scenario).iter().zip(options) {
                        assert_eq!(get(new), *slug, "{}", setting.slug);
                    }
                }
                Control::Text { get, set, .. } | Control::Lines { get, set, .. } => {
                    for new in variants(setting, &scenario) {
                        let mut again = new.clone();
                        assert_eq!(set(&mut again, &get(&new)), Ok(()), "{}", setting.slug);
                        assert_eq!(again, new, "{}", setting.slug);
                    }
                }
            }
        }
    }
}

#[test]
fn nonsense_is_refused_with_a_sentence() {
    let refused = |set: fn(&mut Scenario, &str) -> Said, text: &str, scenario: &Scenario, slug: &str| {
        let mut same = scenario.clone();
        let why = set(&mut same, text).expect_err(slug);
        assert!(why.ends_with('.') && why.chars().next().is_some_and(char::is_uppercase), "{slug}: {why}");
        assert_eq!(same, *scenario, "{slug}");
    };
    for scenario in scenarios() {
        for setting in all() {
            match setting.control {
                Control::Toggle { .. } => {}
                Control::Choice { set, .. } => {
                    let mut same = scenario.clone();
                    set(&mut same, "nonsense");
                    assert_eq!(same, scenario, "{}", setting.slug);
                }
                Control::Text { set, .. } => {
                    refused(set, "a\u{1}b", &scenario, setting.slug);
                    refused(set, &"x".repeat(5_000), &scenario, setting.slug);
                }
                Control::Lines { set, .. } => refused(set, &"x".repeat(5_000), &scenario, setting.slug),
            }
        }
    }
}

#[test]
fn what_does_not_apply_is_refused_or_does_nothing_or_waits() {
    // No setting invents a front, a guard or a client by the way.
    let scenario = Scenario::default();
    for setting in all().filter(|setting| !(setting.applies)(&scenario)) {
        let mut other = scenario.clone();
        match setting.control {
            Control::Toggle { set, .. } => set(&mut other, true),
            Control::Choice { options, set, .. } => options.iter().for_each(|(slug, _)| set(&mut other, slug)),
            Control::Text { hint, set, .. } | Control::Lines { hint, set, .. } => drop(set(&mut other, hint)),
        }
        assert_eq!((&other.world.front, &other.world.server.guard), (&None, &None), "{}", setting.slug);
        assert_eq!(other.client, scenario.client, "{}", setting.slug);
    }
}

#[test]
fn all_of_the_world_can_be_set() {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for scenario in [Scenario::default(), full()] {
        let before = leaves(&scenario.world);
        known.extend(before.keys().cloned());
        for setting in all() {
            for new in variants(setting, &scenario) {
                let after = leaves(&new.world);
                let paths = before.keys().chain(after.keys());
                reached.extend(paths.filter(|path| before.get(*path) != after.get(*path)).cloned());
            }
        }
    }
    let missed: Vec<&String> = known.difference(&reached).collect();
    assert!(missed.is_empty(), "no setting changes {missed:?}");
    assert!(known.len() > 60, "the test looks at too little: {}", known.len());
}
