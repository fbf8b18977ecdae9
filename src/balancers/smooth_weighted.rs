//! Smooth weighted round robin, as nginx chooses in `ngx_http_upstream_get_peer` and lowers a server that failed in
//! `ngx_http_upstream_free_round_robin_peer` (src/http/ngx_http_upstream_round_robin.c).
//!
//! Each server has a running number, its current weight. In a pass over the open servers each gets its effective weight
//! added; the largest number wins, the first of several; and the winner pays what all got together. A server that is down,
//! or that this request has tried, is left out with its number untouched, and pays or gains nothing meanwhile.
//!
//! The effective weight is the weight, until a request fails: that takes weight / `max_fails` off, and each pass in which
//! the server takes part gives one back, after the number has been raised. `max_fails` is 1 here, nginx's default, so that
//! one failure leaves nothing. With a single server nginx does not count at all.
//!
//! Open-source nginx learns of other weights by a reload and begins anew. Here a server that stays keeps its numbers, in
//! proportion to its weight, or each step of a slow start would begin the round again.

use super::random::{score, unscored};
use super::{Ask, Balancer, Member, Outcome, Peer, Pick, Reason};
use crate::sim::Nanos;
use crate::sim::random::Stream;

#[derive(Clone, Debug, Default)]
pub struct SmoothWeighted {
    turns: Turns,
}

impl SmoothWeighted {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Balancer for SmoothWeighted {
    /// The scores are the current weights at the moment of comparison: raised, and the winner has not paid yet.
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        let (server, tied) = self.turns.take(peers, Peer::open, scores)?;
        Some(Pick { server, reason: Reason::Best { tied } })
    }

    fn ended(&mut self, server: usize, _at: Nanos, _took: Nanos, outcome: Outcome) {
        self.turns.ended(server, outcome);
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.turns.rebuild(members);
    }
}

/// The running numbers of all servers. nginx's other policies keep the same ones, for ties and as a last resort.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    servers: Vec<Running>,
    /// One server is configured: nginx then leaves its weights alone.
    single: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Running {
    /// 0 while the server is not in the configuration.
    weight: i64,
    /// From 0 to `weight`.
    effective: i64,
    current: i64,
}

impl Turns {
    /// One pass over the servers that `among` lets through: the winner, and how many others had the same number.
    pub(super) fn take(
        &mut self,
        peers: &[Peer],
        among: impl Fn(&Peer) -> bool,
        mut scores: Option<&mut Vec<f64>>,
    ) -> Option<(usize, u32)> {
        unscored(&mut scores, peers.len());
        let mut best: Option<(usize, i64)> = None;
        let (mut total, mut tied) = (0, 0);
        for (server, (running, peer)) in self.servers.iter_mut().zip(peers).enumerate() {
            if !among(peer) {
                continue;
            }
            running.current += running.effective;
            total += running.effective;
            running.effective = (running.effective + 1).min(running.weight);
            score(&mut scores, server, running.current as f64);
            match best {
                Some((_, most)) if running.current < most => {}
                Some((_, most)) if running.current == most => tied += 1,
                _ => (best, tied) = (Some((server, running.current)), 0),
            }
        }
        let (server, _) = best?;
        self.servers.get_mut(server)?.current -= total;
        Some((server, tied))
    }

    pub(super) fn ended(&mut self, server: usize, outcome: Outcome) {
        if outcome == Outcome::Failed
            && !self.single
            && let Some(running) = self.servers.get_mut(server)
        {
            // Less weight / max_fails, and not below zero: with max_fails = 1 nothing is left.
            running.effective = 0;
        }
    }

    pub(super) fn rebuild(&mut self, members: &[Member]) {
        self.single = members.iter().filter(|member| member.present).count() == 1;
        self.servers.resize(members.len(), Running::default());
        for (running, member) in self.servers.iter_mut().zip(members) {
            let (weight, before) = (i64::from(member.weight), i128::from(running.weight));
            let scaled = |number: i64| (i128::from(number) * i128::from(weight) / before) as i64;
            *running = match (member.present, before) {
                (false, _) => Running::default(),
                (true, 0) => Running { weight, effective: weight, current: 0 },
                (true, _) => Running { weight, effective: scaled(running.effective), current: scaled(running.current) },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::{members, peers, pick, servers};
    use super::*;

    fn balancer(weights: &[u32]) -> SmoothWeighted {
        let mut balancer = SmoothWeighted::new();
        balancer.rebuild(&members(weights));
        balancer
    }

    fn current(balancer: &SmoothWeighted) -> Vec<i64> {
        balancer.turns.servers.iter().map(|running| running.current).collect()
    }

    /// The example of the commit that brought the algorithm to nginx (1.3.1): { 5, 1, 1 } gives a a b a c a a.
    #[test]
    fn five_one_one() {
        let mut balancer = balancer(&[5, 1, 1]);
        let peers = peers(&[5, 1, 1]);
        let mut draws = Stream::new(1, 0);
        let expected = [
            (0, 0, [5.0, 1.0, 1.0], [-2, 1, 1]),
            (0, 0, [3.0, 2.0, 2.0], [-4, 2, 2]),
            (1, 1, [1.0, 3.0, 3.0], [1, -4, 3]),
            (0, 0, [6.0, -3.0, 4.0], [-1, -3, 4]),
            (2, 0, [4.0, -2.0, 5.0], [4, -2, -2]),
            (0, 0, [9.0, -1.0, -1.0], [2, -1, -1]),
            (0, 0, [7.0, 0.0, 0.0], [0, 0, 0]),
        ];
        for (server, tied, compared, after) in expected {
            let (pick, scores) = pick(&mut balancer, &peers, &mut draws);
            assert_eq!(pick, Some(Pick { server, reason: Reason::Best { tied } }));
            assert_eq!((scores.as_slice(), current(&balancer)), (compared.as_slice(), after.to_vec()));
        }
    }

    #[test]
    fn who_is_left_out_keeps_its_number() {
        let mut balancer = balancer(&[5, 1, 1]);
        let mut peers = peers(&[5, 1, 1]);
        servers(&mut balancer, &peers, 2);
        (peers[0].tried, peers[2].usable) = (true, false);
        let (picked, scores) = pick(&mut balancer, &peers, &mut Stream::new(1, 0));
        assert_eq!(picked, Some(Pick { server: 1, reason: Reason::Best { tied: 0 } }));
        assert!(scores[0].is_nan() && scores[1] == 3.0 && scores[2].is_nan());
        assert_eq!(current(&balancer), [-4, 2, 2]);
    }

    /// After a failure the first pass adds nothing, the next one 1, and so on up to the weight.
    #[test]
    fn a_failure_costs_all_and_comes_back_one_a_pass() {
        let mut balancer = balancer(&[3, 3]);
        let peers = peers(&[3, 3]);
        assert_eq!(servers(&mut balancer, &peers, 1), [0]);
        assert_eq!(current(&balancer), [-3, 3]);
        balancer.ended(0, Nanos::ZERO, Nanos::ZERO, Outcome::Failed);
        let after = [[-3, 3], [-2, 2], [0, 0], [-3, 3]];
        for (server, after) in [1, 1, 1, 0].into_iter().zip(after) {
            assert_eq!(servers(&mut balancer, &peers, 1), [server]);
            assert_eq!(current(&balancer), after);
        }
        balancer.ended(0, Nanos::ZERO, Nanos::ZERO, Outcome::Answered);
        assert_eq!(balancer.turns.servers[0].effective, 3);
    }

    /// What nginx 1.22.1 answered with `fail_timeout=1s`: ten requests, twelve while the first server closed its connections
    /// (its first failure takes it out, and that request goes elsewhere), and forty when it had been well for two seconds.
    #[test]
    fn as_nginx_was_seen_to_go() {
        let weights = [4, 3, 2, 1];
        let (mut balancer, mut peers) = (balancer(&weights), peers(&weights));
        let mut answered = String::new();
        for (requests, broken) in [(10, false), (12, true), (40, false)] {
            peers[0].usable = true;
            for _ in 0..requests {
                let mut server = servers(&mut balancer, &peers, 1)[0];
                if broken && server == 0 {
                    balancer.ended(0, Nanos::ZERO, Nanos::ZERO, Outcome::Failed);
                    peers[0].usable = false;
                    server = servers(&mut balancer, &peers, 1)[0];
                }
                answered += &server.to_string();
            }
        }
        assert_eq!(answered, ["0120130210", "121312121312", "1213201012010320101201032010120103201012"].concat());
    }

    #[test]
    fn a_single_server_has_nothing_to_lose() {
        let mut balancer = balancer(&[4]);
        balancer.ended(0, Nanos::ZERO, Nanos::ZERO, Outcome::Failed);
        assert_eq!(pick(&mut balancer, &peers(&[4]), &mut Stream::new(1, 0)).1, [4.0]);
        assert_eq!(current(&balancer), [0]);
    }

    /// All weights in sixteenths, and back: the round goes on where it was. Who leaves and returns starts from nothing.
    #[test]
    fn another_unit_does_not_begin_the_round_again() {
        let mut balancer = balancer(&[5, 1, 1]);
        let mut seen = servers(&mut balancer, &peers(&[5, 1, 1]), 2);
        balancer.rebuild(&members(&[80, 16, 16]));
        assert_eq!(current(&balancer), [-64, 32, 32]);
        seen.extend(servers(&mut balancer, &peers(&[80, 16, 16]), 2));
        balancer.rebuild(&members(&[5, 1, 1]));
        seen.extend(servers(&mut balancer, &peers(&[5, 1, 1]), 3));
        assert_eq!(seen, [0, 0, 1, 0, 2, 0, 0]);

        servers(&mut balancer, &peers(&[5, 1, 1]), 1);
        let mut without = members(&[5, 1, 1]);
        without[0].present = false;
        balancer.rebuild(&without);
        balancer.rebuild(&members(&[5, 1, 1]));
        assert_eq!(current(&balancer), [0, 1, 1]);
    }
}
