//! Scenarios that teach one idea each, and what there is to try in them.

use crate::sim::Nanos;

/// Something to try: it ticks off when the run shows it.
#[derive(Debug)]
pub struct Task<Trace: 'static> {
    pub text: &'static str,
    /// Whether the run shows it at or before a moment.
    pub done: fn(&Trace, Nanos) -> bool,
}

impl<Trace> Task<Trace> {
    /// Whether the run shows it at or before `at`.
    pub fn done(&self, trace: &Trace, at: Nanos) -> bool {
        (self.done)(trace, at)
    }
}

/// A scenario with its idea.
#[derive(Debug)]
pub struct Preset<Scenario: 'static, Trace: 'static> {
    /// In addresses.
    pub slug: &'static str,
    /// On its button.
    pub label: &'static str,
    /// Above the picture.
    pub title: &'static str,
    /// What to look at.
    pub watch: &'static [&'static str],
    pub tasks: &'static [Task<Trace>],
    pub make: fn() -> Scenario,
}

impl<Scenario, Trace> Preset<Scenario, Trace> {
    pub fn scenario(&self) -> Scenario {
        (self.make)()
    }
}

impl<Scenario, Trace> PartialEq for Preset<Scenario, Trace> {
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
    }
}
