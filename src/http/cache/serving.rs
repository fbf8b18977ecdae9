//! The answer made of a stored response: its Age, and the client's own conditions and ranges evaluated against it
//! (RFC 9111 §4, §4.3.2).

use super::{Ruling, Stored, freshness, rule};
use crate::http::etag;
use crate::http::message::{Request, Response};
use crate::http::parts::slice;
use crate::http::questions::brief;
use crate::http::range::{self, ContentRange, IfRange};
use crate::http::status::{KEPT, may_have_content};
use crate::http::{date, syntax};

/// What the client gets. `validated`: the next hop has just said that it is still good.
pub fn respond(request: &Request, stored: &Stored, now: u64, validated: bool, path: &mut Vec<Ruling>) -> Response {
    let mut response = stored.response.clone();
    if may_have_content(response.status) && !response.fields.contains("Content-Length") {
        response.fields.push("Content-Length", response.body.len().to_string());
    }
    set_age(&mut response, stored, now, validated, path);
    // If-Match and If-Unmodified-Since are for the origin only.
    if response.status == 200 && is_unchanged(request, stored, path) {
        return not_modified(&response);
    }
    if response.status == 200 && request.method == "GET" && request.fields.contains("Range") {
        response = part(request, response, stored, now, path);
    }
    if request.method == "HEAD" {
        response.body.clear();
    }
    response
}

/// A 504 of the cache's own.
pub fn refusal(now: u64, why: &str) -> Response {
    let mut response = Response::new(504);
    response.body = format!("{why}\n").into_bytes();
    response.fields.push("Date", date::format(now));
    response.fields.push("Content-Type", "text/plain; charset=utf-8");
    response.fields.push("Content-Length", response.body.len().to_string());
    response
}

fn set_age(response: &mut Response, stored: &Stored, now: u64, validated: bool, path: &mut Vec<Ruling>) {
    let question = "Does it carry an Age?";
    if validated && !response.fields.contains("Age") {
        rule(path, question, false, "The origin validated it for this very request.", "RFC 9111 §5.1");
        return;
    }
    let age = freshness::age(stored, now).current;
    response.fields.set("Age", age.to_string());
    rule(path, question, true, format!("Age is its current age, {age} s."), "RFC 9111 §4");
}

/// If-None-Match, or else If-Modified-Since, against what is stored.
fn is_unchanged(request: &Request, stored: &Stored, path: &mut Vec<Ruling>) -> bool {
    let question = "Does the client have it already?";
    let clause = "RFC 9111 §4.3.2";
    let own = &stored.response.fields;
    if let Some(value) = request.fields.joined("If-None-Match") {
        let tag = own.get("ETag").and_then(etag::parse);
        let same = etag::parse_list(&value).is_some_and(|tags| tags.weak_match(Some(tag.as_ref())));
        let verb = if same { "matches" } else { "does not match" };
        let reason = format!("If-None-Match, `{}`, {verb} what is stored.", brief(&value));
        return rule(path, question, same, reason, clause);
    }
    let mut lines = request.fields.all("If-Modified-Since");
    let (Some(value), None) = (lines.next(), lines.next()) else {
        return false;
    };
    let Some(since) = freshness::read_date(value, stored.received) else {
        let reason = format!("`{}` is no valid date, so If-Modified-Since is ignored.", brief(value));
        return rule(path, question, false, reason, clause);
    };
    let modified = own.get("Last-Modified").and_then(|value| freshness::read_date(value, stored.received));
    let name = if modified.is_some() { "Last-Modified" } else { "Date, as there is no Last-Modified," };
    let modified = modified.unwrap_or_else(|| freshness::date_value(stored));
    let verb = if modified <= since { "is not later than" } else { "is later than" };
    rule(path, question, modified <= since, format!("{name} {verb} If-Modified-Since."), clause)
}

/// The metadata of the stored response that a 304 carries (RFC 9110 §15.4.5).
fn not_modified(response: &Response) -> Response {
    let tagged = response.fields.contains("ETag");
    let kept = |name: &str| {
        let others = name.eq_ignore_ascii_case("Age") || (!tagged && name.eq_ignore_ascii_case("Last-Modified"));
        others || KEPT.iter().any(|own| own.eq_ignore_ascii_case(name))
    };
    let fields = response.fields.iter().filter(|&(name, _)| kept(name)).collect();
    Response { status: 304, fields, body: Vec::new() }
}

/// A 206 for one range, a 416 if it lies outside, or all of it.
fn part(request: &Request, whole: Response, stored: &Stored, now: u64, path: &mut Vec<Ruling>) -> Response {
    let question = "Is a part of it sent?";
    let clause = "RFC 9110 §14.2";
    let value = request.fields.joined("Range").unwrap_or_default();
    let Some(specs) = range::parse(&value) else {
        rule(path, question, false, format!("`{}` is no range of bytes, so Range is ignored.", brief(&value)), clause);
        return whole;
    };
    if !if_range_holds(request, stored, now, path) {
        return whole;
    }
    let length = whole.body.len() as u64;
    match range::resolve(&specs, length).as_deref() {
        Err(none) => {
            rule(path, question, false, format!("None of the {length} bytes is in the range."), "RFC 9110 §15.5.17");
            let mut response = Response::new(416);
            response.fields.push("Date", date::format(now));
            response.fields.push("Content-Range", none.to_string());
            response.fields.push("Content-Length", "0");
            response
        }
        Ok(&[(first, last)]) => {
            rule(path, question, true, format!("Bytes {first} to {last} of {length} are stored."), clause);
            let body = slice(&whole.body, first, last).to_vec();
            // Whoever sends If-Range has the rest already (RFC 9110 §15.3.7).
            let mut fields = if request.fields.contains("If-Range") { not_modified(&whole).fields } else { whole.fields };
            fields.set("Content-Length", body.len().to_string());
            fields.set("Content-Range", ContentRange::Part { first, last, length: Some(length) }.to_string());
            Response { status: 206, fields, body }
        }
        Ok(_) => {
            rule(path, question, false, "This cache sends single ranges only, and several were asked for.", clause);
            whole
        }
    }
}

fn if_range_holds(request: &Request, stored: &Stored, now: u64, path: &mut Vec<Ruling>) -> bool {
    let Some(value) = request.fields.get("If-Range") else {
        return true;
    };
    let own = &stored.response.fields;
    let tag = own.get("ETag").and_then(etag::parse);
    let modified = own.get("Last-Modified").and_then(|value| freshness::read_date(value, now));
    // Within the second of Date it could have changed again (RFC 9110 §8.8.2.2).
    let strong = modified.is_some_and(|modified| modified < freshness::date_value(stored));
    let holds = IfRange::parse(syntax::trim(value)).is_some_and(|condition| condition.holds(tag.as_ref(), modified, strong));
    let verb = if holds { "is" } else { "is not" };
    rule(path, "Does If-Range hold?", holds, format!("`{}` {verb} what is stored.", brief(value)), "RFC 9111 §4.3.2")
}
