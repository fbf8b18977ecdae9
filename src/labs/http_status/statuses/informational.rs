//! 1xx: word that goes ahead of the answer.

use super::{Client, Preset, ask, by, empty, hold, status, webdav};

/// Waits a second for word, as curl does.
const UPLOAD: Client = Client::Upload { patience_ms: 1_000, silent: false };

pub const S100: Preset = status(
    "100",
    "100 Continue: ask before the upload",
    &[
        "The fields go first and the content waits. The server reads them, finds no reason to refuse, and says 100; only then does the content follow.",
        "Guard the server with a password: 401 comes in the place of 100, and the content never leaves the client.",
    ],
    || {
        let head = "PUT /exports/2026-10.csv HTTP/1.1\nHost: files.example.com\nContent-Type: text/csv\nExpect: 100-continue";
        by(UPLOAD, ask(head, "month,orders\n2026-10,412\n", empty))
    },
);

pub const S101: Preset = status(
    "101",
    "101 Switching Protocols: from HTTP to WebSocket",
    &[
        "Both sides have to want it: the client with Connection and Upgrade, the server by taking what is offered.",
        "Leave Upgrade out, or take WebSocket away from the server: nothing is refused, the answer is an ordinary 200.",
    ],
    || {
        let head = "GET /live HTTP/1.1\nHost: chat.example.com\nConnection: Upgrade\nUpgrade: websocket\n\
                    Sec-WebSocket-Version: 13\nSec-WebSocket-Key: ZmllbGQtZ3VpZGUtMjAyNg==\nOrigin: https://chat.example.com";
        ask(head, "", |world| {
            world.server.switches_to = vec!["websocket".to_owned()];
            hold(world, "text/html", "\"live-1\"", "<!doctype html><title>Chat</title>\n");
        })
    },
);

pub const S102: Preset = status(
    "102",
    "102 Processing: it takes long, and it goes on",
    &[
        "Deleting the folder takes a while. After 20 seconds, the rule of thumb of RFC 2518, the server sends word so that the client does not give up.",
        "The final answer comes all the same. RFC 4918 has replaced that document and left 102 out.",
    ],
    || {
        let head = "DELETE /archive/2019/ HTTP/1.1\nHost: dav.example.com\nDepth: infinity";
        let scenario = ask(head, "", |world| {
            webdav(world, "PROPFIND");
            world.server.slow = true;
        });
        by(UPLOAD, scenario)
    },
);

pub const S103: Preset = status(
    "103",
    "103 Early Hints: the style sheet before the page",
    &[
        "While the page is still being made, the 103 names what it will need; a browser can fetch the style sheet meanwhile. Then the 200 comes.",
        "Say HTTP/1.0 in the request: that version knows no interim responses, so the 200 comes alone.",
    ],
    || {
        ask("GET /orders HTTP/1.1\nHost: shop.example\nAccept: text/html", "", |world| {
            world.server.hints = vec!["</app-7f3a.css>; rel=preload; as=style".to_owned()];
            let page = "<!doctype html><title>Orders</title><link rel=\"stylesheet\" href=\"/app-7f3a.css\">\n";
            hold(world, "text/html", "\"orders-12\"", page);
        })
    },
);

pub const S104: Preset = status(
    "104",
    "104 Upload Resumption Supported: if it breaks, go on here",
    &[
        "Upload-Complete tells the server that the client could resume. While the content is under way, the 104 names the address at which it may go on.",
        "The code comes from a draft of the IETF and is registered for the time being. Leave Upload-Complete out: the upload works, but without that offer.",
    ],
    || {
        let head = "POST /uploads HTTP/1.1\nHost: media.example.com\nContent-Type: text/csv\nUpload-Complete: ?1";
        ask(head, "time,level\n09:00,402.5\n09:15,402.7\n", |world| {
            world.server.resumes_uploads = true;
            world.resource.location = "/uploads/k7w2-94".to_owned();
        })
    },
);
