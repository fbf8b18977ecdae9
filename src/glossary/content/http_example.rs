//! HTTP/1.1 messages in examples: they have to parse as a server or a client would parse them.

use super::examples::without_place;

/// Whether `text` is one request or one response; the error says what is wrong and on which of its lines (from 0).
pub fn check(text: &str) -> Result<(), (usize, String)> {
    let (head, body) = match text.split_once("\n\n") {
        Some((head, body)) => (head, body),
        // A fence cannot end in an empty line without showing it, so the last newline may stand for it.
        None => (text.trim_end_matches('\n'), ""),
    };
    let wire = format!("{}\r\n\r\n", head.replace('\n', "\r\n"));
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let is_response = head.starts_with("HTTP/");
    let status = if is_response {
        httparse::Response::new(&mut fields).parse(wire.as_bytes())
    } else {
        httparse::Request::new(&mut fields).parse(wire.as_bytes())
    };
    match status {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err((0, "the message is incomplete".to_owned())),
        Err(error) => return Err((broken_line(head, is_response), format!("not an HTTP/1.1 message: {error}"))),
    }
    let field = |name: &str| {
        fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| String::from_utf8_lossy(field.value).into_owned())
    };
    // RFC 9112, section 3.2: a request without Host is a 400.
    if !is_response && field("host").is_none() {
        return Err((0, "the request has no Host field".to_owned()));
    }
    let body = body.trim_end_matches('\n');
    if let Some(length) = field("content-length")
        && !body.is_empty()
        && length.trim() != body.len().to_string()
    {
        let line = head.lines().position(|line| line.to_ascii_lowercase().starts_with("content-length")).unwrap_or(0);
        return Err((line, format!("Content-Length says {length} and the content has {} bytes", body.len())));
    }
    let is_json = field("content-type").is_some_and(|media| media.contains("json"));
    if is_json && !body.is_empty() && field("content-range").is_none() {
        serde_json::from_str::<serde_json::Value>(body)
            .map_err(|error| (head.lines().count() + error.line(), format!("the content is not JSON: {}", without_place(&error))))?;
    }
    Ok(())
}

/// The first line (from 0) up to which the head cannot be the beginning of a message.
fn broken_line(head: &str, is_response: bool) -> usize {
    let is_broken = |lines: usize| {
        let wire: String = head.lines().take(lines).map(|line| format!("{line}\r\n")).collect();
        let mut fields = [httparse::EMPTY_HEADER; 64];
        if is_response {
            httparse::Response::new(&mut fields).parse(wire.as_bytes()).is_err()
        } else {
            httparse::Request::new(&mut fields).parse(wire.as_bytes()).is_err()
        }
    };
    (0..head.lines().count()).find(|line| is_broken(line + 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn messages_are_read_as_strictly_as_on_the_wire() {
        assert_eq!(check("GET / HTTP/1.1\nHost: example.com\n\n"), Ok(()));
        assert_eq!(check("HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"a\": 1}\n"), Ok(()));
        assert!(check("GET / HTTP/1.1\nAccept: */*\n\n").unwrap_err().1.contains("no Host"));
        assert!(check("GET /a b HTTP/1.1\nHost: example.com\n").is_err());
        assert!(check("HTTP/1.1 200 OK\nContent-Type: application/json\n\n{a: 1}\n").unwrap_err().1.contains("not JSON"));
        assert!(check("HTTP/1.1 200 OK\nContent-Length: 3\n\nab\n").unwrap_err().1.contains("2 bytes"));
    }
}
