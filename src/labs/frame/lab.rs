//! What the frame has to know of a lab to open it, play it and keep it in the address.

use super::{Intervention, Preset};
use crate::address::Note;
use crate::sim::Nanos;

/// What an address opens: the preset it starts from, the scenario, and what was not understood.
pub type Opened<L> = (&'static Preset<<L as Lab>::Scenario, <L as Lab>::Trace>, <L as Lab>::Scenario, Vec<Note>);

/// A lab: a scenario that is an address, and the run that follows from it.
pub trait Lab: Sized + 'static {
    /// The last part of its address: `/labs/<slug>/`.
    const SLUG: &'static str;
    const MOST_INTERVENTIONS: usize;
    type Scenario: Clone + PartialEq + Send + Sync + 'static;
    type Action: Clone + 'static;
    type Trace: Send + Sync + 'static;

    fn presets() -> &'static [Preset<Self::Scenario, Self::Trace>];

    /// Reads an address. What is not understood falls back to the preset, with a note.
    fn read(address: &str) -> Opened<Self>;

    /// The shortest address from which `preset` gives this scenario back.
    fn write(scenario: &Self::Scenario, preset: &Preset<Self::Scenario, Self::Trace>) -> String;

    fn run(scenario: &Self::Scenario) -> Self::Trace;

    /// How long the run is.
    fn length(scenario: &Self::Scenario) -> Nanos;

    /// The moment that the reader looks at; the end if there is none.
    fn moment(scenario: &mut Self::Scenario) -> &mut Option<Nanos>;

    /// How fast a run is played when it is opened: an index into [`super::playback::SPEEDS`]. Half of real speed is quick
    /// enough to hold attention, and slow enough to see.
    fn opening_speed(_scenario: &Self::Scenario) -> usize {
        2
    }

    fn interventions(scenario: &Self::Scenario) -> &[Intervention<Self::Action>];

    fn interventions_mut(scenario: &mut Self::Scenario) -> &mut Vec<Intervention<Self::Action>>;
}
