//! What the request brings along.

use super::{Answer, Exchange, brief, list};
use crate::http::syntax;

pub fn has_content(x: &Exchange) -> Answer {
    Answer::of(x.has_content(), "The request brings content.", "The request brings no content.")
}

pub fn length_given(x: &Exchange) -> Answer {
    if !x.world.server.demands_length {
        return Answer::yes("The server does not demand a length beforehand.");
    }
    match x.content_length() {
        Some(length) => Answer::yes(format!("Content-Length is {length}.")),
        None => Answer::no("The server demands a Content-Length, and there is none."),
    }
}

pub fn small_enough(x: &Exchange) -> Answer {
    let length = x.content_length().unwrap_or(0).max(x.request.body.len() as u64);
    let limit = x.world.server.content_limit;
    Answer { yes: length <= limit, reason: format!("The content is {length} bytes long; the server takes {limit}.") }
}

/// The media type of the content without its parameters, in lower case.
pub fn media_type(x: &Exchange) -> Option<String> {
    let value = x.request.fields.get("Content-Type")?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

pub fn type_taken(x: &Exchange) -> Answer {
    let takes = &x.world.resource.takes;
    if takes.is_empty() {
        return Answer::yes("The resource takes any media type.");
    }
    // Content without a type may be taken for this one (RFC 9110 §8.3).
    let own = media_type(x).unwrap_or_else(|| "application/octet-stream".to_owned());
    let taken = takes.iter().any(|taken| match taken.strip_suffix("/*") {
        Some(kind) => own.split('/').next().is_some_and(|own_kind| own_kind.eq_ignore_ascii_case(kind)),
        None => taken.eq_ignore_ascii_case(&own),
    });
    Answer { yes: taken, reason: format!("The content is {}; the resource takes {}.", brief(&own), list(takes)) }
}

pub fn coding_known(x: &Exchange) -> Answer {
    let Some(codings) = x.field("Content-Encoding") else {
        return Answer::yes("The content is not coded.");
    };
    let decodes = &x.world.resource.decodes;
    let known = syntax::list(&codings)
        .iter()
        .all(|coding| coding.eq_ignore_ascii_case("identity") || decodes.iter().any(|own| own.eq_ignore_ascii_case(coding)));
    let can = if decodes.is_empty() { "no coding".to_owned() } else { list(decodes) };
    Answer { yes: known, reason: format!("The content is coded with {}; the resource undoes {can}.", brief(&codings)) }
}

/// Methods whose content is what they are about.
fn is_about_content(x: &Exchange) -> bool {
    x.has_content() || matches!(x.method(), "POST" | "PUT" | "PATCH")
}

pub fn syntax_holds(x: &Exchange) -> Answer {
    let start = &x.world.resource.syntax;
    if start.is_empty() || !is_about_content(x) {
        return Answer::yes("There is no syntax to break.");
    }
    let text = String::from_utf8_lossy(&x.request.body);
    let found: String = text.trim_start().chars().take(start.chars().count()).collect();
    Answer { yes: found == *start, reason: format!("The content begins with `{}`; it has to begin with `{start}`.", brief(&found)) }
}

pub fn makes_sense(x: &Exchange) -> Answer {
    let needed = &x.world.resource.sense;
    if needed.is_empty() || !is_about_content(x) {
        return Answer::yes("Nothing in particular has to be in it.");
    }
    let found = String::from_utf8_lossy(&x.request.body).contains(needed.as_str());
    let judgement = if found { "is there" } else { "is missing" };
    Answer { yes: found, reason: format!("The content has to name `{}`, which {judgement}.", brief(needed)) }
}
