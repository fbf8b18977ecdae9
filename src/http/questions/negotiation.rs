//! Which representation, if any, does the client accept (RFC 9110 §12)?

use super::{Answer, Exchange, brief};
use crate::http::accept::{self, Offer, Qualities, Wishes};
use crate::http::state::Representation;

fn offer(own: &Representation) -> Offer {
    Offer {
        media_type: own.media_type.clone(),
        language: own.language.clone().unwrap_or_default(),
        charset: own.charset.clone().unwrap_or_default(),
        coding: own.coding.clone().unwrap_or_default(),
    }
}

/// The place of the representation that fits best; `None` if none is acceptable, or none is there.
pub fn choice(x: &Exchange) -> Option<usize> {
    let all = &x.world.resource.representations;
    let indifferent = !["Accept", "Accept-Language", "Accept-Charset", "Accept-Encoding"].into_iter().any(|name| x.has(name));
    if indifferent {
        return (!all.is_empty()).then_some(0);
    }
    let offers: Vec<Offer> = all.iter().map(offer).collect();
    accept::choose(&offers, &x.request.fields)
}

pub fn goes_in_circles(x: &Exchange) -> Answer {
    let circular = x.world.server.negotiates_in_circles && x.reads();
    Answer::of(circular, "The chosen variant negotiates in its turn and leads back.", "Negotiation comes to an end.")
}

/// What the request says of its wishes, for reasons.
fn wishes(x: &Exchange) -> String {
    let names = ["Accept", "Accept-Language", "Accept-Charset", "Accept-Encoding"];
    let said: Vec<String> =
        names.into_iter().filter_map(|name| x.field(name).map(|value| format!("{name} is `{}`", brief(&value)))).collect();
    if said.is_empty() { "The client has no preference".to_owned() } else { said.join(" and ") }
}

/// Only GET and HEAD are about a representation that is there.
pub fn acceptable(x: &Exchange) -> Answer {
    if !x.reads() {
        return Answer::yes(format!("{} does not ask for a representation.", brief(x.method())));
    }
    if !x.world.resource.exists() {
        return Answer::yes("There is nothing to choose from.");
    }
    match x.selected().filter(|_| choice(x).is_some()) {
        Some(own) => Answer::yes(format!("{}; {} fits best.", wishes(x), describe(own))),
        None => Answer::no(format!("{}; nothing that is here fits.", wishes(x))),
    }
}

fn describe(own: &Representation) -> String {
    let parts = [Some(own.media_type.as_str()), own.language.as_deref(), own.charset.as_deref(), own.coding.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub fn insists(x: &Exchange) -> Answer {
    Answer::of(
        x.world.resource.insists,
        "The server would rather send something than nothing.",
        "The server would rather refuse than send what was not asked for.",
    )
}

fn has(x: &Exchange, field: &str) -> Answer {
    match x.field(field) {
        Some(value) => Answer::yes(format!("{field} is `{}`.", brief(&value))),
        None => Answer::no(format!("There is no {field}.")),
    }
}

pub fn has_accept(x: &Exchange) -> Answer {
    has(x, "Accept")
}

pub fn has_accept_language(x: &Exchange) -> Answer {
    has(x, "Accept-Language")
}

pub fn has_accept_charset(x: &Exchange) -> Answer {
    has(x, "Accept-Charset")
}

pub fn has_accept_encoding(x: &Exchange) -> Answer {
    has(x, "Accept-Encoding")
}

/// Servers that negotiate one dimension after the other: whether a representation is left that fits in all so far.
fn left(x: &Exchange, field: &str, fits: impl Fn(Qualities) -> bool) -> Answer {
    let all = &x.world.resource.representations;
    if all.is_empty() {
        return Answer::yes("There is nothing to choose from.");
    }
    let wishes = Wishes::of(&x.request.fields);
    let count = all.iter().filter(|own| fits(wishes.qualities(&offer(own)))).count();
    let value = x.field(field).unwrap_or_default();
    Answer { yes: count > 0, reason: format!("{field} is `{}`, and {count} of {} representations fit.", brief(&value), all.len()) }
}

pub fn type_available(x: &Exchange) -> Answer {
    left(x, "Accept", |quality| quality.media > 0)
}

pub fn language_available(x: &Exchange) -> Answer {
    left(x, "Accept-Language", |quality| quality.media > 0 && quality.language > 0)
}

pub fn charset_available(x: &Exchange) -> Answer {
    left(x, "Accept-Charset", |quality| quality.media > 0 && quality.language > 0 && quality.charset > 0)
}

pub fn coding_available(x: &Exchange) -> Answer {
    left(x, "Accept-Encoding", |quality| quality.product() > 0)
}
