//! What is written at a stop: a word or two where the whole question has no room.

/// The longest label, in characters.
pub const LONGEST: usize = 25;

/// The short form of a question; `None` for one that nobody has named yet.
pub fn label(id: &str) -> Option<&'static str> {
    before_the_resource(id).or_else(|| from_the_resource_on(id)).or_else(|| webmachine(id)).or_else(|| others(id)).or_else(|| in_front(id))
}

fn before_the_resource(id: &str) -> Option<&'static str> {
    Some(match id {
        "version" => "version",
        "host" => "host",
        "arrived" => "arrived in time",
        "target" => "target length",
        "fields" => "field size",
        "transfer" => "transfer coding",
        "authority" => "right server",
        "early" => "safe to do early",
        "available" => "available",
        "known" => "known",
        "expectation" => "expectation",
        "protocol" => "protocol",
        "allowed" => "allowed here",
        "formed" => "well formed",
        "authenticated" => "authenticated",
        "permitted" => "permitted",
        "legal" => "legal demand",
        "payment" => "payment",
        "hidden" => "kept secret",
        "rate" => "rate",
        "conditional" => "condition demanded",
        "extension" => "extension demanded",
        "content" => "brings content",
        "length" => "length",
        "size" => "size",
        "type" => "type",
        "coding" => "coding",
        "options" => "OPTIONS",
        "trace" => "TRACE",
        "connect" => "CONNECT",
        "circular" => "negotiation ends",
        "acceptable" => "acceptable",
        "insists" => "sent all the same",
        _ => return None,
    })
}

fn from_the_resource_on(id: &str) -> Option<&'static str> {
    Some(match id {
        "exists" => "exists",
        "choice" => "choice left to the client",
        "moved" => "moved",
        "for-good" => "moved for good",
        "for-now" => "moved for now",
        "keeps-for-good" | "keeps-for-now" => "method stays",
        "creates-here" => "may be created",
        "gone" => "gone for good",
        "has-if-match" => "has If-Match",
        "if-match" => "If-Match holds",
        "has-unmodified" => "has If-Unmodified-Since",
        "unmodified" => "unmodified since",
        "has-none-match" => "has If-None-Match",
        "none-match" => "If-None-Match holds",
        "safe" | "reads" => "GET or HEAD",
        "has-modified" => "has If-Modified-Since",
        "modified" => "modified since",
        "continue" => "waits for a 100",
        "switch" => "another protocol",
        "hints" => "hints",
        "resumable" => "resumable upload",
        "long" => "takes long",
        "works" => "nothing breaks",
        "syntax" => "content is readable",
        "sense" => "content makes sense",
        "unlocked" => "free of locks",
        "depends" => "dependencies",
        "conflict" => "fits the state",
        "room" => "room for it",
        "lists" => "lists a collection",
        "circles" => "listing in circles",
        "reported" => "reported already",
        "later" => "done later",
        "creates" => "created something",
        "elsewhere" => "result elsewhere",
        "parts" => "only in parts",
        "says" => "something to say",
        "resets" => "form to be emptied",
        "delta" => "delta wanted",
        "range" => "usable Range",
        "has-if-range" => "has If-Range",
        "if-range" => "If-Range holds",
        "satisfiable" => "range is there",
        _ => return None,
    })
}

fn webmachine(id: &str) -> Option<&'static str> {
    Some(match id {
        "b13" => "available",
        "b12" => "known",
        "b11" => "URI length",
        "b10" => "allowed here",
        "b9b" => "well formed",
        "b8" => "authorized",
        "b7" => "permitted",
        "b6" => "Content-* fields",
        "b5" => "content type",
        "b4" => "size",
        "b3" => "OPTIONS",
        "c3" => "has Accept",
        "c4" => "media type",
        "d4" => "has Accept-Language",
        "d5" => "language",
        "e5" => "has Accept-Charset",
        "e6" => "charset",
        "f6" => "has Accept-Encoding",
        "f7" => "coding",
        "g7" => "exists",
        "g8" => "has If-Match",
        "g9" => "If-Match is *",
        "g11" => "If-Match has the tag",
        "h7" => "If-Match on nothing",
        "h10" => "has If-Unmodified-Since",
        "h11" | "l14" => "valid date",
        "h12" | "l17" => "changed later",
        "i12" => "has If-None-Match",
        "i13" => "If-None-Match is *",
        "k13" => "If-None-Match has it",
        "j18" => "GET or HEAD",
        "l13" => "has If-Modified-Since",
        "l15" => "date in the future",
        "i7" | "o16" => "PUT",
        "i4" | "k5" => "moved for good",
        "l5" => "moved for now",
        "k7" => "existed before",
        "m5" | "l7" | "n16" => "POST",
        "n5" | "m7" => "POST may create",
        "m16" => "DELETE",
        "m20" => "deleting worked",
        "m20b" => "deleted already",
        "n11-done" => "process_post worked",
        "n11" => "redirects",
        "o14" | "p3" => "fits the state",
        "o14-done" | "p3-done" => "content taken",
        "p11" => "new resource",
        "o20" => "something to say",
        "o18" => "body made",
        "o18b" => "multiple choices",
        _ => return None,
    })
}

/// cowboy, liberator and nginx.
fn others(id: &str) -> Option<&'static str> {
    Some(match id {
        "rate_limited" => "rate",
        "if_none_match" => "has an entity tag",
        "accept_resource" => "type accepted",
        "callback" => "callback returns",
        "process_content_type" => "content taken",
        "see_other" => "names another URL",
        "maybe_created" | "new?" => "new resource",
        "render" => "body made",
        "if_range" => "has If-Range and Range",
        "if_range_strong" => "If-Range is the tag",
        "range_read" => "Range is readable",
        "choose_range" => "unit is bytes",
        "range_satisfiable" => "every range fits",
        "processable?" => "processable",
        "can-put-to-missing?" => "PUT may create",
        "method-patch?" => "PATCH",
        "method-post?" => "POST",
        "patch-enacted?" | "post-enacted?" | "put-enacted?" => "done now",
        "conflict?" => "fits the state",
        "post-redirect?" => "result elsewhere",
        "once" => "no field twice",
        "same-date" => "the very same date",
        "has-none-match-too" => "If-None-Match too",
        "worth" => "less than the whole",
        _ => return None,
    })
}

fn in_front(id: &str) -> Option<&'static str> {
    Some(match id {
        "front-portal" => "network is open",
        "front-password" => "proxy's password",
        "front-hops" => "may be forwarded",
        "front-caches" => "a cache stands here",
        "front-stored" => "stored and reusable",
        "front-only" => "the cache or nothing",
        "front-has-none-match" => "has If-None-Match",
        "front-none-match" => "If-None-Match holds",
        "front-has-modified" => "has If-Modified-Since",
        "front-modified" => "stored is newer",
        "front-range" => "usable Range",
        "front-has-if-range" => "has If-Range",
        "front-if-range" => "If-Range holds",
        "front-satisfiable" => "range is there",
        "front-loop" => "been here before",
        "front-up" => "a server is up",
        "front-quick" => "answers in time",
        "front-valid" => "answer is HTTP",
        "front-transforms" => "changes content",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use crate::http::profiles::Profile;

    #[test]
    fn every_question_has_a_short_label() {
        let graphs = Profile::ALL.map(Profile::graph).into_iter().chain([gateway::graph()]);
        for node in graphs.flat_map(|graph| &graph.nodes) {
            let label = label(node.id).unwrap_or_else(|| panic!("`{}` has no label", node.id));
            assert!((1..=LONGEST).contains(&label.chars().count()), "`{label}` is too long");
        }
    }
}
