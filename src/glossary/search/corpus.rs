//! A small glossary for the tests of the search.

use super::{Filter, SearchIndex, Searcher, Tier};
use crate::glossary::{Level, Row, Topic};

/// Title and aliases.
const ENTRIES: &[(&str, &[&str])] = &[
    ("Rate limiting", &["Rate limiter", "Throttling", "Limiter algorithm"]),
    ("Token bucket", &[]),
    ("429 Too Many Requests", &["429"]),
    ("400 Bad Request", &["400"]),
    ("401 Unauthorized", &["401"]),
    ("404 Not Found", &["404"]),
    ("500 Internal Server Error", &["500"]),
    ("502 Bad Gateway", &["502"]),
    ("503 Service Unavailable", &["503"]),
    ("Idempotency key", &["Idempotent request"]),
    ("Webhook", &["HTTP callback"]),
    ("N+1 Problem", &["N+1 query"]),
    (".NET", &["dotnet"]),
    ("C#", &["C sharp"]),
    ("C++", &[]),
    ("Node.js", &[]),
    ("Change Data Capture", &["CDC"]),
    ("Exponential backoff", &[]),
    ("Retry with backoff", &[]),
    ("Retry storm", &[]),
    ("Microservices", &["Microservice architecture"]),
    ("Cache", &["Caching"]),
    ("Cache stampede", &["Dogpile"]),
    ("CDN", &["Content delivery network", "cache"]),
];

pub fn row(title: &str, aliases: &[&str]) -> Row {
    Row {
        slug: title.to_lowercase(),
        title: title.to_owned(),
        aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        level: if title.starts_with(|c: char| c.is_ascii_digit()) { Level::Beginner } else { Level::Advanced },
        topics: vec![if title.len().is_multiple_of(2) { Topic::Http } else { Topic::Data }],
        summary: format!("{title} in a sentence."),
        runs: title.contains("bucket"),
    }
}

fn article(title: &str) -> &'static str {
    match title {
        "Exponential backoff" => {
            "Wait longer before every retry, so that clients do not keep hammering a server that is down. \
             Without jitter they come back together, a thundering herd."
        }
        "Token bucket" => "A bucket fills with tokens; each request takes one of the server's tokens.",
        "Webhook" => "The server calls the client, and retries while the client does not answer.",
        _ => "",
    }
}

pub fn index() -> SearchIndex {
    let articles: Vec<_> = ENTRIES.iter().map(|(title, _)| article(title).to_owned()).collect();
    SearchIndex::build(ENTRIES.iter().map(|(title, aliases)| row(title, aliases)).collect(), &articles)
}

pub fn searcher() -> Searcher {
    Searcher::new(index())
}

/// Every hit's title and tier.
pub fn found(typed: &str) -> Vec<(String, Tier)> {
    let searcher = searcher();
    let found = searcher.search(typed, &Filter::default(), 100);
    found.hits.iter().map(|hit| (searcher.rows()[hit.row].title.clone(), hit.tier)).collect()
}

pub fn titles(typed: &str) -> Vec<String> {
    found(typed).into_iter().map(|(title, _)| title).collect()
}

pub fn tier_of(typed: &str, title: &str) -> Option<Tier> {
    found(typed).into_iter().find(|(found, _)| found == title).map(|(_, tier)| tier)
}
