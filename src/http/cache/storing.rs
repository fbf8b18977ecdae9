//! Whether a response may be stored, and what is stored of it (RFC 9111 §3).

use super::{Kind, Ruling, Standing, Stored, freshness, rule, selecting};
use crate::http::cache_control::Directives;
use crate::http::fields::Fields;
use crate::http::message::{Request, Response, is_chunked};
use crate::http::questions::brief;
use crate::http::status::{self, Class};
use crate::http::{date, syntax};

/// Fields of one connection (RFC 9110 §7.6.1) or of the proxy that was used (RFC 9111 §3.1).
const NEVER_STORED: [&str; 9] = [
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
    "Transfer-Encoding",
    "Upgrade",
    "Proxy-Authenticate",
    "Proxy-Authentication-Info",
    "Proxy-Authorization",
];

/// The conditions of RFC 9111 §3 in their order, up to the first that fails.
pub fn may_store(kind: Kind, request: &Request, response: &Response, path: &mut Vec<Ruling>) -> bool {
    method_understood(request, path)
        && status_is_final(response, path)
        && request_allows(request, path)
        && status_understood(response, path)
        && no_store_allows(response, path)
        && private_allows(kind, response, path)
        && authorization_allows(kind, request, response, path)
        && says_how_long(kind, response, path)
        && is_whole(response, path)
        && can_be_chosen_again(response, path)
}

fn method_understood(request: &Request, path: &mut Vec<Ruling>) -> bool {
    let get = request.method == "GET";
    let reason =
        if get { "The request was GET.".to_owned() } else { format!("This cache keeps no responses to {}.", brief(&request.method)) };
    rule(path, "Is the method one whose responses are kept?", get, reason, "RFC 9111 §3")
}

fn status_is_final(response: &Response, path: &mut Vec<Ruling>) -> bool {
    let code = response.status;
    let yes = matches!(Class::of(code), Some(class) if class != Class::Informational);
    let reason = if yes { format!("{code} is final.") } else { format!("{code} is no final status.") };
    rule(path, "Is the status final?", yes, reason, "RFC 9111 §3")
}

fn request_allows(request: &Request, path: &mut Vec<Ruling>) -> bool {
    let forbidden = Directives::of(&request.fields).no_store;
    let reason = if forbidden { "The request says no-store." } else { "The request does not forbid it." };
    rule(path, "Does the request let it be stored?", !forbidden, reason, "RFC 9111 §5.2.1.5")
}

/// Whether this cache does all that the specification of the status says about caching.
fn understands(code: u16) -> bool {
    code != 206 && code != 304 && status::find(code).is_some_and(|status| !status.is_reserved())
}

fn status_understood(response: &Response, path: &mut Vec<Ruling>) -> bool {
    let code = response.status;
    let demanded = Directives::of(&response.fields).must_understand;
    let (yes, reason, clause) = match code {
        206 => (false, "This cache keeps no partial content.".to_owned(), "RFC 9111 §3.3"),
        304 => (false, "A 304 updates what is stored, and is not stored itself.".to_owned(), "RFC 9111 §3"),
        _ if demanded && !understands(code) => {
            (false, format!("must-understand is there, and this cache does not know {code}."), "RFC 9111 §5.2.2.3")
        }
        _ if demanded => (true, format!("must-understand is there, and this cache knows {code}."), "RFC 9111 §5.2.2.3"),
        _ => (true, format!("Nothing demands more of {code}."), "RFC 9111 §3"),
    };
    rule(path, "Is the status understood, where that matters?", yes, reason, clause)
}

/// no-store, which must-understand overrides if the status is understood.
pub(super) fn no_store_allows(response: &Response, path: &mut Vec<Ruling>) -> bool {
    let directives = Directives::of(&response.fields);
    let question = "Is there no no-store in the response?";
    if directives.no_store && directives.must_understand && understands(response.status) {
        let reason = "no-store is there, but must-understand overrides it for a status that is understood.";
        return rule(path, question, true, reason, "RFC 9111 §5.2.2.3");
    }
    let reason = if directives.no_store { "The response says no-store." } else { "The response does not say no-store." };
    rule(path, question, !directives.no_store, reason, "RFC 9111 §5.2.2.5")
}

fn private_allows(kind: Kind, response: &Response, path: &mut Vec<Ruling>) -> bool {
    let (yes, reason) = match Directives::of(&response.fields).private {
        None => (true, "The response does not say private.".to_owned()),
        Some(_) if !kind.is_shared() => (true, "The response says private, and so is this cache.".to_owned()),
        Some(names) if names.is_empty() => (false, "The response says private, and this cache is shared.".to_owned()),
        Some(names) => (true, format!("Only {} is private, and is left out.", brief(&names.join(", ")))),
    };
    rule(path, "Does private allow it?", yes, reason, "RFC 9111 §5.2.2.7")
}

fn authorization_allows(kind: Kind, request: &Request, response: &Response, path: &mut Vec<Ruling>) -> bool {
    let directives = Directives::of(&response.fields);
    let allowed =
        [(directives.must_revalidate, "must-revalidate"), (directives.public, "public"), (directives.s_maxage.is_some(), "s-maxage")];
    let (yes, reason) = if !kind.is_shared() {
        (true, "Credentials do not matter to a private cache.".to_owned())
    } else if !request.fields.contains("Authorization") {
        (true, "The request carried no credentials.".to_owned())
    } else if let Some((_, name)) = allowed.into_iter().find(|(there, _)| *there) {
        (true, format!("The request carried credentials, and {name} allows it all the same."))
    } else {
        (false, "The request carried credentials, and neither public nor s-maxage nor must-revalidate is there.".to_owned())
    };
    rule(path, "Does Authorization allow it?", yes, reason, "RFC 9111 §3.5")
}

fn says_how_long(kind: Kind, response: &Response, path: &mut Vec<Ruling>) -> bool {
    let directives = Directives::of(&response.fields);
    let code = response.status;
    let signs = [
        (directives.public, "public"),
        (directives.private.is_some() && !kind.is_shared(), "private"),
        (response.fields.contains("Expires"), "Expires"),
        (directives.max_age.is_some(), "max-age"),
        (directives.s_maxage.is_some() && kind.is_shared(), "s-maxage"),
    ];
    let question = "Does anything say that it can be cached?";
    match signs.into_iter().find(|(there, _)| *there) {
        Some((_, name)) => rule(path, question, true, format!("There is {name}."), "RFC 9111 §3"),
        None if status::heuristically_cacheable(code) => {
            rule(path, question, true, format!("{code} is heuristically cacheable."), "RFC 9111 §4.2.2")
        }
        None => rule(path, question, false, format!("Nothing does, and {code} is not heuristically cacheable."), "RFC 9111 §3"),
    }
}

fn is_whole(response: &Response, path: &mut Vec<Ruling>) -> bool {
    let said = response.fields.get("Content-Length").and_then(|value| syntax::digits(syntax::trim(value)));
    let counted = status::may_have_content(response.status) && !is_chunked(&response.fields);
    let came = response.body.len() as u64;
    let missing = said.filter(|said| counted && *said != came);
    let reason = match missing {
        Some(said) => format!("Content-Length says {said}, and {came} bytes came; this cache keeps nothing that is incomplete."),
        None => "Nothing is missing from it.".to_owned(),
    };
    rule(path, "Is it complete?", missing.is_none(), reason, "RFC 9111 §3.3")
}

fn can_be_chosen_again(response: &Response, path: &mut Vec<Ruling>) -> bool {
    let any = response.fields.lists("Vary", "*");
    let reason = if any { "Vary is `*`, which no later request matches." } else { "Vary lets later requests match." };
    rule(path, "Could a later request use it?", !any, reason, "RFC 9111 §4.1")
}

/// The fields to be stored, or to update a stored response with (RFC 9111 §3.1).
pub fn stored_fields(kind: Kind, fields: &Fields) -> Fields {
    let directives = Directives::of(fields);
    let mut left_out: Vec<String> = NEVER_STORED.iter().map(|name| (*name).to_owned()).collect();
    left_out.extend(fields.all("Connection").flat_map(syntax::list).map(str::to_owned));
    left_out.extend(directives.no_cache.unwrap_or_default());
    left_out.extend(directives.private.filter(|_| kind.is_shared()).unwrap_or_default());
    fields.iter().filter(|&(name, _)| !left_out.iter().any(|out| out.eq_ignore_ascii_case(name))).collect()
}

/// A response with a Date: a recipient with a clock adds one that is missing or cannot be read (RFC 9110 §6.6.1).
pub fn dated(response: &Response, now: u64) -> Response {
    let mut response = response.clone();
    let readable = response.fields.get("Date").is_some_and(|value| freshness::read_date(value, now).is_some());
    if !readable {
        response.fields.set("Date", date::format(now));
    }
    response
}

/// What is kept. `times` are when the request went out and when the response was there.
pub(super) fn entry(kind: Kind, key: String, request: &Request, response: &Response, times: (u64, u64)) -> Stored {
    let varying = selecting::varying(&response.fields);
    let nominated = |name: &str| name.eq_ignore_ascii_case("Host") || varying.iter().any(|own| own.eq_ignore_ascii_case(name));
    let fields = request.fields.iter().filter(|&(name, _)| nominated(name)).collect();
    let request = Request { fields, body: Vec::new(), ..request.clone() };
    let response = Response { fields: stored_fields(kind, &response.fields), ..response.clone() };
    Stored { key, request, response, requested: times.0, received: times.1, standing: Standing::Good, used: 0 }
}
