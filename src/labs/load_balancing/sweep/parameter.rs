//! What a sweep varies, and what each value makes of a scenario.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::labs::load_balancing::scenario::{BURSTS, CHOICES, Kind, MOST_SERVERS, RATES, SPEEDS, Scenario, ServerSpec};
use crate::sim::Arrivals;

/// What is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parameter {
    /// Nothing but the seed.
    None,
    /// How much of the capacity is asked for, by Poisson arrivals.
    Load,
    /// How many servers, each with the load that it has now.
    Servers,
    /// d of the power of d choices.
    Choices,
    /// How many times slower the last server is than the first.
    Slowness,
}

impl Parameter {
    pub const ALL: [Parameter; 5] = [Parameter::None, Parameter::Load, Parameter::Servers, Parameter::Choices, Parameter::Slowness];

    /// In addresses and fields.
    pub fn slug(self) -> &'static str {
        match self {
            Parameter::None => "seeds",
            Parameter::Load => "load",
            Parameter::Servers => "servers",
            Parameter::Choices => "d",
            Parameter::Slowness => "slowness",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Parameter::ALL.into_iter().find(|parameter| parameter.slug() == slug)
    }

    pub fn label(self) -> &'static str {
        match self {
            Parameter::None => "Many seeds",
            Parameter::Load => "Load",
            Parameter::Servers => "Servers",
            Parameter::Choices => "Choices",
            Parameter::Slowness => "Slowness of the last server",
        }
    }

    /// What its values count.
    pub fn unit(self) -> &'static str {
        match self {
            Parameter::None => "",
            Parameter::Load => "of the capacity",
            Parameter::Servers => "servers",
            Parameter::Choices => "servers looked at",
            Parameter::Slowness => "times as long as at the first",
        }
    }

    /// A value in words: `80 %`, `8`, `2.5 ×`.
    pub fn write(self, value: f64) -> String {
        match self {
            Parameter::None => String::new(),
            Parameter::Load => format!("{} %", (value * 1_000.0).round() / 10.0),
            Parameter::Servers | Parameter::Choices => format!("{value}"),
            Parameter::Slowness => format!("{value} ×"),
        }
    }

    /// Whether it changes anything about this scenario.
    pub fn applies(self, scenario: &Scenario) -> bool {
        match self {
            Parameter::None => true,
            Parameter::Load | Parameter::Servers => !scenario.servers.is_empty(),
            Parameter::Choices => scenario.lanes.iter().any(|lane| lane.kind == Kind::Choices),
            Parameter::Slowness => scenario.servers.len() > 1,
        }
    }

    /// The values of a sweep, in ascending order; none if it does not apply.
    pub fn values(self, scenario: &Scenario) -> Vec<f64> {
        let values: &[f64] = match self {
            _ if !self.applies(scenario) => &[],
            Parameter::None => &[0.0],
            Parameter::Load => &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99],
            Parameter::Servers => &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0],
            Parameter::Choices => &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0],
            Parameter::Slowness => &[1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0],
        };
        let possible = |value: f64| self != Parameter::Load || RATES.contains(&(value * scenario.capacity()));
        values.iter().copied().filter(|value| possible(*value)).collect()
    }

    /// The scenario with this value. Everything else stays, with interventions at their moments; what would lie outside of
    /// what a scenario may have becomes the nearest that does not.
    pub fn apply(self, scenario: &Scenario, value: f64) -> Scenario {
        let mut changed = scenario.clone();
        match self {
            _ if !self.applies(scenario) => {}
            Parameter::None => {}
            Parameter::Load => changed.arrivals = Arrivals::Poisson { rate: within(value * scenario.capacity(), &RATES) },
            Parameter::Servers => {
                let count = (value as usize).clamp(1, MOST_SERVERS);
                // More of them in the same mixture.
                changed.servers = scenario.servers.iter().copied().cycle().take(count).collect();
                changed.arrivals = scaled(&scenario.arrivals, changed.capacity() / scenario.capacity());
            }
            Parameter::Choices => {
                let draws = (value as u32).clamp(*CHOICES.start(), *CHOICES.end());
                changed.lanes.iter_mut().filter(|lane| lane.kind == Kind::Choices).for_each(|lane| lane.d = draws);
            }
            Parameter::Slowness => {
                let first = scenario.servers.first().copied().unwrap_or_default();
                if let Some(last) = changed.servers.last_mut() {
                    *last = ServerSpec { speed: within(first.speed / value.max(1.0), &SPEEDS), ..*last };
                }
            }
        }
        changed
    }

    /// What a reader should know before reading the curves: a sentence each.
    pub fn notes(self, scenario: &Scenario) -> Vec<String> {
        let mut notes = Vec::new();
        let poisson = matches!(scenario.arrivals, Arrivals::Poisson { .. });
        match self {
            Parameter::Load if !poisson => {
                notes.push("For each load requests arrive at random (Poisson), whatever your traffic is.".to_owned());
            }
            Parameter::Servers if matches!(scenario.arrivals, Arrivals::Listed(_)) => {
                notes.push("Your arrivals are listed one by one: they stay as they are, so that more servers have less to do.".to_owned());
            }
            Parameter::Servers => notes.push("The traffic grows with the servers, so that each has the load that it has now.".to_owned()),
            Parameter::Slowness => notes.push("The traffic stays as it is: the slower the last server, the less is in reserve.".to_owned()),
            _ => {}
        }
        if !scenario.interventions.is_empty() {
            notes.push("What you did during the run happens in every run, at its moment; so each is as long as yours.".to_owned());
        }
        if matches!(scenario.arrivals, Arrivals::Listed(_)) && self != Parameter::Load {
            notes.push("Arrivals are the same for every seed; only work and draws differ.".to_owned());
        }
        notes
    }
}

fn within(value: f64, range: &RangeInclusive<f64>) -> f64 {
    value.clamp(*range.start(), *range.end())
}

/// The same traffic, so many times as much of it.
fn scaled(arrivals: &Arrivals, factor: f64) -> Arrivals {
    let rate = |rate: f64| within(rate * factor, &RATES);
    match arrivals {
        Arrivals::Steady { rate: own } => Arrivals::Steady { rate: rate(*own) },
        Arrivals::Poisson { rate: own } => Arrivals::Poisson { rate: rate(*own) },
        Arrivals::Ramp { from, to } => Arrivals::Ramp { from: rate(*from), to: rate(*to) },
        Arrivals::Flash { base, peak, at, lasts } => Arrivals::Flash { base: rate(*base), peak: rate(*peak), at: *at, lasts: *lasts },
        Arrivals::Bursts { size, gap, every } => {
            let size = (f64::from(*size) * factor + 0.5) as u32;
            Arrivals::Bursts { size: size.clamp(*BURSTS.start(), *BURSTS.end()), gap: *gap, every: *every }
        }
        Arrivals::Drawn(rates) => Arrivals::Drawn(rates.iter().map(|own| (f64::from(*own) * factor + 0.5) as u32).collect()),
        Arrivals::Listed(moments) => Arrivals::Listed(moments.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ADDRESS, scenario};
    use super::*;
    use crate::sim::Nanos;

    #[test]
    fn parameters_change_what_they_name() {
        let base = scenario(&ADDRESS.replace("servers=1&", "servers=1,1:s3&"));
        assert_eq!(Parameter::Load.apply(&base, 0.5).arrivals, Arrivals::Poisson { rate: 100.0 });
        let three = Parameter::Servers.apply(&base, 3.0);
        assert_eq!(three.servers.iter().map(|server| server.speed).collect::<Vec<_>>(), [1.0, 3.0, 1.0]);
        let load = |scenario: &Scenario| scenario.rate().unwrap() / scenario.capacity();
        assert!((load(&three) - load(&base)).abs() < 1e-12);
        assert_eq!(Parameter::Servers.apply(&base, 1e9).servers.len(), MOST_SERVERS);
        assert_eq!(Parameter::Choices.apply(&base, 5.0).lanes.iter().map(|lane| lane.d).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(Parameter::Slowness.apply(&base, 4.0).servers[1].speed, 0.25);
        assert_eq!(Parameter::None.apply(&base, 4.0), base);
        for parameter in Parameter::ALL {
            assert_eq!(Parameter::from_slug(parameter.slug()), Some(parameter));
            let values = parameter.values(&base);
            assert!(values.is_sorted() && (parameter == Parameter::None || (9..=12).contains(&values.len())), "{parameter:?}: {values:?}");
        }
        let nobody = scenario(&ADDRESS.replace("servers=1&", "servers=0&"));
        assert!(Parameter::Load.values(&nobody).is_empty() && Parameter::Servers.values(&nobody).is_empty());
        assert_eq!(Parameter::Servers.apply(&nobody, 4.0), nobody);
    }

    #[test]
    fn every_kind_of_traffic_grows_with_the_servers() {
        let ms = Nanos::from_millis;
        let twice = |arrivals: Arrivals| scaled(&arrivals, 2.0);
        assert_eq!(twice(Arrivals::Ramp { from: 1.0, to: 4.0 }), Arrivals::Ramp { from: 2.0, to: 8.0 });
        assert_eq!(twice(Arrivals::Drawn(vec![3, 0])), Arrivals::Drawn(vec![6, 0]));
        let bursts = |size: u32| Arrivals::Bursts { size, gap: ms(1), every: ms(500) };
        assert_eq!((twice(bursts(8)), twice(bursts(900))), (bursts(16), bursts(1_000)));
        let flash = |base: f64, peak: f64| Arrivals::Flash { base, peak, at: ms(1), lasts: ms(2) };
        assert_eq!(twice(flash(1.0, 9.0)), flash(2.0, 18.0));
        assert_eq!(twice(Arrivals::Listed(vec![ms(3)])), Arrivals::Listed(vec![ms(3)]));
    }
}
