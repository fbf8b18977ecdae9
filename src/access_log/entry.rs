//! What one line says about one request, whatever its format.

use super::moment::Moment;
use super::skipped::Reason;

/// What is read from a line beside its key, which goes into a buffer that serves every line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Moment,
    /// From 1 to [`MOST_COST`].
    pub cost: u32,
}

/// A line that says nothing of a cost.
pub const DEFAULT_COST: u32 = 1;

/// The most one request may cost: no limiter of the lab has a burst near it.
pub const MOST_COST: u32 = 1_000_000;

pub fn cost_from_number(number: i128) -> Result<u32, Reason> {
    u32::try_from(number).ok().filter(|cost| (1..=MOST_COST).contains(cost)).ok_or(Reason::BadCost)
}

/// Nothing is [`DEFAULT_COST`]. `2.0` is accepted: programs that know only floating point write it.
pub fn cost_from_text(text: &[u8]) -> Result<u32, Reason> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(DEFAULT_COST);
    }
    let end = text.iter().position(|&byte| byte == b'.').unwrap_or(text.len());
    let (digits, fraction) = text.split_at(end);
    // Nine digits fit in 32 bits.
    let readable = (1..=9).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && fraction.iter().all(|&byte| byte == b'.' || byte == b'0')
        && fraction.iter().filter(|&&byte| byte == b'.').count() <= 1;
    if !readable {
        return Err(Reason::BadCost);
    }
    let number: u32 = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    cost_from_number(i128::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_whole_and_within_their_bounds() {
        for (text, cost) in [("", 1), ("  ", 1), ("1", 1), ("007", 7), ("2.0", 2), ("3.", 3), (" 1000000 ", 1_000_000)] {
            assert_eq!(cost_from_text(text.as_bytes()), Ok(cost), "{text:?}");
        }
        for text in ["0", "-1", "1.5", "1.0.0", ".", ".0", "1e3", "1000001", "9999999999", "x", "1 2"] {
            assert_eq!(cost_from_text(text.as_bytes()), Err(Reason::BadCost), "{text:?}");
        }
        assert_eq!(cost_from_number(-1), Err(Reason::BadCost));
        assert_eq!(cost_from_number(i128::MAX), Err(Reason::BadCost));
    }
}
