//! A scenario as an address and back:
//! `preset=slow&lanes=rr,choices(d:3)&servers=4,1:s0.25&traffic=poisson:40&queue=fifo:20&seed=7&length=60s&do=2s:kill:s3&at=37.4s`.
//! Only what differs from the preset is written.

use std::ops::RangeInclusive;

use super::presets::{self, Preset};
use super::scenario::{
    BALANCERS, CLIENTS, LENGTHS, MOST_INTERVENTIONS, MOST_LANES, MOST_SERVERS, RATES, SKEWS, SPANS, Scenario, WORK_TIMES,
};
use super::words::{
    read_clients, read_health, read_intervention, read_lanes, read_patience, read_queue, read_retry, read_servers, write_clients,
    write_health, write_intervention, write_lanes, write_patience, write_queue, write_retry, write_servers,
};
use crate::address::{Note, Query, read_span, write, write_span};
use crate::labs::frame::traffic::{read_arrivals, write_arrivals};
use crate::sim::Nanos;
use crate::sim::service::{read_service, write_service};

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

        let span = |range: RangeInclusive<Nanos>| move |text: &str| read_span(text).filter(|span| range.contains(span));
        let of = |range: &RangeInclusive<Nanos>| format!("a time from {} to {}, such as 1.5s or 250ms", range.start(), range.end());

        let of_lanes = format!("a list of at most {MOST_LANES} policies such as rr,choices(d:3),ewma(decay:5s), no two alike");
        if let Some(lanes) = query.take_as("lanes", &of_lanes, read_lanes) {
            scenario.lanes = lanes;
        }
        let of_servers = format!("at most {MOST_SERVERS} servers in groups such as 4,1:s0.25 or 1:w5:s2:c4, or 0");
        if let Some(servers) = query.take_as("servers", &of_servers, read_servers) {
            scenario.servers = servers;
        }
        let read_traffic = |text: &str| read_arrivals(text, &RATES);
        if let Some(arrivals) = query.take_as("traffic", "such as poisson:40, steady:10, bursts:8:10ms:1s or at:0.1s,0.9s", read_traffic) {
            scenario.arrivals = arrivals;
        }
        let of_clients =
            format!("how many clients, up to {}, and the skew of their asking, up to {}, such as 1000:1.1", CLIENTS.end(), SKEWS.end());
        if let Some(clients) = query.take_as("clients", &of_clients, read_clients) {
            scenario.clients = clients;
        }
        if let Some(service) =
            query.take_as("service", "such as exp, constant, lognormal:1.2, pareto:1.5:1000 or bimodal:0.1:10", read_service)
        {
            scenario.service = service;
        }
        if let Some(work) = query.take_as("work", &of(&WORK_TIMES), span(WORK_TIMES)) {
            scenario.work = work;
        }
        if let Some(queue) = query.take_as("queue", "such as fifo, fifo:100, lifo:50, dropoldest:20 or none", read_queue) {
            scenario.queue = queue;
        }
        let of_balancers = format!("a whole number from {} to {}", BALANCERS.start(), BALANCERS.end());
        let read_balancers = |text: &str| text.parse::<u32>().ok().filter(|balancers| BALANCERS.contains(balancers));
        if let Some(balancers) = query.take_as("balancers", &of_balancers, read_balancers) {
            scenario.balancers = balancers;
        }
        if let Some(network) = query.take_as("network", &of(&SPANS), span(SPANS)) {
            scenario.network = network;
        }
        let of_health = "such as passive:1:10s, active:2s:3:2, eject:5:30s:10:10s, several of them joined by a plus sign, or none";
        if let Some(health) = query.take_as("health", of_health, read_health) {
            scenario.health = health;
        }
        if let Some(slow_start) = query.take_as("slowstart", &of(&SPANS), span(SPANS)) {
            scenario.slow_start = slow_start;
        }
        if let Some(timeout) = query.take_as("timeout", "a time such as 250ms, or none", read_patience) {
            scenario.timeout = timeout;
        }
        if let Some(retry) = query.take_as("retry", "such as now:x2, full:100ms:10s:x3:budget:20:10:10s or none", read_retry) {
            scenario.retry = retry;
        }
        if let Some(hedge) = query.take_as("hedge", "a time such as 250ms, or none", read_patience) {
            scenario.hedge = hedge;
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
                    None => query.note(format!("“{part}” in the address should be such as 1.2s:send:10 or 2s:kill:s3; it was left out.")),
                }
            }
        }
        if let Some(watched) = query.take_as("watch", "the number of a lane, from 1", |text| text.parse::<u32>().ok()?.checked_sub(1)) {
            scenario.watched = watched;
        }
        scenario.watched = scenario.watched.min(scenario.lanes.len().saturating_sub(1) as u32);
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
        differs("lanes", self.lanes != base.lanes, &|| write_lanes(&self.lanes));
        differs("watch", self.watched != base.watched, &|| self.watched.saturating_add(1).to_string());
        differs("servers", self.servers != base.servers, &|| write_servers(&self.servers));
        differs("traffic", self.arrivals != base.arrivals, &|| write_arrivals(&self.arrivals));
        differs("clients", self.clients != base.clients, &|| write_clients(self.clients));
        differs("service", self.service != base.service, &|| write_service(&self.service));
        differs("work", self.work != base.work, &|| write_span(self.work));
        differs("queue", self.queue != base.queue, &|| write_queue(self.queue));
        differs("balancers", self.balancers != base.balancers, &|| self.balancers.to_string());
        differs("network", self.network != base.network, &|| write_span(self.network));
        // A space is written as a plus sign, a plus sign as %2B; both are read.
        differs("health", self.health != base.health, &|| write_health(self.health).replace('+', " "));
        differs("slowstart", self.slow_start != base.slow_start, &|| write_span(self.slow_start));
        differs("timeout", self.timeout != base.timeout, &|| write_patience(self.timeout));
        differs("retry", self.retry != base.retry, &|| write_retry(self.retry));
        differs("hedge", self.hedge != base.hedge, &|| write_patience(self.hedge));
        differs("seed", self.seed != base.seed, &|| self.seed.to_string());
        differs("length", self.length != base.length, &|| write_span(self.length));
        differs("do", self.interventions != base.interventions, &|| match self.interventions.as_slice() {
            [] => "none".to_owned(),
            made => made.iter().map(write_intervention).collect::<Vec<_>>().join(","),
        });
        if let Some(at) = self.at {
            parts.push(("at", write_span(at)));
        }
        write(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::frame::Intervention;
    use crate::labs::load_balancing::scenario::{
        Action, Active, Budget, Clients, Ejection, Health, Kind, LaneSpec, Order, Passive, Queue, Retry, ServerSpec,
    };
    use crate::sim::Arrivals;
    use crate::sim::backoff::{Backoff, Jitter};
    use crate::sim::service::Service;

    #[test]
    fn every_preset_is_its_own_name() {
        for preset in presets::PRESETS {
            let address = preset.scenario().to_address(preset);
            assert_eq!(address, format!("preset={}", preset.slug));
            assert_eq!(Scenario::from_address(&address), (preset.scenario(), vec![]));
        }
    }

    /// Every preset can be reached from every other one: what differs is written, all of it.
    #[test]
    fn every_preset_can_be_written_as_a_change_of_another() {
        for base in presets::PRESETS {
            for other in presets::PRESETS {
                assert_eq!(Scenario::from_address(&other.scenario().to_address(base)), (other.scenario(), vec![]));
            }
        }
    }

    #[test]
    fn everything_that_can_be_set_survives_the_address() {
        let ms = Nanos::from_millis;
        let lane = |kind: Kind| LaneSpec::from(kind);
        let made = |at, action| Intervention { at: ms(at), action };
        let scenario = Scenario {
            lanes: vec![
                LaneSpec { d: 3, ..lane(Kind::Choices) },
                LaneSpec { decay: ms(2_500), ..lane(Kind::PeakEwma) },
                LaneSpec { factor: 125, ..lane(Kind::BoundedRing) },
                lane(Kind::Maglev),
            ],
            watched: 2,
            servers: vec![
                ServerSpec::default(),
                ServerSpec { weight: 3, speed: 0.25, workers: 4 },
                ServerSpec { speed: 2.0, ..ServerSpec::default() },
            ],
            arrivals: Arrivals::Flash { base: 1.5, peak: 50.0, at: ms(1_000), lasts: ms(500) },
            clients: Clients { count: 1_234, skew: 1.1 },
            service: Service::LogNormal { sigma: 1.2 },
            work: ms(35),
            queue: Queue { places: Some(17), order: Order::Lifo },
            balancers: 8,
            network: Nanos::from_micros(1_500),
            health: Health {
                passive: Some(Passive { max_fails: 2, fail_timeout: ms(10_000) }),
                active: Some(Active { interval: ms(2_000), fall: 3, rise: 2 }),
                ejection: Some(Ejection { consecutive: 5, base: ms(30_000), most_percent: 10, sweep: ms(10_000) }),
            },
            slow_start: ms(8_000),
            timeout: Some(ms(250)),
            retry: Some(Retry {
                wait: Backoff::Exponential { base: ms(100), cap: ms(5_000), jitter: Jitter::Equal },
                attempts: 4,
                budget: Some(Budget { percent: 20, floor: 10, ttl: ms(10_000) }),
            }),
            hedge: Some(ms(120)),
            seed: u64::MAX,
            length: ms(25_500),
            interventions: vec![
                made(1_200, Action::Send(10)),
                made(2_000, Action::Kill(2)),
                made(3_000, Action::Revive(2)),
                made(1_000, Action::Slow(0, 4)),
                made(1_000, Action::Errors(1, 50)),
                made(4_000, Action::Flap(1, ms(500))),
                made(5_000, Action::Drain(0)),
                made(6_000, Action::Remove(0)),
                made(7_000, Action::Add),
                made(8_000, Action::Weight(3, 5)),
            ],
            at: Some(ms(2_480)),
        };
        for preset in presets::PRESETS {
            let address = scenario.to_address(preset);
            assert_eq!(Scenario::from_address(&address), (scenario.clone(), vec![]), "{address}");
        }
        assert!(scenario.to_address(presets::first()).contains("&health=passive:2:10s+active:2s:3:2+eject:5:30s:10:10s&"));
    }

    #[test]
    fn no_servers_nobody_waiting_and_nothing_done_survive_too() {
        for preset in presets::PRESETS {
            let scenario = Scenario {
                servers: vec![],
                queue: Queue { places: Some(0), order: Order::Fifo },
                health: Health::default(),
                timeout: None,
                retry: None,
                hedge: None,
                interventions: vec![],
                ..preset.scenario()
            };
            assert_eq!(Scenario::from_address(&scenario.to_address(preset)), (scenario, vec![]));
        }
    }

    #[test]
    fn a_bad_part_does_not_spoil_the_rest() {
        let (scenario, notes) = Scenario::from_address(
            "preset=nonsense&lanes=rr,rr&servers=65&traffic=poisson:1e9&clients=0&service=gamma&work=0s&queue=stack&balancers=33&network=1h\
             &health=luck&slowstart=-1s&timeout=0s&retry=later&hedge=never&seed=-1&length=1ms&do=1s:send:5,now:explode:1&watch=0&at=99m&color=red",
        );
        assert_eq!(scenario.interventions.len(), 1);
        assert_eq!(scenario.at, Some(scenario.length));
        // One for each part, the 21 of them.
        assert_eq!(notes.len(), 21, "{notes:#?}");
        let (base, at) = (presets::first().scenario(), scenario.at);
        assert_eq!(scenario, Scenario { interventions: scenario.interventions.clone(), at, ..base });
    }

    #[test]
    fn the_watched_lane_is_one_that_there_is() {
        let watched = |text: &str| Scenario::from_address(text).0.watched;
        assert_eq!(["lanes=rr,least&watch=2", "lanes=rr,least&watch=9", "lanes=rr,least&watch=0"].map(watched), [1, 1, 0]);
        let preset = presets::first();
        assert!(Scenario { watched: 1, ..preset.scenario() }.to_address(preset).ends_with("&watch=2"));
    }

    #[test]
    fn too_many_interventions_are_cut() {
        let text = format!("do={}", vec!["1s:add"; MOST_INTERVENTIONS + 5].join(","));
        let (scenario, notes) = Scenario::from_address(&text);
        assert_eq!((scenario.interventions.len(), notes.len()), (MOST_INTERVENTIONS, 1));
    }
}
