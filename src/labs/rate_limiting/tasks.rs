//! Things to try: each ticks off when the run shows it, up to the moment the reader has reached.

use super::lane::{Handled, Lane};
use super::run::Trace;
use super::scenario::{Action, Algorithm, Scope};
use crate::labs::frame::{self, figures::quantile};
use crate::limiters::Verdict;
use crate::sim::Nanos;
use crate::sim::window::worst_window;

/// A task with the test that it is done.
pub type Task = frame::Task<Trace>;

fn lane(trace: &Trace, algorithm: Algorithm) -> Option<&Lane> {
    trace.lanes.iter().find(|lane| lane.spec.algorithm == algorithm)
}

fn over(trace: &Trace, at: Nanos) -> bool {
    at >= trace.scenario.length
}

fn refused(handled: &Handled) -> bool {
    !handled.decision.admitted()
}

/// Arrivals of `lane` that were never let through, with all their retries.
fn given_up(lane: &Lane, arrivals: usize) -> usize {
    let mut served = vec![false; arrivals];
    for handled in lane.handled.iter().filter(|handled| handled.decision.admitted()) {
        served[handled.arrival as usize] = true;
    }
    served.iter().filter(|served| !**served).count()
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
        let admitted = || lane.until(at).iter().filter(|handled| handled.decision.admitted());
        let after_the_first = Nanos(trace.scenario.window.0 * 3 / 2);
        let moments: Vec<Nanos> = admitted().map(|handled| handled.at).filter(|at| *at >= after_the_first).collect();
        admitted().any(|handled| trace.arrivals[handled.arrival as usize].by_reader)
            && worst_window(&moments, trace.scenario.window).is_some_and(|worst| worst.count > 12)
    },
};

pub const SAVED_UP: Task = Task {
    text: "Set the burst so that all twelve of a burst get through the token bucket",
    done: |trace, at| {
        at >= Nanos::from_millis(300)
            && lane(trace, Algorithm::TokenBucket).is_some_and(|lane| lane.handled.len() >= 12 && !lane.handled[..12].iter().any(refused))
    },
};

pub const SMOOTHED: Task = Task {
    text: "Set the burst to 1 and see GCRA refuse all but one or two of each burst",
    done: |trace, at| over(trace, at) && trace.scenario.burst == 1 && lane(trace, Algorithm::Gcra).is_some(),
};

pub const LONG_QUEUE: Task = Task {
    text: "Run until a request has waited half a second in nginx’s queue",
    done: |trace, at| {
        let mut waited = trace.lanes.iter().flat_map(|lane| lane.until(at)).map(|handled| handled.decision.wait());
        waited.any(|wait| wait >= Nanos::from_millis(500))
    },
};

pub const ALL_AT_ONCE: Task = Task {
    text: "Set the burst so that all fourteen get through at once with nodelay, and none is refused",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.sources == super::presets::find("nodelay").map(|preset| preset.scenario().sources).unwrap_or_default()
            && trace.lanes.iter().any(|lane| lane.spec.delay == crate::limiters::Delay::Nothing)
            && trace.lanes.iter().all(|lane| !lane.handled.iter().any(refused))
    },
};

pub const OVER_THE_LIMIT: Task = Task {
    text: "Run until the counter has let more through in one second than its limit",
    done: |trace, at| {
        let worst = lane(trace, Algorithm::SlidingCounter).and_then(|lane| lane.worst);
        worst.is_some_and(|worst| worst.count > trace.scenario.limit as usize && worst.last <= at)
    },
};

pub const FALSELY_REFUSED: Task = Task {
    text: "Find a request that the counter refuses although its own last second had room",
    done: |trace, at| {
        let Some(lane) = lane(trace, Algorithm::SlidingCounter) else { return false };
        let seen = lane.until(at);
        let admitted: Vec<Nanos> = seen.iter().filter(|handled| !refused(handled)).map(|handled| handled.at).collect();
        let in_window = |at: Nanos| admitted.iter().filter(|moment| **moment < at && **moment + trace.scenario.window >= at).count();
        seen.iter().any(|handled| refused(handled) && in_window(handled.at) < trace.scenario.limit as usize)
    },
};

pub const QUIET_ONES_PASS: Task = Task {
    text: "Give each client a limiter of its own, so that the token bucket refuses none of the four quiet ones",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.scope == Scope::PerClient
            && lane(trace, Algorithm::TokenBucket)
                .is_some_and(|lane| !lane.handled.iter().any(|handled| handled.client < 4 && refused(handled)))
    },
};

pub const ONLY_THE_GREEDY: Task = Task {
    text: "Then lower the limit until the greedy one gets no more than 6 a second, and the quiet ones still pass",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.scope == Scope::PerClient
            && lane(trace, Algorithm::TokenBucket).is_some_and(|lane| {
                let greedy = lane.handled.iter().filter(|handled| handled.client == 4 && !refused(handled)).count();
                greedy as f64 <= 6.0 * trace.scenario.length.as_secs_f64()
                    && !lane.handled.iter().any(|handled| handled.client < 4 && refused(handled))
            })
    },
};

pub const FEWER_ATTEMPTS: Task = Task {
    text: "Make the clients back off until the bucket handles less than four times as many attempts as there are requests",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.retry.is_some()
            && lane(trace, Algorithm::TokenBucket).is_some_and(|lane| lane.handled.len() < 4 * trace.arrivals.len())
    },
};

pub const NOBODY_GIVES_UP: Task = Task {
    text: "… and with that, let every request through in the end",
    done: |trace, at| {
        FEWER_ATTEMPTS.done(trace, at) && lane(trace, Algorithm::TokenBucket).is_some_and(|lane| given_up(lane, trace.arrivals.len()) == 0)
    },
};

pub const SPREAD_OUT: Task = Task {
    text: "Choose a jitter so that no 50 ms see more than 20 of the herd after its first moment",
    done: |trace, at| {
        let first = trace.arrivals.first().map_or(Nanos::ZERO, |arrival| arrival.at);
        over(trace, at)
            && trace.arrivals.len() >= 60
            && trace.scenario.retry.is_some()
            && trace.lanes.iter().all(|lane| {
                let moments: Vec<Nanos> = lane.handled.iter().map(|handled| handled.at).filter(|at| *at > first).collect();
                worst_window(&moments, Nanos::from_millis(50)).is_some_and(|worst| worst.count <= 20)
            })
    },
};

pub const ALL_SERVED: Task = Task {
    text: "Get all sixty through the token bucket with at most 150 attempts",
    done: |trace, at| {
        over(trace, at)
            && trace.arrivals.len() >= 60
            && trace.scenario.limit <= 10
            && trace.scenario.burst <= 10
            && trace.scenario.scope == Scope::Everybody
            && lane(trace, Algorithm::TokenBucket)
                .is_some_and(|lane| lane.handled.len() <= 150 && given_up(lane, trace.arrivals.len()) == 0)
    },
};

/// The 99th percentile of the time from arrival to answer, of what was answered until `at`.
fn slow_answers(lane: &Lane, at: Nanos) -> Option<Nanos> {
    let mut times: Vec<Nanos> =
        lane.until(at).iter().filter_map(|handled| handled.done.filter(|done| *done <= at).map(|done| done - handled.at)).collect();
    times.sort_unstable();
    quantile(&times, 0.99)
}

pub const STAYED_QUICK: Task = Task {
    text: "Run to the end: the bucket’s slowest hundredth takes three times as long as that of the limit in flight, or more",
    done: |trace, at| {
        let slow = |algorithm| lane(trace, algorithm).and_then(|lane| slow_answers(lane, at));
        over(trace, at)
            && slow(Algorithm::TokenBucket).zip(slow(Algorithm::Concurrency)).is_some_and(|(rate, in_flight)| rate.0 >= 3 * in_flight.0)
    },
};

pub const RATE_LOW_ENOUGH: Task = Task {
    text: "Find a limit for the token bucket that keeps its p99 below 1.5 s, and see what it refuses while nothing is slow",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.interventions.iter().any(|made| matches!(made.action, Action::Slow(factor) if factor >= 4))
            && lane(trace, Algorithm::TokenBucket)
                .and_then(|lane| slow_answers(lane, at))
                .is_some_and(|p99| p99 < Nanos::from_millis(1_500))
    },
};

pub const BOTH_HALVES: Task = Task {
    text: "Run to the end and compare the counts: nearly the same share is admitted",
    done: |trace, at| over(trace, at) && trace.lanes.len() > 1,
};

pub const RHYTHM: Task = Task {
    text: "Send a burst in the second half of a second: the fixed window refuses all of it",
    done: |trace, at| {
        let sent = trace.scenario.interventions.iter().filter(|made| matches!(made.action, Action::Send(_)) && made.at <= at);
        lane(trace, Algorithm::FixedWindow).is_some_and(|lane| {
            sent.map(|made| made.at).any(|from| {
                let mut own =
                    lane.handled.iter().filter(|handled| trace.arrivals[handled.arrival as usize].by_reader && handled.at >= from);
                own.clone().next().is_some() && own.all(refused)
            })
        })
    },
};

pub const EARLIEST_RETRY: Task = Task {
    text: "Find a refusal whose true wait is shorter than its Retry-After says",
    done: |trace, at| {
        trace.lanes.iter().flat_map(|lane| lane.until(at)).any(|handled| match handled.decision.verdict {
            Verdict::Rejected { retry_after: Some(wait) } => wait < Nanos(wait.ceil_secs() * Nanos::SECOND.0),
            _ => false,
        })
    },
};

pub const NO_FALSE_HOPE: Task = Task {
    text: "Raise the limit until nobody is refused by any of them, and run to the end",
    done: |trace, at| over(trace, at) && trace.lanes.iter().all(|lane| !lane.handled.iter().any(refused)),
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
            ("nodelay", 0, ""),
            ("nodelay", 1, "&burst=11"),
            ("blind-spot", 0, ""),
            ("blind-spot", 1, ""),
            ("neighbour", 0, "&per=client"),
            ("neighbour", 1, "&per=client&limit=5&burst=6"),
            ("storm", 0, "&retry=full:500ms:4s:x8"),
            ("storm", 1, "&retry=full:500ms:4s:x8"),
            ("herd", 0, "&retry=full:2s:4s:x8:honour"),
            ("herd", 1, "&retry=full:2s:4s:x8:honour"),
            ("concurrency", 0, ""),
            ("concurrency", 1, "&lanes=token(limit:25,burst:5),inflight"),
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

    /// What the presets say about themselves.
    #[test]
    fn presets_show_what_they_promise() {
        let of = |slug: &str| run(&presets::find(slug).unwrap().scenario());
        let refused = |trace: &crate::labs::rate_limiting::Trace, lane: usize| {
            trace.lanes[lane].handled.iter().filter(|handled| !handled.decision.admitted()).map(|handled| handled.at).collect::<Vec<_>>()
        };
        let nodelay = of("nodelay");
        assert!(refused(&nodelay, 0) == refused(&nodelay, 1) && refused(&nodelay, 1) == refused(&nodelay, 2));
        assert!(!refused(&nodelay, 0).is_empty());
        let storm = of("storm");
        let crowd_ends = crate::sim::Nanos::from_millis(3_000);
        let late = storm.lanes[0].handled.iter().filter(|handled| handled.at > crowd_ends && handled.attempt > 0).count();
        assert!(late > 100, "{late} retries after the crowd has gone");
        let herd = of("herd");
        assert_eq!(herd.lanes[0].handled.iter().filter(|handled| handled.attempt == 1).count(), 50);
        let against = of("blind-spot").lanes[0].against_log.unwrap();
        assert!(against.false_admissions > 0 && against.false_refusals > 0, "{against:?}");
    }
}
