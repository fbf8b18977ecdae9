//! Random streams that are the same on every machine.

use rand_core::Rng;
use rand_pcg::Lcg128Xsl64;

/// One independent stream of random numbers (PCG XSL 128/64, by O'Neill's paper).
///
/// Every source of chance in a run has a stream of its own, so that adding a server or a client does not
/// reshuffle what the others draw.
#[derive(Clone, Debug)]
pub struct Stream(Lcg128Xsl64);

impl Stream {
    /// `seed` is the run's; `source` numbers who draws (client 0, client 1, the balancer …).
    pub fn new(seed: u64, source: u64) -> Self {
        // The generator wants a well-mixed state: neighbouring seeds must not start alike.
        Stream(Lcg128Xsl64::new(u128::from(mix(seed)) << 64 | u128::from(mix(!seed)), u128::from(source)))
    }

    /// Goes to a far part of the stream, for a second kind of draw by the same source.
    pub fn turn_aside(&mut self) {
        self.0.advance(1 << 64);
    }

    /// Uniform in (0, 1]: never zero, so that its logarithm is finite.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `0..n`, without bias (Lemire: Fast Random Integer Generation in an Interval, 2019). 0 if `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        loop {
            let product = (self.0.next_u64() >> 32) * u64::from(n);
            if product as u32 >= n.wrapping_neg() % n.max(1) {
                return (product >> 32) as u32;
            }
        }
    }

    /// Exponential with the given mean, in the mean's unit.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.unit())
    }
}

/// SplitMix64's finaliser (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_do_not_follow_one_another() {
        let draw = |seed, source| Stream::new(seed, source).unit();
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert_eq!(draw(7, 3), draw(7, 3));
    }

    /// Chi-squared over 7 outcomes: 6 degrees of freedom, 22.46 holds 99.9 %.
    #[test]
    fn every_number_below_is_as_likely() {
        let mut stream = Stream::new(3, 0);
        let mut counts = [0f64; 7];
        (0..70_000).for_each(|_| counts[stream.below(7) as usize] += 1.0);
        let chi: f64 = counts.iter().map(|count| (count - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 22.46, "{chi}: {counts:?}");
        assert_eq!((stream.below(1), stream.below(0)), (0, 0));
    }

    /// Batch means: 40 batches of 5,000; the 99.9 % interval of their mean must hold the true mean.
    #[test]
    fn exponential_draws_have_their_mean() {
        let mut stream = Stream::new(7, 0);
        let batches: Vec<f64> = (0..40).map(|_| (0..5_000).map(|_| stream.exponential(2.0)).sum::<f64>() / 5_000.0).collect();
        let mean = batches.iter().sum::<f64>() / 40.0;
        let variance = batches.iter().map(|b| (b - mean).powi(2)).sum::<f64>() / 39.0;
        let half_width = 3.558 * (variance / 40.0).sqrt(); // Student's t, 39 degrees of freedom
        assert!((mean - 2.0).abs() < half_width, "{mean} ± {half_width}");
    }
}
