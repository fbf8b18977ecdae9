//! 4xx about the message itself: too slow, too long, of the wrong kind, without meaning, or against somebody's lock.

use super::{PATIENT, Preset, Scenario, ask, by, hold, status, webdav};
use crate::http::state::World;

pub const S408: Preset = status(
    "408",
    "408 Request Timeout: the upload stalled in a tunnel",
    &[
        "The train enters a tunnel, and the rest of the request does not come. The server stops waiting and closes the connection.",
        "Since nothing was done, the client may repeat even a POST by itself, on a new connection (RFC 9110 §15.5.9).",
    ],
    || {
        let head = "POST /v1/readings HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        let scenario = ask(head, "{\"meter\": 17, \"value\": 402.5}\n", |world| {
            hold(world, "application/json", "\"r-88\"", "[]\n");
            world.server.timed_out = true;
            world.resource.location = "/v1/readings/89".to_owned();
        });
        by(PATIENT, scenario)
    },
);

pub const S411: Preset = status(
    "411",
    "411 Length Required: a stream without a length",
    &[
        "The content comes in chunks, so nobody knows beforehand how much it will be. This storage wants to know.",
        "Send it whole with Content-Length instead: 201. A client may repeat its request like that (RFC 9110 §15.5.12).",
    ],
    || {
        let request = "POST /v1/uploads HTTP/1.1\nHost: storage.example\nContent-Type: text/plain\n\
                       Transfer-Encoding: chunked\n\n5\nhello\n0\n\n";
        let mut world = World::default();
        world.server.demands_length = true;
        world.resource.location = "/v1/uploads/7".to_owned();
        Scenario { request: request.to_owned(), world, ..Scenario::default() }
    },
);

pub const S413: Preset = status(
    "413",
    "413 Content Too Large: a photo of two megabytes",
    &[
        "The server takes 1,048,576 bytes, and Content-Length announces 2,000,000. The client has asked before sending, so not one of them was sent in vain.",
        "Without Expect the content would be on its way already, and the server may close the connection to stop it.",
    ],
    || {
        let request = "POST /v1/photos HTTP/1.1\nHost: api.example.com\nContent-Type: image/jpeg\n\
                       Content-Length: 2000000\nExpect: 100-continue\n\n";
        Scenario { request: request.to_owned(), ..Scenario::default() }
    },
);

pub const S414: Preset = status(
    "414",
    "414 URI Too Long: a search with thirty numbers in the address",
    &[
        "Each number makes the target longer. The limit here is 120 bytes so that it can be seen; RFC 9112 §3 recommends at least 8000 for a request line.",
        "Put the list into the content of a POST instead: content has a limit of its own, and a far larger one.",
    ],
    || {
        let ids: Vec<String> = (1001..=1030).map(|id: u32| id.to_string()).collect();
        let head = format!("GET /v1/orders?ids={} HTTP/1.1\nHost: api.example.com", ids.join(","));
        ask(&head, "", |world| {
            hold(world, "application/json", "\"list-40\"", "[]\n");
            world.server.target_limit = 120;
        })
    },
);

pub const S415: Preset = status(
    "415",
    "415 Unsupported Media Type: JSON under the label of a form",
    &[
        "The content is JSON, but Content-Type says that it is a form, and the server believes the label. Accept in the answer names what it takes.",
        "Set Content-Type: application/json, and the order is created.",
    ],
    || {
        let head = "POST /v1/orders HTTP/1.1\nHost: api.example.com\nContent-Type: application/x-www-form-urlencoded";
        ask(head, "{\"sku\": \"tea-100\", \"quantity\": 2}\n", |world| {
            hold(world, "application/json", "\"list-40\"", "[{\"id\": 8730}]\n");
            world.resource.takes = vec!["application/json".to_owned()];
            world.resource.location = "/v1/orders/8731".to_owned();
        })
    },
);

pub const S416: Preset = status(
    "416",
    "416 Range Not Satisfiable: the export is shorter than it was",
    &[
        "The client has 500 bytes of yesterday’s export and asks for the rest. Today’s is shorter; Content-Range tells how long it is.",
        "Add If-Range with the old tag: the server then sends the whole new file with 200.",
    ],
    || {
        ask("GET /exports/2026-10.csv HTTP/1.1\nHost: files.example.com\nRange: bytes=500-", "", |world| {
            hold(world, "text/csv", "\"e-2\"", "month,orders\n2026-08,377\n2026-09,391\n2026-10,412\n");
        })
    },
);

pub const S417: Preset = status(
    "417",
    "417 Expectation Failed: an expectation that nobody knows",
    &[
        "RFC 9110 defines one expectation, 100-continue. This client has another idea, and the server may say that it cannot meet it.",
        "Most real ones come from a hop that cannot deal with 100-continue; the client then repeats the request without it (RFC 9110 §10.1.1).",
    ],
    || {
        let head = "PUT /backups/notes.txt HTTP/1.1\nHost: files.example.com\nContent-Type: text/plain\nExpect: virus-scan";
        ask(head, "Buy milk\n", |world| hold(world, "text/plain", "\"b-1\"", "Buy tea\n"))
    },
);

pub const S422: Preset = status(
    "422",
    "422 Unprocessable Content: a booking without an end",
    &[
        "The content is JSON and reads well, so it is not 400; but a booking has to name “to”, and this one does not.",
        "Add “to” to the content, and the room is booked.",
    ],
    || {
        let head = "POST /v1/bookings HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        ask(head, "{\"room\": \"A3\", \"from\": \"2026-12-04\"}\n", |world| {
            hold(world, "application/json", "\"bk-5\"", "[]\n");
            world.resource.takes = vec!["application/json".to_owned()];
            world.resource.syntax = "{".to_owned();
            world.resource.sense = "\"to\"".to_owned();
            world.resource.location = "/v1/bookings/6".to_owned();
        })
    },
);

pub const S423: Preset = status(
    "423",
    "423 Locked: a colleague has the plan open",
    &["Somebody else holds a WebDAV lock on the plan. Reading it is still possible: use GET, and nobody asks about the lock."],
    || {
        let head = "PUT /shared/plan.txt HTTP/1.1\nHost: dav.example.com\nContent-Type: text/plain";
        ask(head, "Draft 2\n", |world| {
            hold(world, "text/plain", "\"plan-1\"", "Draft 1\n");
            world.resource.locked = true;
        })
    },
);

pub const S424: Preset = status(
    "424",
    "424 Failed Dependency: one change failed, so none was made",
    &[
        "Two properties are to change, all or nothing. The second is the server’s own and cannot be set, so the first is not set either.",
        "On the wire 424 stands mostly inside a 207, beside the step that failed. The line shows it as an exit so that it can be seen.",
    ],
    || {
        let head = "PROPPATCH /docs/plan.txt HTTP/1.1\nHost: dav.example.com\nContent-Type: application/xml";
        let content = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                       <D:propertyupdate xmlns:D=\"DAV:\" xmlns:x=\"https://example.com/ns\">\n  \
                       <D:set><D:prop><x:colour>red</x:colour></D:prop></D:set>\n  \
                       <D:set><D:prop><D:getetag>\"9\"</D:getetag></D:prop></D:set>\n\
                       </D:propertyupdate>\n";
        ask(head, content, |world| {
            webdav(world, "PROPPATCH");
            world.resource.dependency_failed = true;
        })
    },
);

pub const S431: Preset = status(
    "431",
    "431 Request Header Fields Too Large: too many cookies",
    &[
        "Cookies pile up until the fields are larger than the server reads. Its limit is 200 bytes here so that it can be seen; real ones are kilobytes.",
        "Take the Cookie field out: 200. A client that does not do that gets the same answer every time.",
    ],
    || {
        let cookies: Vec<String> = (1..=24).map(|number: u32| format!("ab_test_{number}=variant")).collect();
        let head = format!("GET /account HTTP/1.1\nHost: www.example.com\nCookie: {}", cookies.join("; "));
        ask(&head, "", |world| {
            hold(world, "text/html", "\"acc-2\"", "<!doctype html><title>Account</title>\n");
            world.server.fields_limit = 200;
        })
    },
);
