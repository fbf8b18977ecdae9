//! nginx: an `upstream` with the policy's directive, or none for smooth weighted round robin.
//!
//! Read from the module's documentation and sources, and run (1.22): `max_fails` is 1 and `fail_timeout` 10 s unless said, the
//! latter in whole seconds; an error status counts as a fail only if another server may still be tried; `max_conns` is in nginx
//! itself since 1.11.5, `sticky` since 1.29.6, `least_time` since 1.31.0; active checks, `slow_start` and `queue` are NGINX Plus's.

use super::{Export, HEADER, PROBE, Wanted, at_least_a_milli, common, headline, host, missing, span, stands_in};
use crate::balancers::Kind;
use crate::sim::Nanos;
use crate::sim::backoff::Backoff;

/// What else than a refused connection and silence is a failure.
const STATUSES: &str = "http_500 http_502 http_503 http_504";

pub(super) fn export(wanted: &Wanted<'_>) -> Result<Export, String> {
    let (directive, mut notes) = policy(wanted)?;
    let uses_key = directive.as_deref().is_some_and(|line| line.contains("$client_key"));
    let text = format!(
        "# {}\nevents {{}}\n\nhttp {{\n{}    upstream app {{\n        zone app 1m;\n{}{}    }}\n\n    server {{\n        listen \
         8080;\n\n        location / {{\n            proxy_pass http://app;\n{}        }}\n    }}\n}}\n",
        headline(wanted),
        if uses_key { key() } else { String::new() },
        directive.map(|line| format!("        {line}\n")).unwrap_or_default(),
        servers(wanted),
        location(wanted),
    );
    notes.extend(about(wanted));
    notes.extend(common(wanted, "nginx"));
    Ok(Export { text, notes })
}

/// The directive, and what to know about it.
fn policy(wanted: &Wanted<'_>) -> Result<(Option<String>, Vec<String>), String> {
    let plain = |line: &str| (Some(line.to_owned()), Vec::new());
    let noted = |line: &str, note: String| (Some(line.to_owned()), vec![note]);
    Ok(match wanted.kind() {
        Kind::Random | Kind::WeightedRandom => plain("random;"),
        Kind::RoundRobin | Kind::SmoothWeighted => (None, Vec::new()),
        Kind::FairWeighted => {
            (None, vec!["nginx gives the same shares as HAProxy's roundrobin, but mixes the turns in another order.".to_owned()])
        }
        Kind::LeastConnections => plain("least_conn;"),
        Kind::Choices if wanted.policy.d <= 1 => noted("random;", "One draw compares nothing: it is plain random.".to_owned()),
        Kind::Choices if wanted.policy.d == 2 => noted(
            "random two least_conn;",
            "nginx always compares two different servers, drawn by weight, and takes the second at a tie; Envoy may draw one twice."
                .to_owned(),
        ),
        Kind::Choices => {
            return Err(format!(
                "nginx draws two servers, not {}; the nearest are `random two least_conn`, and least_conn, which looks at all of them.",
                wanted.policy.d
            ));
        }
        Kind::RandomTwo => plain("random two least_conn;"),
        Kind::PeakEwma => {
            let sentence = "nginx has no peak EWMA; the nearest are least_time, which multiplies average response times by requests in \
                            flight (nginx 1.31.0, or NGINX Plus), and least_conn, which counts requests alone.";
            return Err(sentence.to_owned());
        }
        Kind::IpHash => plain("ip_hash;"),
        Kind::Hash => plain("hash $client_key;"),
        Kind::Modulo => noted(
            "hash $client_key;",
            "nginx counts a server that is down among the others and hashes again, where HAProxy shares the keys out anew; its hash is \
             another one too."
                .to_owned(),
        ),
        Kind::Ring => plain("hash $client_key consistent;"),
        Kind::HaproxyRing | Kind::Rendezvous | Kind::Maglev | Kind::Jump => {
            noted("hash $client_key consistent;", stands_in("nginx", missing(wanted.kind()), "its own ring"))
        }
        Kind::BoundedRing => {
            let sentence = "nginx's ring knows no bound that moves with the load; the nearest is `hash … consistent` with max_conns, a \
                            fixed one, while HAProxy and Envoy have the policy itself.";
            return Err(sentence.to_owned());
        }
        Kind::Sticky => noted(
            "sticky cookie server path=/;",
            "`sticky` needs nginx 1.29.6 or NGINX Plus; a new client's server comes from smooth weighted round robin.".to_owned(),
        ),
    })
}

/// The client's header, or its address.
fn key() -> String {
    let variable = format!("$http_{}", HEADER.to_lowercase().replace('-', "_"));
    format!("    map {variable} $client_key {{\n        \"\"      $remote_addr;\n        default {variable};\n    }}\n\n")
}

fn servers(wanted: &Wanted<'_>) -> String {
    let bounds = wanted.bounds();
    let fails = match wanted.fails() {
        Some((fails, time)) => format!(" max_fails={fails} fail_timeout={}s", time.ceil_secs()),
        None => " max_fails=0".to_owned(),
    };
    let line = |(server, weight): (usize, u32)| {
        let weight = if weight == 1 { String::new() } else { format!(" weight={weight}") };
        let bound = bounds.as_ref().and_then(|bounds| bounds.get(server));
        let bound = bound.map(|bound| format!(" max_conns={bound}")).unwrap_or_default();
        format!("        server {}:8080{weight}{bound}{fails};\n", host(server))
    };
    wanted.weights().into_iter().enumerate().map(line).collect()
}

/// What stands below `proxy_pass`.
fn location(wanted: &Wanted<'_>) -> String {
    let scenario = wanted.scenario;
    let mut lines = Vec::new();
    if let Some(timeout) = scenario.timeout {
        lines.push(format!("proxy_connect_timeout {};", span(wanted.connect())));
        lines.push(format!("proxy_read_timeout {};", span(timeout)));
    }
    match wanted.retries() {
        Some((attempts, _)) => {
            lines.push(format!("proxy_next_upstream error timeout {STATUSES};"));
            lines.push(format!("proxy_next_upstream_tries {};", attempts + 1));
        }
        None => lines.push("proxy_next_upstream off;".to_owned()),
    }
    if let Some(active) = scenario.health.active {
        let interval = at_least_a_milli(active.interval).ceil_secs();
        let (fall, rise) = (active.fall.max(1), active.rise.max(1));
        lines.push(format!("# NGINX Plus: health_check interval={interval} fails={fall} passes={rise} uri={PROBE};"));
    }
    lines.into_iter().map(|line| format!("            {line}\n")).collect()
}

fn about(wanted: &Wanted<'_>) -> Vec<String> {
    let scenario = wanted.scenario;
    let health = scenario.health;
    let mut notes = Vec::new();
    let mut say = |note: &str| notes.push(note.to_owned());
    match wanted.places() {
        Some(_) => say(
            "max_conns stands for a server whose workers and queue are full: nginx then takes another one, where the lab's server answers \
             503, and answers 502 itself if all are full.",
        ),
        None => say("Requests wait at the servers: without max_conns nginx sends all of them on, and has no queue of its own."),
    }
    match scenario.timeout {
        Some(_) => say("proxy_read_timeout is the longest silence between two reads, not the time for a whole answer."),
        None => say("nginx has time-outs even if the lab had none: a silence of 60 s ends an attempt."),
    }
    match wanted.retries() {
        Some((_, retry)) => {
            if retry.wait != Backoff::AtOnce {
                say("nginx does not wait before it tries another server.");
            }
            if retry.budget.is_some() {
                say("nginx has no budget for retries, only proxy_next_upstream_tries and proxy_next_upstream_timeout for each request.");
            }
            say("A POST that was sent is not tried again unless proxy_next_upstream says non_idempotent.");
        }
        None if wanted.fails().is_some() => {
            say("Without retries only refused connections and time-outs count as fails.");
            say("nginx counts an error status as a fail only if it may then try another server.");
        }
        None => {}
    }
    if let Some((_, time)) = wanted.fails().filter(|(_, time)| time.ceil_secs() * Nanos::SECOND.0 != time.0) {
        say(&format!("fail_timeout takes whole seconds, so {} stand for {time}.", time.ceil_secs()));
    }
    if health.ejection.is_some() {
        say(if health.passive.is_some() {
            "nginx ejects nobody: of the two ways to leave a server alone, max_fails is the one in the file."
        } else {
            "max_fails stands in for the ejection: nginx counts fails in a span, not in a row, always leaves a server alone for the same \
             time, and may leave all alone."
        });
    }
    if health.active.is_some() {
        say("Active checks are NGINX Plus's, so that line is a comment.");
    }
    if scenario.slow_start > Nanos::ZERO {
        say(&format!("slow_start={} after each server is NGINX Plus's.", span(scenario.slow_start)));
    }
    if scenario.hedge.is_some() {
        say("nginx cannot hedge; Envoy can.");
    }
    say("The zone lets all worker processes count together.");
    notes
}

#[cfg(test)]
mod tests {
    use super::super::{laden, sample};
    use super::*;
    use crate::balancers::Policy;

    #[test]
    fn least_connections_are_written_so() {
        let scenario = sample(Kind::LeastConnections);
        let expected = "# Least connections (nginx least_conn), 3 servers; weights 5, 1, 1.
events {}

http {
    upstream app {
        zone app 1m;
        least_conn;
        server 10.0.0.1:8080 weight=5 max_fails=0;
        server 10.0.0.2:8080 max_fails=0;
        server 10.0.0.3:8080 max_fails=0;
    }

    server {
        listen 8080;

        location / {
            proxy_pass http://app;
            proxy_next_upstream off;
        }
    }
}
";
        assert_eq!(export(&Wanted { policy: Kind::LeastConnections.into(), scenario: &scenario }).unwrap().text, expected);
    }

    #[test]
    fn a_laden_scenario_is_written_so() {
        let scenario = laden(Kind::Ring);
        let text = export(&Wanted { policy: Kind::Ring.into(), scenario: &scenario }).unwrap().text;
        let expected = "http {
    map $http_x_client $client_key {
        \"\"      $remote_addr;
        default $http_x_client;
    }

    upstream app {
        zone app 1m;
        hash $client_key consistent;
        server 10.0.0.1:8080 weight=5 max_conns=10 max_fails=3 fail_timeout=10s;
        server 10.0.0.2:8080 max_conns=10 max_fails=3 fail_timeout=10s;
        server 10.0.0.3:8080 max_conns=10 max_fails=3 fail_timeout=10s;
    }

    server {
        listen 8080;

        location / {
            proxy_pass http://app;
            proxy_connect_timeout 250ms;
            proxy_read_timeout 250ms;
            proxy_next_upstream error timeout http_500 http_502 http_503 http_504;
            proxy_next_upstream_tries 3;
            # NGINX Plus: health_check interval=1 fails=3 passes=2 uri=/health;
        }
    }
}
";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn weights_are_written_only_where_they_are_read() {
        let text = |kind: Kind| export(&Wanted { policy: kind.into(), scenario: &sample(kind) }).unwrap().text;
        assert!(text(Kind::WeightedRandom).contains("random;\n        server 10.0.0.1:8080 weight=5 "));
        assert!(text(Kind::Random).contains("random;\n        server 10.0.0.1:8080 max_fails=0;"));
        assert!(text(Kind::Jump).contains("server 10.0.0.1:8080 max_fails=0;"));
    }

    #[test]
    fn only_two_are_drawn() {
        let scenario = sample(Kind::Choices);
        let drawn = |d| export(&Wanted { policy: Policy { d, ..Kind::Choices.into() }, scenario: &scenario });
        assert!(drawn(1).unwrap().text.contains("        random;\n"));
        assert!(drawn(2).unwrap().text.contains("        random two least_conn;\n"));
        assert!(drawn(3).unwrap_err().contains("two servers, not 3"));
    }

    #[test]
    fn whole_seconds_are_said() {
        use crate::labs::load_balancing::scenario::{Health, Passive, Scenario};

        let passive = Some(Passive { max_fails: 1, fail_timeout: Nanos::from_millis(2_500) });
        let scenario = Scenario { health: Health { passive, ..Health::default() }, ..sample(Kind::Random) };
        let export = export(&Wanted { policy: Kind::Random.into(), scenario: &scenario }).unwrap();
        assert!(export.text.contains("max_fails=1 fail_timeout=3s;"), "{}", export.text);
        assert!(export.notes.iter().any(|note| note == "fail_timeout takes whole seconds, so 3 stand for 2.5 s."), "{:?}", export.notes);
        assert!(export.notes.iter().any(|note| note.starts_with("Without retries only refused connections")), "{:?}", export.notes);
    }
}
