//! Byte ranges (RFC 9110 §14), Content-Range, and If-Range (§13.1.5).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::etag::{self, ETag};
use super::{date, syntax};

/// One member of a Range field. Positions count from 0, both ends are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Spec {
    /// `0-499`, or `500-` without a last position.
    From { first: u64, last: Option<u64> },
    /// `-500`: the last 500 bytes.
    Suffix(u64),
}

/// Why a Range field is no list of byte ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unread {
    /// Another unit than `bytes`: to be ignored, says the RFC.
    Unit,
    /// The RFC lets a server ignore it or refuse it; nginx answers 416.
    Malformed,
}

/// No range overlaps the representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unsatisfiable {
    pub length: u64,
}

impl fmt::Display for Unsatisfiable {
    /// The Content-Range of a 416: `bytes */1234`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes */{}", self.length)
    }
}

/// `None` if the field is to be ignored.
pub fn parse(text: &str) -> Option<Vec<Spec>> {
    read(text).ok()
}

/// [`parse`], and why not.
pub fn read(text: &str) -> Result<Vec<Spec>, Unread> {
    let (unit, set) = syntax::trim(text).split_once('=').ok_or(Unread::Malformed)?;
    if !syntax::is_token(unit) {
        return Err(Unread::Malformed);
    }
    if !unit.eq_ignore_ascii_case("bytes") {
        return Err(Unread::Unit);
    }
    let specs: Option<Vec<Spec>> = syntax::list(set).into_iter().map(spec).collect();
    specs.filter(|specs| !specs.is_empty()).ok_or(Unread::Malformed)
}

fn spec(text: &str) -> Option<Spec> {
    let (first, last) = text.split_once('-')?;
    if first.is_empty() {
        return syntax::digits(last).map(Spec::Suffix);
    }
    let first = syntax::digits(first)?;
    let last = if last.is_empty() { None } else { Some(syntax::digits(last)?) };
    last.is_none_or(|last| first <= last).then_some(Spec::From { first, last })
}

/// The ranges that overlap a representation of `length` bytes, in the order asked for: first and last position. Of an empty
/// one nothing can be sent as a range, though §14.1.2 calls `-5` satisfiable there; Content-Range has no way to say it.
pub fn resolve(specs: &[Spec], length: u64) -> Result<Vec<(u64, u64)>, Unsatisfiable> {
    let end = length.checked_sub(1).ok_or(Unsatisfiable { length })?;
    let ranges: Vec<_> = specs
        .iter()
        .filter_map(|spec| match *spec {
            Spec::From { first, last } => (first <= end).then(|| (first, last.map_or(end, |last| last.min(end)))),
            Spec::Suffix(0) => None,
            Spec::Suffix(count) => Some((length.saturating_sub(count), end)),
        })
        .collect();
    if ranges.is_empty() { Err(Unsatisfiable { length }) } else { Ok(ranges) }
}

/// How many of the ranges overlap one before them. More than two, or many small ones, a server ought to refuse, ignore or
/// put together (RFC 9110 §14.2): they ask for much work with few bytes.
pub fn overlapping(ranges: &[(u64, u64)]) -> usize {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let mut reached: Option<u64> = None;
    let mut count = 0;
    for (first, last) in sorted {
        if reached.is_some_and(|reached| first <= reached) {
            count += 1;
        }
        reached = reached.max(Some(last));
    }
    count
}

/// The Content-Range of a 206 or 416.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ContentRange {
    /// `bytes 42-1233/1234`, or `/*` if the length is not known.
    Part { first: u64, last: u64, length: Option<u64> },
    /// `bytes */1234`.
    Unsatisfied { length: u64 },
}

impl ContentRange {
    /// `None` also for what §14.4 calls invalid: a last position before the first or behind the end.
    pub fn parse(text: &str) -> Option<ContentRange> {
        let (unit, rest) = syntax::trim(text).split_once(' ')?;
        let (range, length) = rest.split_once('/').filter(|_| unit.eq_ignore_ascii_case("bytes"))?;
        let length = if length == "*" { None } else { Some(syntax::digits(length)?) };
        if range == "*" {
            return length.map(|length| ContentRange::Unsatisfied { length });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (syntax::digits(first)?, syntax::digits(last)?);
        let valid = first <= last && length.is_none_or(|length| last < length);
        valid.then_some(ContentRange::Part { first, last, length })
    }
}

impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentRange::Part { first, last, length: Some(length) } => write!(f, "bytes {first}-{last}/{length}"),
            ContentRange::Part { first, last, length: None } => write!(f, "bytes {first}-{last}/*"),
            ContentRange::Unsatisfied { length } => write!(f, "bytes */{length}"),
        }
    }
}

/// What an If-Range field says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IfRange {
    Tag(ETag),
    /// Seconds since 1970.
    Date(u64),
}

impl IfRange {
    /// A quote within the first three characters tells a tag from a date.
    pub fn parse(text: &str) -> Option<IfRange> {
        let text = syntax::trim(text);
        if text.chars().take(3).any(|character| character == '"') {
            etag::parse(text).map(IfRange::Tag)
        } else {
            date::parse(text).map(IfRange::Date)
        }
    }

    /// Whether the range still belongs to what the client has: the tag compared strongly, the date exactly. `strong` says
    /// whether the date is a strong validator (§8.8.2.2): that the representation cannot have changed twice in its second.
    pub fn holds(&self, tag: Option<&ETag>, modified: Option<u64>, strong: bool) -> bool {
        match self {
            IfRange::Tag(own) => tag.is_some_and(|tag| etag::strong_eq(own, tag)),
            IfRange::Date(own) => strong && modified == Some(*own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_10_000(text: &str) -> Result<Vec<(u64, u64)>, Unsatisfiable> {
        resolve(&parse(text).unwrap(), 10_000)
    }

    #[test]
    fn the_examples_of_section_14_1_2() {
        for (text, expected) in [
            ("bytes=0-499", vec![(0, 499)]),
            ("bytes=500-999", vec![(500, 999)]),
            ("bytes=-500", vec![(9_500, 9_999)]),
            ("bytes=9500-", vec![(9_500, 9_999)]),
            ("bytes=0-0,-1", vec![(0, 0), (9_999, 9_999)]),
            ("bytes= 0-999, 4500-5499, -1000", vec![(0, 999), (4_500, 5_499), (9_000, 9_999)]),
            ("bytes=500-600,601-999", vec![(500, 600), (601, 999)]),
            ("bytes=500-700,601-999", vec![(500, 700), (601, 999)]),
        ] {
            assert_eq!(of_10_000(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn ends_that_lie_behind_are_cut_off() {
        assert_eq!(of_10_000("bytes=9999-10000"), Ok(vec![(9_999, 9_999)]));
        assert_eq!(of_10_000("bytes=-20000"), Ok(vec![(0, 9_999)]));
        assert_eq!(of_10_000("BYTES=1-99999999999999999999"), Ok(vec![(1, 9_999)]));
        assert_eq!(of_10_000("bytes=,20000-, 5-6 ,"), Ok(vec![(5, 6)]));
        for text in ["bytes=10000-", "bytes=-0", "bytes=99999999999999999999-", "bytes=10000-10001,-0"] {
            assert_eq!(of_10_000(text).map_err(|no| no.to_string()), Err("bytes */10000".to_owned()), "{text}");
        }
        assert_eq!(resolve(&[Spec::Suffix(5)], 0), Err(Unsatisfiable { length: 0 }));
        assert_eq!(resolve(&[Spec::Suffix(u64::MAX)], u64::MAX), Ok(vec![(0, u64::MAX - 1)]));
    }

    #[test]
    fn other_units_are_told_from_mistakes() {
        for text in ["lines=1-2", "seconds=abc"] {
            assert_eq!(read(text), Err(Unread::Unit), "{text}");
        }
        for text in
            ["", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2-3", "bytes=1", "bytes =1-2", "bytes=0-1,x"]
        {
            assert_eq!(read(text), Err(Unread::Malformed), "{text}");
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn overlaps_are_counted() {
        assert_eq!(overlapping(&[(0, 9), (10, 19)]), 0);
        assert_eq!(overlapping(&[(10, 19), (0, 10)]), 1);
        assert_eq!(overlapping(&[(0, 99), (1, 2), (5, 6), (50, 200), (200, 300)]), 4);
    }

    #[test]
    fn the_content_ranges_of_section_14_4() {
        for text in ["bytes 42-1233/1234", "bytes 42-1233/*", "bytes */1234", "bytes 0-499/1234", "bytes 734-1233/1234"] {
            assert_eq!(ContentRange::parse(text).map(|range| range.to_string()).as_deref(), Some(text));
        }
        for wrong in ["", "bytes", "bytes 5-4/9", "bytes 0-9/9", "bytes */*", "bytes 0-/9", "lines 0-1/9", "bytes=0-1/9"] {
            assert_eq!(ContentRange::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn if_range_is_strict() {
        let tag = |text: &str| etag::parse(text);
        let field = |text: &str| IfRange::parse(text).unwrap();
        assert!(field(r#""a""#).holds(tag(r#""a""#).as_ref(), None, false));
        assert!(!field(r#"W/"a""#).holds(tag(r#"W/"a""#).as_ref(), None, false), "weak never holds");
        assert!(!field(r#""a""#).holds(None, Some(5), true));
        let date = field("Thu, 01 Jan 1970 00:00:05 GMT");
        assert!(date.holds(None, Some(5), true));
        assert!(!date.holds(None, Some(5), false) && !date.holds(None, Some(4), true) && !date.holds(None, None, true));
        assert_eq!(IfRange::parse("yesterday"), None);
        assert_eq!(IfRange::parse("\"a"), None);
    }
}
