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
    /// At random, with a rate that goes in a straight line from one value to the other over the run.
    Ramp { from: f64, to: f64 },
    /// At random: `base` a second, but `peak` a second for the span `lasts` from `at` on.
    Flash { base: f64, peak: f64, at: Nanos, lasts: Nanos },
    /// At random, with the rates of a curve drawn by hand: each holds for its even share of the run.
    Drawn(Vec<u32>),
    /// Exactly these moments, in ascending order.
    Listed(Vec<Nanos>),
}

impl Arrivals {
    /// Every arrival before `until`, in ascending order. At most `most` of them: a reader who asks for a
    /// million in a second must not freeze the page.
    pub fn generate(&self, seed: u64, until: Nanos, most: usize) -> Vec<Nanos> {
        self.of_client(Client { number: 0, index: 0, of: 1 }, seed, until, most)
    }

    /// The arrivals of one of several clients that all send by this law. Each has its own luck, and those that send
    /// evenly take turns.
    pub fn of_client(&self, client: Client, seed: u64, until: Nanos, most: usize) -> Vec<Nanos> {
        let stream = || Stream::new(seed, u64::from(client.number));
        match self {
            Arrivals::Steady { rate } => {
                let behind = f64::from(client.of - 1 - client.index) / f64::from(client.of);
                (1..).map(|n| Nanos::from_secs_f64((f64::from(n) - behind) / rate)).take_while(|at| *at < until).take(most).collect()
            }
            Arrivals::Poisson { rate } => poisson(stream(), *rate, until).take(most).collect(),
            Arrivals::Ramp { from, to } => {
                let length = until.as_secs_f64();
                thinned(stream(), from.max(*to), until, |at| from + (to - from) * at.as_secs_f64() / length).take(most).collect()
            }
            Arrivals::Flash { base, peak, at: start, lasts } => {
                let crowd = *start..*start + *lasts;
                thinned(stream(), base.max(*peak), until, |at| if crowd.contains(&at) { *peak } else { *base }).take(most).collect()
            }
            Arrivals::Drawn(rates) => {
                let highest = f64::from(rates.iter().copied().max().unwrap_or(0));
                let at_rate = |at: Nanos| {
                    let slice = u128::from(at.0) * rates.len() as u128 / u128::from(until.0.max(1));
                    rates.get(slice as usize).copied().map_or(0.0, f64::from)
                };
                if highest == 0.0 { Vec::new() } else { thinned(stream(), highest, until, at_rate).take(most).collect() }
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

/// One of the clients that a law describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Among all clients of the run: it chooses the random stream.
    pub number: u32,
    /// Among the clients of this law, from 0.
    pub index: u32,
    pub of: u32,
}

fn poisson(mut stream: Stream, rate: f64, until: Nanos) -> impl Iterator<Item = Nanos> {
    let mut clock = 0.0;
    core::iter::from_fn(move || {
        clock += stream.exponential(1.0 / rate);
        Some(Nanos::from_secs_f64(clock))
    })
    .take_while(move |at| *at < until)
}

/// A Poisson process whose rate changes: one of the highest rate, of which each arrival is kept with its share
/// (Lewis and Shedler, 1979).
fn thinned(stream: Stream, highest: f64, until: Nanos, rate: impl Fn(Nanos) -> f64) -> impl Iterator<Item = Nanos> {
    let mut keep = stream.clone();
    keep.turn_aside();
    poisson(stream, highest, until).filter(move |at| keep.unit() * highest <= rate(*at))
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

    /// Each part of a changing rate has its share: counts within 3.29 standard deviations (99.9 %) of the area.
    #[test]
    fn a_rate_that_changes_is_kept_part_by_part() {
        let until = Nanos::from_secs_f64(100.0);
        let count = |law: &Arrivals, from: f64, to: f64| {
            let part = Nanos::from_secs_f64(from)..Nanos::from_secs_f64(to);
            law.generate(11, until, usize::MAX).iter().filter(|at| part.contains(at)).count() as f64
        };
        let ramp = Arrivals::Ramp { from: 20.0, to: 180.0 };
        let flash = Arrivals::Flash { base: 5.0, peak: 500.0, at: Nanos::from_secs_f64(40.0), lasts: Nanos::from_secs_f64(10.0) };
        let drawn = Arrivals::Drawn(vec![10, 0, 200, 40]);
        let parts = [
            (&ramp, 0.0, 50.0, 3_000.0),
            (&ramp, 50.0, 100.0, 7_000.0),
            (&flash, 40.0, 50.0, 5_000.0),
            (&flash, 0.0, 40.0, 200.0),
            (&drawn, 0.0, 25.0, 250.0),
            (&drawn, 50.0, 75.0, 5_000.0),
        ];
        for (law, from, to, expected) in parts {
            let counted = count(law, from, to);
            assert!((counted - expected).abs() < 3.29 * expected.sqrt(), "{law:?} from {from} to {to}: {counted}, not {expected}");
        }
        assert_eq!(count(&drawn, 25.0, 50.0), 0.0);
    }

    #[test]
    fn clients_of_one_steady_law_take_turns() {
        let law = Arrivals::Steady { rate: 1.0 };
        let first = |index| law.of_client(Client { number: index, index, of: 4 }, 0, Nanos::from_secs_f64(2.0), 9)[0].0 / 1_000_000;
        assert_eq!([first(0), first(1), first(2), first(3)], [250, 500, 750, 1_000]);
    }

    #[test]
    fn no_law_makes_more_than_it_may() {
        assert_eq!(Arrivals::Steady { rate: 1e6 }.generate(0, Nanos::SECOND, 500).len(), 500);
    }
}
