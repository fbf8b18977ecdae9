//! Which stored response is for a request: by target URI, by the fields that Vary names, by date (RFC 9111 §2, §4.1).

use super::{Ruling, Stored, freshness, rule};
use crate::http::fields::Fields;
use crate::http::message::Request;
use crate::http::questions::brief;
use crate::http::syntax;

/// Lists whose members are compared without case; the space round `,` and `;` means nothing in them.
const LISTS: [&str; 4] = ["Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language"];

/// The target URI in the form in which it is compared.
pub fn key(request: &Request, scheme: &str) -> String {
    normal(&request.url(scheme))
}

/// Scheme and host in lower case, without the scheme's own port and without fragment; an empty path is `/` (RFC 9110 §4.2.3).
pub fn normal(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => ":",
    };
    let authority = authority.strip_suffix(port).or_else(|| authority.strip_suffix(':')).unwrap_or(&authority);
    let root = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{authority}{root}{path}")
}

/// The members of Vary, as they are written.
pub fn varying(fields: &Fields) -> Vec<String> {
    fields.all("Vary").flat_map(syntax::list).map(str::to_owned).collect()
}

/// Whether the fields that Vary names are the same in this request and the one that brought the response.
pub fn matches(stored: &Stored, request: &Request) -> bool {
    difference(stored, request).is_none()
}

/// The first field that keeps them apart, in one sentence.
fn difference(stored: &Stored, request: &Request) -> Option<String> {
    varying(&stored.response.fields).into_iter().find_map(|name| {
        if name == "*" {
            return Some("Vary is `*`, which nothing matches.".to_owned());
        }
        let (then, now) = (comparable(&stored.request.fields, &name), comparable(&request.fields, &name));
        let name = brief(&name);
        (then != now).then(|| format!("{name} was {} when it was stored, and is {} now.", shown(then), shown(now)))
    })
}

/// A field's value in the form in which two requests are compared; `None` matches only `None`.
fn comparable(fields: &Fields, name: &str) -> Option<String> {
    let value = fields.joined(name)?;
    if !LISTS.iter().any(|list| list.eq_ignore_ascii_case(name)) {
        return Some(syntax::trim(&value).to_owned());
    }
    let members = syntax::list(&value).into_iter().map(|member| syntax::split(member, ';').join(";"));
    Some(members.collect::<Vec<_>>().join(", ").to_ascii_lowercase())
}

fn shown(value: Option<String>) -> String {
    value.map_or_else(|| "absent".to_owned(), |value| format!("`{}`", brief(&value)))
}

/// The place of the response to use.
pub fn choose(stored: &[Stored], key: &str, request: &Request, path: &mut Vec<Ruling>) -> Option<usize> {
    let here: Vec<(usize, &Stored)> = stored.iter().enumerate().filter(|(_, stored)| stored.key == key).collect();
    let reason = match here.len() {
        0 => format!("Nothing is stored for `{}`.", brief(key)),
        1 => "One response is stored for this target.".to_owned(),
        several => format!("{several} responses are stored for this target."),
    };
    if !rule(path, "Is anything stored for this target?", !here.is_empty(), reason, "RFC 9111 §4") {
        return None;
    }
    let matching: Vec<(usize, &Stored)> = here.iter().copied().filter(|(_, stored)| matches(stored, request)).collect();
    let (index, reason) = pick(&here, &matching, request);
    rule(path, "Do the fields that Vary names match?", index.is_some(), reason, "RFC 9111 §4.1");
    index
}

fn pick(here: &[(usize, &Stored)], matching: &[(usize, &Stored)], request: &Request) -> (Option<usize>, String) {
    let varies = |stored: &Stored| !varying(&stored.response.fields).is_empty();
    // A default response whose origin forgot Vary has to stand back behind one that has it.
    let with_vary = matching.iter().any(|(_, stored)| varies(stored));
    let rest = matching.iter().filter(|(_, stored)| !with_vary || varies(stored));
    let Some((index, best)) = rest.max_by_key(|(_, stored)| (freshness::date_value(stored), stored.received)) else {
        let reason = here.iter().find_map(|(_, stored)| difference(stored, request));
        return (None, reason.unwrap_or_else(|| "Nothing is stored.".to_owned()));
    };
    let reason = match (matching.len(), with_vary) {
        (1, false) => "It has no Vary, so it is for every request to this target.".to_owned(),
        (1, true) => format!("{} is the same as when it was stored.", brief(&varying(&best.response.fields).join(", "))),
        (_, true) => "Several match; of those with Vary the most recent is chosen.".to_owned(),
        (_, false) => "Several match; the most recent by Date is chosen.".to_owned(),
    };
    (Some(*index), reason)
}
