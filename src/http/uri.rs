//! URI references: taken apart, resolved and put together again as RFC 3986 §5 says, strictly.
//!
//! Browsers follow the URL Standard, which forgives more: it reads `\` as `/` and `http:g` as relative. Here a redirect
//! to `http:g` fails, as RFC 9110 §4.2.1 demands of an http URI without a host.

use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Uri {
    /// In lower case.
    pub scheme: Option<String>,
    /// With user and port, if there are any.
    pub authority: Option<String>,
    pub path: String,
    pub query: Option<String>,
    pub fragment: Option<String>,
}

impl Uri {
    /// As in RFC 3986 Appendix B: any text is some reference.
    pub fn parse(text: &str) -> Uri {
        let (rest, fragment) = cut(text, '#');
        let (rest, query) = cut(rest, '?');
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme.to_ascii_lowercase()), rest),
            _ => (None, rest),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority.to_owned()), path)
            }
            None => (None, rest),
        };
        Uri { scheme, authority, path: path.to_owned(), query, fragment }
    }

    /// §5.2.2, with this one as the base.
    pub fn resolve(&self, reference: &Uri) -> Uri {
        if reference.scheme.is_some() {
            return Uri { path: without_dots(&reference.path), ..reference.clone() };
        }
        let scheme = self.scheme.clone();
        if reference.authority.is_some() {
            return Uri { scheme, path: without_dots(&reference.path), ..reference.clone() };
        }
        let authority = self.authority.clone();
        if reference.path.is_empty() {
            let query = reference.query.clone().or_else(|| self.query.clone());
            return Uri { scheme, authority, path: self.path.clone(), query, fragment: reference.fragment.clone() };
        }
        let path = if reference.path.starts_with('/') { reference.path.clone() } else { self.merged(&reference.path) };
        Uri { scheme, authority, path: without_dots(&path), ..reference.clone() }
    }

    /// §5.2.3.
    fn merged(&self, path: &str) -> String {
        if self.authority.is_some() && self.path.is_empty() {
            return format!("/{path}");
        }
        let end = self.path.rfind('/').map_or(0, |at| at + 1);
        format!("{}{path}", self.path.get(..end).unwrap_or_default())
    }

    /// Where a `Location` value leads from here. `None` if that is an http address without a host, or with an impossible
    /// port. Spaces and what is not ASCII are percent-encoded, as browsers do.
    pub fn locate(&self, location: &str) -> Option<Uri> {
        let mut to = self.resolve(&Uri::parse(&encoded(location.trim())));
        if to.is_http() {
            to.origin()?;
            if to.path.is_empty() {
                to.path.push('/');
            }
        }
        Some(to)
    }

    pub fn is_http(&self) -> bool {
        matches!(self.scheme.as_deref(), Some("http" | "https"))
    }

    /// Scheme, host in lower case, and port: what has to be equal for two addresses to be of one origin. `None` for what is
    /// not HTTP or has no host.
    pub fn origin(&self) -> Option<(&str, String, u16)> {
        let scheme = self.scheme.as_deref()?;
        let own = standard_port(scheme)?;
        let authority = self.authority.as_deref()?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (name, port) = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).unwrap_or((host, ""));
        if name.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let port = if port.is_empty() { own } else { port.parse().ok()? };
        Some((scheme, name.to_ascii_lowercase(), port))
    }

    pub fn same_origin(&self, other: &Uri) -> bool {
        self.origin().is_some_and(|own| other.origin() == Some(own))
    }

    /// The `Host` value: without the user, and without a port that the scheme implies.
    pub fn host(&self) -> Option<String> {
        let (scheme, name, port) = self.origin()?;
        Some(if standard_port(scheme) == Some(port) { name } else { format!("{name}:{port}") })
    }

    /// What stands in the request line.
    pub fn target(&self) -> String {
        let path = if self.path.is_empty() { "/" } else { self.path.as_str() };
        match &self.query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }
    }
}

impl fmt::Display for Uri {
    /// §5.3.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}:")?;
        }
        if let Some(authority) = &self.authority {
            write!(f, "//{authority}")?;
        }
        f.write_str(&self.path)?;
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        if let Some(fragment) = &self.fragment {
            write!(f, "#{fragment}")?;
        }
        Ok(())
    }
}

fn standard_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

fn cut(text: &str, separator: char) -> (&str, Option<String>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after.to_owned())),
        None => (text, None),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte <= b' ' || byte >= 0x7f || b"\"<>".contains(&byte) {
            encoded.push_str(&format!("%{byte:02X}"));
        } else {
            encoded.push(char::from(byte));
        }
    }
    encoded
}

/// §5.2.4, for paths that begin with `/` and for those that do not.
fn without_dots(path: &str) -> String {
    let mut rest = path;
    let mut kept = String::with_capacity(path.len());
    let climb = |kept: &mut String| kept.truncate(kept.rfind('/').unwrap_or(0));
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("../").or_else(|| rest.strip_prefix("./")) {
            rest = after;
        } else if rest == "/." || rest.starts_with("/./") {
            rest = rest.get(2..).filter(|after| !after.is_empty()).unwrap_or("/");
        } else if rest == "/.." || rest.starts_with("/../") {
            rest = rest.get(3..).filter(|after| !after.is_empty()).unwrap_or("/");
            climb(&mut kept);
        } else if rest == "." || rest == ".." {
            rest = "";
        } else {
            // One segment, with the slash before it.
            let end = rest.char_indices().skip(1).find(|(_, character)| *character == '/').map_or(rest.len(), |(at, _)| at);
            let (segment, after) = rest.split_at(end);
            kept.push_str(segment);
            rest = after;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://a/b/c/d;p?q";

    fn resolved(base: &str, reference: &str) -> String {
        Uri::parse(base).resolve(&Uri::parse(reference)).to_string()
    }

    #[test]
    fn the_normal_examples_of_rfc_3986_section_5_4_1() {
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../", "http://a/"),
            ("../../g", "http://a/g"),
        ] {
            assert_eq!(resolved(BASE, reference), expected, "{reference}");
        }
    }

    #[test]
    fn the_abnormal_examples_of_section_5_4_2() {
        for (reference, expected) in [
            ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g#s/./x"),
            ("g#s/../x", "http://a/b/c/g#s/../x"),
            // For strict parsers.
            ("http:g", "http:g"),
        ] {
            assert_eq!(resolved(BASE, reference), expected, "{reference}");
        }
    }

    #[test]
    fn dots_go_as_in_section_5_2_4() {
        for (path, expected) in [
            ("/a/b/c/./../../g", "/a/g"),
            ("mid/content=5/../6", "mid/6"),
            ("..", ""),
            ("/..", "/"),
            ("/.", "/"),
            ("/a//../b", "/a/b"),
            ("/é/../x", "/x"),
        ] {
            assert_eq!(without_dots(path), expected, "{path}");
        }
    }

    #[test]
    fn a_base_without_a_path_and_a_colon_in_a_path() {
        assert_eq!(resolved("http://a", "g"), "http://a/g");
        assert_eq!(resolved("http://a?q", "#s"), "http://a?q#s");
        assert_eq!(resolved(BASE, "./g:h"), "http://a/b/c/g:h");
        assert_eq!(resolved(BASE, "1a:h"), "http://a/b/c/1a:h");
        assert_eq!(resolved(BASE, "/x?u=http://b/../c"), "http://a/x?u=http://b/../c");
    }

    #[test]
    fn the_examples_of_section_1_1_2_come_back_as_they_were() {
        for text in [
            "ftp://ftp.is.co.za/rfc/rfc1808.txt",
            "http://www.ietf.org/rfc/rfc2396.txt",
            "ldap://[2001:db8::7]/c=GB?objectClass?one",
            "mailto:John.Doe@example.com",
            "news:comp.infosystems.www.servers.unix",
            "tel:+1-816-555-1212",
            "telnet://192.0.2.16:80/",
            "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
        ] {
            assert_eq!(Uri::parse(text).to_string(), text);
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |one: &str, other: &str| Uri::parse(one).same_origin(&Uri::parse(other));
        assert!(same("http://Example.org/a", "http://example.org:80/b?c#d"));
        assert!(same("https://u:p@example.org/", "https://example.org:443"));
        assert!(same("http://[::1]:8080/", "http://[::1]:8080/x"));
        assert!(!same("http://example.org/", "https://example.org/"), "the scheme counts");
        assert!(!same("http://example.org/", "http://example.org:8080/"), "the port counts");
        assert!(!same("http://example.org/", "http://www.example.org/"), "so does a subdomain");
        assert!(!same("mailto:a@b", "mailto:a@b") && !same("http:///x", "http:///x"), "no host is no origin");
    }

    #[test]
    fn what_goes_into_the_request() {
        let uri = Uri::parse("https://me:secret@Example.org:8443/a?b#c");
        assert_eq!((uri.host().as_deref(), uri.target().as_str()), (Some("example.org:8443"), "/a?b"));
        assert_eq!(Uri::parse("https://[2001:db8::7]:443").host().as_deref(), Some("[2001:db8::7]"));
        assert_eq!((Uri::parse("http://a").target(), Uri::parse("http://a?x").target()), ("/".to_owned(), "/?x".to_owned()));
    }

    #[test]
    fn a_location_leads_somewhere_or_nowhere() {
        let base = Uri::parse("https://example.org/a/b?c#d");
        let to = |location: &str| base.locate(location).map(|uri| uri.to_string());
        assert_eq!(to(" ../x y ").as_deref(), Some("https://example.org/x%20y"));
        assert_eq!(to("/é?ü").as_deref(), Some("https://example.org/%C3%A9?%C3%BC"));
        assert_eq!(to("//other.example").as_deref(), Some("https://other.example/"));
        assert_eq!(to("").as_deref(), Some("https://example.org/a/b?c"), "an empty one leads back, without the fragment");
        assert_eq!(to("data:,x").as_deref(), Some("data:,x"));
        for nowhere in ["http://", "//", "http:g", "http://:80/", "http://a:b/", "http://a:99999/", "https://u@/"] {
            assert_eq!(to(nowhere), None, "{nowhere}");
        }
    }
}
