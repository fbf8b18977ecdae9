//! A lane in numbers, up to a moment: counts, waits, answers' times, and the same client by client.

use super::lane::{Handled, Lane};
use crate::labs::frame::figures::quantile;
use crate::limiters::Verdict;
use crate::sim::Nanos;

/// How many of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub admitted: u32,
    /// Admitted after a wait; counted in `admitted` too.
    pub delayed: u32,
    pub refused: u32,
}

impl Counts {
    pub fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Admitted => self.admitted += 1,
            Verdict::Delayed { .. } => {
                self.admitted += 1;
                self.delayed += 1;
            }
            Verdict::Rejected { .. } => self.refused += 1,
        }
    }

    pub fn of<'a>(handled: impl IntoIterator<Item = &'a Handled>) -> Self {
        let mut counts = Counts::default();
        for handled in handled {
            counts.add(handled.decision.verdict);
        }
        counts
    }
}

/// Of a set of spans; `None` where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    pub p50: Nanos,
    pub p95: Nanos,
    pub p99: Nanos,
    pub max: Nanos,
}

impl Spread {
    pub fn of(mut spans: Vec<Nanos>) -> Option<Self> {
        spans.sort_unstable();
        Some(Spread { p50: quantile(&spans, 0.5)?, p95: quantile(&spans, 0.95)?, p99: quantile(&spans, 0.99)?, max: *spans.last()? })
    }
}

/// How long those that were let through were held back before.
pub fn waits(lane: &Lane, at: Nanos) -> Option<Spread> {
    Spread::of(lane.until(at).iter().filter(|handled| handled.decision.admitted()).map(|handled| handled.decision.wait()).collect())
}

/// From arrival to answer, of what was answered by then.
pub fn answer_times(lane: &Lane, at: Nanos) -> Option<Spread> {
    let times = lane.until(at).iter().filter_map(|handled| handled.done.filter(|done| *done <= at).map(|done| done - handled.at));
    Spread::of(times.collect())
}

/// Counts for each client.
pub fn by_client(lane: &Lane, at: Nanos, clients: u32) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); clients as usize];
    for handled in lane.until(at) {
        if let Some(counts) = counts.get_mut(handled.client as usize) {
            counts.add(handled.decision.verdict);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::frame::figures::brief;

    #[test]
    fn quantiles_are_the_nearest_rank() {
        let spans: Vec<Nanos> = (1..=200).map(Nanos).collect();
        let spread = Spread::of(spans).unwrap();
        assert_eq!((spread.p50, spread.p95, spread.p99, spread.max), (Nanos(100), Nanos(190), Nanos(198), Nanos(200)));
        assert_eq!(Spread::of(Vec::new()), None);
        let texts = [0, 219_339_999, 3_800_903_908, 4_154_477_523, 12_300_000, 1_500].map(|nanos| brief(Nanos(nanos)));
        assert_eq!(texts, ["0", "219 ms", "3.8 s", "4.15 s", "12.3 ms", "1.5 µs"]);
        assert_eq!(Spread::of(vec![Nanos(7)]).map(|spread| spread.p50), Some(Nanos(7)));
    }
}
