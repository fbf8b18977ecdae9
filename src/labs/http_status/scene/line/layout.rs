//! Where the parts of a row stand. Three ways: one line with room for names, questions and exits side by side; a column with
//! the name above its questions; and a slim column, where only the name and what decided have words.

use crate::http::graph::Station;
use crate::http::status;

use super::rows::{Line, Row};
use super::text::{self, fitting, wrap};
use super::{Branch, Exit, ExitLook, Face, LineScene, Look, Mark, Stop, Tone, Width, Words};

/// From a middle to its baseline.
const BASE: i32 = 4;
/// From the top of a row to the middle of its first line.
const HALF: i32 = 8;
/// Between the lines of a sentence.
const LEADING: i32 = 14;
/// Between the left edges of exits, and the size of one.
const EXIT_STEP: i32 = 33;
const EXIT: (i32, i32) = (29, 17);
const EXIT_ROW: i32 = 21;
/// The exit of this path is larger.
const TERMINUS: (i32, i32) = (38, 22);
/// Room above the deciding stop, for the branch that leaves over its words.
const LEAD: i32 = 8;
/// Where the exits begin if there is room beside the questions.
///
/// So that seven stand side by side to the right of it.
const EXITS: i32 = 312;
/// Exits that most readers have met. They stand first, and others are counted first where room is short.
const COMMON: [u16; 25] =
    [200, 201, 204, 206, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 416, 429, 500, 502, 503, 504];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Roomy,
    Column,
    Slim,
}

/// The measures of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    kind: Kind,
    pub width: i32,
    /// Where the rail is.
    pub line: i32,
    /// Where the words beside it begin.
    text: i32,
    /// From stop to stop.
    step: i32,
    /// From row to row.
    pub gap: i32,
}

impl Style {
    /// Of a line that has the width to itself.
    pub fn alone(width: Width) -> Style {
        match width {
            Width::Wide => Style { kind: Kind::Roomy, width: width.px(), line: 105, text: 119, step: 17, gap: 10 },
            Width::Narrow => Style { kind: Kind::Column, width: width.px(), line: 9, text: 22, step: 17, gap: 7 },
        }
    }

    /// Of one of two.
    pub fn beside(width: Width) -> Style {
        let half = (width.px() - super::GUTTER) / 2;
        match width {
            Width::Wide => Style { kind: Kind::Column, width: half, line: 9, text: 22, step: 17, gap: 7 },
            Width::Narrow => Style { kind: Kind::Slim, width: half, line: 9, text: 20, step: 13, gap: 5 },
        }
    }
}

/// Draws the rows of one line.
pub struct Pen<'a, 'b> {
    scene: &'a mut LineScene,
    line: &'a Line<'b>,
    /// Where the line's own width begins.
    left: i32,
    style: Style,
    /// On the sign at which the lines part.
    parting: &'a str,
}

impl<'a, 'b> Pen<'a, 'b> {
    pub fn new(scene: &'a mut LineScene, line: &'a Line<'b>, left: i32, style: Style, parting: &'a str) -> Pen<'a, 'b> {
        Pen { scene, line, left, style, parting }
    }

    /// Whose rules the line follows. Like all that draws, says where it ends.
    pub fn profile(&mut self, top: i32) -> i32 {
        self.lines(self.line.run.profile.label(), self.left, top + HALF + BASE, self.style.width, 2, Face::Profile);
        // Two lines for both, so that they begin at the same height.
        top + HALF + LEADING + HALF
    }

    /// One row from `top` on.
    pub fn row(&mut self, row: &Row, top: i32) -> i32 {
        match self.style.kind {
            Kind::Roomy => self.roomy(row, top),
            Kind::Column | Kind::Slim => self.column(row, top),
        }
    }

    fn roomy(&mut self, row: &Row, top: i32) -> i32 {
        let decides = |place: usize| self.line.decider() == Some(place);
        let lead = row.asked.first().is_some_and(|first| decides(*first));
        let first = top + HALF + if lead { LEAD } else { 0 };
        let (text, exits) = (self.left + self.style.text, self.left + EXITS);
        let right = self.left + self.style.width;
        self.name(row, self.left, first);
        if row.asked.is_empty() {
            self.aside(row, self.left + self.style.line, first);
            self.words(text, first + BASE, format!("{} not asked", row.rest.len()), Face::Small);
            return self.exits(row, (exits, right), first, 1);
        }
        let mut bottom = first + HALF;
        if !row.rest.is_empty() {
            self.words(self.left, first + LEADING + BASE + 1, format!("+{} not asked", row.rest.len()), Face::Small);
            self.aside(row, self.left + self.style.line - 10, first + LEADING + 1);
            bottom = first + LEADING + HALF + 1;
        }
        let mut decided = None;
        let mut y = first;
        for (index, place) in row.asked.iter().enumerate() {
            let decider = self.line.decider() == Some(*place);
            if decider {
                y += if index > 0 { LEAD } else { 0 };
                decided = Some(y);
            }
            self.stop(*place, y, EXITS - 8);
            let lines = if decider { self.reason(*place, text, y, exits - 10 - text, 4) } else { self.label(*place, text, y) };
            bottom = bottom.max(y + HALF + (lines - 1) * LEADING);
            y += self.style.step + (lines - 1) * LEADING;
        }
        let Some(at) = decided else {
            let rows = (bottom - first + HALF) / EXIT_ROW;
            return bottom.max(self.exits(row, (exits, right), first, rows.max(1)));
        };
        // The other exits stand above the one that is taken if they can, or else below it.
        let ended = self.terminus((exits, at), right, true);
        let above = (at - LEAD - HALF - (first - HALF)) / EXIT_ROW;
        let others =
            if above > 0 { self.exits(row, (exits, right), first, above) } else { self.exits(row, (exits, right), ended + HALF + 4, 1) };
        bottom.max(ended).max(others)
    }

    fn column(&mut self, row: &Row, top: i32) -> i32 {
        let slim = self.style.kind == Kind::Slim;
        let (rail, text, right) = (self.left + self.style.line, self.left + self.style.text, self.left + self.style.width);
        let first = top + HALF;
        let after = self.name(row, text, first) + 10;
        self.exits(row, (after, right), first, 1);
        if row.asked.is_empty() {
            self.aside(row, rail, first);
            return first + HALF;
        }
        let mut y = first + LEADING + 3;
        let mut decided = false;
        for place in &row.asked {
            if self.line.fork == Some(*place) {
                self.part(text, y);
                y += LEADING + 2;
            }
            self.stop(*place, y, self.style.width - 4);
            if self.line.decider() == Some(*place) {
                decided = true;
                let lines = self.reason(*place, text, y, right - text, if slim { 6 } else { 3 });
                let end = y + lines * LEADING + TERMINUS.1 / 2;
                let below = self.terminus((text + 6, end), right, false);
                self.branch((rail, y), (text + 4, end), false);
                y = below + self.style.step - HALF;
            } else if slim {
                y += self.style.step;
            } else {
                self.label(*place, text, y);
                y += self.style.step;
            }
        }
        if !slim && !row.rest.is_empty() {
            self.aside(row, if decided { rail } else { rail + 8 }, y);
            self.words(text, y + BASE, format!("+{} not asked", row.rest.len()), Face::Small);
            y += self.style.step;
        }
        y - self.style.step + HALF
    }

    /// The station's name; says where it ends on the right.
    fn name(&mut self, row: &Row, x: i32, y: i32) -> i32 {
        let name = capital(row.station);
        let face = if row.asked.is_empty() { Face::StationPale } else { Face::Station };
        let end = x + text::width(&name, face);
        self.words(x, y + BASE, name, face);
        end
    }

    fn words(&mut self, x: i32, y: i32, text: String, face: Face) {
        self.scene.words.push(Words { line: self.line.index, x, y, text, face });
    }

    /// Words in as many lines as they take; says how many.
    fn lines(&mut self, words: &str, x: i32, y: i32, width: i32, most: usize, face: Face) -> i32 {
        let mut y = y;
        let lines = wrap(words, fitting(width, face), most);
        let count = lines.len();
        for line in lines {
            self.words(x, y, line, face);
            y += LEADING;
        }
        i32::try_from(count.max(1)).unwrap_or(1)
    }

    fn stop(&mut self, place: usize, y: i32, reach: i32) {
        let Some(asked) = self.line.asked.get(place) else { return };
        let answer = if asked.yes { "Yes" } else { "No" };
        let title =
            if place < self.line.ridden { format!("{} {answer}: {}", asked.question, asked.reason) } else { asked.question.to_owned() };
        self.scene.stops.push(Stop {
            line: self.line.index,
            x: self.left + self.style.line,
            y,
            look: self.line.look(place),
            step: Some(place),
            at: asked.at,
            current: place + 1 == self.line.ridden,
            reach: (reach - self.style.line, self.style.step),
            title,
        });
    }

    /// All questions of a row that are not asked, as one stop.
    fn aside(&mut self, row: &Row, x: i32, y: i32) {
        let title = format!("Not asked: {}", row.rest.join(" "));
        self.scene.stops.push(Stop {
            line: self.line.index,
            x,
            y,
            look: Look::Aside,
            step: None,
            at: None,
            current: false,
            reach: (6, 12),
            title,
        });
    }

    fn face(&self, place: usize) -> Face {
        if place + 1 == self.line.ridden {
            Face::LabelNow
        } else if place < self.line.ridden {
            Face::Label
        } else {
            Face::LabelAhead
        }
    }

    /// The short form of a question, in one line.
    fn label(&mut self, place: usize, x: i32, y: i32) -> i32 {
        if let Some(asked) = self.line.asked.get(place) {
            let label = match asked.interim() {
                Some(status) if place < self.line.ridden => format!("{}: {status}", asked.label),
                _ => asked.label.to_owned(),
            };
            self.words(x, y + BASE, text::shorten(&label, super::labels::LONGEST), self.face(place));
        }
        1
    }

    /// Why the request leaves here. Before it does, only the question; the room is kept.
    fn reason(&mut self, place: usize, x: i32, y: i32, width: i32, most: usize) -> i32 {
        let Some(asked) = self.line.asked.get(place) else { return 1 };
        if place < self.line.ridden {
            return self.lines(&asked.reason, x, y + BASE, width, most, Face::Reason);
        }
        let kept = wrap(&asked.reason, fitting(width, Face::Reason), most).len().max(1);
        self.lines(asked.label, x, y + BASE, width, most.min(kept), Face::LabelAhead);
        i32::try_from(kept).unwrap_or(1)
    }

    /// The exit of this path, its middle at `at.1`, with what its status is called beside or, where it is slim, below.
    fn terminus(&mut self, at: (i32, i32), right: i32, over: bool) -> i32 {
        let (x, y) = at;
        let Some(status) = self.line.status else {
            self.words(x, y + BASE, "no answer".to_owned(), Face::Small);
            return y + TERMINUS.1 / 2;
        };
        let (out, tone) = (self.line.answered, Tone::of(status));
        let called = status::reason(status).unwrap_or_default();
        self.scene.exits.push(Exit {
            line: self.line.index,
            x,
            y: y - TERMINUS.1 / 2,
            width: TERMINUS.0,
            height: TERMINUS.1,
            look: if out { ExitLook::Taken(tone) } else { ExitLook::Pale },
            text: status.to_string(),
            step: self.line.decider(),
            code: Some(status),
            title: asks_for(status),
        });
        if over {
            self.branch((self.left + self.style.line, y), (x - 2, y), true);
        }
        let slim = self.style.kind == Kind::Slim;
        let beside = if slim { x } else { x + TERMINUS.0 + 7 };
        let face = Face::Outcome(tone);
        let count = wrap(called, fitting(right - beside, face), 3).len();
        let extra = i32::try_from(count.saturating_sub(1)).unwrap_or(0) * LEADING;
        let baseline = if slim { y + TERMINUS.1 / 2 + LEADING } else { y + BASE - extra / 2 };
        if out {
            self.lines(called, beside, baseline, right - beside, 3, face);
        }
        (y + TERMINUS.1 / 2).max(baseline + extra + 3)
    }

    /// Only when the answer is out.
    fn branch(&mut self, from: (i32, i32), to: (i32, i32), over: bool) {
        if self.line.answered && self.line.status.is_some() {
            self.scene.branches.push(Branch { line: self.line.index, from, to, over, tone: self.line.tone() });
        }
    }

    /// The sign and the words at which two lines part.
    fn part(&mut self, x: i32, y: i32) {
        self.scene.marks.push(Mark { line: self.line.index, x, y, title: self.parting.to_owned() });
        self.words(x + 14, y + BASE, "here they part".to_owned(), Face::Fork);
    }

    /// The exits of a row that are not taken, in so many rows from the middle `y` on: those that have been used, those that
    /// are common, and then all others. Where room is short, the last are counted.
    fn exits(&mut self, row: &Row, span: (i32, i32), y: i32, rows: i32) -> i32 {
        let (left, right) = span;
        let last = row.asked.last().is_some_and(|place| self.line.decider() == Some(*place));
        let taken = self.line.status.filter(|_| last);
        let slim = self.style.kind == Kind::Slim;
        let shown = |status: &u16| Some(*status) != taken && (!slim || self.line.sent(row, *status));
        let mut all: Vec<u16> = row.exits.iter().copied().filter(shown).collect();
        all.sort_by_key(|status| (!self.line.sent(row, *status), !COMMON.contains(status), *status));
        let across = (right - left + EXIT_STEP - EXIT.0) / EXIT_STEP;
        let room = usize::try_from(across.max(0) * rows.max(0)).unwrap_or(0);
        if room == 0 || all.is_empty() {
            return y + HALF;
        }
        let kept = if all.len() <= room { all.len() } else { room - 1 };
        let rest = all.split_off(kept);
        let mut boxes: Vec<(String, Option<u16>, String, ExitLook)> = Vec::with_capacity(kept + 1);
        for status in all {
            let look = if self.line.sent(row, status) { ExitLook::Sent } else { ExitLook::Pale };
            boxes.push((status.to_string(), Some(status), asks_for(status), look));
        }
        if !rest.is_empty() {
            let names: Vec<String> = rest.iter().map(u16::to_string).collect();
            boxes.push((format!("+{}", rest.len()), None, names.join(", "), ExitLook::More));
        }
        let mut bottom = y + HALF;
        for (index, (text, code, title, look)) in boxes.into_iter().enumerate() {
            let index = i32::try_from(index).unwrap_or(0);
            let (column, down) = (index % across, index / across);
            let top = y - EXIT.1 / 2 + down * EXIT_ROW;
            bottom = bottom.max(top + EXIT.1);
            self.scene.exits.push(Exit {
                line: self.line.index,
                x: left + column * EXIT_STEP,
                y: top,
                width: EXIT.0,
                height: EXIT.1,
                look,
                text,
                step: None,
                code,
                title,
            });
        }
        bottom
    }
}

/// What a click on an exit asks: `How do I get 304 Not Modified?`.
fn asks_for(status: u16) -> String {
    let name = format!("{status} {}", status::reason(status).unwrap_or_default());
    format!("How do I get {}?", name.trim_end())
}

/// `Preconditions`.
fn capital(station: Station) -> String {
    let name = station.name();
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
