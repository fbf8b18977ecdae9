//! One policy's way through the arrivals: what happens to a request from the moment it comes until it is over.

use super::budget::Tokens;
use super::changes::{Change, STEPS};
use super::clock::{Clock, Event};
use super::flight::{Flight, FlightId, Flights, Place};
use super::health::Beliefs;
use super::record::Recorder;
use super::server::{Reception, Server};
use super::trace::{Arrival, End, Lane};
use super::{ATTEMPT_DRAWS, BALANCER_DRAWS, ERROR_DRAWS, RETRY_DRAWS, address_of, write_key};
use crate::balancers::{Ask, Balancer, Member, Outcome, Peer, Pick};
use crate::labs::load_balancing::scenario::{LaneSpec, Scenario};
use crate::sim::Nanos;
use crate::sim::backoff::own_wait;
use crate::sim::random::Stream;
use crate::sim::service::Sampler;

/// One of several balancers, with what it alone knows.
pub(super) struct Front {
    pub policy: Box<dyn Balancer>,
    pub peers: Vec<Peer>,
    pub beliefs: Beliefs,
    pub draws: Stream,
    pub tokens: Option<Tokens>,
}

/// A request that is not over.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// Servers that it has been to.
    tried: u64,
    attempts: u8,
    /// Attempts after one that failed.
    retries: u8,
    /// Attempts under way.
    live: u8,
    over: bool,
    waited: Nanos,
}

/// The state of a lane while it runs.
pub struct Run<'a> {
    pub(super) scenario: &'a Scenario,
    arrivals: &'a [Arrival],
    pub(super) clock: Clock,
    pub(super) flights: Flights,
    pub(super) servers: Vec<Server>,
    pub(super) members: Vec<Member>,
    /// Whether weights grow by and by after a start; then they come in sixteenths.
    pub(super) warms: bool,
    /// By the administrator, not by health.
    pub(super) draining: Vec<bool>,
    /// Since when a server warms up.
    pub(super) warm_since: Vec<Option<Nanos>>,
    /// The plan of warming that holds.
    pub(super) warming: Vec<u32>,
    /// Flapping servers: the period, and the plan that holds.
    pub(super) flapping: Vec<(Nanos, u32)>,
    pub(super) fronts: Vec<Front>,
    pub(super) changes: Vec<Change>,
    pub(super) record: Recorder,
    open: Vec<Open>,
    error_draws: Vec<Stream>,
    sampler: Sampler,
    by_key: bool,
    key: Vec<u8>,
    scores: Vec<f64>,
}

/// Runs one policy over the arrivals.
pub fn run(spec: &LaneSpec, scenario: &Scenario, arrivals: &[Arrival], recorded: usize) -> Lane {
    let specs = scenario.all_servers();
    // A table of hashes is not made anew sixteen times for a server that warms up, and no product does it.
    let warms = scenario.slow_start > Nanos::ZERO && !spec.kind.by_key();
    let scale = if warms { STEPS as u32 } else { 1 };
    let members: Vec<Member> = specs
        .iter()
        .enumerate()
        .map(|(index, server)| Member {
            host: format!("10.0.0.{}", index + 1),
            port: 8080,
            weight: server.weight * scale,
            present: index < scenario.servers.len(),
        })
        .collect();
    let front = |number: u32| Front {
        policy: if warms { spec.balancer_in_sixteenths() } else { spec.balancer() },
        peers: vec![Peer { weight: 1, in_flight: 0, usable: false, tried: false }; specs.len()],
        beliefs: Beliefs::new(scenario.health, specs.len()),
        draws: Stream::new(scenario.seed, BALANCER_DRAWS + u64::from(number)),
        tokens: scenario.retry.and_then(|retry| retry.budget).map(|budget| Tokens::new(&budget)),
    };
    let mut run = Run {
        scenario,
        arrivals,
        clock: Clock::default(),
        flights: Flights::default(),
        servers: specs.iter().map(|spec| Server::new(*spec, scenario.queue)).collect(),
        draining: vec![false; specs.len()],
        warm_since: vec![None; specs.len()],
        warming: vec![0; specs.len()],
        flapping: vec![(Nanos::ZERO, 0); specs.len()],
        fronts: (0..scenario.balancers.max(1)).map(front).collect(),
        changes: Change::all(scenario),
        record: Recorder::new(*spec, specs.len(), arrivals.len(), recorded),
        open: vec![Open::default(); arrivals.len()],
        error_draws: (0..specs.len() as u64).map(|server| Stream::new(scenario.seed, ERROR_DRAWS + server)).collect(),
        sampler: scenario.service.sampler(),
        by_key: spec.kind.by_key(),
        key: Vec::new(),
        scores: Vec::new(),
        members,
        warms,
    };
    run.begin();
    run.through();
    run.finish()
}

impl Run<'_> {
    fn begin(&mut self) {
        for index in 0..self.changes.len() {
            self.clock.plan(self.changes[index].at, Event::Change(index as u32));
        }
        self.rebuild(Nanos::ZERO);
        for server in 0..self.servers.len() {
            self.note_state(server, Nanos::ZERO);
        }
        self.begin_checks();
    }

    fn through(&mut self) {
        let length = self.scenario.length;
        for (index, arrival) in self.arrivals.iter().enumerate() {
            self.events_until(arrival.at);
            self.arrive(arrival.at, index as u32);
        }
        self.events_until(length.saturating_sub(Nanos(1)));
    }

    fn events_until(&mut self, until: Nanos) {
        while let Some((at, event)) = self.clock.next(until) {
            match event {
                Event::Reach(id) => self.reach(at, id),
                Event::Finish(id, plan) if self.is_planned(id, plan) => self.done(at, id),
                Event::Back(id, end) => self.back(at, id, end),
                Event::TimeOut(id) if self.flights.has(id) => self.give_up(at, id),
                Event::Retry(request) => self.retry(at, request),
                Event::Hedge(request) => self.hedge(at, request),
                Event::Finish(..) | Event::TimeOut(_) => {}
                Event::Change(index) => self.change(at, index),
                Event::Check(front) => self.check(at, front),
                Event::Sweep(front) => self.sweep(at, front),
                Event::Look(front, server) => self.look(at, front as usize, server as usize),
                Event::Warm(server, plan) => self.warm(at, server as usize, plan),
                Event::Flap(server, plan) => self.flap(at, server as usize, plan),
            }
        }
    }

    fn arrive(&mut self, at: Nanos, request: u32) {
        let arrival = self.arrivals[request as usize];
        self.record.arrive();
        let front = &mut self.fronts[arrival.balancer as usize];
        if let Some(tokens) = &mut front.tokens {
            tokens.request(at);
        }
        if let Some(delay) = self.scenario.hedge {
            self.clock.plan(at + delay, Event::Hedge(request));
        }
        self.attempt(at, request, false);
    }

    fn retry(&mut self, at: Nanos, request: u32) {
        self.record.totals.retries += 1;
        self.attempt(at, request, false);
    }

    /// A second attempt, if the first is still alone and there is another server to ask.
    fn hedge(&mut self, at: Nanos, request: u32) {
        let open = self.open[request as usize];
        if open.over || open.live != 1 || open.attempts != 1 {
            return;
        }
        let peers = &self.fronts[self.arrivals[request as usize].balancer as usize].peers;
        if peers.iter().enumerate().any(|(server, peer)| peer.usable && open.tried & (1 << server) == 0) {
            self.record.totals.hedges += 1;
            self.attempt(at, request, true);
        }
    }

    fn attempt(&mut self, at: Nanos, request: u32, hedge: bool) {
        let arrival = self.arrivals[request as usize];
        let number = self.open[request as usize].attempts;
        self.open[request as usize].attempts = number.saturating_add(1);
        let pick = self.pick(at, request, &arrival);
        let record = self.record.attempt(at, request, number, hedge, pick, &self.scores);
        let Some(pick) = pick else {
            self.record.over(record, at, End::NoServer);
            self.ended(at, request, End::NoServer);
            return;
        };
        let front = &mut self.fronts[arrival.balancer as usize];
        front.peers[pick.server].in_flight += 1;
        if let Some(moment) = front.beliefs.picked(pick.server, at) {
            self.clock.plan(moment, Event::Look(arrival.balancer, pick.server as u32));
            self.look(at, arrival.balancer as usize, pick.server);
        }
        let open = &mut self.open[request as usize];
        open.tried |= 1 << pick.server;
        open.live += 1;
        // A request is as hard in every lane; its further attempts meet a server in another mood.
        let work = match number {
            0 => arrival.work,
            _ => {
                let mut draws = Stream::new(self.scenario.seed, ATTEMPT_DRAWS + (u64::from(request) << 8) + u64::from(number));
                Nanos::from_secs_f64(self.sampler.draw(&mut draws) * self.scenario.work.as_secs_f64())
            }
        };
        let id = self.flights.add(Flight {
            request,
            balancer: arrival.balancer,
            server: pick.server as u32,
            sent: at,
            left: work,
            since: at,
            place: Place::Travelling,
            abandoned: false,
            plan: 0,
            record,
        });
        if let Some(patience) = self.scenario.timeout {
            self.clock.plan(at + patience, Event::TimeOut(id));
        }
        match self.scenario.network {
            Nanos::ZERO => self.reach(at, id),
            delay => self.clock.plan(at + delay, Event::Reach(id)),
        }
    }

    /// Asks the policy. A retry goes where the request has not been; if there is no such server, anywhere.
    fn pick(&mut self, at: Nanos, request: u32, arrival: &Arrival) -> Option<Pick> {
        let tried = self.open[request as usize].tried;
        let front = &mut self.fronts[arrival.balancer as usize];
        if self.by_key {
            write_key(&mut self.key, arrival.client);
        }
        let ask = Ask { at, client: arrival.client, address: address_of(arrival.client), key: &self.key };
        let scores = self.record.wants_scores().then_some(&mut self.scores);
        if tried == 0 {
            return front.policy.pick(&ask, &front.peers, &mut front.draws, scores);
        }
        let fresh = front.peers.iter().enumerate().any(|(server, peer)| peer.usable && tried & (1 << server) == 0);
        let mark = |peers: &mut [Peer], on: bool| {
            peers.iter_mut().enumerate().for_each(|(server, peer)| peer.tried = on && fresh && tried & (1 << server) != 0);
        };
        mark(&mut front.peers, true);
        let pick = front.policy.pick(&ask, &front.peers, &mut front.draws, scores);
        mark(&mut front.peers, false);
        pick
    }

    fn reach(&mut self, at: Nanos, id: FlightId) {
        let server_index = self.flights.get(id).server as usize;
        let server = &mut self.servers[server_index];
        if !server.alive {
            return self.answer(at, id, End::Reset);
        }
        if server.errors > 0 && self.error_draws[server_index].below(100) < server.errors {
            return self.answer(at, id, End::Error);
        }
        match server.receive(id) {
            Reception::Begins => self.start(at, id),
            Reception::Waits => self.flights.get_mut(id).place = Place::Waiting,
            Reception::Refused => self.answer(at, id, End::Dropped),
            Reception::Displaces(oldest) => {
                self.flights.get_mut(id).place = Place::Waiting;
                self.answer(at, oldest, End::Dropped);
            }
        }
    }

    fn start(&mut self, at: Nanos, id: FlightId) {
        let flight = self.flights.get_mut(id);
        (flight.place, flight.since) = (Place::Working, at);
        self.servers[flight.server as usize].working.push(id);
        self.record.started(flight.record, at);
        self.plan_finish(at, id);
    }

    /// Plans when `id` will be done, as fast as its server is now.
    pub(super) fn plan_finish(&mut self, at: Nanos, id: FlightId) {
        let flight = self.flights.get_mut(id);
        flight.plan += 1;
        let takes = self.servers[flight.server as usize].takes(flight.left);
        self.clock.plan(at + takes, Event::Finish(id, flight.plan));
    }

    /// Whether work on `id` goes on and will be done by this plan: its server may have died or changed its speed.
    fn is_planned(&self, id: FlightId, plan: u32) -> bool {
        self.flights.has(id) && self.flights.get(id).place == Place::Working && self.flights.get(id).plan == plan
    }

    fn done(&mut self, at: Nanos, id: FlightId) {
        let flight = *self.flights.get(id);
        let server = &mut self.servers[flight.server as usize];
        server.let_go(id, &mut self.flights, at);
        self.record.finished(flight.record, at);
        let next = server.next();
        self.answer(at, id, End::Answered);
        if let Some(next) = next {
            self.start(at, next);
        }
    }

    /// The server has done with it: word goes back to the balancer.
    pub(super) fn answer(&mut self, at: Nanos, id: FlightId, end: End) {
        let flight = self.flights.get_mut(id);
        flight.place = Place::Gone;
        self.record.left(flight.record, at);
        match self.scenario.network {
            Nanos::ZERO => self.back(at, id, end),
            delay => self.clock.plan(at + delay, Event::Back(id, end)),
        }
    }

    fn back(&mut self, at: Nanos, id: FlightId, end: End) {
        let flight = *self.flights.get(id);
        self.flights.remove(id);
        if !flight.abandoned {
            self.close(at, &flight, end);
        }
    }

    /// The time-out: the balancer waits no longer. What the server has of it, it goes on with.
    fn give_up(&mut self, at: Nanos, id: FlightId) {
        let working = self.flights.get(id).place == Place::Working;
        if working {
            self.servers[self.flights.get(id).server as usize].settle_one(id, &mut self.flights, at);
        }
        let flight = self.flights.get_mut(id);
        if flight.abandoned {
            return;
        }
        flight.abandoned = true;
        let flight = *flight;
        self.close(at, &flight, End::TimedOut);
    }

    /// The balancer knows how an attempt ended.
    fn close(&mut self, at: Nanos, flight: &Flight, end: End) {
        let (front_index, server) = (flight.balancer as usize, flight.server as usize);
        let outcome = if end == End::Answered { Outcome::Answered } else { Outcome::Failed };
        let took = at - flight.sent;
        let front = &mut self.fronts[front_index];
        front.peers[server].in_flight -= 1;
        front.policy.ended(server, at, took, outcome);
        if self.scenario.health.passive.is_some() || self.scenario.health.ejection.is_some() {
            let present = self.members.iter().filter(|member| member.present).count();
            if let Some(moment) = front.beliefs.ended(server, at, outcome, present) {
                self.clock.plan(moment, Event::Look(flight.balancer, flight.server));
            }
            self.look(at, front_index, server);
        }
        let open = &mut self.open[flight.request as usize];
        open.live -= 1;
        let beaten = open.over;
        self.record.of_server(server, took, end);
        self.record.over(flight.record, at, if beaten { End::Beaten } else { end });
        if !beaten {
            self.ended(at, flight.request, end);
        }
    }

    /// An attempt of an open request ended so: the request is over, waits for its other attempt, or is tried again.
    fn ended(&mut self, at: Nanos, request: u32, end: End) {
        let arrival = &self.arrivals[request as usize];
        let open = &mut self.open[request as usize];
        if end != End::Answered {
            if open.live > 0 {
                return;
            }
            if let Some(retry) = self.scenario.retry.filter(|retry| u32::from(open.retries) < retry.attempts) {
                let allowed = self.fronts[arrival.balancer as usize].tokens.as_mut().is_none_or(|tokens| tokens.retry(at));
                if allowed {
                    open.retries += 1;
                    let number = u32::from(open.retries);
                    let mut draws = Stream::new(self.scenario.seed, RETRY_DRAWS + (u64::from(request) << 8) + u64::from(number));
                    open.waited = own_wait(&retry.wait, number, open.waited, &mut draws);
                    self.clock.plan(at + open.waited, Event::Retry(request));
                    return;
                }
                self.record.totals.over_budget += 1;
            }
        }
        open.over = true;
        self.record.request_over(request, at, at - arrival.at, end, open.attempts);
    }

    fn finish(mut self) -> Lane {
        let length = self.scenario.length;
        for server in 0..self.servers.len() {
            let working = self.servers[server].working.clone();
            working.into_iter().for_each(|id| self.servers[server].let_go(id, &mut self.flights, length));
        }
        self.record.finish(&self.servers)
    }
}
