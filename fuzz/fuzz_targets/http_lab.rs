//! `tests/fuzzing/http_lab.rs` says what holds; libFuzzer looks for bytes for which it does not.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/fuzzing/mod.rs"]
mod fuzzing;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::http_lab::check(bytes));
