//! 3xx: it is elsewhere, or where it was. A browser follows, so that the second request can be seen too.

use super::{Client, Preset, ask, by, empty, form, hold, sent_on, status};
use crate::http::state::{Move, Outcome};

pub const S300: Preset = status(
    "300",
    "300 Multiple Choices: the manual as a page or as PDF",
    &[
        "There are two forms, and the request says nothing of the client’s wishes: the server lists both and names its favourite in Location.",
        "Add Accept: text/html: now the server can choose by itself, and answers 200.",
    ],
    || {
        ask("GET /manual HTTP/1.1\nHost: docs.example", "", |world| {
            let page = form("text/html", "\"m-html-2\"", "<!doctype html><title>Manual</title>\n");
            let pdf = form("application/pdf", "\"m-pdf-2\"", "%PDF-1.7 and so on\n");
            world.resource.representations = vec![page, pdf];
            world.resource.offers_choice = true;
            world.resource.content_location = Some("/manual.html".to_owned());
        })
    },
);

pub const S301: Preset = status(
    "301",
    "301 Moved Permanently: the guide has a host of its own now",
    &[
        "The browser goes on by itself: the same GET, with the address in Location for the old one and another Host.",
        "For good means that it may remember: RFC 9110 §15.1 lets a cache keep a 301 that does not say for how long.",
    ],
    || {
        let scenario = ask("GET /guide/setup?lang=de HTTP/1.1\nHost: example.com\nAccept: text/html", "", |world| {
            hold(world, "text/html", "\"g-5\"", "<!doctype html><title>Einrichtung</title>\n");
        });
        let to = "https://docs.example.com/guide/setup?lang=de";
        sent_on("https://example.com/guide/setup?lang=de", Move::Permanent, to, scenario)
    },
);

pub const S302: Preset = status(
    "302",
    "302 Found: sign in first",
    &[
        "For now the account is to be had by way of the login page. Next time the client asks the account’s own address again.",
        "Send POST instead: after a 302 browsers ask with GET and leave the content behind.",
    ],
    || {
        let scenario = ask("GET /account?tab=bills HTTP/1.1\nHost: shop.example\nAccept: text/html", "", |world| {
            hold(world, "text/html", "\"login-1\"", "<!doctype html><title>Sign in</title>\n");
        });
        sent_on("https://shop.example/account?tab=bills", Move::Temporary, "/login?next=%2Faccount%3Ftab%3Dbills", scenario)
    },
);

pub const S303: Preset = status(
    "303",
    "303 See Other: ordered once, however often the page is reloaded",
    &[
        "The order is placed, and the browser fetches the outcome with GET from the address in Location. Reloading repeats that GET, not the order.",
    ],
    || {
        let head = "POST /orders HTTP/1.1\nHost: shop.example\nContent-Type: application/x-www-form-urlencoded";
        let scenario = ask(head, "sku=A-17&quantity=2", |world| {
            hold(world, "text/html", "\"o-8731\"", "<!doctype html><title>Order 8731</title>\n");
            world.resource.post = Outcome::Elsewhere;
            world.resource.location = "/orders/8731".to_owned();
        });
        by(Client::Browser, scenario)
    },
);

pub const S304: Preset = status(
    "304",
    "304 Not Modified: the copy is still good",
    &[
        "The tag in If-None-Match is the current one, so nothing is sent again. ETag, Date and Cache-Control renew what the client has stored.",
        "Change the tag at the server: 200, with the new catalogue.",
    ],
    || {
        ask("GET /v1/catalogue HTTP/1.1\nHost: api.example.com\nIf-None-Match: \"c-1904\"", "", |world| {
            hold(world, "application/json", "\"c-1904\"", "[{\"sku\": \"A-17\"}, {\"sku\": \"B-02\"}]\n");
            world.resource.cache_control = Some("max-age=60".to_owned());
        })
    },
);

pub const S305: Preset = status(
    "305",
    "305 Use Proxy: a direction that nobody follows",
    &["Any server could lead its clients through a proxy of its choice, so RFC 9110 deprecates the code. The browser stops here."],
    || {
        let scenario = ask("GET /reports HTTP/1.1\nHost: intranet.example.net", "", |_| {});
        sent_on("https://intranet.example.net/reports", Move::Proxy, "http://proxy.example.net:8080/", scenario)
    },
);

pub const S307: Preset = status(
    "307",
    "307 Temporary Redirect: this upload goes to node 7",
    &[
        "The second request is the first one again, with method and content, at another host. Next time the client asks here first.",
        "A 302 would keep this PUT too, but let a browser turn a POST into GET. After a 307 nothing changes, whatever the method.",
    ],
    || {
        let head = "PUT /files/report.csv HTTP/1.1\nHost: storage.example\nContent-Type: text/csv";
        let to = "https://node-7.storage.example/files/report.csv";
        let scenario = ask(head, "month,orders\n2026-10,412\n", empty);
        sent_on("https://storage.example/files/report.csv", Move::TemporaryKeeping, to, scenario)
    },
);

pub const S308: Preset = status(
    "308",
    "308 Permanent Redirect: the interface has moved, orders and all",
    &["Like 301 it is for good; unlike 301 it keeps POST and the content. The order arrives at the new address as it was sent."],
    || {
        let head = "POST /v1/orders HTTP/1.1\nHost: api.example.com\nContent-Type: application/json";
        let scenario = ask(head, "{\"sku\": \"A-17\", \"quantity\": 2}\n", |world| {
            hold(world, "application/json", "\"list-40\"", "[{\"id\": 8730}]\n");
            world.resource.location = "/v1/orders/8731".to_owned();
        });
        sent_on("https://api.example.com/v1/orders", Move::PermanentKeeping, "https://orders.example.com/v1/orders", scenario)
    },
);
