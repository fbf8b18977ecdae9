//! Fixed window, aligned to the clock: one counter per ⌊t / W⌋.
//!
//! Common practice rather than one product's rule; Python's `limits` describes it as `FixedWindowRateLimiter`.

use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct FixedWindow {
    settings: Settings,
    /// The start of the window that `count` belongs to.
    start: Nanos,
    count: u32,
}

impl FixedWindow {
    pub fn new(settings: Settings) -> Self {
        FixedWindow { settings, start: Nanos::ZERO, count: 0 }
    }

    fn start_of(&self, at: Nanos) -> Nanos {
        Nanos(at.0 - at.0 % self.settings.window.0)
    }

    fn count_at(&self, at: Nanos) -> u32 {
        if self.start_of(at) == self.start { self.count } else { 0 }
    }
}

impl Limiter for FixedWindow {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let Settings { limit, window, .. } = self.settings;
        let (start, count) = (self.start_of(at), self.count_at(at));
        let end = start + window;
        let verdict = if count.saturating_add(cost) <= limit {
            Verdict::Admitted
        } else {
            Verdict::Rejected { retry_after: (cost <= limit).then(|| end - at) }
        };
        Decision::new(verdict, Evidence::Window { start, end, count, limit })
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        (self.start, self.count) = (self.start_of(at), self.count_at(at).saturating_add(cost));
    }

    fn retune(&mut self, at: Nanos, settings: Settings) {
        let count = self.count_at(at);
        self.settings = settings;
        (self.start, self.count) = (self.start_of(at), count);
    }

    fn reading(&self, at: Nanos) -> f64 {
        f64::from(self.count_at(at))
    }

    fn line(&self) -> Line {
        Line { value: f64::from(self.settings.limit), unit: Unit::Counted }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        (self.count_at(at) > 0).then(|| self.start_of(at) + self.settings.window)
    }

    /// A stretch touches one window more than it is long: a full one at each end. `2 × limit` for one window's length.
    fn bound(&self, span: Nanos) -> Option<u64> {
        let windows = span.0.checked_sub(1).map_or(0, |rest| rest.div_ceil(self.settings.window.0) + 1);
        Some(u64::from(self.settings.limit) * windows)
    }

    fn quota(&self, at: Nanos) -> Quota {
        let remaining = u64::from(self.settings.limit.saturating_sub(self.count_at(at)));
        Quota { remaining, reset: self.bends_at(at).map_or(Nanos::ZERO, |end| end - at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_a_second() -> Settings {
        Settings { limit: 2, ..Settings::default() }
    }

    #[test]
    fn twice_the_limit_passes_one_boundary() {
        let mut limiter = FixedWindow::new(two_a_second());
        let admitted = [998, 999, 999, 1000, 1001, 1002].map(|ms| limiter.decide(Nanos::from_millis(ms), 1).admitted());
        assert_eq!(admitted, [true, true, false, true, true, false]);
        assert_eq!(limiter.bound(Nanos::SECOND), Some(4));
    }

    #[test]
    fn a_rejection_names_the_end_of_the_window() {
        let mut limiter = FixedWindow::new(two_a_second());
        limiter.decide(Nanos::from_millis(100), 2);
        let decision = limiter.decide(Nanos::from_millis(300), 1);
        assert_eq!(decision.verdict, Verdict::Rejected { retry_after: Some(Nanos::from_millis(700)) });
        assert_eq!(limiter.decide(Nanos::from_millis(300), 3).verdict, Verdict::Rejected { retry_after: None });
    }

    #[test]
    fn a_lower_limit_counts_what_was_already_admitted() {
        let mut limiter = FixedWindow::new(two_a_second());
        limiter.decide(Nanos::from_millis(1100), 1);
        limiter.retune(Nanos::from_millis(1200), Settings { limit: 1, ..two_a_second() });
        assert!(!limiter.decide(Nanos::from_millis(1300), 1).admitted());
    }
}
