//! HAProxy: `balance`, and `hash-type` where it hashes; `maxconn` with a queue in front of each server or of all of them.
//!
//! Read from the manual and `backend.c`, and run (2.6): a server that is full is passed over by roundrobin, leastconn and random,
//! and if all are full requests wait in the backend's queue, which only `timeout queue` bounds; hashes and cookies queue at the
//! server itself, up to `maxqueue`, where 0 is no bound. Requests can be observed only with checks beside them.

use super::{Export, HEADER, PROBE, Wanted, common, headline, host, missing, span, stands_in, within};
use crate::balancers::Kind;
use crate::labs::load_balancing::scenario::{CHOICES, FACTORS, THRESHOLDS};
use crate::sim::Nanos;
use crate::sim::backoff::Backoff;

/// What stands for no time-out: HAProxy warns if there is none.
const NO_TIMEOUT: Nanos = Nanos::from_millis(3_600_000);
/// Failed plain checks in a row that mark a server down where the lab has no checks of its own: HAProxy's default.
const FALL: u32 = 3;

pub(super) fn export(wanted: &Wanted<'_>) -> Result<Export, String> {
    let (balance, mut notes) = policy(wanted)?;
    let by_key = wanted.kind().by_key() && wanted.kind() != Kind::IpHash;
    let mut backend = balance;
    if wanted.scenario.health.active.is_some() {
        backend.push(format!("option httpchk GET {PROBE}"));
    }
    backend.extend(checks(wanted).map(|checks| format!("default-server {checks}")));
    if wanted.kind() == Kind::Sticky {
        backend.push("cookie server insert indirect nocache".to_owned());
    }
    backend.extend(servers(wanted));
    let text = format!(
        "# {}\ndefaults\n    mode http\n{}\nfrontend public\n    bind :8080\n{}    default_backend app\n\nbackend app\n{}",
        headline(wanted),
        lines(defaults(wanted)),
        if by_key { key() } else { String::new() },
        lines(backend),
    );
    notes.extend(about(wanted));
    notes.extend(common(wanted, "HAProxy"));
    Ok(Export { text, notes })
}

fn lines(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| format!("    {line}\n")).collect()
}

/// The lines that choose servers, and what to know about them.
fn policy(wanted: &Wanted<'_>) -> Result<(Vec<String>, Vec<String>), String> {
    let draws = within(wanted.policy.d, &CHOICES);
    let plain = |line: &str| (vec![line.to_owned()], Vec::new());
    let noted = |line: &str, note: &str| (vec![line.to_owned()], vec![note.to_owned()]);
    let hash = |how: &str, notes: Vec<String>| (vec!["balance hash var(txn.client)".to_owned(), format!("hash-type {how}")], notes);
    Ok(match wanted.kind() {
        Kind::Random | Kind::WeightedRandom => noted(
            "balance random(1)",
            "HAProxy draws a place on its hash ring, so the shares are those of the arcs: near the weights, not equal to them.",
        ),
        Kind::RoundRobin | Kind::FairWeighted => plain("balance roundrobin"),
        Kind::SmoothWeighted => {
            noted("balance roundrobin", "HAProxy gives the same shares as nginx, but mixes the turns in another order.")
        }
        Kind::LeastConnections => {
            noted("balance leastconn", "At a tie HAProxy takes the server that came to that number first, without regard to weights.")
        }
        Kind::Choices => noted(
            &format!("balance random({draws})"),
            "HAProxy draws through its hash ring, by weight, and at a tie takes the later drawn; Envoy keeps the first.",
        ),
        Kind::RandomTwo => noted("balance random(2)", "HAProxy may draw the same server twice, where nginx compares two different ones."),
        Kind::PeakEwma => {
            let sentence = "HAProxy does not measure latency to choose by it; the nearest are random(2) and leastconn, which count \
                            requests in flight.";
            return Err(sentence.to_owned());
        }
        Kind::IpHash => noted(
            "balance source",
            "HAProxy hashes the whole address, where nginx takes three octets, and shares all clients out anew when a server goes down.",
        ),
        Kind::Modulo => hash("map-based", Vec::new()),
        Kind::Hash => hash(
            "map-based",
            vec![
                "HAProxy shares all keys out anew when a server goes down, where nginx hashes those of that server again; its hash is \
                 another one too."
                    .to_owned(),
            ],
        ),
        Kind::HaproxyRing => hash("consistent", Vec::new()),
        Kind::Ring | Kind::Rendezvous | Kind::Maglev | Kind::Jump => {
            hash("consistent", vec![stands_in("HAProxy", missing(wanted.kind()), "its own ring")])
        }
        Kind::BoundedRing => {
            let (mut lines, notes) = hash("consistent", Vec::new());
            lines.push(format!("hash-balance-factor {}", within(wanted.policy.factor, &FACTORS)));
            (lines, notes)
        }
        Kind::Sticky => plain("balance roundrobin"),
    })
}

/// The client's header, or its address.
fn key() -> String {
    let header = HEADER.to_lowercase();
    format!(
        "    http-request set-var(txn.client) src\n    http-request set-var(txn.client) req.hdr({header}) if {{ req.hdr({header}) -m found \
         }}\n"
    )
}

fn defaults(wanted: &Wanted<'_>) -> Vec<String> {
    let timeout = wanted.scenario.timeout.unwrap_or(NO_TIMEOUT);
    let mut lines = vec![
        format!("timeout connect {}", span(wanted.connect())),
        "timeout client 1m".to_owned(),
        format!("timeout server {}", span(timeout)),
        format!("timeout queue {}", span(timeout)),
    ];
    match wanted.retries() {
        Some((attempts, _)) => lines.extend([
            format!("retries {attempts}"),
            "option redispatch 1".to_owned(),
            "retry-on conn-failure empty-response response-timeout 500 502 503 504".to_owned(),
        ]),
        None => lines.push("retries 0".to_owned()),
    }
    lines
}

/// How every server is checked; `None` if the lab's balancers never learn.
fn checks(wanted: &Wanted<'_>) -> Option<String> {
    let health = wanted.scenario.health;
    let mut parts = match (health.active, wanted.fails()) {
        (None, None) => return None,
        (Some(active), _) => {
            let (fall, rise) = (within(active.fall, &THRESHOLDS), within(active.rise, &THRESHOLDS));
            vec![format!("check inter {} fall {fall} rise {rise}", span(active.interval))]
        }
        (None, Some((_, time))) => vec![format!("check inter {} fall {FALL} rise 1", span(time))],
    };
    parts.extend(wanted.fails().map(|(fails, _)| format!("observe layer7 error-limit {fails} on-error mark-down")));
    if warms_up(wanted) {
        parts.push(format!("slowstart {}", span(wanted.scenario.slow_start)));
    }
    Some(parts.join(" "))
}

/// Whether a slow start is wanted, and the policy can change weights as it runs.
fn warms_up(wanted: &Wanted<'_>) -> bool {
    wanted.scenario.slow_start > Nanos::ZERO && !matches!(wanted.kind(), Kind::IpHash | Kind::Hash | Kind::Modulo)
}

fn servers(wanted: &Wanted<'_>) -> Vec<String> {
    let sticky = wanted.kind() == Kind::Sticky;
    let specs = wanted.servers();
    let line = |(server, weight): (usize, u32)| {
        let name = server + 1;
        let workers = specs.get(server).map_or(1, |spec| spec.workers);
        let mut line = format!("server s{name} {}:8080 weight {weight} maxconn {workers}", host(server));
        if let Some(places) = wanted.places() {
            line.push_str(&format!(" maxqueue {}", places.max(1)));
        }
        if sticky {
            line.push_str(&format!(" cookie s{name}"));
        }
        line
    };
    wanted.weights().into_iter().enumerate().map(line).collect()
}

fn about(wanted: &Wanted<'_>) -> Vec<String> {
    let scenario = wanted.scenario;
    let health = scenario.health;
    let mut notes = Vec::new();
    let mut say = |note: &str| notes.push(note.to_owned());
    say("maxconn is what a server works on at a time: the rest waits in HAProxy, not at the server.");
    let own_queue = wanted.kind().by_key() || wanted.kind() == Kind::Sticky;
    if own_queue {
        say("A request whose server is full waits for that one; the lab's servers have such queues too.");
    } else {
        say(
            "Servers that are full are passed over, and if all are, requests wait in one queue for the first that is free: they wait less \
             than in the lab, where each server has a queue of its own.",
        );
    }
    match wanted.places() {
        Some(0) => say("maxqueue 0 would be a queue without end, so it is 1, where the lab's servers let nobody wait."),
        Some(_) if !own_queue => say("maxqueue bounds the queue of a single server; the one in front of all has only timeout queue."),
        Some(_) => say("A request that finds its server's queue full goes to another, where the lab's server answers 503."),
        None => {}
    }
    match scenario.timeout {
        Some(timeout) => say(&format!(
            "timeout queue and timeout server follow one another, so that an answer may take {timeout} and {timeout} again; the latter is \
             the longest silence, not the time for a whole answer."
        )),
        None => say("HAProxy wants time-outs: one hour stands for none."),
    }
    if let Some((_, retry)) = wanted.retries() {
        if retry.wait != Backoff::AtOnce {
            say("HAProxy does not wait before it tries another server.");
        }
        if retry.budget.is_some() {
            say("HAProxy has no budget for retries, only retries for each request.");
        }
        say("retry-on tries POSTs again too, and holds the request in a buffer: take out what your application cannot bear twice.");
    }
    if let Some((_, time)) = wanted.fails() {
        say("HAProxy counts errors in a row, where max_fails counts them in a span.");
        if health.active.is_none() {
            say(&format!(
                "Requests can be observed only with checks beside them: a connection every {time}, and one that comes about brings the \
                 server back."
            ));
        } else {
            say("A server that errors have marked down comes back by its checks, not after a time.");
        }
    }
    if health.ejection.is_some() {
        say("HAProxy bounds neither how long errors keep a server out nor how many may be out at the same time.");
    }
    if scenario.slow_start > Nanos::ZERO {
        if !warms_up(wanted) {
            say("This hash-type reads weights only at the start, so there is no slowstart.");
        } else if checks(wanted).is_none() {
            say("slowstart is for servers that were down, and without checks HAProxy never finds one so.");
        } else {
            say("slowstart is for servers that were down, not for new ones, and lets maxconn grow too.");
        }
    }
    if scenario.hedge.is_some() {
        say("HAProxy cannot hedge; Envoy can.");
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::super::{laden, sample};
    use super::*;

    #[test]
    fn round_robin_is_written_so() {
        let scenario = sample(Kind::FairWeighted);
        let expected = "# Weighted round robin (HAProxy roundrobin), 3 servers; weights 5, 1, 1.
defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server 3600s
    timeout queue 3600s
    retries 0

frontend public
    bind :8080
    default_backend app

backend app
    balance roundrobin
    server s1 10.0.0.1:8080 weight 5 maxconn 2
    server s2 10.0.0.2:8080 weight 1 maxconn 2
    server s3 10.0.0.3:8080 weight 1 maxconn 2
";
        assert_eq!(export(&Wanted { policy: Kind::FairWeighted.into(), scenario: &scenario }).unwrap().text, expected);
    }

    #[test]
    fn a_laden_scenario_is_written_so() {
        let scenario = laden(Kind::BoundedRing);
        let text = export(&Wanted { policy: Kind::BoundedRing.into(), scenario: &scenario }).unwrap().text;
        let expected = "    timeout connect 250ms
    timeout client 1m
    timeout server 250ms
    timeout queue 250ms
    retries 2
    option redispatch 1
    retry-on conn-failure empty-response response-timeout 500 502 503 504

frontend public
    bind :8080
    http-request set-var(txn.client) src
    http-request set-var(txn.client) req.hdr(x-client) if { req.hdr(x-client) -m found }
    default_backend app

backend app
    balance hash var(txn.client)
    hash-type consistent
    hash-balance-factor 150
    option httpchk GET /health
    default-server check inter 1s fall 3 rise 2 observe layer7 error-limit 3 on-error mark-down slowstart 20s
    server s1 10.0.0.1:8080 weight 5 maxconn 2 maxqueue 8
";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_cookie_names_its_server() {
        let scenario = sample(Kind::Sticky);
        let text = export(&Wanted { policy: Kind::Sticky.into(), scenario: &scenario }).unwrap().text;
        let expected = "    cookie server insert indirect nocache\n    server s1 10.0.0.1:8080 weight 1 maxconn 2 cookie s1\n";
        assert!(text.contains(expected), "{text}");
    }

    /// HAProxy's hash maps read weights once, and a queue of no places is not to be had.
    #[test]
    fn what_it_cannot_do_is_said() {
        let mut scenario = laden(Kind::Modulo);
        scenario.queue.places = Some(0);
        let export = export(&Wanted { policy: Kind::Modulo.into(), scenario: &scenario }).unwrap();
        assert!(export.text.contains("maxqueue 1\n") && !export.text.contains("slowstart"), "{}", export.text);
        for start in ["maxqueue 0 would be", "This hash-type reads weights only at", "HAProxy cannot hedge", "HAProxy has no budget"] {
            assert!(export.notes.iter().any(|note| note.starts_with(start)), "{start}: {:?}", export.notes);
        }
    }
}
