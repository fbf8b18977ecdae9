//! What has to hold for any bytes, one function for each fuzz target: `make fuzz` gives them to libFuzzer for as long as one
//! likes, `tests/fuzz_briefly.rs` to a simple mutator for a few seconds of every test run.

pub mod access_log;
pub mod address;
pub mod front_matter;
pub mod http_lab;
pub mod http_message;
mod labs;
pub mod scenario_json;
