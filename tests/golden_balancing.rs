//! The load-balancing lab's runs are the same on the host and in wasm, bit for bit. Both run this file against the same
//! committed traces; `GOLDEN=write cargo test --no-default-features --test golden_balancing` writes them anew.

use std::fmt::Write;

use field_guide::labs::load_balancing::{Scenario, run};

/// Every policy, every law of service, every way in which a server fails.
const RUNS: [(&str, &str, &str); 5] = [
    ("slow", "preset=slow&length=6s", include_str!("golden/balancing-slow.txt")),
    (
        "loads",
        "preset=slow&lanes=random,weighted,smooth,fair,two,sticky&servers=3:w2,2:s0.5:c2&service=lognormal:1.2&traffic=poisson:37.5&queue=lifo:6&network=2ms&seed=18446744073709551615&length=5s",
        include_str!("golden/balancing-loads.txt"),
    ),
    (
        "hashes",
        "preset=slow&lanes=iphash,hash,modulo,ring,haring,bounded&servers=5,1:w3&clients=200:1.1&service=pareto:1.5:1000&seed=3&length=4s&do=1s:kill:s2,2s:remove:s3,2.5s:add",
        include_str!("golden/balancing-hashes.txt"),
    ),
    (
        "more-hashes",
        "preset=slow&lanes=rendezvous,maglev,jump,choices(d:3),ewma,least&servers=4,1:w2&clients=200:1.1&service=bimodal:0.1:10&traffic=flash:20:80:1s:1s&seed=4&length=4s&do=1.5s:drain:s1,2s:weight:s2:5",
        include_str!("golden/balancing-more-hashes.txt"),
    ),
    (
        "failures",
        "preset=slow&lanes=rr,least,choices&servers=4&balancers=3&network=3ms&health=passive:2:1s+active:0.3s:2:2+eject:3:1s:50:0.5s&slowstart=0.8s&timeout=0.4s&retry=decorrelated:20ms:0.5s:x3:budget:20:5:10s&hedge=0.2s&seed=5&length=6s&do=1s:kill:s1,2s:revive:s1,2.2s:slow:s2:6,3s:errors:s3:40,3.5s:flap:s4:0.25s,1.5s:send:20",
        include_str!("golden/balancing-failures.txt"),
    ),
];

/// Every attempt and every score, floats as their bits.
fn text(address: &str) -> String {
    let (scenario, notes) = Scenario::from_address(address);
    assert!(notes.is_empty(), "{notes:?}");
    let trace = run(&scenario);
    let mut text = format!("{address}\n");
    for lane in &trace.lanes {
        let _ = writeln!(text, "\n{} {:?}", lane.spec.kind.slug(), lane.totals.ends);
        for attempt in &lane.attempts {
            let server = attempt.server().map_or_else(|| "-".to_owned(), |server| (server + 1).to_string());
            let scores = lane.scores_of(attempt).iter().fold(0u64, |sum, score| {
                let bits = if score.is_nan() { 1 } else { score.to_bits() };
                sum.rotate_left(7) ^ bits
            });
            let _ = writeln!(
                text,
                "{} {} s{server} {:x} {} {} {} {:?}",
                attempt.request,
                attempt.sent.0,
                scores,
                attempt.started.0.wrapping_add(1),
                attempt.finished.0.wrapping_add(1),
                attempt.over.0.wrapping_add(1),
                attempt.end
            );
        }
    }
    text
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn runs_are_the_committed_ones() {
    for (name, address, golden) in RUNS {
        let text = text(address);
        #[cfg(not(target_arch = "wasm32"))]
        if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
            std::fs::write(format!("tests/golden/balancing-{name}.txt"), &text).expect("tests/golden can be written");
            continue;
        }
        let first = text.lines().zip(golden.lines()).enumerate().find(|(_, (ours, theirs))| ours != theirs);
        assert!(text == golden, "{name}: first difference (line, now, committed): {first:?}");
    }
}
