//! What a reader pastes, recognised: a `curl` command, a request, a request with its response, or what `curl -v` prints.

mod completed;
mod copied;
mod verdict;

use crate::http::message::{Request, Response, is_chunked};
use crate::http::parse::{self, Limits, NOT_SENT, Refusal};

use super::scenario::LONGEST_REQUEST;
use copied::{Copied, lines};
pub use verdict::{Decisive, Explained, Foreseen, Verdict, Way, explain, guessed};

/// More than this is not looked at: it would make each keystroke slow.
pub const LONGEST_PASTE: usize = 262_144;

/// Whatever fits the paste is read; whether a server would take so much is for the lab to say.
const LIMITS: Limits = Limits { target: LONGEST_PASTE, fields: LONGEST_PASTE, body: LONGEST_PASTE };

/// What was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Curl,
    /// As `curl -i` shows it below its command.
    CurlWithResponse,
    Request,
    /// A request and its response, one below the other.
    Exchange,
    /// What `curl -v` prints.
    Verbose,
}

impl Kind {
    /// With its article. Code stands in backticks.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Curl => "a `curl` command",
            Kind::CurlWithResponse => "a `curl` command with its response",
            Kind::Request => "a request",
            Kind::Exchange => "a request with its response",
            Kind::Verbose => "the output of `curl -v`",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub what: Kind,
    pub request: Request,
    pub response: Option<Response>,
    /// `http` or `https`.
    pub scheme: String,
    /// Whether the client follows redirects (`curl -L`).
    pub follows: bool,
    /// What was taken otherwise than it stands there: one sentence each.
    pub notes: Vec<String>,
}

impl Imported {
    /// The request as the lab's editor holds it: chunked content as chunks, content that is no text as full stops of the same
    /// number. Refused with a sentence if it is longer than the lab works with.
    pub fn for_the_lab(&self) -> Result<Request, String> {
        let mut request = self.request.clone();
        if std::str::from_utf8(&request.body).is_err() {
            request.body.fill(b'.');
        }
        if is_chunked(&request.fields) {
            let content = String::from_utf8_lossy(&request.body).into_owned();
            let chunk = if content.is_empty() { String::new() } else { format!("{:x}\n{content}\n", content.len()) };
            request.body = format!("{chunk}0\n\n").into_bytes();
        }
        let length = request.text().len();
        if length > LONGEST_REQUEST {
            return Err(format!("The request has {length} bytes; the lab works with up to {LONGEST_REQUEST}."));
        }
        Ok(request)
    }
}

/// Why a paste was not understood, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The byte of the pasted text, at the beginning of a character; its length if something is missing at its end.
    pub at: usize,
    /// From 1, as editors count.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub sentence: String,
}

impl Trouble {
    fn new(text: &str, at: usize, sentence: impl Into<String>) -> Trouble {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = text.get(..at).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Trouble { at, line: before.matches('\n').count() + 1, column, sentence: sentence.into() }
    }

    fn of(text: &str, refusal: &Refusal, at: usize) -> Trouble {
        let answer = match refusal.status {
            NOT_SENT | parse::BAD_RESPONSE => String::new(),
            status => format!(" A server answers that with {status}."),
        };
        Trouble::new(text, at, format!("{}{answer}", refusal.why))
    }

    /// The line with the byte that offends, in three parts of which the middle one is to be marked; what is far from it is
    /// left out. At the end of a line the mark is `⏎`.
    pub fn shown(&self, text: &str) -> (String, String, String) {
        const NEAR: usize = 48;
        let (before, after) = (text.get(..self.at).unwrap_or(text), text.get(self.at..).unwrap_or_default());
        let before = before.rsplit('\n').next().unwrap_or_default();
        let after = after.split(['\n', '\r']).next().unwrap_or_default();
        let skipped = before.chars().count().saturating_sub(NEAR);
        let start: String = before.chars().skip(skipped).collect();
        let mut rest = after.chars();
        let marked = match rest.next() {
            Some(sign) if sign.is_control() => "�".to_owned(),
            Some(sign) => sign.to_string(),
            None => "⏎".to_owned(),
        };
        let mut end: String = rest.by_ref().take(NEAR).collect();
        if rest.next().is_some() {
            end.push('…');
        }
        (if skipped > 0 { format!("…{start}") } else { start }, marked, end)
    }
}

/// Pastes to begin with: what the button says, and the text.
pub const EXAMPLES: [(&str, &str); 5] = [
    ("curl with If-None-Match", "curl -H 'If-None-Match: \"v1\"' https://example.org/notes/1\n"),
    (
        "a 405 without Allow",
        "PATCH /notes/1 HTTP/1.1\nHost: example.org\nContent-Length: 2\n\n{}\n\n\
         HTTP/1.1 405 Method Not Allowed\nDate: Tue, 24 Nov 2026 12:00:00 GMT\nContent-Length: 0\n\n",
    ),
    (
        "a 304 nobody asked for",
        "GET /notes/1 HTTP/1.1\nHost: example.org\n\nHTTP/1.1 304 Not Modified\nDate: Tue, 24 Nov 2026 12:00:00 GMT\n\n",
    ),
    (
        "a 412 from curl -v",
        "> PUT /notes/1 HTTP/2\n> Host: example.org\n> If-Match: \"v1\"\n> Content-Length: 5\n>\n\
         < HTTP/2 412\n< date: Tue, 24 Nov 2026 12:00:00 GMT\n< etag: \"v2\"\n<\n",
    ),
    ("a 418", "GET /coffee HTTP/1.1\nHost: example.org\n\nHTTP/1.1 418 I'm a teapot\nDate: Tue, 24 Nov 2026 12:00:00 GMT\n\n"),
];

const RESPONSE_ALONE: &str = "This is a response alone. Paste the request above it: only both together can be explained.";

/// Reads what was pasted.
pub fn read(text: &str) -> Result<Imported, Trouble> {
    if text.len() > LONGEST_PASTE {
        let sentence = format!(
            "That is {} bytes; up to {LONGEST_PASTE} are read here. The head and the beginning of the content are enough.",
            text.len()
        );
        return Err(Trouble::new(text, LONGEST_PASTE, sentence));
    }
    if text.trim().is_empty() {
        return Err(Trouble::new(text, 0, "There is nothing here yet."));
    }
    if let Some(copied) = copied::verbose(text) {
        return messages(text, copied, Kind::Verbose);
    }
    if is_command(text) {
        return command(text);
    }
    let copied = copied::plain(text);
    let what = if copied.response.is_some() { Kind::Exchange } else { Kind::Request };
    messages(text, copied, what)
}

/// Whether the first word is `curl`, perhaps behind a prompt.
fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace().skip_while(|word| matches!(*word, "$" | "%"));
    words.next().is_some_and(|word| matches!(word.rsplit(['/', '\\']).next(), Some("curl" | "curl.exe")))
}

/// A command, and below it what `curl -i` printed.
fn command(text: &str) -> Result<Imported, Trouble> {
    let below = lines(text).find(|(_, line)| line.starts_with("HTTP/")).map(|(at, _)| at);
    let (line, answer) = text.split_at_checked(below.unwrap_or(text.len())).unwrap_or((text, ""));
    let command = parse::command(line).map_err(|refusal| Trouble::of(text, &refusal, refusal.at))?;
    let mut notes = Vec::new();
    if !command.ignored.is_empty() {
        notes.push(format!("These options change nothing in the request: `{}`.", command.ignored.join("`, `")));
    }
    let response = match below {
        Some(at) => {
            let answer = copied::Cleaned::of(answer, at);
            Some(completed::response(&answer, true, &mut notes).map_err(|refusal| Trouble::of(text, &refusal, answer.place(refusal.at)))?)
        }
        None => None,
    };
    let what = if response.is_some() { Kind::CurlWithResponse } else { Kind::Curl };
    Ok(Imported { what, request: command.request, response, scheme: command.scheme, follows: command.follows, notes })
}

fn messages(text: &str, copied: Copied, what: Kind) -> Result<Imported, Trouble> {
    let Some(asked) = &copied.request else {
        return Err(Trouble::new(text, 0, RESPONSE_ALONE));
    };
    let mut notes = copied.notes;
    let request = completed::request(asked, &LIMITS, &mut notes).map_err(|refusal| Trouble::of(text, &refusal, asked.place(refusal.at)))?;
    let response = match &copied.response {
        Some(answer) => {
            let kept = what != Kind::Verbose;
            Some(completed::response(answer, kept, &mut notes).map_err(|refusal| Trouble::of(text, &refusal, answer.place(refusal.at)))?)
        }
        None => None,
    };
    let scheme = match copied.scheme {
        Some(scheme) => scheme,
        None if request.target.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("http:")) => "http",
        None => "https",
    };
    Ok(Imported { what, request, response, scheme: scheme.to_owned(), follows: false, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn got(text: &str) -> Imported {
        read(text).unwrap_or_else(|trouble| panic!("{trouble:?}\n{text}"))
    }

    fn trouble(text: &str) -> Trouble {
        read(text).expect_err("it is not to be understood")
    }

    #[test]
    fn the_examples_show_what_they_say() {
        let texts = EXAMPLES.map(|(_, text)| got(text));
        let seen = texts.each_ref().map(|imported| (imported.what, imported.response.as_ref().map(|response| response.status)));
        let (exchange, verbose) = (Kind::Exchange, Kind::Verbose);
        let expected = [(Kind::Curl, None), (exchange, Some(405)), (exchange, Some(304)), (verbose, Some(412)), (exchange, Some(418))];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_command_is_known_by_its_first_word() {
        for text in ["curl https://example.org/a", "  $ curl https://example.org/a", "$ /usr/bin/curl https://example.org/a"] {
            let imported = got(text);
            assert_eq!((imported.what, imported.request.target.as_str(), imported.scheme.as_str()), (Kind::Curl, "/a", "https"));
            assert_eq!(imported.request.fields.get("Host"), Some("example.org"));
        }
        let followed = got("curl -sL http://example.org/");
        assert!(followed.follows && followed.scheme == "http" && followed.response.is_none());
        assert_eq!(followed.notes, ["These options change nothing in the request: `-s`."]);
    }

    #[test]
    fn a_command_stands_above_what_it_printed() {
        let imported = got("$ curl -i https://example.org/a\nHTTP/2 404\ncontent-type: text/plain\n\nno such page\n");
        assert_eq!(imported.what, Kind::CurlWithResponse);
        let response = imported.response.expect("it was printed");
        assert_eq!((response.status, response.body.as_slice()), (404, &b"no such page\n"[..]));
    }

    #[test]
    fn requests_and_exchanges() {
        let alone = got("GET /a HTTP/1.1\nHost: example.org\n\n");
        assert_eq!((alone.what, alone.response, alone.scheme.as_str()), (Kind::Request, None, "https"));
        let both = got("PUT /a HTTP/1.1\nHost: h\nContent-Length: 2\n\nhi\n\nHTTP/1.1 412 Precondition Failed\nETag: \"v2\"\n\n");
        assert_eq!((both.what, both.request.body.as_slice()), (Kind::Exchange, &b"hi"[..]));
        assert_eq!(both.response.map(|response| response.status), Some(412));
        assert_eq!(got("GET http://example.org/a HTTP/1.1\nHost: example.org\n").scheme, "http");
    }

    #[test]
    fn http_2_is_taken_as_http_1_1() {
        let firefox = got("GET /a HTTP/2\nHost: example.org\naccept: */*\n\nHTTP/2 304 \netag: \"a\"\n\n");
        assert_eq!(firefox.request.head(), "GET /a HTTP/1.1\nHost: example.org\naccept: */*\n\n");
        assert_eq!((firefox.response.map(|response| response.status), firefox.notes.len()), (Some(304), 1));
        let chrome = got(
            ":authority: example.org\n:method: POST\n:path: /a?b\n:scheme: http\ncontent-length: 2\n\nhi\n\n:status: 201\nlocation: /c\n\n",
        );
        assert_eq!(chrome.request.head(), "POST /a?b HTTP/1.1\nHost: example.org\ncontent-length: 2\n\n");
        assert_eq!((chrome.request.body.as_slice(), chrome.scheme.as_str()), (&b"hi"[..], "http"));
        assert_eq!(chrome.response.map(|response| response.status), Some(201));
    }

    #[test]
    fn content_that_was_not_pasted_is_stood_in_for() {
        let bare = got("POST /a HTTP/1.1\nHost: h\nContent-Length: 4\n\nHTTP/1.1 201 Created\n\n");
        assert_eq!((bare.request.body.as_slice(), bare.notes.len()), (&b"...."[..], 1));
        // The browser's text area has made LF of each CR LF.
        let ends = got("POST /a HTTP/1.1\nHost: h\nContent-Length: 6\n\na\nb\n");
        assert_eq!((ends.request.body.as_slice(), ends.notes.len()), (&b"a\r\nb\r\n"[..], 1));
    }

    #[test]
    fn a_length_that_lies_is_kept_for_the_verdict() {
        let imported = got("GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Length: 9\n\nfour\n");
        let response = imported.response.expect("it came");
        assert_eq!((response.fields.get("Content-Length"), response.body.as_slice()), (Some("9"), &b"four"[..]));
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_stands() {
        let text = "GET /a HTTP/1.1\nHost: example.org\nX Y: z\n\n";
        let wrong = trouble(text);
        assert_eq!((wrong.line, wrong.column, wrong.at), (3, 2, text.find(" Y:").unwrap()));
        assert!(wrong.sentence.ends_with("A server answers that with 400."), "{}", wrong.sentence);
        assert_eq!(wrong.shown(text), ("X".to_owned(), " ".to_owned(), "Y: z".to_owned()));
        let late = trouble("GET /é HTTP/1.1\n");
        assert_eq!((late.line, late.column), (1, 6));
        assert_eq!(late.shown("GET /é HTTP/1.1\n"), ("GET /".to_owned(), "é".to_owned(), " HTTP/1.1".to_owned()));
        let ended = trouble("GET\n\n");
        assert_eq!(ended.shown("GET\n\n"), ("GET".to_owned(), "⏎".to_owned(), String::new()));
        // In the second message, and behind a version that was replaced.
        let text = "GET /a HTTP/2\nHost: h\n\nHTTP/1.1 2xx\n";
        assert_eq!((trouble(text).line, trouble(text).column), (4, 10));
        let text = "GET /a HTTP/2\nHo st: h\n";
        assert_eq!((trouble(text).line, trouble(text).column), (2, 3));
        assert_eq!(trouble("curl -X").at, 5);
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("GET /{}\u{1}{} HTTP/1.1\n", "a".repeat(100), "b".repeat(100));
        let (before, marked, after) = trouble(&text).shown(&text);
        assert_eq!((before, marked.as_str(), after), (format!("…{}", "a".repeat(48)), "�", format!("{}…", "b".repeat(48))));
    }

    #[test]
    fn what_cannot_be_explained_says_why() {
        assert_eq!(trouble("HTTP/1.1 304 Not Modified\n\n").sentence, RESPONSE_ALONE);
        assert_eq!(trouble("< HTTP/1.1 304 Not Modified\n< \n").sentence, RESPONSE_ALONE);
        assert_eq!(trouble(" \n").sentence, "There is nothing here yet.");
        let long = trouble(&"é".repeat(LONGEST_PASTE));
        assert_eq!(long.at, LONGEST_PASTE);
        assert!(long.sentence.starts_with("That is 524288 bytes"), "{}", long.sentence);
    }

    #[test]
    fn the_lab_holds_every_request_as_text() {
        let text = "POST /a HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n2\nhi\n0\n\n";
        let request = got(text).for_the_lab().expect("it is short");
        assert_eq!(parse::request(request.text().as_bytes(), &LIMITS).map(|again| again.body), Ok(b"hi".to_vec()));
        let bytes = got(r"curl -d $'\xff\xfe' http://h/").for_the_lab().expect("it is short");
        assert_eq!(bytes.body, b"..");
        let long = got(&format!("curl -d {} http://h/", "a".repeat(70_000)));
        assert!(long.for_the_lab().is_err());
    }
}
