//! Parts of a scenario as the short texts that addresses and fields hold: lanes, traffic, retries, work.

use super::scenario::{
    ATTEMPTS, Algorithm, LIMITS, LaneSpec, MOST_CLIENTS, MOST_LANES, RATES, Retry, Source, WINDOWS, WORK_TIMES, WORKERS, Work,
};
use crate::address::{read_span, write_span};
use crate::labs::frame::lanes;
use crate::labs::frame::traffic::{read_arrivals, write_arrivals};
use crate::limiters::Delay;
use crate::sim::Nanos;
use crate::sim::backoff::{Backoff, Jitter};

/// `fixed,token(burst:20,limit:4),nginx(nodelay)`.
pub fn read_lanes(text: &str) -> Option<Vec<LaneSpec>> {
    lanes::read_lanes(text, MOST_LANES, |name| Algorithm::from_slug(name).map(LaneSpec::from), read_own)
}

fn read_own(lane: &mut LaneSpec, part: &str) -> Option<()> {
    let (key, value) = part.split_once(':').unwrap_or((part, ""));
    let whole = || value.parse::<u32>().ok();
    let nginx = lane.algorithm == Algorithm::LimitReq;
    match key {
        "limit" => lane.limit = Some(whole().filter(|limit| LIMITS.contains(limit))?),
        "burst" if lane.algorithm.has_burst() => lane.burst = Some(whole().filter(|burst| LIMITS.contains(burst))?),
        "window" => lane.window = Some(read_span(value).filter(|window| WINDOWS.contains(window))?),
        "nodelay" if nginx => lane.delay = Delay::Nothing,
        "delay" if nginx => lane.delay = Delay::After(whole().filter(|delay| LIMITS.contains(delay))?),
        _ => return None,
    }
    Some(())
}

pub fn write_lanes(lanes: &[LaneSpec]) -> String {
    lanes.iter().map(write_lane).collect::<Vec<_>>().join(",")
}

fn write_lane(lane: &LaneSpec) -> String {
    let mut own = Vec::new();
    if let Some(limit) = lane.limit {
        own.push(format!("limit:{limit}"));
    }
    if let Some(window) = lane.window {
        own.push(format!("window:{}", write_span(window)));
    }
    if let Some(burst) = lane.burst {
        own.push(format!("burst:{burst}"));
    }
    match lane.delay {
        Delay::All => {}
        Delay::After(n) => own.push(format!("delay:{n}")),
        Delay::Nothing => own.push("nodelay".to_owned()),
    }
    let slug = lane.algorithm.slug();
    if own.is_empty() { slug.to_owned() } else { format!("{slug}({})", own.join(",")) }
}

/// Sources of traffic, with how many clients send so: `poisson:3*5|steady:40`.
pub fn read_sources(text: &str) -> Option<Vec<Source>> {
    let read = |part: &str| {
        let (law, clients) = part.rsplit_once('*').unwrap_or((part, "1"));
        Some(Source { clients: clients.parse().ok().filter(|clients| *clients >= 1)?, arrivals: read_arrivals(law, &RATES)? })
    };
    let sources: Vec<Source> = text.split('|').map(read).collect::<Option<_>>()?;
    let clients = sources.iter().try_fold(0u32, |sum, source| sum.checked_add(source.clients))?;
    (clients <= MOST_CLIENTS).then_some(sources)
}

pub fn write_sources(sources: &[Source]) -> String {
    let write = |source: &Source| match source.clients {
        1 => write_arrivals(&source.arrivals),
        clients => format!("{}*{clients}", write_arrivals(&source.arrivals)),
    };
    sources.iter().map(write).collect::<Vec<_>>().join("|")
}

/// `now`, `fixed:1s`, `backoff:100ms:10s`, `full:…`, `equal:…`, `decorrelated:…`, each with `:x5` tries and `:honour`;
/// `none`. The outer `None` is for what is not understood.
pub fn read_retry(text: &str) -> Option<Option<Retry>> {
    if text == "none" {
        return Some(None);
    }
    let mut parts: Vec<&str> = text.split(':').collect();
    let honour = parts.pop_if(|last| *last == "honour").is_some();
    let tries = parts
        .last()
        .and_then(|last| last.strip_prefix('x'))
        .map(|tries| tries.parse::<u32>().ok().filter(|tries| ATTEMPTS.contains(tries)));
    let attempts = match tries {
        Some(tries) => {
            parts.pop();
            tries?
        }
        None => 5,
    };
    let span = |text: &str| read_span(text).filter(|span| *span <= *WORK_TIMES.end());
    let jittered = |base: &str, cap: &str, jitter| {
        let (base, cap) = (span(base).filter(|base| *base > Nanos::ZERO)?, span(cap)?);
        (base <= cap).then_some(Backoff::Exponential { base, cap, jitter })
    };
    let wait = match parts.as_slice() {
        ["now"] => Backoff::AtOnce,
        ["fixed", wait] => Backoff::Fixed(span(wait)?),
        ["backoff", base, cap] => jittered(base, cap, Jitter::None)?,
        ["full", base, cap] => jittered(base, cap, Jitter::Full)?,
        ["equal", base, cap] => jittered(base, cap, Jitter::Equal)?,
        ["decorrelated", base, cap] => jittered(base, cap, Jitter::Decorrelated)?,
        _ => return None,
    };
    Some(Some(Retry { wait, attempts, honour }))
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
    format!("{wait}:x{}{}", retry.attempts, if retry.honour { ":honour" } else { "" })
}

/// `random:100ms:10`, `fixed:50ms:4`: how long one takes, and how many workers there are; `none`.
pub fn read_work(text: &str) -> Option<Option<Work>> {
    if text == "none" {
        return Some(None);
    }
    let parts: Vec<&str> = text.split(':').collect();
    let [law @ ("random" | "fixed"), time, workers] = parts[..] else { return None };
    let time = read_span(time).filter(|time| WORK_TIMES.contains(time))?;
    let workers = workers.parse().ok().filter(|workers| WORKERS.contains(workers))?;
    Some(Some(Work { time, random: law == "random", workers }))
}

pub fn write_work(work: Option<Work>) -> String {
    let Some(work) = work else { return "none".to_owned() };
    format!("{}:{}:{}", if work.random { "random" } else { "fixed" }, write_span(work.time), work.workers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_may_have_numbers_of_their_own() {
        let lanes = read_lanes("token,token(burst:20,limit:4),nginx(nodelay),nginx(delay:3)").unwrap();
        assert_eq!((lanes[1].burst, lanes[1].limit), (Some(20), Some(4)));
        assert_eq!((lanes[2].delay, lanes[3].delay), (Delay::Nothing, Delay::After(3)));
        assert_eq!(write_lanes(&lanes), "token,token(limit:4,burst:20),nginx(nodelay),nginx(delay:3)");
        for wrong in
            ["", "token,", "token,token", "token(", "token(burst:0)", "fixed(burst:3)", "gcra(nodelay)", "token)", "x", "token(burst:2)x"]
        {
            assert_eq!(read_lanes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn retries_read_back() {
        for text in ["now:x5", "fixed:1s:x3:honour", "full:0.1s:10s:x4", "decorrelated:50ms:2s:x9:honour", "none"] {
            assert_eq!(write_retry(read_retry(text).unwrap()), text);
        }
        for wrong in ["", "later", "fixed", "full:1s", "full:10s:1s", "now:x0", "full:0s:1s"] {
            assert_eq!(read_retry(wrong), None, "{wrong}");
        }
    }
}
