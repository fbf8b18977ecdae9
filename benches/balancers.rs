//! The load-balancing simulation: customers a second through one server and through eight, picks a second of every policy.
//!
//! `make bench` prints them, and sets the two `mm1` beside SimPy and Ciw (tests/bench/queueing_peers.py reads their names).

use divan::Bencher;
use divan::counter::ItemsCount;
use field_guide::balancers::{Ask, Balancer, Kind, Member, Outcome, Peer, Policy};
use field_guide::labs::load_balancing::run::{address_of, arrivals, run_lane, write_key};
use field_guide::labs::load_balancing::scenario::{Clients, Health, Order, Queue, Scenario, ServerSpec};
use field_guide::sim::random::Stream;
use field_guide::sim::service::Service;
use field_guide::sim::{Arrivals, Nanos};

fn main() {
    divan::main();
}

const CUSTOMERS: usize = 1_000_000;
/// Of what each server can do.
const LOAD: f64 = 0.8;

/// Servers that finish one customer a second, each with a queue without bound. With one of them: M/M/1.
fn scenario(kind: Kind, servers: usize, clients: u32) -> Scenario {
    Scenario {
        lanes: vec![kind.into()],
        watched: 0,
        servers: vec![ServerSpec::default(); servers],
        arrivals: Arrivals::Poisson { rate: LOAD * servers as f64 },
        clients: Clients { count: clients, skew: 0.0 },
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
        seed: 7,
        length: Nanos(u64::MAX / 2),
        interventions: Vec::new(),
        at: None,
    }
}

/// What comes and how long it takes is drawn within the time that is measured, as in the peers.
fn mm1(bencher: Bencher, recorded: usize) {
    let scenario = scenario(Kind::Random, 1, 1);
    bencher.counter(ItemsCount::new(CUSTOMERS)).bench(|| {
        let (arrivals, _) = arrivals(&scenario, CUSTOMERS);
        let lane = run_lane(&scenario.lanes[0], &scenario, &arrivals, recorded);
        (arrivals, lane)
    });
}

/// Histograms and totals, as a sweep wants them.
#[divan::bench(sample_count = 20)]
fn mm1_counted(bencher: Bencher) {
    mm1(bencher, 0);
}

/// And every customer one by one: came, began, left.
#[divan::bench(sample_count = 20)]
fn mm1_recorded(bencher: Bencher) {
    mm1(bencher, usize::MAX);
}

/// The same arrivals for all, as in the lab, so they are made in advance. Policies that hash spread 10,000 clients.
#[divan::bench(args = Kind::ALL, sample_count = 10)]
fn eight_servers(bencher: Bencher, kind: Kind) {
    let scenario = scenario(kind, 8, 10_000);
    let (arrivals, _) = arrivals(&scenario, CUSTOMERS / 5);
    bencher.counter(ItemsCount::new(arrivals.len())).bench(|| run_lane(&scenario.lanes[0], &scenario, &arrivals, 0));
}

const PICKS: usize = 10_000;
const SERVERS: usize = 10;
/// Clients that ask in turn.
const CLIENTS: u32 = 1_024;
/// States of the servers that come in turn; prime, so that every client meets every one of them.
const STATES: usize = 61;
const GAP: Nanos = Nanos::from_millis(1);

fn weight(server: usize) -> u32 {
    1 + server as u32 % 5
}

fn members() -> Vec<Member> {
    let member = |server: usize| Member { host: format!("10.0.0.{}", server + 1), port: 8080, weight: weight(server), present: true };
    (0..SERVERS).map(member).collect()
}

/// All servers up, with 0 to 19 requests in flight at each.
fn states() -> Vec<Vec<Peer>> {
    let mut draws = Stream::new(7, 0);
    let mut peer = |server: usize| Peer { weight: weight(server), in_flight: draws.below(20), usable: true, tried: false };
    (0..STATES).map(|_| (0..SERVERS).map(&mut peer).collect()).collect()
}

/// Who asks, and the key where it is hashed.
fn asks(kind: Kind) -> Vec<(u32, Vec<u8>)> {
    let ask = |client| {
        let mut key = Vec::new();
        if kind.by_key() {
            write_key(&mut key, client);
        }
        (client, key)
    };
    (0..CLIENTS).map(ask).collect()
}

/// A choice, and word that it was answered: some policies learn from it. Tables are built before.
#[divan::bench(args = Kind::ALL)]
fn picks(bencher: Bencher, kind: Kind) {
    let (members, states, asks) = (members(), states(), asks(kind));
    let ready = || -> (Box<dyn Balancer>, Stream) {
        let mut balancer = Policy::from(kind).balancer();
        balancer.rebuild(&members);
        (balancer, Stream::new(7, 1))
    };
    bencher.counter(ItemsCount::new(PICKS)).with_inputs(ready).bench_local_refs(|(balancer, draws)| {
        let mut at = Nanos::ZERO;
        let mut sum = 0;
        for ((client, key), peers) in asks.iter().cycle().zip(states.iter().cycle()).take(PICKS) {
            let ask = Ask { at, client: *client, address: address_of(*client), key };
            if let Some(pick) = balancer.pick(&ask, peers, draws, None) {
                balancer.ended(pick.server, at + GAP, GAP, Outcome::Answered);
                sum += pick.server;
            }
            at = at + GAP;
        }
        sum
    });
}
