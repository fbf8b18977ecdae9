//! Peak EWMA, as the crate `tower` measures it (0.5: `load::PeakEwma`) and chooses by it (`balance::p2c`). The tests hold
//! [`Estimate`] against the crate.
//!
//! Two different open servers are drawn and the one with the lower cost gets the request, the first at a tie. The cost is
//! the estimated latency times (requests in flight + 1). An answer slower than the estimate becomes the estimate at once;
//! any other pulls it down, by as much as the time since the last update weighs against the decay time. Reading is an
//! update too, with an answer that took no time: so the estimate of a server that nobody asks falls until somebody does,
//! but it falls only when looked at, and an answer that comes soon after weighs less.
//!
//! A failure counts by the time it took, like an answer: a server that refuses at once looks fast. In tower a server begins
//! with an estimate that its user names; [`DEFAULT_RTT`] is Linkerd's, which also decays over 10 s. Finagle, where all this
//! comes from, begins with none and takes a server that has requests in flight and never answered to be as dear as can be,
//! so that each new one gets one request until it has shown how long it takes.
//!
//! With one server open nothing is compared or read. Weights are not read.

use super::random::{count_open, nth_open, score, unscored};
use super::{Ask, Balancer, Member, Outcome, Peer, Pick, Reason};
use crate::sim::Nanos;
use crate::sim::random::Stream;

/// What a server is thought to take before it has answered: 30 ms, as Linkerd has it.
pub const DEFAULT_RTT: Nanos = Nanos::from_millis(30);

/// The latency of one server, as far as its answers tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Nanoseconds, as tower counts.
    rtt: f64,
    /// The last update.
    at: Nanos,
    /// The time constant, in nanoseconds.
    decay: f64,
}

impl Estimate {
    /// `decay` is the time in which an estimate falls to 1/e of itself; at least a nanosecond.
    pub fn new(at: Nanos, rtt: Nanos, decay: Nanos) -> Self {
        Estimate { rtt: rtt.0 as f64, at, decay: decay.0.max(1) as f64 }
    }

    /// An answer came at `at` after `rtt`.
    pub fn update(&mut self, at: Nanos, rtt: Nanos) {
        let rtt = rtt.0 as f64;
        self.rtt = if self.rtt < rtt {
            rtt
        } else {
            let kept = libm::exp(-((at - self.at).0 as f64) / self.decay);
            self.rtt * kept + rtt * (1.0 - kept)
        };
        self.at = at;
    }

    /// The cost, in nanoseconds, with `pending` requests in flight. The reading is itself an update.
    pub fn load(&mut self, at: Nanos, pending: u32) -> f64 {
        self.update(at, Nanos::ZERO);
        self.rtt * (f64::from(pending) + 1.0)
    }
}

#[derive(Clone, Debug)]
pub struct PeakEwma {
    decay: Nanos,
    /// `None` for who is not in the configuration.
    estimates: Vec<Option<Estimate>>,
    /// The last time that was heard of: the age of a new server counts from there.
    now: Nanos,
}

impl PeakEwma {
    pub fn new(decay: Nanos) -> Self {
        PeakEwma { decay, estimates: Vec::new(), now: Nanos::ZERO }
    }

    /// In nanoseconds; out of reach for a server that was never announced.
    fn cost(&mut self, at: Nanos, server: usize, peer: &Peer) -> f64 {
        self.estimates.get_mut(server).and_then(Option::as_mut).map_or(f64::INFINITY, |estimate| estimate.load(at, peer.in_flight))
    }
}

/// Two different numbers below `n`, which is at least 2, in random order: Floyd's algorithm, as tower's `sample_floyd2`.
fn two_below(n: u32, draws: &mut Stream) -> [u32; 2] {
    let (first, second) = (draws.below(n - 1), draws.below(n));
    [if first == second { n - 1 } else { first }, second]
}

impl Balancer for PeakEwma {
    /// The scores are costs in seconds, of the two that were drawn.
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        unscored(&mut scores, peers.len());
        self.now = self.now.max(ask.at);
        let open = count_open(peers);
        if open < 2 {
            let (server, _) = nth_open(peers, 0)?;
            return Some(Pick { server, reason: Reason::Best { tied: 0 } });
        }
        let [first, second] = two_below(open, draws);
        let ((first, one), (second, other)) = (nth_open(peers, first)?, nth_open(peers, second)?);
        let (cost, other_cost) = (self.cost(ask.at, first, one), self.cost(ask.at, second, other));
        score(&mut scores, first, cost / 1e9);
        score(&mut scores, second, other_cost / 1e9);
        let server = if cost <= other_cost { first } else { second };
        Some(Pick { server, reason: Reason::Best { tied: u32::from(cost == other_cost) } })
    }

    fn ended(&mut self, server: usize, at: Nanos, took: Nanos, _outcome: Outcome) {
        self.now = self.now.max(at);
        if let Some(Some(estimate)) = self.estimates.get_mut(server) {
            estimate.update(at, took);
        }
    }

    /// Who returns is as unknown as who is new.
    fn rebuild(&mut self, members: &[Member]) {
        let unknown = Estimate::new(self.now, DEFAULT_RTT, self.decay);
        self.estimates.resize(members.len(), None);
        for (estimate, member) in self.estimates.iter_mut().zip(members) {
            *estimate = member.present.then(|| estimate.unwrap_or(unknown));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{ask, members, peers, pick};
    use super::*;

    const MS: f64 = 1e6;
    const DECAY: Nanos = Nanos::SECOND;

    fn ms(ms: u64) -> Nanos {
        Nanos::from_millis(ms)
    }

    /// tower's own test `default_decay`, with the numbers that its bounds leave open.
    #[test]
    fn an_estimate_that_nobody_confirms_falls() {
        let mut estimate = Estimate::new(ms(0), ms(10), DECAY);
        assert_eq!(estimate.load(ms(0), 0), 10.0 * MS);
        for (at, left) in [(100, 9.048_374_180_359_595), (200, 8.187_307_530_779_819)] {
            let load = estimate.load(ms(at), 0);
            assert!((load - left * MS).abs() < 1e-6, "{load} at {at} ms");
        }
    }

    /// tower's own test `compound_decay`: two requests, each slower than all before.
    #[test]
    fn a_peak_counts_at_once_and_for_each_in_flight() {
        let mut estimate = Estimate::new(ms(0), ms(20), DECAY);
        assert!(estimate.load(ms(100), 1) > 20.0 * MS);
        assert!(estimate.load(ms(200), 2) > 40.0 * MS);
        estimate.update(ms(300), ms(200));
        assert_eq!(estimate.load(ms(300), 1), 400.0 * MS);
        estimate.update(ms(400), ms(200));
        assert_eq!(estimate.load(ms(400), 0), 200.0 * MS);
        assert!(estimate.load(ms(1_400), 0) < 100.0 * MS);
        assert!(estimate.load(ms(11_400), 0) < 0.1 * MS);
    }

    /// After ln 2 time constants old and new weigh the same.
    #[test]
    fn a_quicker_answer_pulls_by_the_time_that_went_by() {
        let half = Nanos(693_147_181);
        let mut estimate = Estimate::new(ms(0), ms(100), DECAY);
        estimate.update(half, ms(40));
        assert!((estimate.rtt - 70.0 * MS).abs() < 1.0, "{}", estimate.rtt);
        // No time has gone by: the second answer says nothing.
        let before = estimate;
        estimate.update(half, ms(1));
        assert_eq!(estimate, before);
    }

    fn balancer(servers: usize) -> PeakEwma {
        let mut balancer = PeakEwma::new(DECAY);
        balancer.rebuild(&members(&vec![1; servers]));
        balancer
    }

    #[test]
    fn the_cheaper_of_the_two_drawn_wins() {
        let mut balancer = balancer(2);
        let mut peers = peers(&[1, 1]);
        let mut draws = Stream::new(9, 0);
        balancer.ended(0, ms(0), ms(100), Outcome::Answered);
        // 100 ms alone is dearer than 30 ms twice, and cheaper than 30 ms four times over.
        for (in_flight, server, costs) in [(1, 1, [0.1, 0.06]), (3, 0, [0.1, 0.12])] {
            peers[1].in_flight = in_flight;
            let (picked, scores) = pick(&mut balancer, &peers, &mut draws);
            assert_eq!(picked, Some(Pick { server, reason: Reason::Best { tied: 0 } }));
            assert!(scores.iter().zip(costs).all(|(score, cost)| (score - cost).abs() < 1e-12), "{scores:?}");
        }
    }

    #[test]
    fn a_tie_goes_to_the_first_drawn_and_every_pair_comes() {
        let mut balancer = balancer(3);
        let peers = peers(&[1; 3]);
        let mut draws = Stream::new(9, 0);
        let mut pairs = Vec::new();
        for _ in 0..200 {
            let pair = two_below(3, &mut draws.clone());
            let (picked, scores) = pick(&mut balancer, &peers, &mut draws);
            assert_eq!(picked, Some(Pick { server: pair[0] as usize, reason: Reason::Best { tied: 1 } }));
            let looked_at = |server: u32| pair.contains(&server);
            assert!((0..).zip(&scores).all(|(server, score)| looked_at(server) != score.is_nan()));
            pairs.push(pair);
        }
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs, [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]);
    }

    /// Only the two that are looked at are read, and one alone is not: its estimate must stay as it was.
    #[test]
    fn reading_changes_only_what_is_read() {
        let mut balancer = balancer(3);
        let mut peers = peers(&[1; 3]);
        let mut draws = Stream::new(9, 0);
        (peers[0].usable, peers[1].tried) = (false, true);
        let later = ask(0, ms(500));
        let picked = balancer.pick(&later, &peers, &mut draws, None);
        assert_eq!(picked, Some(Pick { server: 2, reason: Reason::Best { tied: 0 } }));
        let untouched = Some(Estimate::new(ms(0), DEFAULT_RTT, DECAY));
        assert_eq!(balancer.estimates, [untouched; 3]);
        peers[1].tried = false;
        assert!(balancer.pick(&later, &peers, &mut draws, None).is_some());
        assert_eq!(balancer.estimates.iter().map(|estimate| *estimate == untouched).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn who_returns_is_unknown_again() {
        let mut balancer = balancer(2);
        balancer.ended(0, ms(700), ms(100), Outcome::Failed);
        balancer.ended(1, ms(700), ms(100), Outcome::Answered);
        let mut without = members(&[1, 1]);
        without[0].present = false;
        balancer.rebuild(&without);
        assert_eq!(balancer.estimates[0], None);
        balancer.rebuild(&members(&[1, 1, 1]));
        let [unknown, known] = [DEFAULT_RTT, ms(100)].map(|rtt| Some(Estimate::new(ms(700), rtt, DECAY)));
        assert_eq!(balancer.estimates, [unknown, known, unknown]);
    }
}
