//! The registry of status codes, and what each demands of its response (RFC 9110 §15 and the RFCs named).

/// The first digit (RFC 9110 §15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    Informational,
    Successful,
    Redirection,
    ClientError,
    ServerError,
}

impl Class {
    /// `None` outside of 100 to 599. A client treats what is above as a server's error.
    pub fn of(code: u16) -> Option<Class> {
        match code {
            100..=199 => Some(Class::Informational),
            200..=299 => Some(Class::Successful),
            300..=399 => Some(Class::Redirection),
            400..=499 => Some(Class::ClientError),
            500..=599 => Some(Class::ServerError),
            _ => None,
        }
    }
}

/// An entry of IANA's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub code: u16,
    pub reason: &'static str,
    /// The document that defines it.
    pub source: &'static str,
}

impl Status {
    /// Registered so that nobody uses it: 306 and 418.
    pub fn is_reserved(&self) -> bool {
        self.reason == UNUSED
    }
}

const UNUSED: &str = "(Unused)";

const fn status(code: u16, reason: &'static str, source: &'static str) -> Status {
    Status { code, reason, source }
}

/// Every registered code, from the lowest.
pub const REGISTRY: [Status; 64] = [
    status(100, "Continue", "RFC 9110"),
    status(101, "Switching Protocols", "RFC 9110"),
    status(102, "Processing", "RFC 2518"),
    status(103, "Early Hints", "RFC 8297"),
    status(104, "Upload Resumption Supported", "draft-ietf-httpbis-resumable-upload"),
    status(200, "OK", "RFC 9110"),
    status(201, "Created", "RFC 9110"),
    status(202, "Accepted", "RFC 9110"),
    status(203, "Non-Authoritative Information", "RFC 9110"),
    status(204, "No Content", "RFC 9110"),
    status(205, "Reset Content", "RFC 9110"),
    status(206, "Partial Content", "RFC 9110"),
    status(207, "Multi-Status", "RFC 4918"),
    status(208, "Already Reported", "RFC 5842"),
    status(226, "IM Used", "RFC 3229"),
    status(300, "Multiple Choices", "RFC 9110"),
    status(301, "Moved Permanently", "RFC 9110"),
    status(302, "Found", "RFC 9110"),
    status(303, "See Other", "RFC 9110"),
    status(304, "Not Modified", "RFC 9110"),
    status(305, "Use Proxy", "RFC 9110"),
    status(306, UNUSED, "RFC 9110"),
    status(307, "Temporary Redirect", "RFC 9110"),
    status(308, "Permanent Redirect", "RFC 9110"),
    status(400, "Bad Request", "RFC 9110"),
    status(401, "Unauthorized", "RFC 9110"),
    status(402, "Payment Required", "RFC 9110"),
    status(403, "Forbidden", "RFC 9110"),
    status(404, "Not Found", "RFC 9110"),
    status(405, "Method Not Allowed", "RFC 9110"),
    status(406, "Not Acceptable", "RFC 9110"),
    status(407, "Proxy Authentication Required", "RFC 9110"),
    status(408, "Request Timeout", "RFC 9110"),
    status(409, "Conflict", "RFC 9110"),
    status(410, "Gone", "RFC 9110"),
    status(411, "Length Required", "RFC 9110"),
    status(412, "Precondition Failed", "RFC 9110"),
    status(413, "Content Too Large", "RFC 9110"),
    status(414, "URI Too Long", "RFC 9110"),
    status(415, "Unsupported Media Type", "RFC 9110"),
    status(416, "Range Not Satisfiable", "RFC 9110"),
    status(417, "Expectation Failed", "RFC 9110"),
    status(418, UNUSED, "RFC 9110"),
    status(421, "Misdirected Request", "RFC 9110"),
    status(422, "Unprocessable Content", "RFC 9110"),
    status(423, "Locked", "RFC 4918"),
    status(424, "Failed Dependency", "RFC 4918"),
    status(425, "Too Early", "RFC 8470"),
    status(426, "Upgrade Required", "RFC 9110"),
    status(428, "Precondition Required", "RFC 6585"),
    status(429, "Too Many Requests", "RFC 6585"),
    status(431, "Request Header Fields Too Large", "RFC 6585"),
    status(451, "Unavailable For Legal Reasons", "RFC 7725"),
    status(500, "Internal Server Error", "RFC 9110"),
    status(501, "Not Implemented", "RFC 9110"),
    status(502, "Bad Gateway", "RFC 9110"),
    status(503, "Service Unavailable", "RFC 9110"),
    status(504, "Gateway Timeout", "RFC 9110"),
    status(505, "HTTP Version Not Supported", "RFC 9110"),
    status(506, "Variant Also Negotiates", "RFC 2295"),
    status(507, "Insufficient Storage", "RFC 4918"),
    status(508, "Loop Detected", "RFC 5842"),
    status(510, "Not Extended", "RFC 2774"),
    status(511, "Network Authentication Required", "RFC 6585"),
];

pub fn find(code: u16) -> Option<&'static Status> {
    let index = REGISTRY.binary_search_by_key(&code, |status| status.code).ok()?;
    REGISTRY.get(index)
}

pub fn reason(code: u16) -> Option<&'static str> {
    find(code).map(|status| status.reason)
}

/// Whether a response with that status may have content: not 1xx, 204 and 304 (RFC 9112 §6.3), nor 205 (RFC 9110 §15.3.6).
pub fn may_have_content(code: u16) -> bool {
    !matches!(code, 100..=199 | 204 | 205 | 304)
}

/// Codes that a cache may store by a lifetime of its own guess (RFC 9110 §15.1).
pub fn heuristically_cacheable(code: u16) -> bool {
    matches!(code, 200 | 203 | 204 | 206 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// Whether an origin server with a clock MUST send Date (RFC 9110 §6.6.1); for the others it MAY.
pub fn demands_date(code: u16) -> bool {
    (200..=499).contains(&code)
}

/// How much a field is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strength {
    Must,
    Should,
}

/// A field that a status wants in its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub field: &'static str,
    pub strength: Strength,
    pub clause: &'static str,
}

const fn must(field: &'static str, clause: &'static str) -> Demand {
    Demand { field, strength: Strength::Must, clause }
}

const fn should(field: &'static str, clause: &'static str) -> Demand {
    Demand { field, strength: Strength::Should, clause }
}

/// The fields that every response with this status carries. [`missing`] knows the two that depend on the rest: 206 in
/// several parts, and 304.
pub fn demands(code: u16) -> &'static [Demand] {
    const UPGRADE: Demand = must("Connection", "RFC 9110 §7.8");
    match code {
        101 => const { &[must("Upgrade", "RFC 9110 §15.2.2"), UPGRADE] },
        206 => const { &[must("Content-Range", "RFC 9110 §15.3.7.1")] },
        300 => const { &[should("Location", "RFC 9110 §15.4.1")] },
        301 => const { &[should("Location", "RFC 9110 §15.4.2")] },
        302 => const { &[should("Location", "RFC 9110 §15.4.3")] },
        303 => const { &[should("Location", "RFC 9110 §15.4.4")] },
        307 => const { &[should("Location", "RFC 9110 §15.4.8")] },
        308 => const { &[should("Location", "RFC 9110 §15.4.9")] },
        401 => const { &[must("WWW-Authenticate", "RFC 9110 §15.5.2")] },
        405 => const { &[must("Allow", "RFC 9110 §15.5.6")] },
        407 => const { &[must("Proxy-Authenticate", "RFC 9110 §15.5.8")] },
        416 => const { &[should("Content-Range", "RFC 9110 §15.5.17")] },
        426 => const { &[must("Upgrade", "RFC 9110 §15.5.22"), UPGRADE] },
        451 => const { &[should("Link", "RFC 7725 §4")] },
        _ => &[],
    }
}

/// The fields that a 304 MUST carry if the 200 would have carried them (RFC 9110 §15.4.5), and a 206 too (§15.3.7).
pub const KEPT: [&str; 6] = ["Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary"];

/// What a response lacks of what its status demands with MUST. `full` are the fields of the 200 that a 206 or 304 stands
/// for, if they are known.
pub fn missing(code: u16, fields: &super::fields::Fields, full: Option<&super::fields::Fields>) -> Vec<&'static str> {
    let parts = code == 206
        && fields
            .get("Content-Type")
            .is_some_and(|kind| kind.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("multipart/byteranges")));
    let demanded = demands(code).iter().filter(|demand| demand.strength == Strength::Must && !parts).map(|demand| demand.field);
    let kept = KEPT.into_iter().filter(|field| matches!(code, 206 | 304) && full.is_some_and(|full| full.contains(field)));
    demanded.chain(kept).filter(|field| !fields.contains(field)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fields::Fields;
    use super::*;

    #[test]
    fn the_registry_is_in_order_and_found_by_code() {
        assert!(REGISTRY.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(REGISTRY.iter().all(|status| find(status.code) == Some(status) && Class::of(status.code).is_some()));
        assert_eq!((reason(404), reason(299), reason(0), reason(999)), (Some("Not Found"), None, None, None));
        let reserved: Vec<_> = REGISTRY.iter().filter(|status| status.is_reserved()).map(|status| status.code).collect();
        assert_eq!(reserved, [306, 418]);
        assert_eq!((Class::of(99), Class::of(600), Class::of(599)), (None, None, Some(Class::ServerError)));
    }

    #[test]
    fn what_is_demanded_is_missed() {
        let none = Fields::new();
        for (code, expected) in [
            (101, vec!["Upgrade", "Connection"]),
            (200, vec![]),
            (206, vec!["Content-Range"]),
            (302, vec![]),
            (401, vec!["WWW-Authenticate"]),
            (405, vec!["Allow"]),
            (407, vec!["Proxy-Authenticate"]),
            (416, vec![]),
            (426, vec!["Upgrade", "Connection"]),
        ] {
            assert_eq!(missing(code, &none, None), expected, "{code}");
        }
        let allow = Fields::from_iter([("allow", "")]);
        assert!(missing(405, &allow, None).is_empty(), "an empty Allow is one: no method is allowed");
        let parts = Fields::from_iter([("Content-Type", "multipart/byteranges; boundary=THIS_STRING_SEPARATES")]);
        assert!(missing(206, &parts, None).is_empty());
    }

    #[test]
    fn a_304_keeps_what_the_200_had() {
        let full = Fields::from_iter([("ETag", "\"a\""), ("Vary", "Accept"), ("Last-Modified", "x")]);
        let sent = Fields::from_iter([("etag", "\"a\"")]);
        assert_eq!(missing(304, &sent, Some(&full)), ["Vary"]);
        assert_eq!(missing(206, &sent, Some(&full)), ["Content-Range", "Vary"]);
        assert!(missing(304, &sent, None).is_empty());
    }

    #[test]
    fn content_and_dates() {
        assert!([100, 103, 204, 205, 304].iter().all(|&code| !may_have_content(code)));
        assert!([200, 206, 301, 404, 599].iter().all(|&code| may_have_content(code)));
        assert!(demands_date(200) && demands_date(404) && !demands_date(100) && !demands_date(503));
        assert!(heuristically_cacheable(404) && !heuristically_cacheable(302));
    }
}
