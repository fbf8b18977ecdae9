//! What a reader can type, set up or paste in the HTTP status lab: it is played or refused, never a panic; the transport runs
//! forward, every response is one, and the same scenario comes to the same.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::http::edits::candidates;
use field_guide::http::message::{Request, Response};
use field_guide::http::parse::{self, Limits};
use field_guide::http::profiles::Profile;
use field_guide::http::sequence::{Event, Message};
use field_guide::http::state::{Move, NOON, Upstream, World};
use field_guide::http::{status, syntax};
use field_guide::labs::frame::Intervention;
use field_guide::labs::http_status::import::{self, Kind, Verdict};
use field_guide::labs::http_status::index;
use field_guide::labs::http_status::presets::first;
use field_guide::labs::http_status::record;
use field_guide::labs::http_status::run::{Trace, run, wire};
use field_guide::labs::http_status::scenario::{Action, Client, LONGEST_REQUEST, MOST_ACTS, Route, Scenario};
use field_guide::sim::Nanos;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const BIG: Limits = Limits { target: 1 << 20, fields: 1 << 20, body: 1 << 20 };

const LINES: [&str; 36] = [
    "If-Match: \"v1\"",
    "If-Match: *",
    "If-None-Match: \"v1\"",
    "If-None-Match: W/\"v0\", \"v9\"",
    "If-Modified-Since: Mon, 23 Nov 2026 12:00:00 GMT",
    "If-Unmodified-Since: never",
    "Range: bytes=0-4",
    "Range: bytes=0-1, 5-6, -3",
    "Range: bytes=900-",
    "If-Range: \"v1\"",
    "Accept: image/png",
    "Accept: text/*;q=0.3, */*;q=0",
    "Accept-Language: tlh",
    "Accept-Encoding: gzip, identity;q=0",
    "Expect: 100-continue",
    "Expect: a-miracle",
    "Connection: upgrade",
    "Upgrade: websocket",
    "Early-Data: 1",
    "Authorization: Basic cmVhZGVyOmJvb2s=",
    "Proxy-Authorization: Basic x",
    "Cache-Control: only-if-cached",
    "Cache-Control: no-cache, max-stale",
    "Cache-Control: no-store",
    "Content-Type: application/json",
    "Content-Encoding: br",
    "Transfer-Encoding: gzip",
    "Content-Length: nine",
    "A-IM: vcdiff",
    "DAV: bind",
    "Depth: 0",
    "Max-Forwards: 0",
    "Via: 1.1 edge",
    "Upload-Complete: ?0",
    "Vary: *",
    "Odd Name: x",
];

/// Requests that a careful server mostly takes.
fn requests() -> impl Strategy<Value = String> {
    let methods = select(vec!["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"]);
    let targets = select(vec!["/notes/1", "/a", "*", "http://example.org/b", "/%zz?\u{7e}", "/#x", "//"]);
    let versions = select(vec!["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/1.9"]);
    let hosts = select(vec!["Host: example.org\n", "Host: example.org\n", "Host: elsewhere.example:8080\n", "Host: [\n", ""]);
    let bodies = prop_oneof![3 => Just(None), 1 => ".{0,12}".prop_map(Some)];
    (methods, targets, versions, hosts, subsequence(LINES.to_vec(), 0..7), bodies).prop_map(
        |(method, target, version, host, lines, body)| {
            let mut text = format!("{method} {target} {version}\n{host}");
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
            match body {
                Some(body) => format!("{text}Content-Length: {}\n\n{body}", body.len()),
                None => format!("{text}\n"),
            }
        },
    )
}

/// Pieces of all that can be pasted, in any order.
fn pastes() -> impl Strategy<Value = String> {
    let pieces = [
        "GET /a HTTP/1.1\n",
        "PUT /a HTTP/2\r\n",
        "HTTP/1.1 304 Not Modified\n",
        "HTTP/1.1 100 Continue\n\n",
        "HTTP/2 412 \n",
        ":status: 201\n",
        ":method: GET\n",
        ":path: /é\n",
        ":authority: h\n",
        ":scheme: http\n",
        "Host: h\n",
        "Content-Length: 5\n",
        "Content-Length: 999999999999\n",
        "Transfer-Encoding: chunked\n",
        "5\nhello\n0\n\n",
        "\n",
        "\r\n",
        "hello",
        "> GET /a HTTP/1.1\n",
        "> POST /b HTTP/3\n",
        "> Host: h\n",
        ">\n",
        "< HTTP/1.1 200 OK\n",
        "< \n",
        "<p>\n",
        "* [HTTP/2] [1] [:method: GET]\n",
        "* [HTTP/2] [1] [:path: /]\n",
        "* h2h3 [é: é]\n",
        "* Connected to h (h) port 443\n",
        "é* Connection #0 to host h left intact\n",
        "} [5 bytes data]\n",
        "curl ",
        "$ curl ",
        "-X PUT ",
        "-d 'é' ",
        "http://h/ ",
        "'",
        "\\\n",
    ];
    let piece = prop_oneof![9 => select(pieces.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    prop_oneof![8 => prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat()), 2 => requests(), 1 => any::<String>()]
}

/// Worlds a few named changes away from the default one, at any time.
fn worlds() -> impl Strategy<Value = World> {
    let moments = select(vec![NOON, NOON, NOON, 0, 253_402_300_799, u64::MAX]);
    (
        prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        moments,
        prop::option::of(select(vec!["max-age=60", "no-cache", "private", ""])),
    )
        .prop_map(|(choices, now, cache_control)| {
            let mut world = World { now, ..World::default() };
            world.resource.cache_control = cache_control.map(str::to_owned);
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

fn clients() -> impl Strategy<Value = Client> {
    let upstreams = select(vec![Upstream::Well, Upstream::Garbles, Upstream::Down, Upstream::Slow, Upstream::Loops]);
    prop_oneof![
        Just(Client::Once),
        Just(Client::Browser),
        ("[a-zé:]{0,6}", "[a-z:]{0,6}").prop_map(|(user, password)| Client::Login { user, password }),
        prop::collection::vec(0usize..80, 0..5).prop_map(|cuts| Client::Download { cuts }),
        (0u64..=3_600_000, any::<bool>()).prop_map(|(patience_ms, silent)| Client::Upload { patience_ms, silent }),
        (0u32..=20, 0u64..=31_536_000, 0u64..=86_400, any::<bool>(), any::<bool>())
            .prop_map(|(tries, longest_s, backoff_s, early, sure)| Client::Patient { tries, longest_s, backoff_s, early, sure }),
        (prop::collection::vec(upstreams, 0..6), 0u64..=3_600_000)
            .prop_map(|(upstreams, timeout_ms)| Client::Pool { upstreams, timeout_ms }),
        any::<bool>().prop_map(|shared| Client::Cache { shared }),
    ]
}

fn routes() -> impl Strategy<Value = Vec<Route>> {
    let urls =
        select(vec!["https://example.org/notes/1", "https://example.org/a", "http://example.org/b", "https://example.org/b", "", "é"]);
    let to = select(vec![
        "/a",
        "/notes/1",
        "b",
        "http://example.org/b#x",
        "//other.example/",
        "ftp://h/",
        "http://[",
        "",
        "#y",
        "é",
        "a\r\nX: y",
    ]);
    let how = select(vec![Move::Permanent, Move::PermanentKeeping, Move::Temporary, Move::TemporaryKeeping, Move::Proxy]);
    let route = (urls, how, to).prop_map(|(url, how, to)| Route { url: url.to_owned(), how, to: to.to_owned() });
    prop::collection::vec(route, 0..4)
}

fn acts() -> impl Strategy<Value = Vec<Intervention<Action>>> {
    let asks = select(vec!["", "Cache-Control: no-cache", "If-None-Match: \"v1\"\nRange: bytes=0-1", "no field", "A: b\r\n\r\nC: d"]);
    let action = prop_oneof![
        4 => asks.prop_map(|fields| Action::Ask(fields.to_owned())),
        1 => Just(Action::Write),
        5 => select(vec![Action::Save, Action::Delete, Action::Down, Action::Up, Action::Limit, Action::Forgive, Action::Break, Action::Mend]),
    ];
    let at = prop_oneof![9 => (0u64..600_000).prop_map(Nanos::from_millis), 1 => any::<u64>().prop_map(Nanos)];
    prop::collection::vec((at, action).prop_map(|(at, action)| Intervention { at, action }), 0..6)
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let rules = prop::collection::vec(select(Profile::ALL.to_vec()), 0..=2);
    let schemes = select(vec!["https", "http"]);
    let requests = prop_oneof![7 => requests(), 2 => pastes(), 1 => any::<String>()];
    (rules, schemes, requests, worlds(), clients(), routes(), acts()).prop_map(|(rules, scheme, request, world, client, routes, acts)| {
        Scenario { rules, scheme: scheme.to_owned(), request, world, client, routes, acts, at: None }
    })
}

/// What every message on its way back has to be.
fn valid(response: &Response) -> Result<(), TestCaseError> {
    let code = response.status;
    prop_assert!(status::find(code).is_some_and(|status| !status.is_reserved()), "{}", code);
    for (name, value) in response.fields.iter() {
        prop_assert!(syntax::is_token(name), "{}", name);
        prop_assert!(!value.starts_with([' ', '\t']) && !value.ends_with([' ', '\t']), "{}: {:?}", name, value);
    }
    if !status::may_have_content(code) {
        prop_assert!(response.body.is_empty(), "{}", response.text());
    }
    let missing = status::missing(code, &response.fields, None);
    prop_assert!(missing.is_empty(), "{} lacks {:?}", code, missing);
    if matches!(code, 100..=199 | 204) {
        prop_assert!(!response.fields.contains("Content-Length"), "{}", response.text());
    }
    // Whatever stands in it, the head is read back as the same head: nothing breaks out of its line.
    let again = parse::response(response.head().as_bytes());
    let lines = again.map(|again| (again.status, again.fields.len()));
    prop_assert_eq!(lines.map_err(|refusal| refusal.why), Ok((code, response.fields.len())), "{}", response.head());
    Ok(())
}

fn holds(trace: &Trace) -> Result<(), TestCaseError> {
    prop_assert_eq!(trace.runs.len(), trace.scenario.rules.len().clamp(1, 2));
    // Its address can be read, whatever is in it; a part that is refused is said.
    let address = trace.scenario.to_address(first());
    let (read, notes) = Scenario::from_address(&address);
    prop_assert!(read == trace.scenario || !notes.is_empty() || trace.scenario.rules.is_empty(), "{}", address);
    for run in &trace.runs {
        let sequence = &run.sequence;
        prop_assert!(!sequence.events.is_empty() && run.beats.len() >= sequence.events.len());
        prop_assert!(run.beats.windows(2).all(|pair| pair[0].at < pair[1].at), "{:?}", run.beats);
        prop_assert!(run.beats.last().is_some_and(|beat| beat.at < trace.end));
        prop_assert!(sequence.events.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms), "{:?}", sequence.steps());
        for event in &sequence.events {
            let Event { message: Message::Interim(response) | Message::Response(response), .. } = event else { continue };
            valid(response)?;
            prop_assert_eq!(
                matches!(event.message, Message::Interim(_)),
                matches!(response.status, 100 | 102..=199),
                "{}",
                response.status
            );
        }
        for visit in &run.visits {
            prop_assert!(visit.event < sequence.events.len());
            prop_assert!(visit.path().iter().all(|step| step.reason.ends_with('.')), "{:?}", visit.path());
        }
        for at in [Nanos::ZERO, Nanos(trace.end.0 / 3), trace.end] {
            let now = run.now(at);
            prop_assert!(now.events <= sequence.events.len() && now.beats <= run.beats.len());
        }
        prop_assert_eq!(run.now(trace.end).events, sequence.events.len());
        let (har, hurl) = (record::har(run, &trace.scenario.scheme), record::hurl(run, &trace.scenario.scheme));
        let archive: serde_json::Value = serde_json::from_str(&har).map_err(|wrong| TestCaseError::fail(wrong.to_string()))?;
        let exchanges = record::exchanges(run).len();
        prop_assert_eq!(archive["log"]["entries"].as_array().map(Vec::len), Some(exchanges));
        prop_assert!(hurl.is_empty() == (exchanges == 0));
        prop_assert!(record::curl(run, &trace.scenario.scheme).lines().count() >= exchanges);
    }
    let json: Result<serde_json::Value, _> = serde_json::from_str(&record::json(trace));
    prop_assert!(json.is_ok());
    prop_assert!(record::csv(trace).starts_with(record::CSV_HEAD));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_is_played(scenario in scenarios()) {
        holds(&run(&scenario))?;
    }

    #[test]
    fn the_same_scenario_comes_to_the_same(scenario in scenarios()) {
        let (one, other) = (run(&scenario), run(&scenario));
        prop_assert_eq!(one.end, other.end);
        prop_assert_eq!(&one.fork, &other.fork);
        for (one, other) in one.runs.iter().zip(&other.runs) {
            prop_assert_eq!(&one.request, &other.request);
            prop_assert_eq!(&one.sequence, &other.sequence);
            prop_assert_eq!(&one.beats, &other.beats);
            prop_assert_eq!(&one.cached, &other.cached);
            let decisions = |run: &field_guide::labs::http_status::run::Run| run.visits.iter().map(|visit| visit.decision.clone()).collect::<Vec<_>>();
            prop_assert_eq!(decisions(one), decisions(other));
        }
    }

    #[test]
    fn any_paste_is_read_or_refused_at_a_byte_of_its_own(text in pastes()) {
        match import::read(&text) {
            Ok(imported) => {
                prop_assert!(matches!(imported.scheme.as_str(), "http" | "https"));
                let request = imported.for_the_lab().map_err(TestCaseError::fail)?;
                prop_assert!(request.text().len() <= LONGEST_REQUEST);
                // A command may ask for a method that is none; what came from the wire goes over the wire again.
                if !matches!(imported.what, Kind::Curl | Kind::CurlWithResponse) {
                    let again = parse::request(wire(&request.text()).as_bytes(), &BIG);
                    prop_assert!(again.is_ok(), "{:?}\n{}", again, request.text());
                }
                if imported.response.is_none() {
                    let verdict = import::explain(Profile::Rfc9110, &imported);
                    prop_assert!(matches!(verdict, Verdict::Foreseen(_)) && !verdict.headline().is_empty());
                }
                run(&Scenario { request: request.text(), scheme: imported.scheme, ..Scenario::default() });
            }
            Err(trouble) => {
                prop_assert!(text.is_char_boundary(trouble.at) && trouble.at <= text.len());
                prop_assert!(trouble.line >= 1 && trouble.column >= 1 && !trouble.sentence.is_empty());
                let (_, marked, _) = trouble.shown(&text);
                prop_assert_eq!(marked.chars().count(), 1);
            }
        }
    }
}

proptest! {
    // Each looks through thousands of worlds.
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pair_has_a_verdict(request in requests(), code in select(vec![200, 206, 304, 401, 404, 405, 412, 418, 502, 599]), profile in select(Profile::ALL.to_vec())) {
        let text = format!("{request}\nHTTP/1.1 {code} \nDate: Tue, 24 Nov 2026 12:00:00 GMT\nContent-Range: bytes 0-4/99999999999\n\nhello\n");
        if let Ok(imported) = import::read(&text) {
            let verdict = import::explain(profile, &imported);
            prop_assert!(!verdict.headline().is_empty());
            let Verdict::Explained(explained) = verdict else { return Err(TestCaseError::fail("it is a pair")) };
            prop_assert!(explained.ways.iter().all(|way| way.decisive.is_some() && way.assumptions.len() <= 3));
        }
    }
}

/// As much as a reader can set up: it is still played between two keystrokes, here without optimisation and with all that is
/// derived from it.
#[test]
fn the_largest_scenario_is_played_in_time() {
    let ask = |second: u64| Intervention { at: Nanos(second * Nanos::SECOND.0), action: Action::Ask("Cache-Control: no-cache".to_owned()) };
    let mut world = World::default();
    world.resource.cache_control = Some("max-age=1".to_owned());
    world.resource.representations[0].body = "a".repeat(100_000);
    let scenario = Scenario {
        rules: vec![Profile::Rfc9110, Profile::Webmachine],
        request: format!("GET /notes/1 HTTP/1.1\nHost: example.org\nX: {}\n\n", "a".repeat(16_000)),
        world,
        client: Client::Cache { shared: true },
        acts: (1..=MOST_ACTS as u64).map(ask).collect(),
        ..Scenario::default()
    };
    let began = std::time::Instant::now();
    let trace = run(&scenario);
    assert_eq!(trace.first().visits.len(), MOST_ACTS + 1);
    let entries = index::of(&trace);
    assert!(entries.len() > 60 && began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    println!("the largest scenario with all its small changes: {:?}", began.elapsed());
}
