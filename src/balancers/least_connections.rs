//! Least connections, as nginx's `least_conn` chooses in `ngx_http_upstream_get_least_conn_peer`
//! (src/http/modules/ngx_http_upstream_least_conn_module.c).
//!
//! The fewest requests in flight for each unit of weight win; compared crosswise, in integers. If several have the same,
//! smooth weighted round robin decides among those alone, by the running numbers of [`SmoothWeighted`]: only the tied
//! servers gain or pay. A clear winner leaves all the numbers as they are.
//!
//! [`SmoothWeighted`]: super::smooth_weighted::SmoothWeighted

use std::cmp::Ordering;

use super::random::{score, unscored};
use super::smooth_weighted::Turns;
use super::{Ask, Balancer, Member, Outcome, Peer, Pick, Reason};
use crate::sim::Nanos;
use crate::sim::random::Stream;

#[derive(Clone, Debug, Default)]
pub struct LeastConnections {
    turns: Turns,
}

impl LeastConnections {
    pub fn new() -> Self {
        Self::default()
    }
}

/// Requests in flight for each unit of weight, without a division.
pub(super) fn by_load(one: &Peer, other: &Peer) -> Ordering {
    let crosswise = |one: &Peer, other: &Peer| u64::from(one.in_flight) * u64::from(other.weight);
    crosswise(one, other).cmp(&crosswise(other, one))
}

/// What `by_load` compares, as a number to show.
pub(super) fn load(peer: &Peer) -> f64 {
    f64::from(peer.in_flight) / f64::from(peer.weight)
}

impl Balancer for LeastConnections {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        let mut best: Option<(usize, &Peer)> = None;
        let mut tied = 0;
        for (server, peer) in peers.iter().enumerate().filter(|(_, peer)| peer.open()) {
            score(&mut scores, server, load(peer));
            match best.map_or(Ordering::Less, |(_, best)| by_load(peer, best)) {
                Ordering::Less => (best, tied) = (Some((server, peer)), 0),
                Ordering::Equal => tied += 1,
                Ordering::Greater => {}
            }
        }
        let (first, best) = best?;
        let server = if tied == 0 {
            first
        } else {
            self.turns.take(peers, |peer| peer.open() && by_load(peer, best).is_eq(), None).map_or(first, |(server, _)| server)
        };
        Some(Pick { server, reason: Reason::Best { tied } })
    }

    fn ended(&mut self, server: usize, _at: Nanos, _took: Nanos, outcome: Outcome) {
        self.turns.ended(server, outcome);
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.turns.rebuild(members);
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{members, peers, pick, servers};
    use super::*;

    fn balancer(weights: &[u32]) -> LeastConnections {
        let mut balancer = LeastConnections::new();
        balancer.rebuild(&members(weights));
        balancer
    }

    #[test]
    fn weight_counts() {
        let mut peers = peers(&[4, 1]);
        // 3 of 4 is less than 1 of 1.
        (peers[0].in_flight, peers[1].in_flight) = (3, 1);
        let (picked, scores) = pick(&mut balancer(&[4, 1]), &peers, &mut Stream::new(1, 0));
        assert_eq!(picked, Some(Pick { server: 0, reason: Reason::Best { tied: 0 } }));
        assert_eq!(scores, [0.75, 1.0]);
    }

    /// With nothing in flight all are tied: nginx's smooth weighted round robin.
    #[test]
    fn without_load_it_is_smooth_weighted() {
        assert_eq!(servers(&mut balancer(&[5, 1, 1]), &peers(&[5, 1, 1]), 7), [0, 0, 1, 0, 2, 0, 0]);
    }

    /// The tied take turns among themselves, and the third, busier, has no part in their numbers.
    #[test]
    fn ties_are_settled_among_the_tied() {
        let mut balancer = balancer(&[1, 1, 2]);
        let mut peers = peers(&[1, 1, 2]);
        peers[2].in_flight = 1;
        assert_eq!(servers(&mut balancer, &peers, 3), [0, 1, 0]);
        assert_eq!(pick(&mut balancer, &peers, &mut Stream::new(1, 0)).0, Some(Pick { server: 1, reason: Reason::Best { tied: 1 } }));
        // Half in flight for each unit of weight is a tie as well: 1 of 2, and 2 of 4.
        let mut even = super::super::random::testing::peers(&[2, 4]);
        (even[0].in_flight, even[1].in_flight) = (1, 2);
        let (picked, scores) = pick(&mut self::balancer(&[2, 4]), &even, &mut Stream::new(1, 0));
        assert_eq!((picked, scores.as_slice()), (Some(Pick { server: 1, reason: Reason::Best { tied: 1 } }), [0.5, 0.5].as_slice()));
    }

    /// A pick without a tie must not move the round robin among those that tie later.
    #[test]
    fn a_clear_winner_leaves_the_turns_alone() {
        let mut balancer = balancer(&[1, 1]);
        let mut peers = peers(&[1, 1]);
        assert_eq!(servers(&mut balancer, &peers, 1), [0]);
        peers[1].in_flight = 1;
        assert_eq!(servers(&mut balancer, &peers, 3), [0, 0, 0]);
        peers[1].in_flight = 0;
        assert_eq!(servers(&mut balancer, &peers, 2), [1, 0]);
    }
}
