//! Dates of fields: IMF-fixdate, and the two older forms that every recipient has to read (RFC 9110 §5.6.7).
//!
//! All times are seconds since 1970-01-01 00:00:00 UTC. What lies before is read as 0: it is earlier than anything that
//! a field is compared with.

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The last second that four digits of a year can say.
const LAST: u64 = 253_402_300_799;

/// The name of the day is read, but not compared with the date. A year of two digits is one from 1970 to 2069.
pub fn parse(text: &str) -> Option<u64> {
    read(text.as_bytes(), |year| if year < 70 { 2000 + year } else { 1900 + year })
}

/// The same, but a year of two digits that would lie more than 50 years after `now` is the last one that ended so, which
/// is the RFC's rule.
pub fn parse_at(text: &str, now: u64) -> Option<u64> {
    let (this, ..) = civil(now / 86_400);
    read(text.as_bytes(), |year| {
        let century = this - this % 100;
        // The first year with these digits that is not more than 50 years in the past…
        let near = if century + year + 50 <= this { century + 100 + year } else { century + year };
        // …and the one a century before if it is too far in the future.
        if near > this + 50 { near - 100 } else { near }
    })
}

/// As IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. Nothing later than the year 9999 can be said.
pub fn format(seconds: u64) -> String {
    let seconds = seconds.min(LAST);
    let (year, month, day) = civil(seconds / 86_400);
    let weekday = DAYS.get(weekday(seconds / 86_400)).map_or("", |name| &name[..3]);
    let month = month.checked_sub(1).and_then(|index| MONTHS.get(index as usize)).copied().unwrap_or_default();
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Milliseconds since 1970 as RFC 3339: `1994-11-06T08:49:37.000Z`.
pub fn rfc3339(millis: u64) -> String {
    let (seconds, millis) = ((millis / 1000).min(LAST), millis % 1000);
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

fn read(text: &[u8], century: impl Fn(u64) -> u64) -> Option<u64> {
    let mut cursor = Cursor(text);
    let full = DAYS.iter().any(|name| text.starts_with(format!("{name},").as_bytes()));
    if full {
        // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
        cursor.0 = text.splitn(2, |&byte| byte == b',').nth(1)?;
        cursor.text(b" ")?;
        let day = cursor.number(2)?;
        cursor.text(b"-")?;
        let month = cursor.month()?;
        cursor.text(b"-")?;
        let year = century(cursor.number(2)?);
        cursor.text(b" ")?;
        let time = cursor.time()?;
        cursor.end(b" GMT")?;
        return seconds(year, month, day, time);
    }
    cursor.weekday()?;
    if cursor.text(b", ").is_some() {
        // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
        let day = cursor.number(2)?;
        cursor.text(b" ")?;
        let month = cursor.month()?;
        cursor.text(b" ")?;
        let year = cursor.number(4)?;
        cursor.text(b" ")?;
        let time = cursor.time()?;
        cursor.end(b" GMT")?;
        seconds(year, month, day, time)
    } else {
        // asctime: Sun Nov  6 08:49:37 1994
        cursor.text(b" ")?;
        let month = cursor.month()?;
        cursor.text(b" ")?;
        let day = if cursor.text(b" ").is_some() { cursor.number(1)? } else { cursor.number(2)? };
        cursor.text(b" ")?;
        let time = cursor.time()?;
        cursor.text(b" ")?;
        let year = cursor.number(4)?;
        cursor.end(b"")?;
        seconds(year, month, day, time)
    }
}

/// What is still to be read. Case counts in dates.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn text(&mut self, expected: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn number(&mut self, digits: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        let all = number.iter().all(u8::is_ascii_digit);
        all.then(|| number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
    }

    /// In three letters, of which the list has to have one: `names` begin with it. Its place in the list.
    fn name(&mut self, names: &[&str]) -> Option<u64> {
        let (name, rest) = self.0.split_at_checked(3)?;
        self.0 = rest;
        (0..).zip(names).find(|(_, own)| own.as_bytes().starts_with(name)).map(|(index, _)| index)
    }

    fn weekday(&mut self) -> Option<u64> {
        self.name(&DAYS)
    }

    /// From 1.
    fn month(&mut self) -> Option<u64> {
        Some(self.name(&MONTHS)? + 1)
    }

    /// `08:49:37` in seconds. A leap second is the next second.
    fn time(&mut self) -> Option<u64> {
        let hour = self.number(2)?;
        self.text(b":")?;
        let minute = self.number(2)?;
        self.text(b":")?;
        let second = self.number(2)?;
        (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
    }

    fn end(&self, expected: &[u8]) -> Option<()> {
        (self.0 == expected).then_some(())
    }
}

fn seconds(year: u64, month: u64, day: u64, time: u64) -> Option<u64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if day == 0 || day > days {
        return None;
    }
    // The leap second at the end of 9999 could not be said.
    Some(days_since_1970(year, month, day).map_or(0, |days| days.saturating_mul(86_400).saturating_add(time)).min(LAST))
}

/// Howard Hinnant's `days_from_civil`, for the years 0 to 9999; `None` before 1970.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    // A year that begins in March has its leap day at the end; 400 more years keep it from falling below 0.
    let year = 400 + year - u64::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).checked_sub(719_468 + 146_097)
}

/// Year, month, day of a day since 1970. The same source, `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// From Sunday, which is 0. 1970 began on a Thursday.
fn weekday(days: u64) -> usize {
    usize::try_from((days + 4) % 7).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: u64 = 784_111_777;

    #[test]
    fn the_three_forms_of_rfc_9110() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse(text), Some(EXAMPLE), "{text}");
            assert_eq!(parse_at(text, 1_700_000_000), Some(EXAMPLE), "{text}");
        }
        assert_eq!(format(EXAMPLE), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(rfc3339(EXAMPLE * 1000 + 5), "1994-11-06T08:49:37.005Z");
        assert_eq!(parse("Sun Nov 16 08:49:37 1994"), Some(EXAMPLE + 864_000));
    }

    #[test]
    fn other_dates_of_the_rfcs() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 15 Nov 1994 08:12:31 GMT", 784_887_151),
            ("Sat, 29 Oct 1994 19:43:31 GMT", 783_459_811),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
            ("Fri, 31 Dec 9999 23:59:59 GMT", LAST),
            ("Wed, 31 Dec 1969 23:59:59 GMT", 0),
            ("Sat, 01 Jan 0000 00:00:00 GMT", 0),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("Mon, 06 Nov 1994 08:49:37 GMT"), Some(EXAMPLE), "the name of the day is not compared");
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
        let year = |text: &str, now: &str| {
            let now = parse(now).unwrap_or(0);
            parse_at(&format!("Sunday, 06-Nov-{text} 08:49:37 GMT"), now).map(|seconds| civil(seconds / 86_400).0)
        };
        let now = "Sat, 01 Jul 2023 00:00:00 GMT";
        assert_eq!(year("94", now), Some(1994));
        assert_eq!(year("23", now), Some(2023));
        assert_eq!(year("72", now), Some(2072));
        assert_eq!(year("73", now), Some(2073));
        assert_eq!(year("74", now), Some(1974));
        assert_eq!(year("10", "Sat, 01 Jul 2090 00:00:00 GMT"), Some(2110));
        assert_eq!(year("69", "Sat, 01 Jul 2090 00:00:00 GMT"), Some(2069));
    }

    #[test]
    fn what_is_not_a_date_is_none() {
        for text in [
            "",
            "0",
            "Sun",
            "Sunday",
            "Sunday,",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 2023 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "1994-11-06T08:49:37Z",
            "Sün, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_goes_there_and_back() {
        for day in (0..2_932_896).step_by(37) {
            let text = format(day * 86_400 + day % 86_400);
            assert_eq!(parse(&text), Some(day * 86_400 + day % 86_400), "{text}");
        }
        assert_eq!(format(u64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
