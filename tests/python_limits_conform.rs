//! The three windows of Python's `limits`, and ours, on the same traffic: decision by decision, with the library's own code
//! under a clock that the test sets (`tests/conformance/limits_decide.py`).
//!
//! The library counts in float64 seconds, ours in whole nanoseconds (the counter excepted). An entry exactly one window
//! old is therefore a matter of rounding there: for 2 to 8 % of the round milliseconds of a minute `limits` thinks it older.
//! So edges are hit exactly only on a grid of 1/512 s, where float64 has no error, and to within a nanosecond elsewhere.
//! The counter is float64 on both sides and has to agree on round milliseconds too.
#![cfg(not(target_arch = "wasm32"))]

#[path = "conformance/report.rs"]
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use field_guide::limiters::{Algorithm, Settings};
use field_guide::sim::Nanos;
use field_guide::sim::random::Stream;
use report::Report;

/// For each strategy and each grid.
const CASES: u64 = 300;

/// What moments are multiples of, in nanoseconds.
const BINARY: u64 = Nanos::SECOND.0 / 512;
const MILLIS: u64 = 1_000_000;
const ANY: u64 = 1;

/// (ours, the strategy's name in the script, the grids it is tried on)
const STRATEGIES: [(Algorithm, &str, &[u64]); 3] = [
    (Algorithm::FirstHit, "fixed", &[BINARY, ANY]),
    (Algorithm::SlidingLog, "moving", &[BINARY, ANY]),
    (Algorithm::SlidingCounter, "counter", &[BINARY, MILLIS, ANY]),
];

struct Case {
    algorithm: Algorithm,
    strategy: &'static str,
    limit: u32,
    seconds: u64,
    /// Moment and cost.
    requests: Vec<(u64, u32)>,
}

impl Case {
    fn as_json(&self) -> String {
        let Case { strategy, limit, seconds, requests, .. } = self;
        serde_json::json!({ "strategy": strategy, "amount": limit, "seconds": seconds, "requests": requests }).to_string()
    }

    fn settings(&self) -> Settings {
        Settings { limit: self.limit, window: Nanos(self.seconds * Nanos::SECOND.0), ..Settings::default() }
    }
}

/// Uniform in `from..=to`.
fn whole(draws: &mut Stream, from: u64, to: u64) -> u64 {
    // `unit` is never 0 and may be 1.
    from + (draws.unit() * (to - from + 1) as f64).ceil() as u64 - 1
}

/// Bursts, exponential gaps around the rate, pauses; and moments one window after an earlier request, or on the clock's
/// window boundary: exactly there or one step of the grid beside it.
fn requests(draws: &mut Stream, limit: u32, window: u64, unit: u64) -> Vec<(u64, u32)> {
    // Not in the very first window: there `limits` takes the current counter for the previous one, for `int` cuts −0.5 to
    // 0. It last mattered in 1970. Early and late, for float64 rounds finer near zero.
    let first = if draws.unit() < 0.5 { whole(draws, 1, 4) } else { whole(draws, 10, 2_000) };
    let mut at = window * first + unit * whole(draws, 0, window / unit);
    let mean = window as f64 / f64::from(limit) / (0.5 + 3.5 * draws.unit());
    let mut requests: Vec<(u64, u32)> = Vec::new();
    for _ in 0..whole(draws, 30, 120) {
        let beside = unit * whole(draws, 0, 2);
        let kind = draws.unit();
        let next = if kind < 0.3 {
            at
        } else if kind < 0.75 {
            at + unit * (draws.exponential(mean) / unit as f64).round() as u64
        } else if kind < 0.85 && !requests.is_empty() {
            let (earlier, _) = requests[whole(draws, 0, requests.len() as u64 - 1) as usize];
            earlier + window + beside - unit
        } else if kind < 0.93 {
            (at / window + 1) * window + beside - unit
        } else {
            at + unit * whole(draws, 0, 3 * window / unit)
        };
        at = at.max(next);
        while unit == ANY && requests.iter().any(|(earlier, _)| earlier + window == at) {
            at += 1;
        }
        let cost = if draws.unit() < 0.7 { 1 } else { whole(draws, 2, 4) };
        requests.push((at, cost as u32));
    }
    requests
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (algorithm, strategy, grids) in STRATEGIES {
        for unit in grids {
            let mut draws = Stream::new(20_261_124, algorithm as u64 * Nanos::SECOND.0 + unit);
            for _ in 0..CASES {
                let (limit, seconds) = (whole(&mut draws, 1, 30) as u32, whole(&mut draws, 1, 5));
                let requests = requests(&mut draws, limit, seconds * Nanos::SECOND.0, *unit);
                cases.push(Case { algorithm, strategy, limit, seconds, requests });
            }
        }
    }
    cases.extend(roundings());
    cases
}

/// Where the counter's rounding decides: by exact arithmetic the last request is one too many, as what is left of the window
/// before is a whole number; in float64 that may be a hair less, and round down to one fewer. Then the request fits when
/// the library asks; but it looks again once the request is counted, and the sum may have rounded up. At 1.6 s with a
/// limit of 5, of which 5 were used in the window before: 5 × 0.3999… + 0 rounds down to 1, so 4 fit; + 4 makes 6 exactly.
fn roundings() -> Vec<Case> {
    let mut cases = Vec::new();
    for (seconds, tenth) in (1..=5u64).flat_map(|seconds| (1..10u32).map(move |tenth| (seconds, tenth))) {
        let window = seconds * Nanos::SECOND.0;
        let at = 2 * window + window / 10 * u64::from(tenth);
        for before in (1..=30u32).filter(|before| (before * (10 - tenth)).is_multiple_of(10)) {
            for (already, cost) in (0..=12u32).flat_map(|already| (1..=4u32).map(move |cost| (already, cost))) {
                let limit = before * (10 - tenth) / 10 + already + cost - 1;
                if (before..=30).contains(&limit) {
                    let requests = [(window, before), (at, already), (at, cost)].into_iter().filter(|(_, cost)| *cost > 0).collect();
                    cases.push(Case { algorithm: Algorithm::SlidingCounter, strategy: "counter", limit, seconds, requests });
                }
            }
        }
    }
    cases
}

/// One line about the library, and one line of decisions for each case. `None` without Python, if that is allowed.
fn ask_python(cases: &[Case]) -> Option<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("PYTHON").map_or_else(|| root.join(".tools/venv/bin/python"), PathBuf::from);
    let mut command = Command::new(&python);
    command.arg(root.join("tests/conformance/limits_decide.py"));
    let mut child = match command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            let problem = format!("{} does not start: {error}", python.display());
            assert!(
                std::env::var_os("FIELD_GUIDE_WITHOUT_SERVERS").is_some(),
                "{problem}. Run `make test`, which sets up Python with `limits`; or name another Python in PYTHON; \
                 or go without: FIELD_GUIDE_WITHOUT_SERVERS=1."
            );
            println!("python_limits_conform did not run: {problem}");
            return None;
        }
    };
    let questions: String = cases.iter().map(|case| case.as_json() + "\n").collect();
    let mut stdin = child.stdin.take().expect("it is piped");
    // From a thread: answers come while questions are still being written, and a full pipe would hold up both.
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().expect("Python's answers can be read");
    let written = writer.join().expect("the writer does not panic");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "limits_decide.py failed; is `limits` installed for {}?\n{errors}", python.display());
    written.expect("Python has read every case");
    let answers = String::from_utf8(output.stdout).expect("they are ASCII");
    let mut lines = answers.lines();
    let about: serde_json::Value = serde_json::from_str(lines.next().expect("a first line")).expect("it is JSON");
    let version = about["limits"].as_str().expect("the version of limits").to_owned();
    Some((version, lines.map(str::to_owned).collect()))
}

/// Replays one case and counts every decision of it. Returns how many were let through.
fn compare(case: &Case, theirs: &str, report: &mut Report) -> usize {
    assert_eq!(theirs.len(), case.requests.len(), "one decision a request: {}", case.as_json());
    let mut limiter = case.algorithm.limiter(case.settings());
    let mut ours = String::new();
    for ((at, cost), answer) in case.requests.iter().zip(theirs.chars()) {
        let decision = limiter.decide(Nanos(*at), *cost);
        ours.push(if decision.admitted() { '1' } else { '0' });
        report.compare(ours.ends_with(answer), || {
            let Case { limit, seconds, .. } = case;
            format!(
                "{limit} in {seconds} s, request {} of the case, cost {cost} at {at} ns: limits says {answer}, ours\n{decision:?}\n\
                 limits {theirs}\nours   {ours}\ncase   {}",
                ours.len(),
                case.as_json()
            )
        });
    }
    theirs.matches('1').count()
}

#[test]
fn windows_decide_as_python_limits() {
    let cases = cases();
    let Some((version, answers)) = ask_python(&cases) else { return };
    assert_eq!(answers.len(), cases.len(), "one line a case");
    let mut reports = STRATEGIES.map(|(algorithm, ..)| {
        let how = "Seeded traffic with bursts, pauses, costs of 1 to 4 and moments exactly on the window's edge is decided by the \
                   library's memory store under a set clock and by ours, and every decision is compared.";
        (Report::new(algorithm.slug(), algorithm, "Python limits", &version, how), 0usize, 0usize)
    });
    for (case, theirs) in cases.iter().zip(&answers) {
        let index = STRATEGIES.iter().position(|(algorithm, ..)| *algorithm == case.algorithm).expect("cases come from there");
        let (report, through, asked) = &mut reports[index];
        *through += compare(case, theirs, report);
        *asked += case.requests.len();
    }
    let failures: Vec<String> = reports
        .into_iter()
        .filter_map(|(report, through, asked)| {
            assert!(through * 5 > asked && through * 5 < asked * 4, "{through} of {asked} let through: too one-sided to say much");
            report.finish().err()
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
