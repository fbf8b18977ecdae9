//! Hash modulo: HAProxy `hash-type map-based`, as `recalc_server_map` and `map_get_server_hash` in `src/lb_map.c` decide
//! (HAProxy 2.6; the known answers below are those of HAProxy 2.6.12, and `tests/haproxy_conform.rs` asks one for more).
//!
//! The servers that are up lie in a table, each as often as its weight says, the weights divided by what all have in common,
//! and mixed, so that the first server comes first. The key's sdbm hash, not stirred, modulo the table's length, is its
//! place; so keys that end in consecutive digits go to consecutive places. When a server goes down or comes up the table is
//! made anew, and most keys move.
//!
//! On a redispatch HAProxy asks the same table and so the same server again. Here a retry goes elsewhere: the servers that
//! this request was at before count as down for it alone.

use super::haproxy_ring::{HEAVIEST, sdbm};
use super::hashing::nothing_compared;
use super::{Ask, Balancer, Member, Peer, Pick, Reason};
use crate::sim::random::Stream;

#[derive(Clone, Debug, Default)]
pub struct Modulo {
    /// In lowest terms; 0 for a server that is not there.
    weights: Vec<u32>,
    /// The table, and for which of the servers it was made.
    slots: Vec<usize>,
    up: Vec<bool>,
}

impl Modulo {
    pub fn new() -> Self {
        Self::default()
    }

    /// The servers of the table's slots, as they were when it was last asked.
    pub fn slots(&self) -> &[usize] {
        &self.slots
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// For each slot every server that is `up` gains its weight; the first that has the most wholes of the total gets the slot
/// and loses one.
fn table(weights: &[u32], up: &[bool]) -> Vec<usize> {
    let mut servers: Vec<(usize, i64, i64)> = (0..)
        .zip(weights.iter().zip(up))
        .filter(|(_, (weight, up))| **up && **weight > 0)
        .map(|(server, (weight, _))| (server, i64::from(*weight), 0))
        .collect();
    let total: i64 = servers.iter().map(|(_, weight, _)| *weight).sum();
    let mut slots = Vec::new();
    for _ in 0..total {
        let mut best: Option<(usize, i64)> = None;
        for (index, (_, weight, score)) in servers.iter_mut().enumerate() {
            *score += *weight;
            let wholes = (*score + total) / total;
            if best.is_none_or(|(_, most)| wholes > most) {
                best = Some((index, wholes));
            }
        }
        let Some((index, _)) = best else { break };
        if let Some((server, _, score)) = servers.get_mut(index) {
            *score -= total;
            slots.push(*server);
        }
    }
    slots
}

impl Balancer for Modulo {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        if !self.up.iter().copied().eq(peers.iter().map(|peer| peer.usable)) {
            self.up = peers.iter().map(|peer| peer.usable).collect();
            self.slots = table(&self.weights, &self.up);
        }
        let hash = sdbm(ask.key);
        let find = |slots: &[usize], skipped: u32| {
            let place = (hash as usize).checked_rem(slots.len())?;
            let reason = Reason::Hashed { hash: u64::from(hash), place: place as u64, skipped };
            slots.get(place).map(|server| Pick { server: *server, reason })
        };
        let pick = find(&self.slots, 0)?;
        if peers.get(pick.server).is_some_and(Peer::open) {
            return Some(pick);
        }
        let open: Vec<bool> = peers.iter().map(Peer::open).collect();
        find(&table(&self.weights, &open), 1)
    }

    /// As at the start of HAProxy: it has no way to change these weights in mid-run.
    fn rebuild(&mut self, members: &[Member]) {
        let weight = |member: &Member| if member.present { member.weight.min(HEAVIEST) } else { 0 };
        self.weights = members.iter().map(weight).collect();
        let common = self.weights.iter().copied().fold(0, gcd).max(1);
        self.weights.iter_mut().for_each(|weight| *weight /= common);
        self.slots.clear();
        self.up.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::hashing::trial::{ask, members, peers, sent};
    use super::*;

    fn modulo(weights: &[u32]) -> Modulo {
        let mut modulo = Modulo::new();
        modulo.rebuild(&members(weights));
        modulo
    }

    /// Where `user-0` and so on end up.
    fn users(modulo: &mut Modulo, weights: &[u32], down: &[usize], dead: &[usize], users: u32) -> Vec<usize> {
        let peers = peers(&members(weights), down);
        let mut picks = |user: u32| sent(modulo, &peers, dead, &ask([10, 0, 0, 1], format!("user-{user}").as_bytes()));
        (0..users).filter_map(|user| picks(user).last().map(|pick| pick.server)).collect()
    }

    /// What HAProxy 2.6.12 answered with `balance hdr(k)` and `hash-type map-based`, weights 4, 2, 6, 2; then after `disable
    /// server` of s3, s1 and s2, one after the other.
    #[test]
    fn keys_go_where_haproxy_sends_them() {
        let (weights, mut modulo) = ([4, 2, 6, 2], modulo(&[4, 2, 6, 2]));
        let mut users = |down: &[usize]| users(&mut modulo, &weights, down, &[], 24);
        assert_eq!(users(&[]), [0, 1, 2, 0, 2, 2, 3, 0, 1, 2, 0, 1, 2, 0, 2, 2, 3, 0, 1, 2, 2, 0, 2, 2]);
        assert_eq!(users(&[2]), [1, 3, 0, 0, 1, 3, 0, 0, 1, 3, 0, 1, 3, 0, 0, 1, 3, 0, 0, 1, 0, 0, 1, 3]);
        assert_eq!(users(&[0, 2]), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 1, 3, 1, 3]);
        assert_eq!(users(&[0, 1, 2]), [3; 24]);
        assert_eq!(users(&[]), [0, 1, 2, 0, 2, 2, 3, 0, 1, 2, 0, 1, 2, 0, 2, 2, 3, 0, 1, 2, 2, 0, 2, 2]);
    }

    #[test]
    fn the_table_is_in_lowest_terms() {
        let mut modulo = modulo(&[4, 2, 6, 2]);
        users(&mut modulo, &[4, 2, 6, 2], &[], &[], 1);
        assert_eq!(modulo.slots(), [0, 1, 2, 0, 2, 2, 3]);
        assert_eq!(table(&[5, 1], &[false, true]), [1]);
        assert_eq!(table(&[5, 1], &[false, false]), [0usize; 0]);
    }

    /// Our own rule: s1, s2 and s4 share the table of this request, but nobody else's.
    #[test]
    fn a_retry_sees_a_table_without_the_tried_one() {
        let (weights, mut modulo) = ([4, 2, 6, 2], modulo(&[4, 2, 6, 2]));
        let peers = peers(&members(&weights), &[]);
        let picks = sent(&mut modulo, &peers, &[2], &ask([10, 0, 0, 1], b"user-2"));
        assert_eq!(picks.iter().map(|pick| pick.server).collect::<Vec<_>>(), [2, 0]);
        let Reason::Hashed { place, skipped, .. } = picks[1].reason else { panic!("{picks:?}") };
        assert_eq!((place, skipped), (0, 1));
        assert_eq!(modulo.slots().len(), 7);
        assert_eq!(sent(&mut modulo, &peers, &[0, 1, 2, 3], &ask([10, 0, 0, 1], b"user-2")).len(), 4);
    }

    #[test]
    fn nobody_is_open() {
        let mut modulo = modulo(&[4, 2]);
        assert_eq!(users(&mut modulo, &[4, 2], &[0, 1], &[], 3), [0usize; 0]);
        assert_eq!(users(&mut Modulo::new(), &[4, 2], &[], &[], 3), [0usize; 0]);
    }
}
