//! Random choice: [`Random`] takes every open server alike, [`WeightedRandom`] in proportion to its weight.
//!
//! One draw a pick, over the open servers alone. nginx's `random` reaches the same shares by another way: it draws over all
//! servers, again while the one drawn is not to be had, and after 20 of these goes over to round robin
//! (`ngx_http_upstream_get_random_peer`).

use super::{Ask, Balancer, Peer, Pick, Reason};
use crate::sim::random::Stream;

/// Every open server alike; weights are not read.
#[derive(Clone, Debug, Default)]
pub struct Random;

impl Random {
    pub fn new() -> Self {
        Random
    }
}

impl Balancer for Random {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        draw(peers, draws, |_| 1)
    }
}

/// Each open server as often as its weight says.
#[derive(Clone, Debug, Default)]
pub struct WeightedRandom;

impl WeightedRandom {
    pub fn new() -> Self {
        WeightedRandom
    }
}

impl Balancer for WeightedRandom {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        draw(peers, draws, |peer| peer.weight)
    }
}

/// One number below the sum of the shares, and the open server whose stretch it falls in.
fn draw(peers: &[Peer], draws: &mut Stream, share: impl Fn(&Peer) -> u32) -> Option<Pick> {
    let open = || peers.iter().enumerate().filter(|(_, peer)| peer.open());
    let total = open().fold(0u32, |total, (_, peer)| total.saturating_add(share(peer)));
    if total == 0 {
        return None;
    }
    let draw = draws.below(total);
    let mut end = 0u32;
    let (server, _) = open().find(|(_, peer)| {
        end = end.saturating_add(share(peer));
        draw < end
    })?;
    Some(Pick { server, reason: Reason::Draw { draw: f64::from(draw), of: f64::from(total) } })
}

/// The open server with so many open ones before it, for policies that draw a place and not a weight.
pub(super) fn nth_open(peers: &[Peer], n: u32) -> Option<(usize, &Peer)> {
    peers.iter().enumerate().filter(|(_, peer)| peer.open()).nth(n as usize)
}

pub(super) fn count_open(peers: &[Peer]) -> u32 {
    peers.iter().filter(|peer| peer.open()).count() as u32
}

/// Makes room for one score a server, none of them looked at yet. What the list held before is gone.
pub(super) fn unscored(scores: &mut Option<&mut Vec<f64>>, servers: usize) {
    if let Some(scores) = scores {
        scores.clear();
        scores.resize(servers, f64::NAN);
    }
}

/// Notes what was compared, if somebody asks for it.
pub(super) fn score(scores: &mut Option<&mut Vec<f64>>, server: usize, value: f64) {
    if let Some(score) = scores.as_mut().and_then(|scores| scores.get_mut(server)) {
        *score = value;
    }
}

/// What the tests of several policies need.
#[cfg(test)]
pub(super) mod testing {
    use crate::balancers::{Ask, Balancer, Member, Peer, Pick};
    use crate::sim::Nanos;
    use crate::sim::random::Stream;

    pub fn members(weights: &[u32]) -> Vec<Member> {
        let member =
            |(number, weight): (usize, &u32)| Member { host: format!("10.0.0.{}", number + 1), port: 80, weight: *weight, present: true };
        weights.iter().enumerate().map(member).collect()
    }

    /// All open, with nothing in flight.
    pub fn peers(weights: &[u32]) -> Vec<Peer> {
        weights.iter().map(|weight| Peer { weight: *weight, in_flight: 0, usable: true, tried: false }).collect()
    }

    pub fn ask(client: u32, at: Nanos) -> Ask<'static> {
        Ask { at, client, address: [192, 0, 2, 1], key: b"" }
    }

    /// One pick by client 0 at time zero, and what was compared for it.
    pub fn pick(balancer: &mut impl Balancer, peers: &[Peer], draws: &mut Stream) -> (Option<Pick>, Vec<f64>) {
        let mut scores = Vec::new();
        let pick = balancer.pick(&ask(0, Nanos::ZERO), peers, draws, Some(&mut scores));
        (pick, scores)
    }

    /// The servers of so many picks.
    pub fn servers(balancer: &mut impl Balancer, peers: &[Peer], count: usize) -> Vec<usize> {
        let mut draws = Stream::new(1, 0);
        (0..count).map(|_| pick(balancer, peers, &mut draws).0.expect("one is open").server).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{peers, pick};
    use super::*;

    /// The stretches of the open servers, in order, are [0, 5) for the first and [5, 7) for the last.
    #[test]
    fn the_draw_falls_in_the_stretch_of_its_server() {
        let mut peers = peers(&[5, 9, 2]);
        peers[1].usable = false;
        let mut draws = Stream::new(3, 1);
        let mut seen = [false; 7];
        for _ in 0..200 {
            let (Some(Pick { server, reason: Reason::Draw { draw, of } }), scores) = pick(&mut WeightedRandom::new(), &peers, &mut draws)
            else {
                panic!("a draw")
            };
            assert_eq!((server, of), (if draw < 5.0 { 0 } else { 2 }, 7.0));
            assert!(scores.len() == 3 && scores.iter().all(|score| score.is_nan()));
            seen[draw as usize] = true;
        }
        assert_eq!(seen, [true; 7]);
    }

    #[test]
    fn weights_do_not_count_where_all_are_alike() {
        let mut draws = Stream::new(3, 1);
        for _ in 0..50 {
            let (Some(Pick { server, reason: Reason::Draw { draw, of } }), _) = pick(&mut Random::new(), &peers(&[900, 1]), &mut draws)
            else {
                panic!("a draw")
            };
            assert_eq!((server as f64, 2.0), (draw, of));
        }
    }

    #[test]
    fn nobody_open_is_nobody_chosen() {
        let mut peers = peers(&[1, 1]);
        peers[0].usable = false;
        peers[1].tried = true;
        let mut draws = Stream::new(3, 1);
        assert_eq!(pick(&mut Random::new(), &peers, &mut draws).0, None);
        assert_eq!(pick(&mut WeightedRandom::new(), &[], &mut draws).0, None);
    }
}
