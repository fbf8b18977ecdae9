//! Who asks, what that client makes of the answer, and which other addresses it may be sent to.

use super::front::{upstream, upstream_slug};
use super::read::{self, YEAR, block, brief, is_address, is_reference, line, list, small};
use super::{Options, Said, Setting, choice, lines, text, toggle};
use crate::http::front::Upstream;
use crate::http::state::Move;
use crate::http::syntax;
use crate::labs::http_status::scenario::{Client, MOST_ROUTES, Route, Scenario};

/// Ten minutes, in milliseconds.
const LONGEST_WAIT: u64 = 600_000;
const MOST_TRIES: u32 = 20;
/// Servers in a pool.
const MOST_SERVERS: usize = 10;
/// The furthest byte at which a download breaks.
const FURTHEST_CUT: u64 = 1_000_000;

pub(super) const CLIENT: &[Setting] = &[
    choice("client", "Client", "What it does with an answer.", CLIENTS, |scenario| kind(&scenario.client), set_client, &[]),
    text("user", "User", "The name before the colon in Basic credentials.", "ada", get_user, set_user, &[401, 407])
        .when(|scenario| matches!(scenario.client, Client::Login { .. })),
    text("password", "Password", "What comes behind it.", "s3cret", get_password, set_password, &[401, 407])
        .when(|scenario| matches!(scenario.client, Client::Login { .. })),
    text(
        "cuts",
        "Breaks after",
        "Bytes that have arrived, once for each number; it goes on from there.",
        "5, 12",
        get_cuts,
        set_cuts,
        &[206],
    )
    .when(|scenario| matches!(scenario.client, Client::Download { .. })),
    text("patience", "Waits for a 100", "In milliseconds, before it sends its content.", "500", get_patience, set_patience, &[100])
        .when(|scenario| matches!(scenario.client, Client::Upload { .. })),
    toggle(
        "silent",
        "No interim answer gets through",
        "Something on the way drops them.",
        |scenario| matches!(scenario.client, Client::Upload { silent: true, .. }),
        |scenario, on| {
            if let Client::Upload { silent, .. } = &mut scenario.client {
                *silent = on;
            }
        },
        &[100, 102, 103],
    )
    .when(|scenario| matches!(scenario.client, Client::Upload { .. })),
    text("tries", "Tries", "At most, with the first one.", "6", get_tries, set_tries, &[408, 421, 425, 429, 503]).when(is_patient),
    text("longest", "Longest wait", "In seconds, that it puts up with.", "600", get_longest, set_longest, &[429, 503]).when(is_patient),
    text(
        "backoff",
        "First wait",
        "In seconds, where the server names none; the next ones double.",
        "2",
        get_backoff,
        set_backoff,
        &[429, 503],
    )
    .when(is_patient),
    toggle(
        "early",
        "Sends early data",
        "Its first request, before the TLS handshake is over.",
        |scenario| matches!(scenario.client, Client::Patient { early: true, .. }),
        |scenario, on| {
            if let Client::Patient { early, .. } = &mut scenario.client {
                *early = on;
            }
        },
        &[425],
    )
    .when(is_patient),
    toggle(
        "sure",
        "Knows that nothing was done",
        "When 503 comes, such as by an idempotency key, so that POST may be sent again.",
        |scenario| matches!(scenario.client, Client::Patient { sure: true, .. }),
        |scenario, on| {
            if let Client::Patient { sure, .. } = &mut scenario.client {
                *sure = on;
            }
        },
        &[503],
    )
    .when(is_patient),
    text(
        "upstreams",
        "Upstream servers",
        "How each answers the proxy, in the order of its tries: well, garbles, down, slow, loops.",
        "down, slow, well",
        get_upstreams,
        set_upstreams,
        &[502, 503, 504, 508],
    )
    .when(is_pool),
    text("timeout", "Time-out", "In milliseconds, that the proxy waits for each.", "2000", get_timeout, set_timeout, &[504]).when(is_pool),
    toggle(
        "shared",
        "The cache is shared",
        "As a CDN's is; a browser's own is not.",
        |scenario| matches!(scenario.client, Client::Cache { shared: true }),
        |scenario, on| {
            if let Client::Cache { shared } = &mut scenario.client {
                *shared = on;
            }
        },
        &[304, 504],
    )
    .when(|scenario| matches!(scenario.client, Client::Cache { .. })),
    lines(
        "routes",
        "Other addresses",
        "That lead elsewhere, one a line: address, status, Location.",
        "https://example.org/old 301 /new\nhttps://example.org/new 307 https://example.com/",
        |scenario| write_routes(&scenario.routes),
        |scenario, text| {
            scenario.routes = read_routes(text)?;
            Ok(())
        },
        &[301, 302, 305, 307, 308],
    ),
];

const CLIENTS: Options = &[
    ("once", "takes the answer as it is"),
    ("browser", "follows redirects as browsers do"),
    ("login", "answers 401 with Basic credentials"),
    ("download", "downloads, and resumes when the connection breaks"),
    ("upload", "uploads, and waits for a 100"),
    ("patient", "tries again as the answer says"),
    ("pool", "asks through a proxy with several servers"),
    ("cache", "asks through a cache"),
];

fn kind(client: &Client) -> &'static str {
    match client {
        Client::Once => "once",
        Client::Browser => "browser",
        Client::Login { .. } => "login",
        Client::Download { .. } => "download",
        Client::Upload { .. } => "upload",
        Client::Patient { .. } => "patient",
        Client::Pool { .. } => "pool",
        Client::Cache { .. } => "cache",
    }
}

/// Another client comes with the usual numbers; the same one keeps its own.
fn set_client(scenario: &mut Scenario, slug: &str) {
    if slug == kind(&scenario.client) {
        return;
    }
    scenario.client = match slug {
        "once" => Client::Once,
        "browser" => Client::Browser,
        "login" => Client::Login { user: "reader".to_owned(), password: "book".to_owned() },
        "download" => Client::Download { cuts: vec![10] },
        "upload" => Client::Upload { patience_ms: 1_000, silent: false },
        "patient" => Client::Patient { tries: 4, longest_s: 3_600, backoff_s: 1, early: false, sure: false },
        "pool" => Client::Pool { upstreams: vec![Upstream::Down, Upstream::Well], timeout_ms: 1_000 },
        "cache" => Client::Cache { shared: true },
        _ => return,
    };
}

fn is_patient(scenario: &Scenario) -> bool {
    matches!(scenario.client, Client::Patient { .. })
}

fn is_pool(scenario: &Scenario) -> bool {
    matches!(scenario.client, Client::Pool { .. })
}

fn not_this_client() -> Said {
    Err("The client that is chosen has no use for this. Choose another under “Client” first.".to_owned())
}

fn get_user(scenario: &Scenario) -> String {
    if let Client::Login { user, .. } = &scenario.client { user.clone() } else { String::new() }
}

fn set_user(scenario: &mut Scenario, text: &str) -> Said {
    let wanted = "a name without a colon, which is where the password begins,";
    let new = read::fitting(text, "User", |text| !text.contains(':'), wanted)?;
    let Client::Login { user, .. } = &mut scenario.client else { return not_this_client() };
    *user = new;
    Ok(())
}

fn get_password(scenario: &Scenario) -> String {
    if let Client::Login { password, .. } = &scenario.client { password.clone() } else { String::new() }
}

fn set_password(scenario: &mut Scenario, text: &str) -> Said {
    let new = line(text, "Password")?.to_owned();
    let Client::Login { password, .. } = &mut scenario.client else { return not_this_client() };
    *password = new;
    Ok(())
}

fn get_cuts(scenario: &Scenario) -> String {
    let Client::Download { cuts } = &scenario.client else { return String::new() };
    cuts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn is_cut(text: &str) -> bool {
    syntax::digits(text).is_some_and(|bytes| (1..=FURTHEST_CUT).contains(&bytes))
}

fn set_cuts(scenario: &mut Scenario, text: &str) -> Said {
    let all = list(text, "Breaks after", is_cut, "numbers of bytes from 1 to 1000000")?;
    let Client::Download { cuts } = &mut scenario.client else { return not_this_client() };
    *cuts = all.iter().filter_map(|text| text.parse().ok()).collect();
    Ok(())
}

fn get_patience(scenario: &Scenario) -> String {
    if let Client::Upload { patience_ms, .. } = scenario.client { patience_ms.to_string() } else { String::new() }
}

fn set_patience(scenario: &mut Scenario, text: &str) -> Said {
    let new = read::number(text, "Waits for a 100", 0, LONGEST_WAIT)?;
    let Client::Upload { patience_ms, .. } = &mut scenario.client else { return not_this_client() };
    *patience_ms = new;
    Ok(())
}

fn get_tries(scenario: &Scenario) -> String {
    if let Client::Patient { tries, .. } = scenario.client { tries.to_string() } else { String::new() }
}

fn set_tries(scenario: &mut Scenario, text: &str) -> Said {
    let new = small(text, "Tries", 1, MOST_TRIES)?;
    let Client::Patient { tries, .. } = &mut scenario.client else { return not_this_client() };
    *tries = new;
    Ok(())
}

fn get_longest(scenario: &Scenario) -> String {
    if let Client::Patient { longest_s, .. } = scenario.client { longest_s.to_string() } else { String::new() }
}

fn set_longest(scenario: &mut Scenario, text: &str) -> Said {
    let new = read::number(text, "Longest wait", 0, YEAR)?;
    let Client::Patient { longest_s, .. } = &mut scenario.client else { return not_this_client() };
    *longest_s = new;
    Ok(())
}

fn get_backoff(scenario: &Scenario) -> String {
    if let Client::Patient { backoff_s, .. } = scenario.client { backoff_s.to_string() } else { String::new() }
}

fn set_backoff(scenario: &mut Scenario, text: &str) -> Said {
    let new = read::number(text, "First wait", 0, 3_600)?;
    let Client::Patient { backoff_s, .. } = &mut scenario.client else { return not_this_client() };
    *backoff_s = new;
    Ok(())
}

fn get_upstreams(scenario: &Scenario) -> String {
    let Client::Pool { upstreams, .. } = &scenario.client else { return String::new() };
    upstreams.iter().map(|upstream| upstream_slug(*upstream)).collect::<Vec<_>>().join(", ")
}

fn set_upstreams(scenario: &mut Scenario, text: &str) -> Said {
    let words = list(text, "Upstream servers", |word| upstream(word).is_some(), "words out of well, garbles, down, slow and loops")?;
    if words.is_empty() || words.len() > MOST_SERVERS {
        return Err(format!("Upstream servers: a proxy has from 1 to {MOST_SERVERS} here, not {}. They stay as they were.", words.len()));
    }
    let Client::Pool { upstreams, .. } = &mut scenario.client else { return not_this_client() };
    *upstreams = words.iter().filter_map(|word| upstream(word)).collect();
    Ok(())
}

fn get_timeout(scenario: &Scenario) -> String {
    if let Client::Pool { timeout_ms, .. } = scenario.client { timeout_ms.to_string() } else { String::new() }
}

fn set_timeout(scenario: &mut Scenario, text: &str) -> Said {
    let new = read::number(text, "Time-out", 1, LONGEST_WAIT)?;
    let Client::Pool { timeout_ms, .. } = &mut scenario.client else { return not_this_client() };
    *timeout_ms = new;
    Ok(())
}

const CODES: [(&str, Move); 5] = [
    ("301", Move::Permanent),
    ("302", Move::Temporary),
    ("305", Move::Proxy),
    ("307", Move::TemporaryKeeping),
    ("308", Move::PermanentKeeping),
];

fn write_routes(routes: &[Route]) -> String {
    let line = |route: &Route| {
        let code = CODES.iter().find(|(_, how)| *how == route.how).map_or("", |(code, _)| *code);
        format!("{} {code} {}", route.url, route.to)
    };
    routes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn read_route(text: &str) -> Option<Route> {
    let [url, code, to]: [&str; 3] = text.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let (_, how) = CODES.into_iter().find(|(own, _)| *own == code)?;
    (is_address(url) && is_reference(to)).then(|| Route { url: url.to_owned(), how, to: to.to_owned() })
}

fn read_routes(text: &str) -> Said<Vec<Route>> {
    let mut routes = Vec::new();
    for (index, text) in block(text, "Other addresses")?.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        routes.push(read_route(text).ok_or_else(|| {
            format!(
                "Other addresses: line {} has to be an address, 301, 302, 305, 307 or 308, and where it leads, such as https://example.org/old 301 \
                 /new; “{}” is not. They stay as they were.",
                index + 1,
                brief(text.trim())
            )
        })?);
    }
    if routes.len() > MOST_ROUTES {
        return Err(format!("Other addresses: {} are more than the {MOST_ROUTES} that fit here. Leave some out.", routes.len()));
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_line_by_line() {
        let text = "https://example.org/old 301 /new\n\n  https://example.org/new   307   https://example.com/?a=b ";
        let routes = read_routes(text).expect("both are routes");
        assert_eq!(routes.iter().map(|route| route.how).collect::<Vec<_>>(), [Move::Permanent, Move::TemporaryKeeping]);
        assert_eq!(read_routes(&write_routes(&routes)), Ok(routes));
        for wrong in ["/old 301 /new", "https://example.org/old /new", "https://example.org/old 200 /new", "https://example.org/ 301 /a b"]
        {
            assert!(read_routes(&format!("\n{wrong}")).is_err_and(|why| why.contains("line 2")), "{wrong}");
        }
        let many = "https://example.org/old 301 /new\n".repeat(MOST_ROUTES + 1);
        assert!(read_routes(&many).is_err_and(|why| why.contains("more than")));
    }

    #[test]
    fn another_client_comes_with_numbers_and_the_same_one_keeps_its_own() {
        let mut scenario = Scenario::default();
        assert!(set_tries(&mut scenario, "3").is_err_and(|why| why.contains("Choose another")));
        for (slug, _) in CLIENTS {
            set_client(&mut scenario, slug);
            assert_eq!(kind(&scenario.client), *slug);
        }
        set_client(&mut scenario, "patient");
        assert_eq!(set_tries(&mut scenario, "3"), Ok(()));
        set_client(&mut scenario, "patient");
        set_client(&mut scenario, "nonsense");
        assert_eq!(get_tries(&scenario), "3");
    }

    #[test]
    fn a_pool_has_a_server() {
        let mut scenario = Scenario { client: Client::Pool { upstreams: vec![Upstream::Well], timeout_ms: 1_000 }, ..Scenario::default() };
        assert_eq!(set_upstreams(&mut scenario, "down, slow , well"), Ok(()));
        assert_eq!(get_upstreams(&scenario), "down, slow, well");
        for wrong in ["", "up", "well well", "well, well, well, well, well, well, well, well, well, well, well"] {
            assert!(set_upstreams(&mut scenario, wrong).is_err(), "{wrong}");
        }
    }
}
