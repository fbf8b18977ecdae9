//! Rust: `governor`, whose GCRA the lab's is held against.
//!
//! Read from governor 0.10: `Quota::with_period` is the time that one request is worth, `allow_burst` how many at once;
//! `check` and `check_key` answer when to come back, `until_ready` and `until_key_ready` sleep and ask again.

use super::shape::{self, Bucket};
use super::{Export, Wanted};
use crate::sim::Nanos;

const NAMES: [&str; 2] = ["first", "second"];
const UNITS: [(&str, u64); 4] = [("secs", shape::SECOND), ("millis", shape::MILLI), ("micros", 1_000), ("nanos", 1)];

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        let limit = wanted.settings.limit;
        return Err(shape::no_flight("governor", &format!("try_acquire on a tokio::sync::Semaphore of {limit}"), wanted));
    }
    let buckets = shape::buckets("governor", wanted)?;
    let patience = shape::patience("governor", &buckets)?;
    let mut text = format!("// {}\n// Cargo.toml: governor = \"0.10\"", shape::headline(wanted));
    text.push_str(if patience.is_some() { ", tokio = { version = \"1\", features = [\"time\"] }\n" } else { "\n" });
    text.push_str(&uses(wanted, patience.is_some()));
    if let Some(patience) = patience {
        text.push_str(&format!("const PATIENCE: Duration = {};\n\n", duration(patience)));
    }
    text.push_str(&limiters(wanted, &buckets));
    text.push_str(&match patience {
        Some(_) => waiting(wanted, &buckets),
        None => checking(wanted, &buckets),
    });
    text.push_str(QUOTA);
    Ok(Export { text, notes: notes(wanted, &buckets, patience) })
}

/// What the file brings into scope; `Clock` is the trait of `now()`.
fn uses(wanted: &Wanted, waits: bool) -> String {
    let mut text = String::new();
    if wanted.per_key {
        text.push_str("use std::net::IpAddr;\n");
    }
    text.push_str("use std::num::NonZeroU32;\nuse std::time::Duration;\n\n");
    if !waits {
        text.push_str("use governor::clock::Clock;\n");
    }
    let limiter = if wanted.per_key { "DefaultKeyedRateLimiter" } else { "DefaultDirectRateLimiter" };
    text.push_str(&format!("use governor::{{{limiter}, Quota, RateLimiter}};\n\n"));
    text
}

fn limiters(wanted: &Wanted, buckets: &[Bucket]) -> String {
    let (kind, make) = if wanted.per_key { ("DefaultKeyedRateLimiter<IpAddr>", "keyed") } else { ("DefaultDirectRateLimiter", "direct") };
    let mut fields = String::new();
    let mut values = String::new();
    for (bucket, name) in buckets.iter().zip(NAMES) {
        fields.push_str(&format!("    {name}: {kind},\n"));
        values.push_str(&format!("            {name}: RateLimiter::{make}(quota({}, {})),\n", duration(interval(bucket)), bucket.burst));
    }
    format!(
        "pub struct Limits {{
{fields}}}

impl Limits {{
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {{
        Limits {{
{values}        }}
    }}

"
    )
}

fn checking(wanted: &Wanted, buckets: &[Bucket]) -> String {
    let (parameter, check) = if wanted.per_key { (", client: IpAddr", "check_key(&client)") } else { ("", "check()") };
    let step = |name: &str| format!("self.{name}.{check}.map_err(|until| until.wait_time_from(self.{name}.clock().now()))");
    let steps: Vec<String> = buckets.iter().zip(NAMES).map(|(_, name)| step(name)).collect();
    format!(
        "    /// `Err` is how long to wait: the Retry-After of a 429, rounded up to whole seconds.
    pub fn check(&self{parameter}) -> Result<(), Duration> {{
        {}
    }}
}}

",
        steps.join("?;\n        ")
    )
}

fn waiting(wanted: &Wanted, buckets: &[Bucket]) -> String {
    let (parameter, ready) = if wanted.per_key { (", client: IpAddr", "until_key_ready(&client)") } else { ("", "until_ready()") };
    let steps: Vec<String> = buckets.iter().zip(NAMES).map(|(_, name)| format!("self.{name}.{ready}.await;")).collect();
    format!(
        "    /// Waits for its turn; `Err` if that did not come in time: answer 429.
    pub async fn wait(&self{parameter}) -> Result<(), tokio::time::error::Elapsed> {{
        let turn = async {{
            {}
        }};
        tokio::time::timeout(PATIENCE, turn).await
    }}
}}

",
        steps.join("\n            ")
    )
}

const QUOTA: &str = "/// One request every `interval`, and `burst` of them at once.
fn quota(interval: Duration, burst: u32) -> Quota {
    let burst = NonZeroU32::new(burst).expect(\"the burst is at least 1\");
    Quota::with_period(interval).expect(\"the interval is more than nothing\").allow_burst(burst)
}
";

/// The time that one request is worth, cut to nanoseconds as governor's own constructors do.
fn interval(bucket: &Bucket) -> Nanos {
    Nanos((bucket.window.0 / u64::from(bucket.limit)).max(1))
}

fn duration(span: Nanos) -> String {
    let (number, unit) = shape::in_units(span, &UNITS);
    format!("Duration::from_{unit}({number})")
}

fn notes(wanted: &Wanted, buckets: &[Bucket], patience: Option<Nanos>) -> Vec<String> {
    let mut notes: Vec<String> = shape::for_a_window("governor", wanted).into_iter().collect();
    if let Some(patience) = patience {
        notes.push(format!(
            "governor keeps no queue: who waits asks again when a place is due, in no order, and gives up after {patience}; the lab \
             refuses at once who would have to wait longer."
        ));
    } else if !shape::is_window(wanted.algorithm) {
        notes
            .push("governor decides by GCRA, in whole nanoseconds; a token bucket with these numbers admits the same requests.".to_owned());
    }
    if buckets.len() > 1 {
        notes.push("A request that the second limit holds back has already used its place in the first.".to_owned());
    }
    if wanted.per_key {
        notes.push("Call retain_recent() on the limiters now and then, or they remember every client for ever.".to_owned());
    }
    notes.push("It counts in this process; several servers let several times as much through.".to_owned());
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::{Algorithm, Settings};

    fn wanted(algorithm: Algorithm, per_key: bool) -> Wanted {
        Wanted { algorithm, settings: Settings::default(), second: None, per_key }
    }

    #[test]
    fn gcra_is_written_so() {
        let expected = "// GCRA (as governor), 8 in one second with burst 8; for each client.
// Cargo.toml: governor = \"0.10\"
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

pub struct Limits {
    first: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Limits {
            first: RateLimiter::keyed(quota(Duration::from_millis(125), 8)),
        }
    }

    /// `Err` is how long to wait: the Retry-After of a 429, rounded up to whole seconds.
    pub fn check(&self, client: IpAddr) -> Result<(), Duration> {
        self.first.check_key(&client).map_err(|until| until.wait_time_from(self.first.clock().now()))
    }
}

";
        assert_eq!(export(&wanted(Algorithm::Gcra, true)).unwrap().text, format!("{expected}{QUOTA}"));
    }

    #[test]
    fn who_may_wait_waits_in_tokio() {
        let text = export(&wanted(Algorithm::TokenWait, false)).unwrap().text;
        assert!(text.contains("const PATIENCE: Duration = Duration::from_secs(5);\n"), "{text}");
        assert!(text.contains("self.first.until_ready().await;\n"), "{text}");
        assert!(!text.contains("Clock"), "{text}");
    }

    #[test]
    fn a_third_of_a_second_is_cut() {
        let bucket = Bucket { limit: 3, window: Nanos::SECOND, burst: 1, patience: None };
        assert_eq!(duration(interval(&bucket)), "Duration::from_nanos(333333333)");
    }

    #[test]
    fn requests_in_flight_are_a_semaphores_work() {
        assert!(export(&wanted(Algorithm::Concurrency, true)).unwrap_err().contains("Semaphore of 8"));
        assert!(export(&wanted(Algorithm::Vegas, true)).unwrap_err().contains("Netflix"));
    }
}
