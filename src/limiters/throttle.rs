//! GCRA as redis-cell's `CL.THROTTLE key max_burst count period [quantity]` decides, and the five numbers it answers.
//!
//! Read from `src/cell/mod.rs`. It differs from [`super::Gcra`] in one detail that shows: the emission interval is
//! divided in float64 and the moment of a request is compared with a tolerance of `(max_burst + 1) × T` after the request
//! is added, which comes to the same decision. `burst` here is `max_burst + 1`, the number admitted at once.

use super::gcra::Gcra;
use super::{Decision, Limiter, Line, Quota, Settings, Verdict};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct Throttle(Gcra);

/// What the command answers: an array of five integers, times in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub limited: bool,
    /// `max_burst + 1`.
    pub limit: u32,
    pub remaining: u64,
    /// Seconds until the request would pass; −1 if it passed, or never will.
    pub retry_after: i64,
    /// Seconds until the limit is whole again.
    pub reset_after: i64,
}

impl Answer {
    /// For a request that was just decided, with what is left after it. Redis-cell rounds seconds up since 0.3.0; so does this.
    pub fn of(decision: &Decision, quota: Quota, limit: u32) -> Self {
        let seconds = |span: Nanos| i64::try_from(span.ceil_secs()).unwrap_or(i64::MAX);
        Answer {
            limited: !decision.admitted(),
            limit,
            remaining: quota.remaining,
            retry_after: match decision.verdict {
                Verdict::Rejected { retry_after: Some(wait) } => seconds(wait),
                _ => -1,
            },
            reset_after: seconds(quota.reset),
        }
    }
}

impl Throttle {
    pub fn new(settings: Settings) -> Self {
        Throttle(Gcra::new(settings))
    }
}

impl Limiter for Throttle {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        self.0.judge(at, cost)
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        self.0.admit(at, cost);
    }

    fn retune(&mut self, at: Nanos, settings: Settings) {
        self.0.retune(at, settings);
    }

    fn reading(&self, at: Nanos) -> f64 {
        self.0.reading(at)
    }

    fn line(&self) -> Line {
        self.0.line()
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        self.0.bends_at(at)
    }

    fn bound(&self, span: Nanos) -> Option<u64> {
        self.0.bound(span)
    }

    fn quota(&self, at: Nanos) -> Quota {
        self.0.quota(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of redis-cell's own test `it_rate_limits`: max_burst 4, one a second.
    /// (milliseconds, quantity, remaining, reset after in ms, retry after in ms, limited)
    #[test]
    fn answers_as_redis_cell() {
        let cases = [
            (0, 6, 5, 0, None, true),
            (0, 1, 4, 1_000, None, false),
            (0, 1, 3, 2_000, None, false),
            (0, 1, 2, 3_000, None, false),
            (0, 1, 1, 4_000, None, false),
            (0, 1, 0, 5_000, None, false),
            (0, 1, 0, 5_000, Some(1_000), true),
            (3_000, 1, 2, 3_000, None, false),
            (3_100, 1, 1, 3_900, None, false),
            (4_000, 1, 1, 4_000, None, false),
            (8_000, 1, 4, 1_000, None, false),
            (9_500, 1, 4, 1_000, None, false),
            (9_500, 2, 2, 3_000, None, false),
            (9_500, 5, 2, 3_000, Some(3_000), true),
        ];
        let mut limiter = Throttle::new(Settings { limit: 1, burst: 5, ..Settings::default() });
        for (index, (ms, quantity, remaining, reset, retry, limited)) in cases.into_iter().enumerate() {
            let at = Nanos::from_millis(ms);
            let decision = limiter.decide(at, quantity);
            let wait = match decision.verdict {
                Verdict::Rejected { retry_after } => retry_after.map(|wait| wait.0 / 1_000_000),
                _ => None,
            };
            let answer = Answer::of(&decision, limiter.quota(at), 5);
            let reset_now = limiter.quota(at).reset.0 / 1_000_000;
            assert_eq!((answer.remaining, reset_now, wait, answer.limited), (remaining, reset, retry, limited), "case {index}");
            assert_eq!(answer.retry_after, retry.map_or(-1, |ms| ms as i64 / 1_000), "case {index}");
        }
    }
}
