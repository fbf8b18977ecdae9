//! Trace → picture. Horizontal places are percentages, so that one picture fits every width without shrinking;
//! only the state's area is stretched. What lies in the future is covered by the view, not drawn anew.

use std::fmt::Write;

use super::run::{Lane, Trace};
use super::scenario::{Action, Algorithm};
use super::why::window_words;
use crate::limiters::Settings;
use crate::sim::Nanos;

/// Heights in pixels, from the top of a lane.
pub const ARRIVALS_HEIGHT: u32 = 30;
pub const LANE_HEIGHT: u32 = 92;
const MARKS_AT: u32 = 28;
const AREA_TOP: u32 = 42;
const AREA_HEIGHT: u32 = 46;

/// A moment as a percentage of the run, with two decimals.
pub fn percent(at: Nanos, length: Nanos) -> String {
    let hundredths = u128::from(at.0) * 10_000 / u128::from(length.0.max(1));
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    if rest == 0 { format!("{whole}%") } else { format!("{whole}.{rest:02}%") }
}

/// Whole seconds or a handful of even parts, for the axis.
pub fn ticks(length: Nanos) -> Vec<Nanos> {
    let steps = [100u64, 250, 500, 1_000, 2_000, 5_000, 10_000].map(Nanos::from_millis);
    let step = steps.into_iter().find(|step| length.0 / step.0 <= 6).unwrap_or(Nanos::from_millis(20_000));
    (0..=length.0 / step.0).map(|n| Nanos(step.0 * n)).collect()
}

/// The arrivals as a row of strokes; the reader's own are longer and have the mark of an intervention.
pub fn arrivals_svg(trace: &Trace) -> String {
    let length = trace.scenario.length;
    let mut svg = String::new();
    for arrival in &trace.arrivals {
        let (x, class) = (percent(arrival.at, length), if arrival.by_reader { "tick mine" } else { "tick" });
        let _ = write!(svg, "<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"8\" y2=\"24\"/>");
    }
    for made in &trace.scenario.interventions {
        let word = match made.action {
            Action::Send(count) => format!("{count} sent by you"),
            Action::Limit(limit) => format!("limit set to {limit}"),
            Action::Burst(burst) => format!("burst set to {burst}"),
        };
        let _ = write!(svg, "<text class=\"act\" x=\"{}\" y=\"8\"><title>{word} at {}</title>▲</text>", percent(made.at, length), made.at);
    }
    svg
}

/// One limiter: what it decided, over its state and the line that decides.
pub fn lane_svg(trace: &Trace, lane: &Lane) -> String {
    let length = trace.scenario.length;
    let top = ceiling(lane);
    let mut svg = String::new();

    if lane.algorithm == Algorithm::FixedWindow && length.0 / trace.scenario.window.0 <= 40 {
        for n in 1..length.0.div_ceil(trace.scenario.window.0) {
            let x = percent(Nanos(trace.scenario.window.0 * n), length);
            let _ = write!(svg, "<line class=\"boundary\" x1=\"{x}\" x2=\"{x}\" y1=\"16\" y2=\"{}\"/>", AREA_TOP + AREA_HEIGHT);
        }
    }
    let _ = write!(
        svg,
        "<svg y=\"{AREA_TOP}\" width=\"100%\" height=\"{AREA_HEIGHT}\" viewBox=\"0 0 10000 100\" preserveAspectRatio=\"none\"><path class=\"state\" d=\"{}\"/></svg>",
        area(lane, length, top)
    );
    for (index, (from, settings)) in lane.settings.iter().enumerate() {
        let until = lane.settings.get(index + 1).map_or(length, |(at, _)| *at);
        let (value, word) = threshold(lane.algorithm, *settings);
        let y = f64::from(AREA_TOP) + f64::from(AREA_HEIGHT) * (1.0 - value / top);
        let _ = write!(
            svg,
            "<line class=\"limit\" x1=\"{}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
            percent(*from, length),
            percent(until, length)
        );
        // At its end, inside the area: the dots stand above the line.
        let _ = write!(
            svg,
            "<text class=\"limit-word\" x=\"{}\" y=\"{:.1}\" dx=\"-3\">{word}</text>",
            percent(until, length),
            if y + 12.0 > f64::from(LANE_HEIGHT) - 4.0 { y - 3.0 } else { y + 11.0 }
        );
    }
    for (arrival, decision) in trace.arrivals.iter().zip(&lane.decisions) {
        let x = percent(arrival.at, length);
        if decision.admitted() {
            let _ = write!(svg, "<circle class=\"pass\" cx=\"{x}\" cy=\"{MARKS_AT}\" r=\"3.6\"/>");
        } else {
            let _ = write!(svg, "<use class=\"stop\" href=\"#refused\" x=\"{x}\" y=\"{MARKS_AT}\"/>");
        }
    }
    svg
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
    // Only where it is worst: three alarms at once would say nothing.
    let most = trace.lanes.iter().filter_map(|lane| lane.worst).map(|worst| worst.count).max();
    let worst = lane.worst.filter(|worst| worst.count > trace.scenario.limit as usize && Some(worst.count) == most)?;
    let length = trace.scenario.length;
    let end = (worst.start + trace.scenario.window).min(length);
    Some(Alarm {
        from: percent(worst.start, length),
        width: percent(end - worst.start, length),
        on_the_left: worst.start.0 < length.0 / 2,
        words: format!("{} admitted in {}, the limit is {}", worst.count, window_words(trace.scenario.window), trace.scenario.limit),
        after: worst.last,
    })
}

/// The value at which a limiter refuses, and its name.
fn threshold(algorithm: Algorithm, settings: Settings) -> (f64, String) {
    match algorithm {
        Algorithm::FixedWindow => (f64::from(settings.limit), format!("limit {}", settings.limit)),
        Algorithm::TokenBucket => (1.0f64.min(f64::from(settings.burst)), "1 token".to_owned()),
        Algorithm::Gcra => {
            let tolerance = settings.window.0 / u64::from(settings.limit) * u64::from(settings.burst - 1);
            (Nanos(tolerance).as_secs_f64(), format!("τ {}", Nanos(tolerance)))
        }
    }
}

/// What the area's full height stands for.
fn ceiling(lane: &Lane) -> f64 {
    let highest = lane.readings.iter().map(|(_, reading)| *reading).fold(0.0, f64::max);
    let lines = lane.settings.iter().map(|(_, settings)| threshold(lane.algorithm, *settings).0).fold(0.0, f64::max);
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
    use crate::labs::rate_limiting::{presets, run};

    #[test]
    fn the_surprise_is_written_where_it_happens() {
        let trace = run(&presets::first().scenario());
        let alarm = alarm(&trace, &trace.lanes[0]).unwrap();
        assert_eq!(alarm.words, "16 admitted in one second, the limit is 8");
        assert_eq!((alarm.from.as_str(), alarm.width.as_str()), ("17.50%", "25%"));
    }

    #[test]
    fn every_decision_has_its_mark() {
        let trace = run(&presets::first().scenario());
        for lane in &trace.lanes {
            let svg = lane_svg(&trace, lane);
            assert_eq!(svg.matches("class=\"pass\"").count(), lane.admitted(trace.arrivals.len()));
            assert_eq!(svg.matches("#refused").count(), trace.arrivals.len() - lane.admitted(trace.arrivals.len()));
        }
    }

    #[test]
    fn an_axis_has_a_handful_of_ticks() {
        for millis in [500, 4_000, 5_000, 9_999, 60_000] {
            let count = ticks(Nanos::from_millis(millis)).len();
            assert!((3..=7).contains(&count), "{millis}: {count}");
        }
    }
}
