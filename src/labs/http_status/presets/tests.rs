use super::*;
use crate::http::message::Request;
use crate::http::sequence::{Lane, Message};
use crate::labs::http_status::run::run;

fn of(slug: &str) -> Trace {
    run(&find(slug).unwrap().scenario())
}

#[test]
fn names_are_short_and_used_once() {
    for (index, preset) in PRESETS.iter().enumerate() {
        assert!(preset.slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{}", preset.slug);
        assert!(PRESETS.iter().skip(index + 1).all(|other| other.slug != preset.slug && other.label != preset.label), "{}", preset.slug);
        assert!(preset.label.chars().count() <= 22, "{} does not fit on a button", preset.label);
        assert!(!preset.title.ends_with('.') && (1..=3).contains(&preset.tasks.len()) && preset.watch.len() == 2, "{}", preset.slug);
        assert!(preset.watch.iter().all(|sentence| sentence.ends_with('.')), "{}", preset.slug);
        assert_eq!(find(preset.slug), Some(preset));
    }
    assert_eq!((first().slug, find("no-such-preset")), ("lost-update", None));
    assert!(PRESETS.len() >= 14);
}

/// What reaches the client, as the sentences beside the picture say.
#[test]
fn presets_end_as_they_promise() {
    let expected: &[(&str, &[u16])] = &[
        ("lost-update", &[412]),
        ("hidden-404", &[404]),
        ("401-403", &[401, 403]),
        ("post-301", &[301, 200]),
        ("307-308", &[307, 201]),
        ("redirect-chain", &[302, 302, 401]),
        // At 0, 30, 90, 120 and 160 s: the 304 is the cache's own business.
        ("cache-life", &[200, 200, 200, 200, 200]),
        ("vary", &[406]),
        ("resume", &[200, 206]),
        ("conditional-range", &[200]),
        ("502-503-504", &[504]),
        ("429-right", &[429, 200]),
        ("maintenance", &[503, 204]),
        ("put-creates", &[201]),
        ("expect-100", &[401]),
        // The stylesheet's answer comes behind these: see below.
        ("early-hints", &[103, 200]),
        ("misdirected", &[421, 200]),
        ("where-servers-part", &[404]),
        ("weak-etag", &[412]),
    ];
    assert_eq!(expected.len(), PRESETS.len());
    for (slug, statuses) in expected {
        let trace = of(slug);
        assert!(trace.runs.iter().all(|run| run.request.is_ok()), "{slug}: {:?}", trace.first().request);
        let mut told = trace.first().sequence.statuses();
        if *slug == "early-hints" {
            told.truncate(2);
        }
        assert_eq!(told, *statuses, "{slug}");
    }
    assert_eq!(of("where-servers-part").runs[1].status(), Some(412));
}

/// The requests that the client sends, in order.
fn sent(trace: &Trace) -> Vec<&Request> {
    trace.first().sequence.requests().into_iter().map(|(_, request)| request).collect()
}

/// When each request of the client leaves, in milliseconds.
fn sent_at(trace: &Trace) -> Vec<u64> {
    let events = trace.first().sequence.events.iter();
    let requests = events.filter(|event| event.from == Lane::Client && matches!(event.message, Message::Request { .. }));
    requests.map(|event| event.at_ms).collect()
}

#[test]
fn redirects_change_what_they_say_they_change() {
    let [eaten, kept] = ["post-301", "307-308"].map(of);
    let second = |trace: &Trace| {
        let request = sent(trace)[1];
        (request.method.clone(), request.target.clone(), request.body.len())
    };
    assert_eq!(second(&eaten), ("GET".to_owned(), "/v2/articles".to_owned(), 0));
    assert_eq!(second(&kept), ("POST".to_owned(), "/standby/orders".to_owned(), 11));
    let chain = of("redirect-chain");
    let keys: Vec<bool> = sent(&chain).into_iter().map(|request| request.fields.contains("Authorization")).collect();
    assert_eq!(keys, [true, true, false]);
}

#[test]
fn the_cache_asks_three_times_and_is_late_once() {
    let trace = of("cache-life");
    let events = &trace.first().sequence.events;
    let from_origin: Vec<u16> = events
        .iter()
        .filter(|event| event.from == Lane::Origin && event.to == Lane::Cache)
        .filter_map(|event| match &event.message {
            Message::Response(response) => Some(response.status),
            _ => None,
        })
        .collect();
    assert_eq!(from_origin, [200, 304, 200]);
    let tags: Vec<Option<&str>> = events
        .iter()
        .filter(|event| event.to == Lane::Client)
        .filter_map(|event| match &event.message {
            Message::Response(response) => Some(response.fields.get("ETag")),
            _ => None,
        })
        .collect();
    // The new version is there from 100 s on; the answer at 120 s is still the old one.
    assert_eq!(tags, ["\"v1\"", "\"v1\"", "\"v1\"", "\"v1\"", "\"v2\""].map(Some));
}

#[test]
fn waits_are_as_long_as_asked() {
    // 80 ms there and back, then the wait: five seconds, or until the moment named.
    assert_eq!(sent_at(&of("429-right")), [0, 5_080]);
    assert_eq!(sent_at(&of("maintenance")), [0, 90_000]);
}

#[test]
fn an_upload_is_saved_and_a_download_made_whole() {
    let upload = of("expect-100");
    assert!(!upload.first().sequence.events.iter().any(|event| matches!(event.message, Message::Content(_))));
    let download = of("resume");
    let rest = sent(&download)[1];
    assert_eq!((rest.fields.get("Range"), rest.fields.get("If-Range")), (Some("bytes=40-"), Some("\"v1\"")));
    let part = download.first().sequence.outcome().unwrap();
    assert_eq!((part.fields.get("Content-Range"), part.body.len()), (Some("bytes 40-79/80"), 40));
}

/// The page's own answer is 30 ms on its way; the stylesheet has been asked for by then.
#[test]
fn the_hint_saves_time() {
    let trace = of("early-hints");
    let page = trace.first().sequence.events.iter().find(|event| matches!(&event.message, Message::Response(own) if own.status == 200));
    let (asked, page) = (sent_at(&trace), page.unwrap());
    assert_eq!(asked.len(), 2);
    assert!(asked[1] < page.at_ms + 30, "{asked:?}, {}", page.at_ms);
    assert_eq!(sent(&trace)[1].target, "/style.css");
}

/// Every failure of the pool is tried before the last one counts.
#[test]
fn the_proxy_tries_all_three() {
    let trace = of("502-503-504");
    let failures = trace.first().sequence.events.iter().filter(|event| matches!(event.message, Message::NetworkError(_)));
    assert_eq!(failures.count(), 3);
}

/// Byte for byte, or nothing would be hidden.
#[test]
fn a_hidden_404_looks_like_an_honest_one() {
    let hidden = of("hidden-404");
    let mut honest = find("hidden-404").unwrap().scenario();
    honest.world.server.forbidden = crate::http::state::Forbidden::No;
    honest.world.resource.representations.clear();
    assert_eq!(hidden.first().sequence.outcome(), run(&honest).first().sequence.outcome());
}
