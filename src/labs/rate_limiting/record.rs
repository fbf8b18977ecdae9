//! A run as files to take away: one lane's decisions as CSV, and the whole run as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::lane::{Handled, Lane};
use super::run::Trace;
use super::why;
use crate::access_log::LogRequest;
use crate::labs::frame::figures::seconds;
use crate::limiters::{Decision, Quota, Verdict};
use crate::sim::Nanos;

/// The columns of the decisions' table.
pub const CSV_HEAD: &str = "time_s,key,cost,decision,wait_s,remaining,retry_after_s\n";

/// Every decision of a lane, retries included, in order of time.
pub fn decisions_csv(lane: &Lane) -> String {
    let mut csv = String::from(CSV_HEAD);
    for handled in &lane.handled {
        let Handled { at, client, cost, decision, quota, .. } = handled;
        csv_row(&mut csv, *at, &format!("client {}", client + 1), *cost, decision, *quota);
    }
    csv
}

/// One row for a request of a log.
pub fn log_row(csv: &mut String, request: &LogRequest, key: &str, decision: &Decision, quota: Quota) {
    csv_row(csv, request.at, key, request.cost, decision, quota);
}

fn csv_row(csv: &mut String, at: Nanos, key: &str, cost: u32, decision: &Decision, quota: Quota) {
    let word = why::mark(decision.verdict).2;
    let retry = match decision.verdict {
        Verdict::Rejected { retry_after: Some(wait) } => wait.ceil_secs().to_string(),
        _ => String::new(),
    };
    let _ = writeln!(csv, "{},{},{cost},{word},{},{},{retry}", seconds(at), cell(key), seconds(decision.wait()), quota.remaining);
}

/// Quoted where a comma or a quote would be taken for the table's own; a formula of a spreadsheet is text here.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The scenario that gives this run again, and what came of it. Times are nanoseconds.
pub fn run_json(trace: &Trace, address: &str) -> Value {
    let lanes: Vec<Value> = trace
        .lanes
        .iter()
        .map(|lane| {
            let decisions: Vec<Value> = lane
                .handled
                .iter()
                .map(|handled| {
                    let retry_after = match handled.decision.verdict {
                        Verdict::Rejected { retry_after } => retry_after.map(|wait| wait.0),
                        _ => None,
                    };
                    json!({
                        "request": handled.arrival,
                        "at": handled.at.0,
                        "client": handled.client,
                        "cost": handled.cost,
                        "attempt": handled.attempt,
                        "decision": why::mark(handled.decision.verdict).2,
                        "wait": handled.decision.wait().0,
                        "retry_after": retry_after,
                        "remaining": handled.quota.remaining,
                        "done": handled.done.map(|done| done.0),
                    })
                })
                .collect();
            json!({
                "limiter": lane.spec.algorithm.slug(),
                "variant": super::names::variant(&trace.scenario, &lane.spec),
                "bound": lane.bound,
                "worst_window": lane.worst.map(|worst| json!({ "start": worst.start.0, "count": worst.count })),
                "decisions": decisions,
            })
        })
        .collect();
    json!({ "lab": super::SLUG, "address": address, "scenario": trace.scenario, "lanes": lanes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::{Scenario, presets, run};

    #[test]
    fn a_lane_reads_back_as_a_table() {
        let trace = run(&presets::first().scenario());
        let csv = decisions_csv(&trace.lanes[0]);
        let rows: Vec<&str> = csv.lines().collect();
        assert_eq!(rows.len(), 33);
        assert_eq!(rows[0], "time_s,key,cost,decision,wait_s,remaining,retry_after_s");
        assert_eq!(rows[1], "0.7,client 1,1,admitted,0,7,");
        assert_eq!(rows[9], "0.94,client 1,1,refused,0,0,1");
    }

    #[test]
    fn times_are_exact_and_cells_are_safe() {
        assert_eq!([0, 1, 1_500_000_000, 60_000_000_010].map(|nanos| seconds(Nanos(nanos))), ["0", "0.000000001", "1.5", "60.00000001"]);
        assert_eq!(["a", "a,b", "say \"x\"", "=1+1"].map(cell), ["a", "\"a,b\"", "\"say \"\"x\"\"\"", "'=1+1"]);
    }

    #[test]
    fn the_run_carries_what_gives_it_again() {
        let trace = run(&presets::first().scenario());
        let json = run_json(&trace, "preset=boundary");
        let scenario: Scenario = serde_json::from_value(json["scenario"].clone()).unwrap();
        assert_eq!(run(&scenario), trace);
        assert_eq!(json["lanes"][0]["decisions"][8]["decision"], "refused");
    }
}
