//! The scenarios of the presets.

use crate::http::profiles::Profile;
use crate::http::state::{Forbidden, Guard, Move, NOON, Representation, Resource, Retry, Upstream, World};
use crate::labs::frame::Intervention;
use crate::labs::http_status::scenario::{Action, Client, Route, Scenario};
use crate::sim::Nanos;

const ARTICLE: &str = "{\"title\":\"Theirs\"}\n";
const MINE: &str = "{\"title\":\"Mine\"}";
/// Four lines of 20 bytes.
const MANUAL: &str = "1 Plug it in gently\n2 Switch it on then\n3 Wait till it hums\n4 Read a good novel\n";

/// A request as it is typed. Content brings its length with it.
fn request(line: &str, fields: &[&str], content: &str) -> String {
    let mut text = format!("{line} HTTP/1.1\nHost: example.org\n");
    for field in fields {
        text.push_str(field);
        text.push('\n');
    }
    if !content.is_empty() {
        text.push_str(&format!("Content-Length: {}\n", content.len()));
    }
    text.push('\n');
    text.push_str(content);
    text
}

fn json(etag: &str, body: &str) -> Representation {
    Representation {
        media_type: "application/json".to_owned(),
        charset: None,
        etag: Some(etag.to_owned()),
        body: body.to_owned(),
        ..Representation::default()
    }
}

/// A world with this at the target, or with nothing.
fn with(representations: Vec<Representation>) -> World {
    let resource = Resource { representations, location: "/articles/8".to_owned(), ..Resource::default() };
    World { resource, ..World::default() }
}

fn after(seconds: u64, action: Action) -> Intervention<Action> {
    Intervention { at: Nanos(seconds * Nanos::SECOND.0), action }
}

fn moved(url: &str, how: Move, to: &str) -> Route {
    Route { url: url.to_owned(), how, to: to.to_owned() }
}

fn patient() -> Client {
    Client::Patient { tries: 4, longest_s: 3_600, backoff_s: 1, early: false, sure: false }
}

pub fn lost_update() -> Scenario {
    Scenario {
        request: request("PUT /articles/7", &["If-Match: \"v1\"", "Content-Type: application/json"], MINE),
        world: with(vec![json("\"v2\"", ARTICLE)]),
        ..Scenario::default()
    }
}

pub fn hidden_404() -> Scenario {
    let mut world = with(vec![json("\"v1\"", ARTICLE)]);
    world.server.guard = Some(Guard::default());
    world.server.forbidden = Forbidden::Hide;
    let request = request("GET /articles/7", &["Authorization: Basic cmVhZGVyOmJvb2s="], "");
    Scenario { request, world, ..Scenario::default() }
}

pub fn login() -> Scenario {
    let mut world = with(vec![json("\"v1\"", ARTICLE)]);
    world.server.guard = Some(Guard::default());
    world.server.forbidden = Forbidden::Deny;
    let client = Client::Login { user: "reader".to_owned(), password: "book".to_owned() };
    Scenario { request: request("GET /articles/7", &[], ""), world, client, ..Scenario::default() }
}

pub fn post_301() -> Scenario {
    Scenario {
        request: request("POST /articles", &["Content-Type: application/json"], MINE),
        world: with(vec![json("\"v1\"", "[\"/articles/7\"]\n")]),
        client: Client::Browser,
        routes: vec![moved("https://example.org/articles", Move::Permanent, "/v2/articles")],
        ..Scenario::default()
    }
}

pub fn keeping() -> Scenario {
    let mut world = with(vec![json("\"v1\"", "[\"/orders/1\"]\n")]);
    world.resource.location = "/orders/2".to_owned();
    Scenario {
        request: request("POST /orders", &["Content-Type: application/json"], "{\"books\":3}"),
        world,
        client: Client::Browser,
        routes: vec![moved("https://example.org/orders", Move::TemporaryKeeping, "/standby/orders")],
        ..Scenario::default()
    }
}

pub fn redirect_chain() -> Scenario {
    let mut world = with(vec![json("\"v1\"", "{\"sold\":7}\n")]);
    world.server.guard = Some(Guard { realm: "reports".to_owned(), accepts: vec!["Bearer t0ken".to_owned()] });
    Scenario {
        request: request("GET /reports/latest", &["Authorization: Bearer t0ken"], ""),
        world,
        client: Client::Browser,
        routes: vec![
            moved("https://example.org/reports/latest", Move::Temporary, "/reports/2026-11"),
            moved("https://example.org/reports/2026-11", Move::Temporary, "https://files.example.net/2026-11"),
        ],
        ..Scenario::default()
    }
}

pub fn cache_life() -> Scenario {
    let mut world = with(vec![json("\"v1\"", ARTICLE)]);
    world.resource.cache_control = Some("max-age=60".to_owned());
    let ask = |seconds| after(seconds, Action::Ask(String::new()));
    Scenario {
        request: request("GET /articles/7", &[], ""),
        world,
        client: Client::Cache { shared: true },
        acts: vec![ask(30), ask(90), after(100, Action::Save), ask(120), ask(160)],
        ..Scenario::default()
    }
}

pub fn vary() -> Scenario {
    let guide = |language: &str, etag: &str, body: &str| Representation {
        language: Some(language.to_owned()),
        etag: Some(etag.to_owned()),
        body: body.to_owned(),
        ..Representation::default()
    };
    Scenario {
        request: request("GET /guide", &["Accept-Language: fr"], ""),
        world: with(vec![guide("en", "\"en1\"", "Mind the gap.\n"), guide("de", "\"de1\"", "Vorsicht an der Bahnsteigkante.\n")]),
        ..Scenario::default()
    }
}

fn manual(etag: &str) -> World {
    with(vec![Representation { etag: Some(etag.to_owned()), body: MANUAL.to_owned(), ..Representation::default() }])
}

pub fn resume() -> Scenario {
    Scenario {
        request: request("GET /manual.txt", &[], ""),
        world: manual("\"v1\""),
        client: Client::Download { cuts: vec![40] },
        ..Scenario::default()
    }
}

pub fn conditional_range() -> Scenario {
    Scenario {
        request: request("GET /manual.txt", &["Range: bytes=40-", "If-Range: \"v1\""], ""),
        world: manual("\"v2\""),
        ..Scenario::default()
    }
}

pub fn pool() -> Scenario {
    Scenario {
        request: request("GET /articles/7", &[], ""),
        world: with(vec![json("\"v1\"", ARTICLE)]),
        client: Client::Pool { upstreams: vec![Upstream::Garbles, Upstream::Down, Upstream::Slow], timeout_ms: 2_000 },
        ..Scenario::default()
    }
}

pub fn limited() -> Scenario {
    let mut world = with(vec![json("\"v1\"", ARTICLE)]);
    world.server.limited = true;
    world.server.quiet = Retry::After(5);
    Scenario {
        request: request("GET /articles/7", &[], ""),
        world,
        client: patient(),
        acts: vec![after(5, Action::Forgive)],
        ..Scenario::default()
    }
}

pub fn maintenance() -> Scenario {
    let mut world = with(vec![json("\"v1\"", ARTICLE)]);
    world.server.unavailable = true;
    world.server.back = Retry::At(NOON + 90);
    Scenario {
        request: request("PUT /articles/7", &["Content-Type: application/json"], MINE),
        world,
        client: patient(),
        acts: vec![after(90, Action::Up)],
        ..Scenario::default()
    }
}

pub fn put_creates() -> Scenario {
    Scenario {
        request: request("PUT /articles/8", &["If-None-Match: *", "Content-Type: application/json"], MINE),
        world: with(Vec::new()),
        ..Scenario::default()
    }
}

pub fn expect_100() -> Scenario {
    let mut world = with(Vec::new());
    world.server.guard = Some(Guard::default());
    Scenario {
        request: request("PUT /songs/3", &["Content-Type: text/plain", "Expect: 100-continue"], "Ninety-nine bottles, and so on.\n"),
        world,
        client: Client::Upload { patience_ms: 1_000, silent: false },
        ..Scenario::default()
    }
}

pub fn early_hints() -> Scenario {
    let page = Representation {
        media_type: "text/html".to_owned(),
        body: "<!doctype html>\n<link rel=\"stylesheet\" href=\"/style.css\">\n<p>Good news.\n".to_owned(),
        ..Representation::default()
    };
    let mut world = with(vec![page]);
    world.server.hints = vec!["</style.css>; rel=preload; as=style".to_owned()];
    Scenario {
        request: request("GET /news", &[], ""),
        world,
        client: Client::Upload { patience_ms: 1_000, silent: false },
        ..Scenario::default()
    }
}

pub fn misdirected() -> Scenario {
    let mut world = with(vec![json("\"v1\"", ARTICLE)]);
    world.server.hosts = vec!["www.example.org".to_owned()];
    let request = request("GET /articles/7", &[], "").replace("example.org", "api.example.org");
    Scenario { request, world, client: patient(), ..Scenario::default() }
}

pub fn where_servers_part() -> Scenario {
    Scenario {
        rules: vec![Profile::Rfc9110, Profile::Webmachine],
        request: request("GET /articles/9", &["If-Match: \"v1\""], ""),
        world: with(Vec::new()),
        ..Scenario::default()
    }
}

pub fn weak_etag() -> Scenario {
    Scenario {
        request: request("PUT /articles/7", &["If-Match: W/\"v1\"", "Content-Type: application/json"], MINE),
        world: with(vec![json("W/\"v1\"", ARTICLE)]),
        ..Scenario::default()
    }
}
