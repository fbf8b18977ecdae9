//! 4xx about who asks for what: identity, permission, address, state, and what the client has to do first.

use super::{Client, PATIENT, Preset, ask, by, empty, form, hold, status};
use crate::http::state::{Forbidden, Front, Guard, Retry, World};

/// Lets in whoever shows this.
fn guard(realm: &str, accepts: &str) -> Guard {
    Guard { realm: realm.to_owned(), accepts: vec![accepts.to_owned()] }
}

fn admit(world: &mut World, token: &str) {
    world.server.guard = Some(guard("api", &format!("Bearer {token}")));
}

pub const S400: Preset = status(
    "400",
    "400 Bad Request: this is no JSON",
    &[
        "Content-Type promises JSON, and the content is a form. Everything before it is in order, so the mistake shows only where the content is read.",
        "Repair the content so that it begins with {: the order is taken. JSON that says something impossible would be 422.",
    ],
    || {
        let head = "POST /v1/orders HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        ask(head, "sku=A-17&quantity=2", |world| {
            hold(world, "application/json", "\"list-40\"", "[{\"id\": 8730}]\n");
            world.resource.takes = vec!["application/json".to_owned()];
            world.resource.syntax = "{".to_owned();
            world.resource.location = "/v1/orders/8731".to_owned();
        })
    },
);

pub const S401: Preset = status(
    "401",
    "401 Unauthorized: the token has expired",
    &[
        "The token was good an hour ago. WWW-Authenticate says which scheme the server wants, and that the token is the trouble.",
        "Send Bearer t_fresh instead: the line goes on to the next question, whether this client may.",
    ],
    || {
        ask("GET /v1/me HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer t_expired", "", |world| {
            hold(world, "application/json", "\"u-1\"", "{\"name\": \"Ada\"}\n");
            admit(world, "t_fresh");
        })
    },
);

pub const S402: Preset = status(
    "402",
    "402 Payment Required: out of credit",
    &[
        "The token is good; what is missing is credit. RFC 9110 only reserves the code for later, so what exactly has to be paid, and how, each service says in its own way.",
    ],
    || {
        let head = "POST /v1/transcripts HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer t-512\nContent-Type: application/json";
        ask(head, "{\"audio\": \"/files/77\"}\n", |world| {
            hold(world, "application/json", "\"t-3\"", "[]\n");
            admit(world, "t-512");
            world.server.forbidden = Forbidden::Payment;
        })
    },
);

pub const S403: Preset = status(
    "403",
    "403 Forbidden: may read, may not delete",
    &[
        "The server knows who asks, and refuses. The same credentials again would not help (RFC 9110 §15.5.4).",
        "Let the server hide the project: the same refusal reads 404.",
    ],
    || {
        ask("DELETE /v1/projects/42 HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer t_readonly", "", |world| {
            hold(world, "application/json", "\"p-42\"", "{\"id\": 42, \"name\": \"Harbour\"}\n");
            admit(world, "t_readonly");
            world.server.forbidden = Forbidden::Deny;
        })
    },
);

pub const S404: Preset = status(
    "404",
    "404 Not Found: there is no such order",
    &[
        "Nothing is there, it has not moved, and GET creates nothing: 404 is the last exit of the station. It does not say whether that is for good.",
        "Use PUT: here it may create the order, and the answer is 201.",
    ],
    || ask("GET /v1/orders/9120 HTTP/1.1\nHost: api.example.com\nAccept: application/json", "", empty),
);

pub const S405: Preset = status(
    "405",
    "405 Method Not Allowed: the list is there to be read",
    &[
        "The server knows DELETE, but not for this list. Allow has to say what is possible: GET and HEAD.",
        "Use BREW: no resource here knows that one, so the line leaves earlier, with 501.",
    ],
    || {
        ask("DELETE /v1/countries HTTP/1.1\nHost: api.example.com", "", |world| {
            hold(world, "application/json", "\"c-249\"", "[\"AD\", \"AE\", \"AF\"]\n");
            world.resource.methods = vec!["GET".to_owned(), "HEAD".to_owned()];
        })
    },
);

pub const S406: Preset = status(
    "406",
    "406 Not Acceptable: no XML here",
    &[
        "The client takes XML only; orders exist as JSON and CSV. The answer lists what there is.",
        "RFC 9110 §12.4.1 lets a server send something all the same: add */* with a low weight to Accept, or let the server insist.",
    ],
    || {
        ask("GET /v1/orders/42 HTTP/1.1\nHost: api.example.com\nAccept: application/xml", "", |world| {
            let json = form("application/json", "\"42-j\"", "{\"id\": 42, \"total\": \"19.80\"}\n");
            let csv = form("text/csv", "\"42-c\"", "id,total\n42,19.80\n");
            world.resource.representations = vec![json, csv];
        })
    },
);

pub const S407: Preset = status(
    "407",
    "407 Proxy Authentication Required: the office proxy wants a password",
    &[
        "The first answer comes from the proxy, and the origin has not heard of the request yet. The client asks again with Proxy-Authorization, and the line goes through.",
        "Proxy-Authenticate and Proxy-Authorization are for the proxy alone; WWW-Authenticate and Authorization belong to the origin.",
    ],
    || {
        let head = "GET http://deb.example.org/debian/dists/stable/InRelease HTTP/1.1\nHost: deb.example.org";
        let mut scenario = ask(head, "", |world| {
            hold(world, "text/plain", "\"r-13\"", "Suite: stable\n");
            // ci:secret
            world.front = Some(Front { guard: Some(guard("office", "Basic Y2k6c2VjcmV0")), ..Front::default() });
        });
        scenario.scheme = "http".to_owned();
        by(Client::Login { user: "ci".to_owned(), password: "secret".to_owned() }, scenario)
    },
);

pub const S409: Preset = status(
    "409",
    "409 Conflict: edited meanwhile",
    &[
        "The request is sound and carries no condition; the server itself finds that it was made from version 3, and version 4 is there.",
        "Had the client sent If-Match with the tag that it read, the answer would be 412, and the server would not have to look inside.",
    ],
    || {
        let head = "PUT /v1/articles/7 HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        ask(head, "{\"title\": \"Spring sale\", \"version\": 3}\n", |world| {
            hold(world, "application/json", "\"a7-4\"", "{\"title\": \"Easter sale\", \"version\": 4}\n");
            world.resource.conflict = true;
        })
    },
);

pub const S410: Preset = status(
    "410",
    "410 Gone: version 1 has been shut down",
    &[
        "It takes a server that remembers: something was here, and will not come back. Let it forget, and the same request gets 404, which promises nothing.",
    ],
    || {
        ask("GET /v1/customers HTTP/1.1\nHost: api.example.com\nAccept: application/json", "", |world| {
            empty(world);
            world.resource.gone = true;
        })
    },
);

pub const S412: Preset = status(
    "412",
    "412 Precondition Failed: somebody else was faster",
    &[
        "The client read “v3” and wants to replace that. Meanwhile somebody saved “v4”: If-Match does not hold, and the server must leave the page as it is.",
        "Leave If-Match out: 204, and the other change is lost without a word.",
    ],
    || {
        let head = "PUT /wiki/opening-hours HTTP/1.1\nHost: wiki.example.com\nContent-Type: text/plain\nIf-Match: \"v3\"";
        ask(head, "Open from 9 to 17, closed on Monday.\n", |world| {
            hold(world, "text/plain", "\"v4\"", "Open from 10 to 18.\n");
        })
    },
);

pub const S421: Preset = status(
    "421",
    "421 Misdirected Request: the connection belongs to another host",
    &[
        "A browser reuses the connection to www.example.com, since one certificate covers both names. The server there does not answer for admin.example.com.",
        "Another connection may lead to one that does: a client may send any request again there, whatever the method (RFC 9110 §15.5.20).",
    ],
    || {
        let scenario = ask("GET /accounts HTTP/1.1\nHost: admin.example.com\nAccept: text/html", "", |world| {
            hold(world, "text/html", "\"acc-2\"", "<!doctype html><title>Accounts</title>\n");
            world.server.hosts = vec!["www.example.com".to_owned()];
        });
        by(PATIENT, scenario)
    },
);

pub const S425: Preset = status(
    "425",
    "425 Too Early: a payment that could be replayed",
    &[
        "The payment comes before the TLS handshake is over, where somebody could record it and send it twice. The server waits for the handshake, and so does the client.",
        "RFC 8470 §4 lets clients send only safe methods like that, such as GET: with GET there is no 425 here.",
    ],
    || {
        let head = "POST /v1/payments HTTP/1.1\nHost: bank.example\nContent-Type: application/json";
        let scenario = ask(head, "{\"to\": \"DE02\", \"amount\": \"40.00\"}\n", |world| {
            hold(world, "application/json", "\"pay-9\"", "[]\n");
            world.resource.location = "/v1/payments/10".to_owned();
        });
        by(Client::Patient { tries: 2, longest_s: 60, backoff_s: 1, early: true, sure: false }, scenario)
    },
);

pub const S426: Preset = status(
    "426",
    "426 Upgrade Required: this address speaks WebSocket",
    &[
        "An ordinary GET is not enough here. The answer has to name the way out in Upgrade.",
        "Add Connection: upgrade and Upgrade: websocket to the request: 101.",
    ],
    || {
        ask("GET /live HTTP/1.1\nHost: ws.example.com", "", |world| {
            hold(world, "text/plain", "\"live-1\"", "A stream of prices.\n");
            world.server.insists_on = Some("websocket".to_owned());
        })
    },
);

pub const S428: Preset = status(
    "428",
    "428 Precondition Required: read before you write",
    &[
        "The server takes no blind writes: a client that names no version could overwrite what it never saw.",
        "Add If-Match: \"p-12\" and it is written, with 204; with any other tag it is 412.",
    ],
    || {
        let head = "PUT /v1/prices/tea-100 HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        ask(head, "{\"amount\": \"4.90\", \"currency\": \"EUR\"}\n", |world| {
            hold(world, "application/json", "\"p-12\"", "{\"amount\": \"4.50\", \"currency\": \"EUR\"}\n");
            world.server.demands_condition = true;
        })
    },
);

pub const S429: Preset = status(
    "429",
    "429 Too Many Requests: come back in 20 seconds",
    &[
        "Nothing is wrong with the request; this client has sent too many. Retry-After says when the next one is welcome.",
        "RFC 6585 §4 leaves open how a server counts, and whom. A server that is too busy for anybody says 503.",
    ],
    || {
        ask("GET /v1/orders HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer k_7f2c", "", |world| {
            hold(world, "application/json", "\"list-40\"", "[{\"id\": 8730}]\n");
            admit(world, "k_7f2c");
            world.server.limited = true;
            world.server.quiet = Retry::After(20);
        })
    },
);

pub const S451: Preset = status(
    "451",
    "451 Unavailable For Legal Reasons: an injunction against an article",
    &[
        "The article is there; an order forbids showing it to this reader. Link with blocked-by names who blocks it, which need not be who demanded it (RFC 7725 §4).",
    ],
    || {
        ask("GET /articles/4711 HTTP/1.1\nHost: news.example.com\nAccept: text/html", "", |world| {
            hold(world, "text/html", "\"4711-2\"", "<!doctype html><title>Article</title>\n");
            world.server.forbidden = Forbidden::Legal;
            world.resource.blocked_by = Some("https://news.example.com/".to_owned());
        })
    },
);
