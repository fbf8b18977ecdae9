//! Responses, read as a user agent reads them (RFC 9112 §4), and as tools print them: `curl -i` shows a decoded body below
//! the fields of the coded one.

use super::body::{self, Framing};
use super::head::{self, Line, Reader, field_lines, line, skip_empty};
use super::request::request;
use super::{Limits, Refusal, named};
use crate::http::message::{Request, Response};
use crate::http::syntax;

/// The last response of the text: interim ones (1xx) before it are read and left out. The method of the request is not
/// known, so a body that is wholly missing is let pass as the answer to HEAD; and so is content after 204 or 304, for it to
/// be found wrong later.
pub fn response(bytes: &[u8]) -> Result<Response, Refusal> {
    let mut at = skip_empty(bytes, 0);
    if at >= bytes.len() {
        return Err(refusal(at, "There is no status line."));
    }
    loop {
        let start = line(bytes, at);
        let status = status_line(start)?;
        let (lines, body_at) = field_lines(bytes, start.next, usize::MAX, Reader::Client)?;
        let next = skip_empty(bytes, body_at);
        if (100..200).contains(&status) && bytes.get(next..).is_some_and(|rest| rest.starts_with(b"HTTP/")) {
            at = next;
            continue;
        }
        let length = body::content_length(&lines, Reader::Client)?;
        let fields = head::fields(lines);
        let rest = bytes.get(body_at..).unwrap_or_default();
        let body = if fields.contains("Transfer-Encoding") {
            // If it is not chunked, the tool has put the chunks together.
            let decoded = body::chunked(bytes, body_at, usize::MAX, Reader::Client);
            decoded.map_or_else(|_| rest.to_vec(), |(content, _)| content)
        } else {
            let printed = fields.contains("Content-Encoding") && std::str::from_utf8(rest).is_ok();
            match length {
                Framing::Length { count, .. } if !printed => of_length(bytes, body_at, count)?.to_vec(),
                _ => rest.to_vec(),
            }
        };
        return Ok(Response { status, fields, body });
    }
}

/// A request and its response, one below the other. The response begins with the first line that begins with `HTTP/`.
pub fn exchange(bytes: &[u8], limits: &Limits) -> Result<(Request, Response), Refusal> {
    let mut at = line(bytes, skip_empty(bytes, 0)).next;
    while at < bytes.len() && !bytes.get(at..).is_some_and(|rest| rest.starts_with(b"HTTP/")) {
        at = line(bytes, at).next;
    }
    let (asked, answered) = bytes.split_at(at.min(bytes.len()));
    let asked = request(asked, limits)?;
    let answered = response(answered).map_err(|refusal| Refusal { at: refusal.at + at, ..refusal })?;
    Ok((asked, answered))
}

fn refusal(at: usize, why: impl Into<String>) -> Refusal {
    Reader::Client.refusal(at, why)
}

/// Content-Length bytes of content. Who pastes text has CRLF turned into LF, which is let pass.
fn of_length(bytes: &[u8], at: usize, count: u64) -> Result<&[u8], Refusal> {
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(rest);
    }
    let there = rest.len() as u64;
    if there < count {
        let turned = rest.iter().filter(|&&byte| byte == b'\n').count() as u64;
        if there + turned < count {
            let why = format!("Content-Length says {count}, but only {there} bytes of content are there.");
            return Err(refusal(bytes.len(), why));
        }
        return Ok(rest);
    }
    let (content, more) = rest.split_at(count as usize);
    match more.iter().position(|byte| !b"\r\n".contains(byte)) {
        None => Ok(content),
        Some(index) => Err(refusal(at + content.len() + index, format!("Content-Length says {count}, so the message ends before this."))),
    }
}

/// `HTTP/1.1 404 Not Found`; the reason may be missing. `HTTP/2 404` is what curl prints.
fn status_line(line: Line<'_>) -> Result<u16, Refusal> {
    let Some(rest) = line.bytes.strip_prefix(b"HTTP/") else {
        return Err(refusal(line.at, "A response begins with `HTTP/1.1` and a status code."));
    };
    let version = rest.iter().take_while(|&&byte| byte.is_ascii_digit() || byte == b'.').count();
    if version == 0 {
        return Err(refusal(line.at + 5, "After `HTTP/` the version has to come."));
    }
    let blank = rest.iter().skip(version).take_while(|&&byte| byte == b' ').count();
    let at = line.at + 5 + version + blank;
    let code = rest.get(version + blank..).unwrap_or_default();
    let digits = code.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = code.get(digits).is_none_or(|&byte| byte == b' ');
    if blank == 0 || digits != 3 || !end {
        return Err(refusal(at, "Here a space and three digits have to stand, the status code."));
    }
    if let Some((index, &byte)) = code.iter().enumerate().find(|(_, byte)| byte.is_ascii_control() && **byte != b'\t') {
        return Err(refusal(at + index, format!("A reason cannot hold {}.", named(byte))));
    }
    let code = syntax::digits(&String::from_utf8_lossy(&code[..digits])).and_then(|code| u16::try_from(code).ok());
    match code {
        Some(code @ 100..) => Ok(code),
        _ => Err(refusal(at, "The first digit of a status code is 1 to 5.")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::BAD_RESPONSE;
    use super::*;

    fn read(text: &str) -> Result<Response, Refusal> {
        response(text.as_bytes())
    }

    fn refused(text: &str) -> &str {
        match read(text) {
            Ok(response) => panic!("{text:?} was read as {response:?}"),
            Err(refusal) => {
                assert_eq!(refusal.status, BAD_RESPONSE);
                &text[refusal.at..]
            }
        }
    }

    #[test]
    fn a_response_is_read_and_written_back() {
        let text = "HTTP/1.1 412 Precondition Failed\r\nETag: \"v2\"\r\nContent-Length: 4\r\n\r\nno\r\n";
        let response = read(text).unwrap();
        assert_eq!((response.status, response.fields.get("etag"), response.body.as_slice()), (412, Some("\"v2\""), &b"no\r\n"[..]));
        assert_eq!(response.wire(), text.as_bytes());
    }

    #[test]
    fn status_lines_of_all_kinds() {
        for text in ["HTTP/1.1 204 No Content\n\n", "HTTP/1.0 204 \n\n", "HTTP/1.1 204", "HTTP/2 204\nX: y", "\r\nHTTP/3 204 \r\n\r\n"] {
            assert_eq!(read(text).map(|response| response.status), Ok(204), "{text:?}");
        }
        assert_eq!(read("HTTP/1.1 799 Odd\n\n").map(|response| response.status), Ok(799), "to be treated as 5xx");
        for (text, at) in [
            ("", ""),
            ("200 OK\n", "200 OK\n"),
            ("HTTP/ 200\n", " 200\n"),
            ("HTTP/1.1\n", "\n"),
            ("HTTP/1.1 20\n", "20\n"),
            ("HTTP/1.1 2000\n", "2000\n"),
            ("HTTP/1.1 099\n", "099\n"),
            ("HTTP/1.1 200OK\n", "200OK\n"),
            ("HTTP/1.1 200 O\rK\n", "\rK\n"),
        ] {
            assert_eq!(refused(text), at, "{text:?}");
        }
    }

    #[test]
    fn a_user_agent_unfolds_and_drops_what_a_server_refuses() {
        let response = read("HTTP/1.1 200 OK\n ignored\nA : b \n\t c\nD: e\n\n").unwrap();
        assert_eq!(response.fields.iter().collect::<Vec<_>>(), [("A", "b c"), ("D", "e")]);
        assert_eq!(refused("HTTP/1.1 200 OK\nA: b\rc\n\n"), "\rc\n\n");
        assert_eq!(refused("HTTP/1.1 200 OK\nA\n\n"), "\n\n");
    }

    #[test]
    fn bodies_by_length_in_chunks_and_as_tools_print_them() {
        let body = |rest: &str| read(&format!("HTTP/1.1 200 OK\n{rest}")).map(|response| response.body);
        assert_eq!(body("\nto the end\n"), Ok(b"to the end\n".to_vec()));
        assert_eq!(body("Content-Length: 2\n\nab\n"), Ok(b"ab".to_vec()));
        assert_eq!(body("Content-Length: 2\n\n"), Ok(vec![]), "the answer to HEAD");
        assert_eq!(body("Content-Length: 6\n\na\nb\n"), Ok(b"a\nb\n".to_vec()), "it was CRLF once");
        assert_eq!(body("Transfer-Encoding: chunked\n\n2\r\nab\r\n0\r\n\r\n"), Ok(b"ab".to_vec()));
        assert_eq!(body("Transfer-Encoding: chunked\n\nab"), Ok(b"ab".to_vec()));
        assert_eq!(body("Content-Encoding: gzip\nContent-Length: 9\n\nplain, and longer"), Ok(b"plain, and longer".to_vec()));
        assert_eq!(read("HTTP/1.1 204 No Content\n\nstill").map(|response| response.body), Ok(b"still".to_vec()));
        assert_eq!(refused("HTTP/1.1 200 OK\nContent-Length: 3\n\nab"), "");
        assert_eq!(refused("HTTP/1.1 200 OK\nContent-Length: 1\n\nab"), "b");
        assert_eq!(refused("HTTP/1.1 200 OK\nContent-Length: 1, 2\n\nab"), "2\n\nab");
    }

    #[test]
    fn interim_responses_come_before_the_final_one() {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nLocation: /b\r\n\r\n";
        let response = read(text).unwrap();
        assert_eq!((response.status, response.fields.get("Link"), response.fields.get("Location")), (201, None, Some("/b")));
        assert_eq!(read("HTTP/1.1 101 Switching Protocols\nUpgrade: x\n\n").map(|response| response.status), Ok(101));
    }

    #[test]
    fn request_and_response_are_parted() {
        let text = "GET / HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Length: 1\n\na";
        let (request, response) = exchange(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!((request.fields.get("host"), response.body.as_slice()), (Some("h"), &b"a"[..]));
        let wrong = exchange(b"GET / HTTP/1.1\n\nHTTP/1.1 2xx\n", &Limits::default());
        assert_eq!(wrong.map_err(|refusal| (refusal.status, refusal.at)).map(|_| ()), Err((BAD_RESPONSE, 25)));
        let alone = exchange(b"GET / HTTP/1.1\n\n", &Limits::default());
        assert_eq!(alone.map_err(|refusal| (refusal.status, refusal.at)).map(|_| ()), Err((BAD_RESPONSE, 16)));
    }
}
