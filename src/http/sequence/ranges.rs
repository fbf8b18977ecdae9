//! A download that breaks off and is taken up again: Range with If-Range, and what comes of it (RFC 9110 §13.1.5, §14,
//! §15.3.7; RFC 9112 §8).

use super::edit::Edit;
use super::tape::Tape;
use super::{Lane, Message, Origin, Sequence, Setting};
use crate::http::fields::Fields;
use crate::http::message::{Request, Response};
use crate::http::range::ContentRange;
use crate::http::{date, etag};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    pub sequence: Sequence,
    pub content: Vec<u8>,
    /// Whether the content is one whole representation.
    pub complete: bool,
}

/// What the client keeps between two requests.
#[derive(Default)]
struct Kept {
    content: Vec<u8>,
    /// Of the response that the content began with.
    fields: Fields,
}

/// Downloads `url`. The connection breaks after as many bytes of content as `cuts` says, one for each response, until there
/// are no more cuts. A request with another method than GET, or with a Range of its own, is sent as it is.
pub fn download(setting: &Setting, url: &str, request: &Request, cuts: &[usize], origin: &mut Origin<'_>) -> Download {
    let mut tape = Tape::new(setting);
    let mut kept = Kept::default();
    let resumes = request.method == "GET" && !request.fields.contains("Range");
    let mut cuts = cuts.iter().copied();
    let (mut edit, mut note) = (Edit::new(request), String::new());
    let complete = loop {
        let (decision, front) = tape.arrive(url, &edit.request, &edit.request, note, edit.changes, origin);
        let cut = cuts.next().filter(|cut| *cut < decision.response.body.len());
        let mut shown = decision;
        if let Some(cut) = cut {
            shown.response.body.truncate(cut);
        }
        let response = tape.last(&shown, front);
        let verdict = if resumes {
            keep(&mut kept, &response)
        } else {
            kept.content.clone_from(&response.body);
            Verdict { complete: response.status == 200, ..Verdict::default() }
        };
        if let Some(remark) = verdict.remark {
            tape.remark(remark);
        }
        let Some(cut) = cut.filter(|_| resumes) else {
            if verdict.start_over {
                edit = fresh(&edit.request);
                note = "The client starts over.".to_owned();
                continue;
            }
            if cut.is_some() {
                broken(&mut tape, front, response.body.len());
            }
            break cut.is_none() && verdict.complete;
        };
        broken(&mut tape, front, cut);
        edit = resume(request, &kept);
        note = if edit.request.fields.contains("Range") {
            format!("The client has {} bytes and asks for the rest, if it is still the same.", kept.content.len())
        } else if kept.content.is_empty() {
            "Nothing is there to go on from.".to_owned()
        } else {
            "There is no strong validator to make sure that the rest fits: from the start.".to_owned()
        };
    };
    Download { sequence: tape.finish(), content: kept.content, complete }
}

fn broken(tape: &mut Tape, front: Option<Lane>, cut: usize) {
    let from = front.unwrap_or(Lane::Origin);
    let why = format!("the connection closed after {cut} bytes of content.");
    tape.push(from, Lane::Client, Message::NetworkError(why), "The message is incomplete, and recorded as such (RFC 9112 §8).", Vec::new());
}

#[derive(Default)]
struct Verdict {
    remark: Option<&'static str>,
    complete: bool,
    start_over: bool,
}

/// What the client does with a response, as far as it came.
fn keep(kept: &mut Kept, response: &Response) -> Verdict {
    let before = kept.content.len() as u64;
    match response.status {
        206 => {
            let range = response.fields.get("Content-Range").and_then(ContentRange::parse);
            let fits = matches!(range, Some(ContentRange::Part { first, .. }) if first == before && before > 0);
            // Whoever sends If-Range has the rest already; if a tag is there, it has to be the same (RFC 9110 §15.3.7.3).
            let same = |name: &str| response.fields.get(name).is_none_or(|own| kept.fields.get(name) == Some(own));
            if !fits {
                return Verdict { remark: Some("A part, and not one that goes on from what the client has."), ..Verdict::default() };
            }
            if !same("ETag") || !same("Last-Modified") {
                *kept = Kept::default();
                let remark = Some("A part of something else: parts with different validators must not be put together.");
                return Verdict { remark, start_over: true, ..Verdict::default() };
            }
            kept.content.extend_from_slice(&response.body);
            let whole = matches!(range, Some(ContentRange::Part { length: Some(length), .. }) if length == kept.content.len() as u64);
            Verdict { remark: Some("The part goes on where the client stands."), complete: whole, start_over: false }
        }
        200 => {
            let remark = (before > 0).then_some("A whole representation instead of the rest: what the client had is of no use any more.");
            *kept = Kept { content: response.body.clone(), fields: response.fields.clone() };
            Verdict { remark, complete: true, start_over: false }
        }
        416 if before > 0 => {
            let length = response.fields.get("Content-Range").and_then(ContentRange::parse);
            if length == Some(ContentRange::Unsatisfied { length: before }) {
                return Verdict {
                    remark: Some("There is nothing after what the client has: it has everything."),
                    complete: true,
                    start_over: false,
                };
            }
            *kept = Kept::default();
            Verdict {
                remark: Some("The representation is no longer as long as what the client has."),
                start_over: true,
                ..Verdict::default()
            }
        }
        _ => Verdict::default(),
    }
}

/// The request for the rest.
fn resume(request: &Request, kept: &Kept) -> Edit {
    let mut edit = Edit::new(request);
    if let Some(validator) = validator(&kept.fields).filter(|_| !kept.content.is_empty()) {
        edit.set("Range", &format!("bytes={}-", kept.content.len()), "RFC 9110 §14.2");
        edit.set("If-Range", &validator, "RFC 9110 §13.1.5");
    }
    edit
}

/// The same request for the whole.
fn fresh(request: &Request) -> Edit {
    let mut edit = Edit::new(request);
    edit.remove("Range", "RFC 9110 §14.2");
    edit.remove("If-Range", "RFC 9110 §13.1.5");
    edit
}

/// What If-Range may carry: a strong tag; or, where there is no tag at all, a date that is at least a second older than the
/// response (RFC 9110 §13.1.5, §8.8.2.2).
pub fn validator(fields: &Fields) -> Option<String> {
    if let Some(tag) = fields.get("ETag") {
        return etag::parse(tag).filter(|own| !own.weak).map(|_| tag.to_owned());
    }
    let modified = fields.get("Last-Modified")?;
    let sent = date::parse(fields.get("Date")?)?;
    (date::parse(modified)? < sent).then(|| modified.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use crate::http::profiles::Profile;
    use crate::http::state::{NOON, World};

    const URL: &str = "http://example.org/notes/1";
    const TEXT: &[u8] = b"All happy clients are alike.\n";

    fn get() -> Request {
        let mut request = Request::new("GET", "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    /// The world of each visit: the last one stays.
    fn run(cuts: &[usize], worlds: &[World]) -> Download {
        download(&Setting::default(), URL, &get(), cuts, &mut |visit| {
            visit.decide(Profile::Rfc9110, &worlds[visit.turn.min(worlds.len() - 1)])
        })
    }

    fn with(change: impl Fn(&mut crate::http::state::Representation)) -> World {
        let mut world = World::default();
        change(&mut world.resource.representations[0]);
        world
    }

    fn asked(download: &Download, turn: usize) -> (Option<String>, Option<String>) {
        let requests = download.sequence.requests();
        (requests[turn].1.fields.joined("Range"), requests[turn].1.fields.joined("If-Range"))
    }

    #[test]
    fn without_a_break_it_is_one_request() {
        let whole = run(&[], &[World::default()]);
        assert_eq!((whole.sequence.statuses(), whole.content.as_slice(), whole.complete), (vec![200], TEXT, true));
        assert_eq!(run(&[1_000], &[World::default()]).sequence.requests().len(), 1, "a cut behind the end is none");
    }

    #[test]
    fn the_rest_is_asked_for_with_range_and_if_range() {
        let resumed = run(&[10], &[World::default()]);
        assert_eq!(resumed.sequence.statuses(), [200, 206]);
        assert_eq!(asked(&resumed, 1), (Some("bytes=10-".to_owned()), Some("\"v1\"".to_owned())));
        assert_eq!((resumed.content.as_slice(), resumed.complete), (TEXT, true));
        let broke = &resumed.sequence.events[2];
        assert!(matches!(&broke.message, Message::NetworkError(why) if why.contains("after 10 bytes")));
        let told: Vec<&str> = resumed.sequence.events[3].changes.iter().map(|own| own.what.as_str()).collect();
        assert_eq!(told, ["Range", "If-Range"]);
    }

    #[test]
    fn it_may_break_more_than_once() {
        let resumed = run(&[10, 5, 1], &[World::default()]);
        assert_eq!(resumed.sequence.statuses(), [200, 206, 206, 206]);
        assert_eq!(asked(&resumed, 3).0.as_deref(), Some("bytes=16-"));
        assert_eq!((resumed.content.as_slice(), resumed.complete), (TEXT, true));
    }

    #[test]
    fn what_has_changed_meanwhile_comes_whole() {
        let changed = with(|own| {
            own.etag = Some("\"v2\"".to_owned());
            own.body = "Every unhappy client is unhappy in its own way.\n".to_owned();
        });
        let restarted = run(&[10], &[World::default(), changed]);
        assert_eq!(restarted.sequence.statuses(), [200, 200]);
        assert_eq!(restarted.content, b"Every unhappy client is unhappy in its own way.\n");
        assert!(restarted.complete);
        assert!(restarted.sequence.events.last().is_some_and(|event| event.note.contains("instead of the rest")));
    }

    #[test]
    fn a_weak_tag_cannot_be_resumed_with() {
        let weak = with(|own| own.etag = Some("W/\"v1\"".to_owned()));
        let restarted = run(&[10], &[weak]);
        assert_eq!(restarted.sequence.statuses(), [200, 200]);
        assert_eq!(asked(&restarted, 1), (None, None));
        assert!(restarted.sequence.events[3].note.contains("no strong validator"));
        assert_eq!(restarted.content, TEXT);
    }

    #[test]
    fn a_date_will_do_where_there_is_no_tag_and_if_it_is_old_enough() {
        let dated = run(&[10], &[with(|own| own.etag = None)]);
        assert_eq!(dated.sequence.statuses(), [200, 206]);
        assert_eq!(asked(&dated, 1).1, Some(date::format(NOON - 86_400)));
        let young = with(|own| {
            own.etag = None;
            own.last_modified = Some(NOON);
        });
        assert_eq!(run(&[10], &[young]).sequence.statuses(), [200, 200]);
    }

    #[test]
    fn validators_for_if_range() {
        let found = |lines: &[(&str, &str)]| validator(&lines.iter().copied().collect());
        let (date, older) = (("Date", "Tue, 15 Nov 1994 12:45:26 GMT"), ("Last-Modified", "Tue, 15 Nov 1994 12:45:25 GMT"));
        // RFC 9110 §8.8.3: its examples of tags.
        assert_eq!(found(&[("ETag", "\"xyzzy\"")]).as_deref(), Some("\"xyzzy\""));
        assert_eq!(found(&[("ETag", "W/\"xyzzy\""), date, older]), None, "a weak tag shuts the date out");
        assert_eq!(found(&[("ETag", "\"\"")]).as_deref(), Some("\"\""));
        assert_eq!(found(&[date, older]).as_deref(), Some(older.1));
        assert_eq!(found(&[date, ("Last-Modified", date.1)]), None, "it may have changed twice within this second");
        assert_eq!(found(&[older]), None);
    }

    #[test]
    fn a_server_without_ranges_starts_over() {
        let mut world = World::default();
        world.resource.ranges = false;
        let restarted = run(&[10], &[world]);
        assert_eq!((restarted.sequence.statuses(), restarted.content.as_slice()), (vec![200, 200], TEXT));
    }

    #[test]
    fn a_part_of_something_else_is_not_appended() {
        let mut turns = Vec::new();
        let result = download(&Setting::default(), URL, &get(), &[10], &mut |visit| {
            turns.push(visit.request.fields.contains("Range"));
            if visit.turn != 1 {
                return visit.decide(Profile::Rfc9110, &World::default());
            }
            let mut response = Response::new(206);
            response.fields = Fields::from_iter([("ETag", "\"other\""), ("Content-Range", "bytes 10-28/29")]);
            response.body = b"x".repeat(19);
            plain(response)
        });
        assert_eq!((turns, result.content.as_slice(), result.complete), (vec![false, true, false], TEXT, true));
    }

    #[test]
    fn a_416_at_the_end_means_that_all_is_there() {
        let mut kept = Kept { content: b"abc".to_vec(), fields: Fields::new() };
        let mut response = Response::new(416);
        response.fields.push("Content-Range", "bytes */3");
        assert!(keep(&mut kept, &response).complete);
        response.fields.set("Content-Range", "bytes */2");
        let verdict = keep(&mut kept, &response);
        assert!(verdict.start_over && !verdict.complete && kept.content.is_empty());
    }

    #[test]
    fn the_clients_own_range_is_left_alone() {
        let mut request = get();
        request.fields.push("Range", "bytes=4-8");
        let part = download(&Setting::default(), URL, &request, &[2], &mut |visit| visit.decide(Profile::Rfc9110, &World::default()));
        assert_eq!((part.sequence.statuses(), part.complete, part.sequence.error().is_some()), (vec![206], false, true));
    }
}
