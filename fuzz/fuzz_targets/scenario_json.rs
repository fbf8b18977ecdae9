//! `tests/fuzzing/scenario_json.rs` says what holds; libFuzzer looks for bytes for which it does not.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/fuzzing/mod.rs"]
mod fuzzing;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::scenario_json::check(bytes));
