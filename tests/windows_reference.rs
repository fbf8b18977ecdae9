//! The windows against the simplest thing that could decide the same, which looks through all of history for every request;
//! and the bounds of the others as the literature states them, over every stretch of what was let through.
//! No code is shared with `src/limiters`, and nothing is kept between two requests.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::limiters::{
    Algorithm, Delay, FixedWindow, Gcra, LimitReq, Limiter, Settings, SlidingCounter, TokenBucket, TokenWait, Verdict,
};
use field_guide::sim::Nanos;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

const SECOND: u64 = Nanos::SECOND.0;

/// A request in the past, or the one to decide.
#[derive(Clone, Copy)]
struct Hit {
    at: u64,
    cost: u64,
    admitted: bool,
}

/// What a limit of `limit` in `window` says to `now` after `before`; `None` where exact arithmetic and rounding may differ.
type Reference = fn(limit: u64, window: u64, before: &[Hit], now: Hit) -> Option<bool>;

fn cost_of(hits: &[Hit], counts: impl Fn(&Hit) -> bool) -> u64 {
    hits.iter().filter(|hit| counts(hit)).map(|hit| hit.cost).sum()
}

/// Everything let through in the same ⌊t / W⌋.
fn aligned(limit: u64, window: u64, before: &[Hit], now: Hit) -> Option<bool> {
    let counted = cost_of(before, |hit| hit.admitted && hit.at / window == now.at / window);
    Some(counted + now.cost <= limit)
}

/// Windows follow from all hits, let through or not: the first one after a window's end opens the next.
fn from_first_hit(limit: u64, window: u64, before: &[Hit], now: Hit) -> Option<bool> {
    let mut opened = before.first().map_or(now.at, |hit| hit.at);
    for hit in before.iter().chain([&now]) {
        opened = if hit.at >= opened + window { hit.at } else { opened };
    }
    Some(cost_of(before, |hit| hit.at >= opened) + now.cost <= limit)
}

/// Everything let through that is at most one window old.
fn log(limit: u64, window: u64, before: &[Hit], now: Hit) -> Option<bool> {
    Some(cost_of(before, |hit| hit.admitted && hit.at + window >= now.at) + now.cost <= limit)
}

/// The window before with the share that is left of it, in whole nanoseconds. Where that comes to a whole number of
/// requests it depends on the float's last bit which side of it the source sees.
fn counter(limit: u64, window: u64, before: &[Hit], now: Hit) -> Option<bool> {
    let number = now.at / window;
    let current = cost_of(before, |hit| hit.admitted && hit.at / window == number);
    let previous = cost_of(before, |hit| hit.admitted && hit.at / window + 1 == number);
    let weighted = previous * (window - now.at % window);
    let on_edge = weighted > 0 && weighted.is_multiple_of(window) && !now.at.is_multiple_of(window);
    (!on_edge).then_some(weighted / window + current + now.cost <= limit)
}

/// Steps from one arrival to the next: eighths of the window, so that edges are hit exactly.
fn eighths(window: u64) -> impl Strategy<Value = u64> {
    prop_oneof![3 => Just(0u64), 3 => Just(window / 8), 2 => (0u64..=16).prop_map(move |eighths| window / 8 * eighths)]
}

/// None, short and long ones, and those that miss an edge by a nanosecond.
fn any_step(window: u64) -> impl Strategy<Value = u64> {
    let beside = (0u64..=16, 0u64..3).prop_map(move |(eighths, beside)| (window / 8 * eighths + beside).saturating_sub(1));
    prop_oneof![3 => Just(0u64), 3 => 0u64..50_000_000, 2 => beside, 1 => 0u64..3 * SECOND]
}

/// Moments and costs.
fn arrivals(window: u64) -> impl Strategy<Value = Vec<(u64, u32)>> {
    let cost = || prop_oneof![3 => Just(1u32), 1 => 2u32..5];
    let start = prop_oneof![0..3 * window, (0u64..4).prop_map(move |number| number * window)];
    let exact = proptest::collection::vec((eighths(window), cost()), 1..120);
    let loose = proptest::collection::vec((any_step(window), cost()), 1..120);
    (start, prop_oneof![exact, loose]).prop_map(|(start, steps)| {
        steps
            .into_iter()
            .scan(start, |clock, (gap, cost)| {
                *clock += gap;
                Some((*clock, cost))
            })
            .collect()
    })
}

/// A limit, a window and arrivals.
fn traffic(windows: impl Strategy<Value = u64>) -> impl Strategy<Value = (u32, u64, Vec<(u64, u32)>)> {
    (1u32..30, windows).prop_flat_map(|(limit, window)| (Just(limit), Just(window), arrivals(window)))
}

fn millis() -> impl Strategy<Value = u64> {
    (1u64..5_000).prop_map(|millis| millis * 1_000_000)
}

/// As Python's `limits` has them. In float64 a part of a second can put a boundary itself on the wrong side.
fn seconds() -> impl Strategy<Value = u64> {
    (1u64..=5).prop_map(|seconds| seconds * SECOND)
}

fn decides_as(
    reference: Reference,
    algorithm: Algorithm,
    (limit, window, arrivals): (u32, u64, Vec<(u64, u32)>),
) -> Result<(), TestCaseError> {
    let mut limiter = algorithm.limiter(Settings { limit, window: Nanos(window), ..Settings::default() });
    let mut before: Vec<Hit> = Vec::new();
    for (at, cost) in arrivals {
        let mut now = Hit { at, cost: u64::from(cost), admitted: false };
        let expected = reference(u64::from(limit), window, &before, now);
        let decision = limiter.decide(Nanos(at), cost);
        now.admitted = decision.admitted();
        prop_assert!(expected.is_none_or(|expected| expected == now.admitted), "cost {cost} at {at}: {decision:?}");
        before.push(now);
    }
    Ok(())
}

/// A client that takes no for a hint: it comes back at the very moment named, or after a step of its own.
fn eager() -> impl Strategy<Value = Vec<(u64, bool)>> {
    let gap = prop_oneof![2 => Just(0u64), 2 => 0u64..5_000_000, 2 => 0u64..200_000_000, 1 => 0u64..3 * SECOND];
    proptest::collection::vec((gap, any::<bool>()), 1..150)
}

/// (came, went on) of all that the limiter lets through of an eager client's requests, each of cost 1.
fn let_through(limiter: &mut dyn Limiter, steps: Vec<(u64, bool)>) -> Vec<(u64, u64)> {
    let (mut clock, mut told) = (0, None);
    let mut through = Vec::new();
    for (gap, obeys) in steps {
        clock += told.take().filter(|_| obeys).unwrap_or(gap);
        let decision = limiter.decide(Nanos(clock), 1);
        match decision.verdict {
            Verdict::Rejected { retry_after } => told = retry_after.map(|wait| wait.0),
            _ => through.push((clock, clock + decision.wait().0)),
        }
    }
    through
}

/// Whether `holds` for every stretch between two of the moments: how many there are in it, both ends counted, and how long it is.
fn every_stretch(mut moments: Vec<u64>, holds: impl Fn(u128, u128) -> bool) -> bool {
    moments.sort_unstable();
    let from = |first: usize| moments[first..].iter().zip(1u128..).all(|(last, count)| holds(count, u128::from(last - moments[first])));
    (0..moments.len()).all(from)
}

fn settings() -> impl Strategy<Value = Settings> {
    (1u32..50, prop_oneof![millis(), seconds()], 1u32..30, 0u64..3 * SECOND).prop_map(|(limit, window, burst, patience)| Settings {
        limit,
        window: Nanos(window),
        burst,
        patience: Nanos(patience),
        ..Settings::default()
    })
}

/// A `limit_req`: whose burst may be nothing, and of whose burst any part may wait.
fn limit_req() -> impl Strategy<Value = Settings> {
    (settings(), 0u32..30, 0u32..30, 0u8..3).prop_map(|(settings, burst, undelayed, kind)| {
        let delay = [Delay::All, Delay::After(undelayed.min(burst)), Delay::Nothing][usize::from(kind)];
        Settings { burst, delay, ..settings }
    })
}

/// In thousandths of a request: nginx's unit.
fn drained_a_second(settings: Settings) -> u64 {
    (u64::from(settings.limit) * 1_000 * SECOND / settings.window.0).max(1)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))), ..Default::default()
    })]

    #[test]
    fn an_aligned_window_decides_as_its_history_says(traffic in traffic(millis())) {
        decides_as(aligned, Algorithm::FixedWindow, traffic)?;
    }

    #[test]
    fn a_window_from_the_first_hit_decides_as_its_history_says(traffic in traffic(millis())) {
        decides_as(from_first_hit, Algorithm::FirstHit, traffic)?;
    }

    #[test]
    fn a_log_decides_as_its_history_says(traffic in traffic(millis())) {
        decides_as(log, Algorithm::SlidingLog, traffic)?;
    }

    #[test]
    fn a_counter_decides_as_its_history_says(traffic in traffic(seconds())) {
        decides_as(counter, Algorithm::SlidingCounter, traffic)?;
    }

    /// b + r·t. Go forgives the debt of less than a nanosecond, so it is as if every stretch were one nanosecond longer.
    #[test]
    fn a_token_bucket_admits_its_burst_and_what_is_earned(settings in settings(), steps in eager()) {
        let (burst, limit, window) = (u128::from(settings.burst), u128::from(settings.limit), u128::from(settings.window.0));
        let earned = |count: u128, span: u128| count.saturating_sub(burst) * window <= limit * (span + 1);
        let through = let_through(&mut TokenBucket::new(settings), steps.clone());
        prop_assert!(every_stretch(through.iter().map(|(came, _)| *came).collect(), earned));
        // One that waits keeps the bound where it lets through, not where requests come: its debt has no floor but patience.
        let through = let_through(&mut TokenWait::new(settings), steps);
        prop_assert!(through.is_sorted_by_key(|(_, went)| *went), "nobody overtakes");
        prop_assert!(every_stretch(through.iter().map(|(_, went)| *went).collect(), earned));
    }

    /// b + ⌊t / T⌋ with b = 1 + τ / T, where τ is how much too early a request may come.
    #[test]
    fn gcra_admits_its_tolerance_and_one_an_interval(settings in settings(), steps in eager()) {
        let interval = u128::from(settings.window.0 / u64::from(settings.limit));
        let tolerance = interval * u128::from(settings.burst - 1);
        let through = let_through(&mut Gcra::new(settings), steps);
        let conforms = |count: u128, span: u128| (count - 1) * interval <= span + tolerance;
        prop_assert!(every_stretch(through.iter().map(|(came, _)| *came).collect(), conforms));
    }

    /// Twice the limit across a boundary: all of it in two nanoseconds, and not one more for a whole window.
    #[test]
    fn an_aligned_window_admits_twice_its_limit_across_a_boundary(limit in 1u32..50, window in millis(), number in 1u64..9) {
        let mut limiter = FixedWindow::new(Settings { limit, window: Nanos(window), ..Settings::default() });
        let boundary = number * window;
        let mut admitted = |at: u64| (0..=limit).filter(|_| limiter.decide(Nanos(at), 1).admitted()).count() as u32;
        prop_assert_eq!([admitted(boundary - 1), admitted(boundary), admitted(boundary + window - 1)], [limit, limit, 0]);
    }

    /// With e the share of the current window that has passed, at most L + ⌈L·e⌉ in the true window that ends now: 2L at its
    /// end, for the weight is rounded down. And it refuses only while the true window has room for no more than L·(1 − e).
    #[test]
    fn a_counter_is_off_by_no_more_than_it_weighs(limit in 1u32..30, window in seconds(), start in 0u64..15 * SECOND, steps in eager()) {
        let mut limiter = SlidingCounter::new(Settings { limit, window: Nanos(window), ..Settings::default() });
        let limit = u64::from(limit);
        let mut admitted: Vec<u64> = Vec::new();
        let (mut clock, mut told) = (start, None);
        for (gap, obeys) in steps {
            clock += told.take().filter(|_| obeys).unwrap_or(gap);
            let count = |admitted: &[u64]| admitted.iter().filter(|at| **at + window > clock).count() as u64;
            let passed = clock % window;
            match limiter.decide(Nanos(clock), 1).verdict {
                Verdict::Rejected { retry_after } => {
                    told = retry_after.map(|wait| wait.0);
                    let room = limit.saturating_sub(count(&admitted));
                    prop_assert!(room <= limit * (window - passed) / window, "room for {room} at {clock}");
                }
                _ => {
                    admitted.push(clock);
                    // Where L·e is whole, the float's last bit may round down once more.
                    let rounded = u64::from(passed > 0 && (limit * passed).is_multiple_of(window));
                    let most = (limit + (limit * passed).div_ceil(window) + rounded).min(2 * limit);
                    prop_assert!(count(&admitted) <= most, "{} at {clock}, not {most}", count(&admitted));
                }
            }
        }
    }

    /// `nodelay` with burst B lets B + 1 through at once: the one that was due, and the burst. The others do too, if later.
    #[test]
    fn a_burst_admits_one_more_than_it_says(settings in limit_req(), at in 0u64..9 * SECOND, idle in 0u64..9) {
        let mut limiter = LimitReq::new(settings);
        let mut admitted = |at: u64| (0..settings.burst + 9).filter(|_| limiter.decide(Nanos(at), 1).admitted()).count() as u32;
        prop_assert_eq!([admitted(at), admitted(at)], [settings.burst + 1, 0]);
        // When all of it has drained, and one more, a key is as new: then it is nginx's rule that a request costs nothing.
        let millis = (u64::from(settings.burst + 1) * 1_000_000).div_ceil(drained_a_second(settings));
        prop_assert_eq!(admitted(at + (millis + idle) * 1_000_000), settings.burst + 1);
    }

    /// Where requests go on, `limit_req` has smoothed them: in any stretch at most 1 + d of them, d of which do not wait, and
    /// what drains in it. Counted in whole milliseconds, a wait is cut by up to one: nginx's arithmetic in its own units.
    #[test]
    fn what_a_queue_lets_through_is_no_burst(settings in limit_req(), steps in eager()) {
        let rate = u128::from(drained_a_second(settings));
        let burst = u128::from(settings.burst) * 1_000_000;
        let at_once = match settings.delay {
            Delay::All => burst.min(rate),
            Delay::After(n) => burst.min(u128::from(n) * 1_000_000 + rate),
            Delay::Nothing => burst,
        };
        let through = let_through(&mut LimitReq::new(settings), steps);
        let drains = |count: u128, span: u128| (count - 1) * 1_000_000 <= rate * span.div_ceil(1_000_000) + at_once;
        prop_assert!(every_stretch(through.into_iter().map(|(_, went)| went).collect(), drains));
    }
}

/// Both errors of the counter, as large as they get: twice the limit in a window, and nine refused with room for nine.
#[test]
fn the_errors_of_a_counter_are_reached() {
    let counter = || SlidingCounter::new(Settings { limit: 10, ..Settings::default() });
    let admitted = |limiter: &mut SlidingCounter, ms: u64| (0..11).filter(|_| limiter.decide(Nanos::from_millis(ms), 1).admitted()).count();
    let mut late = counter();
    assert_eq!([admitted(&mut late, 1_990), admitted(&mut late, 2_950)], [10, 10], "⌊10 × 0.05⌋ of the first ten count: none");
    let mut early = counter();
    assert_eq!([admitted(&mut early, 1_000), admitted(&mut early, 2_001)], [10, 1], "⌊10 × 0.999⌋ of the first ten count: nine");
}
