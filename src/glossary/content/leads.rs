//! The lead: what the search result, the card and the tooltip show. It has to stand alone.

use std::collections::BTreeMap;

use super::front_matter::Draft;
use super::{Entry, Problem};
use crate::glossary::sentence;

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
    let sentences = sentence::count(lead);
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
