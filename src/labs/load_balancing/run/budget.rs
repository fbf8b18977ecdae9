//! How many retries there may be: Finagle's `RetryBudget` (`com.twitter.finagle.service.RetryBudget`, `TokenRetryBudget`
//! over a `LeakyTokenBucket`).
//!
//! Every request puts tokens in and every retry takes some out; both count for `ttl` only, kept in ten slices of it. A reserve
//! of `floor` retries a second is always there.

use super::super::scenario::Budget;
use crate::sim::Nanos;

const SLICES: usize = 10;
/// Tokens that a request puts in: Finagle's scale factor, so that shares are whole numbers.
const DEPOSIT: i64 = 1_000;

/// What one balancer has left for retries.
#[derive(Debug)]
pub struct Tokens {
    deposit: i64,
    /// Tokens that a retry takes out.
    cost: i64,
    reserve: i64,
    slice: Nanos,
    slices: [i64; SLICES],
    /// The slice that is being written, and since when.
    current: usize,
    began: Nanos,
}

impl Tokens {
    pub fn new(budget: &Budget) -> Self {
        let seconds = (budget.ttl.0 / Nanos::SECOND.0) as i64;
        let (deposit, cost) = match budget.percent {
            0 => (0, 1),
            percent => (DEPOSIT, DEPOSIT * 100 / i64::from(percent)),
        };
        Tokens {
            deposit,
            cost,
            reserve: i64::from(budget.floor) * seconds * cost,
            slice: Nanos((budget.ttl.0 / SLICES as u64).max(1)),
            slices: [0; SLICES],
            current: 0,
            began: Nanos::ZERO,
        }
    }

    /// Finagle's `WindowedAdder`: a slice begins with what comes first after the last one was over, and those that were
    /// missed are empty.
    fn turn_to(&mut self, at: Nanos) {
        let passed = (at - self.began).0 / self.slice.0;
        if passed == 0 {
            return;
        }
        for _ in 0..passed.min(SLICES as u64) {
            self.current = (self.current + 1) % SLICES;
            self.slices[self.current] = 0;
        }
        self.began = at;
    }

    pub fn request(&mut self, at: Nanos) {
        self.turn_to(at);
        self.slices[self.current] += self.deposit;
    }

    /// Takes a retry out, if there is enough.
    pub fn retry(&mut self, at: Nanos) -> bool {
        self.turn_to(at);
        let enough = self.reserve + self.slices.iter().sum::<i64>() >= self.cost;
        if enough {
            self.slices[self.current] -= self.cost;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Nanos = Nanos(10 * Nanos::SECOND.0);

    /// The defaults: 20 %, 10 a second, 10 s. A hundred requests allow 20 retries beside the reserve of 100.
    #[test]
    fn a_fifth_of_the_requests_and_the_reserve() {
        let mut tokens = Tokens::new(&Budget { percent: 20, floor: 10, ttl: TEN });
        (0..100).for_each(|_| tokens.request(Nanos::ZERO));
        assert_eq!((0..1_000).filter(|_| tokens.retry(Nanos::ZERO)).count(), 120);
        assert!(!tokens.retry(Nanos::from_millis(9_999)));
        // What was put in and taken out is forgotten together, when the slice that began just now is over.
        assert_eq!((0..1_000).filter(|_| tokens.retry(Nanos::from_millis(11_000))).count(), 100);
    }

    #[test]
    fn requests_count_for_their_time_only() {
        let mut tokens = Tokens::new(&Budget { percent: 50, floor: 0, ttl: TEN });
        (0..10).for_each(|_| tokens.request(Nanos::ZERO));
        let mut early = Tokens::new(&Budget { percent: 50, floor: 0, ttl: TEN });
        (0..10).for_each(|_| early.request(Nanos::ZERO));
        assert_eq!((0..10).filter(|_| early.retry(Nanos::from_millis(9_999))).count(), 5);
        assert_eq!((0..10).filter(|_| tokens.retry(TEN)).count(), 0);
    }

    /// A request every 700 ms, a slice of 1 s: a new slice begins with every second request, so ten slices hold twenty.
    #[test]
    fn slices_begin_with_what_comes() {
        let mut tokens = Tokens::new(&Budget { percent: 100, floor: 0, ttl: TEN });
        (0..100).for_each(|n| tokens.request(Nanos::from_millis(700 * n)));
        assert_eq!((0..1_000).filter(|_| tokens.retry(Nanos::from_millis(69_300))).count(), 20);
    }

    #[test]
    fn no_share_leaves_the_reserve() {
        let mut tokens = Tokens::new(&Budget { percent: 0, floor: 2, ttl: TEN });
        (0..1_000).for_each(|_| tokens.request(Nanos::ZERO));
        assert_eq!((0..100).filter(|_| tokens.retry(Nanos::ZERO)).count(), 20);
    }
}
