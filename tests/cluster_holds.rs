//! What holds in every run of the load-balancing lab, whatever the scenario: nothing is lost, nothing is answered twice, no
//! worker idles while a request waits.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::balancers::{Kind, Policy};
use field_guide::labs::frame::Intervention;
use field_guide::labs::load_balancing::run::{End, Lane, NEVER, Trace, run};
use field_guide::labs::load_balancing::scenario::{
    Action, Active, Budget, Clients, Ejection, Health, Order, Passive, Queue, Retry, Scenario, ServerSpec,
};
use field_guide::sim::backoff::{Backoff, Jitter};
use field_guide::sim::service::Service;
use field_guide::sim::{Arrivals, Nanos};
use proptest::prelude::*;

const MS: fn(u64) -> Nanos = Nanos::from_millis;

fn servers() -> impl Strategy<Value = Vec<ServerSpec>> {
    let server = (1u32..6, prop::sample::select(vec![0.25, 1.0, 1.0, 3.0]), 1u32..4);
    prop::collection::vec(server.prop_map(|(weight, speed, workers)| ServerSpec { weight, speed, workers }), 0..7)
}

fn action() -> impl Strategy<Value = Action> {
    let server = 0u32..8;
    prop_oneof![
        (1u32..30).prop_map(Action::Send),
        server.clone().prop_map(Action::Kill),
        server.clone().prop_map(Action::Revive),
        (server.clone(), 1u32..20).prop_map(|(server, factor)| Action::Slow(server, factor)),
        (server.clone(), 0u32..=100).prop_map(|(server, percent)| Action::Errors(server, percent)),
        (server.clone(), 20u64..900).prop_map(|(server, millis)| Action::Flap(server, MS(millis))),
        server.clone().prop_map(Action::Drain),
        server.clone().prop_map(Action::Remove),
        Just(Action::Add),
        (server, 1u32..9).prop_map(|(server, weight)| Action::Weight(server, weight)),
    ]
}

fn health() -> impl Strategy<Value = Health> {
    let passive = prop::option::of((1u32..4, 50u64..2_000).prop_map(|(max_fails, millis)| Passive { max_fails, fail_timeout: MS(millis) }));
    let active =
        prop::option::of((20u64..800, 1u32..4, 1u32..4).prop_map(|(millis, fall, rise)| Active { interval: MS(millis), fall, rise }));
    let ejection = prop::option::of((1u32..5, 50u64..900, 1u32..=100).prop_map(|(consecutive, millis, most_percent)| Ejection {
        consecutive,
        base: MS(millis),
        most_percent,
        sweep: MS(100),
    }));
    (passive, active, ejection).prop_map(|(passive, active, ejection)| Health { passive, active, ejection })
}

fn retry() -> impl Strategy<Value = Option<Retry>> {
    let wait = prop_oneof![
        Just(Backoff::AtOnce),
        Just(Backoff::Fixed(MS(40))),
        Just(Backoff::Exponential { base: MS(20), cap: MS(400), jitter: Jitter::Full }),
    ];
    let budget = prop::option::of((0u32..=100, 0u32..20).prop_map(|(percent, floor)| Budget { percent, floor, ttl: MS(10_000) }));
    prop::option::of((wait, 1u32..5, budget).prop_map(|(wait, attempts, budget)| Retry { wait, attempts, budget }))
}

prop_compose! {
    fn scenario()(
        servers in servers(),
        kinds in prop::sample::subsequence(Kind::ALL.to_vec(), 1..4),
        rate in 1.0f64..120.0,
        service in prop::sample::select(vec![Service::Constant, Service::Exponential, Service::Pareto { alpha: 1.5, cap: 100.0 }]),
        queue in (prop::option::of(0u32..6), prop::sample::select(vec![Order::Fifo, Order::Lifo, Order::DropOldest])),
        balancers in 1u32..4,
        network in prop::sample::select(vec![0u64, 0, 3, 40]),
        (health, retry) in (health(), retry()),
        slow_start in prop::sample::select(vec![0u64, 500]),
        timeout in prop::option::of(20u64..600),
        hedge in prop::option::of(10u64..200),
        seed in any::<u64>(),
        made in prop::collection::vec((0u64..3_000, action()), 0..8),
    ) -> Scenario {
        Scenario {
            lanes: kinds.into_iter().map(Policy::from).collect(),
            watched: 0,
            servers,
            arrivals: Arrivals::Poisson { rate },
            clients: Clients { count: 50, skew: 1.0 },
            service,
            work: MS(50),
            queue: Queue { places: queue.0, order: queue.1 },
            balancers,
            network: MS(network),
            health,
            slow_start: MS(slow_start),
            timeout: timeout.map(MS),
            retry,
            hedge: hedge.map(MS),
            seed,
            length: MS(3_000),
            interventions: made.into_iter().map(|(at, action)| Intervention { at: MS(at), action }).collect(),
            at: None,
        }
    }
}

/// Every request is over in one way, or open; every attempt belongs to one; what was answered was answered once.
fn nothing_is_lost(trace: &Trace, lane: &Lane) {
    assert_eq!(lane.totals.requests as usize, trace.arrivals.len());
    assert_eq!(lane.totals.ends.iter().sum::<u64>(), lane.totals.requests);
    assert_eq!(lane.totals.attempts as usize, lane.attempts.len());
    for (index, request) in lane.requests.iter().enumerate() {
        let attempts: Vec<_> = lane.attempts.iter().filter(|attempt| attempt.request as usize == index).collect();
        assert!(!attempts.is_empty(), "request {index} was never tried");
        assert_eq!(request.end == End::Open, request.over == NEVER);
        let answered = attempts.iter().filter(|attempt| attempt.end == End::Answered).count();
        assert_eq!(answered, usize::from(request.end == End::Answered), "request {index}: {request:?}, {attempts:?}");
        if request.end != End::Open {
            assert!(attempts.iter().any(|attempt| attempt.over == request.over && attempt.end == request.end), "request {index}");
        }
        let most = 1 + trace.scenario.retry.map_or(0, |retry| retry.attempts) + u32::from(trace.scenario.hedge.is_some());
        assert!(attempts.len() as u32 <= most, "request {index} was tried {} times", attempts.len());
    }
    let by_server: u64 = lane.servers.iter().map(|server| server.attempts).sum();
    assert_eq!(by_server as usize, lane.attempts.iter().filter(|attempt| attempt.pick.is_some()).count());
}

/// Time goes forward, and a worker that could have begun did.
fn no_worker_idles(trace: &Trace, lane: &Lane) {
    let specs = trace.scenario.all_servers();
    for attempt in &lane.attempts {
        let Some(server) = attempt.server() else { continue };
        let reached = attempt.sent + trace.scenario.network;
        assert!(attempt.started == NEVER || attempt.started >= reached);
        assert!(attempt.finished == NEVER || attempt.finished >= attempt.started);
        assert!(attempt.over == NEVER || attempt.over >= attempt.sent);
        if attempt.started == NEVER || attempt.started <= reached {
            continue;
        }
        // It waited: just before it began all workers had something to do.
        let just_before = attempt.started.saturating_sub(Nanos(1));
        let busy = lane
            .attempts
            .iter()
            .filter(|other| other.server() == Some(server) && other.started <= just_before && other.finished > just_before)
            // What a dying server held was neither finished nor goes on.
            .filter(|other| !(other.finished == NEVER && other.end == End::Reset && other.over <= just_before))
            .count();
        assert!(busy >= specs[server].workers as usize, "{attempt:?} waited while {busy} of {} worked", specs[server].workers);
    }
}

/// Nobody is sent where the configuration has no server, or one that is drained.
fn nobody_goes_where_nothing_is(lane: &Lane) {
    for attempt in &lane.attempts {
        let Some(server) = attempt.server() else { continue };
        // Of one moment, the state before or after it counts.
        let before = lane.servers[server].state(attempt.sent.saturating_sub(Nanos(1)));
        let after = lane.servers[server].state(attempt.sent);
        let open = |state: &field_guide::labs::load_balancing::run::ServerState| state.present && !state.draining;
        assert!(before.iter().chain(&after).any(open), "{attempt:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_adds_up(scenario in scenario()) {
        let trace = run(&scenario);
        for lane in &trace.lanes {
            nothing_is_lost(&trace, lane);
            no_worker_idles(&trace, lane);
            nobody_goes_where_nothing_is(lane);
        }
        let again = run(&scenario);
        for (lane, again) in trace.lanes.iter().zip(&again.lanes) {
            prop_assert_eq!(&lane.attempts, &again.attempts);
            prop_assert_eq!(&lane.totals, &again.totals);
        }
    }

    /// What a policy, a server more or an intervention changes, it does not change by reshuffling the dice.
    #[test]
    fn arrivals_and_their_work_are_nobodys_business(scenario in scenario(), more in servers()) {
        let other = Scenario { servers: more, lanes: vec![Kind::Random.into()], interventions: Vec::new(), ..scenario.clone() };
        let own = |trace: &Trace| trace.arrivals.iter().filter(|arrival| !arrival.by_reader).copied().collect::<Vec<_>>();
        prop_assert_eq!(own(&run(&scenario)), own(&run(&other)));
    }
}
