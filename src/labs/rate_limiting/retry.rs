//! When a refused client comes again.

use super::scenario::{Backoff, Jitter, Retry};
use crate::sim::Nanos;
use crate::sim::random::Stream;

/// How long a refusal takes to reach a client that asks again at once.
const ROUND_TRIP: Nanos = Nanos::from_millis(10);

/// The wait before attempt `attempt` (1 is the first retry), after a wait of `last` before the one that was refused.
/// `retry_after` is what the refusal said, in whole seconds.
///
/// A client that honours `Retry-After` waits that long at least; one with jitter adds its jittered wait, so that those
/// who were told the same second do not all come at its start.
pub fn wait(retry: &Retry, attempt: u32, last: Nanos, retry_after: Option<u64>, draws: &mut Stream) -> Nanos {
    let told = retry_after.filter(|_| retry.honour).map(|seconds| Nanos(seconds.saturating_mul(Nanos::SECOND.0)));
    let (own, jittered) = match retry.wait {
        Backoff::AtOnce => (ROUND_TRIP, false),
        Backoff::Fixed(wait) => (wait.max(ROUND_TRIP), false),
        Backoff::Exponential { base, cap, jitter } => {
            let doubled = Nanos(base.0.saturating_mul(1 << (attempt - 1).min(40))).min(cap);
            let mut upto = |most: Nanos| Nanos::from_secs_f64(most.as_secs_f64() * draws.unit());
            let wait = match jitter {
                Jitter::None => doubled,
                Jitter::Full => upto(doubled),
                Jitter::Equal => Nanos(doubled.0 / 2) + upto(Nanos(doubled.0 - doubled.0 / 2)),
                Jitter::Decorrelated => {
                    let most = Nanos(last.max(base).0.saturating_mul(3));
                    (base + upto(most - base)).min(cap)
                }
            };
            (wait.max(Nanos::from_millis(1)), jitter != Jitter::None)
        }
    };
    match told {
        Some(told) if jittered => told + own,
        Some(told) => told.max(own),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(jitter: Jitter, honour: bool) -> Vec<u64> {
        let wait_for = Backoff::Exponential { base: Nanos::from_millis(100), cap: Nanos::from_millis(1_500), jitter };
        let retry = Retry { wait: wait_for, attempts: 9, honour };
        let (mut draws, mut last) = (Stream::new(1, 1), Nanos::ZERO);
        (1..=6)
            .map(|attempt| {
                last = wait(&retry, attempt, last, Some(1), &mut draws);
                last.0 / 1_000_000
            })
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_cap_and_jitter_stays_below_them() {
        let doubled = [100, 200, 400, 800, 1_500, 1_500];
        assert_eq!(waits(Jitter::None, false), doubled);
        assert!(waits(Jitter::Full, false).iter().zip(doubled).all(|(wait, most)| *wait <= most));
        assert!(waits(Jitter::Equal, false).iter().zip(doubled).all(|(wait, most)| (most / 2..=most).contains(wait)));
        assert!(waits(Jitter::Decorrelated, false).iter().all(|wait| (100..=1_500).contains(wait)));
    }

    #[test]
    fn who_honours_retry_after_never_comes_early() {
        assert_eq!(waits(Jitter::None, true), [1_000, 1_000, 1_000, 1_000, 1_500, 1_500]);
        assert!(waits(Jitter::Full, true).iter().all(|wait| *wait > 1_000));
    }
}
