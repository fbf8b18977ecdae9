//! Many times in little memory, with quantiles that are right to within 1 in 128.
//!
//! The buckets are those of HdrHistogram (Gil Tene; `AbstractHistogram.java`): below 256 ns one for each nanosecond, above
//! that 128 of equal width for each doubling. As there, a quantile is answered by the highest value that would fall into
//! the same bucket, so it is never less than the exact one. The most that 64 bits can hold needs 7,424 buckets; a histogram
//! has only those up to its largest value: 3,500 of them reach beyond ten seconds.

use super::time::Nanos;

/// 2⁷ = 128 buckets for each doubling.
const BITS: u32 = 7;

/// How many values fell into each bucket, with their exact number, sum and maximum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Up to the bucket of the largest value.
    counts: Vec<u64>,
    count: u64,
    /// 128 bits: 2⁶⁴ values of 64 bits each fit.
    sum: u128,
    max: Nanos,
}

impl Histogram {
    pub fn new() -> Self {
        Histogram::default()
    }

    pub fn record(&mut self, value: Nanos) {
        let bucket = bucket(value.0);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.count += 1;
        self.sum += u128::from(value.0);
        self.max = self.max.max(value);
    }

    /// Adds what the other has recorded, as if it had been recorded here.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, count)| *own += count);
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Of the values themselves, not of their buckets; rounded to the nearest nanosecond. `None` without values.
    pub fn mean(&self) -> Option<Nanos> {
        let count = u128::from(self.count);
        // A mean of 64-bit values has 64 bits.
        (self.sum + count / 2).checked_div(count).map(|mean| Nanos(mean as u64))
    }

    /// The largest value, exactly. `None` without values.
    pub fn max(&self) -> Option<Nanos> {
        (self.count > 0).then_some(self.max)
    }

    /// The smallest value that at least the share `q` of all values do not exceed (nearest rank), rounded up to the upper
    /// edge of its bucket, or to the maximum if that is less. It is the exact quantile or more, by less than 1/128 of it;
    /// below 256 ns it is exact. `q` below 0 counts as 0, above 1 as 1. `None` without values.
    pub fn quantile(&self, q: f64) -> Option<Nanos> {
        let mut before = rank(q, self.count)?;
        let reached = |count: &u64| {
            before = before.saturating_sub(*count);
            before == 0
        };
        self.counts.iter().position(reached).map(|bucket| Nanos(upper_edge(bucket)).min(self.max))
    }
}

/// The rank of the quantile `q` among `count` ascending values, from 1: ⌈q · count⌉. `None` if `count` is 0.
fn rank(q: f64, count: u64) -> Option<u64> {
    let last = (count > 0).then_some(count)?;
    // 0.07 × 100 is a little more than 7 in binary and must not become 8: two units in the last place are taken off.
    let exact = q * count as f64 * (1.0 - 2.0 * f64::EPSILON);
    Some((exact.ceil() as u64).clamp(1, last))
}

/// The leading 8 bits of a value, and how many follow, make the bucket's number.
fn bucket(value: u64) -> usize {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(BITS + 1);
    ((shift as usize) << BITS) + (value >> shift) as usize
}

/// The highest value that falls into a bucket.
fn upper_edge(bucket: usize) -> u64 {
    let shift = (bucket >> BITS).saturating_sub(1);
    let leading = (bucket - (shift << BITS)) as u64;
    (leading << shift) + ((1u64 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|value| histogram.record(Nanos(*value)));
        histogram
    }

    /// Every edge: each bucket begins right after the one before ends, and its width is at most 1/128 of where it begins.
    #[test]
    fn buckets_leave_no_gap_and_are_narrow_enough() {
        assert_eq!(bucket(0), 0);
        for number in 0..bucket(u64::MAX) {
            let (last, next) = (upper_edge(number), upper_edge(number) + 1);
            assert_eq!((bucket(last), bucket(next)), (number, number + 1), "{last}");
            let width = upper_edge(number + 1) - last;
            assert!(width == 1 || width <= next / 128, "{next}: {width}");
            assert!(next >= 256 || width == 1, "{next}: {width}");
        }
        assert_eq!((bucket(u64::MAX), upper_edge(7_423)), (7_423, u64::MAX));
    }

    /// Against ⌈q · count⌉ in whole numbers.
    #[test]
    fn ranks_are_not_moved_by_rounding() {
        for count in 1..=2_000u64 {
            for thousandths in 0..=1_000u64 {
                let exact = (thousandths * count).div_ceil(1_000).max(1);
                assert_eq!(rank(thousandths as f64 / 1_000.0, count), Some(exact), "{thousandths} ‰ of {count}");
            }
        }
        assert_eq!((rank(-1.0, 5), rank(2.0, 5), rank(f64::NAN, 5), rank(0.5, 0)), (Some(1), Some(5), Some(1), None));
    }

    /// 200 histograms of up to 1,000 values from 0 ns to 2⁶⁴ ns, against the sorted values.
    #[test]
    fn quantiles_are_those_of_the_sorted_values_within_one_in_128() {
        for seed in 0..200 {
            let mut stream = Stream::new(seed, 0);
            let widest = stream.below(65);
            let mut value = || ((stream.unit() * 2f64.powi(64)) as u64).checked_shr(64 - widest).unwrap_or(0);
            let mut values: Vec<u64> = (0..=seed * 5).map(|_| value()).collect();
            let histogram = of(&values);
            values.sort_unstable();
            for q in [0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0] {
                let exact = values[rank(q, values.len() as u64).unwrap() as usize - 1];
                let answered = histogram.quantile(q).unwrap().0;
                assert!(answered >= exact && answered - exact <= exact / 128, "seed {seed}, {q}: {answered}, not {exact}");
            }
            let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
            let twice = 2 * u128::from(histogram.mean().unwrap().0) * values.len() as u128;
            assert!(twice.abs_diff(2 * sum) <= values.len() as u128, "seed {seed}");
            assert_eq!(histogram.max().map(|max| max.0), values.last().copied());
            assert_eq!(histogram.count(), values.len() as u64);
        }
    }

    #[test]
    fn a_quantile_is_the_upper_edge_of_its_bucket_and_never_more_than_the_maximum() {
        let millisecond = 1_000_000;
        let histogram = of(&[millisecond, millisecond, 3 * millisecond]);
        // 1,000,000 has 20 bits, so its bucket is 2¹² wide: 244 × 4,096 = 999,424 to 1,003,519.
        assert_eq!(histogram.quantile(0.5), Some(Nanos(1_003_519)));
        assert_eq!(histogram.quantile(0.99), Some(Nanos(3 * millisecond)));
        assert_eq!(histogram.mean(), Some(Nanos(1_666_667)));
    }

    #[test]
    fn without_values_there_is_nothing_to_say() {
        let none = Histogram::new();
        assert_eq!((none.quantile(0.5), none.mean(), none.max(), none.count()), (None, None, None, 0));
        assert_eq!(of(&[0]).quantile(0.5), Some(Nanos::ZERO));
    }

    #[test]
    fn merged_parts_are_the_whole() {
        let mut stream = Stream::new(3, 0);
        let values: Vec<u64> = (0..3_000).map(|_| stream.exponential(1e8) as u64).collect();
        let (short, long): (Vec<u64>, Vec<u64>) = values.iter().copied().partition(|value| *value < 20_000_000);
        let mut merged = of(&short);
        merged.merge(&of(&long));
        assert_eq!(merged, of(&values));
        merged.merge(&Histogram::new());
        assert_eq!(merged, of(&values));
        let mut the_other_way = of(&long);
        the_other_way.merge(&of(&short));
        assert_eq!(the_other_way, merged);
    }
}
