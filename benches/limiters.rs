//! Decisions a second of every limiter, beside `governor`'s own on the same arrivals. `make bench` prints them.
//!
//! Each iteration decides 10,000 requests at twice the rate, a quarter of them bunched, on a fresh limiter.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use field_guide::limiters::{Algorithm, Finished, Settings};
use field_guide::sim::{Arrivals, Nanos};
use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};

fn main() {
    divan::main();
}

const REQUESTS: usize = 10_000;

fn settings() -> Settings {
    Settings { limit: 100, burst: 50, ..Settings::default() }
}

fn arrivals() -> Vec<Nanos> {
    let until = Nanos::from_secs_f64(1_000.0);
    let mut arrivals = Arrivals::Poisson { rate: 150.0 }.generate(7, until, REQUESTS * 3 / 4);
    let last = arrivals.last().copied().unwrap_or_default();
    let bursts = Arrivals::Bursts { size: 50, gap: Nanos::from_millis(1), every: Nanos::SECOND };
    arrivals.extend(bursts.generate(0, last, REQUESTS / 4));
    arrivals.sort_unstable();
    arrivals
}

const OF_CONCURRENCY: [Algorithm; 4] = [Algorithm::Concurrency, Algorithm::Aimd, Algorithm::Vegas, Algorithm::Gradient2];

fn of_rate() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| !OF_CONCURRENCY.contains(algorithm))
}

#[divan::bench(args = of_rate())]
fn ours(bencher: Bencher, algorithm: Algorithm) {
    let arrivals = arrivals();
    bencher.counter(ItemsCount::new(arrivals.len())).bench(|| {
        let mut limiter = algorithm.limiter(settings());
        arrivals.iter().filter(|at| limiter.decide(**at, 1).admitted()).count()
    });
}

/// A limit of concurrency learns when work is done: each request that goes through takes 900 ms, so that about as
/// many are at work as the limit allows. The queue of what is at work is timed with it.
#[divan::bench(args = OF_CONCURRENCY)]
fn ours_with_work(bencher: Bencher, algorithm: Algorithm) {
    let arrivals = arrivals();
    let takes = Nanos::from_millis(900);
    bencher.counter(ItemsCount::new(arrivals.len())).bench(|| {
        let mut limiter = algorithm.limiter(settings());
        let mut at_work: VecDeque<Finished> = VecDeque::new();
        let mut admitted = 0;
        for at in &arrivals {
            while let Some(finished) = at_work.pop_front_if(|work| work.began + takes <= *at) {
                limiter.finish(finished.began + takes, finished);
            }
            if limiter.decide(*at, 1).admitted() {
                admitted += 1;
                at_work.push_back(Finished { began: *at, in_flight: at_work.len() as u32 + 1 });
            }
        }
        admitted
    })
}

/// Its clock is moved by hand, as ours is: what is timed is the decision.
#[divan::bench]
fn governor(bencher: Bencher) {
    let arrivals = arrivals();
    let gaps: Vec<Duration> = std::iter::once(arrivals[0])
        .chain(arrivals.windows(2).map(|pair| pair[1] - pair[0]))
        .map(|gap| Duration::from_nanos(gap.0))
        .collect();
    let quota = Quota::per_second(NonZeroU32::new(100).expect("a hundred")).allow_burst(NonZeroU32::new(50).expect("fifty"));
    bencher.counter(ItemsCount::new(gaps.len())).bench(|| {
        let clock = FakeRelativeClock::default();
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
        gaps.iter()
            .filter(|gap| {
                clock.advance(**gap);
                limiter.check().is_ok()
            })
            .count()
    });
}
