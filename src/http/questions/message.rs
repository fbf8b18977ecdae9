//! Is this a request at all, for this server, now?

use super::{Answer, Exchange, brief, list};
use crate::http::message::is_chunked;
use crate::http::{status, syntax};

pub fn version_spoken(x: &Exchange) -> Answer {
    let (major, minor) = x.request.version.numbers();
    // A server treats a later minor version as the latest that it knows (RFC 9110 §2.5).
    let spoken = x.world.server.versions.iter().any(|&(own_major, own_minor)| own_major == major && own_minor <= minor);
    let versions: Vec<String> = x.world.server.versions.iter().map(|(major, minor)| format!("{major}.{minor}")).collect();
    Answer { yes: spoken, reason: format!("The request says {}; the server speaks {}.", x.request.version, list(&versions)) }
}

pub fn host_valid(x: &Exchange) -> Answer {
    let hosts: Vec<&str> = x.request.fields.all("Host").collect();
    match hosts.as_slice() {
        [] if x.request.version.has_1_1() => Answer::no("There is no Host field, and HTTP/1.1 demands one."),
        [] => Answer::yes("There is no Host field; HTTP/1.0 knew none."),
        [host] if is_host(host) => Answer::yes(format!("Host is `{}`.", brief(host))),
        [host] => Answer::no(format!("`{}` is no host.", brief(host))),
        several => Answer::no(format!("There are {} Host fields, and only one may be.", several.len())),
    }
}

fn is_host(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:[]%".contains(&byte))
}

pub fn arrived(x: &Exchange) -> Answer {
    Answer::of(!x.world.server.timed_out, "The whole request arrived in time.", "The connection went quiet before the request was whole.")
}

pub fn target_short(x: &Exchange) -> Answer {
    let (length, limit) = (x.request.target.len(), x.world.server.target_limit);
    Answer { yes: length <= limit, reason: format!("The target is {length} bytes long; the server reads {limit}.") }
}

pub fn fields_short(x: &Exchange) -> Answer {
    // A colon, a space and a line end for each.
    let length: usize = x.request.fields.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let limit = x.world.server.fields_limit;
    Answer { yes: length <= limit, reason: format!("The header fields are {length} bytes long; the server reads {limit}.") }
}

/// The host that the request is for: the target's own, if it carries one (RFC 9112 §3.2.2).
fn host(x: &Exchange) -> String {
    let target = x.request.target.as_str();
    let authority = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => rest.split(['/', '?']).next().unwrap_or_default(),
        _ => x.request.fields.get("Host").unwrap_or_default(),
    };
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    name.to_ascii_lowercase()
}

pub fn authoritative(x: &Exchange) -> Answer {
    let hosts = &x.world.server.hosts;
    if hosts.is_empty() {
        return Answer::yes("The server answers for every host.");
    }
    let host = host(x);
    let own = host.is_empty() || hosts.iter().any(|own| own.eq_ignore_ascii_case(&host));
    Answer { yes: own, reason: format!("The request is for `{}`; the server answers for {}.", brief(&host), list(hosts)) }
}

pub fn not_replayable(x: &Exchange) -> Answer {
    let early = x.field("Early-Data").is_some_and(|value| value.trim() == "1");
    if !early {
        return Answer::yes("The request did not come in early data.");
    }
    if x.is_safe() {
        return Answer::yes(format!("{} in early data does no harm when it is replayed.", x.method()));
    }
    let wary = x.world.server.wary_of_early_data;
    let attitude = if wary { "the server waits for the handshake" } else { "the server takes the risk" };
    Answer { yes: !wary, reason: format!("{} came in early data and could be replayed: {attitude}.", x.method()) }
}

pub fn transfer_known(x: &Exchange) -> Answer {
    let Some(codings) = x.field("Transfer-Encoding") else {
        return Answer::yes("There is no Transfer-Encoding.");
    };
    let known = syntax::list(&codings).iter().all(|coding| coding.eq_ignore_ascii_case("chunked"));
    Answer { yes: known, reason: format!("Transfer-Encoding is `{}`; the server knows chunked.", brief(&codings)) }
}

pub fn well_formed(x: &Exchange) -> Answer {
    let fields = &x.request.fields;
    if !syntax::is_token(x.method()) {
        return Answer::no(format!("`{}` is no method.", brief(x.method())));
    }
    if let Some((name, _)) = fields.iter().find(|(name, _)| !syntax::is_token(name)) {
        return Answer::no(format!("`{}` is no field name.", brief(name)));
    }
    if x.has("Content-Length") && x.has("Transfer-Encoding") {
        return Answer::no("Content-Length and Transfer-Encoding contradict each other.");
    }
    if x.has("Transfer-Encoding") && !is_chunked(fields) {
        return Answer::no("The last transfer coding is not chunked, so the end of the content cannot be found.");
    }
    let Some(claimed) = x.field("Content-Length") else {
        return Answer::yes("Start line and fields are well formed.");
    };
    match x.content_length() {
        None => Answer::no(format!("Content-Length is `{}`, which is not one number.", brief(&claimed))),
        // Content that did not come yet may be waiting for a 100.
        Some(length) if !x.request.body.is_empty() && length != x.request.body.len() as u64 => {
            Answer::no(format!("Content-Length says {length}, and {} bytes came.", x.request.body.len()))
        }
        Some(length) => Answer::yes(format!("Start line and fields are well formed; Content-Length is {length}.")),
    }
}

pub fn available(x: &Exchange) -> Answer {
    Answer::of(!x.world.server.unavailable, "The service is up.", "The service is down for maintenance or overloaded.")
}

pub fn method_known(x: &Exchange) -> Answer {
    let known = x.world.server.methods.iter().any(|method| method == x.method());
    let judgement = if known { "is implemented here" } else { "means nothing to this server" };
    Answer { yes: known, reason: format!("{} {judgement}.", brief(x.method())) }
}

pub fn expectations_known(x: &Exchange) -> Answer {
    match x.field("Expect") {
        None => Answer::yes("The request expects nothing."),
        Some(expect) => {
            let known = syntax::list(&expect).iter().all(|expectation| expectation.eq_ignore_ascii_case("100-continue"));
            Answer { yes: known, reason: format!("Expect is `{}`; the server knows 100-continue.", brief(&expect)) }
        }
    }
}

pub fn protocol_enough(x: &Exchange) -> Answer {
    match &x.world.server.insists_on {
        None => Answer::yes(format!("The server is content with {}.", x.request.version)),
        Some(protocol) if x.request.fields.lists("Upgrade", protocol) => Answer::yes(format!("The client offers {protocol} itself.")),
        Some(protocol) => Answer::no(format!("The server insists on {protocol}, and the client does not offer it.")),
    }
}

pub fn method_allowed(x: &Exchange) -> Answer {
    if x.is("OPTIONS") && x.request.target == "*" {
        return Answer::yes("OPTIONS * asks about the server, not about a resource.");
    }
    let methods = &x.world.resource.methods;
    let allowed = methods.iter().any(|method| method == x.method());
    Answer { yes: allowed, reason: format!("The method is {}; the resource allows {}.", brief(x.method()), list(methods)) }
}

/// What a status is called, for reasons.
pub fn named(code: u16) -> String {
    format!("{code} {}", status::reason(code).unwrap_or_default())
}
