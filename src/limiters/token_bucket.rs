//! Token bucket, as Go's `golang.org/x/time/rate` decides in `AllowN`: starts full, refills lazily, all in `float64`.
//!
//! Read from `rate.go`: `advance`, `reserveN`, `tokensFromDuration`, `durationFromTokens`. Two details matter for equality.
//! A missing fraction of a token whose wait is below one nanosecond is forgiven, because the wait is cut to whole
//! nanoseconds; and a moment before the last one counts as no time having passed, but is where counting goes on.

use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict, saving_bound};
use crate::sim::Nanos;

/// Tokens and the moment they were counted: what refusing and waiting share.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) settings: Settings,
    tokens: f64,
    last: Nanos,
}

impl Bucket {
    pub(super) fn new(settings: Settings) -> Self {
        Bucket { settings, tokens: f64::from(settings.burst), last: Nanos::ZERO }
    }

    /// Tokens a second.
    fn rate(&self) -> f64 {
        f64::from(self.settings.limit) / self.settings.window.as_secs_f64()
    }

    /// `advance`: the tokens at `at`, without keeping them.
    pub(super) fn tokens_at(&self, at: Nanos) -> f64 {
        let elapsed = at.saturating_sub(self.last).0;
        // Go's Duration.Seconds(): whole seconds and nanoseconds are divided apart to lose less.
        let seconds = (elapsed / 1_000_000_000) as f64 + (elapsed % 1_000_000_000) as f64 / 1e9;
        (self.tokens + seconds * self.rate()).min(f64::from(self.settings.burst))
    }

    /// `durationFromTokens`: cut, not rounded, to whole nanoseconds; none for what is there already.
    pub(super) fn wait_for(&self, missing: f64) -> Nanos {
        if missing > 0.0 { Nanos((missing / self.rate() * 1e9) as u64) } else { Nanos::ZERO }
    }

    pub(super) fn take(&mut self, at: Nanos, cost: u32) {
        (self.tokens, self.last) = (self.tokens_at(at) - f64::from(cost), at);
    }

    /// `SetLimitAt` and `SetBurstAt`: the tokens earned so far are kept; a smaller bucket spills at the next look.
    pub(super) fn retune(&mut self, at: Nanos, settings: Settings) {
        (self.tokens, self.last) = (self.tokens_at(at), at);
        self.settings = settings;
    }

    pub(super) fn quota(&self, at: Nanos) -> Quota {
        let tokens = self.tokens_at(at);
        Quota { remaining: tokens.max(0.0) as u64, reset: self.wait_for(f64::from(self.settings.burst) - tokens) }
    }
}

#[derive(Clone, Debug)]
pub struct TokenBucket(Bucket);

impl TokenBucket {
    pub fn new(settings: Settings) -> Self {
        TokenBucket(Bucket::new(settings))
    }
}

impl Limiter for TokenBucket {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let tokens = self.0.tokens_at(at);
        let burst = self.0.settings.burst;
        let wait = self.0.wait_for(f64::from(cost) - tokens);
        let verdict = if cost > burst {
            Verdict::Rejected { retry_after: None }
        } else if wait > Nanos::ZERO {
            Verdict::Rejected { retry_after: Some(wait) }
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

    fn reading(&self, at: Nanos) -> f64 {
        self.0.tokens_at(at).max(0.0)
    }

    fn line(&self) -> Line {
        Line { value: 1.0, unit: Unit::Tokens }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        let missing = f64::from(self.0.settings.burst) - self.0.tokens_at(at);
        (missing > 0.0).then(|| at + self.0.wait_for(missing) + Nanos(1))
    }

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

    /// Steps of a tenth of a second, as in `rate_test.go`.
    fn run(burst: u32, steps: &[(u64, u32, bool)]) {
        let mut limiter = TokenBucket::new(Settings { limit: 10, burst, ..Settings::default() });
        for (index, &(tenths, cost, admitted)) in steps.iter().enumerate() {
            let at = Nanos::from_millis(5_000 + tenths * 100);
            assert_eq!(limiter.decide(at, cost).admitted(), admitted, "step {index}");
        }
    }

    /// The answers of `TestLimiterBurst1` in golang/time, rate/rate_test.go.
    #[test]
    fn decides_as_go_with_burst_1() {
        let steps = [
            (0, 1, true),
            (0, 1, false),
            (0, 1, false),
            (1, 1, true),
            (1, 1, false),
            (1, 1, false),
            (2, 2, false),
            (2, 1, true),
            (2, 1, false),
        ];
        run(1, &steps);
    }

    /// The answers of `TestLimiterBurst3`.
    #[test]
    fn decides_as_go_with_burst_3() {
        let steps = [
            (0, 2, true),
            (0, 2, false),
            (0, 1, true),
            (0, 1, false),
            (1, 4, false),
            (2, 1, true),
            (3, 1, true),
            (4, 1, true),
            (4, 1, true),
            (4, 1, false),
            (4, 1, false),
            (9, 3, true),
            (9, 0, true),
        ];
        run(3, &steps);
    }

    /// The answers of `TestLimiterJumpBackwards`.
    #[test]
    fn time_going_backwards_counts_as_no_time() {
        let steps = [
            (1, 1, true),
            (0, 1, true),
            (0, 1, true),
            (0, 1, false),
            (0, 1, false),
            (1, 1, true),
            (1, 1, false),
            (1, 1, false),
            (2, 1, true),
            (2, 1, false),
            (2, 1, false),
        ];
        run(3, &steps);
    }

    #[test]
    fn a_rejection_names_the_wait() {
        let mut limiter = TokenBucket::new(Settings { limit: 8, burst: 1, ..Settings::default() });
        limiter.decide(Nanos::ZERO, 1);
        let decision = limiter.decide(Nanos::from_millis(25), 1);
        assert_eq!(decision.verdict, Verdict::Rejected { retry_after: Some(Nanos::from_millis(100)) });
    }
}
