//! Scenario → trace: a pure function, the same on every machine.
//!
//! `lane` has the life of a request, `server` its work, `changes` and `health` what happens to servers, `record` what is kept.

mod budget;
mod changes;
mod clock;
mod flight;
mod health;
mod lane;
mod record;
mod server;
pub mod trace;

pub use trace::{Arrival, Attempt, End, Lane, NEVER, Request, ServerState, ServerTrace, Totals, Trace};

use super::scenario::{Action, LaneSpec, MOST_RECORDED, MOST_REQUESTS, Scenario};
use crate::labs::frame::intervention::in_order;
use crate::sim::Nanos;
use crate::sim::random::Stream;
use crate::sim::zipf::Zipf;

/// Requests that the reader sends at once come this far apart, so that each can be seen.
pub const CLICK_GAP: Nanos = Nanos::from_millis(2);

/// Numbers of random streams: who draws what. The law of arrivals has 0.
const CLIENT_DRAWS: u64 = 1 << 40;
const WORK_DRAWS: u64 = 1 << 41;
const FRONT_DRAWS: u64 = 1 << 42;
/// Beside each of the three above: for what the reader sends, so that it does not reshuffle the rest.
const BY_READER: u64 = 1;
const BALANCER_DRAWS: u64 = 1 << 43;
const ERROR_DRAWS: u64 = 1 << 44;
const RETRY_DRAWS: u64 = 1 << 45;
const ATTEMPT_DRAWS: u64 = 1 << 46;
const CHECK_DRAWS: u64 = 1 << 47;

pub fn run(scenario: &Scenario) -> Trace {
    let (arrivals, cut) = arrivals(scenario, MOST_REQUESTS);
    let lanes = scenario.lanes.iter().map(|spec| lane::run(spec, scenario, &arrivals, MOST_RECORDED)).collect();
    Trace { scenario: scenario.clone(), arrivals, lanes, cut }
}

/// One policy over these arrivals, with `recorded` attempts kept one by one: for sweeps and benchmarks, which want the counts.
pub fn run_lane(spec: &LaneSpec, scenario: &Scenario, arrivals: &[Arrival], recorded: usize) -> Lane {
    lane::run(spec, scenario, arrivals, recorded)
}

/// The law's arrivals and the reader's, merged; of one moment the law's come first. At most `most`.
pub fn arrivals(scenario: &Scenario, most: usize) -> (Vec<Arrival>, bool) {
    let moments = scenario.arrivals.generate(scenario.seed, scenario.length, most + 1);
    let mut arrivals = Vec::with_capacity(moments.len());
    let mut draws = Draws::new(scenario, 0);
    arrivals.extend(moments.into_iter().map(|at| draws.arrival(at, false)));
    let mut draws = Draws::new(scenario, BY_READER);
    for made in in_order(&scenario.interventions) {
        let Action::Send(count) = made.action else { continue };
        let sent = (0..u64::from(count)).map(|n| made.at + Nanos(CLICK_GAP.0 * n)).filter(|at| *at < scenario.length);
        arrivals.extend(sent.map(|at| draws.arrival(at, true)));
    }
    arrivals.sort_by_key(|arrival| arrival.at);
    let cut = arrivals.len() > most;
    arrivals.truncate(most);
    (arrivals, cut)
}

/// What is drawn about a request when it comes.
struct Draws {
    clients: (Zipf, Stream),
    fronts: (u32, Stream),
    work: (crate::sim::service::Sampler, f64, Stream),
}

impl Draws {
    fn new(scenario: &Scenario, who: u64) -> Self {
        let stream = |what: u64| Stream::new(scenario.seed, what + who);
        Draws {
            clients: (Zipf::new(scenario.clients.count, scenario.clients.skew), stream(CLIENT_DRAWS)),
            fronts: (scenario.balancers.max(1), stream(FRONT_DRAWS)),
            work: (scenario.service.sampler(), scenario.work.as_secs_f64(), stream(WORK_DRAWS)),
        }
    }

    fn arrival(&mut self, at: Nanos, by_reader: bool) -> Arrival {
        let client = self.clients.0.draw(&mut self.clients.1);
        let balancer = if self.fronts.0 == 1 { 0 } else { self.fronts.1.below(self.fronts.0) };
        let work = Nanos::from_secs_f64(self.work.0.draw(&mut self.work.2) * self.work.1);
        Arrival { at, client, balancer, work, by_reader }
    }
}

/// What is hashed for a client: `user-12`.
pub fn write_key(key: &mut Vec<u8>, client: u32) {
    key.clear();
    key.extend_from_slice(b"user-");
    let mut digits = [0u8; 10];
    let mut from = digits.len();
    let mut rest = client;
    loop {
        from -= 1;
        digits[from] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    key.extend_from_slice(&digits[from..]);
}

/// A client's address: scattered over 10.0.0.0/8, no two of the first sixteen million alike.
pub fn address_of(client: u32) -> [u8; 4] {
    // An odd factor permutes the residues of a power of two.
    let [_, a, b, c] = (client.wrapping_mul(0x9e_3779) & 0xff_ffff).to_be_bytes();
    [10, a, b, c]
}
