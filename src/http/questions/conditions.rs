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
    let how = if comparison == Comparison::Strong { "strongly" } else { "weakly" };
    let verb = if found { "matches" } else { "does not match" };
    (found, format!("`{}` {how} {verb} the current `{}`.", brief(value), brief(own)))
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
    use crate::http::date;
    use crate::http::engine::status;
    use crate::http::message::Request;
    use crate::http::profiles::Profile;
    use crate::http::state::{NOON, World};

    const MODIFIED: u64 = NOON - 86_400;

    /// What a condition field says of a resource whose tag is `"v1"` and which was modified at [`MODIFIED`].
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Tags {
        Absent,
        Matching,
        Other,
        Star,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Since {
        Absent,
        /// The same second, so it is unmodified since.
        Same,
        /// A day before, so it is modified since.
        Before,
        Invalid,
    }

    const TAGS: [Tags; 4] = [Tags::Absent, Tags::Matching, Tags::Other, Tags::Star];
    const SINCES: [Since; 4] = [Since::Absent, Since::Same, Since::Before, Since::Invalid];

    impl Tags {
        fn value(self) -> Option<&'static str> {
            match self {
                Tags::Absent => None,
                Tags::Matching => Some("\"v0\", \"v1\""),
                Tags::Other => Some("\"v0\""),
                Tags::Star => Some("*"),
            }
        }

        /// Whether some tag matches a current representation, of which there may be none.
        fn matches(self, exists: bool) -> bool {
            exists && matches!(self, Tags::Matching | Tags::Star)
        }
    }

    impl Since {
        fn value(self) -> Option<String> {
            match self {
                Since::Absent => None,
                Since::Same => Some(date::format(MODIFIED)),
                Since::Before => Some(date::format(MODIFIED - 86_400)),
                Since::Invalid => Some("the day before yesterday".to_owned()),
            }
        }
    }

    #[derive(Clone, Copy, Debug)]
    struct Row {
        if_match: Tags,
        unmodified: Since,
        none_match: Tags,
        modified: Since,
        method: &'static str,
        exists: bool,
    }

    impl Row {
        /// §13.2.2, sentence by sentence, over what the method gives without conditions.
        fn expected(self) -> u16 {
            let plain = match (self.method, self.exists) {
                ("GET" | "HEAD", true) => 200,
                ("PUT", false) => 201,
                ("PUT" | "DELETE", true) => 204,
                ("POST", true) => 201,
                ("OPTIONS", _) => return 200,
                // Not a 2xx without the conditions, so they are not looked at (§13.2.1).
                _ => return 404,
            };
            let reads = matches!(self.method, "GET" | "HEAD");
            // Without a current representation there is no modification date, and a date condition is ignored.
            let dated = |since: Since| self.exists && matches!(since, Since::Same | Since::Before);
            // Steps 1 and 2.
            if self.if_match != Tags::Absent {
                if !self.if_match.matches(self.exists) {
                    return 412;
                }
            } else if dated(self.unmodified) && self.unmodified == Since::Before {
                return 412;
            }
            // Steps 3 and 4.
            if self.none_match != Tags::Absent {
                if self.none_match.matches(self.exists) {
                    return if reads { 304 } else { 412 };
                }
            } else if reads && dated(self.modified) && self.modified == Since::Same {
                return 304;
            }
            // Steps 5 and 6: there is no Range here.
            plain
        }

        fn found(self) -> u16 {
            let mut request = Request::new(self.method, "/notes/1");
            request.fields.push("Host", "example.org");
            let fields = [
                ("If-Match", self.if_match.value().map(str::to_owned)),
                ("If-Unmodified-Since", self.unmodified.value()),
                ("If-None-Match", self.none_match.value().map(str::to_owned)),
                ("If-Modified-Since", self.modified.value()),
            ];
            for (name, value) in fields {
                if let Some(value) = value {
                    request.fields.push(name, value);
                }
            }
            let mut world = World::default();
            if !self.exists {
                world.resource.representations.clear();
            }
            status(Profile::Rfc9110, &request, &world)
        }
    }

    #[test]
    fn the_truth_table_of_the_preconditions() {
        let mut rows = 0;
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"] {
            for exists in [true, false] {
                for if_match in TAGS {
                    for unmodified in SINCES {
                        for none_match in TAGS {
                            for modified in SINCES {
                                let row = Row { if_match, unmodified, none_match, modified, method, exists };
                                assert_eq!(row.found(), row.expected(), "{row:?}");
                                rows += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(rows, 6 * 2 * 256);
    }

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
