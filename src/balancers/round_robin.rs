//! Round robin without weights: a pointer goes over the list, and whoever stands there and is open gets the request.
//!
//! The pointer moves to just behind the chosen server, also when that was a retry. A server that is out is passed over
//! without leaving a mark, so that nobody gets its turns twice over and its neighbours keep their distance. Servers keep
//! their places for the whole run: one that leaves is passed over from then on, one that returns has its old place, and a
//! new one stands at the end and waits until the pointer comes there. Neither sends the pointer back to the start, as a
//! reload of nginx or HAProxy would.

use super::random::unscored;
use super::{Ask, Balancer, Peer, Pick, Reason};
use crate::sim::random::Stream;

#[derive(Clone, Debug, Default)]
pub struct RoundRobin {
    /// The first server to look at; it may lie just behind the end, which is the start.
    next: usize,
}

impl RoundRobin {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Balancer for RoundRobin {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        let mut places = (self.next..peers.len()).chain(0..self.next);
        let server = places.find(|place| peers.get(*place).is_some_and(Peer::open))?;
        self.next = server + 1;
        Some(Pick { server, reason: Reason::Turn })
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{peers, pick, servers};
    use super::*;

    #[test]
    fn each_has_its_turn_whatever_its_weight() {
        assert_eq!(servers(&mut RoundRobin::new(), &peers(&[9, 1, 5]), 7), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn one_that_is_out_leaves_its_turns_to_all() {
        let mut peers = peers(&[1; 4]);
        peers[1].usable = false;
        let mut balancer = RoundRobin::new();
        assert_eq!(servers(&mut balancer, &peers, 5), [0, 2, 3, 0, 2]);
        // Back again, it has to wait for the pointer.
        peers[1].usable = true;
        assert_eq!(servers(&mut balancer, &peers, 4), [3, 0, 1, 2]);
    }

    #[test]
    fn a_new_server_comes_last() {
        let mut balancer = RoundRobin::new();
        assert_eq!(servers(&mut balancer, &peers(&[1; 2]), 2), [0, 1]);
        assert_eq!(servers(&mut balancer, &peers(&[1; 3]), 4), [2, 0, 1, 2]);
    }

    #[test]
    fn a_retry_moves_the_pointer_and_a_miss_does_not() {
        let mut balancer = RoundRobin::new();
        let mut peers = peers(&[1; 3]);
        assert_eq!(servers(&mut balancer, &peers, 1), [0]);
        peers[0].tried = true;
        assert_eq!(servers(&mut balancer, &peers, 1), [1]);
        peers.iter_mut().for_each(|peer| peer.usable = false);
        assert_eq!(pick(&mut balancer, &peers, &mut Stream::new(1, 0)).0, None);
        peers.iter_mut().for_each(|peer| (peer.usable, peer.tried) = (true, false));
        assert_eq!(servers(&mut balancer, &peers, 2), [2, 0]);
    }
}
