//! Addresses that people can read, and that fail part by part: what is not understood is left out with a note,
//! and the rest still counts.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::sim::Nanos;

/// Why a part of an address was left out: one sentence for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note(pub String);

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// More than anybody means: a longer address is cut here.
pub const MOST_BYTES: usize = 8_000;

/// The part of an address after `?`, taken apart, with what went wrong so far.
#[derive(Clone, Debug, Default)]
pub struct Query {
    parts: Vec<(String, String)>,
    /// Keys that somebody asked for and found.
    taken: Vec<String>,
    notes: Vec<Note>,
}

impl Query {
    /// Reads `a=b&c=d`, with or without the question mark.
    pub fn parse(text: &str) -> Self {
        let mut query = Query::default();
        let mut text = text.strip_prefix('?').unwrap_or(text);
        if text.len() > MOST_BYTES {
            let cut = (0..=MOST_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text = &text[..cut];
            query.note(format!("The address is longer than {MOST_BYTES} bytes; the rest was left out."));
        }
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
            query.parts.push((key.to_owned(), value));
        }
        query
    }

    /// Takes the first value of `key` out.
    pub fn take(&mut self, key: &str) -> Option<String> {
        let index = self.parts.iter().position(|(known, _)| known == key)?;
        self.taken.push(key.to_owned());
        Some(self.parts.remove(index).1)
    }

    /// Takes `key` out and reads it; what cannot be read is noted and left out.
    /// `wanted` completes “… should be”: “a whole number from 1 to 1000”.
    pub fn take_as<T>(&mut self, key: &str, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.take(key)?;
        let read = read(&value);
        if read.is_none() {
            self.note(format!("“{key}={}” in the address should be {wanted}; it was left out.", shorten(&value)));
        }
        read
    }

    /// Takes everything out that nobody has taken yet, as key and value.
    pub fn take_rest(&mut self) -> Vec<(String, String)> {
        let taken = &self.taken;
        let (left, rest) = std::mem::take(&mut self.parts).into_iter().partition(|(key, _)| taken.contains(key));
        self.parts = left;
        rest
    }

    /// Gives back what was taken and means nothing: [`Query::finish`] says so.
    pub fn put_back(&mut self, key: String, value: String) {
        self.parts.push((key, value));
    }

    pub fn note(&mut self, sentence: String) {
        self.notes.push(Note(sentence));
    }

    /// The notes, with one for every part that nobody took.
    pub fn finish(mut self) -> Vec<Note> {
        for (key, _) in std::mem::take(&mut self.parts) {
            if self.taken.contains(&key) {
                self.note(format!("“{}” stands in the address twice; the first counts.", shorten(&key)));
                continue;
            }
            self.note(format!("“{}” in the address means nothing here; it was left out.", shorten(&key)));
        }
        self.notes
    }
}

/// Enough of a reader's text to recognise it by.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// What has to be escaped in a value; commas, colons and at-signs stay readable.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>').add(b'=').add(b'?').add(b'`');

/// Joins keys and values to `a=b&c=d`.
pub fn write(parts: &[(&str, String)]) -> String {
    let escaped = |value: &str| utf8_percent_encode(value, ESCAPED).to_string().replace("%20", "+");
    parts.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

/// A span such as `250ms`, `1.5s`, `2m`: digits, at most one point, a unit. `None` if it is anything else or too long.
pub fn read_span(text: &str) -> Option<Nanos> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit: u64 = match &text[digits..] {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = text[..digits].split_once('.').unwrap_or((&text[..digits], ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 9 || fraction.contains('.') {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(unit)?;
    if !fraction.is_empty() {
        // In integers: an address must give the same nanosecond on every machine.
        let scaled = fraction.parse::<u64>().ok()?.checked_mul(unit)?;
        nanos = nanos.checked_add(scaled / 10u64.pow(fraction.len() as u32))?;
    }
    Some(Nanos(nanos))
}

/// The shortest text that [`read_span`] gives back exactly.
pub fn write_span(span: Nanos) -> String {
    let (unit, per_unit, decimals) = match span.0 {
        0 => return "0s".to_owned(),
        nanos if nanos >= 1_000_000_000 || nanos % 100_000_000 == 0 => ("s", 1_000_000_000, 9),
        nanos if nanos >= 1_000_000 => ("ms", 1_000_000, 6),
        nanos if nanos >= 1_000 => ("us", 1_000, 3),
        _ => ("ns", 1, 0),
    };
    let (whole, rest) = (span.0 / per_unit, span.0 % per_unit);
    if rest == 0 {
        return format!("{whole}{unit}");
    }
    let fraction = format!("{rest:0decimals$}");
    format!("{whole}.{}{unit}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_noted_and_the_rest_counts() {
        let mut query = Query::parse("?limit=eight&seed=7&color=red&q=a%20b+c%FF&seed=8");
        let number = |text: &str| text.parse::<u32>().ok();
        assert_eq!(query.take_as("limit", "a whole number", number), None);
        assert_eq!(query.take_as("seed", "a whole number", number), Some(7));
        assert_eq!(query.take("q").unwrap(), "a b c\u{fffd}");
        let notes: Vec<String> = query.finish().iter().map(Note::to_string).collect();
        assert_eq!(
            notes,
            [
                "“limit=eight” in the address should be a whole number; it was left out.",
                "“color” in the address means nothing here; it was left out.",
                "“seed” stands in the address twice; the first counts.",
            ]
        );
    }

    #[test]
    fn spans_survive_the_way_into_an_address_and_back() {
        for nanos in [0, 1, 999, 1_000, 1_500, 12_345_678, 300_000_000, 1_000_000_000, 1_080_000_001, 90_000_000_000] {
            assert_eq!(read_span(&write_span(Nanos(nanos))), Some(Nanos(nanos)), "{}", write_span(Nanos(nanos)));
        }
        assert_eq!(write_span(Nanos(300_000_000)), "0.3s");
        assert_eq!(read_span("1.5s"), Some(Nanos(1_500_000_000)));
        for wrong in ["", "s", "1", "1.2.3s", "-1s", "1e9s", "99999999999999999999s", "1h"] {
            assert_eq!(read_span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_endless_address_is_cut_between_characters() {
        let notes = Query::parse(&format!("q={}", "ä".repeat(9_000))).finish();
        assert!(notes[0].0.contains("longer than"));
    }
}
