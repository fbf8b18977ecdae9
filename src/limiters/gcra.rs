//! GCRA, the generic cell rate algorithm of ITU-T I.371, as the Rust crate `governor` decides in `check_n`.
//!
//! All in whole nanoseconds: the emission interval is the window divided by the limit, rounded down, as in
//! `Quota::per_second`. The tests hold it against the crate itself.

use super::{Decision, Evidence, Limiter, Line, Quota, Settings, Unit, Verdict};
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

    /// A request of cost n is n cells that come together: the others only add weight.
    fn extra(&self, cost: u32) -> Nanos {
        Nanos(self.emission_interval().0.saturating_mul(u64::from(cost.saturating_sub(1))))
    }
}

impl Limiter for Gcra {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        let tolerance = self.tolerance();
        let tat = self.tat.unwrap_or(at);
        let extra = self.extra(cost);
        let earliest = (tat + extra).saturating_sub(tolerance);
        let verdict = if extra > tolerance {
            Verdict::Rejected { retry_after: None }
        } else if at < earliest {
            Verdict::Rejected { retry_after: Some(earliest - at) }
        } else {
            Verdict::Admitted
        };
        Decision::new(verdict, Evidence::Gcra { tat, earliest, tolerance })
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        self.tat = Some(self.tat.unwrap_or(at).max(at) + self.emission_interval() + self.extra(cost));
    }

    /// What is owed stays owed: the theoretical arrival time does not move.
    fn retune(&mut self, _at: Nanos, settings: Settings) {
        self.settings = settings;
    }

    /// Seconds by which the theoretical arrival time lies ahead; a request is admitted while that is at most τ.
    fn reading(&self, at: Nanos) -> f64 {
        self.tat.unwrap_or(at).saturating_sub(at).as_secs_f64()
    }

    fn line(&self) -> Line {
        Line { value: self.tolerance().as_secs_f64(), unit: Unit::Ahead }
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        self.tat.filter(|tat| *tat > at)
    }

    /// `burst + ⌊(span − 1 ns) / T⌋`: admissions `burst` apart are at least T apart each, T being whole nanoseconds.
    fn bound(&self, span: Nanos) -> Option<u64> {
        Some(span.0.checked_sub(1).map_or(0, |rest| u64::from(self.settings.burst) + rest / self.emission_interval().0))
    }

    fn quota(&self, at: Nanos) -> Quota {
        let ahead = self.tat.unwrap_or(at).saturating_sub(at);
        let room = self.tolerance() + self.emission_interval();
        Quota { remaining: room.saturating_sub(ahead).0 / self.emission_interval().0, reset: ahead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_a_second_with_a_burst_of_two() {
        let mut limiter = Gcra::new(Settings { limit: 2, burst: 2, ..Settings::default() });
        let admitted = [0, 1, 2, 1002, 1003, 1004].map(|ms| limiter.decide(Nanos::from_millis(ms), 1).admitted());
        assert_eq!(admitted, [true, true, false, true, true, false]);
    }

    #[test]
    fn more_than_the_burst_is_never_admitted() {
        let mut limiter = Gcra::new(Settings { limit: 2, burst: 2, ..Settings::default() });
        assert_eq!(limiter.decide(Nanos::ZERO, 3).verdict, Verdict::Rejected { retry_after: None });
    }
}
