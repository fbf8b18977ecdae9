//! What a file is, from its beginning: something that cannot be read at all, or one of the formats.

use super::skipped::Reason;
use super::time_text::Clock;
use super::{Format, JsonFields, common, csv};

/// How many lines are looked at.
pub const FIRST_LINES: usize = 32;

/// The first lines that say something, without space around them.
pub fn first_lines(start: &[u8]) -> impl Iterator<Item = &[u8]> {
    start.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !is_silent(line)).take(FIRST_LINES)
}

/// Whether a line is empty or a comment. `line` has no space around it.
pub fn is_silent(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"#")
}

/// Without the byte order mark that some programs put before UTF-8.
pub fn without_mark(start: &[u8]) -> &[u8] {
    start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start)
}

/// Why the file cannot be read, as a sentence that says what to do instead.
pub fn refuse(start: &[u8]) -> Option<&'static str> {
    /// gzip, zip, Zstandard, xz.
    const PACKED: [&[u8]; 4] = [b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0"];
    if PACKED.iter().any(|mark| start.starts_with(mark)) {
        return Some("This file is compressed. Unpack it and choose the log that was in it.");
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some("This file is in UTF-16. Save it in UTF-8 and choose it again.");
    }
    // Text has next to none of these; whatever is packed, drawn or compiled has every ninth or more. A few are
    // forgiven: a server that lost its power leaves NUL bytes in a log that is otherwise fine. Bytes above 127 say
    // nothing, because keys may be in any encoding.
    let odd = start.iter().filter(|byte| byte.is_ascii_control() && !b"\t\n\r\x1b".contains(byte)).count();
    (odd * 20 > start.len()).then_some("This is not a text file: it has bytes that no log has. Choose an access log.")
}

/// The format of most of the first lines; [`Format::Detect`] if they have none. JSON comes without its fields.
pub fn format(start: &[u8]) -> Format {
    let formats: Vec<Format> = first_lines(start).map(format_of_line).collect();
    let mut likeliest = (0, Format::Detect);
    for format in [Format::Common, Format::JsonLines(JsonFields::default()), Format::Csv] {
        let votes = formats.iter().filter(|vote| **vote == format).count();
        if votes > likeliest.0 {
            likeliest = (votes, format);
        }
    }
    likeliest.1
}

fn format_of_line(line: &[u8]) -> Format {
    let as_common = common::read(line, &mut Clock::default(), &mut Vec::new());
    if line.starts_with(b"{") {
        Format::JsonLines(JsonFields::default())
    } else if matches!(as_common, Ok(_) | Err(Reason::NoSuchDate | Reason::OutOfRange)) {
        Format::Common
    } else if csv::looks_like(line) {
        Format::Csv
    } else {
        Format::Detect
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Format = Format::JsonLines(JsonFields { time: String::new(), key: None, cost: None });

    #[test]
    fn most_of_the_first_lines_decide() {
        let common = "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET";
        for (start, expected) in [
            (common.to_owned(), Format::Common),
            (format!("\n# a comment\r\nstarting\n{common}\n{common}\n{{}}\n"), Format::Common),
            ("192.0.2.1 - - [30/Feb/2000:13:55:36 -0700]".to_owned(), Format::Common),
            ("{\"time\":".to_owned(), JSON),
            ("[\n{\"time\":1},\n".to_owned(), JSON),
            ("time_s,key\n0.5,a\n".to_owned(), Format::Csv),
            ("12\n13\n".to_owned(), Format::Csv),
            ("2024-05-01T12:00:00Z,a,2".to_owned(), Format::Csv),
            ("2024-05-01 12:00:00,123 INFO started".to_owned(), Format::Detect),
            ("2024/05/01 12:00:00 [error] 7#7: no".to_owned(), Format::Detect),
            (String::new(), Format::Detect),
        ] {
            assert_eq!(format(start.as_bytes()), expected, "{start}");
        }
    }

    #[test]
    fn what_is_not_text_is_refused_and_said() {
        let files: [(&[u8], &str); 5] = [
            (b"\x1f\x8b\x08\0\0", "compressed"),
            (b"PK\x03\x04", "compressed"),
            (b"\xff\xfe1\0", "UTF-16"),
            (b"\x7fELF\x02\x01\x01\0", "not a text file"),
            (b"1\x002\x00,\x00", "not a text file"),
        ];
        for (start, word) in files {
            assert!(refuse(start).is_some_and(|sentence| sentence.contains(word)), "{start:?}");
        }
        let mut log = b"192.0.2.1 - \x1b[1mann\x1b[0m [10/Oct/2000:13:55:36 -0700] \"GET \xe4\xf6\xfc\r\n".repeat(20);
        assert_eq!(refuse(&log), None);
        log.extend([0; 10]);
        assert_eq!(refuse(&log), None, "a few are forgiven");
        assert_eq!(refuse(b""), None);
        assert_eq!(refuse("ключ,0.5".as_bytes()), None);
    }
}
