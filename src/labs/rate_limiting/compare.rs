//! Where lanes part ways: the first request that not all of them treat alike.

use super::lane::Handled;
use super::run::Trace;
use super::why;
use crate::sim::Nanos;

/// The first arrival about which lanes decide differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    pub arrival: usize,
    pub at: Nanos,
}

/// Retries are a consequence and not looked at: first attempts are the same in all lanes.
pub fn first_divergence(trace: &Trace) -> Option<Divergence> {
    let mut lanes: Vec<_> = trace.lanes.iter().map(|lane| lane.handled.iter().filter(|handled| handled.attempt == 0)).collect();
    for (arrival, made) in trace.arrivals.iter().enumerate() {
        let mut kinds = lanes.iter_mut().map(|lane| lane.next().map(kind));
        let first = kinds.next()?;
        if !kinds.fold(true, |alike, kind| alike & (kind == first)) {
            return Some(Divergence { arrival, at: made.at });
        }
    }
    None
}

fn kind(handled: &Handled) -> &'static str {
    why::mark(handled.decision.verdict).2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::{Scenario, presets, run};

    #[test]
    fn the_first_difference_is_found_and_only_a_difference() {
        let trace = run(&presets::first().scenario());
        assert_eq!(first_divergence(&trace), Some(Divergence { arrival: 8, at: Nanos::from_millis(940) }));
        let (alike, _) = Scenario::from_address("lanes=gcra,throttle");
        assert_eq!(first_divergence(&run(&alike)), None);
        let (waits, _) = Scenario::from_address("lanes=nginx,nginx(nodelay)&burst=4");
        assert_eq!(first_divergence(&run(&waits)).map(|found| found.arrival), Some(1), "one waits where the other does not");
    }
}
