//! "How do I get 412?": the fewest small changes after which the answer is the one wanted.
//!
//! Every plan is found by applying its changes and asking the engine, so it cannot be wrong. With one or two changes it
//! is also the shortest, since all of them are tried. Of three, only those are tried whose first two already change the
//! way through the graph, the nearest to the wanted exit first, up to a fixed number.

use std::collections::BTreeMap;

use super::edits::{Edit, candidates};
use super::engine::{Step, Trace, trace};
use super::gateway;
use super::graph::{Graph, Id, Target};
use super::message::Request;
use super::profiles::Profile;
use super::state::World;

/// How often the engine is asked for plans of three before the search gives up.
const MOST_TRIPLES: usize = 40_000;
/// More plans of the same length than this nobody reads.
const MOST_PLANS: usize = 12;

/// Changes, and what they lead to.
#[derive(Clone, Debug)]
pub struct Plan {
    pub edits: Vec<Edit>,
    pub request: Request,
    pub world: World,
}

/// Whether the exchange has that status, finally or ahead of the final one.
pub fn reaches(trace: &Trace, wanted: u16) -> bool {
    trace.status == wanted || trace.interim.contains(&wanted)
}

/// The first of [`all_fewest`].
pub fn fewest(profile: Profile, request: &Request, world: &World, wanted: u16) -> Option<Plan> {
    all_fewest(profile, request, world, wanted).into_iter().next()
}

/// All plans with the fewest changes, those that a client can carry out itself first; empty if three are not enough. A plan
/// without changes means that the answer is already the one wanted.
pub fn all_fewest(profile: Profile, request: &Request, world: &World, wanted: u16) -> Vec<Plan> {
    search(profile, request, world, wanted, |_| true)
}

/// The same with changes to the world only: what must be so if this request was answered like that.
pub fn explanations(profile: Profile, request: &Request, world: &World, wanted: u16) -> Vec<Plan> {
    search(profile, request, world, wanted, |edit| !edit.is_of_request())
}

/// Something tried that was not the answer yet.
struct Tried {
    /// Places among the candidates, ascending.
    edits: Vec<usize>,
    path: Vec<(Id, bool)>,
    /// How many questions are still between the way taken and the wanted exit.
    distance: usize,
}

struct Search<'a> {
    profile: Profile,
    request: &'a Request,
    world: &'a World,
    wanted: u16,
    candidates: Vec<Edit>,
    distances: BTreeMap<Id, usize>,
}

fn search(profile: Profile, request: &Request, world: &World, wanted: u16, usable: impl Fn(&Edit) -> bool) -> Vec<Plan> {
    let distances = distances(profile, wanted);
    if distances.is_empty() {
        return Vec::new();
    }
    let candidates = candidates(request, world).into_iter().filter(usable).collect();
    Search { profile, request, world, wanted, candidates, distances }.run()
}

impl Search<'_> {
    fn run(&self) -> Vec<Plan> {
        let (plan, now) = self.attempt(&[]);
        if let Some(plan) = plan {
            return vec![plan];
        }
        let mut plans = Vec::new();
        let mut singles = Vec::new();
        for index in 0..self.candidates.len() {
            let (plan, tried) = self.attempt(&[index]);
            plans.extend(plan);
            singles.push(tried);
        }
        if !plans.is_empty() {
            return self.in_order(plans);
        }
        let mut pairs = Vec::new();
        for (index, first) in singles.iter().enumerate() {
            for (place, second) in singles.iter().enumerate().skip(index + 1) {
                if self.exclude(index, place) {
                    continue;
                }
                let (plan, tried) = self.attempt(&[index, place]);
                plans.extend(plan);
                let differs = |path: &[(Id, bool)]| tried.path != path;
                if differs(&now.path) && differs(&first.path) && differs(&second.path) {
                    pairs.push(tried);
                }
            }
        }
        if plans.is_empty() { self.in_order(self.triples(pairs)) } else { self.in_order(plans) }
    }

    fn triples(&self, mut pairs: Vec<Tried>) -> Vec<Plan> {
        pairs.sort_by_key(|tried| tried.distance);
        let mut plans: Vec<(Vec<usize>, Plan)> = Vec::new();
        let mut left = MOST_TRIPLES;
        for pair in &pairs {
            for third in 0..self.candidates.len() {
                if pair.edits.iter().any(|edit| *edit == third || self.exclude(*edit, third)) {
                    continue;
                }
                if left == 0 {
                    return plans.into_iter().map(|(_, plan)| plan).collect();
                }
                left -= 1;
                let mut edits = pair.edits.clone();
                edits.push(third);
                edits.sort_unstable();
                let (plan, _) = self.attempt(&edits);
                if let Some(plan) = plan
                    && !plans.iter().any(|(known, _)| *known == edits)
                {
                    plans.push((edits, plan));
                }
            }
            if plans.len() >= MOST_PLANS {
                break;
            }
        }
        plans.into_iter().map(|(_, plan)| plan).collect()
    }

    fn exclude(&self, one: usize, other: usize) -> bool {
        match (self.candidates.get(one), self.candidates.get(other)) {
            (Some(one), Some(other)) => one.excludes(other),
            _ => true,
        }
    }

    /// Applies changes to a copy and asks the engine.
    fn attempt(&self, edits: &[usize]) -> (Option<Plan>, Tried) {
        let (mut request, mut world) = (self.request.clone(), self.world.clone());
        let chosen: Vec<&Edit> = edits.iter().filter_map(|index| self.candidates.get(*index)).collect();
        for edit in &chosen {
            edit.apply(&mut request, &mut world);
        }
        let trace = trace(self.profile, &request, &world);
        let tried = Tried { edits: edits.to_vec(), path: brief(&trace.path), distance: self.distance(&trace.path) };
        let plan = reaches(&trace, self.wanted).then(|| Plan { edits: chosen.into_iter().cloned().collect(), request, world });
        (plan, tried)
    }

    fn distance(&self, path: &[Step]) -> usize {
        path.iter().filter_map(|step| self.distances.get(step.node).copied()).min().unwrap_or(usize::MAX)
    }

    /// Fewest changes to the world first; otherwise as the candidates stand.
    fn in_order(&self, mut plans: Vec<Plan>) -> Vec<Plan> {
        plans.sort_by_key(|plan| plan.edits.iter().filter(|edit| !edit.is_of_request()).count());
        plans.truncate(MOST_PLANS);
        plans
    }
}

fn brief(path: &[Step]) -> Vec<(Id, bool)> {
    path.iter().map(|step| (step.node, step.yes)).collect()
}

/// How many questions there are from each node to an exit with the wanted status; empty if the profile never gives it.
fn distances(profile: Profile, wanted: u16) -> BTreeMap<Id, usize> {
    let graphs = [gateway::graph(), profile.graph()];
    let mut distances: BTreeMap<Id, usize> = BTreeMap::new();
    loop {
        let before = distances.clone();
        for graph in graphs {
            spread(graph, profile.graph().start, wanted, &mut distances);
        }
        if distances == before {
            return distances;
        }
    }
}

fn spread(graph: &Graph, origin: Id, wanted: u16, distances: &mut BTreeMap<Id, usize>) {
    for node in &graph.nodes {
        let exits = [node.yes, node.no].into_iter().filter_map(|target| match target {
            Target::Status(status) => (status == wanted).then_some(1),
            Target::Node(next) => distances.get(next).map(|distance| distance + 1),
            Target::Origin => distances.get(origin).map(|distance| distance + 1),
        });
        let sends = (node.interim == Some(wanted) || node.turns == Some(wanted)).then_some(1);
        let nearest = exits.chain(sends).min();
        if let Some(distance) = nearest {
            let known = distances.entry(node.id).or_insert(distance);
            *known = distance.min(*known);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::status;
    use super::*;

    fn get() -> Request {
        let mut request = Request::new("GET", "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    fn sentences(plan: &Plan) -> Vec<&str> {
        plan.edits.iter().map(|edit| edit.what.as_str()).collect()
    }

    #[test]
    fn one_change_is_enough_for_the_everyday_ones() {
        let world = World::default();
        for (wanted, what) in [
            (412, "Add `If-Match: \"v0\"`."),
            (304, "Add `If-None-Match: \"v1\"`."),
            (206, "Add `Range: bytes=0-4`."),
            (416, "Add `Range: bytes=1029-`."),
            (406, "Add `Accept: image/png`."),
            (201, "Use POST."),
            (204, "Use PUT."),
            (405, "Use PATCH."),
            (501, "Use PROPFIND."),
            (417, "Add `Expect: a-miracle`."),
            (505, "Say HTTP/2.0."),
        ] {
            let plan = fewest(Profile::Rfc9110, &get(), &world, wanted).unwrap_or_else(|| panic!("{wanted}"));
            assert_eq!(sentences(&plan), [what], "{wanted}");
        }
    }

    /// The list of statuses is the index of the lab: whichever is chosen, there is a way.
    #[test]
    fn every_registered_status_is_within_three_changes() {
        let codes = super::super::status::REGISTRY.iter().filter(|status| !status.is_reserved()).map(|status| status.code);
        for code in codes {
            let plan = fewest(Profile::Rfc9110, &get(), &World::default(), code);
            let found = plan.map(|plan| trace(Profile::Rfc9110, &plan.request, &plan.world));
            assert!(found.is_some_and(|trace| reaches(&trace, code)), "{code}");
        }
    }

    #[test]
    fn what_is_so_already_needs_no_change() {
        assert_eq!(fewest(Profile::Rfc9110, &get(), &World::default(), 200).map(|plan| plan.edits.len()), Some(0));
    }

    #[test]
    fn a_guarded_page_is_opened_by_the_right_password() {
        let mut world = World::default();
        world.server.guard = Some(super::super::state::Guard::default());
        let plan = fewest(Profile::Rfc9110, &get(), &world, 200).expect("credentials help");
        assert_eq!(sentences(&plan), ["Add `Authorization: Basic cmVhZGVyOmJvb2s=`."]);
    }

    #[test]
    fn what_a_profile_never_gives_is_not_found() {
        assert!(fewest(Profile::Nginx, &get(), &World::default(), 206).is_some());
        // Webmachine knows no ranges: only somebody in front of it can answer with one.
        let plan = fewest(Profile::Webmachine, &get(), &World::default(), 206).expect("a cache knows ranges");
        assert_eq!(sentences(&plan), ["Add `Range: bytes=0-4`.", "Put a cache in front that holds a response."]);
        assert!(fewest(Profile::Rfc9110, &get(), &World::default(), 418).is_none());
    }

    #[test]
    fn plans_are_sound() {
        for profile in [Profile::Rfc9110, Profile::Nginx] {
            for wanted in [200, 204, 206, 301, 304, 400, 401, 403, 404, 405, 410, 412, 413, 416, 428, 501, 502, 503, 504] {
                for plan in all_fewest(profile, &get(), &World::default(), wanted) {
                    assert_eq!(status(profile, &plan.request, &plan.world), wanted, "{}: {:?}", profile.label(), sentences(&plan));
                }
            }
        }
    }

    /// No single change reaches a status for which two are planned, and none of two changes one for which three are.
    #[test]
    fn plans_are_minimal() {
        let (request, world) = (get(), World::default());
        let all = candidates(&request, &world);
        for wanted in [100, 101, 202, 303, 423, 428, 411, 425, 226, 207] {
            let Some(plan) = fewest(Profile::Rfc9110, &request, &world, wanted) else {
                continue;
            };
            if plan.edits.len() < 2 {
                continue;
            }
            for edit in &all {
                let (mut request, mut world) = (request.clone(), world.clone());
                edit.apply(&mut request, &mut world);
                assert!(!reaches(&trace(Profile::Rfc9110, &request, &world), wanted), "{} is enough for {wanted}", edit.what);
            }
        }
    }

    #[test]
    fn an_explanation_leaves_the_request_alone() {
        let plans = explanations(Profile::Rfc9110, &get(), &World::default(), 404);
        assert!(!plans.is_empty());
        assert!(plans.iter().all(|plan| plan.request == get() && plan.edits.len() == 1));
        let whats: Vec<&str> = plans.iter().flat_map(sentences).collect();
        assert!(whats.contains(&"Have nothing there.") && whats.contains(&"Hide it from this client."));
    }
}
