//! Bounded-load ring: HAProxy `hash-type consistent` with `hash-balance-factor`, as `chash_server_is_eligible` in
//! `src/lb_chash.c` counts (HAProxy 2.6; the known answers below are those of HAProxy 2.6.12, and `tests/haproxy_conform.rs`
//! asks one for more). The rule follows Mirrokni, Thorup and Zadimoghaddam, Consistent Hashing with Bounded Loads (2016).
//!
//! Keys lie as on [`HaproxyRing`](super::haproxy_ring::HaproxyRing), but go on to the next point while its server is full. A server is
//! full when it has as many requests in flight as its share, by weight, of all of them and this one, times the factor,
//! rounded up; at least 1. What is left of the division goes to the servers by how much weight lies before them. HAProxy
//! counts that weight once, at the start: it does not change with servers that go down or weights that are set, and for a
//! server added later it is 0. So for a moment all may be full, and then the last point's server has the request.

use super::haproxy_ring::{HEAVIEST, POINTS, Points, avalanche, sdbm};
use super::hashing::nothing_compared;
use super::{Ask, Balancer, Member, Peer, Pick};
use crate::sim::random::Stream;

#[derive(Clone, Debug)]
pub struct BoundedRing {
    factor: u32,
    points: Points,
    servers: Vec<Server>,
    begun: bool,
}

/// Weights in sixteenths, as HAProxy counts them.
#[derive(Clone, Copy, Debug, Default)]
struct Server {
    /// 0 if it is not there.
    weight: u64,
    /// Of the servers before it, at the start.
    before: u64,
}

impl BoundedRing {
    /// `factor` is in percent of the average load. HAProxy takes those over 100; 0 bounds nothing.
    pub fn new(factor: u32) -> Self {
        BoundedRing { factor, points: Points::default(), servers: Vec::new(), begun: false }
    }

    /// What the keys are looked up in.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// How many requests each server may have in flight, this one included, while `peers` have what they have. A server that
    /// is down counts with those that it still has, and not with its weight.
    pub fn rooms(&self, peers: &[Peer]) -> Vec<u64> {
        let in_flight: u64 = peers.iter().map(|peer| u64::from(peer.in_flight)).sum();
        let slots = ((in_flight + 1) * u64::from(self.factor)).div_ceil(100);
        let total: u64 = self.servers.iter().zip(peers).filter(|(_, peer)| peer.usable).map(|(server, _)| server.weight).sum();
        let total = total.max(1);
        let (whole, rest) = (slots / total, slots % total);
        let room = |server: &Server| {
            let upto = |weight: u64| weight * rest / total;
            (server.weight * whole + upto(server.before + server.weight) - upto(server.before)).max(1)
        };
        self.servers.iter().map(room).collect()
    }
}

impl Balancer for BoundedRing {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        let rooms = self.rooms(peers);
        let is_full = |(peer, room): (&Peer, &u64)| self.factor > 0 && u64::from(peer.in_flight) >= *room;
        let full: Vec<bool> = peers.iter().zip(&rooms).map(is_full).collect();
        self.points.find(avalanche(sdbm(ask.key)), peers, |server| full.get(server).copied().unwrap_or(false))
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.points = Points::of(members);
        self.servers.resize(members.len(), Server::default());
        let mut before = 0;
        for (server, member) in self.servers.iter_mut().zip(members) {
            let weight = if member.present { u64::from(member.weight.min(HEAVIEST) * POINTS) } else { 0 };
            if weight == 0 {
                *server = Server::default();
            } else if self.begun {
                server.weight = weight;
            } else {
                *server = Server { weight, before };
                before += weight;
            }
        }
        self.begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::super::hashing::trial::{ask, members, peers};
    use super::*;
    use crate::balancers::Reason;

    fn ring(factor: u32, weights: &[u32]) -> BoundedRing {
        let mut ring = BoundedRing::new(factor);
        ring.rebuild(&members(weights));
        ring
    }

    /// Sends a request for each key; none of them is ever over.
    fn held(ring: &mut BoundedRing, peers: &mut [Peer], keys: impl Iterator<Item = String>) -> Vec<Pick> {
        let pick = |key: String| {
            let pick = ring.pick(&ask([10, 0, 0, 1], key.as_bytes()), peers, &mut Stream::new(1, 0), None);
            let pick = pick.expect("somebody is open");
            peers[pick.server].in_flight += 1;
            pick
        };
        keys.map(pick).collect()
    }

    fn servers(picks: Vec<Pick>) -> Vec<usize> {
        picks.into_iter().map(|pick| pick.server).collect()
    }

    /// What HAProxy 2.6.12 answered with a factor of 125 and weights 1, 2, 3, 1: twelve times `user-0`, and then `user-0` to
    /// `user-11`, while all of them were held open.
    #[test]
    fn one_key_overflows_to_the_next_points() {
        let (mut ring, mut peers) = (ring(125, &[1, 2, 3, 1]), peers(&members(&[1, 2, 3, 1]), &[]));
        let same = held(&mut ring, &mut peers, (0..12).map(|_| "user-0".to_owned()));
        assert_eq!(servers(same), [2, 0, 2, 3, 2, 3, 2, 1, 2, 2, 0, 3]);
        let users = held(&mut ring, &mut peers, (0..12).map(|user| format!("user-{user}")));
        assert_eq!(servers(users), [2, 2, 1, 2, 1, 2, 1, 2, 0, 2, 1, 1]);
    }

    /// What HAProxy 2.6.12 answered with a factor of 101 and weights 7, 5, 1, 2, 7 after `disable server` of s2 and s4:
    /// `user-0` to `user-39`, held open. The weights before s3 and s5 are still those of the start, and so all three servers
    /// are full when `user-15`, `user-17`, `user-30` and `user-32` come.
    #[test]
    fn weights_before_are_those_of_the_start() {
        let weights = [7, 5, 1, 2, 7];
        let (mut ring, mut peers) = (ring(101, &weights), peers(&members(&weights), &[1, 3]));
        let picks = held(&mut ring, &mut peers, (0..40).map(|user| format!("user-{user}")));
        let round = ring.points().as_slice().len() as u32;
        let all_full = |pick: &Pick| matches!(pick.reason, Reason::Hashed { skipped, .. } if skipped >= round);
        let users: Vec<usize> = (0..).zip(&picks).filter(|(_, pick)| all_full(pick)).map(|(user, _)| user).collect();
        assert_eq!(users, [15, 17, 30, 32]);
        let expected =
            [4, 0, 2, 4, 0, 0, 4, 4, 0, 4, 0, 0, 4, 0, 4, 0, 4, 0, 4, 2, 0, 4, 4, 0, 0, 4, 0, 4, 4, 0, 0, 4, 0, 4, 2, 4, 0, 0, 4, 0];
        assert_eq!(servers(picks), expected);
    }

    /// Of ⌈(15 + 1) × 1.25⌉ = 20 slots by sevenths; of ⌈1 × 1.25⌉ = 2 the first two go by the weight before, and nobody has 0.
    #[test]
    fn rooms_are_shares_by_weight() {
        let mut peers = peers(&members(&[1, 2, 3, 1]), &[]);
        let ring = ring(125, &[1, 2, 3, 1]);
        assert_eq!(ring.rooms(&peers), [1, 1, 1, 1]);
        peers[0].in_flight = 15;
        assert_eq!(ring.rooms(&peers), [2, 6, 9, 3]);
    }

    #[test]
    fn a_server_added_later_has_no_weight_before_it() {
        let mut ring = ring(125, &[1, 2, 3]);
        ring.rebuild(&members(&[1, 2, 3, 1]));
        let before: Vec<u64> = ring.servers.iter().map(|server| server.before).collect();
        assert_eq!(before, [0, 16, 48, 0]);
    }

    #[test]
    fn a_factor_of_nothing_bounds_nothing() {
        let mut peers = peers(&members(&[1, 2, 3, 1]), &[]);
        let same = held(&mut ring(0, &[1, 2, 3, 1]), &mut peers, (0..9).map(|_| "user-0".to_owned()));
        assert_eq!(servers(same), [2; 9]);
    }
}
