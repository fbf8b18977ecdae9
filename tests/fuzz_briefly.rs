//! The fuzz targets of `fuzz/`, a few seconds each and without a nightly toolchain. `make fuzz` runs them at length.
//!
//! `FUZZ_BRIEFLY_SECONDS=60` looks for longer, `FUZZ_BRIEFLY_SEED=7` elsewhere. Every input for which something did not hold is
//! kept in `fuzz/crashes/<target>/` once it is mended, and is tried first.
#![cfg(not(target_arch = "wasm32"))]

mod fuzzing;

#[path = "fuzzing/brief.rs"]
mod brief;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io, thread};

use brief::{Found, Known, SEED, SLOWEST};
use field_guide::access_log::{Format, LogReader};
use field_guide::http::parse::{self, Limits};
use field_guide::labs::http_status::scenario::Client;
use field_guide::labs::load_balancing::sweep;
use field_guide::labs::{http_status, load_balancing, rate_limiting};

/// As many seconds as a test run has for one target, if nobody says otherwise.
const USUAL_SECONDS: f64 = 4.0;
/// What runs in unoptimised code has larger frames than what readers run.
const STACK: usize = 64 << 20;

struct Target {
    name: &'static str,
    /// The dictionary `fuzz/<words>.dict`.
    words: &'static str,
    check: fn(&[u8]),
}

const HTTP_MESSAGE: Target = Target { name: "http_message", words: "http", check: fuzzing::http_message::check };
const HTTP_LAB: Target = Target { name: "http_lab", words: "http", check: fuzzing::http_lab::check };
const ADDRESS: Target = Target { name: "address", words: "address", check: fuzzing::address::check };
const SCENARIO_JSON: Target = Target { name: "scenario_json", words: "scenario_json", check: fuzzing::scenario_json::check };
const ACCESS_LOG: Target = Target { name: "access_log", words: "access_log", check: fuzzing::access_log::check };
const FRONT_MATTER: Target = Target { name: "front_matter", words: "front_matter", check: fuzzing::front_matter::check };
const TARGETS: [Target; 6] = [HTTP_MESSAGE, HTTP_LAB, ADDRESS, SCENARIO_JSON, ACCESS_LOG, FRONT_MATTER];

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Seeds, past crashes and words; a target without seeds would be fuzzed with noise.
fn known(target: &Target) -> Known {
    let fuzz = manifest().join("fuzz");
    let read = |folder: PathBuf| brief::files(&folder).unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    let seeds = read(fuzz.join("seeds").join(target.name));
    assert!(!seeds.is_empty(), "fuzz/seeds/{} has no seed", target.name);
    let crashes = read(fuzz.join("crashes").join(target.name));
    let dictionary = fuzz.join(format!("{}.dict", target.words));
    let words = fs::read_to_string(&dictionary).unwrap_or_else(|error| panic!("{} cannot be read: {error}", dictionary.display()));
    Known { inputs: [crashes, seeds].concat(), words: brief::words(&words) }
}

fn set<T: std::str::FromStr>(variable: &str) -> Option<T> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is not a number")))
}

/// Runs a check in a thread with room for deep recursion.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread can be started");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// What to do about an input that was found, which is written to `folder`.
fn report(name: &str, seed: u64, found: &Found, folder: &Path) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("fuzz-crash-{name}"));
    fs::write(&path, &found.input)?;
    let shown = path.strip_prefix(manifest()).unwrap_or(&path).display().to_string();
    Ok(format!(
        "{name}: execution {} from seed {seed} failed: {}\nIts input, {} bytes, is in {shown}:\n{}\nWith what was called: \
         cargo +nightly fuzz run --fuzz-dir fuzz {name} {shown}\nOnce it is mended, keep the input in fuzz/crashes/{name}/.",
        found.execution,
        found.why,
        found.input.len(),
        found.input.escape_ascii(),
    ))
}

fn briefly(target: &Target) {
    let seconds = set("FUZZ_BRIEFLY_SECONDS").unwrap_or(USUAL_SECONDS);
    let seed = set("FUZZ_BRIEFLY_SEED").unwrap_or(SEED);
    let known = known(target);
    match with_room(|| brief::run(&known, Duration::from_secs_f64(seconds), seed, SLOWEST, &target.check)) {
        // Past the test harness, which would keep it to itself.
        Ok(executions) => {
            let _ = writeln!(io::stderr(), "fuzz {}: {executions} executions in {seconds} s, seed {seed}", target.name);
        }
        Err(found) => panic!(
            "{}",
            report(target.name, seed, &found, &manifest().join("target")).unwrap_or_else(|error| format!("{error}\n{found:?}"))
        ),
    }
}

#[test]
fn messages_hold() {
    briefly(&HTTP_MESSAGE);
}

#[test]
fn the_http_lab_holds() {
    briefly(&HTTP_LAB);
}

#[test]
fn addresses_hold() {
    briefly(&ADDRESS);
}

#[test]
fn scenarios_as_json_hold() {
    briefly(&SCENARIO_JSON);
}

#[test]
fn access_logs_hold() {
    briefly(&ACCESS_LOG);
}

#[test]
fn front_matter_holds() {
    briefly(&FRONT_MATTER);
}

/// A marker that a check panics on, and the way to it from what is known: each way of changing an input is one.
#[test]
fn a_wrong_property_is_found_within_a_second() {
    let bytes = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    let has = |input: &[u8], part: &[u8]| input.windows(part.len()).any(|window| window == part);
    type Wrong<'a> = &'a dyn Fn(&[u8]) -> bool;
    let ways: [(&str, &[&str], &[&str], Wrong); 8] = [
        ("a seed", &["the marker"], &[], &|input| has(input, b"marker")),
        ("a bit", &["the Marker"], &[], &|input| has(input, b"marker")),
        ("a byte", &["some text"], &[], &|input| has(input, b"\xff")),
        ("a word", &["some text"], &["marker"], &|input| has(input, b"some marker")),
        ("a splice", &["head and hand", "hand and tail"], &[], &|input| input.starts_with(b"head") && input.ends_with(b"tail")),
        ("an end", &["cut here and not there"], &[], &|input| input.ends_with(b"cut here")),
        ("a row", &["ab"], &[], &|input| has(input, &b"ab".repeat(100))),
        ("a number", &["{\"limit\":8,\"window\":1}"], &[], &|input| has(input, b"\"limit\":4294967295")),
    ];
    for (way, inputs, words, wrong) in ways {
        let known = Known { inputs: bytes(inputs), words: bytes(words) };
        let found = brief::run(&known, Duration::from_secs(1), SEED, SLOWEST, &|input| assert!(!wrong(input), "wrong by {way}"));
        let found = found.expect_err(&format!("{way} is not found in a second"));
        assert!(wrong(&found.input) && found.why == format!("wrong by {way}"), "{found:?}");
        assert!(found.input.len() <= brief::LONGEST && found.execution > 0);
    }
}

#[test]
fn what_takes_too_long_is_found() {
    let known = Known { inputs: vec![b"slow".to_vec()], words: Vec::new() };
    let sleeps = |_: &[u8]| thread::sleep(Duration::from_millis(30));
    let found = brief::run(&known, Duration::ZERO, SEED, Duration::from_millis(10), &sleeps).expect_err("it is slow");
    assert!(found.why.contains("took"), "{found:?}");
    assert_eq!(brief::run(&known, Duration::ZERO, SEED, SLOWEST, &sleeps).expect("it is quick enough"), 1);
}

#[test]
fn what_is_found_is_written_and_said() {
    let known = Known { inputs: vec![b"a\0marker".to_vec()], words: Vec::new() };
    let found = brief::run(&known, Duration::ZERO, 7, SLOWEST, &|_| panic!("no such luck")).expect_err("it always panics");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz_briefly");
    let said = report("marker", 7, &found, &folder).expect("it can be written");
    for part in ["execution 1 from seed 7", "no such luck", "8 bytes", "a\\x00marker", "fuzz-crash-marker", "fuzz/crashes/marker/"] {
        assert!(said.contains(part), "“{part}” is missing in {said}");
    }
    assert_eq!(fs::read(folder.join("fuzz-crash-marker")).expect("the input was written"), found.input);
}

#[test]
fn dictionaries_are_read_as_libfuzzer_does() {
    let read = brief::words("# no word\n\nname=\"a b\"\n \"\\\"\\\\\\x0d\\x0A\" \n");
    assert_eq!(read, [b"a b".to_vec(), b"\"\\\r\n".to_vec()]);
    for target in TARGETS {
        assert!(known(&target).words.len() > 20, "fuzz/{}.dict has few words", target.words);
    }
}

/// A property of each target that does not hold: the changes have to come as far as that, beyond what the seeds themselves do.
#[test]
fn what_seeds_and_words_reach_is_deep() {
    let text = |input: &[u8]| String::from_utf8_lossy(input).into_owned();
    type Deep<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);
    let ways: [(&Target, &str, Deep); 9] = [
        (&HTTP_MESSAGE, "a request with a field", &|input| {
            parse::request(input, &Limits::default()).is_ok_and(|request| request.fields.len() > 1)
        }),
        (&HTTP_LAB, "a scenario that is not the first", &|input| {
            let address = input.split(|byte| *byte == 0).nth(1).unwrap_or_default();
            let (scenario, notes) = http_status::Scenario::from_address(&text(address));
            notes.is_empty() && scenario.client != Client::Once && !scenario.acts.is_empty()
        }),
        (&ADDRESS, "limiters in another order of things", &|input| {
            let (scenario, notes) = rate_limiting::Scenario::from_address(&text(input));
            notes.is_empty() && scenario.lanes.len() > 1 && scenario.interventions.len() > 1
        }),
        (&ADDRESS, "a cluster with health checks", &|input| {
            let (scenario, notes) = load_balancing::Scenario::from_address(&text(input));
            notes.is_empty() && scenario.health != Default::default() && scenario.servers.len() > 1
        }),
        (&SCENARIO_JSON, "a limiter's scenario", &|input| serde_json::from_str::<rate_limiting::Scenario>(&text(input)).is_ok()),
        (&SCENARIO_JSON, "a cluster's scenario", &|input| serde_json::from_str::<load_balancing::Scenario>(&text(input)).is_ok()),
        (&SCENARIO_JSON, "a job that is done", &|input| {
            serde_json::from_str::<sweep::Job>(&text(input)).is_ok_and(|job| job.requests <= 300 && job.outcome().is_ok())
        }),
        (&ACCESS_LOG, "a log of which a line is left out", &|input| {
            let mut reader = LogReader::new(Format::Detect);
            reader.feed(input.get(1..).unwrap_or_default());
            reader.finish().is_ok_and(|log| log.summary.requests > 1 && log.summary.skipped.count > 0)
        }),
        (&FRONT_MATTER, "an entry", &|input| fuzzing::front_matter::compiled(&text(input)).is_ok()),
    ];
    for (target, what, deep) in ways {
        let known = known(target);
        let wrong = |input: &[u8]| assert!(known.inputs.iter().any(|seed| seed == input) || !deep(input), "deep");
        let found = with_room(|| brief::run(&known, Duration::from_secs(20), SEED, SLOWEST, &wrong));
        assert!(found.is_err_and(|found| found.why == "deep"), "{}: no change of a seed is {what}", target.name);
    }
}
