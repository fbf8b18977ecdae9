//! CSV: `time_s[,key[,cost]]`, with or without a line of names above it. Cells may be quoted as RFC 4180 has it; cells
//! behind the third are not looked at.

use super::entry::{DEFAULT_COST, Entry, cost_from_text};
use super::skipped::Reason;
use super::time_text::{self, Clock};

/// Reads a line without space around it, and adds its key to `key`.
pub fn read(line: &[u8], clock: &mut Clock, key: &mut Vec<u8>) -> Result<Entry, Reason> {
    let (time, rest) = cell(line)?;
    let at = clock.read(time.text)?;
    let Some(rest) = rest else { return Ok(Entry { at, cost: DEFAULT_COST }) };
    let (name, rest) = cell(rest)?;
    let cost = match rest {
        Some(rest) => cost_from_text(cell(rest)?.0.text)?,
        None => DEFAULT_COST,
    };
    name.add_to(key);
    Ok(Entry { at, cost })
}

/// Whether a first line names columns rather than giving a time.
pub fn is_header(line: &[u8]) -> bool {
    let first = line.strip_prefix(b"\"").unwrap_or(line).first();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || !byte.is_ascii())
}

/// Whether a line is likely to be CSV: its first cell is a time.
pub fn looks_like(line: &[u8]) -> bool {
    let Ok((time, rest)) = cell(line) else { return false };
    // `2024-05-01 12:00:00,123 INFO …` is how Python logs.
    let is_sentence = |rest: &[u8]| cell(rest).is_ok_and(|(name, _)| name.text.contains(&b' '));
    let is_prose = time.text.contains(&b':') && rest.is_some_and(is_sentence);
    time_text::read(time.text).is_ok() && !is_prose
}

struct Cell<'a> {
    /// Without space around it and without the quotes around it; quotes inside quotes are still doubled.
    text: &'a [u8],
    quoted: bool,
}

impl Cell<'_> {
    fn add_to(&self, key: &mut Vec<u8>) {
        if !self.quoted {
            key.extend_from_slice(self.text);
            return;
        }
        let mut first_of_two = false;
        for &byte in self.text {
            first_of_two = byte == b'"' && !first_of_two;
            if !first_of_two {
                key.push(byte);
            }
        }
    }
}

/// The first cell, and what follows its comma; `None` if no comma does.
fn cell(line: &[u8]) -> Result<(Cell<'_>, Option<&[u8]>), Reason> {
    let Some(quoted) = line.trim_ascii_start().strip_prefix(b"\"") else {
        let (text, rest) = match line.iter().position(|&byte| byte == b',') {
            Some(end) => (&line[..end], Some(&line[end + 1..])),
            None => (line, None),
        };
        return Ok((Cell { text: text.trim_ascii(), quoted: false }, rest));
    };
    let mut end = 0;
    loop {
        end += quoted[end..].iter().position(|&byte| byte == b'"').ok_or(Reason::OpenQuote)?;
        if quoted.get(end + 1) != Some(&b'"') {
            break;
        }
        end += 2;
    }
    let rest = match quoted[end + 1..].trim_ascii_start() {
        [] => None,
        [b',', rest @ ..] => Some(rest),
        _ => return Err(Reason::OpenQuote),
    };
    Ok((Cell { text: &quoted[..end], quoted: true }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_log::moment::Moment;

    fn read_line(line: &str) -> Result<(i64, String, u32), Reason> {
        let mut key = Vec::new();
        let entry = read(line.as_bytes(), &mut Clock::default(), &mut key)?;
        let Moment(nanos) = entry.at;
        Ok((nanos, String::from_utf8_lossy(&key).into_owned(), entry.cost))
    }

    #[test]
    fn one_to_three_cells_are_read() {
        for (line, nanos, key, cost) in [
            ("0.25", 250_000_000, "", 1),
            ("0.25,", 250_000_000, "", 1),
            ("1 , alice , 3", 1_000_000_000, "alice", 3),
            ("1,alice,", 1_000_000_000, "alice", 1),
            ("1,,2", 1_000_000_000, "", 2),
            ("1,alice,2,GET,/", 1_000_000_000, "alice", 2),
            (r#""1","a, ""b""",2"#, 1_000_000_000, r#"a, "b""#, 2),
            (r#"1,"""""#, 1_000_000_000, "\"", 1),
            (r#"1,a""b"#, 1_000_000_000, r#"a""b"#, 1),
            ("1970-01-01T00:00:02Z,bob", 2_000_000_000, "bob", 1),
        ] {
            assert_eq!(read_line(line), Ok((nanos, key.to_owned(), cost)), "{line}");
        }
    }

    #[test]
    fn other_lines_say_what_is_wrong() {
        for (line, reason) in [
            (",alice", Reason::BadTime),
            ("soon,alice", Reason::BadTime),
            ("1,alice,0", Reason::BadCost),
            ("1,alice,many", Reason::BadCost),
            ("1,\"alice", Reason::OpenQuote),
            ("1,\"alice\"x,1", Reason::OpenQuote),
            ("1,\"", Reason::OpenQuote),
            ("1,\"\"\"", Reason::OpenQuote),
        ] {
            assert_eq!(read_line(line), Err(reason), "{line}");
        }
    }

    #[test]
    fn names_of_columns_are_told_from_times() {
        for header in ["time_s,key,cost", "\"time\",key", "_t", "時刻,key"] {
            assert!(is_header(header.as_bytes()), "{header}");
        }
        for line in ["1,alice", "\"1\",alice", "-1", ".5", ",x", "\""] {
            assert!(!is_header(line.as_bytes()), "{line}");
        }
        assert!(looks_like(b"2024-05-01 12:00:00,alice"));
        assert!(!looks_like(b"2024-05-01 12:00:00,123 INFO started"));
        assert!(!looks_like(b"time_s,key"));
    }
}
