//! Messages as tools print them, made into HTTP/1.1 again: the marks of `curl -v`, HTTP/2 and its pseudo header fields. What
//! was put together knows where each byte came from.

/// Text put together from pieces of the pasted one.
#[derive(Clone, Debug, Default)]
pub struct Cleaned {
    pub text: String,
    /// Where a piece begins here, and where in the paste.
    pieces: Vec<(usize, usize)>,
}

impl Cleaned {
    /// One piece as it stands.
    pub fn of(text: &str, from: usize) -> Cleaned {
        let mut cleaned = Cleaned::default();
        cleaned.push(text, from);
        cleaned
    }

    fn push(&mut self, text: &str, from: usize) {
        self.pieces.push((self.text.len(), from));
        self.text.push_str(text);
    }

    fn line(&mut self, line: &str, from: usize) {
        self.push(line, from);
        self.push("\n", from + line.len());
    }

    /// Where a byte stands in the paste.
    pub fn place(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.pieces.get(index).map_or(at, |(start, from)| from + at.saturating_sub(*start))
    }
}

/// Two messages as they were copied.
#[derive(Debug, Default)]
pub struct Copied {
    pub request: Option<Cleaned>,
    pub response: Option<Cleaned>,
    pub scheme: Option<&'static str>,
    pub notes: Vec<String>,
}

/// Each line without its end, and where it begins.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = next;
        next += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (at, line.strip_suffix('\r').unwrap_or(line))
    })
}

/// A status line, or what Chrome shows instead.
fn begins_response(line: &str) -> bool {
    line.starts_with("HTTP/") || line.starts_with(":status:")
}

/// Messages one below the other. The response begins with the first line that says so.
pub fn plain(text: &str) -> Copied {
    let split = lines(text).find(|(_, line)| begins_response(line)).map_or(text.len(), |(at, _)| at);
    let (asked, answered) = text.split_at_checked(split).unwrap_or((text, ""));
    let mut copied = Copied::default();
    if !asked.trim().is_empty() {
        copied.request = Some(asked_for(asked, &mut copied.scheme, &mut copied.notes));
    }
    if let Some(status) = answered.strip_prefix(":status:") {
        let mut cleaned = Cleaned::of("HTTP/2 ", split);
        let code = status.trim_start_matches([' ', '\t']);
        cleaned.push(code, text.len() - code.len());
        copied.response = Some(cleaned);
    } else if !answered.is_empty() {
        copied.response = Some(Cleaned::of(answered, split));
    }
    copied
}

const AS_1_1: &str = "HTTP/2 and HTTP/3 say the same in other bytes; it is read as HTTP/1.1.";

/// A request whose first line may be one of HTTP/2.
fn asked_for(text: &str, scheme: &mut Option<&'static str>, notes: &mut Vec<String>) -> Cleaned {
    let Some((at, first)) = lines(text).find(|(_, line)| !line.is_empty()) else {
        return Cleaned::of(text, 0);
    };
    if first.starts_with(':') {
        let fields: Vec<(usize, &str)> =
            lines(text).skip_while(|(_, line)| line.is_empty()).take_while(|(_, line)| !line.is_empty()).collect();
        let end = fields.last().map_or(at, |(at, line)| at + line.len());
        if let Some(mut cleaned) = pseudo(&fields, scheme) {
            notes.push(AS_1_1.to_owned());
            let rest = text.get(end..).unwrap_or_default();
            // The end of the last field's line is there already.
            let rest = rest.strip_prefix('\r').unwrap_or(rest);
            let rest = rest.strip_prefix('\n').unwrap_or(rest);
            cleaned.push(rest, text.len() - rest.len());
            return cleaned;
        }
    }
    let mut cleaned = Cleaned::default();
    if request_line(&mut cleaned, first, at) {
        notes.push(AS_1_1.to_owned());
    }
    let rest = text.get(at..).and_then(|rest| rest.split_once('\n')).map_or("", |(_, rest)| rest);
    cleaned.push(rest, text.len() - rest.len());
    cleaned
}

/// A request line; HTTP/2 and 3 become HTTP/1.1. Whether they did.
fn request_line(cleaned: &mut Cleaned, line: &str, from: usize) -> bool {
    let end = line.trim_end();
    let start = ["HTTP/2", "HTTP/2.0", "HTTP/3", "HTTP/3.0"].into_iter().find_map(|version| end.strip_suffix(version));
    match start.filter(|start| start.ends_with(' ')) {
        Some(start) => {
            cleaned.push(start, from);
            cleaned.line("HTTP/1.1", from + start.len());
            true
        }
        None => {
            cleaned.line(line, from);
            false
        }
    }
}

/// The pseudo header fields of HTTP/2 as the request line that they stand for; `None` without method or path.
fn pseudo(fields: &[(usize, &str)], scheme: &mut Option<&'static str>) -> Option<Cleaned> {
    let value = |name: &str| {
        fields.iter().find_map(|(at, line)| {
            let rest = line.strip_prefix(name)?.strip_prefix(':')?;
            let value = rest.trim_start();
            Some((value.trim_end(), at + line.len() - value.len()))
        })
    };
    let ((method, at), (path, _)) = (value(":method")?, value(":path")?);
    *scheme = match value(":scheme") {
        Some(("http", _)) => Some("http"),
        Some(_) => Some("https"),
        None => *scheme,
    };
    let mut cleaned = Cleaned::default();
    cleaned.line(&format!("{method} {path} HTTP/1.1"), at);
    let is_host = |line: &str| line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("host:"));
    if let Some((authority, at)) = value(":authority")
        && !fields.iter().any(|(_, line)| is_host(line))
    {
        cleaned.line(&format!("Host: {authority}"), at);
    }
    for (at, line) in fields.iter().filter(|(_, line)| !line.starts_with(':')) {
        cleaned.line(line, *at);
    }
    Some(cleaned)
}

/// What stands behind one of curl's marks.
fn marked(line: &str, mark: char) -> Option<&str> {
    let rest = line.strip_prefix(mark)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

fn is_request_line(line: &str) -> bool {
    line.split(' ').nth(2).is_some_and(|version| version.starts_with("HTTP/"))
}

/// `* [HTTP/2] [1] [:method: GET]`, `* h2h3 [:method: GET]`: what stands in the last brackets.
fn bracketed(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("* ")?;
    let old = ["h2h3 [", "h2 [", "h3 ["].into_iter().find_map(|start| rest.strip_prefix(start));
    let inner = old.or_else(|| {
        let rest = ["[HTTP/2] [", "[HTTP/3] ["].into_iter().find_map(|start| rest.strip_prefix(start))?;
        let (stream, field) = rest.split_once("] [")?;
        stream.bytes().all(|byte| byte.is_ascii_digit()).then_some(field)
    });
    inner?.strip_suffix(']')
}

/// Lines that curl says of itself below the response.
fn is_remark(line: &str) -> bool {
    const SAID: [&str; 9] = [
        "* Connection #",
        "* Closing connection",
        "* Issue another request",
        "* Ignoring the response-body",
        "* Mark bundle",
        "* We are completely uploaded",
        "* upload completely sent off",
        "* Request completely sent off",
        "* Excess found",
    ];
    SAID.iter().any(|said| line.starts_with(said)) || line.starts_with("} [") || line.starts_with("{ [")
}

#[derive(PartialEq)]
enum At {
    Before,
    Request,
    Response,
    /// Behind the empty line of the response.
    Content,
}

/// What `curl -v` prints; `None` if the text has none of its marks. Of several exchanges the last one counts.
pub fn verbose(text: &str) -> Option<Copied> {
    let is_marked = |line: &str| {
        marked(line, '>').is_some_and(is_request_line) || marked(line, '<').is_some_and(begins_response) || bracketed(line).is_some()
    };
    if !lines(text).any(|(_, line)| is_marked(line)) {
        return None;
    }
    let mut exchanges = 0;
    let (mut request, mut response) = (Cleaned::default(), Cleaned::default());
    let mut fields: Vec<(usize, &str)> = Vec::new();
    let (mut connected, mut secure, mut replaced) = (false, false, false);
    let mut at = At::Before;
    for (start, line) in lines(text) {
        // A page begins with `<` too: below the head only a message's first line counts.
        let in_content = at == At::Content;
        let asked = marked(line, '>').filter(|rest| !in_content || is_request_line(rest));
        let answered = marked(line, '<').filter(|rest| !in_content || begins_response(rest));
        let behind = |rest: &str| start + line.len() - rest.len();
        if let Some(rest) = asked {
            if at == At::Request {
                request.line(rest, behind(rest));
            } else {
                exchanges += 1;
                (request, response) = (Cleaned::default(), Cleaned::default());
                replaced = request_line(&mut request, rest, behind(rest));
                at = At::Request;
            }
        } else if let Some(rest) = answered {
            response.line(rest, behind(rest));
            at = if rest.is_empty() { At::Content } else { At::Response };
        } else if let Some(field) = bracketed(line).filter(|_| !in_content) {
            if field.starts_with(":method") {
                fields.clear();
            }
            fields.push((behind(field) - 1, field));
        } else if in_content && !is_remark(line) {
            content(&mut response, text, start, line);
        }
        let connects = line.starts_with("* Connected to ") || line.starts_with("* Established connection to ");
        connected |= connects;
        secure |= line.starts_with("* SSL connection using") || connects && line.contains(" port 443");
    }
    let mut copied = Copied { scheme: connected.then_some(if secure { "https" } else { "http" }), ..Copied::default() };
    if exchanges > 1 {
        copied.notes.push(format!("There are {exchanges} exchanges; the last one is read."));
    }
    if replaced || request.text.is_empty() && !fields.is_empty() {
        copied.notes.push(AS_1_1.to_owned());
    }
    if request.text.is_empty() {
        copied.request = pseudo(&fields, &mut copied.scheme);
    } else {
        copied.request = Some(request);
    }
    copied.response = (!response.text.is_empty()).then_some(response);
    Some(copied)
}

/// A line of the content, with the end that it has; a remark of curl may stand right behind content without a line end.
fn content(response: &mut Cleaned, text: &str, start: usize, line: &str) {
    match line.find("* Connection #").filter(|_| line.contains(" to host ")) {
        Some(at) => response.push(line.get(..at).unwrap_or_default(), start),
        None => {
            let rest = text.get(start..).unwrap_or_default();
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            response.push(rest.get(..length).unwrap_or_default(), start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::completed::{request, response};
    use super::*;
    use crate::http::message::{Request, Response};
    use crate::http::parse::Limits;

    const LIMITS: Limits = Limits { target: 1_000, fields: 1_000, body: 1_000 };

    /// As curl 8.5 prints it, on a terminal.
    const VERBOSE: &str = "$ curl -v https://example.org/a -d x=1
* Host example.org:443 was resolved.
* Connected to example.org (192.0.2.1) port 443
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
* [HTTP/2] [1] OPENED stream for https://example.org/a
* [HTTP/2] [1] [:method: POST]
* [HTTP/2] [1] [:scheme: https]
* [HTTP/2] [1] [:authority: example.org]
* [HTTP/2] [1] [:path: /a]
* [HTTP/2] [1] [content-length: 3]
> POST /a HTTP/2
> Host: example.org
> Content-Length: 3
>\x20
} [3 bytes data]
* upload completely sent off: 3 bytes
< HTTP/2 409\x20
< content-type: text/html
<\x20
<p>Somebody was faster.</p>
* Connection #0 to host example.org left intact
";

    fn asked(copied: &Copied, notes: &mut Vec<String>) -> Request {
        request(copied.request.as_ref().expect("there is one"), &LIMITS, notes).expect("it is one")
    }

    fn answered(copied: &Copied) -> Response {
        response(copied.response.as_ref().expect("there is one"), false, &mut Vec::new()).expect("it is one")
    }

    #[test]
    fn what_curl_prints_is_parted() {
        let copied = verbose(VERBOSE).expect("it has the marks");
        let mut notes = Vec::new();
        let request = asked(&copied, &mut notes);
        assert_eq!(request.head(), "POST /a HTTP/1.1\nHost: example.org\nContent-Length: 3\n\n");
        assert_eq!((request.body.as_slice(), notes.len()), (&b"..."[..], 1));
        let response = answered(&copied);
        assert_eq!((response.status, response.body.as_slice()), (409, &b"<p>Somebody was faster.</p>\n"[..]));
        assert_eq!((copied.scheme, copied.notes), (Some("https"), vec![AS_1_1.to_owned()]));
    }

    #[test]
    fn content_without_a_line_end_keeps_none() {
        let text = "> GET / HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 200 OK\n< Content-Length: 2\n<\nhi* Connection #0 to host h left intact\n";
        let copied = verbose(text).expect("it has the marks");
        assert_eq!((answered(&copied).body, copied.scheme), (b"hi".to_vec(), None));
    }

    #[test]
    fn interim_responses_and_several_exchanges() {
        let text = "* Connected to h (192.0.2.1) port 80
> GET /a HTTP/1.1
> Host: h
>
< HTTP/1.1 302 Found
< Location: /b
<
* Connection #0 to host h left intact
> GET /b HTTP/1.1
> Host: h
>
< HTTP/1.1 103 Early Hints
< Link: </c>
<
< HTTP/1.1 200 OK
<
";
        let copied = verbose(text).expect("it has the marks");
        assert_eq!(asked(&copied, &mut Vec::new()).target, "/b");
        assert_eq!((answered(&copied).status, copied.scheme, copied.notes.len()), (200, Some("http"), 1));
    }

    #[test]
    fn pseudo_fields_stand_in_for_a_request_line() {
        let text = "* h2h3 [:method: GET]\n* h2h3 [:path: /a[1]]\n* h2h3 [:authority: h]\n* h2h3 [accept: */*]\n< HTTP/2 304 \n< \n";
        let copied = verbose(text).expect("it has the marks");
        assert_eq!(asked(&copied, &mut Vec::new()).head(), "GET /a[1] HTTP/1.1\nHost: h\naccept: */*\n\n");
        let none = plain(":authority: h\naccept: */*\n");
        let refused = request(none.request.as_ref().expect("something is there"), &LIMITS, &mut Vec::new());
        assert_eq!(refused.map_err(|refusal| refusal.at).map(|_| ()), Err(0), "no method, no path");
    }

    #[test]
    fn places_are_those_of_the_paste() {
        let copied = verbose(VERBOSE).expect("it has the marks");
        let cleaned = copied.request.expect("there is one");
        for (word, line, inside) in [("POST /a", "> POST /a", 2), ("Host:", "> Host:", 2), ("Length: 3", "> Content-Length: 3", 10)] {
            let here = cleaned.text.find(word).expect("it is here");
            assert_eq!(Some(cleaned.place(here)), VERBOSE.find(line).map(|at| at + inside), "{word}");
        }
    }

    #[test]
    fn no_marks_no_verbose_output() {
        for text in ["GET / HTTP/1.1\n\n", "curl https://h/", "<p>\n", "> hello there you\n", ""] {
            assert!(verbose(text).is_none(), "{text}");
        }
    }
}
