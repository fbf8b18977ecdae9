//! The truth table of the preconditions, complete: RFC 9110 §13.2.2 written down a second time, over what each method gives
//! without conditions.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::http::date;
use field_guide::http::engine::status;
use field_guide::http::message::Request;
use field_guide::http::profiles::Profile;
use field_guide::http::state::{NOON, World};

#[path = "conformance/report.rs"]
mod report;

use report::Report;

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
    let how = "Every combination of four condition fields, present, absent, true, false or unreadable, over six methods, with and \
               without the resource; the expected status by §13.2.2, sentence by sentence.";
    let title = "Preconditions, RFC 9110".to_owned();
    let mut report = Report::of_http("http-preconditions", title, "the text of RFC 9110", "§13.2.2", how);
    let mut rows = 0;
    for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"] {
        for exists in [true, false] {
            for if_match in TAGS {
                for unmodified in SINCES {
                    for none_match in TAGS {
                        for modified in SINCES {
                            let row = Row { if_match, unmodified, none_match, modified, method, exists };
                            let (found, expected) = (row.found(), row.expected());
                            report.compare(found == expected, || format!("{found} instead of {expected}: {row:?}"));
                            rows += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(rows, 6 * 2 * 256);
    report.finish().unwrap_or_else(|differences| panic!("{differences}"));
}
