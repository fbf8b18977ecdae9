//! A request that could not be read: the text as it was typed, with the byte that offends.

use super::{Mark, Page, WireLine, bytes};
use crate::http::parse::Refusal;
use crate::labs::http_status::run::place;

/// Lines that are shown from the top on; and beside the one that offends.
const LINES: usize = 30;
const BESIDE: usize = 3;
/// A line of more signs shows its beginning, and what is around the offence.
const LONG: usize = 300;
const BEGINNING: usize = 80;
const BEFORE: usize = 60;
const BEHIND: usize = 40;

pub fn page(text: &str, refusal: &Refusal) -> Page {
    let at = place(text, refusal.at).min(text.len());
    let all: Vec<&str> = text.split('\n').collect();
    let (mut offending, mut offset, mut start) = (all.len().saturating_sub(1), 0, 0);
    for (index, line) in all.iter().enumerate() {
        if at <= start + line.len() {
            (offending, offset) = (index, at.saturating_sub(start));
            break;
        }
        start += line.len() + 1;
    }
    // The empty line behind the head says nothing, unless it is the matter.
    let used = all.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1).max(offending + 1);
    let mut lines: Vec<WireLine> = Vec::new();
    let mut skipped = 0;
    for (index, line) in all.iter().enumerate().take(used) {
        if index >= LINES && index.abs_diff(offending) > BESIDE {
            skipped += 1;
            continue;
        }
        lines.extend(between(&mut skipped));
        let last = index + 1 == all.len();
        lines.push(if index == offending { marked(line, offset, last) } else { plain(line) });
    }
    lines.extend(between(&mut skipped));
    Page { title: "as it was typed".to_owned(), lines, note: refusal.why.clone(), changes: Vec::new(), event: 0 }
}

/// Says how many lines are left out.
fn between(skipped: &mut usize) -> Option<WireLine> {
    let text = match std::mem::take(skipped) {
        0 => return None,
        1 => "⋯ 1 line ⋯".to_owned(),
        many => format!("⋯ {many} lines ⋯"),
    };
    Some(WireLine { text, mark: Mark::None })
}

fn plain(line: &str) -> WireLine {
    let mut text: String = line.chars().take(LONG).map(visible).collect();
    if text.chars().count() < line.chars().count() {
        text.push_str(&format!("… {} in all", bytes(line.len())));
    }
    WireLine { text, mark: Mark::None }
}

/// The offence is the whole sign that the byte belongs to; behind the line, what ends it.
fn marked(line: &str, offset: usize, last: bool) -> WireLine {
    let signs: Vec<(usize, char)> = line.char_indices().collect();
    let place = signs.iter().position(|(at, sign)| offset < at + sign.len_utf8()).unwrap_or(signs.len());
    let shown = |index: usize| signs.len() <= LONG || index < BEGINNING || (index + BEFORE >= place && index <= place + BEHIND);
    let (mut text, mut from, mut to) = (String::new(), 0, 0);
    let mut left_out = false;
    for (index, (_, sign)) in signs.iter().enumerate() {
        if !shown(index) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) {
            text.push_str(" ⋯ ");
        }
        if index == place {
            from = text.len();
        }
        text.push(visible(*sign));
        if index == place {
            to = text.len();
        }
    }
    if left_out {
        text.push_str(&format!(" ⋯ {} in all", bytes(line.len())));
    }
    if place == signs.len() {
        from = text.len();
        text.push(if last { '␄' } else { '␊' });
        to = text.len();
    }
    WireLine { text, mark: Mark::Offends(from, to) }
}

/// Control characters by their pictures.
pub fn visible(sign: char) -> char {
    match sign {
        '\u{7f}' => '␡',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(sign)).unwrap_or('␦'),
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The refusal of the byte at which `rest` begins in what goes over the wire.
    fn offends(text: &str, at: usize) -> (usize, String, String) {
        let page = page(text, &Refusal { status: 400, at, why: "Because.".to_owned() });
        assert_eq!(page.note, "Because.");
        let found = page.lines.iter().enumerate().find_map(|(index, line)| match line.mark {
            Mark::Offends(from, to) => Some((index, line.text.clone(), line.text[from..to].to_owned())),
            _ => None,
        });
        found.expect("one line offends")
    }

    #[test]
    fn the_byte_is_found_behind_the_line_ends() {
        let text = "GET / HTTP/1.1\nHost: a\nBad Field: x\n\n";
        // 16 bytes, 9 bytes, then the fourth.
        assert_eq!(offends(text, 28), (2, "Bad Field: x".to_owned(), " ".to_owned()));
        assert_eq!(offends(text, 0), (0, "GET / HTTP/1.1".to_owned(), "G".to_owned()));
        // A start line that ends too early: its end is the matter.
        assert_eq!(offends("GET /\nHost: a\n\n", 5), (0, "GET /␊".to_owned(), "␊".to_owned()));
    }

    #[test]
    fn what_is_missing_at_the_end_is_marked_there() {
        let text = "POST / HTTP/1.1\nContent-Length: 5\n\nabc";
        // 17, 19, 2 and 3 bytes.
        assert_eq!(offends(text, 41), (3, "abc␄".to_owned(), "␄".to_owned()));
    }

    #[test]
    fn signs_are_not_cut_and_controls_are_seen() {
        assert_eq!(offends("GET /é HTTP/1.1\n\n", 6).2, "é", "the second byte of the sign");
        assert_eq!(offends("GET /a\0\tb HTTP/1.1\n\n", 6), (0, "GET /a␀␉b HTTP/1.1".to_owned(), "␀".to_owned()));
        assert_eq!(['\r', '\t', '\u{7f}', 'a'].map(visible), ['␍', '␉', '␡', 'a']);
    }

    #[test]
    fn long_texts_show_the_place() {
        let long = format!("GET /{} HTTP/1.1\n\n", "x".repeat(9_000));
        let (_, text, sign) = offends(&long, 8_005);
        assert!(text.chars().count() < 250 && text.starts_with("GET /x") && text.contains('⋯') && sign == "x");
        let many = format!("GET / HTTP/1.1\n{}Bad Field: x\n\n", "A: b\n".repeat(200));
        let page = page(&many, &Refusal { status: 400, at: 16 + 200 * 6 + 3, why: String::new() });
        assert!(page.lines.len() < 40);
        assert!(page.lines.iter().any(|line| line.text == "⋯ 168 lines ⋯"), "of 202, 30 and the last four are shown");
        assert_eq!(page.lines.last().map(|line| (line.text.as_str(), line.mark)), Some(("Bad Field: x", Mark::Offends(3, 4))));
    }

    #[test]
    fn an_empty_text_is_an_offence_too() {
        assert_eq!(offends("", 0), (0, "␄".to_owned(), "␄".to_owned()));
    }
}
