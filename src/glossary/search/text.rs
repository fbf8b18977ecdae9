//! The last resort before nothing: entries whose lead or article speaks of what was asked for (BM25).

use super::dictionary::Dictionary;
use super::index::{Posting, WEIGHT_UNIT};
use super::query::{Query, QueryWord};

/// A beginning says less than the word, a guess at a slip less again.
const WHOLE: f32 = 1.0;
const BEGINNING: f32 = 0.6;
const GUESS: f32 = 0.4;

/// Shorter beginnings occur in every article.
const SHORTEST_BEGINNING: usize = 3;

/// What was found of the query in one row.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextMatch {
    /// Words found, as bits by position in the query.
    pub found: u32,
    pub score: f32,
}

#[derive(Clone, Debug)]
pub struct Text {
    pub vocabulary: Dictionary,
    postings: Vec<Vec<Posting>>,
    rows: usize,
}

impl Text {
    pub fn new(vocabulary: Vec<String>, postings: Vec<Vec<Posting>>, rows: usize) -> Self {
        Text { vocabulary: Dictionary::new(vocabulary), postings, rows }
    }

    /// What every row has of the query's words. With `guess`, unknown words are taken for slips of the finger; that
    /// looks through the whole vocabulary, and is for queries which find nothing otherwise.
    pub fn find(&self, query: &Query, guess: bool) -> Vec<TextMatch> {
        let mut matches = vec![TextMatch::default(); self.rows];
        for (bit, word) in query.required_words() {
            let known = self.whole_words(word, bit, &mut matches);
            if word.open && word.chars.len() >= SHORTEST_BEGINNING {
                for id in self.vocabulary.beginning(&word.text) {
                    self.add(id, BEGINNING, bit, &mut matches);
                }
            }
            if guess && !known {
                self.vocabulary.near(word, word.slack, word.open, |id, _| self.add(id, GUESS, bit, &mut matches));
            }
        }
        matches
    }

    fn whole_words(&self, word: &QueryWord, bit: u32, matches: &mut [TextMatch]) -> bool {
        let mut known = false;
        for id in self.vocabulary.in_any_number(word).chain(self.vocabulary.in_class(word)) {
            self.add(id, WHOLE, bit, matches);
            known = true;
        }
        known
    }

    /// Credits every row that has a word. Forms come best first, so a row that has the word already keeps what it has.
    fn add(&self, id: usize, share: f32, bit: u32, matches: &mut [TextMatch]) {
        let Some(postings) = self.postings.get(id) else { return };
        let rarity = share * WEIGHT_UNIT * inverse_frequency(postings.len(), self.rows);
        let mut row = 0usize;
        for posting in postings {
            row = row.saturating_add(posting.gap as usize);
            if let Some(found) = matches.get_mut(row)
                && found.found & bit == 0
            {
                found.found |= bit;
                found.score += rarity * f32::from(posting.weight);
            }
        }
    }
}

/// BM25's idf in the form that stays positive for words that more than half the rows have.
fn inverse_frequency(having: usize, rows: usize) -> f32 {
    let (having, rows) = (having as f32, rows as f32);
    ((rows - having + 0.5).max(0.5) / (having + 0.5)).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::super::corpus;
    use super::*;

    fn find(typed: &str) -> Vec<(String, u32)> {
        let index = corpus::index();
        let titles: Vec<_> = index.rows.iter().map(|row| row.title.clone()).collect();
        let query = Query::parse(typed, &Dictionary::default()).unwrap();
        let text = Text::new(index.vocabulary, index.postings, index.rows.len());
        let found = text.find(&query, false);
        titles.into_iter().zip(found).filter(|(_, m)| m.found > 0).map(|(title, m)| (title, m.found)).collect()
    }

    #[test]
    fn a_word_of_the_article_is_found_in_either_number() {
        assert_eq!(find("thundering"), [("Exponential backoff".to_owned(), 1)]);
        assert_eq!(find("herds "), [("Exponential backoff".to_owned(), 1)]);
    }

    #[test]
    fn beginnings_need_three_letters_and_an_open_word() {
        assert_eq!(find("thund").len(), 1);
        assert_eq!(find("thu ").len(), 0);
        assert_eq!(find("th").len(), 0);
    }

    #[test]
    fn rare_words_count_more() {
        assert!(inverse_frequency(1, 100) > inverse_frequency(60, 100));
        assert!(inverse_frequency(100, 100) > 0.0);
    }

    #[test]
    fn a_damaged_index_is_no_panic() {
        let text = Text::new(vec!["ghost".to_owned()], vec![vec![Posting { gap: 70, weight: 1 }, Posting { gap: u32::MAX, weight: 1 }]], 3);
        let query = Query::parse("ghost", &Dictionary::default()).unwrap();
        assert!(text.find(&query, false).iter().all(|found| found.found == 0));
    }
}
