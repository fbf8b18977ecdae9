//! A request and the response that came: which way through the graph explains the status, and what is wrong with the
//! response whatever the reason.

use super::auth;
use super::engine::{Trace, trace};
use super::inverse::{self, Plan};
use super::message::{Request, Response};
use super::profiles::Profile;
use super::range::ContentRange;
use super::state::{Guard, NOON, Representation, World};
use super::status::{self, Strength};
use super::{date, etag, syntax};

/// Something that a response must or should not be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// One sentence.
    pub what: String,
    pub clause: &'static str,
    pub strength: Strength,
}

/// What is known about a request and its response.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What must be so for that status, the fewest assumptions first; empty if three do not suffice. Without edits, the
    /// guessed world explains it as it is.
    pub plans: Vec<Plan>,
    /// The way that the first plan takes.
    pub trace: Option<Trace>,
    pub faults: Vec<Fault>,
}

/// Looks for the way and for faults. `world` is what is assumed at first: [`guess`], or what the reader knows.
pub fn explain(profile: Profile, request: &Request, response: &Response, world: &World) -> Explanation {
    let plans = inverse::explanations(profile, request, world, response.status);
    let trace = plans.first().map(|plan| trace(profile, &plan.request, &plan.world));
    Explanation { plans, trace, faults: faults(request, response) }
}

/// A world in which such a response could have come: what its fields say of the resource, and nothing else.
pub fn guess(request: &Request, response: &Response) -> World {
    let fields = &response.fields;
    let now = fields.get("Date").and_then(date::parse).unwrap_or(NOON);
    let mut world = World { now, ..World::default() };
    let mut own = Representation { etag: None, last_modified: None, ..Representation::default() };
    own.etag = fields.get("ETag").map(str::to_owned);
    own.last_modified = fields.get("Last-Modified").and_then(date::parse);
    if let Some(kind) = fields.get("Content-Type") {
        own.media_type = kind.split(';').next().unwrap_or_default().trim().to_owned();
        own.charset = None;
    }
    own.language = fields.get("Content-Language").map(str::to_owned);
    own.coding = fields.get("Content-Encoding").map(str::to_owned);
    own.body = body(response);
    // A condition that was met or not can only have been about tags and dates like the ones asked for.
    if own.etag.is_none() && own.last_modified.is_none() && matches!(response.status, 304 | 412) {
        own.etag = Representation::default().etag;
        own.last_modified = Some(now.saturating_sub(86_400));
    }
    world.resource.representations = vec![own];
    world.resource.cache_control = fields.joined("Cache-Control");
    if let Some(allow) = fields.joined("Allow") {
        world.resource.methods = syntax::list(&allow).into_iter().map(str::to_owned).collect();
    } else if response.status != 405 && !world.resource.methods.contains(&request.method) {
        world.resource.methods.push(request.method.clone());
    }
    if response.status != 501 && !world.server.methods.contains(&request.method) {
        world.server.methods.push(request.method.clone());
    }
    let challenges = fields.joined("WWW-Authenticate").and_then(|value| auth::challenges(&value)).unwrap_or_default();
    if let Some(challenge) = challenges.first() {
        let realm = challenge.parameter("realm").unwrap_or_default().to_owned();
        world.server.guard = Some(Guard { realm, accepts: vec![format!("{} …", challenge.scheme)] });
    }
    world
}

/// The content that the resource must have had: as long as Content-Range says, but never more than a mebibyte.
fn body(response: &Response) -> String {
    const MOST: u64 = 1 << 20;
    let range = response.fields.get("Content-Range").and_then(ContentRange::parse);
    let length = match range {
        Some(ContentRange::Part { length, last, .. }) => length.unwrap_or(last.saturating_add(1)),
        Some(ContentRange::Unsatisfied { length }) => length,
        None => return String::from_utf8_lossy(&response.body).into_owned(),
    };
    ".".repeat(usize::try_from(length.min(MOST)).unwrap_or_default())
}

/// What is wrong with the response as an answer to that request.
pub fn faults(request: &Request, response: &Response) -> Vec<Fault> {
    let mut faults = Vec::new();
    mandatory(response, &mut faults);
    content(request, response, &mut faults);
    ranges(request, response, &mut faults);
    fit(request, response, &mut faults);
    values(response, &mut faults);
    faults
}

fn must(faults: &mut Vec<Fault>, what: impl Into<String>, clause: &'static str) {
    faults.push(Fault { what: what.into(), clause, strength: Strength::Must });
}

fn should(faults: &mut Vec<Fault>, what: impl Into<String>, clause: &'static str) {
    faults.push(Fault { what: what.into(), clause, strength: Strength::Should });
}

/// The code itself, and the fields that it demands.
fn mandatory(response: &Response, faults: &mut Vec<Fault>) {
    let code = response.status;
    match status::find(code) {
        None => should(faults, format!("{code} is not registered; a client treats it as {}00.", code / 100), "RFC 9110 §15"),
        Some(status) if status.is_reserved() => should(faults, format!("{code} is reserved and means nothing."), "RFC 9110 §15"),
        Some(_) => {}
    }
    let missing = status::missing(code, &response.fields, None);
    for demand in status::demands(code) {
        let absent = !response.fields.contains(demand.field);
        match demand.strength {
            Strength::Must if missing.contains(&demand.field) => must(faults, format!("{code} without {}.", demand.field), demand.clause),
            Strength::Should if absent => should(faults, format!("{code} without {}.", demand.field), demand.clause),
            _ => {}
        }
    }
    if status::demands_date(code) && !response.fields.contains("Date") {
        must(faults, "There is no Date, which every origin with a clock sends.", "RFC 9110 §6.6.1");
    }
}

/// Content where none may be, and lengths that do not fit.
fn content(request: &Request, response: &Response, faults: &mut Vec<Fault>) {
    let (code, fields) = (response.status, &response.fields);
    let has_content = !response.body.is_empty();
    if has_content && !status::may_have_content(code) {
        let clause = if code == 205 { "RFC 9110 §15.3.6" } else { "RFC 9112 §6.3" };
        must(faults, format!("{code} carries content, and may not."), clause);
    } else if has_content && request.method == "HEAD" {
        must(faults, "The answer to HEAD carries content, and may not.", "RFC 9110 §9.3.2");
    }
    let bare = matches!(code, 100..=199 | 204);
    if bare && fields.contains("Content-Length") {
        must(faults, format!("{code} carries Content-Length, and may not."), "RFC 9110 §8.6");
    }
    if bare && fields.contains("Transfer-Encoding") {
        must(faults, format!("{code} carries Transfer-Encoding, and may not."), "RFC 9112 §6.1");
    }
    if fields.contains("Content-Length") && fields.contains("Transfer-Encoding") {
        must(faults, "Content-Length and Transfer-Encoding contradict each other.", "RFC 9112 §6.2");
    }
    let Some(value) = fields.get("Content-Length") else {
        return;
    };
    match syntax::digits(value.trim()) {
        None => must(faults, format!("Content-Length is `{value}`, which is no number."), "RFC 9110 §8.6"),
        Some(length) if has_content && length != response.body.len() as u64 => {
            must(faults, format!("Content-Length says {length}, and the content has {} bytes.", response.body.len()), "RFC 9110 §8.6");
        }
        Some(_) => {}
    }
}

fn is_multipart(response: &Response) -> bool {
    response.fields.get("Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/byteranges"))
}

fn ranges(request: &Request, response: &Response, faults: &mut Vec<Fault>) {
    let (code, fields) = (response.status, &response.fields);
    let value = fields.get("Content-Range");
    if code == 206 {
        if !request.fields.contains("Range") {
            must(faults, "206 answers a request without Range.", "RFC 9110 §15.3.7");
        } else if request.method != "GET" {
            must(faults, format!("206 answers {}, for which Range has to be ignored.", request.method), "RFC 9110 §14.2");
        }
        if is_multipart(response) && value.is_some() {
            must(faults, "A 206 of several parts carries Content-Range itself, instead of in each part.", "RFC 9110 §15.3.7.2");
        }
    }
    let Some(value) = value else {
        return;
    };
    match (code, ContentRange::parse(value)) {
        (206, Some(ContentRange::Part { first, last, .. })) => {
            let length = last.saturating_sub(first).saturating_add(1);
            if !response.body.is_empty() && length != response.body.len() as u64 {
                let what = format!("Content-Range is `{value}`, {length} bytes, and the content has {}.", response.body.len());
                must(faults, what, "RFC 9110 §14.4");
            }
        }
        (416, Some(ContentRange::Unsatisfied { .. })) => {}
        (206 | 416, _) => must(faults, format!("`{value}` is no Content-Range for {code}."), "RFC 9110 §14.4"),
        _ => should(faults, format!("Content-Range means nothing with {code}."), "RFC 9110 §14.4"),
    }
}

/// Statuses that do not fit what was asked.
fn fit(request: &Request, response: &Response, faults: &mut Vec<Fault>) {
    let (code, asked) = (response.status, &request.fields);
    let has = |names: &[&str]| names.iter().any(|name| asked.contains(name));
    let reads = matches!(request.method.as_str(), "GET" | "HEAD");
    if (100..200).contains(&code) && !request.version.has_1_1() {
        must(faults, format!("{code} answers an HTTP/1.0 client, which knows no interim responses."), "RFC 9110 §15.2");
    }
    if code == 101 && !has(&["Upgrade"]) {
        must(faults, "101 switches to a protocol that the client did not ask for.", "RFC 9110 §7.8");
    }
    if code == 304 && !(reads && has(&["If-None-Match", "If-Modified-Since"])) {
        must(faults, "304 answers a request that is no conditional GET or HEAD.", "RFC 9110 §15.4.5");
    }
    if code == 412 && !has(&["If-Match", "If-None-Match", "If-Unmodified-Since", "If-Modified-Since"]) {
        should(faults, "412 answers a request without a precondition.", "RFC 9110 §15.5.13");
    }
    if code == 416 && !has(&["Range"]) {
        should(faults, "416 answers a request without Range.", "RFC 9110 §15.5.17");
    }
    if code == 417 && !has(&["Expect"]) {
        should(faults, "417 answers a request without Expect.", "RFC 9110 §15.5.18");
    }
    let allow = response.fields.joined("Allow").unwrap_or_default();
    if code == 405 && syntax::list(&allow).contains(&request.method.as_str()) {
        should(faults, format!("405 refuses {}, and Allow lists it.", request.method), "RFC 9110 §15.5.6");
    }
}

/// Values that cannot be read.
fn values(response: &Response, faults: &mut Vec<Fault>) {
    let fields = &response.fields;
    for (name, clause) in [("Date", "RFC 9110 §6.6.1"), ("Last-Modified", "RFC 9110 §8.8.2")] {
        if let Some(value) = fields.get(name)
            && date::parse(value).is_none()
        {
            must(faults, format!("{name} is `{value}`, which is no date."), clause);
        }
    }
    let moment = |name| fields.get(name).and_then(date::parse);
    if let (Some(modified), Some(sent)) = (moment("Last-Modified"), moment("Date"))
        && modified > sent
    {
        must(faults, "Last-Modified lies after Date.", "RFC 9110 §8.8.2.1");
    }
    if let Some(value) = fields.get("ETag")
        && etag::parse(value).is_none()
    {
        must(faults, format!("ETag is `{value}`, which is no entity tag: its quotes are part of it."), "RFC 9110 §8.8.3");
    }
    if let Some(value) = fields.get("Retry-After")
        && syntax::digits(value).is_none()
        && date::parse(value).is_none()
    {
        must(faults, format!("Retry-After is `{value}`, neither seconds nor a date."), "RFC 9110 §10.2.3");
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::Retry;
    use super::*;

    fn request(method: &str, fields: &[(&str, &str)]) -> Request {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        request
    }

    fn response(status: u16, fields: &[(&str, &str)], body: &str) -> Response {
        let mut response = Response::new(status);
        response.fields.push("Date", date::format(NOON));
        for (name, value) in fields {
            response.fields.push(*name, *value);
        }
        response.body = body.as_bytes().to_vec();
        response
    }

    fn whats(request: &Request, response: &Response) -> Vec<String> {
        faults(request, response).into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn a_good_response_has_no_faults() {
        let good = response(200, &[("Content-Length", "2"), ("ETag", "\"a\""), ("Content-Type", "text/plain")], "hi");
        assert_eq!(whats(&request("GET", &[]), &good), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_named() {
        let get = request("GET", &[]);
        for (asked, came, what) in [
            (get.clone(), response(405, &[], ""), "405 without Allow."),
            (get.clone(), response(401, &[], ""), "401 without WWW-Authenticate."),
            (get.clone(), response(204, &[], "x"), "204 carries content, and may not."),
            (get.clone(), response(204, &[("Content-Length", "0")], ""), "204 carries Content-Length, and may not."),
            (request("HEAD", &[]), response(200, &[], "x"), "The answer to HEAD carries content, and may not."),
            (get.clone(), response(200, &[("Content-Length", "3")], "xy"), "Content-Length says 3, and the content has 2 bytes."),
            (get.clone(), response(206, &[("Content-Range", "bytes 0-1/4")], "xy"), "206 answers a request without Range."),
            (
                request("GET", &[("Range", "bytes=0-1")]),
                response(206, &[("Content-Range", "bytes 0-1/4")], "xyz"),
                "Content-Range is `bytes 0-1/4`, 2 bytes, and the content has 3.",
            ),
            (get.clone(), response(304, &[], ""), "304 answers a request that is no conditional GET or HEAD."),
            (get.clone(), response(412, &[], ""), "412 answers a request without a precondition."),
            (get.clone(), response(405, &[("Allow", "GET, HEAD")], ""), "405 refuses GET, and Allow lists it."),
            (get.clone(), response(200, &[("ETag", "v1")], ""), "ETag is `v1`, which is no entity tag: its quotes are part of it."),
            (get.clone(), response(503, &[("Retry-After", "soon")], ""), "Retry-After is `soon`, neither seconds nor a date."),
            (get.clone(), response(299, &[], ""), "299 is not registered; a client treats it as 200."),
            (get.clone(), response(418, &[], ""), "418 is reserved and means nothing."),
        ] {
            let found = whats(&asked, &came);
            assert!(found.iter().any(|own| own == what), "{what}: {found:?}");
        }
        let undated = Response::new(404);
        assert_eq!(whats(&get, &undated), ["There is no Date, which every origin with a clock sends."]);
    }

    #[test]
    fn a_surprising_status_is_explained() {
        let asked = request("PUT", &[("If-Match", "\"v0\"")]);
        let came = response(412, &[], "");
        let world = guess(&asked, &came);
        let explanation = explain(Profile::Rfc9110, &asked, &came, &world);
        let plan = explanation.plans.first().expect("the condition failed");
        assert!(plan.edits.is_empty(), "no more than the request itself explains it");
        let last = explanation.trace.and_then(|trace| trace.path.last().cloned()).expect("a path");
        assert_eq!((last.node, last.yes), ("if-match", false));
    }

    #[test]
    fn what_the_fields_do_not_show_is_assumed() {
        let asked = request("GET", &[]);
        let came = response(503, &[("Retry-After", "120")], "");
        let explanation = explain(Profile::Rfc9110, &asked, &came, &guess(&asked, &came));
        assert!(explanation.plans.iter().any(|plan| plan.edits.first().is_some_and(|edit| edit.what == "Take the service down.")));
        assert!(explanation.faults.is_empty());
        let mut world = World::default();
        world.server.unavailable = true;
        world.server.back = Retry::After(120);
        assert_eq!(trace(Profile::Rfc9110, &asked, &world).status, 503);
    }

    #[test]
    fn no_path_explains_what_no_server_would_say() {
        let asked = request("GET", &[]);
        let came = response(418, &[], "");
        assert!(explain(Profile::Rfc9110, &asked, &came, &guess(&asked, &came)).plans.is_empty());
    }
}
