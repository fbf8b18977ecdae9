//! 5xx: the server, or whoever stands in front of it, cannot do its part.

use super::{Client, Preset, ask, by, hold, status, webdav};
use crate::http::state::{Bindings, Front, Retry, Upstream};

pub const S500: Preset = status(
    "500",
    "500 Internal Server Error: the order could not be read",
    &[
        "The request passes question after question, and then something breaks that nobody expected. The answer says no more than that; the reason belongs in the server’s log.",
    ],
    || {
        ask("GET /v1/orders/81 HTTP/1.1\nHost: api.example.com\nAccept: application/json", "", |world| {
            hold(world, "application/json", "\"81-1\"", "{\"id\": 81}\n");
            world.server.broken = true;
        })
    },
);

pub const S501: Preset = status(
    "501",
    "501 Not Implemented: a web server that is no file share",
    &[
        "A file manager tries WebDAV with a server that knows nothing of it: PROPFIND means nothing here, whatever the address.",
        "Were the method known, and only this resource against it, the answer would be 405 with Allow.",
    ],
    || {
        let head = "PROPFIND /files/ HTTP/1.1\nHost: www.example.com\nDepth: 1";
        ask(head, "", |world| hold(world, "text/html", "\"f-1\"", "<!doctype html><title>Files</title>\n"))
    },
);

pub const S502: Preset = status(
    "502",
    "502 Bad Gateway: what came back was no HTTP",
    &[
        "The first server is down: nothing was sent, so the proxy may try the second. That one crashes in the middle of its answer, and the proxy has nothing valid to pass on.",
        "POST is not idempotent, so the proxy must not send it once more by itself (RFC 9110 §9.2.2): nobody knows whether the order was placed.",
    ],
    || {
        let head = "POST /v1/orders HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        let scenario = ask(head, "{\"sku\": \"A-17\", \"quantity\": 2}\n", |world| {
            hold(world, "application/json", "\"list-40\"", "[{\"id\": 8730}]\n");
            world.front = Some(Front::default());
        });
        by(Client::Pool { upstreams: vec![Upstream::Down, Upstream::Garbles], timeout_ms: 60_000 }, scenario)
    },
);

pub const S503: Preset = status(
    "503",
    "503 Service Unavailable: back in two minutes",
    &[
        "The service is down for maintenance and says so before it looks at method, credentials or content. Retry-After tells when it expects to be back.",
        "It concerns everybody alike. A server that means only this client says 429.",
    ],
    || {
        ask("GET /timetable HTTP/1.1\nHost: trains.example\nAccept: text/html", "", |world| {
            hold(world, "text/html", "\"t-365\"", "<!doctype html><title>Timetable</title>\n");
            world.server.unavailable = true;
            world.server.back = Retry::After(120);
        })
    },
);

pub const S504: Preset = status(
    "504",
    "504 Gateway Timeout: both servers take too long",
    &[
        "The proxy waits 60 seconds for the first server. GET may be repeated, so it asks the second and waits 60 more: the client hears after two minutes.",
        "Both servers may still be at work on an answer that nobody waits for.",
    ],
    || {
        let scenario = ask("GET /v1/reports/2025 HTTP/1.1\nHost: api.example.com\nAccept: application/json", "", |world| {
            hold(world, "application/json", "\"2025-1\"", "{\"year\": 2025}\n");
            world.front = Some(Front::default());
        });
        by(Client::Pool { upstreams: vec![Upstream::Slow, Upstream::Slow], timeout_ms: 60_000 }, scenario)
    },
);

pub const S505: Preset = status(
    "505",
    "505 HTTP Version Not Supported: HTTP/2 in plain letters",
    &[
        "HTTP/2 is not a line of text with another number: it begins with a preface of its own, mostly agreed on in the TLS handshake. This server reads 1.0 and 1.1.",
        "Say HTTP/1.9: a later minor version is read as the latest that the server knows (RFC 9110 §2.5), and the answer is 200.",
    ],
    || {
        ask("GET /status HTTP/2.0\nHost: api.example.com", "", |world| {
            hold(world, "application/json", "\"s-1\"", "{\"status\": \"up\"}\n");
        })
    },
);

pub const S506: Preset = status(
    "506",
    "506 Variant Also Negotiates: a list of choices that leads to a list",
    &[
        "The server chooses a variant for this reader, and the variant is again a list to choose from. Nothing that the client sends can mend that; it is a mistake in the server’s set-up.",
    ],
    || {
        ask("GET /manual.var HTTP/1.1\nHost: www.example.com\nAccept-Language: en", "", |world| {
            hold(world, "text/html", "\"m-1\"", "<!doctype html><title>Manual</title>\n");
            world.server.negotiates_in_circles = true;
        })
    },
);

pub const S507: Preset = status(
    "507",
    "507 Insufficient Storage: the disk is full",
    &[
        "The request is in order and the client may write; there is no room to store it. Reading still works: use GET, and the old notes come.",
    ],
    || {
        let head = "PUT /notes/2026-11-24.txt HTTP/1.1\nHost: dav.example.com\nContent-Type: text/plain";
        ask(head, "Call the harbour. Order more disks.\n", |world| {
            hold(world, "text/plain", "\"n-1\"", "Call the harbour.\n");
            world.resource.no_room = true;
        })
    },
);

pub const S508: Preset = status(
    "508",
    "508 Loop Detected: a folder that contains itself",
    &[
        "The client wants everything below the folder, and the folder comes up again among its own contents. Listing it would never end.",
        "Add DAV: bind: a client that knows bindings can be told 208 at the place where the circle closes. Or ask with Depth: 1.",
    ],
    || {
        let head = "PROPFIND /projects/ HTTP/1.1\nHost: dav.example.com\nDepth: infinity\nContent-Type: application/xml";
        let content = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                       <D:propfind xmlns:D=\"DAV:\"><D:prop><D:displayname/></D:prop></D:propfind>\n";
        ask(head, content, |world| {
            webdav(world, "PROPFIND");
            world.resource.bindings = Bindings::Loop;
        })
    },
);

pub const S510: Preset = status(
    "510",
    "510 Not Extended: a contract without its licence extension",
    &[
        "The server insists on an extension that the request has to declare in Man, and it does not. RFC 2774 was an experiment of the year 2000 and is obsolete.",
        "Add Man with the address of the extension, in quotes: the contract is stored.",
    ],
    || {
        let head = "PUT /contracts/7 HTTP/1.1\nHost: api.example.com\nContent-Type: text/plain";
        ask(head, "Draft\n", |world| {
            hold(world, "text/plain", "\"c7-1\"", "First draft\n");
            world.server.demands_extension = Some("\"https://example.com/ext/licence\"".to_owned());
        })
    },
);

pub const S511: Preset = status(
    "511",
    "511 Network Authentication Required: the hotel’s Wi-Fi answers",
    &[
        "Not the weather service but the network in between answers, with a link to its login page. The origin never sees the request.",
        "That works only without TLS: an https request cannot be answered by somebody else without a warning.",
    ],
    || {
        let mut scenario = ask("GET /weather.json HTTP/1.1\nHost: data.example.com", "", |world| {
            hold(world, "application/json", "\"w-1\"", "{\"sky\": \"clear\"}\n");
            world.front = Some(Front { portal: Some("https://login.hotel.example/".to_owned()), ..Front::default() });
        });
        scenario.scheme = "http".to_owned();
        scenario
    },
);
