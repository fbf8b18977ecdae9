//! The HTTP status lab: ask any server why, and see the path.

pub mod address;
pub mod compare;
pub mod import;
pub mod index;
pub mod presets;
pub mod record;
pub mod run;
pub mod scenario;
pub mod scene;
pub mod settings;
pub mod statuses;
pub mod tasks;
#[cfg(feature = "ui")]
pub mod view;
pub mod why;
pub mod wire;
pub mod words;

use crate::address::Note;
use crate::labs::frame::{Intervention, Lab};
use crate::sim::Nanos;
pub use presets::{PRESETS, Preset};
pub use run::{Trace, run};
pub use scenario::{Action, Client, Scenario};

/// The last part of its address: `/labs/http-status/`.
pub const SLUG: &str = "http-status";
pub const TITLE: &str = "HTTP status lab";
pub const SUMMARY: &str = "Edit the request or the resource. The line shows every question the server asks, in order, and where it leaves.";

/// The lab, for the frame.
pub struct HttpStatus;

impl Lab for HttpStatus {
    const SLUG: &'static str = SLUG;
    const MOST_INTERVENTIONS: usize = scenario::MOST_ACTS;
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
        run(scenario).end
    }

    fn moment(scenario: &mut Scenario) -> &mut Option<Nanos> {
        &mut scenario.at
    }

    /// Four questions a second.
    fn opening_speed(_scenario: &Scenario) -> usize {
        3
    }

    fn interventions(scenario: &Scenario) -> &[Intervention<Action>] {
        &scenario.acts
    }

    fn interventions_mut(scenario: &mut Scenario) -> &mut Vec<Intervention<Action>> {
        &mut scenario.acts
    }
}
