//! What the reader typed, taken apart once per keystroke.

use super::dictionary::Dictionary;
use super::distance::letters;
use super::fold::Folded;
use super::words::{is_stop, singular};

/// What lies beyond is cut off: nobody types it, and a pasted page must not stall the browser.
pub const MAX_CHARS: usize = 200;

/// Words beyond these are ignored. It also keeps a set of words within 32 bits.
const MAX_WORDS: usize = 24;

#[derive(Clone, Debug)]
pub struct QueryWord {
    pub text: String,
    pub chars: Vec<char>,
    /// Its letters as bits, see [`letters`].
    pub mask: u64,
    /// The key it shares with its plural.
    pub stem: String,
    /// The last word with no space behind it yet: it may go on.
    pub open: bool,
    /// Does not have to match.
    pub optional: bool,
    /// How many slips of the finger are forgiven: none in a word that some title has as it stands.
    pub slack: usize,
}

impl QueryWord {
    pub fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        QueryWord {
            mask: letters(&chars),
            stem: singular(text).into_owned(),
            text: text.to_owned(),
            open: false,
            optional: false,
            slack: forgiven(&chars),
            chars,
        }
    }

    /// The known digits of a class of status codes: `5` of `5xx`, `40` of `40x`, and of `5x` on the way there.
    pub fn class(&self) -> Option<&str> {
        let digits = self.text.trim_end_matches('x');
        let valid = digits.len() < self.text.len()
            && self.text.len() <= 3
            && digits.starts_with(|c| ('1'..='5').contains(&c))
            && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then_some(digits)
    }

    /// Whether `word` is a status code of this class.
    pub fn names_code(&self, word: &str) -> bool {
        let code = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
        code && self.class().is_some_and(|digits| word.starts_with(digits))
    }

    pub fn is_number(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Short words are a slip away from too many others, and a digit is never a slip: 404 is not 403.
fn forgiven(chars: &[char]) -> usize {
    match chars.len() {
        _ if chars.iter().all(char::is_ascii_digit) => 0,
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Some of the query's words in their order, in the forms in which names are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub folded: String,
    /// Without spaces: `web hook` finds Webhook, `ratelimiting` finds Rate limiting.
    pub joined: String,
    /// The same with every word reduced to the key it shares with its plural.
    pub singular: String,
}

impl Phrase {
    pub fn new<'w>(words: impl Iterator<Item = &'w str> + Clone) -> Self {
        Phrase {
            folded: words.clone().collect::<Vec<_>>().join(" "),
            joined: words.clone().collect(),
            singular: words.map(singular).collect(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Query {
    /// Distinct words.
    pub words: Vec<QueryWord>,
    /// Everything typed, and, where it differs, what is left without the small words at both ends: "what is a saga?"
    /// asks for "saga".
    pub phrases: Vec<Phrase>,
    /// The words that have to match, as bits by position in `words`.
    pub required: u32,
}

impl Query {
    /// `None` if nothing was typed that could be looked for. `names` tells slips from words.
    pub fn parse(typed: &str, names: &Dictionary) -> Option<Query> {
        let typed = typed.char_indices().nth(MAX_CHARS).map_or(typed, |(end, _)| &typed[..end]);
        let folded = Folded::new(typed);
        let all: Vec<&str> = folded.words().map(|(_, word)| word).take(MAX_WORDS).collect();
        let last = all.last()?;

        let only_small = all.iter().all(|word| is_stop(word));
        let mut words: Vec<QueryWord> = Vec::with_capacity(all.len());
        for text in &all {
            if words.iter().all(|known| known.text != *text) {
                let mut word = QueryWord::new(text);
                word.optional = is_stop(text) && !only_small;
                word.open = text == last && !typed.ends_with(char::is_whitespace);
                if word.optional || names.knows(&word) {
                    word.slack = 0;
                }
                words.push(word);
            }
        }
        let required = words.iter().enumerate().filter(|(_, word)| !word.optional).fold(0, |bits, (i, _)| bits | 1 << i);

        let mut phrases = vec![Phrase::new(all.iter().copied())];
        let start = all.iter().position(|word| !is_stop(word));
        let end = all.iter().rposition(|word| !is_stop(word));
        if let (Some(start), Some(end)) = (start, end) {
            let core = Phrase::new(all[start..=end].iter().copied());
            if core != phrases[0] {
                phrases.push(core);
            }
        }
        Some(Query { words, phrases, required })
    }

    /// What the query is about, without the small words around it.
    pub fn core(&self) -> Option<&Phrase> {
        self.phrases.last()
    }

    pub fn required_words(&self) -> impl Iterator<Item = (u32, &QueryWord)> {
        self.words.iter().enumerate().filter(|(_, word)| !word.optional).map(|(i, word)| (1 << i, word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Option<Query> {
        Query::parse(typed, &Dictionary::new(vec!["token".to_owned()]))
    }

    #[test]
    fn small_words_do_not_have_to_match_unless_there_are_no_others() {
        let query = parse("how do I retry without the backoff").unwrap();
        let required: Vec<_> = query.required_words().map(|(_, word)| word.text.as_str()).collect();
        assert_eq!(required, ["retry", "backoff"]);
        assert_eq!(query.core().unwrap().folded, "retry without the backoff");
        assert_eq!(parse("to the").unwrap().required, 0b11);
    }

    #[test]
    fn a_space_ends_the_word() {
        assert!(parse("tok").unwrap().words[0].open);
        assert!(!parse("tok ").unwrap().words[0].open);
    }

    #[test]
    fn slips_are_forgiven_by_length_and_never_in_a_known_word() {
        let slack = |word: &str| parse(word).unwrap().words[0].slack;
        assert_eq!((slack("abc"), slack("abcd"), slack("abcdefg"), slack("abcdefgh")), (0, 1, 1, 2));
        assert_eq!((slack("token"), slack("tokens"), slack("4040")), (0, 0, 0));
    }

    #[test]
    fn classes_of_status_codes() {
        let class = |text: &str| QueryWord::new(text).class().map(str::to_owned);
        assert_eq!(class("5xx").as_deref(), Some("5"));
        assert_eq!(class("5x").as_deref(), Some("5"));
        assert_eq!(class("40x").as_deref(), Some("40"));
        for none in ["xx", "9xx", "500", "5xxx", "ax"] {
            assert_eq!(class(none), None, "{none}");
        }
    }

    #[test]
    fn long_input_is_cut_and_nothing_is_nothing() {
        assert!(parse(&"ab ".repeat(5_000)).unwrap().words.len() == 1);
        let many: String = (0..1_000).map(|i| format!("{i} ")).collect();
        assert_eq!(parse(&many).unwrap().words.len(), MAX_WORDS);
        assert!(parse("🙂 … !?").is_none());
    }
}
