//! Requests as they stand on the wire (RFC 9112 §3), read as a careful server reads them.

use super::body::{self, Framing};
use super::head::{self, Line, Reader, field_lines, line, skip_empty};
use super::{Limits, Refusal, named};
use crate::http::fields::Fields;
use crate::http::message::{Request, Version};
use crate::http::syntax;

/// Host is kept as it stands, missing, repeated or invalid: that is a question of its own. A chunked body is put together.
/// What follows the message is a refusal too: a server would read it as the next request.
pub fn request(bytes: &[u8], limits: &Limits) -> Result<Request, Refusal> {
    let at = skip_empty(bytes, 0);
    if at >= bytes.len() {
        return Err(refusal(at, "There is no request line."));
    }
    let start = line(bytes, at);
    let (method, target, version) = request_line(start, limits)?;
    let (lines, body_at) = field_lines(bytes, start.next, limits.fields, Reader::Server)?;
    let framing = body::of_request(&lines, version.has_1_1())?;
    let fields = head::fields(lines);
    let rest = bytes.get(body_at..).unwrap_or_default();
    let (content, end) = match framing {
        Framing::Open => (Vec::new(), body_at),
        Framing::Chunked => body::chunked(bytes, body_at, limits.body, Reader::Server)?,
        Framing::Length { count, at } if count > limits.body as u64 => {
            let why = format!("{count} bytes are more than the {} that this server takes.", limits.body);
            return Err(Refusal::new(413, at, why));
        }
        // The client waits for 100 before it sends the content.
        Framing::Length { .. } if rest.is_empty() && fields.lists("Expect", "100-continue") => (Vec::new(), body_at),
        Framing::Length { count, .. } => match rest.get(..count as usize) {
            Some(content) => (content.to_vec(), body_at + content.len()),
            None => {
                return Err(body::missing(
                    bytes,
                    Reader::Server,
                    &format!("{} of its {count} bytes of content", count - rest.len() as u64),
                ));
            }
        },
    };
    nothing_follows(bytes, end, framing)?;
    Ok(Request { method, target, version, fields, body: content })
}

fn refusal(at: usize, why: impl Into<String>) -> Refusal {
    Reader::Server.refusal(at, why)
}

/// Line ends may follow: old clients send one too many, and so do text areas.
fn nothing_follows(bytes: &[u8], end: usize, framing: Framing) -> Result<(), Refusal> {
    let rest = bytes.get(end..).unwrap_or_default();
    let Some(index) = rest.iter().position(|byte| !b"\r\n".contains(byte)) else {
        return Ok(());
    };
    let left = rest.len() - index;
    let why = match framing {
        Framing::Open => {
            format!(
                "Without Content-Length or Transfer-Encoding the message ends before this: \
                 a server reads these {left} bytes as the next request."
            )
        }
        _ => format!("The message ends before this: a server reads these {left} bytes as the next request."),
    };
    Err(refusal(end + index, why))
}

/// `GET /where?q=now HTTP/1.1`, with a single space twice: other whitespace is let pass by some servers and is how requests
/// are smuggled (RFC 9112 §3).
fn request_line(line: Line<'_>, limits: &Limits) -> Result<(String, String, Version), Refusal> {
    let bytes = line.bytes;
    let method = bytes.iter().take_while(|&&byte| syntax::is_token_byte(byte)).count();
    match bytes.get(method) {
        Some(b' ') if method > 0 => {}
        Some(&byte) => return Err(refusal(line.at + method, format!("A method cannot hold {}.", named(byte)))),
        None => return Err(refusal(line.end(), "After the method a space and the target have to come.")),
    }
    let (from, rest) = (line.at + method + 1, bytes.get(method + 1..).unwrap_or_default());
    let length = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
    let (target, rest) = rest.split_at(length);
    if length > limits.target {
        return Err(Refusal::new(
            414,
            from + limits.target,
            format!("The target is longer than the {} bytes that this server takes.", limits.target),
        ));
    }
    if let Some((index, &byte)) = target.iter().enumerate().find(|(_, byte)| !byte.is_ascii_graphic()) {
        let why = format!("A target cannot hold {}: it has to be percent-encoded.", named(byte));
        return Err(refusal(from + index, why));
    }
    if target.is_empty() {
        return Err(refusal(from, "Here the target has to stand, after one space."));
    }
    let Some((_, version)) = rest.split_first() else {
        return Err(refusal(line.end(), "The version is missing, as it was in HTTP/0.9."));
    };
    let version = read_version(version, from + length + 1)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (method, target) = (text(&bytes[..method]), text(target));
    check_form(&method, &target).map_err(|why| refusal(from, why))?;
    Ok((method, target, version))
}

/// `HTTP/1.1`: capitals, and a digit on either side of the point.
fn read_version(bytes: &[u8], at: usize) -> Result<Version, Refusal> {
    const FORM: &[u8] = b"HTTP/D.D";
    let fits = |(own, form): (&u8, &u8)| if *form == b'D' { own.is_ascii_digit() } else { own == form };
    let same = bytes.iter().zip(FORM).take_while(|pair| fits(*pair)).count();
    if same < FORM.len() || bytes.len() > FORM.len() {
        let why = match bytes.iter().position(|&byte| byte == b' ') {
            Some(_) => "Here `HTTP/1.1` and the end of the line are expected: a space in the target has to be written as %20.",
            None => "Here `HTTP/1.1` and the end of the line are expected.",
        };
        return Err(refusal(at + same, why));
    }
    let digit = |index: usize| bytes.get(index).map_or(0, |byte| byte.wrapping_sub(b'0'));
    let version = Version::new(digit(5), digit(7));
    if version.numbers().0 == 1 { Ok(version) } else { Err(Refusal::new(505, at + 5, format!("{version} is not spoken here."))) }
}

/// The four forms of a target (RFC 9112 §3.2).
fn check_form(method: &str, target: &str) -> Result<(), String> {
    if method == "CONNECT" {
        let port = target.rsplit_once(':').filter(|(host, _)| !host.is_empty() && !host.contains('/')).map(|(_, port)| port);
        return match port.and_then(syntax::digits) {
            Some(_) => Ok(()),
            None => Err("CONNECT takes a host and a port: `example.org:443`.".to_owned()),
        };
    }
    if target == "*" {
        return if method == "OPTIONS" { Ok(()) } else { Err("Only OPTIONS can be asked of the whole server, `*`.".to_owned()) };
    }
    if target.starts_with('/') {
        return Ok(());
    }
    let Some((scheme, rest)) = target.split_once(':') else {
        return Err("A target begins with `/`, or is a whole URI.".to_owned());
    };
    let valid = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    if !valid {
        return Err(format!("`{scheme}` is no scheme: a target begins with `/`, or is a whole URI."));
    }
    let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.strip_prefix("//").map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
    match host {
        Some(host) if !host.is_empty() && !host.starts_with(':') => Ok(()),
        _ if http => Err(format!("After `{scheme}:` come `//` and a host (RFC 9110 §4.2).")),
        _ => Ok(()),
    }
}

/// The fields alone: for who edits them as text.
pub fn fields(text: &[u8], limits: &Limits) -> Result<Fields, Refusal> {
    field_lines(text, 0, limits.fields, Reader::Server).map(|(lines, _)| head::fields(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { target: 20, fields: 100, body: 16 };

    fn read(text: &str) -> Result<Request, Refusal> {
        request(text.as_bytes(), &LIMITS)
    }

    /// Status, and the text from the byte that offends.
    fn refused(text: &str) -> (u16, &str) {
        match read(text) {
            Ok(request) => panic!("{text:?} was read as {request:?}"),
            Err(refusal) => (refusal.status, &text[refusal.at..]),
        }
    }

    #[test]
    fn a_request_is_read_and_written_back() {
        let text = "POST /a?b HTTP/1.1\r\nHost: h\r\nX:\r\nContent-Length: 5\r\n\r\nhe\r\no";
        let request = read(text).unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str(), request.version), ("POST", "/a?b", Version::Http11));
        assert_eq!(request.fields.iter().collect::<Vec<_>>(), [("Host", "h"), ("X", ""), ("Content-Length", "5")]);
        assert_eq!(request.body, b"he\r\no");
        assert_eq!(request.wire(), text.as_bytes());
    }

    #[test]
    fn what_a_recipient_may_let_pass() {
        // LF alone, an empty line before, one behind, no empty line at the end, whitespace round a value.
        for text in [
            "GET / HTTP/1.1\nHost: h\n\n",
            "\r\n\nGET / HTTP/1.1\r\nHost: h\r\n\r\n\r\n",
            "GET / HTTP/1.1\nHost: h",
            "GET / HTTP/1.1\nHost:\t h \t\n\n",
        ] {
            assert_eq!(read(text).map(|request| request.wire()), Ok(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n".to_vec()), "{text:?}");
        }
        assert!(read("GET / HTTP/1.1\n\n").is_ok(), "the lack of Host is not decided here");
        assert!(read("GET / HTTP/1.1\nHost: a\nHost: b\n\n").is_ok());
        assert_eq!(read("GET / HTTP/1.7\n\n").map(|request| request.version), Ok(Version::Other { major: 1, minor: 7 }));
        let latin = request(b"GET / HTTP/1.0\nX: caf\xe9\n\n", &LIMITS).unwrap();
        assert_eq!((latin.version, latin.fields.get("x")), (Version::Http10, Some("café")));
    }

    #[test]
    fn request_lines_that_are_none() {
        for (text, at) in [
            ("", ""),
            ("\n\r\n", ""),
            ("GET", ""),
            ("GET\n\n", "\n\n"),
            (" GET / HTTP/1.1\n\n", " GET / HTTP/1.1\n\n"),
            ("G{T / HTTP/1.1\n\n", "{T / HTTP/1.1\n\n"),
            ("GET  / HTTP/1.1\n\n", " / HTTP/1.1\n\n"),
            ("GET /\n\n", "\n\n"),
            ("GET / \n\n", "\n\n"),
            ("GET /a b HTTP/1.1\n\n", "b HTTP/1.1\n\n"),
            ("GET /\tHTTP/1.1\n\n", "\tHTTP/1.1\n\n"),
            ("GET /\r HTTP/1.1\n\n", "\r HTTP/1.1\n\n"),
            ("GET /\0 HTTP/1.1\n\n", "\0 HTTP/1.1\n\n"),
            ("GET /é HTTP/1.1\n\n", "é HTTP/1.1\n\n"),
            ("GET / http/1.1\n\n", "http/1.1\n\n"),
            ("GET / HTTP/1\n\n", "\n\n"),
            ("GET / HTTP/1.10\n\n", "0\n\n"),
            ("GET / HTTP/1.1 \n\n", " \n\n"),
            ("GET where HTTP/1.1\n\n", "where HTTP/1.1\n\n"),
            ("GET * HTTP/1.1\n\n", "* HTTP/1.1\n\n"),
            ("GET http:///x HTTP/1.1\n\n", "http:///x HTTP/1.1\n\n"),
            ("GET 1:x HTTP/1.1\n\n", "1:x HTTP/1.1\n\n"),
            ("CONNECT / HTTP/1.1\n\n", "/ HTTP/1.1\n\n"),
            ("CONNECT h HTTP/1.1\n\n", "h HTTP/1.1\n\n"),
        ] {
            assert_eq!(refused(text), (400, at), "{text:?}");
        }
        for text in [
            "OPTIONS * HTTP/1.1\n\n",
            "CONNECT h.org:443 HTTP/1.1\n\n",
            "CONNECT [::1]:80 HTTP/1.1\n\n",
            "GET http://h.org/x HTTP/1.1\n\n",
            "GET HTTPS://h HTTP/1.1\n\n",
            "GET urn:a:b HTTP/1.1\n\n",
        ] {
            assert!(read(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn versions_and_lengths_have_their_own_status() {
        assert_eq!(refused("GET / HTTP/2.0\n\n"), (505, "2.0\n\n"));
        assert_eq!(refused("GET / HTTP/0.9\n\n"), (505, "0.9\n\n"));
        assert_eq!(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").0, 505);
        assert_eq!(refused("GET /01234567890123456789 HTTP/1.1\n\n"), (414, "9 HTTP/1.1\n\n"));
        assert!(read("GET /0123456789012345678 HTTP/1.1\n\n").is_ok(), "20 bytes are not too many");
        let long = format!("GET / HTTP/1.1\nA: {}\nB: {}\n\n", "a".repeat(40), "b".repeat(60));
        // 45 bytes for the first line, so 55 of the second.
        assert_eq!(refused(&long), (431, &long[14 + 1 + 44 + 55..]));
    }

    #[test]
    fn field_lines_that_are_none() {
        for (fields, at) in [
            (" X: y\n", " X: y\n"),
            ("A: b\n\tc\n", "\tc\n"),
            ("A : b\n", " : b\n"),
            ("A\t: b\n", "\t: b\n"),
            (": b\n", ": b\n"),
            ("A b: c\n", " b: c\n"),
            ("A\n", "\n"),
            ("A: b\rC: d\n", "\rC: d\n"),
            ("A: b\0\n", "\0\n"),
            ("A: \u{1}\n", "\u{1}\n"),
            ("(A): b\n", "(A): b\n"),
            ("é: b\n", "é: b\n"),
        ] {
            let text = format!("GET / HTTP/1.1\n{fields}");
            assert_eq!(refused(&text), (400, at), "{text:?}");
        }
    }

    #[test]
    fn the_length_has_to_be_beyond_doubt() {
        let with = |rest: &str| format!("POST / HTTP/1.1\n{rest}");
        for (rest, status, at) in [
            ("Content-Length: 1\nContent-Length: 2\n\nab", 400, "2\n\nab"),
            ("Content-Length: 1, 2\n\nab", 400, "2\n\nab"),
            ("Content-Length: +1\n\na", 400, "+1\n\na"),
            ("Content-Length: 0x1\n\na", 400, "0x1\n\na"),
            ("Content-Length:\n\n", 400, "\n\n"),
            ("Content-Length: 17\n\n", 413, "17\n\n"),
            ("Content-Length: 99999999999999999999\n\n", 413, "99999999999999999999\n\n"),
            ("Content-Length: 3\n\nab", 408, ""),
            ("Content-Length: 1\n\nab", 400, "b"),
            ("\nname=x", 400, "name=x"),
            ("Content-Length: 1\nTransfer-Encoding: chunked\n\n0\n\n", 400, "Transfer-Encoding: chunked\n\n0\n\n"),
            ("Transfer-Encoding: gzip, chunked\n\n0\n\n", 501, "gzip, chunked\n\n0\n\n"),
            ("Transfer-Encoding: chunked, identity\n\n0\n\n", 501, "identity\n\n0\n\n"),
            ("Transfer-Encoding: chunked, chunked\n\n0\n\n", 400, "chunked\n\n0\n\n"),
            ("Transfer-Encoding: chunked;a=b\n\n0\n\n", 400, ";a=b\n\n0\n\n"),
            ("Transfer-Encoding:\n\n", 400, "\n\n"),
        ] {
            let text = with(rest);
            assert_eq!(refused(&text), (status, at), "{text:?}");
        }
        let text = "POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n0\n\n";
        assert_eq!(refused(text), (400, &text[16..]));
        assert_eq!(read(&with("Content-Length: 2\nContent-Length: 2, 2\n\nab\r\n")).map(|request| request.body), Ok(b"ab".to_vec()));
        let waiting = read(&with("Content-Length: 5\nExpect: 100-continue\n\n")).unwrap();
        assert!(waiting.body.is_empty());
    }

    #[test]
    fn chunks_are_put_together() {
        let with = |chunks: &str| format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        let text = with("4;ext=\"x\"\r\nWiki\r\n00A ; y\r\npedia in\r\n\r\n0\r\nTrailer: dropped\r\n\r\n");
        let request = read(&text).unwrap();
        assert_eq!(request.body, b"Wikipedia in\r\n");
        assert!(!request.fields.contains("Trailer"));
        let again = super::request(&request.wire(), &LIMITS).unwrap();
        assert_eq!(again, request);
        for (chunks, status, at) in [
            ("", 408, ""),
            ("4\r\nWi", 408, ""),
            ("4\r\nWiki", 408, ""),
            ("4\r\nWiki\r\n", 408, ""),
            ("x\r\n", 400, "x\r\n"),
            ("\r\n", 400, "\r\n"),
            ("4 4\r\n", 400, "4\r\n"),
            ("4;\rx\r\n", 400, "\rx\r\n"),
            ("4\r\nWikipedia\r\n", 400, "pedia\r\n"),
            ("10\r\n0123456789abcdef\r\n1\r\n", 413, "1\r\n"),
            ("fffffffffffffffffff\r\n", 413, "fffffffffffffffffff\r\n"),
            ("0\r\n\r\nGET", 400, "GET"),
            ("0\r\nA b\r\n\r\n", 400, " b\r\n\r\n"),
        ] {
            let text = with(chunks);
            assert_eq!(refused(&text), (status, at), "{text:?}");
        }
    }

    #[test]
    fn fields_are_read_on_their_own() {
        assert_eq!(fields(b"A: b\nC: d", &LIMITS).map(|fields| fields.len()), Ok(2));
        assert_eq!(fields(b"A: b\nC d", &LIMITS).map_err(|refusal| refusal.at), Err(6));
    }
}
