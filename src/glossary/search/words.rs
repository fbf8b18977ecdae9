//! What English does to words: small words that carry no subject, and the plural.

use std::borrow::Cow;

/// Words of questions and joints of phrases. A query may contain them without any entry having to: readers ask "how
/// do I retry without hammering the server". `without` is one of them, because a list of words cannot express what
/// is absent; `not` and `no` are none of them, because status codes are called so.
const STOP: &[&str] = &[
    "a",
    "about",
    "am",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "been",
    "being",
    "between",
    "but",
    "by",
    "can",
    "could",
    "did",
    "difference",
    "do",
    "does",
    "doing",
    "for",
    "from",
    "had",
    "has",
    "have",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "me",
    "mean",
    "meaning",
    "means",
    "my",
    "need",
    "of",
    "on",
    "or",
    "our",
    "shall",
    "should",
    "so",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "us",
    "use",
    "using",
    "versus",
    "vs",
    "was",
    "we",
    "were",
    "what",
    "whats",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "without",
    "would",
    "you",
    "your",
];

pub fn is_stop(word: &str) -> bool {
    STOP.binary_search(&word).is_ok()
}

/// A key that a noun shares with its plural: `webhook` and `webhooks`, `cache` and `caches`, `query` and `queries`.
///
/// It is no dictionary form (`cache` becomes `cach`); it is only ever compared with other keys. `https`, `status`,
/// `redis` and `access` look like plurals and are not.
pub fn singular(word: &str) -> Cow<'_, str> {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Cow::Borrowed(word);
    }
    let stem = match word.strip_suffix('s') {
        Some(stem) if is_plural(stem) => stem,
        _ => word,
    };
    if stem.len() > 4
        && let Some(root) = stem.strip_suffix("ie")
    {
        return Cow::Owned(format!("{root}y"));
    }
    match stem.strip_suffix('e') {
        Some(root) if ["x", "z", "ch", "sh", "ss", "us"].iter().any(|end| root.ends_with(end)) => Cow::Borrowed(root),
        _ => Cow::Borrowed(stem),
    }
}

/// Whether what stands before a final `s` is a noun of its own.
fn is_plural(stem: &str) -> bool {
    if stem.ends_with('s') {
        return false;
    }
    // Four letters are acronyms more often than not: APIs, CPUs, URIs, JWTs.
    let short = stem.len() == 3;
    let voiced = stem.bytes().any(|b| b"aeiouy".contains(&b));
    short || (voiced && !stem.ends_with(['i', 'u']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_its_search() {
        assert!(STOP.is_sorted());
        assert!(is_stop("without") && is_stop("how") && !is_stop("not") && !is_stop("retry"));
    }

    #[test]
    fn plurals_share_the_key_of_their_noun() {
        for (one, many) in [
            ("webhook", "webhooks"),
            ("cache", "caches"),
            ("query", "queries"),
            ("cookie", "cookies"),
            ("index", "indexes"),
            ("process", "processes"),
            ("batch", "batches"),
            ("status", "statuses"),
            ("lease", "leases"),
            ("size", "sizes"),
            ("api", "apis"),
            ("cpu", "cpus"),
        ] {
            assert_eq!(singular(one), singular(many), "{one}");
        }
    }

    #[test]
    fn what_only_looks_like_a_plural_is_left_alone() {
        for word in ["https", "redis", "access", "dns", "node.js"] {
            assert_eq!(singular(word), word);
        }
        assert_ne!(singular("http"), singular("https"));
    }
}
