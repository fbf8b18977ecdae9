//! The life of what a cache holds, as a bar over simulated seconds.
//!
//! Across, places are shares of the width, so that the bar fits every plate without being scaled. All times are seconds
//! since the first request, unless they say otherwise.

mod forecast;

use crate::http::cache::{Cache, Kind, Standing, Stored, freshness, selecting};
use crate::http::cache_control::Directives;
use crate::http::message::Request;
use crate::http::sequence::cached::Cached;
pub use forecast::{asked_at, forecast, sentence, state_at};

/// The clock reaches this far at least, and no further than ten years.
const SHORTEST: u64 = 600;
const LONGEST: u64 = 315_360_000;
/// Widths in pixels that labels are fitted to.
const WIDE: f64 = 640.0;
const NARROW: f64 = 270.0;
/// Of one sign of a label.
const SIGN: f64 = 6.4;

/// What may be done with a stored response for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Fresh,
    /// stale-while-revalidate.
    Meanwhile,
    /// Not without asking the origin.
    Validate,
    /// stale-if-error: besides the others.
    IfError,
}

impl Life {
    /// Inside the bar.
    pub fn label(self) -> &'static str {
        match self {
            Life::Fresh => "fresh",
            Life::Meanwhile => "stale, in use",
            Life::Validate => "ask first",
            Life::IfError => "if the origin fails",
        }
    }
}

/// A part of the bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub life: Life,
    pub from_s: u64,
    /// `None`: for good.
    pub to_s: Option<u64>,
    /// As shares of the width.
    pub x: f64,
    pub width: f64,
    /// Whether its label fits into it.
    pub labelled: bool,
    /// For the legend.
    pub words: String,
}

/// What stands on the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// When it was stored, or validated for the last time.
    Kept,
    Ask,
    Clock,
}

/// The bar.
#[derive(Clone, Debug, PartialEq)]
pub struct FreshScene {
    pub spans: Vec<Span>,
    /// Each with its place as a share of the width.
    pub marks: Vec<(Mark, f64)>,
    pub ticks: Vec<(f64, String)>,
    /// Where the lifetime comes from.
    pub lifetime: String,
    pub clause: &'static str,
    /// The picture in words.
    pub words: String,
}

/// What `cache` holds for `request`, at `now_s` on a bar that ends at `end_s`. `asks` are the moments of the client's
/// requests, `start` is the first one's in seconds since 1970. `None` if it holds nothing.
pub fn draw(cache: &Cache, request: &Request, asks: &[u64], now_s: u64, start: u64, end_s: u64, narrow: bool) -> Option<FreshScene> {
    let stored = chosen(cache, request)?;
    let end_s = end_s.max(1);
    let share = |at: u64| (at as f64 / end_s as f64).min(1.0);
    let lifetime = freshness::lifetime(cache.kind, stored);
    let kept = stored.received.saturating_sub(start);
    let room = if narrow { NARROW } else { WIDE };
    let lives = lives(cache.kind, stored, kept);
    let offered = lives.iter().any(|(life, ..)| *life == Life::Meanwhile);
    let spans: Vec<Span> = lives
        .into_iter()
        .filter(|(_, from, _)| *from < end_s)
        .map(|(life, from_s, to_s)| {
            let x = share(from_s);
            let width = to_s.map_or(1.0, share) - x;
            let labelled = width * room >= life.label().len() as f64 * SIGN + 8.0;
            Span { life, from_s, to_s, x, width, labelled, words: life_words(life, from_s, to_s, stored, offered) }
        })
        .collect();
    let so_far = asks.iter().filter(|at| **at <= now_s).map(|at| (Mark::Ask, share(*at)));
    let marks = std::iter::once((Mark::Kept, share(kept))).chain(so_far).chain([(Mark::Clock, share(now_s))]).collect();
    let told: Vec<&str> = spans.iter().map(|span| span.words.as_str()).collect();
    let words = format!("What is stored, kept since {kept} s, is {}. The clock stands at {now_s} s.", told.join("; "));
    let unit = |at: u64| if end_s <= 900 { format!("{at} s") } else { span_words(at) };
    let ticks = ticks(end_s, if narrow { 4 } else { 8 }).into_iter().map(|at| (share(at), unit(at))).collect();
    Some(FreshScene { spans, marks, ticks, lifetime: lifetime.reason, clause: lifetime.clause, words })
}

/// The stored response that a request would get.
fn chosen<'a>(cache: &'a Cache, request: &Request) -> Option<&'a Stored> {
    let key = selecting::key(request, &cache.scheme);
    let index = selecting::choose(cache.stored(), &key, request, &mut Vec::new())?;
    cache.stored().get(index)
}

/// From when to when, the parts of the bar in order and then what lies besides.
fn lives(kind: Kind, stored: &Stored, kept: u64) -> Vec<(Life, u64, Option<u64>)> {
    let directives = Directives::of(&stored.response.fields);
    if stored.standing == Standing::Invalid || directives.forbids_reuse() {
        return vec![(Life::Validate, kept, None)];
    }
    // It was not new when it came.
    let before = freshness::age(stored, stored.received).initial;
    let lifetime = freshness::lifetime(kind, stored).seconds;
    let after = |seconds: u64| kept.saturating_add(seconds.saturating_sub(before));
    let until = after(lifetime);
    let usable = freshness::may_be_stale(kind, stored, &mut Vec::new());
    // Staleness counts from the end of the lifetime, which may lie before the arrival.
    let offered = |seconds: Option<u64>| {
        let to = seconds.filter(|_| usable).map(|seconds| after(lifetime.saturating_add(seconds)));
        to.filter(|to| *to > until)
    };
    let mut lives = Vec::new();
    if until > kept {
        lives.push((Life::Fresh, kept, Some(until)));
    }
    let meanwhile = offered(directives.stale_while_revalidate);
    if let Some(to) = meanwhile {
        lives.push((Life::Meanwhile, until, Some(to)));
    }
    lives.push((Life::Validate, meanwhile.unwrap_or(until), None));
    if let Some(to) = offered(directives.stale_if_error) {
        lives.push((Life::IfError, until, Some(to)));
    }
    lives
}

/// `offered`: as stale-while-revalidate allows the very second at which it ends, asking comes after it.
fn life_words(life: Life, from_s: u64, to_s: Option<u64>, stored: &Stored, offered: bool) -> String {
    let own = &stored.response.fields;
    let until = to_s.map(span_words).unwrap_or_default();
    let from = span_words(from_s);
    match life {
        Life::Fresh => format!("fresh until {until}"),
        Life::Meanwhile => format!("stale from {from} on, but used until {until} while the origin is asked (stale-while-revalidate)"),
        Life::IfError => format!("used until {until} if the origin fails (stale-if-error)"),
        Life::Validate if stored.standing == Standing::Invalid => {
            "not to be used before it is validated, since a write went to it".to_owned()
        }
        Life::Validate if Directives::of(own).forbids_reuse() => "not to be used before it is validated, as no-cache says".to_owned(),
        Life::Validate => {
            let when = if offered { format!("after {from}") } else { format!("from {from} on") };
            if own.contains("ETag") || own.contains("Last-Modified") {
                format!("to be validated before use {when}")
            } else {
                format!("of no use {when}, as it has no validator to ask with")
            }
        }
    }
}

/// Even steps that a reader can count in.
fn ticks(end_s: u64, most: u64) -> Vec<u64> {
    const STEPS: [u64; 17] =
        [10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800, 2_592_000, 31_536_000];
    let step = STEPS.into_iter().find(|step| end_s / step <= most).unwrap_or(LONGEST / 2);
    (0..=end_s / step).map(|count| count * step).collect()
}

/// `90 s`, `20 min`, `3 h`, `2 d`.
pub fn span_words(seconds: u64) -> String {
    // A unit, its length, and from how many of it on it is the better one.
    const UNITS: [(&str, u64, u64); 3] = [("d", 86_400, 2), ("h", 3_600, 2), ("min", 60, 10)];
    let fits = |length: u64, least: u64| seconds >= least * length && seconds.is_multiple_of(length);
    match UNITS.into_iter().find(|(_, length, least)| fits(*length, *least)) {
        Some((unit, length, _)) => format!("{} {unit}", seconds / length),
        None => format!("{seconds} s"),
    }
}

/// How far the clock goes: ten minutes, or twice the lifetime after the last thing that happens.
pub fn reach(cached: Option<&Cached>, last_act_s: u64) -> u64 {
    let lifetimes = cached.into_iter().flat_map(|cached| &cached.states).flat_map(|(_, cache)| {
        let lifetime = |stored: &Stored| freshness::lifetime(cache.kind, stored).seconds;
        cache.stored().iter().map(lifetime).collect::<Vec<_>>()
    });
    let longest = lifetimes.max().unwrap_or_default();
    last_act_s.saturating_add(longest.saturating_mul(2)).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::date;
    use crate::http::message::Response;
    use crate::http::state::NOON;

    pub(super) fn get(fields: &[(&str, &str)]) -> Request {
        let mut request = Request::new("GET", "/notes/1");
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        request
    }

    /// A cache that has stored one response at noon.
    pub(super) fn holding(kind: Kind, fields: &[(&str, &str)]) -> Cache {
        let mut cache = Cache::new(kind);
        let mut reply = Response::new(200);
        reply.fields.push("Date", date::format(NOON));
        for (name, value) in fields {
            reply.fields.push(*name, *value);
        }
        cache.receive(NOON, NOON, &get(&[]), &get(&[]), Some(&reply));
        cache
    }

    fn said(kind: Kind, fields: &[(&str, &str)]) -> Vec<(Life, u64, Option<u64>)> {
        let scene = draw(&holding(kind, fields), &get(&[]), &[0], 0, NOON, 600, false).expect("it is stored");
        scene.spans.iter().map(|span| (span.life, span.from_s, span.to_s)).collect()
    }

    pub(super) const TAG: (&str, &str) = ("ETag", "\"v1\"");

    #[test]
    fn a_life_has_up_to_four_parts() {
        let fields = [("Cache-Control", "max-age=60, stale-while-revalidate=30, stale-if-error=120"), TAG];
        let expected =
            [(Life::Fresh, 0, Some(60)), (Life::Meanwhile, 60, Some(90)), (Life::Validate, 90, None), (Life::IfError, 60, Some(180))];
        assert_eq!(said(Kind::Private, &fields), expected);
    }

    #[test]
    fn must_revalidate_and_s_maxage_leave_no_stale_part() {
        // RFC 9111 §5.2.2.2 and §5.2.2.10.
        let strict = [("Cache-Control", "max-age=60, must-revalidate, stale-while-revalidate=30, stale-if-error=9"), TAG];
        assert_eq!(said(Kind::Private, &strict), [(Life::Fresh, 0, Some(60)), (Life::Validate, 60, None)]);
        let shared = [("Cache-Control", "max-age=60, s-maxage=20, stale-while-revalidate=30"), TAG];
        assert_eq!(said(Kind::Shared, &shared), [(Life::Fresh, 0, Some(20)), (Life::Validate, 20, None)]);
        let expected = [(Life::Fresh, 0, Some(60)), (Life::Meanwhile, 60, Some(90)), (Life::Validate, 90, None)];
        assert_eq!(said(Kind::Private, &shared), expected);
    }

    #[test]
    fn what_was_old_when_it_came_is_fresh_for_less() {
        // Age 20 of max-age 60 leaves 40; Age 100 has been stale for 40 of the 50 seconds.
        let young = [("Cache-Control", "max-age=60"), ("Age", "20"), TAG];
        assert_eq!(said(Kind::Private, &young), [(Life::Fresh, 0, Some(40)), (Life::Validate, 40, None)]);
        let old = [("Cache-Control", "max-age=60, stale-while-revalidate=50"), ("Age", "100"), TAG];
        assert_eq!(said(Kind::Private, &old), [(Life::Meanwhile, 0, Some(10)), (Life::Validate, 10, None)]);
    }

    #[test]
    fn where_the_lifetime_comes_from_is_said() {
        let modified = date::format(NOON - 1_000);
        let guessed = holding(Kind::Private, &[("Last-Modified", modified.as_str())]);
        let scene = draw(&guessed, &get(&[]), &[], 0, NOON, 600, false).expect("it is stored");
        assert_eq!((scene.spans[0].to_s, scene.clause), (Some(100), "RFC 9111 §4.2.2"));
        assert!(scene.lifetime.contains("a tenth"));
        let expires = date::format(NOON + 70);
        let dated = holding(Kind::Private, &[("Expires", expires.as_str()), TAG]);
        let scene = draw(&dated, &get(&[]), &[], 0, NOON, 600, false).expect("it is stored");
        assert_eq!(scene.spans[0].to_s, Some(70));
        assert!(scene.lifetime.contains("Expires"));
    }

    #[test]
    fn no_cache_and_a_write_leave_nothing_but_asking() {
        assert_eq!(said(Kind::Private, &[("Cache-Control", "max-age=60, no-cache"), TAG]), [(Life::Validate, 0, None)]);
        let mut cache = holding(Kind::Private, &[("Cache-Control", "max-age=60"), TAG]);
        let put = Request { method: "PUT".to_owned(), ..get(&[]) };
        cache.receive(NOON + 10, NOON + 10, &put, &put, Some(&Response::new(204)));
        let scene = draw(&cache, &get(&[]), &[], 20, NOON, 600, false).expect("it is still stored");
        assert!(scene.spans.len() == 1 && scene.spans[0].words.contains("a write"));
        assert!(forecast(&cache, &get(&[]), NOON + 20).1.contains("since a write went to this target"));
    }

    #[test]
    fn places_are_shares_and_only_past_asks_are_marked() {
        let cache = holding(Kind::Private, &[("Cache-Control", "max-age=60"), TAG]);
        let scene = draw(&cache, &get(&[]), &[0, 30, 90], 45, NOON, 120, true).expect("it is stored");
        assert_eq!(scene.marks, [(Mark::Kept, 0.0), (Mark::Ask, 0.0), (Mark::Ask, 0.25), (Mark::Clock, 0.375)]);
        assert_eq!(scene.spans.iter().map(|span| (span.x, span.width)).collect::<Vec<_>>(), [(0.0, 0.5), (0.5, 0.5)]);
        assert_eq!(scene.ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>(), ["0 s", "30 s", "60 s", "90 s", "120 s"]);
        assert!(draw(&Cache::new(Kind::Private), &get(&[]), &[], 0, NOON, 600, false).is_none());
    }

    #[test]
    fn the_clock_reaches_past_two_lifetimes() {
        assert_eq!((reach(None, 0), reach(None, 5_000)), (600, 5_000));
        let cached = |fields: &[(&str, &str)]| Cached { states: vec![(0, holding(Kind::Private, fields))], ..Cached::default() };
        assert_eq!(reach(Some(&cached(&[("Cache-Control", "max-age=60")])), 75), 600);
        assert_eq!(reach(Some(&cached(&[("Cache-Control", "max-age=3600")])), 75), 7_275);
        assert_eq!(reach(Some(&cached(&[("Cache-Control", "max-age=99999999999")])), 0), LONGEST);
    }

    #[test]
    fn times_are_short() {
        let cases = [(0, "0 s"), (90, "90 s"), (120, "120 s"), (600, "10 min"), (3_600, "60 min"), (7_200, "2 h"), (172_800, "2 d")];
        for (seconds, words) in cases {
            assert_eq!(span_words(seconds), words);
        }
        assert_eq!(span_words(7_201), "7201 s");
    }
}
