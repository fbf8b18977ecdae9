//! A run as files to take away: one lane's attempts as CSV, and the whole run as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::run::{Attempt, End, Lane, NEVER, Trace};
use crate::balancers::Reason;
use crate::labs::frame::figures::seconds;
use crate::sim::Nanos;
use crate::sim::histogram::Histogram;

/// The columns of the attempts' table. Requests and attempts are counted from 1; a cell is empty where the moment did not come,
/// or no server was to be had.
pub const CSV_HEAD: &str = "time_s,request,attempt,hedge,server,started_s,finished_s,over_s,end,reason\n";

/// Every end, in the order of [`super::run::Totals::ends`].
const ENDS: [End; 8] = [End::Open, End::Answered, End::Error, End::Dropped, End::Reset, End::TimedOut, End::Beaten, End::NoServer];

/// Every attempt of a lane that was recorded, in the order in which they were sent.
pub fn attempts_csv(lane: &Lane) -> String {
    let mut csv = String::from(CSV_HEAD);
    for attempt in &lane.attempts {
        let server = attempt.server().map(|server| format!("s{}", server + 1)).unwrap_or_default();
        let reason = attempt.pick.map(|pick| reason(pick.reason)).unwrap_or_default();
        let _ = writeln!(
            csv,
            "{},{},{},{},{server},{},{},{},{},{reason}",
            seconds(attempt.sent),
            u64::from(attempt.request) + 1,
            u32::from(attempt.number) + 1,
            if attempt.hedge { "yes" } else { "no" },
            cell(attempt.started),
            cell(attempt.finished),
            cell(attempt.over),
            end(attempt.end),
        );
    }
    csv
}

/// Empty for a moment that did not come.
fn cell(at: Nanos) -> String {
    moment(at).map(|nanos| seconds(Nanos(nanos))).unwrap_or_default()
}

/// Nanoseconds; `None` for a moment that did not come.
fn moment(at: Nanos) -> Option<u64> {
    (at != NEVER).then_some(at.0)
}

/// How an attempt ended, in a word without commas.
pub fn end(end: End) -> &'static str {
    match end {
        End::Open => "open",
        End::Answered => "answered",
        End::Error => "error",
        End::Dropped => "dropped",
        End::Reset => "reset",
        End::TimedOut => "timed out",
        End::Beaten => "beaten",
        End::NoServer => "no server",
    }
}

/// Why that server, without commas.
fn reason(reason: Reason) -> String {
    match reason {
        Reason::Turn => "turn".to_owned(),
        Reason::Draw { draw, of } => format!("draw {draw} of {of}"),
        Reason::Best { tied: 0 } => "best".to_owned(),
        Reason::Best { tied } => format!("best of {} alike", u64::from(tied) + 1),
        Reason::Hashed { hash, place, skipped: 0 } => format!("hash {hash:x} at {place}"),
        Reason::Hashed { hash, place, skipped } => format!("hash {hash:x} at {place} after {skipped} passed over"),
        Reason::Pinned => "pinned".to_owned(),
    }
}

/// The scenario that gives this run again, and what came of it. Times are nanoseconds, and null where the moment did not come;
/// hashes are hexadecimal, since not every JSON reader has whole numbers of 64 bits.
pub fn run_json(trace: &Trace, address: &str) -> Value {
    let arrivals: Vec<Value> = trace
        .arrivals
        .iter()
        .map(|arrival| {
            json!({
                "at": arrival.at.0,
                "client": arrival.client,
                "balancer": arrival.balancer,
                "work": arrival.work.0,
                "by_reader": arrival.by_reader,
            })
        })
        .collect();
    json!({
        "lab": super::SLUG,
        "address": address,
        "scenario": trace.scenario,
        "cut": trace.cut,
        "arrivals": arrivals,
        "lanes": trace.lanes.iter().map(lane_json).collect::<Vec<Value>>(),
    })
}

fn lane_json(lane: &Lane) -> Value {
    let totals = &lane.totals;
    let ends: Vec<Value> = ENDS.iter().zip(totals.ends).map(|(kind, count)| json!({ "end": end(*kind), "count": count })).collect();
    let requests: Vec<Value> = lane
        .requests
        .iter()
        .map(|request| json!({ "over": moment(request.over), "end": end(request.end), "attempts": request.attempts }))
        .collect();
    let servers: Vec<Value> = lane
        .servers
        .iter()
        .map(|server| {
            json!({
                "attempts": server.attempts,
                "answered": server.answered,
                "failed": server.failed,
                "busy": server.busy.0,
                "wasted": server.wasted.0,
                "longest_queue": server.longest_queue,
                "latency": latency_json(&server.latency),
            })
        })
        .collect();
    json!({
        "policy": lane.spec.kind.slug(),
        "variant": super::names::variant(&lane.spec),
        "recorded_until": lane.recorded_until.map(|until| until.0),
        "totals": {
            "requests": totals.requests,
            "attempts": totals.attempts,
            "retries": totals.retries,
            "hedges": totals.hedges,
            "over_budget": totals.over_budget,
            "ends": ends,
            "latency": latency_json(&totals.latency),
        },
        "servers": servers,
        "requests": requests,
        "attempts": lane.attempts.iter().map(|attempt| attempt_json(lane, attempt)).collect::<Vec<Value>>(),
    })
}

fn attempt_json(lane: &Lane, attempt: &Attempt) -> Value {
    json!({
        "request": attempt.request,
        "attempt": attempt.number,
        "hedge": attempt.hedge,
        "server": attempt.server(),
        "reason": attempt.pick.map(|pick| reason_json(pick.reason)),
        "scores": scores(lane, attempt),
        "sent": attempt.sent.0,
        "started": moment(attempt.started),
        "finished": moment(attempt.finished),
        "over": moment(attempt.over),
        "end": end(attempt.end),
    })
}

/// What was compared, null for a server that was not looked at; null altogether if nothing was.
fn scores(lane: &Lane, attempt: &Attempt) -> Option<Vec<Option<f64>>> {
    // The mark for none would overflow where a usize has 32 bits.
    let compared = (attempt.scores != u32::MAX).then(|| lane.scores_of(attempt))?;
    (!compared.is_empty()).then(|| compared.iter().map(|score| score.is_finite().then_some(*score)).collect())
}

fn reason_json(reason: Reason) -> Value {
    match reason {
        Reason::Turn => json!({ "why": "turn" }),
        Reason::Draw { draw, of } => json!({ "why": "draw", "draw": draw, "of": of }),
        Reason::Best { tied } => json!({ "why": "best", "tied": tied }),
        Reason::Hashed { hash, place, skipped } => {
            json!({ "why": "hashed", "hash": format!("{hash:x}"), "place": place, "skipped": skipped })
        }
        Reason::Pinned => json!({ "why": "pinned" }),
    }
}

/// Null where nothing was measured.
fn latency_json(latency: &Histogram) -> Value {
    let nanos = |time: Option<Nanos>| time.map(|time| time.0);
    json!({
        "count": latency.count(),
        "mean": nanos(latency.mean()),
        "p50": nanos(latency.quantile(0.5)),
        "p99": nanos(latency.quantile(0.99)),
        "max": nanos(latency.max()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::{Kind, Pick};
    use crate::labs::load_balancing::run::{Arrival, Request, ServerTrace, Totals};
    use crate::labs::load_balancing::scenario::{Clients, Health, Order, Queue, Scenario, ServerSpec};
    use crate::sim::Arrivals;
    use crate::sim::service::Service;

    const BEST: Attempt = Attempt {
        left: NEVER,
        request: 0,
        number: 0,
        hedge: false,
        pick: Some(Pick { server: 1, reason: Reason::Best { tied: 1 } }),
        scores: 0,
        sent: Nanos::from_millis(500),
        started: Nanos::from_millis(500),
        finished: Nanos::from_millis(700),
        over: Nanos::from_millis(700),
        end: End::Answered,
    };

    fn hashed(skipped: u32) -> Option<Pick> {
        Some(Pick { server: 0, reason: Reason::Hashed { hash: u64::MAX, place: 9_007_199_254, skipped } })
    }

    fn lane() -> Lane {
        let draw = Some(Pick { server: 0, reason: Reason::Draw { draw: 0.5, of: 3.0 } });
        let none = Attempt { scores: u32::MAX, started: NEVER, finished: NEVER, ..BEST };
        let attempts = vec![
            BEST,
            Attempt { request: 1, pick: hashed(2), over: NEVER, end: End::Open, ..none },
            Attempt { request: 2, number: 1, hedge: true, pick: draw, finished: NEVER, end: End::TimedOut, scores: u32::MAX, ..BEST },
            Attempt { request: 3, pick: None, over: BEST.sent, end: End::NoServer, ..none },
        ];
        let server = ServerTrace {
            states: Vec::new(),
            attempts: 2,
            answered: 1,
            failed: 0,
            busy: Nanos::from_millis(200),
            wasted: Nanos::ZERO,
            latency: Histogram::default(),
            longest_queue: 0,
        };
        let mut totals = Totals { requests: 4, attempts: 4, retries: 1, ..Totals::default() };
        totals.ends[End::Answered as usize] = 1;
        totals.latency.record(Nanos::from_millis(200));
        Lane {
            spec: Kind::LeastConnections.into(),
            attempts,
            scores: vec![f64::NAN, 0.5],
            requests: vec![
                Request { over: BEST.over, end: End::Answered, attempts: 1 },
                Request { over: NEVER, end: End::Open, attempts: 1 },
            ],
            servers: vec![server.clone(), server],
            totals,
            recorded_until: None,
        }
    }

    fn trace() -> Trace {
        let scenario = Scenario {
            lanes: vec![Kind::LeastConnections.into()],
            watched: 0,
            servers: vec![ServerSpec::default(); 2],
            arrivals: Arrivals::Steady { rate: 10.0 },
            clients: Clients { count: 10, skew: 0.0 },
            service: Service::Constant,
            work: Nanos::from_millis(200),
            queue: Queue { places: None, order: Order::Fifo },
            balancers: 1,
            network: Nanos::ZERO,
            health: Health::default(),
            slow_start: Nanos::ZERO,
            timeout: None,
            retry: None,
            hedge: None,
            seed: 1,
            length: Nanos::SECOND,
            interventions: Vec::new(),
            at: None,
        };
        let arrival = Arrival { at: BEST.sent, client: 7, balancer: 0, work: Nanos::from_millis(200), by_reader: false };
        Trace { scenario, arrivals: vec![arrival], lanes: vec![lane()], cut: false }
    }

    #[test]
    fn a_lane_reads_back_as_a_table() {
        let expected = "time_s,request,attempt,hedge,server,started_s,finished_s,over_s,end,reason
0.5,1,1,no,s2,0.5,0.7,0.7,answered,best of 2 alike
0.5,2,1,no,s1,,,,open,hash ffffffffffffffff at 9007199254 after 2 passed over
0.5,3,2,yes,s1,0.5,,0.7,timed out,draw 0.5 of 3
0.5,4,1,no,,,,0.5,no server,
";
        assert_eq!(attempts_csv(&lane()), expected);
    }

    #[test]
    fn each_row_has_each_cell() {
        let csv = attempts_csv(&lane());
        let columns = CSV_HEAD.matches(',').count();
        assert!(csv.lines().all(|row| row.matches(',').count() == columns), "{csv}");
        let words: std::collections::BTreeSet<&str> = ENDS.into_iter().map(end).collect();
        assert_eq!(words.len(), ENDS.len());
        assert!(words.iter().all(|word| !word.contains(',')));
        assert!(ENDS.iter().enumerate().all(|(place, end)| *end as usize == place), "not in the order of the totals");
    }

    #[test]
    fn the_run_carries_what_gives_it_again() {
        let trace = trace();
        let json = run_json(&trace, "preset=first");
        assert_eq!(serde_json::from_value::<Scenario>(json["scenario"].clone()).unwrap(), trace.scenario);
        assert_eq!((json["lab"].as_str(), json["address"].as_str()), (Some("load-balancing"), Some("preset=first")));
        assert_eq!(json["arrivals"][0]["client"], 7);
        let lane = &json["lanes"][0];
        assert_eq!(lane["policy"], "least");
        assert_eq!(lane["totals"]["ends"][1], json!({ "end": "answered", "count": 1 }));
        assert_eq!(lane["totals"]["latency"]["count"], 1);
        assert!(lane["servers"][0]["latency"]["p99"].is_null(), "nothing was measured");
    }

    #[test]
    fn what_did_not_come_is_null() {
        let json = run_json(&trace(), "");
        let attempts = &json["lanes"][0]["attempts"];
        assert_eq!(attempts[0]["finished"], 700_000_000);
        assert_eq!(attempts[0]["scores"], json!([null, 0.5]));
        assert_eq!(attempts[0]["reason"], json!({ "why": "best", "tied": 1 }));
        let open = &attempts[1];
        assert!(["started", "finished", "over", "scores"].iter().all(|field| open[field].is_null()), "{open}");
        assert_eq!(open["reason"]["hash"], "ffffffffffffffff");
        assert!(attempts[3]["server"].is_null() && attempts[3]["reason"].is_null());
        assert!(json["lanes"][0]["requests"][1]["over"].is_null());
        assert!(!json.to_string().contains(&u64::MAX.to_string()), "the mark for never is ours alone");
    }
}
