//! Requests and responses, and how they look on the wire (RFC 9112).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::{status, syntax};

/// The version in a start line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Version {
    Http10,
    #[default]
    Http11,
    /// 1.2 and later minor versions are to be treated as 1.1 (RFC 9110 §2.5); another major version is not understood.
    Other {
        major: u8,
        minor: u8,
    },
}

impl Version {
    /// From the two digits of `HTTP/1.1`.
    pub fn new(major: u8, minor: u8) -> Self {
        match (major, minor) {
            (1, 0) => Version::Http10,
            (1, 1) => Version::Http11,
            _ => Version::Other { major, minor },
        }
    }

    pub fn numbers(self) -> (u8, u8) {
        match self {
            Version::Http10 => (1, 0),
            Version::Http11 => (1, 1),
            Version::Other { major, minor } => (major, minor),
        }
    }

    /// Whether the rules of HTTP/1.1 hold: persistent connections, Host demanded, chunked understood.
    pub fn has_1_1(self) -> bool {
        self.numbers().0 == 1 && self.numbers().1 >= 1
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = self.numbers();
        write!(f, "HTTP/{major}.{minor}")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Case counts.
    pub method: String,
    /// As in the request line: `/where?q=now`, `http://example.org/`, `example.org:80`, `*`.
    pub target: String,
    pub version: Version,
    pub fields: Fields,
    /// The content: on the wire it is chunked if Transfer-Encoding says so.
    pub body: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Response {
    pub status: u16,
    pub fields: Fields,
    /// As in [`Request::body`].
    pub body: Vec<u8>,
}

impl Request {
    /// HTTP/1.1, without fields.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Request { method: method.into(), target: target.into(), ..Request::default() }
    }

    /// The bytes sent. Nothing is added: a request without Host goes without Host.
    pub fn wire(&self) -> Vec<u8> {
        let mut bytes = self.head().replace('\n', "\r\n").into_bytes();
        push_body(&mut bytes, &self.fields, &self.body);
        bytes
    }

    /// The same to read: lines end with `\n`, chunks are put together, content that is no text is only counted.
    pub fn text(&self) -> String {
        self.head() + &readable(&self.body)
    }

    /// Start line, fields and the empty line.
    pub fn head(&self) -> String {
        head(format!("{} {} {}", clean(&self.method), clean(&self.target), self.version), &self.fields)
    }

    /// The target URI, put together as a server does (RFC 9112 §3.3). `scheme` is that of the connection.
    pub fn url(&self, scheme: &str) -> String {
        let host = self.fields.get("Host").unwrap_or_default();
        if self.method == "CONNECT" {
            format!("{scheme}://{}", self.target)
        } else if self.target == "*" {
            format!("{scheme}://{host}")
        } else if self.target.starts_with('/') {
            format!("{scheme}://{host}{}", self.target)
        } else {
            self.target.clone()
        }
    }
}

impl Response {
    pub fn new(status: u16) -> Self {
        Response { status, ..Response::default() }
    }

    /// The bytes sent. There is no content where the status rules it out; after HEAD the caller leaves it out.
    pub fn wire(&self) -> Vec<u8> {
        let mut bytes = self.head().replace('\n', "\r\n").into_bytes();
        if status::may_have_content(self.status) {
            push_body(&mut bytes, &self.fields, &self.body);
        }
        bytes
    }

    /// As [`Request::text`].
    pub fn text(&self) -> String {
        let body = if status::may_have_content(self.status) { readable(&self.body) } else { String::new() };
        self.head() + &body
    }

    /// Status line, fields and the empty line. The space after the code is demanded even without a reason.
    pub fn head(&self) -> String {
        let reason = status::reason(self.status).unwrap_or_default();
        head(format!("{} {:03} {reason}", Version::Http11, self.status), &self.fields)
    }
}

/// Whether the last transfer coding is chunked.
pub fn is_chunked(fields: &Fields) -> bool {
    let value = fields.joined("Transfer-Encoding").unwrap_or_default();
    syntax::list(&value).last().is_some_and(|last| last.eq_ignore_ascii_case("chunked"))
}

fn head(start: String, fields: &Fields) -> String {
    let mut text = start;
    text.push('\n');
    for (name, value) in fields.iter() {
        text.push_str(&clean(name));
        text.push_str(if value.is_empty() { ":" } else { ": " });
        text.push_str(&clean(value));
        text.push('\n');
    }
    text.push('\n');
    text
}

/// No value can break out of its line.
fn clean(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], " ")
}

fn push_body(bytes: &mut Vec<u8>, fields: &Fields, body: &[u8]) {
    if !is_chunked(fields) {
        bytes.extend_from_slice(body);
        return;
    }
    if !body.is_empty() {
        bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
}

fn readable(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("({} bytes)", body.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_rfc_9112_shows_it() {
        let mut request = Request::new("GET", "/where?q=now");
        request.fields.push("Host", "www.example.org");
        assert_eq!(request.wire(), b"GET /where?q=now HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
        assert_eq!(request.text(), "GET /where?q=now HTTP/1.1\nHost: www.example.org\n\n");
        request.fields.set("Host", "");
        assert_eq!(request.wire(), b"GET /where?q=now HTTP/1.1\r\nHost:\r\n\r\n");
    }

    #[test]
    fn the_target_uri_is_put_together_as_in_section_3_3() {
        let url = |method: &str, target: &str, host: &str, scheme: &str| {
            let mut request = Request::new(method, target);
            request.fields.push("Host", host);
            request.url(scheme)
        };
        assert_eq!(url("GET", "/pub/WWW/TheProject.html", "www.example.org", "https"), "https://www.example.org/pub/WWW/TheProject.html");
        assert_eq!(url("OPTIONS", "*", "www.example.org:8080", "http"), "http://www.example.org:8080");
        assert_eq!(url("GET", "http://www.example.org/x", "other", "https"), "http://www.example.org/x");
        assert_eq!(url("CONNECT", "www.example.com:80", "www.example.com", "http"), "http://www.example.com:80");
    }

    #[test]
    fn content_is_chunked_if_the_fields_say_so() {
        let mut response = Response::new(200);
        response.fields.push("Transfer-Encoding", "chunked");
        response.body = b"0123456789abcdef!".to_vec();
        assert_eq!(response.wire(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n0123456789abcdef!\r\n0\r\n\r\n");
        assert_eq!(response.text(), "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0123456789abcdef!");
        response.body.clear();
        assert!(response.wire().ends_with(b"\r\n\r\n0\r\n\r\n"));
    }

    #[test]
    fn no_content_where_the_status_rules_it_out_and_a_space_where_there_is_no_reason() {
        for status in [100, 204, 205, 304] {
            let response = Response { body: b"lost".to_vec(), ..Response::new(status) };
            assert!(response.wire().ends_with(b"\r\n\r\n"), "{status}");
        }
        assert_eq!(Response::new(299).wire(), b"HTTP/1.1 299 \r\n\r\n");
    }

    #[test]
    fn a_value_cannot_break_out_of_its_line() {
        let mut response = Response::new(302);
        response.fields.push("Location", "/\r\nSet-Cookie: a=b\0");
        assert_eq!(response.wire(), b"HTTP/1.1 302 Found\r\nLocation: /  Set-Cookie: a=b \r\n\r\n");
    }

    #[test]
    fn later_minor_versions_are_1_1() {
        assert!(Version::new(1, 2).has_1_1() && Version::Http11.has_1_1());
        assert!(!Version::new(2, 0).has_1_1() && !Version::Http10.has_1_1());
        assert_eq!(Version::new(3, 7).to_string(), "HTTP/3.7");
    }
}
