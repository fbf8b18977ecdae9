//! What stands in the picture in words: at an arrow, beside a row, where time passes, and all of it in one sentence.

use crate::http::sequence::{Change, Event, Lane, Message, Sequence};
use crate::http::status;
use crate::labs::http_status::wire::bytes;

/// As much of a value as a list of changes shows.
const VALUE: usize = 80;

/// `method: POST → GET (Fetch, HTTP-redirect fetch)`.
pub fn change(change: &Change) -> String {
    let brief = |value: &String| shorten(value, VALUE);
    let what = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{}: {} → {}", change.what, brief(before), brief(after)),
        (None, Some(after)) => format!("{}: {}, new", change.what, brief(after)),
        (Some(before), None) => format!("{}: {}, gone", change.what, brief(before)),
        (None, None) => change.what.clone(),
    };
    if change.clause.is_empty() { what } else { format!("{what} ({})", change.clause) }
}

/// What stands at an arrow.
pub(super) fn words(event: &Event, first: &str) -> String {
    match &event.message {
        // Where it goes is news once it goes elsewhere.
        Message::Request { url, request } if origin(url) == first => format!("{} {}", request.method, request.target),
        Message::Request { url, request } => format!("{} {url}", request.method),
        Message::Content(content) => format!("{} of content", bytes(content.len())),
        Message::Interim(response) | Message::Response(response) => {
            format!("{} {}", response.status, status::reason(response.status).unwrap_or_default()).trim_end().to_owned()
        }
        Message::NetworkError(why) => why.clone(),
        Message::Pause if event.note.is_empty() => "waits".to_owned(),
        Message::Pause => event.note.clone(),
    }
}

/// Scheme and host of an address.
pub(super) fn origin(url: &str) -> &str {
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    url.get(..scheme.len() + 3 + host.len()).unwrap_or(url)
}

/// The picture in one sentence.
pub(super) fn label(sequence: &Sequence, lanes: &[Lane], events: usize) -> String {
    let names: Vec<&str> = lanes.iter().map(|lane| lane.label()).collect();
    let among = match names.as_slice() {
        [] => return "Nothing is sent.".to_owned(),
        [one] => format!("at the {one}"),
        [before @ .., last] => format!("between {} and {last}", before.join(", ")),
    };
    let all = sequence.events.len();
    let so_far = match events.min(all) {
        shown if shown == all => String::new(),
        shown => format!(" So far: {shown}."),
    };
    let noun = if all == 1 { "event" } else { "events" };
    let last = events.min(all).checked_sub(1).and_then(|last| sequence.events.get(last)).map(Event::step);
    format!("{all} {noun} {among}, in order.{so_far} The last one: {}", last.unwrap_or_else(|| "none yet.".to_owned()))
}

/// `0.030 s`, `120.000 s`: always seconds, so that moments can be compared.
pub(super) fn clock(ms: u64) -> String {
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

/// At most so many signs.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_seconds() {
        assert_eq!([30, 1_500, 99_999, 120_000, 90_061_000].map(clock), ["0.030 s", "1.500 s", "99.999 s", "120.000 s", "90061.000 s"]);
    }

    #[test]
    fn changes_read_as_before_and_after() {
        let of = |before: Option<&str>, after: Option<&str>, clause| {
            change(&Change { what: "method".to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned), clause })
        };
        assert_eq!(of(Some("POST"), Some("GET"), "Fetch, HTTP-redirect fetch"), "method: POST → GET (Fetch, HTTP-redirect fetch)");
        assert_eq!(of(None, Some("GET"), ""), "method: GET, new");
        assert_eq!(of(Some("POST"), None, ""), "method: POST, gone");
    }
}
