//! Any text as JSON of a lab's scenario, or of a sweep's job: refused with its place or a sentence, or read, written and read
//! again as the same; and what a reader can come to from it is run.
//!
//! The types take numbers that no reader may ask for, such as a window of zero. What keeps those out is the reader of addresses,
//! so a scenario goes through its address before it is run: what does not fit is left out with a note.

use field_guide::labs::http_status::HttpStatus;
use field_guide::labs::load_balancing::sweep::{self, Job};
use field_guide::labs::load_balancing::{self, LoadBalancing};
use field_guide::labs::rate_limiting::RateLimiting;
use field_guide::sim::Arrivals;
use serde_json::Value;

use super::labs::{Checked, are_sentences, comes_back};

pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    of::<RateLimiting>(&text);
    of::<LoadBalancing>(&text);
    of::<HttpStatus>(&text);
    job(&text);
}

fn of<L: Checked>(text: &str) {
    let scenario = match serde_json::from_str::<L::Scenario>(text) {
        Ok(scenario) => scenario,
        Err(refused) => {
            let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
            assert!(refused.line() <= lines && !refused.to_string().is_empty(), "a place outside of its {lines} lines: {refused}");
            return;
        }
    };
    written_and_read(&scenario);

    let preset = &L::presets()[0];
    let (_, kept, notes) = L::read(&L::write(&scenario, preset));
    are_sentences(&notes);
    L::within(&kept);
    if notes.is_empty() {
        let mut plain = scenario;
        L::plain(&mut plain);
        assert_eq!(kept, plain, "the address changes the scenario and does not say so");
    }
    comes_back::<L>(&kept, preset);
    L::played(kept);
}

fn written_and_read<S: PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned>(scenario: &S) {
    let value = serde_json::to_value(scenario).expect("a scenario can be written");
    let again: S = serde_json::from_value(value.clone()).expect("what was written can be read");
    assert_eq!(&again, scenario, "its JSON is another scenario");
    let text = value.to_string();
    let again: S = serde_json::from_str(&text).unwrap_or_else(|refused| panic!("what was written is refused: {refused}\n{text}"));
    let again = serde_json::to_value(&again).expect("a scenario can be written");
    assert!(alike(&value, &again), "its text is another scenario: {text}\n{again}");
}

/// The same, but for the last digit of a fraction: serde_json reads decimals quickly, and so to one unit in the last place
/// (its feature `float_roundtrip` would read them exactly).
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && alike(one.1, other.1))
        }
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other)),
        (Value::Number(one), Value::Number(other)) if one.is_f64() && other.is_f64() => {
            let (one, other) = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
            (one - other).abs() <= one.abs() * 4.0 * f64::EPSILON
        }
        _ => one == other,
    }
}

/// What a page hands to a worker: it is done, or an answer says why not.
fn job(text: &str) {
    let read = serde_json::from_str::<Job>(text);
    if read.as_ref().is_ok_and(|job| !is_quick(job)) {
        return;
    }
    let answer = sweep::work(text);
    let value: Value = serde_json::from_str(&answer).unwrap_or_else(|wrong| panic!("an answer that is not JSON: {wrong}\n{answer}"));
    match value["error"].as_str() {
        Some(sentence) => assert!(sentence.ends_with('.'), "{sentence}"),
        None => {
            assert!(read.is_ok(), "a job that cannot be read was done: {answer}");
            let [p50, p99, p999] = ["p50", "p99", "p999"].map(|quantile| value[quantile].as_f64().unwrap_or(f64::NAN));
            assert!(0.0 <= p50 && p50 <= p99 && p99 <= p999, "{answer}");
        }
    }
}

/// Whether it takes milliseconds: a few hundred requests at a steady rate, and nothing that goes on between them.
fn is_quick(job: &Job) -> bool {
    let scenario = job.parameter.apply(&load_balancing::Scenario::from_address(&job.scenario).0, job.value);
    job.requests <= 300
        && scenario.interventions.is_empty()
        && scenario.health.active.is_none()
        && scenario.health.ejection.is_none()
        && scenario.balancers <= 4
        && scenario.servers.len() <= 16
        && matches!(scenario.arrivals, Arrivals::Steady { .. } | Arrivals::Poisson { .. })
}
