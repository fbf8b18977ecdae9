//! Exchanges over time as data: who sent what to whom, when, and what changed from one message to the next.
//!
//! Each driver plays a client, and the intermediary in front of it if there is one, against an origin that the caller
//! supplies, mostly as a [`World`] for [`engine::decide`]. Nothing waits and nothing is drawn by lot: time is a number
//! that the driver adds to, so the same arguments give the same sequence.

pub mod cached;
pub mod credentials;
pub mod edit;
pub mod expect;
pub mod gateway;
pub mod hop;
pub mod once;
pub mod ranges;
pub mod redirects;
pub mod retry_after;
mod tape;

use super::engine::{self, By, Decision};
use super::message::{Request, Response};
pub use super::methods::{is_idempotent, is_safe};
use super::profiles::Profile;
use super::state::{NOON, World};
use super::status;

/// Who speaks or listens, from the reader's side to the far one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    Client,
    Cache,
    Proxy,
    Origin,
}

impl Lane {
    pub const ALL: [Lane; 4] = [Lane::Client, Lane::Cache, Lane::Proxy, Lane::Origin];

    pub fn label(self) -> &'static str {
        match self {
            Lane::Client => "client",
            Lane::Cache => "cache",
            Lane::Proxy => "proxy",
            Lane::Origin => "origin",
        }
    }
}

/// What goes from one lane to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Request {
        /// With the scheme, and with the fragment, which stays at the client.
        url: String,
        request: Request,
    },
    /// The content of the request before it, held back until now.
    Content(Vec<u8>),
    /// 1xx but 101: the final response is still to come.
    Interim(Response),
    Response(Response),
    /// What came instead of a response, or what the client makes of one. No message on the wire.
    NetworkError(String),
    /// Nothing is sent: somebody waits, and the note says for what. `from` and `to` are the same.
    Pause,
}

/// One difference between a message and the one that it follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// A field name, or `method`, `target`, `content`, `URL`, `fragment`, `connection`, `early data`, `status`.
    pub what: String,
    /// `None` if it was not there.
    pub before: Option<String>,
    /// `None` if it is gone.
    pub after: Option<String>,
    /// Who says so, such as `RFC 9110 §15.4` or `Fetch, HTTP-redirect fetch`.
    pub clause: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it leaves, in milliseconds since the sequence began.
    pub at_ms: u64,
    pub from: Lane,
    pub to: Lane,
    pub message: Message,
    /// One or more sentences, or empty.
    pub note: String,
    /// Against the message that this one follows from; none for a first message.
    pub changes: Vec<Change>,
}

/// Events in the order in which they leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    pub events: Vec<Event>,
}

impl Sequence {
    /// The lanes that take part, from the client on.
    pub fn lanes(&self) -> Vec<Lane> {
        Lane::ALL.into_iter().filter(|lane| self.events.iter().any(|event| event.from == *lane || event.to == *lane)).collect()
    }

    /// The statuses that reach the client, interim ones too.
    pub fn statuses(&self) -> Vec<u16> {
        let seen = self.events.iter().filter(|event| event.to == Lane::Client);
        seen.filter_map(|event| match &event.message {
            Message::Interim(response) | Message::Response(response) => Some(response.status),
            _ => None,
        })
        .collect()
    }

    /// What the client ends with: the last response that reaches it. `None` if it ends with an error.
    pub fn outcome(&self) -> Option<&Response> {
        let last = self.events.iter().rev().find(|event| event.to == Lane::Client && !matches!(event.message, Message::Pause))?;
        match &last.message {
            Message::Response(response) => Some(response),
            _ => None,
        }
    }

    /// The network error that the client ends with.
    pub fn error(&self) -> Option<&str> {
        let last = self.events.iter().rev().find(|event| event.to == Lane::Client && !matches!(event.message, Message::Pause))?;
        match &last.message {
            Message::NetworkError(why) => Some(why),
            _ => None,
        }
    }

    /// Every request that the client sends: URL and message.
    pub fn requests(&self) -> Vec<(&str, &Request)> {
        let sent = self.events.iter().filter(|event| event.from == Lane::Client);
        sent.filter_map(|event| match &event.message {
            Message::Request { url, request } => Some((url.as_str(), request)),
            _ => None,
        })
        .collect()
    }

    /// One line for each event, for those who read instead of looking.
    pub fn steps(&self) -> Vec<String> {
        self.events.iter().map(Event::step).collect()
    }
}

impl Event {
    /// `0.030 s, origin to client: 302 Found. The reason.`
    pub fn step(&self) -> String {
        let (seconds, millis) = (self.at_ms / 1_000, self.at_ms % 1_000);
        let way = if self.from == self.to { self.from.label().to_owned() } else { format!("{} to {}", self.from.label(), self.to.label()) };
        let what = match &self.message {
            Message::Request { url, request } => format!("{} {url}.", request.method),
            Message::Content(content) => format!("{} bytes of content.", content.len()),
            Message::Interim(response) | Message::Response(response) => {
                format!("{} {}.", response.status, status::reason(response.status).unwrap_or_default())
            }
            Message::NetworkError(why) => format!("network error: {why}"),
            Message::Pause => "pause.".to_owned(),
        };
        let space = if self.note.is_empty() { "" } else { " " };
        format!("{seconds}.{millis:03} s, {way}: {what}{space}{}", self.note)
    }
}

/// What all drivers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    pub profile: Profile,
    /// When the sequence begins, in seconds since 1970.
    pub start: u64,
    /// From one lane to the next, one way.
    pub hop_ms: u64,
    /// How long an origin takes over its answer.
    pub think_ms: u64,
    /// Whether the client can send the content a second time. A stream that has been read is gone.
    pub replayable: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Setting { profile: Profile::Rfc9110, start: NOON, hop_ms: 30, think_ms: 20, replayable: true }
    }
}

/// A request that has arrived.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// Absolute, without fragment.
    pub url: &'a str,
    /// With all its content, even if that is still held back.
    pub request: &'a Request,
    /// In seconds since 1970.
    pub now: u64,
    /// 0 for the first request of the sequence.
    pub turn: usize,
    /// Which of the client's connections it comes on, from 1.
    pub connection: u32,
    /// Came in TLS early data (RFC 8470), which whoever ends TLS knows.
    pub early: bool,
}

impl Visit<'_> {
    /// The engine's answer in this world, at the time of this visit.
    pub fn decide(&self, profile: Profile, world: &World) -> Decision {
        let world = World { now: self.now, ..world.clone() };
        if !self.early {
            return engine::decide(profile, self.request, &world);
        }
        let mut request = self.request.clone();
        request.fields.set("Early-Data", "1");
        engine::decide(profile, &request, &world)
    }
}

/// The other end: what it answers to each visit.
pub type Origin<'a> = dyn FnMut(&Visit<'_>) -> Decision + 'a;

/// An answer that comes from no graph.
pub fn plain(response: Response) -> Decision {
    Decision { path: Vec::new(), interim: Vec::new(), response, by: By::Origin }
}

#[cfg(test)]
mod tests {
    use super::super::fields::Fields;
    use super::*;

    fn event(at_ms: u64, from: Lane, to: Lane, message: Message) -> Event {
        Event { at_ms, from, to, message, note: String::new(), changes: Vec::new() }
    }

    #[test]
    fn a_sequence_tells_what_the_client_saw() {
        let request = Message::Request { url: "http://a/#x".to_owned(), request: Request::new("GET", "/") };
        let events = vec![
            event(0, Lane::Client, Lane::Proxy, request.clone()),
            event(30, Lane::Proxy, Lane::Origin, request),
            event(80, Lane::Origin, Lane::Proxy, Message::Response(Response::new(500))),
            event(90, Lane::Proxy, Lane::Client, Message::Interim(Response::new(103))),
            event(1_110, Lane::Proxy, Lane::Client, Message::Response(Response::new(200))),
        ];
        let sequence = Sequence { events };
        assert_eq!(sequence.lanes(), [Lane::Client, Lane::Proxy, Lane::Origin]);
        assert_eq!(sequence.statuses(), [103, 200]);
        assert_eq!(sequence.outcome().map(|response| response.status), Some(200));
        assert_eq!((sequence.error(), sequence.requests().len()), (None, 1));
        assert_eq!(sequence.steps()[0], "0.000 s, client to proxy: GET http://a/#x.");
        assert_eq!(sequence.steps()[4], "1.110 s, proxy to client: 200 OK.");
    }

    #[test]
    fn an_error_is_no_response() {
        let mut last = event(5, Lane::Origin, Lane::Client, Message::NetworkError("the connection closed.".to_owned()));
        last.note = "It happens.".to_owned();
        let sequence = Sequence { events: vec![last, event(9, Lane::Client, Lane::Client, Message::Pause)] };
        assert_eq!((sequence.outcome(), sequence.error()), (None, Some("the connection closed.")));
        assert_eq!(sequence.steps()[0], "0.005 s, origin to client: network error: the connection closed. It happens.");
        assert_eq!(sequence.steps()[1], "0.009 s, client: pause.");
    }

    #[test]
    fn early_data_is_known_to_the_server_and_not_sent() {
        let mut request = Request::new("DELETE", "/notes/1");
        request.fields = Fields::from_iter([("Host", "example.org")]);
        let visit = Visit { url: "https://example.org/notes/1", request: &request, now: 7, turn: 0, connection: 1, early: true };
        assert_eq!(visit.decide(Profile::Rfc9110, &World::default()).response.status, 425);
        assert_eq!(Visit { early: false, ..visit }.decide(Profile::Rfc9110, &World::default()).response.status, 204);
        assert!(!request.fields.contains("Early-Data"));
        let dated = visit.decide(Profile::Rfc9110, &World::default()).response;
        assert_eq!(dated.fields.get("Date"), Some("Thu, 01 Jan 1970 00:00:07 GMT"), "the visit's time counts, not the world's");
    }
}
