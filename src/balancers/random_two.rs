//! nginx's `random two least_conn`, as `ngx_http_upstream_get_random2_peer` chooses
//! (src/http/modules/ngx_http_upstream_random_module.c).
//!
//! Servers are drawn by weight from all that are configured, up or not, until two different ones have come that are to be
//! had. The one with fewer requests in flight for each unit of weight gets the request; at a tie it is the second drawn,
//! for the source goes back to the first only if that has strictly fewer. Every draw but the last counts as a try, also
//! the first good one, and with more than 20 of them, or with a single server configured, smooth weighted round robin
//! decides ([`Reason::Turn`], no scores). So does it whenever but one server is open.
//!
//! nginx counts the tries of a request over its retries; here each pick begins at none.

use super::least_connections::{by_load, load};
use super::random::{score, unscored};
use super::smooth_weighted::Turns;
use super::{Ask, Balancer, Member, Outcome, Peer, Pick, Reason};
use crate::sim::Nanos;
use crate::sim::random::Stream;

/// Draws that may come to nothing.
const TRIES: u32 = 20;

#[derive(Clone, Debug, Default)]
pub struct RandomTwo {
    turns: Turns,
    /// As configured; 0 for a server that is not.
    weights: Vec<u32>,
}

impl RandomTwo {
    pub fn new() -> Self {
        Self::default()
    }

    /// The server in whose stretch of the weights the draw falls.
    fn peek(&self, draws: &mut Stream) -> Option<usize> {
        let draw = draws.below(self.weights.iter().fold(0u32, |total, weight| total.saturating_add(*weight)));
        let mut end = 0u32;
        self.weights.iter().position(|weight| {
            end = end.saturating_add(*weight);
            draw < end
        })
    }

    /// Two different open servers in the order in which they were drawn; `None` after too many tries.
    fn two(&self, peers: &[Peer], draws: &mut Stream) -> Option<[usize; 2]> {
        if self.weights.iter().filter(|weight| **weight > 0).count() < 2 {
            return None;
        }
        let mut first = None;
        for _ in 0..=TRIES {
            let drawn = self.peek(draws).filter(|server| peers.get(*server).is_some_and(Peer::open));
            match (first, drawn) {
                (None, _) => first = drawn,
                (Some(first), Some(second)) if first != second => return Some([first, second]),
                _ => {}
            }
        }
        None
    }
}

impl Balancer for RandomTwo {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        if let Some([first, second]) = self.two(peers, draws)
            && let (Some(one), Some(other)) = (peers.get(first), peers.get(second))
        {
            score(&mut scores, first, load(one));
            score(&mut scores, second, load(other));
            let order = by_load(other, one);
            let server = if order.is_gt() { first } else { second };
            return Some(Pick { server, reason: Reason::Best { tied: u32::from(order.is_eq()) } });
        }
        let (server, _) = self.turns.take(peers, Peer::open, None)?;
        Some(Pick { server, reason: Reason::Turn })
    }

    fn ended(&mut self, server: usize, _at: Nanos, _took: Nanos, outcome: Outcome) {
        self.turns.ended(server, outcome);
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.turns.rebuild(members);
        self.weights = members.iter().map(|member| if member.present { member.weight } else { 0 }).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{members, peers, pick, servers};
    use super::*;

    fn balancer(weights: &[u32]) -> RandomTwo {
        let mut balancer = RandomTwo::new();
        balancer.rebuild(&members(weights));
        balancer
    }

    #[test]
    fn fewer_for_each_unit_of_weight_wins() {
        let mut balancer = balancer(&[4, 1]);
        let mut peers = peers(&[4, 1]);
        (peers[0].in_flight, peers[1].in_flight) = (3, 1);
        let mut draws = Stream::new(7, 0);
        for _ in 0..50 {
            let (picked, scores) = pick(&mut balancer, &peers, &mut draws);
            match picked.expect("two are open") {
                Pick { server, reason: Reason::Best { tied: 0 } } => assert_eq!((server, scores.as_slice()), (0, [0.75, 1.0].as_slice())),
                // 21 draws of the heavier one alone.
                Pick { reason, .. } => assert!(reason == Reason::Turn && scores.iter().all(|score| score.is_nan())),
            }
        }
    }

    /// `peer->conns * prev->weight > prev->conns * peer->weight` is false at a tie, and then it stays with the second.
    #[test]
    fn a_tie_goes_to_the_second_drawn() {
        let mut balancer = balancer(&[1, 1, 1]);
        let peers = peers(&[1, 1, 1]);
        let mut draws = Stream::new(7, 0);
        for _ in 0..50 {
            let two = balancer.two(&peers, &mut draws.clone());
            let picked = pick(&mut balancer, &peers, &mut draws).0.expect("three are open");
            assert_eq!((two.map(|[_, second]| second), Reason::Best { tied: 1 }), (Some(picked.server), picked.reason));
        }
    }

    /// The weights draw, and every pair of the three comes.
    #[test]
    fn the_two_are_different_and_open() {
        let mut balancer = balancer(&[1, 2, 3, 50]);
        let mut peers = peers(&[1, 2, 3, 1]);
        peers[3].usable = false;
        let mut without = members(&[1, 2, 3, 50]);
        without[3].present = false;
        balancer.rebuild(&without);
        let mut draws = Stream::new(7, 0);
        let mut pairs: Vec<_> = (0..200).filter_map(|_| balancer.two(&peers, &mut draws)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs, [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]);
    }

    /// One open of three: no second comes in 21 draws. With a single server nothing is drawn at all.
    #[test]
    fn with_one_open_it_is_round_robins_turn() {
        let mut balancer = balancer(&[1, 1, 1]);
        let mut peers = peers(&[1, 1, 1]);
        (peers[0].usable, peers[2].tried) = (false, true);
        let mut draws = Stream::new(7, 0);
        let mut ahead = draws.clone();
        assert_eq!(pick(&mut balancer, &peers, &mut draws).0, Some(Pick { server: 1, reason: Reason::Turn }));
        for _ in 0..21 {
            ahead.below(3);
        }
        assert_eq!(draws.unit(), ahead.unit());

        assert_eq!(servers(&mut self::balancer(&[3]), &super::super::random::testing::peers(&[3]), 2), [0, 0]);
    }
}
