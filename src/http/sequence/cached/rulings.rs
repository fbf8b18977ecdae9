//! What a cache ruled, in the sentences of the events: the rulings that decided, each with its clause.

use super::super::is_safe;
use crate::http::cache::{Outcome, Ruling};
use crate::http::message::Request;

// Questions of the cache by which its rulings are told apart.
const HOW_OLD: &str = "How old is it?";
/// Whether its age is below its lifetime.
pub const FRESH: &str = "Is it fresh?";
const OFFERED: &str = "Does the response offer itself stale?";
const ALLOWED: &str = "Does anybody allow to use it stale?";
/// Whether what is stored has a validator to ask with.
pub const VALIDATED: &str = "Can it be validated?";
const KEPT: &str = "Is the method one whose responses are kept?";
const SAYS_HOW_LONG: &str = "Does anything say that it can be cached?";
const NAMED: &str = "Is the 304 about something stored?";
/// What decides about a reply, apart from storing it.
const ABOUT_REPLY: [&str; 4] = [
    "Is the 304 for the client?",
    "May it stand in for the error?",
    "Does the request invalidate what is stored?",
    "Is the reply to HEAD about what is stored?",
];

/// The rulings that made a cache answer a request as it did.
pub fn decisive(outcome: Outcome, path: &[Ruling]) -> Vec<&Ruling> {
    let said = |question: &str| path.iter().find(|ruling| ruling.question == question);
    let granted = |question: &str| said(question).filter(|ruling| ruling.yes);
    let against = path.iter().find(|ruling| !ruling.yes && ruling.question != HOW_OLD && ruling.question != VALIDATED);
    let last = path.iter().rev().find(|ruling| !ruling.yes);
    match outcome {
        Outcome::Fresh => said(FRESH).into_iter().collect(),
        Outcome::Stale => granted(OFFERED).or(granted(ALLOWED)).into_iter().collect(),
        Outcome::Validate => against.into_iter().collect(),
        Outcome::Miss if against == last => last.into_iter().collect(),
        Outcome::Miss => against.into_iter().chain(last).collect(),
        Outcome::Through => path.first().into_iter().collect(),
        Outcome::Refused => last.into_iter().collect(),
    }
}

/// What a client does when it sends its request.
pub(super) fn asking(request: &Request, late: bool) -> String {
    let mut note = match request.fields.joined("Cache-Control") {
        _ if !is_safe(&request.method) => format!("{} goes to the origin by way of the cache.", request.method),
        Some(wish) => format!("The client asks its cache, and says `{wish}`."),
        None => "The client asks its cache first.".to_owned(),
    };
    if late {
        note.push_str(" It has waited until the exchange before was over.");
    }
    note
}

/// What the cache ruled about a reply, as sentences.
pub(super) fn told(path: &[Ruling]) -> String {
    let mut told: Vec<String> = Vec::new();
    for ruling in path {
        if ruling.question == NAMED && ruling.yes {
            told.push(format!("What is stored is good for another while. {}", sentence(ruling)));
        } else if ABOUT_REPLY.contains(&ruling.question) {
            told.push(sentence(ruling));
        }
    }
    let storing = path.iter().position(|ruling| ruling.question == KEPT).and_then(|at| path.get(at..)).unwrap_or_default();
    match storing {
        [] => {}
        [method, ..] if !method.yes => {
            if told.is_empty() {
                told.push(sentence(method));
            }
        }
        rulings => match rulings.iter().find(|ruling| !ruling.yes) {
            Some(against) => told.push(format!("It is not stored. {}", sentence(against))),
            None => {
                let long = rulings.iter().find(|ruling| ruling.question == SAYS_HOW_LONG);
                told.push(format!("It is stored. {}", long.map(sentence).unwrap_or_default()).trim_end().to_owned());
            }
        },
    }
    told.join(" ")
}

/// Each with its clause.
pub(super) fn sentences(rulings: &[&Ruling]) -> String {
    rulings.iter().map(|ruling| sentence(ruling)).collect::<Vec<_>>().join(" ")
}

/// The reason with its clause.
fn sentence(ruling: &Ruling) -> String {
    format!("{} ({}).", ruling.reason.trim_end_matches('.'), ruling.clause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruling(question: &'static str, yes: bool, reason: &str) -> Ruling {
        Ruling { question, yes, reason: reason.to_owned(), clause: "RFC 9111 §4" }
    }

    #[test]
    fn what_is_stale_is_validated_because_of_its_age() {
        let path = [
            ruling("Is anything stored for this target?", true, "It is."),
            ruling(HOW_OLD, false, "It is 0 s old."),
            ruling(FRESH, false, "It is stale."),
            ruling(ALLOWED, false, "Nobody does."),
            ruling(VALIDATED, true, "It has a tag."),
        ];
        let found: Vec<&str> = decisive(Outcome::Validate, &path).iter().map(|ruling| ruling.question).collect();
        assert_eq!(found, [FRESH]);
    }

    #[test]
    fn a_miss_says_what_is_wrong_and_why_it_cannot_be_mended() {
        let path = [ruling(FRESH, false, "It is stale."), ruling(VALIDATED, false, "It has no validator.")];
        assert_eq!(sentences(&decisive(Outcome::Miss, &path)), "It is stale (RFC 9111 §4). It has no validator (RFC 9111 §4).");
        let nothing = [ruling("Is anything stored for this target?", false, "Nothing is stored.")];
        assert_eq!(sentences(&decisive(Outcome::Miss, &nothing)), "Nothing is stored (RFC 9111 §4).");
    }

    #[test]
    fn storing_is_told_with_what_decided_it() {
        let mut path = vec![ruling(KEPT, true, "The request was GET."), ruling(SAYS_HOW_LONG, true, "There is max-age.")];
        assert_eq!(told(&path), "It is stored. There is max-age (RFC 9111 §4).");
        path.push(ruling("Could a later request use it?", false, "Vary is `*`."));
        assert_eq!(told(&path), "It is not stored. Vary is `*` (RFC 9111 §4).");
        assert_eq!(told(&[]), "");
    }

    #[test]
    fn a_client_says_what_it_wants() {
        let mut request = Request::new("GET", "/");
        assert_eq!(asking(&request, false), "The client asks its cache first.");
        request.fields.push("Cache-Control", "no-cache");
        assert_eq!(asking(&request, false), "The client asks its cache, and says `no-cache`.");
        request.method = "PUT".to_owned();
        assert!(asking(&request, true).starts_with("PUT goes to the origin by way of the cache. It has waited"));
    }
}
