//! Envoy: a static bootstrap with one listener and one cluster.
//!
//! Read from the v3 API and the load balancers' sources, and run (1.40): LEAST_REQUEST takes `choice_count` from 2 on, and
//! becomes a weighted schedule once weights differ; RANDOM reads no weights; outlier detection ejects by success rate too
//! unless told not to, and may eject nobody below its percentage unless `always_eject_one_host`; below 50 % of healthy hosts
//! Envoy sends to all of them, which is switched off here; without a retry budget no more than `max_retries` run at a time.

use super::{
    Export, HEADER, LONGEST, PROBE, Wanted, at_least_a_milli, common, duration, headline, host, missing, stands_in, waits, within,
};
use crate::balancers::Kind;
use crate::labs::load_balancing::scenario::{CHOICES, FACTORS, LONGEST_EJECTION, PERCENTS, THRESHOLDS};
use crate::sim::Nanos;

/// So many retries at a time as nobody makes: the lab bounds each request's, not all of them.
const NO_BOUND: u32 = 1_000_000;
/// Envoy's default for connections, pending requests and requests.
const DEFAULT_BOUND: u32 = 1_024;
/// How often a retry looks for another host.
const LOOKS: u32 = 5;
/// Where passive checks stand behind ejection: how often Envoy looks whether the time is over.
const SWEEP: Nanos = Nanos::from_millis(1_000);

pub(super) fn export(wanted: &Wanted<'_>) -> Result<Export, String> {
    let (policy, mut notes) = policy(wanted)?;
    let mut cluster = vec![format!("connect_timeout: {}", duration(wanted.connect()))];
    cluster.extend(policy);
    cluster.extend(common_lb(wanted));
    cluster.extend(breakers(wanted));
    cluster.extend(outliers(wanted));
    cluster.extend(checks(wanted));
    let filters = if wanted.kind() == Kind::Sticky { SESSION } else { "" };
    let text = file(&headline(wanted), &indented(18, route(wanted)), filters, &indented(4, cluster), &endpoints(wanted));
    notes.extend(about(wanted));
    notes.extend(common(wanted, "Envoy"));
    Ok(Export { text, notes })
}

fn indented(by: usize, lines: Vec<String>) -> String {
    lines.into_iter().map(|line| format!("{:by$}{line}\n", "")).collect()
}

/// The lines that choose servers, and what to know about them.
fn policy(wanted: &Wanted<'_>) -> Result<(Vec<String>, Vec<String>), String> {
    let warm = Some(wanted.scenario.slow_start).filter(|span| *span > Nanos::ZERO);
    let warm = warm.map(|span| format!("slow_start_config: {{ slow_start_window: {} }}", duration(span)));
    let turns = || {
        let mut lines = vec!["lb_policy: ROUND_ROBIN".to_owned()];
        lines.extend(warm.iter().map(|warm| format!("round_robin_lb_config: {{ {warm} }}")));
        lines
    };
    let choices = |count: u32| {
        let warm = warm.iter().map(|warm| format!(", {warm}")).collect::<String>();
        vec!["lb_policy: LEAST_REQUEST".to_owned(), format!("least_request_lb_config: {{ choice_count: {count}{warm} }}")]
    };
    let plain = |lines: Vec<String>| (lines, Vec::new());
    let noted = |lines: Vec<String>, note: &str| (lines, vec![note.to_owned()]);
    let named = |name: &str| vec![format!("lb_policy: {name}")];
    let draws = within(wanted.policy.d, &CHOICES);
    let (lines, mut notes) = match wanted.kind() {
        Kind::Random => plain(named("RANDOM")),
        Kind::WeightedRandom if wanted.uneven() => {
            return Err("Envoy's RANDOM reads no weights; the nearest is ROUND_ROBIN, which gives the shares without chance.".to_owned());
        }
        Kind::WeightedRandom => plain(named("RANDOM")),
        Kind::RoundRobin => noted(turns(), "Envoy begins its turns at a random place in the list."),
        Kind::SmoothWeighted | Kind::FairWeighted => noted(
            turns(),
            "Envoy gives the same shares, but mixes the turns by a schedule, earliest deadline first, from a random place on.",
        ),
        Kind::LeastConnections => noted(full_scan(warm.as_deref()), "At a tie Envoy takes one of the tied at random."),
        Kind::Choices if draws == 1 => noted(named("RANDOM"), "One draw compares nothing: it is plain RANDOM."),
        Kind::Choices => plain(choices(draws)),
        Kind::RandomTwo => noted(choices(2), "Envoy may draw the same server twice, where nginx compares two different ones."),
        Kind::PeakEwma => {
            let sentence = "Envoy has peak EWMA only in its contrib build, as the alpha envoy.load_balancing_policies.peak_ewma; the \
                            nearest in the usual one is LEAST_REQUEST with two choices.";
            return Err(sentence.to_owned());
        }
        Kind::IpHash => noted(
            named("MAGLEV"),
            "Envoy hashes the whole address, where nginx takes three octets; when a server leaves, few clients of others move.",
        ),
        Kind::Ring => noted(named("RING_HASH"), "Envoy's ring has points of its own: it keeps a key at its server, but at another one."),
        Kind::HaproxyRing => {
            noted(named("RING_HASH"), "Envoy's ring has points of its own, and the next one clockwise counts, not the nearest.")
        }
        Kind::BoundedRing => noted(
            named("RING_HASH"),
            "If a server is full Envoy tries the others in an order of the key's own; full is one request later than with HAProxy.",
        ),
        Kind::Maglev => plain(named("MAGLEV")),
        Kind::Hash | Kind::Modulo | Kind::Rendezvous | Kind::Jump => {
            (named("MAGLEV"), vec![stands_in("Envoy", missing(wanted.kind()), "MAGLEV")])
        }
        Kind::Sticky => noted(turns(), "The cookie holds the server's address, readable for everyone who decodes it."),
    };
    let compares = match wanted.kind() {
        Kind::Choices => draws > 1,
        kind => matches!(kind, Kind::LeastConnections | Kind::RandomTwo),
    };
    if compares && wanted.uneven() {
        let note = "As the weights differ, Envoy compares nothing: it keeps a schedule in which a server comes back (requests in flight + \
                    1) ÷ weight later.";
        notes.push(note.to_owned());
    }
    Ok((lines, notes))
}

/// Looks at all hosts; not to be had by the short form.
fn full_scan(warm: Option<&str>) -> Vec<String> {
    let mut lines = vec![
        "load_balancing_policy:".to_owned(),
        "  policies:".to_owned(),
        "  - typed_extension_config:".to_owned(),
        "      name: envoy.load_balancing_policies.least_request".to_owned(),
        "      typed_config:".to_owned(),
        "        \"@type\": type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest".to_owned(),
        "        selection_method: FULL_SCAN".to_owned(),
    ];
    lines.extend(warm.map(|warm| format!("        {warm}")));
    lines
}

fn common_lb(wanted: &Wanted<'_>) -> Vec<String> {
    let mut lines = vec!["common_lb_config:".to_owned(), "  healthy_panic_threshold: { value: 0 }".to_owned()];
    if wanted.kind() == Kind::BoundedRing {
        let factor = within(wanted.policy.factor, &FACTORS);
        lines.push(format!("  consistent_hashing_lb_config: {{ hash_balance_factor: {factor} }}"));
    }
    lines
}

/// What the cluster bears, and what may be tried again.
fn breakers(wanted: &Wanted<'_>) -> Vec<String> {
    let mut thresholds = Vec::new();
    if let Some(bounds) = wanted.bounds() {
        let all: u32 = bounds.iter().sum();
        thresholds.extend(["max_connections", "max_pending_requests", "max_requests"].map(|name| format!("{name}: {all}")));
    }
    let budget = wanted.retries().and_then(|(_, retry)| retry.budget);
    if let Some(budget) = budget {
        let percent = within(budget.percent, &PERCENTS);
        thresholds.push(format!(
            "retry_budget: {{ budget_percent: {{ value: {percent} }}, min_retry_concurrency: {} }}",
            budget.floor.min(NO_BOUND)
        ));
    } else if wanted.retries().is_some() || wanted.scenario.hedge.is_some() {
        thresholds.push(format!("max_retries: {NO_BOUND}"));
    }
    if thresholds.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["circuit_breakers:".to_owned(), "  thresholds:".to_owned()];
    lines.extend(thresholds.iter().enumerate().map(|(n, line)| format!("  {} {line}", if n == 0 { "-" } else { " " })));
    lines
}

fn outliers(wanted: &Wanted<'_>) -> Vec<String> {
    let health = wanted.scenario.health;
    let (errors, sweep, base, most, percent) = match (health.ejection, health.passive) {
        (Some(ejection), _) => {
            let (base, sweep) = (at_least_a_milli(ejection.base), at_least_a_milli(ejection.sweep));
            (ejection.consecutive, sweep, base, LONGEST_EJECTION.max(base), within(ejection.most_percent, &PERCENTS))
        }
        (None, Some(passive)) => {
            let time = at_least_a_milli(passive.fail_timeout);
            (passive.max_fails, SWEEP.min(time), time, time, 100)
        }
        (None, None) => return Vec::new(),
    };
    vec![
        "outlier_detection:".to_owned(),
        format!("  consecutive_5xx: {}", within(errors, &THRESHOLDS)),
        format!("  interval: {}", duration(sweep)),
        format!("  base_ejection_time: {}", duration(base)),
        format!("  max_ejection_time: {}", duration(most.min(LONGEST))),
        format!("  max_ejection_percent: {percent}"),
        "  always_eject_one_host: true".to_owned(),
        "  enforcing_success_rate: 0".to_owned(),
    ]
}

fn checks(wanted: &Wanted<'_>) -> Vec<String> {
    let Some(active) = wanted.scenario.health.active else { return Vec::new() };
    let interval = duration(active.interval);
    vec![
        "health_checks:".to_owned(),
        format!("- timeout: {interval}"),
        format!("  interval: {interval}"),
        format!("  unhealthy_threshold: {}", within(active.fall, &THRESHOLDS)),
        format!("  healthy_threshold: {}", within(active.rise, &THRESHOLDS)),
        format!("  http_health_check: {{ path: {PROBE} }}"),
    ]
}

/// What stands below the route's cluster.
fn route(wanted: &Wanted<'_>) -> Vec<String> {
    let scenario = wanted.scenario;
    let hedge = scenario.hedge;
    // The route's time-out is that of the whole request. It is the lab's only if no attempt has one of its own.
    let whole = scenario.timeout.filter(|_| hedge.is_some() || wanted.retries().is_none());
    let mut lines = vec![format!("timeout: {}", whole.map_or_else(|| "0s".to_owned(), duration))];
    match wanted.kind() {
        Kind::IpHash => lines.extend(["hash_policy:".to_owned(), "- connection_properties: { source_ip: true }".to_owned()]),
        kind if kind.by_key() => lines.extend([
            "hash_policy:".to_owned(),
            format!("- {{ header: {{ header_name: {} }}, terminal: true }}", HEADER.to_lowercase()),
            "- connection_properties: { source_ip: true }".to_owned(),
        ]),
        _ => {}
    }
    if wanted.retries().is_some() || hedge.is_some() {
        let attempts = wanted.retries().map_or(1, |(attempts, _)| attempts);
        lines.extend(["retry_policy:", "  retry_on: 5xx,reset,connect-failure"].map(str::to_owned));
        lines.push(format!("  num_retries: {attempts}"));
        lines.extend(hedge.or(scenario.timeout).map(|time| format!("  per_try_timeout: {}", duration(time))));
        if let Some((_, retry)) = wanted.retries() {
            let (first, longest) = waits(&retry);
            lines.push(format!("  retry_back_off: {{ base_interval: {}, max_interval: {} }}", duration(first), duration(longest)));
        }
        lines.extend([
            "  retry_host_predicate:".to_owned(),
            "  - name: envoy.retry_host_predicates.previous_hosts".to_owned(),
            "    typed_config:".to_owned(),
            "      \"@type\": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate".to_owned(),
            format!("  host_selection_retry_max_attempts: {LOOKS}"),
        ]);
    }
    if hedge.is_some() {
        lines.push("hedge_policy: { hedge_on_per_try_timeout: true }".to_owned());
    }
    lines
}

fn endpoints(wanted: &Wanted<'_>) -> String {
    let uneven = wanted.uneven();
    let line = |(server, weight): (usize, u32)| {
        let mut line =
            format!("        - endpoint: {{ address: {{ socket_address: {{ address: {}, port_value: 8080 }} }} }}\n", host(server));
        if uneven {
            line.push_str(&format!("          load_balancing_weight: {weight}\n"));
        }
        line
    };
    wanted.weights().into_iter().enumerate().map(line).collect()
}

const SESSION: &str = "          - name: envoy.filters.http.stateful_session
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.stateful_session.v3.StatefulSession
              session_state:
                name: envoy.http.stateful_session.cookie
                typed_config:
                  \"@type\": type.googleapis.com/envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState
                  cookie: { name: server, path: / }
";

/// A bootstrap that `envoy --mode validate` accepts.
fn file(headline: &str, route: &str, filters: &str, cluster: &str, endpoints: &str) -> String {
    format!(
        "# {headline}
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
                route:
                  cluster: app
{route}          http_filters:
{filters}          - name: envoy.filters.http.router
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: app
{cluster}    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
{endpoints}"
    )
}

fn about(wanted: &Wanted<'_>) -> Vec<String> {
    let scenario = wanted.scenario;
    let health = scenario.health;
    let mut notes = Vec::new();
    let mut say = |note: &str| notes.push(note.to_owned());
    match wanted.bounds() {
        Some(_) => say("The circuit breaker bounds what all servers hold together, not each one's queue; above it Envoy answers 503."),
        None => say(&format!(
            "Requests wait at the servers; Envoy's circuit breaker stops at {DEFAULT_BOUND} in flight, though, unless max_requests, \
             max_connections and max_pending_requests say more."
        )),
    }
    if let Some((_, retry)) = wanted.retries() {
        say("Envoy jitters its waits: the nth is drawn from nothing up to (2ⁿ − 1) × base_interval, or to max_interval.");
        if retry.budget.is_some() {
            say("Envoy's budget bounds how many retries run at a time, as a share of the requests in flight; the lab counts over time.");
            say("min_retry_concurrency is a number at a time too, where the lab's reserve is one for each second.");
        }
        say("5xx tries POSTs again too: take it out where your application cannot bear a request twice.");
    }
    if scenario.hedge.is_some() {
        say(
            "A hedge is a retry to Envoy: it counts among num_retries, an error is tried again too, and per_try_timeout is the time after \
             which it is sent.",
        );
        if wanted.retries().is_some() && scenario.timeout.is_some() {
            say("With hedging the time-out is that of the whole request, retries included.");
        }
    }
    if health.passive.is_some() {
        say(if health.ejection.is_some() {
            "Envoy ejects, so of the two ways to leave a server alone that is the one in the file."
        } else {
            "Ejection stands in for max_fails: Envoy counts errors in a row, not in a span."
        });
    }
    if scenario.slow_start > Nanos::ZERO {
        let warms = matches!(
            wanted.kind(),
            Kind::RoundRobin | Kind::SmoothWeighted | Kind::FairWeighted | Kind::LeastConnections | Kind::RandomTwo | Kind::Sticky
        ) || (wanted.kind() == Kind::Choices && within(wanted.policy.d, &CHOICES) > 1);
        say(match (warms, health.active.is_some()) {
            (false, _) => "Only ROUND_ROBIN and LEAST_REQUEST have a slow start.",
            (true, true) => "A server warms up when its checks say that it is healthy again, from a tenth of its weight on.",
            (true, false) => "Without active checks a server warms up only when it is new, all of them at the start, from a tenth on.",
        });
    }
    say("Each worker thread takes turns by itself; --concurrency 1 makes one balancer of them.");
    notes
}

#[cfg(test)]
mod tests {
    use super::super::{laden, sample};
    use super::*;
    use crate::balancers::Policy;
    use crate::labs::load_balancing::scenario::{Health, Passive, Scenario};

    fn text(kind: Kind, scenario: &Scenario) -> String {
        export(&Wanted { policy: kind.into(), scenario }).unwrap().text
    }

    #[test]
    fn maglev_is_written_so() {
        let expected = "              - match: { prefix: \"/\" }
                route:
                  cluster: app
                  timeout: 0s
                  hash_policy:
                  - { header: { header_name: x-client }, terminal: true }
                  - connection_properties: { source_ip: true }
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: app
    connect_timeout: 5s
    lb_policy: MAGLEV
    common_lb_config:
      healthy_panic_threshold: { value: 0 }
    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 10.0.0.1, port_value: 8080 } } }
          load_balancing_weight: 5
";
        let text = text(Kind::Maglev, &sample(Kind::Maglev));
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_laden_scenario_is_written_so() {
        let route = "                  timeout: 0.25s
                  retry_policy:
                    retry_on: 5xx,reset,connect-failure
                    num_retries: 2
                    per_try_timeout: 0.1s
                    retry_back_off: { base_interval: 0.025s, max_interval: 1s }
";
        let cluster = "    connect_timeout: 0.25s
    lb_policy: LEAST_REQUEST
    least_request_lb_config: { choice_count: 2, slow_start_config: { slow_start_window: 20s } }
    common_lb_config:
      healthy_panic_threshold: { value: 0 }
    circuit_breakers:
      thresholds:
      - max_connections: 30
        max_pending_requests: 30
        max_requests: 30
        retry_budget: { budget_percent: { value: 20 }, min_retry_concurrency: 10 }
    outlier_detection:
      consecutive_5xx: 5
      interval: 10s
      base_ejection_time: 30s
      max_ejection_time: 300s
      max_ejection_percent: 10
      always_eject_one_host: true
      enforcing_success_rate: 0
    health_checks:
    - timeout: 1s
      interval: 1s
      unhealthy_threshold: 3
      healthy_threshold: 2
      http_health_check: { path: /health }
    load_assignment:
";
        let text = text(Kind::Choices, &laden(Kind::Choices));
        assert!(text.contains(route), "{text}");
        assert!(text.contains("                  hedge_policy: { hedge_on_per_try_timeout: true }\n          http_filters:\n"), "{text}");
        assert!(text.contains(cluster), "{text}");
    }

    /// One of an attempt is not one of the whole request, and a hedge is not a time-out.
    #[test]
    fn time_outs_are_where_they_belong() {
        let laden = laden(Kind::RoundRobin);
        let without_hedge = Scenario { hedge: None, ..laden.clone() };
        let alone = Scenario { hedge: None, retry: None, ..laden.clone() };
        let retried = text(Kind::RoundRobin, &without_hedge);
        assert!(retried.contains(" timeout: 0s\n") && retried.contains("per_try_timeout: 0.25s\n"), "{retried}");
        let alone = text(Kind::RoundRobin, &alone);
        assert!(alone.contains(" timeout: 0.25s\n") && !alone.contains("retry_policy"), "{alone}");
    }

    #[test]
    fn passive_checks_become_ejections_that_do_not_grow() {
        let passive = Some(Passive { max_fails: 1, fail_timeout: Nanos::from_millis(10_000) });
        let scenario = Scenario { health: Health { passive, ..Health::default() }, ..sample(Kind::RoundRobin) };
        let expected = "      consecutive_5xx: 1
      interval: 1s
      base_ejection_time: 10s
      max_ejection_time: 10s
      max_ejection_percent: 100
";
        assert!(text(Kind::RoundRobin, &scenario).contains(expected));
    }

    #[test]
    fn envoy_draws_two_at_least_and_knows_no_weighted_chance() {
        let mut scenario = sample(Kind::Choices);
        let even = sample(Kind::Choices);
        let drawn = |d: u32| export(&Wanted { policy: Policy { d, ..Kind::Choices.into() }, scenario: &even }).unwrap().text;
        assert!(drawn(1).contains("lb_policy: RANDOM\n") && drawn(3).contains("{ choice_count: 3 }\n"));
        let wanted = |scenario: &Scenario| export(&Wanted { policy: Kind::WeightedRandom.into(), scenario }).is_ok();
        assert!(!wanted(&scenario));
        scenario.servers.iter_mut().for_each(|server| server.weight = 2);
        assert!(wanted(&scenario));
    }
}
