//! A proxy whose upstream does not do its part: 502, 503, 504 and 508, and what it tries before it says so (RFC 9110 §7.6.3,
//! §9.2.2, §15.6.3 to §15.6.5).
//!
//! 508 is defined for bindings that form a loop (RFC 5842 §7.2); that proxies in a circle say it too is a convention.

use super::tape::Tape;
use super::{Lane, Message, Sequence, Setting, hop, is_idempotent};
use crate::http::engine::{self, By};
use crate::http::message::Request;
use crate::http::state::{Front, Upstream, World};

/// How long a proxy waits for an answer, in milliseconds: nginx's `proxy_read_timeout`.
pub const TIMEOUT_MS: u64 = 60_000;

/// Sends a request through the proxy of the world, which has one upstream server for each of `upstreams` and tries them in
/// this order. `worlds` says how things are at a moment, in seconds since 1970; what it says of the upstream does not count.
pub fn through(
    setting: &Setting,
    url: &str,
    request: &Request,
    worlds: &dyn Fn(u64) -> World,
    upstreams: &[Upstream],
    timeout_ms: u64,
) -> Sequence {
    let mut tape = Tape::new(setting);
    let front = worlds(tape.now()).front.unwrap_or_default();
    let lane = if front.caches { Lane::Cache } else { Lane::Proxy };
    let decide = |upstream: Upstream, now: u64| {
        let front = Some(Front { upstream, ..front.clone() });
        engine::decide(setting.profile, request, &World { now, front, ..worlds(now) })
    };
    let message = Message::Request { url: url.to_owned(), request: request.clone() };
    tape.send(Lane::Client, lane, message, "", Vec::new());
    let first = decide(Upstream::Well, tape.now());
    if first.by != By::Origin {
        tape.last(&first, Some(lane));
        return tape.finish();
    }
    let bare = url.split('#').next().unwrap_or_default();
    let forwarded = |upgrades: bool| {
        let edit = hop::forward(request, &front.name, upgrades);
        (Message::Request { url: bare.to_owned(), request: edit.request }, edit.changes)
    };
    let all: &[Upstream] = if upstreams.is_empty() { &[Upstream::Well] } else { upstreams };
    for (index, upstream) in all.iter().copied().enumerate() {
        let (message, changes) = forwarded(first.response.status == 101);
        let whom = if all.len() > 1 { format!("Server {} of {}.", index + 1, all.len()) } else { String::new() };
        match upstream {
            Upstream::Well => {
                tape.send(lane, Lane::Origin, message, whom, changes);
                let decision = decide(upstream, tape.now());
                for interim in &decision.interim {
                    tape.interim(Some(lane), interim, "");
                }
                tape.last(&decision, Some(lane));
                return tape.finish();
            }
            Upstream::Down => {
                tape.pass(2 * setting.hop_ms);
                let nothing = format!("{whom} Nothing was sent.");
                refuse(&mut tape, lane, "no connection: the server is down.", nothing.trim_start());
            }
            Upstream::Slow => {
                tape.push(lane, Lane::Origin, message, whom, changes);
                tape.pass(timeout_ms);
                refuse(
                    &mut tape,
                    lane,
                    &format!("no answer within {}.", span(timeout_ms)),
                    "The server may be at work on it all the same.",
                );
            }
            Upstream::Garbles => {
                tape.send(lane, Lane::Origin, message, whom, changes);
                tape.pass(setting.think_ms);
                refuse(&mut tape, lane, "what came back was no HTTP, or broke off.", "");
                tape.pass(setting.hop_ms);
            }
            Upstream::Loops => {
                tape.send(lane, lane, message, "The next hop is this proxy itself: it finds its own name in Via.", changes);
            }
        }
        let more = index + 1 < all.len() && upstream != Upstream::Loops;
        if more && (is_idempotent(&request.method) || upstream == Upstream::Down) {
            tape.remark("The proxy tries the next server.");
            continue;
        }
        if more {
            tape.remark(&format!("{} is not idempotent: a proxy must not send it again (RFC 9110 §9.2.2).", request.method));
        }
        let decision = decide(upstream, tape.now());
        tape.last(&decision, Some(lane));
        break;
    }
    tape.finish()
}

/// `60 s`, `1.500 s`.
fn span(ms: u64) -> String {
    if ms.is_multiple_of(1_000) { format!("{} s", ms / 1_000) } else { format!("{}.{:03} s", ms / 1_000, ms % 1_000) }
}

fn refuse(tape: &mut Tape, lane: Lane, why: &str, note: &str) {
    tape.push(Lane::Origin, lane, Message::NetworkError(why.to_owned()), note, Vec::new());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::state::{Guard, Stored};

    const URL: &str = "http://example.org/notes/1";

    fn request(method: &str) -> Request {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    fn run(method: &str, upstreams: &[Upstream]) -> Sequence {
        through(&Setting::default(), URL, &request(method), &|_| World::default(), upstreams, TIMEOUT_MS)
    }

    fn asked_upstream(sequence: &Sequence) -> usize {
        let sent = sequence.events.iter().filter(|event| event.from == Lane::Proxy && event.to == Lane::Origin);
        sent.count()
    }

    #[test]
    fn each_failure_has_its_status() {
        for (upstream, status, at_ms) in
            [(Upstream::Down, 503, 90), (Upstream::Garbles, 502, 110), (Upstream::Slow, 504, 60_030), (Upstream::Loops, 508, 60)]
        {
            let sequence = run("GET", &[upstream]);
            assert_eq!(sequence.statuses(), [status], "{upstream:?}");
            let last = sequence.events.last().expect("there is one");
            assert_eq!((last.at_ms, last.from, last.to), (at_ms, Lane::Proxy, Lane::Client), "{upstream:?}");
            assert!(last.note.ends_with('.'), "{upstream:?}: a reason");
        }
    }

    #[test]
    fn all_well_goes_there_and_back() {
        let cases: [&[Upstream]; 3] = [&[], &[Upstream::Well], &[Upstream::Well, Upstream::Down]];
        for upstreams in cases {
            let sequence = run("GET", upstreams);
            assert_eq!((sequence.statuses(), sequence.events.len()), (vec![200], 4));
            assert_eq!(sequence.outcome().and_then(|response| response.fields.get("Via")), Some("1.1 edge"));
        }
    }

    #[test]
    fn a_get_goes_to_the_next_server() {
        let sequence = run("GET", &[Upstream::Down, Upstream::Garbles, Upstream::Slow, Upstream::Well]);
        assert_eq!(sequence.statuses(), [200]);
        assert_eq!(asked_upstream(&sequence), 3, "nothing was sent to the server that is down");
        assert_eq!(sequence.events.iter().filter(|event| event.note.contains("tries the next")).count(), 3);
        assert_eq!(sequence.lanes(), [Lane::Client, Lane::Proxy, Lane::Origin]);
    }

    #[test]
    fn the_last_failure_names_the_status() {
        assert_eq!(run("GET", &[Upstream::Slow, Upstream::Down]).statuses(), [503]);
        assert_eq!(run("GET", &[Upstream::Down, Upstream::Slow]).statuses(), [504]);
        assert_eq!(run("PUT", &[Upstream::Slow, Upstream::Garbles]).statuses(), [502]);
    }

    #[test]
    fn a_post_is_not_sent_twice() {
        let sequence = run("POST", &[Upstream::Slow, Upstream::Well]);
        assert_eq!((sequence.statuses(), asked_upstream(&sequence)), (vec![504], 1));
        assert!(sequence.events.iter().any(|event| event.note.contains("must not send it again")));
        let sequence = run("POST", &[Upstream::Down, Upstream::Well]);
        assert_eq!((sequence.statuses(), asked_upstream(&sequence)), (vec![201], 1), "to a server that is down nothing was sent");
    }

    #[test]
    fn a_circle_is_not_tried_further() {
        let sequence = run("GET", &[Upstream::Loops, Upstream::Well]);
        assert_eq!(sequence.statuses(), [508]);
        match &sequence.events[1].message {
            Message::Request { request, .. } => assert_eq!(request.fields.get("Via"), Some("1.1 edge")),
            other => panic!("{other:?}"),
        }
        // The same, seen from the second time round.
        let mut request = request("GET");
        request.fields.push("Via", "1.0 fred, 1.1 edge");
        let sequence = through(&Setting::default(), URL, &request, &|_| World::default(), &[Upstream::Well], TIMEOUT_MS);
        assert_eq!((sequence.statuses(), asked_upstream(&sequence)), (vec![508], 0));
    }

    #[test]
    fn what_the_proxy_decides_alone_never_goes_upstream() {
        let guarded = Front { guard: Some(Guard::default()), ..Front::default() };
        let portal = Front { portal: Some("http://login.example/".to_owned()), ..Front::default() };
        let cached = Front { caches: true, stored: Some(Stored::default()), ..Front::default() };
        for (front, status) in [(guarded, 407), (portal, 511), (cached, 200)] {
            let world = World { front: Some(front), ..World::default() };
            let sequence = through(&Setting::default(), URL, &request("GET"), &|_| world.clone(), &[Upstream::Down], TIMEOUT_MS);
            assert_eq!((sequence.statuses(), asked_upstream(&sequence)), (vec![status], 0));
        }
    }

    #[test]
    fn only_if_cached_is_a_504_of_the_cache() {
        let mut request = request("GET");
        request.fields.push("Cache-Control", "only-if-cached");
        let world = World { front: Some(Front { caches: true, ..Front::default() }), ..World::default() };
        let sequence = through(&Setting::default(), URL, &request, &|_| world.clone(), &[Upstream::Well], TIMEOUT_MS);
        assert_eq!((sequence.statuses(), asked_upstream(&sequence)), (vec![504], 0));
    }

    #[test]
    fn the_same_arguments_give_the_same_sequence() {
        let once = || run("GET", &[Upstream::Garbles, Upstream::Slow, Upstream::Well]);
        assert_eq!(once(), once());
    }
}
