//! What changes in mid-run: the reader's interventions, health, slow start.

use super::CHECK_DRAWS;
use super::clock::Event;
use super::lane::Run;
use super::trace::{End, ServerState};
use crate::labs::frame::intervention::in_order;
use crate::labs::load_balancing::scenario::{Action, Scenario};
use crate::sim::Nanos;
use crate::sim::random::Stream;

/// Weights of a server that warms up come in so many steps.
pub(super) const STEPS: u64 = 16;

/// Turns that a flapping server takes in a run at most.
const MOST_TURNS: u64 = 2_000;

/// An intervention that changes the world; what is sent by hand is among the arrivals.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub at: Nanos,
    pub action: Action,
}

impl Change {
    pub fn all(scenario: &Scenario) -> Vec<Change> {
        let made = in_order(&scenario.interventions).into_iter();
        made.filter(|made| !matches!(made.action, Action::Send(_)) && made.at < scenario.length)
            .map(|made| Change { at: made.at, action: made.action })
            .collect()
    }
}

impl Run<'_> {
    pub(super) fn change(&mut self, at: Nanos, index: u32) {
        let action = self.changes[index as usize].action;
        let (Action::Kill(server)
        | Action::Revive(server)
        | Action::Slow(server, _)
        | Action::Errors(server, _)
        | Action::Flap(server, _)
        | Action::Drain(server)
        | Action::Remove(server)
        | Action::Weight(server, _)) = action
        else {
            if action == Action::Add {
                self.add(at);
            }
            return;
        };
        let server = server as usize;
        // A server that is not there, or not yet: an address may name any.
        if server >= self.servers.len() || self.record.is_new(server) {
            return;
        }
        match action {
            Action::Kill(_) => self.kill(at, server),
            Action::Revive(_) => self.revive(at, server),
            Action::Slow(_, factor) => {
                let working = self.servers[server].settle(&mut self.flights, at);
                self.servers[server].slower = factor.max(1);
                working.into_iter().for_each(|id| self.plan_finish(at, id));
            }
            Action::Errors(_, percent) => self.servers[server].errors = percent,
            Action::Flap(_, period) => {
                let plan = self.flapping[server].1 + 1;
                // A run is not made of turns alone.
                let period = if period > Nanos::ZERO { period.max(Nanos(self.scenario.length.0 / MOST_TURNS)) } else { period };
                self.flapping[server] = (period, plan);
                if period > Nanos::ZERO {
                    self.clock.plan(at, Event::Flap(server as u32, plan));
                }
            }
            Action::Drain(_) => {
                self.draining[server] = true;
                self.look_everywhere(at, server);
            }
            Action::Remove(_) => {
                self.members[server].present = false;
                // Who leaves takes what was thought of it along.
                self.fronts.iter_mut().for_each(|front| front.beliefs.forget(server));
                self.rebuild(at);
            }
            Action::Weight(_, weight) => {
                self.members[server].weight = weight * if self.warms { STEPS as u32 } else { 1 };
                self.rebuild(at);
            }
            Action::Send(_) | Action::Add => {}
        }
        self.note_state(server, at);
    }

    fn kill(&mut self, at: Nanos, server: usize) {
        if self.servers[server].alive {
            let lost = self.servers[server].die(&mut self.flights, at);
            lost.into_iter().for_each(|id| self.answer(at, id, End::Reset));
        }
    }

    /// It runs again. A balancer that checks gives it its weight by and by from when it believes it, others from now on.
    fn rise(&mut self, at: Nanos, server: usize) {
        if !std::mem::replace(&mut self.servers[server].alive, true) && self.scenario.health.active.is_none() {
            self.begin_warming(at, server);
            if self.warms {
                self.rebuild(at);
            }
        }
    }

    /// The same, and who was drained or removed is back in its place too.
    fn revive(&mut self, at: Nanos, server: usize) {
        self.rise(at, server);
        let new = !self.members[server].present || self.draining[server];
        self.draining[server] = false;
        let absent = !std::mem::replace(&mut self.members[server].present, true);
        if new {
            self.begin_warming(at, server);
        }
        if absent || self.warm_since[server].is_some() {
            self.rebuild(at);
        } else {
            self.look_everywhere(at, server);
        }
    }

    fn add(&mut self, at: Nanos) {
        let from = self.scenario.servers.len();
        // Those that are kept for being added come after the first ones.
        let Some(server) = (from..self.members.len()).find(|server| !self.members[*server].present && self.record.is_new(*server)) else {
            return;
        };
        self.members[server].present = true;
        self.begin_warming(at, server);
        self.rebuild(at);
        self.note_state(server, at);
    }

    pub(super) fn flap(&mut self, at: Nanos, server: usize, plan: u32) {
        let (period, holds) = self.flapping[server];
        if plan != holds {
            return;
        }
        if self.servers[server].alive {
            self.kill(at, server)
        } else {
            self.rise(at, server)
        }
        self.note_state(server, at);
        self.clock.plan(at + period, Event::Flap(server as u32, plan));
    }

    fn begin_warming(&mut self, at: Nanos, server: usize) {
        if self.warms {
            self.warm_since[server] = Some(at);
            self.warming[server] += 1;
            self.clock.plan(at + self.step(), Event::Warm(server as u32, self.warming[server]));
        }
    }

    fn step(&self) -> Nanos {
        Nanos((self.scenario.slow_start.0 / STEPS).max(1))
    }

    pub(super) fn warm(&mut self, at: Nanos, server: usize, plan: u32) {
        let Some(since) = self.warm_since[server].filter(|_| plan == self.warming[server]) else { return };
        if at - since >= self.scenario.slow_start {
            self.warm_since[server] = None;
        } else {
            self.clock.plan(at + self.step(), Event::Warm(server as u32, plan));
        }
        self.rebuild(at);
        self.note_state(server, at);
    }

    /// A server's weight now: while it warms up, one sixteenth at first, then one more with every sixteenth of the time, as
    /// HAProxy's `server_recalc_eweight` has it.
    fn weight(&self, server: usize, at: Nanos) -> u32 {
        let weight = self.members[server].weight;
        match self.warm_since[server] {
            Some(since) => {
                let step = ((at - since).0 / self.step().0 + 1).min(STEPS);
                (u64::from(weight) * step / STEPS) as u32
            }
            None => weight,
        }
    }

    /// Every balancer learns the configuration as it is at `at`.
    pub(super) fn rebuild(&mut self, at: Nanos) {
        let weights: Vec<u32> = (0..self.members.len()).map(|server| self.weight(server, at)).collect();
        let mut members = self.members.clone();
        members.iter_mut().zip(&weights).for_each(|(member, weight)| member.weight = *weight);
        for front in &mut self.fronts {
            front.peers.iter_mut().zip(&weights).for_each(|(peer, weight)| peer.weight = *weight);
            front.policy.rebuild(&members);
        }
        (0..self.members.len()).for_each(|server| self.look_everywhere(at, server));
    }

    fn look_everywhere(&mut self, at: Nanos, server: usize) {
        (0..self.fronts.len()).for_each(|front| self.refresh(at, front, server));
    }

    /// Whether a balancer would send something to a server, as of now.
    pub(super) fn refresh(&mut self, at: Nanos, front: usize, server: usize) {
        let configured = self.members[server].present && !self.draining[server];
        let front = &mut self.fronts[front];
        front.peers[server].usable = configured && front.beliefs.usable(server, at);
    }

    /// The same, and the record learns of it.
    pub(super) fn look(&mut self, at: Nanos, front: usize, server: usize) {
        let before = self.fronts[front].peers[server].usable;
        self.refresh(at, front, server);
        if self.fronts[front].peers[server].usable != before {
            self.note_state(server, at);
        }
    }

    pub(super) fn begin_checks(&mut self) {
        let fronts = self.fronts.len() as u64;
        for front in 0..fronts {
            if let Some(active) = self.scenario.health.active {
                // Balancers that started at the same time do not check at the same time.
                self.clock.plan(Nanos(active.interval.0 / fronts * front), Event::Check(front as u32));
            }
            if let Some(ejection) = self.scenario.health.ejection {
                self.clock.plan(ejection.sweep, Event::Sweep(front as u32));
            }
        }
    }

    /// A check is passed by a server that runs, and that does not happen to answer with an error.
    pub(super) fn check(&mut self, at: Nanos, front: u32) {
        let Some(active) = self.scenario.health.active else { return };
        for server in 0..self.servers.len() {
            if !self.members[server].present {
                continue;
            }
            let errors = self.servers[server].errors;
            // A stream for each check: what one balancer finds changes nothing for another.
            let number = at.0 / active.interval.0.max(1);
            let source = CHECK_DRAWS + (number << 11) + (u64::from(front) << 6) + server as u64;
            let lucky = || errors == 0 || Stream::new(self.scenario.seed, source).below(100) >= errors;
            let passed = self.servers[server].alive && lucky();
            if self.fronts[front as usize].beliefs.checked(server, passed) {
                if passed && self.warms {
                    self.begin_warming(at, server);
                    self.rebuild(at);
                }
                self.look(at, front as usize, server);
            }
        }
        self.clock.plan(at + active.interval.max(Nanos::from_millis(1)), Event::Check(front));
    }

    pub(super) fn sweep(&mut self, at: Nanos, front: u32) {
        let Some(ejection) = self.scenario.health.ejection else { return };
        for server in self.fronts[front as usize].beliefs.sweep(at) {
            self.look(at, front as usize, server);
        }
        self.clock.plan(at + ejection.sweep.max(Nanos::from_millis(1)), Event::Sweep(front));
    }

    pub(super) fn note_state(&mut self, server: usize, at: Nanos) {
        let beliefs = || self.fronts.iter().map(|front| &front.beliefs);
        let state = ServerState {
            present: self.members[server].present,
            alive: self.servers[server].alive,
            draining: self.draining[server],
            marked_down: beliefs().filter(|beliefs| beliefs.marked_down(server, at)).count() as u32,
            unusable: self.fronts.iter().filter(|front| !front.peers[server].usable).count() as u32,
            ejected: beliefs().filter(|beliefs| beliefs.ejected(server)).count() as u32,
            slower: self.servers[server].slower,
            errors: self.servers[server].errors,
            weight: self.weight(server, at),
        };
        self.record.state(server, at, state);
    }
}
