//! What a method promises (RFC 9110 §9.2, and the registry of methods at IANA).

/// Promise to change nothing.
const SAFE: [&str; 8] = ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"];
/// May besides be sent twice, since that does no more than once.
const IDEMPOTENT: [&str; 9] = ["PUT", "DELETE", "PROPPATCH", "MKCOL", "COPY", "MOVE", "UNLOCK", "LINK", "UNLINK"];

/// Asks for no change (RFC 9110 §9.2.1). A method that nobody knows is not taken to be safe.
pub fn is_safe(method: &str) -> bool {
    SAFE.contains(&method)
}

/// May be sent again without doing more than once would (RFC 9110 §9.2.2).
pub fn is_idempotent(method: &str) -> bool {
    is_safe(method) || IDEMPOTENT.contains(&method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_safe_is_idempotent_and_methods_know_their_case() {
        for method in SAFE {
            assert!(is_safe(method) && is_idempotent(method), "{method}");
        }
        for method in IDEMPOTENT {
            assert!(!is_safe(method) && is_idempotent(method), "{method}");
        }
        for method in ["POST", "PATCH", "LOCK", "CONNECT", "get", "BREW", ""] {
            assert!(!is_safe(method) && !is_idempotent(method), "{method}");
        }
    }
}
