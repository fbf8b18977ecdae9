//! Entity tags and their two comparisons (RFC 9110 §8.8.3), and the lists of If-Match and If-None-Match (§13.1).

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ETag {
    pub weak: bool,
    /// Without the quotes.
    pub tag: String,
}

/// What If-Match and If-None-Match say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tags {
    /// `*`: any representation that there is.
    Any,
    /// At least one.
    List(Vec<ETag>),
}

impl ETag {
    pub fn strong(tag: impl Into<String>) -> Self {
        ETag { weak: false, tag: tag.into() }
    }

    pub fn weak(tag: impl Into<String>) -> Self {
        ETag { weak: true, tag: tag.into() }
    }

    /// [`strong_eq`].
    pub fn strong_eq(&self, other: &ETag) -> bool {
        strong_eq(self, other)
    }

    /// [`weak_eq`].
    pub fn weak_eq(&self, other: &ETag) -> bool {
        weak_eq(self, other)
    }
}

impl Tags {
    /// If-Match against the representation there is. `None` as the representation: there is none; `Some(None)`: it has
    /// no entity tag, which only `*` matches.
    pub fn strong_match(&self, current: Option<Option<&ETag>>) -> bool {
        self.any(current, strong_eq)
    }

    /// The same for If-None-Match, which fails if this is true.
    pub fn weak_match(&self, current: Option<Option<&ETag>>) -> bool {
        self.any(current, weak_eq)
    }

    fn any(&self, current: Option<Option<&ETag>>, equal: fn(&ETag, &ETag) -> bool) -> bool {
        match (self, current) {
            (_, None) | (Tags::List(_), Some(None)) => false,
            (Tags::Any, Some(_)) => true,
            (Tags::List(list), Some(Some(current))) => list.iter().any(|tag| equal(tag, current)),
        }
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\"{}\"", if self.weak { "W/" } else { "" }, self.tag)
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tags::List(list) = self else {
            return f.write_str("*");
        };
        for (index, tag) in list.iter().enumerate() {
            write!(f, "{}{tag}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// Equal, and neither is weak. For If-Match and If-Range.
pub fn strong_eq(one: &ETag, other: &ETag) -> bool {
    !one.weak && !other.weak && one.tag == other.tag
}

/// Equal, weak or not. For If-None-Match.
pub fn weak_eq(one: &ETag, other: &ETag) -> bool {
    one.tag == other.tag
}

/// One entity tag, with or without space around it: `"xyzzy"`, `W/"xyzzy"`, `""`. `W` has to be a capital.
pub fn parse(text: &str) -> Option<ETag> {
    let (tag, rest) = first(super::syntax::trim(text))?;
    rest.is_empty().then_some(tag)
}

/// `*`, or a list in which empty members are let pass. `None` if it is neither or names nothing.
pub fn parse_list(text: &str) -> Option<Tags> {
    let mut rest = super::syntax::trim(text);
    if rest == "*" {
        return Some(Tags::Any);
    }
    // Not split at commas: a tag may have some, and a backslash in it escapes nothing.
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (!tags.is_empty()).then_some(Tags::List(tags));
        }
        let (tag, after) = first(rest)?;
        tags.push(tag);
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// The tag at the beginning, and what follows it.
fn first(text: &str) -> Option<(ETag, &str)> {
    let opaque = text.strip_prefix("W/");
    let (tag, rest) = opaque.unwrap_or(text).strip_prefix('"')?.split_once('"')?;
    let allowed = |character: char| !character.is_ascii() || character.is_ascii_graphic();
    tag.chars().all(allowed).then(|| (ETag { weak: opaque.is_some(), tag: tag.to_owned() }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_section_8_8_3_2() {
        for (one, other, strong, weak) in [
            (r#"W/"1""#, r#"W/"1""#, false, true),
            (r#"W/"1""#, r#"W/"2""#, false, false),
            (r#"W/"1""#, r#""1""#, false, true),
            (r#""1""#, r#""1""#, true, true),
        ] {
            let (one, other) = (parse(one).unwrap(), parse(other).unwrap());
            assert_eq!((strong_eq(&one, &other), weak_eq(&one, &other)), (strong, weak), "{one} {other}");
            assert_eq!((strong_eq(&other, &one), weak_eq(&other, &one)), (strong, weak), "{other} {one}");
        }
    }

    #[test]
    fn the_examples_of_section_8_8_3() {
        for text in [r#""xyzzy""#, r#"W/"xyzzy""#, r#""""#, r#""a,b""#, r#""a\""#, r#""ü""#] {
            assert_eq!(parse(text).map(|tag| tag.to_string()).as_deref(), Some(text));
        }
        for wrong in ["", "xyzzy", "\"", "\"a", "a\"", r#"w/"a""#, r#"W/ "a""#, r#""a" "b""#, r#""a b""#, r#""a"b"#, "*", "\"\u{7f}\""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_lists_of_section_13_1() {
        let tags = |text: &str| match parse_list(text) {
            Some(Tags::List(tags)) => tags.iter().map(|tag| tag.to_string()).collect::<Vec<_>>(),
            other => vec![format!("{other:?}")],
        };
        assert_eq!(tags(r#""xyzzy""#), [r#""xyzzy""#]);
        assert_eq!(tags(r#""xyzzy", "r2d2xxxx", "c3piozzzz""#), [r#""xyzzy""#, r#""r2d2xxxx""#, r#""c3piozzzz""#]);
        assert_eq!(tags(r#"W/"xyzzy", W/"r2d2xxxx""#), [r#"W/"xyzzy""#, r#"W/"r2d2xxxx""#]);
        assert_eq!(tags(r#" , "a,b" ,,"c\", "#), [r#""a,b""#, r#""c\""#]);
        assert_eq!(parse_list("*"), Some(Tags::Any));
        for wrong in ["", ",", "xyzzy", r#""a" "b""#, r#""a", *"#, r#""a", b"#, "* , *"] {
            assert_eq!(parse_list(wrong), None, "{wrong}");
        }
        assert_eq!(parse_list(r#""a" , W/"b""#).map(|tags| tags.to_string()).as_deref(), Some(r#""a", W/"b""#));
    }

    #[test]
    fn a_list_is_matched_against_what_there_is() {
        let (list, any) = (parse_list(r#""a", W/"b""#).unwrap(), Tags::Any);
        let (a, b, weak_a) = (ETag::strong("a"), ETag::strong("b"), ETag::weak("a"));
        assert!(list.strong_match(Some(Some(&a))) && list.weak_match(Some(Some(&a))));
        assert!(!list.strong_match(Some(Some(&b))) && list.weak_match(Some(Some(&b))));
        assert!(!list.strong_match(Some(Some(&weak_a))) && list.weak_match(Some(Some(&weak_a))));
        assert!(any.strong_match(Some(None)) && any.weak_match(Some(Some(&a))));
        assert!(!any.strong_match(None) && !list.weak_match(None) && !list.strong_match(Some(None)));
    }
}
