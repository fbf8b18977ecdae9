//! Parts of a scenario as the short texts that addresses and fields hold: lanes, servers, clients, queues, health, retries,
//! interventions.

use std::ops::RangeInclusive;

use super::names::server as server_name;
use super::scenario::{
    Action, Active, BURSTS, Budget, CHOICES, CLIENTS, Clients, Ejection, FACTORS, Health, Kind, LENGTHS, LaneSpec, MOST_LANES,
    MOST_SERVERS, Order, PERCENTS, Passive, QUEUES, Queue, RETRIES, Retry, SKEWS, SLOWER, SPANS, SPEEDS, ServerSpec, THRESHOLDS, WEIGHTS,
    WORKERS,
};
use crate::address::{read_span, write_span};
use crate::labs::frame::Intervention;
use crate::labs::frame::lanes;
use crate::sim::Nanos;
use crate::sim::backoff::{Backoff, Jitter};

/// Time constants of peak EWMA.
pub const DECAYS: RangeInclusive<Nanos> = Nanos::from_millis(1)..=Nanos::from_millis(600_000);
/// Of whatever comes again and again: checks, sweeps.
pub const INTERVALS: RangeInclusive<Nanos> = Nanos::from_millis(100)..=Nanos::from_millis(600_000);
/// How long a flapping server stays up or down.
pub const FLAPS: RangeInclusive<Nanos> = Nanos::from_millis(10)..=Nanos::from_millis(600_000);
/// Waits that make no sense without a length.
pub const WAITS: RangeInclusive<Nanos> = Nanos::from_millis(1)..=Nanos::from_millis(600_000);
/// Retries a second that a budget always allows.
pub const FLOORS: RangeInclusive<u32> = 0..=1_000;
/// How long a request counts in a budget: Finagle has the same limits.
pub const TTLS: RangeInclusive<Nanos> = Nanos::from_millis(1_000)..=Nanos::from_millis(60_000);
/// Servers as texts name them.
const NUMBERS: RangeInclusive<u32> = 1..=MOST_SERVERS as u32;
/// Tries after the first, where a text does not say.
const USUAL_RETRIES: u32 = 2;

fn whole(text: &str, range: &RangeInclusive<u32>) -> Option<u32> {
    text.parse().ok().filter(|number| range.contains(number))
}

fn decimal(text: &str, range: &RangeInclusive<f64>) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse::<f64>().ok().filter(|number| plain && range.contains(number))
}

fn span(text: &str, range: &RangeInclusive<Nanos>) -> Option<Nanos> {
    read_span(text).filter(|span| range.contains(span))
}

/// `rr,least,choices(d:3),ewma(decay:5s),bounded(factor:125)`.
pub fn read_lanes(text: &str) -> Option<Vec<LaneSpec>> {
    lanes::read_lanes(text, MOST_LANES, |name| Kind::from_slug(name).map(LaneSpec::from), read_own)
}

/// A number of the lane's own, if its kind reads it.
fn read_own(lane: &mut LaneSpec, part: &str) -> Option<()> {
    match (lane.kind, part.split_once(':')?) {
        (Kind::Choices, ("d", number)) => lane.d = whole(number, &CHOICES)?,
        (Kind::BoundedRing, ("factor", number)) => lane.factor = whole(number, &FACTORS)?,
        (Kind::PeakEwma, ("decay", time)) => lane.decay = span(time, &DECAYS)?,
        _ => return None,
    }
    Some(())
}

pub fn write_lanes(lanes: &[LaneSpec]) -> String {
    lanes.iter().map(write_lane).collect::<Vec<_>>().join(",")
}

fn write_lane(lane: &LaneSpec) -> String {
    let usual = LaneSpec::from(lane.kind);
    let slug = lane.kind.slug();
    match lane.kind {
        Kind::Choices if lane.d != usual.d => format!("{slug}(d:{})", lane.d),
        Kind::BoundedRing if lane.factor != usual.factor => format!("{slug}(factor:{})", lane.factor),
        Kind::PeakEwma if lane.decay != usual.decay => format!("{slug}(decay:{})", write_span(lane.decay)),
        _ => slug.to_owned(),
    }
}

/// `4,1:s0.25`: four servers as they usually are, then one at a quarter of the speed. `w` is the weight, `s` the speed, `c` how
/// many requests a server works on at once: `1:w5:s2:c4`. `0`: there are none.
pub fn read_servers(text: &str) -> Option<Vec<ServerSpec>> {
    let mut servers = Vec::new();
    if text == "0" {
        return Some(servers);
    }
    for group in text.split(',') {
        let (count, spec) = read_group(group)?;
        servers.extend(std::iter::repeat_n(spec, count as usize));
    }
    (servers.len() <= MOST_SERVERS).then_some(servers)
}

fn read_group(text: &str) -> Option<(u32, ServerSpec)> {
    let mut parts = text.split(':');
    let count = whole(parts.next()?, &NUMBERS)?;
    let (mut weight, mut speed, mut workers) = (None, None, None);
    for part in parts {
        let (what, number) = part.split_at_checked(1)?;
        let twice = match what {
            "w" => weight.replace(whole(number, &WEIGHTS)?).is_some(),
            "s" => speed.replace(decimal(number, &SPEEDS)?).is_some(),
            "c" => workers.replace(whole(number, &WORKERS)?).is_some(),
            _ => true,
        };
        if twice {
            return None;
        }
    }
    let usual = ServerSpec::default();
    let spec = ServerSpec {
        weight: weight.unwrap_or(usual.weight),
        speed: speed.unwrap_or(usual.speed),
        workers: workers.unwrap_or(usual.workers),
    };
    Some((count, spec))
}

pub fn write_servers(servers: &[ServerSpec]) -> String {
    let groups: Vec<String> = servers.chunk_by(|one, other| one == other).filter_map(write_group).collect();
    if groups.is_empty() { "0".to_owned() } else { groups.join(",") }
}

fn write_group(alike: &[ServerSpec]) -> Option<String> {
    let (server, usual) = (alike.first()?, ServerSpec::default());
    let mut text = alike.len().to_string();
    if server.weight != usual.weight {
        text.push_str(&format!(":w{}", server.weight));
    }
    if server.speed != usual.speed {
        text.push_str(&format!(":s{}", server.speed));
    }
    if server.workers != usual.workers {
        text.push_str(&format!(":c{}", server.workers));
    }
    Some(text)
}

/// `1000:1.1`: how many, and the skew; `1000`: all ask as often.
pub fn read_clients(text: &str) -> Option<Clients> {
    let (count, skew) = text.split_once(':').unwrap_or((text, "0"));
    Some(Clients { count: whole(count, &CLIENTS)?, skew: decimal(skew, &SKEWS)? })
}

pub fn write_clients(clients: Clients) -> String {
    if clients.skew == 0.0 { clients.count.to_string() } else { format!("{}:{}", clients.count, clients.skew) }
}

/// `fifo`, `fifo:100`, `lifo:50`, `dropoldest:20`: the order, and the places; without a number as many as come.
/// `none`: nobody waits.
pub fn read_queue(text: &str) -> Option<Queue> {
    if text == "none" {
        return Some(Queue { places: Some(0), order: Order::Fifo });
    }
    let (order, places) = match text.split_once(':') {
        Some((order, places)) => (order, Some(whole(places, &QUEUES)?)),
        None => (text, None),
    };
    let order = match order {
        "fifo" => Order::Fifo,
        "lifo" => Order::Lifo,
        "dropoldest" => Order::DropOldest,
        _ => return None,
    };
    Some(Queue { places, order })
}

pub fn write_queue(queue: Queue) -> String {
    let order = match queue.order {
        Order::Fifo => "fifo",
        Order::Lifo => "lifo",
        Order::DropOldest => "dropoldest",
    };
    match queue.places {
        Some(0) if queue.order == Order::Fifo => "none".to_owned(),
        Some(places) => format!("{order}:{places}"),
        None => order.to_owned(),
    }
}

/// `passive:1:10s` (fails, for how long), `active:2s:3:2` (interval, fall, rise), `eject:5:30s:10:10s` (errors in a row, base
/// time, percent, sweep), joined by `+`; `none`. In an address a plus sign stands for a space, so a space joins as well.
pub fn read_health(text: &str) -> Option<Health> {
    let mut health = Health::default();
    if text == "none" {
        return Some(health);
    }
    for part in text.split(['+', ' ']) {
        let numbers: Vec<&str> = part.split(':').collect();
        let twice = match numbers.as_slice() {
            ["passive", fails, time] => {
                let passive = Passive { max_fails: whole(fails, &THRESHOLDS)?, fail_timeout: span(time, &WAITS)? };
                health.passive.replace(passive).is_some()
            }
            ["active", interval, fall, rise] => {
                let active =
                    Active { interval: span(interval, &INTERVALS)?, fall: whole(fall, &THRESHOLDS)?, rise: whole(rise, &THRESHOLDS)? };
                health.active.replace(active).is_some()
            }
            ["eject", consecutive, base, percent, sweep] => {
                let ejection = Ejection {
                    consecutive: whole(consecutive, &THRESHOLDS)?,
                    base: span(base, &WAITS)?,
                    most_percent: whole(percent, &PERCENTS)?,
                    sweep: span(sweep, &INTERVALS)?,
                };
                health.ejection.replace(ejection).is_some()
            }
            _ => true,
        };
        if twice {
            return None;
        }
    }
    Some(health)
}

pub fn write_health(health: Health) -> String {
    let passive = health.passive.map(|passive| format!("passive:{}:{}", passive.max_fails, write_span(passive.fail_timeout)));
    let active = health.active.map(|active| format!("active:{}:{}:{}", write_span(active.interval), active.fall, active.rise));
    let ejection = health.ejection.map(|ejection| {
        let Ejection { consecutive, base, most_percent, sweep } = ejection;
        format!("eject:{consecutive}:{}:{most_percent}:{}", write_span(base), write_span(sweep))
    });
    let parts: Vec<String> = [passive, active, ejection].into_iter().flatten().collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join("+") }
}

/// `now`, `fixed:1s`, `backoff:100ms:10s`, `full:…`, `equal:…`, `decorrelated:…`, each with `:x3` tries and
/// `:budget:20:10:10s` (percent, retries a second in any case, how long a request counts); `none`. The outer `None` is for
/// what is not understood.
pub fn read_retry(text: &str) -> Option<Option<Retry>> {
    if text == "none" {
        return Some(None);
    }
    let (text, budget) = match text.split_once(":budget:") {
        Some((before, numbers)) => (before, Some(read_budget(numbers)?)),
        None => (text, None),
    };
    let (wait, attempts) = match text.rsplit_once(":x") {
        Some((wait, tries)) => (wait, whole(tries, &RETRIES)?),
        None => (text, USUAL_RETRIES),
    };
    Some(Some(Retry { wait: read_backoff(wait)?, attempts, budget }))
}

fn read_budget(text: &str) -> Option<Budget> {
    let numbers: Vec<&str> = text.split(':').collect();
    let [percent, floor, ttl] = numbers[..] else { return None };
    Some(Budget { percent: whole(percent, &PERCENTS)?, floor: whole(floor, &FLOORS)?, ttl: span(ttl, &TTLS)? })
}

fn read_backoff(text: &str) -> Option<Backoff> {
    let jittered = |base: &str, cap: &str, jitter| {
        let (base, cap) = (span(base, &WAITS)?, span(cap, &SPANS)?);
        (base <= cap).then_some(Backoff::Exponential { base, cap, jitter })
    };
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["now"] => Some(Backoff::AtOnce),
        ["fixed", wait] => Some(Backoff::Fixed(span(wait, &SPANS)?)),
        ["backoff", base, cap] => jittered(base, cap, Jitter::None),
        ["full", base, cap] => jittered(base, cap, Jitter::Full),
        ["equal", base, cap] => jittered(base, cap, Jitter::Equal),
        ["decorrelated", base, cap] => jittered(base, cap, Jitter::Decorrelated),
        _ => None,
    }
}

pub fn write_retry(retry: Option<Retry>) -> String {
    let Some(retry) = retry else { return "none".to_owned() };
    let wait = match retry.wait {
        Backoff::AtOnce => "now".to_owned(),
        Backoff::Fixed(wait) => format!("fixed:{}", write_span(wait)),
        Backoff::Exponential { base, cap, jitter } => {
            let name = match jitter {
                Jitter::None => "backoff",
                Jitter::Full => "full",
                Jitter::Equal => "equal",
                Jitter::Decorrelated => "decorrelated",
            };
            format!("{name}:{}:{}", write_span(base), write_span(cap))
        }
    };
    let budget = retry.budget.map(|budget| format!(":budget:{}:{}:{}", budget.percent, budget.floor, write_span(budget.ttl)));
    format!("{wait}:x{}{}", retry.attempts, budget.unwrap_or_default())
}

/// A time-out, or the time until a second attempt: `250ms`; `none`. The outer `None` is for what is not understood.
pub fn read_patience(text: &str) -> Option<Option<Nanos>> {
    if text == "none" { Some(None) } else { span(text, &WAITS).map(Some) }
}

pub fn write_patience(patience: Option<Nanos>) -> String {
    patience.map_or_else(|| "none".to_owned(), write_span)
}

/// `1.2s:send:10`, `2s:kill:s3`, `revive:s3`, `slow:s3:4` (times as long), `errors:s2:50` (percent), `flap:s1:500ms` (zero ends
/// it), `drain:s2`, `remove:s2`, `add`, `weight:s2:5`, each after its moment.
pub fn read_intervention(text: &str) -> Option<Intervention<Action>> {
    let parts: Vec<&str> = text.split(':').collect();
    let (at, what) = parts.split_first()?;
    let action = match what {
        ["add"] => Action::Add,
        ["send", count] => Action::Send(whole(count, &BURSTS)?),
        ["kill", server] => Action::Kill(read_server(server)?),
        ["revive", server] => Action::Revive(read_server(server)?),
        ["drain", server] => Action::Drain(read_server(server)?),
        ["remove", server] => Action::Remove(read_server(server)?),
        ["slow", server, times] => Action::Slow(read_server(server)?, whole(times, &SLOWER)?),
        ["errors", server, percent] => Action::Errors(read_server(server)?, whole(percent, &PERCENTS)?),
        ["weight", server, weight] => Action::Weight(read_server(server)?, whole(weight, &WEIGHTS)?),
        ["flap", server, period] => {
            Action::Flap(read_server(server)?, read_span(period).filter(|period| *period == Nanos::ZERO || FLAPS.contains(period))?)
        }
        _ => return None,
    };
    Some(Intervention { at: read_span(at).filter(|at| *at <= *LENGTHS.end())?, action })
}

pub fn write_intervention(intervention: &Intervention<Action>) -> String {
    let name = |server: u32| server_name(server as usize);
    let what = match intervention.action {
        Action::Send(count) => format!("send:{count}"),
        Action::Kill(server) => format!("kill:{}", name(server)),
        Action::Revive(server) => format!("revive:{}", name(server)),
        Action::Slow(server, times) => format!("slow:{}:{times}", name(server)),
        Action::Errors(server, percent) => format!("errors:{}:{percent}", name(server)),
        Action::Flap(server, period) => format!("flap:{}:{}", name(server), write_span(period)),
        Action::Drain(server) => format!("drain:{}", name(server)),
        Action::Remove(server) => format!("remove:{}", name(server)),
        Action::Add => "add".to_owned(),
        Action::Weight(server, weight) => format!("weight:{}:{weight}", name(server)),
    };
    format!("{}:{what}", write_span(intervention.at))
}

/// `s3` is the third, which the scenario counts as 2.
fn read_server(text: &str) -> Option<u32> {
    whole(text.strip_prefix('s')?, &NUMBERS)?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_may_have_numbers_of_their_own() {
        let lanes = read_lanes("rr,choices,choices(d:3),ewma(decay:5s),bounded(factor:125)").unwrap();
        assert_eq!((lanes[1].d, lanes[2].d, lanes[3].decay, lanes[4].factor), (2, 3, Nanos::from_millis(5_000), 125));
        assert_eq!(write_lanes(&lanes), "rr,choices,choices(d:3),ewma(decay:5s),bounded(factor:125)");
        // What is usual is not written.
        assert_eq!(write_lanes(&read_lanes("choices(d:2),ewma(decay:10s),bounded(factor:150)").unwrap()), "choices,ewma,bounded");
        for kind in Kind::ALL {
            let alone = vec![LaneSpec::from(kind)];
            assert_eq!(read_lanes(&write_lanes(&alone)), Some(alone));
        }
        for wrong in [
            "",
            "rr,",
            ",rr",
            "rr,rr",
            "choices,choices(d:2)",
            "choices(",
            "choices()",
            "choices(d:0)",
            "choices(d:17)",
            "rr(d:3)",
            "choices(decay:1s)",
            "bounded(factor:100)",
            "ewma(decay:0s)",
            "ewma)",
            "x",
            "choices(d:3)x",
            "rr,random,weighted,smooth,fair,least,two",
        ] {
            assert_eq!(read_lanes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn servers_come_in_groups() {
        let servers = read_servers("2,1:s0.25,1:w5:s2:c4").unwrap();
        let plain = ServerSpec::default();
        let slow = ServerSpec { speed: 0.25, ..plain };
        assert_eq!(servers, [plain, plain, slow, ServerSpec { weight: 5, speed: 2.0, workers: 4 }]);
        for text in ["0", "5", "4,1:s0.25", "1:w5:s2:c4", "64", "1,1:w2,1,2:c256", "1:s0.01,1:s100"] {
            assert_eq!(read_servers(text).map(|servers| write_servers(&servers)).as_deref(), Some(text));
        }
        // Neighbours that are alike make one group, in whatever order they were described.
        assert_eq!(write_servers(&read_servers("1,1,2:s2:w3,1:w3:s2").unwrap()), "2,3:w3:s2");
        for wrong in [
            "", "65", "60,5", "0,1", "1,0", "1,", "-1", "x", "1:", "1:w", "1:w0", "1:w257", "1:s0", "1:s101", "1:c0", "1:s1e1", "1:w2:w2",
            "1:x2", "1:é",
        ] {
            assert_eq!(read_servers(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn clients_queues_and_patience_read_back() {
        for text in ["1", "1000:1.1", "1000000:3", "50"] {
            assert_eq!(read_clients(text).map(write_clients).as_deref(), Some(text));
        }
        assert_eq!(read_clients("50:0").map(write_clients).as_deref(), Some("50"));
        for wrong in ["", "0", "1000001", "5:", "5:3.1", "5:-1", "5:1:1", "five"] {
            assert_eq!(read_clients(wrong), None, "{wrong}");
        }
        for text in ["none", "fifo", "fifo:100", "lifo", "lifo:50", "lifo:0", "dropoldest:20", "dropoldest"] {
            assert_eq!(read_queue(text).map(write_queue).as_deref(), Some(text));
        }
        assert_eq!(read_queue("fifo:0").map(write_queue).as_deref(), Some("none"));
        for wrong in ["", "fifo:", "fifo:-1", "fifo:100001", "random:3", "none:3", "fifo:1:1"] {
            assert_eq!(read_queue(wrong), None, "{wrong}");
        }
        for text in ["none", "250ms", "1.5s"] {
            assert_eq!(read_patience(text).map(write_patience).as_deref(), Some(text));
        }
        for wrong in ["", "0s", "3", "601s", "never"] {
            assert_eq!(read_patience(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ways_to_tell_sick_servers_combine() {
        for text in ["none", "passive:1:10s", "active:2s:3:2", "eject:5:30s:10:10s", "passive:3:5s+active:0.5s:1:1+eject:1:1s:100:0.1s"] {
            assert_eq!(read_health(text).map(write_health).as_deref(), Some(text));
        }
        // As it comes out of an address, and in another order.
        assert_eq!(read_health("active:2s:3:2 passive:1:10s"), read_health("passive:1:10s+active:2s:3:2"));
        for wrong in [
            "",
            "passive",
            "passive:0:10s",
            "passive:1:0s",
            "active:2s:3",
            "active:1ms:3:2",
            "active:2s:0:2",
            "eject:5:30s:101:10s",
            "eject:5:30s:10",
            "passive:1:10s+passive:2:10s",
            "passive:1:10s+",
            "none+passive:1:10s",
            "luck:1",
        ] {
            assert_eq!(read_health(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn retries_read_back() {
        for text in [
            "none",
            "now:x2",
            "fixed:1s:x3",
            "backoff:50ms:2s:x1",
            "full:0.1s:10s:x3:budget:20:10:10s",
            "equal:0.1s:10s:x4",
            "decorrelated:50ms:2s:x9:budget:0:0:1s",
        ] {
            assert_eq!(read_retry(text).map(write_retry).as_deref(), Some(text));
        }
        assert_eq!(read_retry("now").map(write_retry).as_deref(), Some("now:x2"));
        for wrong in [
            "",
            "later",
            "fixed",
            "full:1s",
            "full:10s:1s",
            "full:0s:1s",
            "now:x0",
            "now:x11",
            "now:x",
            "now:x2:budget",
            "now:x2:budget:20",
            "now:x2:budget:101:10:10s",
            "now:x2:budget:20:10:0.5s",
            "now:budget:20:10:10s:x2",
            "none:x2",
        ] {
            assert_eq!(read_retry(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn interventions_name_servers_from_one() {
        for text in [
            "1.2s:send:10",
            "2s:kill:s3",
            "2s:revive:s3",
            "0s:slow:s3:4",
            "5s:errors:s2:50",
            "5s:flap:s1:0.5s",
            "9s:flap:s1:0s",
            "5s:drain:s2",
            "5s:remove:s64",
            "5s:add",
            "5s:weight:s2:5",
        ] {
            assert_eq!(read_intervention(text).map(|made| write_intervention(&made)).as_deref(), Some(text));
        }
        assert_eq!(read_intervention("2s:kill:s3").map(|made| made.action), Some(Action::Kill(2)));
        for wrong in [
            "",
            "1s",
            "add",
            "1s:",
            "1s:add:s1",
            "1s:send:0",
            "1s:send:1001",
            "1s:kill",
            "1s:kill:3",
            "1s:kill:s0",
            "1s:kill:s65",
            "1s:slow:s1",
            "1s:slow:s1:0",
            "1s:errors:s1:101",
            "1s:flap:s1:1ms",
            "1s:flap:s1",
            "1s:weight:s1:0",
            "now:kill:s1",
            "61m:kill:s1",
            "1s:explode:s1",
        ] {
            assert_eq!(read_intervention(wrong), None, "{wrong}");
        }
    }
}
