//! What a write does to what is stored (RFC 9111 §4.4).

use super::{Ruling, rule, selecting};
use crate::http::message::{Request, Response};
use crate::http::methods;
use crate::http::questions::brief;
use crate::http::syntax;

/// Every method that is not known to be safe (RFC 9110 §9.2.1).
pub fn is_unsafe(method: &str) -> bool {
    !methods::is_safe(method)
}

/// The keys whose stored responses are invalid after this reply: the target, and Location and Content-Location if they are
/// of the same origin.
pub fn targets(request: &Request, reply: &Response, scheme: &str, path: &mut Vec<Ruling>) -> Vec<String> {
    let clause = "RFC 9111 §4.4";
    let method = brief(&request.method);
    let succeeded = matches!(reply.status, 200..=399);
    let reason = if succeeded {
        format!("{method} may have changed the target, and {} is no error.", reply.status)
    } else {
        format!("{method} came to {}, which is an error, so nothing is taken to have changed.", reply.status)
    };
    if !rule(path, "Does the request invalidate what is stored?", succeeded, reason, clause) {
        return Vec::new();
    }
    let own = selecting::key(request, scheme);
    let mut gone = vec![own.clone()];
    for name in ["Location", "Content-Location"] {
        let Some(value) = reply.fields.get(name) else {
            continue;
        };
        let other = selecting::normal(&resolve(&own, syntax::trim(value)));
        let same = origin(&other) == origin(&own);
        let reason = if same {
            format!("{name}, `{}`, is of the same origin.", brief(value))
        } else {
            format!("{name}, `{}`, is of another origin, which must not be touched.", brief(value))
        };
        if rule(path, "Does it invalidate that target too?", same, reason, clause) && !gone.contains(&other) {
            gone.push(other);
        }
    }
    gone
}

/// Scheme and authority of a normalised URI.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

/// A reference against the URI it stands in (RFC 3986 §5.2).
pub fn resolve(base: &str, reference: &str) -> String {
    let reference = reference.split('#').next().unwrap_or_default();
    if has_scheme(reference) {
        return reference.to_owned();
    }
    let scheme = base.split(':').next().unwrap_or_default();
    if reference.starts_with("//") {
        return format!("{scheme}:{reference}");
    }
    let origin = origin(base);
    let rest = &base[origin.len()..];
    let (base_path, _) = rest.split_once('?').unwrap_or((rest, ""));
    if reference.is_empty() {
        return base.to_owned();
    }
    if reference.starts_with('?') {
        return format!("{origin}{base_path}{reference}");
    }
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (reference, String::new()),
    };
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        let folder = base_path.rfind('/').map_or("/", |at| &base_path[..=at]);
        format!("{folder}{path}")
    };
    format!("{origin}{}{query}", without_dots(&whole))
}

fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else {
        return false;
    };
    scheme.starts_with(|character: char| character.is_ascii_alphabetic())
        && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

/// RFC 3986 §5.2.4, for a path that begins with `/`.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_open = false;
    for segment in path.split('/').skip(1) {
        ends_open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let end = if ends_open && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_rfc_3986_shows_them() {
        // §5.4, without fragments and parameters.
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("./../g", "http://a/b/g"),
            ("g;x=1/../y", "http://a/b/c/y"),
        ] {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference), expected, "{reference}");
        }
    }

    #[test]
    fn keys_are_compared_in_one_form() {
        for (url, expected) in [
            ("HTTP://Example.ORG:80/A?B#c", "http://example.org/A?B"),
            ("https://example.org:443", "https://example.org/"),
            ("https://example.org:8443/", "https://example.org:8443/"),
            ("http://example.org:?q", "http://example.org/?q"),
            ("http://example.org:443/", "http://example.org:443/"),
        ] {
            assert_eq!(selecting::normal(url), expected, "{url}");
            assert_eq!(selecting::normal(expected), expected, "{url}");
        }
        assert_eq!(origin("https://example.org/?q"), "https://example.org");
        assert_eq!(origin(""), "");
    }

    #[test]
    fn methods_of_unknown_safety_are_unsafe() {
        assert!(["POST", "PUT", "DELETE", "PATCH", "BREW", "get", ""].iter().all(|method| is_unsafe(method)));
        assert!(["GET", "HEAD", "OPTIONS", "TRACE"].iter().all(|method| !is_unsafe(method)));
    }
}
