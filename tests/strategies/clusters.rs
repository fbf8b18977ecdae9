//! Any scenario of the load-balancing lab: servers that queue and fail, balancers that check, retry and hedge.

use field_guide::balancers::{Kind, Policy};
use field_guide::labs::frame::Intervention;
use field_guide::labs::load_balancing::scenario::{
    Action, Active, Budget, Clients, Ejection, Health, Order, Passive, Queue, Retry, Scenario, ServerSpec,
};
use field_guide::sim::backoff::{Backoff, Jitter};
use field_guide::sim::service::Service;
use field_guide::sim::{Arrivals, Nanos};
use proptest::prelude::*;

const MS: fn(u64) -> Nanos = Nanos::from_millis;

pub fn servers() -> impl Strategy<Value = Vec<ServerSpec>> {
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
        prop::option::of((100u64..800, 1u32..4, 1u32..4).prop_map(|(millis, fall, rise)| Active { interval: MS(millis), fall, rise }));
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
    pub fn scenario()(
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
