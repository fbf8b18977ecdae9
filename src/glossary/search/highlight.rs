//! Which parts of a text to mark, so that the reader sees why an entry is shown.

use std::ops::Range;

use super::distance::{distance, letters, prefix_distance};
use super::fold::{Folded, bare, pieces};
use super::query::QueryWord;
use super::words::singular;

/// Marks of single letters all over a text tell nothing.
const SHORTEST_BEGINNING: usize = 2;

/// Byte ranges of `text` that the words match: in order, apart from each other, on character boundaries.
pub fn marks(text: &str, words: &[QueryWord]) -> Vec<Range<usize>> {
    let folded = Folded::new(text);
    let mut marks: Vec<Range<usize>> = Vec::new();
    for (at, found) in folded.words() {
        let part = words.iter().filter(|word| !word.optional).filter_map(|word| part(found, word)).max_by_key(Range::len);
        if let Some(part) = part {
            let range = folded.original(at + part.start..at + part.end);
            match marks.last_mut() {
                // One letter may fold to two (ß), and two words may share a letter.
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ if range.is_empty() => {}
                _ => marks.push(range),
            }
        }
    }
    marks
}

/// The range of a name that its first letters take, spaces aside: what a prefix typed with other spaces covers.
/// `None` asks for the whole name.
pub fn opening(text: &str, letters: Option<usize>) -> Vec<Range<usize>> {
    let folded = Folded::new(text);
    let mut inked = folded.text().char_indices().filter(|(_, c)| *c != ' ').map(|(at, c)| at + c.len_utf8());
    let end = match letters {
        Some(0) => None,
        Some(letters) => inked.nth(letters - 1).or(Some(folded.text().len())),
        None => Some(folded.text().len()),
    };
    let range = end.map_or(0..0, |end| folded.original(0..end));
    if range.is_empty() { Vec::new() } else { vec![range] }
}

/// The part of a folded word that a typed word matches. Runs for every word of every summary shown, so the first letter
/// is looked at first: whatever is not a slip, a class of codes or a piece of a name begins like what was typed.
fn part(found: &str, word: &QueryWord) -> Option<Range<usize>> {
    let signs = found.bytes().any(|b| b.is_ascii_punctuation());
    if word.slack == 0 && !signs && found.as_bytes().first() != word.text.as_bytes().first() {
        return None;
    }
    let long_enough = word.chars.len() >= SHORTEST_BEGINNING;
    if found == word.text || (long_enough && found.starts_with(&word.text)) {
        return Some(0..word.text.len());
    }
    if singular(found) == word.stem.as_str() || word.names_code(found) {
        return Some(0..found.len());
    }
    if signs {
        let base = found.as_ptr() as usize;
        let piece = pieces(found).find(|piece| *piece == word.text || (long_enough && piece.starts_with(&word.text)));
        if let Some(piece) = piece {
            let start = piece.as_ptr() as usize - base;
            return Some(start..start + word.text.len());
        }
        if long_enough && bare(found).starts_with(&word.text) {
            return Some(0..found.len());
        }
    }
    // Where letters were mistaken there is no telling which: the whole word is marked.
    (word.slack > 0 && is_near(found, word)).then_some(0..found.len())
}

fn is_near(found: &str, word: &QueryWord) -> bool {
    if found.len() + word.slack < word.chars.len() {
        return false;
    }
    let chars: Vec<char> = found.chars().collect();
    if (word.mask & !letters(&chars)).count_ones() as usize > word.slack {
        return false;
    }
    let compare = if word.open { prefix_distance } else { distance };
    compare(&word.chars, &chars, word.slack).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
        let words: Vec<_> = words.iter().map(|word| QueryWord::new(word)).collect();
        marks(text, &words).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn beginnings_plurals_and_classes() {
        assert_eq!(marked("Rate limiting", &["lim"]), ["lim"]);
        assert_eq!(marked("A webhook, many webhooks", &["webhooks"]), ["webhook", "webhooks"]);
        assert_eq!(marked("502 Bad Gateway", &["5xx", "gate"]), ["502", "Gate"]);
    }

    #[test]
    fn a_slip_marks_the_whole_word() {
        assert_eq!(marked("Idempotency key", &["idempotancy"]), ["Idempotency"]);
    }

    #[test]
    fn signs_and_their_pieces() {
        assert_eq!(marked("Node.js and C#", &["js", "c#"]), ["js", "C#"]);
        assert_eq!(marked("Node.js", &["nodejs"]), ["Node.js"]);
    }

    #[test]
    fn single_letters_mark_only_whole_words() {
        assert_eq!(marked("a cache in C", &["c"]), ["C"]);
    }

    #[test]
    fn the_opening_of_a_name() {
        let text = "Rate limiting";
        let open = |letters| opening(text, letters).into_iter().map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(open(Some(5)), ["Rate l"]);
        assert_eq!(open(None), ["Rate limiting"]);
        assert_eq!(open(Some(99)), ["Rate limiting"]);
        assert!(opening("", None).is_empty() && opening("…", Some(3)).is_empty());
    }

    #[test]
    fn no_character_is_split() {
        let texts = ["Straße 🙂 cafe\u{301} İstanbul ﬁne", "ßßß", "\u{301}\u{301}", "日本語 テスト", "a\u{200d}b"];
        for text in texts {
            for typed in ["stras", "cafe", "ist", "s", "ss", "日本", "🙂", "\u{301}", "ab"] {
                for range in marks(text, &[QueryWord::new(typed)]).into_iter().chain(opening(text, Some(2))) {
                    assert!(text.get(range.clone()).is_some(), "{text:?} {typed:?} {range:?}");
                }
            }
        }
    }
}
