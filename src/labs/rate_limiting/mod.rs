//! The rate-limiting lab: the same arrivals through several limiters.

pub mod address;
pub mod advice;
pub mod compare;
pub mod export;
pub mod lane;
pub mod names;
pub mod numbers;
pub mod presets;
pub mod record;
pub mod replay;
pub mod retry;
pub mod run;
pub mod scenario;
pub mod scene;
pub mod tasks;
#[cfg(feature = "ui")]
pub mod view;
pub mod why;
pub mod words;
pub mod worst_case;

pub use presets::{PRESETS, Preset};
pub use run::{Trace, run};
pub use scenario::{Action, Algorithm, Scenario};

/// The last part of its address: `/labs/rate-limiting/`.
pub const SLUG: &str = "rate-limiting";
pub const TITLE: &str = "Rate-limiting lab";
pub const SUMMARY: &str = "The same requests through several limiters, to the last nanosecond. See who gets through, and why.";
