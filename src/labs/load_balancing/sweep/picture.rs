//! Curves as a picture, and as rows of text.

use std::fmt::Write;

use super::{Curve, Parameter, Point};
use crate::labs::frame::markup::escaped;
use crate::sim::Nanos;
use crate::sim::confidence::Interval;

/// The curves as rows of text, for whoever does not see the picture: a row for each value, a column for each lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

pub fn table(parameter: Parameter, curves: &[Curve]) -> Table {
    let first = if parameter == Parameter::None { "Measured".to_owned() } else { parameter.label().to_owned() };
    let values = curves.first().map(|curve| curve.points.as_slice()).unwrap_or_default();
    let row = |(index, point): (usize, &Point)| {
        let name = if parameter == Parameter::None { "p99".to_owned() } else { parameter.write(point.value) };
        let cells = curves.iter().map(|curve| curve.points.get(index).map_or_else(String::new, cell));
        std::iter::once(name).chain(cells).collect::<Vec<String>>()
    };
    Table {
        head: std::iter::once(first).chain(curves.iter().map(|curve| curve.label.clone())).collect(),
        rows: values.iter().enumerate().map(row).collect(),
    }
}

/// `12.3 ms ± 0.8 ms, 12 runs`.
fn cell(point: &Point) -> String {
    let Some(mean) = point.mean else {
        return if point.failed > 0 { "nobody was answered".to_owned() } else { "not yet".to_owned() };
    };
    let mut text = seconds(mean);
    if let Some(interval) = point.interval {
        let _ = write!(text, " ± {}", seconds(interval.half_width));
    }
    let _ = write!(text, ", {} {}", point.runs, if point.runs == 1 { "run" } else { "runs" });
    if point.answered < 0.999_5 {
        let _ = write!(text, ", {:.1} % answered", point.answered * 100.0);
    }
    if point.failed > 0 {
        let _ = write!(text, ", and {} in which nobody was answered", point.failed);
    }
    text
}

pub fn seconds(seconds: f64) -> String {
    Nanos::from_secs_f64(seconds).to_string()
}

/// Pixels from the top: the picture, and where the plot begins and ends.
pub const HEIGHT: u32 = 360;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 322.0;
/// Percent of the width that stay free at either side of the plot.
const MARGIN: f64 = 2.0;
/// Between labels: pixels from top to top, and percent of the width.
const LINE: f64 = 15.0;
const LABEL: f64 = 9.0;

/// The curves over a logarithmic scale of time: for each lane N a band (`band-N`), a line (`line-N`), dots (`dot-N`) and its
/// name (`label-N`). Horizontal places are percentages, so that the picture fits every width and its text keeps its size.
pub fn curve_svg(parameter: Parameter, curves: &[Curve]) -> String {
    let mut svg = format!("<svg class=\"sweep\" width=\"100%\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{}\">", title(parameter));
    let known = || curves.iter().flat_map(|curve| &curve.points);
    let lows = known().filter_map(|point| point.interval.map(|interval| interval.low()).filter(|low| *low > 0.0).or(point.mean));
    let highs = known().filter_map(|point| point.interval.map(|interval| interval.high()).or(point.mean));
    // A band that reaches down to nothing would have no end on this scale.
    let least = known().filter_map(|point| point.mean).fold(f64::INFINITY, f64::min) / 4.0;
    let lowest = lows.fold(f64::INFINITY, f64::min).max(least).max(1e-9) / 1.15;
    let highest = highs.fold(0.0, f64::max).max(lowest) * 1.15;
    if !lowest.is_finite() {
        svg.push_str("<text class=\"tick\" x=\"50%\" y=\"50%\" text-anchor=\"middle\">Nothing is measured yet.</text></svg>");
        return svg;
    }
    let values = curves.first().map(|curve| curve.points.iter().map(|point| point.value).collect()).unwrap_or_default();
    let scale = Scale { parameter, values, lowest, highest };
    scale.axes(&mut svg);
    // Stretched to the width; what has to keep its shape comes after it.
    let _ = write!(svg, "<svg width=\"100%\" height=\"{HEIGHT}\" viewBox=\"0 0 10000 {HEIGHT}\" preserveAspectRatio=\"none\">");
    curves.iter().for_each(|curve| scale.band(&mut svg, curve));
    curves.iter().for_each(|curve| scale.line(&mut svg, curve));
    svg.push_str("</svg>");
    curves.iter().for_each(|curve| scale.dots(&mut svg, curve));
    scale.labels(&mut svg, curves);
    svg.push_str("</svg>");
    svg
}

fn title(parameter: Parameter) -> String {
    match parameter {
        Parameter::None => "The 99th percentile of each policy over many seeds".to_owned(),
        _ => format!("The 99th percentile of each policy by {}", parameter.label().to_lowercase()),
    }
}

/// Where things are.
struct Scale {
    parameter: Parameter,
    values: Vec<f64>,
    lowest: f64,
    highest: f64,
}

impl Scale {
    /// In percent.
    fn x(&self, value: f64) -> f64 {
        // Servers double from place to place.
        let along = |value: f64| if self.parameter == Parameter::Servers { libm::log(value.max(1.0)) } else { value };
        let [first, last] = [self.values.first(), self.values.last()].map(|value| along(value.copied().unwrap_or(0.0)));
        if last > first { MARGIN + (100.0 - 2.0 * MARGIN) * (along(value) - first) / (last - first) } else { 50.0 }
    }

    /// In pixels from the top.
    fn y(&self, seconds: f64) -> f64 {
        let height = libm::log(seconds.clamp(self.lowest, self.highest) / self.lowest) / libm::log(self.highest / self.lowest);
        BOTTOM - (BOTTOM - TOP) * height
    }

    fn axes(&self, svg: &mut String) {
        for tick in ticks(self.lowest, self.highest) {
            grid_line(svg, self.y(tick), &seconds(tick));
        }
        let _ = write!(svg, "<line class=\"axis\" x1=\"0%\" x2=\"100%\" y1=\"{BOTTOM}\" y2=\"{BOTTOM}\"/>");
        // From the right, where curves bend; what has no room goes without.
        let mut free = f64::INFINITY;
        for (index, value) in self.values.iter().enumerate().rev() {
            let x = self.x(*value);
            if free - x < LABEL || self.parameter == Parameter::None {
                continue;
            }
            free = x;
            let anchor = match index {
                _ if self.values.len() == 1 => "middle",
                0 => "start",
                _ if index + 1 == self.values.len() => "end",
                _ => "middle",
            };
            let _ = write!(
                svg,
                "<text class=\"tick\" x=\"{x:.2}%\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                BOTTOM + 18.0,
                self.parameter.write(*value)
            );
        }
        let unit = self.parameter.unit();
        if !unit.is_empty() {
            let _ = write!(svg, "<text class=\"unit\" x=\"50%\" y=\"{}\" text-anchor=\"middle\">{unit}</text>", BOTTOM + 34.0);
        }
    }

    /// A place in the stretched picture.
    fn place(&self, value: f64, seconds: f64) -> String {
        format!("{:.0},{:.1} ", self.x(value) * 100.0, self.y(seconds))
    }

    fn band(&self, svg: &mut String, curve: &Curve) {
        let known: Vec<(f64, Interval)> = curve.points.iter().filter_map(|point| Some((point.value, point.interval?))).collect();
        if known.len() < 2 {
            return;
        }
        let above: String = known.iter().map(|(value, interval)| self.place(*value, interval.high())).collect();
        let below: String = known.iter().rev().map(|(value, interval)| self.place(*value, interval.low())).collect();
        let _ = write!(svg, "<polygon class=\"band-{}\" points=\"{}\"/>", curve.lane, format!("{above}{below}").trim_end());
    }

    fn line(&self, svg: &mut String, curve: &Curve) {
        let places: String = curve.points.iter().filter_map(|point| Some(self.place(point.value, point.mean?))).collect();
        let _ = write!(
            svg,
            "<polyline class=\"line-{}\" fill=\"none\" vector-effect=\"non-scaling-stroke\" points=\"{}\"/>",
            curve.lane,
            places.trim_end()
        );
    }

    fn dots(&self, svg: &mut String, curve: &Curve) {
        for point in &curve.points {
            let Some(mean) = point.mean else { continue };
            let value = self.parameter.write(point.value);
            let comma = if value.is_empty() { "" } else { ", " };
            // With a single value there is no band to see the spread by.
            if let Some(interval) = point.interval.filter(|_| curve.points.len() == 1) {
                let _ = write!(
                    svg,
                    "<line class=\"whisker-{}\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{:.1}\" y2=\"{:.1}\"/>",
                    curve.lane,
                    self.y(interval.low()),
                    self.y(interval.high()),
                    x = self.x(point.value) + apart(curve.lane)
                );
            }
            let _ = write!(
                svg,
                "<circle class=\"dot-{}\" cx=\"{:.2}%\" cy=\"{:.1}\" r=\"3\"><title>{}{comma}{value}: {}</title></circle>",
                curve.lane,
                self.x(point.value) + if curve.points.len() == 1 { apart(curve.lane) } else { 0.0 },
                self.y(mean),
                escaped(&curve.label),
                cell(point)
            );
        }
    }

    fn labels(&self, svg: &mut String, curves: &[Curve]) {
        let last = |curve: &Curve| curve.points.iter().rev().find_map(|point| point.mean);
        let ends = curves.iter().filter_map(|curve| Some((self.y(last(curve)?), curve.lane, curve.label.as_str())));
        labels(svg, ends.collect(), [TOP, BOTTOM], MARGIN);
    }
}

/// Across the plot, so many pixels from the top, with what it stands for.
pub fn grid_line(svg: &mut String, y: f64, stands_for: &str) {
    let _ = write!(
        svg,
        "<line class=\"grid\" x1=\"0%\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
         <text class=\"tick\" x=\"0%\" y=\"{:.1}\">{stands_for}</text>",
        y - 3.0
    );
}

/// Names at the ends of lines, pushed apart where lines end together. Of each: where its line ends, its lane, its name. The
/// plot reaches from `top` to `bottom`, and leaves `margin` percent free at the right.
pub fn labels(svg: &mut String, mut ends: Vec<(f64, usize, &str)>, [top, bottom]: [f64; 2], margin: f64) {
    ends.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut free = top - 8.0;
    for (index, &(y, lane, name)) in ends.iter().enumerate() {
        // Those still to come need room as well.
        let room = bottom - 4.0 - LINE * (ends.len() - 1 - index) as f64;
        let y = (y - 7.0).max(free).min(room.max(free));
        free = y + LINE;
        let _ =
            write!(svg, "<text class=\"label-{lane}\" x=\"{}%\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", 100.0 - margin, escaped(name));
    }
}

/// Lanes of a picture with one value stand beside one another: so many percent from the middle.
fn apart(lane: usize) -> f64 {
    (lane as f64 - 2.5) * 6.0
}

/// Round times between the two: 1, 2 and 5 of each power of ten, or fewer where that would be too many.
pub fn ticks(lowest: f64, highest: f64) -> Vec<f64> {
    let from = libm::log10(lowest).floor() as i32;
    let until = libm::log10(highest).ceil() as i32;
    let of = |steps: &'static [f64], every: i32| -> Vec<f64> {
        let decades = (from..=until).filter(move |power| power.rem_euclid(every) == 0);
        let all = decades.flat_map(move |power| steps.iter().map(move |step| step * libm::pow(10.0, f64::from(power))));
        all.filter(|tick| (lowest..=highest).contains(tick)).collect()
    };
    let finest: [(&'static [f64], i32); 4] = [(&[1.0, 2.0, 5.0], 1), (&[1.0], 1), (&[1.0], 2), (&[1.0], 3)];
    let choices = finest.map(|(steps, every)| of(steps, every));
    let [finest, ..] = &choices;
    // A scale so short that no round number lies in it has its ends.
    if finest.is_empty() {
        return vec![lowest, highest];
    }
    choices.iter().find(|ticks| ticks.len() <= 8).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ADDRESS, outcome, swept};
    use super::super::{Plan, Sweep};
    use super::*;

    #[test]
    fn tables_say_what_the_picture_shows() {
        let sweep = swept(Parameter::Load, 3);
        let table = table(Parameter::Load, &sweep.curves());
        assert_eq!(table.head, ["Load", "Random", "Power of choices, d = 3"]);
        assert_eq!((table.rows.len(), table.rows[9][0].as_str(), table.rows[10][0].as_str()), (11, "95 %", "99 %"));
        // 500, 501 and 502 ms: t of 2 degrees is 4.3027, times 1 ms ÷ √3.
        assert_eq!(table.rows[4][1], "501 ms ± 2.48 ms, 3 runs, 90.0 % answered");
        let empty = Sweep::new(Plan::new(ADDRESS, Parameter::None, 3, 1_000));
        assert_eq!(super::table(Parameter::None, &empty.curves()).rows, [["p99", "not yet", "not yet"]]);
    }

    #[test]
    fn pictures_are_whole() {
        for parameter in [Parameter::None, Parameter::Load, Parameter::Servers, Parameter::Choices] {
            let sweep = swept(parameter, 4);
            let svg = curve_svg(parameter, &sweep.curves());
            let count = sweep.plan().values.len() * 2;
            assert_eq!(svg.matches("<circle class=\"dot-").count(), count, "{parameter:?}");
            assert_eq!(svg.matches("<polygon class=\"band-").count(), if count == 2 { 0 } else { 2 }, "{parameter:?}");
            assert_eq!(svg.matches("<polyline class=\"line-").count(), 2, "{parameter:?}");
            assert_eq!(svg.matches("class=\"label-").count(), 2, "{parameter:?}");
            assert_eq!(svg.matches("<svg").count(), svg.matches("</svg>").count());
            assert!(svg.contains(" ms</text>") || svg.contains(" s</text>"), "{svg}");
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("style="), "{svg}");
        }
        let empty = Sweep::new(Plan::new(ADDRESS, Parameter::Load, 3, 1_000));
        assert!(curve_svg(Parameter::Load, &empty.curves()).contains("Nothing is measured yet."));
        let mut one = empty.clone();
        one.take(0, &outcome(0.25));
        let svg = curve_svg(Parameter::Load, &one.curves());
        assert!(svg.contains("Random, 10 %: 250 ms, 1 run, 90.0 % answered") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn scales_have_a_handful_of_round_ticks() {
        for (lowest, highest) in [(0.001, 0.002), (0.003, 0.9), (1e-5, 10.0), (1e-9, 1e5), (0.0101, 0.0102)] {
            let ticks = ticks(lowest, highest);
            assert!((1..=8).contains(&ticks.len()) && ticks.is_sorted(), "{lowest} to {highest}: {ticks:?}");
        }
        let millis: Vec<String> = ticks(0.008, 0.12).into_iter().map(seconds).collect();
        assert_eq!(millis, ["10 ms", "20 ms", "50 ms", "100 ms"]);
    }
}
