//! The picture of many requests under all rules, at several moments of their runs.

use super::*;
use crate::http::graph::Station;
use crate::http::profiles::Profile;
use crate::http::state::{Forbidden, Front, Guard, Stored, World};
use crate::labs::http_status::run::{Beat, What};
use crate::labs::http_status::{Client, Scenario, run};

const PUT: &str = "PUT /articles/7 HTTP/1.1\nHost: example.org\nIf-Match: \"v0\"\nContent-Type: application/json\nContent-Length: 2\n\n{}";

/// Request heads that leave at every station, and some that a server cannot read at all.
fn requests() -> Vec<String> {
    let lines = |method: &str, fields: &str| format!("{method} /notes/1 HTTP/1.1\nHost: example.org\n{fields}\n");
    vec![
        PUT.to_owned(),
        lines("GET", ""),
        lines("HEAD", "Range: bytes=0-4\n"),
        lines("GET", "Range: bytes=1000-\n"),
        lines("GET", "If-None-Match: \"v1\"\n"),
        lines("GET", "If-Unmodified-Since: Sun, 22 Nov 2020 09:12:00 GMT\nAccept: text/html;q=0.3, text/plain\n"),
        lines("GET", "Accept: image/png\nAccept-Language: de, en;q=0.2\nAccept-Encoding: br\n"),
        lines("OPTIONS", ""),
        lines("TRACE", ""),
        lines("BREW", ""),
        lines("DELETE", ""),
        lines("POST", "Content-Length: 5\nExpect: 100-continue\nContent-Encoding: zstd\n\nhello"),
        "GET / HTTP/1.1\n\n".to_owned(),
        "GET / HTTP/3.0\nHost: example.org\n\n".to_owned(),
        "GET\n\n".to_owned(),
        "no request at all, but a long sentence that nobody could read as one".to_owned(),
        String::new(),
        format!("GET /{} HTTP/1.1\nHost: example.org\n\n", "a".repeat(9_000)),
    ]
}

fn worlds() -> Vec<World> {
    let plain = World::default();
    let mut hinting = plain.clone();
    hinting.server.hints.push("</style.css>; rel=preload; as=style".to_owned());
    let mut missing = plain.clone();
    missing.resource.representations.clear();
    let mut guarded = plain.clone();
    guarded.server.guard = Some(Guard::default());
    let mut forbidden = plain.clone();
    forbidden.server.forbidden = Forbidden::Legal;
    let mut down = plain.clone();
    down.server.unavailable = true;
    let front = World { front: Some(Front { transforms: true, ..Front::default() }), ..plain.clone() };
    let caching = World { front: Some(Front { caches: true, stored: Some(Stored::default()), ..Front::default() }), ..plain.clone() };
    vec![plain, hinting, missing, guarded, forbidden, down, front, caching]
}

fn scenario(rules: &[Profile], request: &str, world: &World) -> Scenario {
    Scenario { rules: rules.to_vec(), request: request.to_owned(), world: world.clone(), ..Scenario::default() }
}

/// Left, top, right and bottom of everything that is written or boxed.
fn boxes(scene: &LineScene) -> Vec<(i32, i32, i32, i32, &str)> {
    let words = scene.words.iter().map(|words| (words.x, words.y - 9, words.x + words.width(), words.y + 2, words.text.as_str()));
    let exits = scene.exits.iter().map(|exit| (exit.x, exit.y, exit.x + exit.width, exit.y + exit.height, exit.text.as_str()));
    words.chain(exits).collect()
}

fn sound(scene: &LineScene, about: &str) {
    for stop in &scene.stops {
        assert!((6..=scene.width - 6).contains(&stop.x) && (6..=scene.height - 6).contains(&stop.y), "{about}: {stop:?}");
    }
    for line in 0..2 {
        let path: Vec<&Stop> = scene.stops.iter().filter(|stop| stop.line == line && stop.step.is_some()).collect();
        assert!(path.windows(2).all(|pair| pair[0].y < pair[1].y && pair[0].step < pair[1].step), "{about}: the stops are not in order");
        assert!(path.windows(2).all(|pair| pair[0].at <= pair[1].at), "{about}: the moments are not in order");
    }
    let boxes = boxes(scene);
    for (index, one) in boxes.iter().enumerate() {
        assert!(one.0 >= 0 && one.1 >= 0 && one.2 <= scene.width && one.3 <= scene.height, "{about}: {one:?} of {}", scene.width);
        for other in boxes.iter().skip(index + 1) {
            let apart = one.2 <= other.0 || other.2 <= one.0 || one.3 <= other.1 || other.3 <= one.1;
            assert!(apart, "{about}: {one:?} lies over {other:?}");
        }
    }
    assert!(!scene.about.is_empty() && scene.about.ends_with('.'), "{about}");
    assert!(svg(scene).matches("<g ").count() == svg(scene).matches("</g>").count());
}

fn end(run: &Run) -> Now {
    run.now(Nanos(u64::MAX))
}

#[test]
fn every_picture_is_legible() {
    for (request, world) in requests().iter().flat_map(|request| worlds().into_iter().map(move |world| (request, world))) {
        for profile in Profile::ALL {
            let trace = run(&scenario(&[profile], request, &world));
            let run = trace.first();
            for width in [Width::Wide, Width::Narrow] {
                let scene = draw(run, None, None, end(run), width);
                let about = format!("{} {:?} {}", profile.label(), width, request.get(..30).unwrap_or(request));
                assert_eq!(scene.width, width.px(), "{about}");
                sound(&scene, &about);
                // The taken exit belongs to the last step.
                let taken: Vec<&Exit> = scene.exits.iter().filter(|exit| matches!(exit.look, ExitLook::Taken(_))).collect();
                let steps = run.visits.first().map_or(1, |visit| visit.path().len());
                let status = run.visits.first().map(|visit| visit.decision.response.status);
                let status = status.or(run.request.as_ref().err().map(|refusal| refusal.status));
                assert_eq!(taken.len(), 1, "{about}");
                assert_eq!((taken[0].step, taken[0].text.parse().ok()), (Some(steps - 1), status), "{about}");
            }
        }
    }
}

#[test]
fn two_lines_fit_side_by_side() {
    for (request, world) in requests().iter().flat_map(|request| worlds().into_iter().map(move |world| (request, world))) {
        for other in [Profile::Webmachine, Profile::Cowboy, Profile::Liberator, Profile::Nginx] {
            let trace = run(&scenario(&[Profile::Rfc9110, other], request, &world));
            let (first, second) = (trace.first(), trace.runs.get(1).expect("two rules"));
            for width in [Width::Wide, Width::Narrow] {
                let scene = draw(first, Some(second), trace.fork.as_ref(), end(first), width);
                sound(&scene, &format!("{} {:?} {}", other.label(), width, request.get(..30).unwrap_or(request)));
                assert_eq!(scene.tracks.len(), 2);
                let decided = |line| scene.stops.iter().any(|stop| stop.line == line && matches!(stop.look, Look::Decided(_)));
                assert!(decided(0) && decided(1));
            }
        }
    }
}

#[test]
fn the_line_is_lit_question_by_question_and_nothing_moves() {
    let trace = run(&scenario(&[Profile::Rfc9110], PUT, &World::default()));
    let run = trace.first();
    let visit = run.visits.first().expect("the request is decided");
    let whole = draw(run, None, None, end(run), Width::Wide);
    for beat in &run.beats {
        let now = run.now(beat.at);
        let scene = draw(run, None, None, now, Width::Wide);
        sound(&scene, "halfway");
        assert_eq!(scene.height, whole.height);
        assert!(scene.stops.iter().zip(&whole.stops).all(|(one, other)| (one.x, one.y, one.step) == (other.x, other.y, other.step)));
        let ridden = scene.stops.iter().filter(|stop| matches!(stop.look, Look::Passed | Look::Refused | Look::Interim | Look::Decided(_)));
        let ridden = ridden.count();
        assert_eq!(ridden, now.steps);
        let current: Vec<Option<usize>> = scene.stops.iter().filter(|stop| stop.current).map(|stop| stop.step).collect();
        assert_eq!(current, now.steps.checked_sub(1).map(Some).into_iter().collect::<Vec<_>>());
        assert_eq!(scene.branches.len(), usize::from(now.answered));
    }
    assert_eq!(visit.decision.response.status, 412);
    let count = visit.path().len();
    assert_eq!(whole.about, format!("PUT /articles/7 leaves at preconditions with 412 after {count} questions."));
    assert!(whole.words.iter().any(|words| words.text == "Precondition Failed" && words.face == Face::Outcome(Tone::Stop)));
    let branch = whole.branches.first().expect("it leaves");
    let stop = whole.stops.iter().find(|stop| stop.step == Some(count - 1)).expect("the last question");
    assert_eq!((branch.from, branch.tone), ((stop.x, stop.y), Tone::Stop));
}

#[test]
fn stations_stand_in_the_order_of_the_questions() {
    let names = |profile: Profile, request: &str| -> Vec<String> {
        let trace = run(&scenario(&[profile], request, &World::default()));
        let scene = draw(trace.first(), None, None, end(trace.first()), Width::Wide);
        let stations = scene.words.iter().filter(|words| matches!(words.face, Face::Station | Face::StationPale));
        stations.map(|words| words.text.to_lowercase()).collect()
    };
    let all: Vec<String> = Station::ALL.into_iter().skip(1).map(|station| station.name().to_owned()).collect();
    for request in requests() {
        assert_eq!(names(Profile::Rfc9110, &request), all, "nothing stands in front: {request:.40}");
    }
    // webmachine asks whether it is up before it looks at the message.
    assert_eq!(names(Profile::Webmachine, "GET / HTTP/1.1\nHost: a\n\n").first().map(String::as_str), Some("service"));
}

#[test]
fn a_message_that_cannot_be_read_leaves_at_the_first_station() {
    let trace = run(&scenario(&[Profile::Rfc9110], "GET\n\n", &World::default()));
    let run = trace.first();
    let refusal = run.request.as_ref().expect_err("it is no request");
    let scene = draw(run, None, None, end(run), Width::Narrow);
    let stop = scene.stops.iter().find(|stop| stop.step == Some(0)).expect("one stop");
    assert_eq!(stop.look, Look::Decided(Tone::Stop));
    assert!(stop.title.contains(&text::plain(&refusal.why)));
    let above = scene.stops.iter().filter(|other| other.y < stop.y).count();
    assert_eq!(above, 0, "everything else stands below");
}

#[test]
fn interim_answers_are_lit_where_they_went_out() {
    let request = "POST /notes/1 HTTP/1.1\nHost: example.org\nContent-Length: 5\nExpect: 100-continue\n\nhello";
    let trace = run(&scenario(&[Profile::Rfc9110], request, &World::default()));
    let run = trace.first();
    let interim = run.visits.first().map(|visit| visit.decision.interim.len());
    assert_eq!(interim, Some(1));
    for width in [Width::Wide, Width::Narrow] {
        let scene = draw(run, None, None, end(run), width);
        assert_eq!(scene.stops.iter().filter(|stop| stop.look == Look::Interim).count(), 1);
        let sent: Vec<&str> = scene.exits.iter().filter(|exit| exit.look == ExitLook::Sent).map(|exit| exit.text.as_str()).collect();
        assert_eq!(sent, ["100"]);
    }
}

#[test]
fn the_fork_is_marked_on_both_lines() {
    let request = "GET /notes/1 HTTP/1.1\nHost: example.org\nIf-Match: W/\"v1\"\n\n";
    let trace = run(&scenario(&[Profile::Webmachine, Profile::Cowboy], request, &World::default()));
    let (first, second) = (trace.first(), trace.runs.get(1).expect("two rules"));
    let fork = Fork { left: 3, right: 3, words: "They part here.".to_owned() };
    for width in [Width::Wide, Width::Narrow] {
        let scene = draw(first, Some(second), Some(&fork), end(first), width);
        assert_eq!(scene.marks.iter().map(|mark| mark.line).collect::<Vec<_>>(), [0, 1]);
        for mark in &scene.marks {
            let below = scene.stops.iter().filter(|stop| stop.line == mark.line && stop.y > mark.y);
            assert_eq!(below.filter_map(|stop| stop.step).min(), Some(3), "the sign stands above the question at which they part");
        }
        assert!(scene.about.contains("webmachine v3: GET /notes/1 leaves"));
    }
}

#[test]
fn each_visit_has_its_own_line() {
    let mut base = scenario(&[Profile::Rfc9110], "GET /notes/1 HTTP/1.1\nHost: example.org\n\n", &World::default());
    base.world.server.guard = Some(Guard::default());
    base.client = Client::Login { user: "reader".to_owned(), password: "book".to_owned() };
    let trace = run(&base);
    let run = trace.first();
    assert_eq!(run.visits.len(), 2);
    let of_first = |beat: &&Beat| matches!(beat.what, What::Question { visit: 0, .. });
    let first = run.beats.iter().filter(of_first).map(|beat| beat.at).max();
    let before = draw(run, None, None, run.now(first.expect("questions")), Width::Wide);
    let after = draw(run, None, None, end(run), Width::Wide);
    let taken = |scene: &LineScene| scene.exits.iter().find(|exit| matches!(exit.look, ExitLook::Taken(_))).map(|exit| exit.text.clone());
    assert_eq!((taken(&before).as_deref(), taken(&after).as_deref()), (Some("401"), Some("200")));
}

#[test]
fn common_exits_stand_first() {
    let trace = run(&scenario(&[Profile::Rfc9110], "OPTIONS /notes/1 HTTP/1.1\nHost: example.org\n\n", &World::default()));
    let scene = draw(trace.first(), None, None, end(trace.first()), Width::Wide);
    let beside = |name: &str| -> Vec<&str> {
        let y = scene.words.iter().find(|words| words.text == name).map_or(0, |words| words.y);
        let row = scene.exits.iter().filter(|exit| (exit.y..exit.y + exit.height).contains(&y));
        row.map(|exit| exit.text.as_str()).collect()
    };
    for (station, codes) in [("Resource", vec!["404", "410"]), ("Action", vec!["200", "201", "204", "409", "500"])] {
        let shown = beside(station);
        assert!(codes.iter().all(|code| shown.contains(code)), "{station}: {shown:?}");
        assert!(shown.last().is_some_and(|last| last.starts_with('+')), "{station}: {shown:?}");
    }
    assert!(scene.exits.iter().all(|exit| exit.code.is_some() == (exit.look != ExitLook::More)));
}

#[test]
fn a_no_on_the_way_to_a_refusal_is_no_plain_stop() {
    let refused = |request: &str, world: &World| {
        let trace = run(&scenario(&[Profile::Rfc9110], request, world));
        let scene = draw(trace.first(), None, None, end(trace.first()), Width::Wide);
        scene.stops.iter().filter(|stop| stop.look == Look::Refused).map(|stop| stop.title.clone()).collect::<Vec<_>>()
    };
    let get = "GET /notes/1 HTTP/1.1\nHost: example.org\n\n";
    assert!(refused(get, &World::default()).is_empty());
    let mut missing = World::default();
    missing.resource.representations.clear();
    let titles = refused(get, &missing);
    assert!(titles.iter().any(|title| title.starts_with("Is there a current representation? No")), "{titles:?}");
    let mut forbidden = World::default();
    forbidden.server.forbidden = Forbidden::Legal;
    assert!(refused(get, &forbidden).iter().any(|title| title.starts_with("May this client do this? No")));
}
