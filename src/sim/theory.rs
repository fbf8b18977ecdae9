//! What queueing theory says, to stand beside what a run measures.
//!
//! All rates are per second and all times in seconds: `arrival` is how many requests arrive (λ), `service` how many one
//! busy server answers (μ), both at random with no memory unless a function says otherwise, and first come, first served.
//! `None` means that there is no steady state (as much or more arrives than can be answered: ρ ≥ 1), or that the numbers
//! make no sense.
//!
//! A balancer that sends each request to one of n servers at random splits one Poisson stream into n independent ones of
//! λ ÷ n each (Kleinrock: Queueing Systems, volume 1, 1975): each server is then an M/M/1 queue of its own, and
//! the M/M/1 functions apply with a server's share of the arrivals. Turns (round robin) make a server's arrivals more
//! regular than that, and looking at the servers makes them depend on one another: both wait less than M/M/1 says.

/// ρ: the share of the servers' capacity that is asked for, λ ÷ (cμ). From 1 on there is no steady state. `None` if
/// there are no servers or a rate makes no sense.
pub fn utilisation(arrival: f64, service: f64, servers: u32) -> Option<f64> {
    let load = arrival / (f64::from(servers) * service);
    (arrival >= 0.0 && service > 0.0 && service.is_finite() && load.is_finite()).then_some(load)
}

/// The utilisation, if a steady state exists.
fn steady(arrival: f64, service: f64, servers: u32) -> Option<f64> {
    utilisation(arrival, service, servers).filter(|load| *load < 1.0)
}

/// M/M/1: the mean time in the queue, ρ ÷ (μ − λ) seconds (Kleinrock, volume 1, chapter 3).
pub fn mm1_wait(arrival: f64, service: f64) -> Option<f64> {
    Some(steady(arrival, service, 1)? / (service - arrival))
}

/// M/M/1: the mean time from arrival to answer, 1 ÷ (μ − λ) seconds (Kleinrock, volume 1, chapter 3).
pub fn mm1_sojourn(arrival: f64, service: f64) -> Option<f64> {
    steady(arrival, service, 1).map(|_| 1.0 / (service - arrival))
}

/// M/M/1: the time from arrival to answer that the share `q` of all requests stays within, in seconds. It is exponential
/// with rate μ − λ (Kleinrock, volume 1), so the p99 is ln 100 ÷ (μ − λ). `q` from 0 to below 1.
pub fn mm1_sojourn_quantile(arrival: f64, service: f64, q: f64) -> Option<f64> {
    let mean = mm1_sojourn(arrival, service)?;
    (0.0..1.0).contains(&q).then(|| -libm::log1p(-q) * mean)
}

/// Erlang's B: the share of requests that find all `servers` busy where nobody waits (M/M/c/c), for an offered `load` of
/// λ ÷ μ erlangs. By the recursion B(c) = aB(c − 1) ÷ (c + aB(c − 1)), which needs no factorials (Harchol-Balter:
/// Performance Modeling and Design of Computer Systems, 2013, on M/M/k/k).
pub fn erlang_b(servers: u32, load: f64) -> Option<f64> {
    let sensible = load.is_finite() && load >= 0.0;
    sensible.then(|| (1..=servers).fold(1.0, |blocked, server| load * blocked / (f64::from(server) + load * blocked)))
}

/// Erlang's C: the share of requests that have to wait for one of `servers` with one queue in front of them (M/M/c), for an
/// offered `load` of λ ÷ μ erlangs: B ÷ (1 − ρ(1 − B)) (Harchol-Balter, on M/M/k).
pub fn erlang_c(servers: u32, load: f64) -> Option<f64> {
    let each = steady(load, 1.0, servers)?;
    let blocked = erlang_b(servers, load)?;
    Some(blocked / (1.0 - each * (1.0 - blocked)))
}

/// M/M/c: the mean time in the one queue of all servers, C ÷ (cμ − λ) seconds (Kleinrock, volume 1, chapter 3). A
/// balancer that sends each request to a server's own queue waits longer than that: here no server is idle while one waits.
pub fn mmc_wait(arrival: f64, service: f64, servers: u32) -> Option<f64> {
    steady(arrival, service, servers)?;
    Some(erlang_c(servers, arrival / service)? / (f64::from(servers) * service - arrival))
}

/// M/M/c: the mean time from arrival to answer, in seconds.
pub fn mmc_sojourn(arrival: f64, service: f64, servers: u32) -> Option<f64> {
    Some(mmc_wait(arrival, service, servers)? + 1.0 / service)
}

/// M/M/c: the time in the queue that the share `q` of all requests stays within, in seconds; 0 if so many do not wait at
/// all. More than t wait C·e^(−(cμ − λ)t) of them. `q` from 0 to below 1.
pub fn mmc_wait_quantile(arrival: f64, service: f64, servers: u32, q: f64) -> Option<f64> {
    steady(arrival, service, servers).filter(|_| (0.0..1.0).contains(&q))?;
    let waiting = erlang_c(servers, arrival / service)?;
    Some((libm::log(waiting / (1.0 - q)) / (f64::from(servers) * service - arrival)).max(0.0))
}

/// M/G/1: the mean time in the queue, in seconds, for service times with the given squared coefficient of variation
/// ([`super::service::Service::squared_cv`]): ρ ÷ (1 − ρ) · (1 + cv²) ÷ 2 · 1 ÷ μ (Pollaczek and Khinchine; Kleinrock,
/// volume 1, chapter 5).
pub fn mg1_wait(arrival: f64, service: f64, squared_cv: f64) -> Option<f64> {
    let load = steady(arrival, service, 1).filter(|_| squared_cv.is_finite() && squared_cv >= 0.0)?;
    Some(load / (1.0 - load) * (1.0 + squared_cv) / 2.0 / service)
}

/// M/G/1: the mean time from arrival to answer, in seconds.
pub fn mg1_sojourn(arrival: f64, service: f64, squared_cv: f64) -> Option<f64> {
    Some(mg1_wait(arrival, service, squared_cv)? + 1.0 / service)
}

/// M/D/1, every request takes the same: the mean time in the queue, half of M/M/1's, in seconds. Its quantiles have no
/// simple form.
pub fn md1_wait(arrival: f64, service: f64) -> Option<f64> {
    mg1_wait(arrival, service, 0.0)
}

/// M/M/1/K: a queue in which at most `room` requests wait or are answered at a time (K, from 1); who finds it full is
/// turned away. It has a steady state under any load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiniteQueue {
    /// The share of requests that is turned away, (1 − ρ)ρᴷ ÷ (1 − ρᴷ⁺¹).
    pub blocked: f64,
    /// Requests answered a second.
    pub throughput: f64,
    /// The mean time from arrival to answer of those that are let in, in seconds.
    pub sojourn: f64,
}

/// M/M/1/K (Kleinrock, volume 1, chapter 3; the sojourn by Little's law). The share is worked out place by place, so that
/// neither ρ = 1 nor a large power of ρ needs a case of its own. `None` also without arrivals.
pub fn mm1k(arrival: f64, service: f64, room: u32) -> Option<FiniteQueue> {
    let load = utilisation(arrival, service, 1).filter(|load| *load > 0.0 && room > 0)?;
    // With a place more the states before it keep their proportions, so the mean number inside mixes the old mean with the
    // new state. `open`, the share let in, is kept beside `blocked`: near 1 the difference would be lost.
    let (blocked, open, inside) = (1..=room).fold((1.0, 0.0, 0.0), |(blocked, _, inside), places| {
        let open = 1.0 / (1.0 + load * blocked);
        let full = load * blocked * open;
        (full, open, inside * open + f64::from(places) * full)
    });
    let throughput = arrival * open;
    Some(FiniteQueue { blocked, throughput, sojourn: inside / throughput })
}

/// The power of `d` choices: the mean time from arrival to answer, in seconds, if every request looks at `d` servers drawn
/// at random and joins the shortest queue among them, for infinitely many servers with `arrival` requests a second each:
/// 1 ÷ μ · Σ ρ^((dᵏ − d) ÷ (d − 1)) over k ≥ 1 (Mitzenmacher: The Power of Two Choices in Randomized Load Balancing, 2001;
/// Vvedenskaya, Dobrushin, Karpelevich, 1996). Few servers are slower than that: say how many there are.
pub fn choices_sojourn(arrival: f64, service: f64, d: u32) -> Option<f64> {
    let load = steady(arrival, service, 1)?;
    if d == 1 {
        return mm1_sojourn(arrival, service);
    }
    // The exponents 0, d, d + d², … come each from the one before, and their terms soon vanish.
    let exponents = core::iter::successors(Some(0.0f64), |exponent| Some(f64::from(d) * (*exponent + 1.0)));
    let terms = exponents.map(|exponent| libm::pow(load, exponent)).take_while(|term| *term > 1e-18);
    (d > 0).then(|| terms.sum::<f64>() / service)
}

/// The power of `d` choices: the share of servers with at least `length` requests, waiting or being answered,
/// ρ^((dᵏ − 1) ÷ (d − 1)) (Mitzenmacher, 2001). For infinitely many servers, as [`choices_sojourn`].
pub fn choices_tail(arrival: f64, service: f64, d: u32, length: u32) -> Option<f64> {
    let load = steady(arrival, service, 1).filter(|_| d > 0)?;
    // 1 + d + d² + …, `length` summands. It grows so fast that 2,000 of them are infinite, or d is 1.
    let exponent = if d == 1 { f64::from(length) } else { (0..length.min(2_000)).fold(0.0, |sum, _| f64::from(d) * sum + 1.0) };
    Some(libm::pow(load, exponent))
}

/// Balls in bins: how many of `balls` keys the fullest of `bins` servers is expected to have, if a hash sends each key to
/// any of them alike. `None` without bins.
///
/// By the Poisson approximation (Mitzenmacher and Upfal: Probability and Computing, chapter 5): each bin is taken to have a
/// Poisson number of balls with mean m ÷ n, independently of the others, so the fullest has more than k of them with
/// probability 1 − F(k)ⁿ. That is off by up to 6 % for a handful of balls and by less than 2 % from ten on. Raab and
/// Steger (“Balls into Bins” – A Simple and Tight Analysis, 1998) say how it grows: about m ÷ n + √(2 · m ÷ n · ln n) where m
/// is far above n ln n.
pub fn fullest_bin(balls: u32, bins: u32) -> Option<f64> {
    if bins == 0 || balls == 0 {
        return (bins > 0).then_some(0.0);
    }
    let mean = f64::from(balls) / f64::from(bins);
    // Twelve standard deviations and a little: what lies beyond, on either side, is as good as impossible.
    let reach = 12.0 * mean.sqrt() + 20.0;
    let (low, top) = ((mean - reach).max(0.0) as u32, (mean + reach) as u32);
    let mut exactly = libm::exp(f64::from(top) * libm::log(mean) - mean - libm::lgamma(f64::from(top) + 1.0));
    let (mut above, mut sum) = (0.0f64, f64::from(low));
    // Downwards, so that the far tail is not lost beside the rest.
    for number in (low..top).rev() {
        above += exactly;
        sum -= libm::expm1(f64::from(bins) * libm::log1p(-above.min(1.0)));
        exactly *= f64::from(number + 1) / mean;
    }
    // Some bin has its fair share at least, and none has more than there are.
    Some(sum.clamp(f64::from(balls.div_ceil(bins)), f64::from(balls)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::confidence::{Level, batch_means};
    use crate::sim::random::Stream;
    use crate::sim::service::Service;

    fn assert_close(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1e-9), "{value}, not {expected}");
    }

    /// 80 requests a second, 100 answered.
    #[test]
    fn mm1_by_hand() {
        assert_close(utilisation(80.0, 100.0, 1), 0.8);
        assert_close(mm1_wait(80.0, 100.0), 0.04);
        assert_close(mm1_sojourn(80.0, 100.0), 0.05);
        assert_close(mm1_sojourn_quantile(80.0, 100.0, 0.99), libm::log(100.0) / 20.0);
        assert_close(mm1_sojourn_quantile(80.0, 100.0, 0.5), libm::log(2.0) / 20.0);
        assert_close(mm1_sojourn_quantile(80.0, 100.0, 0.0), 0.0);
        assert_eq!(mm1_sojourn_quantile(80.0, 100.0, 1.0), None);
    }

    /// (2, 1.6) is the design's; B by the sum over factorials and the rest from B with mpmath.
    #[test]
    fn erlang_by_tables() {
        assert_close(erlang_b(2, 1.6), 0.32989690721649484);
        assert_close(erlang_b(10, 5.0), 0.018384570336648132);
        assert_close(erlang_b(100, 90.0), 0.026957380464359214);
        assert_close(erlang_c(2, 1.6), 32.0 / 45.0);
        assert_close(erlang_c(3, 2.0), 0.4444444444444444);
        assert_close(erlang_c(10, 5.0), 0.03610535915832019);
        assert_close(erlang_c(100, 90.0), 0.2169404809063664);
        assert_close(erlang_b(0, 3.0), 1.0);
        assert_close(erlang_c(4, 0.0), 0.0);
        assert_eq!(erlang_c(2, 2.0), None);
    }

    #[test]
    fn mmc_with_one_server_is_mm1_and_two_are_worked_out() {
        assert_close(mmc_wait(80.0, 100.0, 1), 0.04);
        assert_close(mmc_sojourn(80.0, 100.0, 1), 0.05);
        // C ÷ (cμ − λ) with C = 0.7111…: 32 ÷ 45 ÷ 40.
        assert_close(mmc_wait(160.0, 100.0, 2), 32.0 / 45.0 / 40.0);
        assert_close(mmc_sojourn(160.0, 100.0, 2), 32.0 / 45.0 / 40.0 + 0.01);
        assert_close(mmc_wait_quantile(160.0, 100.0, 2, 0.99), libm::log(3_200.0 / 45.0) / 40.0);
        assert_close(mmc_wait_quantile(160.0, 100.0, 2, 0.2), 0.0);
    }

    #[test]
    fn waits_grow_with_the_spread_of_service_times() {
        assert_close(mg1_wait(80.0, 100.0, 1.0), 0.04);
        assert_close(mg1_sojourn(80.0, 100.0, 1.0), 0.05);
        assert_close(md1_wait(80.0, 100.0), 0.02);
        assert_close(mg1_wait(50.0, 100.0, 4.0), 0.025);
        assert_eq!(mg1_wait(50.0, 100.0, -1.0), None);
    }

    #[test]
    fn a_finite_queue_by_hand() {
        let queue = |arrival, room| mm1k(arrival, 100.0, room).unwrap();
        // ρ = 1/2, K = 3: states 8, 4, 2, 1 of 15.
        assert_close(Some(queue(50.0, 3).blocked), 1.0 / 15.0);
        assert_close(Some(queue(50.0, 3).throughput), 50.0 * 14.0 / 15.0);
        assert_close(Some(queue(50.0, 3).sojourn), (4.0 + 4.0 + 3.0) / 15.0 / (50.0 * 14.0 / 15.0));
        // ρ = 1: all five states alike. ρ = 3: 1, 3, 9 of 13.
        assert_close(Some(queue(100.0, 4).blocked), 0.2);
        assert_close(Some(queue(100.0, 4).sojourn), 2.0 / 80.0);
        assert_close(Some(queue(300.0, 2).blocked), 9.0 / 13.0);
        // With room for one nobody waits; with room for very many it is M/M/1, or saturated.
        assert_close(Some(queue(80.0, 1).sojourn), 0.01);
        assert_close(Some(queue(80.0, 2_000).sojourn), 0.05);
        assert_close(Some(queue(200.0, 2_000).throughput), 100.0);
        assert_eq!((mm1k(0.0, 100.0, 3), mm1k(80.0, 100.0, 0), mm1k(80.0, 0.0, 3)), (None, None, None));
    }

    /// The design's: 10, 2.614 and 2.028 at λ = 0.9.
    #[test]
    fn choices_by_mitzenmacher() {
        assert_close(choices_sojourn(0.9, 1.0, 2), 2.6140573773238756);
        assert_close(choices_sojourn(0.9, 1.0, 3), 2.027855968995279);
        assert_close(choices_sojourn(0.5, 1.0, 2), 1.2656860360875726);
        assert_close(choices_sojourn(0.99, 1.0, 2), 5.43199657916188);
        assert_close(choices_sojourn(90.0, 100.0, 1), 0.1);
        assert_close(choices_sojourn(0.0, 100.0, 2), 0.01);
        assert_close(choices_tail(0.9, 1.0, 2, 3), libm::pow(0.9, 7.0));
        assert_close(choices_tail(0.9, 1.0, 1, 3), 0.729);
        assert_close(choices_tail(0.9, 1.0, 3, 1), 0.9);
        assert_close(choices_tail(0.9, 1.0, 2, 0), 1.0);
        assert_close(choices_tail(0.9, 1.0, 2, u32::MAX), 0.0);
        assert_eq!((choices_sojourn(0.9, 1.0, 0), choices_tail(0.9, 1.0, 0, 1)), (None, None));
    }

    /// Little's law: a request's mean time in the system times its rate is the mean number there, the sum of all tails.
    #[test]
    fn tails_of_choices_add_up_to_their_mean() {
        for d in 1..=4 {
            let inside: f64 = (1..2_000).map(|length| choices_tail(0.95, 1.0, d, length).unwrap()).sum();
            assert_close(choices_sojourn(0.95, 1.0, d), inside / 0.95);
        }
    }

    /// Small cases are exact, by going through all ways to throw; the others by 200,000 throws with NumPy, whose mean is
    /// right to 0.1 %.
    #[test]
    fn the_fullest_bin_is_near_its_true_mean() {
        let known = [
            (2, 2, 1.5, 0.05),
            (3, 2, 2.25, 0.05),
            (5, 3, 2.777777777777778, 0.01),
            (10, 10, 2.7486891100000004, 0.01),
            (20, 5, 6.439862159195245, 0.01),
            (100, 2, 53.97946186935892, 0.002),
            (100, 10, 15.124527428811941, 0.002),
            (100, 100, 4.232595238795807, 0.002),
            (1_000, 8, 141.137135, 0.001),
            (1_000, 100, 18.761245, 0.001),
            (100_000, 10, 10_154.347, 0.0001),
            (1_000_000, 10, 100_486.67, 0.0001),
        ];
        for (balls, bins, expected, off) in known {
            let fullest = fullest_bin(balls, bins).unwrap();
            assert!((fullest / expected - 1.0).abs() < off, "{balls} in {bins}: {fullest}, not {expected}");
        }
        assert_eq!((fullest_bin(0, 3), fullest_bin(1, 3), fullest_bin(7, 1), fullest_bin(7, 0)), (Some(0.0), Some(1.0), Some(7.0), None));
        assert!(fullest_bin(u32::MAX, 2).unwrap() > f64::from(u32::MAX) / 2.0);
    }

    #[test]
    fn what_has_no_steady_state_has_no_mean() {
        for (arrival, service) in [(1.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (0.0, 0.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            let answers = [
                mm1_wait(arrival, service),
                mm1_sojourn(arrival, service),
                mm1_sojourn_quantile(arrival, service, 0.5),
                mmc_wait(arrival, service, 1),
                mmc_sojourn(arrival, service, 1),
                mmc_wait_quantile(arrival, service, 1, 0.5),
                mg1_wait(arrival, service, 1.0),
                md1_wait(arrival, service),
                choices_sojourn(arrival, service, 2),
                choices_tail(arrival, service, 2, 1),
            ];
            assert_eq!(answers, [None; 10], "{arrival}, {service}");
        }
        assert_eq!((utilisation(1.0, 1.0, 0), utilisation(3.0, 1.0, 2)), (None, Some(1.5)));
    }

    /// Waits in one queue before `servers`, of requests that come at random with rate `arrival` and take 1 s on average.
    fn waits(law: &Service, arrival: f64, servers: usize, seed: u64) -> Vec<f64> {
        let (mut gaps, mut times, sampler) = (Stream::new(seed, 0), Stream::new(seed, 1), law.sampler());
        let (mut clock, mut free) = (0.0f64, vec![0.0f64; servers]);
        let mut wait = || {
            clock += gaps.exponential(1.0 / arrival);
            let first = free.iter_mut().min_by(|one, other| one.total_cmp(other)).unwrap();
            let start = clock.max(*first);
            *first = start + sampler.draw(&mut times);
            start - clock
        };
        // The queue begins empty; 5,000 requests later it has forgotten that.
        for _ in 0..5_000 {
            wait();
        }
        (0..200_000).map(|_| wait()).collect()
    }

    /// Batch means: 40 batches of 5,000; the 99.9 % intervals must hold what theory says.
    #[test]
    fn queues_wait_as_pollaczek_and_khinchine_say() {
        let laws = [
            Service::Constant,
            Service::Exponential,
            Service::LogNormal { sigma: 1.0 },
            Service::Pareto { alpha: 2.5, cap: 100.0 },
            Service::Bimodal { share: 0.1, factor: 10.0 },
        ];
        for (law, seed) in laws.iter().zip(20..) {
            let measured = batch_means(&waits(law, 0.5, 1, seed), 40, Level::P999).unwrap();
            let expected = mg1_wait(0.5, 1.0, law.squared_cv()).unwrap();
            assert!(measured.holds(expected), "{law:?}: {measured:?}, not {expected}");
        }
    }

    #[test]
    fn two_servers_with_one_queue_wait_as_erlang_says() {
        let waits = waits(&Service::Exponential, 1.6, 2, 30);
        let measured = batch_means(&waits, 40, Level::P999).unwrap();
        assert!(measured.holds(mmc_wait(1.6, 1.0, 2).unwrap()), "{measured:?}");
        for q in [0.5, 0.9, 0.99] {
            let quantile = mmc_wait_quantile(1.6, 1.0, 2, q).unwrap();
            let within: Vec<f64> = waits.iter().map(|wait| if *wait <= quantile { 1.0 } else { 0.0 }).collect();
            let measured = batch_means(&within, 40, Level::P999).unwrap();
            assert!(measured.holds(q), "{q}: {measured:?}");
        }
    }
}
