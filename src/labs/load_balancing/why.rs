//! Why an attempt went where it did: what the policy compared, what it chose, what would have had to differ; and what the other
//! policies did with the same request.

use super::names::{server, short};
use super::numbers::brief;
use super::run::{Attempt, End, Lane, NEVER, ServerState, Trace, address_of};
use super::scenario::Kind;
use crate::balancers::policy::Score;
use crate::balancers::{Pick, Reason};
use crate::labs::frame::Words;
use crate::sim::Nanos;

/// A sentence or two on the attempt of this number in `lane`: where it went and why, and what had happened to its request before.
pub fn explain(trace: &Trace, lane: &Lane, attempt: usize) -> Words {
    let Some((before, attempt)) = lane.attempts.get(..attempt).zip(lane.attempts.get(attempt)) else { return Words::default() };
    let earlier: Vec<&Attempt> = before.iter().filter(|other| other.request == attempt.request).collect();
    let words = Words::default().text(subject(attempt, &earlier));
    let words = match attempt.pick {
        Some(pick) => {
            let choice = Choice { trace, lane, before, attempt, pick };
            choice.reason(words.text(format!(" went to {}: ", server(pick.server))))
        }
        None => words.text(format!(" went nowhere, which is a 503: {}.", trouble(lane, attempt.sent))),
    };
    history(words, attempt, &earlier)
}

fn subject(attempt: &Attempt, earlier: &[&Attempt]) -> String {
    let request = format!("Request {}", attempt.request + 1);
    match earlier.first() {
        None => request,
        Some(first) if attempt.hedge => {
            format!("{request}, sent once more because no answer had come after {},", brief(attempt.sent - first.sent))
        }
        Some(_) => format!("{request}, tried again,"),
    }
}

/// Why no server was to be had.
fn trouble(lane: &Lane, at: Nanos) -> String {
    let states = || lane.servers.iter().enumerate().filter_map(|(number, server)| Some((number, server.state(at)?)));
    let kind = |state: &ServerState| match state {
        ServerState { draining: true, .. } => "draining",
        ServerState { ejected: 1.., .. } => "ejected",
        ServerState { marked_down: 1.., .. } => "marked down",
        _ => "not to be had",
    };
    let of_kind = |word: &str| {
        let servers: Vec<String> =
            states().filter(|(_, state)| state.present && kind(state) == word).map(|(number, _)| server(number)).collect();
        (!servers.is_empty()).then(|| format!("{} {} {word}", and(&servers), if servers.len() == 1 { "was" } else { "were" }))
    };
    let troubles: Vec<String> = ["marked down", "ejected", "draining", "not to be had"].into_iter().filter_map(of_kind).collect();
    if troubles.is_empty() { "there was no server".to_owned() } else { and(&troubles) }
}

/// What had happened to the request before this attempt.
fn history(words: Words, attempt: &Attempt, earlier: &[&Attempt]) -> Words {
    if earlier.is_empty() {
        return words;
    }
    let fates: Vec<String> = earlier.iter().map(|other| fate(other, attempt.sent)).collect();
    let words = words.text(format!(" Before that {}", fates.join(", then ")));
    if attempt.hedge {
        return words.text(".");
    }
    let failed = earlier.iter().map(|other| other.over).filter(|over| *over <= attempt.sent).max().unwrap_or(attempt.sent);
    let fresh = attempt.server().is_some_and(|server| earlier.iter().all(|other| other.server() != Some(server)));
    words.text(format!("; {} later it was tried {}.", brief(attempt.sent - failed), if fresh { "elsewhere" } else { "again" }))
}

/// How an earlier attempt looked at `at`.
fn fate(attempt: &Attempt, at: Nanos) -> String {
    let Some(server) = attempt.server().map(server) else { return "no server had been to be had (503)".to_owned() };
    let after = match attempt.over.min(at) - attempt.sent {
        Nanos::ZERO => "at once".to_owned(),
        took => format!("after {}", brief(took)),
    };
    match attempt.end {
        _ if attempt.over > at => format!("{server} had been asked, and had not answered {after}"),
        End::Error => format!("{server} had answered with an error {after} (500)"),
        End::Dropped => format!("{server} had turned it away {after}, its queue being full (503)"),
        End::Reset if attempt.started != NEVER => format!("{server} had died {after}, while it worked on it (502)"),
        End::Reset => format!("{server} had refused or reset the connection {after} (502)"),
        End::TimedOut => format!("{server} had been given up {after} (504)"),
        _ => format!("{server} had been asked, and was done {after}"),
    }
}

/// A choice that was made.
struct Choice<'a> {
    trace: &'a Trace,
    lane: &'a Lane,
    /// All attempts that were sent before.
    before: &'a [Attempt],
    attempt: &'a Attempt,
    pick: Pick,
}

/// The scores of a choice: the chosen one's, and the best of the others.
struct Compared {
    own: f64,
    second: usize,
    other: f64,
    /// How many others have the second's score.
    alike: usize,
    /// All servers that were looked at.
    looked_at: Vec<String>,
}

impl Choice<'_> {
    fn kind(&self) -> Kind {
        self.lane.spec.kind
    }

    fn reason(&self, words: Words) -> Words {
        match self.pick.reason {
            Reason::Turn => self.turn(words),
            Reason::Draw { draw, of } => {
                words.text("the draw fell on it, ").figure(format!("{} of 0 … {}", number(draw), number(of - 1.0))).text(".")
            }
            Reason::Best { .. } => self.best(words),
            Reason::Hashed { hash, place, skipped } => self.hashed(words, hash, place, skipped),
            Reason::Pinned => words.text("its client, ").figure(self.key()).text(", was there before."),
        }
    }

    /// What is hashed.
    fn key(&self) -> String {
        format!("user-{}", self.client())
    }

    fn client(&self) -> u32 {
        self.trace.arrivals.get(self.attempt.request as usize).map_or(0, |arrival| arrival.client)
    }

    /// `None` if nothing was compared, or there was nothing to compare it with.
    fn compared(&self) -> Option<Compared> {
        if self.attempt.scores == u32::MAX {
            return None;
        }
        let scores = self.lane.scores_of(self.attempt);
        let own = scores.get(self.pick.server).copied().filter(|score| !score.is_nan())?;
        let largest = self.kind().score().largest_wins();
        let looked_at = || scores.iter().copied().enumerate().filter(|(_, score)| !score.is_nan());
        let chosen = self.pick.server;
        let others = || looked_at().filter(move |(server, _)| *server != chosen);
        let better = |one: f64, other: f64| if largest { one > other } else { one < other };
        let (second, other) = others().reduce(|best, next| if better(next.1, best.1) { next } else { best })?;
        let alike = others().filter(|(_, score)| *score == other).count();
        Some(Compared { own, second, other, alike, looked_at: looked_at().map(|(number, _)| server(number)).collect() })
    }

    /// The weight that it had in its balancer's eyes, in sixteenths while servers warm up.
    fn weight(&self, server: usize) -> u64 {
        let state = self.lane.servers.get(server).and_then(|server| server.state(self.attempt.sent));
        state.map_or(1, |state| u64::from(state.weight.max(1)))
    }

    /// In how many parts weights are counted: see [`crate::balancers::Member::weight`].
    fn parts(&self) -> f64 {
        let warms = self.trace.scenario.slow_start > Nanos::ZERO && !self.kind().by_key();
        if warms { 16.0 } else { 1.0 }
    }

    fn turn(&self, words: Words) -> Words {
        let alone = "it was its turn.";
        match self.kind() {
            Kind::FairWeighted => match self.compared() {
                Some(compared) => self.position(words, &compared),
                None => words.text(alone),
            },
            Kind::Choices => words.text("the weights differ, so Envoy draws nothing, and it was its turn in the schedule."),
            Kind::RandomTwo => words.text("no two servers came up in the draw, so it was its turn in round robin."),
            Kind::Sticky => words
                .text("its client, ")
                .figure(self.key())
                .text(", had no server that was to be had, and it was its turn. The client stays with it."),
            Kind::IpHash | Kind::Hash | Kind::Ring => {
                words.text("the hash led to no server that was to be had, so it was its turn in round robin.")
            }
            _ => words.text(alone),
        }
    }

    fn best(&self, words: Words) -> Words {
        let Some(compared) = self.compared() else {
            return words.text(match self.kind() {
                Kind::Choices => "every draw fell on it.",
                _ => "it alone was to be had.",
            });
        };
        match self.kind().score() {
            Score::InFlight | Score::Active => self.in_flight(words, &compared),
            Score::Cost => self.cost(words, &compared),
            Score::Current => self.current(words, &compared),
            Score::Position => self.position(words, &compared),
            Score::HashValue | Score::None => words.text("it was the best."),
        }
    }

    /// The requests in flight that a score speaks of.
    fn count(&self, server: usize, score: f64) -> u64 {
        let count = if self.kind().score() == Score::Active { score - 1.0 } else { score * self.weight(server) as f64 };
        (count + 0.5) as u64
    }

    fn in_flight(&self, words: Words, compared: &Compared) -> Words {
        let Compared { own, second, other, alike, ref looked_at } = *compared;
        let (chosen, rival) = (server(self.pick.server), server(second));
        let (count, others) = (self.count(self.pick.server, own), self.count(second, other));
        let (weight, other_weight) = (self.weight(self.pick.server), self.weight(second));
        let active = self.kind().score() == Score::Active;
        let weighed = !active && weight != other_weight;
        let side = |count: u64, weight: u64| match (active, weighed) {
            (true, _) => format!("{count} + 1"),
            (false, true) => format!("{count} ÷ {}", number(weight as f64 / self.parts())),
            (false, false) => count.to_string(),
        };
        let (one, another) = (side(count, weight), side(others, other_weight));
        let tie = own == other;
        let unit = if weighed { " in flight for each unit of weight" } else { " in flight" };
        let words = match self.kind() {
            Kind::LeastConnections if !tie => {
                words.figure(one).text(format!("{unit} was the fewest; {rival} had ")).figure(another).text(".")
            }
            Kind::LeastConnections => {
                let as_few = if alike == 1 { format!("{rival} had as few") } else { format!("{alike} others had as few") };
                words.figure(one).text(format!("{unit} was the fewest, {as_few}, and smooth weighted round robin chose among them."))
            }
            kind => {
                let sign = if tie { "=" } else { "<" };
                let words = words.text(format!("{} were drawn, and{unit} ", and(looked_at))).figure(format!("{one} {sign} {another}"));
                words.text(match (tie, kind) {
                    (false, _) => ".",
                    (true, Kind::RandomTwo) => ": a tie goes to the second drawn.",
                    (true, _) => ": at a tie the first that was drawn stays.",
                })
            }
        };
        // The smallest number that makes the chosen one worse than the second.
        let worse = if weighed { others * weight / other_weight.max(1) + 1 } else { others + 1 };
        let instead = match alike {
            1 => format!(" {rival} would have been chosen"),
            _ => format!(" One of the {alike} others would have been chosen"),
        };
        words.text(format!("{instead} had {chosen} had ")).figure(worse.to_string()).text(".")
    }

    /// What its balancer had in flight there; `None` where the record leaves open what came first.
    fn pending(&self, server: usize) -> Option<u32> {
        let balancer = |attempt: &Attempt| self.trace.arrivals.get(attempt.request as usize).map(|arrival| arrival.balancer);
        let at = self.attempt.sent;
        let there = |other: &&Attempt| other.server() == Some(server) && balancer(other) == balancer(self.attempt);
        let mut pending = 0;
        for other in self.before.iter().filter(there) {
            // Everything else of a moment comes before the arrivals of it.
            if other.over == at && self.attempt.number > 0 {
                return None;
            }
            pending += u32::from(other.over > at);
        }
        Some(pending)
    }

    fn cost(&self, words: Words, compared: &Compared) -> Words {
        let Compared { own, second, other, ref looked_at, .. } = *compared;
        let (chosen, rival) = (server(self.pick.server), server(second));
        let sign = if own == other { "=" } else { "<" };
        let pending = self.pending(self.pick.server).zip(self.pending(second));
        let (figure, latency) = match pending {
            Some((here, there)) => {
                let latency = |cost: f64, pending: u32| seconds(cost / (f64::from(pending) + 1.0));
                let figure = format!("{} × ({here} + 1) {sign} {} × ({there} + 1)", latency(own, here), latency(other, there));
                (figure, format!("latency been above {}", latency(other, here)))
            }
            None => (format!("{} {sign} {}", seconds(own), seconds(other)), format!("cost been above {}", seconds(other))),
        };
        let words = words.text(format!("{} were drawn, and latency times (in flight + 1) was ", and(looked_at))).figure(figure);
        let words = words.text(if own == other { ": at a tie the first that was drawn stays." } else { "." });
        words.text(format!(" {rival} would have been chosen had {chosen}’s {latency}."))
    }

    fn current(&self, words: Words, compared: &Compared) -> Words {
        let Compared { own, second, other, alike, .. } = *compared;
        let rival = server(second);
        let [one, another] = [own, other].map(|score| number(score / self.parts()));
        let words = words.text("its current weight ").figure(one.clone()).text(" was the largest");
        let words = match (own == other, alike) {
            (false, _) => words.text(format!("; {rival} had ")).figure(another).text("."),
            (true, 1) => words.text(format!(", {rival} had as much, and the first in the list wins.")),
            (true, _) => words.text(format!(", {alike} others had as much, and the first in the list wins.")),
        };
        // Who stands before the chosen one in the list wins a tie.
        let with = if second < self.pick.server { "at least " } else { "more than " };
        words.text(format!(" {rival} would have been chosen with {with}")).figure(one).text(".")
    }

    fn position(&self, words: Words, compared: &Compared) -> Words {
        let Compared { own, second, other, .. } = *compared;
        let rival = server(second);
        let words = words.text("its turn came first, at ").figure(number(own)).text(format!("; {rival} stood at ")).figure(number(other));
        let words = words.text(if own == other { ", and had been put there later." } else { "." });
        words.text(format!(" {rival} would have been chosen before ")).figure(number(own)).text(".")
    }

    fn hashed(&self, words: Words, hash: u64, place: u64, skipped: u32) -> Words {
        let key = self.key();
        let of_key = |words: Words| words.text("the hash of ").figure(key.clone());
        let (words, passed_by) = match self.kind() {
            Kind::Rendezvous => return self.rendezvous(words, hash, skipped),
            Kind::IpHash => {
                let [a, b, c, d] = address_of(self.client());
                let words =
                    words.text("the first three numbers of ").figure(format!("{a}.{b}.{c}.{d}")).text(" hash to ").figure(hash.to_string());
                (words.text(", which modulo all weights is ").figure(place.to_string()).text(", one of its places"), "hash")
            }
            Kind::Hash => {
                let words = of_key(words).text(" is ").figure(hash.to_string()).text(", which modulo all weights is ");
                (words.figure(place.to_string()).text(", one of its places"), "hash")
            }
            Kind::Modulo => {
                let words = of_key(words).text(" is ").figure(hash.to_string()).text(", which modulo the table’s length is slot ");
                (words.figure(place.to_string()).text(", one of its"), "slot")
            }
            Kind::Ring | Kind::HaproxyRing | Kind::BoundedRing => {
                let words = of_key(words).text(", ").figure(format!("0x{hash:08x}")).text(", leads to point ");
                (words.figure(place.to_string()).text(" of the ring, which is its"), "point")
            }
            Kind::Maglev => {
                let words = of_key(words).text(", ").figure(format!("0x{hash:x}")).text(", leads to slot ");
                (words.figure(place.to_string()).text(" of 65,537, which is its"), "slot")
            }
            Kind::Jump => {
                let words = of_key(words).text(", ").figure(format!("0x{hash:x}")).text(", jumps to bucket ");
                (words.figure(place.to_string()).text(", which is its"), "bucket")
            }
            _ => (of_key(words).text(", ").figure(format!("0x{hash:x}")).text(", leads to it"), "place"),
        };
        let full = if self.kind() == Kind::BoundedRing { ", or that was full" } else { "" };
        match skipped {
            0 => words.text("."),
            1 => words.text(format!("; one {passed_by} before led to a server that was not to be had{full}.")),
            _ => words.text(format!("; {skipped} {} before led to servers that were not to be had{full}.", many(passed_by))),
        }
    }

    fn rendezvous(&self, words: Words, hash: u64, skipped: u32) -> Words {
        let own = server(self.pick.server);
        let words = words.text("the hash of its address and ").figure(self.key()).text(", ").figure(leading(hash)).text(", is the largest");
        let words = match skipped {
            0 => words,
            1 => words.text(" of those to be had (one is larger)"),
            _ => words.text(format!(" of those to be had ({skipped} are larger)")),
        };
        match self.compared() {
            Some(Compared { second, other, .. }) => {
                let rival = server(second);
                // The score has the hash's leading 53 bits, more than are shown.
                let words = words.text(format!("; {rival} has ")).figure(leading(other as u64));
                words.text(format!(". Without {own} it would have been {rival}’s."))
            }
            None => words.text("."),
        }
    }
}

/// The first half of a hash: enough to compare by.
fn leading(hash: u64) -> String {
    format!("0x{:08x}…", hash >> 32)
}

fn many(thing: &str) -> String {
    if thing == "hash" { "hashes".to_owned() } else { format!("{thing}s") }
}

/// With at most two decimals.
fn number(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if value < 0.0 && text != "0" { format!("−{text}") } else { text.to_owned() }
}

fn seconds(seconds: f64) -> String {
    if seconds.is_finite() { brief(Nanos::from_secs_f64(seconds)) } else { "∞".to_owned() }
}

/// “a, b and c”.
fn and(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// What the other lanes did with the same request, each with its place among the lanes; those whose record does not have it
/// say nothing.
pub fn other_lanes(trace: &Trace, lane: usize, request: usize) -> Vec<(usize, Words)> {
    let Some(own) = trace.lanes.get(lane) else { return Vec::new() };
    let others = trace.lanes.iter().enumerate().filter(|(number, _)| *number != lane);
    others.filter_map(|(number, other)| Some((number, other_lane(trace, own, other, request)?))).collect()
}

/// The attempts of a request.
fn attempts_of(lane: &Lane, request: usize) -> impl Iterator<Item = (usize, &Attempt)> {
    lane.attempts.iter().enumerate().filter(move |(_, attempt)| attempt.request as usize == request)
}

fn other_lane(trace: &Trace, own: &Lane, other: &Lane, request: usize) -> Option<Words> {
    let attempts: Vec<(usize, &Attempt)> = attempts_of(other, request).collect();
    let (first, attempt) = *attempts.first()?;
    let here = attempts_of(own, request).next().and_then(|(_, attempt)| attempt.server());
    let route: Vec<String> = attempts.iter().map(|(_, attempt)| attempt.server().map_or("no server".to_owned(), server)).collect();
    let too = if attempts.len() == 1 && attempt.server().is_some() && attempt.server() == here { " too" } else { "" };
    let words = Words::default().text(format!("{} sent it to {}{too}", short(trace, other), route.join(", then ")));
    let words = in_other_eyes(words, trace, other, first, here);
    let arrived = trace.arrivals.get(request)?.at;
    let (mine, its) = (own.requests.get(request)?, other.requests.get(request)?);
    let took = its.over - arrived;
    Some(match (mine.end, its.end) {
        (End::Answered, End::Answered) if its.over < mine.over => {
            words.text(format!(" and answered {} sooner.", brief(mine.over - its.over)))
        }
        (End::Answered, End::Answered) if its.over > mine.over => {
            words.text(format!(" and answered {} later.", brief(its.over - mine.over)))
        }
        (End::Answered, End::Answered) => words.text(" and answered at the same moment."),
        (_, End::Answered) => words.text(format!(" and answered after {}.", brief(took))),
        (_, End::Open) => words.text(" and had not answered when the run was over."),
        (_, end) => words.text(format!(" and ended with {} after {}.", answer(end, took), brief(took))),
    })
}

/// Where it counted what was in flight: its choice's, and that of the server to which our lane sent the request.
fn in_other_eyes(words: Words, trace: &Trace, lane: &Lane, attempt: usize, here: Option<usize>) -> Words {
    let Some((before, attempt)) = lane.attempts.get(..attempt).zip(lane.attempts.get(attempt)) else { return words };
    let (Some(pick), Some(here)) = (attempt.pick, here) else { return words };
    let counts = matches!(lane.spec.kind.score(), Score::InFlight | Score::Active) && pick.server != here && attempt.scores != u32::MAX;
    if !counts {
        return words;
    }
    let choice = Choice { trace, lane, before, attempt, pick };
    let count =
        |server: usize| lane.scores_of(attempt).get(server).filter(|score| !score.is_nan()).map(|score| choice.count(server, *score));
    match (count(pick.server), count(here)) {
        (Some(there), Some(here)) => {
            words.text(" (").figure(format!("{there} in flight")).text(" against ").figure(here.to_string()).text(")")
        }
        _ => words,
    }
}

/// What the numbers of [`super::run::Lane::scores_of`] are, and which of them wins.
pub fn score_meaning(kind: Kind) -> &'static str {
    match kind.score() {
        Score::None => "Nothing is compared.",
        Score::Current => "Each server’s current weight after its weight was added: the largest wins, and pays the sum of all weights.",
        Score::Position => "Where each server stands in the order of turns: the smallest is next.",
        Score::InFlight => "Requests in flight for each unit of weight: the smallest wins.",
        Score::Active => "Requests in flight and this one, of the servers that were drawn: the smallest wins, the first drawn at a tie.",
        Score::Cost => "Remembered latency times requests in flight and this one, of the two that were drawn: the smallest wins.",
        Score::HashValue => "The hash of key and server: the largest wins.",
    }
}

/// Why there is nothing to show for a policy that does not compare servers.
pub fn compares_nothing(kind: Kind) -> String {
    let rule = if kind.by_key() {
        "The key’s hash decides, whatever the servers are doing."
    } else {
        "It does not look at what the servers are doing."
    };
    format!("{} compares nothing. {rule}", kind.label())
}

/// One server’s number, in its unit. Weights come in sixteenths while servers warm up.
pub fn score_words(trace: &Trace, lane: &Lane, score: f64) -> String {
    let kind = lane.spec.kind;
    let parts = if trace.scenario.slow_start > Nanos::ZERO && !kind.by_key() { 16.0 } else { 1.0 };
    let score = match kind.score() {
        Score::Current => score / parts,
        Score::InFlight => score * parts,
        _ => score,
    };
    match kind.score() {
        _ if score.is_nan() => "not looked at".to_owned(),
        Score::Cost => Nanos::from_secs_f64(score).to_string(),
        Score::HashValue => format!("{:.6} × 2⁶⁴", score / 18_446_744_073_709_551_616.0),
        _ if score.fract() == 0.0 => format!("{score}"),
        _ => format!("{score:.3}"),
    }
}

/// The HTTP answer that a client gets. `took` is how long that lasted.
pub fn answer(end: End, took: Nanos) -> String {
    match end {
        End::Answered => format!("200 after {}", brief(took)),
        End::Error => "500".to_owned(),
        End::Dropped | End::NoServer => "503".to_owned(),
        End::Reset => "502".to_owned(),
        End::TimedOut => "504".to_owned(),
        End::Open => "no answer yet".to_owned(),
        End::Beaten => "200, not needed any more".to_owned(),
    }
}

/// What an end looks like: a class for its colour, its sign, its word.
pub fn mark(end: End) -> (&'static str, &'static str, &'static str) {
    match end {
        End::Answered => ("pass", "●", "answered"),
        End::Open => ("wait", "◐", "under way"),
        End::Beaten => ("wait", "◐", "beaten"),
        End::Error => ("stop", "✕", "error"),
        End::Dropped => ("stop", "✕", "queue full"),
        End::Reset => ("stop", "✕", "connection lost"),
        End::TimedOut => ("stop", "✕", "timed out"),
        End::NoServer => ("stop", "✕", "no server"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::moment::testing::{ms, scenario};
    use super::super::run::run;
    use super::super::scenario::{Action, Retry, Scenario};
    use super::*;
    use crate::labs::frame::Intervention;
    use crate::sim::backoff::Backoff;

    /// What the first lane says of each attempt.
    fn said(scenario: &Scenario) -> Vec<String> {
        let trace = run(scenario);
        let lane = &trace.lanes[0];
        (0..lane.attempts.len()).map(|attempt| explain(&trace, lane, attempt).plain()).collect()
    }

    #[test]
    fn turns_and_who_is_beyond_them() {
        assert_eq!(said(&scenario(&[Kind::RoundRobin], 2, [0, 10]))[1], "Request 2 went to s2: it was its turn.");
        let sticky = said(&scenario(&[Kind::Sticky], 2, [0, 10]));
        assert_eq!(
            sticky,
            [
                "Request 1 went to s1: its client, user-0, had no server that was to be had, and it was its turn. The client stays with it.",
                "Request 2 went to s1: its client, user-0, was there before.",
            ]
        );
        let nothing = run(&scenario(&[Kind::RoundRobin], 1, []));
        assert_eq!(explain(&nothing, &nothing.lanes[0], 0), Words::default());
    }

    #[test]
    fn the_fewest_in_flight_and_by_how_much() {
        let said = said(&scenario(&[Kind::LeastConnections], 2, [0, 10, 20]));
        assert_eq!(
            said,
            [
                "Request 1 went to s1: 0 in flight was the fewest, s2 had as few, and smooth weighted round robin chose among them. s2 would have been chosen had s1 had 1.",
                "Request 2 went to s2: 0 in flight was the fewest; s1 had 1. s1 would have been chosen had s2 had 2.",
                // Smooth weighted round robin has s1 at -1 and s2 at 1 after its first turn.
                "Request 3 went to s2: 1 in flight was the fewest, s1 had as few, and smooth weighted round robin chose among them. s1 would have been chosen had s2 had 2.",
            ]
        );
    }

    #[test]
    fn weights_are_divided_by() {
        let mut scenario = scenario(&[Kind::LeastConnections], 2, [0, 10, 20, 30]);
        scenario.servers[0].weight = 4;
        let said = said(&scenario);
        // s1 is chosen at the tie, for the larger weight; s2 then has nothing for its weight of 1; 1 ÷ 4 is less than 1 ÷ 1.
        assert_eq!(
            said[1..3],
            [
                "Request 2 went to s2: 0 ÷ 1 in flight for each unit of weight was the fewest; s1 had 1 ÷ 4. s1 would have been chosen had s2 had 1.",
                "Request 3 went to s1: 1 ÷ 4 in flight for each unit of weight was the fewest; s2 had 1 ÷ 1. s2 would have been chosen had s1 had 5.",
            ]
        );
    }

    #[test]
    fn current_weights_are_told() {
        let mut scenario = scenario(&[Kind::SmoothWeighted], 3, [0, 10, 20]);
        scenario.servers[0].weight = 5;
        assert_eq!(
            said(&scenario),
            [
                "Request 1 went to s1: its current weight 5 was the largest; s2 had 1. s2 would have been chosen with more than 5.",
                "Request 2 went to s1: its current weight 3 was the largest; s2 had 2. s2 would have been chosen with more than 3.",
                "Request 3 went to s2: its current weight 3 was the largest, s3 had as much, and the first in the list wins. s3 would have been chosen with more than 3.",
            ]
        );
    }

    #[test]
    fn a_cost_is_latency_times_what_is_in_flight() {
        let said = said(&scenario(&[Kind::PeakEwma], 2, [0, 10]));
        assert!(
            said[0].contains(": s1 and s2 were drawn, and latency times (in flight + 1) was 30 ms × (0 + 1) = 30 ms × (0 + 1): at a tie"),
            "{said:?}"
        );
        // 30 ms that have decayed for 10 ms of 10 s.
        assert!(said[1].contains(" was 30 ms × (0 + 1) < 30 ms × (1 + 1). "), "{said:?}");
        assert!(said[1].ends_with("’s latency been above 59.9 ms."), "{said:?}");
    }

    #[test]
    fn drawn_servers_are_named() {
        for (kind, tie) in [(Kind::Choices, "the first that was drawn stays"), (Kind::RandomTwo, "goes to the second")] {
            let said = said(&scenario(&[kind], 2, (0..40).map(|number| 20 * number)));
            let drawn = said.iter().filter(|sentence| sentence.contains(": s1 and s2 were drawn, and in flight ")).count();
            assert!(drawn > 10, "{kind:?}: {said:?}");
            assert!(said.iter().any(|sentence| sentence.contains(tie)), "{kind:?}: {said:?}");
            assert!(said.iter().any(|sentence| sentence.contains(" < ")), "{kind:?}: {said:?}");
        }
        assert_eq!(said(&scenario(&[Kind::Choices], 1, [0])), ["Request 1 went to s1: every draw fell on it."]);
    }

    #[test]
    fn every_policy_says_something() {
        for kind in Kind::ALL {
            let mut scenario = scenario(&[kind], 3, (0..30).map(|number| 30 * number));
            scenario.clients.count = 20;
            scenario.servers[1].weight = 3;
            scenario.interventions = vec![Intervention { at: ms(300), action: Action::Drain(1) }];
            for sentence in said(&scenario) {
                assert!(
                    sentence.starts_with("Request ") && sentence.contains(" went to s") && sentence.ends_with('.'),
                    "{kind:?}: {sentence}"
                );
            }
        }
    }

    #[test]
    fn a_hash_leads_to_its_point() {
        let said = said(&scenario(&[Kind::Ring], 3, [0]));
        // The CRC-32 of user-0.
        assert!(
            said[0].contains(": the hash of user-0, 0x09217682, leads to point ") && said[0].ends_with(" of the ring, which is its."),
            "{said:?}"
        );
    }

    #[test]
    fn what_happened_before_is_told() {
        let mut retried = scenario(&[Kind::RoundRobin], 2, [0]);
        retried.timeout = Some(ms(50));
        retried.retry = Some(Retry { wait: Backoff::Fixed(ms(20)), attempts: 1, budget: None });
        let expected = "Request 1, tried again, went to s2: it was its turn. Before that s1 had been given up after 50 ms (504); 20 ms later it was tried elsewhere.";
        assert_eq!(said(&retried)[1], expected);
        let mut hedged = scenario(&[Kind::RoundRobin], 2, [0]);
        hedged.hedge = Some(ms(30));
        let expected = "Request 1, sent once more because no answer had come after 30 ms, went to s2: it was its turn. Before that s1 had been asked, and had not answered after 30 ms.";
        assert_eq!(said(&hedged)[1], expected);
    }

    #[test]
    fn without_a_server_it_says_why() {
        assert_eq!(said(&scenario(&[Kind::LeastConnections], 0, [5])), ["Request 1 went nowhere, which is a 503: there was no server."]);
        let mut drained = scenario(&[Kind::RoundRobin], 2, [20]);
        drained.interventions =
            vec![Intervention { at: ms(10), action: Action::Drain(0) }, Intervention { at: ms(10), action: Action::Drain(1) }];
        assert_eq!(said(&drained), ["Request 1 went nowhere, which is a 503: s1 and s2 were draining."]);
    }

    #[test]
    fn the_other_lanes_are_told_by_what_they_did() {
        let mut scenario = scenario(&[Kind::RoundRobin, Kind::LeastConnections], 2, [0, 10, 150]);
        scenario.servers[0].speed = 0.25;
        let trace = run(&scenario);
        let others = |lane: usize, request: usize| {
            let others = other_lanes(&trace, lane, request);
            others.into_iter().map(|(lane, words)| (lane, words.plain())).collect::<Vec<_>>()
        };
        // s1 takes 400 ms: round robin has the third request wait for it.
        assert_eq!(others(0, 2), [(1, "Least connections sent it to s2 (0 in flight against 1) and answered 550 ms sooner.".to_owned())]);
        assert_eq!(others(1, 2), [(0, "Round robin sent it to s1 and answered 550 ms later.".to_owned())]);
        assert_eq!(others(0, 0), [(1, "Least connections sent it to s1 too and answered at the same moment.".to_owned())]);
        assert!(others(0, 3).is_empty() && others(7, 0).is_empty());
    }

    #[test]
    fn answers_are_those_of_the_field() {
        let answers = [End::Answered, End::Error, End::Dropped, End::Reset, End::TimedOut, End::NoServer].map(|end| answer(end, ms(310)));
        assert_eq!(answers, ["200 after 310 ms", "500", "503", "502", "504", "503"]);
        assert_eq!([End::Answered, End::Open, End::Dropped].map(|end| mark(end).1), ["●", "◐", "✕"]);
    }
}
