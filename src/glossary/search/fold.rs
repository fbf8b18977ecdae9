//! Folding: how a title, an article and a query become comparable.
//!
//! Readers type `nodejs`, `N + 1`, `Little’s law` and `idempotency-key` for what the entries spell otherwise. Both
//! sides go through the same folding, so nothing else in the search has to know about case, accents or hyphens.
//! Signs that belong to a name survive: `c#`, `c++`, `n+1`, `.net`, `node.js`.

use std::ops::Range;

/// Text in lower case without accents, its words parted by single spaces, and the way back to the original.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    text: String,
    /// For every byte of `text`, where the original character behind it starts and ends.
    spans: Vec<(u32, u32)>,
}

impl Folded {
    pub fn new(original: &str) -> Self {
        let mut folder = Folder::default();
        folder.folded.text.reserve(original.len());
        folder.folded.spans.reserve(original.len());
        for (at, ch) in original.char_indices() {
            if ch.is_ascii_alphanumeric() {
                folder.open(at);
                folder.push(ch.to_ascii_lowercase(), at, at + 1);
            } else {
                folder.take(ch, at, original);
            }
        }
        folder.close();
        folder.folded
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Each word with the byte of [`Folded::text`] at which it starts.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        let base = self.text.as_ptr() as usize;
        self.text.split(' ').filter(|word| !word.is_empty()).map(move |word| (word.as_ptr() as usize - base, word))
    }

    /// Bytes of the original behind a range of bytes of the folded text. Both ends are on character boundaries, and
    /// combining marks stay with their letter.
    pub fn original(&self, folded: Range<usize>) -> Range<usize> {
        let last = folded.end.min(self.spans.len()).wrapping_sub(1);
        match (self.spans.get(folded.start), self.spans.get(last)) {
            (Some(&(start, _)), Some(&(_, end))) if start <= end => start as usize..end as usize,
            _ => 0..0,
        }
    }
}

/// The pieces of a name with signs, by which it is found as well: `node.js` also answers to `js`, `.net` to `net`.
pub fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let signs = has_signs(word);
    word.split(|c: char| !c.is_alphanumeric()).filter(move |piece| signs && !piece.is_empty())
}

/// A name with its signs left out, the way it is typed in a hurry: `nodejs`, `net`.
pub fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

pub fn has_signs(word: &str) -> bool {
    word.chars().any(|c| !c.is_alphanumeric())
}

#[derive(Default)]
struct Folder {
    folded: Folded,
    /// Where the word being read starts in the folded text.
    word: Option<usize>,
}

impl Folder {
    fn take(&mut self, ch: char, start: usize, original: &str) {
        if ch == ' ' {
            return self.close();
        }
        let end = start + ch.len_utf8();
        let inside = self.word.is_some();
        let next = original[end..].chars().next();
        let leads_on = next.is_some_and(char::is_alphanumeric);
        if is_silent(ch) {
            if inside {
                self.stretch(end);
            }
        } else if ch.is_alphanumeric() {
            self.open(start);
            for lower in ch.to_lowercase() {
                match plain(lower) {
                    Some(letters) => letters.chars().for_each(|letter| self.push(letter, start, end)),
                    None if is_silent(lower) => {}
                    None => self.push(lower, start, end),
                }
            }
        } else {
            match ch {
                '+' if inside && self.takes_plus(leads_on) => self.push('+', start, end),
                '+' if !inside && self.ends_in_operand() => self.push('+', start, end),
                '#' if inside && !leads_on => self.push('#', start, end),
                '.' if inside && leads_on => self.push('.', start, end),
                '.' if !inside && opens_with_dot(original[..start].chars().next_back(), next) => {
                    self.open(start);
                    self.push('.', start, end);
                }
                // An apostrophe is left out, since half the readers leave it out: `littles law`.
                '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' if inside && leads_on && self.ends_in_letter() => {}
                _ => self.close(),
            }
        }
    }

    fn open(&mut self, start: usize) {
        if self.word.is_none() {
            if !self.folded.text.is_empty() {
                self.push(' ', start, start);
            }
            self.word = Some(self.folded.text.len());
        }
    }

    fn push(&mut self, ch: char, start: usize, end: usize) {
        self.folded.text.push(ch);
        let span = (offset(start), offset(end));
        for _ in 0..ch.len_utf8() {
            self.folded.spans.push(span);
        }
    }

    /// A mark on the last character belongs to it.
    fn stretch(&mut self, end: usize) {
        if let Some(last) = self.folded.text.chars().next_back() {
            let from = self.folded.spans.len() - last.len_utf8();
            self.folded.spans[from..].iter_mut().for_each(|span| span.1 = offset(end));
        }
    }

    fn close(&mut self) {
        if let Some(start) = self.word.take() {
            self.join_sum(start);
        }
    }

    /// `n plus 1` and `n + 1` are one name, `n+1`; `c plus plus` is `c++`.
    fn join_sum(&mut self, start: usize) {
        let (Some(gap), Some(word)) = (start.checked_sub(1), self.folded.text.get(start..)) else { return };
        let number = word.bytes().all(|b| b.is_ascii_digit());
        if !number && word != "plus" && word != "one" {
            return;
        }
        let head = &self.folded.text[..gap];
        let operand = head.rsplit(' ').next().unwrap_or(head);
        if !is_operand(operand) {
            return;
        }
        let sign = match word {
            "plus" => '+',
            "one" if operand.ends_with('+') && !operand.ends_with("++") => '1',
            _ if number && operand.ends_with('+') && !operand.ends_with("++") => {
                self.folded.text.remove(gap);
                self.folded.spans.remove(gap);
                return;
            }
            _ => return,
        };
        let span = self.folded.original(start..self.folded.text.len());
        self.folded.text.truncate(gap);
        self.folded.spans.truncate(gap);
        self.push(sign, span.start, span.end);
    }

    fn last_word(&self) -> &str {
        self.folded.text.rsplit(' ').next().unwrap_or_default()
    }

    fn ends_in_operand(&self) -> bool {
        is_operand(self.last_word())
    }

    fn ends_in_letter(&self) -> bool {
        self.folded.text.chars().next_back().is_some_and(char::is_alphanumeric)
    }

    /// `c++` and `n+1` keep their sign; in `rate+limit` it is a space that came out of an address.
    fn takes_plus(&self, leads_on: bool) -> bool {
        !leads_on || self.last_word().ends_with('+') || self.last_word().chars().count() == 1
    }
}

/// `.net`; and a dot alone at the end, which is a reader who has just begun to type it.
fn opens_with_dot(before: Option<char>, next: Option<char>) -> bool {
    match next {
        Some(next) => next.is_alphanumeric() && before != Some('.'),
        None => before.is_none_or(char::is_whitespace),
    }
}

/// No text of ours comes near four gigabytes.
fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// One character, or one character and the plus signs already behind it.
fn is_operand(word: &str) -> bool {
    let name = word.trim_end_matches('+');
    name.chars().count() == 1 && name != "."
}

/// Combining marks, joiners, variation selectors and soft hyphens: seen, but never typed on purpose.
fn is_silent(ch: char) -> bool {
    matches!(
        ch,
        '\u{0300}'..='\u{036f}'
            | '\u{00ad}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// What is typed for a lower-case Latin letter on a keyboard that lacks it.
fn plain(ch: char) -> Option<&'static str> {
    Some(match ch {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        Folded::new(text).text().to_owned()
    }

    #[test]
    fn case_accents_and_quotes_go() {
        assert_eq!(fold("Ünïcode “Straße”"), "unicode strasse");
        assert_eq!(fold("Little’s Law"), "littles law");
        assert_eq!(fold("cafe\u{301} İstanbul"), "cafe istanbul");
    }

    #[test]
    fn hyphens_underscores_and_slashes_part_words() {
        assert_eq!(fold("At-least-once_delivery CI/CD"), "at least once delivery ci cd");
        assert_eq!(fold("read—write…"), "read write");
    }

    #[test]
    fn names_keep_their_signs() {
        assert_eq!(fold("C#, C++ and F#."), "c# c++ and f#");
        assert_eq!(fold("(.NET) node.js 404 5xx."), ".net node.js 404 5xx");
        assert_eq!(fold("C++17"), "c++17");
        assert_eq!(fold("rate+limit #tag"), "rate limit tag");
        assert_eq!(fold("wait... what .."), "wait what");
        assert_eq!(fold("."), ".");
    }

    #[test]
    fn a_sum_is_one_name_however_it_is_spaced() {
        for text in ["N+1", "n + 1", "n plus 1", "N plus one", "n +1"] {
            assert_eq!(fold(text), "n+1", "{text}");
        }
        assert_eq!(fold("c plus plus"), "c++");
        assert_eq!(fold("retry plus backoff 1"), "retry plus backoff 1");
    }

    #[test]
    fn the_way_back_ends_on_whole_characters() {
        let text = "Le cafe\u{301} — “ŒUVRE”";
        let folded = Folded::new(text);
        let found: Vec<_> = folded.words().map(|(at, word)| &text[folded.original(at..at + word.len())]).collect();
        assert_eq!(found, ["Le", "cafe\u{301}", "ŒUVRE"]);
        assert_eq!(folded.original(900..901), 0..0);
        let sum = Folded::new("the n plus 1 query");
        assert_eq!(&"the n plus 1 query"[sum.original(4..7)], "n plus 1");
    }

    #[test]
    fn pieces_and_bare_forms_of_names_with_signs() {
        assert_eq!(pieces("node.js").collect::<Vec<_>>(), ["node", "js"]);
        assert_eq!(pieces("node").count(), 0);
        assert_eq!(bare(".net"), "net");
    }
}
