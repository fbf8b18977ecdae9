//! What stands in the wire panel at a moment: the latest request and what has come back for it, line by line, with what the
//! last question looked at and what differs from the message before.

mod differences;
mod looks;
mod typed;

use super::run::{Now, Run};
use crate::http::message::{Request, Response};
use crate::http::sequence::{Change, Event, Message};
use differences::{changed, changes};
use looks::{Looks, names};

/// More of the content is only counted.
const CONTENT_LINES: usize = 12;
const CONTENT_BYTES: usize = 800;
/// So many lines of a head are shown, and besides them those that are marked.
const HEAD_LINES: usize = 60;
/// A longer value is shortened.
const VALUE: usize = 600;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `request, client → origin`.
    pub title: String,
    /// None if nothing came over the wire.
    pub lines: Vec<WireLine>,
    /// What no line says: why a request could not be read, or why nothing came. Mostly empty, for the reason of an answer
    /// stands elsewhere.
    pub note: String,
    /// Against the message that this one follows from, or the one before it that went the same way.
    pub changes: Vec<Change>,
    /// Its place in the sequence.
    pub event: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireLine {
    pub text: String,
    pub mark: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    None,
    /// Not as in the message before.
    Changed,
    /// What the last question looked at.
    Decisive,
    StatusLine(u16),
    /// From byte to byte of the text: the byte that could not be read.
    Offends(usize, usize),
}

/// The exchange under the playhead. `typed` is the request as it was typed.
pub fn pages(typed: &str, run: &Run, now: Now) -> Vec<Page> {
    let events = run.sequence.events.as_slice();
    let been = events.get(..now.events.min(events.len())).unwrap_or_default();
    match &run.request {
        Err(refusal) => {
            let answers = (0..been.len()).filter_map(|index| page(been, index, Looks::default()));
            // Why it is refused stands beside it.
            [Page { note: String::new(), ..typed::page(typed, refusal) }].into_iter().chain(answers).collect()
        }
        Ok(_) => {
            let first = been.iter().rposition(|event| matches!(event.message, Message::Request { .. })).unwrap_or(0);
            let looks = looked_at(run, now, first);
            let mut pages: Vec<Page> = (first..been.len()).filter_map(|index| page(been, index, looks)).collect();
            // A request that is too large shows the byte from which on it is.
            let answered = run.visits.last().map(|visit| visit.decision.response.status);
            if let (Some(refusal), Some(own)) = (&run.too_large, pages.first_mut())
                && now.answered
                && answered == Some(refusal.status)
            {
                own.lines = typed::page(typed, refusal).lines;
            }
            pages
        }
    }
}

/// `4,096 bytes`.
pub fn bytes(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + 8);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if count == 1 { "byte" } else { "bytes" })
}

/// What the last question looks at, if it is about the request at `first` or about the one that this was made from.
fn looked_at(run: &Run, now: Now, first: usize) -> Looks {
    let events = &run.sequence.events;
    let Some(visited) = now.visit.and_then(|visit| run.visits.get(visit)) else { return Looks::default() };
    let Some(asker) = events.get(visited.event).map(|event| event.from) else { return Looks::default() };
    // Whatever went out since then was sent by somebody further down the line.
    let mut later = events.iter().take(first + 1).skip(visited.event + 1);
    let still = visited.event <= first && later.all(|event| !matches!(event.message, Message::Request { .. }) || event.from > asker);
    let step = now.steps.checked_sub(1).and_then(|last| visited.path().get(last)).filter(|_| still);
    step.and_then(|step| Looks::of(step.node)).unwrap_or_default()
}

fn page(events: &[Event], index: usize, looks: Looks) -> Option<Page> {
    let event = events.get(index)?;
    let changes = changes(events, index);
    let mut note = String::new();
    let (kind, lines) = match &event.message {
        Message::Request { request, .. } => ("request", request_lines(request, looks.request, &changes)),
        Message::Content(content) => ("content", content_lines(content, content.len(), content_mark(looks.request, &[]))),
        Message::Interim(response) => ("interim response", response_lines(response, "", &changes)),
        Message::Response(response) => ("response", response_lines(response, looks.response, &changes)),
        Message::NetworkError(why) => {
            note = format!("Network error: {why}");
            ("no response", Vec::new())
        }
        Message::Pause => return None,
    };
    let way = match event.from == event.to {
        true => event.from.label().to_owned(),
        false => format!("{} → {}", event.from.label(), event.to.label()),
    };
    Some(Page { title: format!("{kind}, {way}"), lines, note, changes, event: index })
}

fn request_lines(request: &Request, looks: &str, changes: &[Change]) -> Vec<WireLine> {
    let any = |of: &dyn Fn(&str) -> bool| ["method", "target", "version"].into_iter().any(of);
    let start = if any(&|part| names(looks, part)) {
        Mark::Decisive
    } else if any(&|part| changed(changes, part)) {
        Mark::Changed
    } else {
        Mark::None
    };
    message_lines(&request.head(), &request.wire(), request.body.len(), start, looks, changes)
}

fn response_lines(response: &Response, looks: &str, changes: &[Change]) -> Vec<WireLine> {
    message_lines(&response.head(), &response.wire(), response.body.len(), Mark::StatusLine(response.status), looks, changes)
}

/// `wire` is the whole message as bytes, of which `head` is the readable beginning: chunks are shown as they go out.
fn message_lines(head: &str, wire: &[u8], length: usize, start: Mark, looks: &str, changes: &[Change]) -> Vec<WireLine> {
    let mut lines: Vec<WireLine> = Vec::new();
    for (index, line) in head.lines().filter(|line| !line.is_empty()).enumerate() {
        let name = line.split(':').next().unwrap_or_default();
        let mark = match index {
            0 => start,
            _ if names(looks, name) => Mark::Decisive,
            _ if changed(changes, name) => Mark::Changed,
            _ => Mark::None,
        };
        lines.push(WireLine { text: clipped(line), mark });
    }
    let all = lines.len();
    let mut place = 0;
    lines.retain(|line| {
        place += 1;
        place <= HEAD_LINES || line.mark != Mark::None
    });
    if lines.len() < all {
        lines.push(WireLine { text: format!("⋯ {} more fields ⋯", all - lines.len()), mark: Mark::None });
    }
    // Each line end of the head takes one byte more on the wire.
    let content = wire.get(head.len() + head.matches('\n').count()..).unwrap_or_default();
    if !content.is_empty() {
        lines.push(WireLine { text: String::new(), mark: Mark::None });
        lines.extend(content_lines(content, length, content_mark(looks, changes)));
    }
    lines
}

fn content_mark(looks: &str, changes: &[Change]) -> Mark {
    if names(looks, "content") {
        Mark::Decisive
    } else if changed(changes, "content") {
        Mark::Changed
    } else {
        Mark::None
    }
}

/// The beginning of the content, and how long it is. `length` is without what chunks add.
fn content_lines(content: &[u8], length: usize, mark: Mark) -> Vec<WireLine> {
    let beginning = content.get(..CONTENT_BYTES * 2).unwrap_or(content);
    let text = String::from_utf8_lossy(beginning);
    // A range may begin and end within a sign; more than that is no text.
    let unreadable = text.chars().filter(|sign| *sign == char::REPLACEMENT_CHARACTER).count();
    if text.contains('\0') || unreadable > 6 || unreadable * 10 > text.chars().count() {
        return vec![WireLine { text: format!("({} of binary content)", bytes(length)), mark }];
    }
    let mut lines = Vec::new();
    let (mut used, mut cut) = (0, beginning.len() < content.len());
    for line in text.lines() {
        if lines.len() == CONTENT_LINES || used >= CONTENT_BYTES {
            cut = true;
            break;
        }
        let mut room = CONTENT_BYTES - used;
        let shown: String = line
            .chars()
            .take_while(|sign| {
                let fits = sign.len_utf8() <= room;
                room = room.saturating_sub(sign.len_utf8());
                fits
            })
            .collect();
        cut |= shown.len() < line.len();
        used += line.len() + 1;
        lines.push(WireLine { text: shown, mark });
    }
    if cut {
        lines.push(WireLine { text: format!("… {} in all", bytes(length)), mark: Mark::None });
    }
    lines
}

fn clipped(line: &str) -> String {
    let text: String = line.chars().take(VALUE).map(|sign| if sign.is_control() { typed::visible(sign) } else { sign }).collect();
    if line.chars().nth(VALUE).is_some() { format!("{text}… {} in all", bytes(line.len())) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::sequence::{Lane, Sequence};
    use crate::labs::http_status::run;
    use crate::labs::http_status::scenario::{Client, Scenario};

    fn texts(page: &Page) -> Vec<&str> {
        page.lines.iter().map(|line| line.text.as_str()).collect()
    }

    fn marked(page: &Page, mark: Mark) -> Vec<&str> {
        page.lines.iter().filter(|line| line.mark == mark).map(|line| line.text.as_str()).collect()
    }

    /// The pages of the first run after its last beat.
    fn at_end(scenario: &Scenario) -> Vec<Page> {
        let trace = run::run(scenario);
        pages(&scenario.request, trace.first(), trace.first().now(trace.end))
    }

    fn put(fields: &str) -> Scenario {
        let request = format!("PUT /notes/1 HTTP/1.1\nHost: example.org\n{fields}Content-Type: text/plain\nContent-Length: 4\n\nMine");
        Scenario { request, ..Scenario::default() }
    }

    #[test]
    fn the_field_that_decides_is_marked() {
        let pages = at_end(&put("If-Match: \"v0\"\n"));
        let titles: Vec<&str> = pages.iter().map(|page| page.title.as_str()).collect();
        assert_eq!(titles, ["request, client → origin", "response, origin → client"]);
        assert_eq!(texts(&pages[0])[0], "PUT /notes/1 HTTP/1.1");
        assert_eq!(&texts(&pages[0])[5..], ["", "Mine"]);
        assert_eq!(marked(&pages[0], Mark::Decisive), ["If-Match: \"v0\""]);
        assert_eq!(marked(&pages[1], Mark::StatusLine(412)), ["HTTP/1.1 412 Precondition Failed"]);
        assert!(pages.iter().all(|page| page.changes.is_empty() && page.note.is_empty()));
    }

    #[test]
    fn what_has_not_come_yet_is_not_shown() {
        let scenario = put("");
        let trace = run::run(&scenario);
        let run = trace.first();
        assert_eq!(pages(&scenario.request, run, Now::default()), Vec::new());
        let sent = pages(&scenario.request, run, Now { beats: 1, events: 1, ..Now::default() });
        assert_eq!(sent.len(), 1);
        assert!(sent[0].lines.iter().all(|line| line.mark == Mark::None), "nobody has asked anything yet");
    }

    #[test]
    fn a_method_that_is_not_allowed_marks_the_start_line_and_allow() {
        let mut scenario = put("");
        scenario.world.resource.methods = vec!["GET".to_owned(), "HEAD".to_owned()];
        let pages = at_end(&scenario);
        assert_eq!(marked(&pages[0], Mark::Decisive), ["PUT /notes/1 HTTP/1.1"]);
        assert_eq!(marked(&pages[1], Mark::StatusLine(405)).len(), 1);
        assert!(matches!(marked(&pages[1], Mark::Decisive).as_slice(), [allow] if allow.starts_with("Allow: ")));
    }

    #[test]
    fn what_cannot_be_read_is_shown_as_it_was_typed() {
        let scenario = Scenario { request: "GET /  HTTP/1.1\nHost: a\n\n".to_owned(), ..Scenario::default() };
        let trace = run::run(&scenario);
        assert!(trace.first().request.is_err(), "two spaces");
        let pages = pages(&scenario.request, trace.first(), trace.first().now(trace.end));
        assert_eq!(pages[0].lines.iter().filter(|line| matches!(line.mark, Mark::Offends(..))).count(), 1);
        assert_eq!(pages[0].note, "", "the reason stands beside it");
        assert!(matches!(pages[1].lines[0].mark, Mark::StatusLine(400)));
    }

    fn event(from: Lane, to: Lane, message: Message) -> Event {
        Event { at_ms: 0, from, to, message, note: String::new(), changes: Vec::new() }
    }

    fn get(fields: &[(&str, &str)]) -> Message {
        let mut request = Request::new("GET", "/");
        request.fields = fields.iter().copied().collect();
        Message::Request { url: "http://a/".to_owned(), request }
    }

    fn played(events: Vec<Event>) -> Run {
        let mut run = run::run(&Scenario { client: Client::Once, ..Scenario::default() }).first().clone();
        run.sequence = Sequence { events };
        run
    }

    #[test]
    fn messages_that_follow_from_others_show_the_difference() {
        let mut answer = Response::new(200);
        answer.fields.push("Age", "5");
        let mut later = answer.clone();
        later.fields.set("Age", "0");
        later.fields.push("Via", "1.1 edge");
        let mut told = event(Lane::Client, Lane::Cache, get(&[("Host", "a"), ("Accept", "*/*"), ("If-None-Match", "\"v1\"")]));
        let first = event(Lane::Client, Lane::Cache, get(&[("Host", "a"), ("Accept", "*/*"), ("Authorization", "Basic x")]));
        let run = played(vec![
            first.clone(),
            event(Lane::Cache, Lane::Client, Message::Response(answer)),
            told.clone(),
            event(Lane::Cache, Lane::Client, Message::Response(later)),
        ]);
        let after = |run: &Run, events| pages("", run, Now { events, ..Now::default() });
        let pages = after(&run, 4);
        assert_eq!(marked(&pages[0], Mark::Changed), ["If-None-Match: \"v1\""]);
        let gone: Vec<&str> = pages[0].changes.iter().filter(|change| change.after.is_none()).map(|change| change.what.as_str()).collect();
        assert_eq!(gone, ["Authorization"]);
        assert_eq!(marked(&pages[1], Mark::Changed), ["Age: 0", "Via: 1.1 edge"]);
        // What the event tells of goes before what could be found by comparing.
        told.changes = vec![Change { what: "target".to_owned(), before: None, after: None, clause: "" }];
        let run = played(vec![first, told]);
        assert_eq!(marked(&after(&run, 2)[0], Mark::Changed), ["GET / HTTP/1.1"]);
    }

    #[test]
    fn an_error_has_no_lines_and_a_pause_no_page() {
        let run = played(vec![
            event(Lane::Client, Lane::Origin, get(&[("Host", "a")])),
            event(Lane::Client, Lane::Client, Message::Pause),
            event(Lane::Client, Lane::Client, Message::NetworkError("nobody answers.".to_owned())),
        ]);
        let pages = pages("", &run, Now { events: 3, ..Now::default() });
        assert_eq!((pages.len(), pages[1].event, pages[1].lines.len()), (2, 2, 0));
        assert_eq!((pages[1].title.as_str(), pages[1].note.as_str()), ("no response, client", "Network error: nobody answers."));
    }

    #[test]
    fn long_content_is_counted_and_binary_content_is_only_said() {
        let lines = |content: &[u8]| content_lines(content, content.len(), Mark::None);
        let shown = |content: &[u8]| lines(content).into_iter().map(|line| line.text).collect::<Vec<_>>();
        assert_eq!(shown(b"one\r\ntwo\n"), ["one", "two"]);
        let long = shown("x".repeat(4_096).as_bytes());
        assert_eq!((long.len(), long[0].len(), long[1].as_str()), (2, 800, "… 4,096 bytes in all"));
        let lines = shown("a\n".repeat(20).as_bytes());
        assert_eq!((lines.len(), lines[12].as_str()), (13, "… 40 bytes in all"));
        assert_eq!(shown("a\n".repeat(12).as_bytes()).len(), 12, "all of it fits");
        assert_eq!(shown(&[0x89, b'P', b'N', b'G', 0, 1]), ["(6 bytes of binary content)"]);
        assert_eq!(shown(&[0xff; 100]), ["(100 bytes of binary content)"]);
        // Half a sign at the beginning of a range does not make text binary.
        assert_eq!(shown(&"é and some more letters".as_bytes()[1..]), ["\u{fffd} and some more letters"]);
        assert_eq!([1, 999, 1_000, 1_048_576].map(bytes), ["1 byte", "999 bytes", "1,000 bytes", "1,048,576 bytes"]);
    }

    #[test]
    fn chunks_are_shown_as_they_go_out_and_many_fields_are_counted() {
        let mut response = Response::new(200);
        response.fields.push("Transfer-Encoding", "chunked");
        response.body = b"0123456789abcdef!".to_vec();
        let lines: Vec<String> = response_lines(&response, "", &[]).into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "11", "0123456789abcdef!", "0", ""]);
        let mut request = Request::new("GET", "/");
        for index in 0..100 {
            request.fields.push(format!("X-{index}"), "1");
        }
        request.fields.push("Range", "bytes=0-9");
        let lines = request_lines(&request, "Range", &[]);
        assert_eq!(lines.len(), 62, "the start line, 59 fields, the one that decides, and how many are left out");
        assert_eq!((lines[60].text.as_str(), lines[60].mark), ("Range: bytes=0-9", Mark::Decisive));
        assert_eq!(lines[61].text, "⋯ 41 more fields ⋯");
        let long = Request::new("GET", format!("/{}", "x".repeat(5_000)));
        assert!(request_lines(&long, "", &[])[0].text.ends_with("… 5,014 bytes in all"));
    }
}
