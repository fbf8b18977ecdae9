//! Rate limiters, one algorithm a file, each deciding exactly as the source it names.
//!
//! A limiter judges without changing anything and is told afterwards what came of the request: so two limits can be
//! asked before either pays, and a decision can be explained again later.

pub mod algorithm;
pub mod backlog;
pub mod concurrency;
pub mod first_hit;
pub mod fixed_window;
pub mod gcra;
pub mod limit_req;
pub mod pair;
pub mod sliding_counter;
pub mod sliding_log;
pub mod throttle;
pub mod token_bucket;

use serde::{Deserialize, Serialize};

use crate::sim::Nanos;

pub use algorithm::Algorithm;
pub use backlog::TokenWait;
pub use concurrency::{Concurrency, LimitLaw};
pub use first_hit::FirstHit;
pub use fixed_window::FixedWindow;
pub use gcra::Gcra;
pub use limit_req::LimitReq;
pub use pair::Pair;
pub use sliding_counter::SlidingCounter;
pub use sliding_log::SlidingLog;
pub use throttle::Throttle;
pub use token_bucket::TokenBucket;

/// What the reader sets. Each algorithm reads what it knows and leaves the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Requests allowed in a window; at least 1. For a concurrency limit: requests in flight, at first.
    pub limit: u32,
    /// More than zero.
    pub window: Nanos,
    /// Requests allowed at once; at least 1. Windows and logs have no such setting and do not read it.
    pub burst: u32,
    /// Which part of nginx's burst waits; others do not read it.
    pub delay: Delay,
    /// The longest that a request may be made to wait, or be worked on: Go's `Reserve`, and the time after which an
    /// adaptive concurrency limit counts an answer as lost.
    pub patience: Nanos,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { limit: 8, window: Nanos::SECOND, burst: 8, delay: Delay::All, patience: Nanos(5 * Nanos::SECOND.0) }
    }
}

/// The third parameter of nginx's `limit_req`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delay {
    /// Every request above the rate waits for its turn.
    All,
    /// `delay=n`: the first `n` above the rate do not wait.
    After(u32),
    /// `nodelay`: none waits.
    Nothing,
}

/// What became of a request, and the numbers that decided it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    pub verdict: Verdict,
    pub evidence: Evidence,
    /// Which of two limits spoke: the first, unless the second alone refused or made it wait longer.
    pub by: Which,
}

impl Decision {
    pub fn new(verdict: Verdict, evidence: Evidence) -> Self {
        Decision { verdict, evidence, by: Which::First }
    }

    /// Whether the request goes through, now or after its wait.
    pub fn admitted(&self) -> bool {
        !matches!(self.verdict, Verdict::Rejected { .. })
    }

    /// How long it is held back before it goes through.
    pub fn wait(&self) -> Nanos {
        match self.verdict {
            Verdict::Delayed { wait } => wait,
            _ => Nanos::ZERO,
        }
    }
}

/// One of two limits that hold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    First,
    Second,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Admitted,
    /// Admitted, but held back for so long first; more than zero.
    Delayed {
        wait: Nanos,
    },
    /// `retry_after` is the shortest wait after which the same request would be admitted if nobody else came;
    /// `None` if it never would, or nobody can tell.
    Rejected {
        retry_after: Option<Nanos>,
    },
}

/// What the algorithm saw at the moment of its decision, before it changed anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evidence {
    /// `count` requests were already counted in the window `[start, end)`.
    Window { start: Nanos, end: Nanos, count: u32, limit: u32 },
    /// The entry that would have to be older than `now − window`; `None` if the log is shorter than that.
    Log { blocking: Option<Nanos>, count: u32, limit: u32 },
    /// `⌊previous × share + current⌋` was compared; `share` of the window before still counts.
    Weighted { previous: u32, share: f64, current: u32, limit: u32 },
    /// `tokens` were in the bucket after the refill (fewer than none: owed), and the request wants `cost`.
    Tokens { tokens: f64, cost: u32, burst: u32 },
    /// Excess in thousandths of a request, as nginx counts it, with this request; what it may be, and what goes undelayed.
    Excess { excess: u64, burst: u64, undelayed: u64 },
    /// The theoretical arrival time, and the earliest moment at which the request conforms.
    Gcra { tat: Nanos, earliest: Nanos, tolerance: Nanos },
    /// Requests being worked on, and how many may be.
    InFlight { in_flight: u32, limit: u32 },
}

/// A request that was admitted and is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// When it was admitted.
    pub began: Nanos,
    /// Requests in flight at that moment, itself included.
    pub in_flight: u32,
}

/// One limiter for one key.
pub trait Limiter {
    /// What it makes of a request of `cost` arriving at `at`, without changing anything. Moments do not go backwards
    /// within a run, unless the source says what happens then.
    fn judge(&self, at: Nanos, cost: u32) -> Decision;

    /// Takes note of a request that goes through.
    fn admit(&mut self, at: Nanos, cost: u32);

    /// Takes note of a request that was refused: most limiters forget it.
    fn refuse(&mut self, _at: Nanos, _cost: u32) {}

    /// Judges, and takes note of what came of it.
    fn decide(&mut self, at: Nanos, cost: u32) -> Decision {
        let decision = self.judge(at, cost);
        if decision.admitted() {
            self.admit(at, cost)
        } else {
            self.refuse(at, cost)
        }
        decision
    }

    /// A request that it admitted is done. Only concurrency limits care.
    fn finish(&mut self, _at: Nanos, _finished: Finished) {}

    /// Changes the settings in mid-run, as an operator would, keeping what is already counted.
    fn retune(&mut self, at: Nanos, settings: Settings);

    /// The state that decides, at `at` and without a request, in the unit of [`Limiter::line`].
    fn reading(&self, at: Nanos) -> f64;

    /// The value at which the next request of cost 1 is refused, and what to call it.
    fn line(&self) -> Line;

    /// The next moment after `at` at which the reading stops going straight, if no request comes.
    fn bends_at(&self, at: Nanos) -> Option<Nanos>;

    /// The most requests of cost 1 that can be admitted in any half-open stretch of `span`: exact, not an estimate.
    /// `None` where no count follows from the settings alone.
    fn bound(&self, span: Nanos) -> Option<u64>;

    /// How many requests of cost 1 would be admitted now, and after how long that number is whole again.
    fn quota(&self, at: Nanos) -> Quota;
}

/// Where a limiter says no, drawn as a line over its state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub value: f64,
    pub unit: Unit,
}

/// What a reading counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Requests counted, against a limit.
    Counted,
    /// Tokens left; refused below the line.
    Tokens,
    /// Requests above the rate, against nginx's burst.
    Excess,
    /// Seconds ahead of the theoretical arrival time, against the tolerance τ.
    Ahead,
    /// Seconds that a new request would wait, against the patience.
    Waiting,
    /// Requests in flight.
    InFlight,
}

/// What `RateLimit` fields tell a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub remaining: u64,
    pub reset: Nanos,
}

/// `floor(burst + span × limit / window)`, in integers: the bound that buckets share.
fn saving_bound(settings: Settings, span: Nanos) -> u64 {
    let earned = u128::from(span.0) * u128::from(settings.limit) / u128::from(settings.window.0);
    u64::from(settings.burst) + earned as u64
}
