//! A `curl` command line, and the request that curl makes of it: the order of its fields, what it adds, and what a later
//! option takes from an earlier one are those of curl 7.88 as heard on a socket.

use super::options::{Does, find};
use super::sending::encoded;
use super::shell::{self, Word};
use super::{NOT_SENT, Refusal};
use crate::http::date;
use crate::http::message::{Request, Version};
use crate::http::syntax;

/// A command line, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub request: Request,
    /// `http` or `https`.
    pub scheme: String,
    /// `-L`: redirects are followed.
    pub follows: bool,
    /// Options that change nothing in the request, as written.
    pub ignored: Vec<String>,
}

/// The request alone.
pub fn curl(line: &str) -> Result<Request, Refusal> {
    command(line).map(|command| command.request)
}

/// What the options have said so far.
#[derive(Default)]
pub struct Line {
    pub method: Option<String>,
    pub custom: Vec<(String, Option<String>)>,
    pub data: Option<Vec<u8>>,
    pub json: bool,
    pub get: bool,
    pub head: Option<usize>,
    pub user: Option<String>,
    pub other_auth: bool,
    pub bearer: Option<String>,
    pub cookies: Vec<String>,
    pub agent: Option<String>,
    pub referer: Option<String>,
    pub range: Option<String>,
    pub since: Option<(&'static str, String)>,
    pub compressed: bool,
    pub version: Version,
    pub url: Option<(String, usize)>,
    pub query: Vec<String>,
    pub target: Option<String>,
    pub as_is: bool,
    pub follows: bool,
    pub ignored: Vec<String>,
}

pub fn refusal(at: usize, why: impl Into<String>) -> Refusal {
    Refusal::new(NOT_SENT, at, why)
}

/// The whole command: `curl` itself, perhaps with a path or a prompt before it, then options and one address.
pub fn command(line: &str) -> Result<Command, Refusal> {
    let words = shell::words(line)?;
    let mut words = words.into_iter().skip_while(|word| word.bytes == b"$" || word.bytes == b"%");
    let name = words.next().map(|word| (word.text(), word.at));
    match &name {
        Some((name, _)) if matches!(name.rsplit(['/', '\\']).next(), Some("curl" | "curl.exe")) => {}
        other => return Err(refusal(other.as_ref().map_or(0, |(_, at)| *at), "The line has to begin with `curl`.")),
    }
    let mut read = Line::default();
    let mut only_addresses = false;
    while let Some(word) = words.next() {
        let text = word.text();
        let option = text.strip_prefix('-').filter(|rest| !only_addresses && !rest.is_empty());
        match option {
            None => read.address(text, word.at)?,
            Some("-") => only_addresses = true,
            Some(option) => match option.strip_prefix('-') {
                Some(long) => {
                    let plain = long.strip_prefix("no-").filter(|plain| find(|_, own| own == *plain).is_some_and(|(value, _)| !value));
                    let known = find(|_, own| own == long).or(plain.map(|_| (false, Does::Nothing)));
                    let (takes, does) = known.ok_or_else(|| refusal(word.at, format!("The option --{long} is not known here.")))?;
                    let value = if takes { words.next() } else { None };
                    read.option(does, takes, value, &text, word.at)?;
                }
                None => read.short(option, &word, &mut words)?,
            },
        }
    }
    read.finish(line.len())
}

impl Line {
    /// `-sSXPOST`: several in one word, of which the last may take the rest as its value.
    fn short(&mut self, option: &str, word: &Word, words: &mut impl Iterator<Item = Word>) -> Result<(), Refusal> {
        for (index, letter) in option.char_indices() {
            let own = letter.to_string();
            let (takes, does) =
                find(|short, _| short == own).ok_or_else(|| refusal(word.at, format!("The option -{letter} is not known here.")))?;
            let shown = format!("-{letter}");
            if !takes {
                self.option(does, false, None, &shown, word.at)?;
                continue;
            }
            // The dash, and the letters so far.
            let rest = word.bytes.get(1 + index + letter.len_utf8()..).unwrap_or_default();
            let value = if rest.is_empty() { words.next() } else { Some(Word { at: word.at, bytes: rest.to_vec() }) };
            return self.option(does, true, value, &shown, word.at);
        }
        Ok(())
    }

    fn option(&mut self, does: Does, takes: bool, value: Option<Word>, shown: &str, at: usize) -> Result<(), Refusal> {
        if takes && value.is_none() {
            return Err(refusal(at, format!("After {shown} a value has to come.")));
        }
        let value = value.unwrap_or(Word { at, bytes: Vec::new() });
        let (text, at) = (value.text(), value.at);
        match does {
            Does::Nothing if takes => self.ignored.push(format!("{shown} {text}")),
            Does::Nothing => self.ignored.push(shown.to_owned()),
            Does::Method => self.method = Some(text),
            Does::Header => self.header(&text, at)?,
            Does::Data | Does::Json => {
                if text.starts_with('@') {
                    return Err(refusal(at, "The content of a file cannot be read here: put it into the line."));
                }
                self.json |= does == Does::Json;
                self.add(&value.bytes, does == Does::Json);
            }
            Does::DataRaw => self.add(&value.bytes, false),
            Does::DataEncoded => {
                let encoded =
                    encoded(&text).ok_or_else(|| refusal(at, "The content of a file cannot be read here: put it into the line."))?;
                self.add(encoded.as_bytes(), false);
            }
            Does::Get => self.get = true,
            Does::Head => self.head = Some(at),
            Does::User => self.user = Some(text),
            Does::OtherAuth => self.other_auth = true,
            Does::Bearer => self.bearer = Some(text),
            // Without `=` it names a file of cookies.
            Does::Cookie if text.contains('=') => self.cookies.push(text),
            Does::Cookie => self.ignored.push(format!("{shown} {text}")),
            Does::Agent => self.agent = Some(text),
            Does::Referer => self.referer = Some(text.strip_suffix(";auto").unwrap_or(&text).to_owned()),
            Does::Range => self.range = Some(if syntax::digits(&text).is_some() { format!("{text}-") } else { text }),
            Does::Resume => match syntax::digits(&text) {
                Some(from) => self.range = Some(format!("{from}-")),
                None => return Err(refusal(at, "Where the file ends that is here already, nobody can know: give a number.")),
            },
            Does::Since => {
                let (name, date) = match text.strip_prefix('-') {
                    Some(date) => ("If-Unmodified-Since", date),
                    None => ("If-Modified-Since", text.as_str()),
                };
                let seconds = date::parse(date).ok_or_else(|| refusal(at, "Only dates as HTTP writes them are read here, no files."))?;
                self.since = Some((name, date::format(seconds)));
            }
            Does::Compressed => self.compressed = true,
            Does::Http10 => self.version = Version::Http10,
            Does::Http11 => self.version = Version::Http11,
            Does::Url => self.address(text, at)?,
            Does::Query => {
                let part = match text.strip_prefix('+') {
                    Some(plain) => Some(plain.to_owned()),
                    None => encoded(&text),
                };
                self.query.push(part.ok_or_else(|| refusal(at, "The content of a file cannot be read here: put it into the line."))?);
            }
            Does::Target => self.target = Some(text),
            Does::AsIs => self.as_is = true,
            Does::Follow => self.follows = true,
            Does::Refused => return Err(refusal(at, format!("{shown} takes more than this line holds, so it is not read here."))),
        }
        Ok(())
    }

    fn address(&mut self, text: String, at: usize) -> Result<(), Refusal> {
        if self.url.is_some() {
            return Err(refusal(at, "One address is enough: this would be a second request."));
        }
        self.url = Some((text, at));
        Ok(())
    }

    /// `Name: value`; `Name:` removes the field that curl would send, `Name;` sends it empty, anything else is no field.
    fn header(&mut self, text: &str, at: usize) -> Result<(), Refusal> {
        if text.starts_with('@') {
            return Err(refusal(at, "The content of a file cannot be read here: put it into the line."));
        }
        if let Some((name, value)) = text.split_once(':') {
            let value = value.trim();
            self.custom.push((name.to_owned(), (!value.is_empty()).then(|| value.to_owned())));
        } else if let Some(name) = text.trim_end().strip_suffix(';') {
            self.custom.push((name.to_owned(), Some(String::new())));
        } else {
            self.ignored.push(format!("-H {text}"));
        }
        Ok(())
    }

    /// More data comes behind an `&`, more JSON just so.
    fn add(&mut self, bytes: &[u8], json: bool) {
        let data = match &mut self.data {
            Some(data) => {
                if !json {
                    data.push(b'&');
                }
                data
            }
            none => none.insert(Vec::new()),
        };
        data.extend(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sending::{AGENT, FORM};
    use super::*;

    /// As curl 7.88 sent it, with its own name put in.
    fn sends(line: &str, wire: &str) {
        let wire =
            wire.replace("{UA}", &format!("User-Agent: {AGENT}")).replace("{FORM}", &format!("Content-Type: {FORM}")).replace('\n', "\r\n");
        match curl(line) {
            Ok(request) => assert_eq!(String::from_utf8_lossy(&request.wire()), wire, "{line}"),
            Err(refusal) => panic!("{line}: {refusal}"),
        }
    }

    #[test]
    fn what_real_curl_sends() {
        sends("curl h/a?b=c#frag", "GET /a?b=c HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends("curl -d a=1 -d b=2 h", "POST / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nContent-Length: 7\n{FORM}\n\na=1&b=2");
        sends(
            "curl --json '{\"a\":1}' h/j",
            "POST /j HTTP/1.1\nHost: h\n{UA}\nContent-Type: application/json\nAccept: application/json\nContent-Length: 7\n\n{\"a\":1}",
        );
        sends(
            "curl --json a --json b h",
            "POST / HTTP/1.1\nHost: h\n{UA}\nContent-Type: application/json\nAccept: application/json\nContent-Length: 2\n\nab",
        );
        sends("curl -I h/", "HEAD / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends(
            "curl -u user:pass -A ua -e ref -b 'x=1; y=2' h",
            "GET / HTTP/1.1\nHost: h\nAuthorization: Basic dXNlcjpwYXNz\nUser-Agent: ua\nAccept: */*\nReferer: ref\nCookie: x=1; y=2\n\n",
        );
        sends("curl -H 'Accept:' -H 'X-Empty;' -H 'Foo: bar' h", "GET / HTTP/1.1\nHost: h\n{UA}\nX-Empty:\nFoo: bar\n\n");
        sends("curl -G -d q=1 -d r=2 'h/p?z=0'", "GET /p?z=0&q=1&r=2 HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends(
            "curl --data-urlencode 'name=a b&c' --data-urlencode '=x y' --data-urlencode 'plain text' h",
            "POST / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nContent-Length: 27\n{FORM}\n\nname=a+b%26c&x+y&plain+text",
        );
        sends(
            "curl -X PUT --data-raw '@x' -H 'Content-Type: text/plain' h",
            "PUT / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nContent-Type: text/plain\nContent-Length: 2\n\n@x",
        );
        sends(
            "curl -r 0-9 -z 'Sun, 06 Nov 1994 08:49:37 GMT' --compressed --http1.0 h",
            "GET / HTTP/1.0\nHost: h\nRange: bytes=0-9\n{UA}\nAccept: */*\nAccept-Encoding: deflate, gzip, br, zstd\n\
             If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\n\n",
        );
        sends("curl -XDELETE -sSLk h/x", "DELETE /x HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends("curl --oauth2-bearer tok h", "GET / HTTP/1.1\nHost: h\nAuthorization: Bearer tok\n{UA}\nAccept: */*\n\n");
        sends("curl http://us:pw@h:81/../x/./y", "GET /x/y HTTP/1.1\nHost: h:81\nAuthorization: Basic dXM6cHc=\n{UA}\nAccept: */*\n\n");
        sends("curl -H 'Host: other' h", "GET / HTTP/1.1\nHost: other\n{UA}\nAccept: */*\n\n");
        sends("curl -H Host: h", "GET / HTTP/1.1\n{UA}\nAccept: */*\n\n");
        sends("curl --request-target '*' -X OPTIONS h", "OPTIONS * HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends("curl --url-query k=v h", "GET /?k=v HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends("curl -b x=1 -b y=2 h", "GET / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nCookie: x=1;y=2\n\n");
        sends("curl -A '' -H 'User-Agent: z' h", "GET / HTTP/1.1\nHost: h\nAccept: */*\nUser-Agent: z\n\n");
        sends("curl -r 500 h", "GET / HTTP/1.1\nHost: h\nRange: bytes=500-\n{UA}\nAccept: */*\n\n");
        sends("curl -C 700 h", "GET / HTTP/1.1\nHost: h\nRange: bytes=700-\n{UA}\nAccept: */*\n\n");
        sends("curl -d '' h", "POST / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nContent-Length: 0\n{FORM}\n\n");
        sends("curl -H Content-Type: -d abc h", "POST / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nContent-Length: 3\n\nabc");
        sends("curl --digest -u a:b -d xx h", "POST / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nContent-Length: 0\n{FORM}\n\n");
        sends("curl -d x -G -I h", "HEAD /?x HTTP/1.1\nHost: h\n{UA}\nAccept: */*\n\n");
        sends("curl -e 'http://r;auto' h", "GET / HTTP/1.1\nHost: h\n{UA}\nAccept: */*\nReferer: http://r\n\n");
    }

    #[test]
    fn chunked_data_and_what_the_command_says_besides() {
        let command =
            command("$ curl -L -sv -o /dev/null -H 'Transfer-Encoding: chunked' \\\n  --data-raw abc https://h:443/x | jq .").unwrap();
        assert_eq!((command.scheme.as_str(), command.follows), ("https", true));
        assert_eq!(command.ignored, ["-s", "-v", "-o /dev/null"]);
        assert!(command.request.wire().ends_with(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
        assert_eq!((command.request.fields.get("Host"), command.request.fields.get("Content-Length")), (Some("h"), None));
    }

    #[test]
    fn what_curl_or_this_reader_refuses() {
        for (line, at) in [
            ("", 0),
            ("wget h", 0),
            ("curl", 4),
            ("curl -X", 5),
            ("curl --nonsense h", 5),
            ("curl -sQ h", 5),
            ("curl h i", 7),
            ("curl 'h/a b'", 5),
            ("curl ftp://h", 5),
            ("curl -d @file h", 8),
            ("curl --data-urlencode a@file h", 22),
            ("curl -F a=b h", 8),
            ("curl -H @file h", 8),
            ("curl -I -d x h", 5),
            ("curl -z yesterday h", 8),
            ("curl -C - h", 8),
            ("curl h?a=b&c=d", 10),
            ("curl 'h", 5),
        ] {
            let refusal = curl(line).map(|request| request.text()).unwrap_err();
            assert_eq!((refusal.status, refusal.at), (NOT_SENT, at), "{line}: {refusal}");
        }
    }
}
