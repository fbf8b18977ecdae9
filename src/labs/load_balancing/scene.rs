//! Trace → picture: a fan from the balancers to the servers, with every request on its way. Across, places are shares of the
//! width with an offset in pixels; down, they are pixels: one picture fits every width without being scaled.

use std::fmt::Write;

use super::moment::{Index, Whereabouts, whereabouts};
use super::run::{End, Lane, Trace};
use crate::sim::Nanos;

/// Where columns stand, as shares of the width. A narrow plate (a phone) has other places than a wide one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub servers: usize,
    pub balancers: usize,
    /// Height of a server's row in pixels.
    pub pitch: f64,
    /// Middle of the balancers.
    source: f64,
    /// Where the ways end and the queues begin (they grow from the server towards the ways).
    ways_end: f64,
    queue_end: f64,
    /// The middle of what is worked on, inside the server's box.
    box_start: f64,
}

impl Layout {
    /// `servers` rows. Narrow is what the style sheet calls narrow: its rows have a second line below the box.
    pub fn new(servers: usize, balancers: usize, narrow: bool) -> Self {
        let pitch = match servers {
            0..=6 => 62.0,
            7..=12 => 44.0,
            13..=24 => 30.0,
            _ => 20.0,
        };
        // With its numbers below the box a row needs more room.
        let pitch = if narrow && servers <= 12 { 60.0 } else { pitch };
        let (source, ways_end, queue_end, box_start) = if narrow { (0.05, 0.3, 0.56, 0.58) } else { (0.05, 0.37, 0.53, 0.54) };
        Layout { servers, balancers: balancers.max(1), pitch, source, ways_end, queue_end, box_start }
    }

    pub fn height(&self) -> f64 {
        self.pitch * self.servers.max(2) as f64
    }

    /// The middle of a row's box.
    pub fn row(&self, server: usize, narrow: bool) -> f64 {
        self.pitch * server as f64 + if narrow && self.servers <= 12 { 20.0 } else { self.pitch / 2.0 }
    }

    fn balancer(&self, balancer: usize) -> f64 {
        let gap = (self.height() / self.balancers as f64).min(44.0);
        self.height() / 2.0 + gap * (balancer as f64 - (self.balancers as f64 - 1.0) / 2.0)
    }
}

/// A thing in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// A share of the width, and pixels to the right of it.
    pub x: f64,
    pub dx: f64,
    pub y: f64,
    pub shape: Shape,
    pub tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// On its way.
    Dot { r: f64 },
    /// Waiting.
    Ring { r: f64 },
    /// Being worked on: so much of it is done.
    Pie { r: f64, done: f64 },
    /// Lost.
    Cross { r: f64 },
    /// So many more than can be drawn.
    More(u32),
}

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nobody waits for it any more.
    Ghost,
    Ink,
    Wait,
    /// Waits for more than five times as long as a request takes.
    Late,
    Pass,
    Stop,
    /// The second of two attempts, or a retry.
    Again,
}

impl Tone {
    /// In the order of their numbers, and in which they are drawn over one another.
    pub const ALL: [Tone; 7] = [Tone::Ghost, Tone::Ink, Tone::Wait, Tone::Late, Tone::Pass, Tone::Stop, Tone::Again];

    /// The style sheet's name of the colour.
    pub fn token(self) -> &'static str {
        match self {
            Tone::Ink => "--ink",
            Tone::Wait => "--wait",
            Tone::Late | Tone::Stop => "--stop",
            Tone::Pass => "--pass",
            Tone::Ghost => "--ink-2",
            Tone::Again => "--link",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Tone::Ink => "ink",
            Tone::Wait => "wait",
            Tone::Late => "late",
            Tone::Pass => "pass",
            Tone::Stop => "stop",
            Tone::Ghost => "ghost",
            Tone::Again => "again",
        }
    }
}

/// With more ways than this they are drawn faintly: together they would be a wall.
const MANY_WAYS: usize = 64;
/// Rings in a row before the rest is a number, on a wide plate and on a narrow one.
const MOST_RINGS: [u32; 2] = [10, 6];
const RING_GAP: f64 = 11.0;
/// Things worked on at once by one server that are drawn apart.
const MOST_PIES: u32 = 6;

/// Everything that moves, at `at`. `visible` is how long a request is drawn on its way, and a loss after it happened, even if
/// the network takes no time: a picture's licence, which no number and no queue uses.
pub fn items(trace: &Trace, lane: &Lane, index: &Index, at: Nanos, visible: Nanos, narrow: bool) -> Vec<Item> {
    let layout = Layout::new(lane.servers.len(), trace.scenario.balancers as usize, narrow);
    let flight = trace.scenario.network.max(visible);
    let late = Nanos(trace.scenario.work.0.saturating_mul(5));
    let mean = trace.scenario.work.as_secs_f64().max(1e-9);
    let most_rings = MOST_RINGS[usize::from(narrow)];
    let mut items = Vec::new();
    let mut waiting = vec![0u32; lane.servers.len()];
    let mut working = vec![0u32; lane.servers.len()];
    // With those that left a moment ago: a loss is seen for a while.
    for (_, attempt) in index.seen(lane, at, flight + visible) {
        let balancer = trace.arrivals[attempt.request as usize].balancer as usize;
        let Some(server) = attempt.server() else {
            // No server was to be had: it ends where it began.
            if at < attempt.sent + visible {
                let (x, y) = (layout.source, layout.balancer(balancer));
                items.push(Item { x, dx: 14.0, y, shape: Shape::Cross { r: 4.0 }, tone: Tone::Stop });
            }
            continue;
        };
        let y = layout.row(server, narrow);
        let again = attempt.hedge || attempt.number > 0;
        let abandoned = attempt.over <= at;
        // As large as the work that there is to do: a request of twice the work has twice the area.
        let work = trace.arrivals[attempt.request as usize].work.as_secs_f64() / mean;
        let r = (3.6 * work.sqrt()).clamp(2.4, 6.0);
        // Where it is is true; the dot on its way stays for a moment longer, to be seen at all.
        if at >= attempt.sent && at < attempt.sent + flight {
            let share = (at - attempt.sent).as_secs_f64() / flight.as_secs_f64();
            let from = layout.balancer(balancer);
            let smooth = share * share * (3.0 - 2.0 * share);
            let x = layout.source + (layout.ways_end - layout.source) * share;
            let tone = if again { Tone::Again } else { Tone::Ink };
            items.push(Item { x, dx: 0.0, y: from + (y - from) * smooth, shape: Shape::Dot { r: 4.2 }, tone });
        }
        match whereabouts(attempt, at, trace.scenario.network, trace.scenario.length) {
            Some(Whereabouts::Travelling { .. }) => {}
            Some(Whereabouts::Waiting) => {
                let place = waiting[server];
                waiting[server] += 1;
                if place < most_rings {
                    let tone = match at - attempt.sent {
                        _ if abandoned => Tone::Ghost,
                        age if age > late => Tone::Late,
                        _ => Tone::Wait,
                    };
                    let dx = -RING_GAP * (f64::from(place) + 0.5);
                    items.push(Item { x: layout.queue_end, dx, y, shape: Shape::Ring { r: r.min(4.4) }, tone });
                }
            }
            Some(Whereabouts::Working { done }) => {
                let place = working[server];
                working[server] += 1;
                if place < MOST_PIES {
                    let tone = if abandoned { Tone::Ghost } else { Tone::Pass };
                    let dx = 13.0 + 14.0 * f64::from(place);
                    items.push(Item { x: layout.box_start, dx, y, shape: Shape::Pie { r: r.max(4.0), done }, tone });
                }
            }
            None => {}
        }
        // A loss is seen for a while where it happened.
        let lost = matches!(attempt.end, End::Dropped | End::Reset | End::Error | End::TimedOut);
        if lost && attempt.over <= at && at < attempt.over + visible {
            let dx = -RING_GAP * f64::from(waiting[server].min(most_rings)) - 8.0;
            items.push(Item { x: layout.queue_end, dx, y: y - 11.0, shape: Shape::Cross { r: 3.6 }, tone: Tone::Stop });
        }
    }
    for (server, waiting) in waiting.into_iter().enumerate() {
        if waiting > most_rings {
            let dx = -RING_GAP * f64::from(most_rings) - 3.0;
            items.push(Item {
                x: layout.queue_end,
                dx,
                y: layout.row(server, narrow),
                shape: Shape::More(waiting - most_rings),
                tone: Tone::Late,
            });
        }
    }
    items
}

/// The same as SVG, for a page that reads without scripts.
pub fn items_svg(items: &[Item]) -> String {
    let mut svg = String::new();
    for Item { x, dx, y, shape, tone } in items {
        let class = tone.class();
        let _ = write!(svg, "<svg x=\"{:.2}%\" y=\"{y:.1}\" overflow=\"visible\" class=\"{class}\">", x * 100.0);
        let _ = match shape {
            Shape::Dot { r } => write!(svg, "<circle class=\"full\" cx=\"{dx:.1}\" r=\"{r:.1}\"/>"),
            Shape::Ring { r } => write!(svg, "<circle class=\"ring\" cx=\"{dx:.1}\" r=\"{r:.1}\"/>"),
            Shape::Pie { r, done } => {
                let (sine, cosine) = (libm::sin(core::f64::consts::TAU * done), libm::cos(core::f64::consts::TAU * done));
                let large = u8::from(*done > 0.5);
                write!(
                    svg,
                    "<circle class=\"ring thin\" cx=\"{dx:.1}\" r=\"{r:.1}\"/><path class=\"full\" d=\"M{dx:.1} 0V{:.1}A{r:.1} {r:.1} 0 {large} 1 {:.1} {:.1}Z\"/>",
                    -r,
                    dx + r * sine,
                    -r * cosine
                )
            }
            Shape::Cross { r } => write!(
                svg,
                "<path class=\"ring\" d=\"M{:.1} {:.1}L{:.1} {:.1}M{:.1} {:.1}L{:.1} {:.1}\"/>",
                dx - r,
                -r,
                dx + r,
                r,
                dx - r,
                r,
                dx + r,
                -r
            ),
            Shape::More(count) => write!(svg, "<text class=\"full more\" x=\"{dx:.1}\" y=\"4\">+{count}</text>"),
        };
        svg.push_str("</svg>");
    }
    svg
}

/// The ways and the balancers. Ways are stretched over the width; a balancer is a point on it.
pub fn ways_svg(servers: usize, balancers: usize, narrow: bool) -> String {
    let layout = Layout::new(servers, balancers, narrow);
    let (left, right) = (layout.source * 1_000.0, layout.ways_end * 1_000.0);
    let third = (right - left) / 3.0;
    let mut svg = format!(
        "<svg width=\"100%\" height=\"{h}\" viewBox=\"0 0 1000 {h}\" preserveAspectRatio=\"none\"><path class=\"way{}\" d=\"",
        if servers * layout.balancers > MANY_WAYS { " many" } else { "" },
        h = layout.height()
    );
    for balancer in 0..layout.balancers {
        let from = layout.balancer(balancer);
        for server in 0..servers {
            let to = layout.row(server, narrow);
            let _ = write!(svg, "M{left} {from:.1}C{:.1} {from:.1} {:.1} {to:.1} {right} {to:.1}", left + third, left + 2.0 * third);
        }
    }
    svg.push_str("\"/></svg>");
    let r = if layout.balancers == 1 { 16.0 } else { (layout.height() / layout.balancers as f64 / 2.6).clamp(3.0, 9.0) };
    for balancer in 0..layout.balancers {
        let _ = write!(
            svg,
            "<circle class=\"source\" cx=\"{}%\" cy=\"{:.1}\" r=\"{r:.1}\"/>",
            layout.source * 100.0,
            layout.balancer(balancer)
        );
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::load_balancing::presets::PRESETS;
    use crate::labs::load_balancing::run::run;

    #[test]
    fn every_request_is_somewhere_in_the_picture() {
        for preset in PRESETS {
            let trace = run(&preset.scenario());
            let lane = &trace.lanes[0];
            let index = Index::of(&trace, lane);
            for tenth in 0..=10 {
                let at = Nanos(trace.scenario.length.0 / 10 * tenth);
                for narrow in [false, true] {
                    let drawn = items(&trace, lane, &index, at, Nanos::from_millis(250), narrow);
                    let height = Layout::new(lane.servers.len(), trace.scenario.balancers as usize, narrow).height();
                    assert!(drawn.iter().all(|item| (0.0..=1.0).contains(&item.x) && (0.0..=height).contains(&item.y)), "{}", preset.slug);
                    assert_eq!(items_svg(&drawn).matches("</svg>").count(), drawn.len());
                }
            }
        }
    }

    #[test]
    fn a_tone_is_found_by_its_number() {
        assert!(Tone::ALL.iter().enumerate().all(|(number, tone)| *tone as usize == number));
    }

    #[test]
    fn the_ways_lead_from_every_balancer_to_every_server() {
        assert_eq!(ways_svg(5, 3, false).matches('C').count(), 15);
        assert_eq!(ways_svg(0, 1, false).matches('C').count(), 0);
    }
}
