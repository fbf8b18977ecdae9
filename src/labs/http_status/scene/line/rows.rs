//! A run as rows: which questions stand at which station, what each of them came to, and which exits the station has.

use crate::http::engine;
use crate::http::gateway;
use crate::http::graph::{Node, Station, Target};
use crate::labs::http_status::run::{Now, Run, What};
use crate::sim::Nanos;

use super::text::{plain, shorten};
use super::{Look, Tone, labels};

/// Addresses are cut in the sentence about the picture.
const LONGEST_TARGET: usize = 60;
/// Questions to which a no is bad news without being the end: what follows only finds out which refusal it is. Of all
/// profiles; the other ones that are hoped to be answered with yes decide themselves.
const HOPED_FOR: [&str; 5] = ["permitted", "acceptable", "exists", "g7", "none-match"];

/// One question of the path.
pub struct Asked {
    pub station: Station,
    /// `None` for the reading of the message itself, which stands in no graph.
    pub node: Option<&'static Node>,
    pub label: &'static str,
    pub question: &'static str,
    pub yes: bool,
    pub reason: String,
    pub at: Option<Nanos>,
}

impl Asked {
    /// What went out ahead of the answer, here.
    pub fn interim(&self) -> Option<u16> {
        self.node.filter(|_| self.yes).and_then(|node| node.interim)
    }

    /// Whether it was answered no where yes was hoped for.
    fn disappoints(&self) -> bool {
        !self.yes && self.node.is_some_and(|node| HOPED_FOR.contains(&node.id))
    }
}

/// A stretch of the line within one station.
pub struct Row {
    pub station: Station,
    /// Places in the path.
    pub asked: Vec<usize>,
    /// Questions of the station that this path never comes to.
    pub rest: Vec<&'static str>,
    /// Every status to which a question of the row leads, each once.
    pub exits: Vec<u16>,
}

impl Row {
    fn new(station: Station) -> Row {
        Row { station, asked: Vec::new(), rest: Vec::new(), exits: Vec::new() }
    }

    /// Adds the exits of a question.
    fn leads(&mut self, node: &Node) {
        let ends = [node.yes, node.no].into_iter().filter_map(|target| match target {
            Target::Status(status) => Some(status),
            Target::Node(_) | Target::Origin => None,
        });
        for status in ends.chain(node.interim).chain(node.turns) {
            self.exit(status);
        }
    }

    fn exit(&mut self, status: u16) {
        if !self.exits.contains(&status) {
            self.exits.push(status);
        }
    }
}

/// One run, ready to be drawn.
pub struct Line<'a> {
    /// 0 for the first, 1 for the one beside it.
    pub index: usize,
    pub run: &'a Run,
    pub asked: Vec<Asked>,
    pub rows: Vec<Row>,
    /// Of the final answer; `None` if there is none.
    pub status: Option<u16>,
    /// How many questions have been answered.
    pub ridden: usize,
    pub answered: bool,
    /// The place at which the two lines part.
    pub fork: Option<usize>,
    /// Method and target.
    asks: String,
}

impl<'a> Line<'a> {
    pub fn new(index: usize, run: &'a Run, now: Now, fork: Option<usize>) -> Line<'a> {
        let place = now.visit.unwrap_or(0);
        let visit = run.visits.get(place);
        let mut line = Line {
            index,
            run,
            asked: Vec::new(),
            rows: Vec::new(),
            status: None,
            ridden: 0,
            answered: false,
            fork: None,
            asks: String::new(),
        };
        match (&run.request, visit) {
            (Err(refusal), _) => {
                let at = run.beats.first().map(|beat| beat.at);
                line.asked.push(Asked {
                    station: Station::Message,
                    node: None,
                    label: "readable",
                    question: "Can the message be read?",
                    yes: false,
                    reason: plain(&refusal.why),
                    at,
                });
                line.status = (refusal.status != 0).then_some(refusal.status);
                line.answered = now.beats > 0;
                line.ridden = usize::from(line.answered);
                line.asks = "A message that cannot be read".to_owned();
            }
            (Ok(_), Some(visit)) => {
                let moments = moments(run, place, visit.path().len());
                let steps = visit.path().iter().zip(moments);
                line.asked = steps
                    .map(|(step, at)| {
                        let node = engine::node(run.profile, step.node);
                        let question = node.map_or("", |node| node.question);
                        Asked {
                            station: node.map_or(Station::Message, |node| node.station),
                            node,
                            label: labels::label(step.node).unwrap_or(step.node),
                            question,
                            yes: step.yes,
                            reason: plain(&step.reason),
                            at,
                        }
                    })
                    .collect();
                line.status = Some(visit.decision.response.status);
                line.ridden = now.visit.map_or(0, |_| now.steps).min(line.asked.len());
                line.answered = now.answered;
                line.asks =
                    format!("{} {}", shorten(&visit.request.method, LONGEST_TARGET), shorten(&visit.request.target, LONGEST_TARGET));
            }
            (Ok(request), None) => {
                line.asks = format!("{} {}", shorten(&request.method, LONGEST_TARGET), shorten(&request.target, LONGEST_TARGET));
            }
        }
        line.fork = fork.filter(|_| place == 0).zip(line.decider()).map(|(fork, last)| fork.min(last));
        line.rows = rows(run, &line.asked, line.status);
        line
    }

    /// The question that decides: the last one.
    pub fn decider(&self) -> Option<usize> {
        self.asked.len().checked_sub(1)
    }

    pub fn tone(&self) -> Tone {
        self.status.map_or(Tone::Stop, Tone::of)
    }

    /// How a question of the path looks at the moment.
    pub fn look(&self, place: usize) -> Look {
        if place >= self.ridden {
            Look::Ahead
        } else if self.decider() == Some(place) {
            Look::Decided(self.tone())
        } else if self.asked.get(place).and_then(Asked::interim).is_some() {
            Look::Interim
        } else if self.tone() != Tone::Pass && self.asked.get(place).is_some_and(Asked::disappoints) {
            // Where it ends well, such as a PUT to where nothing is, the no was none.
            Look::Refused
        } else {
            Look::Passed
        }
    }

    /// Whether an interim status of this row has gone out.
    pub fn sent(&self, row: &Row, status: u16) -> bool {
        row.asked.iter().any(|place| *place < self.ridden && self.asked.get(*place).and_then(Asked::interim) == Some(status))
    }

    /// `PUT /articles/7 leaves at preconditions with 412 after 24 questions`.
    pub fn about(&self) -> String {
        let Some(last) = self.asked.last() else {
            return format!("{} reaches no server", self.asks);
        };
        let count = self.asked.len();
        let questions = if count == 1 { "question" } else { "questions" };
        let with = self.status.map_or_else(|| "without an answer".to_owned(), |status| format!("with {status}"));
        format!("{} leaves at {} {with} after {count} {questions}", self.asks, last.station.name())
    }
}

/// When the transport shows each question of a visit.
fn moments(run: &Run, visit: usize, count: usize) -> Vec<Option<Nanos>> {
    let mut moments = vec![None; count];
    for beat in &run.beats {
        if let What::Question { visit: of, step } = beat.what
            && of == visit
            && let Some(moment) = moments.get_mut(step)
        {
            *moment = Some(beat.at);
        }
    }
    moments
}

/// Stations in the order of the path, and below them those that it never comes to. What was not asked stands with the last
/// row of its station.
fn rows(run: &Run, asked: &[Asked], status: Option<u16>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (place, one) in asked.iter().enumerate() {
        if rows.last().is_none_or(|row| row.station != one.station) {
            rows.push(Row::new(one.station));
        }
        if let Some(row) = rows.last_mut() {
            row.asked.push(place);
            if let Some(node) = one.node {
                row.leads(node);
            }
        }
    }
    // Whatever a front has made of it: the answer leaves here.
    if let (Some(row), Some(status)) = (rows.last_mut(), status) {
        row.exit(status);
    }
    let front = asked.iter().any(|one| one.station == Station::Front);
    let ahead: &'static [Node] = if front { &gateway::graph().nodes } else { &[] };
    let was_asked = |node: &Node| asked.iter().filter_map(|one| one.node).any(|other| other.id == node.id);
    for station in Station::ALL {
        let nodes = ahead.iter().chain(&run.profile.graph().nodes);
        for node in nodes.filter(|node| node.station == station && !was_asked(node)) {
            let place = rows.iter().rposition(|row| row.station == station).unwrap_or_else(|| {
                rows.push(Row::new(station));
                rows.len() - 1
            });
            if let Some(row) = rows.get_mut(place) {
                row.rest.push(node.question);
                row.leads(node);
            }
        }
    }
    rows
}

/// Puts the same stations of two lines at the same height, as many as their orders allow.
pub fn align(left: &[Row], right: &[Row]) -> Vec<[Option<usize>; 2]> {
    let same = |i: usize, j: usize| left.get(i).zip(right.get(j)).is_some_and(|(a, b)| a.station == b.station);
    // The longest common run of stations from each pair of places on.
    let mut common = vec![vec![0_usize; right.len() + 1]; left.len() + 1];
    let at = |common: &[Vec<usize>], i: usize, j: usize| common.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            let longest = if same(i, j) { at(&common, i + 1, j + 1) + 1 } else { at(&common, i + 1, j).max(at(&common, i, j + 1)) };
            if let Some(cell) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = longest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && same(i, j) {
            pairs.push([Some(i), Some(j)]);
            (i, j) = (i + 1, j + 1);
        } else if j >= right.len() || (i < left.len() && at(&common, i + 1, j) >= at(&common, i, j + 1)) {
            pairs.push([Some(i), None]);
            i += 1;
        } else {
            pairs.push([None, Some(j)]);
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stations(stations: &[Station]) -> Vec<Row> {
        stations.iter().map(|station| Row::new(*station)).collect()
    }

    #[test]
    fn the_same_stations_stand_side_by_side() {
        use Station::{Message, Method, Service, Who};
        let left = stations(&[Message, Service, Method, Who]);
        let right = stations(&[Service, Method, Message, Method, Who]);
        let pairs = align(&left, &right);
        let both = pairs.iter().filter(|pair| pair.iter().all(Option::is_some)).count();
        assert_eq!(both, 3, "service, method, who");
        assert_eq!(pairs.iter().filter_map(|pair| pair[0]).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(pairs.iter().filter_map(|pair| pair[1]).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        for pair in pairs {
            if let [Some(i), Some(j)] = pair {
                assert_eq!(left[i].station, right[j].station);
            }
        }
        assert_eq!(align(&[], &right).len(), 5);
    }
}
