//! The estimate of `PeakEwma` beside the one of the crate `tower`, reading by reading, under tokio's halted clock.
#![cfg(not(target_arch = "wasm32"))]

#[path = "conformance/report.rs"]
#[allow(dead_code)] // There is a constructor for limiters as well.
mod report;

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Debug;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use field_guide::balancers::Kind;
use field_guide::balancers::peak_ewma::Estimate;
use field_guide::sim::Nanos;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use report::Report;
use tower::Service;
use tower::load::{CompleteOnResponse, Load, PeakEwma};

/// A service whose answers are there whenever somebody looks: the test decides when that is.
struct AtHand;

impl Service<()> for AtHand {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        ready(Ok(()))
    }
}

#[derive(Clone, Debug)]
enum Step {
    Send,
    /// One of those in flight is answered.
    Answer(Index),
    /// One of those in flight is given up, which counts by its time as well.
    GiveUp(Index),
    Read,
}

/// What happens, and how many nanoseconds after the step before: mostly bunched, now and then a long pause.
fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let gap = prop_oneof![4 => 0u64..50_000_000, 1 => 0u64..20_000_000_000, 1 => Just(0u64)];
    let step = prop_oneof![
        3 => Just(Step::Send),
        3 => any::<Index>().prop_map(Step::Answer),
        1 => any::<Index>().prop_map(Step::GiveUp),
        3 => Just(Step::Read),
    ];
    proptest::collection::vec((gap, step), 1..200)
}

/// tower keeps the number of a cost to itself, but it prints it, with all the digits that it takes to tell it from others.
fn printed(cost: impl Debug) -> f64 {
    let text = format!("{cost:?}");
    let number = text.strip_prefix("Cost(").and_then(|text| text.strip_suffix(')'));
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{text} is not a cost"))
}

/// Equal but for rounding. The same operations in the same order; only `exp` is libm's here and the system's there, which
/// may differ in the last bit, and two hundred steps may add that up to some 1e-13.
fn same(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-12 * theirs.max(f64::MIN_POSITIVE)
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

#[test]
fn the_estimate_is_towers() {
    let how = "Random requests, answers, cancellations and pauses under a halted clock; every load read from tower::load::PeakEwma is \
               compared with ours, to twelve digits.";
    let title = format!("{}, {}", Kind::PeakEwma.label(), Kind::PeakEwma.variant());
    let report = RefCell::new(Report::of("ewma", Kind::PeakEwma.slug(), title, "tower", locked("tower"), how));
    let cases = (1u64..2_000_000_000, 1_000_000u64..20_000_000_000, steps());
    let outcome = TestRunner::new(config()).run(&cases, |(default_rtt, decay, steps)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            let began = tokio::time::Instant::now();
            let mut theirs = PeakEwma::new(AtHand, Duration::from_nanos(default_rtt), decay as f64, CompleteOnResponse::default());
            let mut ours = Estimate::new(Nanos::ZERO, Nanos(default_rtt), Nanos(decay));
            let (mut at, mut in_flight) = (Nanos::ZERO, Vec::new());
            for (gap, step) in steps {
                tokio::time::advance(Duration::from_nanos(gap)).await;
                at = at + Nanos(gap);
                // Or the two would not be asked about the same time.
                prop_assert_eq!(began.elapsed(), Duration::from_nanos(at.0));
                match step {
                    Step::Send => in_flight.push((at, theirs.call(()))),
                    Step::Answer(which) | Step::GiveUp(which) if !in_flight.is_empty() => {
                        let (sent, response) = in_flight.swap_remove(which.index(in_flight.len()));
                        match step {
                            Step::Answer(_) => prop_assert_eq!(response.await, Ok(())),
                            _ => drop(response),
                        }
                        ours.update(at, at - sent);
                    }
                    Step::Answer(_) | Step::GiveUp(_) => {}
                    Step::Read => {
                        let pending = in_flight.len() as u32;
                        let (mine, cost) = (ours.load(at, pending), printed(theirs.load()));
                        let words = || {
                            format!(
                                "{pending} in flight at {at}, decay {}, default {}: tower {cost}, ours {mine}",
                                Nanos(decay),
                                Nanos(default_rtt)
                            )
                        };
                        report.borrow_mut().compare(same(mine, cost), words);
                        prop_assert!(same(mine, cost), "{}", words());
                    }
                }
            }
            Ok(())
        })
    });
    // The smallest sequence that differs says more than the first, so it is what fails; but the file is written before.
    let written = report.into_inner().finish();
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
    assert_eq!(written, Ok(()));
}
