//! Sliding-window counter, as `SlidingWindowCounterRateLimiter` of Python's `limits` 5.8 decides
//! (`MemoryStorage.acquire_sliding_window_entry`); the idea is Cloudflare's: two counters instead of a log.
//!
//! Windows are aligned to the clock. What was admitted in the window before counts with the share of it that a window
//! ending now would still hold. All in float64 seconds and in the source's order of operations, rounding and all.

use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct SlidingCounter {
    settings: Settings,
    /// Number of the window that `current` belongs to: ⌊seconds / window⌋.
    number: u64,
    current: u32,
    previous: u32,
}

impl SlidingCounter {
    pub fn new(settings: Settings) -> Self {
        SlidingCounter { settings, number: 0, current: 0, previous: 0 }
    }

    fn expiry(&self) -> f64 {
        self.settings.window.as_secs_f64()
    }

    fn number_at(&self, at: Nanos) -> u64 {
        (at.as_secs_f64() / self.expiry()) as u64
    }

    /// (previous, current) as they count at `at`.
    fn counts(&self, at: Nanos) -> (u32, u32) {
        match self.number_at(at).checked_sub(self.number) {
            Some(0) => (self.previous, self.current),
            Some(1) => (self.current, 0),
            _ => (0, 0),
        }
    }

    /// The share of the window before that still counts: `previous_ttl / expiry`, computed as the source does.
    fn share(&self, at: Nanos) -> f64 {
        let (now, expiry) = (at.as_secs_f64(), self.expiry());
        (1.0 - (((now - expiry) / expiry) % 1.0)) * expiry / expiry
    }

    /// What of the window before still counts, and what of this one.
    fn parts(&self, at: Nanos) -> (f64, u32) {
        let (previous, current) = self.counts(at);
        if previous == 0 {
            return (0.0, current);
        }
        let (now, expiry) = (at.as_secs_f64(), self.expiry());
        let time_left = (1.0 - (((now - expiry) / expiry) % 1.0)) * expiry;
        (f64::from(previous) * time_left / expiry, current)
    }

    fn weighted(&self, at: Nanos) -> f64 {
        let (before, current) = self.parts(at);
        before + f64::from(current)
    }

    /// The source asks twice: before it counts the request, and again with it, in case another came between. Alone, the
    /// two differ only where a sum of floats is rounded up to a whole number.
    fn fits(&self, at: Nanos, cost: u32) -> bool {
        let limit = f64::from(self.settings.limit);
        let (before, current) = self.parts(at);
        let with_it = f64::from(current.saturating_add(cost));
        (before + f64::from(current)).floor() + f64::from(cost) <= limit && (before + with_it).floor() <= limit
    }

    /// The first moment, at most two windows ahead, at which `cost` fits if nobody else comes. The weight only falls on
    /// the way there, window by window, so halving finds it; arithmetic without the source's rounding says where to look,
    /// and the halving reaches as far around that as it has to.
    fn fits_from(&self, at: Nanos, cost: u32) -> Nanos {
        let end = at.0 + 2 * self.settings.window.0 + 1;
        let expected = self.fits_about(at, cost).clamp(at.0, end);
        let mut reach = 4;
        let (mut early, mut late) = loop {
            let (early, late) = (expected.saturating_sub(reach).max(at.0), expected.saturating_add(reach).min(end));
            let starts_before = early == at.0 || !self.fits(Nanos(early), cost);
            if starts_before && (late == end || self.fits(Nanos(late), cost)) {
                break (early, late);
            }
            reach = reach.saturating_mul(16);
        };
        while late - early > 1 {
            let middle = early + (late - early) / 2;
            if self.fits(Nanos(middle), cost) { late = middle } else { early = middle }
        }
        Nanos(late)
    }

    /// Where [`Self::fits_from`] lies, give or take the rounding: the moment at which the window before weighs less than
    /// what the limit leaves, plus the one that rounding down gives away.
    fn fits_about(&self, at: Nanos, cost: u32) -> u64 {
        let window = self.settings.window.0;
        let (before, current) = self.counts(at);
        let start = at.0 / window * window;
        let room = f64::from(self.settings.limit) - f64::from(cost);
        let (start, before, room) =
            if room >= f64::from(current) { (start, before, room - f64::from(current)) } else { (start + window, current, room) };
        start + ((1.0 - (room + 1.0) / f64::from(before)).max(0.0) * window as f64) as u64
    }
}

impl Limiter for SlidingCounter {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let limit = self.settings.limit;
        let (previous, current) = self.counts(at);
        let share = if previous == 0 { 0.0 } else { self.share(at) };
        let verdict = if self.fits(at, cost) {
            Verdict::Admitted
        } else {
            Verdict::Rejected { retry_after: (cost <= limit).then(|| self.fits_from(at, cost) - at) }
        };
        Decision::new(verdict, Evidence::Weighted { previous, share, current, limit })
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        let (previous, current) = self.counts(at);
        (self.number, self.previous, self.current) = (self.number_at(at), previous, current.saturating_add(cost));
    }

    fn retune(&mut self, at: Nanos, settings: Settings) {
        // Counters are kept under the number of their window: with another window's length they are not found again.
        let (previous, current) = if settings.window == self.settings.window { self.counts(at) } else { (0, 0) };
        self.settings = settings;
        (self.number, self.previous, self.current) = (self.number_at(at), previous, current);
    }

    fn reading(&self, at: Nanos) -> f64 {
        self.weighted(at)
    }

    fn line(&self) -> Line {
        Line { value: f64::from(self.settings.limit), unit: Unit::Counted }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        let (previous, current) = self.counts(at);
        (previous > 0 || current > 0).then(|| Nanos((at.0 / self.settings.window.0 + 1) * self.settings.window.0))
    }

    /// As a fixed window: near a window's end what the one before still weighs is rounded down to nothing, so a full window
    /// at its end and a full one at the end of the next lie less than a window apart.
    fn bound(&self, span: Nanos) -> Option<u64> {
        let (limit, window) = (u64::from(self.settings.limit), self.settings.window.0);
        let full = span.0.div_ceil(window);
        let Some(before) = full.checked_sub(1) else { return Some(0) };
        // What reaches into one window more weighs at least its share.
        let rest = u128::from(span.0 - before * window);
        let reached = (u128::from(limit) * rest / u128::from(window)) as u64 + 1;
        Some(limit * full + limit.min(reached))
    }

    fn quota(&self, at: Nanos) -> Quota {
        let remaining = (f64::from(self.settings.limit) - self.weighted(at).floor()).max(0.0) as u64;
        let (previous, current) = self.counts(at);
        let end = Nanos((at.0 / self.settings.window.0 + 1) * self.settings.window.0);
        let reset = if current > 0 {
            end + self.settings.window - at
        } else if previous > 0 {
            end - at
        } else {
            Nanos::ZERO
        };
        Quota { remaining, reset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;

    fn limiter(limit: u32) -> SlidingCounter {
        SlidingCounter::new(Settings { limit, ..Settings::default() })
    }

    #[test]
    fn the_window_before_counts_with_its_share() {
        let mut limiter = limiter(10);
        for _ in 0..10 {
            assert!(limiter.decide(Nanos::from_millis(900), 1).admitted());
        }
        // A quarter into the next window three quarters of the ten still count: ⌊7.5⌋ + 1 … + 3 fit.
        let admitted = (0..5).filter(|_| limiter.decide(Nanos::from_millis(1_250), 1).admitted()).count();
        assert_eq!(admitted, 3);
    }

    /// Found by comparison: 5 × 0.7999999999999998 + 5 is 9 in float64, so `limits` takes its own yes back.
    #[test]
    fn the_second_look_refuses_what_rounds_up() {
        let mut limiter = limiter(8);
        let decided =
            [(1_000, 5), (2_200, 1), (2_200, 4), (2_201, 4)].map(|(ms, cost)| limiter.decide(Nanos::from_millis(ms), cost).admitted());
        assert_eq!(decided, [true, true, false, true]);
    }

    #[test]
    fn the_wait_that_is_named_is_the_shortest() {
        let mut limiter = limiter(10);
        limiter.decide(Nanos::from_millis(900), 10);
        let Verdict::Rejected { retry_after: Some(wait) } = limiter.decide(Nanos::from_millis(950), 4).verdict else { panic!() };
        let at = Nanos::from_millis(950) + wait;
        assert!(limiter.judge(at, 4).admitted() && !limiter.judge(at - Nanos(1), 4).admitted());
    }

    /// Looking near the expected moment finds what halving all of two windows finds.
    #[test]
    fn looking_nearby_finds_the_same_moment() {
        let mut random = Stream::new(3, 0);
        let mut below = |most: u64| (random.unit() * most as f64) as u64;
        for _ in 0..20_000 {
            let settings = Settings { limit: 1 + below(40) as u32, window: Nanos(1 + below(3 * Nanos::SECOND.0)), ..Settings::default() };
            let mut limiter = SlidingCounter::new(settings);
            // Within a day: much later a float of seconds steps by more than a nanosecond, and no moment is the first.
            let mut at = Nanos(below(86_400 * Nanos::SECOND.0));
            for _ in 0..30 {
                at = at + Nanos(below(settings.window.0 / 8 + 1));
                let cost = 1 + below(3) as u32;
                let Verdict::Rejected { retry_after: Some(wait) } = limiter.decide(at, cost).verdict else { continue };
                let (mut early, mut late) = (at.0, at.0 + 2 * settings.window.0 + 1);
                while late - early > 1 {
                    let middle = early + (late - early) / 2;
                    if limiter.fits(Nanos(middle), cost) { late = middle } else { early = middle }
                }
                assert_eq!((at + wait).0, late, "{settings:?} at {at:?}: {limiter:?}");
            }
        }
    }
}
