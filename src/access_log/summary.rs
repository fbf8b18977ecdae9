//! What a log held and what was done to it, as figures and as sentences for the reader.

use super::keys::{NO_KEY, OTHER_KEYS};
use super::skipped::Skipped;
use super::timeline::Timeline;
use super::{Format, LogRequest, MOST_KEYS, MOST_REQUESTS};
use crate::sim::Nanos;
use crate::sim::window::WorstWindow;

/// How many of the busiest keys are named.
const BUSIEST: usize = 10;

/// Whether requests of one second were set evenly over it, because the log has whole seconds only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Some time has a fraction, or no second has two requests.
    NotNeeded,
    Done,
    /// It was needed but not wanted: requests of one second arrive at once.
    Refused,
}

/// What was cut because there was too much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Reading stopped at the first request after [`MOST_REQUESTS`].
    pub requests: bool,
    /// Requests that count as [`OTHER_KEYS`], because they came with a new key after [`MOST_KEYS`].
    pub merged: u64,
    /// Requests whose key was cut.
    pub shortened: u64,
}

/// A log in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What it was read as; never [`Format::Detect`].
    pub format: Format,
    /// The names of fields of its first objects, to choose others from; empty unless it is JSON lines.
    pub fields: Vec<String>,
    /// All lines that were read: `requests`, `skipped.count`, `ignored`, and one more if it was cut after too many requests.
    pub lines: u64,
    pub requests: usize,
    /// Lines that are neither requests nor mistakes: empty ones, comments, names of columns.
    pub ignored: u64,
    pub skipped: Skipped,
    /// From the first request to the last.
    pub span: Nanos,
    /// When the first request was, such as `2000-10-10 20:55:36 UTC`; `None` if times count from a start of the log's own.
    pub first: Option<String>,
    /// How many different keys there are.
    pub keys: usize,
    /// Requests that have no key.
    pub without_key: u64,
    /// The keys with most requests, and how many; the first seen of equals.
    pub busiest: Vec<(Box<str>, u64)>,
    /// The second that had most requests, wherever it begins.
    pub peak_second: WorstWindow,
    /// The minute that had most.
    pub peak_minute: WorstWindow,
    /// Requests that came after a later one.
    pub out_of_order: u64,
    /// Whether no time had a fraction of a second.
    pub whole_seconds: bool,
    pub spread: Spread,
    pub cut: Cut,
}

impl Summary {
    /// What the reader should know about how the log was read, a sentence each; empty if all went plainly.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.skipped.count > 0 {
            let lines = counted(self.skipped.count, "line", "lines");
            remarks.push(format!("{lines} could not be read."));
        }
        if self.without_key == self.requests as u64 {
            remarks.push("No request has a key, so all count as one client.".to_owned());
        } else if self.without_key > 0 {
            let requests = counted(self.without_key, "request has", "requests have");
            remarks.push(format!("{requests} no key and can be found under “{NO_KEY}”."));
        }
        if self.out_of_order > 0 {
            let requests = counted(self.out_of_order, "request was", "requests were");
            remarks.push(format!("{requests} logged after a later one; all were sorted by time."));
        }
        let seconds = match self.spread {
            Spread::NotNeeded => None,
            Spread::Done => Some("The log has whole seconds only: requests of one second were spread evenly over it, in their order."),
            Spread::Refused => Some("The log has whole seconds only: requests of one second arrive at the same moment."),
        };
        remarks.extend(seconds.map(str::to_owned));
        if self.cut.requests {
            remarks.push(format!("Only the first {} requests are kept; the rest of the log was not read.", grouped(MOST_REQUESTS as u64)));
        }
        if self.cut.merged > 0 {
            let (most, requests) = (grouped(MOST_KEYS as u64), counted(self.cut.merged, "request counts", "requests count"));
            remarks.push(format!("The log has more than {most} keys: {requests} as the key “{OTHER_KEYS}”."));
        }
        if self.cut.shortened > 0 {
            let requests = counted(self.cut.shortened, "request has", "requests have");
            remarks.push(format!("{requests} a key longer than 200 bytes, which was cut; keys that begin alike became one."));
        }
        remarks
    }

    /// The span in the unit a reader would choose: `1.5 s`, `45 min`, `5 h 20 min`, `12 days`.
    pub fn span_words(&self) -> String {
        let minutes = self.span.0 / (60 * Nanos::SECOND.0);
        match minutes {
            0..2 => self.span.to_string(),
            2..120 => format!("{minutes} min"),
            120..2_880 => format!("{} h {} min", minutes / 60, minutes % 60),
            _ => format!("{} days", grouped(minutes / 1_440)),
        }
    }
}

/// The keys with most requests, the first seen of equals.
pub fn busiest(requests: &[LogRequest], names: &[Box<str>]) -> Vec<(Box<str>, u64)> {
    let mut counts = vec![0u64; names.len()];
    for request in requests {
        counts[request.key as usize] += 1;
    }
    // Ten places, into which few of a million keys ever come: quicker than sorting them all.
    let mut places: Vec<(usize, u64)> = Vec::with_capacity(BUSIEST + 1);
    for (key, count) in counts.into_iter().enumerate() {
        let place = places.partition_point(|(_, better)| *better >= count);
        if place < BUSIEST {
            places.insert(place, (key, count));
            places.truncate(BUSIEST);
        }
    }
    places.into_iter().map(|(key, count)| (names[key].clone(), count)).collect()
}

/// The first request's date, unless the times count from a start of the log's own.
pub fn first_date(timeline: &Timeline) -> Option<String> {
    // The last decides: one request of 1970, from a machine whose clock was not set, does not make the rest undated.
    timeline.last.is_date().then(|| timeline.first.utc_text())
}

/// `1 line`, `5,000 lines`.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// With commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_log::Reason;

    fn requests(of: &[(u64, u32)]) -> Vec<LogRequest> {
        of.iter().map(|&(millis, key)| LogRequest { at: Nanos::from_millis(millis), key, cost: 1 }).collect()
    }

    fn summary() -> Summary {
        let window = WorstWindow { start: Nanos::ZERO, last: Nanos::ZERO, count: 1 };
        Summary {
            format: Format::Csv,
            fields: Vec::new(),
            lines: 2_000,
            requests: 2_000,
            ignored: 0,
            skipped: Skipped::default(),
            span: Nanos::ZERO,
            first: None,
            keys: 1,
            without_key: 0,
            busiest: Vec::new(),
            peak_second: window,
            peak_minute: window,
            out_of_order: 0,
            whole_seconds: false,
            spread: Spread::NotNeeded,
            cut: Cut::default(),
        }
    }

    #[test]
    fn the_busiest_come_first_and_the_first_seen_of_equals() {
        let names: Vec<Box<str>> = (0..15).map(|n| format!("k{n}").into()).collect();
        let mut of: Vec<(u64, u32)> = (0..15).map(|key| (0, key)).collect();
        of.extend([(1, 12), (1, 14), (1, 3), (2, 14)]);
        let busiest = busiest(&requests(&of), &names);
        let text: Vec<String> = busiest.iter().map(|(name, count)| format!("{name}:{count}")).collect();
        assert_eq!(text.join(" "), "k14:3 k3:2 k12:2 k0:1 k1:1 k2:1 k4:1 k5:1 k6:1 k7:1");
    }

    #[test]
    fn remarks_are_sentences() {
        assert_eq!(summary().remarks(), Vec::<String>::new());
        let mut odd = summary();
        odd.skipped.note(1, Reason::BadTime, 8);
        odd.without_key = 1_999;
        odd.out_of_order = 12;
        odd.spread = Spread::Done;
        odd.cut = Cut { requests: true, merged: 1, shortened: 2 };
        assert_eq!(
            odd.remarks(),
            [
                "1 line could not be read.",
                "1,999 requests have no key and can be found under “(no key)”.",
                "12 requests were logged after a later one; all were sorted by time.",
                "The log has whole seconds only: requests of one second were spread evenly over it, in their order.",
                "Only the first 5,000,000 requests are kept; the rest of the log was not read.",
                "The log has more than 1,000,000 keys: 1 request counts as the key “(other keys)”.",
                "2 requests have a key longer than 200 bytes, which was cut; keys that begin alike became one.",
            ]
        );
        odd.without_key = 2_000;
        assert_eq!(odd.remarks()[1], "No request has a key, so all count as one client.");
    }

    #[test]
    fn spans_read_as_people_say_them() {
        let words = |seconds: u64| Summary { span: Nanos(seconds * Nanos::SECOND.0), ..summary() }.span_words();
        assert_eq!(words(0), "0 s");
        assert_eq!(words(90), "90 s");
        assert_eq!(words(2_700), "45 min");
        assert_eq!(words(19_200), "5 h 20 min");
        assert_eq!(words(56 * 365 * 86_400), "20,440 days");
    }
}
