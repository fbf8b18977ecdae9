//! When a refused client comes again.

use super::scenario::Retry;
use crate::sim::Nanos;
use crate::sim::backoff::own_wait;
use crate::sim::random::Stream;

/// The wait before attempt `attempt` (1 is the first retry), after a wait of `last` before the one that was refused.
/// `retry_after` is what the refusal said, in whole seconds.
///
/// A client that honours `Retry-After` waits that long at least; one with jitter adds its jittered wait, so that those
/// who were told the same second do not all come at its start.
pub fn wait(retry: &Retry, attempt: u32, last: Nanos, retry_after: Option<u64>, draws: &mut Stream) -> Nanos {
    let told = retry_after.filter(|_| retry.honour).map(|seconds| Nanos(seconds.saturating_mul(Nanos::SECOND.0)));
    let own = own_wait(&retry.wait, attempt, last, draws);
    match told {
        Some(told) if retry.wait.jittered() => told + own,
        Some(told) => told.max(own),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::backoff::{Backoff, Jitter};

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
    fn who_honours_retry_after_never_comes_early() {
        assert_eq!(waits(Jitter::None, true), [1_000, 1_000, 1_000, 1_000, 1_500, 1_500]);
        assert!(waits(Jitter::Full, true).iter().all(|wait| *wait > 1_000));
    }
}
