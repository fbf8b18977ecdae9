//! Small changes to a request's text that leave the rest of it as it was typed, whether it can be parsed or not.

use std::ops::Range;

/// Method and target, as far as the request line has them.
pub fn start(text: &str) -> (&str, &str) {
    let line = text.get(request_line(text)).unwrap_or_default();
    let (method, rest) = line.split_once(' ').unwrap_or((line, ""));
    (method, rest.rsplit_once(" HTTP/").map_or(rest, |(target, _)| target))
}

/// The text with another method.
pub fn with_method(text: &str, method: &str) -> String {
    let (old, _) = start(text);
    let at = request_line(text).start;
    replaced(text, at..at + old.len(), method)
}

/// The text with another target.
pub fn with_target(text: &str, target: &str) -> String {
    let (method, old) = start(text);
    let line = request_line(text);
    let at = line.start + method.len() + 1;
    if at > line.end {
        // There is only a method yet.
        return replaced(text, line.end..line.end, &format!(" {target} HTTP/1.1"));
    }
    replaced(text, at..at + old.len(), target)
}

/// The length that Content-Length should say and does not, if there is content or a claim of some.
pub fn wanted_length(text: &str) -> Option<usize> {
    let (head, content) = text.split_once("\n\n").unwrap_or((text, ""));
    let fields = || head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let says = |name: &str| fields().find(|(own, _)| own.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    if says("Transfer-Encoding").is_some() {
        return None;
    }
    // Line ends behind the content do no harm, and text areas like to add one.
    let length = content.trim_end_matches(['\r', '\n']).len();
    match says("Content-Length") {
        None => (length > 0).then_some(length),
        // The content may be waiting for a 100.
        Some(_) if content.is_empty() && says("Expect").is_some() => None,
        Some(claimed) => {
            let claimed = claimed.parse::<usize>().ok();
            (!claimed.is_some_and(|claimed| (length..=content.len()).contains(&claimed))).then_some(length)
        }
    }
}

/// The text with one Content-Length, where the first one stood or behind the other fields.
pub fn with_length(text: &str, length: usize) -> String {
    let (head, content) = text.split_once("\n\n").unwrap_or((text.trim_end_matches('\n'), ""));
    let field = format!("Content-Length: {length}");
    let mut said = false;
    let mut lines: Vec<&str> = Vec::new();
    for (index, line) in head.split('\n').enumerate() {
        let is_length = index > 0 && line.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("Content-Length"));
        if !is_length {
            lines.push(line);
        } else if !said {
            lines.push(&field);
            said = true;
        }
    }
    if !said {
        lines.push(&field);
    }
    format!("{}\n\n{content}", lines.join("\n"))
}

/// Line and column of a byte, both from 1, as people count them.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(text.as_bytes().get(..at).unwrap_or(text.as_bytes()));
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// A byte's place as a text area counts: in UTF-16 units.
pub fn in_text_area(text: &str, at: usize) -> u32 {
    let before = String::from_utf8_lossy(text.as_bytes().get(..at).unwrap_or(text.as_bytes()));
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// Where the first line that is not empty stands.
fn request_line(text: &str) -> Range<usize> {
    let from = text.len() - text.trim_start_matches('\n').len();
    let length = text.get(from..).and_then(|rest| rest.find('\n')).unwrap_or(text.len() - from);
    from..from + length
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(range, with);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUT: &str = "PUT /notes/1 HTTP/1.1\nHost: example.org\nContent-Length: 3\n\nhello";

    #[test]
    fn the_request_line_is_taken_apart_as_far_as_it_goes() {
        assert_eq!(start(PUT), ("PUT", "/notes/1"));
        assert_eq!(start("\n\nGET /a b HTTP/1.1\nHost: x"), ("GET", "/a b"));
        assert_eq!(start("GET /a"), ("GET", "/a"));
        assert_eq!((start("GET"), start("GET "), start("")), (("GET", ""), ("GET", ""), ("", "")));
    }

    #[test]
    fn method_and_target_change_alone() {
        assert_eq!(with_method(PUT, "PATCH"), PUT.replacen("PUT", "PATCH", 1));
        assert_eq!(with_target(PUT, "/é?a b"), PUT.replacen("/notes/1", "/é?a b", 1));
        assert_eq!(with_target("\nGET", "/"), "\nGET / HTTP/1.1");
        assert_eq!(with_target("GET  HTTP/1.1\n", "/x"), "GET /x HTTP/1.1\n");
        assert_eq!(with_method("", "GET"), "GET");
        for text in ["", "\n", "GET", "GET ", "é é é", "\n\n\n", "a  b"] {
            let changed = with_target(&with_method(text, "PUT"), "/x");
            assert_eq!(start(&changed), ("PUT", "/x"), "{text:?}");
        }
    }

    #[test]
    fn the_length_is_wanted_where_it_is_missing_or_wrong() {
        assert_eq!(wanted_length(PUT), Some(5));
        assert_eq!(wanted_length(&with_length(PUT, 5)), None);
        // With its last line end or without: both are what a reader may mean.
        assert_eq!(wanted_length("PUT / HTTP/1.1\nContent-Length: 6\n\nhello\n"), None);
        assert_eq!(wanted_length("PUT / HTTP/1.1\n\nhello\n"), Some(5));
        assert_eq!(wanted_length("PUT / HTTP/1.1\ntransfer-encoding: chunked\n\n5\nhello"), None);
        assert_eq!(wanted_length("PUT / HTTP/1.1\nContent-Length: 5\nExpect: 100-continue\n\n"), None);
        assert_eq!(wanted_length("PUT / HTTP/1.1\nContent-Length: five\n\nhello"), Some(5));
        assert_eq!(wanted_length("PUT / HTTP/1.1\nContent-Length: 5\n\n"), Some(0));
        assert_eq!(wanted_length("GET / HTTP/1.1\nHost: example.org\n\n"), None);
    }

    #[test]
    fn the_length_is_said_once() {
        assert_eq!(with_length(PUT, 5), PUT.replace(": 3", ": 5"));
        assert_eq!(with_length("PUT /\ncontent-length: 1\nA: b\nContent-Length: 2\n\nx", 1), "PUT /\nContent-Length: 1\nA: b\n\nx");
        assert_eq!(with_length("PUT / HTTP/1.1\nA: b\n\nx", 1), "PUT / HTTP/1.1\nA: b\nContent-Length: 1\n\nx");
    }

    #[test]
    fn bytes_have_a_line_and_a_column() {
        assert_eq!(line_and_column("GET /\nHöst: x", 0), (1, 1));
        // H is one byte and ö two: the byte behind them is the third sign.
        assert_eq!(line_and_column("GET /\nHöst: x", 9), (2, 3));
        assert_eq!(line_and_column("GET /\n", 6), (2, 1));
        assert_eq!(line_and_column("é", 99), (1, 2));
        // A clef is four bytes and two units.
        assert_eq!((in_text_area("a𝄞b", 5), in_text_area("a𝄞b", 6), in_text_area("", 1)), (3, 4, 0));
    }
}
