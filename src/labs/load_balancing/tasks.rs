//! Things to try: each ticks off when the run shows it, up to the moment the reader has reached.

use super::run::{Attempt, End, Lane, NEVER, ServerTrace, Trace};
use super::scenario::{Action, Kind};
use crate::labs::frame::{self, Intervention};
use crate::sim::Nanos;

/// A task with the test that it is done.
pub type Task = frame::Task<Trace>;

fn lane(trace: &Trace, kind: Kind) -> Option<&Lane> {
    trace.lanes.iter().find(|lane| lane.spec.kind == kind)
}

fn over(trace: &Trace, at: Nanos) -> bool {
    at >= trace.scenario.length
}

/// The requests of a lane with their arrivals, as far as they are recorded.
fn requests(trace: &Trace, lane: &Lane) -> impl Iterator<Item = (Nanos, Nanos, End)> {
    trace.arrivals.iter().zip(&lane.requests).map(|(arrival, request)| (arrival.at, request.over, request.end))
}

/// How many requests had ended so by then.
fn ended(trace: &Trace, lane: &Lane, end: End, at: Nanos) -> usize {
    requests(trace, lane).filter(|(_, over, how)| *how == end && *over <= at).count()
}

/// From arrival to answer, of what was answered by then, in ascending order.
fn answer_times(trace: &Trace, lane: &Lane, at: Nanos) -> Vec<Nanos> {
    let answered = requests(trace, lane).filter(|(_, over, end)| *end == End::Answered && *over <= at);
    let mut times: Vec<Nanos> = answered.map(|(from, over, _)| over - from).collect();
    times.sort_unstable();
    times
}

/// The 99th percentile of the answers' times, by nearest rank.
fn p99(trace: &Trace, kind: Kind, at: Nanos) -> Option<Nanos> {
    let times = answer_times(trace, lane(trace, kind)?, at);
    let rank = (times.len() * 99).div_ceil(100);
    times.get(rank.checked_sub(1)?).copied()
}

/// The mean of the answers' times, in nanoseconds.
fn mean(trace: &Trace, lane: &Lane, at: Nanos) -> Option<f64> {
    let times = answer_times(trace, lane, at);
    let sum: f64 = times.iter().map(|time| time.0 as f64).sum();
    (!times.is_empty()).then(|| sum / times.len() as f64)
}

/// Of the requests that came in the last ten seconds and are over, the share that was answered.
fn answered_at_last(trace: &Trace, lane: &Lane) -> Option<f64> {
    let from = trace.scenario.length - Nanos(10 * Nanos::SECOND.0);
    let late = || requests(trace, lane).filter(move |(at, over, _)| *at >= from && *over != NEVER);
    let answered = late().filter(|(_, _, end)| *end == End::Answered).count();
    (late().count() > 0).then(|| answered as f64 / late().count() as f64)
}

/// Whether that share is such in every lane.
fn at_last(trace: &Trace, at: Nanos, such: impl Fn(f64) -> bool) -> bool {
    over(trace, at) && trace.lanes.iter().all(|lane| answered_at_last(trace, lane).is_some_and(&such))
}

/// An attempt's time at its server.
struct Stay {
    server: usize,
    reached: Nanos,
    /// When it stopped waiting: work on it began, or it was turned away.
    waited_until: Nanos,
    left: Nanos,
}

fn stay(trace: &Trace, lane: &Lane, attempt: &Attempt) -> Option<Stay> {
    let server = attempt.server()?;
    let reached = attempt.sent + trace.scenario.network;
    // Word of a refusal travels back before it is known.
    let refused = match attempt.end {
        End::Error | End::Dropped | End::Reset => attempt.over - trace.scenario.network,
        _ => NEVER,
    };
    // Who dies loses what it has, also what nobody waits for any more.
    let died =
        lane.servers.get(server)?.states.iter().find(|(from, state)| *from >= reached && !state.alive).map_or(NEVER, |(from, _)| *from);
    let left = attempt.finished.min(refused).min(died);
    Some(Stay { server, reached, waited_until: attempt.started.min(left), left })
}

/// What a server has at a moment.
#[derive(Clone, Copy, Default)]
struct Load {
    waiting: i64,
    /// With those in work.
    held: i64,
}

/// Whether at some moment up to `at` the servers of a lane had loads such as `shows` looks for.
fn some_moment(trace: &Trace, lane: &Lane, at: Nanos, shows: impl Fn(Nanos, &[Load]) -> bool) -> bool {
    let stays = lane.attempts[..lane.sent(at)].iter().filter_map(|attempt| stay(trace, lane, attempt));
    let changes =
        |stay: Stay| [(stay.reached, stay.server, 1, 1), (stay.waited_until, stay.server, -1, 0), (stay.left, stay.server, 0, -1)];
    let mut changes: Vec<(Nanos, usize, i64, i64)> = stays.flat_map(changes).filter(|change| change.0 <= at).collect();
    changes.sort_unstable();
    let mut loads = vec![Load::default(); lane.servers.len()];
    changes.chunk_by(|one, other| one.0 == other.0).any(|together| {
        for (_, server, waiting, held) in together {
            loads[*server].waiting += waiting;
            loads[*server].held += held;
        }
        together.first().is_some_and(|first| shows(first.0, &loads))
    })
}

/// Whether `many` ever waited at one server: at `server`, or at any.
fn waited(trace: &Trace, lane: &Lane, at: Nanos, many: i64, server: Option<usize>) -> bool {
    let enough = |load: &Load| load.waiting >= many;
    some_moment(trace, lane, at, |_, loads| match server {
        Some(server) => loads.get(server).is_some_and(enough),
        None => loads.iter().any(enough),
    })
}

/// Whether `many` ever waited at one server while another one that was there had nothing to do.
fn waited_beside_idle(trace: &Trace, kind: Kind, at: Nanos, many: i64) -> bool {
    lane(trace, kind).is_some_and(|lane| {
        some_moment(trace, lane, at, |moment, loads| {
            let idle = |(load, server): (&Load, &ServerTrace)| {
                load.held == 0 && server.state(moment).is_some_and(|state| state.present && state.alive)
            };
            loads.iter().any(|load| load.waiting >= many) && loads.iter().zip(&lane.servers).any(idle)
        })
    })
}

/// Whether a server is in use then: in the configuration, up, and not draining.
fn in_use(lane: &Lane, server: usize, at: Nanos) -> bool {
    let state = lane.servers.get(server).and_then(|server| server.state(at));
    state.is_some_and(|state| state.present && state.alive && !state.draining)
}

pub const NINE_WAIT_AT_S3: Task = Task {
    text: "Run until nine requests wait at s3 under round robin",
    done: |trace, at| lane(trace, Kind::RoundRobin).is_some_and(|lane| waited(trace, lane, at, 9, Some(2))),
};

pub const WITHOUT_S3: Task = Task {
    text: "Remove or drain s3 early on: the 99th percentile of least connections falls below 600 ms, with as many requests as before",
    done: |trace, at| {
        over(trace, at)
            && trace.arrivals.len() >= 2_000
            && lane(trace, Kind::LeastConnections).is_some_and(|lane| !in_use(lane, 2, at))
            && p99(trace, Kind::LeastConnections, at).is_some_and(|p99| p99 < Nanos::from_millis(600))
    },
};

pub const NOBODY_TURNED_AWAY: Task = Task {
    text: "Find a speed for s3, still slower than the others, at which round robin turns nobody away",
    done: |trace, at| {
        let scenario = &trace.scenario;
        over(trace, at)
            && trace.arrivals.len() >= 2_000
            && scenario.queue.places.is_some_and(|places| places <= 20)
            && scenario.servers.len() == 5
            && scenario.servers[2].speed < scenario.servers[0].speed
            && lane(trace, Kind::RoundRobin).is_some_and(|lane| in_use(lane, 2, at) && ended(trace, lane, End::Dropped, at) == 0)
    },
};

pub const SMALL_ONES_REFUSE: Task = Task {
    text: "Run until s1 or s2 turns a request away under round robin",
    done: |trace, at| {
        lane(trace, Kind::RoundRobin).is_some_and(|lane| {
            let mut dropped = lane.attempts.iter().filter(|attempt| attempt.end == End::Dropped && attempt.over <= at);
            dropped.any(|attempt| attempt.server().is_some_and(|server| server < 2))
        })
    },
};

pub const SAME_WEIGHTS: Task = Task {
    text: "Give all servers the same weight: now smooth weighted round robin turns requests away as well",
    done: |trace, at| {
        let servers = &trace.scenario.servers;
        over(trace, at)
            && servers.windows(2).all(|pair| pair[0].weight == pair[1].weight)
            && servers.windows(2).any(|pair| pair[0].speed != pair[1].speed)
            && lane(trace, Kind::SmoothWeighted).is_some_and(|lane| ended(trace, lane, End::Dropped, at) > 0)
    },
};

pub const TEN_WAIT_BESIDE_IDLE: Task = Task {
    text: "Run until ten requests wait at one server under random while another has nothing to do",
    done: |trace, at| waited_beside_idle(trace, Kind::Random, at, 10),
};

pub const LESS_TRAFFIC: Task = Task {
    text: "Send less, until the 99th percentile of random is below a second with these four servers",
    done: |trace, at| {
        over(trace, at)
            && trace.arrivals.len() >= 1_000
            && trace.scenario.servers.len() == 4
            && p99(trace, Kind::Random, at).is_some_and(|p99| p99 < Nanos::SECOND)
    },
};

pub const THIRTY_WAIT: Task = Task {
    text: "Run until thirty requests wait at one server under random",
    done: |trace, at| lane(trace, Kind::Random).is_some_and(|lane| waited(trace, lane, at, 30, None)),
};

pub const FIFTH_SERVER: Task = Task {
    text: "Begin with a fifth server: for the same traffic the 99th percentile of least connections falls below a second",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.servers.len() == 5
            && trace.scenario.rate().is_some_and(|rate| rate >= 38.0)
            && p99(trace, Kind::LeastConnections, at).is_some_and(|p99| p99 < Nanos::SECOND)
    },
};

pub const FIFTY_WAIT: Task = Task {
    text: "Run until fifty requests wait at one server under random",
    done: |trace, at| lane(trace, Kind::Random).is_some_and(|lane| waited(trace, lane, at, 50, None)),
};

pub const A_TENTH_LESS: Task = Task {
    text: "Send a tenth less, no fewer than 35 a second: the 99th percentile of least connections falls below two seconds",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.servers.len() == 4
            && trace.scenario.rate().is_some_and(|rate| (35.0..39.0).contains(&rate))
            && p99(trace, Kind::LeastConnections, at).is_some_and(|p99| p99 < Nanos(2 * Nanos::SECOND.0))
    },
};

/// The means of all lanes of power of choices, with their `d`.
fn means_of_choices(trace: &Trace, at: Nanos) -> impl Iterator<Item = (u32, f64)> {
    let lanes = trace.lanes.iter().filter(|lane| lane.spec.kind == Kind::Choices);
    lanes.filter_map(move |lane| Some((lane.spec.d, mean(trace, lane, at)?)))
}

pub const LESS_THAN_HALF: Task = Task {
    text: "Run to the end: the mean under power of choices, d = 2, is less than half of that under random",
    done: |trace, at| {
        over(trace, at)
            && lane(trace, Kind::Random)
                .and_then(|lane| mean(trace, lane, at))
                .is_some_and(|random| means_of_choices(trace, at).any(|(d, mean)| d == 2 && 2.0 * mean < random))
    },
};

pub const NEARLY_LEAST: Task = Task {
    text: "Find a d with which the mean of power of choices comes within a fifth of that of least connections",
    done: |trace, at| {
        over(trace, at)
            && trace.arrivals.len() >= 1_000
            && lane(trace, Kind::LeastConnections)
                .and_then(|lane| mean(trace, lane, at))
                .is_some_and(|least| means_of_choices(trace, at).any(|(_, mean)| mean <= 1.2 * least))
    },
};

pub const FIRST_BURST: Task = Task {
    text: "Run until five requests wait at one server under least connections while another has nothing to do",
    done: |trace, at| waited_beside_idle(trace, Kind::LeastConnections, at, 5),
};

pub const ONE_BALANCER: Task = Task {
    text: "Let one balancer do it all, and see the 99th percentile of least connections fall below random’s",
    done: |trace, at| {
        let p99 = |kind| lane(trace, kind).and_then(|lane| lane.totals.latency.quantile(0.99));
        over(trace, at)
            && trace.scenario.balancers == 1
            && trace.arrivals.len() >= 1_000
            && p99(Kind::LeastConnections).zip(p99(Kind::Random)).is_some_and(|(least, random)| least < random)
    },
};

/// When s1 was told to be as quick as it was, after it had been slowed down.
fn recovered(trace: &Trace) -> Option<Nanos> {
    let made = &trace.scenario.interventions;
    let back = made.iter().filter(|made| made.action == Action::Slow(0, 1)).map(|made| made.at).max()?;
    made.iter().any(|made| matches!(made.action, Action::Slow(0, 2..)) && made.at < back).then_some(back)
}

/// Of the attempts from `from` to `at`: those to s1, and all.
fn to_s1(lane: &Lane, from: Nanos, at: Nanos) -> (usize, usize) {
    let sent = || lane.attempts[..lane.sent(at)].iter().filter(move |attempt| attempt.sent >= from);
    (sent().filter(|attempt| attempt.server() == Some(0)).count(), sent().count())
}

pub const STILL_AVOIDED: Task = Task {
    text: "Run until peak EWMA with the longer decay has sent s1 fifty requests fewer than with the shorter, counted from its recovery",
    done: |trace, at| {
        let lanes = || trace.lanes.iter().filter(|lane| lane.spec.kind == Kind::PeakEwma);
        let longest = lanes().max_by_key(|lane| lane.spec.decay);
        let shortest = lanes().min_by_key(|lane| lane.spec.decay);
        let Some((from, (longest, shortest))) = recovered(trace).zip(longest.zip(shortest)) else { return false };
        longest.spec.decay > shortest.spec.decay && to_s1(longest, from, at).0 + 50 <= to_s1(shortest, from, at).0
    },
};

pub const FORGIVEN: Task = Task {
    text: "Choose the decay so that every lane of peak EWMA gives s1 at least a fifth of what comes after its recovery",
    done: |trace, at| {
        let mut lanes = trace.lanes.iter().filter(|lane| lane.spec.kind == Kind::PeakEwma).peekable();
        over(trace, at)
            && trace.scenario.servers.len() == 4
            && lanes.peek().is_some()
            && recovered(trace).is_some_and(|from| {
                lanes.all(|lane| {
                    let (own, all) = to_s1(lane, from, at);
                    all >= 500 && 5 * own >= all
                })
            })
    },
};

pub const HOT_SERVER: Task = Task {
    text: "Run until forty requests wait at one server on the hash ring while another has nothing to do",
    done: |trace, at| waited_beside_idle(trace, Kind::Ring, at, 40),
};

pub const LOOSE_BOUND: Task = Task {
    text: "Raise the factor until twenty requests wait at one server on the bounded-load ring, too",
    done: |trace, at| lane(trace, Kind::BoundedRing).is_some_and(|lane| lane.spec.factor > 125 && waited(trace, lane, at, 20, None)),
};

pub const EVEN_CLIENTS: Task = Task {
    text: "Let the clients ask more evenly, until the hash ring turns none of the same traffic away",
    done: |trace, at| {
        over(trace, at)
            && trace.scenario.rate().is_some_and(|rate| rate >= 80.0)
            && trace.scenario.queue.places.is_some_and(|places| places <= 50)
            && trace.scenario.servers.len() == 8
            && lane(trace, Kind::Ring).is_some_and(|lane| ended(trace, lane, End::Dropped, at) == 0)
    },
};

/// Of the clients that were seen before and after the first server left or came and whose own server did not leave: how many
/// went to another one that was there before, and how many they are.
fn moved_for_nothing(trace: &Trace, lane: &Lane, at: Nanos, leaves: Option<u32>, comes: Option<u32>, moment: Nanos) -> (usize, usize) {
    let clients = trace.scenario.clients.count as usize;
    let (mut before, mut after) = (vec![None; clients], vec![None; clients]);
    for attempt in lane.attempts[..lane.sent(at)].iter().filter(|attempt| attempt.number == 0) {
        let Some((arrival, server)) = trace.arrivals.get(attempt.request as usize).zip(attempt.server()) else { continue };
        let side = if attempt.sent < moment { &mut before } else { &mut after };
        if let Some(seen) = side.get_mut(arrival.client as usize) {
            *seen = Some(server as u32);
        }
    }
    let stayed = |(before, after): (Option<u32>, Option<u32>)| before.zip(after).filter(|(before, _)| Some(*before) != leaves);
    let both: Vec<(u32, u32)> = before.into_iter().zip(after).filter_map(stayed).collect();
    (both.iter().filter(|(before, after)| before != after && Some(*after) != comes).count(), both.len())
}

/// Whether more than half moved for nothing under hash modulo, and nobody on the hash ring.
fn ring_keeps_them(trace: &Trace, at: Nanos, leaves: Option<u32>, comes: Option<u32>, moment: Nanos) -> bool {
    let moved = |kind| lane(trace, kind).map(|lane| moved_for_nothing(trace, lane, at, leaves, comes, moment));
    let (Some((modulo, of_modulo)), Some((ring, of_ring))) = (moved(Kind::Modulo), moved(Kind::Ring)) else { return false };
    of_modulo >= 100 && 2 * modulo > of_modulo && of_ring >= 100 && ring == 0
}

/// The only intervention that takes a server out or brings one in.
fn only_change(trace: &Trace) -> Option<(Nanos, Action)> {
    let mut changes = trace.scenario.interventions.iter().filter(|made| !matches!(made.action, Action::Send(_)));
    let first = changes.next()?;
    changes.next().is_none().then_some((first.at, first.action))
}

pub const MOVED_FOR_NOTHING: Task = Task {
    text: "Run to the end: hash modulo moves more than half of the clients that were not at s3, the hash ring not one of them",
    done: |trace, at| match only_change(trace) {
        Some((moment, Action::Remove(2))) => over(trace, at) && ring_keeps_them(trace, at, Some(2), None, moment),
        _ => false,
    },
};

pub const ONE_MORE: Task = Task {
    text: "Let a server come instead: hash modulo moves more than half of the clients between the old ones, the hash ring not one",
    done: |trace, at| match only_change(trace) {
        Some((moment, Action::Add)) => {
            let comes = trace.scenario.servers.len() as u32;
            over(trace, at) && ring_keeps_them(trace, at, None, Some(comes), moment)
        }
        _ => false,
    },
};

pub const STAYS_DOWN: Task = Task {
    text: "Run to the end: of the last ten seconds’ requests that are over, not one in ten was answered",
    done: |trace, at| at_last(trace, at, |share| share < 0.1),
};

pub const WITH_A_BUDGET: Task = Task {
    text: "Give the retries a budget of 20 % or less: of the last ten seconds’ requests nineteen in twenty are answered again",
    done: |trace, at| {
        let budget = trace.scenario.retry.and_then(|retry| retry.budget);
        budget.is_some_and(|budget| budget.percent <= 20) && at_last(trace, at, |share| share >= 0.95)
    },
};

pub const SHORT_QUEUES: Task = Task {
    text: "Reach the same without a budget and with three retries or more: make the queues so short that nothing waits in vain",
    done: |trace, at| {
        trace.scenario.retry.is_some_and(|retry| retry.budget.is_none() && retry.attempts >= 3)
            && trace.scenario.queue.places.is_some()
            && at_last(trace, at, |share| share >= 0.95)
    },
};

pub const COMES_BACK: Task = Task {
    text: "Run to the end: of the last ten seconds’ requests that are over, nineteen in twenty were answered",
    done: |trace, at| at_last(trace, at, |share| share >= 0.95),
};

pub const TOO_GENEROUS: Task = Task {
    text: "Raise the budget until it does not help: of the last ten seconds’ requests not one in ten is answered",
    done: |trace, at| {
        let budget = trace.scenario.retry.and_then(|retry| retry.budget);
        budget.is_some_and(|budget| budget.percent > 20) && at_last(trace, at, |share| share < 0.1)
    },
};

/// Requests of all lanes for which no server was to be had.
fn without_server(trace: &Trace, at: Nanos) -> usize {
    trace.lanes.iter().map(|lane| ended(trace, lane, End::NoServer, at)).sum()
}

pub const NOBODY_LEFT: Task =
    Task { text: "Run until there is no server left for a request", done: |trace, at| without_server(trace, at) > 0 };

pub const FEW_EJECTED: Task = Task {
    text: "Let no more than 10 % be ejected: every request finds a server, and four in five are answered",
    done: |trace, at| {
        let answered = |lane: &Lane| 5 * ended(trace, lane, End::Answered, at) >= 4 * lane.requests.len();
        over(trace, at)
            && trace.arrivals.len() >= 1_000
            && trace.scenario.health.ejection.is_some_and(|ejection| ejection.most_percent <= 10)
            && without_server(trace, at) == 0
            && trace.lanes.iter().all(answered)
    },
};

pub const LONGER_ROW: Task = Task {
    text: "Or let all be ejected, but for so long a row of errors that every request finds a server",
    done: |trace, at| {
        let ejection = trace.scenario.health.ejection;
        over(trace, at)
            && trace.arrivals.len() >= 1_000
            && ejection.is_some_and(|ejection| ejection.most_percent == 100 && ejection.consecutive > 5)
            && without_server(trace, at) == 0
    },
};

pub const FIFTY_WAIT_AT_S5: Task = Task {
    text: "Run until fifty requests wait at s5 under smooth weighted round robin",
    done: |trace, at| lane(trace, Kind::SmoothWeighted).is_some_and(|lane| waited(trace, lane, at, 50, Some(4))),
};

pub const WARMED_UP: Task = Task {
    text: "Choose a slow start with which smooth weighted round robin never lets more than twenty wait at s5, as cold as it is",
    done: |trace, at| {
        let cold = |made: &Intervention<Action>| matches!(made.action, Action::Slow(4, 8..));
        over(trace, at)
            && trace.scenario.slow_start > Nanos::ZERO
            && trace.scenario.interventions.iter().any(cold)
            && lane(trace, Kind::SmoothWeighted).is_some_and(|lane| {
                lane.servers.get(4).is_some_and(|server| server.attempts >= 100) && !waited(trace, lane, at, 21, Some(4))
            })
    },
};

/// Whether s3 flaps in this run.
fn flaps(trace: &Trace) -> bool {
    trace.scenario.interventions.iter().any(|made| matches!(made.action, Action::Flap(2, period) if period > Nanos::ZERO))
}

pub const DRAWN_TO_IT: Task = Task {
    text: "Run until least connections has lost forty requests more than round robin",
    done: |trace, at| {
        let lost = |kind| lane(trace, kind).map(|lane| ended(trace, lane, End::Reset, at));
        lost(Kind::LeastConnections).zip(lost(Kind::RoundRobin)).is_some_and(|(least, turns)| least >= turns + 40)
    },
};

pub const QUICKER_CHECKS: Task = Task {
    text: "Set the checks so that neither loses more than one request in twenty, without retries",
    done: |trace, at| {
        let few_lost = |lane: &Lane| 20 * ended(trace, lane, End::Reset, at) <= lane.requests.len();
        over(trace, at)
            && flaps(trace)
            && trace.arrivals.len() >= 500
            && trace.scenario.retry.is_none()
            && trace.scenario.health.active.is_some()
            && trace.lanes.iter().all(few_lost)
    },
};

pub const SECOND_TRY: Task = Task {
    text: "Let failed requests be tried once more, and lose none at all",
    done: |trace, at| {
        over(trace, at)
            && flaps(trace)
            && trace.arrivals.len() >= 500
            && trace.scenario.retry.is_some()
            && trace.lanes.iter().all(|lane| ended(trace, lane, End::Reset, at) == 0)
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::load_balancing::names::are_there;
    use crate::labs::load_balancing::presets::{self, PRESETS};
    use crate::labs::load_balancing::run::run;
    use crate::labs::load_balancing::scenario::Scenario;

    fn of(slug: &str) -> Trace {
        run(&presets::find(slug).unwrap().scenario())
    }

    /// A task that is done before anybody did anything, or that nothing can do, teaches nothing.
    #[test]
    fn every_task_can_be_done_and_waits_for_it() {
        // What has to be changed, and whether the run as it is shows it already.
        let ways = [
            ("slow", 0, "", true),
            ("slow", 1, "&do=0s:remove:s3", false),
            ("slow", 2, "&servers=2,1:s0.8,2", false),
            ("unequal", 0, "", true),
            ("unequal", 1, "&servers=2,1:s2,1:s4", false),
            ("load80", 0, "", true),
            ("load80", 1, "&traffic=poisson:16", false),
            ("load95", 0, "", true),
            ("load95", 1, "&servers=5", false),
            ("load99", 0, "", true),
            ("load99", 1, "&traffic=poisson:35.6", false),
            ("two-choices", 0, "", true),
            ("two-choices", 1, "&lanes=choices(d:16),least", false),
            ("herd", 0, "", true),
            ("herd", 1, "&balancers=1", false),
            ("stale", 0, "", true),
            ("stale", 1, "&lanes=ewma(decay:1s),least", false),
            ("hot-key", 0, "", true),
            ("hot-key", 1, "&lanes=ring,bounded(factor:800)", false),
            ("hot-key", 2, "&clients=1000:0.5", false),
            ("losing", 0, "", true),
            ("losing", 1, "&do=15s:add", false),
            ("retry-storm", 0, "", true),
            ("retry-storm", 1, "&retry=now:x3:budget:20:10:10s", false),
            ("retry-storm", 2, "&queue=fifo:8", false),
            ("budget", 0, "", true),
            ("budget", 1, "&retry=now:x3:budget:100:10:10s", false),
            ("ejecting", 0, "", true),
            ("ejecting", 1, "&health=eject:5:30s:10:10s", false),
            ("ejecting", 2, "&health=eject:40:30s:100:10s", false),
            ("slow-start", 0, "", true),
            ("slow-start", 1, "&slowstart=20s", false),
            ("flapping", 0, "", true),
            ("flapping", 1, "&health=active:0.2s:1:2", false),
            ("flapping", 2, "&retry=now:x1", false),
        ];
        let tasks = PRESETS.iter().map(|preset| preset.tasks.len()).sum::<usize>();
        assert_eq!(ways.len(), tasks, "each task has its way here");
        let mut failures = Vec::new();
        for (slug, index, change, already) in ways {
            let preset = presets::find(slug).unwrap();
            let task = &preset.tasks[index];
            let (scenario, notes) = Scenario::from_address(&format!("preset={slug}{change}"));
            assert_eq!(notes, []);
            let trace = run(&scenario);
            let mut expect = |done: bool, wanted: bool, when: &str| {
                if done != wanted {
                    failures.push(format!("{slug}, {when}: {}", task.text));
                }
            };
            expect(task.done(&trace, scenario.length), true, "changed, at the end");
            expect(task.done(&trace, Nanos::ZERO), false, "changed, at the start");
            if !change.is_empty() {
                let plain = run(&preset.scenario());
                expect(task.done(&plain, plain.scenario.length), already, "as it is, at the end");
            }
        }
        assert!(failures.is_empty(), "{failures:#?}");
    }

    /// Sentences about a policy that is not among the lanes are not shown: those of a preset have to fit its lanes.
    #[test]
    fn presets_speak_of_their_own_lanes() {
        for preset in PRESETS {
            let lanes = preset.scenario().lanes;
            for sentence in preset.watch.iter().copied().chain(preset.tasks.iter().map(|task| task.text)) {
                assert!(are_there(sentence, &lanes), "{}: {sentence}", preset.slug);
            }
        }
    }

    /// What the presets say about themselves.
    #[test]
    fn presets_show_what_they_promise() {
        for preset in PRESETS {
            let trace = run(&preset.scenario());
            assert!(!trace.cut && trace.lanes.iter().all(|lane| lane.recorded_until.is_none()), "{} is too long", preset.slug);
        }
        let slow = of("slow");
        let s3 =
            |lane: &Lane| (lane.servers[2].attempts as f64 / slow.scenario.length.as_secs_f64(), lane.servers[2].answered as f64 / 60.0);
        let (offered, answered) = s3(&slow.lanes[0]);
        assert!((7.5..8.5).contains(&offered) && answered < 4.0, "{offered} a second, {answered} answered");

        let unequal = of("unequal");
        let smooth: Vec<usize> = unequal.lanes[1].attempts.iter().filter_map(Attempt::server).collect();
        assert!(smooth.windows(3).all(|three| three != [3, 3, 3]), "never three in a row to s4");
        let of_s4 = smooth.iter().filter(|server| **server == 3).count();
        assert!(smooth.len().abs_diff(2 * of_s4) <= 8, "every second one to s4");

        // No three failed checks in a row: it is never marked down.
        let flapping = of("flapping");
        assert!(flapping.lanes.iter().all(|lane| lane.servers[2].states.iter().all(|(_, state)| state.marked_down == 0)));

        let load99 = of("load99");
        assert!((17_000..18_500).contains(&load99.arrivals.len()), "{}", load99.arrivals.len());

        let ejecting = of("ejecting");
        let crowd_has_gone = Nanos(16 * Nanos::SECOND.0);
        let out = |lane: &Lane| lane.servers.iter().all(|server| server.state(crowd_has_gone).is_some_and(|state| state.ejected == 1));
        assert!(ejecting.lanes.iter().all(out));
    }

    /// Loads by hand: three requests a millisecond apart at a server that takes ten for each.
    #[test]
    fn who_waits_is_counted_at_the_server() {
        let (scenario, notes) = Scenario::from_address(
            "preset=slow&servers=2&lanes=iphash,rr&clients=1&service=constant&work=10ms&traffic=at:1s,1.001s,1.002s&length=2s",
        );
        assert_eq!(notes, []);
        let trace = run(&scenario);
        let [pinned, turns] = &trace.lanes[..] else { panic!("two lanes") };
        let ms = Nanos::from_millis;
        // The last of three to one server waits from 1.003 s on: it takes a millisecond on its way.
        let server = pinned.attempts[0].server();
        assert!(!waited(&trace, pinned, ms(1_002), 2, server) && waited(&trace, pinned, ms(1_003), 2, server));
        assert!(!waited(&trace, pinned, ms(2_000), 3, None));
        assert!(waited_beside_idle(&trace, Kind::IpHash, ms(2_000), 2) && !waited_beside_idle(&trace, Kind::IpHash, ms(2_000), 3));
        assert!(
            waited(&trace, turns, ms(2_000), 1, turns.attempts[0].server())
                && !waited(&trace, turns, ms(2_000), 1, turns.attempts[1].server())
        );
        assert!(!waited_beside_idle(&trace, Kind::RoundRobin, ms(2_000), 1));
    }
}
