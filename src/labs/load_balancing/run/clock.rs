//! What is going to happen, in order of time; of one moment, in the order in which it was planned.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::flight::FlightId;
use super::trace::End;
use crate::sim::Nanos;

/// Something that will happen to one lane. Arrivals are not here: they come from their list, after the events of their moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The intervention of this number, in order of time.
    Change(u32),
    /// An attempt reaches its server.
    Reach(FlightId),
    /// A worker is done, if this plan still holds.
    Finish(FlightId, u32),
    /// An answer, or word of a failure, comes back to the balancer.
    Back(FlightId, End),
    TimeOut(FlightId),
    Retry(u32),
    Hedge(u32),
    /// A balancer checks all servers.
    Check(u32),
    /// A balancer looks at the servers that it has ejected.
    Sweep(u32),
    /// A balancer's belief about a server may change by itself.
    Look(u32, u32),
    /// A server that is warming up gets more weight, if this plan still holds.
    Warm(u32, u32),
    /// A flapping server turns over, if this plan still holds.
    Flap(u32, u32),
}

struct Planned {
    at: Nanos,
    number: u64,
    event: Event,
}

/// The queue of events.
#[derive(Default)]
pub struct Clock {
    queue: BinaryHeap<Planned>,
    planned: u64,
}

impl Clock {
    pub fn plan(&mut self, at: Nanos, event: Event) {
        self.queue.push(Planned { at, number: self.planned, event });
        self.planned += 1;
    }

    /// The next event, if it is not after `until`.
    pub fn next(&mut self, until: Nanos) -> Option<(Nanos, Event)> {
        if self.queue.peek()?.at > until {
            return None;
        }
        self.queue.pop().map(|planned| (planned.at, planned.event))
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The heap's largest is what comes first.
impl Ord for Planned {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_moment_come_as_they_were_planned() {
        let mut clock = Clock::default();
        for (at, number) in [(5, 0), (3, 1), (5, 2), (3, 3), (4, 4)] {
            clock.plan(Nanos(at), Event::Retry(number));
        }
        let mut seen = Vec::new();
        while let Some((at, event)) = clock.next(Nanos(4)) {
            seen.push((at.0, event));
        }
        assert_eq!(seen, [(3, Event::Retry(1)), (3, Event::Retry(3)), (4, Event::Retry(4))]);
    }
}
