//! Popularity: a few keys are asked for again and again, most hardly ever (Zipf's law).
//!
//! Drawn by rejection-inversion (Hörmann and Derflinger: Rejection-Inversion to Generate Variates from Monotone Discrete
//! Distributions, 1996) in constant memory and time. The paper's antiderivative of x^−s has no value at s = 1; taken from 1
//! on, as Apache Commons RNG does (`RejectionInversionZipfSampler`), it becomes the logarithm there.

use std::ops::RangeInclusive;

use super::random::Stream;

/// More keys than a simulation asks for.
pub const MOST_RANKS: u32 = 1_000_000;
pub const EXPONENTS: RangeInclusive<f64> = 0.0..=3.0;

/// Ranks 0, 1, 2 … below `n`, where rank r comes with probability proportional to 1 ÷ (r + 1)ˢ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zipf {
    n: u32,
    s: f64,
    /// The area under x^−s, counted from 1, at the two ends of what is drawn from.
    low: f64,
    high: f64,
    /// A place that lies no further left of its rank is accepted without a closer look.
    sure: f64,
    /// What all weights come to.
    total: f64,
}

impl Zipf {
    /// `n` from 1 to [`MOST_RANKS`], `s` in [`EXPONENTS`]; what lies outside becomes the nearest that does not. With an `s`
    /// of 0 every rank is as likely; around 1 is usual for what people ask for.
    pub fn new(n: u32, s: f64) -> Self {
        let n = n.clamp(1, MOST_RANKS);
        let s = if s.is_nan() { 0.0 } else { s.clamp(*EXPONENTS.start(), *EXPONENTS.end()) };
        Zipf {
            n,
            s,
            low: area(1.0 - s, 1.5) - 1.0,
            high: area(1.0 - s, f64::from(n) + 0.5),
            sure: 2.0 - place(1.0 - s, area(1.0 - s, 2.5) - weight(2.0, s)),
            total: total(n, s),
        }
    }

    /// A rank, from 0. A varying number of draws: one attempt takes one, and more than one attempt is rare.
    pub fn draw(&self, stream: &mut Stream) -> u32 {
        if self.s == 0.0 {
            return stream.below(self.n);
        }
        loop {
            let below = self.high + stream.unit() * (self.low - self.high);
            let x = place(1.0 - self.s, below);
            let nearest = (x + 0.5).floor().clamp(1.0, f64::from(self.n));
            // Only as much of the area around a rank counts as the rank weighs.
            if nearest - x <= self.sure || below >= area(1.0 - self.s, nearest + 0.5) - weight(nearest, self.s) {
                return (nearest as u32).saturating_sub(1);
            }
        }
    }

    /// How often `rank` is drawn, from 0 to 1; right to 1 in 10⁹.
    pub fn share(&self, rank: u32) -> f64 {
        if rank < self.n { weight(f64::from(rank) + 1.0, self.s) / self.total } else { 0.0 }
    }
}

fn weight(x: f64, s: f64) -> f64 {
    libm::pow(x, -s)
}

/// The area under x^(power − 1) from 1 to `to`: (to^power − 1) ÷ power, the logarithm if `power` is 0. `to` above 0.
pub(super) fn area(power: f64, to: f64) -> f64 {
    let log = libm::log(to);
    if power == 0.0 { log } else { libm::expm1(power * log) / power }
}

/// The place up to which [`area`] is `area`.
fn place(power: f64, area: f64) -> f64 {
    // Rounding may lead below what any place has.
    libm::exp(if power == 0.0 { area } else { libm::log1p((power * area).max(-1.0)) / power })
}

/// Ranks whose weights are added one by one.
const ADDED: u32 = 32;

/// All weights from rank 0 to n − 1: the first ones added, the others by Euler and Maclaurin's formula.
fn total(n: u32, s: f64) -> f64 {
    let added: f64 = (1..=n.min(ADDED)).map(|x| weight(f64::from(x), s)).sum();
    if n <= ADDED {
        return added;
    }
    let (from, to) = (f64::from(ADDED), f64::from(n));
    let integral = area(1.0 - s, to) - area(1.0 - s, from);
    // The weight at `from` is in the sum already, so half of it is taken off.
    let ends = (weight(to, s) - weight(from, s)) / 2.0;
    let slopes = s * (weight(from, s + 1.0) - weight(to, s + 1.0)) / 12.0;
    let bends = s * (s + 1.0) * (s + 2.0) * (weight(from, s + 3.0) - weight(to, s + 3.0)) / 720.0;
    added + integral + ends + slopes - bends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chi_squared(counts: &[f64], expected: &[f64]) -> f64 {
        counts.iter().zip(expected).map(|(count, expected)| (count - expected) * (count - expected) / expected).sum()
    }

    /// Chi-squared over 10 ranks: 9 degrees of freedom, 27.88 holds 99.9 %. The weights are added up here apart.
    #[test]
    fn ranks_come_as_often_as_they_weigh() {
        for (s, seed) in [0.0, 0.3, 0.99, 1.0, 1.000_000_1, 1.5, 3.0].into_iter().zip(0..) {
            let (zipf, mut stream) = (Zipf::new(10, s), Stream::new(seed, 2));
            let mut counts = [0.0; 10];
            (0..50_000).for_each(|_| counts[zipf.draw(&mut stream) as usize] += 1.0);
            let weights: Vec<f64> = (1..=10).map(|x| libm::pow(f64::from(x), -s)).collect();
            let total: f64 = weights.iter().sum();
            let expected: Vec<f64> = weights.iter().map(|weight| 50_000.0 * weight / total).collect();
            let chi = chi_squared(&counts, &expected);
            assert!(chi < 27.88, "s = {s}: {chi}, {counts:?}, not {expected:?}");
        }
    }

    /// The same for many ranks, in classes from each power of ten to the next: 6 classes, 5 degrees of freedom, 20.52.
    #[test]
    fn far_ranks_come_as_often_as_they_weigh() {
        for (s, seed) in [0.5, 1.0, 1.2].into_iter().zip(0..) {
            let (zipf, mut stream) = (Zipf::new(100_000, s), Stream::new(seed, 3));
            // Rank 0, then 1 to 9, 10 to 99 and so on.
            let class = |rank: u32| rank.checked_ilog10().map_or(0, |digits| digits as usize + 1);
            let (mut counts, mut weights) = ([0.0; 6], [0.0; 6]);
            (0..50_000).for_each(|_| counts[class(zipf.draw(&mut stream))] += 1.0);
            (0..100_000).for_each(|rank| weights[class(rank)] += libm::pow(f64::from(rank) + 1.0, -s));
            let total: f64 = weights.iter().sum();
            let chi = chi_squared(&counts, &weights.map(|weight| 50_000.0 * weight / total));
            assert!(chi < 20.52, "s = {s}: {chi}, {counts:?}");
        }
    }

    /// By mpmath with 30 digits: sums of 1 ÷ kˢ.
    #[test]
    fn all_weights_together_are_the_generalised_harmonic_number() {
        let known = [
            (32, 1.0, 4.05849519543652),
            (33, 1.0, 4.08879822573955),
            (100, 0.0, 100.0),
            (1_000, 0.5, 61.80100876524323),
            (1_000, 3.0, 1.2020564036593442),
            (100_000, 1.2, 5.0915829411767515),
            (1_000_000, 0.99, 15.391849746036804),
            (1_000_000, 1.0, 14.392726722865724),
            (1_000_000, 2.0, 1.6449330668487265),
        ];
        for (n, s, expected) in known {
            let sum = total(n, s);
            assert!((sum / expected - 1.0).abs() < 1e-10, "{n}, {s}: {sum}, not {expected}");
        }
    }

    #[test]
    fn shares_add_up_and_end_with_the_last_rank() {
        for s in [0.0, 0.7, 1.0, 2.5] {
            let zipf = Zipf::new(5_000, s);
            let sum: f64 = (0..5_000).map(|rank| zipf.share(rank)).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{s}: {sum}");
            assert_eq!(zipf.share(5_000), 0.0);
        }
        assert!((Zipf::new(3, 1.0).share(1) - 3.0 / 11.0).abs() < 1e-15);
    }

    #[test]
    fn no_size_and_no_exponent_leads_beyond_the_ranks() {
        for s in [f64::NAN, -1.0, 0.0, 1e-9, 1.0 - 1e-12, 1.0, 2.0, 3.0, 99.0] {
            for n in [0, 1, 2, 3, MOST_RANKS, u32::MAX] {
                let (zipf, mut stream) = (Zipf::new(n, s), Stream::new(9, 9));
                let most = n.clamp(1, MOST_RANKS);
                assert!((0..1_000).all(|_| zipf.draw(&mut stream) < most), "{n}, {s}");
            }
        }
        assert_eq!(Zipf::new(0, f64::NAN), Zipf::new(1, 0.0));
    }
}
