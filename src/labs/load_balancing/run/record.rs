//! What is kept of a run: the first attempts one by one, everything in counts.

use super::server::Server;
use super::trace::{Attempt, End, Lane, NEVER, Request, ServerState, ServerTrace, Totals};
use crate::balancers::Pick;
use crate::balancers::policy::Score;
use crate::labs::load_balancing::scenario::LaneSpec;
use crate::sim::Nanos;
use crate::sim::histogram::Histogram;

/// No place in the record.
const NONE: u32 = u32::MAX;

pub struct Recorder {
    spec: LaneSpec,
    /// Attempts that may be kept.
    most: usize,
    attempts: Vec<Attempt>,
    scores: Vec<f64>,
    requests: Vec<Request>,
    servers: Vec<ServerTrace>,
    pub totals: Totals,
    recorded_until: Option<Nanos>,
    scored: bool,
    /// Servers that were in the configuration at some time.
    known: Vec<bool>,
}

/// States of a server that are kept: one that flaps for an hour would fill the memory.
const MOST_STATES: usize = 4_096;

impl Recorder {
    pub fn new(spec: LaneSpec, servers: usize, arrivals: usize, most: usize) -> Self {
        let server = ServerTrace {
            states: Vec::new(),
            attempts: 0,
            answered: 0,
            failed: 0,
            busy: Nanos::ZERO,
            wasted: Nanos::ZERO,
            latency: Histogram::default(),
            longest_queue: 0,
        };
        Recorder {
            spec,
            most,
            attempts: Vec::with_capacity(arrivals.min(most)),
            scores: Vec::new(),
            requests: Vec::with_capacity(arrivals.min(most)),
            servers: vec![server; servers],
            totals: Totals::default(),
            recorded_until: None,
            scored: spec.kind.score() != Score::None,
            known: vec![false; servers],
        }
    }

    /// Whether the next attempt's scores will be kept.
    pub fn wants_scores(&self) -> bool {
        self.scored && self.attempts.len() < self.most
    }

    pub fn arrive(&mut self) {
        self.totals.requests += 1;
        if self.requests.len() < self.most {
            self.requests.push(Request { over: NEVER, end: End::Open, attempts: 0 });
        }
    }

    pub fn attempt(&mut self, at: Nanos, request: u32, number: u8, hedge: bool, pick: Option<Pick>, scores: &[f64]) -> u32 {
        self.totals.attempts += 1;
        if let Some(pick) = pick {
            self.servers[pick.server].attempts += 1;
        }
        if self.attempts.len() >= self.most {
            self.recorded_until.get_or_insert(at);
            return NONE;
        }
        let kept = if self.scored && pick.is_some() { self.scores.len() as u32 } else { NONE };
        if kept != NONE {
            self.scores.extend_from_slice(scores);
        }
        let record = self.attempts.len() as u32;
        let (started, finished, over, end) = (NEVER, NEVER, NEVER, End::Open);
        let left = if pick.is_some() { NEVER } else { at };
        self.attempts.push(Attempt { request, number, hedge, pick, scores: kept, sent: at, started, finished, left, over, end });
        record
    }

    fn kept(&mut self, record: u32) -> Option<&mut Attempt> {
        self.attempts.get_mut(record as usize)
    }

    pub fn started(&mut self, record: u32, at: Nanos) {
        if let Some(attempt) = self.kept(record) {
            attempt.started = at;
        }
    }

    pub fn finished(&mut self, record: u32, at: Nanos) {
        if let Some(attempt) = self.kept(record) {
            attempt.finished = at;
        }
    }

    /// The server is done with it, or lost it.
    pub fn left(&mut self, record: u32, at: Nanos) {
        if let Some(attempt) = self.kept(record) {
            attempt.left = at;
        }
    }

    pub fn over(&mut self, record: u32, at: Nanos, end: End) {
        if let Some(attempt) = self.kept(record) {
            (attempt.over, attempt.end) = (at, end);
        }
    }

    /// An attempt at `server` ended so for the balancer, after `took`.
    pub fn of_server(&mut self, server: usize, took: Nanos, end: End) {
        let server = &mut self.servers[server];
        match end {
            End::Answered => {
                server.answered += 1;
                server.latency.record(took);
            }
            _ => server.failed += 1,
        }
    }

    pub fn request_over(&mut self, request: u32, at: Nanos, took: Nanos, end: End, attempts: u8) {
        self.totals.ends[end as usize] += 1;
        if end == End::Answered {
            self.totals.latency.record(took);
        }
        if let Some(kept) = self.requests.get_mut(request as usize) {
            *kept = Request { over: at, end, attempts };
        }
    }

    pub fn state(&mut self, server: usize, at: Nanos, state: ServerState) {
        self.known[server] |= state.present;
        let states = &mut self.servers[server].states;
        if states.len() >= MOST_STATES {
            self.recorded_until.get_or_insert(at);
            return;
        }
        match states.last_mut() {
            Some((_, last)) if *last == state => {}
            Some((from, last)) if *from == at => *last = state,
            _ => states.push((at, state)),
        }
    }

    /// Whether a server was never in the configuration so far.
    pub fn is_new(&self, server: usize) -> bool {
        !self.known[server]
    }

    pub fn finish(mut self, servers: &[Server]) -> Lane {
        for (kept, server) in self.servers.iter_mut().zip(servers) {
            (kept.busy, kept.wasted, kept.longest_queue) = (server.busy, server.wasted, server.longest_queue);
        }
        self.totals.ends[End::Open as usize] = self.totals.requests - self.totals.ends.iter().sum::<u64>();
        Lane {
            spec: self.spec,
            attempts: self.attempts,
            scores: self.scores,
            requests: self.requests,
            servers: self.servers,
            totals: self.totals,
            recorded_until: self.recorded_until,
        }
    }
}
