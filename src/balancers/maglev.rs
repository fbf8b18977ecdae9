//! Maglev: Eisenbud et al., Maglev: A Fast and Reliable Software Network Load Balancer (2016), section 3.4, as Envoy's
//! `MaglevTable` fills it and `ThreadAwareLoadBalancerBase` asks it (maglev_lb.cc at commit 104df3d).
//!
//! A table of 65,537 slots. Each host walks it from its own offset in steps of its own skip; in turn, each takes the next free
//! slot of its walk. A host with half the largest weight takes one in every second round, as Envoy has it. A key goes to the
//! slot that is its xxHash modulo the table's size; without a key Envoy draws a slot.
//!
//! Envoy fills the table with healthy hosts only, so that it is filled again whenever one goes or comes, and most keys stay
//! where they were, but not all. (Its panic threshold, under which it takes all hosts, is not in here.)
//!
//! A retry that must go elsewhere asks again with another hash, as Envoy does with the `previous_hosts` predicate. Envoy asks
//! `host_selection_retry_max_attempts` times more, by default once, and then goes to whoever came last; here it is 20 times
//! more, and then the slots that follow, so that an open host is found if there is one.

use super::hashing::{address, maglev_attempt, maglev_offset_and_skip, nothing_compared, xxh64};
use super::{Ask, Balancer, Member, Peer, Pick, Reason};
use crate::sim::random::Stream;

/// M, the size of the table: a prime, much larger than the number of hosts. Envoy's default, from section 5.3 of the paper.
pub const SLOTS: u64 = 65_537;

/// How many times a request asks again with another hash.
const MORE_ATTEMPTS: u64 = 20;

/// A host's walk through the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// In `0..m`.
    pub offset: u64,
    /// In `1..m`.
    pub skip: u64,
    /// In any unit: only its part of the largest counts.
    pub weight: f64,
}

/// A slot that nobody has taken.
const FREE: usize = usize::MAX;

/// The paper's pseudocode 1: for each of the `m` slots the number of the row that has it, all rows being worth the same.
/// `m` is a prime and every skip in `1..m`: only so does each walk come by every slot.
pub fn fill(offsets_and_skips: &[(u64, u64)], m: u64) -> Vec<usize> {
    let rows: Vec<Row> = offsets_and_skips.iter().map(|(offset, skip)| Row { offset: *offset, skip: *skip, weight: 1.0 }).collect();
    let mut table = Vec::new();
    fill_weighted(&rows, m, &mut table);
    table
}

/// The same with Envoy's weights. `table` is overwritten; it is empty if there are no rows.
///
/// Envoy computes rounds and weights in doubles, so this does too: in integers a rounding would fall otherwise.
pub fn fill_weighted(rows: &[Row], m: u64, table: &mut Vec<usize>) {
    table.clear();
    if rows.is_empty() || m == 0 {
        return;
    }
    table.resize(m as usize, FREE);
    let heaviest = rows.iter().map(|row| row.weight).fold(0.0, f64::max);
    // For each row when its next turn is due, and where its walk has come to.
    let mut walks: Vec<(f64, u64)> = rows.iter().map(|row| (0.0, row.offset % m)).collect();
    let mut free = m;
    for round in 1u32.. {
        for (number, (row, (due, slot))) in rows.iter().zip(&mut walks).enumerate() {
            if f64::from(round) * row.weight < *due {
                continue;
            }
            *due += heaviest;
            while table[*slot as usize] != FREE {
                *slot = (*slot + row.skip) % m;
            }
            table[*slot as usize] = number;
            free -= 1;
            if free == 0 {
                return;
            }
        }
    }
}

/// A present server, with its walk.
struct Host {
    server: usize,
    weight: u32,
    offset: u64,
    skip: u64,
}

pub struct Maglev {
    /// In the order of their addresses as text, which is the order of their turns.
    hosts: Vec<Host>,
    /// The rows of the table: those of `hosts` that were usable.
    rows: Vec<Row>,
    /// The server of each row.
    servers: Vec<usize>,
    /// The row of each slot; empty if no server was usable.
    table: Vec<usize>,
    /// Who was usable when the table was filled; `None` if it is to be filled anew.
    filled_for: Option<Vec<bool>>,
}

impl Maglev {
    pub fn new() -> Self {
        Maglev { hosts: Vec::new(), rows: Vec::new(), servers: Vec::new(), table: Vec::new(), filled_for: None }
    }

    /// The server of each of the [`SLOTS`], as the last pick saw them; nothing before the first.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.table.iter().filter_map(|row| self.servers.get(*row).copied())
    }

    /// Fills the table if others are usable than were.
    fn follow(&mut self, peers: &[Peer]) {
        let usable = || peers.iter().map(|peer| peer.usable);
        if self.filled_for.as_ref().is_some_and(|filled_for| filled_for.iter().copied().eq(usable())) {
            return;
        }
        let healthy = |host: &&Host| peers.get(host.server).is_some_and(|peer| peer.usable);
        let total: f64 = self.hosts.iter().filter(healthy).map(|host| f64::from(host.weight)).sum();
        let row = |host: &Host| Row { offset: host.offset, skip: host.skip, weight: f64::from(host.weight) / total };
        self.rows.clear();
        self.rows.extend(self.hosts.iter().filter(healthy).map(row));
        self.servers.clear();
        self.servers.extend(self.hosts.iter().filter(healthy).map(|host| host.server));
        fill_weighted(&self.rows, SLOTS, &mut self.table);
        let filled_for = self.filled_for.get_or_insert_default();
        filled_for.clear();
        filled_for.extend(usable());
    }

    fn at(&self, slot: u64) -> Option<usize> {
        self.servers.get(*self.table.get(slot as usize)?).copied()
    }
}

impl Default for Maglev {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for Maglev {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        self.follow(peers);
        if self.table.is_empty() {
            return None;
        }
        let hash = if ask.key.is_empty() { u64::from(draws.below(SLOTS as u32)) } else { xxh64(ask.key, 0) };
        let attempts = (0..=MORE_ATTEMPTS).map(|attempt| maglev_attempt(hash, attempt)).map(|hash| (hash, hash % SLOTS));
        let following = (1..SLOTS).map(|step| (hash, (hash % SLOTS + step) % SLOTS));
        (0..).zip(attempts.chain(following)).find_map(|(skipped, (hash, place))| {
            let server = self.at(place)?;
            let open = peers.get(server).is_some_and(Peer::open);
            open.then_some(Pick { server, reason: Reason::Hashed { hash, place, skipped } })
        })
    }

    fn rebuild(&mut self, members: &[Member]) {
        let mut named: Vec<(String, usize, u32)> = Vec::new();
        let present = members.iter().enumerate().filter(|(_, member)| member.present);
        named.extend(present.map(|(server, member)| (address(member), server, member.weight)));
        named.sort_unstable();
        let host = |(name, server, weight): (String, usize, u32)| {
            let (offset, skip) = maglev_offset_and_skip(name.as_bytes(), SLOTS);
            Host { server, weight, offset, skip }
        };
        self.hosts = named.into_iter().map(host).collect();
        self.filled_for = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::hashing::trial::{ask, members, peers, sent, servers};

    /// Table 1 of the paper, before and after B1 is removed.
    #[test]
    fn the_table_of_the_paper() {
        assert_eq!(fill(&[(3, 4), (0, 2), (3, 1)], 7), [1, 0, 1, 0, 2, 2, 0]);
        let without = fill(&[(3, 4), (3, 1)], 7).into_iter().map(|row| [0, 2][row]).collect::<Vec<_>>();
        assert_eq!(without, [0, 0, 0, 0, 2, 2, 2]);
        assert!(fill(&[], 7).is_empty());
    }

    /// Envoy's table of so many slots for 127.0.0.1:90, 127.0.0.1:91 and so on with these weights.
    fn envoys_table(weights: &[u32], m: u64) -> Vec<usize> {
        let total: u32 = weights.iter().sum();
        let row = |(port, weight): (u32, &u32)| {
            let (offset, skip) = maglev_offset_and_skip(format!("127.0.0.1:{port}").as_bytes(), m);
            Row { offset, skip, weight: f64::from(*weight) / f64::from(total) }
        };
        let mut table = Vec::new();
        fill_weighted(&(90..).zip(weights).map(row).collect::<Vec<_>>(), m, &mut table);
        table
    }

    /// Envoy's own `MaglevLoadBalancerTest`: `Basic`, `LocalityWeightedSameLocalityWeights` and `Weighted`.
    #[test]
    fn the_tables_of_envoys_tests() {
        assert_eq!(envoys_table(&[1; 6], 7), [2, 4, 0, 1, 5, 0, 3]);
        assert_eq!(envoys_table(&[1, 1], 17), [1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1]);
        assert_eq!(envoys_table(&[1, 2], 17), [1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1]);
    }

    /// Envoy's `BasicWithRetryHostPredicate`: hash 10 has the second host, then the first, then the sixth.
    #[test]
    fn another_attempt_has_another_slot() {
        let table = envoys_table(&[1; 6], 7);
        assert_eq!([0, 1, 2].map(|attempt| table[(maglev_attempt(10, attempt) % 7) as usize]), [1, 0, 5]);
    }

    #[test]
    fn the_table_is_of_the_usable_ones() {
        let (mut maglev, members) = (Maglev::new(), members(&[1, 2, 3]));
        maglev.rebuild(&members);
        let mut counts = |down: &[usize]| {
            sent(&mut maglev, &peers(&members, down), &[], &ask([10, 0, 0, 1], b"k"));
            maglev.slots().fold([0u64; 3], |mut counts, server| {
                counts[server] += 1;
                counts
            })
        };
        // Weight by weight to within a slot or two: nobody is more than a round ahead.
        let cases: [(&[usize], [u64; 3]); 4] = [(&[], [1, 2, 3]), (&[1], [1, 0, 3]), (&[], [1, 2, 3]), (&[0, 2], [0, 1, 0])];
        for (down, weights) in cases {
            let (counts, total) = (counts(down), weights.iter().sum::<u64>());
            assert_eq!(counts.iter().sum::<u64>(), SLOTS);
            for (count, weight) in counts.iter().zip(weights) {
                assert!(count.abs_diff(SLOTS * weight / total) <= 2, "{counts:?} for {weights:?}");
            }
        }
        assert_eq!(counts(&[0, 1, 2]), [0; 3]);
    }

    #[test]
    fn a_retry_goes_elsewhere_until_nobody_is_left() {
        let (mut maglev, members) = (Maglev::new(), members(&[1, 1, 1, 1, 60]));
        maglev.rebuild(&members);
        for user in 0..20 {
            let key = format!("user-{user}");
            let picks = sent(&mut maglev, &peers(&members, &[]), &[0, 1, 2, 3, 4], &ask([10, 0, 0, 1], key.as_bytes()));
            let mut all = servers(&picks);
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4], "{picks:?}");
            let Reason::Hashed { hash, place, skipped } = picks[0].reason else { panic!("{picks:?}") };
            assert_eq!((hash, place, skipped), (xxh64(key.as_bytes(), 0), hash % SLOTS, 0));
        }
    }

    /// The order of the configuration does not count, and who is not present has no slot.
    #[test]
    fn hosts_are_sorted_by_their_addresses() {
        let table = |members: &[Member]| {
            let mut maglev = Maglev::new();
            maglev.rebuild(members);
            sent(&mut maglev, &peers(members, &[]), &[], &ask([10, 0, 0, 1], b"k"));
            maglev.slots().map(|server| members[server].host.clone()).collect::<Vec<_>>()
        };
        let mut members = members(&[1; 11]);
        members[4].present = false;
        let forwards = table(&members);
        assert!(!forwards.contains(&"127.0.0.5".to_owned()));
        members.reverse();
        assert!(forwards == table(&members));
    }

    #[test]
    fn without_a_key_a_slot_is_drawn() {
        let (mut maglev, members) = (Maglev::new(), members(&[1, 1, 1]));
        maglev.rebuild(&members);
        let (peers, mut draws) = (peers(&members, &[]), Stream::new(1, 0));
        let mut counts = [0i32; 3];
        (0..3_000)
            .filter_map(|_| maglev.pick(&ask([10, 0, 0, 1], b""), &peers, &mut draws, None))
            .for_each(|pick| counts[pick.server] += 1);
        // 3.29 standard deviations of a binomial count hold 99.9 %.
        assert!(counts.iter().all(|count| (count - 1_000).abs() <= 85), "{counts:?}");
    }
}
