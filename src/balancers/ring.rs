//! Hash ring: nginx `hash key consistent`, as `ngx_http_upstream_init_chash` lays the points and
//! `ngx_http_upstream_get_chash_peer` walks them (nginx 1.22 to 1.29; the known answers below are those of nginx 1.22.1).
//!
//! Each server has 160 points for each unit of weight: the CRC-32 of host, NUL, port and the point before it as four bytes,
//! the lowest first, and 0 before the first. A key goes to the first point at or after its own CRC-32, round the circle. If
//! no server of that point is to be had the next point is looked at; after 21 points nginx takes the next of its round robin,
//! as it does for an empty key or a single server. Points know a server by its name: those of the same host and port share
//! them, and take turns by weight.

use super::hash::in_turn;
use super::hashing::{Crc, NGINX_TRIES, crc32, nothing_compared};
use super::smooth_weighted::SmoothWeighted;
use super::{Ask, Balancer, Member, Outcome, Peer, Pick, Reason};
use crate::sim::Nanos;
use crate::sim::random::Stream;

/// Points for each unit of weight.
pub const POINTS: u32 = 160;

/// The points on the circle of 2³² hashes, each with its server, in order of their hashes and no hash twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Points(Vec<(u32, usize)>);

impl Points {
    /// The points of the present ones. Where two servers have the same point, the first of them has it: nginx leaves this to
    /// how `qsort` orders equals.
    pub fn of(members: &[Member]) -> Self {
        let mut points = Vec::new();
        for (server, member) in members.iter().enumerate().filter(|(_, member)| member.present) {
            let base = Crc::of(member.host.as_bytes()).then(&[0]).then(member.port.to_string().as_bytes());
            let mut point = 0u32;
            for _ in 0..u64::from(member.weight) * u64::from(POINTS) {
                point = base.clone().then(&point.to_le_bytes()).value();
                points.push((point, server));
            }
        }
        points.sort_unstable();
        points.dedup_by_key(|(point, _)| *point);
        Points(points)
    }

    /// A hash and the number of its server.
    pub fn as_slice(&self) -> &[(u32, usize)] {
        &self.0
    }

    /// The index of the first point at or after `hash`; 0 if there is none before the circle closes.
    pub fn at_or_after(&self, hash: u32) -> usize {
        let index = self.0.partition_point(|(point, _)| *point < hash);
        if index < self.0.len() { index } else { 0 }
    }

    /// The part of the circle that leads to each of so many servers: all together 1, if there are any points.
    pub fn share(&self, servers: usize) -> Vec<f64> {
        let mut hashes = vec![0u64; servers];
        let mut before = self.0.last().map_or(0, |(point, _)| *point);
        for (point, server) in &self.0 {
            // A single point has the whole circle.
            let arc = if self.0.len() == 1 { 1 << 32 } else { u64::from(point.wrapping_sub(before)) };
            if let Some(hashes) = hashes.get_mut(*server) {
                *hashes += arc;
            }
            before = *point;
        }
        hashes.into_iter().map(|hashes| hashes as f64 / (1u64 << 32) as f64).collect()
    }
}

pub struct Ring {
    points: Points,
    /// For each server the first present one of the same host and port; `None` if it is not present itself.
    names: Vec<Option<usize>>,
    turn: SmoothWeighted,
    /// The servers of one name as [`SmoothWeighted`] is to see them.
    namesakes: Vec<Peer>,
}

impl Ring {
    pub fn new() -> Self {
        Ring { points: Points::default(), names: Vec::new(), turn: SmoothWeighted::new(), namesakes: Vec::new() }
    }

    /// What the keys are looked up in.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// Whose turn it is among the open ones of the same name as `server`. nginx keeps one running weight for this and for its
    /// round robin, so one balancer decides both. Alone, a server ends the turn as it began it.
    fn turn_among(&mut self, server: usize, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream) -> Option<usize> {
        let name = self.names.get(server).copied().flatten()?;
        self.namesakes.clear();
        let of_the_name = |(peer, other): (&Peer, &Option<usize>)| Peer { usable: peer.usable && *other == Some(name), ..*peer };
        self.namesakes.extend(peers.iter().zip(&self.names).map(of_the_name));
        if !self.namesakes.iter().any(Peer::open) {
            return None;
        }
        in_turn(&mut self.turn, ask, &self.namesakes, draws).map(|pick| pick.server)
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for Ring {
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        nothing_compared(scores, peers.len());
        let points = self.points.0.len();
        if self.names.iter().flatten().count() > 1 && points > 0 && !ask.key.is_empty() {
            let hash = crc32(ask.key);
            let first = self.points.at_or_after(hash);
            // A retry begins again at the first point, where nginx goes on at the last: the points between are tried as well.
            for skipped in 0..=NGINX_TRIES {
                let place = (first + skipped as usize) % points;
                let (_, server) = self.points.0[place];
                if let Some(server) = self.turn_among(server, ask, peers, draws) {
                    return Some(Pick { server, reason: Reason::Hashed { hash: u64::from(hash), place: place as u64, skipped } });
                }
            }
        }
        in_turn(&mut self.turn, ask, peers, draws)
    }

    fn ended(&mut self, server: usize, at: Nanos, took: Nanos, outcome: Outcome) {
        self.turn.ended(server, at, took, outcome);
    }

    fn rebuild(&mut self, members: &[Member]) {
        let first_of =
            |member: &Member| members.iter().position(|other| other.present && (&other.host, other.port) == (&member.host, member.port));
        self.names = members.iter().map(|member| if member.present { first_of(member) } else { None }).collect();
        self.points = Points::of(members);
        self.turn.rebuild(members);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancers::hashing::trial::{ask, members, peers, sent, servers};

    /// Where `user-0`, `user-1` and so on go, attempt by attempt, and the place in the ring.
    fn users(members: &[Member], down: &[usize], dead: &[usize], users: u32) -> Vec<Vec<(usize, Option<u64>)>> {
        let mut ring = Ring::new();
        ring.rebuild(members);
        let peers = peers(members, down);
        let place = |reason: Reason| if let Reason::Hashed { place, .. } = reason { Some(place) } else { None };
        let mut picks = |key: String| sent(&mut ring, &peers, dead, &ask([10, 0, 0, 1], key.as_bytes()));
        let told = |picks: Vec<Pick>| picks.into_iter().map(|pick| (pick.server, place(pick.reason))).collect::<Vec<_>>();
        (0..users).map(|user| told(picks(format!("user-{user}")))).collect()
    }

    fn places(users: Vec<Vec<(usize, Option<u64>)>>) -> Vec<Vec<usize>> {
        users.into_iter().map(|picks| picks.into_iter().map(|(server, _)| server).collect()).collect()
    }

    /// nginx 1.22.1, `hash $arg_k consistent`, weights 1, 2, 3, 1: `user-0` to `user-11`. The places are what nginx's rule
    /// gives in Python, where it agreed with nginx over 2,000 keys.
    #[test]
    fn keys_go_where_nginx_sends_them() {
        let picks = users(&members(&[1, 2, 3, 1]), &[], &[], 12).concat();
        let expected =
            [(2, 33), (1, 547), (3, 1013), (0, 626), (2, 57), (2, 521), (1, 989), (2, 655), (1, 29), (1, 475), (2, 1045), (2, 662)];
        assert_eq!(picks, expected.map(|(server, place)| (server, Some(place))));
    }

    /// nginx 1.22.1, weights 1, 4, 2, 3, 1; the third is `down`, the second and the fourth are on port 18474 and refuse.
    #[test]
    fn retries_go_where_nginx_sends_them() {
        let mut members = members(&[1, 4, 2, 3, 1]);
        members[1].port = 18_474;
        members[3].port = 18_474;
        let picks = users(&members, &[2], &[1, 3], 10);
        assert_eq!(picks[0], [(3, Some(56)), (1, Some(57)), (0, Some(63))]);
        let expected: [&[usize]; 10] =
            [&[3, 1, 0], &[1, 4], &[1, 3, 0], &[0], &[3, 1, 0], &[3, 0], &[3, 4], &[3, 1, 0], &[1, 0], &[3, 1, 4]];
        assert_eq!(places(picks), expected);
    }

    /// nginx 1.22.1, weights 1, 1, 30, 2, the third `down`: `user-4` and `user-7` meet 21 of its points and are served in turn.
    #[test]
    fn after_twenty_one_points_it_is_round_robin() {
        let picks = users(&members(&[1, 1, 30, 2]), &[2], &[], 12).concat();
        let in_turn: Vec<usize> = (0..12).filter(|user| picks[*user].1.is_none()).collect();
        assert_eq!(in_turn, [4, 7]);
        assert_eq!(picks.iter().map(|(server, _)| *server).collect::<Vec<_>>(), [3, 1, 3, 0, 3, 0, 1, 0, 1, 1, 3, 1]);
    }

    /// nginx 1.22.1, `127.0.0.1:18473` twice, with weights 1 and 3, and `127.0.0.2:18473` with 2.
    #[test]
    fn servers_of_one_name_take_turns() {
        let mut members = members(&[1, 3, 2]);
        members[1].host = members[0].host.clone();
        members[2].host = "127.0.0.2".to_owned();
        let picks = places(users(&members, &[], &[], 12)).concat();
        assert_eq!(picks, [2, 2, 1, 0, 1, 1, 2, 1, 2, 2, 0, 1]);
        assert_eq!(Points::of(&members).as_slice().len(), 480 + 320); // The first one's 160 are also the second's.
    }

    /// nginx 1.22.1, weights 1, 2, 3, 1: without a key it is round robin.
    #[test]
    fn without_a_key_it_is_round_robin() {
        let (mut ring, members) = (Ring::new(), members(&[1, 2, 3, 1]));
        ring.rebuild(&members);
        let peers = peers(&members, &[]);
        let picks: Vec<Pick> = (0..6).flat_map(|_| sent(&mut ring, &peers, &[], &ask([10, 0, 0, 1], b""))).collect();
        assert_eq!(servers(&picks), [2, 1, 0, 2, 3, 1]);
        assert!(picks.iter().all(|pick| pick.reason == Reason::Turn));
    }

    #[test]
    fn the_circle_is_closed() {
        let points = Points(vec![(10, 0), (20, 1), (u32::MAX, 2)]);
        let index = |hash| points.at_or_after(hash);
        assert_eq!([0, 10, 11, 20, 21, u32::MAX].map(index), [0, 0, 1, 1, 2, 2]);
        assert_eq!(Points(vec![(10, 0)]).at_or_after(11), 0);
        assert_eq!(Points::default().at_or_after(11), 0);
    }

    #[test]
    fn shares_are_the_arcs_before_the_points() {
        let quarter = 1u32 << 30;
        assert_eq!(Points(vec![(quarter - 1, 0), (3 * quarter - 1, 1), (u32::MAX, 0)]).share(3), [0.5, 0.5, 0.0]);
        assert_eq!(Points(vec![(7, 1)]).share(2), [0.0, 1.0]);
        assert_eq!(Points::default().share(1), [0.0]);
    }

    #[test]
    fn who_is_not_present_has_no_points() {
        let mut members = members(&[1, 2]);
        members[0].present = false;
        let points = Points::of(&members);
        assert_eq!((points.as_slice().len(), points.share(2)), (320, vec![0.0, 1.0]));
    }
}
