//! The response to a status: everything that the RFC demands of it, and nothing that it forbids.
//!
//! The status is the server's, the fields are the RFC's: where a real server leaves out what it must send (nginx sends no
//! Allow with its 405), the response here is the one that it should have sent.

use super::auth::Challenge;
use super::etag::{self, Tags};
use super::fields::Fields;
use super::message::{Request, Response};
use super::parts;
use super::profiles::Profile;
use super::questions::message::named;
use super::questions::{Exchange, action, list, ranges};
use super::representation::{describe, kept};
use super::state::{Guard, Retry, World};
use super::{date, gateway, status};

/// What the origin answers.
pub fn response(profile: Profile, x: &Exchange, code: u16) -> Response {
    let mut response = Response::new(code);
    match code {
        101 => {
            response.fields.push("Upgrade", action::new_protocol(x).unwrap_or_default());
            response.fields.push("Connection", "upgrade");
        }
        200 | 203 if x.reads() => whole(profile, x, &mut response),
        200 if x.is("OPTIONS") => response.fields.push("Allow", allow(profile, x)),
        // The connection is a tunnel from here on (RFC 9110 §9.3.6).
        200 if x.is("CONNECT") => {}
        200 if x.is("TRACE") => echo(x, &mut response),
        200 => say(&mut response, "Done.\n"),
        201 => {
            if !x.is("PUT") {
                response.fields.push("Location", x.world.resource.location.as_str());
            }
            say(&mut response, "Created.\n");
        }
        202 => say(&mut response, "Accepted; it will be done later.\n"),
        206 => partial(profile, x, &mut response),
        207 | 208 => multi_status(x, &mut response),
        226 => delta(profile, x, &mut response),
        300 => choices(x, &mut response),
        301 | 302 | 305 | 307 | 308 => {
            let to = x.world.resource.moved.as_ref().map(|moved| moved.to.as_str()).unwrap_or_default();
            go_to(&mut response, to);
        }
        303 => go_to(&mut response, &x.world.resource.location),
        304 => response.fields = kept(&full(profile, x)),
        401 => {
            let guard = x.world.server.guard.clone().unwrap_or_default();
            challenge(&mut response, "WWW-Authenticate", &guard, x.has("Authorization"));
        }
        _ => refuse(profile, x, &mut response),
    }
    finish(x, response)
}

/// Codes from 400 whose fields depend on little.
fn refuse(profile: Profile, x: &Exchange, response: &mut Response) {
    let resource = &x.world.resource;
    let server = &x.world.server;
    match response.status {
        405 => response.fields.push("Allow", allow(profile, x)),
        406 => {
            let offers: Vec<String> = resource.representations.iter().map(describe_offer).collect();
            say(response, &format!("{}\nHere is: {}\n", named(406), offers.join("; ")));
            return;
        }
        408 => response.fields.push("Connection", "close"),
        // A coding that is not understood ought to be answered with those that are (RFC 9110 §15.5.16).
        415 if x.has("Content-Encoding") && !super::questions::content::coding_known(x).yes => {
            let codings = if resource.decodes.is_empty() { "identity".to_owned() } else { list(&resource.decodes) };
            response.fields.push("Accept-Encoding", codings);
        }
        415 => response.fields.push(if x.is("PATCH") { "Accept-Patch" } else { "Accept" }, list(&resource.takes)),
        416 => {
            let length = x.selected().map_or(0, |own| own.length());
            response.fields.push("Content-Range", format!("bytes */{length}"));
        }
        426 => {
            response.fields.push("Upgrade", server.insists_on.as_deref().unwrap_or("TLS/1.2"));
            response.fields.push("Connection", "upgrade");
        }
        429 => retry(response, server.quiet),
        451 => {
            if let Some(who) = &resource.blocked_by {
                response.fields.push("Link", format!("<{who}>; rel=\"blocked-by\""));
            }
        }
        503 if server.limited && !server.unavailable => retry(response, server.quiet),
        503 => retry(response, server.back),
        505 => {
            let versions: Vec<String> = server.versions.iter().map(|(major, minor)| format!("HTTP/{major}.{minor}")).collect();
            say(response, &format!("{}\nSpoken here: {}\n", named(505), list(&versions)));
            return;
        }
        _ => {}
    }
    let code = response.status;
    say(response, &format!("{}\n", named(code)));
}

fn describe_offer(own: &super::state::Representation) -> String {
    let parts = [Some(own.content_type()), own.language.clone(), own.coding.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Plain text in a few words.
fn say(response: &mut Response, text: &str) {
    response.fields.push("Content-Type", "text/plain; charset=utf-8");
    response.body = text.as_bytes().to_vec();
}

fn go_to(response: &mut Response, to: &str) {
    response.fields.push("Location", to);
    let code = response.status;
    say(response, &format!("{}: {to}\n", named(code)));
}

fn retry(response: &mut Response, when: Retry) {
    match when {
        Retry::Unsaid => {}
        Retry::After(seconds) => response.fields.push("Retry-After", seconds.to_string()),
        Retry::At(moment) => response.fields.push("Retry-After", date::format(moment)),
    }
}

/// One challenge for each scheme that is let in.
fn challenge(response: &mut Response, field: &str, guard: &Guard, tried: bool) {
    let mut schemes: Vec<&str> = guard.accepts.iter().filter_map(|accepted| accepted.split(' ').next()).collect();
    schemes.retain(|scheme| super::syntax::is_token(scheme));
    schemes.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    if schemes.is_empty() {
        schemes.push("Basic");
    }
    for scheme in schemes {
        let challenge = Challenge::new(scheme, guard.realm.as_str());
        let challenge = match scheme.to_ascii_lowercase().as_str() {
            "basic" => challenge.with("charset", "UTF-8"),
            "bearer" if tried => challenge.with("error", "invalid_token"),
            _ => challenge,
        };
        response.fields.push(field, challenge.to_string());
    }
    let code = response.status;
    say(response, &format!("{}\n", named(code)));
}

fn allow(profile: Profile, x: &Exchange) -> String {
    match profile {
        Profile::Nginx => "GET, HEAD".to_owned(),
        _ if x.request.target == "*" => list(&x.world.server.methods),
        _ => list(&x.world.resource.methods),
    }
}

fn whole(profile: Profile, x: &Exchange, response: &mut Response) {
    if let Some(own) = x.selected() {
        response.fields = describe(profile, x, own);
        response.body = own.body.as_bytes().to_vec();
    }
}

/// The fields of the 200 that a 206 or a 304 stands for.
fn full(profile: Profile, x: &Exchange) -> Fields {
    x.selected().map(|own| describe(profile, x, own)).unwrap_or_default()
}

/// What came in, without what nobody else should see (RFC 9110 §9.3.8).
fn echo(x: &Exchange, response: &mut Response) {
    let mut request = Request { body: Vec::new(), ..x.request.clone() };
    for secret in ["Authorization", "Proxy-Authorization", "Cookie"] {
        request.fields.remove(secret);
    }
    response.fields.push("Content-Type", "message/http");
    response.body = request.head().replace('\n', "\r\n").into_bytes();
}

fn partial(profile: Profile, x: &Exchange, response: &mut Response) {
    let Some(own) = x.selected() else {
        return;
    };
    let ranges = profile.served_ranges(x);
    let full = describe(profile, x, own);
    // Whoever sends If-Range has the rest already (RFC 9110 §15.3.7).
    response.fields = if x.has("If-Range") { kept(&full) } else { full };
    match ranges.as_slice() {
        [(first, last)] => {
            response.fields.push("Content-Range", format!("bytes {first}-{last}/{}", own.length()));
            response.body = parts::slice(own.body.as_bytes(), *first, *last).to_vec();
        }
        several => {
            let (kind, body) = parts::multipart(own, several);
            response.fields.set("Content-Type", kind);
            response.body = body;
        }
    }
}

fn multi_status(x: &Exchange, response: &mut Response) {
    let state = match response.status {
        208 => "HTTP/1.1 208 Already Reported",
        _ if x.is("PROPFIND") => "HTTP/1.1 200 OK",
        _ => "HTTP/1.1 424 Failed Dependency",
    };
    let path = x.request.target.replace('&', "&amp;").replace('<', "&lt;");
    response.fields.push("Content-Type", "application/xml; charset=utf-8");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">\n  <D:response>\n    <D:href>{path}</D:href>\n    \
         <D:status>{state}</D:status>\n  </D:response>\n</D:multistatus>\n"
    );
    response.body = text.into_bytes();
}

fn delta(profile: Profile, x: &Exchange, response: &mut Response) {
    response.fields = full(profile, x);
    response.fields.push("IM", ranges::delta(x).unwrap_or_default());
    // Which of the tags it was computed from (RFC 3229 §10.5.1): the first that is listed.
    let base = match x.field("If-None-Match").as_deref().and_then(etag::parse_list) {
        Some(Tags::List(tags)) => tags.first().map(ToString::to_string),
        _ => None,
    };
    response.fields.push("Delta-Base", base.unwrap_or_default());
    response.body = b"(the bytes that differ)\n".to_vec();
}

fn choices(x: &Exchange, response: &mut Response) {
    let resource = &x.world.resource;
    if let Some(favourite) = &resource.content_location {
        response.fields.push("Location", favourite.as_str());
    }
    let offers: Vec<String> = resource.representations.iter().map(describe_offer).collect();
    say(response, &format!("{}\n{}\n", named(300), offers.join("\n")));
}

/// Date, and a length that fits; no content where none may be.
fn finish(x: &Exchange, mut response: Response) -> Response {
    let code = response.status;
    if code >= 200 {
        let mut fields = Fields::new();
        fields.push("Date", date::format(x.world.now));
        for (name, value) in response.fields.iter() {
            if !name.eq_ignore_ascii_case("Date") {
                fields.push(name, value);
            }
        }
        response.fields = fields;
    }
    if status::may_have_content(code) && !(x.is("CONNECT") && code == 200) {
        response.fields.set("Content-Length", response.body.len().to_string());
    } else {
        response.body.clear();
        response.fields.remove("Content-Length");
        if code == 204 {
            // There is nothing that it could be the type of.
            response.fields.remove("Content-Type");
        }
    }
    if code == 205 {
        response.fields.set("Content-Length", "0");
    }
    if x.is("HEAD") {
        response.body.clear();
    }
    // What follows a CONNECT is a tunnel (RFC 9110 §9.3.6).
    if x.is("CONNECT") && (200..300).contains(&code) {
        response.body.clear();
        response.fields.remove("Content-Length");
    }
    response
}

/// What goes out ahead of the final answer.
pub fn interim(x: &Exchange, code: u16) -> Response {
    let mut response = Response::new(code);
    match code {
        103 => {
            for hint in &x.world.server.hints {
                response.fields.push("Link", hint.as_str());
            }
        }
        104 => response.fields.push("Location", x.world.resource.location.as_str()),
        _ => {}
    }
    response
}

/// The origin's answer after it has passed an intermediary.
pub fn forwarded(mut response: Response, world: &World) -> Response {
    if let Some(front) = &world.front {
        response.fields.push("Via", format!("1.1 {}", front.name));
    }
    response
}

/// What an intermediary says of its own.
pub fn by_front(x: &Exchange, code: u16) -> Response {
    let front = x.world.front.clone().unwrap_or_default();
    let mut response = Response::new(code);
    match code {
        200 if x.is("TRACE") => echo(x, &mut response),
        200 => response.fields.push("Allow", list(&x.world.server.methods)),
        407 => {
            let guard = front.guard.unwrap_or_default();
            challenge(&mut response, "Proxy-Authenticate", &guard, x.has("Proxy-Authorization"));
        }
        511 => {
            let portal = front.portal.unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            response.fields.push("Content-Type", "text/html; charset=utf-8");
            response.body =
                format!("<!doctype html>\n<title>Sign in</title>\n<a href=\"{portal}\">Sign in to this network</a>\n").into_bytes();
        }
        _ => say(&mut response, &format!("{}\n", named(code))),
    }
    finish(x, response)
}

/// What a cache says from what it holds: the origin's date, and how old it is by now.
pub fn from_cache(x: &Exchange, code: u16) -> Response {
    let world = gateway::stored_world(x.world).unwrap_or_default();
    let stored = world.front.as_ref().and_then(|front| front.stored.clone()).unwrap_or_default();
    let mut response = response(Profile::Rfc9110, &Exchange { request: x.request, world: &world }, code);
    response.fields.set("Date", date::format(stored.date));
    response.fields.push("Age", x.world.now.saturating_sub(stored.date).to_string());
    forwarded(response, &world)
}
