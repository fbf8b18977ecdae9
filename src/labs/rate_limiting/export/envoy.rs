//! Envoy: the local rate limit filter for buckets, a circuit breaker for requests in flight, the adaptive concurrency filter
//! for a limit that is learnt.
//!
//! Read from the v3 API and `local_ratelimit_impl.cc`, and run (1.40). Since 1.31 a bucket fills without steps, at
//! `tokens_per_fill / fill_interval`; the interval is cut to milliseconds and must be 50 ms or more. Since 1.34 a descriptor
//! without a value makes a bucket for each value, for the `max_dynamic_descriptors` seen last (20 unless set).

use super::shape::{self, Bucket};
use super::{Export, Wanted};
use crate::labs::rate_limiting::why::window_words;
use crate::limiters::Algorithm;
use crate::sim::Nanos;

const NAMES: [&str; 2] = ["first", "second"];
/// Envoy refuses an interval below this.
const SHORTEST_FILL: u64 = 50 * shape::MILLI;
/// Longer than this an exact interval tells nobody anything.
const LONGEST_FILL: u64 = 24 * shape::HOUR;
const CLIENTS: u32 = 10_000;
/// What the lab's Gradient2 never goes above; Envoy's own ceiling is 1000.
const MOST_GRADIENT2: u32 = 200;
/// Envoy's default for connections and for pending requests.
const DEFAULT_CONNECTIONS: u32 = 1_024;

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    match wanted.algorithm {
        Algorithm::Concurrency => Ok(circuit_breaker(wanted)),
        algorithm if algorithm.by_concurrency() => Ok(gradient(wanted)),
        _ => local_ratelimit(wanted),
    }
}

fn local_ratelimit(wanted: &Wanted) -> Result<Export, String> {
    let buckets = shape::buckets("Envoy", wanted)?;
    if buckets.iter().any(|bucket| bucket.patience.is_some()) {
        return Err(shape::no_queue("Envoy", "a token bucket with the same burst that refuses at once"));
    }
    let (mut filters, mut notes) = (String::new(), Vec::new());
    notes.extend(shape::for_a_window("Envoy", wanted));
    for (bucket, name) in buckets.iter().zip(NAMES) {
        let fill = Fill::of(bucket);
        // Two filters would each write the fields, one over the other.
        filters.push_str(&filter(name, fill, wanted.per_key, buckets.len() == 1));
        notes.extend(fill.differs(bucket));
    }
    if buckets.len() > 1 {
        notes.push("A request that the second limit refuses has already taken its token from the first.".to_owned());
    }
    notes.push("Tokens drip in without steps since Envoy 1.31; before, all of them at once every fill_interval.".to_owned());
    if wanted.per_key {
        notes.push(format!(
            "A bucket for each client needs Envoy 1.34, and is kept for the {CLIENTS} clients seen last; who drops out comes back with a \
             full one. Behind a proxy, set xff_num_trusted_hops so that remote_address is the client's."
        ));
    }
    notes.push("Envoy sends no Retry-After; each Envoy counts for itself.".to_owned());
    Ok(Export { text: file(wanted, &filters, ""), notes })
}

fn filter(name: &str, fill: Fill, per_key: bool, fields: bool) -> String {
    let bucket = format!(
        "token_bucket: {{ max_tokens: {}, tokens_per_fill: {}, fill_interval: {}s }}\n",
        fill.most,
        fill.tokens,
        shape::seconds(fill.interval)
    );
    let mut text = format!(
        "          - name: {name}_limit
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
              stat_prefix: {name}_limit
              filter_enabled: {{ default_value: {{ numerator: 100 }} }}
              filter_enforced: {{ default_value: {{ numerator: 100 }} }}
"
    );
    if fields {
        text.push_str("              enable_x_ratelimit_headers: DRAFT_VERSION_03\n");
    }
    if per_key {
        text.push_str(&format!(
            "              rate_limits:
              - actions:
                - remote_address: {{}}
              descriptors:
              - entries:
                - key: remote_address
                {bucket}              max_dynamic_descriptors: {CLIENTS}
              always_consume_default_token_bucket: false
"
        ));
    } else {
        text.push_str(&format!("              {bucket}"));
    }
    text
}

fn circuit_breaker(wanted: &Wanted) -> Export {
    let limit = wanted.settings.limit.max(1);
    let mut breaker = format!("    circuit_breakers:\n      thresholds:\n      - max_requests: {limit}\n");
    if limit > DEFAULT_CONNECTIONS {
        // Over HTTP/1 each request needs a connection, and these are limited too.
        breaker.push_str(&format!("        max_connections: {limit}\n        max_pending_requests: {limit}\n"));
    }
    let mut notes = vec![
        "Envoy answers 503 with x-envoy-overloaded. The limit holds for the cluster, for all its hosts together, and in each Envoy."
            .to_owned(),
    ];
    notes.extend(everybody(wanted));
    Export { text: file(wanted, "", &breaker), notes }
}

fn gradient(wanted: &Wanted) -> Export {
    let most = if wanted.algorithm == Algorithm::Gradient2 { MOST_GRADIENT2 } else { 1_000 };
    let filter = format!(
        "          - name: adaptive_concurrency
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency
              gradient_controller_config:
                sample_aggregate_percentile: {{ value: 90 }}
                concurrency_limit_params:
                  max_concurrency_limit: {most}
                  concurrency_update_interval: 0.1s
                min_rtt_calc_params:
                  interval: 60s
                  jitter: {{ value: 10 }}
                  request_count: 50
"
    );
    let mut notes = vec![
        format!(
            "Envoy learns by its own gradient, not by the lab's {}: it compares the 90th percentile with the time of a nearly idle system.",
            wanted.algorithm.label()
        ),
        "Every minute it lets only 3 requests in at a time until 50 have been measured, to learn that time; set min_concurrency and \
         request_count to what your traffic can bear."
            .to_owned(),
        format!(
            "It starts from its lowest limit, not from {}, and answers 503 above the limit; each Envoy learns for itself.",
            wanted.settings.limit
        ),
    ];
    notes.extend(everybody(wanted));
    Export { text: file(wanted, &filter, ""), notes }
}

/// Requests in flight have no keys here.
fn everybody(wanted: &Wanted) -> Option<String> {
    let sentence = "Envoy counts everybody's requests together here, where the lab counted each client's; HAProxy and nginx can do that.";
    wanted.per_key.then(|| sentence.to_owned())
}

/// A bootstrap that `envoy --mode validate` accepts: one listener, one cluster.
fn file(wanted: &Wanted, filters: &str, cluster: &str) -> String {
    format!(
        "# {}
static_resources:
  listeners:
  - address:
      socket_address: {{ address: 0.0.0.0, port_value: 8080 }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          \"@type\": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          use_remote_address: true
          route_config:
            virtual_hosts:
            - name: app
              domains: [\"*\"]
              routes:
              - match: {{ prefix: \"/\" }}
                route: {{ cluster: app }}
          http_filters:
{filters}          - name: envoy.filters.http.router
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: app
{cluster}    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address: {{ address: 127.0.0.1, port_value: 3000 }}
",
        shape::headline(wanted)
    )
}

/// A bucket in Envoy's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fill {
    most: u32,
    tokens: u32,
    interval: Nanos,
}

impl Fill {
    /// The lab's limit and window, as often over as it takes for an interval of whole milliseconds that is long enough;
    /// if that is too often, the nearest number of tokens in an interval that is.
    fn of(bucket: &Bucket) -> Self {
        let Bucket { limit, window, burst, .. } = *bucket;
        let (limit, window) = (u128::from(limit), u128::from(window.0));
        let step = u128::from(shape::MILLI) / greatest_divisor(window, u128::from(shape::MILLI));
        let times = u128::from(SHORTEST_FILL).div_ceil(window).next_multiple_of(step);
        let (tokens, interval) = (limit * times, window * times);
        if let (Ok(tokens), true) = (u32::try_from(tokens), interval <= u128::from(LONGEST_FILL).max(window)) {
            return Fill { most: burst, tokens, interval: Nanos(u64::try_from(interval).unwrap_or(u64::MAX)) };
        }
        let interval = (window / u128::from(shape::MILLI) * u128::from(shape::MILLI)).max(u128::from(SHORTEST_FILL));
        let tokens = ((limit * interval + window / 2) / window).max(1);
        Fill {
            most: burst,
            tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
            interval: Nanos(u64::try_from(interval).unwrap_or(u64::MAX)),
        }
    }

    /// The note on a rate that is not the lab's.
    fn differs(self, bucket: &Bucket) -> Option<String> {
        let here = u128::from(self.tokens) * u128::from(bucket.window.0);
        let lab = u128::from(bucket.limit) * u128::from(self.interval.0);
        (here != lab).then(|| {
            format!(
                "Envoy takes whole tokens and whole milliseconds: {} tokens in {} s stand for {} in {}.",
                self.tokens,
                shape::seconds(self.interval),
                bucket.limit,
                window_words(bucket.window)
            )
        })
    }
}

fn greatest_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::Settings;

    fn fill(limit: u32, window: Nanos) -> (Fill, Option<String>) {
        let bucket = Bucket { limit, window, burst: 8, patience: None };
        (Fill::of(&bucket), Fill::of(&bucket).differs(&bucket))
    }

    #[test]
    fn the_fill_is_exact_where_it_can_be() {
        let of = |tokens, millis| (Fill { most: 8, tokens, interval: Nanos::from_millis(millis) }, None);
        assert_eq!(fill(8, Nanos::SECOND), of(8, 1_000));
        assert_eq!(fill(1_000, Nanos::from_millis(3_600_000)), of(1_000, 3_600_000));
        assert_eq!(fill(3, Nanos::from_millis(10)), of(15, 50), "below 50 ms: five times as much in five times as long");
        assert_eq!(fill(1, Nanos::from_millis(33)), of(2, 66));
        assert_eq!(fill(2, Nanos(62_500_000)), of(4, 125), "no half milliseconds");
    }

    #[test]
    fn what_cannot_be_exact_is_near_and_said() {
        let (near, note) = fill(100_000, Nanos(1_000_000_001));
        assert_eq!((near.tokens, near.interval), (100_000, Nanos::SECOND));
        assert!(note.unwrap().starts_with("Envoy takes whole tokens and whole milliseconds: 100000 tokens in 1 s"));
    }

    #[test]
    fn each_client_has_a_bucket_through_a_descriptor() {
        let wanted = Wanted { algorithm: Algorithm::Gcra, settings: Settings::default(), second: None, per_key: true };
        let text = export(&wanted).unwrap().text;
        let descriptors = "              descriptors:
              - entries:
                - key: remote_address
                token_bucket: { max_tokens: 8, tokens_per_fill: 8, fill_interval: 1s }
              max_dynamic_descriptors: 10000
              always_consume_default_token_bucket: false
";
        assert!(text.contains(descriptors), "{text}");
        let everybody = export(&Wanted { per_key: false, ..wanted }).unwrap().text;
        assert!(everybody.contains("\n              token_bucket: { max_tokens: 8,"), "{everybody}");
    }

    #[test]
    fn nothing_waits() {
        let wanted = Wanted { algorithm: Algorithm::TokenWait, settings: Settings::default(), second: None, per_key: true };
        assert!(export(&wanted).unwrap_err().contains("can let it wait"));
    }
}
