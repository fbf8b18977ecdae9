//! A scenario as an address and back:
//! `preset=boundary&lanes=fixed,token&limit=8&window=1s&burst=8&traffic=poisson:12&seed=7&length=4s&do=1.2s:send:10&at=2.48s`.
//! Only what differs from the preset is written.

use std::ops::RangeInclusive;

use super::presets::{self, Preset};
use super::scenario::{Action, Algorithm, BURSTS, LENGTHS, LIMITS, MOST_ARRIVALS, MOST_INTERVENTIONS, RATES, Scenario, WINDOWS};
use crate::address::Note;
use crate::address::{Query, read_span, write, write_span};
use crate::labs::frame::Intervention;
use crate::sim::{Arrivals, Nanos};

impl Scenario {
    /// Reads an address. What is not understood falls back to the preset, with a note.
    pub fn from_address(text: &str) -> (Scenario, Vec<Note>) {
        let (_, scenario, notes) = Self::from_address_with_preset(text);
        (scenario, notes)
    }

    /// The same, with the preset that the address starts from.
    pub fn from_address_with_preset(text: &str) -> (&'static Preset, Scenario, Vec<Note>) {
        let mut query = Query::parse(text);
        let wanted = format!("one of {}", presets::slugs());
        let preset = query.take_as("preset", &wanted, presets::find).unwrap_or(presets::first());
        let mut scenario = preset.scenario();

        let whole = |range: RangeInclusive<u32>| move |text: &str| text.parse::<u32>().ok().filter(|number| range.contains(number));
        let span = |range: RangeInclusive<Nanos>| move |text: &str| read_span(text).filter(|span| range.contains(span));
        let of_limit = format!("a whole number from {} to {}", LIMITS.start(), LIMITS.end());
        let of = |range: &RangeInclusive<Nanos>| format!("a time from {} to {}, such as 1.5s or 250ms", range.start(), range.end());

        if let Some(lanes) = query.take_as("lanes", "a list of fixed, token, gcra, each once", read_lanes) {
            scenario.lanes = lanes;
        }
        if let Some(limit) = query.take_as("limit", &of_limit, whole(LIMITS)) {
            scenario.limit = limit;
        }
        if let Some(window) = query.take_as("window", &of(&WINDOWS), span(WINDOWS)) {
            scenario.window = window;
        }
        if let Some(burst) = query.take_as("burst", &of_limit, whole(LIMITS)) {
            scenario.burst = burst;
        }
        if let Some(arrivals) = query.take_as("traffic", "such as steady:10, poisson:12, bursts:8:10ms:1s or at:0.1s,0.9s", read_arrivals) {
            scenario.arrivals = arrivals;
        }
        if let Some(seed) = query.take_as("seed", "a whole number", |text| text.parse().ok()) {
            scenario.seed = seed;
        }
        if let Some(length) = query.take_as("length", &of(&LENGTHS), span(LENGTHS)) {
            scenario.length = length;
        }
        if let Some(done) = query.take("do") {
            for part in done.split(',').filter(|part| !part.is_empty()) {
                match read_intervention(part) {
                    Some(_) if scenario.interventions.len() >= MOST_INTERVENTIONS => {
                        query.note(format!("The address has more than {MOST_INTERVENTIONS} interventions; the rest were left out."));
                        break;
                    }
                    Some(intervention) => scenario.interventions.push(intervention),
                    None => query.note(format!("“{part}” in the address should be such as 1.2s:send:10; it was left out.")),
                }
            }
        }
        scenario.at = query.take_as("at", "a moment of the run, such as 2.48s", read_span).map(|at| at.min(scenario.length));
        (preset, scenario, query.finish())
    }

    /// The shortest address from which `preset` gives this scenario back.
    pub fn to_address(&self, preset: &Preset) -> String {
        let base = preset.scenario();
        let mut parts = vec![("preset", preset.slug.to_owned())];
        if self.lanes != base.lanes {
            parts.push(("lanes", self.lanes.iter().map(|lane| lane.slug()).collect::<Vec<_>>().join(",")));
        }
        if self.limit != base.limit {
            parts.push(("limit", self.limit.to_string()));
        }
        if self.window != base.window {
            parts.push(("window", write_span(self.window)));
        }
        if self.burst != base.burst {
            parts.push(("burst", self.burst.to_string()));
        }
        if self.arrivals != base.arrivals {
            parts.push(("traffic", write_arrivals(&self.arrivals)));
        }
        if self.seed != base.seed {
            parts.push(("seed", self.seed.to_string()));
        }
        if self.length != base.length {
            parts.push(("length", write_span(self.length)));
        }
        if !self.interventions.is_empty() {
            parts.push(("do", self.interventions.iter().map(write_intervention).collect::<Vec<_>>().join(",")));
        }
        if let Some(at) = self.at {
            parts.push(("at", write_span(at)));
        }
        write(&parts)
    }
}

fn read_lanes(text: &str) -> Option<Vec<Algorithm>> {
    let lanes: Vec<Algorithm> = text.split(',').map(Algorithm::from_slug).collect::<Option<_>>()?;
    let repeated = lanes.iter().enumerate().any(|(index, lane)| lanes[..index].contains(lane));
    (!repeated).then_some(lanes)
}

fn read_rate(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse::<f64>().ok().filter(|rate| plain && RATES.contains(rate))
}

/// `steady:10`, `poisson:12.5`, `bursts:<size>:<gap>:<every>`, `at:<moment>,<moment>…`.
pub fn read_arrivals(text: &str) -> Option<Arrivals> {
    let (law, rest) = text.split_once(':')?;
    match law {
        "steady" => read_rate(rest).map(|rate| Arrivals::Steady { rate }),
        "poisson" => read_rate(rest).map(|rate| Arrivals::Poisson { rate }),
        "bursts" => {
            let parts: Vec<&str> = rest.split(':').collect();
            let [size, gap, every] = parts[..] else { return None };
            let size = size.parse().ok().filter(|size| BURSTS.contains(size))?;
            let every = read_span(every).filter(|every| *every >= Nanos::from_millis(10))?;
            Some(Arrivals::Bursts { size, gap: read_span(gap)?, every })
        }
        "at" => {
            let mut moments: Vec<Nanos> = rest.split(',').filter(|part| !part.is_empty()).map(read_span).collect::<Option<_>>()?;
            moments.sort();
            (moments.len() <= MOST_ARRIVALS).then_some(Arrivals::Listed(moments))
        }
        _ => None,
    }
}

pub fn write_arrivals(arrivals: &Arrivals) -> String {
    match arrivals {
        Arrivals::Steady { rate } => format!("steady:{rate}"),
        Arrivals::Poisson { rate } => format!("poisson:{rate}"),
        Arrivals::Bursts { size, gap, every } => format!("bursts:{size}:{}:{}", write_span(*gap), write_span(*every)),
        Arrivals::Listed(moments) => format!("at:{}", moments.iter().map(|at| write_span(*at)).collect::<Vec<_>>().join(",")),
    }
}

/// `1.2s:send:10`, `1.2s:limit:4`, `1.2s:burst:2`.
fn read_intervention(text: &str) -> Option<Intervention<Action>> {
    let parts: Vec<&str> = text.split(':').collect();
    let [at, what, number] = parts[..] else { return None };
    let number: u32 = number.parse().ok()?;
    let action = match what {
        "send" if BURSTS.contains(&number) => Action::Send(number),
        "limit" if LIMITS.contains(&number) => Action::Limit(number),
        "burst" if LIMITS.contains(&number) => Action::Burst(number),
        _ => return None,
    };
    Some(Intervention { at: read_span(at).filter(|at| *at <= *LENGTHS.end())?, action })
}

fn write_intervention(intervention: &Intervention<Action>) -> String {
    let (what, number) = match intervention.action {
        Action::Send(number) => ("send", number),
        Action::Limit(number) => ("limit", number),
        Action::Burst(number) => ("burst", number),
    };
    format!("{}:{what}:{number}", write_span(intervention.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_its_own_name() {
        for preset in presets::PRESETS {
            let address = preset.scenario().to_address(preset);
            assert_eq!(address, format!("preset={}", preset.slug));
            assert_eq!(Scenario::from_address(&address), (preset.scenario(), vec![]));
        }
    }

    #[test]
    fn everything_that_can_be_set_survives_the_address() {
        let preset = presets::first();
        let scenario = Scenario {
            lanes: vec![Algorithm::Gcra, Algorithm::FixedWindow],
            limit: 3,
            window: Nanos::from_millis(250),
            burst: 2,
            arrivals: Arrivals::Poisson { rate: 12.5 },
            seed: u64::MAX,
            length: Nanos::from_millis(5_500),
            interventions: vec![
                Intervention { at: Nanos::from_millis(1_200), action: Action::Send(10) },
                Intervention { at: Nanos(300_000_001), action: Action::Limit(4) },
            ],
            at: Some(Nanos::from_millis(2_480)),
        };
        assert_eq!(Scenario::from_address(&scenario.to_address(preset)), (scenario, vec![]));
    }

    #[test]
    fn a_bad_part_does_not_spoil_the_rest() {
        let (scenario, notes) = Scenario::from_address(
            "preset=nonsense&lanes=fixed,fixed&limit=0&window=2h&traffic=poisson:1e9&seed=-1&do=1s:send:5,now:explode:1&at=99s&burst=3",
        );
        assert_eq!(scenario.burst, 3);
        assert_eq!(scenario.interventions.len(), 1);
        assert_eq!(scenario.at, Some(scenario.length));
        assert_eq!(notes.len(), 7, "{notes:#?}");
    }
}
