//! Caddy: the third-party module `mholt/caddy-ratelimit` for everything that is a count; `reverse_proxy` for requests in flight.
//!
//! Read from the module's `caddyfile.go`, `handler.go` and `ringbuffer.go`: a ring of the last `events` moments for each key,
//! which admits if the oldest is more than `window` ago. That is the sliding log. `unhealthy_request_count` was run (2.11).

use super::shape::{self, Count};
use super::{Export, Wanted};
use crate::labs::rate_limiting::why::window_words;
use crate::limiters::Algorithm;

const NAMES: [&str; 2] = ["first", "second"];
/// Go's units; it reads `us` as microseconds.
const UNITS: [(&str, u64); 6] =
    [("h", shape::HOUR), ("m", shape::MINUTE), ("s", shape::SECOND), ("ms", shape::MILLI), ("us", 1_000), ("ns", 1)];
/// What one moment takes: a `time.Time`.
const BYTES: u64 = 24;
/// Below this nobody asks what a client costs.
const MANY: u32 = 1_000;

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        return in_flight(wanted);
    }
    let counts = shape::counts("Caddy", "a token bucket that refuses at once", wanted)?;
    let key = if wanted.per_key { "{remote_host}" } else { "everybody" };
    let mut zones = String::new();
    for (Count { limit, window }, name) in counts.iter().zip(NAMES) {
        let (number, unit) = shape::in_units(*window, &UNITS);
        zones.push_str(&format!(
            "\t\t\tzone {name} {{\n\t\t\t\tkey {key}\n\t\t\t\tevents {limit}\n\t\t\t\twindow {number}{unit}\n\t\t\t}}\n"
        ));
    }
    let text = format!(
        "# {}\n# Build Caddy with the module: xcaddy build --with github.com/mholt/caddy-ratelimit\n:8080 {{\n\troute {{\n\t\trate_limit \
         {{\n{zones}\t\t}}\n\t\treverse_proxy 127.0.0.1:3000\n\t}}\n}}\n",
        shape::headline(wanted)
    );
    Ok(Export { text, notes: notes(wanted, &counts) })
}

fn notes(wanted: &Wanted, counts: &[Count]) -> Vec<String> {
    let Count { limit, window } = counts[0];
    let window = window_words(window);
    let mut notes = Vec::new();
    if shape::is_window(wanted.algorithm) {
        notes.push(format!("The module keeps a sliding log, which is stricter than what ran: never more than {limit} in any {window}."));
    } else if wanted.algorithm != Algorithm::SlidingLog {
        notes.push(format!(
            "The module has no bucket, so its sliding log stands in: {limit} in any {window}, with the same burst and the same average, \
             but no drip; after a full burst all places come back at once."
        ));
    }
    notes.push("rate_limit is not part of Caddy: it has to be built in, with xcaddy.".to_owned());
    if counts.len() > 1 {
        notes.push("The tighter zone is asked first and counts the request even if the other then refuses it.".to_owned());
    }
    if let Some(most) = counts.iter().map(|count| count.limit).max().filter(|most| *most >= MANY) {
        notes.push(format!("For each key it keeps room for {most} moments: {} kB.", (u64::from(most) * BYTES).div_ceil(1_000)));
    }
    notes.push("It answers 429 with a Retry-After; each Caddy counts for itself unless the zones are made `distributed`.".to_owned());
    if wanted.per_key {
        notes.push("Behind a proxy or CDN, set trusted_proxies and use {client_ip} as the key.".to_owned());
    }
    notes
}

fn in_flight(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm != Algorithm::Concurrency {
        return Err(shape::no_learning("Caddy"));
    }
    let text = format!(
        "# {}\n:8080 {{\n\treverse_proxy 127.0.0.1:3000 {{\n\t\tunhealthy_request_count {}\n\t}}\n}}\n",
        shape::headline(wanted),
        wanted.settings.limit.max(1)
    );
    let mut notes = vec!["The limit holds for each upstream; when all are full, Caddy answers 503 without a Retry-After.".to_owned()];
    if wanted.per_key {
        notes.push(
            "Caddy counts everybody's requests together here, where the lab counted each client's; HAProxy and nginx can do that."
                .to_owned(),
        );
    }
    Ok(Export { text, notes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::Settings;
    use crate::sim::Nanos;

    #[test]
    fn a_sliding_log_is_written_so() {
        let hourly = Settings { limit: 1_000, window: Nanos(shape::HOUR), ..Settings::default() };
        let wanted = Wanted { algorithm: Algorithm::SlidingLog, settings: Settings::default(), second: Some(hourly), per_key: true };
        let expected = "# Sliding log (as Python limits), 8 in one second, and 1000 in one hour; for each client.
# Build Caddy with the module: xcaddy build --with github.com/mholt/caddy-ratelimit
:8080 {
	route {
		rate_limit {
			zone first {
				key {remote_host}
				events 8
				window 1s
			}
			zone second {
				key {remote_host}
				events 1000
				window 1h
			}
		}
		reverse_proxy 127.0.0.1:3000
	}
}
";
        let export = export(&wanted).unwrap();
        assert_eq!(export.text, expected);
        assert!(export.notes.iter().any(|note| note == "For each key it keeps room for 1000 moments: 24 kB."), "{:?}", export.notes);
    }

    #[test]
    fn a_bucket_becomes_its_burst_in_the_time_that_it_drips_in() {
        let settings = Settings { limit: 3, burst: 2, ..Settings::default() };
        let wanted = Wanted { algorithm: Algorithm::TokenBucket, settings, second: None, per_key: false };
        let text = export(&wanted).unwrap().text;
        assert!(text.contains("key everybody\n\t\t\t\tevents 2\n\t\t\t\twindow 666666667ns\n"), "{text}");
    }
}
