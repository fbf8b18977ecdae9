//! Answers that ask for another try: 429, 503 and 413 with Retry-After, 425 after the handshake, 421 and 408 on another
//! connection (RFC 9110 §9.2.2, §10.2.3, §15.5.9, §15.5.20; RFC 6585 §4; RFC 8470 §5.2).

use super::tape::Tape;
use super::{Change, Origin, Sequence, Setting, is_idempotent, is_safe};
use crate::http::message::{Request, Response};
use crate::http::{date, syntax};

/// How a client takes no for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Requests at most, with the first one.
    pub tries: u32,
    /// Longest wait in seconds that it puts up with.
    pub longest_s: u64,
    /// First wait where the server does not say how long; the next ones double. No RFC says so, most clients do.
    pub backoff_s: u64,
    /// Sends the first request in TLS early data.
    pub early: bool,
    /// Knows that what was refused with 503 was not done, such as by an idempotency key, so that POST may be sent again.
    pub sure: bool,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { tries: 4, longest_s: 3_600, backoff_s: 1, early: false, sure: false }
    }
}

/// What the client does next.
enum Next {
    Stop(String),
    /// In so many milliseconds, on this connection.
    Wait(u64, String),
    /// At once, on another connection.
    Reconnect(&'static str, &'static str),
    /// Once the TLS handshake is over.
    Handshake,
}

/// Sends a request until it is answered with something else, or until patience runs out.
pub fn persist(setting: &Setting, url: &str, request: &Request, patience: &Patience, origin: &mut Origin<'_>) -> Sequence {
    let mut tape = Tape::new(setting);
    tape.early = patience.early;
    let mut note = match (patience.early, is_safe(&request.method)) {
        (false, _) => String::new(),
        (true, true) => "In TLS early data, before the handshake is over.".to_owned(),
        (true, false) => format!("In TLS early data, which RFC 8470 §4 forbids for {}: it is not safe.", request.method),
    };
    let mut changes = Vec::new();
    let mut reconnected: Vec<u16> = Vec::new();
    let most = patience.tries.max(1);
    for tries in 1..=most {
        let response = tape.exchange(url, request, note, changes, origin);
        (note, changes) = (String::new(), Vec::new());
        if !matches!(response.status, 408 | 413 | 421 | 425 | 429 | 503) {
            break;
        }
        let next = if tries == most {
            Next::Stop(format!("That was try {tries} of {most}."))
        } else if !request.body.is_empty() && !setting.replayable {
            Next::Stop("The content was a stream and cannot be sent a second time.".to_owned())
        } else {
            next(&tape, request, &response, patience, tries, &reconnected)
        };
        match next {
            Next::Stop(why) => {
                if !why.is_empty() {
                    tape.remark(&why);
                }
                break;
            }
            Next::Wait(ms, why) => tape.pause(ms, why),
            Next::Reconnect(why, clause) => {
                reconnected.push(response.status);
                let before = tape.connection;
                tape.connection += 1;
                note = why.to_owned();
                changes.push(change("connection", before.to_string(), tape.connection.to_string(), clause));
            }
            Next::Handshake => {
                tape.early = false;
                tape.pause(2 * setting.hop_ms, "The client waits until the TLS handshake is over.");
                changes.push(change("early data", "yes".to_owned(), "no".to_owned(), "RFC 8470 §5.2"));
            }
        }
    }
    tape.finish()
}

fn change(what: &str, before: String, after: String, clause: &'static str) -> Change {
    Change { what: what.to_owned(), before: Some(before), after: Some(after), clause }
}

fn next(tape: &Tape, request: &Request, response: &Response, patience: &Patience, tries: u32, reconnected: &[u16]) -> Next {
    match response.status {
        408 | 421 if reconnected.contains(&response.status) => {
            Next::Stop("A failed retry is not retried by itself (RFC 9110 §9.2.2).".to_owned())
        }
        408 => Next::Reconnect("The request never arrived whole, so it may be sent again, on a new connection.", "RFC 9110 §15.5.9"),
        421 => Next::Reconnect("Another connection may lead to a server that answers for this host.", "RFC 9110 §15.5.20"),
        425 if tape.early => Next::Handshake,
        425 => Next::Stop("The client sent nothing in early data, and can do no better.".to_owned()),
        503 if !is_idempotent(&request.method) && !patience.sure => {
            Next::Stop(format!("{} is not idempotent, and it is not certain that nothing was done (RFC 9110 §9.2.2).", request.method))
        }
        413 if !response.fields.contains("Retry-After") => Next::Stop(String::new()),
        _ => wait(tape, response, patience, tries),
    }
}

fn wait(tape: &Tape, response: &Response, patience: &Patience, tries: u32) -> Next {
    let (ms, why) = match asked_for(response, tape.setting.start, tape.at_ms) {
        Some(ms) => {
            let value = response.fields.get("Retry-After").unwrap_or_default();
            (ms, format!("The client waits, as Retry-After says: `{value}`."))
        }
        None => {
            let seconds = patience.backoff_s.saturating_mul(1u64.checked_shl(tries - 1).unwrap_or(u64::MAX));
            (seconds.saturating_mul(1_000), format!("Nobody says how long, so the client waits {seconds} s, and twice that the next time."))
        }
    };
    if ms > patience.longest_s.saturating_mul(1_000) {
        return Next::Stop(format!("{} s is longer than the client is willing to wait.", ms.div_ceil(1_000)));
    }
    Next::Wait(ms, why)
}

/// How long Retry-After asks to wait, in milliseconds: seconds count from the arrival of the response, a date is compared
/// with the client's own clock, which says `start` seconds since 1970 plus `at_ms`. `None` if there is none, or none that can
/// be read.
pub fn asked_for(response: &Response, start: u64, at_ms: u64) -> Option<u64> {
    let value = response.fields.get("Retry-After")?.trim();
    if let Some(seconds) = syntax::digits(value) {
        return Some(seconds.saturating_mul(1_000));
    }
    let moment = date::parse_at(value, start)?;
    Some(moment.saturating_sub(start).saturating_mul(1_000).saturating_sub(at_ms))
}

#[cfg(test)]
mod tests {
    use super::super::{Message, plain};
    use super::*;
    use crate::http::profiles::Profile;
    use crate::http::state::{NOON, Retry, World};

    const URL: &str = "https://example.org/notes/1";

    fn request(method: &str) -> Request {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    /// In `first` until `until` seconds after noon, and in the default world from then on.
    fn run(method: &str, patience: &Patience, first: &World, until: u64) -> Sequence {
        let later = World::default();
        persist(&Setting::default(), URL, &request(method), patience, &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.now < NOON + until { first } else { &later })
        })
    }

    fn limited(quiet: Retry) -> World {
        let mut world = World::default();
        world.server.limited = true;
        world.server.quiet = quiet;
        world
    }

    fn down(back: Retry) -> World {
        let mut world = World::default();
        world.server.unavailable = true;
        world.server.back = back;
        world
    }

    fn sent_at(sequence: &Sequence) -> Vec<u64> {
        let sent = sequence.events.iter().filter(|event| matches!(event.message, Message::Request { .. }));
        sent.map(|event| event.at_ms).collect()
    }

    #[test]
    fn a_429_is_waited_out() {
        // RFC 6585 §4: 3600 seconds in its example; 120 in that of RFC 9110 §10.2.3.
        for seconds in [120, 3_600] {
            let sequence = run("GET", &Patience::default(), &limited(Retry::After(seconds)), u64::from(seconds));
            assert_eq!(sequence.statuses(), [429, 200]);
            assert_eq!(sent_at(&sequence), [0, 80 + u64::from(seconds) * 1_000]);
            assert!(matches!(sequence.events[2].message, Message::Pause));
        }
    }

    #[test]
    fn a_429_may_be_repeated_with_any_method() {
        assert_eq!(run("POST", &Patience::default(), &limited(Retry::After(2)), 2).statuses(), [429, 201]);
    }

    #[test]
    fn a_503_names_the_moment() {
        let sequence = run("GET", &Patience::default(), &down(Retry::At(NOON + 90)), 90);
        assert_eq!(sequence.statuses(), [503, 200]);
        assert_eq!(sent_at(&sequence), [0, 90_000], "the date counts from the clock and not from the response");
        let past = run("GET", &Patience { tries: 2, ..Patience::default() }, &down(Retry::At(NOON - 5)), 90);
        assert_eq!((past.statuses(), sent_at(&past)), (vec![503, 503], vec![0, 80]), "a moment that has passed is no wait");
    }

    #[test]
    fn a_503_is_not_repeated_with_post_unless_the_client_is_sure() {
        let sequence = run("POST", &Patience::default(), &down(Retry::After(5)), 5);
        assert_eq!(sequence.statuses(), [503]);
        assert!(sequence.events[1].note.contains("not idempotent"));
        assert_eq!(run("PUT", &Patience::default(), &down(Retry::After(5)), 5).statuses(), [503, 204]);
        let sure = Patience { sure: true, ..Patience::default() };
        assert_eq!(run("POST", &sure, &down(Retry::After(5)), 5).statuses(), [503, 201]);
    }

    #[test]
    fn without_retry_after_each_wait_is_twice_the_last() {
        let sequence = run("GET", &Patience::default(), &down(Retry::Unsaid), 1_000);
        assert_eq!(sequence.statuses(), [503, 503, 503, 503]);
        assert_eq!(sent_at(&sequence), [0, 1_080, 3_160, 7_240]);
        assert!(sequence.events.last().is_some_and(|event| event.note.contains("try 4 of 4")));
    }

    #[test]
    fn a_wait_that_is_too_long_is_not_begun() {
        let sequence = run("GET", &Patience::default(), &down(Retry::After(3_601)), 4_000);
        assert_eq!((sequence.statuses(), sequence.events.len()), (vec![503], 2));
        assert!(sequence.events[1].note.contains("3601 s is longer"));
    }

    #[test]
    fn the_examples_of_retry_after() {
        let asked = |value: &str| {
            let mut response = Response::new(503);
            response.fields.push("Retry-After", value);
            // One minute before the end of 1999, and ten seconds later.
            asked_for(&response, 946_684_799 - 60, 10_000)
        };
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT"), Some(50_000));
        assert_eq!(asked("120"), Some(120_000));
        assert_eq!(asked("0"), Some(0));
        assert_eq!(asked("Fri, 31 Dec 1999 23:00:00 GMT"), Some(0));
        assert_eq!(asked("99999999999999999999999"), Some(u64::MAX));
        for unread in ["", "-1", "1.5", "soon", "2 s"] {
            assert_eq!(asked(unread), None, "{unread}");
        }
        assert_eq!(asked_for(&Response::new(503), 0, 0), None);
    }

    #[test]
    fn a_425_is_repeated_after_the_handshake() {
        let early = Patience { early: true, ..Patience::default() };
        let sequence = run("DELETE", &early, &World::default(), 0);
        assert_eq!(sequence.statuses(), [425, 204]);
        assert_eq!(sent_at(&sequence), [0, 140]);
        assert!(sequence.events[0].note.contains("RFC 8470 §4 forbids"));
        let again = &sequence.events[3].changes;
        assert_eq!((again.len(), again[0].what.as_str(), again[0].after.as_deref()), (1, "early data", Some("no")));
        assert!(sequence.requests().iter().all(|(_, own)| !own.fields.contains("Early-Data")), "the field is for intermediaries");
        assert_eq!(run("GET", &early, &World::default(), 0).statuses(), [200], "a safe request does no harm");
    }

    #[test]
    fn a_425_to_a_safe_request_is_repeated_too_and_only_if_it_was_early() {
        let answer = |early: bool| {
            persist(&Setting::default(), URL, &request("GET"), &Patience { early, ..Patience::default() }, &mut |visit| {
                plain(Response::new(if visit.early || visit.turn == 0 { 425 } else { 200 }))
            })
        };
        assert_eq!(answer(true).statuses(), [425, 200]);
        assert_eq!(answer(false).statuses(), [425]);
    }

    #[test]
    fn a_421_is_repeated_once_on_another_connection() {
        let mut elsewhere = World::default();
        elsewhere.server.hosts = vec!["other.example".to_owned()];
        let right = World::default();
        let ask = |wrong: u32| {
            persist(&Setting::default(), URL, &request("POST"), &Patience::default(), &mut |visit| {
                visit.decide(Profile::Rfc9110, if visit.connection <= wrong { &elsewhere } else { &right })
            })
        };
        let sequence = ask(1);
        assert_eq!(sequence.statuses(), [421, 201], "whether the method is idempotent does not matter");
        let again = &sequence.events[2].changes[0];
        assert_eq!((again.what.as_str(), again.before.as_deref(), again.after.as_deref()), ("connection", Some("1"), Some("2")));
        assert_eq!(ask(2).statuses(), [421, 421]);
    }

    #[test]
    fn a_408_is_repeated_on_a_new_connection() {
        let mut slow = World::default();
        slow.server.timed_out = true;
        let right = World::default();
        let sequence = persist(&Setting::default(), URL, &request("GET"), &Patience::default(), &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.connection == 1 { &slow } else { &right })
        });
        assert_eq!(sequence.statuses(), [408, 200]);
        let first = sequence.events.iter().find_map(|event| match &event.message {
            Message::Response(response) => Some(response),
            _ => None,
        });
        assert_eq!(first.and_then(|response| response.fields.get("Connection")), Some("close"));
        assert_eq!(run("GET", &Patience::default(), &slow, 1_000).statuses(), [408, 408]);
    }

    #[test]
    fn a_413_is_temporary_only_with_retry_after() {
        let ask = |after: Option<&str>| {
            persist(&Setting::default(), URL, &request("PUT"), &Patience::default(), &mut |visit| {
                let mut response = Response::new(if visit.turn == 0 { 413 } else { 204 });
                if let Some(after) = after {
                    response.fields.push("Retry-After", after);
                }
                plain(response)
            })
        };
        assert_eq!((ask(None).statuses(), ask(Some("1")).statuses()), (vec![413], vec![413, 204]));
    }

    #[test]
    fn a_stream_is_sent_once() {
        let setting = Setting { replayable: false, ..Setting::default() };
        let body = Request { body: b"x".to_vec(), ..request("PUT") };
        let sequence =
            persist(&setting, URL, &body, &Patience::default(), &mut |visit| visit.decide(Profile::Rfc9110, &limited(Retry::After(1))));
        assert_eq!(sequence.statuses(), [429]);
    }
}
