//! Validation: the conditional request that a cache makes, and what a 304 or a reply to HEAD does to what is stored
//! (RFC 9111 §4.3).

use super::{Kind, Ruling, Standing, Stored, freshness, rule, storing};
use crate::http::etag::{self, ETag, Tags};
use crate::http::message::{Request, Response};
use crate::http::questions::brief;
use crate::http::syntax;

/// Fields that a stored response keeps whatever an update says (RFC 9111 §3.2).
const NOT_UPDATED: [&str; 2] = ["Content-Length", "Content-Range"];

/// Whether a 304 would answer a condition of this request.
pub fn is_conditional(request: &Request) -> bool {
    request.fields.contains("If-None-Match") || request.fields.contains("If-Modified-Since")
}

/// The request with the validators of what is stored (RFC 9111 §4.3.1); `None` if there is none to send.
pub fn conditional(request: &Request, stored: &Stored, path: &mut Vec<Ruling>) -> Option<Request> {
    let question = "Can it be validated?";
    let clause = "RFC 9111 §4.3.1";
    let own = &stored.response.fields;
    let tag = own.get("ETag").and_then(etag::parse);
    let modified = own.get("Last-Modified").filter(|value| freshness::read_date(value, stored.received).is_some());
    let part = request.fields.contains("Range");
    let theirs = request.fields.joined("If-None-Match");
    let tags = match (tag, &theirs) {
        (Some(tag), None) => Some(Tags::List(vec![tag])),
        (Some(tag), Some(value)) => match etag::parse_list(value) {
            Some(Tags::List(list)) => Some(Tags::List(union(list, tag))),
            Some(Tags::Any) => {
                rule(path, question, false, "The client's own `If-None-Match: *` is left as it is.", clause);
                return None;
            }
            None => Some(Tags::List(vec![tag])),
        },
        (None, Some(_)) => {
            rule(path, question, false, "It has no ETag to add to the client's If-None-Match.", clause);
            return None;
        }
        (None, None) => None,
    };
    let mut forward = request.clone();
    let mut sent = Vec::new();
    if let Some(tags) = &tags {
        forward.fields.set("If-None-Match", tags.to_string());
        sent.push(format!("If-None-Match: {tags}"));
    }
    match modified.filter(|_| !part) {
        Some(date) => {
            forward.fields.set("If-Modified-Since", date);
            sent.push(format!("If-Modified-Since: {date}"));
        }
        // The client's own date would say nothing about what is stored.
        None if tags.is_some() => {
            forward.fields.remove("If-Modified-Since");
        }
        None => {}
    }
    if sent.is_empty() {
        rule(path, question, false, "It has no validator, so all of it is fetched anew.", clause);
        return None;
    }
    rule(path, question, true, format!("The next hop is asked with {}.", sent.join(" and ")), clause);
    Some(forward)
}

/// The client's list and what is stored.
fn union(mut list: Vec<ETag>, own: ETag) -> Vec<ETag> {
    if !list.contains(&own) {
        list.push(own);
    }
    list
}

/// A request that no client asked for: the method, the target and the fields that Vary names come from what is stored.
pub fn independent(stored: &Stored) -> Request {
    conditional(&stored.request, stored, &mut Vec::new()).unwrap_or_else(|| stored.request.clone())
}

/// Which of the candidates a 304 is about (RFC 9111 §4.3.4).
pub fn identify(all: &[Stored], candidates: &[usize], reply: &Response, path: &mut Vec<Ruling>) -> Vec<usize> {
    let tag = reply.fields.get("ETag").and_then(etag::parse);
    let modified = reply.fields.get("Last-Modified");
    let initial: Vec<(usize, &Stored)> = candidates.iter().filter_map(|index| Some((*index, all.get(*index)?))).collect();
    let own_tag = |stored: &Stored| stored.response.fields.get("ETag").and_then(etag::parse);
    let (found, reason): (Vec<usize>, String) = match (&tag, modified) {
        (Some(tag), _) if !tag.weak => {
            let same = |stored: &Stored| own_tag(stored).is_some_and(|own| own.strong_eq(tag));
            let found = initial.iter().filter(|(_, stored)| same(stored)).map(|(index, _)| *index).collect();
            (found, format!("The 304 names the strong `{}`.", brief(&tag.to_string())))
        }
        (Some(tag), _) => {
            let same = |stored: &Stored| own_tag(stored).is_some_and(|own| own.weak_eq(tag));
            let found = newest(initial.iter().copied().filter(|(_, stored)| same(stored)));
            (found, format!("The 304 names the weak `{}`, of which the most recent counts.", brief(&tag.to_string())))
        }
        (None, Some(date)) => {
            let read = |text: &str| freshness::read_date(text, 0);
            let same = |stored: &Stored| {
                let own = stored.response.fields.get("Last-Modified");
                own.is_some_and(|own| own == date || (read(own).is_some() && read(own) == read(date)))
            };
            let found = newest(initial.iter().copied().filter(|(_, stored)| same(stored)));
            (found, format!("The 304 names Last-Modified `{}`, of which the most recent counts.", brief(date)))
        }
        (None, None) => {
            let bare = |stored: &Stored| !stored.response.fields.contains("ETag") && !stored.response.fields.contains("Last-Modified");
            let found = match initial.as_slice() {
                [(index, stored)] if bare(stored) => vec![*index],
                _ => Vec::new(),
            };
            (found, "The 304 has no validator, so it is about one response without any, if that is all there is.".to_owned())
        }
    };
    rule(path, "Is the 304 about something stored?", !found.is_empty(), reason, "RFC 9111 §4.3.4");
    found
}

fn newest<'a>(matching: impl Iterator<Item = (usize, &'a Stored)>) -> Vec<usize> {
    let best = matching.max_by_key(|(_, stored)| (freshness::date_value(stored), stored.received));
    best.map(|(index, _)| index).into_iter().collect()
}

/// Each field of the reply replaces that of the stored response (RFC 9111 §3.2). `times` are those of the reply.
pub fn update(kind: Kind, stored: &mut Stored, reply: &Response, times: (u64, u64)) {
    let new = storing::stored_fields(kind, &reply.fields);
    let own = &mut stored.response.fields;
    // An Age is that of the message that carried it.
    own.remove("Age");
    let mut seen: Vec<String> = NOT_UPDATED.iter().map(|name| name.to_ascii_lowercase()).collect();
    for (name, _) in new.iter() {
        let lower = name.to_ascii_lowercase();
        if seen.contains(&lower) {
            continue;
        }
        seen.push(lower);
        let mut lines = new.all(name);
        if let Some(first) = lines.next() {
            own.set(name, first);
        }
        for line in lines {
            own.push(name, line);
        }
    }
    (stored.requested, stored.received) = times;
}

/// A 200 to HEAD updates what it agrees with, and makes stale what it does not (RFC 9111 §4.3.5).
pub fn freshen_by_head(kind: Kind, stored: &mut Stored, reply: &Response, times: (u64, u64), path: &mut Vec<Ruling>) {
    let clause = "RFC 9111 §4.3.5";
    let question = "Is the reply to HEAD about what is stored?";
    let differs = ["ETag", "Last-Modified"].into_iter().find(|name| {
        let received = reply.fields.get(name);
        received.is_some() && received != stored.response.fields.get(name)
    });
    let length = |response: &Response| response.fields.get("Content-Length").and_then(|value| syntax::digits(syntax::trim(value)));
    let own_length = length(&stored.response).unwrap_or(stored.response.body.len() as u64);
    let other_length = length(reply).filter(|length| *length != own_length);
    let reason = match (differs, other_length) {
        (Some(name), _) => format!("{name} is another, so what is stored counts as stale."),
        (None, Some(length)) => format!("Content-Length is {length} and not {own_length}, so what is stored counts as stale."),
        (None, None) => "All validators and the length agree, so its fields are updated.".to_owned(),
    };
    if rule(path, question, differs.is_none() && other_length.is_none(), reason, clause) {
        update(kind, stored, reply, times);
        if stored.standing == Standing::Changed {
            stored.standing = Standing::Good;
        }
    } else if stored.standing == Standing::Good {
        stored.standing = Standing::Changed;
    }
}
