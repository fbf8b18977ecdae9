//! How long a response is fresh, how old it is, and whether a stale one may be used (RFC 9111 §4.2).

use super::{Kind, Ruling, Standing, Stored, rule};
use crate::http::cache_control::Directives;
use crate::http::fields::Fields;
use crate::http::{date, status, syntax};

/// RFC 9111 §1.2.2: what a number of seconds is taken for that is too big.
const MOST_SECONDS: u64 = 2_147_483_648;

/// Where a lifetime comes from, the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Shared caches only.
    SharedMaxAge,
    MaxAge,
    /// Minus Date.
    Expires,
    /// A tenth of the time between Last-Modified and Date.
    Heuristic,
    /// Nothing to go by: stale from the start.
    Nothing,
}

/// A freshness lifetime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetime {
    pub seconds: u64,
    pub source: Source,
    pub reason: String,
    pub clause: &'static str,
}

/// The terms of RFC 9111 §4.2.3, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// `apparent_age`: from the clocks.
    pub apparent: u64,
    /// `corrected_age_value`: from the Age field and the time on the way.
    pub corrected: u64,
    /// `corrected_initial_age`: the greater of both.
    pub initial: u64,
    /// `resident_time`.
    pub resident: u64,
    /// `current_age`, which is what the Age field says.
    pub current: u64,
}

/// Lifetime against age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    pub lifetime: u64,
    pub age: u64,
}

impl Freshness {
    pub fn of(kind: Kind, stored: &Stored, now: u64) -> Self {
        Freshness { lifetime: lifetime(kind, stored).seconds, age: age(stored, now).current }
    }

    /// Not at the very second at which it ends.
    pub fn is_fresh(self) -> bool {
        self.lifetime > self.age
    }

    /// By how many seconds it is stale; 0 while it is fresh.
    pub fn staleness(self) -> u64 {
        self.age.saturating_sub(self.lifetime)
    }
}

/// The date of a field; case does not count (RFC 9111 §4.2). `now` is for years of two digits.
pub fn read_date(text: &str, now: u64) -> Option<u64> {
    let text = syntax::trim(text);
    date::parse_at(text, now).or_else(|| date::parse_at(&in_usual_case(text), now))
}

/// Words in lower case with a capital, and GMT.
fn in_usual_case(text: &str) -> String {
    let mut inside = false;
    let words: String = text
        .chars()
        .map(|character| {
            let first = character.is_ascii_alphabetic() && !inside;
            inside = character.is_ascii_alphabetic();
            if first { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() }
        })
        .collect();
    words.strip_suffix(" Gmt").map_or(words.clone(), |start| format!("{start} GMT"))
}

/// What Date says, or when the response was there (RFC 9110 §6.6.1).
pub fn date_of(fields: &Fields, received: u64) -> u64 {
    fields.get("Date").and_then(|value| read_date(value, received)).unwrap_or(received)
}

/// [`date_of`] a stored response.
pub fn date_value(stored: &Stored) -> u64 {
    date_of(&stored.response.fields, stored.received)
}

/// RFC 9111 §4.2.1, and §4.2.2 where nothing explicit is said.
pub fn lifetime(kind: Kind, stored: &Stored) -> Lifetime {
    if stored.standing == Standing::Changed {
        let reason = "A HEAD showed other validators or another length, so it counts as stale.".to_owned();
        return Lifetime { seconds: 0, source: Source::Nothing, reason, clause: "RFC 9111 §4.3.5" };
    }
    let directives = Directives::of(&stored.response.fields);
    let clause = "RFC 9111 §4.2.1";
    if let Some(seconds) = directives.s_maxage.filter(|_| kind.is_shared()) {
        return Lifetime { seconds, source: Source::SharedMaxAge, reason: format!("s-maxage gives it {seconds} s."), clause };
    }
    if let Some(seconds) = directives.max_age {
        return Lifetime { seconds, source: Source::MaxAge, reason: format!("max-age gives it {seconds} s."), clause };
    }
    if let Some(value) = stored.response.fields.get("Expires") {
        return expires(value, stored);
    }
    heuristic(kind, stored, &directives)
}

fn expires(value: &str, stored: &Stored) -> Lifetime {
    let (source, date) = (Source::Expires, date_value(stored));
    let Some(end) = read_date(value, stored.received) else {
        let reason = "Expires is no valid date, which means that it has expired already.".to_owned();
        return Lifetime { seconds: 0, source, reason, clause: "RFC 9111 §5.3" };
    };
    let seconds = end.saturating_sub(date);
    let reason =
        if end > date { format!("Expires is {seconds} s later than Date.") } else { "Expires is not later than Date: 0 s.".to_owned() };
    Lifetime { seconds, source, reason, clause: "RFC 9111 §4.2.1" }
}

fn heuristic(kind: Kind, stored: &Stored, directives: &Directives) -> Lifetime {
    let clause = "RFC 9111 §4.2.2";
    let nothing = |reason: String| Lifetime { seconds: 0, source: Source::Nothing, reason, clause };
    let code = stored.response.status;
    let marked = directives.public || (directives.private.is_some() && !kind.is_shared());
    if !status::heuristically_cacheable(code) && !marked {
        return nothing(format!("No lifetime is given, and for {code} none may be guessed: 0 s."));
    }
    let modified = stored.response.fields.get("Last-Modified").and_then(|value| read_date(value, stored.received));
    let Some(modified) = modified else {
        return nothing("No lifetime is given, and there is no Last-Modified to guess from: 0 s.".to_owned());
    };
    let since = date_value(stored).saturating_sub(modified);
    let seconds = since / 10;
    let reason = format!("No lifetime is given, so it is guessed: a tenth of the {since} s since Last-Modified, {seconds} s.");
    Lifetime { seconds, source: Source::Heuristic, reason, clause }
}

/// The first member of the Age field; what is no number of seconds is ignored (RFC 9111 §5.1).
pub fn age_value(fields: &Fields) -> u64 {
    let value = fields.get("Age").unwrap_or_default();
    let first = syntax::list(value).first().and_then(|member| syntax::digits(member));
    first.unwrap_or(0).min(MOST_SECONDS)
}

/// RFC 9111 §4.2.3, the conservative way: the greater of both ways to tell.
pub fn age(stored: &Stored, now: u64) -> Age {
    let apparent = stored.received.saturating_sub(date_value(stored));
    let delay = stored.received.saturating_sub(stored.requested);
    let corrected = age_value(&stored.response.fields).saturating_add(delay);
    let initial = apparent.max(corrected);
    let resident = now.saturating_sub(stored.received);
    Age { apparent, corrected, initial, resident, current: initial.saturating_add(resident).min(MOST_SECONDS) }
}

/// Lifetime, age and their comparison, each with its ruling.
pub fn judge(kind: Kind, stored: &Stored, now: u64, path: &mut Vec<Ruling>) -> Freshness {
    let lifetime = lifetime(kind, stored);
    let age = age(stored, now);
    let fresh = Freshness { lifetime: lifetime.seconds, age: age.current };
    rule(path, "How long is it fresh?", lifetime.seconds > 0, lifetime.reason, lifetime.clause);
    let reason = format!("It is {} s old: {} s when it came, and {} s here.", age.current, age.initial, age.resident);
    rule(path, "How old is it?", age.current > 0, reason, "RFC 9111 §4.2.3");
    let reason = if fresh.is_fresh() {
        format!("{} s are more than {} s: it stays fresh for {} s.", fresh.lifetime, fresh.age, fresh.lifetime - fresh.age)
    } else {
        format!("{} s are not more than {} s: it is stale by {} s.", fresh.lifetime, fresh.age, fresh.staleness())
    };
    rule(path, "Is it fresh?", fresh.is_fresh(), reason, "RFC 9111 §4.2");
    fresh
}

/// Whether nothing in the response forbids to use it stale (RFC 9111 §4.2.4).
pub fn may_be_stale(kind: Kind, stored: &Stored, path: &mut Vec<Ruling>) -> bool {
    let directives = Directives::of(&stored.response.fields);
    let (yes, reason, clause) = if directives.must_revalidate {
        (false, "must-revalidate forbids to use it stale.", "RFC 9111 §5.2.2.2")
    } else if kind.is_shared() && directives.proxy_revalidate {
        (false, "proxy-revalidate forbids a shared cache to use it stale.", "RFC 9111 §5.2.2.8")
    } else if kind.is_shared() && directives.s_maxage.is_some() {
        (false, "s-maxage forbids a shared cache to use it stale.", "RFC 9111 §5.2.2.10")
    } else {
        (true, "Nothing in the response forbids to use it stale.", "RFC 9111 §4.2.4")
    };
    rule(path, "Could it be used stale?", yes, reason, clause)
}
