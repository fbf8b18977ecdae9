//! The scene as SVG. Text and not elements of the page, since while a run plays all of it is drawn anew with every question.

use std::fmt::Write;

use super::{Branch, Exit, ExitLook, Face, LineScene, Look, Mark, Stop, Tone, Track, Words};
use crate::labs::frame::markup::escaped;

/// What stands inside the `<svg>`. A stop with a moment carries it as `data-at`.
pub fn svg(scene: &LineScene) -> String {
    let mut out = String::with_capacity(24_000);
    for track in &scene.tracks {
        rail(&mut out, track);
    }
    for one in &scene.branches {
        branch(&mut out, one);
    }
    for one in &scene.exits {
        exit(&mut out, one);
    }
    for one in &scene.stops {
        stop(&mut out, one);
    }
    for one in &scene.marks {
        mark(&mut out, one);
    }
    for one in &scene.words {
        words(&mut out, one);
    }
    out
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Pass => "rl-pass",
        Tone::State => "rl-state",
        Tone::Stop => "rl-stop",
    }
}

fn rail(out: &mut String, track: &Track) {
    let Track { x, from, to, ridden, .. } = track;
    let _ = write!(out, r#"<path class="rl-rail" d="M{x} {from}V{to}"/>"#);
    if let Some(ridden) = ridden {
        let _ = write!(out, r#"<path class="rl-ridden" d="M{x} {from}V{ridden}"/>"#);
    }
}

fn branch(out: &mut String, branch: &Branch) {
    let ((x, y), (end, below)) = (branch.from, branch.to);
    let _ = write!(out, r#"<path class="rl-branch {}" d="M{x} {y}"#, tone(branch.tone));
    let _ = if branch.over {
        let over = y - 13;
        let bends = (y - 9, x + 8, x + 26, end - 24);
        write!(out, "C{x} {} {} {over} {} {over}H{}C{} {over} {} {y} {end} {below}", bends.0, bends.1, bends.2, bends.3, end - 10, end - 13)
    } else {
        write!(out, "V{}Q{x} {below} {} {below}H{end}", below - 9, x + 9)
    };
    out.push_str("\"/>");
}

fn exit(out: &mut String, exit: &Exit) {
    let Exit { x, y, width, height, .. } = exit;
    let class = match exit.look {
        ExitLook::Pale => "rl-exit".to_owned(),
        ExitLook::Sent => "rl-exit rl-sent".to_owned(),
        ExitLook::More => "rl-exit rl-more".to_owned(),
        ExitLook::Taken(how) => format!("rl-exit rl-taken {}", tone(how)),
    };
    let _ = write!(out, r#"<g class="{class}""#);
    if let Some(code) = exit.code {
        let _ = write!(out, r#" data-code="{code}""#);
    }
    let _ = write!(out, "><title>{}</title>", escaped(&exit.title));
    if exit.code.is_some() {
        // Takes a click somewhat around the box too, as far as its neighbours allow.
        let _ = write!(out, r#"<path class="rl-reach" d="M{} {}h{}v{}h-{2}z"/>"#, x - 2, y - 2, width + 4, height + 4);
    }
    if exit.look != ExitLook::More {
        let _ = write!(out, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>"#);
    }
    let _ = write!(out, r#"<text x="{}" y="{}">{}</text></g>"#, x + width / 2, y + height / 2 + 4, escaped(&exit.text));
}

fn stop(out: &mut String, stop: &Stop) {
    let Stop { x, y, .. } = stop;
    let (reach, height) = stop.reach;
    let _ = write!(out, "<g class=\"{}\"", class(stop.look));
    if let Some(at) = stop.at {
        let _ = write!(out, r#" data-at="{}""#, at.0);
    }
    let _ = write!(out, "><title>{}</title>", escaped(&stop.title));
    let _ = write!(out, r#"<rect class="rl-hit" x="{}" y="{}" width="{}" height="{height}"/>"#, x - 8, y - height / 2, reach + 8);
    if stop.current {
        let _ = write!(out, r#"<circle class="rl-now" cx="{x}" cy="{y}" r="8"/>"#);
    }
    shape(out, stop.look, *x, *y);
    out.push_str("</g>");
}

/// A stop as the legend shows it, in a square of 16 px.
pub fn sign(look: Look) -> String {
    let mut out = format!("<g class=\"{}\">", class(look));
    shape(&mut out, look, 8, 8);
    out.push_str("</g>");
    out
}

fn class(look: Look) -> String {
    let own = match look {
        Look::Ahead => "rl-ahead",
        Look::Passed => "rl-passed",
        Look::Refused => "rl-refused",
        Look::Interim => "rl-interim",
        Look::Decided(how) => return format!("rl-point rl-decided {}", tone(how)),
        Look::Aside => "rl-aside",
    };
    format!("rl-point {own}")
}

fn shape(out: &mut String, look: Look, x: i32, y: i32) {
    let _ = match look {
        Look::Ahead => write!(out, r#"<circle cx="{x}" cy="{y}" r="3.5"/>"#),
        Look::Aside => write!(out, r#"<circle cx="{x}" cy="{y}" r="2.5"/>"#),
        Look::Passed => write!(out, r#"<circle cx="{x}" cy="{y}" r="4.5"/>"#),
        // ◯
        Look::Refused => write!(out, r#"<circle cx="{x}" cy="{y}" r="5"/>"#),
        // ◐
        Look::Interim => write!(out, r#"<circle cx="{x}" cy="{y}" r="5"/><path d="M{x} {}A5 5 0 0 0 {x} {}Z"/>"#, y - 5, y + 5),
        Look::Decided(Tone::Pass) => write!(out, r#"<circle cx="{x}" cy="{y}" r="6"/>"#),
        Look::Decided(Tone::State) => {
            write!(out, r#"<path d="M{x} {}L{} {y}L{x} {}L{} {y}Z"/>"#, y - 7, x + 7, y + 7, x - 7)
        }
        // ✕
        Look::Decided(Tone::Stop) => write!(
            out,
            r#"<circle cx="{x}" cy="{y}" r="6.5"/><path class="rl-cross" d="M{l} {t}L{r} {b}M{l} {b}L{r} {t}"/>"#,
            l = x - 3,
            r = x + 3,
            t = y - 3,
            b = y + 3
        ),
    };
}

/// A fork in the way, drawn: few fonts have the sign.
fn mark(out: &mut String, mark: &Mark) {
    let Mark { x, y, .. } = mark;
    let _ = write!(
        out,
        r#"<g class="rl-mark"><title>{}</title><path d="M{m} {b}V{c}L{x} {t}M{m} {c}L{r} {t}"/></g>"#,
        escaped(&mark.title),
        m = x + 5,
        r = x + 10,
        t = y - 5,
        c = y + 1,
        b = y + 6
    );
}

fn words(out: &mut String, words: &Words) {
    let class = match words.face {
        Face::Profile => "rl-profile",
        Face::Station => "rl-station",
        Face::StationPale => "rl-station rl-pale",
        Face::Label => "rl-label",
        Face::LabelAhead => "rl-label rl-pale",
        Face::LabelNow => "rl-label rl-current",
        Face::Reason => "rl-reason",
        Face::Small => "rl-small",
        Face::Outcome(Tone::Pass) => "rl-outcome rl-pass",
        Face::Outcome(Tone::State) => "rl-outcome rl-state",
        Face::Outcome(Tone::Stop) => "rl-outcome rl-stop",
        Face::Fork => "rl-fork",
    };
    let _ = write!(out, r#"<text class="{class}" x="{}" y="{}">{}</text>"#, words.x, words.y, escaped(&words.text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Nanos;

    #[test]
    fn a_stop_knows_its_moment_and_shows_what_it_is_by_its_shape() {
        let mut point = Stop {
            line: 0,
            x: 9,
            y: 20,
            look: Look::Passed,
            step: Some(0),
            at: Some(Nanos(7)),
            current: false,
            reach: (100, 17),
            title: "Is it < 3?".to_owned(),
        };
        let drawn = |point: &Stop| {
            let mut out = String::new();
            stop(&mut out, point);
            out
        };
        assert!(drawn(&point).contains("data-at=\"7\"") && drawn(&point).contains("&lt; 3?"));
        assert!(!drawn(&point).contains("rl-now"));
        point.current = true;
        point.look = Look::Decided(Tone::Stop);
        assert!(drawn(&point).contains("rl-now") && drawn(&point).contains("rl-cross"));
        let shapes = [Look::Ahead, Look::Passed, Look::Refused, Look::Interim, Look::Decided(Tone::Pass), Look::Decided(Tone::State)];
        let shapes = shapes.map(|look| {
            point.look = look;
            let all = drawn(&point);
            all.split("r=\"8\"/>").nth(1).map(str::to_owned)
        });
        for (index, shape) in shapes.iter().enumerate() {
            assert!(shape.is_some() && !shapes.iter().skip(index + 1).any(|other| other == shape), "{shape:?}");
        }
    }

    #[test]
    fn an_exit_asks_for_its_code() {
        let box_of = |code: Option<u16>, look: ExitLook| {
            let mut out = String::new();
            let title = "How do I get 304 Not Modified?".to_owned();
            exit(&mut out, &Exit { line: 0, x: 4, y: 9, width: 29, height: 17, look, text: "304".to_owned(), step: None, code, title });
            out
        };
        let pale = box_of(Some(304), ExitLook::Pale);
        assert!(pale.contains("data-code=\"304\"") && pale.contains("<title>How do I get 304 Not Modified?</title>"));
        assert!(pale.contains("M2 7h33v21h-33z"), "{pale}");
        assert!(!box_of(None, ExitLook::More).contains("data-code"));
    }
}
