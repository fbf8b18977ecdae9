//! What an intermediary changes on a request that it forwards (RFC 9110 §7.6).

use super::edit::Edit;
use crate::http::message::Request;
use crate::http::syntax;

/// Fields that go no further than one hop, even if `Connection` does not name them. Transfer-Encoding is left to whoever
/// writes the message.
const ONE_HOP: [&str; 4] = ["Proxy-Connection", "Keep-Alive", "TE", "Upgrade"];

/// The request as the next hop gets it. `name` is how the intermediary signs Via; `upgrades` says that it switches
/// protocols along with the client, so that it asks for the same of the next hop.
pub fn forward(request: &Request, name: &str, upgrades: bool) -> Edit {
    let mut edit = Edit::new(request);
    let options = request.fields.joined("Connection").unwrap_or_default();
    let protocol = request.fields.joined("Upgrade").filter(|_| upgrades);
    for option in syntax::list(&options) {
        let kept = option.eq_ignore_ascii_case("close") || (upgrades && option.eq_ignore_ascii_case("upgrade"));
        if !kept {
            edit.remove(option, "RFC 9110 §7.6.1");
        }
    }
    if protocol.is_none() {
        edit.remove("Connection", "RFC 9110 §7.6.1");
    }
    for field in ONE_HOP {
        if field != "Upgrade" || protocol.is_none() {
            edit.remove(field, "RFC 9110 §7.6.1");
        }
    }
    edit.remove("Proxy-Authorization", "RFC 9110 §11.7.2");
    if matches!(request.method.as_str(), "TRACE" | "OPTIONS") {
        let left = request.fields.get("Max-Forwards").and_then(|value| syntax::digits(value.trim()));
        if let Some(left) = left {
            edit.set("Max-Forwards", &left.saturating_sub(1).to_string(), "RFC 9110 §7.6.2");
        }
    }
    let (major, minor) = request.version.numbers();
    edit.add("Via", &format!("{major}.{minor} {name}"), "RFC 9110 §7.6.3");
    edit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(method: &str, fields: &[(&str, &str)], upgrades: bool) -> Vec<String> {
        let mut request = Request::new(method, "/");
        request.fields = fields.iter().copied().collect();
        let edit = forward(&request, "edge", upgrades);
        edit.request.fields.iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }

    #[test]
    fn connection_and_what_it_names_stay_behind() {
        let fields = [
            ("Host", "a"),
            ("Connection", "close, X-Own"),
            ("x-own", "1"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "trailers"),
            ("Accept", "*/*"),
        ];
        assert_eq!(forwarded("GET", &fields, false), ["Host: a", "Accept: */*", "Via: 1.1 edge"]);
    }

    #[test]
    fn via_grows_at_its_end() {
        // RFC 9110 §7.6.3: 1.0 fred, 1.1 p.example.net.
        let lines = forwarded("GET", &[("Via", "1.0 fred")], false);
        assert_eq!(lines, ["Via: 1.0 fred", "Via: 1.1 edge"]);
        let mut request = Request::new("GET", "/");
        request.version = crate::http::message::Version::Http10;
        assert_eq!(forward(&request, "fred", false).request.fields.get("Via"), Some("1.0 fred"));
    }

    #[test]
    fn the_proxy_keeps_its_password_to_itself() {
        let fields = [("Proxy-Authorization", "Basic eDp5"), ("Authorization", "Basic YTpi")];
        assert_eq!(forwarded("GET", &fields, false), ["Authorization: Basic YTpi", "Via: 1.1 edge"]);
    }

    #[test]
    fn max_forwards_counts_down_for_two_methods() {
        assert_eq!(forwarded("TRACE", &[("Max-Forwards", "3")], false), ["Max-Forwards: 2", "Via: 1.1 edge"]);
        assert_eq!(forwarded("OPTIONS", &[("Max-Forwards", "1")], false), ["Max-Forwards: 0", "Via: 1.1 edge"]);
        assert_eq!(forwarded("GET", &[("Max-Forwards", "3")], false), ["Max-Forwards: 3", "Via: 1.1 edge"]);
    }

    #[test]
    fn an_upgrade_ends_here_unless_the_proxy_takes_part() {
        let fields = [("Connection", "upgrade"), ("Upgrade", "websocket")];
        assert_eq!(forwarded("GET", &fields, false), ["Via: 1.1 edge"]);
        assert_eq!(forwarded("GET", &fields, true), ["Connection: upgrade", "Upgrade: websocket", "Via: 1.1 edge"]);
    }
}
