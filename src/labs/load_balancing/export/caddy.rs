//! Caddy: `reverse_proxy` with its `lb_policy`.
//!
//! Read from `selectionpolicies.go` and `caddyfile.go`, and run (2.11): only weighted_round_robin reads weights, and chooses each
//! server as often in a row as it weighs; every hash is rendezvous hashing; a retry may go where the first try went, with a hash it
//! does so until that server is known to be down; an error status is passed on, not tried again.

use super::{Export, HEADER, PROBE, Wanted, common, headline, host, missing, span, stands_in, waits, within};
use crate::balancers::Kind;
use crate::labs::load_balancing::scenario::{CHOICES, THRESHOLDS};
use crate::sim::Nanos;

pub(super) fn export(wanted: &Wanted<'_>) -> Result<Export, String> {
    let (policy, mut notes) = policy(wanted)?;
    let addresses: Vec<String> = (0..wanted.servers().len()).map(|server| format!("{}:8080", host(server))).collect();
    let text = format!(
        "# {}\n:8080 {{\n\treverse_proxy {} {{\n\t\tlb_policy {policy}\n{}\t}}\n}}\n",
        headline(wanted),
        addresses.join(" "),
        lines(wanted).into_iter().map(|line| format!("\t\t{line}\n")).collect::<String>()
    );
    notes.extend(about(wanted));
    notes.extend(common(wanted, "Caddy"));
    Ok(Export { text, notes })
}

/// What follows `lb_policy`, and what to know about it.
fn policy(wanted: &Wanted<'_>) -> Result<(String, Vec<String>), String> {
    let plain = |name: &str| (name.to_owned(), Vec::new());
    let noted = |name: &str, note: &str| (name.to_owned(), vec![note.to_owned()]);
    let draws = within(wanted.policy.d, &CHOICES);
    let (name, mut notes) = match wanted.kind() {
        Kind::Random => plain("random"),
        Kind::WeightedRandom if wanted.uneven() => {
            return Err(
                "Caddy's random reads no weights; the nearest is weighted_round_robin, which gives the shares without chance.".to_owned()
            );
        }
        Kind::WeightedRandom => plain("random"),
        Kind::SmoothWeighted | Kind::FairWeighted if wanted.uneven() => {
            let weights: Vec<String> = wanted.weights().iter().map(u32::to_string).collect();
            noted(
                &format!("weighted_round_robin {}", weights.join(" ")),
                "Caddy gives the same shares, but sends each server as many requests in a row as it weighs.",
            )
        }
        Kind::RoundRobin | Kind::SmoothWeighted | Kind::FairWeighted => noted("round_robin", "Caddy begins with the second server."),
        Kind::LeastConnections => noted("least_conn", "At a tie Caddy takes one of the tied at random."),
        Kind::Choices if draws == 1 => noted("random", "One draw compares nothing: it is plain random."),
        Kind::Choices => noted(
            &format!("random_choose {draws}"),
            "Caddy compares different servers and takes one of the tied at random; Envoy may draw one twice, and keeps the first.",
        ),
        Kind::RandomTwo => noted("random_choose 2", "Caddy takes an idle server at once, and at a tie one of the two at random."),
        Kind::PeakEwma => {
            let sentence = "Caddy does not measure latency to choose by it; the nearest are random_choose 2 and least_conn, which count \
                            requests in flight.";
            return Err(sentence.to_owned());
        }
        Kind::IpHash => noted(
            "ip_hash",
            "Caddy hashes the whole address, where nginx takes three octets; when a server leaves, only its own clients move.",
        ),
        Kind::Rendezvous => plain(&by_header()),
        Kind::Hash | Kind::Modulo | Kind::Ring | Kind::HaproxyRing | Kind::Maglev | Kind::Jump => {
            (by_header(), vec![stands_in("Caddy", missing(wanted.kind()), "rendezvous hashing")])
        }
        Kind::BoundedRing => {
            let sentence = "Caddy's hashes know no bound that moves with the load; the nearest is `lb_policy header` with \
                            unhealthy_request_count, a fixed one, while HAProxy and Envoy have the policy itself.";
            return Err(sentence.to_owned());
        }
        Kind::Sticky => noted(
            "cookie server change-this-secret {\n\t\t\tfallback round_robin\n\t\t}",
            "The cookie holds the server's address, hashed with the secret: put one of your own there.",
        ),
    };
    if wanted.uneven() && !matches!(wanted.kind(), Kind::SmoothWeighted | Kind::FairWeighted) {
        notes.push("Caddy reads no weights here: each server counts alike.".to_owned());
    }
    Ok((name, notes))
}

/// The client's header, or its address.
fn by_header() -> String {
    format!("header {HEADER} {{\n\t\t\tfallback ip_hash\n\t\t}}")
}

/// What stands below the policy.
fn lines(wanted: &Wanted<'_>) -> Vec<String> {
    let scenario = wanted.scenario;
    let mut lines = Vec::new();
    if let Some((attempts, retry)) = wanted.retries() {
        lines.push(format!("lb_retries {attempts}"));
        lines.push(format!("lb_try_interval {}", span(waits(&retry).0)));
    }
    if let Some(active) = scenario.health.active {
        let interval = span(active.interval);
        lines.push(format!("health_uri {PROBE}"));
        lines.push(format!("health_interval {interval}"));
        lines.push(format!("health_timeout {interval}"));
        lines.push(format!("health_fails {}", within(active.fall, &THRESHOLDS)));
        lines.push(format!("health_passes {}", within(active.rise, &THRESHOLDS)));
    }
    if let Some((fails, time)) = wanted.fails() {
        lines.push(format!("fail_duration {}", span(time)));
        lines.push(format!("max_fails {fails}"));
        lines.push("unhealthy_status 5xx".to_owned());
    }
    lines.extend(bound(wanted).map(|bound| format!("unhealthy_request_count {bound}")));
    if let Some(timeout) = scenario.timeout {
        lines.push("transport http {".to_owned());
        lines.push(format!("\tdial_timeout {}", span(wanted.connect())));
        lines.push(format!("\tresponse_header_timeout {}", span(timeout)));
        lines.push("}".to_owned());
    }
    lines
}

/// What a server holds at most: Caddy has one number for all, so that of the largest.
fn bound(wanted: &Wanted<'_>) -> Option<u32> {
    wanted.bounds()?.into_iter().max()
}

fn about(wanted: &Wanted<'_>) -> Vec<String> {
    let scenario = wanted.scenario;
    let health = scenario.health;
    let mut notes = Vec::new();
    let mut say = |note: &str| notes.push(note.to_owned());
    match wanted.bounds() {
        Some(bounds) => {
            say("unhealthy_request_count stands for full workers and a full queue: Caddy then takes another server.");
            say("If all are full Caddy answers 503; in the lab the server that was chosen does.");
            if bounds.iter().any(|bound| Some(bound) != bounds.first()) {
                say("It is one number for all, here the largest; in Caddy's JSON max_requests sets it for each.");
            }
        }
        None => say("Requests wait at the servers: Caddy sends all of them on, and has no queue of its own."),
    }
    if scenario.timeout.is_some() {
        say("response_header_timeout is the time until the answer begins.");
    }
    if let Some((_, retry)) = wanted.retries() {
        let (first, longest) = waits(&retry);
        if first != longest {
            say("Caddy's waits do not grow: lb_try_interval is the first of the lab's.");
        }
        if retry.budget.is_some() {
            say("Caddy has no budget for retries, only lb_retries and lb_try_duration for each request.");
        }
        say("Caddy tries again only if there was no answer at all, and passes an error status on.");
        say("Once a request was sent, only a GET is tried again, unless lb_retry_match says otherwise.");
        let keeps = wanted.kind().by_key() || wanted.kind() == Kind::Sticky;
        say(match (keeps, wanted.fails().is_some()) {
            (true, false) => {
                "A retry comes back to the server that its hash or cookie names, for nothing here tells Caddy that it is down: set \
                 fail_duration."
            }
            (true, true) => "A retry comes back to the server that its hash or cookie names, until max_fails has marked it down.",
            (false, _) => "Caddy does not remember where a request has been: a retry may go to the same server.",
        });
    }
    if health.passive.is_some() {
        say("Caddy remembers each fail for fail_duration, and leaves a server alone while it remembers max_fails of them.");
    }
    if health.ejection.is_some() {
        say(if health.passive.is_some() {
            "Caddy ejects nobody: of the two ways to leave a server alone, max_fails is the one in the file."
        } else {
            "max_fails stands in for the ejection: Caddy counts fails in a span, not in a row, always leaves a server alone for as long, \
             and may leave all alone."
        });
    }
    if scenario.slow_start > Nanos::ZERO {
        say("Caddy has no slow start; HAProxy and Envoy have.");
    }
    if scenario.hedge.is_some() {
        say("Caddy cannot hedge; Envoy can.");
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::super::{laden, sample};
    use super::*;
    use crate::labs::load_balancing::scenario::Scenario;

    fn file(kind: Kind, scenario: &Scenario) -> Export {
        export(&Wanted { policy: kind.into(), scenario }).unwrap()
    }

    #[test]
    fn weighted_turns_are_written_so() {
        let expected = "# Smooth weighted round robin (nginx), 3 servers; weights 5, 1, 1.
:8080 {
	reverse_proxy 10.0.0.1:8080 10.0.0.2:8080 10.0.0.3:8080 {
		lb_policy weighted_round_robin 5 1 1
	}
}
";
        assert_eq!(file(Kind::SmoothWeighted, &sample(Kind::SmoothWeighted)).text, expected);
    }

    #[test]
    fn a_laden_scenario_is_written_so() {
        let expected = "		lb_policy header X-Client {
			fallback ip_hash
		}
		lb_retries 2
		lb_try_interval 25ms
		health_uri /health
		health_interval 1s
		health_timeout 1s
		health_fails 3
		health_passes 2
		fail_duration 10s
		max_fails 3
		unhealthy_status 5xx
		unhealthy_request_count 10
		transport http {
			dial_timeout 250ms
			response_header_timeout 250ms
		}
	}
}
";
        let export = file(Kind::Rendezvous, &laden(Kind::Rendezvous));
        assert!(export.text.ends_with(expected), "{}", export.text);
        let note = "A retry comes back to the server that its hash or cookie names, until max_fails has marked it down.";
        assert!(export.notes.iter().any(|said| said == note), "{:?}", export.notes);
    }

    #[test]
    fn servers_that_differ_share_one_bound() {
        let mut scenario = laden(Kind::RoundRobin);
        scenario.servers[0].workers = 4;
        let export = file(Kind::RoundRobin, &scenario);
        assert!(export.text.contains("unhealthy_request_count 12\n"), "{}", export.text);
        assert!(export.notes.iter().any(|note| note.starts_with("It is one number for all, here the largest")), "{:?}", export.notes);
    }

    #[test]
    fn weights_that_are_not_read_are_said() {
        let says = |kind: Kind| file(kind, &sample(kind)).notes.iter().any(|note| note.starts_with("Caddy reads no weights here"));
        assert!(says(Kind::LeastConnections) && says(Kind::Maglev));
        assert!(!says(Kind::SmoothWeighted) && !says(Kind::Rendezvous) && !says(Kind::RoundRobin));
        assert!(export(&Wanted { policy: Kind::WeightedRandom.into(), scenario: &sample(Kind::WeightedRandom) }).is_err());
    }
}
