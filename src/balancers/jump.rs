//! Jump hash: Lamping and Veach, A Fast, Minimal Memory, Consistent Hash Algorithm (2014), figure 1.
//!
//! No table: a generator seeded with the key jumps ahead from bucket to bucket, and the last one before the end is the key's.
//! Buckets can only come and go at the end, so the present servers are numbered in the order of the configuration: if one
//! in the middle leaves, those behind it move up. The paper has 64-bit keys; here they are the xxHash of the key, with seed
//! 0. It says nothing of servers that are down: here the next open bucket in order takes the requests, the first after the
//! last.

use super::hashing::{jump_step, nothing_compared, xxh64};
use super::{Ask, Balancer, Member, Peer, Pick, Reason};
use crate::sim::random::Stream;

pub struct Jump {
    /// The server of each bucket.
    buckets: Vec<usize>,
}

impl Jump {
    pub fn new() -> Self {
        Jump { buckets: Vec::new() }
    }
}

/// The bucket of a key, from 0; 0 too if there are no buckets.
///
/// The paper computes in doubles, and one division and one product are the same on every machine.
pub fn jump(key: u64, buckets: u32) -> u32 {
    let (mut state, mut bucket, mut next) = (key, 0, 0);
    while next < u64::from(buckets) {
        bucket = next;
        state = jump_step(state);
        let stretch = (1u64 << 31) as f64 / ((state >> 33) + 1) as f64;
        next = ((bucket + 1) as f64 * stretch) as u64;
    }
    bucket as u32
}

impl Default for Jump {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for Jump {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        let hash = xxh64(ask.key, 0);
        let first = jump(hash, self.buckets.len() as u32) as usize;
        let order = (first..self.buckets.len()).chain(0..first);
        (0..).zip(order).find_map(|(skipped, place)| {
            let server = *self.buckets.get(place)?;
            let open = peers.get(server).is_some_and(Peer::open);
            open.then_some(Pick { server, reason: Reason::Hashed { hash, place: place as u64, skipped } })
        })
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.buckets = members.iter().enumerate().filter(|(_, member)| member.present).map(|(server, _)| server).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::hashing::trial::{ask, members, peers, sent, servers};

    /// ClickHouse's `00580_consistent_hashing_functions`, Guava's `testConsistentHash_linearCongruentialGeneratorCompatibility`
    /// (its golden 100), and the vectors that most ports share.
    #[test]
    fn known_answers() {
        for (key, buckets, bucket) in [
            (1, 1, 0),
            (42, 57, 43),
            (256, 1_024, 520),
            (3_735_883_980, 1, 0),
            (3_735_883_980, 666, 361),
            (16_045_690_984_833_335_023, 255, 237),
            (10_863_919_174_838_991, 11, 6),
            (2_016_238_256_797_177_309, 11, 3),
            (1_673_758_223_894_951_030, 11, 5),
            (2, 100_001, 80_343),
            (2_201, 100_001, 22_152),
            (2_202, 100_001, 15_018),
        ] {
            assert_eq!(jump(key, buckets), bucket, "{key} in {buckets}");
        }
        let golden = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83];
        assert_eq!((0..20).map(|key| jump(key, 100)).collect::<Vec<_>>(), golden);
        assert_eq!((jump(7, 0), jump(u64::MAX, u32::MAX) < u32::MAX), (0, true));
    }

    #[test]
    fn the_next_bucket_stands_in() {
        let (mut jump, mut members) = (Jump::new(), members(&[1, 1, 1, 1]));
        members[1].present = false;
        jump.rebuild(&members);
        let peers = peers(&members, &[]);
        let picks = sent(&mut jump, &peers, &[0, 1, 2, 3], &ask([10, 0, 0, 1], b"user-0"));
        let first = super::jump(xxh64(b"user-0", 0), 3) as usize;
        let buckets = [0, 2, 3];
        assert_eq!(servers(&picks), [0, 1, 2].map(|step| buckets[(first + step) % 3]));
        let Reason::Hashed { place, skipped, .. } = picks[2].reason else { panic!("{picks:?}") };
        assert_eq!((place, skipped), ((first as u64 + 2) % 3, 2));
    }
}
