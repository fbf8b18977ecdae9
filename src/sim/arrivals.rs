//! When requests arrive.

use serde::{Deserialize, Serialize};

use super::random::Stream;
use super::time::Nanos;

/// The law by which requests arrive. Rates are in requests per second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arrivals {
    /// Evenly spaced, the first after one whole gap.
    Steady { rate: f64 },
    /// Independent of one another: exponential gaps.
    Poisson { rate: f64 },
    /// `size` requests, `gap` apart, at the start of every `every`.
    Bursts { size: u32, gap: Nanos, every: Nanos },
    /// Exactly these moments, in ascending order.
    Listed(Vec<Nanos>),
}

impl Arrivals {
    /// Every arrival before `until`, in ascending order. At most `most` of them: a reader who asks for a
    /// million in a second must not freeze the page.
    pub fn generate(&self, seed: u64, until: Nanos, most: usize) -> Vec<Nanos> {
        match self {
            Arrivals::Steady { rate } => {
                (1..).map(|n| Nanos::from_secs_f64(f64::from(n) / rate)).take_while(|at| *at < until).take(most).collect()
            }
            Arrivals::Poisson { rate } => {
                let mut stream = Stream::new(seed, 0);
                let mut clock = 0.0;
                core::iter::from_fn(|| {
                    clock += stream.exponential(1.0 / rate);
                    Some(Nanos::from_secs_f64(clock))
                })
                .take_while(|at| *at < until)
                .take(most)
                .collect()
            }
            Arrivals::Bursts { size, gap, every } => {
                // A burst longer than its period would run into the next one; it is cut there.
                let in_burst =
                    |start: Nanos| (0..u64::from(*size)).map(move |n| start + Nanos(gap.0 * n)).take_while(move |at| *at < start + *every);
                (0..)
                    .map(|n| Nanos(every.0 * n))
                    .take_while(|start| *start < until)
                    .flat_map(in_burst)
                    .take_while(|at| *at < until)
                    .take(most)
                    .collect()
            }
            Arrivals::Listed(moments) => moments.iter().copied().take_while(|at| *at < until).take(most).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_traffic_is_evenly_spaced() {
        let arrivals = Arrivals::Steady { rate: 4.0 }.generate(0, Nanos::SECOND + Nanos(1), 100);
        assert_eq!(arrivals, [250, 500, 750, 1000].map(Nanos::from_millis));
    }

    #[test]
    fn bursts_start_on_their_period_and_never_overlap() {
        let every = Nanos::from_millis(100);
        let bursts = Arrivals::Bursts { size: 4, gap: Nanos::from_millis(40), every };
        let millis: Vec<u64> = bursts.generate(0, Nanos::from_millis(200), 100).iter().map(|at| at.0 / 1_000_000).collect();
        assert_eq!(millis, [0, 40, 80, 100, 140, 180]);
    }

    #[test]
    fn poisson_traffic_repeats_with_its_seed_and_has_its_rate() {
        let poisson = Arrivals::Poisson { rate: 50.0 };
        let until = Nanos::from_secs_f64(400.0);
        let first = poisson.generate(7, until, usize::MAX);
        assert_eq!(first, poisson.generate(7, until, usize::MAX));
        assert_ne!(first, poisson.generate(8, until, usize::MAX));
        // 20,000 expected; a Poisson count's standard deviation is its root: 3.29 of them hold 99.9 %.
        assert!((first.len() as f64 - 20_000.0).abs() < 3.29 * 20_000f64.sqrt(), "{}", first.len());
        assert!(first.is_sorted());
    }

    #[test]
    fn no_law_makes_more_than_it_may() {
        assert_eq!(Arrivals::Steady { rate: 1e6 }.generate(0, Nanos::SECOND, 500).len(), 500);
    }
}
