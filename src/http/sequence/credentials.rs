//! A request without credentials, the challenge, and the same request with them (RFC 9110 §11).
//!
//! The Fetch standard leaves which challenge to answer to the browser; here the client goes by the order of its wallet.

use super::edit::Edit;
use super::tape::Tape;
use super::{Origin, Sequence, Setting};
use crate::http::auth::{self, Challenge, Credentials};
use crate::http::message::{Request, Response};

/// What the client could show, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wallet {
    pub origin: Vec<Credentials>,
    pub proxy: Vec<Credentials>,
}

/// Who asks, and how it is answered.
struct Door {
    status: u16,
    challenge: &'static str,
    answer: &'static str,
    clause: &'static str,
}

static DOORS: [Door; 2] = [
    Door { status: 401, challenge: "WWW-Authenticate", answer: "Authorization", clause: "RFC 9110 §11.6.2" },
    Door { status: 407, challenge: "Proxy-Authenticate", answer: "Proxy-Authorization", clause: "RFC 9110 §11.7.2" },
];

/// Asks, and asks once more with credentials for each door that turns the client away.
pub fn authenticate(setting: &Setting, url: &str, request: &Request, wallet: &Wallet, origin: &mut Origin<'_>) -> Sequence {
    let mut tape = Tape::new(setting);
    let mut edit = Edit::new(request);
    let mut note = String::new();
    let mut tried: Vec<u16> = Vec::new();
    loop {
        let response = tape.exchange(url, &edit.request, note, edit.changes, origin);
        edit = Edit::new(&edit.request);
        let Some(door) = DOORS.iter().find(|door| door.status == response.status) else {
            if response.status == 403 && edit.request.fields.contains("Authorization") {
                tape.remark("The same credentials would not help a second time (RFC 9110 §15.5.4).");
            }
            break;
        };
        let own = if door.status == 401 { &wallet.origin } else { &wallet.proxy };
        let chosen = match choose(door, &response, own) {
            Ok(chosen) => chosen,
            Err(why) => {
                tape.remark(why);
                break;
            }
        };
        let value = chosen.0.to_string();
        if tried.contains(&door.status) || edit.request.fields.get(door.answer) == Some(value.as_str()) {
            tape.remark("These credentials were tried: the reader gets to see this answer (RFC 9110 §15.5.2).");
            break;
        }
        if !edit.request.body.is_empty() && !setting.replayable {
            tape.fail("the content was a stream and cannot be sent a second time.");
            break;
        }
        tried.push(door.status);
        let realm = chosen.1.parameter("realm").unwrap_or_default().to_owned();
        note = format!("The client has {} credentials for `{realm}`.", chosen.0.scheme());
        edit.set(door.answer, &value, door.clause);
    }
    tape.finish()
}

/// The first credentials of the wallet that some challenge asks for.
fn choose<'a>(door: &Door, response: &Response, own: &'a [Credentials]) -> Result<(&'a Credentials, Challenge), &'static str> {
    let challenges = response.fields.joined(door.challenge).and_then(|value| auth::challenges(&value));
    let challenges = challenges.ok_or("There is no challenge that could be read, though one is demanded (RFC 9110 §11.6.1, §11.7.1).")?;
    let answer = own.iter().find_map(|credentials| {
        let fits = |challenge: &&Challenge| challenge.scheme.eq_ignore_ascii_case(credentials.scheme());
        challenges.iter().find(fits).map(|challenge| (credentials, challenge.clone()))
    });
    answer.ok_or("The client has no credentials for any of these schemes.")
}

#[cfg(test)]
mod tests {
    use super::super::{Lane, plain};
    use super::*;
    use crate::http::profiles::Profile;
    use crate::http::state::{Forbidden, Front, Guard, World};

    const URL: &str = "http://example.org/notes/1";

    fn basic(user: &str, password: &str) -> Credentials {
        Credentials::Basic { user: user.to_owned(), password: password.to_owned() }
    }

    fn reader() -> Wallet {
        Wallet { origin: vec![basic("reader", "book")], proxy: Vec::new() }
    }

    fn get() -> Request {
        let mut request = Request::new("GET", "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    fn guarded() -> World {
        let mut world = World::default();
        world.server.guard = Some(Guard::default());
        world
    }

    fn run(wallet: &Wallet, request: &Request, world: &World) -> Sequence {
        authenticate(&Setting::default(), URL, request, wallet, &mut |visit| visit.decide(Profile::Rfc9110, world))
    }

    #[test]
    fn a_401_then_the_same_with_credentials() {
        let sequence = run(&reader(), &get(), &guarded());
        assert_eq!(sequence.statuses(), [401, 200]);
        let sent = sequence.requests();
        assert!(!sent[0].1.fields.contains("Authorization"));
        assert_eq!(sent[1].1.fields.get("Authorization"), Some("Basic cmVhZGVyOmJvb2s="));
        let changes = &sequence.events[2].changes;
        assert_eq!((changes.len(), changes[0].what.as_str(), changes[0].before.as_deref()), (1, "Authorization", None));
        assert!(sequence.events[2].note.contains("`library`"));
    }

    #[test]
    fn wrong_credentials_are_tried_once() {
        let wallet = Wallet { origin: vec![basic("reader", "wrong")], proxy: Vec::new() };
        let sequence = run(&wallet, &get(), &guarded());
        assert_eq!(sequence.statuses(), [401, 401]);
        assert!(sequence.events[3].note.contains("were tried"));
        // Sent along from the start, they are not even tried a second time.
        let mut request = get();
        request.fields.push("Authorization", wallet.origin[0].to_string());
        assert_eq!(run(&wallet, &request, &guarded()).statuses(), [401]);
    }

    #[test]
    fn without_credentials_the_401_is_the_answer() {
        let sequence = run(&Wallet::default(), &get(), &guarded());
        assert_eq!(sequence.statuses(), [401]);
        assert!(sequence.events[1].note.contains("no credentials"));
        let bearer = Wallet { origin: vec![Credentials::Bearer("t0ken".to_owned())], proxy: Vec::new() };
        assert_eq!(run(&bearer, &get(), &guarded()).statuses(), [401], "a token does not answer Basic");
    }

    #[test]
    fn the_wallet_chooses_among_challenges() {
        let mut world = guarded();
        if let Some(guard) = &mut world.server.guard {
            guard.accepts.push("Bearer t0ken".to_owned());
        }
        let wallet = Wallet { origin: vec![Credentials::Bearer("t0ken".to_owned()), basic("reader", "book")], proxy: Vec::new() };
        let sequence = run(&wallet, &get(), &world);
        assert_eq!(sequence.statuses(), [401, 200]);
        assert_eq!(sequence.requests()[1].1.fields.get("Authorization"), Some("Bearer t0ken"));
    }

    #[test]
    fn a_407_comes_from_the_proxy_and_then_a_401_from_the_origin() {
        let mut world = guarded();
        let door = Guard { realm: "way out".to_owned(), accepts: vec![basic("x", "y").to_string()] };
        world.front = Some(Front { guard: Some(door), ..Front::default() });
        let wallet = Wallet { proxy: vec![basic("x", "y")], ..reader() };
        let sequence = run(&wallet, &get(), &world);
        assert_eq!(sequence.statuses(), [407, 401, 200]);
        assert_eq!((sequence.events[1].from, sequence.events[1].to), (Lane::Proxy, Lane::Client));
        let last = sequence.requests()[2].1;
        assert!(last.fields.contains("Proxy-Authorization") && last.fields.contains("Authorization"));
        let passed = sequence.events.iter().filter(|event| event.from == Lane::Proxy && event.to == Lane::Origin);
        let told: Vec<Vec<&str>> = passed.map(|event| event.changes.iter().map(|own| own.what.as_str()).collect()).collect();
        assert_eq!(told, [vec!["Proxy-Authorization", "Via"], vec!["Proxy-Authorization", "Via"]], "the proxy keeps what was meant for it");
    }

    #[test]
    fn a_403_is_final() {
        let mut world = guarded();
        world.server.forbidden = Forbidden::Deny;
        let sequence = run(&reader(), &get(), &world);
        assert_eq!(sequence.statuses(), [401, 403]);
        assert!(sequence.events[3].note.contains("would not help"));
    }

    #[test]
    fn a_401_without_a_challenge_cannot_be_answered() {
        let sequence = authenticate(&Setting::default(), URL, &get(), &reader(), &mut |_| plain(crate::http::message::Response::new(401)));
        assert_eq!(sequence.statuses(), [401]);
        assert!(sequence.events[1].note.contains("no challenge"));
    }

    #[test]
    fn a_stream_cannot_be_sent_with_credentials_after_it_is_gone() {
        let setting = Setting { replayable: false, ..Setting::default() };
        let request = Request { method: "POST".to_owned(), body: b"x".to_vec(), ..get() };
        let sequence = authenticate(&setting, URL, &request, &reader(), &mut |visit| visit.decide(Profile::Rfc9110, &guarded()));
        assert_eq!((sequence.statuses(), sequence.error().is_some()), (vec![401], true));
    }
}
