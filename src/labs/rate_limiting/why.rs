//! Why a request was admitted or refused: what the algorithm saw, what it decided, what would have had to differ.

use super::run::{Lane, Trace};
use crate::labs::frame::Words;
use crate::limiters::{Evidence, Verdict};
use crate::sim::Nanos;

/// One sentence for what `lane` decided about arrival `index`.
pub fn explain(trace: &Trace, lane: &Lane, index: usize) -> Words {
    let at = trace.arrivals[index].at;
    let decision = lane.decisions[index];
    match (decision.evidence, decision.verdict) {
        (Evidence::FixedWindow { start, end, count, limit }, Verdict::Admitted) => Words::default()
            .text(format!("admitted: in the window from {start} to {end} it had counted "))
            .figure(format!("{count} < {limit}"))
            .text("."),
        (Evidence::FixedWindow { start, end, count, limit }, Verdict::Rejected { .. }) => Words::default()
            .text(format!("refused: the window from {start} to {end} had "))
            .figure(format!("{count} of {limit}"))
            .text(format!(". The next begins {} later.", end - at)),
        (Evidence::TokenBucket { tokens, cost, .. }, Verdict::Admitted) => {
            Words::default().text("admitted: it held ").figure(format!("{} tokens ≥ {cost}", two_decimals(tokens))).text(".")
        }
        (Evidence::TokenBucket { tokens, cost, .. }, Verdict::Rejected { retry_after: Some(wait) }) => Words::default()
            .text("refused: ")
            .figure(format!("{} tokens < {cost}", two_decimals(tokens)))
            .text(format!(". It would have been admitted {wait} later.")),
        (Evidence::TokenBucket { cost, burst, .. }, Verdict::Rejected { retry_after: None }) => {
            Words::default().text("refused for ever: it costs ").figure(format!("{cost} > {burst}")).text(" tokens.")
        }
        (Evidence::Gcra { tat, tolerance, .. }, Verdict::Admitted) if tat <= at => Words::default()
            .text("admitted: the theoretical arrival time ")
            .figure(format!("{tat} ≤ {at}"))
            .text(format!(", so nothing was owed; up to {tolerance} early would do.")),
        (Evidence::Gcra { tat, tolerance, .. }, Verdict::Admitted) => Words::default()
            .text("admitted: it came ")
            .figure(format!("{} ≤ {tolerance}", tat - at))
            .text(" before its theoretical arrival time."),
        (Evidence::Gcra { tat, tolerance, earliest }, Verdict::Rejected { retry_after: Some(_) }) => Words::default()
            .text("refused: it came ")
            .figure(format!("{} > {tolerance}", tat - at))
            .text(format!(" before its theoretical arrival time. It would have been admitted {} later.", earliest - at)),
        (Evidence::Gcra { .. }, Verdict::Rejected { retry_after: None }) => {
            Words::default().text("refused for ever: it costs more than the burst.")
        }
    }
}

/// The HTTP answer that a client gets: `200`, or `429` with `Retry-After` in whole seconds, rounded up
/// (RFC 9110, section 10.2.3).
pub fn answer(verdict: Verdict) -> String {
    match verdict {
        Verdict::Admitted => "200".to_owned(),
        Verdict::Rejected { retry_after: Some(wait) } => format!("429, Retry-After: {}", wait.ceil_secs()),
        Verdict::Rejected { retry_after: None } => "429, no Retry-After: waiting cannot help".to_owned(),
    }
}

/// What a decision looked like, in a word and a sign.
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admitted => "● admitted",
        Verdict::Rejected { .. } => "✕ refused",
    }
}

/// Cut rather than rounded: 0.999 tokens must not read as enough for one.
fn two_decimals(number: f64) -> String {
    let hundredths = (number * 100.0 + 1e-7) as i64;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// “one second”, or the window as it is.
pub fn window_words(window: Nanos) -> String {
    if window == Nanos::SECOND { "one second".to_owned() } else { window.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::{presets, run};

    #[test]
    fn sentences_say_what_was_compared() {
        let trace = run(&presets::first().scenario());
        let all = |index: usize| trace.lanes.iter().map(|lane| explain(&trace, lane, index).plain()).collect::<Vec<_>>();
        assert_eq!(
            all(8),
            [
                "refused: the window from 0 s to 1 s had 8 of 8. The next begins 60 ms later.",
                "admitted: it held 1.92 tokens ≥ 1.",
                "admitted: it came 760 ms ≤ 875 ms before its theoretical arrival time.",
            ]
        );
        assert_eq!(all(9)[0], "admitted: in the window from 1 s to 2 s it had counted 0 < 8.");
        assert_eq!(answer(trace.lanes[0].decisions[8].verdict), "429, Retry-After: 1");
    }
}
