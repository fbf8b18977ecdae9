//! Lines → requests: reads each in the log's format, numbers keys, counts what is left out, and keeps to the limits.

use std::ops::ControlFlow;

use super::entry::Entry;
use super::fields::Fields;
use super::keys::Keys;
use super::lines::Line;
use super::moment::Moment;
use super::skipped::{Reason, Skipped};
use super::summary::{Cut, Summary, busiest, first_date};
use super::time_text::Clock;
use super::timeline::{Logged, lay_out};
use super::{AccessLog, Format, MOST_KEYS, MOST_REQUESTS, common, csv, detect, json};

/// For how many lines the fields of JSON objects may still be searched: that is slow, and a log that has shown no time
/// by then has none.
const SEARCHED_LINES: u64 = 1_000;

const READABLE: &str =
    "What can be read: the Common and the Combined Log Format, JSON lines, and CSV that begins with the time in seconds.";

/// Where reading stops or cuts, so that no file can take all memory. Tests set smaller ones.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub requests: usize,
    pub keys: usize,
    pub line_bytes: usize,
    pub key_bytes: usize,
    /// How many skipped lines are named; the others are only counted.
    pub named_lines: usize,
    /// From how much of a file is decided what it is.
    pub start_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { requests: MOST_REQUESTS, keys: MOST_KEYS, line_bytes: 64 * 1024, key_bytes: 200, named_lines: 8, start_bytes: 64 * 1024 }
    }
}

pub struct Intake {
    /// Whether requests of one second are to be spread over it.
    pub spread: bool,
    /// How many lines came.
    pub lines: u64,
    format: Format,
    fields: Vec<String>,
    limits: Limits,
    clock: Clock,
    /// The key of the line at hand; one buffer for all lines.
    key: Vec<u8>,
    keys: Keys,
    requests: Vec<Logged>,
    /// The latest moment so far.
    latest: Moment,
    out_of_order: u64,
    /// Whether a line that says something came.
    begun: bool,
    ignored: u64,
    skipped: Skipped,
    /// Whether there were more requests than are kept.
    full: bool,
}

impl Intake {
    pub fn new(format: Format, limits: Limits) -> Self {
        Intake {
            spread: true,
            lines: 0,
            format,
            fields: Vec::new(),
            limits,
            clock: Clock::default(),
            key: Vec::new(),
            keys: Keys::new(limits.keys, limits.key_bytes),
            requests: Vec::new(),
            latest: Moment(i64::MIN),
            out_of_order: 0,
            begun: false,
            ignored: 0,
            skipped: Skipped::default(),
            full: false,
        }
    }

    /// Finds out, from the beginning of the log or from a line of it, what is not yet known of its format.
    pub fn settle(&mut self, start: &[u8]) {
        if self.format == Format::Detect {
            self.format = detect::format(start);
        }
        if let Format::JsonLines(chosen) = &mut self.format {
            let seen = Fields::of(start);
            if self.fields.is_empty() {
                self.fields = seen.names();
            }
            if chosen.time.is_empty()
                && let Some(likely) = seen.choose()
            {
                *chosen = likely;
            }
        }
    }

    fn is_settled(&self) -> bool {
        match &self.format {
            Format::Detect => false,
            Format::JsonLines(chosen) => !chosen.time.is_empty() || self.lines > SEARCHED_LINES,
            Format::Common | Format::Csv => true,
        }
    }

    /// Takes the next line; breaks when no more are wanted. `unfinished` is the last line of a file that does not end
    /// with a line break.
    pub fn line(&mut self, line: Line<'_>, unfinished: bool) -> ControlFlow<()> {
        self.lines += 1;
        let read = match line.map(<[u8]>::trim_ascii) {
            Ok(line) if detect::is_silent(line) => {
                self.ignored += 1;
                return ControlFlow::Continue(());
            }
            Ok(line) => {
                if !self.is_settled() {
                    self.settle(line);
                }
                let is_first = !std::mem::replace(&mut self.begun, true);
                if is_first && matches!(self.format, Format::Csv) && csv::is_header(line) {
                    self.ignored += 1;
                    return ControlFlow::Continue(());
                }
                self.read(line)
            }
            Err(reason) => Err(reason),
        };
        match read {
            Ok(entry) => return self.keep(entry),
            // Only where other lines could be read does it look as if the end were missing.
            Err(reason) if unfinished && reason != Reason::TooLong && !self.requests.is_empty() => self.skip(Reason::Truncated),
            Err(reason) => self.skip(reason),
        }
        ControlFlow::Continue(())
    }

    fn skip(&mut self, reason: Reason) {
        self.skipped.note(self.lines, reason, self.limits.named_lines);
    }

    /// Reads a line and leaves its key in the buffer.
    fn read(&mut self, line: &[u8]) -> Result<Entry, Reason> {
        let (clock, key) = (&mut self.clock, &mut self.key);
        key.clear();
        match &self.format {
            Format::Detect => Err(Reason::NotRecognised),
            Format::Common => common::read(line, clock, key),
            Format::JsonLines(fields) => json::read(line, fields, clock, key),
            Format::Csv => csv::read(line, clock, key),
        }
    }

    fn keep(&mut self, Entry { at, cost }: Entry) -> ControlFlow<()> {
        if self.requests.len() >= self.limits.requests {
            self.full = true;
            return ControlFlow::Break(());
        }
        if at < self.latest {
            self.out_of_order += 1;
        } else {
            self.latest = at;
        }
        let key = self.keys.number(&self.key);
        self.requests.push(Logged { at, key, cost });
        ControlFlow::Continue(())
    }

    /// What there is to say of all lines, or why there is nothing.
    pub fn finish(self) -> Result<AccessLog, String> {
        let Some(timeline) = lay_out(self.requests, self.spread) else {
            return Err(nothing_read(self.lines, &self.skipped));
        };
        let cut = Cut { requests: self.full, merged: self.keys.merged, shortened: self.keys.shortened };
        let without_key = self.keys.absent;
        let keys = self.keys.into_names();
        let summary = Summary {
            format: self.format,
            fields: self.fields,
            lines: self.lines,
            requests: timeline.requests.len(),
            ignored: self.ignored,
            skipped: self.skipped,
            span: timeline.span,
            first: first_date(&timeline),
            keys: keys.len(),
            without_key,
            busiest: busiest(&timeline.requests, &keys),
            peak_second: timeline.peak_second,
            peak_minute: timeline.peak_minute,
            out_of_order: self.out_of_order,
            whole_seconds: timeline.whole_seconds,
            spread: timeline.spread,
            cut,
        };
        Ok(AccessLog { requests: timeline.requests, keys, summary })
    }
}

/// Why a log without requests has none, and what to do.
fn nothing_read(lines: u64, skipped: &Skipped) -> String {
    match skipped.first.first() {
        None if lines == 0 => "The file is empty. Choose an access log with at least one request.".to_owned(),
        None => "There is no request in this file, only empty lines, comments or names of columns.".to_owned(),
        Some(first) if first.reason == Reason::NoTime => {
            format!("No line could be read. {first} Choose the field that holds the time.")
        }
        Some(first) => format!("No line could be read. {first} {READABLE}"),
    }
}
