//! Parts instead of the whole (RFC 9110 §14), and deltas (RFC 3229).

use super::{Answer, Exchange, brief};
use crate::http::etag;
use crate::http::{date, range, syntax};

/// The delta format that both sides know.
pub fn delta(x: &Exchange) -> Option<String> {
    let wanted = x.field("A-IM")?;
    let knows = |format: &&String| {
        syntax::list(&wanted).iter().any(|own| own.split(';').next().is_some_and(|own| own.trim().eq_ignore_ascii_case(format)))
    };
    x.world.resource.deltas.iter().find(knows).cloned()
}

pub fn delta_usable(x: &Exchange) -> Answer {
    let Some(wanted) = x.field("A-IM") else {
        return Answer::no("The client does not ask for a delta.");
    };
    let base = x.field("If-None-Match");
    match (delta(x), base, x.etag()) {
        (None, _, _) => Answer::no(format!("The resource cannot make a delta of the kind {}.", brief(&wanted))),
        (Some(_), None, _) => Answer::no("Without If-None-Match nobody knows what the delta is from."),
        (Some(_), Some(_), None) => Answer::no("Without an entity tag nobody could say what the delta leads to."),
        (Some(_), Some(_), Some(_)) if !x.is("GET") => Answer::no(format!("A delta answers GET, not {}.", brief(x.method()))),
        (Some(format), Some(base), Some(own)) => {
            Answer::yes(format!("A {format} delta leads from `{}` to `{}`.", brief(&base), brief(own)))
        }
    }
}

pub fn range_usable(x: &Exchange) -> Answer {
    let Some(value) = x.field("Range") else {
        return Answer::no("There is no Range: all of it is sent.");
    };
    if !x.is("GET") {
        return Answer::no(format!("Range is ignored for {}.", brief(x.method())));
    }
    if !x.world.resource.ranges {
        return Answer::no("The resource serves no ranges, so Range is ignored.");
    }
    match range::parse(&value) {
        Some(_) => Answer::yes(format!("Range is `{}`.", brief(&value))),
        None => Answer::no(format!("`{}` is no range of bytes, so it is ignored.", brief(&value))),
    }
}

pub fn has_if_range(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Range"), "There is If-Range.", "There is no If-Range.")
}

/// A tag has to match strongly; a date has to be the very same, and a strong validator (RFC 9110 §13.1.5).
pub fn if_range_holds(x: &Exchange) -> Answer {
    let value = x.field("If-Range").unwrap_or_default();
    let value = value.trim();
    if let Some(tag) = etag::parse(value) {
        let own = x.etag().unwrap_or_default();
        let same = etag::parse(own).is_some_and(|own| tag.strong_eq(&own));
        let verb = if same { "is" } else { "is not strongly" };
        return Answer { yes: same, reason: format!("`{}` {verb} the current `{}`.", brief(value), brief(own)) };
    }
    match (date::parse_at(value, x.world.now), x.last_modified()) {
        (None, _) => Answer::no(format!("`{}` is neither an entity tag nor a date.", brief(value))),
        (_, None) => Answer::no("The resource has no modification date."),
        (Some(given), Some(own)) if given != own => {
            Answer::no(format!("`{}` is not the date of the last change, {}.", brief(value), date::format(own)))
        }
        // Within the same second it could change again (RFC 9110 §8.8.2.2).
        (Some(_), Some(own)) if own >= x.world.now => Answer::no("The last change is not a second old, so its date proves nothing."),
        (Some(_), Some(own)) => Answer::yes(format!("The last change was at {}, as If-Range says.", date::format(own))),
    }
}

/// First and last byte of each range that is served, ascending as asked; empty if none can be.
pub fn satisfiable_ranges(x: &Exchange) -> Vec<(u64, u64)> {
    let length = x.selected().map_or(0, |own| own.length());
    let specs = x.field("Range").and_then(|value| range::parse(&value));
    specs.and_then(|specs| range::resolve(&specs, length).ok()).unwrap_or_default()
}

pub fn satisfiable(x: &Exchange) -> Answer {
    let length = x.selected().map_or(0, |own| own.length());
    let value = x.field("Range").unwrap_or_default();
    match satisfiable_ranges(x).as_slice() {
        [] => Answer::no(format!("No byte of `{}` is within the {length} that there are.", brief(&value))),
        [(first, last)] => Answer::yes(format!("Bytes {first} to {last} of {length} are there.")),
        several => Answer::yes(format!("{} ranges are within the {length} bytes that there are.", several.len())),
    }
}
