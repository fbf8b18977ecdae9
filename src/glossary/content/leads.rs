//! The lead: what the search result, the card and the tooltip show. It has to stand alone.

use std::collections::BTreeMap;

use super::front_matter::Draft;
use super::{Entry, Problem};

const MOST_CHARACTERS: usize = 280;
const MOST_SENTENCES: usize = 2;

/// Length and shape of one lead; `line` is where it begins.
pub fn check(draft: &Draft, lead: &str, line: usize, problems: &mut Vec<Problem>) {
    let file = &draft.file.path;
    if lead.trim().is_empty() {
        problems.push(Problem::new(
            file,
            draft.body_line,
            "the lead is missing",
            "Begin the text with one paragraph that says what it is and what it is for",
        ));
        return;
    }
    let characters = lead.chars().count();
    if characters > MOST_CHARACTERS {
        problems.push(Problem::new(file, line, format!("the lead has {characters} characters"), format!("Cut it to {MOST_CHARACTERS}")));
    }
    let sentences = sentences(lead);
    if sentences > MOST_SENTENCES {
        problems.push(Problem::new(file, line, format!("the lead has {sentences} sentences"), format!("Say it in {MOST_SENTENCES}")));
    }
}

/// Two entries must not open with the same words.
pub fn check_repeated(entries: &[Entry], drafts: &[Draft], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (entry, draft) in entries.iter().zip(drafts) {
        if entry.lead_text.is_empty() {
            continue;
        }
        if let Some(other) = seen.insert(&entry.lead_text, &draft.file.path) {
            let empty_lines = draft.body.lines().take_while(|line| line.trim().is_empty()).count();
            problems.push(Problem::new(
                &draft.file.path,
                draft.body_line + empty_lines,
                format!("the lead repeats that of {other}"),
                "Say what sets this one apart",
            ));
        }
    }
}

/// A sentence ends with a stop that a space and a capital, or the end, follows: “e.g.” and “1.5 s” do not count.
fn sentences(text: &str) -> usize {
    let characters: Vec<char> = text.trim().chars().collect();
    let ends = |index: usize| {
        let mut rest = characters[index + 1..].iter().skip_while(|c| matches!(c, '”' | '’' | ')' | '"'));
        match (rest.next(), rest.next()) {
            (None, _) => true,
            (Some(' '), Some(next)) => next.is_uppercase() || next.is_numeric() || matches!(next, '“' | '`'),
            _ => false,
        }
    };
    (0..characters.len()).filter(|&index| matches!(characters[index], '.' | '?' | '!') && ends(index)).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn stops_inside_a_sentence_do_not_end_it() {
        for (text, count) in [
            ("One sentence.", 1),
            ("One. Two.", 2),
            ("It waits 1.5 s, e.g. for node.js.", 1),
            ("It says “no.” Then it stops.", 2),
            ("No stop at all", 1),
        ] {
            assert_eq!(sentences(text), count, "{text}");
        }
    }
}
