//! Why a request was admitted, delayed or refused: what the algorithm saw, what it decided, what would have had to differ.

use super::lane::{Handled, Lane};
use super::run::Trace;
use crate::labs::frame::Words;
use crate::limiters::throttle::Answer;
use crate::limiters::{Algorithm, Decision, Evidence, Settings, Verdict, Which};
use crate::sim::Nanos;

/// One sentence for what `lane` decided about `handled`.
pub fn explain(lane: &Lane, handled: &Handled) -> Words {
    let Decision { evidence, verdict, by } = handled.decision;
    let at = handled.at;
    let words = match by {
        Which::First => Words::default(),
        Which::Second => Words::default().text("by the second limit "),
    };
    let later = |wait: Nanos| format!(". It would have been admitted {wait} later.");
    match (evidence, verdict) {
        (Evidence::Window { start, end, count, limit }, Verdict::Rejected { retry_after }) => {
            let words = words.text(format!("refused: the window from {start} to {end} had ")).figure(format!("{count} of {limit}"));
            match retry_after {
                Some(wait) => words.text(format!(". The next begins {wait} later.")),
                None => words.text(format!(", and it costs {}: it would never fit.", handled.cost)),
            }
        }
        (Evidence::Window { start, end, count, limit }, _) => words
            .text(format!("admitted: in the window from {start} to {end} it had counted "))
            .figure(compare(count, handled.cost, limit))
            .text("."),
        (Evidence::Log { blocking: Some(entry), count, limit }, Verdict::Rejected { retry_after: Some(wait) }) => words
            .text("refused: the log holds ")
            .figure(format!("{count} of {limit}"))
            .text(format!(", and the one that has to be over came only {} ago{}", at - entry, later(wait))),
        (Evidence::Log { count, limit, .. }, Verdict::Rejected { .. }) => words
            .text("refused for ever: it costs ")
            .figure(format!("{} > {limit}", handled.cost))
            .text(format!("; the log holds {count}.")),
        (Evidence::Log { count, limit, .. }, _) => {
            words.text("admitted: the log of the last window holds ").figure(compare(count, handled.cost, limit)).text(".")
        }
        (Evidence::Weighted { previous, share, current, limit }, verdict) => {
            let weighted = (f64::from(previous) * share) as u32 + current;
            let sum = format!("⌊{previous} × {} + {current}⌋ + {}", two_decimals(share), handled.cost);
            match verdict {
                Verdict::Rejected { retry_after } => {
                    let words = words.text("refused: ").figure(format!("{sum} = {} > {limit}", weighted + handled.cost));
                    retry_after.map_or(words.clone().text("."), |wait| words.text(later(wait)))
                }
                _ => words.text("admitted: ").figure(format!("{sum} = {} ≤ {limit}", weighted + handled.cost)).text("."),
            }
        }
        (Evidence::Tokens { tokens, cost, .. }, Verdict::Admitted) => {
            words.text("admitted: it held ").figure(format!("{} tokens ≥ {cost}", two_decimals(tokens))).text(".")
        }
        (Evidence::Tokens { tokens, cost, .. }, Verdict::Delayed { wait }) => words
            .text(format!("goes on after {wait}: it held "))
            .figure(format!("{} tokens < {cost}", two_decimals(tokens)))
            .text(", and waits until the rest has dripped in."),
        (Evidence::Tokens { tokens, cost, .. }, Verdict::Rejected { retry_after: Some(wait) }) => {
            let words = words.text("refused: ").figure(format!("{} tokens < {cost}", two_decimals(tokens)));
            match lane.spec.algorithm {
                Algorithm::TokenWait => words.text(format!(", and its turn comes later than its patience lasts, by {wait}.")),
                _ => words.text(later(wait)),
            }
        }
        (Evidence::Tokens { cost, burst, .. }, Verdict::Rejected { retry_after: None }) => {
            words.text("refused for ever: it costs ").figure(format!("{cost} > {burst}")).text(" tokens.")
        }
        (Evidence::Excess { excess, burst, .. }, Verdict::Rejected { retry_after }) => {
            let words = words.text("refused: with it the excess is ").figure(format!("{} > {}", thousandths(excess), thousandths(burst)));
            retry_after.map_or(words.clone().text("."), |wait| words.text(later(wait)))
        }
        (Evidence::Excess { excess, undelayed, .. }, Verdict::Delayed { wait }) => words
            .text(format!("goes on after {wait}: the excess is "))
            .figure(format!("{} > {}", thousandths(excess), thousandths(undelayed)))
            .text(", and drains at the rate."),
        (Evidence::Excess { excess, burst, .. }, Verdict::Admitted) => {
            words.text("admitted at once: the excess is ").figure(format!("{} ≤ {}", thousandths(excess), thousandths(burst))).text(".")
        }
        (Evidence::Gcra { tat, tolerance, .. }, Verdict::Rejected { retry_after: Some(wait) }) => words
            .text("refused: it came ")
            .figure(format!("{} > {tolerance}", tat - at))
            .text(format!(" before its theoretical arrival time{}", later(wait))),
        (Evidence::Gcra { .. }, Verdict::Rejected { retry_after: None }) => words.text("refused for ever: it costs more than the burst."),
        (Evidence::Gcra { tat, tolerance, .. }, _) if tat <= at => {
            let words = words.text("admitted: the theoretical arrival time ").figure(format!("{tat} ≤ {at}"));
            match tolerance {
                Nanos::ZERO => words.text(", so nothing was owed."),
                early => words.text(format!(", so nothing was owed; up to {early} early would do.")),
            }
        }
        (Evidence::Gcra { tat, tolerance, .. }, _) => {
            words.text("admitted: it came ").figure(format!("{} ≤ {tolerance}", tat - at)).text(" before its theoretical arrival time.")
        }
        (Evidence::InFlight { in_flight, limit }, Verdict::Rejected { .. }) => words
            .text("refused: ")
            .figure(format!("{in_flight} of {limit}"))
            .text(" were being worked on; a place is free when one is done."),
        (Evidence::InFlight { in_flight, limit }, _) => {
            words.text("admitted: ").figure(format!("{in_flight} < {limit}")).text(" were being worked on.")
        }
    }
}

/// `3 < 8` for one request, `3 + 2 ≤ 8` for one that costs more.
fn compare(count: u32, cost: u32, limit: u32) -> String {
    if cost == 1 { format!("{count} < {limit}") } else { format!("{count} + {cost} ≤ {limit}") }
}

/// What stands above the lanes: which request the moment speaks of.
pub fn heading(trace: &Trace, handled: &Handled) -> String {
    let mut heading = format!("Request {} of {}", handled.arrival + 1, trace.arrivals.len());
    if trace.scenario.clients() > 1 {
        heading.push_str(&format!(", client {}", handled.client + 1));
    }
    if handled.cost > 1 {
        heading.push_str(&format!(", cost {}", handled.cost));
    }
    if handled.attempt > 0 {
        heading.push_str(&format!(", retry {}", handled.attempt));
    }
    format!("{heading}, at {}", handled.at)
}

/// The HTTP answer that a client gets: `200`, or `429` with `Retry-After` in whole seconds, rounded up
/// (RFC 9110, section 10.2.3).
pub fn answer(verdict: Verdict) -> String {
    match verdict {
        Verdict::Admitted => "200".to_owned(),
        Verdict::Delayed { wait } => format!("200 after {wait}"),
        Verdict::Rejected { retry_after: Some(wait) } => format!("429, Retry-After: {}", wait.ceil_secs()),
        Verdict::Rejected { retry_after: None } => "429, no Retry-After: nobody can say when".to_owned(),
    }
}

/// The draft that [`ratelimit_fields`] follows, as readers know it.
pub const RATELIMIT_DRAFT: &str = "draft-ietf-httpapi-ratelimit-headers-11";

/// What a client receives, as it stands on the wire: after its wait, or at once.
pub fn wire(trace: &Trace, lane: &Lane, handled: &Handled) -> String {
    let mut wire = match handled.decision.verdict {
        Verdict::Rejected { .. } => "HTTP/1.1 429 Too Many Requests\n".to_owned(),
        _ => "HTTP/1.1 200 OK\n".to_owned(),
    };
    if let Verdict::Rejected { retry_after: Some(wait) } = handled.decision.verdict {
        wire.push_str(&format!("Retry-After: {}\n", wait.ceil_secs()));
    }
    for (name, value) in ratelimit_fields(trace, lane, handled) {
        wire.push_str(&format!("{name}: {value}\n"));
    }
    wire
}

/// What redis-cell answers to the command that asks it: five whole numbers.
pub fn throttle_answer(handled: &Handled, settings: Settings) -> Option<String> {
    let Answer { limited, limit, remaining, retry_after, reset_after } = Answer::of(&handled.decision, handled.quota, settings.burst);
    let command = format!(
        "CL.THROTTLE client:{} {} {} {} {}",
        handled.client + 1,
        settings.burst - 1,
        settings.limit,
        settings.window.ceil_secs(),
        handled.cost
    );
    settings.window.0.is_multiple_of(Nanos::SECOND.0).then(|| {
        format!(
            "{command}\n1) {} (limited)\n2) {limit} (limit)\n3) {remaining} (remaining)\n4) {retry_after} (retry after)\n5) {reset_after} (reset after)\n",
            u8::from(limited)
        )
    })
}

/// `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-11 writes them. Times are whole seconds there: a
/// window of less has no `w`, and `t` is rounded up.
pub fn ratelimit_fields(trace: &Trace, lane: &Lane, handled: &Handled) -> [(&'static str, String); 2] {
    let settings = lane
        .settings
        .iter()
        .rev()
        .find(|(from, _)| *from <= handled.at)
        .map_or(trace.scenario.settings(&lane.spec), |(_, settings)| *settings);
    let policy = if lane.spec.algorithm.by_concurrency() {
        format!("\"default\";q={};qu=\"concurrent-requests\"", settings.limit)
    } else if settings.window.0 % Nanos::SECOND.0 == 0 {
        format!("\"default\";q={};w={}", settings.limit, settings.window.0 / Nanos::SECOND.0)
    } else {
        format!("\"default\";q={}", settings.limit)
    };
    let mut state = format!("\"default\";r={}", handled.quota.remaining);
    if handled.quota.reset > Nanos::ZERO {
        state.push_str(&format!(";t={}", handled.quota.reset.ceil_secs()));
    }
    [("RateLimit-Policy", policy), ("RateLimit", state)]
}

/// What a decision looked like: a class for its colour, its sign, its word.
pub fn mark(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::Admitted => ("pass", "●", "admitted"),
        Verdict::Delayed { .. } => ("wait", "◐", "delayed"),
        Verdict::Rejected { .. } => ("stop", "✕", "refused"),
    }
}

/// Cut rather than rounded: 0.999 tokens must not read as enough for one.
fn two_decimals(number: f64) -> String {
    let hundredths = (number.abs() * 100.0 + 1e-7) as i64;
    format!("{}{}.{:02}", if number < 0.0 && hundredths > 0 { "−" } else { "" }, hundredths / 100, hundredths % 100)
}

fn thousandths(excess: u64) -> String {
    format!("{}.{:03}", excess / 1_000, excess % 1_000)
}

/// “one second”, or the window as it is.
pub fn window_words(window: Nanos) -> String {
    match window.0 / 1_000_000 {
        _ if !window.0.is_multiple_of(1_000_000) => window.to_string(),
        1_000 => "one second".to_owned(),
        60_000 => "one minute".to_owned(),
        3_600_000 => "one hour".to_owned(),
        _ => window.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::{Scenario, presets, run};

    #[test]
    fn sentences_say_what_was_compared() {
        let trace = run(&presets::first().scenario());
        let all = |index: usize| trace.lanes.iter().map(|lane| explain(lane, &lane.handled[index]).plain()).collect::<Vec<_>>();
        assert_eq!(
            all(8),
            [
                "refused: the window from 0 s to 1 s had 8 of 8. The next begins 60 ms later.",
                "admitted: it held 1.92 tokens ≥ 1.",
                "admitted: it came 760 ms ≤ 875 ms before its theoretical arrival time.",
            ]
        );
        assert_eq!(all(9)[0], "admitted: in the window from 1 s to 2 s it had counted 0 < 8.");
        assert_eq!(answer(trace.lanes[0].handled[8].decision.verdict), "429, Retry-After: 1");
    }

    #[test]
    fn every_limiter_has_its_sentences() {
        let (scenario, notes) =
            Scenario::from_address("lanes=log,counter,wait,nginx,nginx(nodelay),inflight&limit=4&burst=2&patience=0.3s&work=fixed:500ms:9");
        assert_eq!(notes, []);
        let trace = run(&scenario);
        let first = |lane: usize, word: &str| {
            let lane = &trace.lanes[lane];
            let found = lane.handled.iter().find(|handled| mark(handled.decision.verdict).2 == word);
            found.map(|handled| explain(lane, handled).plain()).unwrap_or_default()
        };
        assert_eq!(
            [
                first(0, "refused"),
                first(1, "refused"),
                first(2, "delayed"),
                first(2, "refused"),
                first(3, "delayed"),
                first(4, "refused"),
                first(5, "refused")
            ],
            [
                "refused: the log holds 4 of 4, and the one that has to be over came only 120 ms ago. It would have been admitted 880 ms later.",
                "refused: ⌊0 × 0.00 + 4⌋ + 1 = 5 > 4. It would have been admitted 180 ms later.",
                "goes on after 190 ms: it held 0.24 tokens < 1, and waits until the rest has dripped in.",
                "refused: −0.64 tokens < 1, and its turn comes later than its patience lasts, by 110 ms.",
                "goes on after 220 ms: the excess is 0.880 > 0.000, and drains at the rate.",
                "refused: with it the excess is 2.640 > 2.000. It would have been admitted 160 ms later.",
                "refused: 4 of 4 were being worked on; a place is free when one is done.",
            ]
        );
    }

    #[test]
    fn the_fields_of_the_draft_say_what_is_left() {
        let trace = run(&presets::first().scenario());
        let fields = ratelimit_fields(&trace, &trace.lanes[0], &trace.lanes[0].handled[2]).map(|(name, value)| format!("{name}: {value}"));
        let wire = wire(&trace, &trace.lanes[0], &trace.lanes[0].handled[8]);
        assert_eq!(
            wire,
            "HTTP/1.1 429 Too Many Requests\nRetry-After: 1\nRateLimit-Policy: \"default\";q=8;w=1\nRateLimit: \"default\";r=0;t=1\n"
        );
        assert_eq!(fields, ["RateLimit-Policy: \"default\";q=8;w=1", "RateLimit: \"default\";r=5;t=1"]);
    }
}
