//! Two servers side by side: where they first part, in words, and what each asked station by station.
//!
//! Servers ask in different orders and under different names, so two paths cannot be laid over each other step by step. They
//! part at the first question that both ask and answer differently; or else where one of them leaves.

use super::run::Run;
use super::why;
use crate::http::engine::Step;
use crate::http::graph::{Difference, Id, Node, Station};
use crate::http::profiles::Profile;

/// Where two runs part.
#[derive(Clone, Debug, PartialEq)]
pub struct Fork {
    /// The place in the path of the first visit of one run, and of the other.
    pub left: usize,
    pub right: usize,
    /// A sentence that names both servers and both statuses.
    pub words: String,
}

/// Questions about the same matter under different names, some of them asked the other way round.
const SAME_MATTER: [&[Id]; 30] = [
    &["available", "b13"],
    &["known", "b12"],
    &["target", "b11"],
    &["allowed", "b10"],
    &["formed", "b9b"],
    &["authenticated", "b8"],
    &["permitted", "b7"],
    &["rate", "rate_limited"],
    &["coding", "b6"],
    &["type", "b5", "accept_resource"],
    &["size", "b4"],
    &["options", "b3"],
    &["acceptable", "c4", "d5", "e6", "f7"],
    &["exists", "g7"],
    &["for-good", "i4", "k5"],
    &["for-now", "l5"],
    &["creates-here", "can-put-to-missing?", "n5", "m7"],
    &["if-match", "g9", "g11"],
    &["unmodified", "h12"],
    &["none-match", "i13", "k13"],
    &["modified", "l17", "same-date"],
    &["works", "m20", "n11-done", "o14-done", "p3-done", "o18", "callback", "render"],
    &["conflict", "o14", "p3", "conflict?"],
    &["syntax", "process_content_type"],
    &["sense", "processable?"],
    &["later", "m20b", "patch-enacted?", "post-enacted?", "put-enacted?"],
    &["creates", "p11", "maybe_created", "new?"],
    &["elsewhere", "n11", "post-redirect?", "see_other"],
    &["if-range", "if_range_strong"],
    &["satisfiable", "range_satisfiable"],
];

/// The first visit of a run.
struct Side<'a> {
    profile: Profile,
    path: &'a [Step],
    status: u16,
}

impl<'a> Side<'a> {
    fn of(run: &'a Run) -> Option<Side<'a>> {
        run.request.as_ref().ok()?;
        let visit = run.visits.first()?;
        Some(Side { profile: run.profile, path: visit.path(), status: visit.decision.response.status })
    }

    fn name(&self) -> &'static str {
        self.profile.label()
    }

    fn node(&self, place: usize) -> Option<&'static Node> {
        why::node(self.profile, self.path.get(place)?.node)
    }

    fn last(&self) -> Option<usize> {
        self.path.len().checked_sub(1)
    }

    /// Errors and redirects leave the line; a special success leaves it too; a plain one is its end.
    fn leaves_before(&self, other: &Side) -> bool {
        let rank = |side: &Side| {
            let exit = match side.status {
                200 | 204 => 2,
                201..=299 => 1,
                _ => 0,
            };
            (exit, side.last().and_then(|last| side.node(last)).map(|node| node.station), side.path.len())
        };
        rank(self) <= rank(other)
    }
}

/// Where the first visits of two runs part; `None` if one was never asked, or if they ask and answer alike.
pub fn fork(one: &Run, other: &Run) -> Option<Fork> {
    let (one, other) = (Side::of(one)?, Side::of(other)?);
    answered_differently(&one, &other).or_else(|| {
        if one.status == other.status {
            return None;
        }
        if one.leaves_before(&other) {
            let (left, right, words) = leaving(&one, &other)?;
            Some(Fork { left, right, words })
        } else {
            let (right, left, words) = leaving(&other, &one)?;
            Some(Fork { left, right, words })
        }
    })
}

fn answered_differently(one: &Side, other: &Side) -> Option<Fork> {
    let (left, right) = one.path.iter().enumerate().find_map(|(left, step)| {
        let right = other.path.iter().position(|theirs| theirs.node == step.node && theirs.yes != step.yes)?;
        Some((left, right))
    })?;
    let (ours, theirs) = (one.node(left)?, other.node(right)?);
    let yes = one.path.get(left)?.yes;
    let same = ours.question == theirs.question;
    let asks = if same { "asks the same".to_owned() } else { format!("asks “{}”", theirs.question) };
    let words = format!(
        "{} asks “{}”, answers {}, and ends with {}; {} {asks}, answers {}, and ends with {}.",
        one.name(),
        ours.question,
        why::word(yes),
        one.status,
        other.name(),
        why::word(!yes),
        other.status,
    );
    Some(Fork { left, right, words })
}

/// Where `one` leaves, where `other` asks about the same matter or else ends, and the sentence.
fn leaving(one: &Side, other: &Side) -> Option<(usize, usize, String)> {
    let (last, end) = (one.last()?, other.last()?);
    // Whether it is GET or HEAD only chooses between 304 and 412: what decides is the condition asked before.
    let follows = one.path.get(last).is_some_and(|step| matches!(step.node, "safe" | "j18"));
    let deciding = if follows { last.saturating_sub(1) } else { last };
    let question = one.node(deciding)?.question;
    let counterpart = counterpart(one, deciding, other);
    let what = match counterpart {
        None => format!("never asks that and goes on to {}", other.status),
        Some(place) => {
            let (theirs, step) = (other.node(place)?, other.path.get(place)?);
            let same = theirs.question == question;
            let asks = if same { "asks the same".to_owned() } else { format!("asks “{}” instead", theirs.question) };
            let way = if place == end { "leaves there with" } else { "goes on to" };
            format!("{asks}, answers {}, and {way} {}", why::word(step.yes), other.status)
        }
    };
    let words = format!("{} leaves at “{question}” with {}; {} {what}.", one.name(), one.status, other.name());
    Some((last, counterpart.unwrap_or(end), words))
}

/// The last question of `other` about the matter that `one` asks about at a place.
fn counterpart(one: &Side, place: usize, other: &Side) -> Option<usize> {
    let (id, node) = (one.path.get(place)?.node, one.node(place)?);
    let same = |theirs: Id| theirs == id || SAME_MATTER.iter().any(|matter| matter.contains(&id) && matter.contains(&theirs));
    let alike = |at: &usize| other.node(*at).is_some_and(|theirs| theirs.station == node.station && theirs.question == node.question);
    other.path.iter().rposition(|step| same(step.node)).or_else(|| (0..other.path.len()).rev().find(alike))
}

/// What a profile does otherwise than the graph that it was made from, or is compared with: [`base`].
pub fn differences(profile: Profile) -> &'static [Difference] {
    &profile.graph().differences
}

/// Against whose rules the differences of a profile are stated.
pub fn base(profile: Profile) -> Option<Profile> {
    match profile {
        Profile::Rfc9110 => None,
        Profile::Webmachine | Profile::Nginx => Some(Profile::Rfc9110),
        Profile::Cowboy | Profile::Liberator => Some(Profile::Webmachine),
    }
}

/// A question as it stands in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In the path of the first visit.
    pub place: usize,
    pub question: &'static str,
    pub yes: bool,
    pub reason: String,
    /// The status, if the server leaves here.
    pub leaves: Option<u16>,
}

/// One station: what each server asked there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub station: Station,
    pub one: Vec<Asked>,
    pub other: Vec<Asked>,
}

/// Station by station, those left out at which neither asked anything.
pub fn rows(one: &Run, other: &Run) -> Vec<Row> {
    let all = Station::ALL.into_iter().map(|station| Row { station, one: asked(one, station), other: asked(other, station) });
    all.filter(|row| !row.one.is_empty() || !row.other.is_empty()).collect()
}

fn asked(run: &Run, station: Station) -> Vec<Asked> {
    let Some(side) = Side::of(run) else { return Vec::new() };
    let steps = side.path.iter().enumerate().filter_map(|(place, step)| {
        let node = side.node(place).filter(|node| node.station == station)?;
        let leaves = (Some(place) == side.last()).then_some(side.status);
        Some(Asked { place, question: node.question, yes: step.yes, reason: step.reason.clone(), leaves })
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::super::run::Visited;
    use super::*;
    use crate::http::date;
    use crate::http::engine::decide;
    use crate::http::message::Request;
    use crate::http::sequence::Sequence;
    use crate::http::state::{NOON, World};

    fn run_of(profile: Profile, method: &str, fields: &[(&str, &str)], world: &World) -> Run {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        let decision = decide(profile, &request, world);
        let url = "https://example.org/notes/1".to_owned();
        let visit = Visited { event: 0, url, request: request.clone(), world: world.clone(), decision };
        Run {
            profile,
            request: Ok(request),
            too_large: None,
            sequence: Sequence::default(),
            visits: vec![visit],
            beats: Vec::new(),
            cached: None,
        }
    }

    fn words(pair: [Profile; 2], method: &str, fields: &[(&str, &str)], world: &World) -> String {
        let [one, other] = pair.map(|profile| run_of(profile, method, fields, world));
        fork(&one, &other).map(|fork| fork.words).unwrap_or_default()
    }

    fn nothing() -> World {
        let mut world = World::default();
        world.resource.representations.clear();
        world
    }

    /// Method, header fields, world.
    type Asks<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a World);

    /// Wherever two servers of the design's table give different statuses, it is said where they part.
    #[test]
    fn every_difference_of_the_table_has_a_fork() {
        let (earlier, modified, later) = (date::format(NOON - 3 * 86_400), date::format(NOON - 86_400), date::format(NOON - 3_600));
        let (earlier, modified, later) = (earlier.as_str(), modified.as_str(), later.as_str());
        let (here, nowhere) = (World::default(), nothing());
        let table: Vec<Asks> = vec![
            ("GET", vec![("If-Match", "\"v1\"")], &nowhere),
            ("GET", vec![("If-Match", "*")], &nowhere),
            ("GET", vec![("If-Match", "\"v1\""), ("If-Unmodified-Since", earlier)], &here),
            ("GET", vec![("If-Match", "*"), ("If-Unmodified-Since", earlier)], &here),
            ("GET", vec![("If-None-Match", "\"v0\""), ("If-Modified-Since", modified)], &here),
            ("GET", vec![("If-None-Match", "\"v1\""), ("If-Modified-Since", earlier)], &here),
            ("PUT", vec![("If-Modified-Since", modified)], &here),
            ("GET", vec![("If-Modified-Since", later)], &here),
            ("GET", vec![("If-Match", "W/\"v1\"")], &here),
            ("GET", vec![("If-Match", "\"v0\", \"v1\"")], &here),
            ("GET", vec![("Range", "bytes=1000-")], &here),
            ("GET", vec![("Range", "bytes=x")], &here),
            ("GET", vec![("Range", "bytes=0-4")], &here),
            ("HEAD", vec![("Range", "bytes=0-4")], &here),
            ("GET", vec![("Range", "bytes=0-4, 1000-")], &here),
        ];
        let mut parted = 0;
        for (method, fields, world) in &table {
            let runs = Profile::ALL.map(|profile| run_of(profile, method, fields, world));
            for one in &runs {
                for other in &runs {
                    let status = |run: &Run| run.visits[0].decision.response.status;
                    let found = fork(one, other);
                    if status(one) == status(other) {
                        continue;
                    }
                    parted += 1;
                    let (a, b) = (one.profile.label(), other.profile.label());
                    let fork = found.unwrap_or_else(|| panic!("{method} {fields:?}: {a} and {b}"));
                    for run in [one, other] {
                        let says = |part: &str| assert!(fork.words.contains(part), "{}: {part}", fork.words);
                        says(run.profile.label());
                        says(&format!(" {}", status(run)));
                    }
                    assert!(fork.left < one.visits[0].path().len() && fork.right < other.visits[0].path().len());
                }
            }
        }
        assert!(parted > 100, "the table holds differences: {parted}");
    }

    #[test]
    fn one_leaves_where_the_other_never_asks() {
        let pair = [Profile::Rfc9110, Profile::Webmachine];
        let range = [("Range", "bytes=1000-")];
        let said = "RFC 9110 leaves at “Is any of the range there?” with 416; webmachine v3 never asks that and goes on to 200.";
        assert_eq!(words(pair, "GET", &range, &World::default()), said);
        let said = "RFC 9110 leaves at “Is it gone for good?” with 404; webmachine v3 never asks that and goes on to 412.";
        assert_eq!(words(pair, "GET", &[("If-Match", "\"v1\"")], &nothing()), said);
        let [one, other] = pair.map(|profile| run_of(profile, "GET", &range, &World::default()));
        let fork = fork(&one, &other).expect("they part");
        assert_eq!((fork.left, fork.right), (one.visits[0].path().len() - 1, other.visits[0].path().len() - 1));
    }

    #[test]
    fn whoever_leaves_comes_first_in_the_sentence() {
        let pair = [Profile::Webmachine, Profile::Rfc9110];
        let said = "RFC 9110 leaves at “Does it match, strongly?” with 412; \
                    webmachine v3 asks “Is the tag in If-Match?” instead, answers yes, and goes on to 200.";
        assert_eq!(words(pair, "GET", &[("If-Match", "W/\"v1\"")], &World::default()), said);
        let [one, other] = pair.map(|profile| run_of(profile, "GET", &[("If-Match", "W/\"v1\"")], &World::default()));
        let fork = fork(&one, &other).expect("they part");
        let (left, right) = (&one.visits[0].path()[fork.left], &other.visits[0].path()[fork.right]);
        assert_eq!(((left.node, left.yes), (right.node, right.yes)), (("g11", true), ("if-match", false)));
    }

    #[test]
    fn a_question_that_both_ask_is_the_fork() {
        let said = "webmachine v3 asks “Is the tag in If-Match?”, answers yes, and ends with 200; \
                    cowboy_rest asks “Does it match, strongly?”, answers no, and ends with 412.";
        assert_eq!(words([Profile::Webmachine, Profile::Cowboy], "GET", &[("If-Match", "W/\"v1\"")], &World::default()), said);
    }

    #[test]
    fn the_same_answer_may_have_another_consequence() {
        let mut world = World::default();
        world.server.limited = true;
        let said = words([Profile::Rfc9110, Profile::Nginx], "GET", &[], &world);
        assert!(said.contains("429") && said.contains("503"), "{said}");
        assert!(said.contains("asks the same, answers no, and leaves there with"), "{said}");
    }

    #[test]
    fn who_answers_alike_does_not_part() {
        let [one, other] = [Profile::Rfc9110, Profile::Rfc9110].map(|profile| run_of(profile, "GET", &[], &World::default()));
        assert_eq!(fork(&one, &other), None);
        let plain = run_of(Profile::Webmachine, "GET", &[], &World::default());
        assert_eq!(fork(&one, &plain), None, "they ask otherwise, and both say 200");
        let mut unasked = one.clone();
        unasked.visits.clear();
        assert_eq!(fork(&one, &unasked), None);
    }

    #[test]
    fn the_table_holds_every_question_once() {
        let [one, other] = [Profile::Rfc9110, Profile::Cowboy].map(|profile| run_of(profile, "GET", &[], &World::default()));
        let rows = rows(&one, &other);
        assert!(rows.windows(2).all(|pair| pair[0].station < pair[1].station));
        assert_eq!(rows.iter().map(|row| row.one.len()).sum::<usize>(), one.visits[0].path().len());
        assert_eq!(rows.iter().map(|row| row.other.len()).sum::<usize>(), other.visits[0].path().len());
        let leaves: Vec<u16> = rows.iter().flat_map(|row| row.one.iter().chain(&row.other)).filter_map(|asked| asked.leaves).collect();
        assert_eq!(leaves, [200, 200]);
    }

    /// A matter names questions that exist, each in one matter only.
    #[test]
    fn matters_are_those_of_the_graphs() {
        let ids: Vec<Id> = SAME_MATTER.iter().flat_map(|matter| matter.iter().copied()).collect();
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id} stands twice");
            assert!(Profile::ALL.into_iter().any(|profile| profile.graph().node(id).is_some()), "{id} is no question");
        }
        assert!(differences(Profile::Rfc9110).is_empty() && base(Profile::Rfc9110).is_none());
        assert!(Profile::ALL.into_iter().skip(1).all(|profile| !differences(profile).is_empty() && base(profile).is_some()));
    }
}
