//! What a request wants of a stored response (RFC 9111 §5.2.1), weighed against what the response allows.

use super::freshness::{self, Freshness};
use super::{Kind, Ruling, Standing, Stored, rule};
use crate::http::cache_control::{Directives, MaxStale};
use crate::http::message::Request;

/// The directives of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    pub directives: Directives,
    /// `Pragma: no-cache` where there is no Cache-Control. RFC 9111 §5.4 deprecates it; caches still read it.
    pub pragma: bool,
}

impl Wishes {
    pub fn of(request: &Request) -> Self {
        let pragma = !request.fields.contains("Cache-Control") && request.fields.lists("Pragma", "no-cache");
        Wishes { directives: Directives::of(&request.fields), pragma }
    }
}

/// Whether a chosen response may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    Fresh,
    /// `refresh`: to be validated in the background meanwhile.
    Stale {
        refresh: bool,
    },
    Validate,
}

/// RFC 9111 §4 from no-cache on: what the origin forbids first, then what the client wants.
pub fn reuse(kind: Kind, stored: &Stored, now: u64, wishes: &Wishes, path: &mut Vec<Ruling>) -> Reuse {
    if !origin_allows(stored, path) || !client_allows(wishes, path) {
        return Reuse::Validate;
    }
    let freshness = freshness::judge(kind, stored, now, path);
    if !young_enough(stored, freshness, wishes, path) || !fresh_long_enough(freshness, wishes, path) {
        return Reuse::Validate;
    }
    if freshness.is_fresh() {
        return Reuse::Fresh;
    }
    if !freshness::may_be_stale(kind, stored, path) || !client_takes_stale(freshness, wishes, path) {
        return Reuse::Validate;
    }
    if origin_offers_stale(stored, freshness, path) {
        return Reuse::Stale { refresh: true };
    }
    let asked = wishes.directives.max_stale.is_some();
    let reason = if asked { "The client does, with max-stale." } else { "Neither the client nor the response allows it." };
    let clause = if asked { "RFC 9111 §5.2.1.2" } else { "RFC 9111 §4.2.4" };
    if rule(path, "Does anybody allow to use it stale?", asked, reason, clause) { Reuse::Stale { refresh: false } } else { Reuse::Validate }
}

/// Whether a stored response stands in for an error of the next hop (RFC 5861 §4).
pub fn survives_error(kind: Kind, stored: &Stored, now: u64, wishes: &Wishes, status: u16, path: &mut Vec<Ruling>) -> bool {
    let question = "May it stand in for the error?";
    let own = Directives::of(&stored.response.fields).stale_if_error;
    let Some(most) = own.max(wishes.directives.stale_if_error) else {
        return rule(path, question, false, format!("There is no stale-if-error, so the {status} is passed on."), "RFC 9111 §4.3.3");
    };
    let freshness = Freshness::of(kind, stored, now);
    let allowed =
        origin_allows(stored, path) && client_allows(wishes, path) && (freshness.is_fresh() || freshness::may_be_stale(kind, stored, path));
    if !allowed {
        return false;
    }
    if !young_enough(stored, freshness, wishes, path) || !fresh_long_enough(freshness, wishes, path) {
        return false;
    }
    let staleness = freshness.staleness();
    let yes = staleness <= most;
    let compared = if yes { "not more than" } else { "more than" };
    let reason = format!("The next hop said {status}; it is stale by {staleness} s, {compared} the {most} s of stale-if-error.");
    rule(path, question, yes, reason, "RFC 5861 §4")
}

/// Whether a stored response may be used although nobody could be asked (RFC 9111 §4.2.4).
pub fn survives_silence(kind: Kind, stored: &Stored, now: u64, wishes: &Wishes, path: &mut Vec<Ruling>) -> bool {
    if !origin_allows(stored, path) || !client_allows(wishes, path) {
        return false;
    }
    let freshness = freshness::judge(kind, stored, now, path);
    let fits = young_enough(stored, freshness, wishes, path) && fresh_long_enough(freshness, wishes, path);
    let usable = freshness.is_fresh() || (freshness::may_be_stale(kind, stored, path) && client_takes_stale(freshness, wishes, path));
    let question = "May it be used without asking anybody?";
    fits && usable && rule(path, question, true, "The cache is disconnected, and nothing forbids it.", "RFC 9111 §4.2.4")
}

fn origin_allows(stored: &Stored, path: &mut Vec<Ruling>) -> bool {
    let (yes, reason, clause) = if stored.standing == Standing::Invalid {
        (false, "A write went to this target, so it is invalid until it is validated.", "RFC 9111 §4.4")
    } else if Directives::of(&stored.response.fields).forbids_reuse() {
        (false, "The response says no-cache.", "RFC 9111 §5.2.2.4")
    } else {
        (true, "The response does not say no-cache.", "RFC 9111 §4")
    };
    rule(path, "Does the response let it be used without validation?", yes, reason, clause)
}

fn client_allows(wishes: &Wishes, path: &mut Vec<Ruling>) -> bool {
    let (yes, reason, clause) = if wishes.directives.no_cache.is_some() {
        (false, "The request says no-cache.", "RFC 9111 §5.2.1.4")
    } else if wishes.pragma {
        (false, "The request says Pragma: no-cache, which is deprecated and still read.", "RFC 9111 §5.4")
    } else {
        (true, "The request does not say no-cache.", "RFC 9111 §5.2.1.4")
    };
    rule(path, "Does the client let it be used without validation?", yes, reason, clause)
}

fn young_enough(stored: &Stored, freshness: Freshness, wishes: &Wishes, path: &mut Vec<Ruling>) -> bool {
    let Some(most) = wishes.directives.max_age else {
        return true;
    };
    let question = "Is it young enough for the client?";
    // RFC 8246 §3: only what came by an authenticated connection.
    let immutable = Directives::of(&stored.response.fields).immutable && stored.key.starts_with("https:");
    if immutable && freshness.is_fresh() && freshness.age > most {
        let reason = format!("The client wants {most} s at most, but it is immutable while it is fresh, so there is nothing to ask.");
        return rule(path, question, true, reason, "RFC 8246 §2.1");
    }
    let yes = freshness.age <= most;
    let compared = if yes { "not more than" } else { "more than" };
    rule(path, question, yes, format!("{} s are {compared} the {most} s of max-age.", freshness.age), "RFC 9111 §5.2.1.1")
}

fn fresh_long_enough(freshness: Freshness, wishes: &Wishes, path: &mut Vec<Ruling>) -> bool {
    let Some(wanted) = wishes.directives.min_fresh else {
        return true;
    };
    let yes = freshness.lifetime >= freshness.age.saturating_add(wanted);
    let verb = if yes { "stays" } else { "does not stay" };
    let reason = format!("{} s old of {} s, it {verb} fresh for the {wanted} s of min-fresh.", freshness.age, freshness.lifetime);
    rule(path, "Will it be fresh long enough for the client?", yes, reason, "RFC 9111 §5.2.1.3")
}

/// Whether the client has not ruled it out by limits of its own.
fn client_takes_stale(freshness: Freshness, wishes: &Wishes, path: &mut Vec<Ruling>) -> bool {
    let question = "Does the client take it stale?";
    let staleness = freshness.staleness();
    match (wishes.directives.max_stale, wishes.directives.max_age) {
        (None, Some(_)) => {
            let reason = "The client says max-age without max-stale, so it wants nothing stale.";
            rule(path, question, false, reason, "RFC 9111 §5.2.1.1")
        }
        (None, None) => true,
        (Some(MaxStale::Any), _) => rule(path, question, true, "max-stale takes any staleness.", "RFC 9111 §5.2.1.2"),
        (Some(MaxStale::Seconds(most)), _) => {
            let yes = staleness <= most;
            let compared = if yes { "not more than" } else { "more than" };
            let reason = format!("It is stale by {staleness} s, {compared} the {most} s of max-stale.");
            rule(path, question, yes, reason, "RFC 9111 §5.2.1.2")
        }
    }
}

fn origin_offers_stale(stored: &Stored, freshness: Freshness, path: &mut Vec<Ruling>) -> bool {
    let Some(most) = Directives::of(&stored.response.fields).stale_while_revalidate else {
        return false;
    };
    let staleness = freshness.staleness();
    let yes = staleness <= most;
    let reason = if yes {
        format!("It is stale by {staleness} s, and may be used for {most} s while it is validated in the background.")
    } else {
        format!("It is stale by {staleness} s, longer than the {most} s of stale-while-revalidate.")
    };
    rule(path, "Does the response offer itself stale?", yes, reason, "RFC 5861 §3")
}
