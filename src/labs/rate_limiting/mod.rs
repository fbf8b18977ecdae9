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

use crate::address::Note;
use crate::labs::frame::{Intervention, Lab};
use crate::sim::Nanos;
pub use presets::{PRESETS, Preset};
pub use run::{Trace, run};
pub use scenario::{Action, Algorithm, Scenario};

/// The last part of its address: `/labs/rate-limiting/`.
pub const SLUG: &str = "rate-limiting";
pub const TITLE: &str = "Rate-limiting lab";
pub const SUMMARY: &str = "The same requests through several limiters, to the last nanosecond. See who gets through, and why.";

/// The lab, for the frame.
pub struct RateLimiting;

impl Lab for RateLimiting {
    const SLUG: &'static str = SLUG;
    const MOST_INTERVENTIONS: usize = scenario::MOST_INTERVENTIONS;
    type Scenario = Scenario;
    type Action = Action;
    type Trace = Trace;

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn read(address: &str) -> (&'static Preset, Scenario, Vec<Note>) {
        Scenario::from_address_with_preset(address)
    }

    fn write(scenario: &Scenario, preset: &Preset) -> String {
        scenario.to_address(preset)
    }

    fn run(scenario: &Scenario) -> Trace {
        run(scenario)
    }

    fn length(scenario: &Scenario) -> Nanos {
        scenario.length
    }

    fn moment(scenario: &mut Scenario) -> &mut Option<Nanos> {
        &mut scenario.at
    }

    fn interventions(scenario: &Scenario) -> &[Intervention<Action>] {
        &scenario.interventions
    }

    fn interventions_mut(scenario: &mut Scenario) -> &mut Vec<Intervention<Action>> {
        &mut scenario.interventions
    }
}
