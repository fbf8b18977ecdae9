//! Addresses as curl takes them: `user:pass@example.org/path?query#fragment`, with `http://` in front or not.

use super::{NOT_SENT, Refusal};
use crate::http::syntax;

pub struct Address {
    /// `http` or `https`.
    pub scheme: String,
    /// As in the address, decoded.
    pub user: Option<String>,
    /// With the port, unless it is the scheme's own.
    pub host: String,
    /// Begins with `/`, without `.` and `..`.
    pub path: String,
    pub query: Option<String>,
}

impl Address {
    /// `at`: where the address stands in the line.
    pub fn parse(text: &str, at: usize, path_as_is: bool) -> Result<Address, Refusal> {
        let refusal = |why: String| Refusal::new(NOT_SENT, at, why);
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(refusal("curl takes no address with a space or a control character in it: write %20.".to_owned()));
        }
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(refusal(format!("`{scheme}` is not HTTP.")));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(syntax::form_decode(&user.replace('+', "%2B"))), host),
            None => (None, authority),
        };
        let (name, port) = match host.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        };
        if name.is_empty() {
            return Err(refusal("The address has no host.".to_owned()));
        }
        let own = if scheme == "https" { 443 } else { 80 };
        let host = match port.filter(|port| !port.is_empty()) {
            None => name.to_owned(),
            Some(port) => match port.parse::<u16>() {
                Ok(port) if port == own => name.to_owned(),
                Ok(port) => format!("{name}:{port}"),
                Err(_) => return Err(refusal(format!("`{port}` is no port: they go up to 65535."))),
            },
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(encode(query))),
            None => (rest, None),
        };
        let path = encode(if path.is_empty() { "/" } else { path });
        Ok(Address { scheme, user, host, path: if path_as_is { path } else { without_dots(&path) }, query })
    }

    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

/// What is not ASCII, percent-encoded.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            encoded.push(character);
        } else {
            encoded.extend(character.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02x}")));
        }
    }
    encoded
}

/// RFC 3986 §5.2.4, for a path that begins with `/`.
pub fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if segment == ".." {
            kept.pop();
        }
        if segment != "." && segment != ".." {
            kept.push(segment);
        } else if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let read = |text: &str| {
            let address = Address::parse(text, 0, false).unwrap();
            (address.scheme.clone(), address.user.clone(), address.host.clone(), address.target())
        };
        let whole = |scheme: &str, user: Option<&str>, host: &str, target: &str| {
            (scheme.to_owned(), user.map(str::to_owned), host.to_owned(), target.to_owned())
        };
        assert_eq!(read("example.org"), whole("http", None, "example.org", "/"));
        assert_eq!(read("HTTPS://u%3a:p+w@h:8443/a?b=/c?d#e"), whole("https", Some("u::p+w"), "h:8443", "/a?b=/c?d"));
        assert_eq!(read("http://h:80?q"), whole("http", None, "h", "/?q"));
        assert_eq!(read("https://[::1]:443/"), whole("https", None, "[::1]", "/"));
        assert_eq!(read("http://[::1]/é"), whole("http", None, "[::1]", "/%c3%a9"));
        assert_eq!(read("h:/x"), whole("http", None, "h", "/x"));
        for wrong in ["", "http://", "http:///x", "ftp://h", "h/a b", "h:99999", "h:x", "u@:80"] {
            assert!(Address::parse(wrong, 7, false).is_err_and(|refusal| refusal.at == 7), "{wrong}");
        }
    }

    #[test]
    fn dots_are_taken_out() {
        // RFC 3986 §5.2.4 and §5.4.
        for (path, expected) in [
            ("/a/b/c/./../../g", "/a/g"),
            ("/b/c/..", "/b/"),
            ("/b/c/.", "/b/c/"),
            ("/../../../g", "/g"),
            ("/b/c/g;x=1/../y", "/b/c/y"),
            ("/..g/.g/g..", "/..g/.g/g.."),
            ("/a//b", "/a//b"),
            ("/", "/"),
            ("/..", "/"),
        ] {
            assert_eq!(without_dots(path), expected, "{path}");
        }
    }
}
