//! Java: Bucket4j, which keeps several bandwidths in one bucket.
//!
//! Read from Bucket4j 8 (`BandwidthBuilder`, `LocalBucketBuilder`, `BlockingBucket`): a greedy refill is a token bucket in
//! integers; an aligned interval is a fixed window, needs the wall clock and whole milliseconds; `asBlocking().tryConsume`
//! refuses at once who would have to wait too long.

use super::shape::{self, Bucket};
use super::{Export, Wanted};
use crate::limiters::Algorithm;
use crate::sim::Nanos;

const UNITS: [(&str, u64); 5] =
    [("ofHours", shape::HOUR), ("ofMinutes", shape::MINUTE), ("ofSeconds", shape::SECOND), ("ofMillis", shape::MILLI), ("ofNanos", 1)];

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        let limit = wanted.settings.limit;
        return Err(shape::no_flight("Bucket4j", &format!("tryAcquire on a java.util.concurrent.Semaphore of {limit}"), wanted));
    }
    let buckets = shape::buckets("Bucket4j", wanted)?;
    if let Some(bucket) = buckets.iter().find(|bucket| u64::from(bucket.limit) > bucket.window.0) {
        return Err(format!("Bucket4j fills at most one token a nanosecond, and {} are wanted; take a smaller limit.", bucket.limit));
    }
    let refill = Refill::of(wanted.algorithm, &buckets);
    let patience = shape::patience("Bucket4j", &buckets)?;
    let mut text = format!("// {}\n// Maven: com.bucket4j:bucket4j_jdk17-core:8.14.0\n", shape::headline(wanted));
    text.push_str(&imports(wanted.per_key, refill, patience.is_some()));
    text.push_str("public final class RateLimit {\n");
    text.push_str(if wanted.per_key {
        "    private static final ConcurrentHashMap<String, Bucket> BUCKETS = new ConcurrentHashMap<>();\n\n"
    } else {
        "    private static final Bucket BUCKET = newBucket();\n\n"
    });
    text.push_str(&new_bucket(refill, &buckets));
    if refill == Refill::Aligned {
        text.push_str(WINDOW);
    }
    text.push_str(&match patience {
        Some(patience) => waiting(wanted.per_key, patience),
        None => checking(wanted.per_key),
    });
    text.push_str("}\n");
    Ok(Export { text, notes: notes(wanted, refill, patience.is_some()) })
}

/// How tokens come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refill {
    /// As they drip in.
    Greedy,
    /// All at once, in step with the clock.
    Aligned,
    /// All at once, in step with the bucket's first use.
    Intervally,
}

impl Refill {
    fn of(algorithm: Algorithm, buckets: &[Bucket]) -> Self {
        match algorithm {
            Algorithm::FixedWindow if buckets.iter().all(|bucket| bucket.window.0 % shape::MILLI == 0) => Refill::Aligned,
            Algorithm::FixedWindow | Algorithm::FirstHit => Refill::Intervally,
            _ => Refill::Greedy,
        }
    }
}

fn imports(per_key: bool, refill: Refill, waits: bool) -> String {
    let mut text = String::from("import io.github.bucket4j.Bandwidth;\nimport io.github.bucket4j.Bucket;\n");
    if !waits {
        text.push_str("import io.github.bucket4j.ConsumptionProbe;\n");
    }
    text.push_str("import java.time.Duration;\n");
    if refill == Refill::Aligned {
        text.push_str("import java.time.Instant;\n");
    }
    if per_key {
        text.push_str("import java.util.concurrent.ConcurrentHashMap;\n");
    }
    text.push('\n');
    text
}

fn new_bucket(refill: Refill, buckets: &[Bucket]) -> String {
    let mut text = String::from("    private static Bucket newBucket() {\n        return Bucket.builder()\n");
    for Bucket { limit, window, burst, .. } in buckets {
        let (limit, burst, window) = (long(*limit), long(*burst), duration(*window));
        let bandwidth = match refill {
            Refill::Greedy => format!("Bandwidth.builder().capacity({burst}).refillGreedy({limit}, {window}).build()"),
            Refill::Aligned => format!("window({limit}, {window})"),
            Refill::Intervally => format!("Bandwidth.builder().capacity({limit}).refillIntervally({limit}, {window}).build()"),
        };
        text.push_str(&format!("            .addLimit({bandwidth})\n"));
    }
    // The default clock counts milliseconds; only it may be aligned.
    if refill != Refill::Aligned {
        text.push_str("            .withNanosecondPrecision()\n");
    }
    text.push_str("            .build();\n    }\n\n");
    text
}

const WINDOW: &str = "    /** All tokens come back when the clock reaches a multiple of the window. */
    private static Bandwidth window(long limit, Duration window) {
        long millis = window.toMillis();
        Instant next = Instant.ofEpochMilli((System.currentTimeMillis() / millis + 1) * millis);
        return Bandwidth.builder().capacity(limit).refillIntervallyAligned(limit, window, next).build();
    }

";

/// The method's parameter, and where it finds the bucket.
fn bucket_of(per_key: bool) -> (&'static str, &'static str) {
    if per_key { ("String client", "BUCKETS.computeIfAbsent(client, key -> newBucket())") } else { ("", "BUCKET") }
}

fn checking(per_key: bool) -> String {
    let (parameter, bucket) = bucket_of(per_key);
    format!(
        "    /** 0 if the request may go on, else the whole seconds for the Retry-After of a 429. */
    public static long check({parameter}) {{
        Bucket bucket = {bucket};
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? 0 : (probe.getNanosToWaitForRefill() + 999_999_999L) / 1_000_000_000L;
    }}
"
    )
}

fn waiting(per_key: bool, patience: Nanos) -> String {
    let (parameter, bucket) = bucket_of(per_key);
    format!(
        "    /** Waits for its turn; false at once if that would take too long: answer 429. */
    public static boolean await({parameter}) throws InterruptedException {{
        Bucket bucket = {bucket};
        return bucket.asBlocking().tryConsume(1, {});
    }}
",
        duration(patience)
    )
}

fn duration(span: Nanos) -> String {
    let (number, unit) = shape::in_units(span, &UNITS);
    format!("Duration.{unit}({number})")
}

/// A literal, marked where an `int` would be too small.
fn long(number: u32) -> String {
    if i32::try_from(number).is_ok() { number.to_string() } else { format!("{number}L") }
}

fn notes(wanted: &Wanted, refill: Refill, waits: bool) -> Vec<String> {
    let mut notes = Vec::new();
    match (wanted.algorithm, refill) {
        (_, Refill::Aligned) => {
            notes.push("A new client's bucket is full, and is filled again when its window ends by the clock.".to_owned())
        }
        (_, Refill::Intervally) => notes.push(
            "Windows follow each other from the bucket's making on, without a gap; the lab's begin with the first request after the last \
             one ended."
                .to_owned(),
        ),
        (Algorithm::SlidingCounter, _) => notes.extend(shape::for_a_window("Bucket4j", wanted)),
        _ => {}
    }
    if wanted.second.is_some() {
        notes.push("Both limits are bandwidths of one bucket: a request takes from both or from neither.".to_owned());
    }
    if waits {
        notes.push("A waiting request holds its thread; virtual threads make that cheap.".to_owned());
    }
    if wanted.per_key {
        notes.push("The map remembers every client for ever: use a cache that expires, such as Caffeine.".to_owned());
    }
    notes.push("It counts in this process; Bucket4j's Redis and JCache modules count for all servers together.".to_owned());
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::Settings;

    fn text(algorithm: Algorithm, per_key: bool) -> String {
        let hourly = Settings { limit: 1_000, burst: 1_000, window: Nanos(shape::HOUR), ..Settings::default() };
        export(&Wanted { algorithm, settings: Settings::default(), second: Some(hourly), per_key }).unwrap().text
    }

    #[test]
    fn two_bandwidths_are_written_so() {
        let expected = "// Token bucket (as Go x/time/rate Allow), 8 in one second with burst 8, and 1000 in one hour with \
            burst 1000; for each client.
// Maven: com.bucket4j:bucket4j_jdk17-core:8.14.0
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

public final class RateLimit {
    private static final ConcurrentHashMap<String, Bucket> BUCKETS = new ConcurrentHashMap<>();

    private static Bucket newBucket() {
        return Bucket.builder()
            .addLimit(Bandwidth.builder().capacity(8).refillGreedy(8, Duration.ofSeconds(1)).build())
            .addLimit(Bandwidth.builder().capacity(1000).refillGreedy(1000, Duration.ofHours(1)).build())
            .withNanosecondPrecision()
            .build();
    }

    /** 0 if the request may go on, else the whole seconds for the Retry-After of a 429. */
    public static long check(String client) {
        Bucket bucket = BUCKETS.computeIfAbsent(client, key -> newBucket());
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? 0 : (probe.getNanosToWaitForRefill() + 999_999_999L) / 1_000_000_000L;
    }
}
";
        assert_eq!(text(Algorithm::TokenBucket, true), expected);
    }

    #[test]
    fn a_fixed_window_is_an_aligned_interval() {
        let text = text(Algorithm::FixedWindow, false);
        assert!(text.contains(".addLimit(window(8, Duration.ofSeconds(1)))\n") && text.contains("import java.time.Instant;"), "{text}");
        assert!(!text.contains("withNanosecondPrecision"), "an aligned refill needs the wall clock");
    }

    #[test]
    fn who_may_wait_blocks() {
        let text = text(Algorithm::TokenWait, true);
        assert!(text.contains("asBlocking().tryConsume(1, Duration.ofSeconds(5))") && !text.contains("ConsumptionProbe"), "{text}");
    }
}
