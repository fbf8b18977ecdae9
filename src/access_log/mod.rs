//! The reader's own access log as traffic: bytes, in slices of any size → requests in order of time.
//!
//! ```text
//! slices → LogReader → Lines → Intake ─ common | json | csv → Entry + key → timeline → AccessLog with its Summary
//! ```
//!
//! A log has a million lines and is read in the page, between two frames. So a line is looked at where it lies and nothing
//! is allocated for it; what is wrong with it is a [`Reason`], not a sentence; and every limit has a name. A log is somebody's
//! data: whatever the bytes are, nothing here panics, and the same bytes give the same requests on every machine.

mod common;
mod csv;
mod detect;
mod entry;
mod fields;
mod intake;
mod json;
mod keys;
mod lines;
mod moment;
mod reader;
mod scalar;
mod skipped;
mod summary;
mod time_text;
mod timeline;

use std::fmt;

use crate::sim::Nanos;

pub use fields::field_names;
pub use keys::{NO_KEY, OTHER_KEYS};
pub use reader::LogReader;
pub use skipped::{Reason, Skipped, SkippedLine};
pub use summary::{Cut, Spread, Summary};

/// More requests are not read: they would take 80 MB, and no picture could show them.
pub const MOST_REQUESTS: usize = 5_000_000;

/// Requests with further keys count as [`OTHER_KEYS`].
pub const MOST_KEYS: usize = 1_000_000;

/// How the lines of a log are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// To be found out from the first lines.
    Detect,
    /// The Common or the Combined Log Format; the key is the host.
    Common,
    /// A JSON object a line.
    JsonLines(JsonFields),
    /// `time_s[,key[,cost]]`, with or without a line of names above it.
    Csv,
}

/// What it was read as, for the reader: `JSON lines, time from “ts”, key from “ip”`.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Format::Detect => f.write_str("an unknown format"),
            Format::Common => f.write_str("Common or Combined Log Format"),
            Format::Csv => f.write_str("CSV"),
            Format::JsonLines(JsonFields { time, key, cost }) => {
                write!(f, "JSON lines, time from “{time}”")?;
                for (what, path) in [("key", key), ("cost", cost)] {
                    if let Some(path) = path {
                        write!(f, ", {what} from “{path}”")?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Which fields of a JSON object are read. A path with points, such as `http.client_ip`, leads into objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonFields {
    /// RFC 3339, the Common Log Format's time, or a count of seconds, milliseconds, microseconds or nanoseconds since 1970.
    /// If it is empty, all three fields are found out.
    pub time: String,
    /// Without it, all requests count as one client.
    pub key: Option<String>,
    /// Without it, and where the field is missing, a request costs 1.
    pub cost: Option<String>,
}

/// A log as traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessLog {
    /// In order of time, at least one.
    pub requests: Vec<LogRequest>,
    /// What [`LogRequest::key`] counts, in the order in which they appear in the log.
    pub keys: Vec<Box<str>>,
    pub summary: Summary,
}

/// A request of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// Since the first request.
    pub at: Nanos,
    /// An index into [`AccessLog::keys`].
    pub key: u32,
    /// From 1 to 1,000,000.
    pub cost: u32,
}

#[cfg(test)]
mod tests {
    use super::intake::Limits;
    use super::*;

    const COMMON: &str = concat!(
        "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 123\n",
        "192.0.2.2 - - [10/Oct/2000:13:55:38 -0700] \"GET /b HTTP/1.1\" 200 9 \"-\" \"Mozilla/5.0 [en]\"\n",
        "192.0.2.1 - - [10/Oct/2000:22:55:37 +0200] \"GET /c HTTP/1.1\" 404 -\n",
    );
    const JSON: &str = concat!(
        "{\"ip\":\"192.0.2.1\",\"time\":\"2000-10-10T13:55:36-07:00\"}\n",
        "{\"ip\":\"192.0.2.2\",\"time\":971211338}\n",
        "{\"ip\":\"192.0.2.1\",\"time\":971211337000,\"x\":{\"y\":[1]}}\n",
    );
    const CSV: &str = "time_s,key\n971211336,192.0.2.1\n971211338.0,192.0.2.2\n971211337,\"192.0.2.1\"\n";
    const BROKEN: &str = concat!(
        "\u{feff}192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET\r\n",
        "\r\n",
        "# a comment\n",
        "{\"time\":1}\n",
        "192.0.2.2 - - [31/Feb/2000:13:55:36 -0700] \"GET\n",
        "192.0.2.2 - - [yesterday] \"GET\n",
        "192.0.2.3 - - [10/Oct/2000:13:55:37 -0700] \"GET\n",
        "192.0.2.4 - - [10/Oct",
    );

    fn read_with(format: Format, limits: Limits, bytes: &[u8], slice: usize) -> Result<AccessLog, String> {
        let mut reader = LogReader::with_limits(format, limits);
        for bytes in bytes.chunks(slice.max(1)) {
            reader.feed(bytes);
        }
        reader.finish()
    }

    fn read(bytes: &[u8]) -> Result<AccessLog, String> {
        read_with(Format::Detect, Limits::default(), bytes, bytes.len())
    }

    /// Milliseconds and keys.
    fn plain(log: &AccessLog) -> Vec<(u64, &str)> {
        log.requests.iter().map(|request| (request.at.0 / 1_000_000, &*log.keys[request.key as usize])).collect()
    }

    fn json_fields(time: &str, key: &str) -> JsonFields {
        JsonFields { time: time.to_owned(), key: Some(key.to_owned()), cost: None }
    }

    #[test]
    fn every_format_gives_the_same_requests() {
        for (text, format, lines) in
            [(COMMON, Format::Common, 3), (JSON, Format::JsonLines(json_fields("time", "ip")), 3), (CSV, Format::Csv, 4)]
        {
            let log = read(text.as_bytes()).unwrap();
            assert_eq!(plain(&log), [(0, "192.0.2.1"), (1_000, "192.0.2.1"), (2_000, "192.0.2.2")], "{text}");
            let summary = &log.summary;
            assert_eq!((&summary.format, summary.lines, summary.requests), (&format, lines, 3));
            assert_eq!((summary.out_of_order, summary.skipped.count, summary.keys), (1, 0, 2));
            assert_eq!(summary.first.as_deref(), Some("2000-10-10 20:55:36 UTC"));
            assert_eq!((summary.span, summary.whole_seconds, summary.spread), (Nanos::from_millis(2_000), true, Spread::NotNeeded));
            let busiest: Vec<(&str, u64)> = summary.busiest.iter().map(|(key, count)| (&**key, *count)).collect();
            assert_eq!(busiest, [("192.0.2.1", 2), ("192.0.2.2", 1)]);
            assert_eq!((summary.peak_second.count, summary.peak_minute.count), (1, 3));
            assert!(log.requests.iter().all(|request| request.cost == 1));
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let log = read(BROKEN.as_bytes()).unwrap();
        assert_eq!(plain(&log), [(0, "192.0.2.1"), (1_000, "192.0.2.3")]);
        let skipped: Vec<(u64, Reason)> = log.summary.skipped.first.iter().map(|skipped| (skipped.line, skipped.reason)).collect();
        let expected = [(4, Reason::NotCommon), (5, Reason::NoSuchDate), (6, Reason::BadTime), (8, Reason::Truncated)];
        assert_eq!(skipped, expected);
        assert_eq!((log.summary.lines, log.summary.ignored, log.summary.skipped.count), (8, 2, 4));
        assert_eq!(log.summary.skipped.reasons().len(), 4);
    }

    #[test]
    fn slices_do_not_change_what_is_read() {
        let limits = Limits { start_bytes: 64, line_bytes: 120, ..Limits::default() };
        let long = format!("0.5,{}\n1.5,ä\n\n2.5,{}", "x".repeat(200), "y".repeat(130));
        for text in [COMMON, JSON, CSV, BROKEN, long.as_str(), "", "\n", "hello\nworld", "\u{1}\u{2}\u{3}", "1,a\n2,b"] {
            let whole = read_with(Format::Detect, limits, text.as_bytes(), text.len());
            for slice in 1..text.len() {
                assert_eq!(read_with(Format::Detect, limits, text.as_bytes(), slice), whole, "slices of {slice}: {text}");
            }
        }
    }

    #[test]
    fn an_unfinished_last_line_counts() {
        assert_eq!(plain(&read(b"0.5,a\n0.75,b").unwrap()), [(0, "a"), (250, "b")]);
        let log = read(b"0.5,a\n0.75,\"b").unwrap();
        assert_eq!(log.summary.skipped.first, [SkippedLine { line: 2, reason: Reason::Truncated }]);
        let refused = read_with(Format::Csv, Limits::default(), b"7,\"b", 4).unwrap_err();
        assert!(refused.contains("Line 1 has a quoted cell"), "nothing shows that only its end is missing: {refused}");
    }

    #[test]
    fn times_of_one_second_are_spread_unless_this_is_not_wanted() {
        let text = b"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700]\n".repeat(4);
        let log = read(&text).unwrap();
        assert_eq!(plain(&log).iter().map(|(millis, _)| *millis).collect::<Vec<_>>(), [0, 250, 500, 750]);
        assert_eq!(log.summary.spread, Spread::Done);
        let mut reader = LogReader::new(Format::Common).spread(false);
        reader.feed(&text);
        let log = reader.finish().unwrap();
        assert_eq!(log.requests[3].at, Nanos::ZERO);
        assert_eq!(log.summary.spread, Spread::Refused);
        assert_eq!(log.summary.peak_second.count, 4);
    }

    #[test]
    fn the_reader_may_choose_the_fields() {
        let text = b"{\"ts\":1.5,\"at\":{\"s\":7},\"ip\":\"a\",\"http\":{\"user\":\"b\"},\"n\":4}\n";
        let fields = JsonFields { cost: Some("n".to_owned()), ..json_fields("at.s", "http.user") };
        let log = read_with(Format::JsonLines(fields), Limits::default(), text, 7).unwrap();
        assert_eq!((plain(&log), log.requests[0].cost), (vec![(0, "b")], 4));
        assert_eq!(log.summary.fields, ["ts", "at.s", "ip", "http.user", "n"]);
        assert_eq!(log.summary.format.to_string(), "JSON lines, time from “at.s”, key from “http.user”, cost from “n”");
        let log = read_with(Format::JsonLines(JsonFields::default()), Limits::default(), text, 7).unwrap();
        assert_eq!(log.summary.format, Format::JsonLines(json_fields("ts", "ip")));
    }

    #[test]
    fn a_log_may_begin_with_something_else() {
        let text = "starting up\n".repeat(40) + COMMON;
        let log = read(text.as_bytes()).unwrap();
        assert_eq!((log.summary.requests, log.summary.skipped.count, log.summary.skipped.first.len()), (3, 40, 8));
        let limits = Limits { start_bytes: 20, ..Limits::default() };
        let text = format!("{{\"event\":\"start\"}}\n{JSON}");
        let log = read_with(Format::Detect, limits, text.as_bytes(), 10).unwrap();
        assert_eq!((log.summary.requests, log.summary.skipped.count), (3, 1));
        assert_eq!(log.summary.skipped.first[0].reason, Reason::NoTime);
    }

    #[test]
    fn limits_are_kept_and_told() {
        let limits = Limits { requests: 3, keys: 2, line_bytes: 40, key_bytes: 4, named_lines: 1, start_bytes: 16 };
        let text = format!("1,a\n2,{}\noops\n2,bbbbbb\n3,c\n4,d\n5,e\n", "b".repeat(50));
        let mut reader = LogReader::with_limits(Format::Csv, limits);
        reader.feed(text.as_bytes());
        assert!(!reader.wants_more());
        assert_eq!(reader.lines(), 6);
        let log = reader.finish().unwrap();
        assert_eq!(plain(&log), [(0, "a"), (1_000, "bbbb"), (2_000, OTHER_KEYS)]);
        assert_eq!(log.summary.cut, Cut { requests: true, merged: 1, shortened: 1 });
        assert_eq!(log.summary.skipped.first, [SkippedLine { line: 2, reason: Reason::TooLong }]);
        assert_eq!(log.summary.skipped.count, 2);
        let whole = read_with(Format::Csv, Limits { requests: 5, ..limits }, text.as_bytes(), 5).unwrap();
        assert!(!whole.summary.cut.requests, "five are not more than five");
    }

    #[test]
    fn a_file_without_requests_says_what_to_do() {
        let files: [(&[u8], &str); 6] = [
            (b"", "The file is empty. Choose an access log with at least one request."),
            (b"\xef\xbb\xbf", "The file is empty. Choose an access log with at least one request."),
            (b"\n \r\n# x\n", "There is no request in this file, only empty lines, comments or names of columns."),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is not a text file: it has bytes that no log has. Choose an access log."),
            (
                b"\nhello\n",
                "No line could be read. Line 2 does not look like an access log, a JSON object or a time in CSV. What can be read: the \
                 Common and the Combined Log Format, JSON lines, and CSV that begins with the time in seconds.",
            ),
            (
                b"{\"a\":1}\n",
                "No line could be read. Line 1 does not have the field that the time is read from. Choose the field that holds the time.",
            ),
        ];
        for (bytes, sentence) in files {
            assert_eq!(read(bytes), Err(sentence.to_owned()));
        }
    }

    #[test]
    fn a_line_from_1970_only_makes_the_span_long() {
        let log = read(b"2026-01-02T03:04:05.5Z,a\n1970-01-01T00:00:00Z,b\n").unwrap();
        assert_eq!(plain(&log)[0], (0, "b"));
        assert_eq!(log.summary.span, Nanos(1_767_323_045_500_000_000));
        assert_eq!(log.summary.first.as_deref(), Some("1970-01-01 00:00:00 UTC"));
        assert_eq!(read(b"0.5\n1.5\n").unwrap().summary.first, None);
    }

    /// Knuth's linear congruential generator (MMIX): the test must need nothing else.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, most: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % most
        }
    }

    /// Pieces of logs, well formed and not, between bars.
    const SNIPPETS: &str = concat!(
        "\n|\n|\n|\r\n| |,|\"|\"\"|[|]|{|}|:|-|#|\\|\u{feff}|\0|é|9|1e|1e300|-0.5|\\ud800|xxxxxxxxxxxxxxxxxxxx|",
        "1,a,2\n|0.25,b\n|1714564800,\"c, d\",7\n|99999999999999999999|time_s,key\n|192.0.2.1 - - |::1 |",
        "[10/Oct/2000:13:55:36 -0700]|[30/Feb/2000:13:55:36 -0700] x\n|192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET\n|",
        "2024-05-01T12:00:00Z|2024-05-01T12:00:00.5+02:00,k\n|{\"time\":1.5,\"ip\":\"a\"}\n|{\"time\":\"2000-10-10T20:55:36Z\",|",
        "\"ip\":\"\\u00e9\",\"cost\":3}\n|{\"ts\":{\"s\":[1,{}]}}\n|{\"time\":-1e30,\"time\":null}\n|{\"\":{\"\":0}}\n",
    );

    #[test]
    fn no_bytes_make_it_panic_and_slices_never_matter() {
        let snippets: Vec<&str> = SNIPPETS.split('|').collect();
        let mut dice = Dice(7);
        for _ in 0..4_000 {
            let mut bytes = Vec::new();
            for _ in 0..dice.below(40) {
                bytes.extend_from_slice(snippets[dice.below(snippets.len())].as_bytes());
                if dice.below(20) == 0 {
                    bytes.push(dice.below(256) as u8);
                }
            }
            let format = match dice.below(6) {
                0 => Format::Common,
                1 => Format::JsonLines(JsonFields { cost: Some("cost".to_owned()), ..json_fields("time", "ts.s") }),
                2 => Format::Csv,
                _ => Format::Detect,
            };
            let limits = Limits {
                requests: 1 + dice.below(20),
                keys: dice.below(4),
                line_bytes: 1 + dice.below(200),
                key_bytes: dice.below(20),
                named_lines: dice.below(9),
                start_bytes: dice.below(100),
            };
            let whole = read_with(format.clone(), limits, &bytes, bytes.len());
            let sliced = read_with(format, limits, &bytes, 1 + dice.below(40));
            assert_eq!(whole, sliced, "{}", bytes.escape_ascii());
            if let Ok(log) = whole {
                check(&log);
            }
        }
    }

    /// What holds for every log.
    fn check(log: &AccessLog) {
        let summary = &log.summary;
        assert_eq!(log.requests[0].at, Nanos::ZERO);
        assert!(log.requests.is_sorted_by_key(|request| request.at));
        assert!(log.requests.iter().all(|request| (request.key as usize) < log.keys.len() && (1..=1_000_000).contains(&request.cost)));
        assert_eq!((summary.requests, summary.keys), (log.requests.len(), log.keys.len()));
        assert_eq!(summary.span, log.requests[log.requests.len() - 1].at);
        let counted = summary.requests as u64 + summary.skipped.count + summary.ignored + u64::from(summary.cut.requests);
        assert_eq!(counted, summary.lines);
        assert_eq!(summary.skipped.reasons().iter().map(|(_, count)| count).sum::<u64>(), summary.skipped.count);
        assert!((1..=summary.peak_minute.count).contains(&summary.peak_second.count));
        let mut keys = log.keys.clone();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), log.keys.len());
        assert_ne!(summary.format, Format::Detect);
    }
}
