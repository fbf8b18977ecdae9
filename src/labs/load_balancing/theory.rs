//! What queueing theory says of a lane, beside what the run measured; or which of its assumptions the lane breaks.
//!
//! A formula is shown only where it is the very queue that runs: Poisson arrivals at one rate, first come, first served, and
//! nothing that tries again, gives up or interferes. One server is an M/M/1, M/D/1, M/G/1, M/M/c or M/M/1/K. Several are such
//! queues side by side where each request's server does not depend on what came before: at random, by weight, or by a hash of
//! who asks. The power of d choices has its own limit, for endlessly many servers. The formulas themselves are in
//! [`crate::sim::theory`].

use std::ops::Range;

use super::hashing::{MOST_KEYS, Pool, spread_of};
use super::names;
use super::run::{Attempt, End, Lane, NEVER, Trace};
use super::scenario::{Kind, Order, Scenario, ServerSpec};
use crate::sim::confidence::{Interval, Level, batch_means, of_means};
use crate::sim::service::Service;
use crate::sim::{Arrivals, Nanos, theory as formula};

/// Parts into which a run is cut for the interval of a mean.
const BATCHES: usize = 20;
/// Fewer values than this say too little for an interval; of a 99th percentile, each batch needs some hundreds.
const FEWEST: usize = 400;
const FEWEST_FOR_P99: usize = 200 * BATCHES;

/// What is known beforehand.
#[derive(Clone, Debug, PartialEq)]
pub enum Theory {
    Applies {
        /// As the field writes it: “M/M/1”.
        model: &'static str,
        /// What makes it apply, and what to keep in mind.
        why: String,
        rows: Vec<Row>,
    },
    DoesNot {
        /// The assumption that fails.
        why: String,
    },
}

/// A number by theory, and as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub what: &'static str,
    pub expected: f64,
    /// At 95 %; `None` if too little was recorded.
    pub measured: Option<Interval>,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    /// Of the requests, from 0 to 1.
    Share,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Wait,
    Sojourn,
    P99,
    Waits,
    Refused,
}

impl Measure {
    fn label(self) -> &'static str {
        match self {
            Measure::Wait => "mean wait",
            Measure::Sojourn => "mean time in the system",
            Measure::P99 => "99th percentile",
            Measure::Waits => "share that waits",
            Measure::Refused => "share refused",
        }
    }

    fn unit(self) -> Unit {
        match self {
            Measure::Wait | Measure::Sojourn | Measure::P99 => Unit::Seconds,
            Measure::Waits | Measure::Refused => Unit::Share,
        }
    }
}

/// A model with its numbers, before anything is measured.
struct Model {
    name: &'static str,
    why: String,
    expected: Vec<(Measure, f64)>,
    /// For how long the queues remember, in seconds, where that is known.
    memory: Option<f64>,
}

/// Theory beside the lane.
pub fn compare(trace: &Trace, lane: &Lane) -> Theory {
    at_level(trace, lane, Level::P95)
}

fn at_level(trace: &Trace, lane: &Lane, level: Level) -> Theory {
    let mut model = match model(&trace.scenario, lane) {
        Ok(model) => model,
        Err(why) => return Theory::DoesNot { why },
    };
    let batch = settled(lane).len() as f64 / BATCHES as f64 / trace.scenario.rate().unwrap_or(1.0);
    // Means of batches that know of one another differ too little.
    if settled(lane).len() >= FEWEST && model.memory.is_some_and(|memory| 2.0 * memory > batch) {
        model.why.push_str(
            " So near to its capacity a queue remembers about as long as a twentieth of what was measured: the interval is too narrow.",
        );
    }
    let row = |(measure, expected): (Measure, f64)| Row {
        what: measure.label(),
        expected,
        measured: measured(measure, trace, lane, level),
        unit: measure.unit(),
    };
    Theory::Applies { model: model.name, why: model.why, rows: model.expected.into_iter().map(row).collect() }
}

fn model(scenario: &Scenario, lane: &Lane) -> Result<Model, String> {
    let rate = undisturbed(scenario, lane)?;
    let load = rate / scenario.capacity().max(1e-9);
    if load >= 1.0 && scenario.queue.places.is_none() {
        return Err(overloaded(load));
    }
    let several = scenario.servers.len() > 1;
    match lane.spec.kind {
        Kind::Choices if several && lane.spec.d > 1 => choices(scenario, rate, lane.spec.d),
        Kind::RandomTwo if several => choices(scenario, rate, 2),
        _ => {
            let (stations, how) = stations(scenario, lane, rate)?;
            match scenario.queue.places {
                Some(places) => bounded(scenario, &stations, how, places),
                None => unbounded(scenario, &stations, how),
            }
        }
    }
}

/// The rate of arrivals, if they are Poisson and the run is left to itself.
fn undisturbed(scenario: &Scenario, lane: &Lane) -> Result<f64, String> {
    let fails = |sentence: &str| Err(sentence.to_owned());
    if scenario.servers.is_empty() {
        return fails("There is no server.");
    }
    let rate = match scenario.arrivals {
        Arrivals::Poisson { rate } => rate,
        Arrivals::Steady { .. } => {
            return fails("Requests arrive at even distances. The formulas want them at random (Poisson); evenly spaced ones wait less.");
        }
        Arrivals::Bursts { .. } => return fails("Requests arrive in bursts. The formulas want them one by one, at random (Poisson)."),
        Arrivals::Ramp { .. } | Arrivals::Flash { .. } | Arrivals::Drawn(_) => {
            return fails("The rate of arrivals changes during the run, so there is no steady state that a formula could describe.");
        }
        Arrivals::Listed(_) => return fails("The arrivals are listed one by one: there is no law behind them to compute with."),
    };
    if scenario.interventions.iter().any(|made| made.at < scenario.length) {
        return fails("You changed something during the run. The formulas are for a run that is left to itself.");
    }
    let Scenario { queue, retry, hedge, timeout, health, .. } = scenario;
    if let Some(delay) = hedge.filter(|_| lane.totals.hedges > 0) {
        return Err(format!("Second attempts are sent after {delay}: a request is then at two servers, and arrivals follow the queues."));
    }
    if let Some(patience) = timeout.filter(|_| lane.servers.iter().any(|server| server.failed > 0)) {
        return Err(format!("Attempts are given up after {patience}. The formulas want everybody to wait for the answer."));
    }
    if queue.places.is_some() && retry.is_some() {
        return fails("Who is refused tries again, so that arrivals follow the queues and are no longer Poisson.");
    }
    if queue.places.is_some() && (health.passive.is_some() || health.ejection.is_some()) {
        return fails("A server that refuses is left alone for a while, so that arrivals follow the queues and are no longer Poisson.");
    }
    match (queue.order, queue.places) {
        (Order::Fifo, _) | (_, Some(0)) | (Order::DropOldest, None) => Ok(rate),
        (Order::Lifo, _) => fails("The newest is served first. The formulas are for first come, first served."),
        (Order::DropOldest, Some(_)) => fails("The oldest makes room when a queue is full. The formula (M/M/1/K) refuses the newest."),
    }
}

/// A server with the Poisson stream that it gets.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Station {
    server: usize,
    /// Of all requests.
    share: f64,
    /// Requests a second.
    arrival: f64,
    /// What one of its workers answers in a second.
    service: f64,
    workers: u32,
}

impl Station {
    fn load(&self) -> f64 {
        self.arrival / (self.service * f64::from(self.workers))
    }
}

/// The servers, where each request goes to one of them by a chance that does not depend on anything before; with a clause
/// that says how.
fn stations(scenario: &Scenario, lane: &Lane, rate: f64) -> Result<(Vec<Station>, String), String> {
    let (servers, spec) = (&scenario.servers, &lane.spec);
    let count = servers.len() as f64;
    let alike = || servers.iter().map(|_| 1.0 / count).collect::<Vec<f64>>();
    let same_weight = servers.windows(2).all(|pair| pair[0].weight == pair[1].weight);
    let (shares, how) = match spec.kind {
        _ if servers.len() == 1 => (alike(), "All requests go to one server".to_owned()),
        Kind::Random => (alike(), format!("Each request goes to one of {count} servers at random")),
        Kind::Choices if same_weight => (alike(), format!("With one draw, each request goes to one of {count} servers at random")),
        Kind::WeightedRandom => {
            let total: f64 = servers.iter().map(|server| f64::from(server.weight)).sum();
            let shares = servers.iter().map(|server| f64::from(server.weight) / total).collect();
            (shares, format!("Each request goes to one of {count} servers at random, by weight"))
        }
        kind if kind.by_key() && kind != Kind::BoundedRing && scenario.clients.count <= MOST_KEYS => {
            let spread = spread_of(spec, &Pool::of(scenario, lane, Nanos::ZERO), scenario.clients, scenario.seed);
            let shares = spread.servers.iter().map(|share| share.requests).collect();
            (shares, format!("Each client has its server among {count}, and who asks next is chance"))
        }
        kind => return Err(depends(scenario, kind)),
    };
    let per_second = 1.0 / scenario.work.as_secs_f64().max(1e-9);
    let station = |(server, (share, spec)): (usize, (f64, &ServerSpec))| Station {
        server,
        share,
        arrival: rate * share,
        service: spec.speed * per_second,
        workers: spec.workers,
    };
    let stations = shares.into_iter().zip(servers).enumerate().map(station).filter(|station| station.share > 0.0).collect();
    Ok((stations, how))
}

/// Why a policy's servers do not get Poisson streams.
fn depends(scenario: &Scenario, kind: Kind) -> String {
    let (label, servers) = (kind.label(), scenario.servers.len());
    let same_weight = scenario.servers.windows(2).all(|pair| pair[0].weight == pair[1].weight);
    match kind {
        Kind::RoundRobin | Kind::SmoothWeighted | Kind::FairWeighted => {
            let which = match scenario.balancers {
                0 | 1 if kind == Kind::RoundRobin || same_weight => format!("every {} request of a Poisson stream", ordinal(servers)),
                _ => "turns, which come more evenly than chance".to_owned(),
            };
            let less = match single_name(&scenario.service) {
                single if scenario.servers.iter().all(|server| server.workers == 1) => format!("Its wait lies below {single}’s."),
                _ => "It waits less than after a split at random.".to_owned(),
            };
            format!("{label}: arrivals at each server are not Poisson: {which}. {less}")
        }
        Kind::LeastConnections => {
            format!("{label}: who gets a request depends on all the queues, so no server’s arrivals are Poisson. No formula is known.")
        }
        Kind::PeakEwma => {
            format!("{label}: who gets a request depends on how long earlier ones took, so no server’s arrivals are Poisson.")
        }
        Kind::BoundedRing => {
            format!("{label}: a server that has too much is passed over, so arrivals depend on the other servers’ queues.")
        }
        Kind::Sticky => format!(
            "{label}: turns decide once for each client where it stays, so what share of the requests a server gets is this run’s own luck."
        ),
        kind if kind.by_key() => format!(
            "{label}: with more than {MOST_KEYS} clients the servers’ shares are known from a sample only, too roughly for a formula."
        ),
        _ => format!("{label}: the weights decide who gets a request by turns, so no server’s arrivals are Poisson."),
    }
}

/// Every queue takes whoever comes: M/M/1, M/D/1, M/G/1, or M/M/c.
fn unbounded(scenario: &Scenario, stations: &[Station], how: String) -> Result<Model, String> {
    let exponential = scenario.service == Service::Exponential;
    let one_worker = stations.iter().all(|station| station.workers == 1);
    if !one_worker && !exponential {
        return Err("A server works on several requests at once. The formula for that (M/M/c) wants exponential service times.".to_owned());
    }
    if let Some(full) = stations.iter().find(|station| station.load() >= 1.0) {
        return Err(saturated(full));
    }
    let squared_cv = scenario.service.squared_cv();
    let wait = |station: &Station| match station.workers {
        1 => formula::mg1_wait(station.arrival, station.service, squared_cv),
        workers => formula::mmc_wait(station.arrival, station.service, workers),
    };
    let waits = |station: &Station| match station.workers {
        1 => Some(station.load()),
        workers => formula::erlang_c(workers, station.arrival / station.service),
    };
    let network = 2.0 * scenario.network.as_secs_f64();
    let mut expected = vec![(Measure::Wait, over(stations, wait)?)];
    expected.push((Measure::Sojourn, over(stations, |station| Some(wait(station)? + 1.0 / station.service))? + network));
    if one_worker && exponential {
        expected.push((Measure::P99, quantile(stations, 0.99)? + network));
    }
    expected.push((Measure::Waits, over(stations, waits)?));
    let name = if one_worker { single_name(&scenario.service) } else { "M/M/c" };
    let memory = |station: &Station| {
        let open = 1.0 - station.load().sqrt();
        1.0 / (station.service * f64::from(station.workers) * open * open)
    };
    Ok(Model { name, why: sentence(scenario, stations, &how), expected, memory: Some(stations.iter().map(memory).fold(0.0, f64::max)) })
}

/// Every queue has so many places: M/M/1/K, of those that are let in.
fn bounded(scenario: &Scenario, stations: &[Station], how: String, places: u32) -> Result<Model, String> {
    if scenario.service != Service::Exponential || stations.iter().any(|station| station.workers != 1) {
        let why = "The queue is bounded. The formula for that (M/M/1/K) wants one worker a server and exponential service times.";
        return Err(why.to_owned());
    }
    let queue = |station: &Station| formula::mm1k(station.arrival, station.service, places.saturating_add(1));
    let refused = over(stations, |station| Some(queue(station)?.blocked))?;
    let answered = over(stations, |station| Some(queue(station)?.throughput / station.arrival))?;
    let sojourn = over(stations, |station| {
        let queue = queue(station)?;
        Some(queue.sojourn * queue.throughput / station.arrival)
    })?;
    let work = over(stations, |station| Some(queue(station)?.throughput / station.arrival / station.service))?;
    let expected = vec![
        (Measure::Refused, refused),
        (Measure::Wait, (sojourn - work) / answered),
        (Measure::Sojourn, sojourn / answered + 2.0 * scenario.network.as_secs_f64()),
    ];
    let room = u64::from(places) + 1;
    let why = format!("{} K counts the places of a queue and the one being worked on: {room}.", sentence(scenario, stations, &how));
    Ok(Model { name: "M/M/1/K", why, expected, memory: None })
}

/// Every request looks at `d` servers: Mitzenmacher's limit.
fn choices(scenario: &Scenario, rate: f64, d: u32) -> Result<Model, String> {
    let fails = |sentence: &str| Err(sentence.to_owned());
    let servers = &scenario.servers;
    let like_the_next = |same: fn(&[ServerSpec]) -> bool| servers.windows(2).all(same);
    if !like_the_next(|pair| pair[0].weight == pair[1].weight) {
        return fails("The servers’ weights differ. The formula for the power of choices draws all servers alike.");
    }
    if !like_the_next(|pair| pair[0].speed == pair[1].speed) {
        return fails("The servers are not equally fast, as the formula for the power of choices has them.");
    }
    if servers.iter().any(|server| server.workers != 1) {
        return fails("A server works on several requests at once. The formula for the power of choices has one worker a server.");
    }
    if scenario.service != Service::Exponential {
        return fails("The formula for the power of choices wants exponential service times.");
    }
    if scenario.queue.places.is_some() {
        return fails("The queues are bounded. The formula for the power of choices has room for everybody.");
    }
    if scenario.balancers > 1 {
        return Err(format!(
            "Each of {} balancers sees its own requests only. The formula for the power of choices compares the queues themselves.",
            scenario.balancers
        ));
    }
    if scenario.network > Nanos::ZERO {
        return Err(format!(
            "The network takes {} each way, and what is on it counts as in flight. The formula compares the queues as they are.",
            scenario.network
        ));
    }
    let count = servers.len();
    let share = 1.0 / count as f64;
    let speed = servers.first().map_or(1.0, |server| server.speed);
    let station = Station { server: 0, share, arrival: rate * share, service: speed / scenario.work.as_secs_f64().max(1e-9), workers: 1 };
    let sojourn = formula::choices_sojourn(station.arrival, station.service, d).ok_or_else(|| overloaded(station.load()))?;
    Ok(Model {
        name: "power of d choices",
        why: format!(
            "Each request looks at {d} servers and joins the shorter queue. The formula is the limit of endlessly many servers; {count} of \
             them lie above it."
        ),
        expected: vec![(Measure::Wait, sojourn - 1.0 / station.service), (Measure::Sojourn, sojourn)],
        memory: None,
    })
}

/// The mean over all requests, each station counting by its share.
fn over(stations: &[Station], of: impl Fn(&Station) -> Option<f64>) -> Result<f64, String> {
    let sum: Option<f64> = stations.iter().map(|station| Some(station.share * of(station)?)).sum();
    sum.filter(|sum| sum.is_finite()).ok_or_else(|| "The formula has no answer for these numbers.".to_owned())
}

/// The time that the share `q` of all requests stays within where every station is an M/M/1: at each it is exponential.
fn quantile(stations: &[Station], q: f64) -> Result<f64, String> {
    let beyond = |time: f64| over(stations, |station| Some(libm::exp(-(station.service - station.arrival) * time)));
    // The slowest station alone would need the longest.
    let alone = |station: &Station| formula::mm1_sojourn_quantile(station.arrival, station.service, q);
    let slowest = stations.iter().filter_map(alone).fold(0.0, f64::max);
    let (mut low, mut high) = (0.0, slowest);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if beyond(middle)? > 1.0 - q { low = middle } else { high = middle }
    }
    Ok(high)
}

fn overloaded(load: f64) -> String {
    let load = percent(load);
    format!("There is no steady state: requests ask for {load} of what the servers can do, and queues grow as long as the run lasts.")
}

fn saturated(full: &Station) -> String {
    let (name, share, load) = (names::server(full.server), percent(full.share), percent(full.load()));
    format!(
        "There is no steady state: {name} gets {share} of the requests, {load} of what it can do, and its queue grows as long as the run \
         lasts."
    )
}

/// What makes a queue of stations the model's.
fn sentence(scenario: &Scenario, stations: &[Station], how: &str) -> String {
    let streams = if scenario.servers.len() > 1 { "so each server has a Poisson stream of its own" } else { "in a Poisson stream" };
    let comma = if scenario.servers.len() > 1 { ", " } else { " " };
    let workers = match stations.iter().map(|station| station.workers).collect::<Vec<_>>().as_slice() {
        [first, rest @ ..] if rest.iter().all(|workers| workers == first) && *first > 1 => format!("{first} at a time, "),
        [first, rest @ ..] if rest.iter().all(|workers| workers == first) => "one at a time, ".to_owned(),
        _ => "several at a time, ".to_owned(),
    };
    let law = match scenario.service {
        Service::Exponential => "exponential times",
        Service::Constant => "the same time for each",
        _ => "times whose spread is known (Pollaczek and Khinchine)",
    };
    format!("{how}{comma}{streams}: served {workers}first come, first served, with {law}.")
}

/// One server with one worker, in Kendall's notation.
fn single_name(service: &Service) -> &'static str {
    match service {
        Service::Exponential => "M/M/1",
        Service::Constant => "M/D/1",
        _ => "M/G/1",
    }
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// With one decimal, unless it is zero.
fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

/// The requests that count: without the first tenth, while queues fill, and up to the first that was still open at the end,
/// lest only the quick ones of the last be counted.
fn settled(lane: &Lane) -> Range<usize> {
    let from = lane.requests.len() / 10;
    let open = lane.requests.iter().skip(from).position(|request| request.end == End::Open);
    from..open.map_or(lane.requests.len(), |open| from + open)
}

fn measured(measure: Measure, trace: &Trace, lane: &Lane, level: Level) -> Option<Interval> {
    let values = values(measure, trace, lane);
    match measure {
        Measure::P99 if values.len() >= FEWEST_FOR_P99 => interval_of_p99(&values, level),
        Measure::P99 => None,
        _ if values.len() >= FEWEST => batch_means(&values, BATCHES, level),
        _ => None,
    }
}

/// One number for each request, or for each that was answered. Where theory applies nobody tries twice.
fn values(measure: Measure, trace: &Trace, lane: &Lane) -> Vec<f64> {
    let kept = settled(lane);
    let network = trace.scenario.network;
    let begun = lane.attempts.iter().filter(|attempt| attempt.started != NEVER && kept.contains(&(attempt.request as usize)));
    let wait = |attempt: &Attempt| attempt.started.saturating_sub(attempt.sent + network);
    let requests = lane.requests.get(kept.clone()).unwrap_or_default();
    let share = |yes: bool| f64::from(u8::from(yes));
    match measure {
        Measure::Wait => begun.map(|attempt| wait(attempt).as_secs_f64()).collect(),
        Measure::Waits => begun.map(|attempt| share(wait(attempt) > Nanos::ZERO)).collect(),
        Measure::Refused => requests.iter().map(|request| share(request.end == End::Dropped)).collect(),
        Measure::Sojourn | Measure::P99 => {
            let pairs = trace.arrivals.iter().skip(kept.start).zip(requests);
            let answered = pairs.filter(|(_, request)| request.end == End::Answered);
            answered.map(|(arrival, request)| request.over.saturating_sub(arrival.at).as_secs_f64()).collect()
        }
    }
}

/// The 99th percentile of all values, as wide as those of the batches are apart (sectioning; Asmussen and Glynn: Stochastic
/// Simulation, 2007, chapter III).
fn interval_of_p99(values: &[f64], level: Level) -> Option<Interval> {
    let p99 = |values: &[f64]| {
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        ascending.get((ascending.len() * 99).div_ceil(100).saturating_sub(1)).copied()
    };
    let size = values.len() / BATCHES;
    let kept = values.get(values.len() - size * BATCHES..)?;
    let batches: Vec<f64> = kept.chunks_exact(size.max(1)).filter_map(p99).collect();
    Some(Interval { mean: p99(values)?, ..of_means(&batches, level)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::frame::Intervention;
    use crate::labs::load_balancing::run::{arrivals, run, run_lane};
    use crate::labs::load_balancing::scenario::{Action, Clients, Health, Passive, Policy, Queue, Retry};
    use crate::sim::backoff::Backoff;

    /// Each server answers one request a second.
    fn scenario(policy: impl Into<Policy>, servers: usize, rate: f64) -> Scenario {
        Scenario {
            lanes: vec![policy.into()],
            watched: 0,
            servers: vec![ServerSpec::default(); servers],
            arrivals: Arrivals::Poisson { rate },
            clients: Clients { count: 200, skew: 0.5 },
            service: Service::Exponential,
            work: Nanos::SECOND,
            queue: Queue { places: None, order: Order::Fifo },
            balancers: 1,
            network: Nanos::ZERO,
            health: Health::default(),
            slow_start: Nanos::ZERO,
            timeout: None,
            retry: None,
            hedge: None,
            seed: 11,
            length: Nanos(100 * Nanos::SECOND.0),
            interventions: Vec::new(),
            at: None,
        }
    }

    /// A long run with every request recorded.
    fn long(mut scenario: Scenario) -> Trace {
        scenario.length = Nanos(u64::MAX / 4);
        let (arrivals, cut) = arrivals(&scenario, 200_000);
        let lanes = scenario.lanes.iter().map(|spec| run_lane(spec, &scenario, &arrivals, usize::MAX)).collect();
        Trace { scenario, arrivals, lanes, cut }
    }

    fn of(trace: &Trace) -> Theory {
        compare(trace, &trace.lanes[0])
    }

    /// The model's name and numbers, without a long run.
    fn expected(scenario: Scenario) -> (&'static str, Vec<(&'static str, f64)>) {
        match of(&run(&scenario)) {
            Theory::Applies { model, rows, .. } => (model, rows.into_iter().map(|row| (row.what, row.expected)).collect()),
            Theory::DoesNot { why } => panic!("{why}"),
        }
    }

    fn why_not(scenario: Scenario) -> String {
        match of(&run(&scenario)) {
            Theory::Applies { model, .. } => panic!("{model} should not apply"),
            Theory::DoesNot { why } => why,
        }
    }

    fn assert_close(rows: &[(&str, f64)], expected: &[(&str, f64)]) {
        assert_eq!(rows.len(), expected.len(), "{rows:?}");
        for (row, expected) in rows.iter().zip(expected) {
            assert!(row.0 == expected.0 && (row.1 - expected.1).abs() < 1e-9 * expected.1, "{row:?}, not {expected:?}");
        }
    }

    #[test]
    fn one_server_is_an_m_m_1() {
        let (model, rows) = expected(scenario(Kind::LeastConnections, 1, 0.8));
        assert_eq!(model, "M/M/1");
        let p99 = libm::log(100.0) / 0.2;
        assert_close(&rows, &[("mean wait", 4.0), ("mean time in the system", 5.0), ("99th percentile", p99), ("share that waits", 0.8)]);
    }

    #[test]
    fn other_laws_of_service_are_m_d_1_and_m_g_1() {
        let (model, rows) = expected(Scenario { service: Service::Constant, ..scenario(Kind::Random, 1, 0.8) });
        assert_eq!(model, "M/D/1");
        assert_close(&rows, &[("mean wait", 2.0), ("mean time in the system", 3.0), ("share that waits", 0.8)]);
        // Half of all take three times as long as the others: 0.5 and 1.5, a squared variation of 0.25.
        let service = Service::Bimodal { share: 0.5, factor: 3.0 };
        let (model, rows) = expected(Scenario { service, ..scenario(Kind::Random, 1, 0.8) });
        assert_eq!(model, "M/G/1");
        assert_close(&rows, &[("mean wait", 2.5), ("mean time in the system", 3.5), ("share that waits", 0.8)]);
    }

    /// Erlang's C of (2, 1.6) is 32/45.
    #[test]
    fn several_workers_are_an_m_m_c() {
        let servers = vec![ServerSpec { workers: 2, ..ServerSpec::default() }];
        let (model, rows) = expected(Scenario { servers, ..scenario(Kind::RoundRobin, 1, 1.6) });
        assert_eq!(model, "M/M/c");
        let wait = 32.0 / 45.0 / 0.4;
        assert_close(&rows, &[("mean wait", wait), ("mean time in the system", wait + 1.0), ("share that waits", 32.0 / 45.0)]);
    }

    /// ρ = 1/2, K = 3: states 8, 4, 2, 1 of 15. Those let in find 0, 1 or 2 before them: (4 + 4) ÷ 14 seconds of waiting.
    #[test]
    fn a_bounded_queue_is_an_m_m_1_k() {
        let queue = Queue { places: Some(2), order: Order::Fifo };
        let (model, rows) = expected(Scenario { queue, ..scenario(Kind::Random, 1, 0.5) });
        assert_eq!(model, "M/M/1/K");
        assert_close(&rows, &[("share refused", 1.0 / 15.0), ("mean wait", 8.0 / 14.0), ("mean time in the system", 22.0 / 14.0)]);
    }

    /// Of 2 a second a quarter goes to a server of speed 1 and the rest to one of speed 3, which waits a third as long.
    #[test]
    fn a_split_at_random_is_a_queue_for_each_server() {
        let (model, rows) = expected(scenario(Kind::Random, 4, 3.2));
        assert_eq!(model, "M/M/1");
        assert!((rows[1].1 - 5.0).abs() < 1e-9, "{rows:?}");
        let servers = vec![ServerSpec::default(), ServerSpec { weight: 3, speed: 3.0, workers: 1 }];
        let (_, rows) = expected(Scenario { servers, ..scenario(Kind::WeightedRandom, 2, 2.0) });
        // Sojourns 1 ÷ (1 − 0.5) and 1 ÷ (3 − 1.5).
        assert!((rows[1].1 - (0.25 * 2.0 + 0.75 * 2.0 / 3.0)).abs() < 1e-9, "{rows:?}");
        // The share beyond the 99th percentile is 1 %.
        let p99 = rows[2].1;
        let beyond = 0.25 * libm::exp(-0.5 * p99) + 0.75 * libm::exp(-1.5 * p99);
        assert!((beyond - 0.01).abs() < 1e-9, "{beyond}");
    }

    #[test]
    fn the_network_is_added_both_ways() {
        let network = Nanos::from_millis(250);
        let (_, near) = expected(scenario(Kind::Random, 2, 1.0));
        let (_, far) = expected(Scenario { network, ..scenario(Kind::Random, 2, 1.0) });
        let longer: Vec<f64> = far.iter().zip(&near).map(|(far, near)| far.1 - near.1).collect();
        assert!(longer.iter().zip([0.0, 0.5, 0.5, 0.0]).all(|(longer, expected)| (longer - expected).abs() < 1e-9), "{longer:?}");
    }

    /// The interval of every row holds theory, at 99.9 %, and says something.
    #[test]
    fn long_runs_hold_theory() {
        let far = Nanos::from_millis(300);
        let slow_one = vec![ServerSpec { weight: 3, speed: 3.0, workers: 1 }, ServerSpec::default()];
        let runs = [
            scenario(Kind::Random, 1, 0.6),
            Scenario { service: Service::Constant, ..scenario(Kind::Random, 1, 0.7) },
            Scenario { service: Service::LogNormal { sigma: 0.8 }, network: far, ..scenario(Kind::Random, 1, 0.6) },
            Scenario { servers: vec![ServerSpec { workers: 4, ..ServerSpec::default() }], ..scenario(Kind::Random, 1, 2.8) },
            Scenario { queue: Queue { places: Some(3), order: Order::Fifo }, ..scenario(Kind::Random, 2, 2.4) },
            Scenario { network: far, balancers: 3, ..scenario(Kind::Random, 4, 2.4) },
            Scenario { servers: slow_one, ..scenario(Kind::WeightedRandom, 2, 2.4) },
            scenario(Kind::Ring, 4, 2.0),
        ];
        for scenario in runs {
            let trace = long(scenario);
            let Theory::Applies { model, rows, .. } = at_level(&trace, &trace.lanes[0], Level::P999) else { panic!("{:?}", of(&trace)) };
            for row in &rows {
                let interval = row.measured.expect("enough was measured");
                println!("{model}, {}: {:.4} ± {:.4}, {:.4} by theory", row.what, interval.mean, interval.half_width, row.expected);
                assert!(interval.holds(row.expected), "{model}: {row:?}");
                assert!(interval.half_width < 0.2 * row.expected, "{model}: {row:?}");
            }
        }
    }

    #[test]
    fn choices_come_near_their_limit_from_above() {
        let policy = Policy { d: 3, ..Kind::Choices.into() };
        for (policy, d) in [(policy, 3), (Kind::RandomTwo.into(), 2)] {
            let trace = long(scenario(policy, 16, 14.4));
            let Theory::Applies { model, why, rows } = of(&trace) else { panic!("{:?}", of(&trace)) };
            assert_eq!((model, rows.len()), ("power of d choices", 2));
            assert!(why.contains(&format!("looks at {d} servers")) && why.contains("16 of them"), "{why}");
            let limit = formula::choices_sojourn(0.9, 1.0, d).unwrap();
            assert!((rows[1].expected - limit).abs() < 1e-9 && (rows[0].expected - limit + 1.0).abs() < 1e-9);
            assert!(rows.iter().all(|row| row.measured.is_some_and(|measured| measured.mean > row.expected)), "{rows:?}");
        }
        let one = Policy { d: 1, ..Kind::Choices.into() };
        assert_eq!(expected(scenario(one, 4, 3.2)).0, "M/M/1");
    }

    #[test]
    fn too_little_is_not_measured() {
        let Theory::Applies { rows, .. } = of(&run(&scenario(Kind::Random, 1, 0.8))) else { panic!("it applies") };
        assert!(rows.iter().all(|row| row.measured.is_none()));
    }

    #[test]
    fn near_its_capacity_the_interval_is_called_too_narrow() {
        let warned = |rate: f64| match of(&long(scenario(Kind::Random, 1, rate))) {
            Theory::Applies { why, .. } => why.contains("too narrow"),
            Theory::DoesNot { why } => panic!("{why}"),
        };
        assert_eq!([0.5, 0.99].map(warned), [false, true]);
    }

    #[test]
    fn the_assumption_that_fails_is_named() {
        let base = || scenario(Kind::Random, 2, 1.0);
        let ms = Nanos::from_millis;
        let arrivals = |arrivals: Arrivals| why_not(Scenario { arrivals, ..base() });
        assert!(arrivals(Arrivals::Steady { rate: 1.0 }).contains("even distances"));
        assert!(arrivals(Arrivals::Bursts { size: 2, gap: ms(1), every: ms(2_000) }).contains("bursts"));
        assert!(arrivals(Arrivals::Ramp { from: 1.0, to: 1.5 }).contains("changes during the run"));
        assert!(arrivals(Arrivals::Listed(vec![ms(5)])).contains("listed"));
        assert!(why_not(scenario(Kind::Random, 0, 1.0)).contains("no server"));
        let interventions = vec![Intervention { at: ms(5), action: Action::Kill(1) }];
        assert!(why_not(Scenario { interventions, ..base() }).contains("You changed"));
        assert!(why_not(Scenario { timeout: Some(ms(100)), ..base() }).contains("given up after 100 ms"));
        assert!(why_not(Scenario { hedge: Some(ms(100)), ..base() }).contains("after 100 ms"));
        assert!(why_not(Scenario { queue: Queue { places: None, order: Order::Lifo }, ..base() }).contains("newest"));
        assert!(why_not(Scenario { queue: Queue { places: Some(4), order: Order::DropOldest }, ..base() }).contains("oldest"));
        let full = Queue { places: Some(4), order: Order::Fifo };
        let retry = Some(Retry { wait: Backoff::AtOnce, attempts: 1, budget: None });
        assert!(why_not(Scenario { queue: full, retry, ..base() }).contains("tries again"));
        let health = Health { passive: Some(Passive { max_fails: 1, fail_timeout: ms(1_000) }), ..Health::default() };
        assert!(why_not(Scenario { queue: full, health, ..base() }).contains("left alone"));
        assert!(why_not(Scenario { queue: full, service: Service::Constant, ..base() }).contains("M/M/1/K"));
        let two = vec![ServerSpec { workers: 2, ..ServerSpec::default() }; 2];
        assert!(why_not(Scenario { servers: two.clone(), service: Service::Constant, ..base() }).contains("M/M/c"));

        let choices = || scenario(Kind::Choices, 4, 2.0);
        assert!(why_not(Scenario { servers: two, ..choices() }).contains("one worker"));
        assert!(why_not(Scenario { balancers: 8, ..choices() }).contains("8 balancers"));
        assert!(why_not(Scenario { network: ms(1), ..choices() }).contains("1 ms each way"));
        assert!(why_not(Scenario { service: Service::Constant, ..choices() }).contains("exponential"));
        assert!(why_not(Scenario { queue: full, ..choices() }).contains("bounded"));
        let servers = vec![ServerSpec::default(), ServerSpec { speed: 2.0, ..ServerSpec::default() }];
        assert!(why_not(Scenario { servers, ..choices() }).contains("equally fast"));
        let mut servers = vec![ServerSpec::default(); 4];
        servers[1].weight = 2;
        assert!(why_not(Scenario { servers, ..choices() }).contains("weights differ"));
    }

    #[test]
    fn policies_that_look_or_take_turns_have_no_formula() {
        let why = |kind: Kind| why_not(scenario(kind, 3, 1.5));
        assert_eq!(
            why(Kind::RoundRobin),
            "Round robin: arrivals at each server are not Poisson: every 3rd request of a Poisson stream. Its wait lies below M/M/1’s."
        );
        assert!(why(Kind::LeastConnections).contains("all the queues"));
        assert!(why(Kind::PeakEwma).contains("earlier ones took"));
        assert!(why(Kind::Sticky).contains("luck"));
        let clients = Clients { count: 20_000, skew: 0.0 };
        assert!(why_not(Scenario { clients, ..scenario(Kind::Ring, 3, 1.5) }).contains("sample"));
        assert_eq!([1, 2, 3, 4, 11, 12, 22, 64].map(ordinal).join(" "), "1st 2nd 3rd 4th 11th 12th 22nd 64th");
    }

    #[test]
    fn what_is_saturated_has_no_steady_state() {
        assert!(why_not(scenario(Kind::Random, 2, 2.4)).contains("120 % of what the servers can do"));
        assert!(why_not(scenario(Kind::Choices, 2, 2.4)).contains("120 % of what the servers can do"));
        let servers = vec![ServerSpec::default(), ServerSpec { speed: 0.5, ..ServerSpec::default() }];
        let why = why_not(Scenario { servers, ..scenario(Kind::Random, 2, 1.2) });
        assert!(why.contains("s2 gets 50 % of the requests, 120 % of what it can do"), "{why}");
        // With a bounded queue there is one under any load.
        let queue = Queue { places: Some(4), order: Order::Fifo };
        assert_eq!(expected(Scenario { queue, ..scenario(Kind::Random, 2, 9.0) }).0, "M/M/1/K");
    }
}
