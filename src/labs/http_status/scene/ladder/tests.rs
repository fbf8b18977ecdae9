//! The ladder of a redirect, of long words, and of a sequence halfway.

use super::*;
use crate::http::message::{Request, Response};
use crate::http::sequence::Change;

fn event(at_ms: u64, from: Lane, to: Lane, message: Message) -> Event {
    Event { at_ms, from, to, message, note: String::new(), changes: Vec::new() }
}

fn request(url: &str, target: &str) -> Message {
    Message::Request { url: url.to_owned(), request: Request::new("GET", target) }
}

fn answer(status: u16) -> Message {
    Message::Response(Response::new(status))
}

/// A redirect to another host, and five seconds later an error.
fn redirected() -> Sequence {
    let mut events = vec![
        event(0, Lane::Client, Lane::Origin, request("https://a.example/old", "/old")),
        event(50, Lane::Origin, Lane::Client, answer(302)),
        event(80, Lane::Client, Lane::Origin, request("https://b.example/new", "/new")),
        event(5_080, Lane::Origin, Lane::Client, answer(503)),
        event(5_110, Lane::Client, Lane::Client, Message::NetworkError("it gives up.".to_owned())),
    ];
    let moved = |what: &str| Change { what: what.to_owned(), before: None, after: Some("x".to_owned()), clause: "RFC 9110 §15.4" };
    events[2].changes = vec![moved("URL"), moved("Host"), moved("target")];
    Sequence { events }
}

#[test]
fn arrows_go_from_lane_to_lane_and_say_what_they_carry() {
    let scene = draw(&redirected(), 5, Room::Wide);
    let names: Vec<&str> = scene.lanes.iter().map(|lane| lane.name).collect();
    assert_eq!(names, ["client", "origin"], "only those that take part");
    let said: Vec<(&str, Tone)> = scene.rows.iter().map(|row| (row.label[0].text.as_str(), row.tone)).collect();
    let expected = [
        ("GET /old", Tone::Request),
        ("302 Found", Tone::State),
        ("GET https://b.example/new", Tone::Request),
        ("503 Service Unavailable", Tone::Stop),
        ("it gives up.", Tone::Stop),
    ];
    assert_eq!(said, expected);
    let (client, origin) = (scene.lanes[0].x, scene.lanes[1].x);
    assert!(scene.rows[0].line.starts_with(&format!("M{client} ")) && scene.rows[0].tip.starts_with(&format!("M{origin} ")));
    assert!(scene.rows[1].line.starts_with(&format!("M{origin} ")) && scene.rows[1].tip.starts_with(&format!("M{client} ")));
    assert!(scene.rows[4].tip.is_empty() && !scene.rows[4].cross.is_empty(), "nothing is sent");
    assert_eq!(scene.rows[2].badge.as_ref().map(|badge| badge.text.as_str()), Some("3 changes"));
    assert_eq!(scene.rows[3].clock, "5.080 s");
    assert_eq!(scene.gaps.iter().map(|gap| gap.text.text.as_str()).collect::<Vec<_>>(), ["⋯ 5.000 s ⋯"]);
}

#[test]
fn nothing_moves_while_it_plays() {
    let sequence = redirected();
    for width in [Room::Wide, Room::Narrow, Room::Broad] {
        let end = draw(&sequence, 5, width);
        for events in 0..5 {
            let scene = draw(&sequence, events, width);
            assert_eq!((scene.height, scene.rows.len(), &scene.gaps), (end.height, 5, &end.gaps));
            for (row, last) in scene.rows.iter().zip(&end.rows) {
                assert_eq!((row.top, row.height, &row.line), (last.top, last.height, &last.line));
                assert_eq!(row.phase == Phase::Ahead, row.event >= events);
                assert_eq!(row.label.is_empty(), row.event >= events, "what is still to come keeps its words");
            }
            assert_eq!(scene.rows.iter().filter(|row| row.phase == Phase::Latest).count(), usize::from(events > 0));
        }
    }
}

#[test]
fn words_stay_in_the_picture() {
    let long = format!("/{}", "x".repeat(400));
    let mut events = vec![
        event(0, Lane::Client, Lane::Cache, request("https://a.example/", &long)),
        event(30, Lane::Cache, Lane::Proxy, request("https://a.example/", "/")),
        event(60, Lane::Proxy, Lane::Origin, request("https://a.example/", &long)),
        event(70, Lane::Origin, Lane::Origin, Message::Pause),
        event(80, Lane::Client, Lane::Client, Message::Pause),
    ];
    for place in [3, 4] {
        events[place].note = "It waits ".repeat(60);
    }
    let sequence = Sequence { events };
    for (room, most) in [(Room::Broad, 1_000), (Room::Wide, 900), (Room::Narrow, 251)] {
        let scene = draw(&sequence, 5, room);
        assert!(scene.width <= most);
        for row in &scene.rows {
            for line in &row.label {
                let (left, top, wide, high) = line.behind();
                assert!(left >= 2 && left + wide <= scene.width, "{}: {left} to {}", line.text, left + wide);
                assert!(top >= row.top && top + high <= row.top + row.height, "{}: {top} in {}", line.text, row.top);
            }
        }
        assert!(scene.rows.windows(2).all(|pair| pair[0].top + pair[0].height == pair[1].top));
        let last = scene.rows[0].label.last().expect("it has words");
        assert!(last.text.ends_with('…') && !scene.rows[0].title.contains('…'), "the whole of it is in the title");
    }
}

#[test]
fn words_go_on_in_a_second_line_before_they_are_cut() {
    let scene = draw(&redirected(), 5, Room::Narrow);
    let said = |row: usize| scene.rows[row].label.iter().map(|line| line.text.as_str()).collect::<Vec<_>>();
    assert_eq!(said(2), ["GET", "https://b.example/new"]);
    assert_eq!(said(3), ["503 Service", "Unavailable"]);
    assert_eq!(said(4), ["it gives up."], "beside its lane while there is room");
    let mut sequence = redirected();
    sequence.events[4].message = Message::NetworkError("the client gives up after twenty redirects in a row.".to_owned());
    let narrow = draw(&sequence, 5, Room::Narrow);
    let error = &narrow.rows[4];
    assert_eq!(error.label.iter().map(|line| line.x).collect::<Vec<_>>(), [4, 4], "below, as wide as the picture");
    assert!(error.label[0].y > error.clock_y + 10);
    assert_eq!(draw(&sequence, 5, Room::Broad).rows[4].label.len(), 1);
}

#[test]
fn a_second_is_no_gap() {
    // A sequence that begins late has none before its first event.
    let asked = event(9_000, Lane::Client, Lane::Origin, request("http://a/", "/"));
    let late = Sequence { events: vec![asked, event(10_000, Lane::Origin, Lane::Client, answer(200))] };
    assert!(draw(&late, 2, Room::Wide).gaps.is_empty());
}

#[test]
fn the_picture_is_said_in_a_sentence() {
    let label = draw(&redirected(), 2, Room::Wide).label;
    assert_eq!(label, "5 events between client and origin, in order. So far: 2. The last one: 0.050 s, origin to client: 302 Found.");
    assert_eq!(draw(&Sequence::default(), 0, Room::Narrow).label, "Nothing is sent.");
}
