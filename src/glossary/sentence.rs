//! Where sentences end.

/// Byte positions just behind each sentence of `text`, before the space that follows.
///
/// A sentence ends with a stop that a space and a capital, or the end, follows: “e.g.” and “1.5 s” do not count.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter(|(_, c)| matches!(c, '.' | '?' | '!')).filter_map(|(at, stop)| {
        let rest = &text[at + stop.len_utf8()..];
        let closing = rest.trim_start_matches(['”', '’', ')', '"']);
        let mut after = closing.chars();
        let ended = match (after.next(), after.next()) {
            (None, _) => true,
            (Some(' '), Some(next)) => next.is_uppercase() || next.is_numeric() || matches!(next, '“' | '`'),
            _ => false,
        };
        ended.then(|| text.len() - closing.len())
    })
}

/// How many sentences there are; at least one.
pub fn count(text: &str) -> usize {
    ends(text.trim()).count().max(1)
}

/// The first sentence, with its stop.
pub fn first(text: &str) -> &str {
    let text = text.trim();
    &text[..ends(text).next().unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_inside_a_sentence_do_not_end_it() {
        for (text, sentences, opening) in [
            ("One sentence.", 1, "One sentence."),
            ("One. Two.", 2, "One."),
            ("It waits 1.5 s, e.g. for node.js.", 1, "It waits 1.5 s, e.g. for node.js."),
            ("It says “no.” Then it stops.", 2, "It says “no.”"),
            ("No stop at all", 1, "No stop at all"),
        ] {
            assert_eq!((count(text), first(text)), (sentences, opening), "{text}");
        }
    }
}
