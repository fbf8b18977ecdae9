//! What an algorithm promises, in the two shapes that products have: a bucket, and a count in a window.
//!
//! A bucket of burst b admits at most b + r·t in any t. A window that allows L admits nearly 2L around its boundary, so a
//! bucket with b = L is never worse; a sliding log allows L and not one more, so only a log will do, unless L is 1.
//! The other way round, b counted over the time in which b drip in has the bucket's burst and its average.

use super::Wanted;
use crate::labs::rate_limiting::why::window_words;
use crate::limiters::{Algorithm, Delay, Settings};
use crate::sim::Nanos;

/// So many at once, and then so many per window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub limit: u32,
    pub window: Nanos,
    pub burst: u32,
    /// The longest that a request waits for its turn; `None` if it is refused instead.
    pub patience: Option<Nanos>,
}

/// So many in any window, or in one that is about that long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub limit: u32,
    pub window: Nanos,
}

/// The first limit and the second, where there is one.
pub(super) fn limits(wanted: &Wanted) -> Vec<Settings> {
    let second = wanted.second.filter(|_| !wanted.algorithm.by_concurrency());
    [Some(wanted.settings), second].into_iter().flatten().map(sound).collect()
}

/// Nothing here divides by a limit or a window of nothing, whatever it is handed.
fn sound(settings: Settings) -> Settings {
    let window = settings.window.max(Nanos(1));
    Settings { limit: settings.limit.max(1), window, burst: settings.burst.max(1), ..settings }
}

/// Windows that admit up to twice their limit around a boundary.
pub(super) fn is_window(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::FixedWindow | Algorithm::FirstHit | Algorithm::SlidingCounter)
}

/// The bucket that keeps the promise of one limit, if any does.
fn bucket(algorithm: Algorithm, settings: Settings) -> Option<Bucket> {
    let Settings { limit, window, burst, delay, patience } = settings;
    let at_once = |burst| Bucket { limit, window, burst, patience: None };
    match algorithm {
        Algorithm::TokenBucket | Algorithm::Gcra | Algorithm::Throttle => Some(at_once(burst)),
        Algorithm::TokenWait => Some(Bucket { patience: Some(patience).filter(|patience| *patience > Nanos::ZERO), ..at_once(burst) }),
        // nginx does not count a key's first request as excess: burst + 1 are admitted.
        Algorithm::LimitReq => {
            let free = match delay {
                Delay::All => 0,
                Delay::After(n) => n.min(burst),
                Delay::Nothing => burst,
            };
            let queue = time_for(burst - free, limit, window);
            Some(Bucket { patience: Some(queue).filter(|queue| *queue > Nanos::ZERO), ..at_once(free.saturating_add(1)) })
        }
        Algorithm::FixedWindow | Algorithm::FirstHit | Algorithm::SlidingCounter => Some(at_once(limit)),
        Algorithm::SlidingLog => (limit == 1).then(|| at_once(1)),
        Algorithm::Concurrency | Algorithm::Aimd | Algorithm::Vegas | Algorithm::Gradient2 => None,
    }
}

/// The count that keeps the promise of one limit, if any does.
fn count(algorithm: Algorithm, settings: Settings) -> Option<Count> {
    if is_window(algorithm) || algorithm == Algorithm::SlidingLog {
        return Some(Count { limit: settings.limit, window: settings.window });
    }
    let Bucket { limit, window, burst, patience } = bucket(algorithm, settings)?;
    patience.is_none().then(|| Count { limit: burst, window: time_for(burst, limit, window) })
}

/// In how long `requests` drip in, rounded up to a nanosecond.
pub(super) fn time_for(requests: u32, limit: u32, window: Nanos) -> Nanos {
    let nanos = (u128::from(requests) * u128::from(window.0)).div_ceil(u128::from(limit));
    Nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// How many drip in while one waits that long.
pub(super) fn drips_in(patience: Nanos, limit: u32, window: Nanos) -> u64 {
    let requests = u128::from(patience.0) * u128::from(limit) / u128::from(window.0);
    u64::try_from(requests).unwrap_or(u64::MAX)
}

/// Buckets for a product that has only those; it may have to be one that can let requests wait.
pub(super) fn buckets(product: &str, wanted: &Wanted) -> Result<Vec<Bucket>, String> {
    limits(wanted).into_iter().map(|settings| bucket(wanted.algorithm, settings).ok_or_else(|| no_log(product, settings))).collect()
}

/// Counts for a product that has only those.
pub(super) fn counts(product: &str, nearest: &str, wanted: &Wanted) -> Result<Vec<Count>, String> {
    limits(wanted).into_iter().map(|settings| count(wanted.algorithm, settings).ok_or_else(|| no_queue(product, nearest))).collect()
}

/// How long a request waits at most, where a library has one such time for all limits.
pub(super) fn patience(library: &str, buckets: &[Bucket]) -> Result<Option<Nanos>, String> {
    let patience = buckets[0].patience;
    if buckets.iter().all(|bucket| bucket.patience == patience) {
        return Ok(patience);
    }
    Err(format!(
        "These two limits hold requests back for different times, and {library} asks for one; the nearest is nginx, which has a queue \
         for each."
    ))
}

/// Why a bucket is no sliding log.
fn no_log(product: &str, settings: Settings) -> String {
    let Settings { limit, window, .. } = settings;
    let (twice, half, window) = (u64::from(limit) * 2, limit / 2, window_words(window));
    format!(
        "{product} keeps no log: with a burst of {limit} its bucket lets nearly {twice} through in {window}, where the sliding log stops \
         at {limit}; the nearest that stops there too is a token bucket of {} in {window} with a burst of {half}.",
        limit - half
    )
}

/// Why nothing waits.
pub(super) fn no_queue(product: &str, nearest: &str) -> String {
    format!(
        "{product} refuses at once what is above the limit, where nginx, Go and Bucket4j can let it wait for its turn; the nearest here \
         is {nearest}."
    )
}

/// Why a limit on requests in flight is not in a library that counts in time.
pub(super) fn no_flight(library: &str, instead: &str, wanted: &Wanted) -> String {
    match wanted.algorithm {
        Algorithm::Concurrency => format!("{library} counts requests in time, not in flight; the nearest is {instead}."),
        _ => format!(
            "{library} counts requests in time, not in flight; Netflix's concurrency-limits for Java has the algorithm itself, and the \
             nearest here is a fixed limit: {instead}."
        ),
    }
}

/// Why a proxy does not find its limit by itself.
pub(super) fn no_learning(product: &str) -> String {
    format!(
        "{product} does not learn its limit from how long answers take, as Envoy's adaptive_concurrency does; the nearest here is a fixed \
         concurrency limit, at the number on which the run in the lab settled."
    )
}

/// The note for a bucket that stands in for a window; `None` if the lab ran a bucket.
pub(super) fn for_a_window(product: &str, wanted: &Wanted) -> Option<String> {
    if !is_window(wanted.algorithm) {
        return None;
    }
    let Settings { limit, window, .. } = sound(wanted.settings);
    let (every, twice) = (Nanos(window.0 / u64::from(limit)), u64::from(limit) * 2);
    Some(format!(
        "{product} keeps no window counter, so its bucket stands in: {limit} at once, then one every {every}; at worst nearly {twice} \
         in {}, as with the window that ran.",
        window_words(window)
    ))
}

/// What the file does, for its first line: “Token bucket (as Go x/time/rate Allow), 8 in one second, burst 8; for each client.”
pub(super) fn headline(wanted: &Wanted) -> String {
    let algorithm = wanted.algorithm;
    let variant = algorithm.variant_with(sound(wanted.settings));
    let mut line = format!("{} ({variant})", algorithm.label());
    for (index, settings) in limits(wanted).iter().enumerate() {
        line.push_str(if index == 0 { ", " } else { ", and " });
        if algorithm.by_concurrency() {
            line.push_str(&format!("{} in flight", settings.limit));
            continue;
        }
        line.push_str(&format!("{} in {}", settings.limit, window_words(settings.window)));
        if algorithm.has_burst() && (index > 0 || !variant.contains("burst")) {
            line.push_str(&format!(" with burst {}", settings.burst));
        }
    }
    line.push_str(if wanted.per_key { "; for each client." } else { "; for everybody together." });
    line
}

/// `span` in the largest of `units` that gives a whole number; in the last one, rounded up, if none does.
/// Units are (name, nanoseconds), the largest first.
pub(super) fn in_units(span: Nanos, units: &[(&'static str, u64)]) -> (u64, &'static str) {
    let whole = units.iter().find(|(_, nanos)| span.0.is_multiple_of(*nanos)).or(units.last());
    whole.map_or((span.0, ""), |(name, nanos)| (span.0.div_ceil(*nanos), *name))
}

pub(super) const HOUR: u64 = 3_600_000_000_000;
pub(super) const MINUTE: u64 = 60_000_000_000;
pub(super) const SECOND: u64 = 1_000_000_000;
pub(super) const MILLI: u64 = 1_000_000;

/// Seconds as a decimal fraction, to the nanosecond: `0.125`, `3600`.
pub(super) fn seconds(span: Nanos) -> String {
    let (whole, rest) = (span.0 / SECOND, span.0 % SECOND);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{}", format!("{rest:09}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(limit: u32, millis: u64, burst: u32) -> Settings {
        Settings { limit, window: Nanos::from_millis(millis), burst, ..Settings::default() }
    }

    #[test]
    fn nginx_lets_one_more_through_than_its_burst() {
        let shape = |delay| bucket(Algorithm::LimitReq, Settings { delay, ..settings(10, 1_000, 5) }).unwrap();
        assert_eq!((shape(Delay::Nothing).burst, shape(Delay::Nothing).patience), (6, None));
        assert_eq!((shape(Delay::All).burst, shape(Delay::All).patience), (1, Some(Nanos::from_millis(500))));
        assert_eq!((shape(Delay::After(2)).burst, shape(Delay::After(2)).patience), (3, Some(Nanos::from_millis(300))));
        assert_eq!((shape(Delay::After(9)).burst, shape(Delay::After(9)).patience), (6, None));
    }

    #[test]
    fn two_queues_of_different_lengths_are_nginxs_alone() {
        let waits = |millis| Bucket { limit: 8, window: Nanos::SECOND, burst: 1, patience: Some(Nanos::from_millis(millis)) };
        assert_eq!(patience("Bucket4j", &[waits(5), waits(5)]), Ok(Some(Nanos::from_millis(5))));
        assert!(patience("Bucket4j", &[waits(5), waits(6)]).unwrap_err().contains("Bucket4j asks for one"));
    }

    #[test]
    fn a_burst_is_counted_over_the_time_in_which_it_drips_in() {
        let counted = |limit, millis, burst| count(Algorithm::Gcra, settings(limit, millis, burst)).unwrap();
        assert_eq!(counted(8, 1_000, 8), Count { limit: 8, window: Nanos::SECOND });
        assert_eq!(counted(8, 1_000, 1), Count { limit: 1, window: Nanos::from_millis(125) });
        assert_eq!(counted(8, 1_000, 100), Count { limit: 100, window: Nanos::from_millis(12_500) });
        assert_eq!(counted(3, 1_000, 1).window, Nanos(333_333_334), "rounded up: never more than was promised");
        assert_eq!(count(Algorithm::TokenWait, settings(8, 1_000, 8)), None);
    }

    /// What stands in for a window or a log lets no more through than it, by the bounds of the limiters themselves.
    #[test]
    fn a_bucket_stands_in_only_where_it_keeps_the_promise() {
        for algorithm in [Algorithm::FixedWindow, Algorithm::FirstHit, Algorithm::SlidingCounter, Algorithm::SlidingLog] {
            for limit in [1, 2, 8, 100] {
                let settings = settings(limit, 1_000, 1);
                let promised = algorithm.limiter(settings).bound(settings.window).unwrap();
                let Some(Bucket { burst, .. }) = bucket(algorithm, settings) else {
                    assert!(algorithm == Algorithm::SlidingLog && limit > 1);
                    continue;
                };
                let stand_in = Algorithm::Gcra.limiter(Settings { burst, ..settings });
                assert!(stand_in.bound(settings.window).unwrap() <= promised, "{algorithm:?} of {limit}");
            }
        }
    }

    #[test]
    fn spans_are_written_in_the_largest_whole_unit() {
        let units = [("h", HOUR), ("s", SECOND), ("ms", MILLI)];
        assert_eq!(in_units(Nanos(HOUR), &units), (1, "h"));
        assert_eq!(in_units(Nanos(90 * SECOND), &units), (90, "s"));
        assert_eq!(in_units(Nanos(333_333_334), &units), (334, "ms"));
        assert_eq!([Nanos(125 * MILLI), Nanos(HOUR), Nanos(1)].map(seconds), ["0.125", "3600", "0.000000001"]);
    }

    #[test]
    fn the_first_line_says_what_it_is() {
        let wanted = Wanted {
            algorithm: Algorithm::TokenBucket,
            settings: settings(8, 1_000, 8),
            second: Some(settings(1_000, 3_600_000, 1_000)),
            per_key: true,
        };
        assert_eq!(
            headline(&wanted),
            "Token bucket (as Go x/time/rate Allow), 8 in one second with burst 8, and 1000 in one hour with burst 1000; for each client."
        );
        let in_flight = Wanted { algorithm: Algorithm::Concurrency, per_key: false, ..wanted };
        assert_eq!(headline(&in_flight), "Concurrency limit (fixed), 8 in flight; for everybody together.");
        let nginx = Wanted { algorithm: Algorithm::LimitReq, second: None, ..wanted };
        assert_eq!(headline(&nginx), "Leaky bucket (nginx limit_req, burst=8), 8 in one second; for each client.");
    }
}
