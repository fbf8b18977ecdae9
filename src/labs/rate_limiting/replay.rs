//! An access log through the lanes: too many requests to keep each decision, so what is kept is what a reader asks of a
//! million of them. Done in steps, so that a page can breathe and a reader can stop it.

use std::collections::VecDeque;

use super::numbers::{Counts, Spread};
use super::scenario::{LaneSpec, Scenario, Scope};
use crate::access_log::LogRequest;
use crate::limiters::{Decision, Limiter, Settings, Verdict};
use crate::sim::Nanos;

/// Parts of the log's span that are drawn.
pub const COLUMNS: usize = 240;
/// Keys that are named in a lane's list of the hurt.
const MOST_HURT: usize = 10;

/// What one limiter would have done with the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneReplay {
    pub spec: LaneSpec,
    pub settings: Settings,
    pub counts: Counts,
    /// Of those that waited at all.
    pub waits: Option<Spread>,
    /// Admitted at once, delayed and refused, for each part of the span.
    pub columns: Vec<[u32; 3]>,
    /// Keys with at least one refusal.
    pub hurt: usize,
    /// The keys refused most: (key, refused, sent).
    pub most_hurt: Vec<(u32, u32, u32)>,
    /// The most that one limiter let through in a true window.
    pub worst: usize,
    pub bound: Option<u64>,
}

/// A lane's limiters, one for each key that has come so far.
pub struct Decider {
    spec: LaneSpec,
    settings: Settings,
    second: Option<Settings>,
    per_key: bool,
    limiters: Vec<Option<Box<dyn Limiter>>>,
}

impl Decider {
    /// For a log of `keys` keys.
    pub fn new(scenario: &Scenario, spec: &LaneSpec, keys: usize) -> Self {
        let per_key = scenario.scope == Scope::PerClient;
        Decider {
            spec: *spec,
            settings: scenario.settings(spec),
            second: scenario.second_settings(spec),
            per_key,
            limiters: (0..if per_key { keys } else { 1 }).map(|_| None).collect(),
        }
    }

    /// Which limiter a request belongs to.
    fn place(&self, request: &LogRequest) -> usize {
        if self.per_key { request.key as usize } else { 0 }
    }

    /// What it decides, and what is left afterwards; `None` for a key that the log does not have.
    pub fn decide(&mut self, request: &LogRequest) -> Option<(Decision, &dyn Limiter)> {
        let place = self.place(request);
        let limiter = self.limiters.get_mut(place)?.get_or_insert_with(|| self.spec.algorithm.limiter_of(self.settings, self.second));
        let decision = limiter.decide(request.at, request.cost);
        Some((decision, &**limiter))
    }
}

/// One lane while the replay is under way.
struct Lane {
    decider: Decider,
    /// For each limiter, what it let through in the window that ends with its last.
    recent: Vec<VecDeque<Nanos>>,
    worst: usize,
    counts: Counts,
    waits: Vec<Nanos>,
    columns: Vec<[u32; 3]>,
    /// By key: refused and sent.
    by_key: Vec<(u32, u32)>,
}

/// A replay: `step` until it is done, then `finish`.
pub struct Replay {
    lanes: Vec<Lane>,
    span: Nanos,
    next: usize,
}

impl Replay {
    /// The scenario's limiters over a log of `keys` keys that lasts `span`. Limits on requests in flight are left out: a log
    /// does not say how long each took.
    pub fn new(scenario: &Scenario, keys: usize, span: Nanos) -> Self {
        let lanes = scenario
            .lanes
            .iter()
            .filter(|spec| !spec.algorithm.by_concurrency())
            .map(|spec| {
                let decider = Decider::new(scenario, spec, keys);
                Lane {
                    recent: vec![VecDeque::new(); decider.limiters.len()],
                    decider,
                    worst: 0,
                    counts: Counts::default(),
                    waits: Vec::new(),
                    columns: vec![[0; 3]; COLUMNS],
                    by_key: vec![(0, 0); keys],
                }
            })
            .collect();
        Replay { lanes, span: Nanos(span.0 + 1), next: 0 }
    }

    /// Handles up to `most` more of `requests`; `false` when there are no more.
    pub fn step(&mut self, requests: &[LogRequest], most: usize) -> bool {
        let until = (self.next + most).min(requests.len());
        for request in &requests[self.next..until] {
            let column = (u128::from(request.at.0) * COLUMNS as u128 / u128::from(self.span.0)) as usize;
            for lane in &mut self.lanes {
                lane.handle(request, column.min(COLUMNS - 1));
            }
        }
        self.next = until;
        until < requests.len()
    }

    /// How many requests were handled.
    pub fn done(&self) -> usize {
        self.next
    }

    pub fn finish(self) -> Vec<LaneReplay> {
        self.lanes.into_iter().map(Lane::finish).collect()
    }
}

impl Lane {
    fn handle(&mut self, request: &LogRequest, column: usize) {
        let (limiter, window) = (self.decider.place(request), self.decider.settings.window);
        let Some((decision, _)) = self.decider.decide(request) else { return };
        self.counts.add(decision.verdict);
        let kind = match decision.verdict {
            Verdict::Admitted => 0,
            Verdict::Delayed { wait } => {
                self.waits.push(wait);
                1
            }
            Verdict::Rejected { .. } => 2,
        };
        self.columns[column][kind] += 1;
        if let Some((refused, sent)) = self.by_key.get_mut(request.key as usize) {
            *sent += 1;
            *refused += u32::from(kind == 2);
        }
        if kind != 2 {
            let recent = &mut self.recent[limiter];
            let through = request.at + decision.wait();
            // The queue keeps its order: whoever waits goes on after those before it.
            let through = recent.back().map_or(through, |last| through.max(*last));
            while recent.front().is_some_and(|first| through - *first >= window) {
                recent.pop_front();
            }
            recent.extend(std::iter::repeat_n(through, request.cost.min(100_000) as usize));
            self.worst = self.worst.max(recent.len());
        }
    }

    fn finish(self) -> LaneReplay {
        let hurt = self.by_key.iter().filter(|(refused, _)| *refused > 0).count();
        let mut most_hurt: Vec<(u32, u32, u32)> = self
            .by_key
            .iter()
            .enumerate()
            .filter(|(_, (refused, _))| *refused > 0)
            .map(|(key, (refused, sent))| (key as u32, *refused, *sent))
            .collect();
        most_hurt.sort_unstable_by_key(|(key, refused, _)| (std::cmp::Reverse(*refused), *key));
        most_hurt.truncate(MOST_HURT);
        let Decider { spec, settings, second, .. } = self.decider;
        LaneReplay {
            spec,
            settings,
            counts: self.counts,
            waits: Spread::of(self.waits),
            columns: self.columns,
            hurt,
            most_hurt,
            worst: self.worst,
            bound: spec.algorithm.limiter_of(settings, second).bound(settings.window),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::run;

    /// The same requests through the lab's own run: the same decisions, counted.
    #[test]
    fn a_replay_decides_as_the_lab_does() {
        let address = "lanes=fixed,log,token,nginx,wait&limit=6&burst=3&window=0.5s&patience=0.3s&traffic=poisson:7*4|poisson:30&length=8s";
        for per in ["client", "all"] {
            let (scenario, notes) = Scenario::from_address(&format!("{address}&per={per}"));
            assert_eq!(notes, []);
            let trace = run(&scenario);
            let requests: Vec<LogRequest> =
                trace.arrivals.iter().map(|arrival| LogRequest { at: arrival.at, key: arrival.client, cost: arrival.cost }).collect();
            let mut replay = Replay::new(&scenario, 5, scenario.length);
            while replay.step(&requests, 37) {}
            assert_eq!(replay.done(), requests.len());
            for (replayed, lane) in replay.finish().into_iter().zip(&trace.lanes) {
                assert_eq!(replayed.counts, Counts::of(&lane.handled), "{per} {:?}", lane.spec.algorithm);
                assert_eq!(Some(replayed.worst), lane.worst.map(|worst| worst.count), "{per} {:?}", lane.spec.algorithm);
                assert_eq!(replayed.columns.iter().flatten().sum::<u32>() as usize, requests.len());
                assert!(replayed.most_hurt.is_sorted_by_key(|(_, refused, _)| std::cmp::Reverse(*refused)));
            }
        }
    }
}
