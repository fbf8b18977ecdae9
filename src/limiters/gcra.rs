//! GCRA, the generic cell rate algorithm of ITU-T I.371, as the Rust crate `governor` decides in `check_n`.
//!
//! All in whole nanoseconds: the emission interval is the window divided by the limit, rounded down, as in
//! `Quota::per_second`. The tests hold it against the crate itself.

use super::{Decision, Evidence, Limiter, Settings, Verdict};
use crate::sim::Nanos;

#[derive(Clone, Debug)]
pub struct Gcra {
    settings: Settings,
    /// The theoretical arrival time; `None` until the first request.
    tat: Option<Nanos>,
}

impl Gcra {
    pub fn new(settings: Settings) -> Self {
        Gcra { settings, tat: None }
    }

    /// T: the time that one request is worth; at least one nanosecond.
    fn emission_interval(&self) -> Nanos {
        Nanos((self.settings.window.0 / u64::from(self.settings.limit)).max(1))
    }

    /// τ: how far ahead of its theoretical time a request may come, `T × (burst − 1)`.
    fn tolerance(&self) -> Nanos {
        Nanos(self.emission_interval().0.saturating_mul(u64::from(self.settings.burst - 1)))
    }
}

impl Limiter for Gcra {
    fn decide(&mut self, at: Nanos, cost: u32) -> Decision {
        let (interval, tolerance) = (self.emission_interval(), self.tolerance());
        let tat = self.tat.unwrap_or(at);
        // A request of cost n is n cells that come together: the others only add weight.
        let extra = Nanos(interval.0.saturating_mul(u64::from(cost.saturating_sub(1))));
        let earliest = (tat + extra).saturating_sub(tolerance);
        let evidence = Evidence::Gcra { tat, earliest, tolerance };
        let verdict = if extra > tolerance {
            Verdict::Rejected { retry_after: None }
        } else if at < earliest {
            Verdict::Rejected { retry_after: Some(earliest - at) }
        } else {
            self.tat = Some(tat.max(at) + interval + extra);
            Verdict::Admitted
        };
        Decision { verdict, evidence }
    }

    /// What is owed stays owed: the theoretical arrival time does not move.
    fn retune(&mut self, _at: Nanos, settings: Settings) {
        self.settings = settings;
    }

    /// Seconds by which the theoretical arrival time lies ahead; a request is admitted while that is at most τ.
    fn reading(&self, at: Nanos) -> f64 {
        self.tat.unwrap_or(at).saturating_sub(at).as_secs_f64()
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        self.tat.filter(|tat| *tat > at)
    }

    /// `burst + ⌊(span − 1 ns) / T⌋`: admissions `burst` apart are at least T apart each, T being whole nanoseconds.
    fn bound(&self, span: Nanos) -> u64 {
        if span == Nanos::ZERO {
            return 0;
        }
        u64::from(self.settings.burst) + (span.0 - 1) / self.emission_interval().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_a_second_with_a_burst_of_two() {
        let mut limiter = Gcra::new(Settings { limit: 2, window: Nanos::SECOND, burst: 2 });
        let admitted = [0, 1, 2, 1002, 1003, 1004].map(|ms| limiter.decide(Nanos::from_millis(ms), 1).admitted());
        assert_eq!(admitted, [true, true, false, true, true, false]);
    }

    #[test]
    fn more_than_the_burst_is_never_admitted() {
        let mut limiter = Gcra::new(Settings { limit: 2, window: Nanos::SECOND, burst: 2 });
        assert_eq!(limiter.decide(Nanos::ZERO, 3).verdict, Verdict::Rejected { retry_after: None });
    }
}
