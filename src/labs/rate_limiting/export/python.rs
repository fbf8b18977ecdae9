//! Python: `limits`, whose windows and logs the lab's are.
//!
//! Read from limits 5.8, and run: a limit is an amount per whole seconds; the memory store starts a fixed window with the
//! first hit; `test` looks without counting, `hit` counts, and a fixed window counts refused hits too.

use super::shape::{self, Bucket, Count};
use super::{Export, Wanted};
use crate::labs::rate_limiting::why::window_words;
use crate::limiters::Algorithm;
use crate::sim::Nanos;

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        let limit = wanted.settings.limit;
        let instead = format!("acquire(blocking=False) on a threading.BoundedSemaphore({limit})");
        return Err(shape::no_flight("limits", &instead, wanted));
    }
    let counts = shape::counts("limits", "a token bucket that refuses at once", wanted)?;
    let items: Vec<Item> = if shape::is_window(wanted.algorithm) || wanted.algorithm == Algorithm::SlidingLog {
        counts.iter().map(Item::of_window).collect::<Result<_, _>>()?
    } else {
        shape::buckets("limits", wanted)?.iter().map(Item::of_bucket).collect::<Result<_, _>>()?
    };
    let strategy = match wanted.algorithm {
        Algorithm::FixedWindow | Algorithm::FirstHit => "FixedWindowRateLimiter",
        Algorithm::SlidingCounter => "SlidingWindowCounterRateLimiter",
        // The log of a burst, over the time in which it drips in, is never looser than the bucket.
        _ => "MovingWindowRateLimiter",
    };
    Ok(Export { text: file(wanted, strategy, &items), notes: notes(wanted, &counts, &items) })
}

fn file(wanted: &Wanted, strategy: &str, items: &[Item]) -> String {
    let mut rows = String::new();
    for (item, name) in items.iter().zip(["first", "second"]) {
        // Named, or two limits with the same numbers would share one count.
        rows.push_str(&format!("    RateLimitItemPerSecond({}, {}, \"{name}\"),\n", item.amount, item.seconds));
    }
    let (parameter, key) = if wanted.per_key { ("client: str", "client") } else { ("", "\"everybody\"") };
    let body = if items.len() > 1 {
        format!(
            "    # Both are asked before either is charged.
    if not all(limiter.test(limit, {key}) for limit in LIMITS):
        return False
    return all([limiter.hit(limit, {key}) for limit in LIMITS])
"
        )
    } else {
        format!("    return limiter.hit(LIMITS[0], {key})\n")
    };
    format!(
        "# {}
# pip install \"limits>=5,<6\"
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import {strategy}

# Requests, seconds.
LIMITS = [
{rows}]
limiter = {strategy}(MemoryStorage())


def allow({parameter}) -> bool:
    \"\"\"Count a request; if it is False, answer 429.\"\"\"
{body}",
        shape::headline(wanted)
    )
}

fn notes(wanted: &Wanted, counts: &[Count], items: &[Item]) -> Vec<String> {
    let mut notes = Vec::new();
    match wanted.algorithm {
        Algorithm::FixedWindow => notes.push("The windows of limits begin with a key's first hit, not with the clock.".to_owned()),
        Algorithm::FirstHit | Algorithm::SlidingCounter | Algorithm::SlidingLog => {
            notes.push("This is the library whose decisions the lab repeats.".to_owned());
        }
        _ => notes.push(format!(
            "limits has no bucket, so its sliding log stands in: {} in any {}, with the same average, but no drip; after a full burst all \
             places come back at once.",
            items[0].amount,
            window_words(Nanos(items[0].seconds.saturating_mul(shape::SECOND)))
        )),
    }
    if counts.iter().zip(items).any(|(count, item)| u64::from(count.limit) != item.amount) {
        notes.push("It counts in whole seconds: the burst is the largest, up to the lab's, that drips in over whole seconds.".to_owned());
    }
    notes.push(
        "For a Retry-After, limiter.get_window_stats(limit, client).reset_time is the Unix time at which places come free again."
            .to_owned(),
    );
    notes.push("MemoryStorage counts in this process; with RedisStorage from the same package all servers count together.".to_owned());
    notes
}

/// `RateLimitItemPerSecond(amount, seconds)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    amount: u64,
    seconds: u64,
}

impl Item {
    fn of_window(count: &Count) -> Result<Self, String> {
        let Count { limit, window } = *count;
        match window.0 % shape::SECOND {
            0 => Ok(Item { amount: u64::from(limit), seconds: window.0 / shape::SECOND }),
            _ => Err(too_fine(limit, window)),
        }
    }

    /// The burst over the time in which it drips in; if that is no whole number of seconds, the part of it that drips in
    /// over as many as fit.
    fn of_bucket(bucket: &Bucket) -> Result<Self, String> {
        let Bucket { limit, window, burst, .. } = *bucket;
        let seconds = shape::time_for(burst, limit, window).0 / shape::SECOND;
        match shape::drips_in(Nanos(seconds * shape::SECOND), limit, window).min(u64::from(burst)) {
            0 => Err(too_fine(burst, shape::time_for(burst, limit, window))),
            amount => Ok(Item { amount, seconds }),
        }
    }
}

fn too_fine(limit: u32, window: Nanos) -> String {
    format!(
        "limits counts in whole seconds, and this needs {limit} in {}; the nearest are windows of whole seconds, and Caddy, whose windows \
         may be as short as you like.",
        window_words(window)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::Settings;

    #[test]
    fn seconds_are_whole() {
        let window = |limit, millis| Item::of_window(&Count { limit, window: Nanos::from_millis(millis) });
        assert_eq!(window(8, 1_000).unwrap(), Item { amount: 8, seconds: 1 });
        assert_eq!(window(1_000, 3_600_000).unwrap(), Item { amount: 1_000, seconds: 3_600 });
        assert!(window(8, 250).unwrap_err().contains("8 in 250 ms"));
        let bucket = |limit, burst| Item::of_bucket(&Bucket { limit, window: Nanos::SECOND, burst, patience: None });
        assert_eq!(bucket(8, 8).unwrap(), Item { amount: 8, seconds: 1 });
        // 100 at 8 a second drip in over 12.5 s, 96 of them over 12.
        assert_eq!(bucket(8, 100).unwrap(), Item { amount: 96, seconds: 12 });
        assert_eq!(bucket(3, 4).unwrap(), Item { amount: 3, seconds: 1 });
        assert!(bucket(8, 1).unwrap_err().contains("1 in 125 ms"));
    }

    #[test]
    fn a_sliding_counter_with_two_limits_is_written_so() {
        let hourly = Settings { limit: 1_000, window: Nanos(shape::HOUR), ..Settings::default() };
        let wanted = Wanted { algorithm: Algorithm::SlidingCounter, settings: Settings::default(), second: Some(hourly), per_key: true };
        let expected = "# Sliding counter (as Python limits), 8 in one second, and 1000 in one hour; for each client.
# pip install \"limits>=5,<6\"
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

# Requests, seconds.
LIMITS = [
    RateLimitItemPerSecond(8, 1, \"first\"),
    RateLimitItemPerSecond(1000, 3600, \"second\"),
]
limiter = SlidingWindowCounterRateLimiter(MemoryStorage())


def allow(client: str) -> bool:
    \"\"\"Count a request; if it is False, answer 429.\"\"\"
    # Both are asked before either is charged.
    if not all(limiter.test(limit, client) for limit in LIMITS):
        return False
    return all([limiter.hit(limit, client) for limit in LIMITS])
";
        assert_eq!(export(&wanted).unwrap().text, expected);
    }

    #[test]
    fn a_bucket_becomes_a_log_of_its_burst() {
        let wanted = Wanted { algorithm: Algorithm::Gcra, settings: Settings::default(), second: None, per_key: false };
        let text = export(&wanted).unwrap().text;
        assert!(text.contains("MovingWindowRateLimiter(MemoryStorage())") && text.contains("hit(LIMITS[0], \"everybody\")"), "{text}");
    }
}
