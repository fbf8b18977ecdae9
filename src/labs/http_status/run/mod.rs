//! A scenario played: per profile who sent what to whom, which questions were asked, and when the transport shows each.

mod drive;
mod worlds;

use crate::http::engine::{Decision, Step};
use crate::http::message::{self, Request};
use crate::http::parse::{self, Limits, Refusal};
use crate::http::profiles::Profile;
use crate::http::sequence::cached::Cached;
use crate::http::sequence::{Message, Sequence};
use crate::http::state::World;
use crate::sim::Nanos;

use super::compare::{self, Fork};
use super::scenario::Scenario;

/// A message on its way, on the transport.
const MESSAGE: Nanos = Nanos::from_millis(700);
/// All questions of one visit together, at most; and one question, at most.
const VISIT: Nanos = Nanos::from_millis(6_000);
const QUESTION: Nanos = Nanos::from_millis(250);
/// With several visits in one run, the questions of each go by faster.
const ONE_OF_MANY: Nanos = Nanos::from_millis(2_000);

/// Everything that the lab shows.
#[derive(Clone, Debug)]
pub struct Trace {
    pub scenario: Scenario,
    /// One for each of the scenario's rules.
    pub runs: Vec<Run>,
    /// Where the first two part ways.
    pub fork: Option<Fork>,
    /// Of the longest run, on the transport.
    pub end: Nanos,
}

impl Trace {
    /// The run that the picture shows first. There is always one.
    pub fn first(&self) -> &Run {
        &self.runs[0]
    }
}

/// What became of the request under one profile.
#[derive(Clone, Debug)]
pub struct Run {
    pub profile: Profile,
    /// The request as it was understood, or the byte at which it was not.
    pub request: Result<Request, Refusal>,
    /// Where a request that could be understood is larger than this server takes: the graph has the question, this the byte.
    pub too_large: Option<Refusal>,
    pub sequence: Sequence,
    /// Each time that a server decided, in order.
    pub visits: Vec<Visited>,
    /// In the order of the transport.
    pub beats: Vec<Beat>,
    /// What the cache did, if there is one.
    pub cached: Option<Cached>,
}

/// A request that a server has decided about.
#[derive(Clone, Debug)]
pub struct Visited {
    /// The event that brought it: an index into the sequence.
    pub event: usize,
    pub url: String,
    pub request: Request,
    /// The world at that moment.
    pub world: World,
    pub decision: Decision,
}

impl Visited {
    pub fn path(&self) -> &[Step] {
        &self.decision.path
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// On the transport, which is no simulated time: questions take none.
    pub at: Nanos,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An event of the sequence.
    Event(usize),
    /// A question of a visit, by its place in the path.
    Question { visit: usize, step: usize },
}

/// What a run shows at a moment of the transport.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// How many beats have been.
    pub beats: usize,
    /// How many events of the sequence have been.
    pub events: usize,
    /// The visit under way, or the last one.
    pub visit: Option<usize>,
    /// How many of its questions have been answered.
    pub steps: usize,
    /// Whether its answer is out: the taken exit is lit.
    pub answered: bool,
}

impl Run {
    /// What is shown at a moment of the transport.
    pub fn now(&self, moment: Nanos) -> Now {
        let beats = self.beats.partition_point(|beat| beat.at <= moment);
        let mut now = Now { beats, ..Now::default() };
        for beat in self.beats.iter().take(beats) {
            match beat.what {
                What::Event(event) => now.events = now.events.max(event + 1),
                What::Question { visit, step } => (now.visit, now.steps) = (Some(visit), step + 1),
            }
        }
        now.answered = now.visit.and_then(|visit| self.visits.get(visit)).is_some_and(|visit| now.steps >= visit.path().len());
        now
    }

    /// The visit that a moment speaks of.
    pub fn visit_at(&self, moment: Nanos) -> Option<&Visited> {
        self.visits.get(self.now(moment).visit?)
    }

    /// What the client ends with; `None` if that is a network error.
    pub fn status(&self) -> Option<u16> {
        self.sequence.outcome().map(|response| response.status)
    }

    /// Every status that reached the client or that a server gave, interim ones too.
    pub fn statuses(&self) -> Vec<u16> {
        let mut all: Vec<u16> = self
            .sequence
            .events
            .iter()
            .filter_map(|event| match &event.message {
                Message::Interim(response) | Message::Response(response) => Some(response.status),
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Plays a scenario. The same one always comes to the same.
pub fn run(scenario: &Scenario) -> Trace {
    let wire = wire(&scenario.request);
    let whole = Limits { target: usize::MAX, fields: usize::MAX, body: usize::MAX };
    let request = parse::request(wire.as_bytes(), &whole);
    let too_large = parse::request(wire.as_bytes(), &scenario.limits()).err().filter(|_| request.is_ok());
    let rules = if scenario.rules.is_empty() { vec![Profile::default()] } else { scenario.rules.clone() };
    let runs: Vec<Run> = rules.into_iter().take(2).map(|profile| one(scenario, profile, &request, too_large.as_ref())).collect();
    let fork = match runs.as_slice() {
        [one, other, ..] => compare::fork(one, other),
        _ => None,
    };
    let end = runs.iter().filter_map(|run| run.beats.last()).map(|beat| beat.at + MESSAGE).max().unwrap_or(MESSAGE);
    Trace { scenario: scenario.clone(), runs, fork, end }
}

/// The text as it goes over the wire: CR LF behind each line of the head, and an empty line behind the head if the reader
/// has not come to it yet. Content goes as it is.
pub fn wire(text: &str) -> String {
    let (head, content) = halves(text);
    let mut wire = String::with_capacity(text.len() + 64);
    for line in head.split('\n').filter(|line| !line.is_empty()) {
        wire.push_str(line.strip_suffix('\r').unwrap_or(line));
        wire.push_str("\r\n");
    }
    wire.push_str("\r\n");
    wire.push_str(content);
    wire
}

/// A request as a reader would type it: what [`wire`] makes of it is that request again.
pub fn as_typed(request: &Request) -> String {
    if !message::is_chunked(&request.fields) {
        return request.text();
    }
    let wire = String::from_utf8_lossy(&request.wire()).into_owned();
    match wire.split_once("\r\n\r\n") {
        Some((head, chunks)) => format!("{}\n\n{chunks}", head.replace("\r\n", "\n")),
        None => wire,
    }
}

/// Where a byte of the wire stands in the text.
pub fn place(text: &str, at: usize) -> usize {
    let (head, _) = halves(text);
    let (mut wire, mut index) = (0, 0);
    for line in head.split_inclusive('\n') {
        let own = line.trim_end_matches(['\r', '\n']).len();
        // Empty lines do not go over the wire.
        if own > 0 {
            if at < wire + own + 2 {
                return index + at.saturating_sub(wire).min(own);
            }
            wire += own + 2;
        }
        index += line.len();
    }
    // Behind the head the empty line, two bytes long on the wire, and the content as it was typed.
    text.len().min(index + at.saturating_sub(wire + 1))
}

/// The head with its last line end, and the content behind the empty line.
fn halves(text: &str) -> (&str, &str) {
    match text.find("\n\n") {
        Some(at) => (text.get(..at + 1).unwrap_or(text), text.get(at + 2..).unwrap_or_default()),
        None => (text, ""),
    }
}

fn one(scenario: &Scenario, profile: Profile, request: &Result<Request, Refusal>, too_large: Option<&Refusal>) -> Run {
    let mut run = Run {
        profile,
        request: request.clone(),
        too_large: too_large.cloned(),
        sequence: Sequence::default(),
        visits: Vec::new(),
        beats: Vec::new(),
        cached: None,
    };
    match request {
        Ok(request) => drive::drive(scenario, request, &mut run),
        Err(refusal) => run.sequence = drive::refused(scenario, refusal),
    }
    run.beats = beats(&run);
    run
}

/// Each event, and behind the one that brought a request the questions that it raised.
fn beats(run: &Run) -> Vec<Beat> {
    let mut beats = Vec::new();
    let mut at = Nanos::ZERO;
    let most = if run.visits.len() > 1 { ONE_OF_MANY } else { VISIT };
    for event in 0..run.sequence.events.len() {
        beats.push(Beat { at, what: What::Event(event) });
        at = at + MESSAGE;
        for (visit, visited) in run.visits.iter().enumerate().filter(|(_, visited)| visited.event == event) {
            let count = visited.path().len();
            let each = Nanos((most.0 / count.max(1) as u64).min(QUESTION.0));
            for step in 0..count {
                beats.push(Beat { at, what: What::Question { visit, step } });
                at = at + each;
            }
        }
    }
    beats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_goes_over_the_wire_with_its_line_ends() {
        assert_eq!(wire("GET / HTTP/1.1\nHost: a\n\na\nb"), "GET / HTTP/1.1\r\nHost: a\r\n\r\na\nb");
        assert_eq!(wire("GET / HTTP/1.1\r\nHost: a"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "the reader is not through yet");
        assert_eq!(wire("\nGET / HTTP/1.1"), "GET / HTTP/1.1\r\n\r\n");
    }

    /// Each byte that is in both stands where its place says.
    #[test]
    fn a_byte_of_the_wire_has_its_place_in_the_text() {
        for text in ["GET / HTTP/1.1\nHost: a\n\na\nb", "GET / HTTP/1.1\nHost: a", "\nGET /\nA: b\n\nxyz", "", "ä\n\nö"] {
            let wire = wire(text);
            for (at, byte) in wire.bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n')) {
                assert_eq!(text.as_bytes().get(place(text, at)), Some(&byte), "{text:?} at {at}");
            }
            assert!(place(text, wire.len()) <= text.len() && place(text, usize::MAX - 2) <= text.len());
        }
    }

    #[test]
    fn a_request_in_chunks_comes_back_from_its_text() {
        let text = "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n5\r\nhello\r\n0\r\n\r\n";
        let request = parse::request(wire(text).as_bytes(), &Limits::default()).expect("it is whole");
        assert_eq!(parse::request(wire(&as_typed(&request)).as_bytes(), &Limits::default()), Ok(request));
    }
}
