//! One server at work: what it holds, and how far it is with it.

use std::collections::VecDeque;

use super::super::scenario::{Order, Queue, ServerSpec};
use super::flight::{FlightId, Flights, Place};
use crate::sim::Nanos;

/// A server with its workers and its queue. It knows nothing of balancers.
#[derive(Debug)]
pub struct Server {
    pub spec: ServerSpec,
    pub alive: bool,
    /// Times as long as usual.
    pub slower: u32,
    /// Of a hundred requests, so many are answered with an error at once.
    pub errors: u32,
    pub queue: Queue,
    pub waiting: VecDeque<FlightId>,
    pub working: Vec<FlightId>,
    /// Time that workers spent, and how much of it went into attempts that nobody waited for.
    pub busy: Nanos,
    pub wasted: Nanos,
    pub longest_queue: u32,
}

/// What a server does with a request that reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// A worker is free: it begins now.
    Begins,
    Waits,
    /// The queue is full.
    Refused,
    /// It waits; the one that has waited longest is turned away for it.
    Displaces(FlightId),
}

impl Server {
    pub fn new(spec: ServerSpec, queue: Queue) -> Self {
        Server {
            spec,
            alive: true,
            slower: 1,
            errors: 0,
            queue,
            waiting: VecDeque::new(),
            working: Vec::new(),
            busy: Nanos::ZERO,
            wasted: Nanos::ZERO,
            longest_queue: 0,
        }
    }

    /// How long `work` (a time at speed 1) takes here now.
    pub fn takes(&self, work: Nanos) -> Nanos {
        if self.spec.speed == 1.0 {
            return Nanos(work.0.saturating_mul(u64::from(self.slower)));
        }
        Nanos((work.0 as f64 * f64::from(self.slower) / self.spec.speed + 0.5) as u64)
    }

    pub fn receive(&mut self, flight: FlightId) -> Reception {
        if self.working.len() < self.spec.workers as usize {
            return Reception::Begins;
        }
        let full = self.queue.places.is_some_and(|places| self.waiting.len() >= places as usize);
        if !full {
            self.waiting.push_back(flight);
            self.longest_queue = self.longest_queue.max(self.waiting.len() as u32);
            return Reception::Waits;
        }
        match self.queue.order {
            Order::DropOldest if !self.waiting.is_empty() => {
                self.waiting.push_back(flight);
                self.waiting.pop_front().map_or(Reception::Waits, Reception::Displaces)
            }
            _ => Reception::Refused,
        }
    }

    /// Who is worked on next.
    pub fn next(&mut self) -> Option<FlightId> {
        match self.queue.order {
            Order::Lifo => self.waiting.pop_back(),
            Order::Fifo | Order::DropOldest => self.waiting.pop_front(),
        }
    }

    /// A worker lets go of `flight` at `at`, done or not: its time is counted.
    pub fn let_go(&mut self, id: FlightId, flights: &mut Flights, at: Nanos) {
        if let Some(place) = self.working.iter().position(|working| *working == id) {
            self.working.swap_remove(place);
        }
        self.count(id, flights, at);
    }

    /// Counts the time since work on `flight` was last looked at.
    fn count(&mut self, id: FlightId, flights: &mut Flights, at: Nanos) {
        let flight = flights.get_mut(id);
        let spent = at - flight.since;
        flight.since = at;
        self.busy = self.busy + spent;
        if flight.abandoned {
            self.wasted = self.wasted + spent;
        }
    }

    /// Before its speed changes: what is left of everything in work, as a time at speed 1. Returns those in work; each needs a
    /// new moment at which it will be finished.
    pub fn settle(&mut self, flights: &mut Flights, at: Nanos) -> Vec<FlightId> {
        let working = self.working.clone();
        for id in &working {
            self.settle_one(*id, flights, at);
        }
        working
    }

    /// Work on `id` goes on, but from `at` on for nobody: what was spent until here is counted.
    pub fn settle_one(&mut self, id: FlightId, flights: &mut Flights, at: Nanos) {
        let elapsed = at - flights.get(id).since;
        let done = self.done_in(elapsed);
        self.count(id, flights, at);
        let flight = flights.get_mut(id);
        flight.left = flight.left - done;
    }

    /// How much work, as a time at speed 1, is done in `elapsed` at the speed of now.
    fn done_in(&self, elapsed: Nanos) -> Nanos {
        Nanos((elapsed.0 as f64 * self.spec.speed / f64::from(self.slower)) as u64)
    }

    /// It dies: everything that it held comes back, those in work first.
    pub fn die(&mut self, flights: &mut Flights, at: Nanos) -> Vec<FlightId> {
        self.alive = false;
        let mut lost = std::mem::take(&mut self.working);
        lost.iter().for_each(|id| self.count(*id, flights, at));
        lost.extend(self.waiting.drain(..));
        lost.iter().for_each(|id| flights.get_mut(*id).place = Place::Gone);
        lost
    }
}
