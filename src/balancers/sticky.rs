//! Sticky sessions: a client that was here before goes back to its server, as with a cookie that names it (HAProxy's
//! `cookie`, Envoy's stateful sessions, nginx's `sticky cookie`).
//!
//! A new client gets its server from round robin. If that server is not open any more, or has just failed this request,
//! round robin finds another, and the client stays with that one, also when the old one is well again.

use std::collections::BTreeMap;

use super::random::unscored;
use super::round_robin::RoundRobin;
use super::{Ask, Balancer, Peer, Pick, Reason};
use crate::sim::random::Stream;

/// How many clients are remembered. Beyond that the newest are not: they get a server by turns each time. A cookie has no
/// such bound, since each client keeps its own.
pub const MOST_PINNED: usize = 100_000;

#[derive(Clone, Debug, Default)]
pub struct Sticky {
    first: RoundRobin,
    /// By client.
    pinned: BTreeMap<u32, usize>,
}

impl Sticky {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Balancer for Sticky {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        let pinned = self.pinned.get(&ask.client).copied();
        if let Some(server) = pinned.filter(|server| peers.get(*server).is_some_and(Peer::open)) {
            unscored(&mut scores, peers.len());
            return Some(Pick { server, reason: Reason::Pinned });
        }
        let pick = self.first.pick(ask, peers, draws, scores)?;
        if pinned.is_some() || self.pinned.len() < MOST_PINNED {
            self.pinned.insert(ask.client, pick.server);
        }
        Some(pick)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{ask, peers};
    use super::*;
    use crate::sim::Nanos;

    fn pick(balancer: &mut Sticky, client: u32, peers: &[Peer]) -> Option<(usize, Reason)> {
        let picked = balancer.pick(&ask(client, Nanos::ZERO), peers, &mut Stream::new(1, 0), None);
        picked.map(|Pick { server, reason }| (server, reason))
    }

    #[test]
    fn clients_come_back_to_their_server() {
        let mut balancer = Sticky::new();
        let peers = peers(&[1; 3]);
        for client in 0..4 {
            assert_eq!(pick(&mut balancer, client, &peers), Some((client as usize % 3, Reason::Turn)));
        }
        for client in [2, 0, 3, 1, 2] {
            assert_eq!(pick(&mut balancer, client, &peers), Some((client as usize % 3, Reason::Pinned)));
        }
    }

    #[test]
    fn after_a_failover_they_stay_with_the_new_one() {
        let mut balancer = Sticky::new();
        let mut peers = peers(&[1; 3]);
        assert_eq!(pick(&mut balancer, 7, &peers), Some((0, Reason::Turn)));
        // A retry of the same request.
        peers[0].tried = true;
        assert_eq!(pick(&mut balancer, 7, &peers), Some((1, Reason::Turn)));
        peers[0].tried = false;
        assert_eq!(pick(&mut balancer, 7, &peers), Some((1, Reason::Pinned)));
        // While nobody is open the pin stays.
        peers.iter_mut().for_each(|peer| peer.usable = false);
        assert_eq!(pick(&mut balancer, 7, &peers), None);
        peers.iter_mut().for_each(|peer| peer.usable = true);
        assert_eq!(pick(&mut balancer, 7, &peers), Some((1, Reason::Pinned)));
    }

    #[test]
    fn beyond_the_bound_the_newest_go_by_turns() {
        let mut balancer = Sticky::new();
        let mut peers = peers(&[1; 2]);
        balancer.pinned = (0..MOST_PINNED as u32).map(|client| (client, 1)).collect();
        for server in [0, 1, 0] {
            assert_eq!(pick(&mut balancer, u32::MAX, &peers), Some((server, Reason::Turn)));
        }
        // Who is pinned already may move.
        peers[1].usable = false;
        assert_eq!(pick(&mut balancer, 5, &peers), Some((0, Reason::Turn)));
        peers[1].usable = true;
        assert_eq!(pick(&mut balancer, 5, &peers), Some((0, Reason::Pinned)));
        assert_eq!(balancer.pinned.len(), MOST_PINNED);
    }
}
