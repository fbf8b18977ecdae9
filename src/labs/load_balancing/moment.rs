//! What is where at a moment of a run: on its way, waiting, being worked on; and what every server has in its hands then.
//!
//! All of it follows from the recorded attempts. [`Index`] knows for each slice of the run who is somewhere in it, so that a
//! frame of the picture costs its slice and not the run.

use super::run::{Attempt, End, Lane, NEVER, ServerState, ServerTrace, Trace};
use crate::sim::Nanos;

/// The run is cut into so many slices of equal length.
const SLICES: usize = 256;

/// How much of an attempt that is never finished is drawn as done, at most: nobody knows how much was left.
const NEVER_FINISHED: f64 = 0.9;

/// How a server is of which nothing is recorded.
const ABSENT: ServerState =
    ServerState { present: false, alive: false, draining: false, marked_down: 0, ejected: 0, unusable: 0, slower: 1, errors: 0, weight: 0 };

/// Where an attempt is, as a picture shows it. Nobody waits for one whose `over` has come: it lingers where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Whereabouts {
    /// From the balancer to the server, so much of the way.
    Travelling { share: f64 },
    /// In the server's queue.
    Waiting,
    /// In a worker's hands, so much of it done, from 0 to 1.
    Working { done: f64 },
}

/// Where `attempt` is drawn at `at`; `None` if it is nowhere yet, or nowhere any more.
///
/// `flight_time` is the longer of the network's delay and the time that a picture needs to show something on its way. An
/// attempt is drawn as travelling for that long although it may be at its server already, or even answered: a licence of the
/// picture, which no number uses. Of attempts that their server lost while nobody waited for them only [`Index`] knows when
/// that was.
pub fn whereabouts(attempt: &Attempt, at: Nanos, flight_time: Nanos, length: Nanos) -> Option<Whereabouts> {
    attempt.server()?;
    // What happens at the end of the run is not part of it.
    let at = at.min(length - Nanos(1));
    if at < attempt.sent {
        return None;
    }
    if at < attempt.sent + flight_time {
        return Some(Whereabouts::Travelling { share: share(at - attempt.sent, flight_time) });
    }
    let gone = match attempt.end {
        _ if attempt.finished != NEVER => attempt.finished,
        // Beaten while somebody worked on it, and never finished: it was given up, and the server went on.
        End::Beaten if attempt.started != NEVER => length,
        End::Error | End::Dropped | End::Reset | End::Beaten => attempt.over,
        _ => length,
    };
    if at >= gone {
        None
    } else if at < attempt.started {
        Some(Whereabouts::Waiting)
    } else {
        let share = share(at - attempt.started, gone - attempt.started);
        Some(Whereabouts::Working { done: if attempt.finished == NEVER { share * NEVER_FINISHED } else { share } })
    }
}

fn share(part: Nanos, whole: Nanos) -> f64 {
    if whole == Nanos::ZERO { 1.0 } else { (part.0 as f64 / whole.0 as f64).min(1.0) }
}

/// A server at a moment, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerMoment {
    /// Attempts that balancers have sent it and wait for.
    pub in_flight: u32,
    /// In its queue, whether anybody waits for them or not. What is refused just before the end of the run, so that no word of
    /// it comes back, counts as waiting.
    pub waiting: u32,
    /// In its workers' hands, likewise.
    pub working: u32,
    /// Still there although nobody waits for them: given up by their balancers. Counted above too.
    pub abandoned: u32,
    /// Of the time that its workers had since it was first there, the share that they worked: 0 to 1.
    pub utilisation_so_far: f64,
    /// The same over the last stretch alone.
    pub utilisation_recent: f64,
    pub state: ServerState,
}

/// Who is where in which part of a run: made once for a lane.
#[derive(Clone, Debug)]
pub struct Index {
    length: Nanos,
    /// For each attempt, when its server was done with it, or lost it; the end of the run if neither happened.
    left: Vec<Nanos>,
    /// Where each slice begins in `listed`, and where the last ends.
    begins: Vec<usize>,
    /// The attempts of each slice, in the order in which they were sent.
    listed: Vec<u32>,
    /// All attempts by the moment from which they are nowhere.
    by_end: Vec<u32>,
}

impl Index {
    pub fn of(trace: &Trace, lane: &Lane) -> Self {
        let length = trace.scenario.length;
        let left = lane.attempts.iter().map(|attempt| left(attempt, length)).collect();
        let mut index = Index { length, left, begins: vec![0; SLICES + 1], listed: Vec::new(), by_end: Vec::new() };
        let slices: Vec<_> = (0..lane.attempts.len()).map(|number| index.slices(lane, number)).collect();
        slices.iter().flatten().for_each(|range| range.clone().for_each(|slice| index.begins[slice + 1] += 1));
        (0..SLICES).for_each(|slice| index.begins[slice + 1] += index.begins[slice]);
        let mut next = index.begins.clone();
        index.listed = vec![0; index.begins[SLICES]];
        for (number, range) in slices.into_iter().enumerate() {
            for slice in range.into_iter().flatten() {
                index.listed[next[slice]] = number as u32;
                next[slice] += 1;
            }
        }
        let mut by_end: Vec<u32> = (0..lane.attempts.len() as u32).collect();
        by_end.sort_by_key(|number| index.until(lane, *number as usize));
        index.by_end = by_end;
        index
    }

    fn slice(&self, at: Nanos) -> usize {
        let slice = u128::from(at.0) * SLICES as u128 / u128::from(self.length.0.max(1));
        slice.min(SLICES as u128 - 1) as usize
    }

    /// The slices in which an attempt is somewhere.
    fn slices(&self, lane: &Lane, number: usize) -> Option<std::ops::RangeInclusive<usize>> {
        let (sent, until) = (lane.attempts[number].sent, self.until(lane, number));
        (sent < until).then(|| self.slice(sent)..=self.slice(until - Nanos(1)))
    }

    fn in_slice(&self, slice: usize) -> impl Iterator<Item = usize> {
        let of_slice = self.listed.get(self.begins[slice]..self.begins[slice + 1]).unwrap_or_default();
        of_slice.iter().map(|number| *number as usize)
    }

    /// From when on an attempt is nowhere: its server is done with it, and the balancer knows how it ended.
    fn until(&self, lane: &Lane, number: usize) -> Nanos {
        let over = lane.attempts.get(number).map_or(Nanos::ZERO, |attempt| attempt.over.min(self.length));
        self.left.get(number).map_or(over, |left| over.max(*left))
    }

    /// The attempts that are somewhere at `at`, in the order in which they were sent: from `sent` until the server is done with
    /// it and the balancer knows. The end of the run is its last nanosecond.
    pub fn present<'a>(&'a self, lane: &'a Lane, at: Nanos) -> impl Iterator<Item = (usize, &'a Attempt)> {
        let at = at.min(self.length - Nanos(1));
        self.in_slice(self.slice(at)).filter_map(move |number| {
            let attempt = lane.attempts.get(number)?;
            (attempt.sent <= at && at < self.until(lane, number)).then_some((number, attempt))
        })
    }

    /// What a picture may have to show: those, and whatever was sent, or was over, no longer than `span` ago; in the order in
    /// which they were sent. This has those, too, for which no server was to be had.
    pub fn seen<'a>(&self, lane: &'a Lane, at: Nanos, span: Nanos) -> Vec<(usize, &'a Attempt)> {
        let from = at - span;
        let mut numbers: Vec<usize> = self.present(lane, at).map(|(number, _)| number).collect();
        numbers.extend(lane.attempts.partition_point(|attempt| attempt.sent < from)..lane.sent(at));
        let ended = |moment: Nanos| self.by_end.partition_point(|number| self.until(lane, *number as usize) < moment);
        let ends = self.by_end.get(ended(from)..ended(at + Nanos(1))).unwrap_or_default();
        // What was given up long ago and is now let go of leaves without a trace.
        let known_now = |number: &usize| lane.attempts.get(*number).is_some_and(|attempt| attempt.over >= self.until(lane, *number));
        numbers.extend(ends.iter().map(|number| *number as usize).filter(known_now));
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|number| Some((number, lane.attempts.get(number)?))).collect()
    }
}

/// The moment that numbers from the record speak of, asked at `at`: no later than the last of the run, and of the record.
pub fn as_of(trace: &Trace, lane: &Lane, at: Nanos) -> Nanos {
    let length = trace.scenario.length;
    let end = lane.recorded_until.map_or(length, |until| until.min(length));
    at.min(end - Nanos(1))
}

/// Every server at `at`, or at [`as_of`] if that is earlier; `recent` is the stretch of the recent utilisation.
pub fn servers(trace: &Trace, lane: &Lane, at: Nanos, recent: Nanos) -> Vec<ServerMoment> {
    let at = as_of(trace, lane, at);
    let (length, network) = (trace.scenario.length, trace.scenario.network);
    let attempts = lane.attempts.get(..lane.sent(at)).unwrap_or_default();
    let nobody = ServerMoment {
        in_flight: 0,
        waiting: 0,
        working: 0,
        abandoned: 0,
        utilisation_so_far: 0.0,
        utilisation_recent: 0.0,
        state: ABSENT,
    };
    let mut moments = vec![nobody; lane.servers.len()];
    for attempt in attempts {
        let Some(moment) = attempt.server().and_then(|server| moments.get_mut(server)) else { continue };
        let left = left(attempt, length);
        let arrived = attempt.sent + network <= at && at < left;
        moment.in_flight += u32::from(at < attempt.over);
        moment.waiting += u32::from(arrived && at < attempt.started);
        moment.working += u32::from(arrived && at >= attempt.started);
        moment.abandoned += u32::from(attempt.over <= at && at < left);
    }
    let (now, before) = (worked(lane, attempts, length, at), worked(lane, attempts, length, at - recent));
    let specs = trace.scenario.all_servers();
    for (number, (moment, server)) in moments.iter_mut().zip(&lane.servers).enumerate() {
        let workers = specs.get(number).map_or(1.0, |spec| f64::from(spec.workers));
        let there = at - there_since(server).unwrap_or(at);
        let of = |worked: Nanos, time: Nanos| match time {
            Nanos::ZERO => 0.0,
            _ => (worked.as_secs_f64() / (workers * time.as_secs_f64())).min(1.0),
        };
        moment.utilisation_so_far = of(now[number], there);
        moment.utilisation_recent = of(now[number] - before[number], recent.min(there));
        moment.state = server.state(at).unwrap_or(ABSENT);
    }
    moments
}

/// How long each server's workers had worked by `at`, summed over the workers.
fn worked(lane: &Lane, attempts: &[Attempt], length: Nanos, at: Nanos) -> Vec<Nanos> {
    let mut worked = vec![Nanos::ZERO; lane.servers.len()];
    for attempt in attempts {
        if let Some(worked) = attempt.server().and_then(|server| worked.get_mut(server)) {
            // Nothing for one that has not begun: a difference of moments does not go below zero.
            *worked = *worked + (left(attempt, length).min(at) - attempt.started);
        }
    }
    worked
}

/// The moment at which a server was first in the configuration.
pub fn there_since(server: &ServerTrace) -> Option<Nanos> {
    server.states.iter().find(|(_, state)| state.present).map(|(from, _)| *from)
}

/// When the server was done with it, or lost it; the end of the run if neither happened.
fn left(attempt: &Attempt, length: Nanos) -> Nanos {
    attempt.left.min(length)
}

#[cfg(test)]
pub(super) mod testing {
    use crate::labs::load_balancing::scenario::{Clients, Health, Kind, Order, Queue, Scenario, ServerSpec};
    use crate::sim::service::Service;
    use crate::sim::{Arrivals, Nanos};

    pub fn ms(millis: u64) -> Nanos {
        Nanos::from_millis(millis)
    }

    /// A second, servers that take 100 ms each, no network between, and requests at these milliseconds.
    pub fn scenario(kinds: &[Kind], servers: usize, millis: impl IntoIterator<Item = u64>) -> Scenario {
        Scenario {
            lanes: kinds.iter().map(|kind| (*kind).into()).collect(),
            watched: 0,
            servers: vec![ServerSpec::default(); servers],
            arrivals: Arrivals::Listed(millis.into_iter().map(ms).collect()),
            clients: Clients { count: 1, skew: 0.0 },
            service: Service::Constant,
            work: ms(100),
            queue: Queue { places: None, order: Order::Fifo },
            balancers: 1,
            network: Nanos::ZERO,
            health: Health::default(),
            slow_start: Nanos::ZERO,
            timeout: None,
            retry: None,
            hedge: None,
            seed: 7,
            length: Nanos::SECOND,
            interventions: Vec::new(),
            at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{ms, scenario};
    use super::*;
    use crate::labs::frame::Intervention;
    use crate::labs::load_balancing::run::run;
    use crate::labs::load_balancing::scenario::{Action, Kind, Order, Queue, Retry};
    use crate::sim::backoff::Backoff;

    fn numbers(index: &Index, lane: &Lane, at: Nanos) -> Vec<usize> {
        index.present(lane, at).map(|(number, _)| number).collect()
    }

    #[test]
    fn who_is_worked_on_and_who_waits() {
        let trace = run(&scenario(&[Kind::RoundRobin], 1, [0, 10, 20]));
        let lane = &trace.lanes[0];
        let index = Index::of(&trace, lane);
        let present = |millis: u64| numbers(&index, lane, ms(millis));
        assert_eq!([0, 9, 10, 50, 100, 299, 300].map(present), [vec![0], vec![0], vec![0, 1], vec![0, 1, 2], vec![1, 2], vec![2], vec![]]);

        let places = |millis: u64, flight: u64| -> Vec<_> {
            lane.attempts.iter().map(|attempt| whereabouts(attempt, ms(millis), ms(flight), Nanos::SECOND)).collect()
        };
        let working = |done: f64| Some(Whereabouts::Working { done });
        let waiting = Some(Whereabouts::Waiting);
        assert_eq!(places(50, 0), [working(0.5), waiting, waiting]);
        assert_eq!(places(100, 0), [None, working(0.0), waiting]);
        assert_eq!(places(10, 0), [working(0.1), waiting, None]);
        // The picture's licence: the first is worked on, and drawn on its way.
        let travelling = |share: f64| Some(Whereabouts::Travelling { share });
        assert_eq!(places(50, 100), [travelling(0.5), travelling(0.4), travelling(0.3)]);
        assert_eq!(places(150, 140), [None, working(0.5), travelling(130.0 / 140.0)]);

        let seen = |millis: u64| index.seen(lane, ms(millis), ms(50)).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!([140, 160, 300, 351].map(seen), [vec![0, 1, 2], vec![1, 2], vec![2], vec![]]);
    }

    #[test]
    fn a_server_at_a_moment() {
        let trace = run(&scenario(&[Kind::RoundRobin], 1, [0, 10, 20]));
        let lane = &trace.lanes[0];
        let moment = |millis: u64| servers(&trace, lane, ms(millis), ms(100))[0];
        let counts = |moment: ServerMoment| [moment.in_flight, moment.waiting, moment.working, moment.abandoned];
        assert_eq!([0, 15, 150, 350].map(|millis| counts(moment(millis))), [[1, 0, 1, 0], [2, 1, 1, 0], [2, 1, 1, 0], [0; 4]]);
        assert_eq!((moment(150).utilisation_so_far, moment(150).utilisation_recent), (1.0, 1.0));
        let later = moment(350);
        assert!((later.utilisation_so_far - 300.0 / 350.0).abs() < 1e-9 && (later.utilisation_recent - 0.5).abs() < 1e-9, "{later:?}");
        assert!(later.state.alive && later.state.present);
    }

    #[test]
    fn what_is_given_up_stays_with_its_server() {
        let mut scenario = scenario(&[Kind::RoundRobin], 1, [0, 10]);
        scenario.timeout = Some(ms(50));
        let trace = run(&scenario);
        let lane = &trace.lanes[0];
        let moment = servers(&trace, lane, ms(70), ms(50))[0];
        assert_eq!((moment.in_flight, moment.waiting, moment.working, moment.abandoned), (0, 1, 1, 2));
        assert_eq!(whereabouts(&lane.attempts[1], ms(150), Nanos::ZERO, Nanos::SECOND), Some(Whereabouts::Working { done: 0.5 }));
    }

    #[test]
    fn without_servers_nobody_is_anywhere() {
        let trace = run(&scenario(&[Kind::RoundRobin], 0, [100]));
        let lane = &trace.lanes[0];
        let index = Index::of(&trace, lane);
        assert!(numbers(&index, lane, ms(100)).is_empty());
        assert_eq!(index.seen(lane, ms(150), ms(60)).len(), 1);
        assert_eq!(index.seen(lane, ms(170), ms(60)).len(), 0);
        assert!(servers(&trace, lane, ms(150), ms(50)).is_empty());
        assert_eq!(whereabouts(&lane.attempts[0], ms(100), ms(50), Nanos::SECOND), None);
    }

    /// Everything that can happen to an attempt, and the server's own count of its work.
    fn troubled(order: Order, network: u64) -> Trace {
        let mut scenario = scenario(&[Kind::RoundRobin, Kind::LeastConnections], 2, (0..45).map(|number| 20 * number));
        scenario.queue = Queue { places: Some(2), order };
        scenario.network = ms(network);
        scenario.timeout = Some(ms(150));
        scenario.hedge = Some(ms(70));
        scenario.retry = Some(Retry { wait: Backoff::Fixed(ms(30)), attempts: 2, budget: None });
        let made = [(250, Action::Slow(1, 3)), (440, Action::Kill(0)), (600, Action::Revive(0)), (700, Action::Errors(1, 50))];
        scenario.interventions = made.into_iter().map(|(at, action)| Intervention { at: ms(at), action }).collect();
        run(&scenario)
    }

    #[test]
    fn queues_and_work_are_those_of_the_servers() {
        for order in [Order::Fifo, Order::Lifo, Order::DropOldest] {
            for network in [0, 7] {
                let trace = troubled(order, network);
                for lane in &trace.lanes {
                    let busy: Vec<Nanos> = lane.servers.iter().map(|server| server.busy).collect();
                    assert_eq!(worked(lane, &lane.attempts, Nanos::SECOND, Nanos::SECOND), busy, "{order:?}, {network} ms");
                    let mut fullest = [0u32; 2];
                    // Of what is refused at the very end no word comes back in the run.
                    for millis in 0..980 {
                        for (server, moment) in servers(&trace, lane, ms(millis), ms(50)).into_iter().enumerate() {
                            assert!(moment.waiting <= 2 && moment.working <= 1, "{order:?}, {network} ms, at {millis}: {moment:?}");
                            assert!((0.0..=1.0).contains(&moment.utilisation_recent));
                            fullest[server] = fullest[server].max(moment.waiting);
                        }
                    }
                    assert_eq!(fullest, [0, 1].map(|server: usize| lane.servers[server].longest_queue));
                }
            }
        }
    }

    #[test]
    fn a_slice_has_all_who_are_there() {
        let trace = troubled(Order::Fifo, 7);
        let lane = &trace.lanes[1];
        let index = Index::of(&trace, lane);
        for millis in (0..=1_000).step_by(3) {
            let at = ms(millis).min(Nanos::SECOND - Nanos(1));
            let there = |number: &usize| lane.attempts[*number].sent <= at && at < index.until(lane, *number);
            let expected: Vec<usize> = (0..lane.attempts.len()).filter(there).collect();
            assert_eq!(numbers(&index, lane, ms(millis)), expected);
        }
    }
}
