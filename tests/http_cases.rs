//! Cases of the HTTP engine, each under every profile: status, what goes out ahead, and the question that decided.
//!
//! The table stands in `http_cases.txt`. It was written against the sources that the profiles name, and covers every
//! edge of every profile's graph, which the last test here proves, and every registered status code that is in use.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use field_guide::http::date;
use field_guide::http::engine::{Decision, decide};
use field_guide::http::gateway;
use field_guide::http::graph::Id;
use field_guide::http::message::{Request, Version};
use field_guide::http::profiles::Profile;
use field_guide::http::state::{
    Bindings, Forbidden, Front, Guard, Move, Moved, NOON, Outcome, Representation, Retry, Stored, Upstream, World,
};
use field_guide::http::status;

#[path = "conformance/report.rs"]
mod report;

use report::Report;

const TABLE: &str = include_str!("http_cases.txt");

struct Case {
    line: usize,
    request: Request,
    world: World,
    expected: Vec<Expected>,
}

struct Expected {
    profile: Profile,
    /// The final one last.
    statuses: Vec<u16>,
    node: String,
    yes: bool,
}

fn cases() -> Vec<Case> {
    let lines = TABLE.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(index, line)| case(index + 1, line)).collect()
}

fn case(line: usize, text: &str) -> Case {
    let cells: Vec<&str> = text.split('|').map(str::trim).collect();
    let [start, fields, content, words, expected] = cells[..] else {
        panic!("line {line} has {} cells", cells.len());
    };
    let mut world = World::default();
    for word in words.split_whitespace() {
        set(&mut world, word);
    }
    let expected = expected.split("; ").map(|one| expectation(line, one)).collect();
    Case { line, request: request(start, fields, content), world, expected }
}

fn request(start: &str, fields: &str, content: &str) -> Request {
    let mut words = start.split_whitespace();
    let mut request = Request::new(words.next().expect("a method"), "/notes/1");
    for word in words {
        match word {
            "HTTP/1.0" => request.version = Version::Http10,
            "HTTP/1.2" => request.version = Version::new(1, 2),
            "HTTP/2.0" => request.version = Version::new(2, 0),
            "long" => request.target = format!("/{}", "a".repeat(8_000)),
            target => request.target = target.to_owned(),
        }
    }
    request.fields.push("Host", "example.org");
    for field in fields.split(";;").map(str::trim).filter(|field| !field.is_empty()) {
        if field == "-Host" {
            request.fields.remove("Host");
        } else {
            let (name, value) = field.split_once(':').expect("a field has a colon");
            request.fields.push(name.trim(), filled(value.trim()));
        }
    }
    request.body = content.as_bytes().to_vec();
    request
}

const MODIFIED: u64 = NOON - 86_400;

fn filled(value: &str) -> String {
    value
        .replace("{LM}", &date::format(MODIFIED))
        .replace("{before}", &date::format(MODIFIED - 86_400))
        .replace("{after}", &date::format(NOON - 3_600))
        .replace("{future}", &date::format(NOON + 86_400))
        .replace("{junk}", "yesterday")
        .replace("{padding}", &"a".repeat(32_768))
}

fn expectation(line: usize, text: &str) -> Expected {
    let (statuses, node) = text[1..].split_once(' ').unwrap_or_else(|| panic!("line {line}: {text}"));
    let profile = match &text[..1] {
        "R" => Profile::Rfc9110,
        "W" => Profile::Webmachine,
        "C" => Profile::Cowboy,
        "L" => Profile::Liberator,
        "N" => Profile::Nginx,
        other => panic!("line {line}: no profile {other}"),
    };
    Expected {
        profile,
        statuses: statuses.split(',').map(|status| status.parse().expect("a status")).collect(),
        node: node[..node.len() - 1].to_owned(),
        yes: node.ends_with('+'),
    }
}

fn outcome(name: &str) -> Outcome {
    match name {
        "Says" => Outcome::Says,
        "Silent" => Outcome::Silent,
        "Resets" => Outcome::Resets,
        "Creates" => Outcome::Creates,
        "Later" => Outcome::Later,
        "Elsewhere" => Outcome::Elsewhere,
        "Parts" => Outcome::Parts,
        other => panic!("no outcome {other}"),
    }
}

fn front(world: &mut World) -> &mut Front {
    world.front.get_or_insert_with(Front::default)
}

fn moved(world: &mut World, how: Move) {
    world.resource.moved = Some(Moved { how, to: "/elsewhere".to_owned() });
}

fn first(world: &mut World) -> &mut Representation {
    world.resource.representations.first_mut().expect("there is one")
}

fn knows(world: &mut World, method: &str) {
    world.server.methods.push(method.to_owned());
    world.resource.methods.push(method.to_owned());
}

fn set(world: &mut World, word: &str) {
    if let Some((method, result)) = word.split_once('=') {
        match method {
            "post" => world.resource.post = outcome(result),
            "write" => world.resource.write = outcome(result),
            "delete" => world.resource.delete = outcome(result),
            other => panic!("no method {other}"),
        }
        return;
    }
    match word {
        "only11" => world.server.versions = vec![(1, 1)],
        "timed" => world.server.timed_out = true,
        "hosts" => world.server.hosts = vec!["example.com".to_owned()],
        "bold" => world.server.wary_of_early_data = false,
        "down120" => (world.server.unavailable, world.server.back) = (true, Retry::After(120)),
        "downuntil" => (world.server.unavailable, world.server.back) = (true, Retry::At(NOON + 3_600)),
        "insists" => world.server.insists_on = Some("TLS/1.2".to_owned()),
        "websocket" => world.server.switches_to = vec!["websocket".to_owned()],
        "guard" => world.server.guard = Some(Guard::default()),
        "deny" => world.server.forbidden = Forbidden::Deny,
        "hide" => world.server.forbidden = Forbidden::Hide,
        "pay" => world.server.forbidden = Forbidden::Payment,
        "legal" => {
            world.server.forbidden = Forbidden::Legal;
            world.resource.blocked_by = Some("https://court.example/".to_owned());
        }
        "limited30" => (world.server.limited, world.server.quiet) = (true, Retry::After(30)),
        "demand-condition" => world.server.demands_condition = true,
        "demand-extension" => world.server.demands_extension = Some("\"urn:example:extension\"".to_owned()),
        "demand-length" => world.server.demands_length = true,
        "small" => world.server.content_limit = 4,
        "circular" => world.server.negotiates_in_circles = true,
        "hints" => world.server.hints = vec!["</style.css>; rel=preload; as=style".to_owned()],
        "resumes" => world.server.resumes_uploads = true,
        "slow" => world.server.slow = true,
        "broken" => world.server.broken = true,
        "json" => world.resource.takes = vec!["application/json".to_owned()],
        "gunzip" => world.resource.decodes = vec!["gzip".to_owned()],
        "patch" => world.resource.methods.push("PATCH".to_owned()),
        "propfind" => knows(world, "PROPFIND"),
        "connect" => knows(world, "CONNECT"),
        "brew" => knows(world, "BREW"),
        "get-only" => world.resource.methods = vec!["GET".to_owned(), "HEAD".to_owned()],
        "syntax" => world.resource.syntax = "{".to_owned(),
        "sense" => world.resource.sense = "title".to_owned(),
        "favourite" => world.resource.insists = true,
        "html" => world.resource.representations.push(Representation {
            media_type: "text/html".to_owned(),
            language: Some("de".to_owned()),
            coding: Some("gzip".to_owned()),
            ..Representation::default()
        }),
        "german" => first(world).language = Some("de".to_owned()),
        "choice" => world.resource.offers_choice = true,
        "empty" => world.resource.representations.clear(),
        "weak" => first(world).etag = Some("W/\"v1\"".to_owned()),
        "no-etag" => first(world).etag = None,
        "no-date" => first(world).last_modified = None,
        "blank" => first(world).body.clear(),
        "moved301" => moved(world, Move::Permanent),
        "moved308" => moved(world, Move::PermanentKeeping),
        "moved302" => moved(world, Move::Temporary),
        "moved307" => moved(world, Move::TemporaryKeeping),
        "moved305" => moved(world, Move::Proxy),
        "gone" => world.resource.gone = true,
        "no-put" => world.resource.put_creates = false,
        "post-creates" => world.resource.post_creates = true,
        "locked" => world.resource.locked = true,
        "depends" => world.resource.dependency_failed = true,
        "conflict" => world.resource.conflict = true,
        "full" => world.resource.no_room = true,
        "twice" => world.resource.bindings = Bindings::Twice,
        "loop" => world.resource.bindings = Bindings::Loop,
        "no-ranges" => world.resource.ranges = false,
        "deltas" => world.resource.deltas = vec!["vcdiff".to_owned()],
        "front" => world.front = Some(Front::default()),
        "portal" => front(world).portal = Some("https://wifi.example/".to_owned()),
        "proxy" => front(world).guard = Some(Guard::default()),
        "cache" => (front(world).caches, front(world).stored) = (true, Some(Stored::default())),
        "cache-stale" => (front(world).caches, front(world).stored) = (true, Some(Stored { date: NOON - 400, ..Stored::default() })),
        "cache-empty" => front(world).caches = true,
        "loops" => front(world).upstream = Upstream::Loops,
        "upstream-down" => front(world).upstream = Upstream::Down,
        "upstream-slow" => front(world).upstream = Upstream::Slow,
        "garbles" => front(world).upstream = Upstream::Garbles,
        "transforms" => front(world).transforms = true,
        other => panic!("no word {other}"),
    }
}

#[test]
fn every_case_is_decided_as_the_table_says() {
    let how = "A table of our own, written from the RFC and the servers’ sources: request, state, and for each server the statuses and \
               the question that decides. It covers every edge of every graph.";
    let mut reports = Profile::ALL.map(|profile| {
        let (title, name) = (format!("Decision graph, {}", profile.label()), names(profile));
        Report::of_http(name, title, "the specification or source named in the lab", "", how)
    });
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases() {
        for expected in &case.expected {
            count += 1;
            let decision = decide(expected.profile, &case.request, &case.world);
            let mut statuses: Vec<u16> = decision.interim.iter().map(|response| response.status).collect();
            statuses.push(decision.response.status);
            let last = decision.path.last().map(|step| (step.node, step.yes));
            let same = statuses == expected.statuses && last == Some((expected.node.as_str(), expected.yes));
            reports[expected.profile as usize].compare(same, || format!("line {}", case.line));
            if !same {
                let label = expected.profile.label();
                let (wanted, node, yes) = (&expected.statuses, &expected.node, expected.yes);
                wrong.push(format!("line {}, {label}: {statuses:?} at {last:?}, expected {wanted:?} at ({node:?}, {yes})", case.line));
            }
        }
    }
    // Written whatever was found, so that the page never shows the result of an earlier run.
    let written: Vec<_> = reports.into_iter().map(Report::finish).collect();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 1_000 && written.iter().all(Result::is_ok), "{count}: {written:?}");
}

/// The file of a profile's report.
fn names(profile: Profile) -> &'static str {
    match profile {
        Profile::Rfc9110 => "http-cases-rfc9110",
        Profile::Webmachine => "http-cases-webmachine",
        Profile::Cowboy => "http-cases-cowboy",
        Profile::Liberator => "http-cases-liberator",
        Profile::Nginx => "http-cases-nginx",
    }
}

#[test]
fn every_registered_status_is_reached_but_those_that_mean_nothing() {
    let mut reached = BTreeSet::new();
    for case in cases() {
        let decision = decide(Profile::Rfc9110, &case.request, &case.world);
        reached.insert(decision.response.status);
        reached.extend(decision.interim.iter().map(|response| response.status));
    }
    let missing: Vec<u16> = status::REGISTRY.iter().map(|status| status.code).filter(|code| !reached.contains(code)).collect();
    // 306 was never used after its draft, 418 stays reserved for the joke that people relied on (RFC 9110 §15.4.7, §15.5.19).
    assert_eq!(missing, [306, 418]);
}

#[test]
fn every_edge_of_every_graph_is_ridden() {
    let mut ridden: BTreeSet<(Profile, Id, bool)> = BTreeSet::new();
    for case in cases() {
        for profile in Profile::ALL {
            let path = decide(profile, &case.request, &case.world).path;
            ridden.extend(path.into_iter().map(|step| (profile, step.node, step.yes)));
        }
    }
    for profile in Profile::ALL {
        let edges = profile.graph().edges().chain(gateway::graph().edges());
        let missing: Vec<(Id, bool)> =
            edges.map(|(id, yes, _)| (id, yes)).filter(|(id, yes)| !ridden.contains(&(profile, id, *yes))).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", profile.label());
    }
}

/// Where a status depends on the world by its fields, under the profile of the RFC: request, fields, world, field, value.
const FIELDS: [(&str, &str, &str, &str, Option<&str>); 44] = [
    ("PATCH", "", "", "Allow", Some("GET, HEAD, PUT, POST, DELETE, OPTIONS, TRACE")),
    ("OPTIONS", "", "", "Allow", Some("GET, HEAD, PUT, POST, DELETE, OPTIONS, TRACE")),
    ("GET", "", "guard", "WWW-Authenticate", Some("Basic realm=\"library\", charset=\"UTF-8\"")),
    ("GET", "", "proxy", "Proxy-Authenticate", Some("Basic realm=\"library\", charset=\"UTF-8\"")),
    ("GET", "", "insists", "Upgrade", Some("TLS/1.2")),
    ("GET", "", "insists", "Connection", Some("upgrade")),
    ("GET", "Connection: upgrade ;; Upgrade: websocket", "websocket", "Upgrade", Some("websocket")),
    ("GET", "", "down120", "Retry-After", Some("120")),
    ("GET", "", "downuntil", "Retry-After", Some("Tue, 24 Nov 2026 13:00:00 GMT")),
    ("GET", "", "limited30", "Retry-After", Some("30")),
    ("GET", "", "timed", "Connection", Some("close")),
    ("GET", "", "legal", "Link", Some("<https://court.example/>; rel=\"blocked-by\"")),
    ("GET", "", "", "ETag", Some("\"v1\"")),
    ("GET", "", "", "Last-Modified", Some("Mon, 23 Nov 2026 12:00:00 GMT")),
    ("GET", "", "", "Date", Some("Tue, 24 Nov 2026 12:00:00 GMT")),
    ("GET", "", "", "Content-Type", Some("text/plain; charset=utf-8")),
    ("GET", "", "", "Content-Length", Some("29")),
    ("HEAD", "", "", "Content-Length", Some("29")),
    ("GET", "", "", "Vary", None),
    ("GET", "", "html", "Vary", Some("Accept, Accept-Language, Accept-Encoding")),
    ("GET", "Accept: text/html", "html", "Content-Language", Some("de")),
    ("GET", "Accept: text/html", "html", "Content-Encoding", Some("gzip")),
    ("GET", "If-None-Match: \"v1\"", "html", "Vary", Some("Accept, Accept-Language, Accept-Encoding")),
    ("GET", "If-None-Match: \"v1\"", "", "ETag", Some("\"v1\"")),
    ("GET", "If-None-Match: \"v1\"", "", "Last-Modified", None),
    ("GET", "If-None-Match: \"v1\"", "", "Content-Length", None),
    ("GET", "If-None-Match: \"v1\"", "", "Content-Type", None),
    ("GET", "If-Modified-Since: {LM}", "no-etag", "Last-Modified", Some("Mon, 23 Nov 2026 12:00:00 GMT")),
    ("GET", "Range: bytes=0-4", "", "Content-Range", Some("bytes 0-4/29")),
    ("GET", "Range: bytes=0-4", "", "Content-Length", Some("5")),
    ("GET", "Range: bytes=0-4, 10-14", "", "Content-Range", None),
    ("GET", "Range: bytes=0-4, 10-14", "", "Content-Type", Some("multipart/byteranges; boundary=part-0")),
    ("GET", "Range: bytes=99-", "", "Content-Range", Some("bytes */29")),
    ("GET", "Range: bytes=0-4 ;; If-Range: \"v1\"", "", "Last-Modified", None),
    ("GET", "", "empty moved308", "Location", Some("/elsewhere")),
    ("POST", "", "", "Location", Some("/notes/2")),
    ("POST", "", "post=Elsewhere", "Location", Some("/notes/2")),
    ("POST", "", "post=Resets", "Content-Length", Some("0")),
    ("PUT", "", "", "Content-Length", None),
    ("TRACE", "Authorization: secret", "", "Content-Type", Some("message/http")),
    ("GET", "A-IM: vcdiff ;; If-None-Match: \"v0\"", "deltas", "IM", Some("vcdiff")),
    ("GET", "", "cache", "Age", Some("60")),
    ("GET", "", "cache", "Date", Some("Tue, 24 Nov 2026 11:59:00 GMT")),
    ("GET", "", "front", "Via", Some("1.1 edge")),
];

fn answer(start: &str, fields: &str, content: &str, words: &str) -> Decision {
    let mut world = World::default();
    for word in words.split_whitespace() {
        set(&mut world, word);
    }
    decide(Profile::Rfc9110, &request(start, fields, content), &world)
}

#[test]
fn responses_carry_what_the_rfc_demands() {
    for (start, fields, words, name, value) in FIELDS {
        let decision = answer(start, fields, "", words);
        let found = decision.response.fields.get(name);
        assert_eq!(found, value, "{name} of {} to {start} [{fields}] in [{words}]", decision.response.status);
    }
    // What is refused for its type or coding is told what would do.
    let told = |fields, words, name: &str| answer("POST", fields, "hello", words).response.fields.get(name).map(str::to_owned);
    assert_eq!(told("Content-Length: 5", "json", "Accept").as_deref(), Some("application/json"));
    assert_eq!(told("Content-Length: 5 ;; Content-Encoding: br", "gunzip", "Accept-Encoding").as_deref(), Some("gzip"));
    assert_eq!(told("Content-Length: 5 ;; Content-Encoding: br", "", "Accept-Encoding").as_deref(), Some("identity"));
}

#[test]
fn trace_keeps_secrets() {
    let body = answer("TRACE", "Authorization: secret ;; Cookie: id=1", "", "").response.body;
    assert_eq!(String::from_utf8_lossy(&body), "TRACE /notes/1 HTTP/1.1\r\nHost: example.org\r\n\r\n");
}

#[test]
fn parts_are_parts_of_the_whole() {
    let body = |fields| String::from_utf8(answer("GET", fields, "", "").response.body).expect("text");
    assert_eq!(body("Range: bytes=4-8"), "happy");
    assert_eq!(body("Range: bytes=-7"), "alike.\n");
    assert_eq!(body("Range: bytes=26-"), "e.\n");
    assert_eq!(body("Range: bytes=26-99"), "e.\n");
    let several = body("Range: bytes=0-2, 4-8");
    assert!(
        several.contains("Content-Range: bytes 0-2/29\r\n\r\nAll\r\n") && several.ends_with("\r\nhappy\r\n--part-0--\r\n"),
        "{several}"
    );
}
