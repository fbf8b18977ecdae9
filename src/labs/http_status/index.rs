//! The status list as index: which of all registered codes the run gives, which are one change away, and how to get the
//! others.

use super::run::{self, Trace};
use super::scenario::{Client, Scenario};
use super::why;
use crate::http::edits::{self, Edit};
use crate::http::engine;
use crate::http::gateway;
use crate::http::graph::Station;
use crate::http::inverse::{self, Plan, reaches};
use crate::http::message::Request;
use crate::http::parse::Refusal;
use crate::http::profiles::Profile;
use crate::http::state::World;
use crate::http::status::REGISTRY;

/// More than this beside the answer nobody reads.
const MOST_NEAR: usize = 4;

/// A registered code.
#[derive(Clone, Debug)]
pub struct Entry {
    pub code: u16,
    pub reason: &'static str,
    pub reach: Reach,
    /// Where the server leaves with that code after the one change; `None` if it is not one change away.
    pub station: Option<Station>,
}

/// How far away a code is.
#[derive(Clone, Debug)]
pub enum Reach {
    /// The run gives it now.
    Now,
    /// One change is enough.
    One(Edit),
    /// It needs a search.
    Search,
    /// Never, and why not.
    Never(&'static str),
}

impl Reach {
    /// A sign, and the same in words.
    pub fn sign(&self) -> (&'static str, &'static str) {
        match self {
            Reach::Now => ("●", "the run gives it now"),
            Reach::One(_) => ("→", "one change away"),
            Reach::Search => ("⋯", "more than one change"),
            Reach::Never(_) => ("–", "never"),
        }
    }
}

const NOT_BY_THESE_RULES: &str = "No question of this server leads there. Other rules have it.";

/// Why a reserved code is never given.
fn reserved(code: u16) -> &'static str {
    match code {
        306 => "An earlier version of HTTP used it. Now it is reserved, and nobody may give it a meaning (RFC 9110 §15.4.7).",
        418 => "An April joke made servers into teapots, and too many of them are out there to use it again (RFC 9110 §15.5.19).",
        _ => "It is reserved.",
    }
}

/// Every registered code as seen from here. `given` are the statuses of the run. Each small change is tried once.
pub fn entries(profile: Profile, request: &Request, world: &World, given: &[u16]) -> Vec<Entry> {
    let tried: Vec<(Edit, engine::Trace)> = edits::candidates(request, world)
        .into_iter()
        .map(|edit| {
            let (mut request, mut world) = (request.clone(), world.clone());
            edit.apply(&mut request, &mut world);
            let trace = engine::trace(profile, &request, &world);
            (edit, trace)
        })
        .collect();
    let possible: Vec<u16> = [profile.graph(), gateway::graph()].into_iter().flat_map(|graph| graph.statuses()).collect();
    REGISTRY
        .iter()
        .map(|status| {
            let code = status.code;
            // A detour only where there is no other way.
            let found = tried.iter().filter(|(_, trace)| reaches(trace, code)).min_by_key(|(edit, _)| edit.is_detour());
            let (reach, station) = match found {
                _ if status.is_reserved() => (Reach::Never(reserved(code)), None),
                _ if given.contains(&code) => (Reach::Now, None),
                Some((edit, trace)) => (Reach::One(edit.clone()), station(profile, trace, code)),
                None if possible.contains(&code) => (Reach::Search, None),
                None => (Reach::Never(NOT_BY_THESE_RULES), None),
            };
            Entry { code, reason: status.reason, reach, station }
        })
        .collect()
}

/// Where a way gives a code: at the question that sends it ahead or makes it of a 200, or else at its last one.
fn station(profile: Profile, trace: &engine::Trace, code: u16) -> Option<Station> {
    let mut agreed = trace.path.iter().filter(|step| step.yes).filter_map(|step| why::node(profile, step.node));
    let sends = agreed.find(|node| node.interim == Some(code) || node.turns == Some(code));
    let last = || why::node(profile, trace.path.last()?.node);
    sends.or_else(last).map(|node| node.station)
}

/// The request to begin with: what was understood, or a plain GET where nothing was.
pub fn start(request: &Result<Request, Refusal>) -> Request {
    match request {
        Ok(request) => request.clone(),
        Err(_) => {
            let mut plain = Request::new("GET", "/notes/1");
            plain.fields.push("Host", "example.org");
            plain
        }
    }
}

/// [`entries`] of the run that the picture shows first.
pub fn of(trace: &Trace) -> Vec<Entry> {
    let run = trace.first();
    let request = start(&run.request);
    let mut entries = entries(run.profile, &request, &trace.scenario.world, &run.statuses());
    if trace.scenario.client != Client::Once {
        // What one server answers is not yet what this client comes to: it may follow, wait, or ask another.
        for entry in &mut entries {
            if let Reach::One(edit) = &entry.reach {
                let (mut request, mut world) = (request.clone(), trace.scenario.world.clone());
                edit.apply(&mut request, &mut world);
                if !gives(&trace.scenario, &request, &world, entry.code) {
                    (entry.reach, entry.station) = (Reach::Search, None);
                }
            }
        }
    }
    entries
}

/// Whether the client of a scenario gets to see a status with another request and world.
pub fn gives(scenario: &Scenario, request: &Request, world: &World, code: u16) -> bool {
    let rules = vec![scenario.profile()];
    let changed = Scenario { rules, request: run::as_typed(request), world: world.clone(), ..scenario.clone() };
    run::run(&changed).first().sequence.statuses().contains(&code)
}

/// Every way with the fewest changes; empty if three are not enough.
pub fn plans(profile: Profile, request: &Request, world: &World, wanted: u16) -> Vec<Plan> {
    inverse::all_fewest(profile, request, world, wanted)
}

/// The smallest changes beside a run's answer, out of all [`entries`]: none if the request could not be read.
pub fn smallest(trace: &Trace, entries: &[Entry]) -> Vec<Entry> {
    let run = trace.first();
    if run.request.is_err() {
        return Vec::new();
    }
    let last = run.visits.last().and_then(|visit| visit.path().last());
    let at = last.and_then(|step| why::node(run.profile, step.node)).map_or(Station::Message, |node| node.station);
    near(entries, at).into_iter().cloned().collect()
}

/// The one-change codes that teach the most where the server leaves at `at`: how to succeed if it does not, then what lies at
/// that station and its neighbours, by a change to the request if there is one. Two of its own station, one of each other.
pub fn near(entries: &[Entry], at: Station) -> Vec<&Entry> {
    let mut close: Vec<(usize, Station, &Entry)> = entries
        .iter()
        .filter_map(|entry| {
            let (Reach::One(edit), Some(station)) = (&entry.reach, entry.station) else { return None };
            if edit.is_detour() {
                return None;
            }
            let (of_world, seldom) = (usize::from(!edit.is_of_request()), usize::from(is_seldom(entry.code)));
            Some((2 * distance(station, at) + of_world + 3 * seldom, station, entry))
        })
        .collect();
    close.sort_by_key(|(far, _, entry)| (*far, entry.code));
    let succeeds = |code: u16| (200..300).contains(&code);
    let failing = !entries.iter().any(|entry| matches!(entry.reach, Reach::Now) && succeeds(entry.code));
    let remedy = if failing { close.iter().position(|(_, _, entry)| succeeds(entry.code)) } else { None };
    let remedy = remedy.map(|place| close.remove(place));
    let mut chosen: Vec<(usize, Station, &Entry)> = remedy.into_iter().collect();
    for candidate in close {
        let most = if candidate.1 == at { 2 } else { 1 };
        let same = chosen.iter().filter(|known| known.1 == candidate.1).count();
        if chosen.len() < MOST_NEAR && same < most {
            chosen.push(candidate);
        }
    }
    chosen.into_iter().map(|(_, _, entry)| entry).collect()
}

fn distance(one: Station, other: Station) -> usize {
    let place = |station: Station| Station::ALL.iter().position(|own| *own == station).unwrap_or_default();
    place(one).abs_diff(place(other))
}

/// Codes that few ever see: the everyday ones go before them.
fn is_seldom(code: u16) -> bool {
    matches!(code, 100..=199 | 203 | 205 | 207 | 208 | 226 | 300 | 305 | 425 | 506 | 508 | 510)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, fields: &[(&str, &str)]) -> Request {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        request
    }

    fn from_here(profile: Profile, request: &Request) -> Vec<Entry> {
        let world = World::default();
        let now = engine::status(profile, request, &world);
        entries(profile, request, &world, &[now])
    }

    fn of_code(entries: &[Entry], code: u16) -> &Entry {
        entries.iter().find(|entry| entry.code == code).expect("every code has an entry")
    }

    #[test]
    fn every_code_is_listed_and_the_reserved_ones_say_why_not() {
        let all = from_here(Profile::Rfc9110, &request("GET", &[]));
        assert_eq!(all.len(), REGISTRY.len());
        assert!(all.iter().zip(&REGISTRY).all(|(entry, status)| (entry.code, entry.reason) == (status.code, status.reason)));
        let never: Vec<u16> = all.iter().filter(|entry| matches!(entry.reach, Reach::Never(_))).map(|entry| entry.code).collect();
        assert_eq!(never, [306, 418], "the RFC's own graph reaches all others");
        assert!(matches!(of_code(&all, 200).reach, Reach::Now));
        assert!(matches!(of_code(&all, 428).reach, Reach::Search), "it takes a method that changes something, and a demand");
    }

    #[test]
    fn one_change_is_enough_where_it_says_so() {
        for profile in Profile::ALL {
            for request in [request("GET", &[]), request("PUT", &[("If-Match", "\"v0\"")])] {
                for entry in from_here(profile, &request) {
                    let Reach::One(edit) = &entry.reach else { continue };
                    let (mut request, mut world) = (request.clone(), World::default());
                    edit.apply(&mut request, &mut world);
                    let trace = engine::trace(profile, &request, &world);
                    assert!(reaches(&trace, entry.code), "{}: {} does not give {}", profile.label(), edit.what, entry.code);
                    assert!(entry.station.is_some());
                }
            }
        }
    }

    #[test]
    fn what_rules_never_give_is_said() {
        let all = from_here(Profile::Webmachine, &request("GET", &[]));
        assert!(matches!(of_code(&all, 429).reach, Reach::Never(NOT_BY_THESE_RULES)), "webmachine knows no rates");
        assert!(!matches!(of_code(&all, 206).reach, Reach::Never(_)), "a cache in front knows ranges");
    }

    #[test]
    fn a_lost_update_is_mended_first() {
        let all = from_here(Profile::Rfc9110, &request("PUT", &[("If-Match", "\"v0\"")]));
        let close = near(&all, Station::Preconditions);
        assert_eq!(close.len(), MOST_NEAR);
        let Reach::One(edit) = &close[0].reach else { panic!("{:?}", close[0]) };
        assert_eq!((close[0].code, edit.what.as_str()), (204, "Change it to `If-Match: \"v1\"`."));
    }

    #[test]
    fn beside_a_page_lie_its_parts() {
        let all = from_here(Profile::Rfc9110, &request("GET", &[]));
        let codes: Vec<u16> = near(&all, Station::Range).iter().map(|entry| entry.code).collect();
        // Range itself, then the nearest of action and of preconditions, all by changes to the request.
        assert_eq!(codes, [206, 416, 201, 304]);
    }

    #[test]
    fn plans_are_those_of_the_search() {
        let get = request("GET", &[]);
        let plans = plans(Profile::Rfc9110, &get, &World::default(), 428);
        assert!(!plans.is_empty() && plans.iter().all(|plan| plan.edits.len() == 2));
    }

    #[test]
    fn what_cannot_be_read_is_begun_anew() {
        let refusal = Refusal { status: 400, at: 0, why: String::new() };
        let plain = start(&Err(refusal));
        assert_eq!(engine::status(Profile::Rfc9110, &plain, &World::default()), 200);
        assert_eq!(start(&Ok(request("PUT", &[]))).method, "PUT");
    }

    /// Whatever a scenario's client does with answers: an offered change ends where it says.
    #[test]
    fn every_offer_of_every_scenario_is_kept() {
        for preset in super::super::presets::PRESETS {
            let trace = run::run(&preset.scenario());
            let all = of(&trace);
            for entry in smallest(&trace, &all) {
                let Reach::One(edit) = &entry.reach else { panic!("{}: {} is no change", preset.slug, entry.code) };
                let (mut request, mut world) = (start(&trace.first().request), trace.scenario.world.clone());
                edit.apply(&mut request, &mut world);
                assert!(gives(&trace.scenario, &request, &world, entry.code), "{}: {} by “{}”", preset.slug, entry.code, edit.what);
            }
        }
    }
}
