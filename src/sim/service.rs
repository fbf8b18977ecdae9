//! How long a request takes: laws whose mean is exactly 1, for a simulation to multiply with the mean it wants.
//!
//! Each law turns one uniform draw into one time by inverting its distribution, and a smaller draw is a longer time
//! under every law. So two runs with the same seed and different laws have their long requests in the same places, and
//! what differs between them is the law, not luck. A constant time draws nothing.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::random::Stream;
use super::zipf::area;

/// What the numbers of a law may be.
pub const SIGMAS: RangeInclusive<f64> = 0.05..=3.0;
pub const ALPHAS: RangeInclusive<f64> = 1.01..=5.0;
pub const CAPS: RangeInclusive<f64> = 2.0..=1e6;
pub const SHARES: RangeInclusive<f64> = 0.001..=0.999;
pub const FACTORS: RangeInclusive<f64> = 1.1..=1_000.0;

/// The law of the time that a request takes; its mean is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Service {
    /// Every request takes the same.
    Constant,
    /// Most are short, the squared coefficient of variation is 1: what M/M queues assume.
    Exponential,
    /// The logarithm is normal with standard deviation `sigma` ([`SIGMAS`]) and mean −σ² ÷ 2.
    LogNormal { sigma: f64 },
    /// Heavy-tailed: the density falls as x^(−α−1) from the shortest time to `cap` times that (bounded Pareto, as in
    /// Harchol-Balter: Performance Modeling and Design of Computer Systems). `alpha` in [`ALPHAS`], `cap` in [`CAPS`].
    Pareto { alpha: f64, cap: f64 },
    /// The share `share` ([`SHARES`]) of all requests takes `factor` times ([`FACTORS`]) as long as each of the others.
    Bimodal { share: f64, factor: f64 },
}

impl Service {
    /// What draws from this law: made once, since some laws have something to work out first.
    pub fn sampler(&self) -> Sampler {
        Sampler(match *self {
            Service::Constant => Shape::Constant,
            Service::Exponential => Shape::Exponential,
            Service::LogNormal { sigma } => Shape::LogNormal { sigma, mu: -sigma * sigma / 2.0 },
            Service::Pareto { alpha, cap } => {
                let beyond = libm::pow(cap, -alpha);
                Shape::Pareto { shortest: 1.0 / pareto_moment(alpha, cap, 1.0), beyond, within: 1.0 - beyond, power: -1.0 / alpha }
            }
            Service::Bimodal { share, factor } => {
                let short = short_of_two(share, factor);
                Shape::Bimodal { share, short, long: factor * short }
            }
        })
    }

    /// One time, as a multiple of the mean. Who draws often keeps a [`Sampler`].
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        self.sampler().draw(stream)
    }

    /// In squares of the mean.
    pub fn variance(&self) -> f64 {
        match *self {
            Service::Constant => 0.0,
            Service::Exponential => 1.0,
            Service::LogNormal { sigma } => libm::expm1(sigma * sigma),
            Service::Pareto { alpha, cap } => {
                let mean = pareto_moment(alpha, cap, 1.0);
                pareto_moment(alpha, cap, 2.0) / (mean * mean) - 1.0
            }
            Service::Bimodal { share, factor } => {
                let apart = (factor - 1.0) * short_of_two(share, factor);
                share * (1.0 - share) * apart * apart
            }
        }
    }

    /// The squared coefficient of variation, variance ÷ mean², as [`super::theory`] wants it: the mean being 1, the
    /// variance.
    pub fn squared_cv(&self) -> f64 {
        self.variance()
    }
}

/// Draws from a law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler(Shape);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Constant,
    Exponential,
    LogNormal {
        sigma: f64,
        mu: f64,
    },
    /// `beyond` is the share that an unbounded law would have above the cap, `within` the rest.
    Pareto {
        shortest: f64,
        beyond: f64,
        within: f64,
        power: f64,
    },
    Bimodal {
        share: f64,
        short: f64,
        long: f64,
    },
}

impl Sampler {
    /// One time, as a multiple of the mean: one draw, or none if it is constant.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        if self.0 == Shape::Constant { 1.0 } else { self.exceeded_by(stream.unit()) }
    }

    /// The time that the share `unit`, in (0, 1], of all requests exceeds.
    fn exceeded_by(&self, unit: f64) -> f64 {
        match self.0 {
            Shape::Constant => 1.0,
            Shape::Exponential => -libm::log(unit),
            Shape::LogNormal { sigma, mu } => libm::exp(mu - sigma * normal(unit)),
            Shape::Pareto { shortest, beyond, within, power } => shortest * libm::pow(beyond + within * unit, power),
            Shape::Bimodal { share, short, long } => {
                if unit <= share {
                    long
                } else {
                    short
                }
            }
        }
    }
}

/// The mean of the `order`th powers of a Pareto law on [1, cap]: of two integrals over powers of x the one with xᵏ over
/// the one without.
fn pareto_moment(alpha: f64, cap: f64, order: f64) -> f64 {
    area(order - alpha, cap) / area(-alpha, cap)
}

/// The shorter of two times of which the longer is `factor` times that and has the share `share`, their mean being 1.
fn short_of_two(share: f64, factor: f64) -> f64 {
    1.0 / (1.0 - share + share * factor)
}

/// Half the distance between two of a stream's draws. It moves (0, 1] to the middle of (0, 1), where the normal quantile
/// is finite at both ends.
const HALF_STEP: f64 = 1.0 / (1u64 << 54) as f64;

/// The standard normal quantile of a draw: Wichura's PPND16, right to about 1 in 10¹⁶ (Algorithm AS 241, Applied Statistics
/// 37, 1988).
fn normal(unit: f64) -> f64 {
    let off = unit - 0.5 - HALF_STEP;
    if off.abs() <= 0.425 {
        return off * ratio(&MIDDLE, 0.180625 - off * off);
    }
    let tail = (-libm::log(0.5 - off.abs())).sqrt();
    let size = if tail <= 5.0 { ratio(&TAIL, tail - 1.6) } else { ratio(&FAR_TAIL, tail - 5.0) };
    size.copysign(off)
}

/// One polynomial divided by another, each with its coefficients from the constant up.
fn ratio([over, under]: &[[f64; 8]; 2], at: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * at + coefficient);
    polynomial(over) / polynomial(under)
}

/// Over 0.180625 − q², where q is within 0.425 of the median.
#[rustfmt::skip]
const MIDDLE: [[f64; 8]; 2] = [
    [
        3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
        45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
    ],
    [
        1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751,
        21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
    ],
];

/// Over r − 1.6, where r = √(−ln p) is at most 5.
#[rustfmt::skip]
const TAIL: [[f64; 8]; 2] = [
    [
        1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
        1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
    ],
    [
        1.0, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
        0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
    ],
];

/// Over r − 5 beyond that.
#[rustfmt::skip]
const FAR_TAIL: [[f64; 8]; 2] = [
    [
        6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
        0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
    ],
    [
        1.0, 0.599832206555888, 0.1369298809227358, 0.014875361290850615,
        0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
    ],
];

/// Reads `constant`, `exp`, `lognormal:1.2`, `pareto:1.5:1000` (alpha, cap) or `bimodal:0.1:10` (share, factor).
pub fn read_service(text: &str) -> Option<Service> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["constant"] => Some(Service::Constant),
        ["exp"] => Some(Service::Exponential),
        ["lognormal", sigma] => Some(Service::LogNormal { sigma: read_number(sigma, SIGMAS)? }),
        ["pareto", alpha, cap] => Some(Service::Pareto { alpha: read_number(alpha, ALPHAS)?, cap: read_number(cap, CAPS)? }),
        ["bimodal", share, factor] => Some(Service::Bimodal { share: read_number(share, SHARES)?, factor: read_number(factor, FACTORS)? }),
        _ => None,
    }
}

/// The shortest text that [`read_service`] gives back exactly.
pub fn write_service(service: &Service) -> String {
    match service {
        Service::Constant => "constant".to_owned(),
        Service::Exponential => "exp".to_owned(),
        Service::LogNormal { sigma } => format!("lognormal:{sigma}"),
        Service::Pareto { alpha, cap } => format!("pareto:{alpha}:{cap}"),
        Service::Bimodal { share, factor } => format!("bimodal:{share}:{factor}"),
    }
}

fn read_number(text: &str, range: RangeInclusive<f64>) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse::<f64>().ok().filter(|number| plain && range.contains(number))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;
    use crate::sim::confidence::{Level, batch_means};

    const LAWS: [Service; 6] = [
        Service::Constant,
        Service::Exponential,
        Service::LogNormal { sigma: 1.2 },
        Service::Pareto { alpha: 1.5, cap: 1_000.0 },
        Service::Pareto { alpha: 2.0, cap: 100.0 },
        Service::Bimodal { share: 0.1, factor: 10.0 },
    ];

    fn assert_close(value: f64, expected: f64, what: &str) {
        assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{what}: {value}, not {expected}");
    }

    /// By mpmath with 40 digits, integrating over the densities.
    #[test]
    fn variances_are_those_of_the_densities() {
        let expected = [0.0, 1.0, 3.2206958169965527, 9.884799792761825, 1.349101963559582, 2.0193905817174516];
        for (law, expected) in LAWS.iter().zip(expected) {
            assert_close(law.variance(), expected, &write_service(law));
            assert_eq!(law.squared_cv(), law.variance());
        }
    }

    /// By mpmath with 40 digits, from the inverted distributions: the times that 7/8, 1/2, 2⁻⁷ and 2⁻¹⁰ of all exceed.
    #[test]
    fn times_are_exceeded_as_often_as_the_law_says() {
        for (law, expected) in QUANTILES {
            for (share, expected) in [0.875, 0.5, 0.0078125, 0.0009765625].into_iter().zip(expected) {
                assert_close(law.sampler().exceeded_by(share), expected, &format!("{share} of {}", write_service(&law)));
            }
        }
    }

    const QUANTILES: [(Service, [f64; 4]); 5] = [
        (Service::Exponential, [0.13353139262452263, LN_2, 4.852030263919617, 6.931471805599453]),
        (Service::LogNormal { sigma: 1.2 }, [0.12240509836638966, 0.4867522559599716, 8.85578412946111, 20.019822222217705]),
        (Service::Pareto { alpha: 1.5, cap: 1_000.0 }, [0.3762534019653731, 0.5463839752297288, 8.718999295000332, 34.23490130504999]),
        (Service::Pareto { alpha: 2.0, cap: 100.0 }, [0.5398638525064942, 0.7141421427839069, 5.677484509401842, 15.391872341990876]),
        (Service::Bimodal { share: 0.1, factor: 10.0 }, [0.5263157894736842, 0.5263157894736842, 5.2631578947368425, 5.2631578947368425]),
    ];

    /// By mpmath with 40 digits; the ends of what a stream draws are 2⁻⁵³ and 1.
    #[test]
    fn the_normal_quantile_is_right_in_every_part() {
        let known = [
            (HALF_STEP * 2.0, -8.292361075813595),
            (9.094947017729282e-13, -7.047708752454289),
            (9.5367431640625e-7, -4.763001034279555),
            (0.0078125, -2.4175590162365075),
            (0.07421875, -1.4450725798180748),
            (0.078125, -1.4177971379962677),
            (0.25, -0.6744897501960819),
            (0.5, -1.3914582123358836e-16),
            (0.75, 0.6744897501960816),
            (0.96875, 1.8627318674216506),
            (0.9999990463256836, 4.763001034256073),
            (1.0, 8.292361075813595),
        ];
        for (unit, expected) in known {
            assert!((normal(unit) - expected).abs() <= 2e-15 * expected.abs().max(1.0), "{unit}: {}, not {expected}", normal(unit));
        }
    }

    /// Batch means: 40 batches of 5,000; the 99.9 % intervals must hold the true mean and variance.
    #[test]
    fn draws_have_their_mean_and_their_variance() {
        let moderate = [
            Service::Exponential,
            Service::LogNormal { sigma: 0.5 },
            Service::Pareto { alpha: 3.0, cap: 20.0 },
            Service::Bimodal { share: 0.1, factor: 10.0 },
        ];
        for (law, seed) in moderate.iter().zip(0..) {
            let (sampler, mut stream) = (law.sampler(), Stream::new(seed, 1));
            let times: Vec<f64> = (0..200_000).map(|_| sampler.draw(&mut stream)).collect();
            let squares: Vec<f64> = times.iter().map(|time| (time - 1.0) * (time - 1.0)).collect();
            let mean = batch_means(&times, 40, Level::P999).unwrap();
            let variance = batch_means(&squares, 40, Level::P999).unwrap();
            assert!(mean.holds(1.0), "{law:?}: {mean:?}");
            assert!(variance.holds(law.variance()), "{law:?}: {variance:?}, not {}", law.variance());
        }
    }

    #[test]
    fn every_law_draws_once_and_a_smaller_draw_is_a_longer_time() {
        for law in &LAWS {
            let (mut draws, mut apart) = (Stream::new(1, 1), Stream::new(1, 1));
            let time = law.draw(&mut draws);
            if *law == Service::Constant {
                assert_eq!(time, 1.0);
            } else {
                assert_eq!(time, law.sampler().exceeded_by(apart.unit()));
            }
            assert_eq!(draws.unit(), apart.unit(), "{law:?}");
            let ends = [HALF_STEP * 2.0, 1e-9, 0.01, 0.1, 0.5, 0.9, 1.0].map(|unit| law.sampler().exceeded_by(unit));
            assert!(ends.iter().all(|time| time.is_finite() && *time >= 0.0), "{law:?}: {ends:?}");
            assert!(ends.windows(2).all(|pair| pair[0] >= pair[1]), "{law:?}: {ends:?}");
        }
    }

    #[test]
    fn a_bounded_law_stays_within_its_bounds() {
        let pareto = Service::Pareto { alpha: 1.5, cap: 1_000.0 }.sampler();
        let (longest, shortest) = (pareto.exceeded_by(HALF_STEP * 2.0), pareto.exceeded_by(1.0));
        // The stream's smallest draw is not quite 0.
        assert!((longest / shortest - 1_000.0).abs() < 1e-6, "{}", longest / shortest);
        let bimodal = Service::Bimodal { share: 0.25, factor: 5.0 }.sampler();
        assert_eq!([0.25, 0.250001].map(|unit| bimodal.exceeded_by(unit)), [2.5, 0.5]);
    }

    #[test]
    fn laws_survive_the_way_into_an_address_and_back() {
        for text in ["constant", "exp", "lognormal:1.2", "pareto:1.5:1000", "bimodal:0.1:10", "lognormal:0.05", "pareto:1.01:1000000"] {
            assert_eq!(read_service(text).map(|law| write_service(&law)).as_deref(), Some(text));
        }
        for law in LAWS {
            assert_eq!(read_service(&write_service(&law)), Some(law));
        }
    }

    #[test]
    fn what_is_not_a_law_is_not_read() {
        let wrong = "Exp exp: exp:1 constant:1 lognormal lognormal: lognormal:0.04 lognormal:3.1 lognormal:nan lognormal:1:2 \
                     lognormal:-1 lognormal:1e0 pareto:1.5 pareto:1:1000 pareto:1.5:1 pareto:1.5:inf bimodal:0:10 bimodal:1:10 \
                     bimodal:0.1:1 bimodal:0.1:1001 bimodal:0.1:10: gamma:2";
        for wrong in wrong.split(' ').chain([""]) {
            assert_eq!(read_service(wrong), None, "{wrong}");
        }
    }
}
