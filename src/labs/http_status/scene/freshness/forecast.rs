//! What a cache would say to a request at a moment of the clock, in words.

use super::chosen;
use crate::http::cache::freshness::Freshness;
use crate::http::cache::{Cache, Outcome, invalidating};
use crate::http::message::Request;
use crate::http::questions::brief;
use crate::http::sequence::cached::{Asked, Cached, FRESH, VALIDATED, decisive};

/// The cache as the last ask until that second left it.
pub fn state_at(cached: &Cached, clock_s: u64) -> Option<&Cache> {
    let asked = cached.asked.iter().take_while(|asked| asked.at_ms / 1_000 <= clock_s).count();
    cached.states.get(asked.checked_sub(1)?).map(|(_, cache)| cache)
}

/// The last ask of which the transport has shown the first event.
pub fn asked_at(cached: &Cached, events: usize) -> Option<&Asked> {
    cached.asked.iter().take_while(|asked| asked.event < events).last()
}

/// What the cache would do with this request at a moment of the clock.
pub fn sentence(cached: &Cached, request: &Request, clock_s: u64) -> String {
    match state_at(cached, clock_s) {
        Some(cache) => {
            let (_, would) = forecast(cache, request, cached.start.saturating_add(clock_s));
            format!("At {clock_s} s the cache would {would}.")
        }
        None => "Nobody has asked the cache yet.".to_owned(),
    }
}

/// What the cache would say to that request, `now` seconds after 1970: the rest of a sentence that begins with “it would”.
pub fn forecast(cache: &Cache, request: &Request, now: u64) -> (Outcome, String) {
    let verdict = cache.clone().ask(now, request);
    let outcome = verdict.outcome;
    let fresh = chosen(cache, request).map_or(Freshness { lifetime: 0, age: 0 }, |stored| Freshness::of(cache.kind, stored, now));
    let stale = || match fresh.staleness() {
        0 => format!("its {} s of freshness are just over", fresh.lifetime),
        seconds => format!("it is stale by {seconds} s"),
    };
    let reasons: Vec<String> = decisive(outcome, &verdict.path)
        .into_iter()
        .map(|ruling| match ruling.question {
            FRESH => stale(),
            VALIDATED => validator_words(&ruling.reason),
            _ => lowered(&ruling.reason),
        })
        .collect();
    let reason = reasons.join(", and ");
    let forward = verdict.forward.as_ref();
    let answer = match verdict.response.as_ref().map(|response| response.status) {
        None | Some(200) => "answer by itself".to_owned(),
        Some(status) => format!("answer {status} by itself"),
    };
    let would = match outcome {
        Outcome::Fresh => {
            let left = fresh.lifetime.saturating_sub(fresh.age);
            format!("{answer}: what it holds is {} s old, and stays fresh for {left} s", fresh.age)
        }
        Outcome::Stale => match forward {
            Some(forward) => format!(
                "{answer}, stale by {} s, as stale-while-revalidate allows, and meanwhile ask the origin {}",
                fresh.staleness(),
                whether(forward)
            ),
            None => format!("{answer}, stale by {} s, as the client allows with max-stale", fresh.staleness()),
        },
        Outcome::Validate => format!("ask the origin {}, since {reason}", forward.map(whether).unwrap_or_default()),
        Outcome::Miss => format!("ask the origin for all of it, since {reason}"),
        Outcome::Through if invalidating::is_unsafe(&request.method) => {
            format!("write it through to the origin, since no stored response answers {}", brief(&request.method))
        }
        Outcome::Through => format!("pass it on to the origin, since {reason}"),
        Outcome::Refused => format!("answer 504, since {reason}"),
    };
    (outcome, would)
}

/// What a conditional request asks.
fn whether(forward: &Request) -> String {
    if let Some(tags) = forward.fields.joined("If-None-Match") {
        let one = if tags.contains(',') { "is one of" } else { "still is" };
        return format!("whether it {one} `{}`", brief(&tags));
    }
    match forward.fields.get("If-Modified-Since") {
        Some(date) => format!("whether it has changed since `{}`", brief(date)),
        None => "for all of it".to_owned(),
    }
}

fn validator_words(reason: &str) -> String {
    if reason.starts_with("It has no validator") { "it has no validator to ask with".to_owned() } else { lowered(reason) }
}

/// A sentence to go on with; names of fields keep their capitals.
fn lowered(reason: &str) -> String {
    const SMALL: [&str; 9] = ["A", "The", "No", "Nothing", "None", "Neither", "It", "Several", "Responses"];
    let reason = reason.trim_end_matches('.');
    match reason.split_once(' ') {
        Some((first, rest)) if SMALL.contains(&first) => format!("{} {rest}", first.to_ascii_lowercase()),
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TAG, get, holding};
    use super::*;
    use crate::http::cache::Kind;
    use crate::http::state::NOON;

    #[test]
    fn the_bar_says_what_the_cache_does_at_every_second() {
        let cache = holding(Kind::Private, &[("Cache-Control", "max-age=60, stale-while-revalidate=30"), TAG]);
        for second in 0..200 {
            let expected = match second {
                0..60 => Outcome::Fresh,
                60..=90 => Outcome::Stale,
                _ => Outcome::Validate,
            };
            assert_eq!(forecast(&cache, &get(&[]), NOON + second).0, expected, "{second}");
        }
    }

    #[test]
    fn forecasts_are_sentences_with_the_reason() {
        let cache = holding(Kind::Private, &[("Cache-Control", "max-age=60"), TAG]);
        let would = |request: &Request, second: u64| forecast(&cache, request, NOON + second).1;
        assert_eq!(would(&get(&[]), 45), "answer by itself: what it holds is 45 s old, and stays fresh for 15 s");
        assert_eq!(would(&get(&[]), 75), "ask the origin whether it still is `\"v1\"`, since it is stale by 15 s");
        assert_eq!(would(&get(&[]), 60), "ask the origin whether it still is `\"v1\"`, since its 60 s of freshness are just over");
        let wish = |directive: &str| get(&[("Cache-Control", directive)]);
        assert_eq!(would(&wish("no-cache"), 5), "ask the origin whether it still is `\"v1\"`, since the request says no-cache");
        assert_eq!(would(&wish("max-stale=60"), 75), "answer by itself, stale by 15 s, as the client allows with max-stale");
        assert!(would(&wish("only-if-cached"), 75).starts_with("answer 504, since the client says only-if-cached"));
        assert!(would(&get(&[("If-None-Match", "\"v1\"")]), 5).starts_with("answer 304 by itself"));
        let put = Request { method: "PUT".to_owned(), ..get(&[]) };
        assert_eq!(would(&put, 5), "write it through to the origin, since no stored response answers PUT");
        let (outcome, words) = forecast(&Cache::new(Kind::Private), &get(&[]), NOON);
        assert_eq!(
            (outcome, words.as_str()),
            (Outcome::Miss, "ask the origin for all of it, since nothing is stored for `https://example.org/notes/1`")
        );
        let plain = holding(Kind::Private, &[("Cache-Control", "max-age=60")]);
        let words = forecast(&plain, &get(&[]), NOON + 75).1;
        assert_eq!(words, "ask the origin for all of it, since it is stale by 15 s, and it has no validator to ask with");
    }

    #[test]
    fn the_state_is_that_after_the_last_ask_of_the_second() {
        let asked = |at_ms: u64, event: usize| Asked {
            at_ms,
            request: get(&[]),
            outcome: Outcome::Miss,
            rulings: Vec::new(),
            response: None,
            event,
            forwarded: Vec::new(),
        };
        let states = vec![(140, Cache::new(Kind::Private)), (60_170, Cache::new(Kind::Shared))];
        let cached = Cached { start: NOON, asked: vec![asked(0, 0), asked(60_000, 4)], states };
        let kind = |second: u64| state_at(&cached, second).map(|cache| cache.kind);
        assert_eq!([0, 59, 60].map(kind), [Some(Kind::Private), Some(Kind::Private), Some(Kind::Shared)]);
        assert!(state_at(&Cached::default(), 5).is_none());
        let at = |events: usize| asked_at(&cached, events).map(|asked| asked.at_ms);
        assert_eq!([0, 1, 4, 5].map(at), [None, Some(0), Some(0), Some(60_000)]);
        assert!(sentence(&cached, &get(&[]), 60).starts_with("At 60 s the cache would ask the origin for all of it"));
    }
}
