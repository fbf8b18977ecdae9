//! How far a measured mean may be from the true one: confidence intervals by Student's t.
//!
//! Independent runs are taken as they are ([`of_means`]). One long run is cut into batches, long enough that their means
//! hardly know of one another ([`batch_means`]; Law and Kelton: Simulation Modeling and Analysis, the chapter on output
//! analysis for a single system). A run's values themselves depend on one another – who waits long is followed by others
//! who wait long – so an interval made of them directly would be far too narrow.

/// How often an interval made in this way holds the true mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    P95,
    P99,
    P999,
}

/// `mean ± half_width`, in the unit of the values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub mean: f64,
    pub half_width: f64,
}

impl Interval {
    pub fn low(&self) -> f64 {
        self.mean - self.half_width
    }

    pub fn high(&self) -> f64 {
        self.mean + self.half_width
    }

    /// Whether `value` lies in it, its ends included.
    pub fn holds(&self, value: f64) -> bool {
        (self.low()..=self.high()).contains(&value)
    }
}

/// The mean over independent values: one number of each run, be it the run's mean, its p99 or its share of errors.
/// Runs are independent if their seeds differ. `None` if there are fewer than two values, or one is not finite.
pub fn of_means(values: &[f64], level: Level) -> Option<Interval> {
    let freedom = values.len().checked_sub(1).filter(|freedom| *freedom >= 1)?;
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / freedom as f64;
    let half_width = level.student(freedom) * (variance / count).sqrt();
    (mean.is_finite() && half_width.is_finite()).then_some(Interval { mean, half_width })
}

/// The mean of one long run's values, in their order, from the means of `batches` equally long parts of it. What does not
/// fill a batch is left out at the start, where a run is the least settled. `None` if there are fewer than two batches,
/// fewer values than batches, or a value that is not finite.
///
/// 10 to 40 batches are usual: more of them say more about the spread, but each must stay long beside the time in which
/// the run forgets.
pub fn batch_means(values: &[f64], batches: usize, level: Level) -> Option<Interval> {
    let size = values.len().checked_div(batches).filter(|size| *size >= 1)?;
    let kept = values.get(values.len() - size * batches..)?;
    let means: Vec<f64> = kept.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
    of_means(&means, level)
}

/// Two-sided quantiles of Student's t for 1 to 15 degrees of freedom, by SciPy 1.17 (the first two are also in the
/// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
const T95: [f64; 15] =
    [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314];
const T99: [f64; 15] =
    [63.6567, 9.9248, 5.8409, 4.6041, 4.0321, 3.7074, 3.4995, 3.3554, 3.2498, 3.1693, 3.1058, 3.0545, 3.0123, 2.9768, 2.9467];
const T999: [f64; 15] =
    [636.6192, 31.5991, 12.924, 8.6103, 6.8688, 5.9588, 5.4079, 5.0413, 4.7809, 4.5869, 4.437, 4.3178, 4.2208, 4.1405, 4.0728];

impl Level {
    /// How often, from 0 to 1.
    pub fn share(self) -> f64 {
        match self {
            Level::P95 => 0.95,
            Level::P99 => 0.99,
            Level::P999 => 0.999,
        }
    }

    /// The t that a variable of Student's law stays within, on both sides, as often as the level says. `freedom` is at
    /// least 1. Wrong by less than 1 in 40,000.
    fn student(self, freedom: usize) -> f64 {
        let (few, normal): (&[f64], f64) = match self {
            Level::P95 => (&T95[..], 1.959963984540054),
            Level::P99 => (&T99[..], 2.5758293035489004),
            Level::P999 => (&T999[..], 3.2905267314919255),
        };
        few.get(freedom.saturating_sub(1)).copied().unwrap_or_else(|| expanded(normal, freedom as f64))
    }
}

/// Student's t for many degrees of freedom from the normal quantile `x` (Abramowitz and Stegun, 26.7.5).
fn expanded(x: f64, freedom: f64) -> f64 {
    let square = x * x;
    let first = (square + 1.0) * x / 4.0;
    let second = ((5.0 * square + 16.0) * square + 3.0) * x / 96.0;
    let third = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) * x / 384.0;
    let fourth = ((((79.0 * square + 776.0) * square + 1_482.0) * square - 1_920.0) * square - 945.0) * x / 92_160.0;
    x + (first + (second + (third + fourth / freedom) / freedom) / freedom) / freedom
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;

    const LEVELS: [Level; 3] = [Level::P95, Level::P99, Level::P999];

    /// Values by SciPy 1.17 (`scipy.stats.t.ppf`).
    #[test]
    fn students_t_is_as_tabled() {
        for (freedom, expected) in STUDENT {
            for (level, expected) in LEVELS.into_iter().zip(expected) {
                let t = level.student(freedom);
                assert!((t / expected - 1.0).abs() < 2.5e-5, "{level:?}, {freedom}: {t}, not {expected}");
            }
        }
    }

    const STUDENT: [(usize, [f64; 3]); 8] = [
        (1, [12.7062, 63.65674, 636.61925]),
        (5, [2.57058, 4.03214, 6.86883]),
        (15, [2.13145, 2.94671, 4.07277]),
        (16, [2.11991, 2.92078, 4.015]),
        (20, [2.08596, 2.84534, 3.84952]),
        (39, [2.02269, 2.70791, 3.55812]),
        (120, [1.97993, 2.61742, 3.37345]),
        (1_000, [1.96234, 2.58075, 3.30028]),
    ];

    /// By hand: mean 3, variance 2.5, t of 4 degrees 2.7764, so 2.7764 × √(2.5 ÷ 5).
    #[test]
    fn five_values_by_hand() {
        let interval = of_means(&[1.0, 2.0, 3.0, 4.0, 5.0], Level::P95).unwrap();
        assert_eq!(interval.mean, 3.0);
        assert!((interval.half_width - 1.96321).abs() < 1e-4, "{interval:?}");
        assert!(interval.holds(1.04) && interval.holds(4.96) && !interval.holds(1.03) && !interval.holds(4.97));
    }

    #[test]
    fn what_does_not_fill_a_batch_is_left_out_at_the_start() {
        let batched = batch_means(&[900.0, 1.0, 3.0, 5.0, 7.0], 2, Level::P95);
        assert_eq!(batched, of_means(&[2.0, 6.0], Level::P95));
        assert_eq!(batched.map(|interval| interval.mean), Some(4.0));
    }

    #[test]
    fn too_little_gives_no_interval() {
        assert_eq!(of_means(&[], Level::P99), None);
        assert_eq!(of_means(&[1.0], Level::P99), None);
        assert_eq!(of_means(&[1.0, f64::NAN], Level::P99), None);
        assert_eq!(of_means(&[1.0, f64::INFINITY], Level::P99), None);
        assert_eq!(batch_means(&[1.0, 2.0, 3.0], 0, Level::P99), None);
        assert_eq!(batch_means(&[1.0, 2.0, 3.0], 1, Level::P99), None);
        assert_eq!(batch_means(&[1.0, 2.0, 3.0], 4, Level::P99), None);
        assert_eq!(of_means(&[2.0, 2.0], Level::P999), Some(Interval { mean: 2.0, half_width: 0.0 }));
    }

    /// How many of 1,000 replications hold the true mean.
    fn held(truth: f64, interval: impl Fn(&mut Stream) -> Option<Interval>) -> f64 {
        (0..1_000).filter(|seed| interval(&mut Stream::new(*seed, 5)).is_some_and(|interval| interval.holds(truth))).count() as f64
    }

    /// The share that is held is the level's: within 3.29 standard deviations (99.9 %) of the binomial law.
    fn assert_covers(level: Level, held: f64) {
        let expected = 1_000.0 * level.share();
        let deviation = (expected * (1.0 - level.share())).sqrt();
        assert!((held - expected).abs() <= 3.29 * deviation, "{level:?}: {held} of 1,000, not {expected}");
    }

    /// 20 means of 50 exponential values.
    #[test]
    fn independent_means_are_covered_as_often_as_promised() {
        for level in LEVELS {
            let interval = |stream: &mut Stream| {
                let means: Vec<f64> = (0..20).map(|_| (0..50).map(|_| stream.exponential(2.0)).sum::<f64>() / 50.0).collect();
                of_means(&means, level)
            };
            assert_covers(level, held(2.0, interval));
        }
    }

    /// Each value is half the one before plus an exponential one of mean 1, so that their mean is 2.
    fn related(stream: &mut Stream) -> Vec<f64> {
        let mut last = 2.0;
        (0..2_000)
            .map(|_| {
                last = last / 2.0 + stream.exponential(1.0);
                last
            })
            .collect()
    }

    #[test]
    fn values_that_depend_on_one_another_are_covered_in_batches() {
        for level in LEVELS {
            assert_covers(level, held(2.0, |stream| batch_means(&related(stream), 10, level)));
        }
    }

    /// Without batches the same values promise 95 % and hold about 74 %: their mean's variance is three times as large as
    /// that of independent values.
    #[test]
    fn without_batches_the_promise_is_broken() {
        let held = held(2.0, |stream| of_means(&related(stream), Level::P95));
        assert!(held < 850.0, "{held}");
    }
}
