//! Two limits at once, such as ten a second and a thousand an hour: a request needs both, and pays both or neither.
//!
//! That is how nginx treats several `limit_req` (nothing is accounted until the last zone has agreed), and what clients
//! expect: a request refused by the hour's limit does not use up the second's.

use super::{Decision, Finished, Limiter, Line, Quota, Settings, Verdict, Which};
use crate::sim::Nanos;

pub struct Pair {
    first: Box<dyn Limiter>,
    second: Box<dyn Limiter>,
}

impl Pair {
    pub fn new(first: Box<dyn Limiter>, second: Box<dyn Limiter>) -> Self {
        Pair { first, second }
    }
}

/// The heavier of two decisions: a refusal before a wait before a yes; of equals the longer wait, then the first.
fn heavier(first: Decision, second: Decision) -> Decision {
    let weight = |decision: &Decision| match decision.verdict {
        Verdict::Admitted => (0, 0),
        Verdict::Delayed { wait } => (1, wait.0),
        Verdict::Rejected { retry_after } => (2, retry_after.map_or(u64::MAX, |wait| wait.0)),
    };
    if weight(&second) > weight(&first) { Decision { by: Which::Second, ..second } } else { first }
}

impl Limiter for Pair {
    fn judge(&self, at: Nanos, cost: u32) -> Decision {
        heavier(self.first.judge(at, cost), self.second.judge(at, cost))
    }

    fn admit(&mut self, at: Nanos, cost: u32) {
        self.first.admit(at, cost);
        self.second.admit(at, cost);
    }

    /// Only who refused takes note: the other would charge for what it had agreed to.
    fn refuse(&mut self, at: Nanos, cost: u32) {
        for limiter in [&mut self.first, &mut self.second] {
            if !limiter.judge(at, cost).admitted() {
                limiter.refuse(at, cost);
            }
        }
    }

    fn finish(&mut self, at: Nanos, finished: Finished) {
        self.first.finish(at, finished);
        self.second.finish(at, finished);
    }

    /// The first is the one that readers turn.
    fn retune(&mut self, at: Nanos, settings: Settings) {
        self.first.retune(at, settings);
    }

    fn reading(&self, at: Nanos) -> f64 {
        self.first.reading(at)
    }

    fn line(&self) -> Line {
        self.first.line()
    }

    fn bends_at(&self, at: Nanos) -> Option<Nanos> {
        self.first.bends_at(at)
    }

    fn bound(&self, span: Nanos) -> Option<u64> {
        match (self.first.bound(span), self.second.bound(span)) {
            (Some(first), Some(second)) => Some(first.min(second)),
            (first, second) => first.or(second),
        }
    }

    fn quota(&self, at: Nanos) -> Quota {
        let (first, second) = (self.first.quota(at), self.second.quota(at));
        if second.remaining < first.remaining { second } else { first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::Algorithm;

    #[test]
    fn a_request_refused_by_one_limit_does_not_pay_the_other() {
        let per_second = Settings { limit: 2, ..Settings::default() };
        let per_hour = Settings { limit: 3, window: Nanos(3_600 * Nanos::SECOND.0), ..Settings::default() };
        let mut pair = Algorithm::FixedWindow.limiter_of(per_second, Some(per_hour));
        let mut decide = |ms| pair.decide(Nanos::from_millis(ms), 1);
        assert!([0, 1].iter().all(|ms| decide(*ms).admitted()));
        assert_eq!((decide(2).admitted(), decide(2).by), (false, Which::First));
        assert!(decide(1_000).admitted(), "the hour has one left, for the refused one cost it nothing");
        let last = decide(1_001);
        assert_eq!((last.admitted(), last.by), (false, Which::Second));
    }
}
