//! Sweeps: one parameter over its values, each value over many seeds, and what that does to the slowest requests.
//!
//! A sweep is a list of jobs that know nothing of one another, so that they can be done anywhere: [`work`] takes one as text
//! and gives its numbers back as text. [`Sweep`] collects the answers, in whatever order they come, into curves. All lanes and
//! all values meet the same seeds: where they differ, it is not by luck.
//!
//! The numbers are those of a whole run, with its beginning, when queues are still empty; quantiles are of the answered
//! requests only, which is why each point also says how many were answered.

mod parameter;
pub(super) mod picture;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use parameter::Parameter;
pub use picture::{HEIGHT, Table, curve_svg, table};

use super::names;
use super::run::{arrivals, run_lane};
use super::scenario::{Kind, LENGTHS, LaneSpec, MOST_REQUESTS, Scenario};
use crate::sim::confidence::{Interval, Level, of_means};
use crate::sim::{Arrivals, Nanos};

/// Runs for each point of a curve.
pub const SEEDS: RangeInclusive<u32> = 2..=200;
/// Of these, if nobody says otherwise: enough for a band, few enough for a minute.
pub const USUAL_SEEDS: u32 = 12;
/// Requests of one run, about.
pub const REQUESTS: RangeInclusive<u32> = 100..=MOST_REQUESTS as u32;
pub const USUAL_REQUESTS: u32 = 20_000;

/// How long a run with about so many requests is. Only what goes on in the same way can be drawn out: a run in which
/// something happens at a moment keeps its length.
fn length(scenario: &Scenario, requests: u32) -> Nanos {
    let mean_rate = match &scenario.arrivals {
        Arrivals::Steady { rate } | Arrivals::Poisson { rate } => Some(*rate),
        Arrivals::Ramp { from, to } => Some((from + to) / 2.0),
        Arrivals::Bursts { size, every, .. } => Some(f64::from(*size) / every.as_secs_f64().max(1e-9)),
        Arrivals::Drawn(rates) => Some(rates.iter().copied().map(f64::from).sum::<f64>() / rates.len().max(1) as f64),
        Arrivals::Flash { .. } | Arrivals::Listed(_) => None,
    };
    // Checks and sweeps cost time even where nothing comes.
    let busy = scenario.health.active.is_some() || scenario.health.ejection.is_some();
    let longest = if busy { *LENGTHS.end() } else { Nanos(u64::MAX / 4) };
    match mean_rate.filter(|rate| *rate > 0.0 && scenario.interventions.is_empty()) {
        Some(rate) => Nanos::from_secs_f64(f64::from(requests) / rate).clamp(Nanos::from_millis(1), longest),
        None => scenario.length,
    }
}

/// One run of one lane, for whoever does it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// An address.
    pub scenario: String,
    pub lane: usize,
    pub parameter: Parameter,
    pub value: f64,
    pub seed: u64,
    /// About so many.
    pub requests: u32,
}

/// What a run came to. Times are in seconds, from arrival to answer, of those that were answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub mean: f64,
    pub answered: u64,
    /// All that came.
    pub requests: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Answer {
    Done(Outcome),
    Failed { error: String },
}

impl Job {
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Runs it.
    pub fn outcome(&self) -> Result<Outcome, String> {
        let (scenario, _) = Scenario::from_address(&self.scenario);
        let mut scenario = self.parameter.apply(&scenario, self.value);
        scenario.seed = self.seed;
        scenario.length = length(&scenario, self.requests.clamp(*REQUESTS.start(), *REQUESTS.end()));
        let spec = scenario.lanes.get(self.lane).ok_or_else(|| format!("There is no lane {}.", self.lane.saturating_add(1)))?;
        let (arrivals, _) = arrivals(&scenario, MOST_REQUESTS);
        let totals = run_lane(spec, &scenario, &arrivals, 0).totals;
        let nobody = || "No request was answered.".to_owned();
        let quantile = |q: f64| totals.latency.quantile(q).map(Nanos::as_secs_f64).ok_or_else(nobody);
        Ok(Outcome {
            p50: quantile(0.5)?,
            p99: quantile(0.99)?,
            p999: quantile(0.999)?,
            mean: totals.latency.mean().map(Nanos::as_secs_f64).ok_or_else(nobody)?,
            answered: totals.latency.count(),
            requests: totals.requests,
        })
    }
}

/// Does a job that was written as JSON: `{"p50":…,"p99":…,"p999":…,"mean":…,"answered":…,"requests":…}`, or
/// `{"error":"…"}`.
pub fn work(job: &str) -> String {
    let job = serde_json::from_str::<Job>(job).map_err(|error| format!("The job could not be read: {error}."));
    let answer = match job.and_then(|job| job.outcome()) {
        Ok(outcome) => Answer::Done(outcome),
        Err(error) => Answer::Failed { error },
    };
    serde_json::to_string(&answer).unwrap_or_else(|_| "{\"error\":\"The numbers could not be written.\"}".to_owned())
}

/// Reads what [`work`] answered.
fn read(answer: &str) -> Result<Outcome, String> {
    match serde_json::from_str(answer) {
        Ok(Answer::Done(outcome)) => Ok(outcome),
        Ok(Answer::Failed { error }) => Err(error),
        Err(error) => Err(format!("The answer could not be read: {error}.")),
    }
}

/// All jobs of a sweep, in the order in which they are best done: after the first seed each curve has its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub parameter: Parameter,
    /// In ascending order.
    pub values: Vec<f64>,
    /// The names of the lanes.
    pub lanes: Vec<String>,
    pub seeds: u32,
    pub jobs: Vec<Job>,
    /// What to know before reading the curves.
    pub notes: Vec<String>,
}

impl Plan {
    /// The sweep of the scenario at this address. The first seed is the scenario's own.
    pub fn new(address: &str, parameter: Parameter, seeds: u32, requests: u32) -> Self {
        let (scenario, _) = Scenario::from_address(address);
        let seeds = seeds.clamp(*SEEDS.start(), *SEEDS.end());
        let values = parameter.values(&scenario);
        let order = coarse_first(values.len());
        let job = |seed: u32, value: usize, lane: usize| Job {
            scenario: address.to_owned(),
            lane,
            parameter,
            value: values[value],
            seed: scenario.seed.wrapping_add(u64::from(seed)),
            requests: requests.clamp(*REQUESTS.start(), *REQUESTS.end()),
        };
        let lanes = scenario.lanes.len();
        let mut jobs = Vec::with_capacity(seeds as usize * values.len() * lanes);
        for seed in 0..seeds {
            for value in &order {
                jobs.extend((0..lanes).map(|lane| job(seed, *value, lane)));
            }
        }
        let lanes = lane_names(&scenario.lanes, parameter);
        let notes = parameter.notes(&scenario);
        Plan { parameter, values, lanes, seeds, jobs, notes }
    }
}

/// Every fourth, then those in the middle between them, then the rest.
fn coarse_first(count: usize) -> Vec<usize> {
    let with = |rest: fn(usize) -> bool| (0..count).filter(move |index| rest(index % 4));
    with(|rest| rest == 0).chain(with(|rest| rest == 2)).chain(with(|rest| rest % 2 == 1)).collect()
}

/// Labels that differ. Where d is varied it is not part of the name.
fn lane_names(lanes: &[LaneSpec], parameter: Parameter) -> Vec<String> {
    let label = |lane: &LaneSpec| match (parameter, lane.kind) {
        (Parameter::Choices, Kind::Choices) => lane.kind.label().to_owned(),
        _ => names::label(lane),
    };
    let labels: Vec<String> = lanes.iter().map(label).collect();
    let name = |(lane, label): (&LaneSpec, &String)| match labels.iter().filter(|other| *other == label).count() {
        0 | 1 => label.clone(),
        _ => format!("{label} ({})", names::variant(lane)),
    };
    lanes.iter().zip(&labels).map(name).collect()
}

/// A sweep under way.
#[derive(Clone, Debug)]
pub struct Sweep {
    plan: Plan,
    /// For each job.
    answers: Vec<Option<Result<Outcome, String>>>,
}

/// One lane over the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub lane: usize,
    pub label: String,
    /// One for each value of the plan, in ascending order.
    pub points: Vec<Point>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub value: f64,
    /// Of the runs' p99, in seconds; `None` before the first run.
    pub mean: Option<f64>,
    /// Where the mean over all seeds lies, at 95 %; `None` with fewer than two runs.
    pub interval: Option<Interval>,
    /// Runs that are done, with an answer.
    pub runs: usize,
    /// Runs without one: nobody was answered in them.
    pub failed: usize,
    /// The share of the requests that were answered, over all runs that are done.
    pub answered: f64,
}

impl Sweep {
    pub fn new(plan: Plan) -> Self {
        let answers = vec![None; plan.jobs.len()];
        Sweep { plan, answers }
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes in what [`work`] answered to the job of this number. A number that there is not is let be.
    pub fn take(&mut self, job: usize, answer: &str) {
        if let Some(place) = self.answers.get_mut(job) {
            *place = Some(read(answer));
        }
    }

    /// Jobs that are answered, of all.
    pub fn progress(&self) -> (usize, usize) {
        (self.answers.iter().flatten().count(), self.answers.len())
    }

    pub fn is_done(&self) -> bool {
        self.answers.iter().all(Option::is_some)
    }

    /// What the first failed job said.
    pub fn first_error(&self) -> Option<&str> {
        self.answers.iter().flatten().find_map(|answer| answer.as_ref().err()).map(String::as_str)
    }

    /// The p99 of every lane, as far as it is known.
    pub fn curves(&self) -> Vec<Curve> {
        self.curves_of(|outcome| outcome.p99)
    }

    /// The same of another of a run's numbers.
    pub fn curves_of(&self, number: impl Fn(&Outcome) -> f64) -> Vec<Curve> {
        let point = |lane: usize, value: f64| {
            let jobs = self.plan.jobs.iter().zip(&self.answers).filter(|(job, _)| job.lane == lane && job.value == value);
            let answers: Vec<&Result<Outcome, String>> = jobs.filter_map(|(_, answer)| answer.as_ref()).collect();
            let outcomes: Vec<&Outcome> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
            let numbers: Vec<f64> = outcomes.iter().copied().map(&number).collect();
            let [answered, requests] =
                outcomes.iter().fold([0, 0], |[answered, requests], outcome| [answered + outcome.answered, requests + outcome.requests]);
            Point {
                value,
                mean: (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64),
                interval: of_means(&numbers, Level::P95),
                runs: numbers.len(),
                failed: answers.len() - outcomes.len(),
                answered: answered as f64 / requests.max(1) as f64,
            }
        };
        let curve = |(lane, label): (usize, &String)| Curve {
            lane,
            label: label.clone(),
            points: self.plan.values.iter().map(|value| point(lane, *value)).collect(),
        };
        self.plan.lanes.iter().enumerate().map(curve).collect()
    }
}

/// What the tests of sweeps have in common.
#[cfg(test)]
mod testing {
    use super::*;

    /// An M/M/1 at half its capacity, 50 a second, and what it is without the presets.
    pub const ADDRESS: &str = "lanes=random,choices(d:3)&servers=1&traffic=poisson:25&clients=1&service=exp&work=20ms&queue=fifo\
                               &balancers=1&network=0s&health=none&slowstart=0s&timeout=none&retry=none&hedge=none&seed=5&length=5s\
                               &do=none";

    pub fn scenario(address: &str) -> Scenario {
        let (scenario, notes) = Scenario::from_address(address);
        assert!(notes.is_empty(), "{notes:?}");
        scenario
    }

    pub fn outcome(p99: f64) -> String {
        format!("{{\"p50\":0.01,\"p99\":{p99},\"p999\":9.0,\"mean\":0.02,\"answered\":90,\"requests\":100}}")
    }

    /// A sweep in which every run of lane 0 comes to its value and every run of lane 1 to twice that, give or take its seed's
    /// thousandths.
    pub fn swept(parameter: Parameter, seeds: u32) -> Sweep {
        let mut sweep = Sweep::new(Plan::new(ADDRESS, parameter, seeds, 1_000));
        for (number, job) in sweep.plan().jobs.clone().iter().enumerate() {
            let p99 = job.value.max(0.1) * (job.lane + 1) as f64 + (job.seed - 5) as f64 / 1_000.0;
            sweep.take(number, &outcome(p99));
        }
        sweep
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{ADDRESS, outcome, scenario, swept};
    use super::*;

    #[test]
    fn a_plan_has_every_job_once_and_its_shape_first() {
        let plan = Plan::new(ADDRESS, Parameter::Load, 3, 1_000);
        assert_eq!((plan.values.len(), plan.lanes.len(), plan.jobs.len()), (11, 2, 66));
        assert!(plan.jobs[..22].iter().all(|job| job.seed == 5) && plan.jobs[22..].iter().all(|job| job.seed > 5));
        let first: Vec<f64> = plan.jobs[..12].iter().step_by(2).map(|job| job.value).collect();
        assert_eq!(first, [0.1, 0.5, 0.9, 0.3, 0.7, 0.99]);
        for value in &plan.values {
            for lane in 0..2 {
                let mut seeds: Vec<u64> =
                    plan.jobs.iter().filter(|job| job.value == *value && job.lane == lane).map(|job| job.seed).collect();
                seeds.sort_unstable();
                assert_eq!(seeds, [5, 6, 7]);
            }
        }
        assert_eq!(Plan::new(ADDRESS, Parameter::None, 3, 1_000).jobs.len(), 6);
        assert!(Plan::new(ADDRESS, Parameter::Slowness, 3, 1_000).jobs.is_empty(), "one server is not slower than another");
        assert_eq!(Plan::new(ADDRESS, Parameter::None, 1_000_000, 1).seeds, *SEEDS.end());
    }

    #[test]
    fn runs_are_as_long_as_their_requests_need() {
        let base = scenario(ADDRESS);
        assert_eq!(length(&base, 1_000), Nanos(40 * Nanos::SECOND.0));
        let checked = scenario(&ADDRESS.replace("health=none", "health=active:2s:3:2").replace("poisson:25", "poisson:0.01"));
        assert_eq!(length(&checked, 1_000), *LENGTHS.end());
        let changed = scenario(&ADDRESS.replace("do=none", "do=2s:kill:s1"));
        assert_eq!(length(&changed, 1_000), Nanos(5 * Nanos::SECOND.0));
        assert!(Parameter::Load.notes(&changed)[0].contains("as long as yours"));
        assert!(Parameter::Load.notes(&base).is_empty());
        let bursts = scenario(&ADDRESS.replace("poisson:25", "bursts:10:1ms:500ms"));
        assert_eq!(length(&bursts, 1_000), Nanos(50 * Nanos::SECOND.0));
        assert!(Parameter::Load.notes(&bursts)[0].contains("Poisson"));
    }

    #[test]
    fn work_answers_with_numbers_and_never_panics() {
        let job = Job { scenario: ADDRESS.to_owned(), lane: 0, parameter: Parameter::Load, value: 0.5, seed: 7, requests: 2_000 };
        let answer = work(&job.to_text());
        let outcome = read(&answer).unwrap();
        assert_eq!(Ok(outcome), job.outcome());
        assert!(outcome.p50 > 0.0 && outcome.p50 < outcome.p99 && outcome.p99 <= outcome.p999 && outcome.mean < outcome.p99, "{answer}");
        // A Poisson count: 3.29 standard deviations hold 99.9 %.
        assert!((outcome.requests as f64 - 2_000.0).abs() < 3.29 * 2_000f64.sqrt() && outcome.answered <= outcome.requests, "{answer}");
        for key in ["\"p50\":", "\"p99\":", "\"p999\":", "\"mean\":", "\"answered\":", "\"requests\":"] {
            assert!(answer.contains(key), "{answer}");
        }
        let error = |text: &str| read(&work(text)).unwrap_err();
        assert!(error("").starts_with("The job could not be read"));
        assert!(error("{\"scenario\":1}").starts_with("The job could not be read"));
        assert_eq!(error(&Job { lane: 9, ..job.clone() }.to_text()), "There is no lane 10.");
        let nobody = ADDRESS.replace("servers=1&", "servers=0&");
        assert_eq!(error(&Job { scenario: nobody, ..job.clone() }.to_text()), "No request was answered.");
        for value in [-1.0, 0.0] {
            assert!(read(&work(&Job { value, ..job.clone() }.to_text())).is_ok(), "{value}");
        }
        // So much comes at once that perhaps nobody is answered before the run is over.
        assert!(!work(&Job { value: 1e300, ..job.clone() }.to_text()).is_empty());
        assert!(read("nonsense").unwrap_err().starts_with("The answer could not be read"));
    }

    /// Of twelve seeds: the interval holds ln 100 ÷ (μ − λ). Quantiles of the histogram are too high by 1 in 128 at most.
    #[test]
    fn the_band_holds_theory() {
        let mut sweep = Sweep::new(Plan::new(ADDRESS, Parameter::None, 12, 20_000));
        for (number, job) in sweep.plan().jobs.clone().iter().enumerate() {
            sweep.take(number, &work(&job.to_text()));
        }
        let expected = libm::log(100.0) / 25.0;
        for curve in sweep.curves() {
            let interval = curve.points[0].interval.unwrap();
            // At 95 % it may miss: twice as wide it is 99.9 %.
            let (low, high) = (interval.low() - interval.half_width, interval.high() + interval.half_width);
            assert!(low * (1.0 - 1.0 / 128.0) < expected && expected < high, "{expected} beside {interval:?}");
            assert!(interval.half_width < 0.1 * expected, "{interval:?}");
        }
    }

    #[test]
    fn curves_are_means_of_what_is_known() {
        let mut sweep = Sweep::new(Plan::new(ADDRESS, Parameter::Load, 3, 1_000));
        assert_eq!((sweep.progress(), sweep.is_done(), sweep.first_error()), ((0, 66), false, None));
        assert!(sweep.curves().iter().all(|curve| curve.points.iter().all(|point| point.mean.is_none() && point.runs == 0)));
        sweep.take(0, &outcome(0.5));
        sweep.take(22, &outcome(0.7));
        sweep.take(44, "{\"error\":\"No request was answered.\"}");
        sweep.take(1_000, &outcome(0.5));
        assert_eq!((sweep.progress(), sweep.first_error()), ((3, 66), Some("No request was answered.")));
        let point = sweep.curves()[0].points[0];
        assert_eq!((point.value, point.runs, point.failed, point.answered), (0.1, 2, 1, 0.9));
        assert!((point.mean.unwrap() - 0.6).abs() < 1e-12 && point.interval == of_means(&[0.5, 0.7], Level::P95));
        assert_eq!(sweep.curves_of(|outcome| outcome.p999)[0].points[0].mean, Some(9.0));
        assert!(swept(Parameter::Load, 3).is_done());
    }

    #[test]
    fn lanes_of_a_name_are_told_apart() {
        let plan = Plan::new(&ADDRESS.replace("random,choices(d:3)", "ring,haring,choices(d:3)"), Parameter::Choices, 2, 1_000);
        assert_eq!(plan.lanes, ["Hash ring (nginx hash … consistent)", "Hash ring (HAProxy consistent)", "Power of choices"]);
    }
}
