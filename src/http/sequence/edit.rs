//! A request that is changed step by step, with every change written down.

use super::Change;
use crate::http::message::Request;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub request: Request,
    pub changes: Vec<Change>,
}

impl Edit {
    pub fn new(request: &Request) -> Edit {
        Edit { request: request.clone(), changes: Vec::new() }
    }

    /// Writes down something that stands in no message, such as the connection.
    pub fn note(&mut self, what: &str, before: Option<String>, after: Option<String>, clause: &'static str) {
        if before != after {
            self.changes.push(Change { what: what.to_owned(), before, after, clause });
        }
    }

    pub fn method(&mut self, to: &str, clause: &'static str) {
        let before = std::mem::replace(&mut self.request.method, to.to_owned());
        self.note("method", Some(before), Some(to.to_owned()), clause);
    }

    pub fn target(&mut self, to: &str, clause: &'static str) {
        let before = std::mem::replace(&mut self.request.target, to.to_owned());
        self.note("target", Some(before), Some(to.to_owned()), clause);
    }

    /// One line of that name with that value.
    pub fn set(&mut self, name: &str, value: &str, clause: &'static str) {
        let before = self.request.fields.joined(name);
        self.request.fields.set(name, value);
        self.note(name, before, Some(value.to_owned()), clause);
    }

    /// One more line of that name.
    pub fn add(&mut self, name: &str, value: &str, clause: &'static str) {
        let before = self.request.fields.joined(name);
        self.request.fields.push(name, value);
        self.note(name, before, self.request.fields.joined(name), clause);
    }

    pub fn remove(&mut self, name: &str, clause: &'static str) {
        let before = self.request.fields.joined(name);
        self.request.fields.remove(name);
        self.note(name, before, None, clause);
    }

    pub fn drop_content(&mut self, clause: &'static str) {
        if !self.request.body.is_empty() {
            let before = format!("{} bytes", self.request.body.len());
            self.request.body.clear();
            self.note("content", Some(before), None, clause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_written_down_once() {
        let mut request = Request::new("POST", "/a");
        request.fields.push("Host", "a");
        request.fields.push("Via", "1.1 x");
        request.fields.push("Expect", "100-continue");
        request.body = b"five!".to_vec();
        let mut edit = Edit::new(&request);
        edit.method("GET", "one");
        edit.target("/b", "two");
        edit.set("host", "b", "three");
        edit.add("Via", "1.1 y", "four");
        edit.remove("Expect", "five");
        edit.drop_content("six");
        let told: Vec<_> =
            edit.changes.iter().map(|own| (own.what.as_str(), own.before.as_deref(), own.after.as_deref(), own.clause)).collect();
        assert_eq!(
            told,
            [
                ("method", Some("POST"), Some("GET"), "one"),
                ("target", Some("/a"), Some("/b"), "two"),
                ("host", Some("a"), Some("b"), "three"),
                ("Via", Some("1.1 x"), Some("1.1 x, 1.1 y"), "four"),
                ("Expect", Some("100-continue"), None, "five"),
                ("content", Some("5 bytes"), None, "six"),
            ]
        );
        assert_eq!(edit.request.text(), "GET /b HTTP/1.1\nHost: b\nVia: 1.1 x\nVia: 1.1 y\n\n");
    }

    #[test]
    fn what_stays_the_same_is_no_change() {
        let request = Request::new("GET", "/");
        let mut edit = Edit::new(&request);
        edit.method("GET", "x");
        edit.target("/", "x");
        edit.remove("Expect", "x");
        edit.drop_content("x");
        assert_eq!((edit.changes.len(), edit.request == request), (0, true));
    }
}
