//! The railway line: every question that a server asks, from top to bottom, and where the request leaves. One line, or two
//! side by side with the place marked at which they part.
//!
//! Stations stand in the order in which this server asks, which for RFC 9110 is that of [`Station::ALL`]. A server that comes
//! back to a station has it twice, so that the ridden part is always one straight line. Stations that nothing was asked at
//! follow below, pale. The layout depends on the run alone, never on the moment: while it plays, nothing moves.

mod labels;
mod layout;
mod legend;
mod rows;
mod svg;
#[cfg(test)]
mod tests;
pub(super) mod text;

pub use legend::{Sign, legend};
pub use svg::{sign, svg};

use crate::labs::http_status::compare::Fork;
use crate::labs::http_status::run::{Now, Run};
use crate::sim::Nanos;

use layout::{Pen, Style};
use rows::{Line, align};

/// For which of two places the picture is drawn. It is never scaled: text keeps its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Wide,
    Narrow,
}

impl Width {
    /// A screen of 320 px leaves 251 within the plate.
    pub fn px(self) -> i32 {
        match self {
            Width::Wide => 540,
            Width::Narrow => 250,
        }
    }
}

/// What a final status is to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Pass,
    /// Elsewhere, or what it has already.
    State,
    Stop,
}

impl Tone {
    pub fn of(status: u16) -> Tone {
        match status {
            100..=299 => Tone::Pass,
            300..=399 => Tone::State,
            _ => Tone::Stop,
        }
    }
}

/// How a stop looks: by shape as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Will be asked on this path.
    Ahead,
    Passed,
    /// Passed, with a no where a yes was hoped for: the way to a refusal.
    Refused,
    /// Passed, and an interim response went out.
    Interim,
    /// Here the answer was decided.
    Decided(Tone),
    /// Questions that this path never comes to, gathered into one.
    Aside,
}

/// A question as a point on the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// 0 for the first line, 1 for the one beside it.
    pub line: usize,
    pub x: i32,
    pub y: i32,
    pub look: Look,
    /// Its place in the path.
    pub step: Option<usize>,
    /// When the transport shows it.
    pub at: Option<Nanos>,
    /// The last question that was answered.
    pub current: bool,
    /// How far to the right, and how high, it takes a click.
    pub reach: (i32, i32),
    pub title: String,
}

/// How a status box looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitLook {
    Pale,
    /// An interim response that has gone out.
    Sent,
    Taken(Tone),
    /// Stands for several that there is no room for.
    More,
}

/// A status box beside its station.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    pub line: usize,
    /// Left and top.
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub look: ExitLook,
    pub text: String,
    /// For the exit of this path: the place of the question that led there.
    pub step: Option<usize>,
    /// The status that a click asks for; `None` where there are several.
    pub code: Option<u16>,
    pub title: String,
}

/// From the deciding stop to the taken exit.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    pub line: usize,
    pub from: (i32, i32),
    pub to: (i32, i32),
    /// Over what is written beside the stop; else down below it.
    pub over: bool,
    pub tone: Tone,
}

/// What words are, and so how they are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Whose rules they are.
    Profile,
    Station,
    StationPale,
    Label,
    LabelAhead,
    LabelNow,
    Reason,
    Small,
    /// What the status is called.
    Outcome(Tone),
    /// Where two servers part.
    Fork,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub line: usize,
    pub x: i32,
    /// The baseline.
    pub y: i32,
    pub text: String,
    pub face: Face,
}

impl Words {
    /// About how many pixels they take.
    pub fn width(&self) -> i32 {
        text::width(&self.text, self.face)
    }
}

/// The rail of a line, from its first stop to its last.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    pub line: usize,
    pub x: i32,
    pub from: i32,
    pub to: i32,
    /// How far it has been ridden.
    pub ridden: Option<i32>,
}

/// The sign at which two servers part: its left edge and its middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub line: usize,
    pub x: i32,
    pub y: i32,
    pub title: String,
}

/// The whole picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineScene {
    pub width: i32,
    pub height: i32,
    /// One sentence for each line, for those who do not see it.
    pub about: String,
    pub tracks: Vec<Track>,
    pub branches: Vec<Branch>,
    pub stops: Vec<Stop>,
    pub exits: Vec<Exit>,
    pub words: Vec<Words>,
    pub marks: Vec<Mark>,
}

/// Above the first row, and below the last.
const MARGIN: i32 = 6;
/// Between two lines.
const GUTTER: i32 = 12;

/// The picture at a moment of the first run. The other run shows the same moment of the transport.
pub fn draw(run: &Run, other: Option<&Run>, fork: Option<&Fork>, now: Now, width: Width) -> LineScene {
    draw_beside(run, now, other.map(|other| (other, other.now(moment(run, now)))), fork, width)
}

/// As [`draw`], for a caller that knows exactly what the other run shows.
pub fn draw_beside(run: &Run, now: Now, other: Option<(&Run, Now)>, fork: Option<&Fork>, width: Width) -> LineScene {
    let first = Line::new(0, run, now, fork.map(|fork| fork.left));
    let second = other.map(|(other, now)| Line::new(1, other, now, fork.map(|fork| fork.right)));
    let words = fork.map_or("", |fork| fork.words.as_str());
    let mut scene = LineScene { width: width.px(), ..LineScene::default() };
    match second {
        None => {
            let style = Style::alone(width);
            let pairs: Vec<_> = (0..first.rows.len()).map(|row| [Some(row), None]).collect();
            scene.about = format!("{}.", first.about());
            stack(&mut scene, &[first], &pairs, style, words);
        }
        Some(second) => {
            let style = Style::beside(width);
            let pairs = align(&first.rows, &second.rows);
            let named = |line: &Line| format!("{}: {}.", line.run.profile.label(), line.about());
            scene.about = format!("{} {}", named(&first), named(&second));
            stack(&mut scene, &[first, second], &pairs, style, words);
        }
    }
    scene
}

/// The moment of the transport at which a run shows `now`.
fn moment(run: &Run, now: Now) -> Nanos {
    if now.beats >= run.beats.len() {
        return Nanos(u64::MAX);
    }
    now.beats.checked_sub(1).and_then(|last| run.beats.get(last)).map_or(Nanos::ZERO, |beat| beat.at)
}

/// Draws row under row. Rows of the same pair begin at the same height.
fn stack(scene: &mut LineScene, lines: &[Line], pairs: &[[Option<usize>; 2]], style: Style, parting: &str) {
    let mut y = MARGIN;
    let left = |line: &Line| if line.index == 0 { 0 } else { style.width + GUTTER };
    if lines.len() > 1 {
        let bottoms = lines.iter().map(|line| Pen::new(scene, line, left(line), style, parting).profile(y));
        y = bottoms.max().unwrap_or(y) + style.gap;
    }
    for pair in pairs {
        let mut bottom = y;
        for (line, row) in lines.iter().zip(pair) {
            if let Some(row) = row.and_then(|row| line.rows.get(row)) {
                bottom = bottom.max(Pen::new(scene, line, left(line), style, parting).row(row, y));
            }
        }
        y = bottom + style.gap;
    }
    scene.height = y - style.gap + MARGIN;
    for line in lines {
        let x = left(line) + style.line;
        let on_track = |stop: &&Stop| stop.line == line.index && stop.x == x;
        let been = |stop: &&Stop| stop.step.is_some_and(|step| step < line.ridden);
        let ridden = scene.stops.iter().filter(on_track).filter(been).map(|stop| stop.y).max();
        let ys = || scene.stops.iter().filter(on_track).map(|stop| stop.y);
        if let (Some(from), Some(to)) = (ys().min(), ys().max()) {
            scene.tracks.push(Track { line: line.index, x, from, to, ridden });
        }
    }
}
