//! What the policies that hash promise: whose keys move when a server comes or goes, how evenly the keys lie, and that
//! whoever is open is found.
//!
//! What must hold exactly is tried with random servers and keys. What holds within an interval is tried with fixed ones, for 2
//! to 20 servers, so that it cannot fail by chance.
#![cfg(not(target_arch = "wasm32"))]

use std::net::Ipv4Addr;

use field_guide::balancers::jump::jump;
use field_guide::balancers::ring::{POINTS, Points};
use field_guide::balancers::{Ask, Balancer, Kind, Member, Peer, Policy};
use field_guide::sim::Nanos;
use field_guide::sim::random::Stream;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::FileFailurePersistence;

/// nginx's, which keep their keys to the servers that are up.
const OF_NGINX: [Kind; 3] = [Kind::IpHash, Kind::Hash, Kind::Ring];

/// For [`numbered`].
const WEIGHTS: [&[u32]; 2] = [&[1], &[1, 2, 3]];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    }
}

fn member(host: u32, weight: u32) -> Member {
    Member { host: Ipv4Addr::from(host).to_string(), port: 8080, weight, present: true }
}

/// 2 to 20 servers at random addresses, with weights from 1 to `heaviest`.
fn members(heaviest: u32) -> impl Strategy<Value = Vec<Member>> {
    let servers = proptest::collection::btree_map(any::<u32>(), 1..=heaviest, 2..=20usize);
    servers.prop_map(|servers| servers.into_iter().map(|(host, weight)| member(host, weight)).collect())
}

fn keys(most: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..24), 1..most)
}

/// 10.0.0.1 and so on, with these weights over and over.
fn numbered(servers: usize, weights: &[u32]) -> Vec<Member> {
    (0x0a00_0001..).zip(weights.iter().cycle()).take(servers).map(|(host, weight)| member(host, *weight)).collect()
}

/// `user-0`, `user-1` and so on.
fn users(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|user| format!("user-{user}").into_bytes()).collect()
}

fn peers(members: &[Member]) -> Vec<Peer> {
    members.iter().map(|member| Peer { weight: member.weight, in_flight: 0, usable: member.present, tried: false }).collect()
}

/// The address is made of the key, for the policy that hashes it.
fn ask(key: &[u8]) -> Ask<'_> {
    let mut address = [10, 0, 0, 1];
    address.iter_mut().zip(key.iter().rev()).for_each(|(octet, byte)| *octet = *byte);
    Ask { at: Nanos::ZERO, client: 0, address, key }
}

fn balancer(kind: Kind, members: &[Member]) -> Box<dyn Balancer> {
    let mut balancer = Policy::from(kind).balancer();
    balancer.rebuild(members);
    balancer
}

/// The server of each key.
fn placed_among(kind: Kind, members: &[Member], peers: &[Peer], keys: &[Vec<u8>]) -> Vec<usize> {
    let (mut balancer, mut draws) = (balancer(kind, members), Stream::new(1, 0));
    keys.iter().map(|key| balancer.pick(&ask(key), peers, &mut draws, None).expect("somebody is open").server).collect()
}

fn placed(kind: Kind, members: &[Member], keys: &[Vec<u8>]) -> Vec<usize> {
    placed_among(kind, members, &peers(members), keys)
}

fn counts(servers: &[usize], of: usize) -> Vec<f64> {
    let mut counts = vec![0.0; of];
    servers.iter().for_each(|server| counts[*server] += 1.0);
    counts
}

/// Whether a key did as it should when its server may be the one that is gone: it went elsewhere, or it stayed.
fn right(before: usize, after: usize, gone: usize) -> bool {
    if before == gone { after != gone } else { after == before }
}

/// How many keys have another server than before.
fn moved(before: &[usize], after: &[usize]) -> usize {
    before.iter().zip(after).filter(|(before, after)| before != after).count()
}

fn chi_squared(counts: &[f64], shares: &[f64]) -> f64 {
    let all: f64 = counts.iter().sum();
    counts.iter().zip(shares).map(|(count, share)| (count - all * share).powi(2) / (all * share)).sum()
}

/// What holds chi-squared in 99.9 % of all cases, by Wilson and Hilferty's approximation (3.0902 is the normal quantile).
fn chi_squared_at_most(degrees: usize) -> f64 {
    let part = 2.0 / (9.0 * degrees as f64);
    degrees as f64 * (1.0 - part + 3.0902 * part.sqrt()).powi(3)
}

fn shares(members: &[Member]) -> Vec<f64> {
    let total: u32 = members.iter().map(|member| member.weight).sum();
    members.iter().map(|member| f64::from(member.weight) / f64::from(total)).collect()
}

proptest! {
    #![proptest_config(config(128))]

    /// The ring and rendezvous: a server that leaves the configuration takes its own keys with it, and no other key moves.
    /// (Read backwards: a server that comes takes keys to itself only.)
    #[test]
    fn only_the_keys_of_the_server_that_left_move(mut members in members(4), gone in any::<Index>(), keys in keys(200)) {
        let gone = gone.index(members.len());
        for kind in [Kind::Ring, Kind::Rendezvous] {
            members[gone].present = true;
            let before = placed(kind, &members, &keys);
            members[gone].present = false;
            for (before, after) in before.into_iter().zip(placed(kind, &members, &keys)) {
                prop_assert!(right(before, after, gone), "{kind:?}: {before} to {after}, without {gone}");
            }
        }
    }

    /// A server that is down stays in the table, and again only its own keys move: with a modulo, too. Maglev is not of them,
    /// for its table is made of those that are up.
    #[test]
    fn only_the_keys_of_the_server_that_is_down_move(members in members(4), down in any::<Index>(), keys in keys(200)) {
        let down = down.index(members.len());
        let mut peers = peers(&members);
        peers[down].usable = false;
        for kind in OF_NGINX.into_iter().chain([Kind::Rendezvous, Kind::Jump]) {
            let before = placed(kind, &members, &keys);
            for (before, after) in before.into_iter().zip(placed_among(kind, &members, &peers, &keys)) {
                prop_assert!(right(before, after, down), "{kind:?}: {before} to {after}, without {down}");
            }
        }
    }

    /// Jump: between n and n + 1 buckets a key stays or goes to the new one.
    #[test]
    fn jump_moves_keys_to_the_new_bucket_only(key in any::<u64>(), buckets in 1u32..10_000) {
        let (before, after) = (jump(key, buckets), jump(key, buckets + 1));
        prop_assert!(before < buckets);
        prop_assert!(after == before || after == buckets, "{before} to {after} of {buckets} and one");
    }

    /// The same of the policy: the last server leaves, and nobody else's keys move.
    #[test]
    fn only_the_keys_of_the_last_bucket_move(mut members in members(1), keys in keys(200)) {
        let before = placed(Kind::Jump, &members, &keys);
        let last = members.len() - 1;
        members[last].present = false;
        for (before, after) in before.into_iter().zip(placed(Kind::Jump, &members, &keys)) {
            prop_assert!(right(before, after, last), "{before} to {after}, without {last}");
        }
    }
}

proptest! {
    // Each case fills a few of Maglev's tables.
    #![proptest_config(config(32))]

    /// Whoever is open is found, whatever is down or tried, and nobody else is.
    #[test]
    fn somebody_open_is_found(
        members in members(30),
        states in proptest::collection::vec((any::<bool>(), any::<bool>()), 20),
        keys in keys(20),
        empty in any::<bool>(),
    ) {
        let mut peers = peers(&members);
        for (peer, (usable, tried)) in peers.iter_mut().zip(states) {
            (peer.usable, peer.tried) = (usable, tried);
        }
        let anybody = peers.iter().any(Peer::open);
        for kind in OF_NGINX.into_iter().chain([Kind::Rendezvous, Kind::Maglev, Kind::Jump]) {
            let (mut balancer, mut draws) = (balancer(kind, &members), Stream::new(1, 0));
            for key in &keys {
                let key: &[u8] = if empty { &[] } else { key };
                let mut scores = Vec::new();
                let pick = balancer.pick(&ask(key), &peers, &mut draws, Some(&mut scores));
                prop_assert_eq!(pick.is_some(), anybody, "{:?}: {:?}", kind, pick);
                prop_assert!(pick.is_none_or(|pick| peers[pick.server].open()), "{kind:?}: {pick:?}");
                prop_assert_eq!(scores.len(), peers.len(), "{:?}", kind);
            }
        }
    }
}

/// Maglev: more keys move than must, but few. The paper (section 5.3) trades that for evenness, and finds that it shrinks
/// as the table grows; with 65,537 slots and up to 20 servers of one weight the keys that move without need were at most
/// 0.16 of those that must, over 150 random sets of servers in Python. It is no law: now and then two servers fill the table in
/// steps that run alongside, and then as many move again (0.0.0.0, 71.195.41.81 and 116.221.217.161 are such a set). So the
/// sets are fixed, and what is held is how few of them are like that.
#[test]
fn maglev_moves_few_keys() {
    const SETS: usize = 100;
    let keys = users(10_000);
    let mut draws = Stream::new(20_261_125, 0);
    let mut shares: Vec<f64> = Vec::new();
    for _ in 0..SETS {
        let count = 2 + draws.below(19) as usize;
        let mut members: Vec<Member> = (0..count).map(|_| member(draws.below(u32::MAX), 1)).collect();
        let gone = draws.below(count as u32) as usize;
        let before = placed(Kind::Maglev, &members, &keys);
        members[gone].present = false;
        let after = placed(Kind::Maglev, &members, &keys);
        let must = before.iter().filter(|server| **server == gone).count();
        assert!(after.iter().all(|server| *server != gone));
        shares.push((moved(&before, &after) - must) as f64 / must as f64);
    }
    shares.sort_by(f64::total_cmp);
    println!("moved without need: median {:.3}, 95 of 100 at most {:.3}, all {:.3}", shares[SETS / 2], shares[SETS - 6], shares[SETS - 1]);
    assert!(shares[SETS / 2] < 0.16 && shares[SETS - 6] < 0.5, "{shares:?}");
}

/// The contrast: without the middle one of five servers a modulo moves four keys of five, and always more than half.
#[test]
fn a_modulo_moves_most_keys() {
    let keys = users(10_000);
    for servers in 3..=20 {
        let mut members = numbered(servers, &[1]);
        let before = placed(Kind::Hash, &members, &keys);
        members[servers / 2].present = false;
        let moved = moved(&before, &placed(Kind::Hash, &members, &keys));
        assert!(moved > 5_000, "{moved} of 10,000 with {servers} servers");
        // The remainders by 5 and by 4 name the same server for 4 hashes of 20: 3.29 standard deviations hold 99.9 %.
        assert!(servers != 5 || moved.abs_diff(8_000) <= 132, "{moved}");
    }
}

/// A new last bucket takes one key in n + 1, within 3.29 standard deviations of a binomial count (99.9 %).
#[test]
fn a_new_bucket_takes_its_part() {
    let keys = users(10_000);
    for servers in 2..=20 {
        let (before, after) =
            (placed(Kind::Jump, &numbered(servers, &[1]), &keys), placed(Kind::Jump, &numbered(servers + 1, &[1]), &keys));
        let part = 1.0 / (servers + 1) as f64;
        let (mean, deviation) = (10_000.0 * part, (10_000.0 * part * (1.0 - part)).sqrt());
        let moved = moved(&before, &after) as f64;
        assert!((moved - mean).abs() <= 3.29 * deviation, "{moved} instead of {mean} ± {deviation} to the one after {servers}");
    }
}

/// Where k of N points are one server's, and points fall evenly, its arcs add up to a Beta(k, N − k) part of the circle: mean
/// k/N, variance k(N − k)/N²(N + 1). Each part is to lie within 3.29 standard deviations of that (99.9 %); with 20 servers of
/// weight 1 that is ± 25 % of the mean, for all of 160 points.
#[test]
fn the_arcs_of_the_ring_are_as_even_as_chance() {
    for (servers, weights) in (2..=20).flat_map(|servers| WEIGHTS.map(|weights| (servers, weights))) {
        let members = numbered(servers, weights);
        let points = Points::of(&members);
        let all = points.as_slice().len() as f64;
        let circle = points.share(servers);
        assert!((circle.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{circle:?}");
        for (share, member) in circle.into_iter().zip(&members) {
            let own = f64::from(member.weight * POINTS);
            let deviation = (own * (all - own) / (all * all * (all + 1.0))).sqrt();
            assert!((share - own / all).abs() <= 3.29 * deviation, "{share} of {servers} servers, weight {}", member.weight);
        }
    }
}

/// Keys lie on the ring's arcs, on Maglev's slots and on a modulo's remainders as the weights are: chi-squared of 10,000 keys,
/// 99.9 %. (The ring is held to its own arcs, which are not quite the weights: see above.)
#[test]
fn keys_lie_as_the_weights_do() {
    let keys = users(10_000);
    for (servers, weights) in (2..=20).flat_map(|servers| WEIGHTS.map(|weights| (servers, weights))) {
        let members = numbered(servers, weights);
        let expected =
            [(Kind::Ring, Points::of(&members).share(servers)), (Kind::Maglev, shares(&members)), (Kind::Hash, shares(&members))];
        for (kind, shares) in expected {
            let chi = chi_squared(&counts(&placed(kind, &members, &keys), servers), &shares);
            assert!(chi <= chi_squared_at_most(servers - 1), "{kind:?} with {servers} servers, {weights:?}: {chi}");
        }
    }
}

/// Rendezvous and jump know no weights: every server has as many keys, by the same test.
#[test]
fn without_weights_keys_lie_evenly() {
    let keys = users(10_000);
    for servers in 2..=20 {
        let members = numbered(servers, &[1, 2, 3]);
        for kind in [Kind::Rendezvous, Kind::Jump] {
            let chi = chi_squared(&counts(&placed(kind, &members, &keys), servers), &vec![1.0 / servers as f64; servers]);
            assert!(chi <= chi_squared_at_most(servers - 1), "{kind:?} with {servers} servers: {chi}");
        }
    }
}
