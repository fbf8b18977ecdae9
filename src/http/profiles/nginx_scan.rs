//! How nginx 1.22 reads lists of entity tags, ranges and dates: byte by byte, and not always as the RFC has it.
//!
//! `ngx_http_test_if_match()` in `ngx_http_not_modified_filter_module.c`, `ngx_http_range_parse()` in
//! `ngx_http_range_filter_module.c` and `ngx_parse_http_time()` in `ngx_parse_time.c`; the answers in the tests were seen from nginx 1.22.1 on loopback.

/// What `ngx_http_range_parse` makes of a Range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// First and last byte of each.
    Ranges(Vec<(u64, u64)>),
    /// Answered with the whole file.
    Declined,
    Unsatisfiable,
}

/// `ngx_http_range_parse()`; `set` is what stands behind `bytes=`.
pub fn parse_ranges(set: &str, length: u64) -> Parsed {
    let mut rest = set.as_bytes();
    let mut found: Vec<(u64, u64)> = Vec::new();
    let mut size: u64 = 0;
    loop {
        spaces(&mut rest);
        let (start, end);
        if rest.first() == Some(&b'-') {
            rest = rest.get(1..).unwrap_or_default();
            let Some(count) = number(&mut rest) else {
                return Parsed::Unsatisfiable;
            };
            spaces(&mut rest);
            start = length.saturating_sub(count);
            end = length;
        } else {
            let Some(first) = number(&mut rest) else {
                return Parsed::Unsatisfiable;
            };
            spaces(&mut rest);
            if rest.first() != Some(&b'-') {
                return Parsed::Unsatisfiable;
            }
            rest = rest.get(1..).unwrap_or_default();
            spaces(&mut rest);
            start = first;
            if rest.is_empty() || rest.first() == Some(&b',') {
                end = length;
            } else {
                let Some(last) = number(&mut rest) else {
                    return Parsed::Unsatisfiable;
                };
                spaces(&mut rest);
                end = last.saturating_add(1).min(length);
            }
        }
        if !rest.is_empty() && rest.first() != Some(&b',') {
            return Parsed::Unsatisfiable;
        }
        if start < end {
            found.push((start, end - 1));
            size = size.saturating_add(end - start);
        } else if start == 0 {
            return Parsed::Declined;
        }
        if rest.is_empty() {
            break;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    if found.is_empty() {
        Parsed::Unsatisfiable
    } else if size > length {
        Parsed::Declined
    } else {
        Parsed::Ranges(found)
    }
}

fn spaces(rest: &mut &[u8]) {
    let bytes = *rest;
    let count = bytes.iter().take_while(|byte| **byte == b' ').count();
    *rest = bytes.get(count..).unwrap_or_default();
}

/// Takes digits off the front. A number that does not fit into `off_t` is refused.
fn number(rest: &mut &[u8]) -> Option<u64> {
    const MOST: u64 = i64::MAX as u64;
    let bytes = *rest;
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = bytes.split_at_checked(count)?;
    *rest = after;
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= MOST).then_some(number)
}

/// The list scan of `ngx_http_test_if_match`: it compares bytes, and stops as soon as less is left than the tag is long.
pub fn in_list(list: &str, etag: Option<&str>, weak: bool) -> bool {
    if list == "*" {
        return true;
    }
    let Some(etag) = etag else {
        return false;
    };
    let etag = if weak && etag.len() > 2 { etag.strip_prefix("W/").unwrap_or(etag) } else { etag };
    let etag = etag.as_bytes();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut rest = list.as_bytes();
    while !rest.is_empty() {
        if weak && rest.len() > 2 {
            rest = rest.strip_prefix(b"W/").unwrap_or(rest);
        }
        if etag.len() > rest.len() {
            return false;
        }
        if let Some(after) = rest.strip_prefix(etag) {
            let spaces = after.iter().take_while(|byte| blank(byte)).count();
            rest = after.get(spaces..).unwrap_or_default();
            if rest.first().is_none_or(|byte| *byte == b',') {
                return true;
            }
        }
        let skipped = rest.iter().take_while(|byte| **byte != b',').count();
        rest = rest.get(skipped..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| blank(byte) || **byte == b',').count();
        rest = rest.get(skipped..).unwrap_or_default();
    }
    false
}

/// `ngx_parse_http_time()`, in seconds since 1970: no more of a date than nginx looks at. The day of the week may be anything
/// before a comma or a space, a month is known by one to three of its letters, and what stands behind the time is not read.
pub fn date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let mark = bytes.iter().position(|byte| matches!(byte, b',' | b' '))?;
    let asctime = bytes.get(mark) == Some(&b' ');
    let mut rest = bytes.get(mark + 1..)?;
    spaces(&mut rest);
    if rest.len() < 18 {
        return None;
    }
    let mut day = 0;
    let mut separator = b' ';
    if !asctime {
        day = digits(&mut rest, 2)?;
        separator = *rest.first()?;
        if !matches!(separator, b' ' | b'-') || (separator == b' ' && rest.len() < 18) {
            return None;
        }
        rest = rest.get(1..)?;
    }
    let month = month(rest)?;
    rest = rest.get(3..)?;
    if !asctime && rest.first() != Some(&separator) {
        return None;
    }
    rest = rest.get(1..)?;
    let mut year = 0;
    if asctime {
        rest = rest.strip_prefix(b" ").unwrap_or(rest);
        day = digits(&mut rest, 1)?;
        if rest.first()? != &b' ' {
            day = day * 10 + digits(&mut rest, 1)?;
        }
        if rest.len() < 14 {
            return None;
        }
    } else if separator == b' ' {
        year = digits(&mut rest, 4)?;
    } else {
        year = digits(&mut rest, 2)?;
        year += if year < 70 { 2000 } else { 1900 };
    }
    rest = rest.strip_prefix(b" ")?;
    let hour = digits(&mut rest, 2)?;
    rest = rest.strip_prefix(b":")?;
    let minute = digits(&mut rest, 2)?;
    rest = rest.strip_prefix(b":")?;
    let second = digits(&mut rest, 2)?;
    if asctime {
        rest = rest.strip_prefix(b" ")?;
        year = digits(&mut rest, 4)?;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].get(usize::try_from(month).ok()?).copied()?;
    if hour > 23 || minute > 59 || second > 59 || day > last {
        return None;
    }
    // Years begin in March, so that a leap day ends one; day 0 is the last of the month before, as nginx counts it.
    let (year, from_march) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days =
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * from_march + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (digits, after) = rest.split_at_checked(count)?;
    *rest = after;
    digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// From 0, by the letters that nginx looks at.
fn month(name: &[u8]) -> Option<i64> {
    let [first, second, third, ..] = *name else { return None };
    Some(match first {
        b'J' if second == b'a' => 0,
        b'J' if third == b'n' => 5,
        b'J' => 6,
        b'F' => 1,
        b'M' if third == b'r' => 2,
        b'M' => 4,
        b'A' if second == b'p' => 3,
        b'A' => 7,
        b'S' => 8,
        b'O' => 9,
        b'N' => 10,
        b'D' => 11,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_nginx_1_22_1_answered_them_for_20_bytes() {
        let ranges = |set: &str| parse_ranges(set, 20);
        assert_eq!(ranges("0-4"), Parsed::Ranges(vec![(0, 4)]));
        assert_eq!(ranges(" 0 - 4"), Parsed::Ranges(vec![(0, 4)]));
        assert_eq!(ranges("0-1,3-4"), Parsed::Ranges(vec![(0, 1), (3, 4)]));
        assert_eq!(ranges("0-4, 6-7"), Parsed::Ranges(vec![(0, 4), (6, 7)]));
        assert_eq!(ranges("0-4,99-"), Parsed::Ranges(vec![(0, 4)]));
        assert_eq!(ranges("15-99"), Parsed::Ranges(vec![(15, 19)]));
        assert_eq!(ranges("-5"), Parsed::Ranges(vec![(15, 19)]));
        assert_eq!(ranges("0-15,0-15"), Parsed::Declined);
        for unsatisfiable in ["99-", "junk", "-0", "5-2", "0-4,junk", "0-18446744073709551616", "0-4,"] {
            assert_eq!(ranges(unsatisfiable), Parsed::Unsatisfiable, "{unsatisfiable}");
        }
        assert_eq!(parse_ranges("0-", 0), Parsed::Declined);
        assert_eq!(parse_ranges("-5", 0), Parsed::Declined);
        assert_eq!(parse_ranges("5-", 0), Parsed::Unsatisfiable);
    }

    #[test]
    fn dates_as_nginx_reads_them() {
        let noon = i64::try_from(crate::http::state::NOON).expect("it is a date of this century");
        for same in [
            "Tue, 24 Nov 2026 12:00:00 GMT",
            "Tue, 24 Nov 2026 12:00:00",
            "X, 24 Nov 2026 12:00:00 CET",
            "Tuesday, 24-Nov-26 12:00:00 GMT",
            "Tue Nov 24 12:00:00 2026",
            ",24 Nxx 2026 12:00:00 GMT",
        ] {
            assert_eq!(date(same), Some(noon), "{same}");
        }
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(date("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
        assert_eq!(date("Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199));
        for none in [
            "Tue, 24 Nov 2026 12:00:60 GMT",
            "Thu, 29 Feb 2026 12:00:00 GMT",
            "24 Nov 2026 12:00:00 GMT",
            "yesterday",
            "",
            "Tue, 24 nov 2026 12:00:00 GMT",
        ] {
            assert_eq!(date(none), None, "{none}");
        }
    }

    #[test]
    fn lists_as_nginx_1_22_1_scanned_them() {
        let tag = Some("\"6ae68100-14\"");
        assert!(in_list("\"6ae68100-14\"", tag, false) && in_list("*", tag, false));
        assert!(in_list("\"a\",\"6ae68100-14\"", tag, false));
        assert!(!in_list("W/\"6ae68100-14\"", tag, false) && in_list("W/\"6ae68100-14\"", tag, true));
        // No comma between the two, half a tag, nothing at all.
        for list in ["\"a\" \"6ae68100-14\"", "\"6ae68100-14", ""] {
            assert!(!in_list(list, tag, false), "{list}");
        }
    }
}
