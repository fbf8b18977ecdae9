//! Rendezvous hashing, highest random weight: Caddy's `hostByHashing` in `modules/caddyhttp/reverseproxy/selectionpolicies.go`
//! (as since pull request 6203 of March 2024: xxHash of the server's address and then the key; before that FNV-1a, 32 bits).
//!
//! Every server that can be had is hashed together with the key, and the highest hash wins, the first of equals. Caddy knows
//! no weights here. Its `header` and `query` policies fall back to `random` where there is no key, and so does this.
//! Caddy's own retry asks again, and gets the same server unless a passive health check has taken it out; here a retry goes
//! elsewhere, as everywhere in the lab.

use super::hashing::{address, nothing_compared, xxh64_joined};
use super::{Ask, Balancer, Member, Peer, Pick, Reason};
use crate::sim::random::Stream;

pub struct Rendezvous {
    /// The addresses of the present ones.
    names: Vec<Option<String>>,
}

impl Rendezvous {
    pub fn new() -> Self {
        Rendezvous { names: Vec::new() }
    }

    /// The present ones with their names.
    fn named<'a>(&'a self, peers: &'a [Peer]) -> impl Iterator<Item = (usize, &'a str, &'a Peer)> {
        let pairs = self.names.iter().zip(peers).enumerate();
        pairs.filter_map(|(server, (name, peer))| Some((server, name.as_deref()?, peer)))
    }
}

/// The highest hash of one of these names together with the key, and whose it is; the first of equals.
pub fn highest<'a>(names: impl Iterator<Item = (usize, &'a str)>, key: &[u8]) -> Option<(u64, usize)> {
    let hashes = names.map(|(server, name)| (xxh64_joined(name.as_bytes(), key), server));
    hashes.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

impl Default for Rendezvous {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for Rendezvous {
    /// The scores are the hashes, rounded to the 53 bits of an `f64`.
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores.as_deref_mut(), peers.len());
        let open = || self.named(peers).filter(|(_, _, peer)| peer.open()).map(|(server, name, _)| (server, name));
        if ask.key.is_empty() {
            let of = open().count() as u32;
            if of == 0 {
                return None;
            }
            let draw = draws.below(of);
            let reason = Reason::Draw { draw: f64::from(draw), of: f64::from(of) };
            return open().nth(draw as usize).map(|(server, _)| Pick { server, reason });
        }
        let (hash, server) = highest(open(), ask.key)?;
        if let Some(scores) = scores {
            for (server, name) in open() {
                if let Some(score) = scores.get_mut(server) {
                    *score = xxh64_joined(name.as_bytes(), ask.key) as f64;
                }
            }
        }
        let above = |(_, name, peer): &(usize, &str, &Peer)| !peer.open() && xxh64_joined(name.as_bytes(), ask.key) > hash;
        let skipped = self.named(peers).filter(above).count() as u32;
        Some(Pick { server, reason: Reason::Hashed { hash, place: server as u64, skipped } })
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.names = members.iter().map(|member| member.present.then(|| address(member))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::hashing::trial::{ask, members, peers, sent, servers};

    /// Caddy's own `TestIPHashPolicy`: upstreams 0.0.0.1 to 0.0.0.3, clients 172.0.0.1 to 172.0.0.4; with the second upstream
    /// unhealthy; and with the first one gone.
    #[test]
    fn keys_go_where_caddys_test_says() {
        let names = ["0.0.0.1", "0.0.0.2", "0.0.0.3"];
        let of = |servers: &[usize], client: u32| {
            highest(servers.iter().map(|server| (*server, names[*server])), format!("172.0.0.{client}").as_bytes())
                .map(|(_, server)| server)
        };
        assert_eq!([1, 2, 3, 4].map(|client| of(&[0, 1, 2], client)), [0, 1, 0, 1].map(Some));
        assert_eq!([4, 2].map(|client| of(&[0, 2], client)), [2, 0].map(Some));
        assert_eq!([1, 2, 3, 4].map(|client| of(&[1, 2], client)), [1; 4].map(Some));
        assert_eq!(of(&[], 1), None);
    }

    /// The order of a key's servers is that of their hashes, and whoever is passed by is counted.
    #[test]
    fn a_retry_goes_to_the_next_highest() {
        let (mut rendezvous, members) = (Rendezvous::new(), members(&[1, 1, 1, 1]));
        rendezvous.rebuild(&members);
        let picks = sent(&mut rendezvous, &peers(&members, &[]), &[0, 1, 2, 3], &ask([10, 0, 0, 1], b"user-0"));
        let mut order: Vec<usize> = (0..4).collect();
        order.sort_by_key(|server| std::cmp::Reverse(xxh64_joined(address(&members[*server]).as_bytes(), b"user-0")));
        assert_eq!(servers(&picks), order);
        let skipped = |pick: &Pick| if let Reason::Hashed { skipped, .. } = pick.reason { Some(skipped) } else { None };
        assert_eq!(picks.iter().map(skipped).collect::<Vec<_>>(), [0, 1, 2, 3].map(Some));
    }

    #[test]
    fn scores_are_hashes_of_the_open_ones() {
        let (mut rendezvous, members) = (Rendezvous::new(), members(&[1, 1, 1]));
        rendezvous.rebuild(&members);
        let mut scores = vec![7.0];
        let pick = rendezvous.pick(&ask([10, 0, 0, 1], b"k"), &peers(&members, &[1]), &mut Stream::new(1, 0), Some(&mut scores));
        let pick = pick.expect("two are open");
        assert!(scores.len() == 3 && scores[1].is_nan(), "{scores:?}");
        assert!(scores[pick.server] >= scores[0].max(scores[2]), "{scores:?}: {pick:?}");
    }

    /// `random`, evenly: of 3,000 draws among three, each has 1,000 ± 85 at 99.9 % (3.29 standard deviations).
    #[test]
    fn without_a_key_it_is_random() {
        let (mut rendezvous, members) = (Rendezvous::new(), members(&[1, 5, 1, 1]));
        rendezvous.rebuild(&members);
        let (peers, mut draws) = (peers(&members, &[0]), Stream::new(1, 0));
        let mut counts = [0i32; 4];
        (0..3_000)
            .filter_map(|_| rendezvous.pick(&ask([10, 0, 0, 1], b""), &peers, &mut draws, None))
            .for_each(|pick| counts[pick.server] += 1);
        assert!(counts[0] == 0 && counts[1..].iter().all(|count| (count - 1_000).abs() <= 85), "{counts:?}");
    }
}
