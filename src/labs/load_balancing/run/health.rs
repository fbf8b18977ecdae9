//! What one balancer believes about the servers: passive checks (nginx), active checks (HAProxy), ejection (Envoy).

use super::super::scenario::{Health, LONGEST_EJECTION};
use crate::balancers::Outcome;
use crate::sim::Nanos;

/// What a balancer knows of one server.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// nginx's `fails`, and the moment from which `fail_timeout` counts.
    fails: u32,
    checked: Nanos,
    accessed: Nanos,
    /// Checks in a row, failed or passed.
    failed_checks: u32,
    passed_checks: u32,
    down: bool,
    /// Errors in a row.
    errors: u32,
    ejected_at: Option<Nanos>,
    ejections: u32,
}

/// One balancer's beliefs.
#[derive(Debug)]
pub struct Beliefs {
    health: Health,
    known: Vec<Known>,
}

impl Beliefs {
    pub fn new(health: Health, servers: usize) -> Self {
        Beliefs { health, known: vec![Known::default(); servers] }
    }

    /// Whether it would send something there at `at`.
    pub fn usable(&self, server: usize, at: Nanos) -> bool {
        let known = &self.known[server];
        !known.down && known.ejected_at.is_none() && !self.failing(known, at)
    }

    /// nginx, `ngx_http_upstream_get_peer`: left out while it has `max_fails` and `fail_timeout` is not over.
    fn failing(&self, known: &Known, at: Nanos) -> bool {
        self.health.passive.is_some_and(|passive| known.fails >= passive.max_fails && at - known.checked <= passive.fail_timeout)
    }

    /// Down by checks, as opposed to ejected.
    pub fn marked_down(&self, server: usize, at: Nanos) -> bool {
        let known = &self.known[server];
        known.down || self.failing(known, at)
    }

    pub fn ejected(&self, server: usize) -> bool {
        self.known[server].ejected_at.is_some()
    }

    /// It was chosen. One that failed and whose time is over is tried by this request alone until its result is known.
    /// Says when to look again, if that is so.
    pub fn picked(&mut self, server: usize, at: Nanos) -> Option<Nanos> {
        let passive = self.health.passive?;
        let known = &mut self.known[server];
        if at - known.checked <= passive.fail_timeout {
            return None;
        }
        known.checked = at;
        (known.fails >= passive.max_fails).then_some(at + passive.fail_timeout + Nanos(1))
    }

    /// It left the configuration.
    pub fn forget(&mut self, server: usize) {
        self.known[server] = Known::default();
    }

    /// An attempt there is over; `present` counts the servers that there are. Says when to look again, if a time-out began.
    pub fn ended(&mut self, server: usize, at: Nanos, outcome: Outcome, present: usize) -> Option<Nanos> {
        let failed = outcome == Outcome::Failed;
        self.note_for_ejection(server, at, failed, present);
        // nginx does not count the failures of a single server (`peers->single`): there is nothing else to use.
        let passive = self.health.passive.filter(|_| present > 1)?;
        let known = &mut self.known[server];
        if failed {
            known.fails += 1;
            (known.accessed, known.checked) = (at, at);
            return (known.fails >= passive.max_fails).then_some(at + passive.fail_timeout + Nanos(1));
        }
        if known.accessed < known.checked {
            known.fails = 0;
        }
        None
    }

    /// Envoy, `DetectorImpl`: errors in a row lead to an ejection, unless too many are out already; one always may be.
    fn note_for_ejection(&mut self, server: usize, at: Nanos, failed: bool, present: usize) {
        let Some(ejection) = self.health.ejection else { return };
        let out = self.known.iter().filter(|known| known.ejected_at.is_some()).count();
        let known = &mut self.known[server];
        known.errors = if failed { known.errors + 1 } else { 0 };
        let room = out == 0 || (out + 1) * 100 <= ejection.most_percent as usize * present;
        if known.errors < ejection.consecutive || known.ejected_at.is_some() {
            return;
        }
        // Counted anew whether there was room or not.
        known.errors = 0;
        if room {
            known.ejected_at = Some(at);
            // No higher than matters, so that what is long over is forgiven in time.
            let longest = LONGEST_EJECTION.max(ejection.base) + ejection.base;
            if ejection.base.0.saturating_mul(u64::from(known.ejections)) < longest.0 {
                known.ejections += 1;
            }
        }
    }

    /// Looks at the ejected: those whose time is over come back; those that behave are forgiven one ejection. Says who came back.
    pub fn sweep(&mut self, at: Nanos) -> Vec<usize> {
        let Some(ejection) = self.health.ejection else { return Vec::new() };
        let mut back = Vec::new();
        for (server, known) in self.known.iter_mut().enumerate() {
            match known.ejected_at {
                Some(from) => {
                    let lasts = Nanos(ejection.base.0.saturating_mul(u64::from(known.ejections))).min(LONGEST_EJECTION.max(ejection.base));
                    if at >= from + lasts {
                        known.ejected_at = None;
                        known.errors = 0;
                        back.push(server);
                    }
                }
                None => known.ejections = known.ejections.saturating_sub(1),
            }
        }
        back
    }

    /// A check was passed or failed. Says whether its verdict changed.
    pub fn checked(&mut self, server: usize, passed: bool) -> bool {
        let Some(active) = self.health.active else { return false };
        let known = &mut self.known[server];
        (known.passed_checks, known.failed_checks) = if passed { (known.passed_checks + 1, 0) } else { (0, known.failed_checks + 1) };
        let before = known.down;
        if known.failed_checks >= active.fall {
            known.down = true;
        } else if known.passed_checks >= active.rise {
            known.down = false;
        }
        known.down != before
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::scenario::{Active, Ejection, Passive};
    use super::*;

    const S: fn(u64) -> Nanos = |seconds| Nanos(seconds * Nanos::SECOND.0);

    #[test]
    fn a_failed_server_is_left_alone_and_then_tried_by_one_request() {
        let passive = Passive { max_fails: 1, fail_timeout: S(10) };
        let mut beliefs = Beliefs::new(Health { passive: Some(passive), ..Health::default() }, 2);
        assert_eq!(beliefs.ended(0, S(1), Outcome::Failed, 2), Some(S(11) + Nanos(1)));
        assert!(!beliefs.usable(0, S(11)) && beliefs.usable(1, S(11)));
        let late = S(11) + Nanos(1);
        assert!(beliefs.usable(0, late));
        assert_eq!(beliefs.picked(0, late), Some(late + S(10) + Nanos(1)));
        assert!(!beliefs.usable(0, late + Nanos(5)), "only one request finds out");
        beliefs.ended(0, S(12), Outcome::Answered, 2);
        assert!(beliefs.usable(0, S(12)));
    }

    #[test]
    fn checks_in_a_row_decide() {
        let active = Active { interval: S(2), fall: 3, rise: 2 };
        let mut beliefs = Beliefs::new(Health { active: Some(active), ..Health::default() }, 1);
        let verdicts: Vec<bool> = [false, false, true, false, false, false, true, true]
            .map(|passed| {
                beliefs.checked(0, passed);
                beliefs.usable(0, S(0))
            })
            .to_vec();
        assert_eq!(verdicts, [true, true, true, true, true, false, false, true]);
    }

    #[test]
    fn no_more_are_ejected_than_may_be_but_one_always_is() {
        let eject = |most_percent| Health {
            ejection: Some(Ejection { consecutive: 2, base: S(30), most_percent, sweep: S(10) }),
            ..Health::default()
        };
        let out = |most_percent: u32| {
            let mut beliefs = Beliefs::new(eject(most_percent), 5);
            for server in 0..5 {
                (0..2).for_each(|_| _ = beliefs.ended(server, S(1), Outcome::Failed, 5));
            }
            (0..5).filter(|server| beliefs.ejected(*server)).count()
        };
        assert_eq!([10, 39, 40, 100].map(out), [1, 1, 2, 5]);
    }

    #[test]
    fn each_ejection_lasts_longer() {
        let ejection = Ejection { consecutive: 1, base: S(30), most_percent: 100, sweep: S(10) };
        let mut beliefs = Beliefs::new(Health { ejection: Some(ejection), ..Health::default() }, 1);
        beliefs.ended(0, S(0), Outcome::Failed, 1);
        assert!(beliefs.sweep(S(20)).is_empty());
        assert_eq!(beliefs.sweep(S(30)), [0]);
        beliefs.ended(0, S(31), Outcome::Failed, 1);
        assert_eq!((beliefs.sweep(S(61)), beliefs.sweep(S(91))), (vec![], vec![0]));
    }
}
