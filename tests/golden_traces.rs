//! The same scenario gives the same trace on the host and in wasm, bit for bit. Both run this file against the same
//! committed traces; `GOLDEN=write cargo test --no-default-features --test golden_traces` writes them anew.

use std::fmt::Write;

use field_guide::labs::rate_limiting::{Scenario, run};
use field_guide::limiters::{Evidence, Verdict};

/// Presets as they are, and what exercises random numbers, floats and interventions.
const RUNS: [(&str, &str, &str); 9] = [
    ("boundary", "preset=boundary", include_str!("golden/boundary.txt")),
    ("burst", "preset=burst", include_str!("golden/burst.txt")),
    ("rhythm", "preset=rhythm", include_str!("golden/rhythm.txt")),
    ("answers", "preset=answers", include_str!("golden/answers.txt")),
    ("poisson", "limit=7&burst=3&window=0.7s&traffic=poisson:13.7&seed=18446744073709551615&length=6s", include_str!("golden/poisson.txt")),
    (
        "interventions",
        "traffic=poisson:9&seed=3&do=1.2s:send:12,2s:limit:3,3.1s:burst:2,2.5s:send:4",
        include_str!("golden/interventions.txt"),
    ),
    (
        "algorithms",
        "lanes=firsthit,log,counter,wait,nginx,nginx(delay:2)&limit=7&burst=4&patience=0.4s&traffic=ramp:2:20|flash:1:30:2s:0.5s|drawn:3-0-25-9&per=all&cost=2/5&seed=5&length=5s",
        include_str!("golden/algorithms.txt"),
    ),
    (
        "retries",
        "lanes=token,counter&limit=6&burst=3&per=all&traffic=poisson:2*8&retry=decorrelated:80ms:2s:x6:honour&and=40:1m&seed=9&length=6s",
        include_str!("golden/retries.txt"),
    ),
    (
        "in-flight",
        "lanes=inflight,aimd,vegas,gradient2&limit=9&patience=0.5s&traffic=poisson:40&work=random:120ms:6&do=2s:slow:4,4s:slow:1&length=6s",
        include_str!("golden/in-flight.txt"),
    ),
];

/// Every decision with its evidence and every reading, floats as their bits.
fn text(address: &str) -> String {
    let (scenario, notes) = Scenario::from_address(address);
    assert!(notes.is_empty(), "{notes:?}");
    let trace = run(&scenario);
    let mut text = format!("{address}\n");
    for lane in &trace.lanes {
        let _ = writeln!(
            text,
            "\n{:?} worst {:?} bound {:?}",
            lane.spec.algorithm,
            lane.worst.map(|worst| (worst.start.0, worst.count)),
            lane.bound
        );
        for handled in &lane.handled {
            let evidence = match handled.decision.evidence {
                Evidence::Window { start, count, limit, .. } => format!("{} {count}/{limit}", start.0),
                Evidence::Log { count, limit, .. } => format!("{count}/{limit}"),
                Evidence::Weighted { previous, share, current, .. } => format!("{previous} {:016x} {current}", share.to_bits()),
                Evidence::Tokens { tokens, .. } => format!("{:016x}", tokens.to_bits()),
                Evidence::Excess { excess, .. } => excess.to_string(),
                Evidence::Gcra { tat, earliest, .. } => format!("{} {}", tat.0, earliest.0),
                Evidence::InFlight { in_flight, limit } => format!("{in_flight}/{limit}"),
            };
            let verdict = match handled.decision.verdict {
                Verdict::Admitted => "admitted".to_owned(),
                Verdict::Delayed { wait } => format!("delayed {}", wait.0),
                Verdict::Rejected { retry_after } => format!("refused {:?}", retry_after.map(|wait| wait.0)),
            };
            let _ = writeln!(text, "{} {verdict} {evidence}", handled.at.0);
        }
        let readings: u64 = lane.readings.iter().fold(0, |sum, (at, reading)| sum.rotate_left(7) ^ at.0 ^ reading.to_bits());
        let _ = writeln!(text, "{} readings {readings:016x}", lane.readings.len());
    }
    text
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn traces_are_the_committed_ones() {
    for (name, address, golden) in RUNS {
        let text = text(address);
        #[cfg(not(target_arch = "wasm32"))]
        if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
            std::fs::write(format!("tests/golden/{name}.txt"), &text).expect("tests/golden can be written");
            continue;
        }
        let first = text.lines().zip(golden.lines()).enumerate().find(|(_, (ours, theirs))| ours != theirs);
        assert!(text == golden, "{name}: first difference (line, now, committed): {first:?}");
    }
}
