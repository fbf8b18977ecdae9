//! Leaky bucket as a meter with a queue: nginx `limit_req` with `burst`, `delay=n` and `nodelay`, as
//! `ngx_http_limit_req_lookup` and `ngx_http_limit_req_account` decide (nginx 1.22 to 1.29; the tests hold it against nginx).
//!
//! All in integers, as there: time in whole milliseconds, rate and excess in thousandths of a request. Three details
//! matter for equality. The first request of a key costs nothing. A refused request changes nothing. And within one
//! millisecond the moment of the last request is not moved. nginx counts requests, so `cost` is not read.

use super::{Decision, Delay, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict};
use crate::sim::Nanos;

/// A request, in nginx's unit.
const ONE: u64 = 1_000;

#[derive(Clone, Debug)]
pub struct LimitReq {
    settings: Settings,
    /// `None` until the key's first request.
    state: Option<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    excess: u64,
    /// Milliseconds.
    last: u64,
}

impl LimitReq {
    pub fn new(settings: Settings) -> Self {
        LimitReq { settings, state: None }
    }

    /// Thousandths of a request per second. `rate=30r/m` is 30 × 1000 / 60, cut to a whole number; at least 1, for nginx
    /// refuses a rate of nothing.
    fn rate(&self) -> u64 {
        let per_window = u128::from(self.settings.limit) * u128::from(ONE) * u128::from(Nanos::SECOND.0);
        ((per_window / u128::from(self.settings.window.0)) as u64).max(1)
    }

    fn burst(&self) -> u64 {
        u64::from(self.settings.burst) * ONE
    }

    fn undelayed(&self) -> u64 {
        match self.settings.delay {
            Delay::All => 0,
            Delay::After(n) => u64::from(n) * ONE,
            Delay::Nothing => u64::MAX,
        }
    }

    /// The excess with a request that comes at `at`.
    fn excess_with(&self, at: Nanos) -> u64 {
        let Some(State { excess, last }) = self.state else { return 0 };
        // Time going backwards counts as no time (by more than a minute, as a millisecond: no run does that).
        let drained = self.rate() * millis(at).saturating_sub(last) / 1_000;
        (excess + ONE).saturating_sub(drained)
    }

    /// The excess that stands, without a request.
    fn excess_at(&self, at: Nanos) -> u64 {
        self.excess_with(at).saturating_sub(ONE)
    }
}

fn millis(at: Nanos) -> u64 {
    at.0 / 1_000_000
}

impl Limiter for LimitReq {
    fn judge(&self, at: Nanos, _cost: u32) -> Decision {
        let (excess, burst, undelayed) = (self.excess_with(at), self.burst(), self.undelayed());
        let verdict = if excess > burst {
            // The first millisecond in which enough has drained, seen from the last one that counted.
            let last = self.state.map_or(0, |state| state.last);
            let drained = self.state.map_or(0, |state| state.excess) + ONE - burst;
            let from = Nanos::from_millis(last + (drained * 1_000).div_ceil(self.rate()));
            Verdict::Rejected { retry_after: Some(from - at) }
        } else {
            match Nanos::from_millis(excess.saturating_sub(undelayed) * 1_000 / self.rate()) {
                Nanos::ZERO => Verdict::Admitted,
                wait => Verdict::Delayed { wait },
            }
        };
        Decision::new(verdict, Evidence::Excess { excess, burst, undelayed })
    }

    fn admit(&mut self, at: Nanos, _cost: u32) {
        let (excess, now) = (self.excess_with(at), millis(at));
        self.state = Some(State { excess, last: self.state.map_or(now, |state| state.last.max(now)) });
    }

    /// The zone's rate changes with a reload; the excess of each key stays where it lies in shared memory.
    fn retune(&mut self, at: Nanos, settings: Settings) {
        let standing = self.excess_at(at);
        if let Some(state) = &mut self.state {
            *state = State { excess: standing, last: millis(at) };
        }
        self.settings = settings;
    }

    /// Requests above the rate.
    fn reading(&self, at: Nanos) -> f64 {
        self.excess_at(at) as f64 / ONE as f64
    }

    fn line(&self) -> Line {
        Line { value: f64::from(self.settings.burst), unit: Unit::Excess }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        let state = self.state.filter(|_| self.excess_at(at) > 0)?;
        Some(Nanos::from_millis(state.last + (state.excess * 1_000).div_ceil(self.rate())))
    }

    /// `burst + 1` at once, and what drains in `span`: counted in whole milliseconds, so that a stretch which begins late
    /// in one and ends early in another counts as one longer.
    fn bound(&self, span: Nanos) -> Option<u64> {
        let drained = u128::from(self.rate()) * u128::from(span.0.saturating_sub(1).div_ceil(1_000_000)) / 1_000;
        Some(u64::from(self.settings.burst) + 1 + (drained / u128::from(ONE)) as u64)
    }

    fn quota(&self, at: Nanos) -> Quota {
        // A key's first request is free, the next one of the same moment costs a whole one.
        let remaining = match self.state {
            Some(_) => (self.burst() + ONE).saturating_sub(self.excess_with(at)) / ONE,
            None => u64::from(self.settings.burst) + 1,
        };
        Quota { remaining, reset: self.bends_at(at).map_or(Nanos::ZERO, |empty| empty - at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(limit: u32, seconds: u64, burst: u32, delay: Delay) -> LimitReq {
        LimitReq::new(Settings { limit, window: Nanos(seconds * Nanos::SECOND.0), burst, delay, ..Settings::default() })
    }

    fn waits(limiter: &mut LimitReq, count: usize) -> Vec<Option<u64>> {
        let wait = |decision: Decision| decision.admitted().then(|| decision.wait().0 / 1_000_000);
        (0..count).map(|_| wait(limiter.decide(Nanos::ZERO, 1))).collect()
    }

    /// 10r/s with burst=5, eight at once: the queue is served every 100 ms, and two do not fit.
    #[test]
    fn a_burst_waits_for_its_turn() {
        let expected = [Some(0), Some(100), Some(200), Some(300), Some(400), Some(500), None, None];
        assert_eq!(waits(&mut limiter(10, 1, 5, Delay::All), 8), expected);
    }

    #[test]
    fn delay_and_nodelay_change_the_wait_and_never_the_count() {
        let expected = [Some(0), Some(0), Some(0), Some(100), Some(200), Some(300), None];
        assert_eq!(waits(&mut limiter(10, 1, 5, Delay::After(2)), 7), expected);
        assert_eq!(waits(&mut limiter(10, 1, 5, Delay::Nothing), 7), [Some(0), Some(0), Some(0), Some(0), Some(0), Some(0), None]);
    }

    #[test]
    fn thirty_a_minute_is_one_in_two_seconds() {
        let mut limiter = limiter(30, 60, 0, Delay::Nothing);
        let admitted = [0, 1_999, 2_000, 3_999, 4_000].map(|ms| limiter.decide(Nanos::from_millis(ms), 1).admitted());
        assert_eq!(admitted, [true, false, true, false, true]);
    }

    #[test]
    fn a_refusal_names_the_millisecond_in_which_it_ends() {
        let mut limiter = limiter(3, 1, 1, Delay::Nothing);
        waits(&mut limiter, 2);
        let at = Nanos(10_400_000);
        let Verdict::Rejected { retry_after: Some(wait) } = limiter.judge(at, 1).verdict else { panic!() };
        assert!(limiter.judge(at + wait, 1).admitted() && !limiter.judge(at + wait - Nanos(1), 1).admitted());
    }

    #[test]
    fn the_quota_is_what_gets_through_now() {
        let mut limiter = limiter(10, 1, 5, Delay::Nothing);
        for expected in (0..=6).rev() {
            assert_eq!(limiter.quota(Nanos::ZERO).remaining, expected);
            limiter.decide(Nanos::ZERO, 1);
        }
    }
}
