//! IP hash: nginx `ip_hash`, as `ngx_http_upstream_get_ip_hash_peer` decides (nginx 1.22 to 1.29; the known answers below
//! are those of nginx 1.22.1).
//!
//! The first three octets of an IPv4 address, so that a whole /24 goes to one server, modulo the total weight of all servers,
//! whether they are up or not. If the server is not to be had, the same octets are hashed again on top of the last hash;
//! after more than 20 such rounds nginx takes the next of its round robin, as it does if there is only one server. The hash
//! is below 6,271, and a chain of hashes may come back to where it was: some clients never meet some servers.

use super::hash::{ByWeight, in_turn};
use super::hashing::{IP_START, ip_round, nothing_compared};
use super::smooth_weighted::SmoothWeighted;
use super::{Ask, Balancer, Member, Outcome, Peer, Pick};
use crate::sim::Nanos;
use crate::sim::random::Stream;

pub struct IpHash {
    servers: ByWeight,
    turn: SmoothWeighted,
}

impl IpHash {
    pub fn new() -> Self {
        IpHash { servers: ByWeight::default(), turn: SmoothWeighted::new() }
    }
}

impl Default for IpHash {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for IpHash {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        if self.servers.single() {
            return in_turn(&mut self.turn, ask, peers, draws);
        }
        let round = |hash: &u64| Some(ip_round(*hash, ask.address));
        let hashes = std::iter::successors(round(&IP_START), round);
        self.servers.find(hashes, peers).or_else(|| in_turn(&mut self.turn, ask, peers, draws))
    }

    fn ended(&mut self, server: usize, at: Nanos, took: Nanos, outcome: Outcome) {
        self.turn.ended(server, at, took, outcome);
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.servers.rebuild(members);
        self.turn.rebuild(members);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::Reason;
    use crate::balancers::hashing::trial::{ask, members, peers, sent, servers};

    /// Where clients 10.0.7.3, 10.1.7.3 and so on go, attempt by attempt.
    fn clients(weights: &[u32], down: &[usize], dead: &[usize], clients: u8) -> Vec<Vec<Pick>> {
        let (mut hash, members) = (IpHash::new(), members(weights));
        hash.rebuild(&members);
        let peers = peers(&members, down);
        (0..clients).map(|client| sent(&mut hash, &peers, dead, &ask([10, client, 7, 3], b""))).collect()
    }

    fn places(clients: &[Vec<Pick>]) -> Vec<Vec<usize>> {
        clients.iter().map(|picks| servers(picks)).collect()
    }

    /// nginx 1.22.1, weights 1, 2, 3, 1: clients 10.0.7.3 to 10.11.7.3.
    #[test]
    fn clients_go_where_nginx_sends_them() {
        assert_eq!(places(&clients(&[1, 2, 3, 1], &[], &[], 12)).concat(), [2, 2, 2, 3, 0, 1, 1, 2, 2, 2, 3, 0]);
    }

    /// nginx 1.22.1, weights 1, 4, 2, 3, 1; the third is `down`, the second and the fourth refuse.
    #[test]
    fn retries_go_where_nginx_sends_them() {
        let expected: [&[usize]; 10] =
            [&[3, 4], &[1, 3, 0], &[1, 3, 4], &[3, 1, 0], &[4], &[1, 3, 0], &[3, 1, 0], &[3, 4], &[0], &[1, 3, 0]];
        let picks = clients(&[1, 4, 2, 3, 1], &[2], &[1, 3], 10);
        assert_eq!(places(&picks), expected);
        // The tenth: 14 hashes led nowhere new before the one that did.
        assert_eq!(picks[9][2].reason, Reason::Hashed { hash: 3_168, place: 0, skipped: 14 });
    }

    /// nginx 1.22.1, weights 1, 1, 30, 2, the third `down`: 10.8.7.3 meets it 21 times and is served in turn.
    #[test]
    fn after_twenty_tries_it_is_round_robin() {
        let picks = clients(&[1, 1, 30, 2], &[2], &[], 12);
        assert_eq!(places(&picks).concat(), [3, 3, 0, 3, 3, 3, 1, 0, 3, 3, 1, 1]);
        let in_turn: Vec<usize> = (0..12).filter(|client| picks[*client][0].reason == Reason::Turn).collect();
        assert_eq!(in_turn, [8]);
    }

    #[test]
    fn a_single_server_is_not_hashed_to() {
        assert_eq!(clients(&[7], &[], &[], 1), [[Pick { server: 0, reason: Reason::Turn }]]);
        assert!(clients(&[7], &[0], &[], 1).concat().is_empty());
    }
}
