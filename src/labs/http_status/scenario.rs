//! What a reader sets up: a request as text, whose rules answer it, the world around it, and what the client makes of the
//! answer.

use serde::{Deserialize, Serialize};

use crate::http::parse::Limits;
use crate::http::profiles::Profile;
use crate::http::state::{Move, Upstream, World};
use crate::labs::frame::Intervention;
use crate::sim::Nanos;

/// A request of megabytes would make every keystroke slow, and shows nothing that one of kilobytes does not.
pub const LONGEST_REQUEST: usize = 65_536;
pub const MOST_ACTS: usize = 40;
pub const MOST_ROUTES: usize = 24;

/// A run is a pure function of this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scenario {
    /// One, or two side by side.
    pub rules: Vec<Profile>,
    /// `http` or `https`.
    pub scheme: String,
    /// As it was typed, with LF at the ends of its lines. It need not be HTTP: then the answer says so.
    pub request: String,
    pub world: World,
    pub client: Client,
    /// Addresses that lead elsewhere, for a client that follows.
    pub routes: Vec<Route>,
    /// What happens later. `at` counts simulated time from the first request on.
    pub acts: Vec<Intervention<Action>>,
    /// The moment of the transport; the end if there is none.
    pub at: Option<Nanos>,
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            rules: vec![Profile::Rfc9110],
            scheme: "https".to_owned(),
            request: "GET /notes/1 HTTP/1.1\nHost: example.org\n\n".to_owned(),
            world: World::default(),
            client: Client::Once,
            routes: Vec::new(),
            acts: Vec::new(),
            at: None,
        }
    }
}

impl Scenario {
    /// What the server's settings allow a request to be.
    pub fn limits(&self) -> Limits {
        let server = &self.world.server;
        Limits {
            target: server.target_limit,
            fields: server.fields_limit,
            body: usize::try_from(server.content_limit).unwrap_or(usize::MAX),
        }
    }

    /// The rules that the picture shows first.
    pub fn profile(&self) -> Profile {
        self.rules.first().copied().unwrap_or_default()
    }
}

/// What the client does with an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Client {
    /// Takes it as it is.
    #[default]
    Once,
    /// Follows redirects as browsers do.
    Browser,
    /// Answers a 401 or 407 with Basic credentials.
    Login { user: String, password: String },
    /// Downloads; the connection breaks after so many bytes, once for each number, and it goes on from there.
    Download { cuts: Vec<usize> },
    /// Waits so long for a 100 before it sends content, and fetches what a 103 hints at. `silent`: no interim response gets
    /// through to it.
    Upload { patience_ms: u64, silent: bool },
    /// Tries again after 408, 421, 425, 429 and 503, as the answer says. See `sequence::retry_after::Patience`.
    Patient { tries: u32, longest_s: u64, backoff_s: u64, early: bool, sure: bool },
    /// Asks through a proxy whose upstream servers fail in this order.
    Pool { upstreams: Vec<Upstream>, timeout_ms: u64 },
    /// Asks through a cache: at first, and whenever an act says so.
    Cache { shared: bool },
}

/// An address that leads elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Absolute, without fragment.
    pub url: String,
    pub how: Move,
    /// The `Location` value.
    pub to: String,
}

/// What happens later in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// The client asks its cache once more, with these header fields besides: lines such as `Cache-Control: no-cache`.
    Ask(String),
    /// The client writes through its cache: PUT with new content.
    Write,
    /// Somebody else saves a new version at the origin: another entity tag, another date, other content.
    Save,
    /// Somebody deletes it at the origin.
    Delete,
    /// The service goes down for maintenance, and comes back.
    Down,
    Up,
    /// The server limits this client, and lets it in again.
    Limit,
    Forgive,
    /// The origin answers 500, and is mended.
    Break,
    Mend,
}

impl Action {
    /// On its button, and in lists.
    pub fn label(&self) -> String {
        match self {
            Action::Ask(fields) if fields.is_empty() => "ask again".to_owned(),
            Action::Ask(fields) => format!("ask again with {}", fields.replace('\n', ", ")),
            Action::Write => "write through the cache".to_owned(),
            Action::Save => "somebody saves a new version".to_owned(),
            Action::Delete => "somebody deletes it".to_owned(),
            Action::Down => "the service goes down".to_owned(),
            Action::Up => "the service is back".to_owned(),
            Action::Limit => "the client is limited".to_owned(),
            Action::Forgive => "the client is let in again".to_owned(),
            Action::Break => "the origin breaks".to_owned(),
            Action::Mend => "the origin is mended".to_owned(),
        }
    }
}
