//! Times as logs write them: `10/Oct/2000:13:55:36 -0700`, `2000-10-10T13:55:36.123Z`, `971211336.123`.

use super::moment::{Civil, Moment};
use super::skipped::Reason;

/// Reads times, and remembers the last: a busy log writes the same second many times in a row.
#[derive(Debug)]
pub struct Clock {
    text: Vec<u8>,
    moment: Result<Moment, Reason>,
}

impl Default for Clock {
    fn default() -> Self {
        // What an empty text gives.
        Clock { text: Vec::new(), moment: Err(Reason::BadTime) }
    }
}

impl Clock {
    /// Space around the text is allowed.
    pub fn read(&mut self, text: &[u8]) -> Result<Moment, Reason> {
        let text = text.trim_ascii();
        if text != self.text.as_slice() {
            self.moment = read(text);
            self.text.clear();
            self.text.extend_from_slice(text);
        }
        self.moment
    }
}

/// Reads a time in any of the forms above. Without a time zone it is taken to be in UTC.
pub fn read(text: &[u8]) -> Result<Moment, Reason> {
    match text {
        [_, _, b'/', ..] => common(text).ok_or(Reason::BadTime)?.moment(),
        // The digit tells a year from `1.5e-3`.
        [_, _, _, digit, b'-', ..] if digit.is_ascii_digit() => rfc3339(text).ok_or(Reason::BadTime)?.moment(),
        _ => number(text),
    }
}

/// The Common Log Format's `10/Oct/2000:13:55:36 -0700`; some servers add a fraction to the seconds.
fn common(text: &[u8]) -> Option<Civil> {
    let mut cursor = Cursor(text);
    let day = cursor.digits(2)?;
    cursor.byte(b"/")?;
    let month = cursor.month()?;
    cursor.byte(b"/")?;
    let year = cursor.digits(4)?;
    cursor.byte(b":")?;
    cursor.time_of_day(year, month, day)
}

/// RFC 3339, with what ISO 8601 and most logs also allow: a space for the T, a comma for the point, `+0200`.
fn rfc3339(text: &[u8]) -> Option<Civil> {
    let mut cursor = Cursor(text);
    let year = cursor.digits(4)?;
    cursor.byte(b"-")?;
    let month = cursor.digits(2)?;
    cursor.byte(b"-")?;
    let day = cursor.digits(2)?;
    cursor.byte(b"Tt ")?;
    cursor.time_of_day(year, month, day)
}

/// What is still to be read of a text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    /// Exactly `count` digits, at most 9.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// One of the bytes in `allowed`.
    fn byte(&mut self, allowed: &[u8]) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        if !allowed.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(())
    }

    /// An English month in three letters; from 1.
    fn month(&mut self) -> Option<u32> {
        const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let (name, rest) = self.0.split_at_checked(3)?;
        self.0 = rest;
        (1..).zip(MONTHS).find(|(_, month)| name.eq_ignore_ascii_case(month.as_bytes())).map(|(number, _)| number)
    }

    /// `13:55:36`, a fraction, an offset, and nothing more.
    fn time_of_day(&mut self, year: u32, month: u32, day: u32) -> Option<Civil> {
        let hour = self.digits(2)?;
        self.byte(b":")?;
        let minute = self.digits(2)?;
        self.byte(b":")?;
        let second = self.digits(2)?;
        let nanos = self.fraction()?;
        let offset = self.offset()?;
        Some(Civil { year, month, day, hour, minute, second, nanos, offset })
    }

    /// In nanoseconds; further digits are dropped. Zero if there is none.
    fn fraction(&mut self) -> Option<u32> {
        if self.byte(b".,").is_none() {
            return Some(0);
        }
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        let nine = digits.iter().map(|digit| u32::from(digit - b'0')).chain(std::iter::repeat(0)).take(9);
        (count > 0).then(|| nine.fold(0, |number, digit| number * 10 + digit))
    }

    /// All that is left: `Z`, `-0700`, ` +05:30`, ` UTC`, or nothing, which is UTC. In minutes ahead of UTC.
    fn offset(&self) -> Option<i32> {
        let text = self.0.strip_prefix(b" ").unwrap_or(self.0);
        let (sign, digits) = match text {
            b"" | b"Z" | b"z" | b"UTC" | b"GMT" => return Some(0),
            [b'+', digits @ ..] => (1, digits),
            [b'-', digits @ ..] => (-1, digits),
            _ => return None,
        };
        let mut cursor = Cursor(digits);
        let hours = cursor.digits(2)?;
        let minutes = match cursor.0 {
            [] => 0,
            [b':', ..] => {
                cursor.byte(b":")?;
                cursor.digits(2)?
            }
            _ => cursor.digits(2)?,
        };
        let ahead = i32::try_from(hours * 60 + minutes).ok()?;
        (cursor.0.is_empty() && hours < 24 && minutes < 60).then_some(sign * ahead)
    }
}

/// A decimal number of seconds, milliseconds, microseconds or nanoseconds (see [`Moment::from_scaled_count`]), read in
/// integers: the same text must give the same nanosecond on every machine. `1.5e-3` is how some programs write small ones.
fn number(text: &[u8]) -> Result<Moment, Reason> {
    /// Below this one more digit fits in 64 bits.
    const FULL: u64 = 1_000_000_000_000_000_000;
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (mut mantissa, mut places, mut any, mut point) = (0u64, 0i32, false, false);
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                if mantissa < FULL {
                    mantissa = mantissa * 10 + u64::from(byte - b'0');
                    places += i32::from(point);
                } else if !point {
                    return Err(Reason::OutOfRange);
                }
            }
            b'.' if !point => point = true,
            _ => break,
        }
        rest = after;
    }
    let exponent = exponent(rest).filter(|_| any).ok_or(Reason::BadTime)?;
    let shift = 9 + exponent - places;
    let scaled = match shift {
        // Nearly every number; it cannot overflow: 2⁶⁴ · 10⁹ has 94 bits.
        0..=9 => Some(u128::from(mantissa) * u128::from(10u64.pow(shift.unsigned_abs()))),
        10.. => 10u128.checked_pow(shift.unsigned_abs()).and_then(|unit| unit.checked_mul(u128::from(mantissa))),
        _ => Some(10u128.checked_pow(shift.unsigned_abs()).map_or(0, |unit| u128::from(mantissa) / unit)),
    };
    Moment::from_scaled_count(scaled.ok_or(Reason::OutOfRange)?, negative)
}

/// `e-05`, or nothing, which is 0. At most three digits.
fn exponent(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [] => return Some(0),
        [b'e' | b'E', b'-', digits @ ..] => (-1, digits),
        [b'e' | b'E', b'+', digits @ ..] => (1, digits),
        [b'e' | b'E', digits @ ..] => (1, digits),
        _ => return None,
    };
    let short = (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    short.then(|| sign * digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCTOBER: i64 = 971_211_336_000_000_000;

    fn nanos(text: &str) -> Result<i64, Reason> {
        read(text.as_bytes()).map(|moment| moment.0)
    }

    #[test]
    fn one_moment_can_be_written_in_many_ways() {
        for text in [
            "10/Oct/2000:13:55:36 -0700",
            "10/oct/2000:20:55:36 +0000",
            "10/Oct/2000:20:55:36",
            "2000-10-10T13:55:36-07:00",
            "2000-10-10T20:55:36Z",
            "2000-10-10t20:55:36z",
            "2000-10-10 20:55:36",
            "2000-10-10 20:55:36 UTC",
            "2000-10-10 20:55:36.000 +0000",
            "2000-10-11T02:25:36,0+0530",
            "2000-10-10T22:55:36+02",
            "971211336",
            "971211336.000",
            "+971211336.",
            "971211336000",
            "971211336000000",
            "971211336000000000",
            "9.71211336e8",
            "9.712113360000000000e+08",
        ] {
            assert_eq!(nanos(text), Ok(OCTOBER), "{text}");
        }
        assert_eq!(nanos("2000-10-10T20:55:36.123456789123Z"), Ok(OCTOBER + 123_456_789));
        assert_eq!(nanos("10/Oct/2000:13:55:36.5 -0700"), Ok(OCTOBER + 500_000_000));
        assert_eq!(nanos("971211336000.25"), Ok(OCTOBER + 250_000), "a fraction of a millisecond");
    }

    #[test]
    fn decimals_are_exact() {
        for (text, expected) in [
            ("0", 0),
            ("0.1", 100_000_000),
            (".5", 500_000_000),
            ("-0.25", -250_000_000),
            ("1.000000001", 1_000_000_001),
            ("1.0000000019", 1_000_000_001),
            ("1714564800.123456789", 1_714_564_800_123_456_789),
            ("0.00000000000000000000000000000000000000000000001", 0),
            ("1e-9", 1),
            ("1.5E-3", 1_500_000),
            ("1e-999", 0),
            ("0.333333333333333333333333", 333_333_333),
        ] {
            assert_eq!(nanos(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_time_says_so() {
        for text in [
            "",
            "-",
            ".",
            "+.",
            "abc",
            "12a",
            "1.2.3",
            "1e",
            "1e+",
            "1e1234",
            "0x10",
            "10/Foo/2000:13:55:36 -0700",
            "10/Oct/2000 13:55:36",
            "10/Oct/2000:13:55:36 PST",
            "2000-10-10",
            "2000-10-10T13:55",
            "2000-10-10T13:55:36.",
            "2000-10-10T13:55:36+24:00",
            "2000-10-10T13:55:36+1",
            "2000-10-10T13:55:36Zzz",
        ] {
            assert_eq!(nanos(text), Err(Reason::BadTime), "{text}");
        }
        assert_eq!(nanos("30/Feb/2000:13:55:36 -0700"), Err(Reason::NoSuchDate));
        assert_eq!(nanos("2000-13-10T13:55:36Z"), Err(Reason::NoSuchDate));
        for text in ["99999999999999999999", "99999999999", "1e99", "1e28", "9999-01-01T00:00:00Z"] {
            assert_eq!(nanos(text), Err(Reason::OutOfRange), "{text}");
        }
    }

    #[test]
    fn the_clock_remembers_and_does_not_mix_up() {
        let mut clock = Clock::default();
        assert_eq!(clock.read(b""), Err(Reason::BadTime));
        for text in ["1", " 1 ", "2", "x", "2"] {
            assert_eq!(clock.read(text.as_bytes()), read(text.trim().as_bytes()), "{text}");
        }
    }
}
