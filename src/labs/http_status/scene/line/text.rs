//! How wide words are, and how they are made to fit. There is no browser to ask, so widths are averages of the fonts.

use super::Face;

/// About how many pixels words take.
pub fn width(text: &str, face: Face) -> i32 {
    let each = match face {
        Face::Profile | Face::Station | Face::StationPale | Face::LabelNow | Face::Outcome(_) => 6.8,
        Face::Label | Face::LabelAhead | Face::Reason => 6.2,
        Face::Small | Face::Fork => 5.8,
    };
    (text.chars().count() as f64 * each).ceil() as i32
}

/// How many characters fit, at least one.
pub fn fitting(px: i32, face: Face) -> usize {
    let ten = width("nnnnnnnnnn", face).max(1);
    usize::try_from(px * 10 / ten).unwrap_or(0).max(1)
}

/// A reason as it is read: what stands in backticks in quotation marks.
pub fn plain(reason: &str) -> String {
    let mut plain = String::with_capacity(reason.len());
    for (index, part) in reason.split('`').enumerate() {
        match index % 2 {
            0 => plain.push_str(part),
            _ if part.contains('"') => plain.push_str(&curly(part)),
            _ => plain.push_str(&format!("“{part}”")),
        }
    }
    plain
}

/// Opening and closing marks in turn.
fn curly(text: &str) -> String {
    let mut open = false;
    let turn = |character: char| match character {
        '"' => {
            open = !open;
            if open { '“' } else { '”' }
        }
        other => other,
    };
    text.chars().map(turn).collect()
}

/// Cut with an ellipsis if it is longer.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// In lines of at most `limit` characters; what does not fit into `most` lines is cut with an ellipsis.
pub fn wrap(text: &str, limit: usize, most: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        for (index, piece) in pieces(word, limit).into_iter().enumerate() {
            match lines.last_mut() {
                Some(last) if index == 0 && last.chars().count() + 1 + piece.chars().count() <= limit => {
                    last.push(' ');
                    last.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = shorten(&format!("{last} …"), limit).replace(" …", "…");
        }
    }
    lines
}

/// A word that is longer than a line is broken.
fn pieces(word: &str, limit: usize) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.chunks(limit).map(|chunk| chunk.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_their_limit() {
        assert_eq!(wrap("There is no Range.", 11, 3), ["There is no", "Range."]);
        assert_eq!(wrap("one two three", 5, 2), ["one", "two…"]);
        assert_eq!(wrap("aaaa bbbb cccc", 4, 2), ["aaaa", "bbb…"]);
        assert_eq!(wrap("abcdefgh", 3, 4), ["abc", "def", "gh"]);
        assert!(wrap("", 5, 2).is_empty());
    }

    #[test]
    fn backticks_become_quotation_marks() {
        assert_eq!(plain("`\"v0\"` does not match the current `W/\"v1\"`."), "“v0” does not match the current W/“v1”.");
        assert_eq!(plain("Host is `example.org`."), "Host is “example.org”.");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(fitting(62, Face::Label), 10);
        assert_eq!(fitting(-5, Face::Label), 1);
    }
}
