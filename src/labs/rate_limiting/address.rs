//! A scenario as an address and back:
//! `preset=boundary&lanes=fixed,token(burst:20)&limit=8&window=1s&burst=8&traffic=poisson:12&seed=7&length=4s&do=1.2s:send:10&at=2.48s`.
//! Only what differs from the preset is written.

use std::ops::RangeInclusive;

use super::presets::{self, Preset};
use super::scenario::{
    Action, BURSTS, COSTS, Costs, LENGTHS, LIMITS, MOST_INTERVENTIONS, MOST_LANES, PATIENCE, SLOWER, Scenario, Scope, SecondLimit, WINDOWS,
};
use super::words::{read_lanes, read_retry, read_sources, read_work, write_lanes, write_retry, write_sources, write_work};
use crate::address::Note;
use crate::address::{Query, read_span, write, write_span};
use crate::labs::frame::Intervention;
use crate::sim::Nanos;

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

        let of_lanes = format!("a list of at most {MOST_LANES} limiters such as fixed,token(burst:20),nginx(nodelay), no two alike");
        if let Some(lanes) = query.take_as("lanes", &of_lanes, read_lanes) {
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
        if let Some(patience) = query.take_as("patience", &of(&PATIENCE), span(PATIENCE)) {
            scenario.patience = patience;
        }
        let read_second = |text: &str| match text {
            "none" => Some(None),
            _ => {
                let (limit, window) = text.split_once(':')?;
                Some(Some(SecondLimit { limit: whole(LIMITS)(limit)?, window: span(WINDOWS)(window)? }))
            }
        };
        if let Some(second) = query.take_as("and", "a second limit such as 1000:1h written as 1000:60m, or none", read_second) {
            scenario.second = second;
        }
        let read_scope = |text: &str| match text {
            "client" => Some(Scope::PerClient),
            "all" => Some(Scope::Everybody),
            _ => None,
        };
        if let Some(scope) = query.take_as("per", "client or all", read_scope) {
            scenario.scope = scope;
        }
        if let Some(sources) =
            query.take_as("traffic", "such as steady:10, poisson:12*5|steady:40, bursts:8:10ms:1s or at:0.1s,0.9s", read_sources)
        {
            scenario.sources = sources;
        }
        let read_costs = |text: &str| {
            let (cost, every) = text.split_once('/').unwrap_or((text, "1"));
            Some(Costs { cost: whole(COSTS)(cost)?, every: whole(COSTS)(every)? })
        };
        if let Some(costs) = query.take_as("cost", "a whole number from 1 to 1000, or 5/10 for every tenth request", read_costs) {
            scenario.costs = costs;
        }
        if let Some(retry) = query.take_as("retry", "such as now, fixed:1s, full:100ms:10s:x5:honour or none", read_retry) {
            scenario.retry = retry;
        }
        if let Some(work) = query.take_as("work", "such as random:100ms:10, fixed:50ms:4 or none", read_work) {
            scenario.work = work;
        }
        if let Some(seed) = query.take_as("seed", "a whole number", |text| text.parse().ok()) {
            scenario.seed = seed;
        }
        if let Some(length) = query.take_as("length", &of(&LENGTHS), span(LENGTHS)) {
            scenario.length = length;
        }
        if let Some(done) = query.take("do") {
            scenario.interventions.clear();
            for part in done.split(',').filter(|part| !part.is_empty() && *part != "none") {
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
        if let Some(watched) = query.take_as("watch", "the number of a client, from 1", |text| text.parse::<u32>().ok()?.checked_sub(1)) {
            scenario.watched = watched;
        }
        scenario.watched = scenario.watched.min(scenario.clients().saturating_sub(1));
        scenario.at = query.take_as("at", "a moment of the run, such as 2.48s", read_span);
        if scenario.at.is_some_and(|at| at > scenario.length) {
            query.note(format!(
                "The run is over after {}: the moment in the address lies behind that, so you see its end.",
                scenario.length
            ));
            scenario.at = Some(scenario.length);
        }
        (preset, scenario, query.finish())
    }

    /// The shortest address from which `preset` gives this scenario back.
    pub fn to_address(&self, preset: &Preset) -> String {
        let base = preset.scenario();
        let mut parts = vec![("preset", preset.slug.to_owned())];
        let mut differs = |key, differs: bool, text: &dyn Fn() -> String| {
            if differs {
                parts.push((key, text()));
            }
        };
        let second = |second: Option<SecondLimit>| match second {
            Some(second) => format!("{}:{}", second.limit, write_span(second.window)),
            None => "none".to_owned(),
        };
        differs("lanes", self.lanes != base.lanes, &|| write_lanes(&self.lanes));
        differs("limit", self.limit != base.limit, &|| self.limit.to_string());
        differs("window", self.window != base.window, &|| write_span(self.window));
        differs("burst", self.burst != base.burst, &|| self.burst.to_string());
        differs("patience", self.patience != base.patience, &|| write_span(self.patience));
        differs("and", self.second != base.second, &|| second(self.second));
        differs("per", self.scope != base.scope, &|| if self.scope == Scope::PerClient { "client" } else { "all" }.to_owned());
        differs("traffic", self.sources != base.sources, &|| write_sources(&self.sources));
        differs("cost", self.costs != base.costs, &|| format!("{}/{}", self.costs.cost, self.costs.every));
        differs("retry", self.retry != base.retry, &|| write_retry(self.retry));
        differs("work", self.work != base.work, &|| write_work(self.work));
        differs("seed", self.seed != base.seed, &|| self.seed.to_string());
        differs("length", self.length != base.length, &|| write_span(self.length));
        differs("do", self.interventions != base.interventions, &|| match self.interventions.as_slice() {
            [] => "none".to_owned(),
            made => made.iter().map(write_intervention).collect::<Vec<_>>().join(","),
        });
        differs("watch", self.watched != base.watched, &|| self.watched.saturating_add(1).to_string());
        if let Some(at) = self.at {
            parts.push(("at", write_span(at)));
        }
        write(&parts)
    }
}

/// `1.2s:send:10`, `1.2s:limit:4`, `1.2s:burst:2`, `1.2s:slow:4`.
fn read_intervention(text: &str) -> Option<Intervention<Action>> {
    let parts: Vec<&str> = text.split(':').collect();
    let [at, what, number] = parts[..] else { return None };
    let number: u32 = number.parse().ok()?;
    let action = match what {
        "send" if BURSTS.contains(&number) => Action::Send(number),
        "limit" if LIMITS.contains(&number) => Action::Limit(number),
        "burst" if LIMITS.contains(&number) => Action::Burst(number),
        "slow" if SLOWER.contains(&number) => Action::Slow(number),
        _ => return None,
    };
    Some(Intervention { at: read_span(at).filter(|at| *at <= *LENGTHS.end())?, action })
}

fn write_intervention(intervention: &Intervention<Action>) -> String {
    let (what, number) = match intervention.action {
        Action::Send(number) => ("send", number),
        Action::Limit(number) => ("limit", number),
        Action::Burst(number) => ("burst", number),
        Action::Slow(number) => ("slow", number),
    };
    format!("{}:{what}:{number}", write_span(intervention.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::scenario::{Algorithm, Backoff, Jitter, LaneSpec, Retry, Source, Work};
    use crate::limiters::Delay;
    use crate::sim::Arrivals;

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
        let token = LaneSpec { burst: Some(20), limit: Some(3), window: Some(Nanos::from_millis(500)), ..Algorithm::TokenBucket.into() };
        let nginx = LaneSpec { delay: Delay::After(2), ..Algorithm::LimitReq.into() };
        let scenario = Scenario {
            lanes: vec![Algorithm::Gcra.into(), token, Algorithm::TokenBucket.into(), nginx],
            limit: 3,
            window: Nanos::from_millis(250),
            burst: 2,
            patience: Nanos::from_millis(700),
            second: Some(SecondLimit { limit: 1_000, window: Nanos::from_millis(3_600_000) }),
            scope: Scope::Everybody,
            sources: vec![
                Source { clients: 3, arrivals: Arrivals::Poisson { rate: 12.5 } },
                Arrivals::Flash { base: 1.0, peak: 50.0, at: Nanos::SECOND, lasts: Nanos::from_millis(500) }.into(),
                Arrivals::Drawn(vec![1, 0, 25]).into(),
                Arrivals::Ramp { from: 0.5, to: 20.0 }.into(),
            ],
            costs: Costs { cost: 5, every: 10 },
            retry: Some(Retry {
                wait: Backoff::Exponential { base: Nanos::from_millis(100), cap: Nanos::from_millis(5_000), jitter: Jitter::Full },
                attempts: 4,
                honour: true,
            }),
            work: Some(Work { time: Nanos::from_millis(50), random: false, workers: 4 }),
            seed: u64::MAX,
            length: Nanos::from_millis(5_500),
            interventions: vec![
                Intervention { at: Nanos::from_millis(1_200), action: Action::Send(10) },
                Intervention { at: Nanos(300_000_001), action: Action::Limit(4) },
                Intervention { at: Nanos(300_000_001), action: Action::Slow(4) },
            ],
            watched: 2,
            at: Some(Nanos::from_millis(2_480)),
        };
        assert_eq!(Scenario::from_address(&scenario.to_address(preset)), (scenario, vec![]));
    }

    #[test]
    fn a_bad_part_does_not_spoil_the_rest() {
        let (scenario, notes) = Scenario::from_address(
            "preset=nonsense&lanes=fixed,fixed&limit=0&window=48h&traffic=poisson:1e9&seed=-1&do=1s:send:5,now:explode:1&at=99s&burst=3",
        );
        assert_eq!(scenario.burst, 3);
        assert_eq!(scenario.interventions.len(), 1);
        assert_eq!(scenario.at, Some(scenario.length));
        assert_eq!(notes.len(), 8, "{notes:#?}");
    }
}
