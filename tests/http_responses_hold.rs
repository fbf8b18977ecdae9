//! What holds for every response of the HTTP engine, whatever the request and the world: it is valid HTTP, it carries what
//! its status demands, and it never carries content where none may be. And the search never promises what does not come.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::http::date;
use field_guide::http::edits::candidates;
use field_guide::http::engine::{decide, status as status_of, trace};
use field_guide::http::explain::faults;
use field_guide::http::fields::Fields;
use field_guide::http::inverse::{all_fewest, reaches};
use field_guide::http::message::{Request, Response, Version};
use field_guide::http::profiles::Profile;
use field_guide::http::questions::Exchange;
use field_guide::http::representation::describe;
use field_guide::http::state::{NOON, World};
use field_guide::http::status::{self, Strength};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{FileFailurePersistence, TestRunner};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    }
}

/// Field lines that mean something to some question, and some that mean nothing.
const LINES: [(&str, &str); 46] = [
    ("If-Match", "\"v1\""),
    ("If-Match", "\"v0\", W/\"v1\""),
    ("If-Match", "*"),
    ("If-None-Match", "\"v1\""),
    ("If-None-Match", "\"v0\""),
    ("If-None-Match", "*"),
    ("If-Modified-Since", "Mon, 23 Nov 2026 12:00:00 GMT"),
    ("If-Modified-Since", "Sun, 22 Nov 2026 12:00:00 GMT"),
    ("If-Unmodified-Since", "Mon, 23 Nov 2026 12:00:00 GMT"),
    ("If-Unmodified-Since", "Sunday, 22-Nov-26 12:00:00 GMT"),
    ("If-Unmodified-Since", "never"),
    ("Range", "bytes=0-4"),
    ("Range", "bytes=0-4, 10-14, 20-"),
    ("Range", "bytes=-7"),
    ("Range", "bytes=900-"),
    ("Range", "bytes=x"),
    ("Range", "items=1-2"),
    ("If-Range", "\"v1\""),
    ("If-Range", "Mon, 23 Nov 2026 12:00:00 GMT"),
    ("Accept", "image/png"),
    ("Accept", "text/*;q=0.3, text/html"),
    ("Accept-Language", "de-CH, en;q=0.2"),
    ("Accept-Encoding", "gzip, identity;q=0"),
    ("Accept-Charset", "koi8-r"),
    ("Content-Length", "5"),
    ("Content-Length", "nine"),
    ("Content-Type", "application/json"),
    ("Content-Encoding", "br"),
    ("Transfer-Encoding", "chunked"),
    ("Transfer-Encoding", "gzip"),
    ("Expect", "100-continue"),
    ("Expect", "a-miracle"),
    ("Connection", "upgrade"),
    ("Upgrade", "websocket"),
    ("Early-Data", "1"),
    ("Authorization", "Basic cmVhZGVyOmJvb2s="),
    ("Proxy-Authorization", "Basic cmVhZGVyOmJvb2s="),
    ("Cache-Control", "only-if-cached"),
    ("Cache-Control", "max-age=0"),
    ("A-IM", "vcdiff"),
    ("DAV", "bind"),
    ("Max-Forwards", "0"),
    ("Via", "1.1 edge"),
    ("Upload-Complete", "?0"),
    ("Host", "two.example"),
    ("X-Nonsense", "\u{7f}\u{e9}\r\nInjected: yes"),
];

fn requests() -> impl Strategy<Value = Request> {
    let methods =
        select(vec!["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW", "CONNECT", ""]);
    let versions = select(vec![Version::Http11, Version::Http11, Version::Http11, Version::Http10, Version::Other { major: 2, minor: 0 }]);
    let lines = subsequence(LINES.to_vec(), 0..8);
    let targets = select(vec!["/notes/1", "*", "http://example.org/notes/1", ""]);
    (methods, versions, lines, targets, select(vec!["", "hello", "{\"title\": 1}"]), proptest::bool::weighted(0.9)).prop_map(
        |(method, version, lines, target, body, host)| {
            let mut request = Request::new(method, target);
            request.version = version;
            if host {
                request.fields.push("Host", "example.org");
            }
            for (name, value) in lines {
                request.fields.push(name, value);
            }
            request.body = body.as_bytes().to_vec();
            request
        },
    )
}

/// Worlds a few named changes away from the default one.
fn worlds() -> impl Strategy<Value = World> {
    proptest::collection::vec(any::<prop::sample::Index>(), 0..6).prop_map(|choices| {
        let mut world = World::default();
        world.resource.cache_control = Some("max-age=60".to_owned());
        world.resource.content_location = Some("/notes/1.txt".to_owned());
        for choice in choices {
            let mut unused = Request::default();
            let edits: Vec<_> = candidates(&unused, &world).into_iter().filter(|edit| !edit.is_of_request()).collect();
            if let Some(edit) = edits.get(choice.index(edits.len().max(1))) {
                edit.apply(&mut unused, &mut world);
            }
        }
        world
    })
}

fn names(response: &Response) -> Vec<String> {
    response.fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect()
}

/// What every message on its way to the client has to be.
fn valid(request: &Request, response: &Response) -> Result<(), TestCaseError> {
    let code = response.status;
    prop_assert!(status::find(code).is_some_and(|status| !status.is_reserved()), "{code}");
    let text = response.text();
    for (name, value) in response.fields.iter() {
        prop_assert!(field_guide::http::syntax::is_token(name), "{name}");
        prop_assert!(!value.starts_with([' ', '\t']) && !value.ends_with([' ', '\t']), "{name}: {value:?}");
    }
    let wrong: Vec<_> = faults(request, response).into_iter().filter(|fault| fault.strength == Strength::Must).collect();
    prop_assert!(wrong.is_empty(), "{wrong:?}\n{text}");
    if !status::may_have_content(code) || request.method == "HEAD" {
        prop_assert!(response.body.is_empty(), "{text}");
    }
    if matches!(code, 100..=199 | 204) {
        prop_assert!(!names(response).contains(&"content-length".to_owned()), "{text}");
    }
    if let Some(value) = response.fields.get("Retry-After") {
        prop_assert!(value.parse::<u32>().is_ok() || date::parse(value).is_some(), "{value}");
    }
    let mut all = names(response);
    all.retain(|name| !matches!(name.as_str(), "link" | "www-authenticate" | "proxy-authenticate"));
    let before = all.len();
    all.sort_unstable();
    all.dedup();
    prop_assert_eq!(all.len(), before, "a field is repeated: {}", text);
    Ok(())
}

#[test]
fn every_response_is_valid_and_carries_what_its_status_demands() {
    TestRunner::new(config(4_096))
        .run(&(requests(), worlds(), select(Profile::ALL.to_vec())), |(request, world, profile)| {
            let decision = decide(profile, &request, &world);
            for interim in &decision.interim {
                prop_assert!(matches!(interim.status, 100 | 102..=104));
                valid(&request, interim)?;
            }
            // webmachine and its heirs answer 304 to any method that carries If-Modified-Since, and nginx and cowboy 206 to HEAD:
            // the RFC calls both wrong, which is why they are profiles of their own.
            let lenient = profile != Profile::Rfc9110 && matches!(decision.response.status, 206 | 304);
            if !lenient {
                valid(&request, &decision.response)?;
            }
            prop_assert!(decision.path.iter().all(|step| step.reason.ends_with('.') && !step.reason.is_empty()));
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn a_304_and_a_206_carry_what_the_200_would() {
    TestRunner::new(config(4_096))
        .run(&(requests(), worlds()), |(request, world)| {
            let decision = decide(Profile::Rfc9110, &request, &world);
            let x = Exchange { request: &request, world: &world };
            let by_origin = decision.by == field_guide::http::engine::By::Origin;
            if let (true, 206 | 304, Some(own)) = (by_origin, decision.response.status, x.selected()) {
                let full: Fields = describe(Profile::Rfc9110, &x, own);
                let missing = status::missing(decision.response.status, &decision.response.fields, Some(&full));
                prop_assert!(missing.is_empty(), "{missing:?}\n{}", decision.response.text());
            }
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn head_is_get_without_content() {
    TestRunner::new(config(2_048))
        .run(&(requests(), worlds()), |(mut request, world)| {
            request.method = "GET".to_owned();
            for ignored in ["Range", "If-Range", "A-IM"] {
                request.fields.remove(ignored);
            }
            let get = decide(Profile::Rfc9110, &request, &world).response;
            request.method = "HEAD".to_owned();
            let head = decide(Profile::Rfc9110, &request, &world).response;
            // A resource that allows only one of the two treats them differently, and rightly.
            let both = ["GET", "HEAD"].into_iter().all(|method| world.resource.methods.iter().any(|own| own == method));
            if both {
                prop_assert_eq!(head.status, get.status);
                prop_assert_eq!(&head.fields, &get.fields);
                prop_assert!(head.body.is_empty());
            }
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn plans_come_true() {
    let wanted = select(status::REGISTRY.iter().map(|status| status.code).filter(|code| *code >= 200).collect::<Vec<_>>());
    TestRunner::new(config(12))
        .run(&(requests(), worlds(), wanted, select(Profile::ALL.to_vec())), |(request, world, wanted, profile)| {
            for plan in all_fewest(profile, &request, &world, wanted) {
                prop_assert!(reaches(&trace(profile, &plan.request, &plan.world), wanted));
                prop_assert!(plan.edits.len() <= 3);
                let (mut again, mut changed) = (request.clone(), world.clone());
                for edit in &plan.edits {
                    edit.apply(&mut again, &mut changed);
                }
                prop_assert_eq!(status_of(profile, &again, &changed), status_of(profile, &plan.request, &plan.world));
            }
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn the_default_clock_reads_noon() {
    assert_eq!(date::format(NOON), "Tue, 24 Nov 2026 12:00:00 GMT");
}
