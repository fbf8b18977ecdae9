//! Things to try: each ticks off when the run shows it, up to the moment the reader has reached.

use super::run::{Lane, Trace};
use super::scenario::{Action, Algorithm};
use crate::limiters::Verdict;
use crate::sim::Nanos;

/// A task with the test that it is done.
#[derive(Debug)]
pub struct Task {
    pub text: &'static str,
    done: fn(&Trace, Nanos) -> bool,
}

impl Task {
    /// Whether the run shows it at or before `at`.
    pub fn done(&self, trace: &Trace, at: Nanos) -> bool {
        (self.done)(trace, at)
    }
}

fn lane(trace: &Trace, algorithm: Algorithm) -> Option<&Lane> {
    trace.lanes.iter().find(|lane| lane.algorithm == algorithm)
}

fn over(trace: &Trace, at: Nanos) -> bool {
    at >= trace.scenario.length
}

pub const TWICE_THE_LIMIT: Task = Task {
    text: "Run until the fixed window has admitted twice its limit within one window’s length",
    done: |trace, at| {
        lane(trace, Algorithm::FixedWindow)
            .and_then(|lane| lane.worst)
            .is_some_and(|worst| worst.count >= 2 * trace.scenario.limit as usize && worst.last <= at)
    },
};

pub const BURST_CAPPED: Task = Task {
    text: "Set the burst so that the token bucket never admits more than 10 in a second, with the limit still 8, and run to the end",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.limit == 8
            && lane(trace, Algorithm::TokenBucket).and_then(|lane| lane.worst).is_some_and(|worst| worst.count <= 10)
    },
};

pub const BY_HAND: Task = Task {
    text: "Send a burst of your own so that another boundary lets more than 12 through within a second",
    done: |trace, at| {
        let Some(lane) = lane(trace, Algorithm::FixedWindow) else { return false };
        let admitted = || {
            trace
                .arrivals
                .iter()
                .zip(&lane.decisions)
                .filter(|(arrival, decision)| decision.admitted() && arrival.at <= at)
                .map(|(arrival, _)| arrival)
        };
        let after_the_first = Nanos(trace.scenario.window.0 * 3 / 2);
        let moments: Vec<Nanos> = admitted().map(|arrival| arrival.at).filter(|at| *at >= after_the_first).collect();
        admitted().any(|arrival| arrival.by_reader)
            && crate::sim::window::worst_window(&moments, trace.scenario.window).is_some_and(|worst| worst.count > 12)
    },
};

pub const SAVED_UP: Task = Task {
    text: "Set the burst so that all twelve of a burst get through the token bucket",
    done: |trace, at| {
        at >= Nanos::from_millis(300)
            && lane(trace, Algorithm::TokenBucket).is_some_and(|lane| lane.decisions.len() >= 12 && lane.admitted(12) == 12)
    },
};

pub const SMOOTHED: Task = Task {
    text: "Set the burst to 1 and see GCRA refuse all but one or two of each burst",
    done: |trace, at| over(trace, at) && trace.scenario.burst == 1 && lane(trace, Algorithm::Gcra).is_some(),
};

pub const BOTH_HALVES: Task = Task {
    text: "Run to the end and compare the counts: nearly the same share is admitted",
    done: |trace, at| over(trace, at) && trace.lanes.len() > 1,
};

pub const RHYTHM: Task = Task {
    text: "Send a burst in the second half of a second: the fixed window refuses all of it",
    done: |trace, at| {
        let sent: Vec<Nanos> = trace
            .scenario
            .interventions
            .iter()
            .filter(|made| matches!(made.action, Action::Send(_)) && made.at <= at)
            .map(|made| made.at)
            .collect();
        lane(trace, Algorithm::FixedWindow).is_some_and(|lane| {
            sent.iter().any(|&from| {
                let mut own = trace.arrivals.iter().zip(&lane.decisions).filter(|(arrival, _)| arrival.by_reader && arrival.at >= from);
                own.clone().next().is_some() && own.all(|(_, decision)| !decision.admitted())
            })
        })
    },
};

pub const EARLIEST_RETRY: Task = Task {
    text: "Find a refusal whose true wait is shorter than its Retry-After says",
    done: |trace, at| {
        let seen = trace.seen(at);
        trace.lanes.iter().flat_map(|lane| &lane.decisions[..seen]).any(|decision| match decision.verdict {
            Verdict::Rejected { retry_after: Some(wait) } => wait < Nanos(wait.ceil_secs() * Nanos::SECOND.0),
            _ => false,
        })
    },
};

pub const NO_FALSE_HOPE: Task = Task {
    text: "Raise the limit until nobody is refused by any of them, and run to the end",
    done: |trace, at| over(trace, at) && trace.lanes.iter().all(|lane| lane.decisions.iter().all(|decision| decision.admitted())),
};

#[cfg(test)]
mod tests {
    use crate::labs::rate_limiting::{PRESETS, Scenario, presets, run};

    /// A task that is done before anybody did anything, or that nothing can do, teaches nothing.
    #[test]
    fn every_task_can_be_done_and_waits_for_it() {
        let ways = [
            ("boundary", 0, ""),
            ("boundary", 1, "&burst=2"),
            ("boundary", 2, "&do=2.9s:send:8,3s:send:8"),
            ("burst", 0, "&burst=12"),
            ("burst", 1, "&burst=1"),
            ("rhythm", 0, ""),
            ("rhythm", 1, "&do=2.6s:send:5"),
            ("answers", 0, ""),
            ("answers", 1, "&limit=40&burst=40"),
        ];
        let tasks = PRESETS.iter().map(|preset| preset.tasks.len()).sum::<usize>();
        assert_eq!(ways.len(), tasks, "each task has its way here");
        for (slug, index, change) in ways {
            let task = &presets::find(slug).unwrap().tasks[index];
            let (scenario, notes) = Scenario::from_address(&format!("preset={slug}{change}"));
            assert_eq!(notes, []);
            let trace = run(&scenario);
            assert!(task.done(&trace, scenario.length), "{slug}: {}", task.text);
            assert!(!task.done(&trace, crate::sim::Nanos::ZERO), "{slug}: done at the start: {}", task.text);
        }
    }
}
