//! How nginx 1.22 reads lists of entity tags and ranges: byte by byte, and not always as the RFC has it.
//!
//! `ngx_http_test_if_match()` in `ngx_http_not_modified_filter_module.c` and `ngx_http_range_parse()` in
//! `ngx_http_range_filter_module.c`; the answers in the tests were seen from nginx 1.22.1 on loopback.

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
