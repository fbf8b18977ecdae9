//! Sliding-window log, as `MovingWindowRateLimiter` of Python's `limits` 5.8 decides (`MemoryStorage.acquire_entry`):
//! one entry for each unit of cost; refuse if the entry `limit − cost` places back is at or after `now − window`.
//!
//! So an entry exactly one window old still counts. Nothing is approximate here: this is what the others are measured by.

use std::collections::VecDeque;

use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct SlidingLog {
    settings: Settings,
    /// Ascending; at most `limit` of them are ever asked for.
    entries: VecDeque<Nanos>,
}

impl SlidingLog {
    pub fn new(settings: Settings) -> Self {
        SlidingLog { settings, entries: VecDeque::new() }
    }

    /// Whether an entry still counts at `at`. Written without a subtraction: a run's first window reaches before zero.
    fn counts(&self, entry: Nanos, at: Nanos) -> bool {
        entry + self.settings.window >= at
    }

    fn counted(&self, at: Nanos) -> usize {
        self.entries.len() - self.entries.partition_point(|entry| !self.counts(*entry, at))
    }
}

impl Limiter for SlidingLog {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let Settings { limit, window, .. } = self.settings;
        let evidence = |blocking| Evidence::Log { blocking, count: self.counted(at) as u32, limit };
        if cost > limit {
            return Decision::new(Verdict::Rejected { retry_after: None }, evidence(None));
        }
        // The entry `limit − cost` places back from the newest.
        let entry = self.entries.len().checked_sub((limit - cost) as usize + 1).map(|index| self.entries[index]);
        match entry.filter(|_| cost > 0) {
            // It must be older than one window, not just as old.
            Some(entry) if self.counts(entry, at) => {
                let wait = entry + window + Nanos(1) - at;
                Decision::new(Verdict::Rejected { retry_after: Some(wait) }, evidence(Some(entry)))
            }
            _ => Decision::new(Verdict::Admitted, evidence(None)),
        }
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        self.entries.extend(std::iter::repeat_n(at, cost as usize));
        let most = self.settings.limit as usize;
        self.entries.drain(..self.entries.len().saturating_sub(most));
    }

    fn retune(&mut self, _at: Nanos, settings: Settings) {
        self.settings = settings;
    }

    fn reading(&self, at: Nanos) -> f64 {
        self.counted(at) as f64
    }

    fn line(&self) -> Line {
        Line { value: f64::from(self.settings.limit), unit: Unit::Counted }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        let oldest = self.entries.len() - self.counted(at);
        self.entries.get(oldest).map(|entry| *entry + self.settings.window + Nanos(1))
    }

    /// `limit` in any window, by construction; a longer stretch holds as many windows as it touches.
    fn bound(&self, span: Nanos) -> Option<u64> {
        Some(u64::from(self.settings.limit) * span.0.div_ceil(self.settings.window.0 + 1))
    }

    fn quota(&self, at: Nanos) -> Quota {
        let remaining = u64::from(self.settings.limit).saturating_sub(self.counted(at) as u64);
        let newest = self.entries.back().filter(|entry| self.counts(**entry, at));
        Quota { remaining, reset: newest.map_or(Nanos::ZERO, |entry| *entry + self.settings.window + Nanos(1) - at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_exactly_one_window_old_still_counts() {
        let mut limiter = SlidingLog::new(Settings { limit: 2, ..Settings::default() });
        let mut at = |nanos| limiter.decide(Nanos(nanos), 1).admitted();
        assert_eq!([at(0), at(500_000_000), at(1_000_000_000), at(1_000_000_001)], [true, true, false, true]);
    }

    #[test]
    fn the_wait_is_to_the_nanosecond_and_a_cost_above_the_limit_is_hopeless() {
        let mut limiter = SlidingLog::new(Settings { limit: 2, ..Settings::default() });
        limiter.decide(Nanos::from_millis(100), 2);
        let wait = Nanos(1_000_000_000 - 200_000_000 + 1);
        assert_eq!(limiter.decide(Nanos::from_millis(300), 1).verdict, Verdict::Rejected { retry_after: Some(wait) });
        assert_eq!(limiter.decide(Nanos::from_millis(300), 3).verdict, Verdict::Rejected { retry_after: None });
    }
}
