//! Sequence → picture: who takes part as vertical rules, every message as an arrow from one to another, from the top down.
//!
//! Rows are even, not to scale: a message a day later would lie a thousand screens below. The moment stands beside each row,
//! and where more than a second passes the picture says how much.

#[cfg(test)]
mod tests;
mod words;

use super::line::text::wrap;
use crate::http::sequence::{Event, Lane, Message, Sequence};
pub use words::change;
use words::{clock, label, origin, words};

/// Below the names of the lanes.
const HEAD: i32 = 34;
const ROW: i32 = 46;
/// From the top of a row down to its arrow, and from there to the next row.
const ARROW: i32 = 28;
const BELOW: i32 = ROW - ARROW;
/// Between the lines of words.
const LEADING: i32 = 14;
/// Lines of a sentence, beside its lane and below it. The whole of it stands in the title and in the list of steps.
const MOST_BESIDE: usize = 3;
const MOST_BELOW: usize = 6;
/// Where time passes.
const GAP: i32 = 26;

/// How much room there is. A picture is never scaled: of those that fit, the style sheet shows the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// On a phone.
    Narrow,
    /// As wide as so many lanes need.
    Wide,
    /// The whole width of a large plate.
    Broad,
}

impl Room {
    /// In the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Room::Narrow => "narrow",
            Room::Wide => "wide",
            Room::Broad => "broad",
        }
    }
}

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
    /// Lines of words; none until the event has been, though their room is kept.
    pub label: Vec<Text>,
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
    /// About how many pixels it takes.
    pub wide: i32,
}

impl Text {
    /// Left, top, width and height of what hides a rule behind the words.
    pub fn behind(&self) -> (i32, i32, i32, i32) {
        let left = match self.anchor {
            "start" => self.x,
            "end" => self.x - self.wide,
            _ => self.x - self.wide / 2,
        };
        (left - 2, self.y - 10, self.wide + 4, 13)
    }
}

/// A span in which nothing happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub x1: i32,
    pub x2: i32,
    pub y: i32,
    /// `⋯ 5.000 s ⋯`.
    pub text: Text,
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
pub fn draw(sequence: &Sequence, events: usize, room: Room) -> LadderScene {
    let lanes = sequence.lanes();
    let measure = Measure::new(&lanes, room);
    let first_url = sequence.requests().first().map(|(url, _)| origin(url).to_owned()).unwrap_or_default();
    let (mut rows, mut gaps) = (Vec::new(), Vec::new());
    let mut y = HEAD;
    let mut last_ms = sequence.events.first().map_or(0, |event| event.at_ms);
    for (index, event) in sequence.events.iter().enumerate() {
        let passed = event.at_ms.saturating_sub(last_ms);
        if passed > 1_000 {
            let (x1, x2) = (measure.left, measure.right);
            let text = small(i32::midpoint(x1, x2), y + GAP / 2 + 4, format!("⋯ {} ⋯", clock(passed)));
            gaps.push(Gap { x1, x2, y: y + GAP / 2, text });
            y += GAP;
        }
        last_ms = event.at_ms;
        let phase = match index + 1 {
            place if place > events => Phase::Ahead,
            place if place == events => Phase::Latest,
            _ => Phase::Been,
        };
        let row = measure.row(event, index, phase, y, &first_url);
        y += row.height;
        rows.push(row);
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
    narrow: bool,
}

impl Measure {
    fn new(lanes: &[Lane], room: Room) -> Measure {
        let between = i32::try_from(lanes.len()).unwrap_or(4).max(2) - 1;
        let narrow = room == Room::Narrow;
        let (first, span) = match (room, between) {
            // What a screen of 320 px leaves within the plate.
            (Room::Narrow, _) => (70, 154),
            (Room::Wide, 1) => (96, 440),
            (Room::Wide, 2) => (96, 672),
            (Room::Wide, _) => (96, 732),
            (Room::Broad, _) => (96, 828),
        };
        let places = lanes.iter().zip(0..).map(|(lane, place)| (*lane, first + span * place / between)).collect();
        let total = first + span + if narrow { 26 } else { 56 };
        let left = first - if narrow { 14 } else { 20 };
        Measure { lanes: places, left, right: total - 4, total, sign: if narrow { 66 } else { 72 }, narrow }
    }

    fn x(&self, lane: Lane) -> i32 {
        self.lanes.iter().find(|(own, _)| *own == lane).map_or(self.left, |(_, x)| *x)
    }

    fn wide(&self, text: &str) -> i32 {
        (i32::try_from(text.chars().count()).unwrap_or(0) * self.sign + 9) / 10
    }

    /// How many signs fit.
    fn signs(&self, room: i32) -> usize {
        usize::try_from(room * 10 / self.sign).unwrap_or(0).max(1)
    }

    /// Lines from a first baseline down.
    fn texts(&self, lines: Vec<String>, x: i32, y: i32, anchor: &'static str) -> Vec<Text> {
        let place = |(text, line): (String, i32)| Text { x, y: y + line * LEADING, anchor, wide: self.wide(&text), text };
        lines.into_iter().zip(0..).map(place).collect()
    }

    fn row(&self, event: &Event, index: usize, phase: Phase, top: i32, first_url: &str) -> Row {
        let (x1, x2) = (self.x(event.from), self.x(event.to));
        // What is still to come has no words yet, but the room for them.
        let words = words(event, first_url);
        let (mut shape, y) = if x1 == x2 { self.standing(event, x1, top, &words) } else { self.going(event, x1, x2, top, &words) };
        let mut bottom = shape.label.iter().map(|line| line.y + 8).max().unwrap_or(0).max(y + BELOW);
        let badge = (!event.changes.is_empty()).then(|| {
            let text = if event.changes.len() == 1 { "1 change".to_owned() } else { format!("{} changes", event.changes.len()) };
            let below = shape.label.iter().map(|line| line.y + LEADING).max().unwrap_or(0);
            let baseline = below.max(y + 15);
            bottom = bottom.max(baseline + 3);
            small(i32::midpoint(x1, x2), baseline, text)
        });
        if phase == Phase::Ahead {
            shape.label.clear();
        }
        Row {
            event: index,
            top,
            height: bottom - top,
            clock: clock(event.at_ms),
            clock_y: y + 4,
            tone: Tone::of(&event.message),
            phase,
            dashed: matches!(event.message, Message::Interim(_) | Message::NetworkError(_)),
            line: shape.line,
            tip: shape.tip,
            cross: shape.cross,
            label: shape.label,
            badge: badge.filter(|_| phase != Phase::Ahead),
            title: if phase == Phase::Ahead { "Still to come.".to_owned() } else { event.step() },
        }
    }

    /// From lane to lane, in a row that begins at `top`; also says where the arrow is. Words stand above it: between the two
    /// lanes if they fit there in two lines, or else as wide as the picture. What went wrong is a sentence, which on a phone
    /// stands below.
    fn going(&self, event: &Event, x1: i32, x2: i32, top: i32, words: &str) -> (Shape, i32) {
        let ahead = if x2 > x1 { 1 } else { -1 };
        let lost = matches!(event.message, Message::NetworkError(_));
        let below = lost && self.narrow;
        let lines = if below { wrap(words, self.signs(self.right - 4), MOST_BELOW) } else { self.above((x2 - x1).abs() - 14, words) };
        let more = if below { 0 } else { i32::try_from(lines.len()).unwrap_or(1).max(1) - 1 };
        let y = top + ARROW + more * LEADING;
        let label = if below {
            self.texts(lines, 4, y + 18, "start")
        } else {
            let half = lines.iter().map(|line| self.wide(line)).max().unwrap_or(0) / 2 + 1;
            let x = i32::midpoint(x1, x2).min(self.right - half).max(self.left + half);
            self.texts(lines, x, y - 7 - more * LEADING, "middle")
        };
        let shape = Shape {
            line: format!("M{x1} {y}H{}", x2 - ahead * 7),
            tip: if lost { String::new() } else { format!("M{x2} {y}l{} -4.5v9z", -9 * ahead) },
            cross: if lost { cross(x2, y) } else { String::new() },
            label,
        };
        (shape, y)
    }

    /// The lines over an arrow, for whose two lanes there is so much room between.
    fn above(&self, between: i32, words: &str) -> Vec<String> {
        let signs = self.signs(between);
        let lines = wrap(words, signs, usize::MAX);
        let whole = words.split_whitespace().all(|word| word.chars().count() <= signs);
        if whole && lines.len() <= 2 { lines } else { wrap(words, self.signs(self.right - self.left), if self.narrow { 3 } else { 2 }) }
    }

    /// On one lane: a bracket while it waits, a ✕ where it gives up. The words stand on the side with room, or on a phone, if
    /// one line of it is not enough, below.
    fn standing(&self, event: &Event, x: i32, top: i32, words: &str) -> (Shape, i32) {
        let y = top + ARROW;
        let lost = matches!(event.message, Message::NetworkError(_));
        let (to_right, to_left) = (self.right - x, x - self.left);
        let side = if to_right >= to_left { 1 } else { -1 };
        let beside = wrap(words, self.signs(to_right.max(to_left) - 18), if self.narrow { usize::MAX } else { MOST_BESIDE });
        let label = if self.narrow && beside.len() > 1 {
            self.texts(wrap(words, self.signs(self.right - 4), MOST_BELOW), 4, y + if lost { 20 } else { 27 }, "start")
        } else {
            self.texts(beside, x + 18 * side, y + 4, if side > 0 { "start" } else { "end" })
        };
        let shape = Shape {
            line: if lost { String::new() } else { format!("M{} {}h{}v26h{}", x + 4 * side, y - 13, 7 * side, -7 * side) },
            tip: String::new(),
            cross: if lost { cross(x, y) } else { String::new() },
            label,
        };
        (shape, y)
    }
}

/// What stands small and in the middle.
fn small(x: i32, y: i32, text: String) -> Text {
    let wide = i32::try_from(text.chars().count()).unwrap_or(0) * 6;
    Text { x, y, anchor: "middle", text, wide }
}

struct Shape {
    line: String,
    tip: String,
    cross: String,
    label: Vec<Text>,
}

fn cross(x: i32, y: i32) -> String {
    format!("M{} {}l12 12m0 -12l-12 12", x - 6, y - 6)
}
