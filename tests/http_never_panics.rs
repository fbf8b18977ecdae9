//! The HTTP lab's readers on anything at all: a text is read or refused at a byte of its own, never a panic, and what was
//! read survives the wire.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::http::fields::Fields;
use field_guide::http::message::{Request, Response, Version};
use field_guide::http::parse::{self, Limits, Refusal};
use field_guide::http::{accept, auth, base64, cache_control, date, etag, har, hurl, range, status, syntax};
use proptest::prelude::*;

/// Bytes that are nearly a message: random ones hardly ever get past the first line.
fn nearly_a_message() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "GET",
        "POST",
        " ",
        "/",
        "*",
        "http://h/",
        " HTTP/1.1",
        " HTTP/1.0",
        " HTTP/2.0",
        "\r\n",
        "\n",
        "\r",
        "\0",
        ":",
        "\t",
        ",",
        ";",
        "\"",
        "Host: h",
        "Content-Length: 3",
        "Content-Length: ",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue",
        "3\r\nabc\r\n",
        "0\r\n\r\n",
        "abc",
        "5",
        "ffffffffffffffff",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 100",
        "HTTP/2 304",
        "é",
        "\u{7f}",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn nearly_a_command() -> impl Strategy<Value = String> {
    let words = [
        "curl",
        "-X",
        "POST",
        "-H",
        "'A: b'",
        "'A;'",
        "A:",
        "-d",
        "a=b",
        "'@x'",
        "--json",
        "{}",
        "-G",
        "-I",
        "-u",
        "u:p",
        "-b",
        "c=d",
        "-A",
        "''",
        "-e",
        "-r",
        "0-",
        "-z",
        "--compressed",
        "-0",
        "--url",
        "h",
        "http://u@h:8/../é?q#f",
        "https://[::1]:443",
        "--request-target",
        "*",
        "-sSL",
        "--data-urlencode",
        "=a b",
        "$'\\x41\\u00e9'",
        "\"a\\\"",
        "'",
        "\\",
        "&",
        "|",
        "-",
        "--",
        "--no-",
        "--digest",
        "-C",
        "5",
    ];
    let word = prop_oneof![8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

/// Values in which all signs that mean something to some field are frequent.
fn nearly_a_value() -> impl Strategy<Value = String> {
    let pieces = [
        "\"",
        "W/",
        "*",
        ",",
        ";",
        "=",
        "-",
        "/",
        " ",
        "\t",
        "q=0.5",
        "q",
        "0",
        "5",
        "99999999999999999999",
        "bytes=",
        "bytes ",
        "max-age",
        "no-cache",
        "Basic ",
        "Bearer ",
        "realm",
        "Zm9v",
        "en",
        "text",
        "html",
        "gzip",
        "Sun, ",
        "Sunday, ",
        "06-Nov-94",
        "06 Nov 1994",
        " 08:49:37 GMT",
        "\\",
        "é",
        ":",
    ];
    let piece = prop_oneof![8 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}"
}

/// A request that can be sent: its framing tells the truth.
fn request() -> impl Strategy<Value = Request> {
    let target = prop_oneof!["/[!-~]{0,20}", "http://[a-z]{1,8}/[a-z?=&%]{0,12}"];
    let value = "([!-~é]([ -~é]{0,20}[!-~é])?)?";
    let fields = proptest::collection::vec((token(), value), 0..6);
    let body = proptest::option::of((proptest::collection::vec(any::<u8>(), 0..60), any::<bool>()));
    let method = token().prop_filter("CONNECT has a target of its own", |method| method != "CONNECT");
    (method, target, fields, body).prop_map(|(method, target, lines, body)| {
        let framing = |name: &str| ["Content-Length", "Transfer-Encoding"].iter().any(|own| own.eq_ignore_ascii_case(name));
        let mut request = Request { method, target, version: Version::Http11, ..Request::default() };
        request.fields = lines.into_iter().filter(|(name, _)| !framing(name)).collect();
        if let Some((body, chunked)) = body {
            if chunked {
                request.fields.push("Transfer-Encoding", "chunked");
            } else {
                request.fields.push("Content-Length", body.len().to_string());
            }
            request.body = body;
        }
        request
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    (0usize..40, 0usize..200, 0usize..40).prop_map(|(target, fields, body)| Limits { target, fields, body })
}

fn stands_in(refusal: &Refusal, length: usize) {
    assert!(refusal.at <= length, "{refusal}");
    assert!(!refusal.why.is_empty());
}

fn all_readers(bytes: &[u8], limits: &Limits) {
    match parse::request(bytes, limits) {
        Ok(request) => {
            assert!(request.target.len() <= limits.target && request.body.len() <= limits.body);
            // Bytes above ASCII in a value may have been Latin-1, and are UTF-8 from now on.
            let again = parse::request(&request.wire(), &Limits::default()).expect("what was read can be read again");
            assert_eq!(again, request);
            let _ = (request.text(), parse::to_curl(&request, "https"));
            let exchanges = [(request, Response::new(200), u64::MAX)];
            let _ = (har::export(&exchanges, "http"), hurl::export(&exchanges, "http"));
        }
        Err(refusal) => {
            assert!(status::find(refusal.status).is_some_and(|status| (400..600).contains(&status.code)), "{refusal}");
            stands_in(&refusal, bytes.len());
        }
    }
    match parse::response(bytes) {
        Ok(response) => {
            let exchanges = [(Request::new("GET", "/"), response.clone(), 0)];
            let _ = (response.wire(), response.text(), har::export(&exchanges, "http"), hurl::export(&exchanges, "http"));
        }
        Err(refusal) => stands_in(&refusal, bytes.len()),
    }
    if let Err(refusal) = parse::exchange(bytes, limits) {
        stands_in(&refusal, bytes.len());
    }
    if let Err(refusal) = parse::fields(bytes, limits) {
        stands_in(&refusal, bytes.len());
    }
}

fn all_values(text: &str, now: u64) {
    if let Some(seconds) = date::parse(text) {
        assert_eq!(date::parse(&date::format(seconds)), Some(seconds));
    }
    let _ = (date::parse_at(text, now), date::format(now), date::rfc3339(now));
    if let Some(tag) = etag::parse(text) {
        assert_eq!(etag::parse(&tag.to_string()), Some(tag));
    }
    if let Some(tags) = etag::parse_list(text) {
        assert_eq!(etag::parse_list(&tags.to_string()), Some(tags));
    }
    if let Some(specs) = range::parse(text) {
        for length in [0, 1, 10, now, u64::MAX] {
            let Ok(ranges) = range::resolve(&specs, length) else { continue };
            assert!(ranges.iter().all(|(first, last)| first <= last && *last < length), "{text} of {length}");
            let _ = range::overlapping(&ranges);
        }
    }
    if let Some(part) = range::ContentRange::parse(text) {
        assert_eq!(range::ContentRange::parse(&part.to_string()), Some(part));
    }
    let _ = range::IfRange::parse(text);
    if let Some(credentials) = auth::parse(text) {
        assert_eq!(auth::parse(&credentials.to_string()), Some(credentials));
    }
    if let Some(challenges) = auth::challenges(text) {
        let written: Vec<_> = challenges.iter().map(ToString::to_string).collect();
        assert_eq!(auth::challenges(&written.join(", ")), Some(challenges));
    }
    let directives = cache_control::parse(text);
    assert_eq!(cache_control::parse(&directives.to_string()), directives);
    let fields = Fields::from_iter(["Accept", "Accept-Language", "Accept-Charset", "Accept-Encoding"].map(|name| (name, text)));
    let offer = accept::Offer { media_type: text.to_owned(), language: text.to_owned(), charset: text.to_owned(), coding: text.to_owned() };
    let html = accept::Offer { media_type: "text/html".to_owned(), language: "en-GB".to_owned(), ..accept::Offer::default() };
    let qualities = accept::Wishes::of(&fields).qualities(&html);
    assert!([qualities.media, qualities.language, qualities.charset, qualities.coding].iter().all(|quality| *quality <= accept::FULL));
    assert!(accept::choose(&[offer, html], &fields).is_none_or(|index| index < 2));
    let _ = (syntax::list(text), syntax::form_decode(text), base64::decode(text));
    assert_eq!(syntax::unquote(&syntax::quote(text)).as_deref(), Some(text));
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), limits in limits()) {
        all_readers(&bytes, &limits);
    }

    #[test]
    fn bytes_that_are_nearly_a_message(bytes in nearly_a_message(), limits in limits()) {
        all_readers(&bytes, &limits);
        all_readers(&bytes, &Limits::default());
    }

    #[test]
    fn any_command(line in prop_oneof![nearly_a_command(), any::<String>().prop_map(|rest| format!("curl {rest}"))]) {
        match parse::command(&line) {
            Ok(command) => {
                let again = parse::to_curl(&command.request, &command.scheme);
                // What a command says can be said again, though perhaps not to the letter.
                prop_assert!(!again.is_empty());
                let _ = parse::curl(&again);
                let _ = command.request.wire();
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.status, parse::NOT_SENT);
                stands_in(&refusal, line.len());
            }
        }
    }

    #[test]
    fn any_value(text in prop_oneof![nearly_a_value(), any::<String>()], now in any::<u64>()) {
        all_values(&text, now);
    }

    #[test]
    fn a_request_survives_the_wire(request in request()) {
        prop_assert_eq!(parse::request(&request.wire(), &Limits::default()), Ok(request));
    }

    #[test]
    fn base64_goes_there_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
        prop_assert_eq!(base64::decode(&base64::encode(&bytes)), Some(bytes));
    }
}
