//! Moments of a log in nanoseconds, and the arithmetic between them and the calendar.

use super::skipped::Reason;

const SECOND: i64 = 1_000_000_000;
const DAY_SECONDS: i64 = 86_400;

/// Nanoseconds since 1970-01-01 00:00:00 UTC, or since a start of the log's own. 64 bits reach from 1677 to 2262.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// A count since 1970 in the unit that its size tells: below 10¹¹ seconds, below 10¹⁴ milliseconds, below 10¹⁷
    /// microseconds, from there on nanoseconds. Each unit begins in March 1973, so today's times are never mistaken.
    /// `scaled` is the count times 10⁹, so that fractions are whole numbers.
    pub fn from_scaled_count(scaled: u128, negative: bool) -> Result<Moment, Reason> {
        const MILLIS_FROM: u128 = 100_000_000_000_000_000_000;
        let nanos = match scaled / MILLIS_FROM {
            0 => scaled,
            1..1_000 => scaled / 1_000,
            1_000..1_000_000 => scaled / 1_000_000,
            _ => scaled / 1_000_000_000,
        };
        let nanos = i64::try_from(nanos).map_err(|_| Reason::OutOfRange)?;
        Ok(Moment(if negative { -nanos } else { nanos }))
    }

    /// The same for a whole count. It must fit in 64 bits, with or without a sign.
    pub fn from_count(count: i128) -> Result<Moment, Reason> {
        let scaled = count.unsigned_abs().checked_mul(1_000_000_000).ok_or(Reason::OutOfRange)?;
        Self::from_scaled_count(scaled, count < 0)
    }

    /// The same for a count that JSON wrote with a fraction, to the nearest microsecond: today's seconds leave an `f64`
    /// no more than that, and rounding there gives back what was written.
    pub fn from_fraction(count: f64) -> Result<Moment, Reason> {
        let micros_per_unit = match count.abs() {
            size if size < 1e11 => 1e6,
            size if size < 1e14 => 1e3,
            size if size < 1e17 => 1.0,
            _ => 1e-3,
        };
        let micros = (count * micros_per_unit).round();
        // 9.2 · 10¹⁵ microseconds are just below the most nanoseconds that fit.
        if micros.is_finite() && micros.abs() < 9.2e15 { Ok(Moment(micros as i64 * 1_000)) } else { Err(Reason::OutOfRange) }
    }

    pub fn is_whole_second(self) -> bool {
        self.0 % SECOND == 0
    }

    /// Whether it can only be a date: counts that begin at a log's own start do not reach March 1973.
    pub fn is_date(self) -> bool {
        self.0 >= 100_000_000 * SECOND
    }

    /// To the second, rounded down: `2000-10-10 20:55:36 UTC`.
    pub fn utc_text(self) -> String {
        let seconds = self.0.div_euclid(SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY_SECONDS));
        let of_day = seconds.rem_euclid(DAY_SECONDS);
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", of_day / 3_600, of_day / 60 % 60, of_day % 60)
    }
}

/// A date and a time of day as somebody wrote them, not yet known to exist.
#[derive(Clone, Copy, Debug)]
pub struct Civil {
    pub year: u32,
    /// From 1.
    pub month: u32,
    /// From 1.
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    /// 60 in a leap second, which counts as the first second of the next minute.
    pub second: u32,
    pub nanos: u32,
    /// How far its clock is ahead of UTC, in minutes.
    pub offset: i32,
}

impl Civil {
    pub fn moment(self) -> Result<Moment, Reason> {
        let day_exists = (1..=12).contains(&self.month) && (1..=days_in_month(self.year, self.month)).contains(&self.day);
        if !day_exists || self.hour > 23 || self.minute > 59 || self.second > 60 {
            return Err(Reason::NoSuchDate);
        }
        let days = days_from_civil(i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute) - i64::from(self.offset);
        let seconds = days * DAY_SECONDS + minutes * 60 + i64::from(self.second);
        let nanos = seconds.checked_mul(SECOND).and_then(|nanos| nanos.checked_add(i64::from(self.nanos)));
        nanos.map(Moment).ok_or(Reason::OutOfRange)
    }
}

/// `month` from 1 to 12.
fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. The year is taken to begin in March, so that the leap day is its last:
/// Howard Hinnant, “chrono-Compatible Low-Level Date Algorithms”, `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The way back: year, month, day. The same source, `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(year: u32, month: u32, day: u32, hour: u32, minute: u32, second: u32, offset: i32) -> Result<i64, Reason> {
        Civil { year, month, day, hour, minute, second, nanos: 0, offset }.moment().map(|moment| moment.0 / SECOND)
    }

    #[test]
    fn dates_have_their_known_epoch_seconds() {
        assert_eq!(seconds(1970, 1, 1, 0, 0, 0, 0), Ok(0));
        assert_eq!(seconds(1969, 12, 31, 23, 59, 59, 0), Ok(-1));
        assert_eq!(seconds(2000, 10, 10, 13, 55, 36, -420), Ok(971_211_336));
        assert_eq!(seconds(2000, 2, 29, 0, 0, 0, 0), Ok(951_782_400));
        assert_eq!(seconds(2024, 2, 29, 12, 0, 0, 0), Ok(1_709_208_000));
        assert_eq!(seconds(1900, 3, 1, 0, 0, 0, 0), Ok(-2_203_891_200));
        assert_eq!(seconds(2100, 3, 1, 0, 0, 0, 0), Ok(4_107_542_400));
        assert_eq!(seconds(2016, 12, 31, 23, 59, 60, 0), Ok(1_483_228_800), "a leap second is the next second");
    }

    #[test]
    fn dates_that_do_not_exist_are_told_from_dates_that_do_not_fit() {
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (2024, 1, 0)] {
            assert_eq!(seconds(year, month, day, 0, 0, 0, 0), Err(Reason::NoSuchDate), "{year}-{month}-{day}");
        }
        assert_eq!(seconds(2024, 1, 1, 24, 0, 0, 0), Err(Reason::NoSuchDate));
        assert_eq!(seconds(2024, 1, 1, 0, 60, 0, 0), Err(Reason::NoSuchDate));
        assert_eq!(seconds(2024, 1, 1, 0, 0, 61, 0), Err(Reason::NoSuchDate));
        assert_eq!(seconds(9999, 12, 31, 0, 0, 0, 0), Err(Reason::OutOfRange));
        assert_eq!(seconds(1, 1, 1, 0, 0, 0, 0), Err(Reason::OutOfRange));
    }

    #[test]
    fn the_calendar_goes_there_and_back() {
        let mut before = (-100_000..=100_000i64).map(civil_from_days);
        let mut last = before.next().unwrap();
        for (days, date) in (-99_999..).zip(before) {
            assert!(date > last, "{date:?} follows {last:?}");
            assert_eq!(days_from_civil(date.0, date.1, date.2), days);
            last = date;
        }
        assert_eq!(Moment(971_211_336 * SECOND + 999_999_999).utc_text(), "2000-10-10 20:55:36 UTC");
        assert_eq!(Moment(-1).utc_text(), "1969-12-31 23:59:59 UTC");
    }

    #[test]
    fn the_size_of_a_count_tells_its_unit() {
        let moment = Ok(Moment(1_714_564_800 * SECOND));
        for count in [1_714_564_800, 1_714_564_800_000, 1_714_564_800_000_000, 1_714_564_800_000_000_000] {
            assert_eq!(Moment::from_count(count), moment);
            assert_eq!(Moment::from_fraction(count as f64), moment);
        }
        assert_eq!(Moment::from_count(-2), Ok(Moment(-2 * SECOND)));
        assert_eq!(Moment::from_fraction(1_714_564_800.123_456), Ok(Moment(1_714_564_800_123_456_000)));
        assert_eq!(Moment::from_fraction(0.25), Ok(Moment(250_000_000)));
        for far in [99_999_999_999, i128::from(u64::MAX), i128::MAX] {
            assert_eq!(Moment::from_count(far), Err(Reason::OutOfRange));
        }
        for far in [9.9e10, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(Moment::from_fraction(far), Err(Reason::OutOfRange));
        }
    }
}
