//! What the nodes ask: each looks at one exchange and answers yes or no, with the values it compared in one sentence.
//!
//! A question never fails: what a recipient has to ignore, it ignores, and says so. Questions that only one server asks
//! stand in the profile of that server.

pub mod action;
pub mod conditions;
pub mod content;
pub mod message;
pub mod negotiation;
pub mod ranges;
pub mod resource;
pub mod who;

use super::message::Request;
use super::methods;
use super::state::{Outcome, Representation, World};
use super::syntax;

/// What a node asks.
pub type Ask = fn(&Exchange) -> Answer;

/// Yes or no, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub yes: bool,
    /// One sentence.
    pub reason: String,
}

impl Answer {
    pub fn yes(reason: impl Into<String>) -> Answer {
        Answer { yes: true, reason: reason.into() }
    }

    pub fn no(reason: impl Into<String>) -> Answer {
        Answer { yes: false, reason: reason.into() }
    }

    /// One of two sentences that need no numbers.
    pub fn of(yes: bool, if_yes: &str, if_no: &str) -> Answer {
        Answer { yes, reason: (if yes { if_yes } else { if_no }).to_owned() }
    }

    /// The other answer for the same reason.
    pub fn opposite(self) -> Answer {
        Answer { yes: !self.yes, ..self }
    }
}

/// A request in a world.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    pub request: &'a Request,
    pub world: &'a World,
}

impl<'a> Exchange<'a> {
    pub fn method(&self) -> &'a str {
        &self.request.method
    }

    pub fn is(&self, method: &str) -> bool {
        self.request.method == method
    }

    /// GET or HEAD.
    pub fn reads(&self) -> bool {
        matches!(self.method(), "GET" | "HEAD")
    }

    /// Methods that promise to change nothing (RFC 9110 §9.2.1).
    pub fn is_safe(&self) -> bool {
        methods::is_safe(self.method())
    }

    pub fn has(&self, field: &str) -> bool {
        self.request.fields.contains(field)
    }

    /// All lines of a field together.
    pub fn field(&self, name: &str) -> Option<String> {
        self.request.fields.joined(name)
    }

    /// The `Content-Length`, if it is one number.
    pub fn content_length(&self) -> Option<u64> {
        let mut values = self.request.fields.all("Content-Length").map(|value| syntax::digits(value.trim()));
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    }

    /// Whether content comes or is announced.
    pub fn has_content(&self) -> bool {
        !self.request.body.is_empty() || self.content_length().is_some_and(|length| length > 0) || self.has("Transfer-Encoding")
    }

    /// The representation that the answer is about: negotiated, or else the server's favourite.
    pub fn selected(&self) -> Option<&'a Representation> {
        let all = &self.world.resource.representations;
        negotiation::choice(self).and_then(|index| all.get(index)).or_else(|| all.first())
    }

    pub fn etag(&self) -> Option<&'a str> {
        self.selected()?.etag.as_deref()
    }

    pub fn last_modified(&self) -> Option<u64> {
        self.selected()?.last_modified
    }

    /// What an unsafe method comes to here.
    pub fn outcome(&self) -> Outcome {
        let resource = &self.world.resource;
        match self.method() {
            "POST" => resource.post,
            "DELETE" => resource.delete,
            "PUT" | "PATCH" if resource.exists() => match resource.write {
                // A PUT that replaces creates nothing (RFC 9110 §9.3.4).
                Outcome::Creates => Outcome::Silent,
                other => other,
            },
            "PUT" | "PATCH" if resource.write == Outcome::Later => Outcome::Later,
            "PUT" | "PATCH" => Outcome::Creates,
            _ => Outcome::Says,
        }
    }
}

/// A field's value as it is quoted in a reason: not longer than a line.
pub fn brief(value: &str) -> String {
    const LONGEST: usize = 60;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let start: String = value.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}

/// With commas, as in a field.
pub fn list(words: &[String]) -> String {
    words.join(", ")
}
