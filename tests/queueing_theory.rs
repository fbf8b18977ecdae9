//! The simulation beside queueing theory: means within the interval of their batches, at 99.9 %.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // Other tests compare limiters.
#[path = "conformance/report.rs"]
mod report;

use report::Report;

use field_guide::balancers::{Kind, Policy};
use field_guide::labs::load_balancing::run::{Arrival, End, Lane, arrivals, run_lane};
use field_guide::labs::load_balancing::scenario::{Clients, Health, Order, Queue, Scenario, ServerSpec};
use field_guide::sim::confidence::{Interval, Level, batch_means};
use field_guide::sim::service::Service;
use field_guide::sim::{Arrivals, Nanos, theory};

/// Requests before the queues have forgotten that they began empty.
const WARM_UP: usize = 40_000;
const REQUESTS: usize = 840_000;
/// Long enough that one does not know of the next: 20,000 requests each.
const BATCHES: usize = 40;

fn scenario(policy: Policy, servers: usize, workers: u32, rate: f64, service: Service, places: Option<u32>) -> Scenario {
    Scenario {
        lanes: vec![policy],
        watched: 0,
        servers: vec![ServerSpec { workers, ..ServerSpec::default() }; servers],
        arrivals: Arrivals::Poisson { rate },
        clients: Clients { count: 1, skew: 0.0 },
        service,
        work: Nanos::SECOND,
        queue: Queue { places, order: Order::Fifo },
        balancers: 1,
        network: Nanos::ZERO,
        health: Health::default(),
        slow_start: Nanos::ZERO,
        timeout: None,
        retry: None,
        hedge: None,
        seed: 7,
        length: Nanos(u64::MAX / 2),
        interventions: Vec::new(),
        at: None,
    }
}

/// The run, with every request recorded.
fn simulate(scenario: &Scenario) -> (Vec<Arrival>, Lane) {
    let (arrivals, _) = arrivals(scenario, REQUESTS);
    let lane = run_lane(&scenario.lanes[0], scenario, &arrivals, usize::MAX);
    (arrivals, lane)
}

/// Seconds from arrival to answer of those that were answered, after the warm-up.
fn sojourns(arrivals: &[Arrival], lane: &Lane) -> Vec<f64> {
    let answered = arrivals.iter().zip(&lane.requests).skip(WARM_UP).filter(|(_, request)| request.end == End::Answered);
    answered.map(|(arrival, request)| (request.over - arrival.at).as_secs_f64()).collect()
}

/// Seconds that each attempt waited for a worker, after the warm-up.
fn waits(lane: &Lane) -> Vec<f64> {
    lane.attempts
        .iter()
        .skip(WARM_UP)
        .filter(|attempt| attempt.end == End::Answered)
        .map(|attempt| (attempt.started - attempt.sent).as_secs_f64())
        .collect()
}

/// One model, and what the simulation makes of it.
struct Model(Report);

impl Model {
    fn new(file: &'static str, policy: Policy, formula: &'static str) -> Self {
        let how =
            "Each mean or share of a run of 800,000 requests lies in the 99.9 % interval of its 40 batches, and that interval is narrow.";
        let title = format!("{}, {}", policy.kind.label(), policy.kind.variant());
        Model(Report::of(file, policy.kind.slug(), title, formula, "(queueing theory)", how))
    }

    fn holds(&mut self, what: &str, values: &[f64], expected: f64) {
        let interval: Interval = batch_means(values, BATCHES, Level::P999).expect("enough values");
        println!("{what}: {:.4} ± {:.4} measured, {expected:.4} by theory", interval.mean, interval.half_width);
        self.0.compare(interval.holds(expected), || format!("{what}: {expected} is not in {interval:?}"));
        // An interval that holds anything proves nothing.
        assert!(interval.half_width < 0.25 * expected, "{what}: the interval {interval:?} is too wide");
    }

    fn done(self) {
        self.0.finish().unwrap();
    }
}

/// 1 for those of which it is true.
fn share<T>(values: impl IntoIterator<Item = T>, is: impl Fn(T) -> bool) -> Vec<f64> {
    values.into_iter().map(|value| f64::from(u8::from(is(value)))).collect()
}

#[test]
fn one_server_is_m_m_1() {
    let mut model = Model::new("theory-mm1", Kind::Random.into(), "M/M/1");
    for rho in [0.5, 0.8, 0.9] {
        let (arrivals, lane) = simulate(&scenario(Kind::Random.into(), 1, 1, rho, Service::Exponential, None));
        model.holds(&format!("M/M/1 at {rho}, waiting"), &waits(&lane), theory::mm1_wait(rho, 1.0).unwrap());
        // At higher loads a run of this length says little about its slowest hundredth.
        if rho == 0.5 {
            let p99 = theory::mm1_sojourn_quantile(rho, 1.0, 0.99).unwrap();
            let beyond = share(sojourns(&arrivals, &lane), |sojourn| sojourn > p99);
            model.holds(&format!("M/M/1 at {rho}, beyond the 99th percentile"), &beyond, 0.01);
        }
    }
    model.done();
}

#[test]
fn constant_service_halves_the_wait() {
    let mut model = Model::new("theory-md1", Kind::Random.into(), "M/D/1");
    for rho in [0.5, 0.8] {
        let (_, lane) = simulate(&scenario(Kind::Random.into(), 1, 1, rho, Service::Constant, None));
        model.holds(&format!("M/D/1 at {rho}, waiting"), &waits(&lane), theory::md1_wait(rho, 1.0).unwrap());
    }
    model.done();
}

#[test]
fn heavy_tails_lengthen_the_wait_as_pollaczek_and_khinchine_say() {
    let mut model = Model::new("theory-mg1", Kind::Random.into(), "M/G/1 (Pollaczek and Khinchine)");
    for service in
        [Service::LogNormal { sigma: 1.0 }, Service::Bimodal { share: 0.1, factor: 5.0 }, Service::Pareto { alpha: 2.5, cap: 100.0 }]
    {
        let (_, lane) = simulate(&scenario(Kind::Random.into(), 1, 1, 0.6, service.clone(), None));
        model.holds(&format!("M/G/1 at 0.6, {service:?}"), &waits(&lane), theory::mg1_wait(0.6, 1.0, service.squared_cv()).unwrap());
    }
    model.done();
}

#[test]
fn one_server_with_workers_is_m_m_c() {
    let mut model = Model::new("theory-mmc", Kind::Random.into(), "M/M/c (Erlang C)");
    for (workers, load) in [(2, 1.6), (8, 6.4)] {
        let (_, lane) = simulate(&scenario(Kind::Random.into(), 1, workers, load, Service::Exponential, None));
        model.holds(&format!("M/M/{workers} at a load of {load}"), &waits(&lane), theory::mmc_wait(load, 1.0, workers).unwrap());
        let waited = share(waits(&lane), |wait| wait > 0.0);
        model.holds(&format!("Erlang C of {workers}"), &waited, theory::erlang_c(workers, load).unwrap());
    }
    model.done();
}

#[test]
fn a_bounded_queue_refuses_as_m_m_1_k() {
    let mut model = Model::new("theory-mm1k", Kind::Random.into(), "M/M/1/K");
    for rho in [0.8, 1.5] {
        // Four places in the queue and one at the worker.
        let (arrivals, lane) = simulate(&scenario(Kind::Random.into(), 1, 1, rho, Service::Exponential, Some(4)));
        let expected = theory::mm1k(rho, 1.0, 5).unwrap();
        let refused = share(lane.requests.iter().skip(WARM_UP), |request| request.end == End::Dropped);
        model.holds(&format!("M/M/1/5 at {rho}, refused"), &refused, expected.blocked);
        model.holds(&format!("M/M/1/5 at {rho}, sojourn"), &sojourns(&arrivals, &lane), expected.sojourn);
    }
    model.done();
}

/// Requests that are sent to servers at random stay Poisson at each: every server is an M/M/1.
#[test]
fn a_random_split_stays_poisson() {
    let mut model = Model::new("theory-split", Kind::Random.into(), "M/M/1 at each of 8 servers");
    let (arrivals, lane) = simulate(&scenario(Kind::Random.into(), 8, 1, 8.0 * 0.8, Service::Exponential, None));
    model.holds("8 servers at random", &sojourns(&arrivals, &lane), theory::mm1_sojourn(0.8, 1.0).unwrap());
    model.done();
}

/// The limit is for endlessly many servers; a few sit above it, and the more there are the nearer they come: 64 within the
/// tenth part, 16 not.
#[test]
fn two_choices_come_near_the_limit_of_many_servers() {
    let how = "64 servers at 90 %: the whole 99.9 % interval of the mean lies above the limit and less than a tenth above it; 16 servers lie further off.";
    let mut report = Report::of(
        "theory-choices",
        "choices",
        "Power of choices, Envoy LEAST_REQUEST".to_owned(),
        "Mitzenmacher’s limit",
        "(queueing theory)",
        how,
    );
    for d in [2, 3] {
        let limit = theory::choices_sojourn(0.9, 1.0, d).unwrap();
        let interval = |servers: usize| {
            let policy = Policy { d, ..Kind::Choices.into() };
            let (arrivals, lane) = simulate(&scenario(policy, servers, 1, servers as f64 * 0.9, Service::Exponential, None));
            batch_means(&sojourns(&arrivals, &lane), BATCHES, Level::P999).unwrap()
        };
        let (few, many) = (interval(16), interval(64));
        println!("d = {d}: 16 servers {few:?}, 64 servers {many:?}, the limit is {limit:.4}");
        report.compare(many.low() > limit && many.high() < limit * 1.1, || format!("d = {d}: {many:?} beside the limit {limit}"));
        report.compare(few.low() > many.high(), || format!("d = {d}: 16 servers {few:?} beside 64 servers {many:?}"));
    }
    report.finish().unwrap();
}
