//! Token bucket that makes requests wait, as Go's `golang.org/x/time/rate` decides in `reserveN`: tokens may go below
//! none, and the wait is the debt divided by the rate. A request is refused if it would have to wait longer than the
//! `patience` (`maxFutureReserve`), or if it costs more than the burst.

use super::token_bucket::Bucket;
use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict, saving_bound};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct TokenWait(Bucket);

impl TokenWait {
    pub fn new(settings: Settings) -> Self {
        TokenWait(Bucket::new(settings))
    }
}

impl Limiter for TokenWait {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let Settings { burst, patience, .. } = self.0.settings;
        let tokens = self.0.tokens_at(at);
        let wait = self.0.wait_for(f64::from(cost) - tokens);
        let verdict = if cost > burst {
            Verdict::Rejected { retry_after: None }
        } else if wait > patience {
            Verdict::Rejected { retry_after: Some(wait - patience) }
        } else if wait > Nanos::ZERO {
            Verdict::Delayed { wait }
        } else {
            Verdict::Admitted
        };
        Decision::new(verdict, Evidence::Tokens { tokens, cost, burst })
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        self.0.take(at, cost);
    }

    fn retune(&mut self, at: Nanos, settings: Settings) {
        self.0.retune(at, settings);
    }

    /// Seconds that the next request would wait.
    fn reading(&self, at: Nanos) -> f64 {
        self.0.wait_for(1.0 - self.0.tokens_at(at)).as_secs_f64()
    }

    fn line(&self) -> Line {
        Line { value: self.0.settings.patience.as_secs_f64(), unit: Unit::Waiting }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        let missing = 1.0 - self.0.tokens_at(at);
        (missing > 0.0).then(|| at + self.0.wait_for(missing) + Nanos(1))
    }

    /// Counted when they go on, not when they come: the bucket's own bound, for waiting smooths what is let through.
    fn bound(&self, span: Nanos) -> Option<u64> {
        Some(saving_bound(self.0.settings, span))
    }

    fn quota(&self, at: Nanos) -> Quota {
        self.0.quota(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits of golang/time's `TestSimpleReserve`, `TestMix` and `TestReserveMax`: 10 a second, burst 2.
    #[test]
    fn reserves_as_go() {
        let settings = |patience| Settings { limit: 10, burst: 2, patience: Nanos::from_millis(patience), ..Settings::default() };
        let wait = |limiter: &mut TokenWait, tenths: u64, cost| match limiter.decide(Nanos::from_millis(5_000 + tenths * 100), cost).verdict
        {
            Verdict::Admitted => Some(0),
            // Go's tests compare to the millisecond: the wait is a float's.
            Verdict::Delayed { wait } => Some((wait.0 + 500_000) / 1_000_000),
            Verdict::Rejected { .. } => None,
        };
        let mut simple = TokenWait::new(settings(60_000));
        assert_eq!([(0, 2), (0, 2), (3, 2)].map(|(at, cost)| wait(&mut simple, at, cost)), [Some(0), Some(200), Some(100)]);
        let mut most = TokenWait::new(settings(100));
        assert_eq!([(0, 2), (0, 1), (0, 1)].map(|(at, cost)| wait(&mut most, at, cost)), [Some(0), Some(100), None]);
        let mut mixed = TokenWait::new(settings(60_000));
        assert_eq!(wait(&mut mixed, 0, 3), None, "more than the burst");
        assert_eq!([(0, 2), (1, 2), (3, 1)].map(|(at, cost)| wait(&mut mixed, at, cost)), [Some(0), Some(100), Some(0)]);
    }
}
