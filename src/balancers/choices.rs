//! Power of d choices, as Envoy's `LEAST_REQUEST` picks (least_request_lb.cc, `EdfLoadBalancerBase` in
//! load_balancer_impl.cc, edf_scheduler.h).
//!
//! While all servers that are up have the same weight: `d` draws with replacement over the open ones, and the one with the
//! fewest requests in flight wins. A later draw has to be strictly better, so that a tie stays with the first drawn.
//!
//! Once the weights differ Envoy draws no more, whatever `d` is. It keeps a schedule, earliest deadline first: each server
//! stands in it at a time of its own, the earliest is chosen, and is put back (requests in flight + 1) / weight later. What
//! is in flight counts at that moment alone. The schedule is made anew whenever a server comes up, goes down or changes its
//! weight, and begins as if a random number of picks had been made. It has no scores: its picks are [`Reason::Turn`].
//!
//! A server that this request has tried is passed over and keeps its deadline. Envoy's `previous_hosts` predicate would let
//! it be chosen, put it back, and choose again. The full scan, `active_request_bias` and the panic threshold are not here.

use super::random::{count_open, nth_open, score, unscored};
use super::{Ask, Balancer, Peer, Pick, Reason};
use crate::sim::random::Stream;

/// Envoy takes its seed for the starting point modulo this: a tenth of the largest `u32`.
const MOST_PICKS: u32 = 429_496_729;

#[derive(Clone, Debug)]
pub struct Choices {
    d: u32,
    /// The weights of the servers that are up, as the schedule knows them; 0 for the others.
    weights: Vec<u32>,
    schedule: Option<Schedule>,
    /// How many picks each schedule takes for made; drawn when the first is wanted.
    seed: Option<u32>,
}

impl Choices {
    /// `d` from 1; Envoy's `choice_count` begins at 2, its default.
    pub fn new(d: u32) -> Self {
        Choices { d: d.max(1), weights: Vec::new(), schedule: None, seed: None }
    }

    /// Makes the schedule forget what it knew if a server came up, went down, or has another weight.
    fn refresh(&mut self, peers: &[Peer]) {
        let weights = || peers.iter().map(|peer| if peer.usable { peer.weight.max(1) } else { 0 });
        if !weights().eq(self.weights.iter().copied()) {
            self.weights = weights().collect();
            self.schedule = None;
        }
    }

    fn weights_differ(&self) -> bool {
        let mut up = self.weights.iter().filter(|weight| **weight > 0);
        up.next().is_some_and(|first| up.any(|weight| weight != first))
    }

    fn draw(&self, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        let open = count_open(peers);
        let mut best = nth_open(peers, draws.below(open))?;
        let mut drawn = vec![best];
        for _ in 1..self.d {
            let candidate = nth_open(peers, draws.below(open))?;
            if candidate.1.in_flight < best.1.in_flight {
                best = candidate;
            }
            if !drawn.iter().any(|(server, _)| *server == candidate.0) {
                drawn.push(candidate);
            }
        }
        for (server, peer) in &drawn {
            score(&mut scores, *server, active(peer));
        }
        let alike = drawn.iter().filter(|(_, peer)| peer.in_flight == best.1.in_flight).count() as u32;
        Some(Pick { server: best.0, reason: Reason::Best { tied: alike - 1 } })
    }
}

impl Balancer for Choices {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        self.refresh(peers);
        if !self.weights_differ() {
            return self.draw(peers, draws, scores);
        }
        let seed = *self.seed.get_or_insert_with(|| draws.below(MOST_PICKS));
        let server = self.schedule.get_or_insert_with(|| Schedule::new(peers, seed)).take(peers, Peer::open)?;
        Some(Pick { server, reason: Reason::Turn })
    }
}

/// The request that is to be placed is counted as well, lest anything be divided by nothing.
fn active(peer: &Peer) -> f64 {
    f64::from(peer.in_flight) + 1.0
}

fn scaled_weight(peer: &Peer) -> f64 {
    f64::from(peer.weight.max(1)) / active(peer)
}

/// Earliest deadline first. Its time is no time of the clock: it goes on with each pick, to the deadline of who was picked.
#[derive(Clone, Debug)]
struct Schedule {
    now: f64,
    /// How many entries were ever made.
    made: usize,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    server: usize,
    deadline: f64,
    /// Of several with the same deadline the one that was made first is due.
    made: usize,
}

impl Schedule {
    /// As if `picks` had been made: all but the last few of them at once, each server by its share rounded down.
    fn new(peers: &[Peer], picks: u32) -> Self {
        // Envoy adds a hair to each weight, so that no two servers are due at the same time whose weights are multiples of
        // one another and whose sums round differently.
        let weight = |peer: &Peer| scaled_weight(peer) + 1e-13;
        let up = || peers.iter().enumerate().filter(|(_, peer)| peer.usable);
        let total: f64 = up().map(|(_, peer)| weight(peer)).sum();
        let mut schedule = Schedule { now: 0.0, made: 0, entries: Vec::new() };
        let mut left = picks;
        for (server, peer) in up() {
            let weight = weight(peer);
            let mut share = (weight * f64::from(picks) / total) as u32;
            if share > 0 && f64::from(share) / weight >= f64::from(picks) / total {
                share -= 1;
            }
            schedule.entries.push(Entry { server, deadline: (f64::from(share) + 1.0) / weight, made: schedule.made });
            schedule.made += 1;
            schedule.now = schedule.now.max(f64::from(share) / weight);
            left = left.saturating_sub(share);
        }
        for _ in 0..left {
            schedule.take(peers, |peer| peer.usable);
        }
        schedule
    }

    /// Whose turn it is among those that `among` lets through; it is put back behind its next stretch.
    fn take(&mut self, peers: &[Peer], among: impl Fn(&Peer) -> bool) -> Option<usize> {
        let candidates = self.entries.iter_mut().filter_map(|entry| Some((peers.get(entry.server).filter(|peer| among(peer))?, entry)));
        let due = candidates.min_by(|(_, one), (_, other)| one.deadline.total_cmp(&other.deadline).then(one.made.cmp(&other.made)));
        let (peer, entry) = due?;
        self.now = self.now.max(entry.deadline);
        (entry.deadline, entry.made) = (self.now + 1.0 / scaled_weight(peer), self.made);
        self.made += 1;
        Some(entry.server)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{peers, pick, servers};
    use super::*;

    #[test]
    fn fewer_in_flight_wins_and_a_tie_stays_with_the_first() {
        let mut peers = peers(&[1; 4]);
        let mut draws = Stream::new(5, 0);
        let mut with_replacement = false;
        for round in 0..200u32 {
            peers.iter_mut().zip([0, 1, 1, round % 3]).for_each(|(peer, in_flight)| peer.in_flight = in_flight);
            let mut ahead = draws.clone();
            let [first, second] = [ahead.below(4) as usize, ahead.below(4) as usize];
            let (picked, scores) = pick(&mut Choices::new(2), &peers, &mut draws);
            let Some(Pick { server, reason: Reason::Best { tied } }) = picked else { panic!("a choice") };
            let in_flight = |server: usize| peers[server].in_flight;
            assert_eq!(server, if in_flight(second) < in_flight(first) { second } else { first });
            assert_eq!(tied, u32::from(first != second && in_flight(first) == in_flight(second)));
            for (server, score) in scores.into_iter().enumerate() {
                let looked_at = server == first || server == second;
                assert!(if looked_at { score == f64::from(in_flight(server)) + 1.0 } else { score.is_nan() });
            }
            with_replacement |= first == second;
        }
        assert!(with_replacement, "the same server is drawn twice now and then");
    }

    #[test]
    fn one_choice_is_random_and_many_find_the_least() {
        let mut peers = peers(&[1; 4]);
        peers.iter_mut().zip([3, 1, 2, 4]).for_each(|(peer, in_flight)| peer.in_flight = in_flight);
        assert_eq!(servers(&mut Choices::new(100), &peers, 20), [1; 20]);
        let mut once = servers(&mut Choices::new(1), &peers, 100);
        once.sort_unstable();
        once.dedup();
        assert_eq!(once, [0, 1, 2, 3]);
    }

    fn scheduled(seed: u32) -> Choices {
        Choices { seed: Some(seed), ..Choices::new(2) }
    }

    /// Deadlines 1/2 and 1: a, then b (whose deadline the hair brings forward), then a; and again.
    #[test]
    fn weights_make_it_a_schedule() {
        assert_eq!(servers(&mut scheduled(0), &peers(&[2, 1]), 6), [0, 1, 0, 0, 1, 0]);
        // Begun as if so many picks had been made, it goes on as the one that made them.
        let peers = peers(&[7, 3, 2]);
        let all = servers(&mut scheduled(0), &peers, 100);
        for picks in 1..60 {
            assert_eq!(servers(&mut scheduled(picks as u32), &peers, 40), all[picks..picks + 40], "after {picks}");
        }
    }

    /// Eight with weight 2 are four units of time, one with weight 1 is one. What was put back by then is due a hair later.
    #[test]
    fn what_is_in_flight_lengthens_the_wait() {
        let mut peers = peers(&[2, 1]);
        peers[0].in_flight = 7;
        assert_eq!(servers(&mut scheduled(0), &peers, 10), [1, 1, 1, 0, 1, 1, 1, 1, 0, 1]);
        assert_eq!(pick(&mut scheduled(0), &peers, &mut Stream::new(1, 0)).0, Some(Pick { server: 1, reason: Reason::Turn }));
    }

    /// Only those that are up decide which of the two it is; tried ones stay in the schedule and are passed over.
    #[test]
    fn down_and_tried_are_told_apart() {
        let mut peers = peers(&[3, 1, 1]);
        let mut draws = Stream::new(5, 0);
        peers[0].tried = true;
        let (picked, scores) = pick(&mut scheduled(0), &peers, &mut draws);
        assert_eq!(picked, Some(Pick { server: 1, reason: Reason::Turn }));
        assert!(scores.len() == 3 && scores.iter().all(|score| score.is_nan()));
        peers[0].usable = false;
        let reason = pick(&mut scheduled(0), &peers, &mut draws).0.map(|pick| pick.reason);
        assert!(matches!(reason, Some(Reason::Best { .. })));
        peers.iter_mut().for_each(|peer| peer.tried = true);
        assert_eq!(pick(&mut scheduled(0), &peers, &mut draws).0, None);
    }
}
