//! Which parts of a message a question looks at, so that they can be marked.

/// Names of fields, with `method`, `target`, `version` and `content` among them, separated by spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// What is read in the request.
    pub request: &'static str,
    /// Where the answer tells of it.
    pub response: &'static str,
}

impl Looks {
    /// What the question of that name looks at; `None` for a name that nobody has placed yet.
    pub fn of(node: &str) -> Option<Looks> {
        let found = TABLE.iter().copied().find(|(nodes, _, _)| names(nodes, node));
        match found {
            Some((_, request, response)) => Some(Looks { request, response }),
            None => names(NOTHING, node).then(Looks::default),
        }
    }
}

/// Whether a name stands in such a list.
pub fn names(list: &str, name: &str) -> bool {
    list.split(' ').any(|own| own.eq_ignore_ascii_case(name))
}

const ACCEPTS: &str = "Accept Accept-Language Accept-Charset Accept-Encoding";

/// Questions of all profiles; what they read in the request; where it shows in the response.
const TABLE: &[(&str, &str, &str)] = &[
    // The message.
    ("version", "version", ""),
    ("host authority", "Host", ""),
    ("target b11 exists g7", "target", ""),
    ("transfer", "Transfer-Encoding", ""),
    ("formed b9b length", "Content-Length Transfer-Encoding", ""),
    ("early", "Early-Data method", ""),
    // Service, method.
    ("available b13 front-up rate rate_limited", "", "Retry-After"),
    ("known b12 trace options connect b3", "method", ""),
    ("allowed b10", "method", "Allow"),
    ("expectation continue", "Expect", ""),
    ("protocol", "Upgrade", "Upgrade"),
    // Who.
    ("authenticated b8", "Authorization", "WWW-Authenticate"),
    ("legal", "", "Link"),
    ("conditional", "If-Match If-None-Match If-Modified-Since If-Unmodified-Since", ""),
    ("extension", "Man", ""),
    // Content.
    ("content size b4", "Content-Length Transfer-Encoding content", ""),
    ("type b5 accept_resource", "Content-Type", "Accept Accept-Post Accept-Patch"),
    ("coding b6", "Content-Encoding", "Accept-Encoding"),
    ("syntax sense processable? process_content_type", "content", ""),
    // Negotiation.
    ("acceptable insists circular choice o18b", ACCEPTS, "Vary Content-Type Content-Language Content-Encoding"),
    ("c3 c4", "Accept", "Content-Type"),
    ("d4 d5", "Accept-Language", "Content-Language"),
    ("e5 e6", "Accept-Charset", "Content-Type"),
    ("f6 f7", "Accept-Encoding", "Content-Encoding"),
    // The resource.
    ("moved for-good for-now i4 k5 l5", "target", "Location"),
    ("gone k7", "target", ""),
    ("keeps-for-good keeps-for-now", "method", "Location"),
    ("creates-here can-put-to-missing? n5 m7 i7 l7 m5 reads m16 n16 o16 method-patch? method-post?", "method", ""),
    // Preconditions.
    ("has-if-match if-match g8 g9 g11 h7", "If-Match", "ETag"),
    ("has-unmodified unmodified h10 h11 h12", "If-Unmodified-Since", "Last-Modified"),
    (
        "has-none-match has-none-match-too none-match if_none_match i12 i13 k13 front-has-none-match front-none-match",
        "If-None-Match",
        "ETag",
    ),
    ("safe j18", "method If-None-Match", "ETag"),
    ("has-modified modified same-date l13 l14 l15 l17 front-has-modified front-modified", "If-Modified-Since", "Last-Modified"),
    // Action.
    ("switch", "Upgrade Connection", "Upgrade"),
    ("hints", "", "Link"),
    ("resumable", "Upload-Complete", ""),
    ("lists", "Depth", ""),
    ("circles", "Depth DAV", ""),
    ("reported", "DAV", ""),
    ("creates new? p11 maybe_created elsewhere n11 post-redirect? see_other", "", "Location"),
    // Ranges.
    ("delta", "A-IM If-None-Match", "IM"),
    (
        "range range_read choose_range range_satisfiable satisfiable worth front-range front-satisfiable",
        "Range",
        "Content-Range Accept-Ranges",
    ),
    ("has-if-range if-range if_range if_range_strong front-has-if-range front-if-range", "If-Range", "ETag Last-Modified"),
    // In front.
    ("front-password", "Proxy-Authorization", "Proxy-Authenticate"),
    ("front-hops", "Max-Forwards method", ""),
    ("front-stored", "Cache-Control Pragma", "Age Cache-Control"),
    ("front-only front-transforms", "Cache-Control", ""),
    ("front-loop", "Via", ""),
];

/// Questions that look at no field of their own: at all of them, or only at what the server knows.
const NOTHING: &str = "arrived fields once b7 permitted hidden payment \
    works render callback m20 m20b n11-done o14 o14-done p3 p3-done o18 o20 conflict conflict? unlocked depends room later long says \
    resets parts post-enacted? put-enacted? patch-enacted? \
    front-portal front-caches front-quick front-valid";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use crate::http::profiles::Profile;

    #[test]
    fn every_question_is_placed_once() {
        let graphs = Profile::ALL.into_iter().map(Profile::graph).chain([gateway::graph()]);
        for node in graphs.flat_map(|graph| &graph.nodes) {
            assert!(Looks::of(node.id).is_some(), "{}: what does it look at?", node.id);
            let places = TABLE.iter().filter(|(nodes, _, _)| names(nodes, node.id)).count() + usize::from(names(NOTHING, node.id));
            assert_eq!(places, 1, "{} stands in several places", node.id);
        }
    }

    #[test]
    fn nothing_is_placed_that_nobody_asks() {
        let by_profile = |id: &str| Profile::ALL.into_iter().any(|profile| profile.graph().node(id).is_some());
        let asked = |id: &str| gateway::graph().node(id).is_some() || by_profile(id);
        let placed = TABLE.iter().flat_map(|(nodes, _, _)| nodes.split(' ')).chain(NOTHING.split(' '));
        let idle: Vec<&str> = placed.filter(|id| !asked(id)).collect();
        // Webmachine's successors take some of its questions out, but one profile at least still asks each.
        assert!(idle.is_empty(), "{idle:?}");
    }

    #[test]
    fn conditions_show_on_both_sides() {
        assert_eq!(Looks::of("if-match"), Some(Looks { request: "If-Match", response: "ETag" }));
        assert_eq!(Looks::of("authenticated"), Some(Looks { request: "Authorization", response: "WWW-Authenticate" }));
        assert_eq!(Looks::of("room"), Some(Looks::default()));
        assert_eq!(Looks::of("nobody asks this"), None);
        assert!(names("If-Match ETag", "etag") && !names("If-Match ETag", "If"));
    }
}
