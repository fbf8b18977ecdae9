//! A request as a `curl` command line, to copy.

use super::address::without_dots;
use super::sending::{AGENT, FORM};
use super::shell::quote;
use crate::http::auth::{self, Credentials};
use crate::http::message::{Request, Version};

/// The line that sends this request. Accept and User-Agent, which curl adds, stay if the request has none: they change
/// nothing here. A body that no command line can hold is read from `body.bin`.
pub fn to_curl(request: &Request, scheme: &str) -> String {
    let mut words = vec!["curl".to_owned()];
    let length = request.fields.get("Content-Length");
    let data = !request.body.is_empty() || length == Some("0");
    let usual = if data { "POST" } else { "GET" };
    if request.method == "HEAD" && !data {
        words.push("-I".to_owned());
    } else if request.method != usual {
        words.push(format!("-X {}", quote(&request.method)));
    }
    if request.version == Version::Http10 {
        words.push("--http1.0".to_owned());
    }
    let (address, target) = address(request, scheme);
    let host = address.split_once("://").map_or("", |(_, host)| host.trim_end_matches('/'));
    for (name, value) in request.fields.iter() {
        words.extend(field(request, name, value, host, data));
    }
    if !request.fields.contains("Host") {
        words.push("-H Host:".to_owned());
    }
    if data {
        if !request.fields.contains("Content-Type") {
            words.push("-H Content-Type:".to_owned());
        }
        words.push(match std::str::from_utf8(&request.body) {
            Ok(text) if !text.contains('\0') => format!("--data-raw {}", quote(text)),
            _ => "--data-binary @body.bin".to_owned(),
        });
    }
    match target {
        Target::Path(path) => {
            let plain = path.split('?').next().unwrap_or_default();
            if without_dots(plain) != plain {
                words.push("--path-as-is".to_owned());
            }
            // Otherwise curl makes several addresses of one.
            if path.contains(['[', ']', '{', '}']) {
                words.push("-g".to_owned());
            }
            words.push(quote(&format!("{}{path}", address.trim_end_matches('/'))));
        }
        Target::Other(target) => {
            words.push(format!("--request-target {}", quote(target)));
            words.push(quote(&address));
        }
    }
    words.join(" ")
}

enum Target<'a> {
    /// Part of the address.
    Path(&'a str),
    /// What no address says: `*`, a whole URI, a host and port, a fragment.
    Other(&'a str),
}

/// Scheme and host with a `/` behind, and the target.
fn address<'a>(request: &'a Request, scheme: &str) -> (String, Target<'a>) {
    let host = request.fields.get("Host").filter(|host| !host.is_empty()).unwrap_or("localhost");
    let address = format!("{scheme}://{host}/");
    let target = request.target.as_str();
    let target = if target.starts_with('/') && !target.contains('#') { Target::Path(target) } else { Target::Other(target) };
    (address, target)
}

/// The option for a field line; `None` if curl sends that line anyway.
fn field(request: &Request, name: &str, value: &str, host: &str, data: bool) -> Option<String> {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    let usual = is("Host") && value == host && !value.is_empty()
        || is("Accept") && value == "*/*"
        || is("User-Agent") && value == AGENT
        || is("Content-Length") && data && value == request.body.len().to_string()
        || is("Content-Type") && data && value == FORM;
    if usual {
        return None;
    }
    if is("User-Agent") && !value.is_empty() {
        return Some(format!("-A {}", quote(value)));
    }
    if is("Authorization")
        && let Some(basic @ Credentials::Basic { .. }) = auth::parse(value)
        && basic.to_string() == value
        && let Credentials::Basic { user, password } = &basic
    {
        return Some(format!("-u {}", quote(&format!("{user}:{password}"))));
    }
    if is("Range")
        && let Some(ranges) = value.strip_prefix("bytes=").filter(|ranges| ranges.contains('-'))
    {
        return Some(format!("-r {}", quote(ranges)));
    }
    let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
    Some(format!("-H {}", quote(&line)))
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, curl, request};
    use super::*;

    #[test]
    fn the_line_is_short_where_curl_does_the_rest() {
        let line = |text: &str, scheme: &str| to_curl(&request(text.as_bytes(), &Limits::default()).unwrap(), scheme);
        assert_eq!(line("GET /a?b=c HTTP/1.1\nHost: example.org\n\n", "https"), "curl 'https://example.org/a?b=c'");
        assert_eq!(line("HEAD / HTTP/1.0\nHost: h\n\n", "http"), "curl -I --http1.0 http://h/");
        assert_eq!(
            line("PUT /x HTTP/1.1\nHost: h\nIf-Match: \"v1\"\nContent-Type: text/plain\nContent-Length: 4\n\nit's", "http"),
            "curl -X PUT -H 'If-Match: \"v1\"' -H 'Content-Type: text/plain' --data-raw 'it'\\''s' http://h/x"
        );
        assert_eq!(line("OPTIONS * HTTP/1.1\nHost: h\nX:\n\n", "http"), "curl -X OPTIONS -H 'X;' --request-target '*' http://h/");
        assert_eq!(line("GET /a/../[b] HTTP/1.1\n\n", "http"), "curl -H Host: --path-as-is -g 'http://localhost/a/../[b]'");
        assert_eq!(
            line("GET / HTTP/1.1\nHost: h\nAuthorization: Basic dXNlcjpwYXNz\nRange: bytes=0-9\n\n", "http"),
            "curl -u user:pass -r 0-9 http://h/"
        );
        assert_eq!(
            line("DELETE /x HTTP/1.1\nHost: h\nContent-Length: 0\n\n", "http"),
            "curl -X DELETE -H Content-Type: --data-raw '' http://h/x"
        );
    }

    #[test]
    fn what_curl_sends_is_sent_again() {
        for line in [
            "curl h/a?b=c",
            "curl -d a=1 -d b=2 h",
            "curl -I h/",
            "curl -u user:pass -A ua -e ref -b 'x=1; y=2' h",
            "curl -G -d q=1 'h/p?z=0'",
            "curl -X PUT --data-raw '@x' -H 'Content-Type: text/plain' h",
            "curl -r 0-9 -z 'Sun, 06 Nov 1994 08:49:37 GMT' --compressed --http1.0 h",
            "curl -XDELETE h/x",
            "curl -H 'Authorization: Bearer tok' h:81",
            "curl -H 'Host: other' h",
            "curl -H Host: h",
            "curl --request-target '*' -X OPTIONS h",
            "curl -d '' h",
            "curl -H Content-Type: -d abc h",
            "curl -H 'Transfer-Encoding: chunked' -d 'it is' h",
            "curl --path-as-is 'h/../x'",
            "curl -X HEAD -d x h",
            "curl --data-binary $'a\\nb' h",
        ] {
            let request = curl(line).unwrap();
            let again = to_curl(&request, "http");
            let sent = curl(&again).unwrap_or_else(|refusal| panic!("{again}: {refusal}"));
            assert_eq!(sent.text(), request.text(), "{again}");
        }
    }
}
