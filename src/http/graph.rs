//! Decision graphs as data: the engine walks them, the picture draws them, the text list reads them out.
//!
//! A graph has one start and no cycle; every way through it ends in a status. A profile states its graph by what
//! differs from another one, so the differences can be listed.

use super::questions::Ask;

/// Names a question. Profiles that share a question share its name.
pub type Id = &'static str;

/// Where an answer leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Node(Id),
    Status(u16),
    /// From an intermediary on to the origin and its own graph.
    Origin,
}

/// On to another question.
pub fn to(id: Id) -> Target {
    Target::Node(id)
}

/// Out, with a status.
pub fn end(status: u16) -> Target {
    Target::Status(status)
}

/// How binding the order or the exit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Must,
    Should,
    May,
    /// No specification says it; servers do it.
    Convention,
}

impl Label {
    pub fn word(self) -> &'static str {
        match self {
            Label::Must => "MUST",
            Label::Should => "SHOULD",
            Label::May => "MAY",
            Label::Convention => "convention",
        }
    }
}

/// The stops of the line that the picture draws, in the order in which a server asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Station {
    /// Intermediaries.
    Front,
    Message,
    Service,
    Method,
    Who,
    Limits,
    Content,
    Negotiation,
    Resource,
    Preconditions,
    Action,
    Range,
}

impl Station {
    pub const ALL: [Station; 12] = [
        Station::Front,
        Station::Message,
        Station::Service,
        Station::Method,
        Station::Who,
        Station::Limits,
        Station::Content,
        Station::Negotiation,
        Station::Resource,
        Station::Preconditions,
        Station::Action,
        Station::Range,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Station::Front => "in front",
            Station::Message => "message",
            Station::Service => "service",
            Station::Method => "method",
            Station::Who => "who",
            Station::Limits => "limits",
            Station::Content => "content",
            Station::Negotiation => "negotiation",
            Station::Resource => "resource",
            Station::Preconditions => "preconditions",
            Station::Action => "action",
            Station::Range => "range",
        }
    }
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub id: Id,
    pub station: Station,
    /// Answered by yes or no.
    pub question: &'static str,
    pub ask: Ask,
    pub yes: Target,
    pub no: Target,
    pub label: Label,
    /// Such as `RFC 9110 §13.1.1`, or a function in the source of the server.
    pub clause: &'static str,
    /// What the clause binds to, where that is not simply the way out; empty otherwise.
    pub about: &'static str,
    /// An interim response that goes out when the answer is yes.
    pub interim: Option<u16>,
    /// What an intermediary turns the origin's 200 into, on its way back, when the answer is yes.
    pub turns: Option<u16>,
}

impl Node {
    /// A question that leads nowhere yet: [`Node::yes`] and [`Node::no`] follow.
    pub fn new(station: Station, id: Id, question: &'static str, ask: Ask) -> Node {
        Node {
            id,
            station,
            question,
            ask,
            yes: end(500),
            no: end(500),
            label: Label::Convention,
            clause: "",
            about: "",
            interim: None,
            turns: None,
        }
    }

    pub fn yes(self, yes: Target) -> Node {
        Node { yes, ..self }
    }

    pub fn no(self, no: Target) -> Node {
        Node { no, ..self }
    }

    pub fn clause(self, label: Label, clause: &'static str) -> Node {
        Node { label, clause, ..self }
    }

    /// What the clause binds to: "to name a scheme in WWW-Authenticate".
    pub fn about(self, about: &'static str) -> Node {
        Node { about, ..self }
    }

    pub fn must(self, clause: &'static str) -> Node {
        self.clause(Label::Must, clause)
    }

    pub fn should(self, clause: &'static str) -> Node {
        self.clause(Label::Should, clause)
    }

    pub fn may(self, clause: &'static str) -> Node {
        self.clause(Label::May, clause)
    }

    pub fn convention(self, clause: &'static str) -> Node {
        self.clause(Label::Convention, clause)
    }

    /// Sends an interim response on yes, and goes on in both cases.
    pub fn sends(self, status: u16, next: Target) -> Node {
        Node { interim: Some(status), yes: next, no: next, ..self }
    }

    /// Has the origin answer in both cases, and on yes makes another status of its 200.
    pub fn turns(self, status: u16) -> Node {
        Node { turns: Some(status), yes: Target::Origin, no: Target::Origin, ..self }
    }

    /// Where the answer leads.
    pub fn after(&self, yes: bool) -> Target {
        if yes { self.yes } else { self.no }
    }

    /// The page of the clause, if it is an RFC's.
    pub fn link(&self) -> Option<String> {
        page_of(self.clause)
    }
}

/// The page of a clause such as `RFC 9110 §13.1.1`, if it is an RFC's.
pub fn page_of(clause: &str) -> Option<String> {
    let rest = clause.strip_prefix("RFC ")?;
    let (number, section) = match rest.split_once(" §") {
        Some((number, section)) => (number, format!("#section-{section}")),
        None => (rest, String::new()),
    };
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("https://www.rfc-editor.org/rfc/rfc{number}{section}"))
}

/// What a profile does otherwise than the graph it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// One sentence.
    pub what: &'static str,
    /// File and function.
    pub source: &'static str,
}

/// All questions of one server.
#[derive(Clone, Debug)]
pub struct Graph {
    pub start: Id,
    pub nodes: Vec<Node>,
    pub differences: Vec<Difference>,
}

impl Graph {
    /// Starts with the first node.
    pub fn new(nodes: Vec<Node>) -> Graph {
        Graph { start: nodes.first().map_or("", |node| node.id), nodes, differences: Vec::new() }
    }

    /// The same questions, with no differences noted yet.
    pub fn base(&self) -> Graph {
        Graph { differences: Vec::new(), ..self.clone() }
    }

    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// Every edge: the question, the answer, where it leads.
    pub fn edges(&self) -> impl Iterator<Item = (Id, bool, Target)> + '_ {
        self.nodes.iter().flat_map(|node| [(node.id, true, node.yes), (node.id, false, node.no)])
    }

    /// Every status at which some way ends or of which some node sends word, ascending.
    pub fn statuses(&self) -> Vec<u16> {
        let ends = self.edges().filter_map(|(_, _, target)| match target {
            Target::Status(status) => Some(status),
            Target::Node(_) | Target::Origin => None,
        });
        let mut statuses: Vec<u16> = ends.chain(self.nodes.iter().filter_map(|node| node.interim.or(node.turns))).collect();
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    /// Notes a difference that the following changes make.
    pub fn differs(mut self, what: &'static str, source: &'static str) -> Graph {
        self.differences.push(Difference { what, source });
        self
    }

    /// Puts a node in the place of one of the same name, or adds it at the end.
    pub fn with(mut self, node: Node) -> Graph {
        match self.nodes.iter_mut().find(|old| old.id == node.id) {
            Some(old) => *old = node,
            None => self.nodes.push(node),
        }
        self
    }

    /// Puts a node in the place of another: whatever led to `id` leads to the new node.
    pub fn instead_of(mut self, id: Id, node: Node) -> Graph {
        let place = self.nodes.iter().position(|old| old.id == id).unwrap_or(self.nodes.len());
        self.redirect(id, to(node.id));
        self.nodes.insert(place, node);
        self.nodes.retain(|old| old.id != id);
        self
    }

    /// Puts a node before another, which still stands: whatever led to `id` leads to the new node first.
    pub fn before(mut self, id: Id, node: Node) -> Graph {
        let place = self.nodes.iter().position(|old| old.id == id).unwrap_or(self.nodes.len());
        self.redirect(id, to(node.id));
        self.nodes.insert(place, node);
        self
    }

    /// Takes a question out, as if it were always answered like this.
    pub fn without(mut self, id: Id, as_if: bool) -> Graph {
        if let Some(target) = self.node(id).map(|node| node.after(as_if)) {
            self.redirect(id, target);
            self.nodes.retain(|node| node.id != id);
        }
        self
    }

    /// Changes where one answer leads.
    pub fn lead(mut self, id: Id, answer: bool, target: Target) -> Graph {
        if let Some(node) = self.nodes.iter_mut().find(|node| node.id == id) {
            if answer {
                node.yes = target;
            } else {
                node.no = target;
            }
        }
        self
    }

    /// Drops what no way from the start leads to any more.
    pub fn pruned(mut self) -> Graph {
        let reached = self.reached();
        self.nodes.retain(|node| reached.contains(&node.id));
        self
    }

    fn redirect(&mut self, from: Id, target: Target) {
        for node in &mut self.nodes {
            if node.yes == Target::Node(from) {
                node.yes = target;
            }
            if node.no == Target::Node(from) {
                node.no = target;
            }
        }
        if let (true, Target::Node(id)) = (self.start == from, target) {
            self.start = id;
        }
    }

    fn reached(&self) -> Vec<Id> {
        let mut reached = Vec::new();
        let mut open = vec![self.start];
        while let Some(id) = open.pop() {
            if reached.contains(&id) {
                continue;
            }
            if let Some(node) = self.node(id) {
                reached.push(id);
                open.extend([node.yes, node.no].into_iter().filter_map(|target| match target {
                    Target::Node(next) => Some(next),
                    Target::Status(_) | Target::Origin => None,
                }));
            }
        }
        reached
    }

    /// What is wrong with the graph as a graph; empty for every graph that ships.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for node in &self.nodes {
            if self.nodes.iter().filter(|other| other.id == node.id).count() > 1 {
                faults.push(format!("`{}` stands twice", node.id));
            }
            for target in [node.yes, node.no] {
                match target {
                    Target::Node(id) if self.node(id).is_none() => {
                        faults.push(format!("`{}` leads to `{id}`, which is not there", node.id))
                    }
                    Target::Status(status) if !(101..600).contains(&status) => faults.push(format!("`{}` ends in {status}", node.id)),
                    _ => {}
                }
            }
            if node.clause.is_empty() {
                faults.push(format!("`{}` names no clause", node.id));
            }
        }
        let reached = self.reached();
        faults.extend(self.nodes.iter().filter(|node| !reached.contains(&node.id)).map(|node| format!("nothing leads to `{}`", node.id)));
        if self.has_cycle() {
            faults.push("some way never ends".to_owned());
        }
        faults
    }

    /// Takes away nodes that lead to no other node still there, again and again; what is left goes in circles.
    fn has_cycle(&self) -> bool {
        let mut left: Vec<&Node> = self.nodes.iter().collect();
        loop {
            let ids: Vec<Id> = left.iter().map(|node| node.id).collect();
            let inward = |target: Target| matches!(target, Target::Node(id) if ids.contains(&id));
            let before = left.len();
            left.retain(|node| inward(node.yes) || inward(node.no));
            if left.len() == before {
                return !left.is_empty();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::questions::{Answer, Exchange};
    use super::*;

    fn always(_: &Exchange) -> Answer {
        Answer::yes("always")
    }

    fn node(id: Id, yes: Target, no: Target) -> Node {
        Node::new(Station::Message, id, "Always?", always).yes(yes).no(no).must("RFC 9110 §1")
    }

    fn small() -> Graph {
        Graph::new(vec![node("a", to("b"), end(400)), node("b", to("c"), end(404)), node("c", end(200), end(204))])
    }

    #[test]
    fn a_clause_of_an_rfc_has_a_page() {
        let at = |clause| node("a", end(200), end(200)).must(clause).link();
        assert_eq!(at("RFC 9110 §13.1.1").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1"));
        assert_eq!(at("RFC 2774").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc2774"));
        assert_eq!(at("cowboy_rest.erl, if_match/3"), None);
    }

    #[test]
    fn changes_keep_the_graph_whole() {
        assert_eq!(small().faults(), Vec::<String>::new());
        let inserted = small().before("b", node("x", to("b"), end(429)));
        assert_eq!(inserted.node("a").map(|a| a.yes), Some(to("x")));
        assert_eq!(inserted.faults(), Vec::<String>::new());
        let taken = small().without("b", true);
        assert_eq!(taken.node("a").map(|a| a.yes), Some(to("c")));
        assert_eq!(taken.faults(), Vec::<String>::new());
        let swapped = small().instead_of("a", node("z", to("b"), end(503)));
        assert_eq!((swapped.start, swapped.nodes.len()), ("z", 3));
        assert_eq!(swapped.faults(), Vec::<String>::new());
        assert_eq!(small().lead("a", true, to("c")).pruned().nodes.len(), 2);
        assert_eq!(small().statuses(), vec![200, 204, 400, 404]);
    }

    #[test]
    fn mistakes_are_found() {
        assert_eq!(small().lead("b", true, to("nowhere")).faults().len(), 2, "a missing target, and nothing leads to c");
        assert!(small().lead("c", true, to("a")).faults().contains(&"some way never ends".to_owned()));
        assert!(small().lead("a", true, to("c")).faults().contains(&"nothing leads to `b`".to_owned()));
    }
}
