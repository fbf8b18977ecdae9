//! What a reader edits besides the request: the server, the resource at the target, and what stands in front of both.
//!
//! Every field has a default, so a link or an export carries only what differs; the default world is a small page that
//! can be read by everybody and written by nobody.

use serde::{Deserialize, Serialize};

pub use super::front::{Front, Stored, Upstream};

/// 24 November 2026, 12:00:00 UTC: "now" until the reader moves the clock.
pub const NOON: u64 = 1_795_521_600;

/// Everything that decides besides the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Seconds since 1970.
    pub now: u64,
    pub server: Server,
    pub resource: Resource,
    /// Proxies and caches between reader and origin; `None` if they speak to it directly.
    pub front: Option<Front>,
}

impl Default for World {
    fn default() -> Self {
        World { now: NOON, server: Server::default(), resource: Resource::default(), front: None }
    }
}

/// When a server asks to be tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retry {
    /// It does not say.
    #[default]
    Unsaid,
    /// In so many seconds.
    After(u32),
    /// At this moment, in seconds since 1970.
    At(u64),
}

/// Why the server refuses a client it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Forbidden {
    #[default]
    No,
    /// It says so: 403.
    Deny,
    /// It will not even admit that there is something: 404.
    Hide,
    /// Not before payment: 402.
    Payment,
    /// A court, a law or an authority: 451.
    Legal,
}

/// Whom the server lets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guard {
    pub realm: String,
    /// Field values that are let in, such as `Basic cmVhZGVyOmJvb2s=` or `Bearer t0ken`; the scheme's case does not matter.
    pub accepts: Vec<String>,
}

impl Default for Guard {
    fn default() -> Self {
        // reader:book
        Guard { realm: "library".to_owned(), accepts: vec!["Basic cmVhZGVyOmJvb2s=".to_owned()] }
    }
}

/// The origin server, whatever the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// Major and minor versions that it speaks; a higher minor version of the same major one is understood too.
    pub versions: Vec<(u8, u8)>,
    /// Longest target in bytes.
    pub target_limit: usize,
    /// Most bytes of header fields, names, values and line ends together.
    pub fields_limit: usize,
    /// Longest content in bytes.
    pub content_limit: u64,
    /// Hosts that it answers for; none means any.
    pub hosts: Vec<String>,
    /// The connection went quiet before the request was whole.
    pub timed_out: bool,
    /// Refuses requests in TLS early data that are not safe, since an attacker can replay them.
    pub wary_of_early_data: bool,
    /// Down for maintenance or overloaded.
    pub unavailable: bool,
    /// For `unavailable`.
    pub back: Retry,
    /// Methods that anything here implements.
    pub methods: Vec<String>,
    /// A protocol without which it will not talk, as the `Upgrade` field names it.
    pub insists_on: Option<String>,
    /// Protocols that it will switch to when asked.
    pub switches_to: Vec<String>,
    /// `None` lets everybody in.
    pub guard: Option<Guard>,
    pub forbidden: Forbidden,
    /// This client has asked too often.
    pub limited: bool,
    /// For `limited`.
    pub quiet: Retry,
    /// Refuses to change a resource without `If-Match` or the like.
    pub demands_condition: bool,
    /// Refuses content whose length is not said beforehand.
    pub demands_length: bool,
    /// An RFC 2774 extension without which it will not answer, as the `Man` field names it.
    pub demands_extension: Option<String>,
    /// Its content negotiation points back at itself (RFC 2295).
    pub negotiates_in_circles: bool,
    /// `Link` values that it sends ahead of the answer.
    pub hints: Vec<String>,
    /// Takes so long over unsafe methods that it sends word in between.
    pub slow: bool,
    /// Keeps what has arrived of an interrupted upload.
    pub resumes_uploads: bool,
    /// Something in it is broken.
    pub broken: bool,
}

impl Default for Server {
    fn default() -> Self {
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
        Server {
            versions: vec![(1, 0), (1, 1)],
            target_limit: 8_000,
            fields_limit: 32_768,
            content_limit: 1_048_576,
            hosts: Vec::new(),
            timed_out: false,
            wary_of_early_data: true,
            unavailable: false,
            back: Retry::Unsaid,
            methods: texts(&methods),
            insists_on: None,
            switches_to: Vec::new(),
            guard: None,
            forbidden: Forbidden::No,
            limited: false,
            quiet: Retry::Unsaid,
            demands_condition: false,
            demands_length: false,
            demands_extension: None,
            negotiates_in_circles: false,
            hints: Vec::new(),
            slow: false,
            resumes_uploads: false,
            broken: false,
        }
    }
}

/// One form of the resource that can be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Representation {
    pub media_type: String,
    /// Only for text.
    pub charset: Option<String>,
    pub language: Option<String>,
    /// A content coding, such as `gzip`; the body below stands for the coded bytes.
    pub coding: Option<String>,
    /// As in the field, with quotes and `W/` if it is weak.
    pub etag: Option<String>,
    /// Seconds since 1970.
    pub last_modified: Option<u64>,
    pub body: String,
}

impl Default for Representation {
    fn default() -> Self {
        Representation {
            media_type: "text/plain".to_owned(),
            charset: Some("utf-8".to_owned()),
            language: None,
            coding: None,
            etag: Some("\"v1\"".to_owned()),
            last_modified: Some(NOON - 86_400),
            body: "All happy clients are alike.\n".to_owned(),
        }
    }
}

impl Representation {
    /// In bytes, as ranges count.
    pub fn length(&self) -> u64 {
        self.body.len() as u64
    }

    /// The `Content-Type` value.
    pub fn content_type(&self) -> String {
        match &self.charset {
            Some(charset) => format!("{}; charset={charset}", self.media_type),
            None => self.media_type.clone(),
        }
    }
}

/// How a resource that has gone elsewhere answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Move {
    /// For good; old clients turn POST into GET: 301.
    Permanent,
    /// For good, and the method stays: 308.
    PermanentKeeping,
    /// For now; old clients turn POST into GET: 302.
    Temporary,
    /// For now, and the method stays: 307.
    TemporaryKeeping,
    /// Deprecated: fetch it through that proxy: 305.
    Proxy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub how: Move,
    /// The `Location` value.
    pub to: String,
}

/// What an unsafe method comes to when nothing stands in its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Done, and it has something to say: 200.
    Says,
    /// Done, and nothing to say: 204.
    #[default]
    Silent,
    /// Done; the form may be emptied: 205.
    Resets,
    /// Something new came of it: 201.
    Creates,
    /// It will be done later: 202.
    Later,
    /// The result stands elsewhere: 303.
    Elsewhere,
    /// Some parts succeeded, others did not: 207.
    Parts,
}

/// What happens when a collection is listed to any depth and its members are bound in more than one place (RFC 5842).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bindings {
    #[default]
    Plain,
    /// A member was already reported under another name.
    Twice,
    /// A member contains the collection.
    Loop,
}

/// What the target names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// The server's favourite first; none means that nothing is there.
    pub representations: Vec<Representation>,
    /// Methods that this resource allows.
    pub methods: Vec<String>,
    /// Media types that it takes as content; none means any.
    pub takes: Vec<String>,
    /// Content codings that it can undo, besides none at all.
    pub decodes: Vec<String>,
    /// What content has to begin with; empty means anything.
    pub syntax: String,
    /// What content has to contain to make sense; empty means nothing in particular.
    pub sense: String,
    /// Sends its favourite to a client that accepts none of its representations.
    pub insists: bool,
    /// Leaves the choice among several representations to the client.
    pub offers_choice: bool,
    pub ranges: bool,
    /// Deltas that it can compute from an older state, such as `vcdiff` (RFC 3229).
    pub deltas: Vec<String>,
    /// The `Cache-Control` value of its answers.
    pub cache_control: Option<String>,
    /// Seconds from now until its answers expire, for an `Expires` field.
    pub expires_in: Option<u32>,
    /// `Content-Location` of its answers.
    pub content_location: Option<String>,
    pub moved: Option<Moved>,
    /// It was here once and will not come back.
    pub gone: bool,
    /// PUT may create it.
    pub put_creates: bool,
    /// POST works where nothing is.
    pub post_creates: bool,
    pub post: Outcome,
    /// PUT over something, and PATCH.
    pub write: Outcome,
    pub delete: Outcome,
    /// Where something new comes to stand, or where the result is.
    pub location: String,
    pub locked: bool,
    pub conflict: bool,
    /// Something this change depends on failed.
    pub dependency_failed: bool,
    pub no_room: bool,
    pub bindings: Bindings,
    /// Who demanded the block, for 451: the `Link` target.
    pub blocked_by: Option<String>,
}

impl Default for Resource {
    fn default() -> Self {
        Resource {
            representations: vec![Representation::default()],
            methods: texts(&["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "TRACE"]),
            takes: Vec::new(),
            decodes: Vec::new(),
            syntax: String::new(),
            sense: String::new(),
            insists: false,
            offers_choice: false,
            ranges: true,
            deltas: Vec::new(),
            cache_control: None,
            expires_in: None,
            content_location: None,
            moved: None,
            gone: false,
            put_creates: true,
            post_creates: false,
            post: Outcome::Creates,
            write: Outcome::Silent,
            delete: Outcome::Silent,
            location: "/notes/2".to_owned(),
            locked: false,
            conflict: false,
            dependency_failed: false,
            no_room: false,
            bindings: Bindings::Plain,
            blocked_by: None,
        }
    }
}

impl Resource {
    /// Whether a current representation is there, which is what `*` in a condition asks.
    pub fn exists(&self) -> bool {
        !self.representations.is_empty()
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_starts_at_noon() {
        assert_eq!(NOON % 86_400, 43_200);
        // Day 20 781 after 1970-01-01 is 2026-11-24: 56 years of 365 days, 14 leap days, 327 days into 2026.
        assert_eq!(NOON / 86_400, 56 * 365 + 14 + 327);
    }

    #[test]
    fn what_a_link_leaves_out_stands_at_its_default() {
        let world: World =
            serde_json::from_str(r#"{"server":{"limited":true},"front":{"caches":true}}"#).expect("every field has a default");
        assert!(world.server.limited);
        assert_eq!(world.now, NOON);
        assert_eq!(world.resource, Resource::default());
        assert_eq!(world.front.map(|front| (front.caches, front.stored)), Some((true, None)));
    }
}
