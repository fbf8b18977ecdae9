//! Traffic as the short texts that addresses and fields hold.

use std::ops::RangeInclusive;

use crate::address::{read_span, write_span};
use crate::sim::{Arrivals, Nanos};

/// Requests of one burst of a law.
pub const BURSTS: RangeInclusive<u32> = 1..=1_000;
/// Slices of a curve drawn by hand.
pub const DRAWN: usize = 40;
/// Moments that can be listed one by one.
pub const MOST_LISTED: usize = 2_000;

/// `steady:10`, `poisson:12.5`, `bursts:<size>:<gap>:<every>`, `ramp:<from>:<to>`, `flash:<base>:<peak>:<at>:<lasts>`,
/// `drawn:5-20-0`, `at:<moment>,<moment>…`. Rates are requests a second and have to lie in `allowed`.
pub fn read_arrivals(text: &str, allowed: &RangeInclusive<f64>) -> Option<Arrivals> {
    let read_rate = |text: &str| read_rate(text, allowed);
    let (law, rest) = text.split_once(':')?;
    let parts: Vec<&str> = rest.split(':').collect();
    match (law, parts.as_slice()) {
        ("steady", [rate]) => Some(Arrivals::Steady { rate: read_rate(rate)? }),
        ("poisson", [rate]) => Some(Arrivals::Poisson { rate: read_rate(rate)? }),
        ("ramp", [from, to]) => Some(Arrivals::Ramp { from: read_rate(from)?, to: read_rate(to)? }),
        ("flash", [base, peak, at, lasts]) => {
            Some(Arrivals::Flash { base: read_rate(base)?, peak: read_rate(peak)?, at: read_span(at)?, lasts: read_span(lasts)? })
        }
        ("bursts", [size, gap, every]) => {
            let size = size.parse().ok().filter(|size| BURSTS.contains(size))?;
            let every = read_span(every).filter(|every| *every >= Nanos::from_millis(10))?;
            Some(Arrivals::Bursts { size, gap: read_span(gap)?, every })
        }
        ("drawn", [rates]) => {
            let most = *allowed.end() as u32;
            let rates: Vec<u32> = rates.split('-').map(|rate| rate.parse().ok().filter(|rate| *rate <= most)).collect::<Option<_>>()?;
            (rates.len() <= DRAWN).then_some(Arrivals::Drawn(rates))
        }
        ("at", [moments]) => {
            let mut moments: Vec<Nanos> = moments.split(',').filter(|part| !part.is_empty()).map(read_span).collect::<Option<_>>()?;
            moments.sort();
            (moments.len() <= MOST_LISTED).then_some(Arrivals::Listed(moments))
        }
        _ => None,
    }
}

pub fn write_arrivals(arrivals: &Arrivals) -> String {
    match arrivals {
        Arrivals::Steady { rate } => format!("steady:{rate}"),
        Arrivals::Poisson { rate } => format!("poisson:{rate}"),
        Arrivals::Ramp { from, to } => format!("ramp:{from}:{to}"),
        Arrivals::Flash { base, peak, at, lasts } => format!("flash:{base}:{peak}:{}:{}", write_span(*at), write_span(*lasts)),
        Arrivals::Bursts { size, gap, every } => format!("bursts:{size}:{}:{}", write_span(*gap), write_span(*every)),
        Arrivals::Drawn(rates) => format!("drawn:{}", rates.iter().map(u32::to_string).collect::<Vec<_>>().join("-")),
        Arrivals::Listed(moments) => format!("at:{}", moments.iter().map(|at| write_span(*at)).collect::<Vec<_>>().join(",")),
    }
}

fn read_rate(text: &str, allowed: &RangeInclusive<f64>) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse::<f64>().ok().filter(|rate| plain && allowed.contains(rate))
}
