//! Hash modulo: nginx `hash key` without `consistent`, as `ngx_http_upstream_get_hash_peer` decides (nginx 1.22 to 1.29; the
//! known answers below are those of nginx 1.22.1).
//!
//! Fifteen bits of the key's CRC-32, modulo the total weight of all servers, whether they are up or not. If the server is not
//! to be had, the key is hashed again with the number of the round before it, and the new hash is added to the old: after
//! more than 20 such rounds nginx takes the next of its round robin, as it does for an empty key or a single server.

use super::hashing::{NGINX_TRIES, memcached_round, nothing_compared};
use super::smooth_weighted::SmoothWeighted;
use super::{Ask, Balancer, Member, Outcome, Peer, Pick, Reason};
use crate::sim::Nanos;
use crate::sim::random::Stream;

pub struct Hash {
    servers: ByWeight,
    turn: SmoothWeighted,
}

impl Hash {
    pub fn new() -> Self {
        Hash { servers: ByWeight::default(), turn: SmoothWeighted::new() }
    }
}

impl Default for Hash {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for Hash {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        if self.servers.single() || ask.key.is_empty() {
            return in_turn(&mut self.turn, ask, peers, draws);
        }
        let sums = (0u32..).scan(0u32, |sum, rehash| {
            *sum = memcached_round(*sum, rehash, ask.key);
            Some(u64::from(*sum))
        });
        self.servers.find(sums, peers).or_else(|| in_turn(&mut self.turn, ask, peers, draws))
    }

    fn ended(&mut self, server: usize, at: Nanos, took: Nanos, outcome: Outcome) {
        self.turn.ended(server, at, took, outcome);
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.servers.rebuild(members);
        self.turn.rebuild(members);
    }
}

/// nginx's last resort where a hash finds nobody: `get_rr_peer`.
pub(super) fn in_turn(turn: &mut SmoothWeighted, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream) -> Option<Pick> {
    turn.pick(ask, peers, draws, None).map(|pick| Pick { reason: Reason::Turn, ..pick })
}

/// The servers laid end to end, each as long as its weight: where `ip_hash` and `hash` look a hash up.
#[derive(Default)]
pub(super) struct ByWeight {
    /// A server's number and weight.
    servers: Vec<(usize, u64)>,
    total: u64,
    /// Servers that this request was sent to, and that the search has come by.
    met: Vec<bool>,
}

impl ByWeight {
    pub(super) fn rebuild(&mut self, members: &[Member]) {
        self.servers.clear();
        let present = members.iter().enumerate().filter(|(_, member)| member.present);
        self.servers.extend(present.map(|(server, member)| (server, u64::from(member.weight))));
        self.total = self.servers.iter().map(|(_, weight)| weight).sum();
        self.met.clear();
        self.met.resize(members.len(), false);
    }

    /// nginx hashes nothing where there is nothing to choose.
    pub(super) fn single(&self) -> bool {
        self.servers.len() < 2 || self.total == 0
    }

    fn at(&self, place: u64) -> Option<usize> {
        let mut left = place;
        let holds = |(_, weight): &&(usize, u64)| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        };
        self.servers.iter().find(holds).map(|(server, _)| *server)
    }

    /// The server of the first of these hashes that leads to an open one; `None` after too many that do not.
    ///
    /// nginx keeps the hash between the attempts of one request and goes on from there; here a retry begins again with the
    /// first hash and passes by where the request has been, which nginx has not counted as a try. Both come to the same
    /// unless a server has come back in the meantime.
    pub(super) fn find(&mut self, hashes: impl Iterator<Item = u64>, peers: &[Peer]) -> Option<Pick> {
        self.met.fill(false);
        let mut tries = 0;
        for (skipped, hash) in (0..).zip(hashes) {
            let place = hash.checked_rem(self.total)?;
            let server = self.at(place)?;
            let peer = peers.get(server)?;
            if peer.open() {
                return Some(Pick { server, reason: Reason::Hashed { hash, place, skipped } });
            }
            let sent_before = peer.tried && self.met.get_mut(server).is_some_and(|met| !std::mem::replace(met, true));
            tries += u32::from(!sent_before);
            if tries > NGINX_TRIES {
                return None;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::hashing::trial::{ask, members, peers, sent, servers};

    fn hash(weights: &[u32]) -> (Hash, Vec<Member>) {
        let (mut hash, members) = (Hash::new(), members(weights));
        hash.rebuild(&members);
        (hash, members)
    }

    /// Where `user-0`, `user-1` and so on go, attempt by attempt.
    fn users(weights: &[u32], down: &[usize], dead: &[usize], users: u32) -> Vec<Vec<usize>> {
        let (mut hash, members) = hash(weights);
        let peers = peers(&members, down);
        (0..users).map(|user| servers(&sent(&mut hash, &peers, dead, &ask([10, 0, 0, 1], format!("user-{user}").as_bytes())))).collect()
    }

    /// nginx 1.22.1, `hash $arg_k`, weights 1, 2, 3, 1: `user-0` to `user-11`.
    #[test]
    fn keys_go_where_nginx_sends_them() {
        assert_eq!(users(&[1, 2, 3, 1], &[], &[], 12).concat(), [3, 2, 2, 3, 3, 3, 1, 0, 2, 1, 0, 2]);
    }

    /// nginx 1.22.1, weights 1, 4, 2, 3, 1; the third is `down`, the second and the fourth refuse.
    #[test]
    fn retries_go_where_nginx_sends_them() {
        let expected: [&[usize]; 10] =
            [&[1, 3, 0], &[3, 1, 4], &[1, 3, 0], &[0], &[3, 1, 4], &[3, 1, 0], &[1, 3, 4], &[1, 3, 0], &[3, 1, 0], &[1, 3, 0]];
        assert_eq!(users(&[1, 4, 2, 3, 1], &[2], &[1, 3], 10), expected);
    }

    /// nginx 1.22.1, weights 1, 1, 30, 2, the third `down`: `user-9` meets it 21 times and is served in turn.
    #[test]
    fn after_twenty_tries_it_is_round_robin() {
        assert_eq!(users(&[1, 1, 30, 2], &[2], &[], 10).concat(), [3, 1, 1, 3, 0, 0, 0, 0, 3, 3]);
        let (mut hash, members) = hash(&[1, 1, 30, 2]);
        let peers = peers(&members, &[2]);
        let reason = |hash: &mut Hash, key: &[u8]| sent(hash, &peers, &[], &ask([10, 0, 0, 1], key))[0].reason;
        assert_eq!(reason(&mut hash, b"user-7"), Reason::Hashed { hash: 162_350, place: 162_350 % 34, skipped: 13 });
        assert_eq!(reason(&mut hash, b"user-9"), Reason::Turn);
    }

    /// nginx 1.22.1, weights 1, 2, 3, 1: every second request without a key.
    #[test]
    fn without_a_key_it_is_round_robin() {
        let (mut hash, members) = hash(&[1, 2, 3, 1]);
        let peers = peers(&members, &[]);
        let key = |user: u32| if user.is_multiple_of(2) { format!("user-{user}") } else { String::new() };
        let picks: Vec<_> = (0..12).flat_map(|user| sent(&mut hash, &peers, &[], &ask([10, 0, 0, 1], key(user).as_bytes()))).collect();
        assert_eq!(servers(&picks), [3, 2, 2, 1, 3, 0, 1, 2, 2, 3, 0, 1]);
        assert!((0..12).all(|user| (picks[user].reason == Reason::Turn) == (user % 2 == 1)), "{picks:?}");
    }

    #[test]
    fn who_is_not_present_is_not_hashed_to() {
        let (mut hash, mut members) = hash(&[1, 1, 1]);
        let key = |user: u32| format!("user-{user}").into_bytes();
        members[0].present = false;
        hash.rebuild(&members);
        let peers = peers(&members, &[]);
        for user in 0..50 {
            let pick = sent(&mut hash, &peers, &[], &ask([10, 0, 0, 1], &key(user)))[0];
            let Reason::Hashed { hash: sum, place, skipped: 0 } = pick.reason else { panic!("{pick:?}") };
            assert_eq!((place, pick.server as u64), (sum % 2, sum % 2 + 1));
        }
    }

    #[test]
    fn the_last_open_one_is_found_and_then_nobody() {
        let (mut hash, members) = hash(&[1, 1, 1, 1]);
        let picks = sent(&mut hash, &peers(&members, &[]), &[0, 1, 2, 3], &ask([10, 0, 0, 1], b"k"));
        let mut all = servers(&picks);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    }
}
