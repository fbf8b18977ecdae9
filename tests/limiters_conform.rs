//! The limiters against the programs they stand for, and against the bounds and waits that they state themselves.
#![cfg(not(target_arch = "wasm32"))]

#[path = "conformance/report.rs"]
mod report;

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::time::Duration;

use field_guide::limiters::{
    Algorithm, Delay, FirstHit, FixedWindow, Gcra, LimitReq, Limiter, Settings, SlidingCounter, SlidingLog, Throttle, TokenBucket,
    TokenWait, Verdict,
};
use field_guide::sim::Nanos;
use field_guide::sim::window::worst_window;
use governor::clock::{Clock, FakeRelativeClock};
use governor::{Quota, RateLimiter};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use report::Report;

fn settings() -> impl Strategy<Value = Settings> {
    let delay = prop_oneof![Just(Delay::All), Just(Delay::Nothing), (1u32..30).prop_map(Delay::After)];
    (1u32..50, 1u64..5_000, 1u32..30, delay, 0u64..5_000).prop_map(|(limit, millis, burst, delay, patience)| Settings {
        limit,
        window: Nanos::from_millis(millis),
        burst,
        delay,
        patience: Nanos::from_millis(patience),
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

/// When requests of cost 1 that come at these moments go on: at once or after their wait, which may let some overtake.
fn let_through(limiter: &mut dyn Limiter, arrivals: &[(Nanos, u32)]) -> Vec<Nanos> {
    let decisions = arrivals.iter().map(|(at, _)| (*at, limiter.decide(*at, 1)));
    let mut through: Vec<Nanos> =
        decisions.filter(|(_, decision)| decision.admitted()).map(|(at, decision)| at + decision.wait()).collect();
    through.sort_unstable();
    through
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    }
}

/// The version of a package that `Cargo.lock` names.
fn locked(package: &str) -> &'static str {
    let (_, rest) = include_str!("../Cargo.lock").split_once(&format!("name = \"{package}\"\nversion = \"")).expect("it is locked");
    rest.split('"').next().expect("a version")
}

/// Decision by decision, cost by cost, to the nanosecond of the wait. CL.THROTTLE words the same rule otherwise.
#[test]
fn gcra_decides_as_governor() {
    let how = "Random traffic with bursts, pauses and costs of 1 to 3 is decided by the crate under its own fake clock and by ours; every \
               decision and every wait is compared, to the nanosecond.";
    let report = RefCell::new(Report::new("gcra", Algorithm::Gcra, "governor", locked("governor"), how));
    let outcome = TestRunner::new(config()).run(&(settings(), traffic()), |(settings, arrivals)| {
        let clock = FakeRelativeClock::default();
        let interval = Duration::from_nanos(settings.window.0 / u64::from(settings.limit));
        let quota = Quota::with_period(interval).unwrap().allow_burst(NonZeroU32::new(settings.burst).unwrap());
        let theirs = RateLimiter::direct_with_clock(quota, clock.clone());
        let (mut ours, mut throttle) = (Gcra::new(settings), Throttle::new(settings));
        let mut now = Nanos::ZERO;
        for (at, cost) in arrivals {
            clock.advance(Duration::from_nanos((at - now).0));
            now = at;
            let expected = match theirs.check_n(NonZeroU32::new(cost).unwrap()) {
                Ok(Ok(())) => Verdict::Admitted,
                Ok(Err(not_until)) => {
                    Verdict::Rejected { retry_after: Some(Nanos(not_until.wait_time_from(clock.now()).as_nanos() as u64)) }
                }
                Err(_) => Verdict::Rejected { retry_after: None },
            };
            let decided = ours.decide(at, cost).verdict;
            let words = || format!("cost {cost} at {at} with {settings:?}: governor {expected:?}, ours {decided:?}");
            report.borrow_mut().compare(decided == expected, words);
            prop_assert_eq!(decided, expected, "at {}, cost {}", at, cost);
            prop_assert_eq!(throttle.decide(at, cost).verdict, expected, "CL.THROTTLE at {}, cost {}", at, cost);
        }
        Ok(())
    });
    // The smallest traffic that differs says more than the first, so it is what fails; but the file is written before.
    let written = report.into_inner().finish();
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
    assert_eq!(written, Ok(()));
}

proptest! {
    #![proptest_config(config())]

    /// No traffic gets more through one true window than the stated bound; nor through two limits than the stricter allows.
    #[test]
    fn no_limiter_exceeds_its_bound(settings in settings(), second in settings(), arrivals in traffic(), span in 1u64..4_000_000_000) {
        let span = Nanos(span);
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.by_concurrency()) {
            for second in [None, Some(second)] {
                let mut limiter = algorithm.limiter_of(settings, second);
                let most = limiter.bound(span).expect("it follows from the settings");
                let worst = worst_window(&let_through(&mut *limiter, &arrivals), span).map_or(0, |worst| worst.count as u64);
                prop_assert!(worst <= most, "{algorithm:?}: {worst} in {span}, not {most}");
            }
        }
    }

    /// A refused client that waits as long as it was told is admitted, and one that comes a nanosecond early is not. nginx's
    /// whole milliseconds and the counter's floats are no exception: the one names a wait that ends with a millisecond, the
    /// other looks for its moment with the floats that decide. Only tokens are worth a nanosecond or two by their rounding.
    #[test]
    fn the_wait_that_is_named_is_the_shortest(settings in settings(), arrivals in traffic()) {
        fn check(limiter: &mut (impl Limiter + Clone), at: Nanos, cost: u32, forgiven: u64) -> Result<(), TestCaseError> {
            let name = std::any::type_name_of_val(limiter);
            if let Verdict::Rejected { retry_after: Some(wait) } = limiter.decide(at, cost).verdict {
                let early = Nanos(wait.0.saturating_sub(1 + forgiven));
                prop_assert!(early == Nanos::ZERO || !limiter.clone().decide(at + early, cost).admitted(), "{name}: early");
                prop_assert!(limiter.clone().decide(at + wait + Nanos(forgiven), cost).admitted(), "{name}: on time");
            }
            Ok(())
        }
        let (mut fixed, mut first_hit) = (FixedWindow::new(settings), FirstHit::new(settings));
        let (mut log, mut counter) = (SlidingLog::new(settings), SlidingCounter::new(settings));
        let (mut bucket, mut waiting) = (TokenBucket::new(settings), TokenWait::new(settings));
        let (mut nginx, mut gcra, mut throttle) = (LimitReq::new(settings), Gcra::new(settings), Throttle::new(settings));
        for (at, cost) in arrivals {
            check(&mut fixed, at, cost, 0)?;
            check(&mut first_hit, at, cost, 0)?;
            check(&mut log, at, cost, 0)?;
            check(&mut counter, at, cost, 0)?;
            check(&mut bucket, at, cost, 2)?;
            check(&mut waiting, at, cost, 2)?;
            check(&mut nginx, at, cost, 0)?;
            check(&mut gcra, at, cost, 0)?;
            check(&mut throttle, at, cost, 0)?;
        }
    }
}

/// What the arrivals get through one second at most, and the bound.
fn worst(algorithm: Algorithm, settings: Settings, arrivals: impl Iterator<Item = (Nanos, u32)>) -> (u64, u64) {
    let mut limiter = algorithm.limiter(settings);
    let through = let_through(&mut *limiter, &arrivals.collect::<Vec<_>>());
    let bound = limiter.bound(Nanos::SECOND).expect("it follows from the settings");
    (worst_window(&through, Nanos::SECOND).map_or(0, |worst| worst.count as u64), bound)
}

/// The bounds are exact: the worst arrivals reach them.
#[test]
fn the_bounds_are_reached() {
    let settings = Settings { limit: 8, burst: 8, ..Settings::default() };
    let at_once = |at: Nanos| std::iter::repeat_n((at, 1u32), 20);
    let every_millisecond = |from: u64| (from..=from + 1_000).map(|ms| (Nanos::from_millis(ms), 1u32));
    let boundary = Nanos::SECOND;
    let late = boundary - Nanos(1);

    // A full window at its end, and the next at its beginning.
    assert_eq!(worst(Algorithm::FixedWindow, settings, at_once(late).chain(at_once(boundary))), (16, 16));
    // One of the first eight has to come early, to open the window.
    let opened = std::iter::once((Nanos::ZERO, 1)).chain(at_once(late)).chain(at_once(boundary));
    assert_eq!(worst(Algorithm::FirstHit, settings, opened), (15, 15));
    assert_eq!(worst(Algorithm::SlidingLog, settings, at_once(late).chain(every_millisecond(1_000))), (8, 8));
    // Eight late in a window; and eight late in the next, when the first eight weigh less than one and are rounded down.
    let late_twice = at_once(late).chain(at_once(Nanos::from_millis(1_990)));
    assert_eq!(worst(Algorithm::SlidingCounter, settings, late_twice), (16, 16));
    // b + r·t is 16, but a window without its end holds one fewer where r·t is whole. GCRA's bound is in whole
    // nanoseconds and knows that; a bucket in float64 may see a token a nanosecond early.
    for (algorithm, bound) in [(Algorithm::TokenBucket, 16), (Algorithm::Gcra, 15), (Algorithm::Throttle, 15)] {
        assert_eq!(worst(algorithm, settings, at_once(Nanos::ZERO).chain(every_millisecond(0))), (15, bound), "{algorithm:?}");
    }
    // At the end of one millisecond, and in another a little more than a second later by nginx's clock.
    let nginx = Settings { delay: Delay::Nothing, ..settings };
    let burst = at_once(Nanos(999_999));
    assert_eq!(worst(Algorithm::LimitReq, nginx, burst.chain(every_millisecond(1))), (17, 17));
}
