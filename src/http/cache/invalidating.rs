//! What a write does to what is stored (RFC 9111 §4.4).

use super::{Ruling, rule, selecting};
use crate::http::message::{Request, Response};
use crate::http::methods;
use crate::http::questions::brief;
use crate::http::syntax;
use crate::http::uri::Uri;

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
    let at = Uri::parse(&own);
    let mut gone = vec![own];
    for name in ["Location", "Content-Location"] {
        let Some(value) = reply.fields.get(name) else {
            continue;
        };
        let to = at.resolve(&Uri::parse(syntax::trim(value)));
        let (other, same) = (selecting::normal(&to.to_string()), at.same_origin(&to));
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

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    /// However an origin is spelled: the port that a scheme implies may stand there, another one is another origin.
    #[test]
    fn other_targets_go_with_it_only_at_the_same_origin() {
        let mut put = Request::new("PUT", "/a/b?q");
        put.fields.push("Host", "example.org");
        for (location, also) in [
            ("../c", Some("https://example.org/c")),
            ("?r", Some("https://example.org/a/b?r")),
            ("HTTPS://EXAMPLE.org:443/d#e", Some("https://example.org/d")),
            ("//example.org", Some("https://example.org/")),
            ("https://example.org:8443/d", None),
            ("http://example.org/d", None),
            ("//example.com/d", None),
            ("", None),
        ] {
            let mut reply = Response::new(201);
            reply.fields.push("Location", location);
            let gone = targets(&put, &reply, "https", &mut Vec::new());
            let expected: Vec<&str> = ["https://example.org/a/b?q"].into_iter().chain(also).collect();
            assert_eq!(gone, expected, "{location}");
        }
    }

    #[test]
    fn methods_of_unknown_safety_are_unsafe() {
        assert!(["POST", "PUT", "DELETE", "PATCH", "BREW", "get", ""].iter().all(|method| is_unsafe(method)));
        assert!(["GET", "HEAD", "OPTIONS", "TRACE"].iter().all(|method| !is_unsafe(method)));
    }
}
