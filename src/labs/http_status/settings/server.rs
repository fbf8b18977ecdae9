//! The origin server whatever the target, and whom it lets in.

use super::read::{self, YEAR, list, optional, retry, small, write_list, write_optional, write_retry};
use super::{Options, Said, Setting, choice, lines, option_of, text, toggle, value_of};
use crate::http::state::{Forbidden, Guard};
use crate::http::syntax;
use crate::labs::http_status::scenario::Scenario;

/// More than the reader's request can be.
const MOST_BYTES: u32 = 65_536;

const SCHEMES: Options = &[("https", "https"), ("http", "http")];

pub(super) const SERVER: &[Setting] = &[
    choice(
        "scheme",
        "Scheme",
        "Of the connection, and so of the target URI.",
        SCHEMES,
        |scenario| if scenario.scheme == "http" { "http" } else { "https" },
        |scenario, slug| {
            if SCHEMES.iter().any(|(own, _)| *own == slug) {
                scenario.scheme = slug.to_owned();
            }
        },
        &[],
    ),
    word!(
        "now",
        "Now",
        "The server's clock when the request arrives.",
        "25 Nov 2026 08:00:00 GMT",
        now,
        read::write_moment,
        |text| read::moment(text, "Now"),
        &[]
    ),
    word!(
        "versions",
        "Versions",
        "Of HTTP that it speaks; a later minor version is understood too.",
        "1.1",
        server.versions,
        write_versions,
        |text| versions(text),
        &[505]
    ),
    word!(
        "hosts",
        "Hosts",
        "That it answers for; none means any.",
        "example.com, www.example.com",
        server.hosts,
        write_list,
        |text| list(text, "Hosts", is_host, "host names without ports"),
        &[421]
    ),
    word!(
        "known-methods",
        "Methods known",
        "That anything on this server implements. Case counts.",
        "GET, HEAD",
        server.methods,
        write_list,
        |text| list(text, "Methods known", syntax::is_token, "method names"),
        &[501]
    ),
    word!(
        "target-limit",
        "Longest target",
        "In bytes.",
        "2000",
        server.target_limit,
        ToString::to_string,
        |text| read::size(text, "Longest target", 1, MOST_BYTES),
        &[414]
    ),
    word!(
        "fields-limit",
        "Most header fields",
        "In bytes, names, values and line ends together.",
        "4096",
        server.fields_limit,
        ToString::to_string,
        |text| read::size(text, "Most header fields", 1, MOST_BYTES),
        &[431]
    ),
    word!(
        "content-limit",
        "Longest content",
        "In bytes.",
        "1000",
        server.content_limit,
        ToString::to_string,
        |text| read::number(text, "Longest content", 0, 1 << 30),
        &[413]
    ),
    flag!("timed-out", "Connection goes quiet", "Before the request is whole.", server.timed_out, &[408]),
    flag!("wary", "Wary of early data", "Refuses unsafe requests that an attacker could replay.", server.wary_of_early_data, &[425]),
    flag!("unavailable", "Down", "For maintenance, or overloaded.", server.unavailable, &[503]),
    word!(
        "back",
        "Back again",
        "As Retry-After says it: seconds, a date, or nothing.",
        "90",
        server.back,
        write_retry,
        |text| retry(text, "Back again"),
        &[503]
    )
    .when(|scenario| scenario.world.server.unavailable),
    flag!("broken", "Broken", "Something in it fails.", server.broken, &[500]),
    flag!("slow", "Slow", "Takes so long over changes that it sends word in between.", server.slow, &[102]),
    word!(
        "hints",
        "Early hints",
        "Link values that it sends ahead of the answer.",
        "</style.css>; rel=preload; as=style",
        server.hints,
        write_list,
        |text| list(text, "Early hints", is_link, "links such as </style.css>; rel=preload"),
        &[103]
    ),
    flag!("resumes-uploads", "Uploads may be resumed", "It keeps what has arrived of an interrupted one.", server.resumes_uploads, &[104]),
    word!(
        "insists-on",
        "Insists on",
        "A protocol without which it will not talk, as Upgrade names it.",
        "websocket",
        server.insists_on,
        write_optional,
        |text| optional(text, "Insists on", is_protocol, "a protocol such as TLS/1.2, or nothing,"),
        &[426, 101]
    ),
    word!(
        "switches-to",
        "Switches to",
        "Protocols that it changes to when asked.",
        "websocket, h2c",
        server.switches_to,
        write_list,
        |text| list(text, "Switches to", is_protocol, "protocols such as websocket"),
        &[101]
    ),
    flag!("circles", "Negotiates in circles", "A variant negotiates in its turn and leads back.", server.negotiates_in_circles, &[506]),
];

pub(super) const WHO: &[Setting] = &[
    toggle(
        "guard",
        "Asks for credentials",
        "In the Authorization field.",
        |scenario| scenario.world.server.guard.is_some(),
        |scenario, on| set_guard(&mut scenario.world.server.guard, on),
        &[401],
    ),
    text(
        "realm",
        "Realm",
        "What the challenge calls the guarded part.",
        "members",
        |scenario| get_realm(scenario.world.server.guard.as_ref()),
        |scenario, text| set_realm(scenario.world.server.guard.as_mut(), text),
        &[401],
    )
    .when(guarded),
    lines(
        "accepts",
        "Lets in",
        "One a line: a field value, or user:password for Basic.",
        "Bearer t0ken",
        |scenario| get_accepts(scenario.world.server.guard.as_ref()),
        |scenario, text| set_accepts(scenario.world.server.guard.as_mut(), text),
        &[401],
    )
    .when(guarded),
    choice(
        "forbidden",
        "This client",
        "Whom the server knows, it may still refuse.",
        ATTITUDES,
        |scenario| option_of(&FORBIDDEN, ATTITUDES, &scenario.world.server.forbidden),
        |scenario, slug| {
            if let Some(forbidden) = value_of(&FORBIDDEN, ATTITUDES, slug) {
                scenario.world.server.forbidden = forbidden;
            }
        },
        &[403, 404, 402, 451],
    ),
    word!(
        "blocked-by",
        "Blocked by",
        "Who demanded it: the address that Link names.",
        "https://court.example/",
        resource.blocked_by,
        write_optional,
        |text| optional(text, "Blocked by", read::is_reference, "an address, or nothing,"),
        &[451]
    )
    .when(|scenario| scenario.world.server.forbidden == Forbidden::Legal),
    flag!("limited", "Has asked too often", "The server limits this client.", server.limited, &[429]),
    word!(
        "quiet",
        "Quiet until",
        "As Retry-After says it: seconds, a date, or nothing.",
        "30",
        server.quiet,
        write_retry,
        |text| retry(text, "Quiet until"),
        &[429]
    )
    .when(|scenario| scenario.world.server.limited),
    flag!("demands-condition", "Demands a condition", "For every change: If-Match or the like.", server.demands_condition, &[428]),
    flag!("demands-length", "Demands a length", "Content-Length, before the content.", server.demands_length, &[411]),
    word!(
        "demands-extension",
        "Demands an extension",
        "As the Man field names it (RFC 2774).",
        "\"urn:example:other\"",
        server.demands_extension,
        write_optional,
        |text| optional(text, "Demands an extension", is_visible, "a name in quotes without spaces, or nothing,"),
        &[510]
    ),
];

const ATTITUDES: Options = &[
    ("no", "is allowed"),
    ("deny", "is refused (403)"),
    ("hide", "is told that nothing is there (404)"),
    ("payment", "has to pay (402)"),
    ("legal", "is refused by law (451)"),
];
const FORBIDDEN: [Forbidden; 5] = [Forbidden::No, Forbidden::Deny, Forbidden::Hide, Forbidden::Payment, Forbidden::Legal];

fn guarded(scenario: &Scenario) -> bool {
    scenario.world.server.guard.is_some()
}

/// On or off; what was set stays while it is on. Origin and proxy alike.
pub(super) fn set_guard(guard: &mut Option<Guard>, on: bool) {
    if on {
        guard.get_or_insert_default();
    } else {
        *guard = None;
    }
}

const UNGUARDED: &str = "Nobody is asked for credentials. Switch “Asks for credentials” on first.";

pub(super) fn get_realm(guard: Option<&Guard>) -> String {
    guard.map(|guard| guard.realm.clone()).unwrap_or_default()
}

pub(super) fn set_realm(guard: Option<&mut Guard>, text: &str) -> Said {
    let realm = read::line(text, "Realm")?.to_owned();
    guard.ok_or(UNGUARDED)?.realm = realm;
    Ok(())
}

pub(super) fn get_accepts(guard: Option<&Guard>) -> String {
    guard.map(|guard| guard.accepts.join("\n")).unwrap_or_default()
}

pub(super) fn set_accepts(guard: Option<&mut Guard>, text: &str) -> Said {
    let accepts = read::credentials(text, "Lets in")?;
    guard.ok_or(UNGUARDED)?.accepts = accepts;
    Ok(())
}

fn write_versions(versions: &[(u8, u8)]) -> String {
    let versions: Vec<String> = versions.iter().map(|(major, minor)| format!("{major}.{minor}")).collect();
    versions.join(", ")
}

fn version(text: &str) -> Option<(u8, u8)> {
    // One digit on either side, as in a start line.
    let digit = |text: &str| if text.len() == 1 { text.parse::<u8>().ok() } else { None };
    text.split_once('.').and_then(|(major, minor)| digit(major).zip(digit(minor)))
}

fn versions(text: &str) -> Said<Vec<(u8, u8)>> {
    let all = list(text, "Versions", |text| version(text).is_some(), "versions such as 1.0 and 1.1")?;
    Ok(all.iter().filter_map(|text| version(text)).collect())
}

fn is_host(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%[]:".contains(&byte)) && (!text.contains(':') || text.starts_with('['))
}

/// `websocket`, `TLS/1.2`.
fn is_protocol(text: &str) -> bool {
    let (name, version) = text.split_once('/').unwrap_or((text, "1"));
    syntax::is_token(name) && syntax::is_token(version)
}

fn is_link(text: &str) -> bool {
    text.starts_with('<') && text.contains('>')
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Seconds that something stays as it is, up to a year.
pub(super) fn seconds(text: &str, name: &str) -> Said<u32> {
    small(text, name, 0, u32::try_from(YEAR).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_two_digits() {
        assert_eq!(versions("1.0, 1.1"), Ok(vec![(1, 0), (1, 1)]));
        for wrong in ["1", "11.1", "1.", "HTTP/1.1", "1.1 1.2", "+.1"] {
            assert!(versions(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_have_no_ports() {
        assert!(is_host("example.org") && is_host("[::1]") && !is_host("example.org:80") && !is_host("https://example.org"));
    }

    #[test]
    fn protocols_may_have_a_version() {
        assert!(is_protocol("websocket") && is_protocol("TLS/1.2"));
        assert!(!is_protocol("TLS/") && !is_protocol("a b") && !is_protocol("a/b/c"));
    }

    #[test]
    fn a_guard_keeps_what_was_set_while_it_is_on() {
        let mut guard = None;
        set_guard(&mut guard, true);
        assert_eq!(set_realm(guard.as_mut(), "members"), Ok(()));
        set_guard(&mut guard, true);
        assert_eq!(get_realm(guard.as_ref()), "members");
        set_guard(&mut guard, false);
        assert!(set_realm(guard.as_mut(), "members").is_err_and(|why| why == UNGUARDED));
    }
}
