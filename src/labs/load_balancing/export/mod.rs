//! What a lane runs, as the complete configuration of a product: something to take home.
//!
//! Where a product has no such policy, an export may be another one, but only if it keeps the promise of the one that ran:
//! the same shares; the fewest in flight of as many looked at; a key at its server, and others left alone when one leaves.
//! A note then says so. Where the product cannot keep the promise there is no export, and a sentence names the nearest thing.
//!
//! Every name and default was checked in the product's documentation or source, and nginx 1.22, HAProxy 2.6, Envoy 1.40 and
//! Caddy 2.11 took the files.

mod caddy;
mod envoy;
mod haproxy;
mod nginx;

use super::scenario::{CHOICES, FACTORS, Kind, Order, Policy, QUEUES, RETRIES, Retry, Scenario, ServerSpec, THRESHOLDS, WEIGHTS, WORKERS};
use crate::labs::frame::figures::seconds;
use crate::sim::Nanos;
use crate::sim::backoff::{Backoff, ROUND_TRIP};

/// What is to be exported: a policy, and the scenario that it runs in. The scenario's own lanes do not matter.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub policy: Policy,
    pub scenario: &'a Scenario,
}

/// A file, and what to know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub text: String,
    /// Sentences: what the product does differently from what the lab ran, and what to adapt.
    pub notes: Vec<String>,
}

/// A product that can be told to do what the lab ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Nginx,
    Haproxy,
    Envoy,
    Caddy,
}

/// What is written once about each: (slug in addresses, label, file name, language to highlight it as).
type Names = (&'static str, &'static str, &'static str, &'static str);

impl Target {
    pub const ALL: [Target; 4] = [Target::Nginx, Target::Haproxy, Target::Envoy, Target::Caddy];

    const fn names(self) -> Names {
        match self {
            Target::Nginx => ("nginx", "nginx", "nginx.conf", "nginx"),
            Target::Haproxy => ("haproxy", "HAProxy", "haproxy.cfg", "haproxy"),
            Target::Envoy => ("envoy", "Envoy", "envoy.yaml", "yaml"),
            // No highlighter of ours knows a Caddyfile.
            Target::Caddy => ("caddy", "Caddy", "Caddyfile", "text"),
        }
    }

    /// In addresses.
    pub const fn slug(self) -> &'static str {
        self.names().0
    }

    pub const fn label(self) -> &'static str {
        self.names().1
    }

    pub const fn file_name(self) -> &'static str {
        self.names().2
    }

    /// What to highlight it as.
    pub const fn language(self) -> &'static str {
        self.names().3
    }

    /// `Err` is a sentence: why the product cannot, and the nearest thing that can.
    pub fn export(self, wanted: &Wanted<'_>) -> Result<Export, String> {
        match self {
            Target::Nginx => nginx::export(wanted),
            Target::Haproxy => haproxy::export(wanted),
            Target::Envoy => envoy::export(wanted),
            Target::Caddy => caddy::export(wanted),
        }
    }
}

/// The header that stands for what the lab hashes: its client.
const HEADER: &str = "X-Client";
/// What active checks ask for.
const PROBE: &str = "/health";
/// No product waits longer than a day for anything here.
const LONGEST: Nanos = Nanos::from_millis(86_400_000);
const MILLI: u64 = 1_000_000;
/// How long a connection may take where the lab has no time-out.
const CONNECT: Nanos = Nanos::from_millis(5_000);

impl Wanted<'_> {
    fn kind(&self) -> Kind {
        self.policy.kind
    }

    /// The servers within the lab's limits; one if there is none.
    fn servers(&self) -> Vec<ServerSpec> {
        let specs = if self.scenario.servers.is_empty() { vec![ServerSpec::default()] } else { self.scenario.servers.clone() };
        let sound =
            |spec: ServerSpec| ServerSpec { weight: within(spec.weight, &WEIGHTS), workers: within(spec.workers, &WORKERS), ..spec };
        specs.into_iter().map(sound).collect()
    }

    /// The weights that the policy reads: all 1 if it reads none.
    fn weights(&self) -> Vec<u32> {
        let reads = self.kind().weighted();
        self.servers().iter().map(|server| if reads { server.weight } else { 1 }).collect()
    }

    /// Whether some servers weigh more than others.
    fn uneven(&self) -> bool {
        let weights = self.weights();
        weights.iter().any(|weight| Some(weight) != weights.first())
    }

    /// Places in each server's queue; `None` if there is no end to them.
    fn places(&self) -> Option<u32> {
        self.scenario.queue.places.map(|places| within(places, &QUEUES))
    }

    /// What each server holds at most, worked on and waiting; `None` if there is no end to it.
    fn bounds(&self) -> Option<Vec<u32>> {
        let places = self.places()?;
        Some(self.servers().iter().map(|server| server.workers + places).collect())
    }

    /// Tries after the first.
    fn retries(&self) -> Option<(u32, Retry)> {
        self.scenario.retry.map(|retry| (within(retry.attempts, &RETRIES), retry))
    }

    /// Fails that mark a server down and for how long, by passive checks, or by ejection where a product knows only these.
    fn fails(&self) -> Option<(u32, Nanos)> {
        let health = &self.scenario.health;
        let passive = health.passive.map(|passive| (passive.max_fails, passive.fail_timeout));
        let ejection = health.ejection.map(|ejection| (ejection.consecutive, ejection.base));
        passive.or(ejection).map(|(fails, time)| (within(fails, &THRESHOLDS), at_least_a_milli(time)))
    }

    /// The longest that a connection may take.
    fn connect(&self) -> Nanos {
        self.scenario.timeout.map_or(CONNECT, |timeout| at_least_a_milli(timeout).min(CONNECT))
    }
}

fn within(number: u32, range: &std::ops::RangeInclusive<u32>) -> u32 {
    number.clamp(*range.start(), *range.end())
}

/// Whole milliseconds, from one to a day.
fn at_least_a_milli(time: Nanos) -> Nanos {
    Nanos(time.min(LONGEST).0.div_ceil(MILLI).max(1) * MILLI)
}

/// As nginx, HAProxy and Caddy write times: `10s`, `250ms`.
fn span(time: Nanos) -> String {
    let millis = at_least_a_milli(time).0 / MILLI;
    if millis.is_multiple_of(1_000) { format!("{}s", millis / 1_000) } else { format!("{millis}ms") }
}

/// As protocol buffers write times: `0.25s`.
fn duration(time: Nanos) -> String {
    format!("{}s", seconds(at_least_a_milli(time)))
}

/// Servers have addresses of their own and listen on port 8080.
fn host(server: usize) -> String {
    let number = server + 1;
    format!("10.0.{}.{}", number / 256 % 256, number % 256)
}

/// The first wait before a retry, and the longest.
fn waits(retry: &Retry) -> (Nanos, Nanos) {
    match retry.wait {
        Backoff::AtOnce => (ROUND_TRIP, ROUND_TRIP),
        Backoff::Fixed(wait) => (wait, wait),
        Backoff::Exponential { base, cap, .. } => (base, cap.max(base)),
    }
}

/// What the file does, in words.
fn headline(wanted: &Wanted<'_>) -> String {
    let Wanted { policy, scenario } = wanted;
    let servers = wanted.servers().len();
    let mut parts = vec![format!("{} ({}), {}", policy.kind.label(), policy.kind.variant(), many(servers as u64, "server"))];
    match policy.kind {
        Kind::Choices => parts.push(many(u64::from(within(policy.d, &CHOICES)), "draw")),
        Kind::BoundedRing => parts.push(format!("at most {} % of the average load", within(policy.factor, &FACTORS))),
        Kind::PeakEwma => parts.push(format!("decay time {}", policy.decay)),
        _ => {}
    }
    if wanted.uneven() {
        let weights: Vec<String> = wanted.weights().iter().map(u32::to_string).collect();
        parts.push(format!("weights {}", weights.join(", ")));
    }
    parts.extend(wanted.places().map(|places| format!("{} in each server's queue", many(u64::from(places), "place"))));
    parts.extend(scenario.timeout.map(|timeout| format!("given up after {timeout}")));
    parts.extend(wanted.retries().map(|(attempts, _)| format!("tried again at most {}", times(attempts))));
    parts.extend(scenario.hedge.map(|hedge| format!("hedged after {hedge}")));
    parts.extend(scenario.health.active.map(|active| format!("checked every {}", active.interval)));
    let passive = scenario.health.passive.map(|passive| {
        format!("left alone for {} after {}", passive.fail_timeout, many(u64::from(within(passive.max_fails, &THRESHOLDS)), "fail"))
    });
    parts.extend(passive);
    let ejection = scenario.health.ejection.map(|ejection| {
        format!("ejected for {} after {} in a row", ejection.base, many(u64::from(within(ejection.consecutive, &THRESHOLDS)), "error"))
    });
    parts.extend(ejection);
    parts.extend(Some(scenario.slow_start).filter(|span| *span > Nanos::ZERO).map(|span| format!("slow start over {span}")));
    format!("{}.", parts.join("; "))
}

/// What to know under every product.
fn common(wanted: &Wanted<'_>, product: &str) -> Vec<String> {
    let scenario = wanted.scenario;
    let mut notes = Vec::new();
    if wanted.kind() == Kind::IpHash {
        notes.push(format!("Behind a proxy or CDN all clients have its address: tell {product} which header holds theirs."));
    } else if wanted.kind().by_key() {
        notes.push(format!(
            "The lab hashes the client; here that is the header {HEADER}, or the address of who sends none. Put your own key in its place."
        ));
    }
    let order = match scenario.queue.order {
        Order::Fifo => None,
        Order::Lifo => Some("the newest first"),
        Order::DropOldest => Some("dropping the oldest"),
    };
    notes.extend(
        order.map(|order| format!("In what order a server takes what waits ({order}) is its own affair: no line of {product} says so.")),
    );
    if scenario.balancers > 1 {
        notes.push(format!(
            "The lab ran {} balancers that do not see one another: start as many {product}s with this file, each counts for itself.",
            scenario.balancers
        ));
    }
    if !scenario.interventions.is_empty() {
        notes.push("The file has the servers as they are at the start, not what was done to them in mid-run.".to_owned());
    }
    if scenario.health.active.is_some() {
        notes.push(format!("The servers have to answer {PROBE}."));
    }
    notes.push("The servers are 10.0.0.1:8080 and so on: put yours in their places.".to_owned());
    notes
}

/// The note where one way of hashing stands in for another that promises the same.
fn stands_in(product: &str, missing: &str, instead: &str) -> String {
    format!(
        "{product} has no {missing}, so {instead} stands in: it keeps a key at its server too, and moves few others when a server leaves, \
         but puts keys elsewhere."
    )
}

/// What a hash of ours is called in [`stands_in`].
fn missing(kind: Kind) -> &'static str {
    match kind {
        Kind::Rendezvous => "rendezvous hashing",
        Kind::Maglev => "Maglev",
        Kind::Jump => "jump hash",
        Kind::Hash | Kind::Modulo => "hash modulo",
        _ => "such ring",
    }
}

fn many(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// A scenario to build on in tests: three servers that weigh 5, 1 and 1, two workers each, and nothing else.
#[cfg(test)]
fn sample(kind: Kind) -> Scenario {
    use super::scenario::{Clients, Health, Queue};
    use crate::sim::{Arrivals, service::Service};

    let server = |weight| ServerSpec { weight, speed: 1.0, workers: 2 };
    Scenario {
        lanes: vec![kind.into()],
        watched: 0,
        servers: vec![server(5), server(1), server(1)],
        arrivals: Arrivals::Poisson { rate: 50.0 },
        clients: Clients { count: 100, skew: 0.0 },
        service: Service::Exponential,
        work: Nanos::from_millis(50),
        queue: Queue { places: None, order: Order::Fifo },
        balancers: 1,
        network: Nanos::ZERO,
        health: Health::default(),
        slow_start: Nanos::ZERO,
        timeout: None,
        retry: None,
        hedge: None,
        seed: 1,
        length: Nanos::from_millis(10_000),
        interventions: Vec::new(),
        at: None,
    }
}

/// The same with everything that a scenario can have.
#[cfg(test)]
fn laden(kind: Kind) -> Scenario {
    use super::scenario::{Active, Budget, Ejection, Health, Passive, Queue};
    use crate::sim::backoff::Jitter;

    let seconds = |seconds: u64| Nanos::from_millis(seconds * 1_000);
    Scenario {
        queue: Queue { places: Some(8), order: Order::Lifo },
        balancers: 3,
        health: Health {
            passive: Some(Passive { max_fails: 3, fail_timeout: seconds(10) }),
            active: Some(Active { interval: seconds(1), fall: 3, rise: 2 }),
            ejection: Some(Ejection { consecutive: 5, base: seconds(30), most_percent: 10, sweep: seconds(10) }),
        },
        slow_start: seconds(20),
        timeout: Some(Nanos::from_millis(250)),
        retry: Some(Retry {
            wait: Backoff::Exponential { base: Nanos::from_millis(25), cap: Nanos::from_millis(1_000), jitter: Jitter::Full },
            attempts: 2,
            budget: Some(Budget { percent: 20, floor: 10, ttl: seconds(10) }),
        }),
        hedge: Some(Nanos::from_millis(100)),
        ..sample(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::{Active, Budget, Ejection, Health, Passive, Queue};
    use super::*;

    fn is_sentence(text: &str) -> bool {
        text.ends_with('.') && !text.ends_with("..") && !text.contains("  ") && !text.contains('\n')
    }

    #[test]
    fn every_pair_gives_a_file_or_a_sentence() {
        for kind in Kind::ALL {
            for scenario in [sample(kind), laden(kind)] {
                for target in Target::ALL {
                    match target.export(&Wanted { policy: kind.into(), scenario: &scenario }) {
                        Ok(export) => {
                            assert!(export.text.starts_with("# ") && export.text.ends_with('\n'), "{kind:?} for {target:?}");
                            assert!(export.text.contains("10.0.0.3"), "{kind:?} for {target:?}");
                            assert!(!export.notes.is_empty(), "{kind:?} for {target:?}");
                            for note in export.notes {
                                assert!(is_sentence(&note), "{kind:?} for {target:?}: {note}");
                            }
                        }
                        Err(sentence) => {
                            assert!(is_sentence(&sentence), "{kind:?} for {target:?}: {sentence}");
                            assert!(sentence.contains("nearest"), "{kind:?} for {target:?}: {sentence}");
                        }
                    }
                }
            }
        }
    }

    /// Peak EWMA lives in libraries; everything else has a home here.
    #[test]
    fn each_policy_has_a_home_but_one() {
        for kind in Kind::ALL {
            let scenario = sample(kind);
            let wanted = Wanted { policy: kind.into(), scenario: &scenario };
            let homes = Target::ALL.into_iter().filter(|target| target.export(&wanted).is_ok()).count();
            assert_eq!(homes == 0, kind == Kind::PeakEwma, "{kind:?}");
        }
    }

    /// A product that has the policy itself does not need a stand-in.
    #[test]
    fn who_has_the_policy_exports_it() {
        let native = [
            (Target::Nginx, Kind::SmoothWeighted),
            (Target::Nginx, Kind::Ring),
            (Target::Haproxy, Kind::HaproxyRing),
            (Target::Haproxy, Kind::Modulo),
            (Target::Envoy, Kind::Maglev),
            (Target::Caddy, Kind::Rendezvous),
        ];
        for (target, kind) in native {
            let scenario = sample(kind);
            let export = target.export(&Wanted { policy: kind.into(), scenario: &scenario }).unwrap();
            assert!(!export.notes.iter().any(|note| note.contains("stands in")), "{kind:?} for {target:?}: {:?}", export.notes);
        }
    }

    /// Numbers that no lab allows must not stop anything either.
    #[test]
    fn extremes_do_not_panic() {
        let spans = [Nanos(0), Nanos(1), Nanos(333_333_333), Nanos(u64::MAX)];
        for kind in Kind::ALL {
            for (number, span) in [0, 1, u32::MAX].into_iter().flat_map(|number| spans.map(|span| (number, span))) {
                let server = ServerSpec { weight: number, speed: 0.0, workers: number };
                let scenario = Scenario {
                    servers: vec![server; if number == 0 { 0 } else { 300 }],
                    queue: Queue { places: Some(number), order: Order::DropOldest },
                    balancers: number,
                    health: Health {
                        passive: Some(Passive { max_fails: number, fail_timeout: span }),
                        active: Some(Active { interval: span, fall: number, rise: number }),
                        ejection: Some(Ejection { consecutive: number, base: span, most_percent: number, sweep: span }),
                    },
                    slow_start: span,
                    timeout: Some(span),
                    retry: Some(Retry {
                        wait: Backoff::Fixed(span),
                        attempts: number,
                        budget: Some(Budget { percent: number, floor: number, ttl: span }),
                    }),
                    hedge: Some(span),
                    ..sample(kind)
                };
                let policy = Policy { d: number, factor: number, decay: span, ..kind.into() };
                for target in Target::ALL {
                    let _ = target.export(&Wanted { policy, scenario: &scenario });
                }
            }
        }
    }

    #[test]
    fn times_are_whole_milliseconds() {
        assert_eq!([0, 250, 1_000, 1_500, 90_000].map(|millis| span(Nanos::from_millis(millis))), ["1ms", "250ms", "1s", "1500ms", "90s"]);
        assert_eq!(span(Nanos(1_000_001)), "2ms");
        assert_eq!([250, 1_000].map(|millis| duration(Nanos::from_millis(millis))), ["0.25s", "1s"]);
        assert_eq!(duration(Nanos(u64::MAX)), "86400s");
    }

    #[test]
    fn servers_have_addresses() {
        assert_eq!([0, 63, 254, 255].map(host), ["10.0.0.1", "10.0.0.64", "10.0.0.255", "10.0.1.0"]);
    }

    #[test]
    fn the_first_line_says_what_it_is() {
        let scenario = sample(Kind::SmoothWeighted);
        let line = |kind: Kind, scenario: &Scenario| headline(&Wanted { policy: kind.into(), scenario });
        assert_eq!(line(Kind::SmoothWeighted, &scenario), "Smooth weighted round robin (nginx), 3 servers; weights 5, 1, 1.");
        assert_eq!(line(Kind::RoundRobin, &scenario), "Round robin (in turn, weights ignored), 3 servers.");
        assert_eq!(
            line(Kind::BoundedRing, &laden(Kind::BoundedRing)),
            "Bounded-load ring (HAProxy hash-balance-factor), 3 servers; at most 150 % of the average load; weights 5, 1, 1; 8 places in \
             each server's queue; given up after 250 ms; tried again at most 2 times; hedged after 100 ms; checked every 1 s; left alone \
             for 10 s after 3 fails; ejected for 30 s after 5 errors in a row; slow start over 20 s."
        );
    }
}
