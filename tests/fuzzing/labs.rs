//! What holds for every scenario that a reader can come to, for the way into an address and back, and for a run, lab by lab.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use field_guide::address::{MOST_BYTES, Note};
use field_guide::labs::frame::traffic::{BURSTS, DRAWN, MOST_LISTED};
use field_guide::labs::frame::{Lab, Preset};
use field_guide::labs::http_status::scenario::{Client, LONGEST_REQUEST, MOST_ACTS, MOST_ROUTES};
use field_guide::labs::http_status::{self, HttpStatus};
use field_guide::labs::load_balancing::scenario as balancing;
use field_guide::labs::load_balancing::words::{DECAYS, FLAPS, FLOORS, INTERVALS, TTLS, WAITS};
use field_guide::labs::load_balancing::{self, Kind, LoadBalancing, Policy};
use field_guide::labs::rate_limiting::scenario as limiting;
use field_guide::labs::rate_limiting::{self, Algorithm, RateLimiting};
use field_guide::limiters::Delay;
use field_guide::sim::backoff::Backoff;
use field_guide::sim::service::{self, Service};
use field_guide::sim::{Arrivals, Nanos};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::http_lab;

/// More representations of one resource are left out of an address.
const MOST_REPRESENTATIONS: usize = 8;
/// Requests of a run here: an execution has to take milliseconds.
const REQUESTS: f64 = 300.0;

/// A lab as the checks see it.
pub trait Checked: Lab<Scenario: Debug + Serialize + DeserializeOwned> {
    /// Panics unless the scenario lies within the bounds that the lab has for its readers.
    fn within(scenario: &Self::Scenario);

    /// The scenario without what its address leaves out and need not speak of, because nothing reads it.
    fn plain(scenario: &mut Self::Scenario);

    /// Runs the beginning of a scenario that is within its bounds.
    fn played(scenario: Self::Scenario);
}

/// Panics unless each note is a sentence.
pub fn are_sentences(notes: &[Note]) {
    for Note(sentence) in notes {
        assert!(sentence.len() > 1 && sentence.ends_with('.'), "a note that is no sentence: {sentence:?}");
    }
}

/// Panics unless the scenario's address, counted from `preset`, leads to the same scenario, preset and address, or is too long
/// for one and says so.
pub fn comes_back<L: Checked>(scenario: &L::Scenario, preset: &Preset<L::Scenario, L::Trace>) {
    let address = L::write(scenario, preset);
    let (base, read, notes) = L::read(&address);
    if address.len() > MOST_BYTES {
        assert!(!notes.is_empty(), "an address of {} bytes is cut without a word", address.len());
        return;
    }
    assert!(notes.is_empty(), "its own address is not understood: {notes:?}\n{address}");
    assert_eq!(&read, scenario, "another scenario comes back from {address}");
    assert_eq!(base.slug, preset.slug, "another preset comes back from {address}");
    assert_eq!(L::write(&read, base), address, "another address comes back");
}

fn arrivals_within(arrivals: &Arrivals, rates: &RangeInclusive<f64>) {
    let fits = match arrivals {
        Arrivals::Steady { rate } | Arrivals::Poisson { rate } => rates.contains(rate),
        Arrivals::Ramp { from, to } => rates.contains(from) && rates.contains(to),
        Arrivals::Flash { base, peak, .. } => rates.contains(base) && rates.contains(peak),
        Arrivals::Drawn(drawn) => (1..=DRAWN).contains(&drawn.len()) && drawn.iter().all(|rate| f64::from(*rate) <= *rates.end()),
        Arrivals::Bursts { size, every, .. } => BURSTS.contains(size) && *every >= Nanos::from_millis(10),
        Arrivals::Listed(moments) => moments.len() <= MOST_LISTED && moments.is_sorted(),
    };
    assert!(fits, "{arrivals:?}");
}

fn backoff_within(wait: &Backoff, longest: Nanos) {
    let fits = match *wait {
        Backoff::AtOnce => true,
        Backoff::Fixed(wait) => wait <= longest,
        Backoff::Exponential { base, cap, .. } => Nanos::ZERO < base && base <= cap && cap <= longest,
    };
    assert!(fits, "{wait:?}");
}

fn in_order(arrivals: &mut Arrivals) {
    if let Arrivals::Listed(moments) = arrivals {
        moments.sort_unstable();
    }
}

fn are_different<T: PartialEq + Debug>(lanes: &[T], most: usize) {
    let alike = lanes.iter().enumerate().any(|(index, lane)| lanes[..index].contains(lane));
    assert!((1..=most).contains(&lanes.len()) && !alike, "{lanes:?}");
}

/// The most that a law sends in a second.
fn busiest(arrivals: &Arrivals) -> f64 {
    match arrivals {
        Arrivals::Steady { rate } | Arrivals::Poisson { rate } => *rate,
        Arrivals::Ramp { from, to } => from.max(*to),
        Arrivals::Flash { base, peak, .. } => base.max(*peak),
        Arrivals::Drawn(rates) => rates.iter().copied().max().map_or(0.0, f64::from),
        Arrivals::Bursts { size, every, .. } => f64::from(*size) / every.as_secs_f64(),
        Arrivals::Listed(_) => 1.0,
    }
}

/// So much of the run as has about [`REQUESTS`] requests at this rate.
fn beginning(length: Nanos, rate: f64) -> Nanos {
    length.min(Nanos::from_secs_f64(REQUESTS / rate)).max(Nanos::from_millis(1))
}

impl Checked for RateLimiting {
    fn within(scenario: &limiting::Scenario) {
        use limiting::{
            ATTEMPTS, BURSTS, COSTS, LENGTHS, LIMITS, MOST_CLIENTS, MOST_INTERVENTIONS, MOST_LANES, PATIENCE, RATES, SLOWER, WINDOWS,
            WORK_TIMES, WORKERS,
        };
        are_different(&scenario.lanes, MOST_LANES);
        for lane in &scenario.lanes {
            assert!(lane.limit.is_none_or(|limit| LIMITS.contains(&limit)), "{lane:?}");
            assert!(lane.window.is_none_or(|window| WINDOWS.contains(&window)), "{lane:?}");
            assert!(lane.burst.is_none_or(|burst| lane.algorithm.has_burst() && LIMITS.contains(&burst)), "{lane:?}");
            let delay_fits = match lane.delay {
                Delay::All => true,
                Delay::After(delay) => lane.algorithm == Algorithm::LimitReq && LIMITS.contains(&delay),
                Delay::Nothing => lane.algorithm == Algorithm::LimitReq,
            };
            assert!(delay_fits, "{lane:?}");
        }
        assert!(LIMITS.contains(&scenario.limit) && LIMITS.contains(&scenario.burst), "{} {}", scenario.limit, scenario.burst);
        assert!(WINDOWS.contains(&scenario.window) && PATIENCE.contains(&scenario.patience), "{} {}", scenario.window, scenario.patience);
        assert!(scenario.second.is_none_or(|second| LIMITS.contains(&second.limit) && WINDOWS.contains(&second.window)));
        let clients: u64 = scenario.sources.iter().map(|source| u64::from(source.clients)).sum();
        assert!((1..=u64::from(MOST_CLIENTS)).contains(&clients) && u64::from(scenario.watched) < clients, "{clients} clients");
        for source in &scenario.sources {
            assert!(source.clients > 0, "{source:?}");
            arrivals_within(&source.arrivals, &RATES);
        }
        assert!(COSTS.contains(&scenario.costs.cost) && COSTS.contains(&scenario.costs.every), "{:?}", scenario.costs);
        if let Some(retry) = scenario.retry {
            assert!(ATTEMPTS.contains(&retry.attempts), "{retry:?}");
            backoff_within(&retry.wait, *WORK_TIMES.end());
        }
        assert!(scenario.work.is_none_or(|work| WORK_TIMES.contains(&work.time) && WORKERS.contains(&work.workers)));
        assert!(LENGTHS.contains(&scenario.length) && scenario.at.is_none_or(|at| at <= scenario.length), "{:?}", scenario.at);
        assert!(scenario.interventions.len() <= MOST_INTERVENTIONS);
        for made in &scenario.interventions {
            let fits = match made.action {
                limiting::Action::Send(number) => BURSTS.contains(&number),
                limiting::Action::Limit(number) | limiting::Action::Burst(number) => LIMITS.contains(&number),
                limiting::Action::Slow(number) => SLOWER.contains(&number),
            };
            assert!(fits && made.at <= *LENGTHS.end(), "{made:?}");
        }
    }

    fn plain(scenario: &mut limiting::Scenario) {
        scenario.sources.iter_mut().for_each(|source| in_order(&mut source.arrivals));
        let clients: u64 = scenario.sources.iter().map(|source| u64::from(source.clients)).sum();
        scenario.watched = u64::from(scenario.watched).min(clients.saturating_sub(1)) as u32;
    }

    fn played(mut scenario: limiting::Scenario) {
        let rate = scenario.sources.iter().map(|source| f64::from(source.clients) * busiest(&source.arrivals)).sum();
        scenario.length = beginning(scenario.length, rate);
        let trace = rate_limiting::run(&scenario);
        assert_eq!(trace.lanes.len(), scenario.lanes.len(), "a lane for each limiter");
        assert!(trace.arrivals.len() <= limiting::MOST_ARRIVALS && trace.arrivals.is_sorted_by_key(|arrival| arrival.at));
        assert!(trace.arrivals.iter().all(|arrival| arrival.at < scenario.length), "nothing comes when the run is over");
        for lane in &trace.lanes {
            assert!(lane.cut || lane.handled.len() >= trace.arrivals.len(), "{:?} decides about each that comes", lane.spec);
            assert!(lane.handled.len() <= limiting::MOST_ATTEMPTS && lane.handled.is_sorted_by_key(|handled| handled.at));
            assert!(lane.readings.iter().all(|(_, reading)| reading.is_finite()), "{:?} can be drawn", lane.spec);
        }
    }
}

impl Checked for LoadBalancing {
    fn within(scenario: &balancing::Scenario) {
        use balancing::{
            BALANCERS, CHOICES, CLIENTS, FACTORS, LENGTHS, MOST_INTERVENTIONS, MOST_LANES, MOST_SERVERS, PERCENTS, QUEUES, RATES, RETRIES,
            SKEWS, SPANS, SPEEDS, THRESHOLDS, WEIGHTS, WORK_TIMES, WORKERS,
        };
        are_different(&scenario.lanes, MOST_LANES);
        for lane in &scenario.lanes {
            assert!(CHOICES.contains(&lane.d) && FACTORS.contains(&lane.factor) && DECAYS.contains(&lane.decay), "{lane:?}");
        }
        assert!((scenario.watched as usize) < scenario.lanes.len(), "lane {} is watched", scenario.watched);
        assert!(scenario.servers.len() <= MOST_SERVERS);
        for server in &scenario.servers {
            let fits = WEIGHTS.contains(&server.weight) && SPEEDS.contains(&server.speed) && WORKERS.contains(&server.workers);
            assert!(fits, "{server:?}");
        }
        arrivals_within(&scenario.arrivals, &RATES);
        assert!(CLIENTS.contains(&scenario.clients.count) && SKEWS.contains(&scenario.clients.skew), "{:?}", scenario.clients);
        assert!(service_fits(&scenario.service) && WORK_TIMES.contains(&scenario.work), "{:?} {}", scenario.service, scenario.work);
        assert!(scenario.queue.places.is_none_or(|places| QUEUES.contains(&places)), "{:?}", scenario.queue);
        assert!(BALANCERS.contains(&scenario.balancers), "{}", scenario.balancers);
        assert!(SPANS.contains(&scenario.network) && SPANS.contains(&scenario.slow_start));
        for wait in [scenario.timeout, scenario.hedge].into_iter().flatten() {
            assert!(WAITS.contains(&wait), "{wait}");
        }
        let health = scenario.health;
        assert!(health.passive.is_none_or(|own| THRESHOLDS.contains(&own.max_fails) && WAITS.contains(&own.fail_timeout)), "{health:?}");
        let counts = |fall: u32, rise: u32| THRESHOLDS.contains(&fall) && THRESHOLDS.contains(&rise);
        assert!(health.active.is_none_or(|own| INTERVALS.contains(&own.interval) && counts(own.fall, own.rise)), "{health:?}");
        if let Some(own) = health.ejection {
            assert!(THRESHOLDS.contains(&own.consecutive) && PERCENTS.contains(&own.most_percent), "{own:?}");
            assert!(WAITS.contains(&own.base) && INTERVALS.contains(&own.sweep), "{own:?}");
        }
        if let Some(retry) = scenario.retry {
            assert!(RETRIES.contains(&retry.attempts), "{retry:?}");
            backoff_within(&retry.wait, *SPANS.end());
            let fits = |own: balancing::Budget| PERCENTS.contains(&own.percent) && FLOORS.contains(&own.floor) && TTLS.contains(&own.ttl);
            assert!(retry.budget.is_none_or(fits), "{retry:?}");
        }
        assert!(LENGTHS.contains(&scenario.length) && scenario.at.is_none_or(|at| at <= scenario.length), "{:?}", scenario.at);
        assert!(scenario.interventions.len() <= MOST_INTERVENTIONS);
        for made in &scenario.interventions {
            assert!(action_fits(made.action) && made.at <= *LENGTHS.end(), "{made:?}");
        }
    }

    fn plain(scenario: &mut balancing::Scenario) {
        in_order(&mut scenario.arrivals);
        for lane in &mut scenario.lanes {
            let (own, usual) = (*lane, Policy::from(lane.kind));
            *lane = match own.kind {
                Kind::Choices => Policy { d: own.d, ..usual },
                Kind::BoundedRing => Policy { factor: own.factor, ..usual },
                Kind::PeakEwma => Policy { decay: own.decay, ..usual },
                _ => usual,
            };
        }
        scenario.watched = (scenario.watched as usize).min(scenario.lanes.len().saturating_sub(1)) as u32;
    }

    fn played(mut scenario: balancing::Scenario) {
        // What goes on between requests, such as health checks, is bounded by the time.
        scenario.length = beginning(scenario.length, busiest(&scenario.arrivals)).min(Nanos::from_millis(1_000));
        let (arrivals, _) = load_balancing::run::arrivals(&scenario, REQUESTS as usize);
        for spec in &scenario.lanes {
            let lane = load_balancing::run::run_lane(spec, &scenario, &arrivals, REQUESTS as usize);
            assert_eq!(lane.totals.requests, arrivals.len() as u64, "{spec:?} meets each that comes");
            assert_eq!(lane.totals.ends.iter().sum::<u64>(), lane.totals.requests, "{spec:?}: each ends in one way, or is open");
            assert_eq!(lane.servers.len(), scenario.all_servers().len(), "{spec:?}");
        }
    }
}

fn service_fits(service: &Service) -> bool {
    match service {
        Service::Constant | Service::Exponential => true,
        Service::LogNormal { sigma } => service::SIGMAS.contains(sigma),
        Service::Pareto { alpha, cap } => service::ALPHAS.contains(alpha) && service::CAPS.contains(cap),
        Service::Bimodal { share, factor } => service::SHARES.contains(share) && service::FACTORS.contains(factor),
    }
}

fn action_fits(action: balancing::Action) -> bool {
    use balancing::Action;
    let known = |server: u32| (server as usize) < balancing::MOST_SERVERS;
    match action {
        Action::Add => true,
        Action::Send(count) => balancing::BURSTS.contains(&count),
        Action::Kill(server) | Action::Revive(server) | Action::Drain(server) | Action::Remove(server) => known(server),
        Action::Slow(server, times) => known(server) && balancing::SLOWER.contains(&times),
        Action::Errors(server, percent) => known(server) && balancing::PERCENTS.contains(&percent),
        Action::Weight(server, weight) => known(server) && balancing::WEIGHTS.contains(&weight),
        Action::Flap(server, period) => known(server) && (period == Nanos::ZERO || FLAPS.contains(&period)),
    }
}

impl Checked for HttpStatus {
    fn within(scenario: &http_status::Scenario) {
        assert!((1..=2).contains(&scenario.rules.len()), "{:?}", scenario.rules);
        assert!(matches!(scenario.scheme.as_str(), "http" | "https"), "{}", scenario.scheme);
        assert!(scenario.request.len() <= LONGEST_REQUEST, "a request of {} bytes", scenario.request.len());
        assert!(scenario.routes.len() <= MOST_ROUTES && scenario.acts.len() <= MOST_ACTS);
        assert!(scenario.world.resource.representations.len() <= MOST_REPRESENTATIONS);
        let fits = match &scenario.client {
            Client::Once | Client::Browser | Client::Cache { .. } => true,
            Client::Login { user, password } => user.len() + password.len() <= 200 && !user.contains(':'),
            Client::Download { cuts } => cuts.len() <= 20,
            Client::Upload { patience_ms, .. } => *patience_ms <= 3_600_000,
            Client::Patient { tries, longest_s, backoff_s, .. } => *tries <= 20 && *longest_s <= 31_536_000 && *backoff_s <= 86_400,
            Client::Pool { upstreams, timeout_ms } => upstreams.len() <= 10 && *timeout_ms <= 3_600_000,
        };
        assert!(fits, "{:?}", scenario.client);
    }

    fn plain(_: &mut http_status::Scenario) {}

    fn played(scenario: http_status::Scenario) {
        http_lab::holds(&http_status::run(&scenario));
    }
}
