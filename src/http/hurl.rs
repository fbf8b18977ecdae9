//! Exchanges as a Hurl file, which sends the requests to a real server and checks the answers. The grammar is Hurl's
//! `docs/spec/grammar/hurl.grammar`.

use super::base64;
use super::message::{Request, Response, Version};

/// Fields of a response that differ from one run to the next, or that are the connection's.
const UNCHECKED: [&str; 9] =
    ["Date", "Age", "Server", "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding", "Set-Cookie", "Expires"];

/// Requests with what is expected of their responses: the status and the fields, but not the content, which only the lab's
/// own resource has. Moments are in milliseconds; from one to the next nothing waits, but a comment tells the time between.
pub fn export(exchanges: &[(Request, Response, u64)], scheme: &str) -> String {
    let mut file = String::new();
    let mut before: Option<u64> = None;
    for (request, response, moment) in exchanges {
        if let Some(before) = before {
            file.push('\n');
            let later = moment.saturating_sub(before);
            if later > 0 {
                file.push_str(&format!("# {later} ms later\n"));
            }
        }
        before = Some(*moment);
        file.push_str(&entry(request, response, scheme));
    }
    file
}

fn entry(request: &Request, response: &Response, scheme: &str) -> String {
    if let Some(why) = unwritable(request) {
        let lines = request.text();
        let lines = lines.trim_end().lines().map(|line| format!("#   {}\n", line.replace('\r', " ")));
        return format!("# Hurl cannot send this: {why}\n{}", lines.collect::<String>());
    }
    let mut text = format!("{} {}\n", request.method, value(&request.url(scheme)));
    for (name, content) in request.fields.iter() {
        // Hurl sends these two itself.
        let own =
            name.eq_ignore_ascii_case("Host") || (name.eq_ignore_ascii_case("Content-Length") && content == request.body.len().to_string());
        if !own {
            text.push_str(&line(name, content));
        }
    }
    if request.version == Version::Http10 {
        text.push_str("[Options]\nhttp1.0: true\n");
    }
    if !request.body.is_empty() {
        text.push_str(&body(&request.body));
        text.push('\n');
    }
    text.push_str(&format!("HTTP {}\n", response.status));
    for (name, content) in response.fields.iter() {
        if !UNCHECKED.iter().any(|unchecked| name.eq_ignore_ascii_case(unchecked)) {
            text.push_str(&line(name, content));
        }
    }
    text
}

fn unwritable(request: &Request) -> Option<&'static str> {
    let method = !request.method.is_empty() && request.method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !method {
        Some("its methods are capital letters.")
    } else if request.method == "CONNECT" || request.target == "*" {
        Some("it has no way to say this target.")
    } else if !request.fields.contains("Host") {
        Some("it always sends Host.")
    } else {
        None
    }
}

fn line(name: &str, content: &str) -> String {
    if content.is_empty() { format!("{}:\n", key(name)) } else { format!("{}: {}\n", key(name), value(content)) }
}

/// `\u{1f}`: the one escape that is allowed everywhere.
fn escape(character: char) -> String {
    format!("\\u{{{:x}}}", u32::from(character))
}

/// `key-string`: outside of a few signs everything is escaped.
fn key(name: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    name.chars().map(|character| if plain(character) { character.to_string() } else { escape(character) }).collect()
}

/// `value-string`: `#` would begin a comment, `{{` a template; space at an end would be lost.
fn value(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut before = '\0';
    let mut written = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        let edge = (index == 0 || index == last) && character.is_whitespace();
        let template = character == '{' && before == '{';
        match character {
            '#' => written.push_str("\\#"),
            '\\' => written.push_str("\\\\"),
            _ if edge || template || character.is_control() => written.push_str(&escape(character)),
            _ => written.push(character),
        }
        before = character;
    }
    written
}

/// Text in one line between backticks; what is no text as base64.
fn body(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return format!("base64,{};", base64::encode(bytes));
    };
    let plain = |character: char| !character.is_control() && !"`\\#{".contains(character);
    let written: String = text.chars().map(|character| if plain(character) { character.to_string() } else { escape(character) }).collect();
    format!("`{written}`")
}

#[cfg(test)]
mod tests {
    use super::super::fields::Fields;
    use super::*;

    fn exchange(method: &str, target: &str, status: u16) -> (Request, Response, u64) {
        let mut request = Request::new(method, target);
        request.fields.push("Host", "h");
        (request, Response::new(status), 0)
    }

    #[test]
    fn a_put_with_a_condition() {
        let (mut request, mut response, _) = exchange("PUT", "/a", 412);
        request.fields.push("If-Match", "\"v1\"");
        request.fields.push("Content-Length", "5");
        request.body = b"{#\n}`".to_vec();
        response.fields = Fields::from_iter([("Date", "now"), ("ETag", "\"v2\""), ("X", "")]);
        assert_eq!(
            export(&[(request, response, 0)], "http"),
            "PUT http://h/a\nIf-Match: \"v1\"\n`\\u{7b}\\u{23}\\u{a}}\\u{60}`\nHTTP 412\nETag: \"v2\"\nX:\n"
        );
    }

    #[test]
    fn what_hurl_would_misread_is_escaped() {
        let (mut request, response, _) = exchange("GET", "/a?b={{c}}#d", 200);
        request.fields.push("X!", "a # b \\ {{{c");
        request.version = Version::Http10;
        request.body = vec![0xff];
        assert_eq!(
            export(&[(request, response, 0)], "https"),
            "GET https://h/a?b={\\u{7b}c}}\\#d\nX\\u{21}: a \\# b \\\\ {\\u{7b}\\u{7b}c\n[Options]\nhttp1.0: true\nbase64,/w==;\nHTTP 200\n"
        );
        assert_eq!(value(" a "), "\\u{20}a\\u{20}");
        assert_eq!(value("a\tb"), "a\\u{9}b");
    }

    #[test]
    fn what_hurl_cannot_send_stays_as_a_comment() {
        let (request, response, _) = exchange("OPTIONS", "*", 200);
        let second = (exchange("GET", "/", 200).0, Response::new(200), 5_000);
        let text = export(&[(request, response, 1_000), second], "http");
        assert_eq!(
            text,
            "# Hurl cannot send this: it has no way to say this target.\n#   OPTIONS * HTTP/1.1\n#   Host: h\n\n\
             # 4000 ms later\nGET http://h/\nHTTP 200\n"
        );
        let (odd, response, _) = exchange("Get", "/", 501);
        assert!(export(&[(odd, response, 0)], "http").starts_with("# Hurl cannot send this: its methods"));
        assert_eq!(export(&[], "http"), "");
    }
}
