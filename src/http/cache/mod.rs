//! A cache as RFC 9111 describes it, by a clock that the reader moves: what it keeps, when it answers by itself, what it
//! asks the next hop, and what it makes of the reply. With stale-while-revalidate and stale-if-error (RFC 5861) and
//! immutable (RFC 8246).
//!
//! Each decision leaves a [`Ruling`]: the question, the answer, one sentence with the values compared, and the clause.
//! A request goes through [`Cache::ask`]; if that says to forward something, the reply comes back through
//! [`Cache::receive`].

pub mod freshness;
pub mod invalidating;
pub mod requests;
pub mod selecting;
pub mod serving;
pub mod storing;
pub mod validating;

use serde::{Deserialize, Serialize};

use self::requests::{Reuse, Wishes};
use super::engine::By;
use super::message::{Request, Response};

/// Whether more than one user is served by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Such as the one in a browser.
    #[default]
    Private,
    /// Such as a CDN or a proxy.
    Shared,
}

impl Kind {
    pub fn is_shared(self) -> bool {
        self == Kind::Shared
    }
}

/// One question decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub question: &'static str,
    pub yes: bool,
    /// One sentence with the values compared.
    pub reason: String,
    /// Such as `RFC 9111 §4.2.3`.
    pub clause: &'static str,
}

/// Whether a stored response is still what it was when it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Standing {
    #[default]
    Good,
    /// A HEAD showed other validators: stale, however young (RFC 9111 §4.3.5).
    Changed,
    /// A write went to its target: to be validated before any use (RFC 9111 §4.4).
    Invalid,
}

/// A response that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The target URI, normalised.
    pub key: String,
    /// The request that brought it. Of its fields only Host and those that Vary names are kept.
    pub request: Request,
    pub response: Response,
    /// When the request went out and when the response was there, in seconds since 1970; of the last validation if there
    /// was one.
    pub requested: u64,
    pub received: u64,
    pub standing: Standing,
    /// The number of the last use; the lowest goes first when there is no room.
    used: u64,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Answered with a fresh response.
    Fresh,
    /// Answered with a stale one, as somebody allows. If there is something to forward, it goes out in the background.
    Stale,
    /// A stored response has to be validated first: what is forwarded carries its validators.
    Validate,
    /// Nothing stored helps: the request is forwarded as it is.
    Miss,
    /// A method that no stored response may answer: forwarded as it is.
    Through,
    /// 504: the client wants the cache or nothing.
    Refused,
}

/// What a cache says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// What the client gets at once.
    pub response: Option<Response>,
    /// What goes to the next hop.
    pub forward: Option<Request>,
    pub path: Vec<Ruling>,
}

/// What a cache makes of the reply to what it forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What the client gets; `None` if something has to be forwarded once more.
    pub response: Option<Response>,
    /// Whose word that is: the next hop's, this cache's storage, or the cache itself (504).
    pub by: By,
    /// To be forwarded now, without conditions: the reply was a 304 for something that is not stored.
    pub retry: Option<Request>,
    pub path: Vec<Ruling>,
}

/// Keeps responses and answers with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cache {
    pub kind: Kind,
    /// Of the connections it is reached by; part of every key.
    pub scheme: String,
    /// How many responses it holds at most.
    pub most: usize,
    stored: Vec<Stored>,
    uses: u64,
}

impl Default for Cache {
    fn default() -> Self {
        Cache { kind: Kind::Private, scheme: "https".to_owned(), most: 64, stored: Vec::new(), uses: 0 }
    }
}

impl Cache {
    pub fn new(kind: Kind) -> Self {
        Cache { kind, ..Cache::default() }
    }

    /// What it holds, the oldest arrival first.
    pub fn stored(&self) -> &[Stored] {
        &self.stored
    }

    /// Everything goes.
    pub fn clear(&mut self) {
        self.stored.clear();
    }

    /// Looks whether a stored response answers the request, and if not, says what to forward.
    pub fn ask(&mut self, now: u64, request: &Request) -> Verdict {
        let mut path = Vec::new();
        if !method_is_read(request, &mut path) {
            return Verdict { outcome: Outcome::Through, response: None, forward: Some(request.clone()), path };
        }
        let wishes = Wishes::of(request);
        let key = selecting::key(request, &self.scheme);
        let chosen = selecting::choose(&self.stored, &key, request, &mut path);
        let Some((index, stored)) = chosen.and_then(|index| Some((index, self.stored.get(index)?))) else {
            return forwarding(now, request, &wishes, None, path);
        };
        let (outcome, forward) = match requests::reuse(self.kind, stored, now, &wishes, &mut path) {
            Reuse::Fresh => (Outcome::Fresh, None),
            Reuse::Stale { refresh } => (Outcome::Stale, refresh.then(|| validating::independent(stored))),
            Reuse::Validate => {
                let conditional = validating::conditional(request, stored, &mut path);
                return forwarding(now, request, &wishes, conditional, path);
            }
        };
        let response = serving::respond(request, stored, now, false, &mut path);
        self.touch(index);
        Verdict { outcome, response: Some(response), forward, path }
    }

    /// Takes the reply to what was forwarded: `sent` is when that went out, `now` when the reply was there, `request` what the
    /// client asked and `forwarded` what the next hop got; both are the same for what goes out in the background. No reply at
    /// all means that the cache is disconnected.
    pub fn receive(&mut self, sent: u64, now: u64, request: &Request, forwarded: &Request, reply: Option<&Response>) -> Received {
        let mut path = Vec::new();
        let reads = matches!(request.method.as_str(), "GET" | "HEAD");
        let Some(reply) = reply else {
            return self.disconnected(now, request, path);
        };
        let reply = storing::dated(reply, now);
        if reads && reply.status == 304 {
            return self.not_modified((sent, now), request, &reply, path);
        }
        if reads
            && matches!(reply.status, 500 | 502 | 503 | 504)
            && let Some(response) = self.despite_error(now, request, reply.status, &mut path)
        {
            return Received { response: Some(response), by: By::Cache, retry: None, path };
        }
        if invalidating::is_unsafe(&request.method) {
            let gone = invalidating::targets(request, &reply, &self.scheme, &mut path);
            for stored in self.stored.iter_mut().filter(|stored| gone.contains(&stored.key)) {
                stored.standing = Standing::Invalid;
            }
        }
        if request.method == "HEAD" && reply.status == 200 {
            self.freshen_by_head((sent, now), request, &reply, &mut path);
        }
        self.keep((sent, now), request, forwarded, &reply, &mut path);
        Received { response: Some(reply), by: By::Origin, retry: None, path }
    }

    /// The places of the stored responses that could be chosen for a request (RFC 9111 §4.3.4, the initial set).
    fn candidates(&self, request: &Request) -> Vec<usize> {
        let key = selecting::key(request, &self.scheme);
        let fits = |stored: &Stored| stored.key == key && selecting::matches(stored, request);
        self.stored.iter().enumerate().filter(|(_, stored)| fits(stored)).map(|(index, _)| index).collect()
    }

    fn disconnected(&mut self, now: u64, request: &Request, mut path: Vec<Ruling>) -> Received {
        let key = selecting::key(request, &self.scheme);
        let reads = method_is_read(request, &mut path);
        let chosen = if reads { selecting::choose(&self.stored, &key, request, &mut path) } else { None };
        if let Some((index, stored)) = chosen.and_then(|index| Some((index, self.stored.get(index)?)))
            && requests::survives_silence(self.kind, stored, now, &Wishes::of(request), &mut path)
        {
            let response = serving::respond(request, stored, now, false, &mut path);
            self.touch(index);
            return Received { response: Some(response), by: By::Cache, retry: None, path };
        }
        let response = serving::refusal(now, "The next hop does not answer, and nothing stored may be used instead.");
        Received { response: Some(response), by: By::Front, retry: None, path }
    }

    fn despite_error(&mut self, now: u64, request: &Request, status: u16, path: &mut Vec<Ruling>) -> Option<Response> {
        let key = selecting::key(request, &self.scheme);
        let index = selecting::choose(&self.stored, &key, request, &mut Vec::new())?;
        let stored = self.stored.get(index)?;
        if !requests::survives_error(self.kind, stored, now, &Wishes::of(request), status, path) {
            return None;
        }
        let response = serving::respond(request, stored, now, false, path);
        self.touch(index);
        Some(response)
    }

    fn not_modified(&mut self, times: (u64, u64), request: &Request, reply: &Response, mut path: Vec<Ruling>) -> Received {
        let candidates = self.candidates(request);
        let named = validating::identify(&self.stored, &candidates, reply, &mut path);
        for index in &named {
            if let Some(stored) = self.stored.get_mut(*index) {
                validating::update(self.kind, stored, reply, times);
                stored.standing = Standing::Good;
            }
        }
        let newest = named.into_iter().max_by_key(|index| self.stored.get(*index).map(freshness::date_value));
        let Some((index, stored)) = newest.and_then(|index| Some((index, self.stored.get(index)?))) else {
            return passed_on(request, reply, path);
        };
        let response = serving::respond(request, stored, times.1, true, &mut path);
        self.touch(index);
        // What the 304 forbids to keep has served for the last time.
        let mut after = Vec::new();
        let kept = self.stored.get(index).is_some_and(|stored| storing::no_store_allows(&stored.response, &mut after));
        if !kept {
            path.append(&mut after);
            self.stored.remove(index);
        }
        Received { response: Some(response), by: By::Cache, retry: None, path }
    }

    fn freshen_by_head(&mut self, times: (u64, u64), request: &Request, reply: &Response, path: &mut Vec<Ruling>) {
        for index in self.candidates(request) {
            if let Some(stored) = self.stored.get_mut(index) {
                validating::freshen_by_head(self.kind, stored, reply, times, path);
            }
        }
    }

    /// Stores the reply if it may, in the place of what it supersedes.
    fn keep(&mut self, times: (u64, u64), request: &Request, forwarded: &Request, reply: &Response, path: &mut Vec<Ruling>) {
        let stores = storing::may_store(self.kind, request, reply, path);
        let replaced = self.candidates(request);
        // A full reply to a conditional request says that what was nominated does not do any more (RFC 9111 §4.3.3).
        let nominated = validating::is_conditional(forwarded) && matches!(reply.status, 200..=399 | 404 | 410);
        let read = request.method == "GET";
        let date = freshness::date_of(&reply.fields, times.1);
        let mut place = 0;
        self.stored.retain(|stored| {
            let superseded = replaced.contains(&place) && read && (nominated || (stores && freshness::date_value(stored) <= date));
            place += 1;
            !superseded
        });
        if !stores {
            return;
        }
        let key = selecting::key(request, &self.scheme);
        self.stored.push(storing::entry(self.kind, key, request, reply, times));
        self.touch(self.stored.len().saturating_sub(1));
        while self.stored.len() > self.most {
            let oldest = self.stored.iter().enumerate().min_by_key(|(_, stored)| stored.used).map(|(index, _)| index);
            self.stored.remove(oldest.unwrap_or_default());
        }
    }

    fn touch(&mut self, index: usize) {
        self.uses += 1;
        if let Some(stored) = self.stored.get_mut(index) {
            stored.used = self.uses;
        }
    }
}

/// Writes a decision down and hands it back.
fn rule(path: &mut Vec<Ruling>, question: &'static str, yes: bool, reason: impl Into<String>, clause: &'static str) -> bool {
    path.push(Ruling { question, yes, reason: reason.into(), clause });
    yes
}

fn method_is_read(request: &Request, path: &mut Vec<Ruling>) -> bool {
    let method = super::questions::brief(&request.method);
    let (yes, reason) = match request.method.as_str() {
        "GET" => (true, "A stored response to GET answers GET.".to_owned()),
        "HEAD" => (true, "A stored response to GET answers HEAD too, without its content.".to_owned()),
        other if invalidating::is_unsafe(other) => (false, format!("{method} may change something, so it is written through.")),
        _ => (false, format!("Responses to {method} are not stored.")),
    };
    rule(path, "Can a stored response answer this method?", yes, reason, "RFC 9111 §4")
}

/// What is forwarded, or 504 if the client does not want that.
fn forwarding(now: u64, request: &Request, wishes: &Wishes, conditional: Option<Request>, mut path: Vec<Ruling>) -> Verdict {
    let only = wishes.directives.only_if_cached;
    let question = "May it be forwarded?";
    if only {
        rule(&mut path, question, false, "The client says only-if-cached, and nothing stored will do.", "RFC 9111 §5.2.1.7");
        let response = serving::refusal(now, "Nothing stored will do, and the request says only-if-cached.");
        return Verdict { outcome: Outcome::Refused, response: Some(response), forward: None, path };
    }
    let outcome = if conditional.is_some() { Outcome::Validate } else { Outcome::Miss };
    Verdict { outcome, response: None, forward: Some(conditional.unwrap_or_else(|| request.clone())), path }
}

/// A 304 about nothing that is stored: the answer to the client's own condition, or to be asked again without any.
fn passed_on(request: &Request, reply: &Response, mut path: Vec<Ruling>) -> Received {
    let own = validating::is_conditional(request);
    let reason = if own {
        "The client asked with a condition of its own, so the 304 is for it."
    } else {
        "The client has no copy of its own, so the whole response is asked for once more."
    };
    rule(&mut path, "Is the 304 for the client?", own, reason, "RFC 9111 §4.3.4");
    if own {
        return Received { response: Some(reply.clone()), by: By::Origin, retry: None, path };
    }
    Received { response: None, by: By::Origin, retry: Some(request.clone()), path }
}
