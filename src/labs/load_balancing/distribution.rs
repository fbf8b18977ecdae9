//! The whole distribution of the time from arrival to answer, lane by lane, as HdrHistogram plots it: time over the
//! percentile, where each place to the right leaves a tenth of the requests that the one before it left.
//!
//! Up to a moment it is that of the requests that a lane has answered and that are recorded, to the nanosecond. At the end of
//! a run with more requests than are recorded it comes from the lane's histogram, right to within 1 in 128.

use std::fmt::Write;

use super::names::short;
use super::numbers::{brief, grouped, quantile};
use super::run::{End, Lane, Trace};
use super::sweep::Table;
use super::sweep::picture::{grid_line, labels, seconds, ticks};
use crate::labs::frame::markup::escaped;
use crate::sim::Nanos;

/// So many requests have to lie beyond a percentile: of fewer, it says more about luck than about the policy.
pub const BEYOND: u64 = 5;
/// A distribution that does not reach the median is none.
pub const FEWEST: u64 = 2 * BEYOND;
/// The percentiles that are named, each with the requests of which one took longer.
pub const PERCENTILES: [(u64, &str); 6] = [(1, "0 %"), (2, "50 %"), (10, "90 %"), (100, "99 %"), (1_000, "99.9 %"), (10_000, "99.99 %")];
/// No line goes further.
const FURTHEST: f64 = 10_000.0;
/// Points of a line for each place to the right.
const STEPS: f64 = 30.0;

/// Of all lanes at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    pub lanes: Vec<Times>,
    /// These are all requests of the run, recorded or not.
    pub whole: bool,
    /// Where more requests have come than are recorded: of so many of them, the first, this is the distribution.
    pub only_first: Option<u64>,
}

/// Of one lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// Its place among the lanes, from 0.
    pub lane: usize,
    pub label: String,
    /// How many requests these are.
    pub answered: u64,
    /// In the order of [`PERCENTILES`]; `None` where too few requests lie beyond.
    pub named: [Option<Nanos>; 6],
    /// From the fastest on: how far to the right, 1 being the 90th percentile and 2 the 99th, and the time. Empty if fewer
    /// than [`FEWEST`] were answered.
    pub points: Vec<(f64, Nanos)>,
}

impl Times {
    /// `quantile` answers for a share from 0 to 1.
    fn of(trace: &Trace, lane: usize, of: &Lane, answered: u64, quantile: impl Fn(f64) -> Option<Nanos>) -> Self {
        let one_in = |requests: f64| quantile(1.0 - 1.0 / requests);
        let enough = |requests: u64| answered >= (BEYOND * requests).max(FEWEST);
        let named = PERCENTILES.map(|(requests, _)| if enough(requests) { one_in(requests as f64) } else { None });
        let mut points = Vec::new();
        if answered >= FEWEST {
            let last = (answered as f64 / BEYOND as f64).min(FURTHEST);
            let before = (0u32..).map(|step| libm::pow(10.0, f64::from(step) / STEPS)).take_while(|requests| *requests < last);
            points.extend(before.chain([last]).filter_map(|requests| Some((libm::log10(requests), one_in(requests)?))));
        }
        Times { lane, label: short(trace, of), answered, named, points }
    }

    /// `Round robin: half within 12 ms, 99 % within 60 ms`.
    fn words(&self) -> String {
        let named = || PERCENTILES.into_iter().zip(self.named).skip(1).filter_map(|((_, name), time)| Some((name, time?)));
        let Some((_, median)) = named().next() else { return format!("{}: too few answered", self.label) };
        let mut words = format!("{}: half within {}", self.label, brief(median));
        if let Some((name, time)) = named().skip(1).last() {
            let _ = write!(words, ", {name} within {}", brief(time));
        }
        words
    }
}

/// What the lanes of a run have answered by `at`.
pub fn distribution(trace: &Trace, at: Nanos) -> Distribution {
    let recorded = trace.lanes.iter().map(|lane| lane.requests.len()).min().unwrap_or(0);
    let seen = trace.seen(at);
    let whole = at >= trace.scenario.length && recorded < trace.arrivals.len();
    let of_lane = |(number, lane): (usize, &Lane)| {
        if whole {
            let latency = &lane.totals.latency;
            return Times::of(trace, number, lane, latency.count(), |share| latency.quantile(share));
        }
        let requests = trace.arrivals.iter().zip(&lane.requests).take(seen.min(recorded));
        let answered = requests.filter(|(_, request)| request.end == End::Answered && request.over <= at);
        let mut times: Vec<Nanos> = answered.map(|(arrival, request)| request.over - arrival.at).collect();
        times.sort_unstable();
        Times::of(trace, number, lane, times.len() as u64, |share| quantile(&times, share))
    };
    let lanes = trace.lanes.iter().enumerate().map(of_lane).collect();
    Distribution { lanes, whole, only_first: (!whole && seen > recorded).then_some(recorded as u64) }
}

/// Which requests these are, in a sentence.
pub fn caption(distribution: &Distribution) -> String {
    let which = match (distribution.whole, distribution.only_first) {
        (true, _) => "Of the requests that each policy answered in the whole run".to_owned(),
        (_, Some(first)) => format!("Of the first {} requests, those that each policy has answered so far", grouped(first)),
        _ => "Of the requests that each policy has answered so far".to_owned(),
    };
    format!("{which}; what failed has no time and is not among them. A line ends where fewer than {BEYOND} took longer.")
}

/// The named percentiles as rows of text, for whoever does not see the picture: a column for each lane.
pub fn table(distribution: &Distribution) -> Table {
    let lanes = &distribution.lanes;
    let row = |name: &str, cells: Vec<String>| std::iter::once(name.to_owned()).chain(cells).collect::<Vec<String>>();
    let cell = |time: Option<Nanos>| time.map_or_else(|| "too few".to_owned(), brief);
    let mut rows = vec![row("Answered", lanes.iter().map(|times| grouped(times.answered)).collect())];
    for (place, (_, name)) in PERCENTILES.into_iter().enumerate() {
        let times: Vec<Option<Nanos>> = lanes.iter().map(|times| times.named.get(place).copied().flatten()).collect();
        if times.iter().any(Option::is_some) {
            rows.push(row(name, times.into_iter().map(cell).collect()));
        }
    }
    Table { head: row("Percentile", lanes.iter().map(|times| times.label.clone()).collect()), rows }
}

/// Pixels from the top: the picture, and where the plot begins and ends.
pub const HEIGHT: u32 = 220;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 184.0;
/// Percent of the width that stay free: at the left for the times.
const LEFT: f64 = 8.0;
const RIGHT: f64 = 2.0;
/// The fastest may be so fast that they alone would fill the scale. It begins at the least median, divided by this.
const BELOW_MEDIAN: f64 = 20.0;

/// The distributions over a logarithmic scale of time: for each lane N a line (`line-N`) and its name (`label-N`). Horizontal
/// places are percentages, so that the picture fits every width and its text keeps its size.
pub fn svg(distribution: &Distribution) -> String {
    let words: Vec<String> = distribution.lanes.iter().map(Times::words).collect();
    let words = format!("How long answered requests took. {}.", words.join(". "));
    let mut svg = format!("<svg class=\"percentiles\" width=\"100%\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{}\">", escaped(&words));
    let Some(scale) = Scale::of(&distribution.lanes) else {
        let _ = write!(
            svg,
            "<text class=\"tick\" x=\"50%\" y=\"50%\" text-anchor=\"middle\">\
             Fewer than {FEWEST} requests are answered: too few for a distribution.</text></svg>"
        );
        return svg;
    };
    scale.axes(&mut svg);
    // Stretched to the width; what has to keep its shape comes after it.
    let _ = write!(svg, "<svg width=\"100%\" height=\"{HEIGHT}\" viewBox=\"0 0 10000 {HEIGHT}\" preserveAspectRatio=\"none\">");
    distribution.lanes.iter().for_each(|times| scale.line(&mut svg, times));
    svg.push_str("</svg>");
    let end = |times: &Times| times.points.last().map(|(_, time)| scale.y(in_seconds(*time)));
    let ends = distribution.lanes.iter().filter_map(|times| Some((end(times)?, times.lane, times.label.as_str())));
    labels(&mut svg, ends.collect(), [TOP, BOTTOM], RIGHT);
    svg.push_str("</svg>");
    svg
}

/// No time at all has no place on a logarithmic scale; it stands at the shortest that there is.
fn in_seconds(time: Nanos) -> f64 {
    time.max(Nanos(1)).as_secs_f64()
}

/// Where things are.
struct Scale {
    /// How far the longest line goes to the right; more than 0.
    furthest: f64,
    lowest: f64,
    highest: f64,
}

impl Scale {
    /// `None` if there is no line.
    fn of(lanes: &[Times]) -> Option<Self> {
        let points = || lanes.iter().flat_map(|times| &times.points);
        let times = || points().map(|(_, time)| in_seconds(*time));
        let furthest = points().map(|(place, _)| *place).fold(0.0, f64::max);
        let medians = lanes.iter().filter_map(|times| times.named.get(1).copied().flatten()).map(in_seconds);
        let least_median = medians.fold(f64::INFINITY, f64::min);
        let lowest = times().fold(f64::INFINITY, f64::min).max(least_median / BELOW_MEDIAN) / 1.15;
        let highest = times().fold(0.0, f64::max) * 1.15;
        (furthest > 0.0 && lowest < highest).then_some(Scale { furthest, lowest, highest })
    }

    /// In percent.
    fn x(&self, place: f64) -> f64 {
        LEFT + (100.0 - LEFT - RIGHT) * place / self.furthest
    }

    /// In pixels from the top.
    fn y(&self, seconds: f64) -> f64 {
        let height = libm::log(seconds.clamp(self.lowest, self.highest) / self.lowest) / libm::log(self.highest / self.lowest);
        BOTTOM - (BOTTOM - TOP) * height
    }

    fn axes(&self, svg: &mut String) {
        ticks(self.lowest, self.highest).into_iter().for_each(|tick| grid_line(svg, self.y(tick), &seconds(tick)));
        let places = PERCENTILES.into_iter().map(|(one_in, name)| (libm::log10(one_in as f64), name));
        for (place, name) in places.take_while(|(place, _)| *place <= self.furthest) {
            let x = self.x(place);
            let anchor = if x > 94.0 { "end" } else { "middle" };
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{TOP}\" y2=\"{BOTTOM}\"/>\
                 <text class=\"tick\" x=\"{x:.2}%\" y=\"{}\" text-anchor=\"{anchor}\">{name}</text>",
                BOTTOM + 15.0
            );
        }
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"0%\" x2=\"100%\" y1=\"{BOTTOM}\" y2=\"{BOTTOM}\"/>\
             <text class=\"unit\" x=\"50%\" y=\"{}\" text-anchor=\"middle\">of the requests took no longer</text>",
            BOTTOM + 31.0
        );
    }

    /// From where it rises above the floor of the scale.
    fn line(&self, svg: &mut String, times: &Times) {
        let place = |(place, time): &(f64, Nanos)| format!("{:.0},{:.1} ", self.x(*place) * 100.0, self.y(in_seconds(*time)));
        let places: String = times.points.iter().filter(|(_, time)| in_seconds(*time) >= self.lowest).map(place).collect();
        if !places.is_empty() {
            let _ = write!(
                svg,
                "<polyline class=\"line-{}\" fill=\"none\" vector-effect=\"non-scaling-stroke\" points=\"{}\"/>",
                times.lane,
                places.trim_end()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::moment::testing::{ms, scenario};
    use super::super::run::{arrivals, run, run_lane};
    use super::super::scenario::{Kind, Scenario};
    use super::*;

    /// One server, 100 ms each, a request each millisecond: number i of them, from 0, takes 100 + 99 · i ms.
    fn in_a_row(requests: u64) -> Scenario {
        let mut scenario = scenario(&[Kind::RoundRobin], 1, 0..requests);
        scenario.length = ms(100 * requests + 1_000);
        scenario
    }

    /// A request each second; by round robin every other one, from the first, takes 400 ms, the others 100 ms.
    fn slow_server() -> Scenario {
        let mut scenario = scenario(&[Kind::RoundRobin, Kind::LeastConnections], 2, (0..20).map(|number| number * 1_000));
        scenario.servers[0].speed = 0.25;
        scenario.length = ms(30_000);
        scenario
    }

    #[test]
    fn percentiles_are_those_of_what_was_answered() {
        let trace = run(&in_a_row(50));
        let times = &distribution(&trace, trace.scenario.length).lanes[0];
        // Ranks 1, 25 and 45 of 50, and exactly 5 beyond the last.
        assert_eq!(times.named, [Some(ms(100)), Some(ms(2_476)), Some(ms(4_456)), None, None, None]);
        assert_eq!((times.answered, times.points.first()), (50, Some(&(0.0, ms(100)))));
        assert_eq!(times.points.last(), Some(&(libm::log10(10.0), ms(4_456))));
        assert!(times.points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1), "{times:?}");

        // One request fewer, and the 90th percentile has 4 beyond it.
        let trace = run(&in_a_row(49));
        let times = &distribution(&trace, trace.scenario.length).lanes[0];
        assert_eq!(times.named, [Some(ms(100)), Some(ms(2_476)), None, None, None, None]);
        assert!(times.points.last().is_some_and(|(place, _)| *place < 1.0));
    }

    #[test]
    fn a_moment_knows_only_what_was_answered_by_then() {
        let trace = run(&slow_server());
        let first = |at: u64| distribution(&trace, ms(at)).lanes.into_iter().next().map(|times| (times.answered, times.named[1]));
        // The tenth takes 100 ms and makes it five of each; the eleventh takes 400 ms.
        assert_eq!(first(9_099), Some((9, None)));
        assert_eq!(first(9_100), Some((10, Some(ms(100)))));
        assert_eq!(first(10_399), Some((10, Some(ms(100)))));
        assert_eq!(first(10_400), Some((11, Some(ms(400)))));
        let end = distribution(&trace, ms(30_000));
        assert_eq!(end.lanes.iter().map(|times| (times.lane, times.answered)).collect::<Vec<_>>(), [(0, 20), (1, 20)]);
        assert_eq!((end.whole, end.only_first), (false, None));
        // Five of twenty lie beyond the third quartile, one in four.
        assert_eq!(end.lanes[0].points.last(), Some(&(libm::log10(4.0), ms(400))));
    }

    #[test]
    fn what_failed_is_not_among_them() {
        let mut scenario = in_a_row(50);
        scenario.timeout = Some(ms(1_500));
        let trace = run(&scenario);
        let of_lane = &trace.lanes[0];
        let times = &distribution(&trace, trace.scenario.length).lanes[0];
        assert!(times.answered >= FEWEST && times.answered < 50, "{}", times.answered);
        assert_eq!(times.answered, of_lane.totals.latency.count());
        assert!(times.points.iter().all(|(_, time)| *time <= ms(1_500)));
    }

    #[test]
    fn what_is_not_recorded_is_told_at_the_end() {
        let scenario = in_a_row(50);
        let (arrivals, cut) = arrivals(&scenario, 100);
        let lanes = scenario.lanes.iter().map(|spec| run_lane(spec, &scenario, &arrivals, 12)).collect();
        let trace = Trace { scenario, arrivals, lanes, cut };
        let before = distribution(&trace, ms(5_900));
        assert_eq!((before.lanes[0].answered, before.whole, before.only_first), (12, false, Some(12)));
        assert!(caption(&before).starts_with("Of the first 12 requests, those that each policy has answered so far; "));
        let end = distribution(&trace, trace.scenario.length);
        assert_eq!((end.lanes[0].answered, end.whole, end.only_first), (50, true, None));
        assert!(caption(&end).starts_with("Of the requests that each policy answered in the whole run; "));
        let median = end.lanes[0].named[1].unwrap_or_default();
        assert!(median >= ms(2_476) && median.0 <= ms(2_476).0 / 128 * 129, "{median}");
    }

    #[test]
    fn tables_say_what_the_picture_shows() {
        let trace = run(&in_a_row(50));
        let told = table(&distribution(&trace, trace.scenario.length));
        assert_eq!(told.head, ["Percentile", "Round robin"]);
        assert_eq!(told.rows, [["Answered", "50"], ["0 %", "100 ms"], ["50 %", "2.48 s"], ["90 %", "4.46 s"]]);
        assert_eq!(table(&distribution(&trace, ms(50))).rows, [["Answered", "0"]]);

        // A column each; a lane with too few says so beside one with enough.
        let mut two = distribution(&run(&slow_server()), ms(30_000));
        two.lanes[1].named = [None; 6];
        let told = table(&two);
        assert_eq!(told.head, ["Percentile", "Round robin", "Least connections"]);
        assert_eq!(told.rows[2], ["50 %", "100 ms", "too few"]);
    }

    #[test]
    fn pictures_are_whole() {
        let trace = run(&slow_server());
        let picture = svg(&distribution(&trace, ms(30_000)));
        assert_eq!(picture.matches("<polyline class=\"line-").count(), 2, "{picture}");
        assert_eq!(picture.matches("class=\"label-").count(), 2);
        assert_eq!(picture.matches("<svg").count(), picture.matches("</svg>").count());
        assert!(picture.contains("role=\"img\"") && picture.contains("Round robin: half within 100 ms."), "{picture}");
        // Twenty reach the third quartile: the median has its place, the 90th percentile none.
        assert!(picture.contains(">50 %</text>") && !picture.contains(">90 %</text>"), "{picture}");
        assert!(picture.contains(" ms</text>") && !picture.contains("NaN") && !picture.contains("inf"), "{picture}");

        let start = svg(&distribution(&trace, Nanos::ZERO));
        assert!(start.contains("Fewer than 10 requests are answered") && !start.contains("<polyline"), "{start}");
        assert_eq!(start.matches("<svg").count(), start.matches("</svg>").count());
    }

    /// The picture of a lane that has answered so many, of these times.
    fn drawn(answered: u64, time: fn(f64) -> Nanos) -> String {
        let trace = run(&scenario(&[Kind::RoundRobin], 1, []));
        let lanes = vec![Times::of(&trace, 0, &trace.lanes[0], answered, |share| Some(time(share)))];
        svg(&Distribution { lanes, whole: true, only_first: None })
    }

    #[test]
    fn scales_hold_what_takes_no_time_and_all_percentiles() {
        let nothing = drawn(10, |_| Nanos::ZERO);
        assert!(nothing.contains("<polyline") && !nothing.contains("NaN") && !nothing.contains("inf"), "{nothing}");
        // The fastest took a thousandth of the median: the scale does not go down to it.
        let wide = drawn(200_000, |share| if share < 0.01 { Nanos::from_micros(10) } else { ms(10) });
        assert!(wide.contains(">500 µs</text>") && !wide.contains(">200 µs</text>"), "{wide}");
        for (_, name) in PERCENTILES {
            assert!(wide.contains(&format!(">{name}</text>")), "{name}");
        }
        assert!(wide.contains("99.99 % within 10 ms."), "{wide}");
        // Evenly apart: from 8 % to 98 % of the width in four steps.
        for x in ["8.00%", "30.50%", "53.00%", "75.50%", "98.00%"] {
            assert!(wide.contains(&format!("<text class=\"tick\" x=\"{x}\"")), "{x} in {wide}");
        }
    }
}
