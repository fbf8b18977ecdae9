//! What there is to see of a policy that hashes: who has how many keys, which of them move when a server comes or goes, and
//! the ring or the table that decides it.
//!
//! None of it is measured. A balancer that has seen nothing is asked about every client's key, with the servers as they are at
//! that moment, so that the answer is the policy's and not the luck of a run. The bounded-load ring is asked with nothing in
//! flight: it shows where keys belong, not where they go when their server is full.

use std::fmt::Write;

use super::names;
use super::run::{Lane, ServerState, Trace, address_of, write_key};
use super::scenario::{Clients, Kind, LaneSpec, Scenario};
use crate::balancers::maglev::Maglev;
use crate::balancers::modulo::Modulo;
use crate::balancers::{Ask, Balancer, Member, Peer, haproxy_ring, ring};
use crate::sim::random::Stream;
use crate::sim::zipf::Zipf;
use crate::sim::{Nanos, theory};

/// Clients whose keys are asked about: the most eager ones, if there are more.
pub const MOST_KEYS: u32 = 10_000;
/// Changes of one run that are looked at.
pub const MOST_MOVES: usize = 20;
/// Colours of servers, as classes `server-0` to `server-7`; the ninth has the first's.
pub const COLOURS: usize = 8;
/// Sectors of a drawn ring: more of them would be narrower than a pixel.
const MOST_SECTORS: usize = 1_000;
/// The stream of random numbers for what a policy draws where its hash finds nobody.
const KEY_DRAWS: u64 = 1 << 48;

/// The servers at a moment: as configured, and as a balancer sees them that has nothing in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub members: Vec<Member>,
    pub peers: Vec<Peer>,
}

impl Pool {
    /// At `at`. A server counts as usable while at least one balancer thinks so: one that died a moment ago still is.
    pub fn of(scenario: &Scenario, lane: &Lane, at: Nanos) -> Self {
        let believed = |state: &ServerState| state.marked_down.max(state.ejected) < scenario.balancers.max(1);
        let state = |server: usize| lane.servers.get(server).and_then(|server| server.state(at));
        let member = |server: usize| Member {
            host: format!("10.0.0.{}", server + 1),
            port: 8080,
            weight: state(server).map_or(1, |state| state.weight),
            present: state(server).is_some_and(|state| state.present),
        };
        let peer = |server: usize| Peer {
            weight: state(server).map_or(1, |state| state.weight),
            in_flight: 0,
            usable: state(server).is_some_and(|state| state.present && !state.draining && believed(&state)),
            tried: false,
        };
        let servers = 0..lane.servers.len();
        Pool { members: servers.clone().map(member).collect(), peers: servers.map(peer).collect() }
    }

    fn usable(&self, server: usize) -> bool {
        self.peers.get(server).is_some_and(|peer| peer.usable)
    }

    fn present(&self, server: usize) -> bool {
        self.members.get(server).is_some_and(|member| member.present)
    }

    fn count_usable(&self) -> usize {
        self.peers.iter().filter(|peer| peer.usable).count()
    }
}

/// Where a fresh balancer sends the keys of the first so many clients; `None` for a key that nobody takes.
fn assign(spec: &LaneSpec, pool: &Pool, seed: u64, keys: u32) -> Vec<Option<usize>> {
    let mut policy = spec.balancer();
    policy.rebuild(&pool.members);
    let mut draws = Stream::new(seed, KEY_DRAWS);
    let mut key = Vec::new();
    let asked = (0..keys).map(|client| {
        write_key(&mut key, client);
        let ask = Ask { at: Nanos::ZERO, client, address: address_of(client), key: &key };
        policy.pick(&ask, &pool.peers, &mut draws, None).map(|pick| pick.server)
    });
    asked.collect()
}

/// How the keys are spread over the servers.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Those in the configuration, in order.
    pub servers: Vec<ServerShare>,
    /// So many keys were asked about.
    pub sampled: u32,
    /// How many of them the fullest server is expected to have if a hash sends each key to any server alike. `None` where
    /// weights differ, or nobody is there.
    pub expected_max: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerShare {
    pub server: usize,
    /// Of the sampled.
    pub keys: u32,
    /// The share of the requests that come with these keys, from 0 to 1, by how often each client asks.
    pub requests: f64,
    /// The share of the keys, and of the requests, that its weight says; 0 while it gets none.
    pub ideal: f64,
}

/// The spread at `at`; `None` if the policy does not look at keys.
pub fn spread(trace: &Trace, lane: &Lane, at: Nanos) -> Option<Spread> {
    let scenario = &trace.scenario;
    lane.spec.kind.by_key().then(|| spread_of(&lane.spec, &Pool::of(scenario, lane, at), scenario.clients, scenario.seed))
}

/// The spread over these servers.
pub fn spread_of(spec: &LaneSpec, pool: &Pool, clients: Clients, seed: u64) -> Spread {
    let sampled = clients.count.min(MOST_KEYS);
    let zipf = Zipf::new(clients.count, clients.skew);
    let asked: Vec<f64> = (0..sampled).map(|client| zipf.share(client)).collect();
    let all: f64 = asked.iter().sum();
    let mut counted = vec![(0u32, 0.0f64); pool.members.len()];
    for (server, asked) in assign(spec, pool, seed, sampled).into_iter().zip(&asked) {
        if let Some(server) = server
            && let Some((keys, requests)) = counted.get_mut(server)
        {
            *keys += 1;
            *requests += asked / all;
        }
    }
    let weight = |peer: &Peer| match (peer.usable, spec.kind.weighted()) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => u64::from(peer.weight),
    };
    let weights: Vec<u64> = pool.peers.iter().map(weight).collect();
    let total = weights.iter().sum::<u64>().max(1) as f64;
    let share = |server: usize| {
        let (keys, requests) = counted[server];
        ServerShare { server, keys, requests, ideal: weights[server] as f64 / total }
    };
    let mut used = weights.iter().filter(|weight| **weight > 0);
    let alike = used.next().is_some_and(|first| used.all(|weight| weight == first));
    Spread {
        servers: (0..counted.len()).filter(|server| pool.present(*server)).map(share).collect(),
        sampled,
        expected_max: alike.then(|| theory::fullest_bin(sampled, pool.count_usable() as u32)).flatten(),
    }
}

/// What became of a server, for those who choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Put into the configuration, or put back.
    Added,
    /// Taken out of it.
    Removed,
    /// Still in it, but it gets nothing: marked down, ejected or drained.
    Down,
    /// It gets something again.
    Back,
}

/// A moment at which servers came or went, and what that did to the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub at: Nanos,
    pub changed: Vec<(usize, Change)>,
    /// Servers that could be had before and after it.
    pub before: usize,
    pub after: usize,
    /// Of the sampled: those that another server has now.
    pub keys_moved: u32,
    /// Those among them that were on a server that went, or are on one that came. No policy that gives a new server so many
    /// can move fewer.
    pub least: u32,
    pub sampled: u32,
    pub policy: Kind,
}

/// What moved in the run: at most [`MOST_MOVES`] moments, the first ones. Nothing if the policy does not look at keys.
pub fn moves(trace: &Trace, lane: &Lane) -> Vec<Moved> {
    let scenario = &trace.scenario;
    if !lane.spec.kind.by_key() {
        return Vec::new();
    }
    let mut moments: Vec<Nanos> = lane.servers.iter().flat_map(|server| server.states.iter().skip(1).map(|(at, _)| *at)).collect();
    moments.sort_unstable();
    moments.dedup();
    let pool_at = |at: Nanos| Pool::of(scenario, lane, at);
    let changes = moments.into_iter().filter(|at| *at > Nanos::ZERO).filter_map(|at| {
        let (before, after) = (pool_at(at - Nanos(1)), pool_at(at));
        let changed = changed(&before, &after);
        (!changed.is_empty()).then_some((at, before, after, changed))
    });
    changes.take(MOST_MOVES).map(|(at, before, after, changed)| moved(&lane.spec, (&before, &after), scenario, at, changed)).collect()
}

fn changed(before: &Pool, after: &Pool) -> Vec<(usize, Change)> {
    let change = |server: usize| {
        let present = (before.present(server), after.present(server));
        let usable = (before.usable(server), after.usable(server));
        match (present, usable) {
            ((false, true), _) => Some((server, Change::Added)),
            ((true, false), _) => Some((server, Change::Removed)),
            (_, (true, false)) => Some((server, Change::Down)),
            (_, (false, true)) => Some((server, Change::Back)),
            _ => None,
        }
    };
    (0..after.members.len()).filter_map(change).collect()
}

fn moved(spec: &LaneSpec, (before, after): (&Pool, &Pool), scenario: &Scenario, at: Nanos, changed: Vec<(usize, Change)>) -> Moved {
    let sampled = scenario.clients.count.min(MOST_KEYS);
    let [old, new] = [before, after].map(|pool| assign(spec, pool, scenario.seed, sampled));
    let other: Vec<(Option<usize>, Option<usize>)> = old.into_iter().zip(new).filter(|(old, new)| old != new).collect();
    let stays = |server: Option<usize>| server.is_some_and(|server| before.usable(server) && after.usable(server));
    Moved {
        at,
        changed,
        before: before.count_usable(),
        after: after.count_usable(),
        keys_moved: other.len() as u32,
        least: other.iter().filter(|(old, new)| !stays(*old) || !stays(*new)).count() as u32,
        sampled,
        policy: spec.kind,
    }
}

/// The points of a ring as the policy has laid them, each with its place on the circle, from 0 to 1, and its server; in order.
/// `None` for a policy without a ring.
pub fn ring_points(spec: &LaneSpec, pool: &Pool) -> Option<Vec<(f64, usize)>> {
    let points = match spec.kind {
        Kind::Ring => ring::Points::of(&pool.members).as_slice().to_vec(),
        Kind::HaproxyRing | Kind::BoundedRing => haproxy_ring::Points::of(&pool.members).as_slice().to_vec(),
        _ => return None,
    };
    Some(points.into_iter().map(|(hash, server)| (f64::from(hash) / (1u64 << 32) as f64, server)).collect())
}

/// Where on the circle the keys of each point end: whoever lies after the end before it, and not after this one, belongs to
/// its server. Points of servers that get nothing are left out, as if they were not there. In order; to be drawn with
/// [`ring_svg`]. `None` for a policy without a ring.
///
/// nginx goes on to the next point, so that keys end at it. HAProxy goes to the nearest, before or behind: they end in the
/// middle between two.
pub fn ring_ends(spec: &LaneSpec, pool: &Pool) -> Option<Vec<(f64, usize)>> {
    let mut points = ring_points(spec, pool)?;
    points.retain(|(_, server)| pool.usable(*server));
    if spec.kind == Kind::Ring {
        return Some(points);
    }
    let next = points.iter().skip(1).map(|(place, _)| *place).chain(points.first().map(|(place, _)| place + 1.0));
    let middle = |(place, server): (f64, usize), next: f64| (((place + next) / 2.0).fract(), server);
    let mut ends: Vec<(f64, usize)> = points.iter().zip(next).map(|(point, next)| middle(*point, next)).collect();
    // The last one may lie beyond the top.
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    Some(ends)
}

/// The servers of a table's slots, in order: all of them, or `most` spread evenly over it. Empty if nobody is there, `None`
/// for a policy without a table.
pub fn table(spec: &LaneSpec, pool: &Pool, most: usize) -> Option<Vec<usize>> {
    // Those that follow who is usable make their table when they are asked.
    let ask = Ask { at: Nanos::ZERO, client: 0, address: address_of(0), key: b"user-0" };
    let mut draws = Stream::new(0, KEY_DRAWS);
    let slots: Vec<usize> = match spec.kind {
        Kind::Maglev => {
            let mut maglev = Maglev::new();
            maglev.rebuild(&pool.members);
            maglev.pick(&ask, &pool.peers, &mut draws, None);
            maglev.slots().collect()
        }
        Kind::Modulo => {
            let mut modulo = Modulo::new();
            modulo.rebuild(&pool.members);
            modulo.pick(&ask, &pool.peers, &mut draws, None);
            modulo.slots().to_vec()
        }
        // Laid end to end, each as long as its weight, down or not.
        Kind::Hash | Kind::IpHash => {
            let present = pool.members.iter().enumerate().filter(|(_, member)| member.present);
            present.flat_map(|(server, member)| std::iter::repeat_n(server, member.weight as usize)).collect()
        }
        _ => return None,
    };
    Some(thinned(&slots, most))
}

fn thinned(slots: &[usize], most: usize) -> Vec<usize> {
    if slots.len() <= most {
        return slots.to_vec();
    }
    (0..most).filter_map(|n| slots.get(n * slots.len() / most).copied()).collect()
}

/// The class that colours a server.
pub fn class(server: usize) -> String {
    format!("server-{}", server % COLOURS)
}

/// A ring as a picture, from where keys end ([`ring_ends`]): what leads to a server has its colour. One path for each server,
/// with its share as a title. It begins at the top and goes round as a clock does.
pub fn ring_svg(ends: &[(f64, usize)]) -> String {
    let mut svg = String::from("<svg class=\"ring\" viewBox=\"0 0 200 200\" role=\"img\" aria-label=\"The hash ring\">");
    let arcs = arcs(ends);
    let drawn = if arcs.len() > MOST_SECTORS { sectors(ends) } else { arcs.clone() };
    let mut servers: Vec<usize> = ends.iter().map(|(_, server)| *server).collect();
    servers.sort_unstable();
    servers.dedup();
    for server in servers {
        let share: f64 = arcs.iter().filter(|arc| arc.server == server).map(|arc| arc.until - arc.from).sum();
        let _ = write!(svg, "<path class=\"{}\" d=\"", class(server));
        drawn.iter().filter(|arc| arc.server == server).for_each(|arc| arc.draw(&mut svg));
        let _ = write!(svg, "\"><title>{}: {:.1} % of the ring</title></path>", names::server(server), share * 100.0);
    }
    svg.push_str("</svg>");
    svg
}

/// A part of the circle that leads to one server.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Arc {
    from: f64,
    until: f64,
    server: usize,
}

impl Arc {
    fn draw(&self, svg: &mut String) {
        const OUTER: f64 = 96.0;
        const INNER: f64 = 66.0;
        // Ends of an arc that goes all the way round would be one: it is drawn in two.
        if self.until - self.from > 0.5 {
            let middle = (self.from + self.until) / 2.0;
            Arc { until: middle, ..*self }.draw(svg);
            return Arc { from: middle, ..*self }.draw(svg);
        }
        let place = |radius: f64, turn: f64| {
            let angle = turn * core::f64::consts::TAU;
            (100.0 + radius * libm::sin(angle), 100.0 - radius * libm::cos(angle))
        };
        let [(x1, y1), (x2, y2)] = [self.from, self.until].map(|turn| place(OUTER, turn));
        let [(x4, y4), (x3, y3)] = [self.from, self.until].map(|turn| place(INNER, turn));
        let _ =
            write!(svg, "M{x1:.2} {y1:.2}A{OUTER} {OUTER} 0 0 1 {x2:.2} {y2:.2}L{x3:.2} {y3:.2}A{INNER} {INNER} 0 0 0 {x4:.2} {y4:.2}Z");
    }
}

/// From each end back to the one before. What lies behind the last belongs to the first.
fn arcs(ends: &[(f64, usize)]) -> Vec<Arc> {
    let last = ends.first().map(|(_, server)| (1.0, *server));
    joined(ends.iter().copied().chain(last))
}

/// The same in [`MOST_SECTORS`] equal parts, each for whoever has its middle.
fn sectors(ends: &[(f64, usize)]) -> Vec<Arc> {
    let holder = |middle: f64| {
        let index = ends.partition_point(|(end, _)| *end < middle);
        ends.get(index).or(ends.first()).map(|(_, server)| *server)
    };
    let place = |n: f64| n / MOST_SECTORS as f64;
    joined((0..MOST_SECTORS).filter_map(|n| Some((place(n as f64 + 1.0), holder(place(n as f64 + 0.5))?))))
}

/// Arcs from where each one ends and whose it is, the first beginning at 0; neighbours of one server are one arc.
fn joined(ends: impl Iterator<Item = (f64, usize)>) -> Vec<Arc> {
    let mut arcs: Vec<Arc> = Vec::new();
    let mut from = 0.0;
    for (until, server) in ends {
        match arcs.last_mut() {
            Some(last) if last.server == server => last.until = until,
            _ => arcs.push(Arc { from, until, server }),
        }
        from = until;
    }
    arcs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::frame::Intervention;
    use crate::labs::load_balancing::run::run;
    use crate::labs::load_balancing::scenario::{Action, Health, Order, Queue, ServerSpec};
    use crate::sim::Arrivals;
    use crate::sim::service::Service;

    /// The policy over four servers of these weights and 2,000 clients; what is done happens at 1 s, 2 s and so on.
    fn trace(kind: Kind, weights: &[u32], done: &[Action]) -> Trace {
        let made = |(second, action): (u64, &Action)| Intervention { at: Nanos(second * Nanos::SECOND.0), action: *action };
        run(&Scenario {
            lanes: vec![kind.into()],
            watched: 0,
            servers: weights.iter().map(|weight| ServerSpec { weight: *weight, ..ServerSpec::default() }).collect(),
            arrivals: Arrivals::Poisson { rate: 5.0 },
            clients: Clients { count: 2_000, skew: 1.0 },
            service: Service::Constant,
            work: Nanos::from_millis(10),
            queue: Queue { places: None, order: Order::Fifo },
            balancers: 1,
            network: Nanos::ZERO,
            health: Health::default(),
            slow_start: Nanos::ZERO,
            timeout: None,
            retry: None,
            hedge: None,
            seed: 3,
            length: Nanos(10 * Nanos::SECOND.0),
            interventions: (1..).zip(done).map(made).collect(),
            at: None,
        })
    }

    fn moves_of(kind: Kind, done: &[Action]) -> Vec<Moved> {
        let trace = trace(kind, &[1; 4], done);
        moves(&trace, &trace.lanes[0])
    }

    const BY_KEY: [Kind; 9] = [
        Kind::IpHash,
        Kind::Hash,
        Kind::Modulo,
        Kind::Ring,
        Kind::HaproxyRing,
        Kind::BoundedRing,
        Kind::Rendezvous,
        Kind::Maglev,
        Kind::Jump,
    ];

    #[test]
    fn all_keys_are_somewhere_and_shares_add_up() {
        for kind in BY_KEY {
            let trace = trace(kind, &[1, 2, 3, 2], &[]);
            let spread = spread(&trace, &trace.lanes[0], Nanos::ZERO).unwrap();
            assert_eq!((spread.sampled, spread.servers.len()), (2_000, 4), "{kind:?}");
            assert_eq!(spread.servers.iter().map(|share| share.keys).sum::<u32>(), 2_000, "{kind:?}");
            assert!((spread.servers.iter().map(|share| share.requests).sum::<f64>() - 1.0).abs() < 1e-9, "{kind:?}");
            assert!((spread.servers.iter().map(|share| share.ideal).sum::<f64>() - 1.0).abs() < 1e-9, "{kind:?}");
            let ideal: Vec<f64> = spread.servers.iter().map(|share| share.ideal).collect();
            assert_eq!(ideal, if kind.weighted() { [0.125, 0.25, 0.375, 0.25] } else { [0.25; 4] }, "{kind:?}");
            assert_eq!(spread.expected_max.is_some(), !kind.weighted(), "{kind:?}");
        }
        let trace = trace(Kind::RoundRobin, &[1; 4], &[]);
        assert_eq!(spread(&trace, &trace.lanes[0], Nanos::ZERO), None);
    }

    /// Each key goes to any of four alike: a binomial law, of which 4 standard deviations hold all four servers in all but one
    /// of 4,000 tries; and the fullest is expected a little above the 500 that are fair.
    #[test]
    fn rendezvous_spreads_as_balls_in_bins() {
        let trace = trace(Kind::Rendezvous, &[1; 4], &[]);
        let spread = spread(&trace, &trace.lanes[0], Nanos::ZERO).unwrap();
        let deviation = (2_000.0f64 * 0.25 * 0.75).sqrt();
        assert!(spread.servers.iter().all(|share| (f64::from(share.keys) - 500.0).abs() < 4.0 * deviation), "{spread:?}");
        let expected = spread.expected_max.unwrap();
        assert!(expected > 510.0 && expected < 540.0, "{expected}");
    }

    #[test]
    fn who_is_out_has_no_keys() {
        let trace = trace(Kind::Ring, &[1; 4], &[Action::Drain(1), Action::Remove(2)]);
        let at = |second: u64| spread(&trace, &trace.lanes[0], Nanos(second * Nanos::SECOND.0)).unwrap();
        let rows = |spread: &Spread| spread.servers.iter().map(|share| (share.server, share.keys > 0, share.ideal)).collect::<Vec<_>>();
        assert_eq!(rows(&at(0)), [(0, true, 0.25), (1, true, 0.25), (2, true, 0.25), (3, true, 0.25)]);
        assert_eq!(rows(&at(5)), [(0, true, 0.5), (1, false, 0.0), (3, true, 0.5)]);
    }

    #[test]
    fn consistent_hashing_moves_no_more_than_it_must() {
        for kind in [Kind::Ring, Kind::HaproxyRing, Kind::Rendezvous] {
            let moves = moves_of(kind, &[Action::Remove(1), Action::Add, Action::Drain(0)]);
            let changed: Vec<_> = moves.iter().map(|moved| (moved.changed.clone(), moved.before, moved.after)).collect();
            let expected = [(vec![(1, Change::Removed)], 4, 3), (vec![(4, Change::Added)], 3, 4), (vec![(0, Change::Down)], 4, 3)];
            assert_eq!(changed, expected, "{kind:?}");
            for moved in &moves {
                assert_eq!(moved.keys_moved, moved.least, "{kind:?}: {moved:?}");
                // A quarter, give or take what the ring's arcs differ by.
                assert!((100..1_000).contains(&moved.keys_moved), "{kind:?}: {moved:?}");
            }
        }
    }

    /// Of the hashes modulo 12, three of twelve have the same server of four and of three that are left; six move that need not.
    #[test]
    fn modulo_moves_most() {
        let moves = moves_of(Kind::Hash, &[Action::Remove(1)]);
        assert_eq!(moves.len(), 1);
        let [moved, least] = [moves[0].keys_moved, moves[0].least].map(f64::from);
        // 4 standard deviations of a binomial law are 77 keys.
        assert!((moved - 1_500.0).abs() < 100.0 && (least - 500.0).abs() < 100.0, "{moves:?}");
    }

    /// nginx hashes again where a server is down: only its own keys move. Taken out, it shifts the others. HAProxy's table is
    /// made anew in either case.
    #[test]
    fn down_is_not_gone() {
        let moves = moves_of(Kind::Hash, &[Action::Drain(1), Action::Revive(1)]);
        assert_eq!(moves.iter().map(|moved| moved.changed[0].1).collect::<Vec<_>>(), [Change::Down, Change::Back]);
        assert!(moves.iter().all(|moved| moved.keys_moved == moved.least && moved.least < 700), "{moves:?}");
        let modulo = moves_of(Kind::Modulo, &[Action::Drain(1)]);
        assert!(modulo[0].keys_moved > 1_000 && modulo[0].keys_moved > modulo[0].least, "{modulo:?}");
    }

    #[test]
    fn maglev_and_jump_move_a_little_more_in_the_middle() {
        let [maglev, jump] = [Kind::Maglev, Kind::Jump].map(|kind| moves_of(kind, &[Action::Remove(1)])[0].clone());
        assert!(maglev.keys_moved >= maglev.least && maglev.keys_moved < 1_000, "{maglev:?}");
        assert!(jump.keys_moved > jump.least, "{jump:?}");
        let added = moves_of(Kind::Jump, &[Action::Add])[0].clone();
        assert_eq!(added.keys_moved, added.least, "at the end jump hash moves what it must");
    }

    #[test]
    fn nothing_moves_where_nothing_is_hashed_or_changed() {
        assert!(moves_of(Kind::LeastConnections, &[Action::Remove(1)]).is_empty());
        assert!(moves_of(Kind::Ring, &[Action::Slow(1, 4), Action::Kill(2)]).is_empty(), "nobody looks whether it is alive");
    }

    fn pool(kind: Kind, weights: &[u32]) -> Pool {
        let trace = trace(kind, weights, &[]);
        Pool::of(&trace.scenario, &trace.lanes[0], Nanos::ZERO)
    }

    #[test]
    fn tables_hold_their_servers_by_weight() {
        let pool = pool(Kind::Hash, &[1, 2, 1]);
        assert_eq!(table(&Kind::Hash.into(), &pool, 512), Some(vec![0, 1, 1, 2]));
        assert_eq!(table(&Kind::IpHash.into(), &pool, 2), Some(vec![0, 1]));
        let mixed = table(&Kind::Modulo.into(), &pool, 512).unwrap();
        assert_eq!([0, 1, 2].map(|server| mixed.iter().filter(|slot| **slot == server).count()), [1, 2, 1]);
        let maglev = table(&Kind::Maglev.into(), &pool, 512).unwrap();
        let of = |server: usize| maglev.iter().filter(|slot| **slot == server).count();
        assert_eq!((maglev.len(), of(0) + of(1) + of(2)), (512, 512));
        assert!(of(1) > of(0) && of(1) > of(2), "{} {} {}", of(0), of(1), of(2));
        assert_eq!(table(&Kind::Ring.into(), &pool, 512), None);
        assert_eq!(table(&Kind::Maglev.into(), &Pool { members: vec![], peers: vec![] }, 512), Some(vec![]));
    }

    /// Both rings know what part of the circle is whose.
    #[test]
    fn a_ring_is_drawn_without_a_gap() {
        for kind in [Kind::Ring, Kind::HaproxyRing, Kind::BoundedRing] {
            let pool = pool(kind, &[1, 1, 2]);
            let [points, ends] = [ring_points, ring_ends].map(|of| of(&kind.into(), &pool).unwrap());
            let all = if kind == Kind::Ring { 4 * ring::POINTS } else { 4 * haproxy_ring::POINTS };
            assert_eq!((points.len(), ends.len()), (all as usize, all as usize), "{kind:?}");
            assert!(points.is_sorted_by(|one, other| one.0 < other.0) && ends.is_sorted_by(|one, other| one.0 < other.0), "{kind:?}");
            assert!(points.iter().chain(&ends).all(|(place, _)| (0.0..1.0).contains(place)), "{kind:?}");
            let shares = match kind {
                Kind::Ring => ring::Points::of(&pool.members).share(3),
                _ => haproxy_ring::Points::of(&pool.members).share(3),
            };
            let exact = arcs(&ends);
            for (drawn, near) in [(&exact, 1e-9), (&sectors(&ends), 0.03)] {
                assert_eq!((drawn[0].from, drawn.windows(2).all(|pair| pair[0].until == pair[1].from)), (0.0, true), "{kind:?}");
                assert!((drawn[drawn.len() - 1].until - 1.0).abs() < 1e-9, "{kind:?}");
                for (server, share) in shares.iter().enumerate() {
                    let sum: f64 = drawn.iter().filter(|arc| arc.server == server).map(|arc| arc.until - arc.from).sum();
                    assert!((sum - share).abs() < near, "{kind:?}, {server}: {sum}, not {share}");
                }
            }
            let svg = ring_svg(&ends);
            assert_eq!(svg.matches("<path class=\"server-").count(), 3);
            assert!(svg.contains("<title>s3: ") && !svg.contains("style") && !svg.contains("NaN"));
        }
        assert_eq!(ring_points(&Kind::Rendezvous.into(), &pool(Kind::Rendezvous, &[1, 1])), None);
    }

    /// What is drawn is where keys go, also while a server is down.
    #[test]
    fn keys_lie_in_the_arc_of_their_server() {
        for kind in [Kind::Ring, Kind::HaproxyRing] {
            let trace = trace(kind, &[1, 2, 1], &[Action::Drain(1)]);
            for second in [0, 5] {
                let pool = Pool::of(&trace.scenario, &trace.lanes[0], Nanos(second * Nanos::SECOND.0));
                let arcs = arcs(&ring_ends(&kind.into(), &pool).unwrap());
                let hash = |key: &[u8]| match kind {
                    Kind::Ring => crate::balancers::hashing::crc32(key),
                    _ => haproxy_ring::avalanche(haproxy_ring::sdbm(key)),
                };
                let mut key = Vec::new();
                for (client, server) in (0..).zip(assign(&kind.into(), &pool, 3, 500)) {
                    write_key(&mut key, client);
                    let place = f64::from(hash(&key)) / (1u64 << 32) as f64;
                    let arc = arcs.iter().find(|arc| place <= arc.until).unwrap();
                    assert_eq!(Some(arc.server), server, "{kind:?}, user-{client} at {second} s");
                }
            }
        }
    }

    #[test]
    fn a_ring_of_one_goes_all_the_way_round_and_one_of_none_is_empty() {
        let svg = ring_svg(&[(0.25, 9)]);
        assert!(svg.contains("class=\"server-1\"") && svg.contains("s10: 100.0 % of the ring"), "{svg}");
        assert_eq!(svg.matches('M').count(), 2, "in two halves");
        assert!(!ring_svg(&[]).contains("<path"));
    }
}
