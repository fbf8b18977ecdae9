//! How long a client waits before it tries again, by the formulas of “Exponential Backoff And Jitter” (AWS Architecture
//! Blog, 2015).

use serde::{Deserialize, Serialize};

use super::random::Stream;
use super::time::Nanos;

/// How long a refusal takes to reach a client that asks again at once.
pub const ROUND_TRIP: Nanos = Nanos::from_millis(10);

/// How long it waits, by the formulas of “Exponential Backoff And Jitter” (AWS Architecture Blog, 2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backoff {
    /// As soon as the refusal has arrived: 10 ms.
    AtOnce,
    Fixed(Nanos),
    /// `min(cap, base × 2ⁿ)`, spread by `jitter`.
    Exponential {
        base: Nanos,
        cap: Nanos,
        jitter: Jitter,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Jitter {
    None,
    /// Anything up to the backoff.
    Full,
    /// Half of the backoff, and anything up to the other half.
    Equal,
    /// Anything from the base to three times the last wait, up to the cap.
    Decorrelated,
}

impl Backoff {
    /// Whether chance has a say in it.
    pub fn jittered(&self) -> bool {
        matches!(self, Backoff::Exponential { jitter: Jitter::Full | Jitter::Equal | Jitter::Decorrelated, .. })
    }
}

/// The client's own wait before attempt `attempt` (1 is the first retry), after a wait of `last` before the one that
/// failed ([`Nanos::ZERO`] if there was none). One draw if it is jittered, none otherwise. Never less than a millisecond,
/// and less than [`ROUND_TRIP`] only if it is exponential.
pub fn own_wait(backoff: &Backoff, attempt: u32, last: Nanos, draws: &mut Stream) -> Nanos {
    match *backoff {
        Backoff::AtOnce => ROUND_TRIP,
        Backoff::Fixed(wait) => wait.max(ROUND_TRIP),
        Backoff::Exponential { base, cap, jitter } => {
            let doubled = Nanos(base.0.saturating_mul(1 << attempt.saturating_sub(1).min(40))).min(cap);
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
            wait.max(Nanos::from_millis(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exponential(jitter: Jitter) -> Backoff {
        Backoff::Exponential { base: Nanos::from_millis(100), cap: Nanos::from_millis(1_500), jitter }
    }

    fn waits(backoff: Backoff) -> Vec<u64> {
        let (mut draws, mut last) = (Stream::new(1, 1), Nanos::ZERO);
        (1..=6)
            .map(|attempt| {
                last = own_wait(&backoff, attempt, last, &mut draws);
                last.0
            })
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_cap_and_jitter_stays_below_them() {
        let doubled = [100, 200, 400, 800, 1_500, 1_500].map(|millis| Nanos::from_millis(millis).0);
        assert_eq!(waits(exponential(Jitter::None)), doubled);
        assert!(waits(exponential(Jitter::Full)).iter().zip(doubled).all(|(wait, most)| *wait <= most));
        assert!(waits(exponential(Jitter::Equal)).iter().zip(doubled).all(|(wait, most)| (most / 2..=most).contains(wait)));
        assert!(waits(exponential(Jitter::Decorrelated)).iter().all(|wait| (100_000_000..=1_500_000_000).contains(wait)));
    }

    /// To the nanosecond, worked out apart from this code from the generator's paper and the formulas: links that replay a
    /// run rest on these draws.
    #[test]
    fn jittered_waits_repeat_with_their_seed() {
        assert_eq!(waits(exponential(Jitter::Full)), [82_998_945, 154_340_389, 302_264_412, 594_665_361, 783_257_462, 627_223_768]);
        assert_eq!(waits(exponential(Jitter::Equal)), [91_499_472, 177_170_195, 351_132_206, 697_332_680, 1_141_628_731, 1_063_611_884]);
        assert_eq!(
            waits(exponential(Jitter::Decorrelated)),
            [265_997_890, 638_643_074, 1_472_226_947, 1_500_000_000, 1_500_000_000, 1_500_000_000]
        );
    }

    #[test]
    fn one_draw_if_jittered_and_none_otherwise() {
        let laws = [Backoff::AtOnce, Backoff::Fixed(Nanos::SECOND), exponential(Jitter::None)];
        let jittered = [Jitter::Full, Jitter::Equal, Jitter::Decorrelated].map(exponential);
        for (backoff, drawn) in laws.map(|law| (law, 0)).into_iter().chain(jittered.map(|law| (law, 1))) {
            let (mut draws, mut apart) = (Stream::new(1, 1), Stream::new(1, 1));
            own_wait(&backoff, 3, Nanos::ZERO, &mut draws);
            for _ in 0..drawn {
                apart.unit();
            }
            assert_eq!(draws.unit(), apart.unit(), "{backoff:?}");
            assert_eq!(backoff.jittered(), drawn == 1, "{backoff:?}");
        }
    }

    #[test]
    fn a_wait_is_never_shorter_than_it_can_be() {
        assert_eq!(waits(Backoff::AtOnce)[0], 10_000_000);
        assert_eq!(waits(Backoff::Fixed(Nanos::ZERO))[0], 10_000_000);
        assert_eq!(waits(Backoff::Fixed(Nanos::from_millis(250))), [250_000_000; 6]);
        let none = Backoff::Exponential { base: Nanos::ZERO, cap: Nanos::ZERO, jitter: Jitter::Full };
        assert_eq!(waits(none), [1_000_000; 6]);
    }

    #[test]
    fn no_attempt_is_too_late() {
        let backoff = exponential(Jitter::None);
        for attempt in [41, 42, u32::MAX] {
            assert_eq!(own_wait(&backoff, attempt, Nanos::ZERO, &mut Stream::new(1, 1)), Nanos::from_millis(1_500));
        }
    }
}
