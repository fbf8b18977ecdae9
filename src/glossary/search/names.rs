//! Titles and aliases, prepared once so that a keystroke only looks things up.

use std::iter::once;

use super::dictionary::Dictionary;
use super::distance::letters;
use super::fold::{Folded, bare, has_signs, pieces};
use super::query::{Phrase, Query, QueryWord};
use crate::glossary::Row;

/// A title or an alias.
#[derive(Clone, Debug)]
pub struct Name {
    pub row: usize,
    /// Which alias of the row; `None` for its title.
    pub alias: Option<usize>,
    pub folded: String,
    pub chars: Vec<char>,
    pub mask: u64,
    /// Its words (and the pieces of words with signs) in the list of all names' words: `words[first..end]`.
    first: usize,
    end: usize,
}

/// How a name was found by looking at all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// As it is spelt.
    Exact,
    /// In the other number, without its signs, or with its spaces elsewhere.
    Variant,
    /// The query is its beginning.
    Prefix,
}

/// What a distinct word of the names answers to, as bits by position in the query.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordMatch {
    pub direct: u32,
    pub fuzzy: u32,
    /// Slips in the fuzzy case.
    pub steps: u8,
}

#[derive(Clone, Debug)]
pub struct Names {
    names: Vec<Name>,
    words: Vec<u32>,
    pub dictionary: Dictionary,
    /// Every name without its spaces, sorted, so that equal names and beginnings are neighbours.
    keys: Vec<(String, u32)>,
    /// Other spellings that must match whole.
    variants: Vec<(String, u32)>,
}

/// With fewer letters, a beginning across a space is an accident: `c d` is not on its way to CDN.
const SHORTEST_JOINED: usize = 4;

impl Names {
    pub fn new(rows: &[Row]) -> Self {
        let (mut names, mut forms): (Vec<Name>, Vec<String>) = Default::default();
        let (mut keys, mut variants) = (Vec::new(), Vec::new());
        for (row, entry) in rows.iter().enumerate() {
            let aliases = entry.aliases.iter().enumerate().map(|(i, alias)| (Some(i), alias));
            for (alias, spelt) in once((None, &entry.title)).chain(aliases) {
                let folded = Folded::new(spelt);
                let Ok(id) = u32::try_from(names.len()) else { break };
                let phrase = Phrase::new(folded.words().map(|(_, word)| word).collect::<Vec<_>>().into_iter());
                let first = forms.len();
                for (_, word) in folded.words() {
                    forms.push(word.to_owned());
                    forms.extend(pieces(word).map(str::to_owned));
                    if has_signs(word) {
                        forms.push(bare(word));
                    }
                }
                for variant in [phrase.singular, bare(&phrase.joined)] {
                    if variant != phrase.joined {
                        variants.push((variant, id));
                    }
                }
                let chars: Vec<char> = phrase.folded.chars().collect();
                let mask = letters(&chars);
                names.push(Name { row, alias, folded: phrase.folded, mask, chars, first, end: forms.len() });
                keys.push((phrase.joined, id));
            }
        }
        keys.sort_unstable();
        variants.sort_unstable();
        let dictionary = Dictionary::new(forms.clone());
        let words = forms.iter().filter_map(|form| dictionary.find(form)).map(|id| id as u32).collect();
        Names { names, words, dictionary, keys, variants }
    }

    pub fn name(&self, id: usize) -> &Name {
        &self.names[id]
    }

    pub fn iter(&self) -> impl Iterator<Item = (usize, &Name)> {
        self.names.iter().enumerate()
    }

    /// Calls `found` with the names that the phrase is, or begins.
    pub fn whole(&self, phrase: &Phrase, mut found: impl FnMut(usize, &Name, Whole)) {
        let mut call = |id: u32, how| found(id as usize, &self.names[id as usize], how);
        for (key, id) in beginning(&self.keys, &phrase.joined) {
            let name = &self.names[*id as usize];
            if name.folded == phrase.folded {
                call(*id, Whole::Exact);
            } else if *key == phrase.joined {
                call(*id, Whole::Variant);
            } else if name.folded.starts_with(&phrase.folded) || phrase.joined.len() >= SHORTEST_JOINED {
                call(*id, Whole::Prefix);
            }
        }
        for spelling in [&phrase.joined, &phrase.singular] {
            let equal = |list| beginning(list, spelling).iter().take_while(|(key, _)| key == spelling);
            equal(&self.variants).for_each(|(_, id)| call(*id, Whole::Variant));
            if *spelling != phrase.joined {
                equal(&self.keys).for_each(|(_, id)| call(*id, Whole::Variant));
            }
        }
    }

    /// Calls `found` with the names that begin with a status code of the class.
    pub fn in_class(&self, word: &QueryWord, mut found: impl FnMut(usize, &Name)) {
        for (_, id) in word.class().map_or(&[][..], |digits| beginning(&self.keys, digits)) {
            let name = &self.names[*id as usize];
            if word.names_code(name.folded.split(' ').next().unwrap_or_default()) {
                found(*id as usize, name);
            }
        }
    }

    /// What every distinct word of the names answers to; `None` if some word of the query has no answer in any.
    pub fn match_words(&self, query: &Query) -> Option<Vec<WordMatch>> {
        let mut matches = vec![WordMatch::default(); self.dictionary.len()];
        for (bit, word) in query.required_words() {
            let mut any = false;
            let numbers = self.dictionary.in_any_number(word).chain(self.dictionary.in_class(word));
            for id in self.dictionary.beginning(&word.text).chain(numbers) {
                matches[id].direct |= bit;
                any = true;
            }
            self.dictionary.near(word, word.slack, word.open, |id, steps| {
                matches[id].fuzzy |= bit;
                matches[id].steps = u8::try_from(steps).unwrap_or(u8::MAX);
                any = true;
            });
            if !any {
                return None;
            }
        }
        Some(matches)
    }

    /// What a name's words answer to, taken together.
    pub fn gather(&self, name: &Name, matches: &[WordMatch]) -> WordMatch {
        let mut all = WordMatch::default();
        for &id in &self.words[name.first..name.end] {
            let word = matches[id as usize];
            all.direct |= word.direct;
            if word.fuzzy & !all.fuzzy != 0 {
                all.fuzzy |= word.fuzzy;
                all.steps = all.steps.saturating_add(word.steps);
            }
        }
        all
    }
}

fn beginning<'k>(keys: &'k [(String, u32)], prefix: &str) -> &'k [(String, u32)] {
    let rest = &keys[keys.partition_point(|(key, _)| key.as_str() < prefix)..];
    &rest[..rest.partition_point(|(key, _)| key.starts_with(prefix))]
}

#[cfg(test)]
mod tests {
    use super::super::corpus;
    use super::*;

    fn whole(typed: &str) -> Vec<(String, Whole)> {
        let names = Names::new(&corpus::index().rows);
        let query = Query::parse(typed, &names.dictionary).unwrap();
        let mut found = Vec::new();
        names.whole(&query.phrases[0], |_, name, how| found.push((name.folded.clone(), how)));
        found
    }

    #[test]
    fn spaces_signs_and_number_are_variants() {
        for (typed, folded) in [
            ("webhooks", "webhook"),
            ("web hook", "webhook"),
            ("ratelimiting", "rate limiting"),
            ("net", ".net"),
            ("nodejs", "node.js"),
            ("microservice", "microservices"),
        ] {
            assert!(whole(typed).contains(&(folded.to_owned(), Whole::Variant)), "{typed}: {:?}", whole(typed));
        }
        assert_eq!(whole("c#"), [("c#".to_owned(), Whole::Exact)]);
    }

    #[test]
    fn a_short_beginning_does_not_cross_a_space() {
        assert!(whole("cd").iter().any(|(folded, _)| folded == "cdc"));
        assert!(whole("c d").iter().all(|(folded, _)| folded != "cdc"));
    }

    #[test]
    fn a_word_that_no_name_answers_to_ends_the_search() {
        let names = Names::new(&corpus::index().rows);
        let query = |typed| Query::parse(typed, &names.dictionary).unwrap();
        assert!(names.match_words(&query("token zzz")).is_none());
        assert!(names.match_words(&query("toekn")).is_some());
    }
}
