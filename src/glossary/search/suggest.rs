//! "Did you mean": a guess for a query that found nothing.

use super::distance::distance;
use super::names::Names;
use super::query::{Query, QueryWord};
use super::text::Text;
use crate::glossary::Row;

/// A query longer than this is no misspelt name.
const LONGEST_NAME: usize = 48;

/// The title or alias nearest to the query, or else the query with each unknown word replaced by the nearest known
/// one. Whether a guess finds anything is for the caller to try.
pub fn guesses<'s>(rows: &'s [Row], names: &Names, text: &Text, query: &Query) -> impl Iterator<Item = String> + 's {
    let name = nearest_name(rows, names, query).map(str::to_owned);
    let words = respelt(names, text, query);
    name.into_iter().chain(words)
}

/// More generous than the search itself, since a guess is shown as one: a third of the letters may be wrong.
fn limit(letters: usize) -> usize {
    match letters {
        0..=2 => 0,
        _ => ((letters + 1) / 3).min(4),
    }
}

fn nearest_name<'r>(rows: &'r [Row], names: &Names, query: &Query) -> Option<&'r str> {
    let typed = QueryWord::new(&query.core()?.folded);
    if typed.chars.len() > LONGEST_NAME {
        return None;
    }
    let limit = limit(typed.chars.len());
    let few = |bits: u64| bits.count_ones() as usize <= limit;
    let (_, name) = names
        .iter()
        .filter(|(_, name)| few(typed.mask & !name.mask) && few(name.mask & !typed.mask))
        .filter_map(|(_, name)| Some((distance(&typed.chars, &name.chars, limit)?, name)))
        .min_by_key(|(steps, name)| (*steps, name.alias.is_some()))?;
    let row = rows.get(name.row)?;
    match name.alias {
        None => Some(&row.title),
        Some(alias) => row.aliases.get(alias).map(String::as_str),
    }
}

/// Word by word; what nothing is near to is left out, unless that leaves nothing.
fn respelt(names: &Names, text: &Text, query: &Query) -> Option<String> {
    let mut changed = false;
    let words: Vec<&str> = query
        .required_words()
        .filter_map(|(_, word)| {
            let known = [&names.dictionary, &text.vocabulary]
                .into_iter()
                .find_map(|dictionary| Some(dictionary.word(dictionary.find(&word.text)?)));
            if known.is_some() {
                return known;
            }
            changed = true;
            nearest_word(names, text, word)
        })
        .collect();
    (changed && !words.is_empty()).then(|| words.join(" "))
}

/// Words of names before words of articles, at the same distance.
fn nearest_word<'d>(names: &'d Names, text: &'d Text, word: &QueryWord) -> Option<&'d str> {
    let limit = if word.is_number() { 0 } else { limit(word.chars.len()) };
    let mut best: Option<(usize, &str)> = None;
    for dictionary in [&names.dictionary, &text.vocabulary] {
        dictionary.near(word, limit, false, |id, steps| {
            if best.is_none_or(|(least, _)| steps < least) {
                best = Some((steps, dictionary.word(id)));
            }
        });
    }
    best.map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::super::corpus::{searcher, titles};
    use super::super::{Filter, Found};

    fn search(typed: &str) -> Found {
        searcher().search(typed, &Filter::default(), 10)
    }

    #[test]
    fn a_badly_misspelt_title_is_guessed() {
        for (typed, title) in [("ratelimitng", "Rate limiting"), ("wbhok", "Webhook"), ("what is a wbhok?", "Webhook")] {
            let found = search(typed);
            assert_eq!(found.total, 0, "{typed}");
            assert_eq!(found.did_you_mean.as_deref(), Some(title), "{typed}");
        }
    }

    #[test]
    fn a_guess_always_finds_something() {
        for typed in ["xponntial bakof strtegy", "wbhok dlvry", "tuken bukkit", "zzzz", "qwertyuiop", "ab", "f#", "9999"] {
            if let Some(guess) = search(typed).did_you_mean {
                assert!(!titles(&guess).is_empty(), "{typed}: {guess}");
            }
        }
    }

    #[test]
    fn there_is_no_guess_where_there_is_an_answer_or_nothing_near() {
        assert_eq!(search("webhok").did_you_mean, None);
        assert_eq!(search("xqzjvk").did_you_mean, None);
        assert_eq!(search("f#").did_you_mean, None, "two letters are not misspelt");
        assert_eq!(search("").did_you_mean, None);
    }
}
