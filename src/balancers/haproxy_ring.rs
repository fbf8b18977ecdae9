//! Hash ring: HAProxy `hash-type consistent`, as `chash_init_server_tree` lays the points and `chash_get_server_hash` finds
//! the nearest in `src/lb_chash.c` (HAProxy 2.6; the known answers below are those of HAProxy 2.6.12, and
//! `tests/haproxy_conform.rs` asks one for more).
//!
//! Each server has sixteen points for each unit of weight, made of its id alone: the hash of 4096 × id and the number of the
//! point. Ids are those that HAProxy gives by itself: the first server's is 1. The key is hashed with sdbm and then stirred
//! (`avalanche`), which is what `hash-type consistent` means where it names no function. The nearest point has the key,
//! before it or behind; of two as near, the one before. The points of a server that is down are off the ring. A server that
//! this request was at before keeps them, as on a redispatch, and the points go on behind it; HAProxy avoids the last one of
//! several, ours all of them.
//!
//! A server added in mid-run has the points that it would have at the start: HAProxy 2.6 gives them only where `add server`
//! names its `id`, and those of id 0 otherwise (issue 3413).

use super::hashing::nothing_compared;
use super::{Ask, Balancer, Member, Peer, Pick, Reason};
use crate::sim::random::Stream;

/// Points for each unit of weight (`BE_WEIGHT_SCALE`).
pub const POINTS: u32 = 16;
/// HAProxy refuses more.
pub(super) const HEAVIEST: u32 = 256;
/// How far the points of one id are numbered before those of the next begin (`SRV_EWGHT_RANGE`).
const NUMBERS: u32 = HEAVIEST * POINTS;

/// `hash_sdbm`, after the database library of that name.
pub fn sdbm(key: &[u8]) -> u32 {
    key.iter().fold(0u32, |hash, byte| {
        let shifted = (hash << 6).wrapping_add(hash << 16);
        u32::from(*byte).wrapping_add(shifted).wrapping_sub(hash)
    })
}

/// `full_hash`: one of Bob Jenkins' integer hashes, and a multiplication that spreads what lies together. No two numbers have
/// the same hash, for each step can be undone.
pub fn avalanche(number: u32) -> u32 {
    let mut a = number;
    a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    a = (a ^ 0xc761_c23c) ^ (a >> 19);
    a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    a = a.wrapping_add(0xd3a2_646c) ^ (a << 9);
    a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    a = (a ^ 0xb55a_4f09) ^ (a >> 16);
    a.wrapping_mul(3_221_225_473)
}

/// The points on the circle of 2³² hashes, each with its server, in order of their hashes and no hash twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Points(Vec<(u32, usize)>);

impl Points {
    /// The points of the present ones, up or down.
    pub fn of(members: &[Member]) -> Self {
        let mut points = Vec::new();
        for ((server, member), id) in members.iter().enumerate().zip(1u32..).filter(|((_, member), _)| member.present) {
            let first = id.wrapping_mul(NUMBERS);
            let numbers = 0..member.weight.min(HEAVIEST) * POINTS;
            points.extend(numbers.map(|number| (avalanche(first.wrapping_add(number)), server)));
        }
        points.sort_unstable();
        Points(points)
    }

    /// A hash and the number of its server.
    pub fn as_slice(&self) -> &[(u32, usize)] {
        &self.0
    }

    /// The index of the point nearest to `hash` among those of servers that are `on` the ring, and how many that are off it
    /// lay between.
    fn nearest(&self, hash: u32, on: impl Fn(usize) -> bool) -> Option<(usize, u32)> {
        let points = self.0.len();
        let at_or_after = self.0.partition_point(|(point, _)| *point < hash);
        let is_on = |place: &usize| self.0.get(*place).is_some_and(|(_, server)| on(*server));
        let ahead = (at_or_after..points).chain(0..at_or_after).zip(0u32..).find(|(place, _)| is_on(place))?;
        let behind = (0..at_or_after).rev().chain((at_or_after..points).rev()).zip(0u32..).find(|(place, _)| is_on(place))?;
        let point = |place: usize| self.0.get(place).map_or(0, |(point, _)| *point);
        let (to_behind, to_ahead) = (hash.wrapping_sub(point(behind.0)), point(ahead.0).wrapping_sub(hash));
        Some(if to_behind <= to_ahead { behind } else { ahead })
    }

    /// The server of a hash: the nearest point's, or the next one's round the circle that is open and not `full`. If all are
    /// full it is the last point's, where HAProxy's walk ends when it has gone twice round.
    pub(super) fn find(&self, hash: u32, peers: &[Peer], full: impl Fn(usize) -> bool) -> Option<Pick> {
        let open = |server: usize| peers.get(server).is_some_and(Peer::open);
        let (first, off) = self.nearest(hash, |server| peers.get(server).is_some_and(|peer| peer.usable))?;
        let (before, from) = self.0.split_at_checked(first)?;
        let places = (first..).zip(from).chain((0..).zip(before));
        let found = places.zip(off..).find(|((_, (_, server)), _)| open(*server) && !full(*server));
        let round = self.0.len() as u32;
        let last = || self.0.iter().enumerate().rfind(|(_, (_, server))| open(*server)).map(|last| (last, off + round));
        let ((place, (_, server)), skipped) = found.or_else(last)?;
        Some(Pick { server: *server, reason: Reason::Hashed { hash: u64::from(hash), place: place as u64, skipped } })
    }

    /// The part of the circle that is nearest to each of so many servers: all together 1, if there are any points.
    pub fn share(&self, servers: usize) -> Vec<f64> {
        let mut halves = vec![0u64; servers];
        let next = self.0.iter().skip(1).chain(self.0.first());
        for ((point, server), (next_point, next_server)) in self.0.iter().zip(next) {
            // A single point has the whole circle.
            let arc = if self.0.len() == 1 { 1 << 32 } else { u64::from(next_point.wrapping_sub(*point)) };
            for server in [server, next_server] {
                if let Some(halves) = halves.get_mut(*server) {
                    *halves += arc;
                }
            }
        }
        halves.into_iter().map(|halves| halves as f64 / (1u64 << 33) as f64).collect()
    }
}

#[derive(Clone, Debug, Default)]
pub struct HaproxyRing {
    points: Points,
}

impl HaproxyRing {
    pub fn new() -> Self {
        Self::default()
    }

    /// What the keys are looked up in.
    pub fn points(&self) -> &Points {
        &self.points
    }
}

impl Balancer for HaproxyRing {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        self.points.find(avalanche(sdbm(ask.key)), peers, |_| false)
    }

    fn rebuild(&mut self, members: &[Member]) {
        self.points = Points::of(members);
    }
}

#[cfg(test)]
mod tests {
    use super::super::hashing::trial::{ask, members, peers, sent};
    use super::*;

    /// Where `user-0` to `user-23` end up, and where each was first, with its place.
    fn users(weights: &[u32], down: &[usize], dead: &[usize]) -> (Vec<usize>, Vec<Pick>) {
        let (mut ring, members) = (HaproxyRing::new(), members(weights));
        ring.rebuild(&members);
        let peers = peers(&members, down);
        let picks = |user: u32| sent(&mut ring, &peers, dead, &ask([10, 0, 0, 1], format!("user-{user}").as_bytes()));
        let picks: Vec<Vec<Pick>> = (0..24).map(picks).collect();
        (picks.iter().flat_map(|picks| picks.last()).map(|pick| pick.server).collect(), picks.concat())
    }

    /// As worked out in Python, with a model that agreed with HAProxy 2.6.12 over thousands of keys, also of bytes over 127.
    #[test]
    fn hashes_are_haproxys() {
        assert_eq!([&b""[..], b"a", b"abc", b"user-0", b"\xff\x80"].map(sdbm), [0, 0x61, 0x3025_f862, 0x38f7_6d4e, 0x00ff_3f41]);
        assert_eq!([0, 1, 4096, u32::MAX].map(avalanche), [0xab4e_d927, 0x3486_81b6, 0x49c2_008b, 0x7e64_c182]);
    }

    /// What HAProxy 2.6.12 answered with `balance hdr(k)` and `hash-type consistent`, weights 1, 2, 3, 1.
    #[test]
    fn keys_go_where_haproxy_sends_them() {
        let (servers, picks) = users(&[1, 2, 3, 1], &[], &[]);
        assert_eq!(servers, [2, 2, 2, 2, 1, 2, 2, 2, 0, 2, 1, 1, 2, 1, 2, 0, 1, 3, 1, 3, 2, 3, 1, 0]);
        // The places are what its rule gives in Python.
        assert_eq!(picks[0].reason, Reason::Hashed { hash: 0x23c2_78a7, place: 17, skipped: 0 });
        let place = |pick: &Pick| if let Reason::Hashed { place, .. } = pick.reason { place } else { u64::MAX };
        assert_eq!(picks.iter().take(8).map(place).collect::<Vec<_>>(), [17, 61, 20, 35, 53, 4, 52, 11]);
    }

    /// What HAProxy 2.6.12 answered after `disable server be/s2`; and with `option redispatch 1` while s2 refused. Down it is
    /// off the ring, and the nearest of the others has the key; on a retry the next point has it.
    #[test]
    fn a_server_that_is_down_is_not_one_that_was_tried() {
        let (down, _) = users(&[1, 2, 3, 1], &[1], &[]);
        assert_eq!(down, [2, 2, 2, 2, 2, 2, 2, 2, 0, 2, 0, 2, 2, 2, 2, 0, 2, 3, 2, 3, 2, 3, 3, 0]);
        let (retried, _) = users(&[1, 2, 3, 1], &[], &[1]);
        assert_eq!(retried, [2, 2, 2, 2, 0, 2, 2, 2, 0, 2, 0, 2, 2, 3, 2, 0, 2, 3, 0, 3, 2, 3, 3, 0]);
    }

    /// What HAProxy 2.6.12 answered after `set server be/s4 weight 4`.
    #[test]
    fn more_weight_is_more_points() {
        let (servers, _) = users(&[1, 2, 3, 4], &[], &[]);
        assert_eq!(servers, [2, 3, 2, 2, 1, 3, 2, 2, 0, 2, 3, 1, 3, 1, 2, 3, 1, 3, 1, 3, 3, 3, 3, 3]);
    }

    #[test]
    fn the_nearest_point_is_on_either_side() {
        let points = Points(vec![(10, 0), (20, 1), (u32::MAX - 9, 2)]);
        let nearest = |hash: u32| points.nearest(hash, |_| true).map(|(place, _)| place);
        // 15 lies in the middle of the first two, 0 of the last and the first.
        assert_eq!([10, 14, 15, 16, 20].map(nearest), [0, 0, 0, 1, 1].map(Some));
        assert_eq!([0, 1, u32::MAX - 9, u32::MAX].map(nearest), [2, 0, 2, 2].map(Some));
        // Between 14 and the third point backwards lies the first.
        assert_eq!([10, 14].map(|hash| points.nearest(hash, |server| server == 2)), [Some((2, 0)), Some((2, 1))]);
        assert_eq!(points.nearest(10, |_| false), None);
        assert_eq!(Points::default().nearest(10, |_| true), None);
    }

    #[test]
    fn if_all_are_full_it_is_the_last_points_server() {
        let points = Points(vec![(10, 0), (20, 1), (30, 2)]);
        let three = peers(&members(&[1, 1, 1]), &[]);
        let found = |peers: &[Peer], full: &dyn Fn(usize) -> bool| points.find(11, peers, full).map(|pick| (pick.server, pick.reason));
        let hashed = |place, skipped| Reason::Hashed { hash: 11, place, skipped };
        assert_eq!(found(&three, &|server| server < 2), Some((2, hashed(2, 2))));
        assert_eq!(found(&three, &|_| true), Some((2, hashed(2, 3))));
        let tried = [three[0], three[1], Peer { tried: true, ..three[2] }];
        assert_eq!(found(&tried, &|_| true), Some((1, hashed(1, 3))));
        assert_eq!(found(&[Peer { tried: true, ..three[0] }; 3], &|_| false), None);
    }

    #[test]
    fn shares_are_the_arcs_that_are_nearest() {
        let quarter = 1u32 << 30;
        assert_eq!(Points(vec![(quarter, 0), (2 * quarter, 1), (3 * quarter, 0)]).share(3), [0.75, 0.25, 0.0]);
        assert_eq!(Points(vec![(7, 1)]).share(2), [0.0, 1.0]);
        assert_eq!(Points::default().share(1), [0.0]);
    }

    #[test]
    fn who_is_not_present_has_no_points() {
        let mut members = members(&[1, 2]);
        members[0].present = false;
        let points = Points::of(&members);
        assert_eq!((points.as_slice().len(), points.share(2)), (32, vec![0.0, 1.0]));
    }
}
