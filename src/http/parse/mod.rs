//! What a reader types or pastes: requests, responses, `curl` lines. Each is read or refused with the byte that offends.

mod address;
mod as_curl;
mod body;
mod curl;
mod head;
mod options;
mod request;
mod response;
mod sending;
mod shell;

pub use as_curl::to_curl;
pub use curl::{Command, command, curl};
pub use request::{fields, request};
pub use response::{exchange, response};

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most that a server takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// The target in the request line; beyond it 414. RFC 9112 §3 recommends at least 8000 for the whole line.
    pub target: usize,
    /// All field lines together, with their line ends; beyond it 431.
    pub fields: usize,
    /// The content; beyond it 413.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { target: 8_000, fields: 16_384, body: 1_048_576 }
    }
}

/// Why a text was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Refusal {
    /// What a server answers; what a gateway answers to a response ([`BAD_RESPONSE`]); [`NOT_SENT`] if curl itself gives up.
    pub status: u16,
    /// The byte that offends, or the length of the text if something is missing at its end.
    pub at: usize,
    /// A sentence.
    pub why: String,
}

/// A gateway has to answer 502 if what it gets is no response.
pub const BAD_RESPONSE: u16 = 502;
/// Nothing goes over the wire, so nobody answers.
pub const NOT_SENT: u16 = 0;

impl Refusal {
    fn new(status: u16, at: usize, why: impl Into<String>) -> Self {
        Refusal { status, at, why: why.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}", self.status, self.at, self.why)
    }
}

impl std::error::Error for Refusal {}

/// A byte as a sentence names it: the sign itself in backticks, or what it is called.
fn named(byte: u8) -> String {
    match byte {
        b' ' => "a space".to_owned(),
        b'\t' => "a tab".to_owned(),
        b'\r' => "a CR without LF".to_owned(),
        0 => "a NUL".to_owned(),
        _ if byte.is_ascii_graphic() => format!("`{}`", char::from(byte)),
        _ => format!("the byte 0x{byte:02X}"),
    }
}
