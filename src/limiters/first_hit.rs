//! Fixed window that starts with the first hit, as `FixedWindowRateLimiter` of Python's `limits` 5.8 decides with its
//! memory store (`MemoryStorage.incr`): the counter expires `window` after the hit that made it.
//!
//! A hit counts even when it is refused: the store is incremented first and compared afterwards. With requests of cost 1
//! that changes nothing but the count; with costs above 1 a large refused request shuts the window for small ones.

use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct FirstHit {
    settings: Settings,
    /// The first hit of the window and all that was counted in it; `None` before the first.
    window: Option<(Nanos, u64)>,
}

impl FirstHit {
    pub fn new(settings: Settings) -> Self {
        FirstHit { settings, window: None }
    }

    /// The window that holds at `at`, if one does.
    fn open(&self, at: Nanos) -> Option<(Nanos, u64)> {
        self.window.filter(|(start, _)| at < *start + self.settings.window)
    }

    fn count(&mut self, at: Nanos, cost: u32) {
        let (start, count) = self.open(at).unwrap_or((at, 0));
        self.window = Some((start, count.saturating_add(u64::from(cost))));
    }

    fn count_at(&self, at: Nanos) -> u64 {
        self.open(at).map_or(0, |(_, count)| count)
    }
}

impl Limiter for FirstHit {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let Settings { limit, window, .. } = self.settings;
        let (start, count) = self.open(at).unwrap_or((at, 0));
        let end = start + window;
        let verdict = if count + u64::from(cost) <= u64::from(limit) {
            Verdict::Admitted
        } else {
            Verdict::Rejected { retry_after: (cost <= limit).then(|| end - at) }
        };
        Decision::new(verdict, Evidence::Window { start, end, count: u32::try_from(count).unwrap_or(u32::MAX), limit })
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        self.count(at, cost);
    }

    fn refuse(&mut self, at: Nanos, cost: u32) {
        self.count(at, cost);
    }

    fn retune(&mut self, _at: Nanos, settings: Settings) {
        self.settings = settings;
    }

    fn reading(&self, at: Nanos) -> f64 {
        self.count_at(at).min(u64::from(self.settings.limit)) as f64
    }

    fn line(&self) -> Line {
        Line { value: f64::from(self.settings.limit), unit: Unit::Counted }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        self.open(at).map(|(start, _)| start + self.settings.window)
    }

    /// Full windows that open within the stretch; or one that opened before it, all but its first hit, and full ones after.
    fn bound(&self, span: Nanos) -> Option<u64> {
        let (limit, window) = (u64::from(self.settings.limit), self.settings.window.0);
        let with_a_rest = span.0.checked_sub(1).map_or(0, |rest| limit - 1 + limit * rest.div_ceil(window));
        Some(with_a_rest.max(limit * span.0.div_ceil(window)))
    }

    fn quota(&self, at: Nanos) -> Quota {
        let remaining = u64::from(self.settings.limit).saturating_sub(self.count_at(at));
        Quota { remaining, reset: self.bends_at(at).map_or(Nanos::ZERO, |end| end - at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_a_second() -> FirstHit {
        FirstHit::new(Settings { limit: 2, ..Settings::default() })
    }

    #[test]
    fn the_window_lasts_from_the_first_hit() {
        let mut limiter = two_a_second();
        let admitted = [700, 900, 1_650, 1_700, 1_800, 2_699, 2_700].map(|ms| limiter.decide(Nanos::from_millis(ms), 1).admitted());
        assert_eq!(admitted, [true, true, false, true, true, false, true]);
    }

    #[test]
    fn a_refused_hit_counts_too() {
        let mut limiter = two_a_second();
        let admitted = [1, 2, 1].map(|cost| limiter.decide(Nanos::ZERO, cost).admitted());
        assert_eq!(admitted, [true, false, false], "1, then 3 counted, then 4");
    }
}
