//! What differs between a message and the one before it.

use super::bytes;
use crate::http::fields::Fields;
use crate::http::message::Request;
use crate::http::sequence::{Change, Event, Message};

/// Those that the event tells of; otherwise against the last message of its kind that went the same way, if the two can be
/// compared at all: requests for the same target, responses with the same status.
pub fn changes(events: &[Event], index: usize) -> Vec<Change> {
    let Some(event) = events.get(index) else { return Vec::new() };
    if !event.changes.is_empty() {
        return event.changes.clone();
    }
    let mut before = events.iter().take(index).rev().filter(|other| (other.from, other.to) == (event.from, event.to));
    match &event.message {
        Message::Request { url, request } => {
            let last = before.find_map(|other| match &other.message {
                Message::Request { url, request } => Some((url, request)),
                _ => None,
            });
            last.filter(|(own, _)| *own == url).map(|(_, old)| between_requests(old, request)).unwrap_or_default()
        }
        Message::Response(response) => {
            let last = before.find_map(|other| match &other.message {
                Message::Response(response) => Some(response),
                _ => None,
            });
            last.filter(|old| old.status == response.status).map(|old| between_fields(&old.fields, &response.fields)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn between_requests(old: &Request, new: &Request) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.method != new.method {
        changes.push(difference("method", Some(old.method.clone()), Some(new.method.clone())));
    }
    changes.extend(between_fields(&old.fields, &new.fields));
    if old.body != new.body {
        let said = |body: &[u8]| (!body.is_empty()).then(|| bytes(body.len()));
        changes.push(difference("content", said(&old.body), said(&new.body)));
    }
    changes
}

fn between_fields(old: &Fields, new: &Fields) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for (name, _) in new.iter().chain(old.iter()) {
        let (before, after) = (old.joined(name), new.joined(name));
        if before != after && !changed(&changes, name) {
            changes.push(difference(name, before, after));
        }
    }
    changes
}

/// One that no rule demands: somebody chose it.
fn difference(what: &str, before: Option<String>, after: Option<String>) -> Change {
    Change { what: what.to_owned(), before, after, clause: "" }
}

/// Whether a part of the message is among what changed.
pub fn changed(changes: &[Change], what: &str) -> bool {
    changes.iter().any(|change| change.what.eq_ignore_ascii_case(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_told_once_in_the_order_of_the_new_message() {
        let mut old = Request::new("POST", "/");
        old.fields = [("Host", "a"), ("Accept", "text/plain"), ("Cookie", "a=b")].into_iter().collect();
        old.body = b"abc".to_vec();
        let mut new = Request::new("GET", "/");
        new.fields = [("Host", "a"), ("Via", "1.1 a"), ("via", "1.1 b"), ("Accept", "*/*")].into_iter().collect();
        let told: Vec<(String, Option<String>, Option<String>)> =
            between_requests(&old, &new).into_iter().map(|change| (change.what, change.before, change.after)).collect();
        let difference =
            |what: &str, before: Option<&str>, after: Option<&str>| (what.to_owned(), before.map(str::to_owned), after.map(str::to_owned));
        let expected = [
            difference("method", Some("POST"), Some("GET")),
            difference("Via", None, Some("1.1 a, 1.1 b")),
            difference("Accept", Some("text/plain"), Some("*/*")),
            difference("Cookie", Some("a=b"), None),
            difference("content", Some("3 bytes"), None),
        ];
        assert_eq!(told, expected);
        assert!(between_requests(&old, &old).is_empty());
    }
}
