//! Sequence → picture: who takes part as vertical rules, every message as an arrow from one to another, from the top down.
//!
//! Rows are even, not to scale: a message a day later would lie a thousand screens below. The moment stands beside each row,
//! and where more than a second passes the picture says how much.

mod words;

use super::line::Width;
use crate::http::sequence::{Event, Lane, Message, Sequence};
pub use words::change;
use words::{clock, label, origin, shorten, span, words};

/// Below the names of the lanes.
const HEAD: i32 = 34;
const ROW: i32 = 46;
/// From the top of a row down to its arrow.
const ARROW: i32 = 28;
/// Where time passes.
const GAP: i32 = 26;

/// In pixels; text of 11 px and more, never scaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderScene {
    pub width: i32,
    /// The same at every moment.
    pub height: i32,
    pub lanes: Vec<Rule>,
    pub rows: Vec<Row>,
    pub gaps: Vec<Gap>,
    /// The picture in one sentence.
    pub label: String,
}

/// A lane: its name on top of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: &'static str,
    pub x: i32,
    pub top: i32,
    pub bottom: i32,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the sequence.
    pub event: usize,
    pub top: i32,
    pub height: i32,
    pub clock: String,
    /// The baseline of the clock.
    pub clock_y: i32,
    pub tone: Tone,
    pub phase: Phase,
    pub dashed: bool,
    /// Path data, drawn as a line.
    pub line: String,
    /// Path data of the arrow's head, filled; empty if there is none.
    pub tip: String,
    /// Path data of a ✕, drawn as a line; empty if there is none.
    pub cross: String,
    /// Empty until the event has been.
    pub label: Text,
    /// `3 changes`.
    pub badge: Option<Text>,
    /// The event in whole sentences.
    pub title: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub x: i32,
    pub y: i32,
    /// `text-anchor`.
    pub anchor: &'static str,
    pub text: String,
}

/// A span in which nothing happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub x1: i32,
    pub x2: i32,
    pub y: i32,
    /// `⋯ 5 s ⋯`.
    pub text: String,
}

/// What a message means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Request,
    Content,
    /// Interim responses, and pauses.
    Wait,
    Pass,
    State,
    Stop,
}

impl Tone {
    fn of(message: &Message) -> Tone {
        match message {
            Message::Request { .. } => Tone::Request,
            Message::Content(_) => Tone::Content,
            Message::Interim(_) | Message::Pause => Tone::Wait,
            Message::NetworkError(_) => Tone::Stop,
            Message::Response(response) => match response.status {
                ..300 => Tone::Pass,
                300..400 => Tone::State,
                400.. => Tone::Stop,
            },
        }
    }

    /// In the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Request => "tone-request",
            Tone::Content => "tone-content",
            Tone::Wait => "tone-wait",
            Tone::Pass => "tone-pass",
            Tone::State => "tone-state",
            Tone::Stop => "tone-stop",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Been,
    /// The last one that has been.
    Latest,
    Ahead,
}

impl Phase {
    /// In the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Phase::Been => "been",
            Phase::Latest => "latest",
            Phase::Ahead => "ahead-row",
        }
    }
}

/// The picture after the first `events` events. Those that come later are there without their words, so that nothing moves.
pub fn draw(sequence: &Sequence, events: usize, width: Width) -> LadderScene {
    let lanes = sequence.lanes();
    let measure = Measure::new(&lanes, matches!(width, Width::Narrow));
    let first_url = sequence.requests().first().map(|(url, _)| origin(url).to_owned()).unwrap_or_default();
    let (mut rows, mut gaps) = (Vec::new(), Vec::new());
    let mut y = HEAD;
    let mut last_ms = sequence.events.first().map_or(0, |event| event.at_ms);
    for (index, event) in sequence.events.iter().enumerate() {
        let passed = event.at_ms.saturating_sub(last_ms);
        if passed > 1_000 {
            let text = format!("⋯ {} ⋯", span(passed));
            gaps.push(Gap { x1: measure.left, x2: measure.right, y: y + GAP / 2, text });
            y += GAP;
        }
        last_ms = event.at_ms;
        let phase = match index + 1 {
            place if place > events => Phase::Ahead,
            place if place == events => Phase::Latest,
            _ => Phase::Been,
        };
        rows.push(measure.row(event, index, phase, y, &first_url));
        y += ROW;
    }
    let height = y + 8;
    let rules = lanes.iter().map(|lane| Rule { name: lane.label(), x: measure.x(*lane), top: HEAD - 8, bottom: height - 2 });
    LadderScene { width: measure.total, height, lanes: rules.collect(), rows, gaps, label: label(sequence, &lanes, events) }
}

/// Where things stand across, and how wide text is.
struct Measure {
    lanes: Vec<(Lane, i32)>,
    /// Between these, words may stand.
    left: i32,
    right: i32,
    total: i32,
    /// The width of a monospaced sign, in tenths of a pixel.
    sign: i32,
}

impl Measure {
    fn new(lanes: &[Lane], narrow: bool) -> Measure {
        let between = i32::try_from(lanes.len()).unwrap_or(4).max(2) - 1;
        let (first, span) = match (narrow, between) {
            // What a screen of 320 px leaves within the plate.
            (true, _) => (64, 160),
            (false, 1) => (96, 440),
            (false, 2) => (96, 672),
            (false, _) => (96, 732),
        };
        let places = lanes.iter().zip(0..).map(|(lane, place)| (*lane, first + span * place / between)).collect();
        let total = first + span + if narrow { 26 } else { 56 };
        Measure { lanes: places, left: first - if narrow { 14 } else { 20 }, right: total - 4, total, sign: if narrow { 66 } else { 72 } }
    }

    fn x(&self, lane: Lane) -> i32 {
        self.lanes.iter().find(|(own, _)| *own == lane).map_or(self.left, |(_, x)| *x)
    }

    fn wide(&self, text: &str) -> i32 {
        i32::try_from(text.chars().count()).unwrap_or(0) * self.sign / 10
    }

    fn fit(&self, text: &str, room: i32) -> String {
        shorten(text, usize::try_from(room * 10 / self.sign).unwrap_or(0))
    }

    fn row(&self, event: &Event, index: usize, phase: Phase, top: i32, first_url: &str) -> Row {
        let y = top + ARROW;
        let (x1, x2) = (self.x(event.from), self.x(event.to));
        let words = if phase == Phase::Ahead { String::new() } else { words(event, first_url) };
        let shape = if event.from == event.to { self.standing(event, x1, y, &words) } else { self.going(event, x1, x2, y, &words) };
        let badge = (!event.changes.is_empty() && phase != Phase::Ahead).then(|| {
            let text = if event.changes.len() == 1 { "1 change".to_owned() } else { format!("{} changes", event.changes.len()) };
            Text { x: i32::midpoint(x1, x2), y: y + 15, anchor: "middle", text }
        });
        Row {
            event: index,
            top,
            height: ROW,
            clock: clock(event.at_ms),
            clock_y: y + 4,
            tone: Tone::of(&event.message),
            phase,
            dashed: matches!(event.message, Message::Interim(_) | Message::NetworkError(_)),
            line: shape.line,
            tip: shape.tip,
            cross: shape.cross,
            label: shape.label,
            badge,
            title: if phase == Phase::Ahead { "Still to come.".to_owned() } else { event.step() },
        }
    }

    /// From lane to lane.
    fn going(&self, event: &Event, x1: i32, x2: i32, y: i32, words: &str) -> Shape {
        let ahead = if x2 > x1 { 1 } else { -1 };
        let text = self.fit(words, self.right - self.left);
        let half = self.wide(&text) / 2 + 1;
        let x = i32::midpoint(x1, x2).min(self.right - half).max(self.left + half);
        let label = Text { x, y: y - 7, anchor: "middle", text };
        let lost = matches!(event.message, Message::NetworkError(_));
        Shape {
            line: format!("M{x1} {y}H{}", x2 - ahead * 7),
            tip: if lost { String::new() } else { format!("M{x2} {y}l{} -4.5v9z", -9 * ahead) },
            cross: if lost { cross(x2, y) } else { String::new() },
            label,
        }
    }

    /// On one lane: a bracket while it waits, a ✕ where it gives up. The words stand on the side with room.
    fn standing(&self, event: &Event, x: i32, y: i32, words: &str) -> Shape {
        let lost = matches!(event.message, Message::NetworkError(_));
        let (to_right, to_left) = (self.right - x, x - self.left);
        let side = if to_right >= to_left { 1 } else { -1 };
        let text = self.fit(words, to_right.max(to_left) - 18);
        let label = Text { x: x + 18 * side, y: y + 4, anchor: if side > 0 { "start" } else { "end" }, text };
        Shape {
            line: if lost { String::new() } else { format!("M{} {}h{}v26h{}", x + 4 * side, y - 13, 7 * side, -7 * side) },
            tip: String::new(),
            cross: if lost { cross(x, y) } else { String::new() },
            label,
        }
    }
}

struct Shape {
    line: String,
    tip: String,
    cross: String,
    label: Text,
}

fn cross(x: i32, y: i32) -> String {
    format!("M{} {}l12 12m0 -12l-12 12", x - 6, y - 6)
}

#[cfg(test)]
mod tests {
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
        let scene = draw(&redirected(), 5, Width::Wide);
        let names: Vec<&str> = scene.lanes.iter().map(|lane| lane.name).collect();
        assert_eq!(names, ["client", "origin"], "only those that take part");
        let said: Vec<(&str, Tone)> = scene.rows.iter().map(|row| (row.label.text.as_str(), row.tone)).collect();
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
        assert_eq!(scene.gaps.iter().map(|gap| gap.text.as_str()).collect::<Vec<_>>(), ["⋯ 5 s ⋯"]);
    }

    #[test]
    fn nothing_moves_while_it_plays() {
        let sequence = redirected();
        for width in [Width::Wide, Width::Narrow] {
            let end = draw(&sequence, 5, width);
            for events in 0..5 {
                let scene = draw(&sequence, events, width);
                assert_eq!((scene.height, scene.rows.len(), &scene.gaps), (end.height, 5, &end.gaps));
                for (row, last) in scene.rows.iter().zip(&end.rows) {
                    assert_eq!((row.top, &row.line), (last.top, &last.line));
                    assert_eq!(row.phase == Phase::Ahead, row.event >= events);
                    assert_eq!(row.label.text.is_empty(), row.event >= events, "what is still to come keeps its words");
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
        for (scene, most, sign) in [(draw(&sequence, 5, Width::Wide), 900, 7.2), (draw(&sequence, 5, Width::Narrow), 251, 6.6)] {
            assert!(scene.width <= most);
            for row in &scene.rows {
                let wide = row.label.text.chars().count() as f64 * sign;
                let from = match row.label.anchor {
                    "start" => f64::from(row.label.x),
                    "end" => f64::from(row.label.x) - wide,
                    _ => f64::from(row.label.x) - wide / 2.0,
                };
                assert!(from >= 50.0 && from + wide <= f64::from(scene.width), "{}: {from} to {}", row.label.text, from + wide);
            }
            assert!(scene.rows[0].label.text.ends_with('…') && !scene.rows[0].title.contains('…'), "the whole of it is in the title");
        }
    }

    #[test]
    fn a_second_is_no_gap() {
        // A sequence that begins late has none before its first event.
        let asked = event(9_000, Lane::Client, Lane::Origin, request("http://a/", "/"));
        let late = Sequence { events: vec![asked, event(10_000, Lane::Origin, Lane::Client, answer(200))] };
        assert!(draw(&late, 2, Width::Wide).gaps.is_empty());
    }

    #[test]
    fn the_picture_is_said_in_a_sentence() {
        let label = draw(&redirected(), 2, Width::Wide).label;
        assert_eq!(label, "5 events between client and origin, in order. So far: 2. The last one: 0.050 s, origin to client: 302 Found.");
        assert_eq!(draw(&Sequence::default(), 0, Width::Narrow).label, "Nothing is sent.");
    }
}
