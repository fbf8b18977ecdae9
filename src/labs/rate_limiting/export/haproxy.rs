//! HAProxy: rates in a stick table for everything that is a count, `conn_cur` for requests in flight.
//!
//! Read from `freq_ctr.c` and the manual, and run (2.6): a rate is ⌊previous × remaining share + current⌋ over periods of whole
//! milliseconds that begin with a key's first request. A single event stands for two whole periods (“avoid flapping”).
//! `gpc0` and `gpc1` are counted by hand, so that what is refused does not count, as `http_req_rate` would.

use super::shape::{self, Count};
use super::{Export, Wanted};
use crate::labs::rate_limiting::why::window_words;
use crate::limiters::Algorithm;
use crate::sim::Nanos;

/// HAProxy's clock counts milliseconds in 32 bits, and a table keeps an entry for two periods.
const LONGEST_PERIOD: u64 = (i32::MAX / 2) as u64;
const UNITS: [(&str, u64); 4] = [("h", shape::HOUR), ("m", shape::MINUTE), ("s", shape::SECOND), ("ms", shape::MILLI)];

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        return in_flight(wanted);
    }
    if wanted.algorithm == Algorithm::SlidingLog && shape::limits(wanted).iter().any(|settings| settings.limit > 1) {
        return Err(
            "HAProxy keeps two counters and no log, and lets nearly twice the limit through around a boundary; the nearest here is the \
             sliding counter, while Caddy and Python limits do keep a log."
                .to_owned(),
        );
    }
    let counts = shape::counts("HAProxy", "a token bucket that refuses at once", wanted)?;
    let rates: Vec<Rate> = counts.iter().map(Rate::of).collect::<Result<_, _>>()?;
    let longest = rates.iter().map(|rate| rate.period).max().unwrap_or(1);
    let stored: Vec<String> = rates.iter().enumerate().map(|(gpc, rate)| format!("gpc{gpc}_rate({})", text(rate.period))).collect();
    let mut rules = track(wanted, longest * 2, &stored.join(","));
    for (gpc, rate) in rates.iter().enumerate() {
        rules.push_str(&format!(
            "    http-request deny deny_status 429 hdr retry-after {} if {{ sc_gpc{gpc}_rate(0) ge {} }}\n",
            rate.retry_after, rate.limit
        ));
    }
    for gpc in 0..rates.len() {
        rules.push_str(&format!("    http-request sc-inc-gpc{gpc}(0)\n"));
    }
    Ok(Export { text: file(wanted, &rules), notes: notes(wanted, &counts, &rates) })
}

fn notes(wanted: &Wanted, counts: &[Count], rates: &[Rate]) -> Vec<String> {
    let mut notes = Vec::new();
    if !shape::is_window(wanted.algorithm) && wanted.algorithm != Algorithm::SlidingLog {
        let count = counts[0];
        notes.push(format!(
            "HAProxy has no bucket, so a count stands in: {} in {}, with the same burst and the same average, but no drip; after a full \
             burst nothing goes on until the period is over.",
            count.limit,
            window_words(count.window)
        ));
    }
    if wanted.algorithm != Algorithm::SlidingCounter {
        notes.push("HAProxy weighs the period before against the one that runs, as a sliding counter does.".to_owned());
    }
    notes.push("Its periods begin with a key's first request, not with the clock, and are whole milliseconds.".to_owned());
    if rates.iter().any(|rate| rate.limit == 1) {
        notes.push("HAProxy lets a single request stand for two periods, so the period of a limit of 1 is half as long here.".to_owned());
    }
    notes.push(
        "Only requests that go on are counted, as in the lab; http_req_rate would count those refused, and keep out who tries on."
            .to_owned(),
    );
    notes.push("The Retry-After is one that always suffices, not the shortest; each HAProxy counts for itself.".to_owned());
    notes.extend(whose(wanted));
    notes
}

fn in_flight(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm != Algorithm::Concurrency {
        return Err(shape::no_learning("HAProxy"));
    }
    let limit = wanted.settings.limit.max(1);
    // A client that fills its own places is told so; if everybody does, the server is what is full.
    let status = if wanted.per_key { 429 } else { 503 };
    let mut rules = track(wanted, 10_000, "conn_cur");
    rules.push_str(&format!("    http-request deny deny_status {status} if {{ sc_conn_cur(0) gt {limit} }}\n"));
    let mut notes = vec![
        "conn_cur counts requests here, not connections: tracking begins with a request and ends with its answer.".to_owned(),
        format!("To let requests wait for a place instead, write `maxconn {limit}` after the server and set `timeout queue`."),
        "Each HAProxy counts for itself.".to_owned(),
    ];
    notes.extend(whose(wanted));
    Ok(Export { text: file(wanted, &rules), notes })
}

/// The table and what is looked up in it: addresses of both families, or one constant for everybody.
fn track(wanted: &Wanted, expire: u64, stored: &str) -> String {
    let (table, key) = if wanted.per_key { ("ipv6 size 100k", "src") } else { ("integer size 1", "int(1)") };
    format!("    stick-table type {table} expire {} store {stored}\n    http-request track-sc0 {key}\n", text(expire))
}

fn whose(wanted: &Wanted) -> Option<String> {
    let sentence = "The table has room for 100k clients; behind a proxy or CDN, track hdr_ip(x-forwarded-for,-1) instead of src.";
    wanted.per_key.then(|| sentence.to_owned())
}

fn file(wanted: &Wanted, rules: &str) -> String {
    format!(
        "# {}
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s

frontend api
    bind :8080
{rules}    default_backend app

backend app
    server one 127.0.0.1:3000
",
        shape::headline(wanted)
    )
}

/// Milliseconds as HAProxy writes them.
fn text(millis: u64) -> String {
    let (number, unit) = shape::in_units(Nanos(millis.saturating_mul(shape::MILLI)), &UNITS);
    format!("{number}{unit}")
}

/// A count in HAProxy's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    limit: u32,
    /// Milliseconds.
    period: u64,
    /// Seconds.
    retry_after: u64,
}

impl Rate {
    fn of(count: &Count) -> Result<Self, String> {
        let Count { limit, window } = *count;
        let halves = if limit == 1 { 2 } else { 1 };
        let period = window.0.div_ceil(shape::MILLI * halves);
        if period > LONGEST_PERIOD {
            return Err(format!(
                "HAProxy's periods end at 12 days, and this limit needs {limit} counted over {} days; the nearest is a smaller burst, or \
                 Caddy, whose windows may be as long as you like.",
                window.0 / (24 * shape::HOUR)
            ));
        }
        Ok(Rate { limit, period, retry_after: window.ceil_secs() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::{Delay, Settings};

    #[test]
    fn periods_are_whole_milliseconds_and_half_for_a_single_request() {
        let of = |limit, nanos| Rate::of(&Count { limit, window: Nanos(nanos) }).unwrap();
        assert_eq!(of(8, shape::SECOND), Rate { limit: 8, period: 1_000, retry_after: 1 });
        assert_eq!(of(8, 333_333_334), Rate { limit: 8, period: 334, retry_after: 1 });
        assert_eq!(of(1, 125 * shape::MILLI), Rate { limit: 1, period: 63, retry_after: 1 });
        assert_eq!(of(100, shape::HOUR).retry_after, 3_600);
        assert_eq!([500, 1_000, 90_000, 60_000, 7_200_000].map(text), ["500ms", "1s", "90s", "1m", "2h"]);
        assert!(Rate::of(&Count { limit: 2, window: Nanos(13 * 24 * shape::HOUR) }).unwrap_err().contains("over 13 days"));
    }

    #[test]
    fn two_limits_are_asked_before_either_counts() {
        let hourly = Settings { limit: 1_000, window: Nanos(shape::HOUR), ..Settings::default() };
        let wanted = Wanted { algorithm: Algorithm::SlidingCounter, settings: Settings::default(), second: Some(hourly), per_key: true };
        let expected = "    stick-table type ipv6 size 100k expire 2h store gpc0_rate(1s),gpc1_rate(1h)
    http-request track-sc0 src
    http-request deny deny_status 429 hdr retry-after 1 if { sc_gpc0_rate(0) ge 8 }
    http-request deny deny_status 429 hdr retry-after 3600 if { sc_gpc1_rate(0) ge 1000 }
    http-request sc-inc-gpc0(0)
    http-request sc-inc-gpc1(0)
    default_backend app
";
        let text = export(&wanted).unwrap().text;
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn what_waits_or_needs_a_log_is_refused() {
        let wanted =
            |algorithm, delay| Wanted { algorithm, settings: Settings { delay, ..Settings::default() }, second: None, per_key: false };
        assert!(export(&wanted(Algorithm::LimitReq, Delay::All)).is_err());
        assert!(export(&wanted(Algorithm::LimitReq, Delay::Nothing)).is_ok());
        assert!(export(&wanted(Algorithm::SlidingLog, Delay::All)).unwrap_err().contains("no log"));
    }
}
