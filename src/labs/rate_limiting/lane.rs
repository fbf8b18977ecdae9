//! One limiter's way through the arrivals: an event queue of arrivals, retries, work done and settings changed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::retry;
use super::run::Arrival;
use super::scenario::{Action, LaneSpec, MOST_ATTEMPTS, Scenario, Scope, Work};
use crate::labs::frame::intervention::in_order;
use crate::limiters::{Decision, Evidence, Finished, Limiter, Line, Quota, Settings, SlidingLog, Verdict};
use crate::sim::Nanos;
use crate::sim::random::Stream;
use crate::sim::window::{WorstWindow, worst_window};

/// What one limiter made of the arrivals.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub spec: LaneSpec,
    /// In order of time: every arrival, and every retry.
    pub handled: Vec<Handled>,
    /// The watched limiter's reading (see [`Limiter::reading`]) wherever it bends.
    pub readings: Vec<(Nanos, f64)>,
    /// The line at which it refuses, with the moments from which it held.
    pub lines: Vec<(Nanos, Line)>,
    /// The settings in force, with the moments from which they held.
    pub settings: Vec<(Nanos, Settings)>,
    /// The true window in which most was let through by one limiter.
    pub worst: Option<WorstWindow>,
    /// The most that could ever be let through in one window; `None` if the settings changed in mid-run, if requests cost
    /// more than one, or if no such number follows from the settings.
    pub bound: Option<u64>,
    /// For limiters that count in windows.
    pub against_log: Option<AgainstLog>,
    /// Whether attempts were left out because there were too many.
    pub cut: bool,
}

/// A request at one limiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Handled {
    /// Index of the arrival that it began as.
    pub arrival: u32,
    pub at: Nanos,
    pub client: u32,
    pub cost: u32,
    /// 0 for the first attempt.
    pub attempt: u32,
    pub decision: Decision,
    /// What is left for this client afterwards.
    pub quota: Quota,
    /// When the work was done; `None` if it was refused, is not looked at, or goes on beyond the run.
    pub done: Option<Nanos>,
}

impl Handled {
    /// The moment at which it is let through.
    pub fn through_at(&self) -> Nanos {
        self.at + self.decision.wait()
    }
}

/// Decisions of a limiter held against an exact log of what it let through itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgainstLog {
    /// Refused, although the true window had room.
    pub false_refusals: u32,
    /// Admitted, although the true window was full.
    pub false_admissions: u32,
}

impl Lane {
    /// Those that came at or before `at`.
    pub fn until(&self, at: Nanos) -> &[Handled] {
        &self.handled[..self.handled.partition_point(|handled| handled.at <= at)]
    }

    pub fn admitted(&self, at: Nanos) -> usize {
        self.until(at).iter().filter(|handled| handled.decision.admitted()).count()
    }
}

/// Of one moment, in this order: settings, then work that ends, then work that begins, then arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Change(u32),
    Finish(u32),
    Start(u32),
    Arrive { arrival: u32, attempt: u32, waited: Nanos },
}

/// Numbers of random streams; clients have the low ones.
const WORK_DRAWS: u64 = 1 << 40;
const RETRY_DRAWS: u64 = 1 << 41;

struct Run<'a> {
    scenario: &'a Scenario,
    arrivals: &'a [Arrival],
    changes: Vec<(Nanos, Action)>,
    limiters: BTreeMap<u32, Box<dyn Limiter>>,
    logs: BTreeMap<u32, SlidingLog>,
    /// What a limiter starts with now.
    now: Settings,
    second: Option<Settings>,
    /// Requests being worked on, by limiter.
    in_flight: BTreeMap<u32, u32>,
    in_flight_at_start: Vec<u32>,
    queue: BinaryHeap<Reverse<(Nanos, Event, u64)>>,
    events: u64,
    work: Option<Work>,
    /// When each worker is free.
    workers: Vec<Nanos>,
    slower: u32,
    lane: Lane,
}

pub fn run(spec: &LaneSpec, scenario: &Scenario, arrivals: &[Arrival]) -> Lane {
    let settings = scenario.settings(spec);
    let changes: Vec<(Nanos, Action)> = in_order(&scenario.interventions)
        .into_iter()
        .filter(|made| !matches!(made.action, Action::Send(_)) && made.at < scenario.length)
        .map(|made| (made.at, made.action))
        .collect();
    let watched = spec.algorithm.limiter_of(settings, scenario.second_settings(spec));
    let costly = arrivals.iter().any(|arrival| arrival.cost != 1);
    let lane = Lane {
        spec: *spec,
        handled: Vec::with_capacity(arrivals.len()),
        readings: vec![(Nanos::ZERO, watched.reading(Nanos::ZERO))],
        lines: vec![(Nanos::ZERO, watched.line())],
        settings: vec![(Nanos::ZERO, settings)],
        worst: None,
        bound: watched.bound(settings.window).filter(|_| !costly),
        against_log: matches!(watched.judge(Nanos::ZERO, 1).evidence, Evidence::Window { .. } | Evidence::Weighted { .. })
            .then(AgainstLog::default),
        cut: false,
    };
    let work = scenario.workshop();
    let mut run = Run {
        scenario,
        arrivals,
        changes,
        limiters: BTreeMap::from([(watched_key(scenario), watched)]),
        logs: BTreeMap::new(),
        now: settings,
        second: scenario.second_settings(spec),
        in_flight: BTreeMap::new(),
        in_flight_at_start: Vec::new(),
        queue: BinaryHeap::new(),
        events: 0,
        work,
        workers: work.map_or(Vec::new(), |work| vec![Nanos::ZERO; work.workers as usize]),
        slower: 1,
        lane,
    };
    for index in 0..run.changes.len() {
        run.push(run.changes[index].0, Event::Change(index as u32));
    }
    for (index, arrival) in arrivals.iter().enumerate() {
        run.push(arrival.at, Event::Arrive { arrival: index as u32, attempt: 0, waited: Nanos::ZERO });
    }
    run.through()
}

/// The limiter that is drawn.
fn watched_key(scenario: &Scenario) -> u32 {
    match scenario.scope {
        Scope::PerClient => scenario.watched,
        Scope::Everybody => 0,
    }
}

impl Run<'_> {
    fn push(&mut self, at: Nanos, event: Event) {
        self.queue.push(Reverse((at, event, self.events)));
        self.events += 1;
    }

    fn key(&self, client: u32) -> u32 {
        match self.scenario.scope {
            Scope::PerClient => client,
            Scope::Everybody => 0,
        }
    }

    fn through(mut self) -> Lane {
        while let Some(Reverse((at, event, _))) = self.queue.pop() {
            if at >= self.scenario.length {
                break;
            }
            match event {
                Event::Change(index) => self.change(at, self.changes[index as usize].1),
                Event::Arrive { arrival, attempt, waited } => self.arrive(at, arrival, attempt, waited),
                Event::Start(index) => self.start(at, index),
                Event::Finish(index) => self.finish(at, index),
            }
        }
        let (length, watched) = (self.scenario.length, watched_key(self.scenario));
        if let Some(limiter) = self.limiters.get(&watched) {
            bend(limiter.as_ref(), length, &mut self.lane.readings);
        }
        self.lane.worst = self.worst();
        self.lane.bound = self.lane.bound.filter(|_| self.lane.settings.len() == 1);
        self.lane.against_log = self.lane.against_log.filter(|_| self.lane.settings.len() == 1 && self.second.is_none());
        self.lane
    }

    /// The worst true window of any one limiter.
    fn worst(&self) -> Option<WorstWindow> {
        let mut let_through: BTreeMap<u32, Vec<Nanos>> = BTreeMap::new();
        for handled in self.lane.handled.iter().filter(|handled| handled.decision.admitted()) {
            let moments = let_through.entry(self.key(handled.client)).or_default();
            moments.extend(std::iter::repeat_n(handled.through_at(), handled.cost.min(1_000) as usize));
        }
        let window = self.scenario.settings(&self.lane.spec).window;
        let worst = let_through.into_values().filter_map(|mut moments| {
            moments.sort_unstable();
            worst_window(&moments, window)
        });
        worst.fold(None, |most: Option<WorstWindow>, next| most.filter(|most| most.count >= next.count).or(Some(next)))
    }

    fn change(&mut self, at: Nanos, action: Action) {
        match action {
            Action::Limit(limit) => self.now.limit = limit,
            Action::Burst(burst) => self.now.burst = burst,
            Action::Slow(factor) => {
                self.slower = factor;
                return;
            }
            Action::Send(_) => return,
        }
        let watched = watched_key(self.scenario);
        if let Some(limiter) = self.limiters.get(&watched) {
            bend(limiter.as_ref(), at, &mut self.lane.readings);
        }
        for limiter in self.limiters.values_mut() {
            limiter.retune(at, self.now);
        }
        self.note_state(at);
        self.lane.settings.push((at, self.now));
    }

    fn arrive(&mut self, at: Nanos, arrival: u32, attempt: u32, waited: Nanos) {
        if self.lane.handled.len() >= MOST_ATTEMPTS {
            self.lane.cut = true;
            return;
        }
        let Arrival { client, cost, .. } = self.arrivals[arrival as usize];
        let key = self.key(client);
        let (spec, now, second) = (self.lane.spec, self.now, self.second);
        let limiter = self.limiters.entry(key).or_insert_with(|| spec.algorithm.limiter_of(now, second));
        let watched = key == watched_key(self.scenario);
        if watched {
            bend(limiter.as_ref(), at, &mut self.lane.readings);
        }
        let decision = limiter.decide(at, cost);
        let quota = limiter.quota(at);
        if let Some(against) = &mut self.lane.against_log {
            let log = self.logs.entry(key).or_insert_with(|| SlidingLog::new(now));
            let room = log.judge(at, cost).admitted();
            match decision.admitted() {
                true if !room => against.false_admissions += 1,
                false if room => against.false_refusals += 1,
                _ => {}
            }
            if decision.admitted() {
                log.admit(at, cost);
            }
        }
        let index = self.lane.handled.len() as u32;
        self.lane.handled.push(Handled { arrival, at, client, cost, attempt, decision, quota, done: None });
        self.in_flight_at_start.push(0);
        if watched {
            self.note_state(at);
        }
        if decision.admitted() {
            let in_flight = self.in_flight.entry(key).or_default();
            *in_flight += 1;
            self.in_flight_at_start[index as usize] = *in_flight;
            if self.work.is_some() {
                self.push(at + decision.wait(), Event::Start(index));
            }
        } else if let Some(retry) = self.scenario.retry.filter(|retry| attempt < retry.attempts) {
            let told = match decision.verdict {
                Verdict::Rejected { retry_after: Some(wait) } => Some(wait.ceil_secs()),
                _ => None,
            };
            // A stream for each attempt: what one lane draws does not change what another does.
            let mut draws = Stream::new(self.scenario.seed, RETRY_DRAWS + (u64::from(arrival) << 8) + u64::from(attempt));
            let wait = retry::wait(&retry, attempt + 1, waited, told, &mut draws);
            self.push(at + wait, Event::Arrive { arrival, attempt: attempt + 1, waited: wait });
        }
    }

    /// The worker that is free first takes it; of equals the first. The same request takes as long in every lane.
    fn start(&mut self, at: Nanos, index: u32) {
        let Some(work) = self.work else { return };
        let mut draws = Stream::new(self.scenario.seed, WORK_DRAWS + u64::from(self.lane.handled[index as usize].arrival));
        let takes = if work.random { Nanos::from_secs_f64(draws.exponential(work.time.as_secs_f64())) } else { work.time };
        let Some(worker) = (0..self.workers.len()).min_by_key(|worker| self.workers[*worker]) else { return };
        let done = self.workers[worker].max(at) + Nanos(takes.0.saturating_mul(u64::from(self.slower)));
        self.workers[worker] = done;
        self.push(done, Event::Finish(index));
    }

    fn finish(&mut self, at: Nanos, index: u32) {
        let handled = &mut self.lane.handled[index as usize];
        handled.done = Some(at);
        let (client, began) = (handled.client, handled.at);
        let key = self.key(client);
        if let Some(in_flight) = self.in_flight.get_mut(&key) {
            *in_flight -= 1;
        }
        let finished = Finished { began, in_flight: self.in_flight_at_start[index as usize] };
        let watched = key == watched_key(self.scenario) && self.lane.spec.algorithm.by_concurrency();
        if let Some(limiter) = self.limiters.get_mut(&key) {
            if watched {
                self.lane.readings.push((at, limiter.reading(at)));
            }
            limiter.finish(at, finished);
        }
        if watched {
            self.note_state(at);
        }
    }

    /// The watched limiter's state after something happened to it.
    fn note_state(&mut self, at: Nanos) {
        let Some(limiter) = self.limiters.get(&watched_key(self.scenario)) else { return };
        self.lane.readings.push((at, limiter.reading(at)));
        let line = limiter.line();
        if self.lane.lines.last().is_none_or(|(_, last)| *last != line) {
            self.lane.lines.push((at, line));
        }
    }
}

/// Adds the reading just before `at`, and where it bent on the way there by itself: a window that ended, a bucket
/// that was full, a theoretical arrival time that passed.
fn bend(limiter: &dyn Limiter, at: Nanos, readings: &mut Vec<(Nanos, f64)>) {
    /// A log of a thousand entries that all run out says nothing more in a picture.
    const MOST_BENDS: usize = 200;
    let mut from = readings[readings.len() - 1].0;
    for _ in 0..MOST_BENDS {
        let Some(bend) = limiter.bends_at(from).filter(|bend| *bend < at && *bend > from) else { break };
        readings.push((bend, limiter.reading(bend.saturating_sub(Nanos(1)).max(from))));
        readings.push((bend, limiter.reading(bend)));
        from = bend;
    }
    if at > Nanos::ZERO {
        readings.push((at, limiter.reading(at.saturating_sub(Nanos(1)).max(from))));
    }
}
