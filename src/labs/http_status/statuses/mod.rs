//! A scenario for each registered status code: the everyday situation that ends there. The glossary's entry of a code opens
//! the lab on it.
//!
//! Limits are set low where a real one would need pages of text to be passed; the sentence beside the picture says so.

mod client_errors;
mod informational;
mod redirection;
mod refused_messages;
mod server_errors;
mod successful;

use super::presets::Preset;
use super::scenario::{Client, Route, Scenario};
use crate::http::state::{Move, Representation, World};
use client_errors::*;
use informational::*;
use redirection::*;
use refused_messages::*;
use server_errors::*;
use successful::*;

/// From the lowest code; without 306 and 418, which are registered so that nobody sends them.
#[rustfmt::skip]
pub static STATUS_PRESETS: &[Preset] = &[
    S100, S101, S102, S103, S104,
    S200, S201, S202, S203, S204, S205, S206, S207, S208, S226,
    S300, S301, S302, S303, S304, S305, S307, S308,
    S400, S401, S402, S403, S404, S405, S406, S407, S408, S409, S410, S411, S412, S413, S414, S415, S416, S417,
    S421, S422, S423, S424, S425, S426, S428, S429, S431, S451,
    S500, S501, S502, S503, S504, S505, S506, S507, S508, S510, S511,
];

/// The scenario of a code as an address names it: `412`.
pub fn find(code: &str) -> Option<&'static Preset> {
    STATUS_PRESETS.iter().find(|preset| preset.slug == code)
}

/// Tries once more where the answer says that this helps.
const PATIENT: Client = Client::Patient { tries: 2, longest_s: 60, backoff_s: 1, early: false, sure: false };

/// The code is slug and label at once.
const fn status(code: &'static str, title: &'static str, watch: &'static [&'static str], make: fn() -> Scenario) -> Preset {
    Preset { slug: code, label: code, title, watch, tasks: &[], make }
}

/// A client that sends this once and takes what comes. Content brings its length along.
fn ask(head: &str, content: &str, set_up: fn(&mut World)) -> Scenario {
    let request = match content {
        "" => format!("{head}\n\n"),
        content => format!("{head}\nContent-Length: {}\n\n{content}", content.len()),
    };
    let mut world = World::default();
    set_up(&mut world);
    Scenario { request, world, ..Scenario::default() }
}

/// The same by another client.
fn by(client: Client, scenario: Scenario) -> Scenario {
    Scenario { client, ..scenario }
}

/// A browser that asks an address from which it is sent on; everywhere else is the scenario's world.
fn sent_on(url: &str, how: Move, to: &str, scenario: Scenario) -> Scenario {
    let route = Route { url: url.to_owned(), how, to: to.to_owned() };
    Scenario { client: Client::Browser, routes: vec![route], ..scenario }
}

/// One representation in the place of whatever was there.
fn hold(world: &mut World, media_type: &str, etag: &str, body: &str) {
    world.resource.representations = vec![form(media_type, etag, body)];
}

fn form(media_type: &str, etag: &str, body: &str) -> Representation {
    let charset = media_type.starts_with("text/").then(|| "utf-8".to_owned());
    Representation {
        media_type: media_type.to_owned(),
        charset,
        etag: Some(etag.to_owned()),
        body: body.to_owned(),
        ..Representation::default()
    }
}

/// Nothing is there.
fn empty(world: &mut World) {
    world.resource.representations.clear();
}

/// A WebDAV server whose target is a folder: it knows these methods besides.
fn webdav(world: &mut World, method: &str) {
    for methods in [&mut world.server.methods, &mut world.resource.methods] {
        methods.push(method.to_owned());
    }
    hold(world, "text/html", "\"c-7\"", "<!doctype html><title>Folder</title>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::parse;
    use crate::http::status::REGISTRY;
    use crate::labs::http_status::run::wire;

    #[test]
    fn there_is_one_for_each_code_that_may_be_sent() {
        let codes: Vec<String> = REGISTRY.iter().filter(|status| !status.is_reserved()).map(|status| status.code.to_string()).collect();
        assert_eq!(codes.len(), 62);
        assert_eq!(STATUS_PRESETS.iter().map(|preset| preset.slug).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn a_code_finds_its_own_and_nothing_else_finds_any() {
        assert_eq!(find("412").map(|preset| preset.title), Some("412 Precondition Failed: somebody else was faster"));
        for unknown in ["306", "418", "299", "", "4", "0412", "401-403", "412-precondition-failed"] {
            assert!(find(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn words_are_short_and_whole_sentences() {
        for preset in STATUS_PRESETS {
            assert_eq!(preset.label, preset.slug);
            assert!(preset.title.chars().count() <= 80, "{}", preset.title);
            assert!((1..=2).contains(&preset.watch.len()), "{}", preset.slug);
            for text in preset.watch {
                assert!(text.ends_with('.') && !text.contains('!') && text.chars().count() <= 260, "{}: {text}", preset.slug);
            }
        }
    }

    /// Only what a server cannot let in is refused before the first question.
    #[test]
    fn requests_are_read_unless_the_refusal_is_the_point() {
        for preset in STATUS_PRESETS {
            let scenario = preset.scenario();
            let read = parse::request(wire(&scenario.request).as_bytes(), &scenario.limits());
            match read {
                Ok(request) => assert!(request.fields.contains("Host"), "{}", preset.slug),
                Err(refusal) => {
                    assert!(matches!(refusal.status, 413 | 414 | 431 | 505), "{}: {}", preset.slug, refusal.why);
                    assert_eq!(refusal.status.to_string(), preset.slug);
                }
            }
        }
    }

    #[test]
    fn content_brings_its_length() {
        let scenario = ask("PUT /a HTTP/1.1\nHost: a", "four", |_| {});
        assert_eq!(scenario.request, "PUT /a HTTP/1.1\nHost: a\nContent-Length: 4\n\nfour");
        assert_eq!(ask("GET /a HTTP/1.1\nHost: a", "", |_| {}).request, "GET /a HTTP/1.1\nHost: a\n\n");
    }
}
