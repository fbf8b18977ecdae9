//! Preconditions (RFC 9110 §13). Each date condition is two questions: is it usable, and does it hold?

use super::{Answer, Exchange, brief};
use crate::http::date;
use crate::http::etag::{self, ETag, Tags};

/// How two entity tags are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Neither may be weak.
    Strong,
    /// Weakness does not matter.
    Weak,
}

/// Whether the current representation has one of the tags of `value`, and a sentence that quotes both.
pub fn matches(x: &Exchange, value: &str, comparison: Comparison) -> (bool, String) {
    let own = x.etag();
    let listed = match etag::parse_list(value) {
        Some(Tags::Any) => {
            let exists = x.world.resource.exists();
            let state = if exists { "there is one" } else { "there is none" };
            return (exists, format!("`*` means any current representation, and {state}."));
        }
        Some(Tags::List(tags)) => tags,
        None => Vec::new(),
    };
    let Some(own) = own else {
        return (false, format!("The current representation has no entity tag to compare with `{}`.", brief(value)));
    };
    let same = |one: &ETag, other: &ETag| match comparison {
        Comparison::Strong => one.strong_eq(other),
        Comparison::Weak => one.weak_eq(other),
    };
    let found = etag::parse(own).is_some_and(|current| listed.iter().any(|tag| same(tag, &current)));
    let (value, current) = (brief(value), brief(own));
    // How tags are compared only matters where one is weak.
    let reason = if value.contains("W/") || current.starts_with("W/") {
        let how = if comparison == Comparison::Strong { "strongly" } else { "weakly" };
        let verb = if found { "matches" } else { "does not match" };
        format!("Compared {how}, `{value}` {verb} the current `{current}`.")
    } else {
        let verb = if found { "names" } else { "does not name" };
        format!("`{value}` {verb} the current version, `{current}`.")
    };
    (found, reason)
}

pub fn has_if_match(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Match"), "There is If-Match.", "There is no If-Match.")
}

pub fn if_match_holds(x: &Exchange) -> Answer {
    let (yes, reason) = matches(x, &x.field("If-Match").unwrap_or_default(), Comparison::Strong);
    Answer { yes, reason }
}

pub fn has_if_none_match(x: &Exchange) -> Answer {
    Answer::of(x.has("If-None-Match"), "There is If-None-Match.", "There is no If-None-Match.")
}

/// True when none of the tags matches.
pub fn if_none_match_holds(x: &Exchange) -> Answer {
    let (found, reason) = matches(x, &x.field("If-None-Match").unwrap_or_default(), Comparison::Weak);
    Answer { yes: !found, reason }
}

/// Asked where a condition says that the client has the current version already.
pub fn reads_what_it_has(x: &Exchange) -> Answer {
    let method = brief(x.method());
    match x.reads() {
        true => Answer::yes(format!("The method is {method}: the copy that the client has will do.")),
        false => Answer::no(format!("The method is {method}, and it was to happen only if there is no such version.")),
    }
}

pub fn reads(x: &Exchange) -> Answer {
    Answer { yes: x.reads(), reason: format!("The method is {}.", brief(x.method())) }
}

/// The date of a condition, if there is exactly one and it is valid.
pub fn condition_date(x: &Exchange, field: &str) -> Option<u64> {
    let mut lines = x.request.fields.all(field);
    let date = date::parse_at(lines.next()?, x.world.now)?;
    lines.next().is_none().then_some(date)
}

/// Whether a date condition can be evaluated at all.
fn usable(x: &Exchange, field: &str) -> Answer {
    match x.field(field) {
        None => Answer::no(format!("There is no {field}.")),
        Some(value) if condition_date(x, field).is_none() => {
            Answer::no(format!("`{}` is not one valid date, so {field} is ignored.", brief(&value)))
        }
        Some(_) if x.last_modified().is_none() => Answer::no(format!("The resource has no modification date, so {field} is ignored.")),
        Some(value) => Answer::yes(format!("{field} is `{}`.", brief(&value))),
    }
}

/// Whether it was modified later than the condition says; `None` where that cannot be said.
fn modified_after(x: &Exchange, field: &str) -> Option<(bool, String)> {
    let (modified, date) = (x.last_modified()?, condition_date(x, field)?);
    let later = modified > date;
    let verb = if later { "is later than" } else { "is not later than" };
    Some((later, format!("Last-Modified, {}, {verb} {}.", date::format(modified), date::format(date))))
}

pub fn unmodified_since_usable(x: &Exchange) -> Answer {
    usable(x, "If-Unmodified-Since")
}

pub fn unmodified_since_holds(x: &Exchange) -> Answer {
    match modified_after(x, "If-Unmodified-Since") {
        Some((later, reason)) => Answer { yes: !later, reason },
        None => Answer::yes("There is nothing to compare."),
    }
}

/// Only for GET and HEAD; [`has_if_none_match`] has been asked before.
pub fn modified_since_usable(x: &Exchange) -> Answer {
    if x.has("If-Modified-Since") && !x.reads() {
        return Answer::no(format!("If-Modified-Since is ignored for {}.", brief(x.method())));
    }
    usable(x, "If-Modified-Since")
}

pub fn modified_since_holds(x: &Exchange) -> Answer {
    match modified_after(x, "If-Modified-Since") {
        Some((later, reason)) => Answer { yes: later, reason },
        None => Answer::yes("There is nothing to compare."),
    }
}

#[cfg(test)]
mod tests {
    use crate::http::engine::status;
    use crate::http::message::Request;
    use crate::http::profiles::Profile;
    use crate::http::state::World;

    /// Weakness counts in If-Match and not in If-None-Match, whoever is weak (§8.8.3.2).
    #[test]
    fn strong_and_weak_comparison() {
        for (own, asked, strong, weak) in [
            ("\"1\"", "\"1\"", true, true),
            ("\"1\"", "W/\"1\"", false, true),
            ("W/\"1\"", "\"1\"", false, true),
            ("W/\"1\"", "W/\"1\"", false, true),
            ("W/\"1\"", "W/\"2\"", false, false),
        ] {
            let mut world = World::default();
            world.resource.representations[0].etag = Some(own.to_owned());
            for (field, matched, yes, no) in [("If-Match", strong, 200, 412), ("If-None-Match", weak, 304, 200)] {
                let mut request = Request::new("GET", "/");
                request.fields.push("Host", "example.org");
                request.fields.push(field, asked);
                let expected = if matched { yes } else { no };
                assert_eq!(status(Profile::Rfc9110, &request, &world), expected, "{field}: {asked} against {own}");
            }
        }
    }

    /// Everything that would not be 2xx comes before the preconditions (§13.2.1).
    #[test]
    fn what_is_refused_anyway_is_not_refused_for_its_conditions() {
        type Change = fn(&mut World);
        let changes: [(u16, Change); 8] = [
            (503, |world| world.server.unavailable = true),
            (401, |world| world.server.guard = Some(Default::default())),
            (403, |world| world.server.forbidden = crate::http::state::Forbidden::Deny),
            (429, |world| world.server.limited = true),
            (405, |world| world.resource.methods.clear()),
            (404, |world| world.resource.representations.clear()),
            (505, |world| world.server.versions.clear()),
            (421, |world| world.server.hosts = vec!["example.com".to_owned()]),
        ];
        for (expected, change) in changes {
            let mut world = World::default();
            change(&mut world);
            let mut request = Request::new("GET", "/");
            request.fields.push("Host", "example.org");
            request.fields.push("If-Match", "\"v0\"");
            assert_eq!(status(Profile::Rfc9110, &request, &world), expected);
        }
    }
}
