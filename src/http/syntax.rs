//! What all fields share: tokens, quoted strings, lists, parameters (RFC 9110 §5.6), and percent-encoding (RFC 3986 §2.1).

/// `tchar` of RFC 9110 §5.6.2.
pub fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Without the optional whitespace (spaces and tabs) on both sides.
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The parts between separators that stand outside of quoted strings, trimmed. At least one, which may be empty.
pub fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                parts.push(trim(&text[start..at]));
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(trim(&text[start..]));
    parts
}

/// The members of a list. A recipient has to ignore empty ones (RFC 9110 §5.6.1.2).
pub fn list(text: &str) -> Vec<&str> {
    let mut members = split(text, ',');
    members.retain(|member| !member.is_empty());
    members
}

/// What a token or a quoted string stands for; `None` for anything else.
pub fn unquote(text: &str) -> Option<String> {
    let Some(rest) = text.strip_prefix('"') else {
        return is_token(text).then(|| text.to_owned());
    };
    let inside = rest.strip_suffix('"')?;
    let mut plain = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => plain.push(characters.next()?),
            _ => plain.push(character),
        }
    }
    Some(plain)
}

/// The way back, always with quotes.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `name=value` or a name alone. The name is in lower case, the value without quotes; space round the `=` is let pass
/// (BWS, RFC 9110 §5.6.3).
pub fn parameter(text: &str) -> Option<(String, Option<String>)> {
    match text.split_once('=') {
        None => is_token(text).then(|| (text.to_ascii_lowercase(), None)),
        Some((name, value)) => {
            let name = trim(name);
            let value = unquote(trim(value))?;
            is_token(name).then(|| (name.to_ascii_lowercase(), Some(value)))
        }
    }
}

/// Digits only. What does not fit in 64 bits becomes the most that does: it is too much in any case.
pub fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Bytes of a message as text: UTF-8 if they are, otherwise ISO 8859-1, which is what `obs-text` once was.
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// `%41` becomes `A`, and `+` a space, as in a query. What is no escape stays.
pub fn form_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = match after {
            [high, low, ..] if byte == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        rest = match escaped {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                after.get(2..).unwrap_or_default()
            }
            None => {
                bytes.push(if byte == b'+' { b' ' } else { byte });
                after
            }
        };
    }
    self::text(&bytes)
}

/// The value of a hexadecimal digit.
pub fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_outside_of_quotes() {
        // RFC 9110 §5.6.1.2.
        for text in ["foo ,bar,", "foo , ,bar,charlie"] {
            assert_eq!(list(text)[..2], ["foo", "bar"], "{text}");
        }
        for text in ["", ",", ",   ,"] {
            assert!(list(text).is_empty(), "{text}");
        }
        // RFC 9110 §5.3.
        let field = r#""http://example.com/a.html,foo", "http://without-a-comma.example.com/""#;
        assert_eq!(list(field), [r#""http://example.com/a.html,foo""#, r#""http://without-a-comma.example.com/""#]);
        assert_eq!(list(r#""a\",b", c"#), [r#""a\",b""#, "c"]);
    }

    #[test]
    fn quoted_strings_lose_their_quotes_and_get_them_back() {
        assert_eq!(unquote(r#""a \"b\" \\c""#).as_deref(), Some(r#"a "b" \c"#));
        assert_eq!(unquote("token").as_deref(), Some("token"));
        assert_eq!(unquote(r#""""#).as_deref(), Some(""));
        for wrong in ["", "\"", "\"a", "a\"", r#""a"b""#, r#""a\""#, "a b"] {
            assert_eq!(unquote(wrong), None, "{wrong}");
        }
        assert_eq!(unquote(&quote(r#"\ and ""#)).as_deref(), Some(r#"\ and ""#));
    }

    #[test]
    fn parameters_have_a_name_and_perhaps_a_value() {
        assert_eq!(parameter("Charset = \"utf-8\""), Some(("charset".into(), Some("utf-8".into()))));
        assert_eq!(parameter("no-store"), Some(("no-store".into(), None)));
        for wrong in ["", "=", "a=", "=a", "a b=c"] {
            assert_eq!(parameter(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        assert_eq!(digits("007"), Some(7));
        assert_eq!(digits("99999999999999999999"), Some(u64::MAX));
        for wrong in ["", "+1", "-1", "1 ", "0x1", "١"] {
            assert_eq!(digits(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn queries_are_decoded() {
        assert_eq!(form_decode("a+b%20c%C3%A9%zz%4"), "a b cé%zz%4");
        assert_eq!(form_decode("%ff"), "ÿ");
    }
}
