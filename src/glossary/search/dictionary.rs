//! A sorted list of distinct words, and three ways to look a typed word up in it: by beginning, by number, by nearness.
//!
//! Titles and articles use the same few thousand words over and over. Each typed word is therefore compared with
//! every distinct word once, and never with every entry.

use std::ops::Range;

use super::distance::{distance, letters, prefix_distance};
use super::query::QueryWord;
use super::words::singular;

#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    words: Vec<String>,
    /// All words' characters in a row, so that comparing them decodes nothing.
    chars: Vec<char>,
    /// Where each word's characters end.
    ends: Vec<u32>,
    masks: Vec<u64>,
}

impl Dictionary {
    pub fn new(mut words: Vec<String>) -> Self {
        words.sort_unstable();
        words.dedup();
        let mut dictionary = Dictionary::default();
        for word in &words {
            let start = dictionary.chars.len();
            dictionary.chars.extend(word.chars());
            dictionary.masks.push(letters(&dictionary.chars[start..]));
            dictionary.ends.push(u32::try_from(dictionary.chars.len()).unwrap_or(u32::MAX));
        }
        dictionary.words = words;
        dictionary
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn word(&self, id: usize) -> &str {
        &self.words[id]
    }

    pub fn find(&self, word: &str) -> Option<usize> {
        self.words.binary_search_by(|known| known.as_str().cmp(word)).ok()
    }

    /// The words that begin so: neighbours, since the list is sorted.
    pub fn beginning(&self, prefix: &str) -> Range<usize> {
        let start = self.words.partition_point(|word| word.as_str() < prefix);
        start..start + self.words[start..].partition_point(|word| word.starts_with(prefix))
    }

    /// The word itself, its plural and its singular.
    pub fn in_any_number<'d>(&'d self, word: &'d QueryWord) -> impl Iterator<Item = usize> + 'd {
        // `query` and `queries` part company before the last letter of their key.
        let stem = word.stem.strip_suffix('y').unwrap_or(&word.stem);
        let longest = word.text.len().max(word.stem.len() + "es".len());
        self.beginning(stem).filter(move |&id| {
            let known = self.words[id].as_str();
            known.len() <= longest && (known == word.text || singular(known) == word.stem)
        })
    }

    /// The status codes of the class that `5xx` or `40x` names.
    pub fn in_class<'d>(&'d self, word: &'d QueryWord) -> impl Iterator<Item = usize> + 'd {
        word.class().into_iter().flat_map(|digits| self.beginning(digits)).filter(|&id| word.names_code(&self.words[id]))
    }

    /// Calls `found` with every word within `limit` slips of the typed one, and with the distance. Where `open`, the
    /// typed word may go on, and only the beginning has to be near.
    pub fn near(&self, word: &QueryWord, limit: usize, open: bool, mut found: impl FnMut(usize, usize)) {
        if limit == 0 {
            return;
        }
        let mut start = 0;
        for (id, (&end, &mask)) in self.ends.iter().zip(&self.masks).enumerate() {
            let end = end as usize;
            let len = end - start;
            let chars = start..end;
            start = end;
            let limit_bits = limit as u32;
            if len + limit < word.chars.len() || (word.mask & !mask).count_ones() > limit_bits {
                continue;
            }
            let whole = len <= word.chars.len() + limit && (mask & !word.mask).count_ones() <= limit_bits;
            let steps = if open {
                prefix_distance(&word.chars, &self.chars[chars], limit)
            } else if whole {
                distance(&word.chars, &self.chars[chars], limit)
            } else {
                None
            };
            if let Some(steps) = steps {
                found(id, steps);
            }
        }
    }

    /// Whether the word, as it stands or in the other number, or as a beginning, is one of these.
    pub fn knows(&self, word: &QueryWord) -> bool {
        !self.beginning(&word.text).is_empty() || self.in_any_number(word).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        let words = ["token", "query", "queries", "bucket", "tokens", "500", "503", "5000", "404", "to"];
        Dictionary::new(words.map(str::to_owned).to_vec())
    }

    fn texts(dictionary: &Dictionary, ids: impl Iterator<Item = usize>) -> Vec<&str> {
        ids.map(|id| dictionary.word(id)).collect()
    }

    #[test]
    fn by_beginning() {
        let dictionary = dictionary();
        assert_eq!(texts(&dictionary, dictionary.beginning("to")), ["to", "token", "tokens"]);
        assert!(dictionary.beginning("x").is_empty());
        assert!(dictionary.find("bucket").is_some() && dictionary.find("buck").is_none());
    }

    #[test]
    fn by_number_and_by_class() {
        let dictionary = dictionary();
        assert_eq!(texts(&dictionary, dictionary.in_any_number(&QueryWord::new("query"))), ["queries", "query"]);
        assert_eq!(texts(&dictionary, dictionary.in_any_number(&QueryWord::new("buckets"))), ["bucket"]);
        assert_eq!(texts(&dictionary, dictionary.in_class(&QueryWord::new("5xx"))), ["500", "503"]);
        assert_eq!(texts(&dictionary, dictionary.in_class(&QueryWord::new("50"))), [""; 0]);
    }

    #[test]
    fn by_nearness() {
        let dictionary = dictionary();
        let near = |word: &str, open| {
            let mut found = Vec::new();
            dictionary.near(&QueryWord::new(word), 1, open, |id, steps| found.push((dictionary.word(id), steps)));
            found
        };
        assert_eq!(near("toekn", false), [("token", 1)]);
        assert_eq!(near("toekn", true), [("token", 1), ("tokens", 1)]);
        assert_eq!(near("bucjet", false), [("bucket", 1)]);
    }
}
