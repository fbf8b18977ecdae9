//! 2xx: it worked, and how.

use super::{Preset, ask, form, hold, status, webdav};
use crate::http::state::{Bindings, Front, Outcome};

pub const S200: Preset = status(
    "200",
    "200 OK: the order, as asked for",
    &["A plain GET rides the whole line: nobody on the way has a reason to leave it. What the answer says is in the content."],
    || {
        ask("GET /v1/orders/8731 HTTP/1.1\nHost: api.example.com\nAccept: application/json", "", |world| {
            hold(world, "application/json", "\"7\"", "{\"id\": 8731, \"state\": \"paid\"}\n");
            world.resource.cache_control = Some("private, max-age=60".to_owned());
        })
    },
);

pub const S201: Preset = status(
    "201",
    "201 Created: the new order has an address",
    &[
        "POST goes to the list and makes something beside it. Location names the new order; without that field it would be at the address asked.",
    ],
    || {
        let head = "POST /v1/orders HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        ask(head, "{\"sku\": \"A-17\", \"quantity\": 2}\n", |world| {
            hold(world, "application/json", "\"list-40\"", "[{\"id\": 8730}]\n");
            world.resource.takes = vec!["application/json".to_owned()];
            world.resource.location = "/v1/orders/8731".to_owned();
        })
    },
);

pub const S202: Preset = status(
    "202",
    "202 Accepted: the report will be made later",
    &[
        "Everything that could be checked at once was checked. The work itself may still fail, and HTTP has no way to send another status afterwards.",
        "A good answer says where the client can ask how far it is (RFC 9110 §15.3.3).",
    ],
    || {
        let head = "POST /v1/reports HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        ask(head, "{\"year\": 2025, \"format\": \"pdf\"}\n", |world| {
            hold(world, "application/json", "\"reports-3\"", "[]\n");
            world.resource.post = Outcome::Later;
        })
    },
);

pub const S203: Preset = status(
    "203",
    "203 Non-Authoritative Information: the office filter changed the page",
    &[
        "The origin answers 200. The proxy changes the content on its way back, signs in Via, and says so with its own status.",
        "Add Cache-Control: no-transform to the request: the proxy has to leave the page alone, and 200 arrives.",
    ],
    || {
        ask("GET /news HTTP/1.1\nHost: news.example\nAccept: text/html", "", |world| {
            hold(world, "text/html", "\"n-9\"", "<!doctype html><title>News</title>\n");
            world.front = Some(Front { name: "filter.office.example".to_owned(), transforms: true, ..Front::default() });
        })
    },
);

pub const S204: Preset = status(
    "204",
    "204 No Content: saved, and nothing to add",
    &["If-Match holds, the note is replaced, and the client knows already what it says now: the answer ends after its fields."],
    || {
        let head = "PUT /v1/notes/42 HTTP/1.1\nHost: api.example.com\nContent-Type: application/json\nIf-Match: \"7\"";
        ask(head, "{\"text\": \"Buy milk\"}\n", |world| hold(world, "application/json", "\"7\"", "{\"text\": \"Buy tea\"}\n"))
    },
);

pub const S205: Preset = status(
    "205",
    "205 Reset Content: the form is ready for the next reading",
    &[
        "Somebody types in one meter after the other. Where 204 leaves the page as it is, 205 asks the client to empty the form; it carries no content either.",
    ],
    || {
        let head = "POST /v1/readings HTTP/1.1\nHost: lab.example.com\nContent-Type: application/x-www-form-urlencoded";
        ask(head, "meter=17&value=402.5", |world| world.resource.post = Outcome::Resets)
    },
);

pub const S206: Preset = status(
    "206",
    "206 Partial Content: the rest of a download",
    &[
        "The client has bytes 0 to 11 of version “n-3”. That is still the current one, so bytes 12 to 18 of 19 come.",
        "Change the tag at the server: the rest would not fit what the client has, so If-Range brings the whole file with 200.",
    ],
    || {
        let head = "GET /names.txt HTTP/1.1\nHost: files.example\nRange: bytes=12-\nIf-Range: \"n-3\"";
        ask(head, "", |world| hold(world, "text/plain", "\"n-3\"", "alpha\nbravo\ncharlie"))
    },
);

pub const S207: Preset = status(
    "207",
    "207 Multi-Status: one answer, a status for each file",
    &[
        "PROPFIND asks about a folder and what is in it. The status of the whole says only that there are several; the real ones are in the XML.",
    ],
    || {
        let head = "PROPFIND /plans/ HTTP/1.1\nHost: dav.example.com\nDepth: 1\nContent-Type: application/xml";
        let content = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                       <D:propfind xmlns:D=\"DAV:\"><D:prop><D:getetag/><D:getlastmodified/></D:prop></D:propfind>\n";
        ask(head, content, |world| webdav(world, "PROPFIND"))
    },
);

pub const S208: Preset = status(
    "208",
    "208 Already Reported: the same folder under a second name",
    &[
        "A folder inside can be reached by two names. DAV: bind says that the client understands what it means when the second one is only mentioned.",
        "On the wire 208 stands inside a 207, at the member that it concerns. The line shows it as an exit so that it can be seen.",
    ],
    || {
        let head = "PROPFIND /docs/ HTTP/1.1\nHost: dav.example.com\nDepth: infinity\nDAV: bind\nContent-Type: application/xml";
        let content = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                       <D:propfind xmlns:D=\"DAV:\"><D:prop><D:resource-id/></D:prop></D:propfind>\n";
        ask(head, content, |world| {
            webdav(world, "PROPFIND");
            world.resource.bindings = Bindings::Twice;
        })
    },
);

pub const S226: Preset = status(
    "226",
    "226 IM Used: only what has changed in the price list",
    &[
        "The client has version “p-6” and can apply a diffe patch. The server makes one from there to “p-7”; the lab leaves its bytes out.",
        "Leave A-IM out: without a format that both sides know, the whole list comes with 200.",
    ],
    || {
        let head = "GET /prices.txt HTTP/1.1\nHost: shop.example\nIf-None-Match: \"p-6\"\nA-IM: diffe";
        ask(head, "", |world| {
            world.resource.representations = vec![form("text/plain", "\"p-7\"", "Tea: 4.90\nBread: 3.20\nMilk: 1.40\n")];
            world.resource.deltas = vec!["diffe".to_owned()];
        })
    },
);
