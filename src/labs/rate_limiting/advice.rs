//! The smallest numbers under which a share of the clients is never refused: by the limiter itself, client by client.

use crate::limiters::{Algorithm, Settings};
use crate::sim::Nanos;

/// What one client sent: ascending moments with costs.
pub type Sent = Vec<(Nanos, u32)>;

/// A point of the trade-off between limit and burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub limit: u32,
    /// `None` if no burst that is allowed would do.
    pub burst: Option<u32>,
}

/// The smallest setting of one limiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub algorithm: Algorithm,
    /// With the burst as it is, or for an algorithm without one.
    pub limit: Option<u32>,
    /// With the limit as it is.
    pub burst: Option<u32>,
}

const MOST: u32 = 100_000;

/// How many clients may be refused so that `share` (0 to 1) of `clients` never are.
pub fn may_be_refused(clients: usize, share: f64) -> usize {
    clients - (libm::ceil(share.clamp(0.0, 1.0) * clients as f64 - 1e-9) as usize).min(clients)
}

/// Decisions between two chances to let the page do something else.
const STRIDE: usize = 20_000;

/// A search over what clients sent. A million requests take seconds: `breathe` is awaited now and then, so that a page
/// stays alive; a test gives one that is ready at once.
pub struct Search<'a, B: AsyncFn()> {
    pub clients: &'a [Sent],
    /// From 0 to 1.
    pub share: f64,
    pub breathe: B,
}

impl<B: AsyncFn()> Search<'_, B> {
    /// The smallest limit with the burst as it is, and the smallest burst with the limit as it is.
    pub async fn advise(&self, algorithm: Algorithm, settings: Settings) -> Advice {
        let limit = self.smallest(async |limit| self.enough(algorithm, Settings { limit, ..settings }).await).await;
        let burst = match algorithm.has_burst() {
            true => self.smallest(async |burst| self.enough(algorithm, Settings { burst, ..settings }).await).await,
            false => None,
        };
        Advice { algorithm, limit, burst }
    }

    /// Whether no more of the clients are ever refused than may be.
    async fn enough(&self, algorithm: Algorithm, settings: Settings) -> bool {
        let may = may_be_refused(self.clients.len(), self.share);
        let (mut refused, mut decisions) = (0, 0);
        for sent in self.clients {
            let mut limiter = algorithm.limiter(settings);
            for (at, cost) in sent {
                decisions += 1;
                if decisions % STRIDE == 0 {
                    (self.breathe)().await;
                }
                if !limiter.decide(*at, *cost).admitted() {
                    refused += 1;
                    break;
                }
            }
            if refused > may {
                return false;
            }
        }
        true
    }

    /// The smallest number from 1 on for which `fits` holds, if it holds for `MOST`; it has to stay true from there on.
    async fn smallest(&self, fits: impl AsyncFn(u32) -> bool) -> Option<u32> {
        if !fits(MOST).await {
            return None;
        }
        let (mut no, mut yes) = (0, MOST);
        // From below: most answers are small, and a small limit is quick to find wanting.
        let mut guess = 1;
        while guess < yes {
            if fits(guess).await {
                yes = guess
            } else {
                no = guess
            }
            guess = guess.saturating_mul(2);
        }
        while yes - no > 1 {
            let middle = no + (yes - no) / 2;
            if fits(middle).await { yes = middle } else { no = middle }
        }
        Some(yes)
    }

    /// For a token bucket: the burst that each limit needs. What a client's own arrivals need is found in one pass, as the
    /// highest debt above what drips in; the share of the clients is then a matter of order.
    pub async fn trade_off(&self, window: Nanos, limits: &[u32]) -> Vec<Point> {
        let may = may_be_refused(self.clients.len(), self.share);
        let mut points = Vec::new();
        for &limit in limits {
            let mut needs = Vec::with_capacity(self.clients.len());
            for sent in self.clients {
                needs.push(burst_for(limit, window, sent));
            }
            (self.breathe)().await;
            needs.sort_unstable();
            let burst = needs.get(self.clients.len().saturating_sub(may + 1)).copied().unwrap_or(1).max(1);
            points.push(Point { limit, burst: u32::try_from(burst).ok().filter(|burst| *burst <= MOST) });
        }
        points
    }
}

/// The smallest burst with which a token bucket of `limit` in `window` refuses none of `sent`. In integers: a request is
/// worth `window` nanoseconds × limit.
fn burst_for(limit: u32, window: Nanos, sent: &[(Nanos, u32)]) -> u64 {
    let one = u128::from(window.0);
    let (mut debt, mut highest, mut last) = (0u128, 0u128, Nanos::ZERO);
    for (at, cost) in sent {
        debt = debt.saturating_sub(u128::from((*at - last).0) * u128::from(limit)) + one * u128::from(*cost);
        highest = highest.max(debt);
        last = *at;
    }
    u64::try_from(highest.div_ceil(one)).unwrap_or(u64::MAX)
}

/// A dozen limits around what the clients send on average and at their peak, to draw the trade-off over.
pub fn limits_to_try(clients: &[Sent], window: Nanos) -> Vec<u32> {
    let busiest = clients.iter().map(|sent| u64::from(most_in_window(sent, window))).max().unwrap_or(1).clamp(1, u64::from(MOST));
    let mut limits: Vec<u32> = (1..=16).map(|n| (busiest * n).div_ceil(16) as u32).collect();
    limits.dedup();
    limits
}

fn most_in_window(sent: &[(Nanos, u32)], window: Nanos) -> u32 {
    let (mut first, mut sum, mut most) = (0, 0u32, 0);
    for (at, cost) in sent {
        sum = sum.saturating_add(*cost);
        while *at - sent[first].0 >= window {
            sum -= sent[first].1;
            first += 1;
        }
        most = most.max(sum);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Arrivals;

    fn clients() -> Vec<Sent> {
        (0..20u64)
            .map(|client| {
                let law = Arrivals::Poisson { rate: 2.0 + client as f64 / 4.0 };
                law.generate(client, Nanos::from_millis(20_000), 1_000).into_iter().map(|at| (at, 1)).collect()
            })
            .collect()
    }

    /// The search never waits here: one poll is all it takes.
    fn now<T>(future: impl Future<Output = T>) -> T {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => panic!("it waited"),
        }
    }

    fn never_refused(algorithm: Algorithm, settings: Settings, sent: &[(Nanos, u32)]) -> bool {
        let mut limiter = algorithm.limiter(settings);
        sent.iter().all(|(at, cost)| limiter.decide(*at, *cost).admitted())
    }

    /// What is advised refuses nobody it should not, and one less does.
    #[test]
    fn the_advice_is_the_smallest_that_holds() {
        let clients = clients();
        let settings = Settings { limit: 6, burst: 6, ..Settings::default() };
        let refused = |algorithm, settings| clients.iter().filter(|sent| !never_refused(algorithm, settings, sent)).count();
        for algorithm in [Algorithm::FixedWindow, Algorithm::SlidingLog, Algorithm::SlidingCounter, Algorithm::TokenBucket, Algorithm::Gcra]
        {
            for share in [1.0, 0.9] {
                let advice = now(Search { clients: &clients, share, breathe: async || {} }.advise(algorithm, settings));
                let may = may_be_refused(20, share);
                let limit = advice.limit.unwrap();
                assert!(refused(algorithm, Settings { limit, ..settings }) <= may, "{algorithm:?}");
                assert!(limit == 1 || refused(algorithm, Settings { limit: limit - 1, ..settings }) > may, "{algorithm:?}");
                if let Some(burst) = advice.burst {
                    assert!(refused(algorithm, Settings { burst, ..settings }) <= may);
                    assert!(burst == 1 || refused(algorithm, Settings { burst: burst - 1, ..settings }) > may);
                }
            }
        }
    }

    /// The curve's one pass agrees with the search by the limiter itself.
    #[test]
    fn the_curve_agrees_with_the_limiter() {
        let clients = clients();
        let search = Search { clients: &clients, share: 0.95, breathe: async || {} };
        for point in now(search.trade_off(Nanos::SECOND, &limits_to_try(&clients, Nanos::SECOND))) {
            let settings = Settings { limit: point.limit, ..Settings::default() };
            assert_eq!(point.burst, now(search.advise(Algorithm::TokenBucket, settings)).burst, "limit {}", point.limit);
        }
    }

    #[test]
    fn shares_round_towards_the_clients() {
        assert_eq!([may_be_refused(10, 1.0), may_be_refused(10, 0.95), may_be_refused(10, 0.9), may_be_refused(0, 0.5)], [0, 0, 1, 0]);
        let nobody = Search { clients: &[], share: 1.0, breathe: async || {} };
        assert_eq!(now(nobody.advise(Algorithm::TokenBucket, Settings::default())).burst, Some(1));
    }
}
