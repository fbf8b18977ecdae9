//! Weighted round robin: HAProxy `balance roundrobin`, as `fwrr_get_next_server` and its company in `src/lb_fwrr.c` decide
//! (HAProxy 2.6; the known answers below are those of HAProxy 2.6.12, and `tests/haproxy_conform.rs` asks one for more).
//!
//! Each server has its next position in the order of turns, as far on as its weight is small. Turns count through a window
//! that is as long as all weights together, in sixteenths. The server with the smallest position is next if that has come;
//! if not, the heaviest of those that wait for their first turn in this window fills the gap. Who comes to a position behind
//! the window waits for the next one, and enters it by weight. A server that comes up is put somewhat ahead, lest it get
//! everything at once; a new weight takes hold in the middle of a window.
//!
//! `maxconn` is not read: no server is ever full here. A server that this request was at before loses its turn, as HAProxy's
//! does on a redispatch; where HAProxy avoids the last one of several, ours avoids all of them.

use super::{Ask, Balancer, Member, Peer, Pick, Reason};
use crate::sim::random::Stream;

/// HAProxy counts a weight in so many parts (`BE_WEIGHT_SCALE`): the steps of `slowstart`.
pub const PARTS: u32 = 16;
/// The heaviest server, in parts (`SRV_EWGHT_MAX`): HAProxy refuses a weight over 256.
const HEAVIEST: u32 = 256 * PARTS;
/// Places within a position, so that of two servers at one position the heavier comes first (`SRV_UWGHT_RANGE`).
const WITHIN: u32 = 256;
/// Where our counting ends, so that no sum overflows.
const MOST: u32 = 1 << 16;

/// HAProxy's trees, and what is in none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Queue {
    /// Down, or not there.
    #[default]
    None,
    /// No turn in this window so far; by weight.
    Waiting,
    /// By position.
    Current,
    /// Had its turns in this window; by weight.
    Next,
}

#[derive(Clone, Copy, Debug, Default)]
struct Server {
    /// In parts; 0 if it is not there.
    weight: u32,
    queue: Queue,
    /// Where in its queue it stands, and then who came first.
    order: (u64, u64),
    /// The position of its next turn and of its last.
    next: u32,
    last: u32,
    /// What was cut off when positions were made whole, in parts of its weight.
    rest: u32,
}

pub struct FairWeighted {
    servers: Vec<Server>,
    /// Parts in each unit of the weights that come.
    parts: u32,
    /// Where the turns are in this window, which goes from `window` to twice that.
    position: u32,
    /// The weight of this window and of the next, in parts: the next has whoever is up now.
    window: u32,
    next_window: u32,
    /// How many times a server was queued.
    queued: u64,
    begun: bool,
}

impl FairWeighted {
    pub fn new() -> Self {
        FairWeighted { servers: Vec::new(), parts: PARTS, position: 0, window: 0, next_window: 0, queued: 0, begun: false }
    }

    /// For weights that come in sixteenths already, as they do while servers warm up: HAProxy counts in the same ones.
    pub fn in_sixteenths() -> Self {
        FairWeighted { parts: 1, ..FairWeighted::new() }
    }

    /// `fwrr_queue_by_weight`: the heaviest first.
    fn queue_by_weight(&mut self, index: usize, queue: Queue) {
        self.queued += 1;
        let server = &mut self.servers[index];
        server.order = (u64::from(u32::MAX - server.weight), self.queued);
        server.queue = queue;
    }

    /// `fwrr_queue_srv`: into this window, or into the next if its position does not fit into this one.
    fn queue(&mut self, index: usize) {
        self.queued += 1;
        let server = &mut self.servers[index];
        if server.next >= 2 * self.window || server.next >= self.window + self.next_window {
            server.next = server.next.wrapping_sub(self.window);
            self.queue_by_weight(index, Queue::Next);
        } else {
            let within = (HEAVIEST + server.rest).saturating_sub(server.weight) / PARTS;
            server.order = (u64::from(WITHIN) * u64::from(server.next) + u64::from(within), self.queued);
            server.queue = Queue::Current;
        }
    }

    /// `fwrr_set_server_status_down`.
    fn down(&mut self, index: usize) {
        self.next_window -= self.servers[index].weight;
        self.servers[index].queue = Queue::None;
    }

    /// `fwrr_set_server_status_up`. The weight is not 0.
    fn up(&mut self, index: usize) {
        let server = &mut self.servers[index];
        self.next_window += server.weight;
        // Unsigned as there: past the end of both windows this is a long way on, and so the next window.
        let ahead = (self.next_window + self.window).wrapping_sub(self.position) / server.weight;
        server.next = self.position.wrapping_add(ahead);
        self.queue(index);
    }

    /// `fwrr_update_server_weight`. The weight is not 0.
    fn reweigh(&mut self, index: usize, weight: u32) {
        let server = &mut self.servers[index];
        let before = std::mem::replace(&mut server.weight, weight);
        if server.queue == Queue::None || before == weight {
            return;
        }
        self.next_window = self.next_window - before + weight;
        if server.queue == Queue::Waiting {
            self.queue_by_weight(index, Queue::Waiting);
            return;
        }
        if server.queue == Queue::Next {
            server.next = server.next.wrapping_add(self.window);
        }
        let step = self.next_window / weight;
        server.next = server.last.wrapping_add(step).min(server.next);
        server.rest = 0;
        if server.next < self.position + 2 {
            server.next = self.position + step;
        }
        self.queue(index);
    }

    /// Servers that went down or came up since the last pick, in their order.
    fn follow(&mut self, peers: &[Peer]) {
        for index in 0..self.servers.len() {
            let Server { weight, queue, .. } = self.servers[index];
            let usable = weight > 0 && peers.get(index).is_some_and(|peer| peer.usable);
            match (queue != Queue::None, usable) {
                (true, false) => self.down(index),
                (false, true) => self.up(index),
                _ => {}
            }
        }
    }

    fn first(&self, queue: Queue) -> Option<usize> {
        let queued = self.servers.iter().enumerate().filter(|(_, server)| server.queue == queue);
        queued.min_by_key(|(_, server)| server.order).map(|(index, _)| index)
    }

    /// `fwrr_get_server_from_group`: whose turn it is in this window.
    fn turn(&mut self) -> Option<usize> {
        let current = self.first(Queue::Current);
        if current.is_some_and(|index| self.servers[index].next <= self.position) {
            return current;
        }
        match self.first(Queue::Waiting) {
            Some(index) => {
                (self.servers[index].next, self.servers[index].rest) = (0, 0);
                Some(index)
            }
            None => current,
        }
    }

    /// `fwrr_switch_trees`: nobody is left in this window.
    fn begin_window(&mut self) {
        for server in &mut self.servers {
            server.queue = match server.queue {
                Queue::Waiting => Queue::Next,
                Queue::Next => Queue::Waiting,
                other => other,
            };
        }
        self.window = self.next_window;
        self.position = self.window;
    }

    /// `fwrr_update_position`, and out of its queue.
    fn take(&mut self, index: usize) {
        let server = &mut self.servers[index];
        if server.next == 0 {
            server.next = self.position;
        }
        server.last = server.next;
        server.next = server.next.wrapping_add(self.next_window / server.weight);
        server.rest += self.next_window % server.weight;
        if server.rest >= server.weight {
            server.rest -= server.weight;
            server.next = server.next.wrapping_add(1);
        }
        server.queue = Queue::None;
        self.position += 1;
    }

    /// Each open server's place in the order of turns, in turns of this window: the smallest is next, and of equal ones the
    /// one that was queued first. Those that wait stand behind whoever's position has come and before all others; those that
    /// had their turns stand behind the window.
    fn tell(&self, peers: &[Peer], scores: &mut Vec<f64>) {
        // By weight, between 0 and 1.
        let rank = |own: &Server| {
            let queued: Vec<&Server> = self.servers.iter().filter(|server| server.queue == own.queue).collect();
            let before = queued.iter().filter(|server| server.order < own.order).count();
            (before + 1) as f64 / (queued.len() + 1) as f64
        };
        let within = f64::from(WITHIN);
        let place = |server: &Server| match server.queue {
            Queue::None => f64::NAN,
            Queue::Current => server.order.0 as f64 / within,
            // Behind the last place of this position, before the first of the next.
            Queue::Waiting => f64::from(self.position) + (within - 1.0 + rank(server)) / within,
            Queue::Next => f64::from(self.window + self.window.max(self.next_window)) + rank(server),
        };
        let open = |(index, peer): (usize, &Peer)| self.servers.get(index).filter(|_| peer.open()).map_or(f64::NAN, place);
        scores.clear();
        scores.extend(peers.iter().enumerate().map(open));
    }
}

impl Default for FairWeighted {
    fn default() -> Self {
        Self::new()
    }
}

impl Balancer for FairWeighted {
    fn pick(&mut self, _ask: &Ask<'_>, peers: &[Peer], _draws: &mut Stream, mut scores: Option<&mut Vec<f64>>) -> Option<Pick> {
        self.follow(peers);
        let open = |index: usize| peers.get(index).is_some_and(Peer::open);
        if !self.servers.iter().enumerate().any(|(index, server)| server.queue != Queue::None && open(index)) {
            if let Some(scores) = scores {
                scores.clear();
                scores.resize(peers.len(), f64::NAN);
            }
            return None;
        }
        // Those whose turn is lost, for the request was there before.
        let mut passed = Vec::new();
        let mut switched = false;
        let chosen = loop {
            if self.window == 0 {
                self.window = self.next_window;
                self.position = self.window;
            }
            let Some(index) = self.turn() else {
                if switched {
                    break None;
                }
                switched = true;
                self.begin_window();
                continue;
            };
            if let Some(scores) = scores.as_deref_mut() {
                self.tell(peers, scores);
            }
            self.take(index);
            if open(index) {
                break Some(index);
            }
            passed.push(index);
        };
        if let Some(index) = chosen {
            self.queue(index);
        }
        for index in passed.into_iter().rev() {
            // In a new window their positions mean nothing.
            if switched {
                self.queue_by_weight(index, Queue::Waiting);
            } else {
                self.queue(index);
            }
        }
        chosen.map(|server| Pick { server, reason: Reason::Turn })
    }

    /// The first time as at the start of HAProxy, where `fwrr_init_server_groups` has everybody wait for a first turn. Later
    /// as its runtime API does: `set server … weight`, `del server`, and `add server` with `enable server`.
    fn rebuild(&mut self, members: &[Member]) {
        self.servers.resize(self.servers.len().max(members.len()), Server::default());
        for index in 0..self.servers.len() {
            let member = members.get(index).filter(|member| member.present);
            match member.map_or(0, |member| member.weight.saturating_mul(self.parts).min(MOST)) {
                0 => {
                    if self.servers[index].queue != Queue::None {
                        self.down(index);
                    }
                    self.servers[index] = Server::default();
                }
                weight if self.begun => self.reweigh(index, weight),
                weight => {
                    self.servers[index].weight = weight;
                    self.next_window += weight;
                    self.queue_by_weight(index, Queue::Waiting);
                }
            }
        }
        if !self.begun {
            self.begun = true;
            self.window = self.next_window;
            self.position = self.window;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hashing::trial::{ask, members, peers, sent};
    use super::*;

    fn balancer(weights: &[u32]) -> FairWeighted {
        let mut balancer = FairWeighted::new();
        balancer.rebuild(&members(weights));
        balancer
    }

    /// Who gets so many requests, with these `down`, as digits. Each time the best score has to be the winner's.
    fn turns(balancer: &mut FairWeighted, weights: &[u32], down: &[usize], count: usize) -> String {
        let peers = peers(&members(weights), down);
        let mut scores = Vec::new();
        let mut turn = || {
            let pick = balancer.pick(&ask([10, 0, 0, 1], b""), &peers, &mut Stream::new(1, 0), Some(&mut scores));
            let pick = pick.expect("somebody is open");
            assert_eq!(pick.reason, Reason::Turn);
            assert!(scores.iter().all(|score| score.is_nan() || *score >= scores[pick.server]), "{} of {scores:?}", pick.server);
            assert!(scores.iter().zip(&peers).all(|(score, peer)| score.is_nan() != peer.usable), "{scores:?}");
            pick.server.to_string()
        };
        (0..count).map(|_| turn()).collect()
    }

    /// What HAProxy 2.6.12 answered.
    #[test]
    fn as_haproxy_takes_turns() {
        assert_eq!(turns(&mut balancer(&[5, 1, 1]), &[5, 1, 1], &[], 28), "0001002000100200010020001002");
        assert_eq!(turns(&mut balancer(&[3, 3, 3]), &[3, 3, 3], &[], 9), "012012012");
        assert_eq!(turns(&mut balancer(&[7, 5, 1, 256]), &[7, 5, 1, 256], &[], 30), "333333333333333333330333333333");
    }

    /// What one HAProxy 2.6.12 answered, one after the other: `disable server be/s1`, `enable server be/s1`, `set server be/s4
    /// weight 6`, `set server be/s2 weight 1`, `add server be/s5 … weight 2` with `enable server be/s5`.
    #[test]
    fn as_haproxy_changes_in_mid_run() {
        let mut balancer = balancer(&[4, 3, 2, 1]);
        assert_eq!(turns(&mut balancer, &[4, 3, 2, 1], &[], 10), "0102103012");
        assert_eq!(turns(&mut balancer, &[4, 3, 2, 1], &[0], 12), "112123112123");
        assert_eq!(turns(&mut balancer, &[4, 3, 2, 1], &[], 30), "102103012010210301201021030120");
        let changes: [(&[u32], &str); 3] = [
            (&[4, 3, 2, 6], "130230133021303130230133"),
            (&[4, 1, 2, 6], "021303032303032130303230"),
            (&[4, 1, 2, 6, 2], "303241303032430303241303"),
        ];
        for (weights, expected) in changes {
            balancer.rebuild(&members(weights));
            assert_eq!(turns(&mut balancer, weights, &[], 24), expected);
        }
    }

    /// What HAProxy 2.6.12 answered with `option redispatch 1` while s2 refused: its turns are lost, not put off.
    #[test]
    fn a_retry_takes_the_next_turn() {
        let (mut balancer, members) = (balancer(&[4, 3, 2, 1]), members(&[4, 3, 2, 1]));
        let peers = peers(&members, &[]);
        let mut answered = || sent(&mut balancer, &peers, &[1], &ask([10, 0, 0, 1], b"")).last().map(|pick| pick.server.to_string());
        let answers: String = (0..24).filter_map(|_| answered()).collect();
        assert_eq!(answers, "002030200203020020302002");
    }

    #[test]
    fn nobody_is_open() {
        let mut none = FairWeighted::new();
        let mut scores = Vec::new();
        let all = peers(&members(&[4, 3]), &[]);
        assert_eq!(none.pick(&ask([10, 0, 0, 1], b""), &all, &mut Stream::new(1, 0), Some(&mut scores)), None);
        assert!(scores.len() == 2 && scores.iter().all(|score| score.is_nan()));

        let mut two = balancer(&[4, 3]);
        let down = peers(&members(&[4, 3]), &[0, 1]);
        let tried: Vec<Peer> = all.iter().map(|peer| Peer { tried: true, ..*peer }).collect();
        assert_eq!(two.pick(&ask([10, 0, 0, 1], b""), &down, &mut Stream::new(1, 0), None), None);
        assert_eq!(two.pick(&ask([10, 0, 0, 1], b""), &tried, &mut Stream::new(1, 0), None), None);
        // HAProxy 2.6.12, both disabled and enabled again.
        assert_eq!(turns(&mut two, &[4, 3], &[], 14), "01010010101001");
    }

    /// Weights in sixteenths are HAProxy's own, so nothing changes while all have the same ones.
    #[test]
    fn sixteenths_are_the_same_parts() {
        let mut balancer = FairWeighted::in_sixteenths();
        balancer.rebuild(&members(&[80, 16, 16]));
        assert_eq!(turns(&mut balancer, &[80, 16, 16], &[], 28), "0001002000100200010020001002");
    }

    /// What HAProxy 2.6.12 answered around `del server` and `add server`.
    #[test]
    fn who_leaves_and_returns_is_new() {
        let mut balancer = balancer(&[1, 1]);
        let mut one = members(&[1, 1]);
        one[1].present = false;
        balancer.rebuild(&one);
        assert_eq!(turns(&mut balancer, &[1, 1], &[1], 3), "000");
        balancer.rebuild(&members(&[1, 1]));
        assert_eq!(turns(&mut balancer, &[1, 1], &[], 20), "01010101010101010101");
    }
}
