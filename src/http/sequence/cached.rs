//! A client that asks its cache now and again: what the cache answers by itself, what it asks the origin, and what it makes
//! of the reply (RFC 9111).
//!
//! One exchange after the other: an ask that comes before the last one is over waits until it is.

use super::edit::Edit;
use super::tape::Tape;
use super::{Change, Lane, Message, Origin, Sequence, Setting, Visit, hop, is_safe};
use crate::http::cache::{Cache, Kind, Outcome, Ruling, invalidating, serving};
use crate::http::engine::Decision;
use crate::http::message::{Request, Response};

/// How a shared cache signs what it forwards.
const NAME: &str = "edge";
/// How often it asks once more without conditions. An origin that says 304 to that is broken.
const MOST_RETRIES: usize = 2;
/// Fields by which a cache asks whether what it holds is still good.
const CONDITIONS: [&str; 2] = ["If-None-Match", "If-Modified-Since"];

// Questions of the cache by which its rulings are told apart.
const HOW_OLD: &str = "How old is it?";
const FRESH: &str = "Is it fresh?";
const OFFERED: &str = "Does the response offer itself stale?";
const ALLOWED: &str = "Does anybody allow to use it stale?";
pub const VALIDATED: &str = "Can it be validated?";
const KEPT: &str = "Is the method one whose responses are kept?";
const SAYS_HOW_LONG: &str = "Does anything say that it can be cached?";
const NAMED: &str = "Is the 304 about something stored?";
/// What decides about a reply, apart from storing it.
const ABOUT_REPLY: [&str; 4] = [
    "Is the 304 for the client?",
    "May it stand in for the error?",
    "Does the request invalidate what is stored?",
    "Is the reply to HEAD about what is stored?",
];

/// One question to the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When it was asked, in milliseconds since the sequence began.
    pub at_ms: u64,
    /// As the client sent it.
    pub request: Request,
    pub outcome: Outcome,
    /// What the cache ruled, and then what it ruled about the reply.
    pub rulings: Vec<Ruling>,
    /// What the client got.
    pub response: Option<Response>,
    /// The event that carries the request to the cache: an index into the sequence.
    pub event: usize,
    /// The events that carry the cache's own requests to the origin, in order; each is one visit.
    pub forwarded: Vec<usize>,
}

/// What a cache did over a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// When the sequence began, in seconds since 1970.
    pub start: u64,
    pub asked: Vec<Asked>,
    /// The cache after each of them, with the milliseconds since the sequence began.
    pub states: Vec<(u64, Cache)>,
}

/// Plays a client that asks at these moments, in milliseconds from the start on and in ascending order. The cache is empty
/// at first.
pub fn play(setting: &Setting, url: &str, asks: &[(u64, Request)], kind: Kind, origin: &mut Origin<'_>) -> (Sequence, Cached) {
    let mut cache = Cache::new(kind);
    if let Some((scheme, _)) = url.split_once("://") {
        cache.scheme = scheme.to_ascii_lowercase();
    }
    let cached = Cached { start: setting.start, ..Cached::default() };
    let mut line = Line { tape: Tape::new(setting), url, cache, left: Vec::new(), turn: 0, cached };
    for (at_ms, request) in asks {
        line.ask(*at_ms, request, origin);
    }
    line.finish()
}

/// The rulings that made a cache answer a request as it did.
pub fn decisive(outcome: Outcome, path: &[Ruling]) -> Vec<&Ruling> {
    let said = |question: &str| path.iter().find(|ruling| ruling.question == question);
    let granted = |question: &str| said(question).filter(|ruling| ruling.yes);
    let against = path.iter().find(|ruling| !ruling.yes && ruling.question != HOW_OLD && ruling.question != VALIDATED);
    let last = path.iter().rev().find(|ruling| !ruling.yes);
    match outcome {
        Outcome::Fresh => said(FRESH).into_iter().collect(),
        Outcome::Stale => granted(OFFERED).or(granted(ALLOWED)).into_iter().collect(),
        Outcome::Validate => against.into_iter().collect(),
        Outcome::Miss if against == last => last.into_iter().collect(),
        Outcome::Miss => against.into_iter().chain(last).collect(),
        Outcome::Through => path.first().into_iter().collect(),
        Outcome::Refused => last.into_iter().collect(),
    }
}

/// What goes on between client, cache and origin.
struct Line<'a> {
    tape: Tape,
    url: &'a str,
    cache: Cache,
    /// When each event leaves, as they were recorded: the tape sorts them in the end.
    left: Vec<u64>,
    turn: usize,
    cached: Cached,
}

impl Line<'_> {
    fn ask(&mut self, at_ms: u64, request: &Request, origin: &mut Origin<'_>) {
        let late = self.tape.at_ms > at_ms;
        self.tape.at_ms = self.tape.at_ms.max(at_ms);
        let asked_ms = self.tape.at_ms;
        let message = Message::Request { url: self.url.to_owned(), request: request.clone() };
        let event = self.record(Lane::Client, Lane::Cache, message, asking(request, late), Vec::new());
        self.pass_hop();
        let verdict = self.cache.ask(self.tape.now(), request);
        let note = sentences(&decisive(verdict.outcome, &verdict.path));
        let mut asked = Asked {
            at_ms: asked_ms,
            request: request.clone(),
            outcome: verdict.outcome,
            rulings: verdict.path,
            response: verdict.response,
            event,
            forwarded: Vec::new(),
        };
        match (asked.response.clone(), verdict.forward) {
            (Some(response), forward) => {
                let changes = aged(None, &response);
                self.record(Lane::Cache, Lane::Client, Message::Response(response), note, changes);
                match forward {
                    Some(forward) => {
                        let why = "Meanwhile the cache asks whether what it holds is still good (RFC 5861 §3).".to_owned();
                        self.refresh(&forward, why, &mut asked, origin);
                    }
                    None => self.pass_hop(),
                }
            }
            (None, Some(forward)) => {
                let response = self.fetch(request, forward, note, &mut asked, origin);
                asked.response = Some(response);
            }
            (None, None) => {}
        }
        self.cached.asked.push(asked);
        self.cached.states.push((self.tape.at_ms, self.cache.clone()));
    }

    /// Asks the origin, and the client waits for what comes of it.
    fn fetch(&mut self, request: &Request, mut forward: Request, mut note: String, asked: &mut Asked, origin: &mut Origin<'_>) -> Response {
        let mut changes = conditions(Some(request), &forward, "RFC 9111 §4.3.1");
        let mut retries = 0;
        loop {
            let sent = self.tape.now();
            let decision = self.visit(&forward, std::mem::take(&mut note), std::mem::take(&mut changes), false, asked, origin);
            let reply = decision.response;
            let received = self.cache.receive(sent, self.tape.now(), request, &forward, Some(&reply));
            let why = told(&received.path);
            asked.rulings.extend(received.path);
            let response = match (received.response, received.retry) {
                (None, Some(again)) if retries < MOST_RETRIES => {
                    retries += 1;
                    (note, changes) = (why, conditions(Some(&forward), &again, "RFC 9111 §4.3.4"));
                    forward = again;
                    continue;
                }
                (Some(response), _) => response,
                (None, _) => {
                    let why = "The origin says 304 to a request without conditions, which is no answer to it.";
                    Response { status: 502, ..serving::refusal(self.tape.now(), why) }
                }
            };
            let changes = aged(Some(&reply), &response);
            self.record(Lane::Cache, Lane::Client, Message::Response(response.clone()), why, changes);
            self.pass_hop();
            return response;
        }
    }

    /// Asks the origin while the client has its answer already.
    fn refresh(&mut self, forward: &Request, note: String, asked: &mut Asked, origin: &mut Origin<'_>) {
        let sent = self.tape.now();
        let changes = conditions(None, forward, "RFC 9111 §4.3.1");
        let decision = self.visit(forward, note, changes, true, asked, origin);
        let received = self.cache.receive(sent, self.tape.now(), forward, forward, Some(&decision.response));
        // Nothing goes on to the client, so this is the last place to say it.
        self.tape.remark(&told(&received.path));
        asked.rulings.extend(received.path);
    }

    /// There and back again: the clock stands at the reply's arrival.
    fn visit(
        &mut self,
        forward: &Request,
        note: String,
        mut changes: Vec<Change>,
        background: bool,
        asked: &mut Asked,
        origin: &mut Origin<'_>,
    ) -> Decision {
        let edit = if self.cache.kind.is_shared() { hop::forward(forward, NAME, false) } else { Edit::new(forward) };
        changes.extend(edit.changes);
        let bare = self.url.split('#').next().unwrap_or_default();
        let message = Message::Request { url: bare.to_owned(), request: edit.request.clone() };
        let event = self.record(Lane::Cache, Lane::Origin, message, note, changes);
        asked.forwarded.push(event);
        self.pass_hop();
        let decision =
            origin(&Visit { url: bare, request: &edit.request, now: self.tape.now(), turn: self.turn, connection: 1, early: false });
        self.turn += 1;
        for interim in &decision.interim {
            self.interim(interim, background);
        }
        self.tape.pass(self.tape.setting.think_ms);
        let why = decision.path.last().map_or("The origin answers.", |step| step.reason.as_str());
        self.record(Lane::Origin, Lane::Cache, Message::Response(decision.response.clone()), why.to_owned(), Vec::new());
        self.pass_hop();
        decision
    }

    /// 1xx: the origin goes on meanwhile, so the clock stands still.
    fn interim(&mut self, response: &Response, background: bool) {
        let sent = self.tape.at_ms;
        let message = Message::Interim(response.clone());
        self.record(Lane::Origin, Lane::Cache, message.clone(), "The final response is still to come.".to_owned(), Vec::new());
        if !background {
            self.pass_hop();
            let note = "Interim responses are not stored, they go on to the client (RFC 9110 §15.2).".to_owned();
            self.record(Lane::Cache, Lane::Client, message, note, Vec::new());
        }
        self.tape.at_ms = sent;
    }

    /// Sends something now. Its number as recorded, which [`Line::finish`] turns into its place in the sequence.
    fn record(&mut self, from: Lane, to: Lane, message: Message, note: String, changes: Vec<Change>) -> usize {
        self.left.push(self.tape.at_ms);
        self.tape.push(from, to, message, note, changes);
        self.left.len() - 1
    }

    fn pass_hop(&mut self) {
        self.tape.pass(self.tape.setting.hop_ms);
    }

    fn finish(self) -> (Sequence, Cached) {
        let places = places(&self.left);
        let place = |event: usize| places.get(event).copied().unwrap_or(event);
        let mut cached = self.cached;
        for asked in &mut cached.asked {
            asked.event = place(asked.event);
            for event in &mut asked.forwarded {
                *event = place(*event);
            }
        }
        (self.tape.finish(), cached)
    }
}

/// Where each event comes to stand when they are sorted by time, those of one moment in the order in which they were recorded.
fn places(left: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..left.len()).collect();
    order.sort_by_key(|event| left.get(*event).copied());
    let mut places = vec![0; left.len()];
    for (place, event) in order.into_iter().enumerate() {
        if let Some(own) = places.get_mut(event) {
            *own = place;
        }
    }
    places
}

fn asking(request: &Request, late: bool) -> String {
    let mut note = match request.fields.joined("Cache-Control") {
        _ if !is_safe(&request.method) => format!("{} goes to the origin by way of the cache.", request.method),
        Some(wish) => format!("The client asks its cache, and says `{wish}`."),
        None => "The client asks its cache first.".to_owned(),
    };
    if late {
        note.push_str(" It has waited until the exchange before was over.");
    }
    note
}

/// The conditions that one request has otherwise than the other.
fn conditions(before: Option<&Request>, after: &Request, clause: &'static str) -> Vec<Change> {
    let differs = |name: &str| {
        let before = before.and_then(|request| request.fields.joined(name));
        let after = after.fields.joined(name);
        (before != after).then(|| Change { what: name.to_owned(), before, after, clause })
    };
    CONDITIONS.into_iter().filter_map(differs).collect()
}

/// What the cache made of the reply, or of what it holds if there was none.
fn aged(reply: Option<&Response>, response: &Response) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(reply) = reply.filter(|reply| reply.status != response.status) {
        let clause = if reply.status == 304 { "RFC 9111 §4.3.3" } else { "RFC 5861 §4" };
        let (before, after) = (Some(reply.status.to_string()), Some(response.status.to_string()));
        changes.push(Change { what: "status".to_owned(), before, after, clause });
    }
    let before = reply.and_then(|reply| reply.fields.joined("Age"));
    let after = response.fields.joined("Age");
    if before != after {
        changes.push(Change { what: "Age".to_owned(), before, after, clause: "RFC 9111 §5.1" });
    }
    changes
}

/// What the cache ruled about a reply, as sentences.
fn told(path: &[Ruling]) -> String {
    let mut told: Vec<String> = Vec::new();
    for ruling in path {
        if ruling.question == NAMED && ruling.yes {
            told.push(format!("What is stored is good for another while. {}", sentence(ruling)));
        } else if ABOUT_REPLY.contains(&ruling.question) {
            told.push(sentence(ruling));
        }
    }
    let storing = path.iter().position(|ruling| ruling.question == KEPT).and_then(|at| path.get(at..)).unwrap_or_default();
    match storing {
        [] => {}
        [method, ..] if !method.yes => {
            if told.is_empty() {
                told.push(sentence(method));
            }
        }
        rulings => match rulings.iter().find(|ruling| !ruling.yes) {
            Some(against) => told.push(format!("It is not stored. {}", sentence(against))),
            None => {
                let long = rulings.iter().find(|ruling| ruling.question == SAYS_HOW_LONG);
                told.push(format!("It is stored. {}", long.map(sentence).unwrap_or_default()).trim_end().to_owned());
            }
        },
    }
    told.join(" ")
}

fn sentences(rulings: &[&Ruling]) -> String {
    rulings.iter().map(|ruling| sentence(ruling)).collect::<Vec<_>>().join(" ")
}

/// The reason with its clause.
fn sentence(ruling: &Ruling) -> String {
    format!("{} ({}).", ruling.reason.trim_end_matches('.'), ruling.clause)
}

#[cfg(test)]
#[path = "cached_tests.rs"]
mod tests;
