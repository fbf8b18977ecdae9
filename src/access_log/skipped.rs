//! Lines that were left out, and why.

use std::fmt;

/// Why a line was left out. A small number rather than a sentence: a log may have a million such lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    NotRecognised,
    NotCommon,
    NotJson,
    OpenQuote,
    NoTime,
    BadTime,
    NoSuchDate,
    OutOfRange,
    BadCost,
    TooLong,
    Truncated,
}

impl Reason {
    /// In the order in which a summary lists them.
    pub const ALL: [Reason; 11] = [
        Reason::NotRecognised,
        Reason::NotCommon,
        Reason::NotJson,
        Reason::OpenQuote,
        Reason::NoTime,
        Reason::BadTime,
        Reason::NoSuchDate,
        Reason::OutOfRange,
        Reason::BadCost,
        Reason::TooLong,
        Reason::Truncated,
    ];

    /// Completes “Line 7 …”, without a full stop.
    pub fn clause(self) -> &'static str {
        match self {
            Reason::NotRecognised => "does not look like an access log, a JSON object or a time in CSV",
            Reason::NotCommon => "is not in the Common Log Format, such as 192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] …",
            Reason::NotJson => "is not a complete JSON object",
            Reason::OpenQuote => "has a quoted cell that does not end before a comma",
            Reason::NoTime => "does not have the field that the time is read from",
            Reason::BadTime => "has a time that cannot be read",
            Reason::NoSuchDate => "has a date or a time of day that does not exist, such as 30 February",
            Reason::OutOfRange => "has a time before 1678 or after 2261",
            Reason::BadCost => "has a cost that is not a whole number from 1 to 1,000,000",
            Reason::TooLong => "is longer than 64 KiB",
            Reason::Truncated => "is the last, has no line break and cannot be read: the file may be truncated",
        }
    }
}

/// One of the first lines that were left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// As an editor counts: from 1, with empty lines.
    pub line: u64,
    pub reason: Reason,
}

impl fmt::Display for SkippedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {} {}.", self.line, self.reason.clause())
    }
}

/// The lines that were left out: all are counted, the first are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    pub count: u64,
    pub first: Vec<SkippedLine>,
    /// As [`Reason::ALL`].
    counts: [u64; Reason::ALL.len()],
}

impl Skipped {
    /// Counts a line, and names it if it is one of the first `named`.
    pub(super) fn note(&mut self, line: u64, reason: Reason, named: usize) {
        self.count += 1;
        self.counts[reason as usize] += 1;
        if self.first.len() < named {
            self.first.push(SkippedLine { line, reason });
        }
    }

    /// The reasons that occurred, with how many lines each left out.
    pub fn reasons(&self) -> Vec<(Reason, u64)> {
        Reason::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_at_their_own_number() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index);
        }
    }

    #[test]
    fn all_are_counted_and_the_first_are_named() {
        let mut skipped = Skipped::default();
        for (line, reason) in [(2, Reason::BadTime), (3, Reason::NotJson), (9, Reason::BadTime)] {
            skipped.note(line, reason, 2);
        }
        assert_eq!(skipped.count, 3);
        assert_eq!(skipped.first.iter().map(|skipped| skipped.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(skipped.reasons(), [(Reason::NotJson, 1), (Reason::BadTime, 2)]);
        assert_eq!(skipped.first[0].to_string(), "Line 2 has a time that cannot be read.");
    }
}
