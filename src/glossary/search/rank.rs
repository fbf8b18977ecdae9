//! The order of the answers: the best reason for which an entry is shown, then the finer points of that reason.

use super::names::{Names, Whole};
use super::query::Query;
use super::text::{Text, TextMatch};

/// Why an entry is shown, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Nothing was asked: the whole list.
    Listed,
    ExactTitle,
    /// An alias as spelt, or a title or an alias in the other number, without its signs, or with its spaces elsewhere.
    ExactAlias,
    TitlePrefix,
    AliasPrefix,
    /// Every word of the query is a word, or the beginning of one, of the title or of one alias.
    Words,
    /// The same with slips of the finger.
    Fuzzy,
    /// The lead or the article has the words.
    Text,
}

impl Tier {
    const RANKED: [Tier; 8] =
        [Tier::Listed, Tier::ExactTitle, Tier::ExactAlias, Tier::TitlePrefix, Tier::AliasPrefix, Tier::Words, Tier::Fuzzy, Tier::Text];
}

/// The place of a row among the hits, one number so that thousands sort quickly: the tier, then the finer point of
/// that tier, then the length of the title. Rows of the same place stay in A–Z order. Small is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u64);

impl Place {
    const NONE: Place = Place(u64::MAX);

    fn new(tier: Tier, finer: u32, length: usize) -> Self {
        Place((tier as u64) << 48 | u64::from(finer) << 16 | length.min(0xffff) as u64)
    }

    pub fn tier(self) -> Tier {
        Tier::RANKED.get((self.0 >> 48) as usize).copied().unwrap_or(Tier::Text)
    }
}

/// The best that was found for a row.
#[derive(Clone, Copy, Debug)]
pub struct Best {
    pub place: Place,
    /// The name that matched; meaningless in the tier of texts.
    pub name: usize,
}

impl Best {
    const NONE: Best = Best { place: Place::NONE, name: 0 };

    pub fn found(&self) -> bool {
        self.place != Place::NONE
    }

    fn improve(&mut self, place: Place, name: usize) {
        if place < self.place {
            *self = Best { place, name };
        }
    }
}

/// What is best in each row; rows run beside the index.
pub fn rank(rows: usize, names: &Names, text: &Text, query: &Query) -> Vec<Best> {
    let mut best = vec![Best::NONE; rows];
    by_whole_name(names, query, &mut best);
    by_words_of_names(names, query, &mut best);
    let all = query.required.count_ones();
    by_text(&text.find(query, false), query, all, &mut best);
    if !best.iter().any(Best::found) {
        // Guesses, and answers to a part of the query, are better than nothing, but only then: they drown the rest.
        let matches = text.find(query, true);
        by_text(&matches, query, all, &mut best);
        if !best.iter().any(Best::found) {
            by_text(&matches, query, all.div_ceil(2), &mut best);
        }
    }
    best
}

fn by_whole_name(names: &Names, query: &Query, best: &mut [Best]) {
    for phrase in &query.phrases {
        // Numbers are looked through in their order, not by the length of what they are called.
        let number = phrase.joined.bytes().all(|b| b.is_ascii_digit());
        names.whole(phrase, |id, name, how| {
            let tier = match (how, name.alias) {
                (Whole::Exact, None) => Tier::ExactTitle,
                (Whole::Exact, Some(_)) | (Whole::Variant, _) => Tier::ExactAlias,
                (Whole::Prefix, None) => Tier::TitlePrefix,
                (Whole::Prefix, Some(_)) => Tier::AliasPrefix,
            };
            let length = if number { 0 } else { title_length(names, id) };
            best[name.row].improve(Place::new(tier, name.alias.is_some().into(), length), id);
        });
    }
    if let [(_, word)] = query.required_words().collect::<Vec<_>>()[..] {
        names.in_class(word, |id, name| {
            let tier = if name.alias.is_none() { Tier::TitlePrefix } else { Tier::AliasPrefix };
            best[name.row].improve(Place::new(tier, 0, 0), id);
        });
    }
}

fn by_words_of_names(names: &Names, query: &Query, best: &mut [Best]) {
    let Some(matches) = names.match_words(query) else { return };
    for (id, name) in names.iter() {
        let has = names.gather(name, &matches);
        let by_alias = u32::from(name.alias.is_some());
        let (tier, finer) = if has.direct & query.required == query.required {
            (Tier::Words, by_alias)
        } else if (has.direct | has.fuzzy) & query.required == query.required {
            // One slip is likelier than two, be it in a title or in an alias.
            (Tier::Fuzzy, u32::from(has.steps) << 1 | by_alias)
        } else {
            continue;
        };
        best[name.row].improve(Place::new(tier, finer, title_length(names, id)), id);
    }
}

/// Rows that have at least `least` of the words: fewest missing first, then by score.
fn by_text(matches: &[TextMatch], query: &Query, least: u32, best: &mut [Best]) {
    for (best, found) in best.iter_mut().zip(matches) {
        let having = found.found.count_ones();
        if having > 0 && having >= least && !best.found() {
            let missing = query.required.count_ones() - having.min(query.required.count_ones());
            // A cast saturates; scores stay far below.
            let score = (found.score * 1024.0) as u32;
            best.improve(Place::new(Tier::Text, missing << 24 | (0x00ff_ffff - score.min(0x00ff_ffff)), 0), 0);
        }
    }
}

/// The length of the title, also where an alias matched: it is the title that stands in the list. Titles come right
/// before their aliases.
fn title_length(names: &Names, id: usize) -> usize {
    let before = names.name(id).alias.map_or(0, |alias| alias + 1);
    names.name(id.saturating_sub(before)).chars.len()
}

#[cfg(test)]
mod tests {
    use super::super::corpus::{found, tier_of, titles};
    use super::*;

    #[test]
    fn exact_title_then_exact_alias_then_prefix() {
        assert_eq!(found("cache")[..2], [("Cache".to_owned(), Tier::ExactTitle), ("CDN".to_owned(), Tier::ExactAlias)]);
        assert_eq!(found("cache")[2].1, Tier::TitlePrefix);
        assert_eq!(found("rate limiter")[0], ("Rate limiting".to_owned(), Tier::ExactAlias));
        assert_eq!(found("cdc")[0], ("Change Data Capture".to_owned(), Tier::ExactAlias));
    }

    #[test]
    fn tiers_never_go_back() {
        for typed in ["cache", "c", "re", "token", "40", "5xx", "idempotancy", "retry backoff", "server", "n"] {
            assert!(found(typed).is_sorted_by_key(|(_, tier)| *tier), "{typed}: {:?}", found(typed));
        }
    }

    #[test]
    fn prefixes_put_titles_first_and_short_ones_before_long() {
        assert_eq!(titles("ret")[..2], ["Retry storm", "Retry with backoff"]);
        assert_eq!(tier_of("limiter al", "Rate limiting"), Some(Tier::AliasPrefix));
    }

    #[test]
    fn words_match_in_any_order() {
        assert_eq!(found("backoff retry")[0], ("Retry with backoff".to_owned(), Tier::Words));
        assert_eq!(found("data cap")[0], ("Change Data Capture".to_owned(), Tier::Words));
    }

    #[test]
    fn slips_are_forgiven() {
        for (typed, title) in [
            ("idempotancy", "Idempotency key"),
            ("tokn bucket", "Token bucket"),
            ("toekn", "Token bucket"),
            ("webhok", "Webhook"),
            ("exponentail backof", "Exponential backoff"),
            ("microservises", "Microservices"),
        ] {
            assert_eq!(found(typed)[0], (title.to_owned(), Tier::Fuzzy), "{typed}");
        }
        assert_ne!(tier_of("cdx", "Change Data Capture"), Some(Tier::Fuzzy), "three letters forgive nothing");
    }

    #[test]
    fn names_with_signs() {
        for title in ["C#", "C++", ".NET", "Node.js", "N+1 Problem"] {
            assert_eq!(found(title)[0], (title.to_owned(), Tier::ExactTitle));
        }
        for typed in ["n+1", "n + 1", "n plus 1", "N plus one", "n+"] {
            assert_eq!(found(typed)[0].0, "N+1 Problem", "{typed}");
        }
        assert_eq!(tier_of("net", ".NET"), Some(Tier::ExactAlias));
        assert_eq!(titles(".")[0], ".NET");
    }

    #[test]
    fn status_codes_by_class_and_by_number() {
        let codes = ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"];
        assert_eq!(titles("5xx")[..3], codes);
        assert_eq!(titles("5x")[..3], codes);
        assert_eq!(titles("5xx errors")[..1], ["500 Internal Server Error"]);
        assert_eq!(titles("5xx gateway")[0], "502 Bad Gateway");
        assert_eq!(titles("40")[..3], ["400 Bad Request", "401 Unauthorized", "404 Not Found"]);
        assert_eq!(titles("4xx")[3], "429 Too Many Requests");
        assert_eq!(found("429")[0], ("429 Too Many Requests".to_owned(), Tier::ExactAlias));
    }

    #[test]
    fn the_other_number_counts_like_an_alias() {
        assert_eq!(found("webhooks")[0], ("Webhook".to_owned(), Tier::ExactAlias));
        assert_eq!(found("microservice")[0], ("Microservices".to_owned(), Tier::ExactAlias));
    }

    #[test]
    fn questions_are_answered() {
        assert_eq!(found("what is a webhook?")[0], ("Webhook".to_owned(), Tier::ExactTitle));
        assert_eq!(titles("how do I retry without hammering the server")[0], "Exponential backoff");
    }

    #[test]
    fn text_wants_all_words_and_takes_most_only_when_there_is_nothing_else() {
        assert_eq!(found("thundering herd"), [("Exponential backoff".to_owned(), Tier::Text)]);
        assert_eq!(found("thundering herd zebra"), [("Exponential backoff".to_owned(), Tier::Text)]);
        assert!(found("zebra giraffe thundering herds okapi").is_empty());
    }
}
