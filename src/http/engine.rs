//! Walks the graph of a profile: the path with a reason at each node, what is sent ahead, and the answer.

use super::gateway;
use super::graph::{Graph, Id, Node, Target};
use super::message::{Request, Response};
use super::profiles::Profile;
use super::questions::Exchange;
use super::respond;
use super::state::World;

/// One question answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub node: Id,
    pub yes: bool,
    /// One sentence with the values compared.
    pub reason: String,
}

/// Who gave the final answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Origin,
    /// An intermediary, from what it knows itself.
    Front,
    /// A cache, from what it holds.
    Cache,
}

/// The way through the graph, without the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub path: Vec<Step>,
    /// Statuses sent ahead of the final one, in order.
    pub interim: Vec<u16>,
    pub status: u16,
    pub by: By,
}

/// The whole answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub path: Vec<Step>,
    /// 100, 102, 103 and 104, in the order in which they go out.
    pub interim: Vec<Response>,
    pub response: Response,
    pub by: By,
}

/// What a server of this kind answers to this request in this world.
pub fn decide(profile: Profile, request: &Request, world: &World) -> Decision {
    let trace = trace(profile, request, world);
    let x = Exchange { request, world };
    let interim = trace.interim.iter().map(|status| respond::interim(&x, *status)).collect();
    let response = match trace.by {
        By::Origin => respond::forwarded(respond::response(profile, &x, trace.status), world),
        By::Front => respond::by_front(&x, trace.status),
        By::Cache => respond::from_cache(&x, trace.status),
    };
    Decision { path: trace.path, interim, response, by: trace.by }
}

/// Only the final status: what the search asks thousands of times.
pub fn status(profile: Profile, request: &Request, world: &World) -> u16 {
    trace(profile, request, world).status
}

/// Asks question after question, at the intermediaries first if there are any.
pub fn trace(profile: Profile, request: &Request, world: &World) -> Trace {
    let x = Exchange { request, world };
    let mut trace = Trace { path: Vec::new(), interim: Vec::new(), status: 500, by: By::Origin };
    let mut turned = None;
    if world.front.is_some() {
        let (end, turns) = walk(gateway::graph(), &x, &mut trace);
        turned = turns;
        if let Target::Status(status) = end {
            let cached = trace.path.iter().any(|step| step.node == "front-stored" && step.yes);
            trace.by = if cached { By::Cache } else { By::Front };
            trace.status = status;
            return trace;
        }
    }
    if let (Target::Status(status), _) = walk(profile.graph(), &x, &mut trace) {
        trace.status = status;
    }
    if let (200, Some(status)) = (trace.status, turned) {
        trace.status = status;
    }
    trace
}

/// Walks one graph to its end. Says too what a 200 is to be turned into.
fn walk(graph: &Graph, x: &Exchange, trace: &mut Trace) -> (Target, Option<u16>) {
    let mut turned = None;
    let mut at = Target::Node(graph.start);
    // A graph that ships has no cycle; the bound keeps a broken one from hanging the page.
    for _ in 0..=graph.nodes.len() {
        let Some(node) = find(graph, at) else {
            return (at, turned);
        };
        let answer = (node.ask)(x);
        if answer.yes {
            trace.interim.extend(node.interim);
            turned = node.turns.or(turned);
        }
        at = node.after(answer.yes);
        trace.path.push(Step { node: node.id, yes: answer.yes, reason: answer.reason });
    }
    (at, turned)
}

fn find(graph: &Graph, target: Target) -> Option<&Node> {
    match target {
        Target::Node(id) => graph.node(id),
        Target::Status(_) | Target::Origin => None,
    }
}

/// The node of a step, whichever graph it stands in.
pub fn node(profile: Profile, id: &str) -> Option<&'static Node> {
    gateway::graph().node(id).or_else(|| profile.graph().node(id))
}

/// Where two paths part: the place of the first step that is not the same in both.
pub fn fork(one: &[Step], other: &[Step]) -> Option<usize> {
    let same = one.iter().zip(other).take_while(|(a, b)| a.node == b.node && a.yes == b.yes).count();
    (same < one.len() || same < other.len()).then_some(same)
}

#[cfg(test)]
mod tests {
    use super::super::state::{Front, Stored};
    use super::*;

    fn get() -> Request {
        let mut request = Request::new("GET", "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    #[test]
    fn the_path_ends_where_the_status_is() {
        for profile in Profile::ALL {
            let decision = decide(profile, &get(), &World::default());
            assert_eq!(decision.response.status, 200, "{}", profile.label());
            let last = decision.path.last().expect("at least one question");
            let node = node(profile, last.node).expect("the node is in the graph");
            assert_eq!(node.after(last.yes), Target::Status(200));
            assert!(decision.path.iter().all(|step| step.reason.ends_with('.')), "a reason is a sentence");
        }
    }

    #[test]
    fn a_hundred_goes_out_before_a_hundred_and_one() {
        let mut request = get();
        request.method = "POST".to_owned();
        for (name, value) in [("Content-Length", "5"), ("Expect", "100-continue"), ("Connection", "upgrade"), ("Upgrade", "websocket")] {
            request.fields.push(name, value);
        }
        let mut world = World::default();
        world.server.switches_to.push("websocket".to_owned());
        let decision = decide(Profile::Rfc9110, &request, &world);
        assert_eq!(decision.interim.iter().map(|response| response.status).collect::<Vec<_>>(), [100]);
        assert_eq!(decision.response.status, 101);
        assert_eq!(decision.response.fields.get("Upgrade"), Some("websocket"));
    }

    #[test]
    fn a_final_status_that_the_fields_decide_comes_without_a_hundred() {
        let mut request = get();
        request.method = "PUT".to_owned();
        for (name, value) in [("Content-Length", "5"), ("Expect", "100-continue"), ("If-Match", "\"v0\"")] {
            request.fields.push(name, value);
        }
        let decision = decide(Profile::Rfc9110, &request, &World::default());
        assert_eq!((decision.response.status, decision.interim.len()), (412, 0));
    }

    #[test]
    fn a_cache_answers_for_itself_and_says_how_old_it_is() {
        let front = Front { caches: true, stored: Some(Stored::default()), ..Front::default() };
        let world = World { front: Some(front), ..World::default() };
        let decision = decide(Profile::Rfc9110, &get(), &world);
        assert_eq!((decision.response.status, decision.by), (200, By::Cache));
        assert_eq!(decision.response.fields.get("Age"), Some("60"));
        assert!(decision.path.iter().all(|step| step.node.starts_with("front-")));
    }

    #[test]
    fn what_is_changed_on_its_way_is_no_longer_200() {
        let front = Front { transforms: true, ..Front::default() };
        let world = World { front: Some(front), ..World::default() };
        assert_eq!(status(Profile::Rfc9110, &get(), &world), 203);
        let mut request = get();
        request.fields.push("Cache-Control", "no-transform");
        assert_eq!(status(Profile::Rfc9110, &request, &world), 200);
    }

    #[test]
    fn the_first_fork_is_found() {
        let mut request = get();
        request.fields.push("If-Match", "\"v1\"");
        let [one, other] = [Profile::Webmachine, Profile::Cowboy].map(|profile| trace(profile, &request, &World::default()).path);
        let at = fork(&one, &other).expect("they differ");
        // cowboy asks for the rate after webmachine's b7.
        assert_eq!((one[at].node, other[at].node), ("b6", "rate_limited"));
        assert_eq!(fork(&one, &one), None);
    }
}
