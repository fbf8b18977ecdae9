//! Responses ahead of the final one: 100 and the content that waits for it, 101, 102, 103 (RFC 9110 §10.1.1, §15.2; RFC 8297;
//! RFC 2518 §10.1).

use super::edit::Edit;
use super::tape::Tape;
use super::{Change, Lane, Message, Origin, Sequence, Setting};
use crate::http::message::{Request, Response};
use crate::http::syntax;
use crate::http::uri::Uri;

/// How a client waits for a 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Until it sends the content all the same: §10.1.1 forbids to wait for ever. curl waits a second.
    pub patience_ms: u64,
    /// Something on the way speaks HTTP/1.0 and lets no interim response through.
    pub silent: bool,
}

impl Default for Waiting {
    fn default() -> Self {
        Waiting { patience_ms: 1_000, silent: false }
    }
}

/// RFC 2518 §10.1: "a reasonable, but arbitrary value" after which word should be sent.
const LONG_MS: u64 = 20_000;

/// Sends a request and plays what comes before its final response: content is held back for a 100, and what a 103 tells to
/// preload is fetched from the same origin closure. A 417 is answered by the same request without the expectation.
pub fn send(setting: &Setting, url: &str, request: &Request, waiting: &Waiting, origin: &mut Origin<'_>) -> Sequence {
    let mut tape = Tape::new(setting);
    let waits = expects(request);
    let note = match (waits, request.fields.lists("Expect", "100-continue")) {
        (true, _) => "The content stays here until a 100 comes.",
        (false, true) => "There is no content, and so nothing that a 100 could let go: the client must not expect one (RFC 9110 §10.1.1).",
        (false, false) => "",
    };
    let response = attempt(&mut tape, url, request, note, Vec::new(), waiting, origin);
    if response.status == 417 && waits {
        let mut edit = Edit::new(request);
        edit.remove("Expect", "RFC 9110 §10.1.1");
        let note = "A 417 only says that somebody on the way does not know expectations: the same without.";
        attempt(&mut tape, url, &edit.request, note, edit.changes, waiting, origin);
    }
    tape.finish()
}

fn expects(request: &Request) -> bool {
    request.fields.lists("Expect", "100-continue") && !request.body.is_empty() && request.version.has_1_1()
}

fn attempt(
    tape: &mut Tape,
    url: &str,
    request: &Request,
    note: &str,
    changes: Vec<Change>,
    waiting: &Waiting,
    origin: &mut Origin<'_>,
) -> Response {
    let sent = tape.at_ms;
    let mut held = expects(request);
    let head = Request { body: Vec::new(), ..request.clone() };
    let shown = if held { &head } else { request };
    let (decision, front) = tape.arrive(url, request, shown, note, changes, origin);
    for interim in decision.interim.iter().filter(|_| !waiting.silent) {
        match interim.status {
            100 => {
                let arrived = tape.interim(front, interim, "The fields give no reason to refuse: the content may come.");
                if held {
                    tape.at_ms = arrived;
                    tape.content(front, &request.body, "The 100 has come.");
                    held = false;
                }
            }
            102 => {
                tape.pass(LONG_MS);
                tape.interim(front, interim, "It takes longer than 20 seconds, and the client should not give up.");
            }
            103 => {
                let arrived = tape.interim(front, interim, "What the final response will need, while it is still being made.");
                preload(tape, arrived, url, interim, origin);
            }
            _ => {
                tape.interim(front, interim, "");
            }
        }
    }
    let awaited = decision.interim.iter().any(|interim| interim.status == 100);
    if held && awaited {
        // The 100 went lost on the way; the origin waits for the content.
        tape.at_ms = sent.saturating_add(waiting.patience_ms).max(tape.at_ms);
        tape.content(front, &request.body, "No 100 has come, and the client does not wait any longer.");
        held = false;
    }
    let response = tape.last(&decision, front);
    if held {
        tape.remark("Method, target and fields were enough to decide: the content was never sent.");
    }
    if response.status == 101 {
        let protocol = response.fields.joined("Upgrade").unwrap_or_default();
        tape.remark(&format!("From here on the connection speaks {protocol}."));
    }
    response
}

/// Fetches what the hints name, beside the final response that is still to come.
fn preload(tape: &mut Tape, arrived: u64, url: &str, hints: &Response, origin: &mut Origin<'_>) {
    let base = Uri::parse(url);
    let now = std::mem::replace(&mut tape.at_ms, arrived);
    for link in hints.fields.all("Link").flat_map(syntax::list) {
        let Some(to) = preloaded(link).and_then(|target| base.locate(target)).filter(Uri::is_http) else {
            continue;
        };
        let mut request = Request::new("GET", to.target());
        if let Some(host) = to.host() {
            request.fields.push("Host", host);
        }
        tape.at_ms = arrived;
        tape.exchange(&to.to_string(), &request, "On the strength of a hint (RFC 8297 §2).", Vec::new(), origin);
    }
    tape.at_ms = now;
}

/// The target of a `Link` value with `rel=preload`.
fn preloaded(link: &str) -> Option<&str> {
    let (target, parameters) = link.strip_prefix('<')?.split_once('>')?;
    let is_preload = |parameter: &str| {
        syntax::parameter(parameter).is_some_and(|(name, value)| {
            name == "rel" && value.is_some_and(|own| own.split(' ').any(|one| one.eq_ignore_ascii_case("preload")))
        })
    };
    syntax::split(parameters, ';').into_iter().any(is_preload).then_some(target)
}

/// The requests on the client's side with content that was held back: whether it went out.
pub fn content_was_sent(sequence: &Sequence) -> bool {
    sequence.events.iter().any(|event| event.from == Lane::Client && matches!(event.message, Message::Content(_)))
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use crate::http::engine::Decision;
    use crate::http::profiles::Profile;
    use crate::http::state::{Front, Guard, World};

    const URL: &str = "http://origin.example.com/somewhere/fun";

    /// RFC 9110 §10.1.1: its own example, with less video.
    fn put() -> Request {
        let mut request = Request::new("PUT", "/somewhere/fun");
        for (name, value) in
            [("Host", "origin.example.com"), ("Content-Type", "video/h264"), ("Content-Length", "5"), ("Expect", "100-continue")]
        {
            request.fields.push(name, value);
        }
        request.body = b"video".to_vec();
        request
    }

    fn get() -> Request {
        let mut request = Request::new("GET", "/");
        request.fields.push("Host", "example.com");
        request
    }

    fn run(request: &Request, waiting: &Waiting, world: &World) -> Sequence {
        send(&Setting::default(), URL, request, waiting, &mut |visit| visit.decide(Profile::Rfc9110, world))
    }

    #[test]
    fn content_follows_a_100() {
        let sequence = run(&put(), &Waiting::default(), &World::default());
        assert_eq!(sequence.statuses(), [100, 204]);
        let kinds: Vec<(u64, Lane)> = sequence.events.iter().map(|event| (event.at_ms, event.from)).collect();
        assert_eq!(kinds, [(0, Lane::Client), (30, Lane::Origin), (60, Lane::Client), (110, Lane::Origin)]);
        assert!(sequence.requests()[0].1.body.is_empty(), "the header section goes ahead");
        assert_eq!(sequence.events[2].message, Message::Content(b"video".to_vec()));
    }

    #[test]
    fn a_401_or_405_comes_before_the_pipes_are_filled() {
        let mut guarded = World::default();
        guarded.server.guard = Some(Guard::default());
        let mut fixed = World::default();
        fixed.resource.methods.retain(|method| method != "PUT");
        for (world, status) in [(guarded, 401), (fixed, 405)] {
            let sequence = run(&put(), &Waiting::default(), &world);
            assert_eq!(sequence.statuses(), [status]);
            assert!(!content_was_sent(&sequence));
            assert!(sequence.events[1].note.contains("never sent"));
        }
    }

    #[test]
    fn what_only_the_content_can_decide_comes_after_the_100() {
        let mut world = World::default();
        world.resource.sense = "sound".to_owned();
        assert_eq!(run(&put(), &Waiting::default(), &world).statuses(), [100, 422]);
    }

    #[test]
    fn a_client_does_not_wait_for_ever() {
        let waiting = Waiting { silent: true, ..Waiting::default() };
        let sequence = run(&put(), &waiting, &World::default());
        assert_eq!(sequence.statuses(), [204]);
        assert_eq!((sequence.events[1].at_ms, sequence.events[1].from), (1_000, Lane::Client));
        assert!(content_was_sent(&sequence) && sequence.events[1].note.contains("any longer"));
        assert_eq!(sequence.events[2].at_ms, 1_050);
    }

    #[test]
    fn a_417_is_answered_without_the_expectation() {
        let mut request = put();
        request.fields.set("Expect", "100-continue, tea");
        let sequence = run(&request, &Waiting::default(), &World::default());
        assert_eq!(sequence.statuses(), [417, 204]);
        let again = sequence.requests()[1].1;
        assert!(!again.fields.contains("Expect") && again.body == b"video");
        assert_eq!(sequence.events[2].changes.iter().map(|own| own.what.as_str()).collect::<Vec<_>>(), ["Expect"]);
        request.fields.set("Expect", "tea");
        assert_eq!(run(&request, &Waiting::default(), &World::default()).statuses(), [417], "this rule is about 100-continue only");
    }

    #[test]
    fn there_is_nothing_to_wait_for_without_content_or_in_http_1_0() {
        let mut request = get();
        request.fields.push("Expect", "100-continue");
        let sequence = run(&request, &Waiting::default(), &World::default());
        assert_eq!(sequence.statuses(), [200]);
        assert!(sequence.events[0].note.contains("must not expect"));
        let old = Request { version: crate::http::message::Version::Http10, ..put() };
        let sequence = run(&old, &Waiting::default(), &World::default());
        assert_eq!((sequence.statuses(), sequence.requests()[0].1.body.len()), (vec![204], 5));
    }

    #[test]
    fn a_proxy_passes_100_and_content_on() {
        let world = World { front: Some(Front::default()), ..World::default() };
        let sequence = run(&put(), &Waiting::default(), &world);
        let ways: Vec<(u64, Lane, Lane)> = sequence.events.iter().map(|event| (event.at_ms, event.from, event.to)).collect();
        let expected = [
            (0, Lane::Client, Lane::Proxy),
            (30, Lane::Proxy, Lane::Origin),
            (60, Lane::Origin, Lane::Proxy),
            (90, Lane::Proxy, Lane::Client),
            (120, Lane::Client, Lane::Proxy),
            (150, Lane::Proxy, Lane::Origin),
            (200, Lane::Origin, Lane::Proxy),
            (230, Lane::Proxy, Lane::Client),
        ];
        assert_eq!(ways, expected);
    }

    #[test]
    fn protocols_are_switched_after_the_100() {
        // RFC 9110 §7.8.
        let mut request = put();
        request.method = "POST".to_owned();
        request.fields.push("Connection", "upgrade");
        request.fields.push("Upgrade", "websocket, IRC/6.9, RTA/x11");
        let mut world = World::default();
        world.server.switches_to = vec!["IRC/6.9".to_owned()];
        let sequence = run(&request, &Waiting::default(), &world);
        assert_eq!(sequence.statuses(), [100, 101]);
        let last = sequence.events.last().expect("there is one");
        assert!(last.note.contains("speaks IRC/6.9"));
        world.server.switches_to.clear();
        assert_eq!(run(&request, &Waiting::default(), &world).statuses(), [100, 201], "a server may ignore Upgrade");
    }

    #[test]
    fn early_hints_are_fetched_while_the_page_is_made() {
        // RFC 8297 §2: its own example.
        let mut world = World::default();
        world.server.hints = vec!["</style.css>; rel=preload; as=style".to_owned(), "</script.js>; rel=preload; as=script".to_owned()];
        let setting = Setting { think_ms: 500, ..Setting::default() };
        let quick = World::default();
        let sequence = send(&setting, "https://example.com/", &get(), &Waiting::default(), &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.url == "https://example.com/" { &world } else { &quick })
        });
        let urls: Vec<(u64, &str)> = sequence
            .events
            .iter()
            .filter_map(|event| match &event.message {
                Message::Request { url, .. } => Some((event.at_ms, url.as_str())),
                _ => None,
            })
            .collect();
        let expected = [(0, "https://example.com/"), (60, "https://example.com/style.css"), (60, "https://example.com/script.js")];
        assert_eq!(urls, expected);
        assert_eq!(sequence.statuses(), [103, 200, 200, 200]);
        let page = sequence.events.iter().position(|event| event.at_ms == 530 && event.from == Lane::Origin);
        assert_eq!(page, Some(4), "the page is ready before the style, which was asked for later");
    }

    #[test]
    fn links_to_preload() {
        assert_eq!(preloaded("</style.css>; rel=preload; as=style"), Some("/style.css"));
        assert_eq!(preloaded("<a;b,c>;as=x; REL=\"next Preload\""), Some("a;b,c"));
        for other in ["</next>; rel=next", "</x>", "/x; rel=preload", "</x; rel=preload", "</x>; as=preload", ""] {
            assert_eq!(preloaded(other), None, "{other}");
        }
    }

    #[test]
    fn a_102_comes_after_twenty_seconds() {
        let mut world = World::default();
        world.server.slow = true;
        let request = Request { body: Vec::new(), ..get() };
        let request = Request { method: "DELETE".to_owned(), ..request };
        let sequence = run(&request, &Waiting::default(), &world);
        assert_eq!(sequence.statuses(), [102, 204]);
        assert_eq!(sequence.events.iter().map(|event| event.at_ms).collect::<Vec<_>>(), [0, 20_030, 20_050]);
    }

    #[test]
    fn an_unexpected_interim_response_does_no_harm() {
        let sequence = send(&Setting::default(), URL, &get(), &Waiting::default(), &mut |_| Decision {
            interim: vec![Response::new(100), Response::new(199)],
            ..plain(Response::new(200))
        });
        assert_eq!(sequence.statuses(), [100, 199, 200]);
    }
}
