//! Rate limiters, one algorithm a file, each deciding exactly as the source it names.

pub mod fixed_window;
pub mod gcra;
pub mod token_bucket;

use crate::sim::Nanos;

pub use fixed_window::FixedWindow;
pub use gcra::Gcra;
pub use token_bucket::TokenBucket;

/// What the reader sets: `limit` requests per `window`, and for the algorithms that save up, at most `burst` at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Requests allowed in a window; at least 1.
    pub limit: u32,
    /// More than zero.
    pub window: Nanos,
    /// Requests allowed at once; at least 1. Fixed windows have no such setting and do not read it.
    pub burst: u32,
}

/// What became of a request, and the numbers that decided it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    pub verdict: Verdict,
    pub evidence: Evidence,
}

impl Decision {
    pub fn admitted(&self) -> bool {
        self.verdict == Verdict::Admitted
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Admitted,
    /// `retry_after` is the shortest wait after which the same request would be admitted if nobody else came;
    /// `None` if it never would, because it costs more than the limiter can ever hold.
    Rejected {
        retry_after: Option<Nanos>,
    },
}

/// What the algorithm saw at the moment of its decision, before it changed anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evidence {
    /// `count` requests were already admitted in the window `[start, end)`.
    FixedWindow { start: Nanos, end: Nanos, count: u32, limit: u32 },
    /// `tokens` were in the bucket after the refill, and the request wants `cost`.
    TokenBucket { tokens: f64, cost: u32, burst: u32 },
    /// The theoretical arrival time, and the earliest moment at which the request conforms.
    Gcra { tat: Nanos, earliest: Nanos, tolerance: Nanos },
}

/// One limiter for one key.
pub trait Limiter {
    /// Decides on a request of `cost` arriving at `at`. Moments do not go backwards within a run.
    fn decide(&mut self, at: Nanos, cost: u32) -> Decision;

    /// Changes the settings in mid-run, as an operator would, keeping what is already counted.
    fn retune(&mut self, at: Nanos, settings: Settings);

    /// The state that decides, at `at` and without a request: admitted so far in this window, tokens left,
    /// or seconds that the theoretical arrival time lies ahead.
    fn reading(&self, at: Nanos) -> f64;

    /// The next moment after `at` at which the reading stops going straight, if no request comes.
    fn bends_at(&self, at: Nanos) -> Option<Nanos>;

    /// The most requests of cost 1 that can be admitted in any half-open stretch of `span`: exact, not an estimate.
    fn bound(&self, span: Nanos) -> u64;
}

/// `floor(burst + span × limit / window)`, in integers: the bound that token bucket and GCRA share.
fn saving_bound(settings: Settings, span: Nanos) -> u64 {
    let earned = u128::from(span.0) * u128::from(settings.limit) / u128::from(settings.window.0);
    u64::from(settings.burst) + earned as u64
}
