//! The limiters against the programs they stand for, and against the bounds that the pages state.
#![cfg(not(target_arch = "wasm32"))]

use std::num::NonZeroU32;
use std::time::Duration;

use field_guide::limiters::{FixedWindow, Gcra, Limiter, Settings, TokenBucket};
use field_guide::sim::Nanos;
use field_guide::sim::window::worst_window;
use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = Settings> {
    (1u32..50, 1u64..5_000, 1u32..30).prop_map(|(limit, millis, burst)| Settings {
        limit,
        window: Nanos::from_millis(millis),
        burst,
        ..Settings::default()
    })
}

/// Gaps and costs: mostly bunched, now and then a long pause.
fn traffic() -> impl Strategy<Value = Vec<(Nanos, u32)>> {
    let gap = prop_oneof![3 => 0u64..50_000_000, 1 => 0u64..3_000_000_000, 1 => Just(0u64)];
    proptest::collection::vec((gap, 1u32..4), 1..200).prop_map(|steps| {
        let mut clock = 0;
        steps
            .into_iter()
            .map(|(gap, cost)| {
                clock += gap;
                (Nanos(clock), cost)
            })
            .collect()
    })
}

fn admitted(limiter: &mut impl Limiter, arrivals: &[(Nanos, u32)]) -> Vec<Nanos> {
    arrivals.iter().filter(|(at, _)| limiter.decide(*at, 1).admitted()).map(|(at, _)| *at).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: Some(Box::new(
        proptest::test_runner::FileFailurePersistence::WithSource("regressions"))), ..Default::default() })]

    /// Decision by decision, cost by cost, to the nanosecond of the wait.
    #[test]
    fn gcra_decides_as_governor(settings in settings(), arrivals in traffic()) {
        let clock = FakeRelativeClock::default();
        let interval = Duration::from_nanos(settings.window.0 / u64::from(settings.limit));
        let quota = Quota::with_period(interval).unwrap().allow_burst(NonZeroU32::new(settings.burst).unwrap());
        let theirs = RateLimiter::direct_with_clock(quota, clock.clone());
        let mut ours = Gcra::new(settings);
        let mut now = Nanos::ZERO;
        for (at, cost) in arrivals {
            clock.advance(Duration::from_nanos((at - now).0));
            now = at;
            let expected = match theirs.check_n(NonZeroU32::new(cost).unwrap()) {
                Ok(Ok(())) => field_guide::limiters::Verdict::Admitted,
                Ok(Err(not_until)) => field_guide::limiters::Verdict::Rejected {
                    retry_after: Some(Nanos(not_until.wait_time_from(governor::clock::Clock::now(&clock)).as_nanos() as u64)),
                },
                Err(_) => field_guide::limiters::Verdict::Rejected { retry_after: None },
            };
            prop_assert_eq!(ours.decide(at, cost).verdict, expected, "at {}, cost {}", at, cost);
        }
    }

    /// No traffic gets more through one true window than the stated bound.
    #[test]
    fn no_limiter_exceeds_its_bound(settings in settings(), arrivals in traffic(), span in 1u64..4_000_000_000) {
        let span = Nanos(span);
        let check = |moments: Vec<Nanos>, bound: Option<u64>| worst_window(&moments, span).is_none_or(|worst| worst.count as u64 <= bound.unwrap());
        let mut fixed = FixedWindow::new(settings);
        prop_assert!(check(admitted(&mut fixed, &arrivals), fixed.bound(span)));
        let mut bucket = TokenBucket::new(settings);
        // Go forgives a debt of less than a nanosecond, once for each burst: one request more at the very edge.
        prop_assert!(check(admitted(&mut bucket, &arrivals), bucket.bound(span).map(|bound| bound + 1)));
        let mut gcra = Gcra::new(settings);
        prop_assert!(check(admitted(&mut gcra, &arrivals), gcra.bound(span)));
    }

    /// A refused client that waits as long as it was told is admitted, and one that comes a nanosecond early is not.
    #[test]
    fn the_wait_that_is_named_is_the_shortest(settings in settings(), arrivals in traffic()) {
        fn check(limiter: &(impl Limiter + Clone), at: Nanos, cost: u32, forgiven: u64) -> Result<(), TestCaseError> {
            let mut limiter = limiter.clone();
            if let field_guide::limiters::Verdict::Rejected { retry_after: Some(wait) } = limiter.decide(at, cost).verdict {
                let early = Nanos(wait.0.saturating_sub(1 + forgiven));
                prop_assert!(early == Nanos::ZERO || !limiter.clone().decide(at + early, cost).admitted(), "early");
                prop_assert!(limiter.decide(at + wait + Nanos(forgiven), cost).admitted(), "on time");
            }
            Ok(())
        }
        let (mut fixed, mut bucket, mut gcra) = (FixedWindow::new(settings), TokenBucket::new(settings), Gcra::new(settings));
        for (at, cost) in arrivals {
            check(&fixed, at, cost, 0)?;
            check(&bucket, at, cost, 2)?; // float64 tokens: exact to a nanosecond or two
            check(&gcra, at, cost, 0)?;
            fixed.decide(at, cost);
            bucket.decide(at, cost);
            gcra.decide(at, cost);
        }
    }
}

/// The bounds are exact: the worst arrivals reach them.
#[test]
fn the_bounds_are_reached() {
    let settings = Settings { limit: 8, burst: 8, ..Settings::default() };
    let every_millisecond = |from: u64| (from..from + 1_000).map(|ms| (Nanos::from_millis(ms), 1)).collect::<Vec<_>>();

    let worst = |moments: Vec<Nanos>| worst_window(&moments, Nanos::SECOND).unwrap().count as u64;
    let mut fixed = FixedWindow::new(settings);
    assert_eq!(worst(admitted(&mut fixed, &every_millisecond(991))), 16);
    assert_eq!(fixed.bound(Nanos::SECOND), Some(16));

    let mut gcra = Gcra::new(settings);
    assert_eq!(worst(admitted(&mut gcra, &every_millisecond(0))), 15);
    assert_eq!(gcra.bound(Nanos::SECOND), Some(15));
}
