//! Texts of settings read and written. What does not fit is refused with a sentence that ends with a full stop.

use super::Said;
use crate::http::state::Retry;
use crate::http::{base64, date, syntax};

/// Longer texts show nothing that shorter ones do not.
pub(super) const LONGEST: usize = 4_000;
/// Members of a list.
const MOST: usize = 40;
/// In seconds.
pub(super) const YEAR: u64 = 31_536_000;

/// One line, trimmed.
pub(super) fn line<'a>(text: &'a str, name: &str) -> Said<&'a str> {
    let text = block(text, name)?.trim();
    if text.chars().any(char::is_control) {
        return Err(format!("{name}: a control character, such as a tab, cannot stand in one line. Put a space there."));
    }
    Ok(text)
}

/// Any text that is not too long, as it stands.
pub(super) fn block<'a>(text: &'a str, name: &str) -> Said<&'a str> {
    if text.len() > LONGEST {
        return Err(format!("{name}: {} bytes are more than the {LONGEST} that fit here. Shorten it.", text.len()));
    }
    Ok(text)
}

/// A whole number within bounds.
pub(super) fn number(text: &str, name: &str, least: u64, most: u64) -> Said<u64> {
    let text = line(text, name)?;
    match syntax::digits(text).filter(|number| (least..=most).contains(number)) {
        Some(number) => Ok(number),
        None => Err(format!("{name}: a whole number from {least} to {most} is needed; “{}” is not. It stays as it was.", brief(text))),
    }
}

/// The same for what is held in 32 bits.
pub(super) fn small(text: &str, name: &str, least: u64, most: u32) -> Said<u32> {
    number(text, name, least, u64::from(most)).map(|number| u32::try_from(number).unwrap_or(most))
}

/// The same for sizes.
pub(super) fn size(text: &str, name: &str, least: u64, most: u32) -> Said<usize> {
    small(text, name, least, most).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

/// A text that fits, such as `wanted` says.
pub(super) fn fitting(text: &str, name: &str, fits: fn(&str) -> bool, wanted: &str) -> Said<String> {
    let text = line(text, name)?;
    if fits(text) {
        return Ok(text.to_owned());
    }
    Err(format!("{name}: {wanted} is needed; “{}” is not. It stays as it was.", brief(text)))
}

/// A text that fits, or none.
pub(super) fn optional(text: &str, name: &str, fits: fn(&str) -> bool, wanted: &str) -> Said<Option<String>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    fitting(text, name, fits, wanted).map(Some)
}

pub(super) fn write_optional(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

/// A name without spaces.
pub(super) fn token(text: &str, name: &str) -> Said<String> {
    fitting(text, name, syntax::is_token, "a name without spaces")
}

/// Members with commas between them, each of which fits.
pub(super) fn list(text: &str, name: &str, fits: fn(&str) -> bool, wanted: &str) -> Said<Vec<String>> {
    let members = syntax::list(line(text, name)?);
    if members.len() > MOST {
        return Err(format!("{name}: {} are more than the {MOST} that fit here. Leave some out.", members.len()));
    }
    if let Some(wrong) = members.iter().find(|member| !fits(member)) {
        return Err(format!("{name}: {wanted}, with commas between, are needed; “{}” is none. They stay as they were.", brief(wrong)));
    }
    Ok(members.into_iter().map(str::to_owned).collect())
}

pub(super) fn write_list(members: &[String]) -> String {
    members.join(", ")
}

/// Seconds since 1970, from a date as fields write it; the day of the week and `GMT` may be left out.
pub(super) fn moment(text: &str, name: &str) -> Said<u64> {
    let text = line(text, name)?;
    read_moment(text)
        .ok_or_else(|| format!("{name}: a date such as 24 Nov 2026 12:00:00 GMT is needed; “{}” is not. It stays as it was.", brief(text)))
}

fn read_moment(text: &str) -> Option<u64> {
    date::parse(text).or_else(|| date::parse(&format!("Sun, {text}"))).or_else(|| date::parse(&format!("Sun, {text} GMT")))
}

pub(super) fn write_moment(seconds: &u64) -> String {
    date::format(*seconds)
}

/// A `Retry-After` value, or none.
pub(super) fn retry(text: &str, name: &str) -> Said<Retry> {
    let text = line(text, name)?;
    if text.is_empty() {
        return Ok(Retry::Unsaid);
    }
    let seconds = syntax::digits(text).filter(|seconds| *seconds <= YEAR).and_then(|seconds| u32::try_from(seconds).ok());
    match seconds.map(Retry::After).or_else(|| read_moment(text).map(Retry::At)) {
        Some(retry) => Ok(retry),
        None => Err(format!(
            "{name}: seconds up to {YEAR}, a date such as 24 Nov 2026 12:05:00 GMT, or nothing is needed; “{}” is none of them. It stays as it was.",
            brief(text)
        )),
    }
}

pub(super) fn write_retry(retry: &Retry) -> String {
    match retry {
        Retry::Unsaid => String::new(),
        Retry::After(seconds) => seconds.to_string(),
        Retry::At(seconds) => date::format(*seconds),
    }
}

/// One a line: a field value such as `Bearer t0ken`, or `user:password`, which becomes its Basic form.
pub(super) fn credentials(text: &str, name: &str) -> Said<Vec<String>> {
    let mut all = Vec::new();
    for text in block(text, name)?.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let text = line(text, name)?;
        all.push(match text.split_once(' ') {
            Some((scheme, rest)) if syntax::is_token(scheme) && !rest.trim().is_empty() => text.to_owned(),
            None if text.contains(':') => format!("Basic {}", base64::encode(text.as_bytes())),
            _ => {
                return Err(format!(
                    "{name}: one a line such as Bearer t0ken, or reader:book for Basic, is needed; “{}” is neither. They stay as they were.",
                    brief(text)
                ));
            }
        });
    }
    if all.len() > MOST {
        return Err(format!("{name}: {} are more than the {MOST} that fit here. Leave some out.", all.len()));
    }
    Ok(all)
}

/// `text/plain`, without parameters.
pub(super) fn is_media_type(text: &str) -> bool {
    text.split_once('/').is_some_and(|(kind, own)| syntax::is_token(kind) && syntax::is_token(own))
}

/// A URI or a reference to one, as far as its characters tell.
pub(super) fn is_reference(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// An absolute address without fragment.
pub(super) fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| is_reference(rest) && !rest.starts_with(['/', '?']) && !rest.contains('#'))
}

/// Enough of a reader's text to recognise it by.
pub(super) fn brief(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::state::NOON;

    #[test]
    fn dates_may_leave_the_obvious_out() {
        for text in
            ["Tue, 24 Nov 2026 12:00:00 GMT", "24 Nov 2026 12:00:00 GMT", " 24 Nov 2026 12:00:00 ", "Tuesday, 24-Nov-26 12:00:00 GMT"]
        {
            assert_eq!(moment(text, "Now"), Ok(NOON), "{text}");
        }
        for text in ["", "noon", "2026-11-24", "32 Nov 2026 12:00:00 GMT", "24 Nov 2026 25:00:00 GMT"] {
            assert!(moment(text, "Now").is_err_and(|why| why.starts_with("Now: ") && why.ends_with('.')), "{text}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_or_nothing() {
        assert_eq!(retry(" ", "x"), Ok(Retry::Unsaid));
        assert_eq!(retry("120", "x"), Ok(Retry::After(120)));
        assert_eq!(retry("24 Nov 2026 12:00:00 GMT", "x"), Ok(Retry::At(NOON)));
        for text in ["soon", "-1", "1.5", "31536001"] {
            assert!(retry(text, "x").is_err(), "{text}");
        }
        for value in [Retry::Unsaid, Retry::After(0), Retry::At(NOON)] {
            assert_eq!(retry(&write_retry(&value), "x"), Ok(value));
        }
    }

    #[test]
    fn credentials_are_field_values_or_a_pair() {
        // RFC 4648 §10: "foobar" is Zm9vYmFy, so "foo:ba" differs in the second half only.
        let read = credentials("foo:ba\n\n Bearer t0ken \n", "Credentials");
        assert_eq!(read, Ok(vec!["Basic Zm9vOmJh".to_owned(), "Bearer t0ken".to_owned()]));
        for wrong in ["Bearer", "a:b c", "Basic  "] {
            assert!(credentials(wrong, "Credentials").is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_within_their_bounds() {
        assert_eq!(number(" 7 ", "Tries", 1, 20), Ok(7));
        for text in ["0", "21", "-1", "1e3", "99999999999999999999", "seven", ""] {
            assert!(number(text, "Tries", 1, 20).is_err_and(|why| why.contains("1 to 20")), "{text}");
        }
    }

    #[test]
    fn addresses_are_whole() {
        assert!(is_address("https://example.org/old?a=b") && is_address("http://[::1]:8080"));
        for wrong in ["/old", "https://", "https:///x", "ftp://example.org/", "https://example.org/#a", "https://example.org/a b"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
