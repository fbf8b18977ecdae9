//! nginx: `limit_req` for everything that is a bucket, `limit_conn` for requests in flight.
//!
//! Read from `ngx_http_limit_req_module.c` and `ngx_http_limit_conn_module.c`, and run (1.22): a rate is a whole number per
//! second or per minute, kept in thousandths of a request per second; `burst=` and `delay=` are at least 1; the key's first
//! request is never excess; two limits are both asked before either is charged; at most 65,535 connections.

use super::shape::{self, Bucket};
use super::{Export, Wanted};
use crate::labs::rate_limiting::why::window_words;
use crate::limiters::{Algorithm, Delay, Settings};

const NAMES: [&str; 2] = ["first", "second"];
const MOST_IN_FLIGHT: u32 = 65_535;

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        return in_flight(wanted);
    }
    let buckets = shape::buckets("nginx", wanted)?;
    let (mut zones, mut limits, mut notes) = (String::new(), String::new(), Vec::new());
    notes.extend(shape::for_a_window("nginx", wanted));
    for ((bucket, settings), name) in buckets.iter().zip(shape::limits(wanted)).zip(NAMES) {
        let rate = Rate::of(bucket)?;
        let (burst, delay) = match wanted.algorithm {
            Algorithm::LimitReq => (u64::from(settings.burst), settings.delay),
            _ => burst_of(bucket),
        };
        let parameters = parameters(burst, delay);
        zones.push_str(&format!("    limit_req_zone {} zone={name}:10m rate={};\n", key(wanted), rate.text()));
        limits.push_str(&format!("            limit_req zone={name}{parameters};\n"));
        if wanted.algorithm != Algorithm::LimitReq {
            notes.extend(about_burst(bucket, burst, parameters.trim_start()));
        }
        notes.extend(rate.differs(bucket, wanted.algorithm));
    }
    zones.push_str("    limit_req_status 429;\n");
    notes.extend(whose(wanted));
    notes.push("nginx sends no Retry-After with its 429, and each nginx counts for itself.".to_owned());
    Ok(Export { text: file(wanted, &zones, &limits), notes })
}

fn in_flight(wanted: &Wanted) -> Result<Export, String> {
    let Settings { limit, .. } = wanted.settings;
    if wanted.algorithm != Algorithm::Concurrency {
        return Err(shape::no_learning("nginx"));
    }
    if limit > MOST_IN_FLIGHT {
        return Err(format!("nginx counts at most {MOST_IN_FLIGHT} requests in flight, and {limit} are wanted; take a smaller limit."));
    }
    // A client that fills its own places is told so; if everybody does, the server is what is full.
    let status = if wanted.per_key { 429 } else { 503 };
    let zones = format!("    limit_conn_zone {} zone=flight:10m;\n    limit_conn_status {status};\n", key(wanted));
    let limits = format!("            limit_conn flight {};\n", limit.max(1));
    let mut notes = vec![
        "nginx counts a request from the moment at which its headers are read; over HTTP/2 each request counts as a connection.".to_owned(),
        "nginx sends no Retry-After, and each nginx counts for itself.".to_owned(),
    ];
    notes.extend(whose(wanted));
    Ok(Export { text: file(wanted, &zones, &limits), notes })
}

/// A constant is one key for everybody. `$server_name` would be empty in a server without a name, and nginx does not count
/// empty keys.
fn key(wanted: &Wanted) -> &'static str {
    if wanted.per_key { "$binary_remote_addr" } else { "everybody" }
}

fn whose(wanted: &Wanted) -> Option<String> {
    let sentence = "Behind a proxy or CDN all clients have its address: let set_real_ip_from and real_ip_header find theirs.";
    wanted.per_key.then(|| sentence.to_owned())
}

fn file(wanted: &Wanted, zones: &str, limits: &str) -> String {
    format!(
        "# {}\nevents {{}}\n\nhttp {{\n{zones}\n    server {{\n        listen 8080;\n\n        location / {{\n{limits}            \
         proxy_pass http://127.0.0.1:3000;\n        }}\n    }}\n}}\n",
        shape::headline(wanted)
    )
}

/// nginx's `burst` and its delay for a bucket.
fn burst_of(bucket: &Bucket) -> (u64, Delay) {
    let free = bucket.burst - 1;
    let waiting = bucket.patience.map_or(0, |patience| shape::drips_in(patience, bucket.limit, bucket.window));
    let delay = match (waiting, free) {
        (0, _) => Delay::Nothing,
        (_, 0) => Delay::All,
        _ => Delay::After(free),
    };
    (u64::from(free).saturating_add(waiting), delay)
}

/// What follows the zone: nothing for a burst of none, which is the default and may not be written out.
fn parameters(burst: u64, delay: Delay) -> String {
    match delay {
        _ if burst == 0 => String::new(),
        Delay::All | Delay::After(0) => format!(" burst={burst}"),
        Delay::After(n) => format!(" burst={burst} delay={n}"),
        Delay::Nothing => format!(" burst={burst} nodelay"),
    }
}

fn about_burst(bucket: &Bucket, burst: u64, parameters: &str) -> Option<String> {
    let Bucket { burst: at_once, patience, .. } = *bucket;
    let waiting = burst.saturating_sub(u64::from(at_once) - 1);
    match patience {
        Some(patience) if waiting > 0 => Some(format!(
            "`{parameters}` lets {at_once} through at once and up to {waiting} more wait their turn, at most {patience}: nginx does not \
             count the first as excess."
        )),
        _ if at_once > 1 => Some(format!("`{parameters}` lets {at_once} through at once: nginx does not count the first as excess.")),
        _ => None,
    }
}

/// A rate that nginx can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    count: u64,
    per_minute: bool,
}

impl Rate {
    /// The exact one if there is one, per second rather than per minute; else the nearest per minute.
    fn of(bucket: &Bucket) -> Result<Self, String> {
        let Bucket { limit, window, .. } = *bucket;
        let (limit_wide, window_wide) = (u128::from(limit), u128::from(window.0));
        let per = |span: u64| limit_wide * u128::from(span);
        if per(shape::SECOND) % window_wide == 0 {
            return Ok(Rate { count: narrow(per(shape::SECOND) / window_wide), per_minute: false });
        }
        if per(shape::MINUTE) < window_wide {
            return Err(format!(
                "nginx's slowest rate is one request a minute, and {limit} in {} is slower; the nearest are Caddy and Python limits, whose \
                 windows may be as long as you like.",
                window_words(window)
            ));
        }
        Ok(Rate { count: narrow((per(shape::MINUTE) + window_wide / 2) / window_wide), per_minute: true })
    }

    fn text(self) -> String {
        format!("{}r/{}", self.count, if self.per_minute { 'm' } else { 's' })
    }

    /// In thousandths of a request per second, as nginx keeps it.
    fn thousandths(self) -> u64 {
        let thousandths = self.count.saturating_mul(1_000);
        if self.per_minute { thousandths / 60 } else { thousandths }
    }

    /// The note on a rate that is not the lab's, if it shows: from a thousandth of it on.
    fn differs(self, bucket: &Bucket, ran: Algorithm) -> Option<String> {
        let Bucket { limit, window, .. } = *bucket;
        // Both in thousandths of a request per second and window: whole numbers.
        let mut lab = u128::from(limit) * 1_000 * u128::from(shape::SECOND);
        let here = u128::from(self.thousandths()) * u128::from(window.0);
        if ran == Algorithm::LimitReq {
            // The lab's nginx rounds as nginx does, but is not bound to whole numbers per minute.
            lab = (lab / u128::from(window.0)).max(1) * u128::from(window.0);
        }
        let tenths = (here.abs_diff(lab) * 1_000 + lab / 2) / lab;
        if tenths == 0 {
            return None;
        }
        Some(format!(
            "`rate={}` is {}.{} % {} than {limit} in {}: nginx takes whole requests per second or per minute, and keeps thousandths of a \
             request per second.",
            self.text(),
            tenths / 10,
            tenths % 10,
            if here > lab { "more" } else { "less" },
            window_words(window)
        ))
    }
}

fn narrow(wide: u128) -> u64 {
    u64::try_from(wide).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Nanos;

    fn bucket(limit: u32, millis: u64, burst: u32) -> Bucket {
        Bucket { limit, window: Nanos::from_millis(millis), burst, patience: None }
    }

    #[test]
    fn the_rate_is_exact_where_it_can_be() {
        let text = |limit, millis| Rate::of(&bucket(limit, millis, 1)).map(Rate::text);
        assert_eq!(text(8, 1_000).unwrap(), "8r/s");
        assert_eq!(text(2, 250).unwrap(), "8r/s");
        assert_eq!(text(30, 60_000).unwrap(), "30r/m");
        assert_eq!(text(1, 2_500).unwrap(), "24r/m");
        assert_eq!(text(3_600, 3_600_000).unwrap(), "1r/s");
        assert_eq!(text(1_000, 3_600_000).unwrap(), "17r/m", "16.7 a minute");
        assert!(text(10, 3_600_000).unwrap_err().contains("slowest rate"));
    }

    #[test]
    fn a_rate_that_differs_is_said() {
        let note = |limit, millis, ran| {
            let bucket = bucket(limit, millis, 1);
            Rate::of(&bucket).unwrap().differs(&bucket, ran)
        };
        assert_eq!(note(8, 1_000, Algorithm::Gcra), None);
        assert_eq!(note(30, 60_000, Algorithm::Gcra), None);
        // 17r/m is kept as 0.283 a second, which is 1,018.8 an hour.
        assert!(note(1_000, 3_600_000, Algorithm::Gcra).unwrap().starts_with("`rate=17r/m` is 1.9 % more than 1000 in one hour:"));
        // 1r/m is kept as 0.016, not 0.01667: the lab's nginx does so too.
        assert!(note(1, 60_000, Algorithm::Gcra).unwrap().starts_with("`rate=1r/m` is 4.0 % less than"));
        assert_eq!(note(1, 60_000, Algorithm::LimitReq), None);
    }

    /// The burst of others counts the first request, nginx's does not.
    #[test]
    fn bursts_are_one_less() {
        let text = |bucket: Bucket| {
            let (burst, delay) = burst_of(&bucket);
            parameters(burst, delay)
        };
        assert_eq!(text(bucket(8, 1_000, 8)), " burst=7 nodelay");
        assert_eq!(text(bucket(8, 1_000, 1)), "");
        let waits = |burst, millis| Bucket { patience: Some(Nanos::from_millis(millis)), ..bucket(8, 1_000, burst) };
        assert_eq!(text(waits(8, 5_000)), " burst=47 delay=7");
        assert_eq!(text(waits(1, 5_000)), " burst=40");
        assert_eq!(text(waits(8, 100)), " burst=7 nodelay", "no slot comes within 100 ms");
    }

    #[test]
    fn a_token_bucket_is_written_so() {
        let wanted = Wanted { algorithm: Algorithm::TokenBucket, settings: Settings::default(), second: None, per_key: true };
        let expected = "# Token bucket (as Go x/time/rate Allow), 8 in one second with burst 8; for each client.
events {}

http {
    limit_req_zone $binary_remote_addr zone=first:10m rate=8r/s;
    limit_req_status 429;

    server {
        listen 8080;

        location / {
            limit_req zone=first burst=7 nodelay;
            proxy_pass http://127.0.0.1:3000;
        }
    }
}
";
        assert_eq!(export(&wanted).unwrap().text, expected);
    }
}
