//! Trace → picture. Horizontal places are percentages, so that one picture fits every width without shrinking;
//! only the state's area is stretched. What lies in the future is covered by the view, not drawn anew.

use std::fmt::Write;

use super::lane::{Handled, Lane};
use super::run::Trace;
use super::scenario::{Action, Algorithm, Scope};
use super::why::window_words;
use crate::limiters::{Line, Unit, Verdict};
use crate::sim::Nanos;

/// Heights in pixels, from the top of a lane.
pub const ARRIVALS_HEIGHT: u32 = 30;
pub const LANE_HEIGHT: u32 = 92;
const MARKS_AT: u32 = 28;
const AREA_TOP: u32 = 42;
const AREA_HEIGHT: u32 = 46;
/// With more than this in a lane, marks would be a smear: shares of time are drawn instead.
const MOST_MARKS: usize = 400;
const COLUMNS: usize = 240;

/// A moment as a percentage of the run, with two decimals.
pub fn percent(at: Nanos, length: Nanos) -> String {
    let hundredths = u128::from(at.0) * 10_000 / u128::from(length.0.max(1));
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    if rest == 0 { format!("{whole}%") } else { format!("{whole}.{rest:02}%") }
}

/// Whole seconds or a handful of even parts, for the axis.
pub fn ticks(length: Nanos) -> Vec<Nanos> {
    const STEPS: [u64; 15] =
        [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
    let step = STEPS.map(Nanos::from_millis).into_iter().find(|step| length.0 / step.0 <= 6);
    let step = step.unwrap_or(Nanos((length.0 / 6 / 3_600_000_000_000 + 1) * 3_600_000_000_000));
    (0..=length.0 / step.0).map(|n| Nanos(step.0 * n)).collect()
}

/// The arrivals as a row of strokes; the reader's own are longer and have the mark of an intervention.
pub fn arrivals_svg(trace: &Trace) -> String {
    let length = trace.scenario.length;
    let several = shows_one_of_several(trace);
    let mut svg = String::new();
    for arrival in &trace.arrivals {
        let x = percent(arrival.at, length);
        let class = match (arrival.by_reader, several && arrival.client != trace.scenario.watched) {
            (true, _) => "tick mine",
            (false, true) => "tick other",
            (false, false) => "tick",
        };
        let _ = write!(svg, "<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"8\" y2=\"24\"/>");
    }
    for made in &trace.scenario.interventions {
        let word = match made.action {
            Action::Send(count) => format!("{count} sent by you"),
            Action::Limit(limit) => format!("limit set to {limit}"),
            Action::Burst(burst) => format!("burst set to {burst}"),
            Action::Slow(factor) => format!("work takes {factor} times as long"),
        };
        let _ = write!(svg, "<text class=\"act\" x=\"{}\" y=\"8\"><title>{word} at {}</title>▲</text>", percent(made.at, length), made.at);
    }
    svg
}

/// Whether only one of several limiters is drawn: the others' requests stand back.
fn shows_one_of_several(trace: &Trace) -> bool {
    trace.scenario.scope == Scope::PerClient && trace.scenario.clients() > 1
}

/// One limiter: what it decided, over its state and the line that decides.
pub fn lane_svg(trace: &Trace, lane: &Lane) -> String {
    let length = trace.scenario.length;
    let top = ceiling(lane);
    let mut svg = String::new();

    let window = trace.scenario.settings(&lane.spec).window;
    let aligned = matches!(lane.spec.algorithm, Algorithm::FixedWindow | Algorithm::SlidingCounter);
    if aligned && length.0 / window.0 <= 40 {
        for n in 1..length.0.div_ceil(window.0) {
            let x = percent(Nanos(window.0 * n), length);
            let _ = write!(svg, "<line class=\"boundary\" x1=\"{x}\" x2=\"{x}\" y1=\"16\" y2=\"{}\"/>", AREA_TOP + AREA_HEIGHT);
        }
    }
    let _ = write!(
        svg,
        "<svg y=\"{AREA_TOP}\" width=\"100%\" height=\"{AREA_HEIGHT}\" viewBox=\"0 0 10000 100\" preserveAspectRatio=\"none\"><path class=\"state\" d=\"{}\"/></svg>",
        area(lane, length, top)
    );
    for (index, (from, line)) in lane.lines.iter().enumerate() {
        let until = lane.lines.get(index + 1).map_or(length, |(at, _)| *at);
        let y = f64::from(AREA_TOP) + f64::from(AREA_HEIGHT) * (1.0 - line.value / top);
        let _ = write!(
            svg,
            "<line class=\"limit\" x1=\"{}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
            percent(*from, length),
            percent(until, length)
        );
        // At its end, inside the area: the marks stand above the line. A line that moves all the time is named once.
        if lane.lines.len() <= 6 || index + 1 == lane.lines.len() {
            let below = if y + 12.0 > f64::from(LANE_HEIGHT) - 4.0 { y - 3.0 } else { y + 11.0 };
            let _ = write!(
                svg,
                "<text class=\"limit-word\" x=\"{}\" y=\"{below:.1}\" dx=\"-3\">{}</text>",
                percent(until, length),
                line_word(*line)
            );
        }
    }
    if lane.handled.len() > MOST_MARKS {
        columns(&mut svg, lane, length);
    } else {
        let several = shows_one_of_several(trace);
        for handled in &lane.handled {
            mark(&mut svg, handled, length, several && handled.client != trace.scenario.watched);
        }
    }
    svg
}

fn mark(svg: &mut String, handled: &Handled, length: Nanos, other: bool) {
    let x = percent(handled.at, length);
    let other = if other { " other" } else { "" };
    let _ = match handled.decision.verdict {
        Verdict::Admitted => write!(svg, "<circle class=\"pass{other}\" cx=\"{x}\" cy=\"{MARKS_AT}\" r=\"3.6\"/>"),
        // From where it came to where it went on.
        Verdict::Delayed { .. } => {
            let on = percent(handled.through_at().min(length), length);
            write!(
                svg,
                "<line class=\"held{other}\" x1=\"{x}\" x2=\"{on}\" y1=\"{y}\" y2=\"{y}\"/><use class=\"wait{other}\" href=\"#delayed\" x=\"{x}\" y=\"{MARKS_AT}\"/>",
                y = MARKS_AT + 7
            )
        }
        Verdict::Rejected { .. } => write!(svg, "<use class=\"stop{other}\" href=\"#refused\" x=\"{x}\" y=\"{MARKS_AT}\"/>"),
    };
}

/// Many requests: for each share of the run how many were admitted, delayed and refused, stacked, against the fullest.
fn columns(svg: &mut String, lane: &Lane, length: Nanos) {
    let mut counts = vec![[0u32; 3]; COLUMNS];
    for handled in &lane.handled {
        let column = (u128::from(handled.at.0) * COLUMNS as u128 / u128::from(length.0.max(1))) as usize;
        let kind = match handled.decision.verdict {
            Verdict::Admitted => 0,
            Verdict::Delayed { .. } => 1,
            Verdict::Rejected { .. } => 2,
        };
        counts[column.min(COLUMNS - 1)][kind] += 1;
    }
    columns_svg(svg, &counts, f64::from(MARKS_AT) + 8.0, 32.0);
}

/// Stacked columns over the whole width, standing on `bottom`, `height` pixels for the fullest.
pub fn columns_svg(svg: &mut String, counts: &[[u32; 3]], bottom: f64, height: f64) {
    let fullest = f64::from(counts.iter().map(|kinds| kinds.iter().sum::<u32>()).max().unwrap_or(0).max(1));
    let width = 100.0 / counts.len().max(1) as f64;
    for (index, kinds) in counts.iter().enumerate() {
        let mut y = bottom;
        for (count, class) in kinds.iter().zip(["pass", "wait", "stop"]).filter(|(count, _)| **count > 0) {
            let tall = f64::from(*count) / fullest * height;
            y -= tall;
            let _ = write!(
                svg,
                "<rect class=\"column {class}\" x=\"{:.2}%\" width=\"{:.2}%\" y=\"{y:.1}\" height=\"{tall:.1}\"/>",
                index as f64 * width,
                width * 0.9
            );
        }
    }
}

/// The worst true window, if more got through than the limit says: where it lies and what it says there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub from: String,
    pub width: String,
    /// In the left half the words begin where the window does; in the right half they end where it ends.
    pub on_the_left: bool,
    pub words: String,
    /// It shows from here on.
    pub after: Nanos,
}

pub fn alarm(trace: &Trace, lane: &Lane) -> Option<Alarm> {
    if lane.spec.algorithm.by_concurrency() {
        return None;
    }
    // Only where it is worst: three alarms at once would say nothing.
    let most = trace
        .lanes
        .iter()
        .filter(|lane| !lane.spec.algorithm.by_concurrency())
        .filter_map(|lane| lane.worst)
        .map(|worst| worst.count)
        .max();
    let settings = trace.scenario.settings(&lane.spec);
    let worst = lane.worst.filter(|worst| worst.count > settings.limit as usize && Some(worst.count) == most)?;
    let length = trace.scenario.length;
    let end = (worst.start + settings.window).min(length);
    Some(Alarm {
        from: percent(worst.start.min(length), length),
        width: percent(end - worst.start, length),
        on_the_left: worst.start.0 < length.0 / 2,
        words: format!("{} admitted in {}, the limit is {}", worst.count, window_words(settings.window), settings.limit),
        after: worst.last,
    })
}

/// What the line at which a limiter refuses is called.
fn line_word(Line { value, unit }: Line) -> String {
    match unit {
        Unit::Counted | Unit::InFlight => format!("limit {value}"),
        Unit::Tokens => "1 token".to_owned(),
        Unit::Excess => format!("burst {value}"),
        Unit::Ahead => format!("τ {}", Nanos::from_secs_f64(value)),
        Unit::Waiting => format!("patience {}", Nanos::from_secs_f64(value)),
    }
}

/// What the area's full height stands for.
fn ceiling(lane: &Lane) -> f64 {
    let highest = lane.readings.iter().map(|(_, reading)| *reading).fold(0.0, f64::max);
    let lines = lane.lines.iter().map(|(_, line)| line.value).fold(0.0, f64::max);
    // A patience of an hour over waits of a second would flatten everything.
    let lines = if lane.lines.iter().all(|(_, line)| line.unit == Unit::Waiting) { lines.min(highest.max(0.001) * 4.0) } else { lines };
    highest.max(lines).max(1e-9)
}

fn area(lane: &Lane, length: Nanos, top: f64) -> String {
    let x = |at: Nanos| u128::from(at.0) * 10_000 / u128::from(length.0.max(1));
    let mut path = String::from("M0 100");
    let mut last = (u128::MAX, i64::MAX);
    for (at, reading) in &lane.readings {
        let point = (x(*at), (100.0 * (1.0 - reading / top)).round() as i64);
        if point != last {
            let _ = write!(path, "L{} {}", point.0, point.1);
        }
        last = point;
    }
    path.push_str("L10000 100Z");
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::{Scenario, presets, run};

    #[test]
    fn the_surprise_is_written_where_it_happens() {
        let trace = run(&presets::first().scenario());
        let alarm = alarm(&trace, &trace.lanes[0]).unwrap();
        assert_eq!(alarm.words, "16 admitted in one second, the limit is 8");
        assert_eq!((alarm.from.as_str(), alarm.width.as_str()), ("17.50%", "25%"));
    }

    #[test]
    fn every_decision_has_its_mark() {
        let (scenario, _) = Scenario::from_address("lanes=fixed,token,gcra,nginx,nginx(nodelay)&burst=4");
        let trace = run(&scenario);
        for lane in &trace.lanes {
            let svg = lane_svg(&trace, lane);
            let delayed = lane.handled.iter().filter(|handled| handled.decision.wait() > Nanos::ZERO).count();
            assert_eq!(svg.matches("class=\"pass\"").count() + delayed, lane.admitted(trace.scenario.length));
            assert_eq!(svg.matches("#delayed").count(), delayed);
            assert_eq!(svg.matches("#refused").count(), lane.handled.len() - lane.admitted(trace.scenario.length));
        }
    }

    #[test]
    fn an_axis_has_a_handful_of_ticks() {
        for millis in [500, 4_000, 5_000, 9_999, 60_000, 3_600_000, 86_400_000, 900_000_000] {
            let count = ticks(Nanos::from_millis(millis)).len();
            assert!((2..=7).contains(&count), "{millis}: {count}");
        }
    }
}
