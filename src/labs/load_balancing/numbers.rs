//! Lanes and servers in numbers, up to a moment: counts, rates, times of answers, how evenly the work was spread.
//!
//! Up to the moment they come from the recorded attempts, to the nanosecond. At the end of the run, and wherever the record
//! has stopped, they are those of the whole run: quantiles are then read from histograms, right to within 1 in 128.

use super::moment::{self, ServerMoment, there_since};
use super::run::{Attempt, End, Lane, NEVER, ServerState, ServerTrace, Trace};
use super::scenario::{MOST_RECORDED, Scenario, ServerSpec};
pub use crate::labs::frame::figures::{brief, quantile};
use crate::sim::histogram::Histogram;
use crate::sim::service::Service;
use crate::sim::{Arrivals, Nanos};

/// The recent utilisation is that of this part of the run.
const RECENT: u64 = 20;

/// Of a set of times: nearest ranks, and the mean. All `None` where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    pub p50: Option<Nanos>,
    pub p95: Option<Nanos>,
    pub p99: Option<Nanos>,
    pub p999: Option<Nanos>,
    pub mean: Option<Nanos>,
}

impl Spread {
    pub fn of(mut times: Vec<Nanos>) -> Self {
        times.sort_unstable();
        let sum: u128 = times.iter().map(|time| u128::from(time.0)).sum();
        let count = times.len() as u128;
        let mean = (sum + count / 2).checked_div(count).map(|mean| Nanos(mean as u64));
        let [p50, p95, p99, p999] = [0.5, 0.95, 0.99, 0.999].map(|share| quantile(&times, share));
        Spread { p50, p95, p99, p999, mean }
    }

    pub fn of_histogram(times: &Histogram) -> Self {
        let [p50, p95, p99, p999] = [0.5, 0.95, 0.99, 0.999].map(|share| times.quantile(share));
        Spread { p50, p95, p99, p999, mean: times.mean() }
    }
}

/// A server up to a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerNumbers {
    /// Attempts sent there, and how their balancers saw them end. A time-out is a failure, whatever the server made of it.
    pub attempts: u64,
    pub answered: u64,
    pub failed: u64,
    /// At the moment, or at the last that is recorded.
    pub in_flight: u32,
    pub waiting: u32,
    pub working: u32,
    pub abandoned: u32,
    /// Of its workers' time, since it was first there: 0 to 1.
    pub utilisation: f64,
    /// Of the last twentieth of the run before the moment, or before the last that is recorded.
    pub utilisation_recent: f64,
    /// Of answered attempts, from sending to answer.
    pub p50: Option<Nanos>,
    pub p95: Option<Nanos>,
    pub p99: Option<Nanos>,
    pub p999: Option<Nanos>,
    pub mean: Option<Nanos>,
    /// These are the numbers of the whole run.
    pub whole: bool,
}

/// A lane up to a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneNumbers {
    /// Requests that came, and what became of them so far, in the order of [`End`].
    pub requests: u64,
    pub ends: [u64; 8],
    pub attempts: u64,
    pub retried: u64,
    pub hedged: u64,
    /// Work that servers finished in a second, wanted or not. Not known of the part of a run that is not recorded.
    pub throughput: Option<f64>,
    /// Requests answered in a second, that is in time.
    pub goodput: Option<f64>,
    /// Of answered requests, from arrival to answer.
    pub latency: Spread,
    /// Jain's index of attempts by weight over the servers that are there: 1 if all have their share, 1/n if one has all.
    pub fairness: Option<f64>,
    /// The same index of how busy they are, which is another matter if they are not equally fast.
    pub fairness_of_utilisation: Option<f64>,
    /// Attempts for each request.
    pub amplification: Option<f64>,
    /// These are the numbers of the whole run.
    pub whole: bool,
}

impl LaneNumbers {
    pub fn answered(&self) -> u64 {
        self.count(End::Answered)
    }

    /// Requests that ended so.
    pub fn count(&self, end: End) -> u64 {
        self.ends[end as usize]
    }

    /// Those that ended without an answer.
    pub fn failed(&self) -> u64 {
        self.requests - self.answered() - self.count(End::Open)
    }
}

/// Whether numbers at `at` are those of the whole run: it is over, or the record is.
pub fn whole(trace: &Trace, lane: &Lane, at: Nanos) -> bool {
    at >= trace.scenario.length || lane.recorded_until.is_some_and(|until| at >= until)
}

/// Whether the server's answer came, and came in time, whether it was needed or not.
fn was_answered(attempt: &Attempt, network: Nanos) -> bool {
    let in_time = attempt.finished != NEVER && attempt.finished + network <= attempt.over;
    attempt.end == End::Answered || attempt.end == End::Beaten && in_time
}

/// Every server of a lane at `at`.
pub fn servers(trace: &Trace, lane: &Lane, at: Nanos) -> Vec<ServerNumbers> {
    let whole = whole(trace, lane, at);
    let recent = Nanos(trace.scenario.length.0 / RECENT);
    let moments = moment::servers(trace, lane, at, recent);
    if whole {
        let specs = trace.scenario.all_servers();
        let rows = moments.iter().zip(&lane.servers).zip(&specs);
        let row = |((moment, server), spec): ((&ServerMoment, &ServerTrace), &ServerSpec)| {
            let there = trace.scenario.length - there_since(server).unwrap_or(trace.scenario.length);
            let time = there.as_secs_f64() * f64::from(spec.workers);
            let utilisation = if time > 0.0 { (server.busy.as_secs_f64() / time).min(1.0) } else { 0.0 };
            let counts = [server.attempts, server.answered, server.failed];
            of_server(moment, counts, utilisation, Spread::of_histogram(&server.latency), whole)
        };
        return rows.map(row).collect();
    }
    let mut counts = vec![[0u64; 3]; moments.len()];
    let mut times = vec![Vec::new(); moments.len()];
    for attempt in lane.attempts.get(..lane.sent(at)).unwrap_or_default() {
        let Some((counts, times)) = attempt.server().and_then(|server| counts.get_mut(server).zip(times.get_mut(server))) else { continue };
        counts[0] += 1;
        if attempt.over > at {
            continue;
        }
        if was_answered(attempt, trace.scenario.network) {
            counts[1] += 1;
            times.push(attempt.over - attempt.sent);
        } else {
            counts[2] += 1;
        }
    }
    let rows = moments.iter().zip(counts).zip(times);
    rows.map(|((moment, counts), times)| of_server(moment, counts, moment.utilisation_so_far, Spread::of(times), whole)).collect()
}

fn of_server(moment: &ServerMoment, counts: [u64; 3], utilisation: f64, latency: Spread, whole: bool) -> ServerNumbers {
    let [attempts, answered, failed] = counts;
    let Spread { p50, p95, p99, p999, mean } = latency;
    ServerNumbers {
        attempts,
        answered,
        failed,
        in_flight: moment.in_flight,
        waiting: moment.waiting,
        working: moment.working,
        abandoned: moment.abandoned,
        utilisation,
        utilisation_recent: moment.utilisation_recent,
        p50,
        p95,
        p99,
        p999,
        mean,
        whole,
    }
}

/// A lane at `at`.
pub fn lane(trace: &Trace, lane: &Lane, at: Nanos) -> LaneNumbers {
    let whole = whole(trace, lane, at);
    let until = if whole { trace.scenario.length } else { at };
    let sent = lane.attempts.get(..lane.sent(until)).unwrap_or_default();
    let finished = sent.iter().filter(|attempt| attempt.finished <= until).count();
    let mut numbers = if whole {
        let totals = &lane.totals;
        LaneNumbers {
            requests: totals.requests,
            ends: totals.ends,
            attempts: totals.attempts,
            retried: totals.retries,
            hedged: totals.hedges,
            latency: Spread::of_histogram(&totals.latency),
            ..nothing(whole)
        }
    } else {
        so_far(trace, lane, sent, at)
    };
    let each_second = |count: u64| (until > Nanos::ZERO).then(|| count as f64 / until.as_secs_f64());
    numbers.throughput = if whole && lane.recorded_until.is_some() { None } else { each_second(finished as u64) };
    numbers.goodput = each_second(numbers.answered());
    numbers.amplification = (numbers.requests > 0).then(|| numbers.attempts as f64 / numbers.requests as f64);
    let there = |server: usize| lane.servers.get(server).and_then(|server| server.state(until)).filter(|state| state.present);
    let servers: Vec<(ServerNumbers, ServerState)> =
        servers(trace, lane, at).into_iter().enumerate().filter_map(|(server, numbers)| Some((numbers, there(server)?))).collect();
    numbers.fairness = jain(servers.iter().map(|(numbers, state)| numbers.attempts as f64 / f64::from(state.weight.max(1))));
    numbers.fairness_of_utilisation = jain(servers.iter().map(|(numbers, _)| numbers.utilisation));
    numbers
}

fn nothing(whole: bool) -> LaneNumbers {
    LaneNumbers {
        requests: 0,
        ends: [0; 8],
        attempts: 0,
        retried: 0,
        hedged: 0,
        throughput: None,
        goodput: None,
        latency: Spread::default(),
        fairness: None,
        fairness_of_utilisation: None,
        amplification: None,
        whole,
    }
}

/// From the record: `sent` are the attempts until `at`.
fn so_far(trace: &Trace, lane: &Lane, sent: &[Attempt], at: Nanos) -> LaneNumbers {
    let mut numbers = nothing(false);
    let mut times = Vec::new();
    for (arrival, request) in trace.arrivals.iter().zip(&lane.requests).take(trace.seen(at)) {
        numbers.requests += 1;
        let end = if request.over <= at { request.end } else { End::Open };
        numbers.ends[end as usize] += 1;
        if end == End::Answered {
            times.push(request.over - arrival.at);
        }
    }
    numbers.attempts = sent.len() as u64;
    numbers.hedged = sent.iter().filter(|attempt| attempt.hedge).count() as u64;
    numbers.retried = sent.iter().filter(|attempt| attempt.number > 0 && !attempt.hedge).count() as u64;
    numbers.latency = Spread::of(times);
    numbers
}

/// Jain, Chiu and Hawe's index of fairness (1984): (Σx)² ÷ (n · Σx²). `None` without values, or if all are zero.
pub fn jain(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum, squares) = values.fold((0.0, 0.0, 0.0), |(count, sum, squares), x| (count + 1.0, sum + x, squares + x * x));
    (squares > 0.0).then(|| sum * sum / (count * squares))
}

/// What the servers that run at `at` can finish in a second, as fast as they are then.
pub fn capacity_at(trace: &Trace, lane: &Lane, at: Nanos) -> f64 {
    let specs = trace.scenario.all_servers();
    let of = |(server, spec): (&ServerTrace, &ServerSpec)| match server.state(at) {
        Some(state) if state.present && state.alive => spec.speed * f64::from(spec.workers) / f64::from(state.slower.max(1)),
        _ => 0.0,
    };
    lane.servers.iter().zip(&specs).map(of).sum::<f64>() / trace.scenario.work.as_secs_f64().max(1e-9)
}

/// What is wrong with a scenario before it runs: no server, or more to do than can be done.
pub fn saturated(scenario: &Scenario) -> Option<String> {
    if scenario.all_servers().is_empty() {
        return Some("There is no server: every request is answered 503.".to_owned());
    }
    overload(scenario, scenario.capacity())
}

/// The same where `capacity` is what the servers can finish in a second.
fn overload(scenario: &Scenario, capacity: f64) -> Option<String> {
    let rate = match scenario.arrivals {
        // A burst that is longer than its period is cut there.
        Arrivals::Bursts { size, gap, every } if every > Nanos::ZERO => {
            let fit = every.0.div_ceil(gap.0.max(1)).min(u64::from(size));
            fit as f64 / every.as_secs_f64()
        }
        _ => scenario.rate()?,
    };
    // Only what comes evenly and takes the same each time can be done without any time to spare.
    let even = matches!(scenario.arrivals, Arrivals::Steady { .. } | Arrivals::Bursts { .. }) && scenario.service == Service::Constant;
    if rate < capacity || rate == capacity && even {
        return None;
    }
    let load = format!("Saturated: {} requests a second come, and these servers can finish {}.", short(rate), short(capacity));
    Some(match scenario.queue.places {
        None => format!("{load} Queues grow without bound, so no steady state exists and the percentiles depend on how long you run."),
        Some(_) => format!("{load} Queues fill up, and what does not fit is refused: the percentiles are those of the rest."),
    })
}

/// What a reader has to know about a lane's numbers at `at`, most important first.
pub fn warnings(trace: &Trace, lane: &Lane, at: Nanos) -> Vec<String> {
    let scenario = &trace.scenario;
    let states: Vec<ServerState> = lane.servers.iter().filter_map(|server| server.state(at)).filter(|state| state.present).collect();
    let none_believed = |state: &ServerState| state.unusable >= scenario.balancers.max(1);
    let mut warnings = Vec::new();
    if states.is_empty() {
        warnings.push("There is no server: every request is answered 503.".to_owned());
    } else if states.iter().all(none_believed) {
        warnings.push("All servers are marked down, ejected or draining: every request is answered 503.".to_owned());
    } else if states.iter().all(|state| !state.alive) {
        warnings.push("All servers are down: nothing is answered until one is back.".to_owned());
    } else {
        // What the reader killed or slowed down counts as much as what was set up so.
        warnings.extend(overload(scenario, capacity_at(trace, lane, at)));
    }
    if let Some(until) = lane.recorded_until.filter(|until| at >= *until) {
        warnings.push(format!(
            "From {until} on requests are counted and no longer drawn: {} attempts of a policy are kept one by one. The numbers are those of the whole run.",
            grouped(MOST_RECORDED as u64)
        ));
    }
    if trace.cut
        && let Some(last) = trace.arrivals.last()
    {
        warnings.push(format!("Only the first {} requests are run: none comes after {}.", grouped(trace.arrivals.len() as u64), last.at));
    }
    warnings
}

/// A rate with at most two decimals.
fn short(rate: f64) -> String {
    let text = format!("{rate:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `20,000`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::moment::testing::{ms, scenario};
    use super::super::run::{arrivals, run, run_lane};
    use super::super::scenario::{Action, Kind, Queue};
    use super::*;
    use crate::labs::frame::Intervention;

    #[test]
    fn numbers_up_to_a_moment_and_of_the_whole_run() {
        let trace = run(&scenario(&[Kind::RoundRobin], 1, [0, 10, 20]));
        let of_lane = &trace.lanes[0];
        // Answered at 100, 200 and 300 ms.
        let now = lane(&trace, of_lane, ms(250));
        assert_eq!((now.requests, now.answered(), now.count(End::Open), now.failed(), now.whole), (3, 2, 1, 0, false));
        let spread = Spread { p50: Some(ms(100)), p95: Some(ms(190)), p99: Some(ms(190)), p999: Some(ms(190)), mean: Some(ms(145)) };
        assert_eq!(now.latency, spread);
        assert_eq!((now.throughput, now.goodput, now.amplification, now.fairness), (Some(8.0), Some(8.0), Some(1.0), Some(1.0)));
        let server = servers(&trace, of_lane, ms(250))[0];
        assert_eq!((server.attempts, server.answered, server.failed, server.in_flight, server.waiting), (3, 2, 0, 1, 0));
        assert_eq!((server.utilisation, server.utilisation_recent, server.p50, server.mean), (1.0, 1.0, Some(ms(100)), Some(ms(145))));

        let end = lane(&trace, of_lane, Nanos::SECOND);
        assert_eq!((end.requests, end.answered(), end.whole, end.throughput, end.goodput), (3, 3, true, Some(3.0), Some(3.0)));
        assert_eq!((end.latency.mean, end.latency.p99), (Some(ms(190)), Some(ms(280))));
        let median = end.latency.p50.unwrap_or_default();
        assert!(median >= ms(190) && median.0 <= ms(190).0 / 128 * 129, "{median}");
        assert!((servers(&trace, of_lane, Nanos::SECOND)[0].utilisation - 0.3).abs() < 1e-9);

        let start = lane(&trace, of_lane, Nanos::ZERO);
        assert_eq!((start.requests, start.throughput, start.latency), (1, None, Spread::default()));
    }

    #[test]
    fn quantiles_are_the_nearest_rank() {
        let times: Vec<Nanos> = (1..=1_000).map(Nanos).collect();
        let spread = Spread::of(times);
        assert_eq!([spread.p50, spread.p95, spread.p99, spread.p999], [500, 950, 990, 999].map(|rank| Some(Nanos(rank))));
        assert_eq!(Spread::of(Vec::new()), Spread::default());
        assert_eq!(Spread::of(vec![Nanos(7)]).p999, Some(Nanos(7)));
    }

    #[test]
    fn what_is_given_up_is_work_and_no_answer() {
        let mut scenario = scenario(&[Kind::RoundRobin], 1, [0]);
        scenario.timeout = Some(ms(50));
        let trace = run(&scenario);
        let numbers = lane(&trace, &trace.lanes[0], ms(500));
        assert_eq!((numbers.throughput, numbers.goodput, numbers.failed(), numbers.count(End::TimedOut)), (Some(2.0), Some(0.0), 1, 1));
        let server = servers(&trace, &trace.lanes[0], ms(500))[0];
        assert_eq!((server.answered, server.failed, server.p50), (0, 1, None));
    }

    /// The server's own counts, which take a beaten attempt for answered, and the record's.
    #[test]
    fn a_beaten_attempt_was_answered_all_the_same() {
        let mut scenario = scenario(&[Kind::RoundRobin], 2, [0]);
        scenario.hedge = Some(ms(30));
        let trace = run(&scenario);
        let of_lane = &trace.lanes[0];
        let counts = |at: Nanos| servers(&trace, of_lane, at).iter().map(|server| (server.answered, server.failed)).collect::<Vec<_>>();
        assert_eq!(counts(ms(900)), [(1, 0), (1, 0)]);
        assert_eq!(counts(ms(900)), counts(Nanos::SECOND));
        let numbers = lane(&trace, of_lane, ms(900));
        assert_eq!((numbers.requests, numbers.attempts, numbers.hedged, numbers.retried, numbers.amplification), (1, 2, 1, 0, Some(2.0)));
    }

    #[test]
    fn fairness_is_jains() {
        let mut scenario = scenario(&[Kind::RoundRobin], 2, [0, 10, 20, 30]);
        scenario.servers[0].weight = 3;
        let trace = run(&scenario);
        // Two each, by weights of 3 and 1: (2/3 + 2)² ÷ (2 · (4/9 + 4)).
        let fairness = lane(&trace, &trace.lanes[0], ms(40)).fairness.unwrap_or_default();
        assert!((fairness - 0.8).abs() < 1e-12, "{fairness}");
        assert_eq!(jain([1.0, 0.0, 0.0, 0.0].into_iter()), Some(0.25));
        assert_eq!((jain([0.0].into_iter()), jain(std::iter::empty())), (None, None));
    }

    #[test]
    fn where_the_record_stops_the_whole_run_speaks() {
        let scenario = scenario(&[Kind::RoundRobin], 1, [0, 10, 20, 30]);
        let (arrivals, cut) = arrivals(&scenario, 100);
        let lanes = vec![run_lane(&scenario.lanes[0], &scenario, &arrivals, 2)];
        let trace = Trace { scenario, arrivals, lanes, cut };
        let of_lane = &trace.lanes[0];
        assert!(!lane(&trace, of_lane, ms(19)).whole);
        let numbers = lane(&trace, of_lane, ms(20));
        assert_eq!((numbers.whole, numbers.requests, numbers.answered(), numbers.throughput), (true, 4, 4, None));
        assert_eq!(servers(&trace, of_lane, ms(20))[0].attempts, 4);
        assert!(warnings(&trace, of_lane, ms(20))[0].starts_with("From 20 ms on requests are counted"));
        assert!(warnings(&trace, of_lane, ms(19)).is_empty());
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let mut scenario = scenario(&[Kind::RoundRobin], 10, []);
        scenario.arrivals = Arrivals::Steady { rate: 120.0 };
        let endless = "Saturated: 120 requests a second come, and these servers can finish 100. Queues grow without bound, so no steady state exists and the percentiles depend on how long you run.";
        assert_eq!(saturated(&scenario).as_deref(), Some(endless));
        scenario.queue = Queue { places: Some(10), ..scenario.queue };
        assert!(saturated(&scenario).is_some_and(|sentence| sentence.contains("refused")));
        scenario.arrivals = Arrivals::Steady { rate: 100.0 };
        assert_eq!(saturated(&scenario), None);
        scenario.arrivals = Arrivals::Poisson { rate: 100.0 };
        assert!(saturated(&scenario).is_some());
        scenario.servers.clear();
        assert_eq!(saturated(&scenario).as_deref(), Some("There is no server: every request is answered 503."));
    }

    #[test]
    fn what_went_wrong_in_mid_run_is_said_from_then_on() {
        let mut scenario = scenario(&[Kind::RoundRobin], 2, []);
        scenario.arrivals = Arrivals::Steady { rate: 15.0 };
        let made =
            [(300, Action::Slow(0, 4)), (500, Action::Kill(0)), (600, Action::Kill(1)), (800, Action::Drain(0)), (800, Action::Drain(1))];
        scenario.interventions = made.into_iter().map(|(at, action)| Intervention { at: ms(at), action }).collect();
        let trace = run(&scenario);
        let of_lane = &trace.lanes[0];
        assert_eq!([299, 300, 500].map(|at| capacity_at(&trace, of_lane, ms(at))), [20.0, 12.5, 10.0]);
        let first = |at: u64| warnings(&trace, of_lane, ms(at)).into_iter().next().unwrap_or_default();
        assert_eq!(first(299), "");
        assert!(first(300).starts_with("Saturated: 15 requests a second come, and these servers can finish 12.5."));
        assert_eq!(first(600), "All servers are down: nothing is answered until one is back.");
        assert_eq!(first(800), "All servers are marked down, ejected or draining: every request is answered 503.");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 999, 1_000, 20_000, 1_234_567].map(grouped), ["0", "999", "1,000", "20,000", "1,234,567"]);
    }
}
