//! Everything that happened in a run, as far as it was recorded.

use super::super::scenario::{LaneSpec, Scenario};
use crate::balancers::Pick;
use crate::sim::Nanos;
use crate::sim::histogram::Histogram;

/// A request as it comes; what is done about it is the lanes' own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    pub at: Nanos,
    /// Who asks, from 0.
    pub client: u32,
    /// The balancer that it comes to.
    pub balancer: u32,
    /// How long its first attempt takes at speed 1.
    pub work: Nanos,
    /// Sent by an intervention rather than by the traffic law.
    pub by_reader: bool,
}

#[derive(Clone, Debug)]
pub struct Trace {
    pub scenario: Scenario,
    /// In order of time; the same for all lanes.
    pub arrivals: Vec<Arrival>,
    pub lanes: Vec<Lane>,
    /// Whether arrivals were left out because there were too many.
    pub cut: bool,
}

/// What one policy made of the arrivals.
#[derive(Clone, Debug)]
pub struct Lane {
    pub spec: LaneSpec,
    /// In the order in which they were sent.
    pub attempts: Vec<Attempt>,
    /// The numbers that the policy compared, `servers` of them for each attempt that has some ([`Attempt::scores`]).
    pub scores: Vec<f64>,
    /// For each arrival that is recorded, in order.
    pub requests: Vec<Request>,
    pub servers: Vec<ServerTrace>,
    pub totals: Totals,
    /// From here on nothing was recorded any more, only counted.
    pub recorded_until: Option<Nanos>,
}

/// One try at one server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt {
    /// Index of its arrival.
    pub request: u32,
    /// 0 for the first.
    pub number: u8,
    /// A second attempt that was made because the first took long.
    pub hedge: bool,
    /// Where it went and why; `None` if no server was to be had.
    pub pick: Option<Pick>,
    /// Where its scores begin in [`Lane::scores`]; `u32::MAX` if there are none.
    pub scores: u32,
    /// When the balancer sent it.
    pub sent: Nanos,
    /// When work on it began and ended; [`NEVER`] if that did not happen in the run.
    pub started: Nanos,
    pub finished: Nanos,
    /// When the server was done with it in whatever way, or lost it; [`NEVER`] if that did not happen in the run. Where no
    /// server was to be had, when it was sent.
    pub left: Nanos,
    /// When the balancer knew how it ended; [`NEVER`] if it did not in the run.
    pub over: Nanos,
    pub end: End,
}

/// A moment that did not come.
pub const NEVER: Nanos = Nanos(u64::MAX);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Still under way when the run was over.
    Open,
    /// Answered in time.
    Answered,
    /// Answered with an error.
    Error,
    /// The queue was full: 503.
    Dropped,
    /// The connection was refused, or reset when the server died: 502.
    Reset,
    /// Given up after the time-out: 504. The server may be working on it still.
    TimedOut,
    /// Another attempt of the same request was answered first.
    Beaten,
    /// No server was to be had: 503.
    NoServer,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// [`NEVER`] while it is open.
    pub over: Nanos,
    pub end: End,
    pub attempts: u8,
}

/// A server in the course of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerTrace {
    /// What changed about it, in order of time, from its beginning.
    pub states: Vec<(Nanos, ServerState)>,
    pub attempts: u64,
    pub answered: u64,
    pub failed: u64,
    /// Time its workers spent on requests, summed over the workers.
    pub busy: Nanos,
    /// Time that went into attempts after their balancer had given them up.
    pub wasted: Nanos,
    /// From sending to answer.
    pub latency: Histogram,
    /// The most that ever waited.
    pub longest_queue: u32,
}

/// How a server is, at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerState {
    /// In the configuration.
    pub present: bool,
    /// It runs.
    pub alive: bool,
    pub draining: bool,
    /// So many balancers think that it is down (health), or have ejected it.
    pub marked_down: u32,
    pub ejected: u32,
    /// So many balancers send it nothing, for whatever reason.
    pub unusable: u32,
    /// Times as long as usual.
    pub slower: u32,
    pub errors: u32,
    pub weight: u32,
}

/// Counts of a whole lane, recorded or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    pub requests: u64,
    pub attempts: u64,
    pub retries: u64,
    pub hedges: u64,
    /// Retries that the budget did not allow.
    pub over_budget: u64,
    /// Requests that ended so, in the order of [`End`].
    pub ends: [u64; 8],
    /// Of requests that were answered: from arrival to answer.
    pub latency: Histogram,
}

impl Lane {
    /// How many attempts were sent at or before `at`.
    pub fn sent(&self, at: Nanos) -> usize {
        self.attempts.partition_point(|attempt| attempt.sent <= at)
    }

    /// The numbers that were compared for this attempt, one for each server.
    pub fn scores_of(&self, attempt: &Attempt) -> &[f64] {
        let from = attempt.scores as usize;
        from.checked_add(self.servers.len()).and_then(|to| self.scores.get(from..to)).unwrap_or_default()
    }
}

impl Attempt {
    pub fn server(&self) -> Option<usize> {
        self.pick.map(|pick| pick.server)
    }
}

impl ServerTrace {
    /// How it is at `at`.
    pub fn state(&self, at: Nanos) -> Option<ServerState> {
        let seen = self.states.partition_point(|(from, _)| *from <= at);
        Some(self.states.get(seen.checked_sub(1)?)?.1)
    }
}

impl Trace {
    /// How many arrivals lie at or before `at`.
    pub fn seen(&self, at: Nanos) -> usize {
        self.arrivals.partition_point(|arrival| arrival.at <= at)
    }

    pub fn watched(&self) -> &Lane {
        &self.lanes[(self.scenario.watched as usize).min(self.lanes.len() - 1)]
    }
}
