//! Cache-Control (RFC 9111 §5.2), with stale-while-revalidate and stale-if-error (RFC 5861) and immutable (RFC 8246).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::syntax;

/// RFC 9111 §1.2.2: what a number of seconds is taken for that is too big.
const MOST_SECONDS: u64 = 2_147_483_648;

/// How stale a response a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MaxStale {
    /// `max-stale` without a number.
    Any,
    Seconds(u64),
}

/// What the directives of a message say. Of a directive that comes twice the first counts (RFC 9111 §4.2.1); one whose
/// argument is missing or wrong is not there, save max-age and s-maxage, which are then 0: caches are encouraged to take
/// such a response for stale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Directives {
    /// In seconds, as all numbers here.
    pub max_age: Option<u64>,
    pub s_maxage: Option<u64>,
    /// Requests only.
    pub max_stale: Option<MaxStale>,
    /// Requests only.
    pub min_fresh: Option<u64>,
    /// With the fields that it is limited to; with none it means the whole response.
    pub no_cache: Option<Vec<String>>,
    pub no_store: bool,
    pub no_transform: bool,
    /// Requests only.
    pub only_if_cached: bool,
    pub must_revalidate: bool,
    pub proxy_revalidate: bool,
    pub must_understand: bool,
    /// As [`Directives::no_cache`].
    pub private: Option<Vec<String>>,
    pub public: bool,
    pub stale_while_revalidate: Option<u64>,
    pub stale_if_error: Option<u64>,
    pub immutable: bool,
    /// Extensions that nobody here knows: name in lower case, argument.
    pub others: Vec<(String, Option<String>)>,
}

impl Directives {
    /// Those of all Cache-Control lines of a message.
    pub fn of(fields: &Fields) -> Self {
        parse(&fields.joined("Cache-Control").unwrap_or_default())
    }

    /// no-cache for the whole response.
    pub fn forbids_reuse(&self) -> bool {
        self.no_cache.as_ref().is_some_and(|fields| fields.is_empty())
    }

    fn take(&mut self, name: String, argument: Option<String>) {
        let seconds = || argument.as_deref().and_then(syntax::digits).map(|seconds| seconds.min(MOST_SECONDS));
        match name.as_str() {
            "max-age" => first(&mut self.max_age, seconds().or(Some(0))),
            "s-maxage" => first(&mut self.s_maxage, seconds().or(Some(0))),
            "max-stale" => {
                let stale = if argument.is_none() { Some(MaxStale::Any) } else { seconds().map(MaxStale::Seconds) };
                first(&mut self.max_stale, stale);
            }
            "min-fresh" => first(&mut self.min_fresh, seconds()),
            "no-cache" => first(&mut self.no_cache, Some(names(argument))),
            "no-store" => self.no_store = true,
            "no-transform" => self.no_transform = true,
            "only-if-cached" => self.only_if_cached = true,
            "must-revalidate" => self.must_revalidate = true,
            "proxy-revalidate" => self.proxy_revalidate = true,
            "must-understand" => self.must_understand = true,
            "private" => first(&mut self.private, Some(names(argument))),
            "public" => self.public = true,
            "stale-while-revalidate" => first(&mut self.stale_while_revalidate, seconds()),
            "stale-if-error" => first(&mut self.stale_if_error, seconds()),
            "immutable" => self.immutable = true,
            _ => self.others.push((name, argument)),
        }
    }
}

/// Reads the field's value. What is no directive at all is left out. A number may be quoted, a list of names may not be.
pub fn parse(text: &str) -> Directives {
    let mut directives = Directives::default();
    for member in syntax::list(text) {
        match syntax::parameter(member) {
            Some((name, argument)) => directives.take(name, argument),
            // `max-age=` is a directive with a wrong argument.
            None => {
                if let Some((name, _)) = member.split_once('=').filter(|(name, _)| syntax::is_token(syntax::trim(name))) {
                    directives.take(syntax::trim(name).to_ascii_lowercase(), Some(String::new()));
                }
            }
        }
    }
    directives
}

fn first<T>(place: &mut Option<T>, value: Option<T>) {
    if place.is_none() {
        *place = value;
    }
}

fn names(argument: Option<String>) -> Vec<String> {
    syntax::list(&argument.unwrap_or_default()).into_iter().map(str::to_owned).collect()
}

impl fmt::Display for Directives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |name: &str, value: Option<u64>| value.map(|value| format!("{name}={value}"));
        let flag = |name: &str, set: bool| set.then(|| name.to_owned());
        let limited = |name: &str, fields: &Option<Vec<String>>| {
            fields
                .as_ref()
                .map(|fields| if fields.is_empty() { name.to_owned() } else { format!("{name}={}", syntax::quote(&fields.join(", "))) })
        };
        let stale = self.max_stale.map(|stale| match stale {
            MaxStale::Any => "max-stale".to_owned(),
            MaxStale::Seconds(most) => format!("max-stale={most}"),
        });
        let known = [
            flag("public", self.public),
            limited("private", &self.private),
            limited("no-cache", &self.no_cache),
            flag("no-store", self.no_store),
            seconds("max-age", self.max_age),
            seconds("s-maxage", self.s_maxage),
            stale,
            seconds("min-fresh", self.min_fresh),
            flag("only-if-cached", self.only_if_cached),
            flag("must-revalidate", self.must_revalidate),
            flag("proxy-revalidate", self.proxy_revalidate),
            flag("must-understand", self.must_understand),
            flag("no-transform", self.no_transform),
            flag("immutable", self.immutable),
            seconds("stale-while-revalidate", self.stale_while_revalidate),
            seconds("stale-if-error", self.stale_if_error),
        ];
        let others = self.others.iter().map(|(name, argument)| match argument {
            None => name.clone(),
            Some(argument) if syntax::is_token(argument) => format!("{name}={argument}"),
            Some(argument) => format!("{name}={}", syntax::quote(argument)),
        });
        let all: Vec<String> = known.into_iter().flatten().chain(others).collect();
        f.write_str(&all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive_is_read_and_written() {
        for text in [
            "max-age=60",
            "s-maxage=0",
            "max-stale",
            "max-stale=5",
            "min-fresh=20",
            "no-cache",
            "no-cache=\"set-cookie, x-a\"",
            "no-store",
            "no-transform",
            "only-if-cached",
            "must-revalidate",
            "proxy-revalidate",
            "must-understand",
            "private",
            "private=\"x-b\"",
            "public",
            "stale-while-revalidate=30",
            "stale-if-error=1200",
            "immutable",
            "community=UCI",
            "note=\"a b\"",
            "public, no-cache, max-age=600, must-revalidate",
        ] {
            let directives = parse(text);
            assert_ne!(directives, Directives::default(), "{text}");
            assert_eq!(directives.to_string(), text);
            assert_eq!(parse(&directives.to_string()), directives);
        }
    }

    #[test]
    fn the_examples_of_the_rfcs() {
        // RFC 9111 §5.2.3.
        let private = parse("private, community=\"UCI\"");
        assert_eq!(private.private, Some(vec![]));
        assert_eq!(private.others, [("community".to_owned(), Some("UCI".to_owned()))]);
        // RFC 5861 §3.1 and §4.1.
        let stale = parse("max-age=600, stale-while-revalidate=30");
        assert_eq!((stale.max_age, stale.stale_while_revalidate), (Some(600), Some(30)));
        assert_eq!(parse("max-age=600, stale-if-error=1200").stale_if_error, Some(1200));
        // RFC 8246 §2: an argument has no meaning.
        assert!(parse("max-age=31536000, immutable").immutable && parse("immutable=1").immutable);
        // RFC 9111 §5.2.2.3.
        let understand = parse("must-understand, no-store");
        assert!(understand.must_understand && understand.no_store);
    }

    #[test]
    fn either_form_of_an_argument_is_read() {
        assert_eq!(parse("max-age=\"10\"").max_age, Some(10));
        assert_eq!(parse("No-Cache=Set-Cookie").no_cache, Some(vec!["Set-Cookie".to_owned()]));
        assert!(!parse("no-cache=\"a\"").forbids_reuse() && parse("no-cache").forbids_reuse());
        assert_eq!(parse(" , MAX-AGE = 5 ,").max_age, Some(5));
    }

    #[test]
    fn wrong_arguments_make_a_response_stale_and_the_first_of_two_counts() {
        for text in ["max-age", "max-age=", "max-age=abc", "max-age=-1", "max-age=1.5", "max-age=\"", "max-age=0, max-age=9"] {
            assert_eq!(parse(text).max_age, Some(0), "{text}");
        }
        assert_eq!(parse("max-age=99999999999999999999").max_age, Some(MOST_SECONDS));
        assert_eq!(parse("min-fresh=x, stale-if-error").to_string(), "");
        assert_eq!(parse("max-stale=x").max_stale, None);
        assert_eq!(parse("\"quoted\", a b, =, ;").to_string(), "");
    }

    #[test]
    fn all_lines_of_the_field_count() {
        let fields = Fields::from_iter([("Cache-Control", "no-store"), ("cache-control", "max-age=5")]);
        let directives = Directives::of(&fields);
        assert!(directives.no_store && directives.max_age == Some(5));
        assert_eq!(Directives::of(&Fields::new()), Directives::default());
    }
}
