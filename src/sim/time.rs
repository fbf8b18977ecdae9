//! Simulated time: whole nanoseconds since the run began.

use core::fmt;
use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A moment or a span of simulated time, in nanoseconds. 64 bits hold 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Nanos(pub u64);

impl Nanos {
    pub const ZERO: Nanos = Nanos(0);
    pub const SECOND: Nanos = Nanos(1_000_000_000);

    pub const fn from_micros(micros: u64) -> Self {
        Nanos(micros * 1_000)
    }

    pub const fn from_millis(millis: u64) -> Self {
        Nanos(millis * 1_000_000)
    }

    /// Rounds to the nearest nanosecond; negative and undefined values become zero.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Nanos((seconds * 1e9 + 0.5) as u64)
    }

    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Whole seconds, rounded up: what `Retry-After` may say (RFC 9110, section 10.2.3, counts whole seconds;
    /// rounding down would send the client back too early).
    pub const fn ceil_secs(self) -> u64 {
        self.0.div_ceil(Self::SECOND.0)
    }

    pub const fn saturating_sub(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_sub(other.0))
    }

    pub const fn saturating_add(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(other.0))
    }
}

impl Add for Nanos {
    type Output = Nanos;
    fn add(self, other: Nanos) -> Nanos {
        self.saturating_add(other)
    }
}

impl Sub for Nanos {
    type Output = Nanos;
    fn sub(self, other: Nanos) -> Nanos {
        self.saturating_sub(other)
    }
}

/// In the unit a reader would choose: `0 s`, `850 ns`, `12 ms`, `1.08 s`.
impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, per_unit) = match self.0 {
            0 | 1_000_000_000.. => ("s", 1_000_000_000),
            1_000_000.. => ("ms", 1_000_000),
            1_000.. => ("µs", 1_000),
            _ => ("ns", 1),
        };
        // Two decimals, rounded in integers so that host and wasm print the same.
        let hundredths = (self.0 as u128 * 100 + per_unit / 2) / per_unit;
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        match rest {
            0 => write!(f, "{whole} {unit}"),
            _ if rest % 10 == 0 => write!(f, "{whole}.{} {unit}", rest / 10),
            _ => write!(f, "{whole}.{rest:02} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        for (nanos, text) in [
            (0, "0 s"),
            (850, "850 ns"),
            (12_000_000, "12 ms"),
            (12_340_000, "12.34 ms"),
            (1_080_000_000, "1.08 s"),
            (2_500_000_000, "2.5 s"),
            (1_500, "1.5 µs"),
        ] {
            assert_eq!(Nanos(nanos).to_string(), text);
        }
    }

    #[test]
    fn retry_after_is_never_too_early() {
        assert_eq!(Nanos(0).ceil_secs(), 0);
        assert_eq!(Nanos(1).ceil_secs(), 1);
        assert_eq!(Nanos::SECOND.ceil_secs(), 1);
        assert_eq!(Nanos(1_000_000_001).ceil_secs(), 2);
    }
}
