//! The arrivals that get most through one window: searched for, with the limiter itself as the judge.
//!
//! Greed is not enough against limiters that remember: what came before the flood decides. So floods are tried that start
//! at many places of a window, after nothing, after one early request, and after a window kept full at its end; each against
//! a fresh limiter. The most that any of them got through in one true window stands beside the proven bound.

use crate::limiters::{Algorithm, Settings};
use crate::sim::Nanos;
use crate::sim::window::worst_window;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstCase {
    /// Moments to send at: only those that got through, for the others change nothing.
    pub arrivals: Vec<Nanos>,
    /// The most let through in one true window.
    pub count: usize,
    pub bound: Option<u64>,
    /// How many floods were tried.
    pub tried: usize,
}

/// A limit above this makes too many requests to try.
pub const MOST: u32 = 400;
const STARTS: u64 = 48;
/// Requests of a flood for each that the limit allows.
const DENSITY: u64 = 6;

/// `Err` is a sentence for the reader.
pub fn find(algorithm: Algorithm, settings: Settings) -> Result<WorstCase, String> {
    if algorithm.by_concurrency() {
        return Err("A limit on requests in flight has no worst window: how many pass depends on how long each takes.".to_owned());
    }
    let at_once = if algorithm.has_burst() { settings.burst.max(settings.limit) } else { settings.limit };
    if at_once > MOST {
        return Err(format!("The search tries thousands of floods; with limits or bursts above {MOST} it would take too long."));
    }
    let window = settings.window.0;
    let step = (window / (u64::from(settings.limit) * DENSITY)).max(1);
    let mut best: Option<(usize, Vec<Nanos>)> = None;
    let mut tried = 0;
    for start in (0..STARTS).map(|n| window + window * n / STARTS) {
        for primer in primers(start, window, settings.limit) {
            let arrivals = flood(primer, start, window, step, u64::from(at_once) + 1);
            let mut limiter = algorithm.limiter(settings);
            let mut through = Vec::new();
            let mut sent = Vec::new();
            for at in arrivals {
                let decision = limiter.decide(at, 1);
                if decision.admitted() {
                    through.push(at + decision.wait());
                    sent.push(at);
                }
            }
            through.sort_unstable();
            tried += 1;
            let count = worst_window(&through, settings.window).map_or(0, |worst| worst.count);
            if best.as_ref().is_none_or(|(most, _)| count > *most) {
                best = Some((count, sent));
            }
        }
    }
    let (count, arrivals) = best.unwrap_or_default();
    Ok(WorstCase { arrivals, count, bound: algorithm.limiter(settings).bound(settings.window), tried })
}

/// What comes before the flood at `start`: nothing; one request that opens a window; a window filled late.
fn primers(start: u64, window: u64, limit: u32) -> [Vec<u64>; 4] {
    let late = |from: u64| (0..u64::from(limit)).map(|n| from + n * 1_000_000).filter(|at| *at < start).collect();
    [
        Vec::new(),
        vec![start.saturating_sub(window - window / 50)],
        vec![start.saturating_sub(window / 2)],
        late(start.saturating_sub(window)),
    ]
}

/// `at_once` requests at the start and then one every `step`, for a little more than two windows.
fn flood(primer: Vec<u64>, start: u64, window: u64, step: u64, at_once: u64) -> impl Iterator<Item = Nanos> {
    let steady = (0..).map(move |n| start + n * step).take_while(move |at| *at < start + 2 * window + step);
    primer.into_iter().chain(std::iter::repeat_n(start, at_once as usize)).chain(steady).map(Nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What traffic.md states as exact is found, and nothing is found beyond it.
    #[test]
    fn the_search_reaches_the_bounds() {
        let settings = Settings { limit: 8, burst: 8, ..Settings::default() };
        let found = |algorithm| find(algorithm, settings).unwrap();
        let reached = [
            (Algorithm::FixedWindow, 16),
            (Algorithm::FirstHit, 15), // one of the first window's eight has to come early, to open it
            (Algorithm::SlidingLog, 8),
            (Algorithm::TokenBucket, 15),
            (Algorithm::Gcra, 15),
            (Algorithm::Throttle, 15),
        ];
        for (algorithm, count) in reached {
            let found = found(algorithm);
            assert_eq!(found.count, count, "{algorithm:?}");
            assert!(found.count as u64 <= found.bound.unwrap());
        }
        let counter = found(Algorithm::SlidingCounter);
        assert_eq!((counter.count, counter.bound), (16, Some(16)), "late in one window, and late in the next");
        let nginx = find(Algorithm::LimitReq, Settings { delay: crate::limiters::Delay::Nothing, ..settings }).unwrap();
        assert!((16..=17).contains(&nginx.count), "{}", nginx.count);
    }

    #[test]
    fn what_cannot_be_searched_is_said() {
        assert!(find(Algorithm::Concurrency, Settings::default()).unwrap_err().contains("in flight"));
        assert!(find(Algorithm::FixedWindow, Settings { limit: 100_000, ..Settings::default() }).unwrap_err().contains("too long"));
    }
}
