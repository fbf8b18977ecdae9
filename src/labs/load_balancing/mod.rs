//! The load-balancing lab: the same requests under several policies.

pub mod address;
pub mod compare;
pub mod distribution;
pub mod export;
pub mod hashing;
pub mod moment;
pub mod names;
pub mod numbers;
pub mod presets;
pub mod record;
pub mod run;
pub mod scenario;
pub mod scene;
pub mod sweep;
pub mod tasks;
pub mod theory;
#[cfg(feature = "ui")]
pub mod view;
pub mod why;
pub mod words;

use crate::address::Note;
use crate::labs::frame::playback::SPEEDS;
use crate::labs::frame::{Intervention, Lab};
use crate::sim::Nanos;
pub use presets::{PRESETS, Preset};
pub use run::{Trace, run};
pub use scenario::{Action, Kind, Policy, Scenario};

/// The last part of its address: `/labs/load-balancing/`.
pub const SLUG: &str = "load-balancing";
pub const TITLE: &str = "Load-balancing lab";
pub const SUMMARY: &str = "Same requests, same work, different choices. Watch where they wait.";

/// The lab, for the frame.
pub struct LoadBalancing;

impl Lab for LoadBalancing {
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

    /// Slow enough to see, and over within two minutes.
    fn opening_speed(scenario: &Scenario) -> usize {
        const LONGEST: f64 = 120.0;
        let fits = |(speed, _): &(f64, &str)| scenario.length.as_secs_f64() / speed <= LONGEST;
        SPEEDS.iter().position(fits).unwrap_or(SPEEDS.len() - 1)
    }

    fn interventions(scenario: &Scenario) -> &[Intervention<Action>] {
        &scenario.interventions
    }

    fn interventions_mut(scenario: &mut Scenario) -> &mut Vec<Intervention<Action>> {
        &mut scenario.interventions
    }
}
