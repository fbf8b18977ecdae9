//! Limits on requests in flight: admit while fewer than the limit are being worked on.
//!
//! The limit is fixed, or is set anew by each answer as in Netflix's `concurrency-limits` (`AIMDLimit`, `VegasLimit`,
//! `Gradient2Limit`, read from their Java sources, with their defaults). Integer or float as the source has it.
//! An answer later than the `patience` counts as lost, as `AIMDLimit.timeout` does.

use super::{Decision, Evidence, Finished, Limiter, Line, Quota, Settings, Unit, Verdict};
use crate::sim::Nanos;
use crate::sim::random::Stream;

/// How the limit follows from what was seen.
#[derive(Clone, Debug)]
pub enum LimitLaw {
    Fixed,
    /// One more per answer while at least half is in use; × 0.9 for a lost one.
    Aimd,
    Vegas(Vegas),
    Gradient2(Gradient2),
}

impl LimitLaw {
    pub fn vegas() -> Self {
        LimitLaw::Vegas(Vegas::default())
    }

    pub fn gradient2() -> Self {
        LimitLaw::Gradient2(Gradient2::default())
    }
}

/// The state of `VegasLimit`: a queue is estimated from how much slower than unloaded an answer was.
#[derive(Clone, Debug)]
pub struct Vegas {
    /// Nanoseconds; 0 until the first answer.
    rtt_no_load: u64,
    probes: u32,
    jitter: f64,
    draws: Stream,
}

impl Default for Vegas {
    fn default() -> Self {
        // The source draws its probe's jitter from the thread's generator; a run needs one that repeats.
        let mut draws = Stream::new(0, 0x0056_4547_4153);
        let jitter = probe_jitter(&mut draws);
        Vegas { rtt_no_load: 0, probes: 0, jitter, draws }
    }
}

fn probe_jitter(draws: &mut Stream) -> f64 {
    0.5 + draws.unit() / 2.0
}

/// The state of `Gradient2Limit`: a long-term average of the answers' times against the last one.
#[derive(Clone, Debug, Default)]
pub struct Gradient2 {
    long: f64,
    sum: f64,
    count: u32,
}

const VEGAS_MOST: f64 = 1_000.0;
const VEGAS_PROBE_MULTIPLIER: f64 = 30.0;
const GRADIENT_MOST: f64 = 200.0;
const GRADIENT_SMOOTHING: f64 = 0.2;
const GRADIENT_QUEUE: f64 = 4.0;
const GRADIENT_LONG_WINDOW: f64 = 600.0;
const GRADIENT_WARM_UP: u32 = 10;

/// `Log10RootFunction`: the whole part, at least 1.
fn log10_root(limit: f64) -> f64 {
    libm::log10(limit.trunc().max(1.0)).trunc().max(1.0)
}

impl Vegas {
    fn update(&mut self, limit: f64, rtt: u64, in_flight: u32, lost: bool) -> f64 {
        self.probes += 1;
        if self.jitter * VEGAS_PROBE_MULTIPLIER * limit <= f64::from(self.probes) {
            self.jitter = probe_jitter(&mut self.draws);
            (self.probes, self.rtt_no_load) = (0, rtt);
            return limit;
        }
        if self.rtt_no_load == 0 || rtt < self.rtt_no_load {
            self.rtt_no_load = rtt;
            return limit;
        }
        let step = log10_root(limit);
        let queue = (limit * (1.0 - self.rtt_no_load as f64 / rtt as f64)).ceil();
        let (alpha, beta) = (3.0 * step, 6.0 * step);
        let wanted = if lost {
            limit - step
        } else if f64::from(in_flight) * 2.0 < limit {
            return limit;
        } else if queue <= step {
            limit + beta
        } else if queue < alpha {
            limit + step
        } else if queue > beta {
            limit - step
        } else {
            return limit;
        };
        wanted.clamp(1.0, VEGAS_MOST)
    }
}

impl Gradient2 {
    /// `least` is the source's `minLimit`: its default is the initial limit.
    fn update(&mut self, limit: f64, least: f64, rtt: u64, in_flight: u32) -> f64 {
        let short = rtt as f64;
        if self.count < GRADIENT_WARM_UP {
            self.count += 1;
            self.sum += short;
            self.long = self.sum / f64::from(self.count);
        } else {
            let factor = 2.0 / (GRADIENT_LONG_WINDOW + 1.0);
            self.long = self.long * (1.0 - factor) + short * factor;
        }
        let long = self.long;
        if long / short > 2.0 {
            self.long *= 0.9;
        }
        if f64::from(in_flight) < limit / 2.0 {
            return limit;
        }
        let gradient = (long / short).clamp(0.5, 1.0);
        let wanted = limit * gradient + GRADIENT_QUEUE;
        let smoothed = limit * (1.0 - GRADIENT_SMOOTHING) + wanted * GRADIENT_SMOOTHING;
        smoothed.min(GRADIENT_MOST).max(least)
    }
}

#[derive(Clone, Debug)]
pub struct Concurrency {
    law: LimitLaw,
    settings: Settings,
    /// The source keeps a float and compares its whole part.
    limit: f64,
    in_flight: u32,
}

impl Concurrency {
    pub fn new(law: LimitLaw, settings: Settings) -> Self {
        Concurrency { law, settings, limit: f64::from(settings.limit), in_flight: 0 }
    }

    fn whole_limit(&self) -> u32 {
        self.limit as u32
    }
}

impl Limiter for Concurrency {
    fn judge(&self, _at: Nanos, _cost: u32) -> Decision {
        let limit = self.whole_limit();
        // When a place will be free, nobody knows: no Retry-After follows from the numbers.
        let verdict = if self.in_flight < limit { Verdict::Admitted } else { Verdict::Rejected { retry_after: None } };
        Decision::new(verdict, Evidence::InFlight { in_flight: self.in_flight, limit })
    }

    fn admit(&mut self, _at: Nanos, _cost: u32) {
        self.in_flight += 1;
    }

    fn finish(&mut self, at: Nanos, finished: Finished) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let rtt = (at - finished.began).0.max(1);
        let lost = Nanos(rtt) > self.settings.patience;
        let limit = self.limit;
        self.limit = match &mut self.law {
            LimitLaw::Fixed => limit,
            LimitLaw::Aimd if lost => (limit - 1.0).min((limit * 0.9).trunc()).max(1.0),
            LimitLaw::Aimd if f64::from(finished.in_flight) * 2.0 >= limit => limit + 1.0,
            LimitLaw::Aimd => limit,
            LimitLaw::Vegas(vegas) => vegas.update(limit, rtt, finished.in_flight, lost),
            LimitLaw::Gradient2(gradient) => gradient.update(limit, f64::from(self.settings.limit.min(20)), rtt, finished.in_flight),
        };
    }

    fn retune(&mut self, _at: Nanos, settings: Settings) {
        if settings.limit != self.settings.limit {
            self.limit = f64::from(settings.limit);
        }
        self.settings = settings;
    }

    fn reading(&self, _at: Nanos) -> f64 {
        f64::from(self.in_flight)
    }

    fn line(&self) -> Line {
        Line { value: f64::from(self.whole_limit()), unit: Unit::InFlight }
    }

    fn bends_at(&self, _at: Nanos) -> Option<Nanos> {
        None
    }

    /// How many pass in a second follows from how long each takes, not from the limit alone.
    fn bound(&self, _span: Nanos) -> Option<u64> {
        None
    }

    fn quota(&self, _at: Nanos) -> Quota {
        Quota { remaining: u64::from(self.whole_limit().saturating_sub(self.in_flight)), reset: Nanos::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(law: LimitLaw, limit: u32) -> Concurrency {
        Concurrency::new(law, Settings { limit, patience: Nanos::SECOND, ..Settings::default() })
    }

    fn answer(limiter: &mut Concurrency, took_ms: u64, in_flight: u32) -> u32 {
        limiter.finish(Nanos::from_millis(took_ms), Finished { began: Nanos::ZERO, in_flight });
        limiter.whole_limit()
    }

    #[test]
    fn a_fixed_limit_admits_while_there_is_room() {
        let mut limiter = limiter(LimitLaw::Fixed, 2);
        let admitted = [0, 0, 0].map(|at| limiter.decide(Nanos(at), 1).admitted());
        assert_eq!(admitted, [true, true, false]);
        answer(&mut limiter, 10, 2);
        assert!(limiter.decide(Nanos::from_millis(10), 1).admitted());
    }

    /// The answers of `AIMDLimitTest`: 10 → 11 when used, 10 → 9 on a drop, and what idles does not grow.
    #[test]
    fn aimd_grows_by_one_and_shrinks_by_a_tenth() {
        assert_eq!(answer(&mut limiter(LimitLaw::Aimd, 10), 1, 10), 11);
        assert_eq!(answer(&mut limiter(LimitLaw::Aimd, 10), 1_001, 1), 9);
        assert_eq!(answer(&mut limiter(LimitLaw::Aimd, 10), 1, 4), 10);
        assert_eq!(answer(&mut limiter(LimitLaw::Aimd, 30), 1_001, 1), 27);
    }

    /// The answers of `VegasLimitTest`: initial limit 10, alpha 3, beta 6, so steps of log₁₀ 10 = 1.
    #[test]
    fn vegas_follows_its_queue() {
        let mut vegas = limiter(LimitLaw::vegas(), 10);
        assert_eq!(answer(&mut vegas, 10, 10), 10, "the first answer sets the unloaded time");
        assert_eq!(answer(&mut vegas, 10, 11), 16, "no queue: by beta");
        let mut vegas = limiter(LimitLaw::vegas(), 10);
        answer(&mut vegas, 10, 10);
        assert_eq!(answer(&mut vegas, 50, 11), 9, "a queue of eight: one fewer");
        let mut vegas = limiter(LimitLaw::vegas(), 10);
        answer(&mut vegas, 10, 10);
        assert_eq!(answer(&mut vegas, 14, 14), 10, "a queue of three lies between alpha and beta: it stays");
    }

    #[test]
    fn gradient2_shrinks_when_answers_slow_down_and_never_below_its_least() {
        let mut gradient = limiter(LimitLaw::gradient2(), 50);
        for _ in 0..200 {
            answer(&mut gradient, 10, 60);
        }
        let grown = gradient.whole_limit();
        assert!(grown > 50, "steady answers: room for a queue is added, {grown}");
        for _ in 0..40 {
            answer(&mut gradient, 100, 120);
        }
        assert!(gradient.whole_limit() < grown);
        for _ in 0..2_000 {
            answer(&mut gradient, 900, 200);
        }
        assert!(gradient.whole_limit() >= 20);
    }
}
