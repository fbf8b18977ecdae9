//! A command line as a POSIX shell parts it into words, with `$'…'` of bash, which browsers use when they copy as curl.

use super::{NOT_SENT, Refusal};
use crate::http::syntax;

/// A word without its quotes.
pub struct Word {
    /// Where it begins in the line.
    pub at: usize,
    pub bytes: Vec<u8>,
}

impl Word {
    pub fn text(&self) -> String {
        syntax::text(&self.bytes)
    }
}

/// The words up to the end of the command: `|`, `;`, `&&`, `<` or `>` end it. A newline does not: pasted lines have lost
/// their backslashes often enough. Variables and the like stay as they are written.
pub fn words(line: &str) -> Result<Vec<Word>, Refusal> {
    let bytes = line.as_bytes();
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'\\' if line_end(bytes, at + 1) > 0 => at += 1 + line_end(bytes, at + 1),
            b'#' => at = bytes.iter().skip(at).position(|&byte| byte == b'\n').map_or(bytes.len(), |length| at + length),
            b'|' | b';' | b'<' | b'>' => break,
            b'&' if bytes.get(at + 1).is_none_or(|next| b"& \t\r\n".contains(next)) => break,
            b'&' => {
                let why = "Outside of quotes `&` ends the command: put the address in quotes.";
                return Err(Refusal::new(NOT_SENT, at, why));
            }
            _ => {
                let (word, end) = word(bytes, at)?;
                at = end;
                // `2>file` is no argument.
                if bytes.get(end) == Some(&b'>') && word.bytes.iter().all(u8::is_ascii_digit) {
                    break;
                }
                words.push(word);
            }
        }
    }
    Ok(words)
}

/// How long the line end there is: 0 if there is none.
fn line_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    }
}

fn word(bytes: &[u8], start: usize) -> Result<(Word, usize), Refusal> {
    let mut word = Word { at: start, bytes: Vec::new() };
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'|' | b';' | b'<' | b'>' | b'&' => break,
            b'\'' => at = single(bytes, at, &mut word.bytes)?,
            b'"' => at = double(bytes, at, &mut word.bytes)?,
            b'$' if next == Some(b'\'') => at = ansi(bytes, at, &mut word.bytes)?,
            b'\\' if line_end(bytes, at + 1) > 0 => at += 1 + line_end(bytes, at + 1),
            b'\\' => {
                word.bytes.extend(next);
                at += 2;
            }
            _ => {
                word.bytes.push(byte);
                at += 1;
            }
        }
    }
    Ok((word, at.min(bytes.len())))
}

fn open(at: usize) -> Refusal {
    Refusal::new(NOT_SENT, at, "This quote is never closed.")
}

/// `'…'`: all that stands in it is meant. Where it ends.
fn single(bytes: &[u8], at: usize, word: &mut Vec<u8>) -> Result<usize, Refusal> {
    let inside = bytes.get(at + 1..).unwrap_or_default();
    let length = inside.iter().position(|&byte| byte == b'\'').ok_or_else(|| open(at))?;
    word.extend(&inside[..length]);
    Ok(at + length + 2)
}

/// `"…"`: a backslash escapes only a few signs.
fn double(bytes: &[u8], start: usize, word: &mut Vec<u8>) -> Result<usize, Refusal> {
    let mut at = start + 1;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => return Err(open(start)),
            (Some(b'"'), _) => return Ok(at + 1),
            (Some(b'\\'), Some(_)) if line_end(bytes, at + 1) > 0 => at += 1 + line_end(bytes, at + 1),
            (Some(b'\\'), Some(&next)) if b"$`\"\\".contains(&next) => {
                word.push(next);
                at += 2;
            }
            (Some(&byte), _) => {
                word.push(byte);
                at += 1;
            }
        }
    }
}

/// `$'…'`: with the escapes of C.
fn ansi(bytes: &[u8], start: usize, word: &mut Vec<u8>) -> Result<usize, Refusal> {
    let mut at = start + 2;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => return Err(open(start)),
            (Some(b'\''), _) => return Ok(at + 1),
            (Some(b'\\'), Some(&escape)) => at = escaped(bytes, at + 2, escape, word),
            (Some(&byte), _) => {
                word.push(byte);
                at += 1;
            }
        }
    }
}

/// What `\` and the sign `escape` stand for; `at` is behind them. Where it ends.
fn escaped(bytes: &[u8], at: usize, escape: u8, word: &mut Vec<u8>) -> usize {
    let number = |at: usize, most: usize, radix: u32| {
        let digits = bytes.iter().skip(at).take(most).map_while(|&byte| char::from(byte).to_digit(radix));
        digits.fold((0u32, 0usize), |(sum, count), digit| (sum * radix + digit, count + 1))
    };
    let plain = match escape {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 7,
        b'b' => 8,
        b'e' | b'E' => 27,
        b'f' => 12,
        b'v' => 11,
        b'0'..=b'7' => {
            let (value, count) = number(at - 1, 3, 8);
            word.push(value.to_le_bytes()[0]);
            return at - 1 + count;
        }
        b'x' => {
            let (value, count) = number(at, 2, 16);
            if count == 0 {
                word.extend(b"\\x");
            } else {
                word.push(value.to_le_bytes()[0]);
            }
            return at + count;
        }
        b'u' | b'U' => {
            let (value, count) = number(at, if escape == b'u' { 4 } else { 8 }, 16);
            match char::from_u32(value).filter(|_| count > 0) {
                Some(character) => word.extend(character.encode_utf8(&mut [0; 4]).bytes()),
                None => word.extend([b'\\', escape]),
            }
            return at + count;
        }
        b'\\' | b'\'' | b'"' | b'?' => escape,
        _ => {
            word.extend([b'\\', escape]);
            return at;
        }
    };
    word.push(plain);
    at
}

/// The way back: a word that a shell gives to a program unchanged.
pub fn quote(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:,=@%+".contains(&byte);
    if !text.is_empty() && text.bytes().all(safe) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(line: &str) -> Vec<String> {
        words(line).unwrap().iter().map(Word::text).collect()
    }

    #[test]
    fn words_are_parted_as_by_a_shell() {
        for (line, expected) in [
            (r#"a  'b c'"d"\ e"#, vec!["a", "b cd e"]),
            (r#""a \"b\" \$c \n" 'a\n'"#, vec![r#"a "b" $c \n"#, r"a\n"]),
            ("a \\\n b\\\r\nc", vec!["a", "bc"]),
            ("'' \"\" x", vec!["", "", "x"]),
            (r"$'a\'\n\x41\u00e9\101\q'", vec!["a'\nAéA\\q"]),
            ("a | b", vec!["a"]),
            ("a 2>/dev/null", vec!["a"]),
            ("a && b", vec!["a"]),
            ("a # b\nc", vec!["a", "c"]),
            ("a#b $HOME", vec!["a#b", "$HOME"]),
            ("", vec![]),
            ("a \\", vec!["a", ""]),
        ] {
            assert_eq!(parted(line), expected, "{line}");
        }
        assert_eq!(words(r"$'\xff\0'").unwrap()[0].bytes, [255, 0]);
        assert_eq!(words("ab  'c'").unwrap()[1].at, 4);
    }

    #[test]
    fn open_quotes_and_a_bare_ampersand_are_told() {
        for (line, at) in [("a 'b", 2), ("a \"b\\\"", 2), ("a $'b\\'", 2), ("a?b=c&d=e", 5)] {
            assert_eq!(words(line).map(|_| ()).map_err(|refusal| (refusal.status, refusal.at)), Err((NOT_SENT, at)), "{line}");
        }
    }

    #[test]
    fn quoted_words_come_back() {
        for text in ["", "plain", "it's", "a b", "$x `y` \"z\" \\", "é\n", "''"] {
            assert_eq!(parted(&quote(text)), [text]);
        }
        assert_eq!(quote("http://a.b/c:1"), "http://a.b/c:1");
    }
}
