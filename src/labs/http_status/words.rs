//! Parts of a scenario as short words in an address.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::scenario::Action;
use crate::address::{read_span, write_span};
use crate::labs::frame::Intervention;

/// What would end an act too early.
const IN_ACT: &AsciiSet = &CONTROLS.add(b';').add(b'%');

/// Acts without a text of their own.
const PLAIN: [(&str, Action); 9] = [
    ("write", Action::Write),
    ("save", Action::Save),
    ("delete", Action::Delete),
    ("down", Action::Down),
    ("up", Action::Up),
    ("limit", Action::Limit),
    ("forgive", Action::Forgive),
    ("break", Action::Break),
    ("mend", Action::Mend),
];

/// `5s:save`, `60s:ask`, `90s:ask:Cache-Control: no-cache`.
pub fn write_act(act: &Intervention<Action>) -> String {
    let at = write_span(act.at);
    match &act.action {
        Action::Ask(fields) if fields.is_empty() => format!("{at}:ask"),
        Action::Ask(fields) => format!("{at}:ask:{}", utf8_percent_encode(fields, IN_ACT)),
        plain => {
            let word = PLAIN.iter().find(|(_, action)| action == plain).map_or("", |(word, _)| *word);
            format!("{at}:{word}")
        }
    }
}

pub fn read_act(text: &str) -> Option<Intervention<Action>> {
    let (at, act) = text.split_once(':')?;
    let at = read_span(at)?;
    let action = match act.split_once(':') {
        Some(("ask", fields)) => Action::Ask(percent_decode_str(fields).decode_utf8().ok()?.into_owned()),
        None if act == "ask" => Action::Ask(String::new()),
        _ => PLAIN.iter().find(|(word, _)| *word == act).map(|(_, action)| action.clone())?,
    };
    Some(Intervention { at, action })
}

/// From so many equal signs in a row on it is shorter to count them: a target that is too long is one letter again and again.
const RUN: usize = 32;

/// The text with long rows of one sign counted: `⟪a*8001⟫`.
pub fn shorten(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let mut count = 1;
        while signs.next_if_eq(&sign).is_some() {
            count += 1;
        }
        if count >= RUN || sign == '⟪' {
            short.push_str(&format!("⟪{sign}*{count}⟫"));
        } else {
            short.extend(std::iter::repeat_n(sign, count));
        }
    }
    short
}

/// The text as it was before [`shorten`]; `None` if it would be longer than `most` bytes.
pub fn expand(text: &str, most: usize) -> Option<String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, run)) = rest.split_once('⟪') {
        whole.push_str(before);
        let sign = run.chars().next()?;
        let (count, after) = run.get(sign.len_utf8()..)?.strip_prefix('*')?.split_once('⟫')?;
        let count = count.parse::<usize>().ok()?;
        if whole.len().saturating_add(count.saturating_mul(sign.len_utf8())) > most {
            return None;
        }
        whole.extend(std::iter::repeat_n(sign, count));
        rest = after;
    }
    whole.push_str(rest);
    (whole.len() <= most).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Nanos;

    #[test]
    fn acts_come_back() {
        let asks = [Action::Ask(String::new()), Action::Ask("A: b; c%\nD: e".to_owned())];
        for action in PLAIN.into_iter().map(|(_, action)| action).chain(asks) {
            let act = Intervention { at: Nanos::from_millis(1_500), action };
            let text = write_act(&act);
            assert!(!text.contains(';') && !text.contains('\n'), "{text}");
            assert_eq!(read_act(&text), Some(act));
        }
        assert_eq!((read_act("save"), read_act("5s:jump"), read_act("5s:save:x")), (None, None, None));
    }

    #[test]
    fn long_rows_are_counted() {
        let long = format!("GET /{} HTTP/1.1", "a".repeat(8_001));
        assert_eq!(shorten(&long), "GET /⟪a*8001⟫ HTTP/1.1");
        for text in [long.as_str(), "⟪a*3⟫", "aaa", "", "⟫"] {
            assert_eq!(expand(&shorten(text), 65_536).as_deref(), Some(text));
        }
        assert_eq!((expand("⟪a*70000⟫", 65_536), expand("⟪a", 9), expand("⟪a*18446744073709551615⟫b", 9)), (None, None, None));
    }
}
