//! Every reader of messages on any bytes: read or refused at a byte of its own, and what was read survives the wire.

use field_guide::http::message::{Request, Response};
use field_guide::http::parse::{self, Limits, NOT_SENT, Refusal};
use field_guide::http::{har, hurl, status};
use field_guide::labs::http_status::import;

/// Small ones, so that every limit is met.
const SMALL: Limits = Limits { target: 24, fields: 160, body: 32 };

pub fn check(bytes: &[u8]) {
    requests(bytes, &Limits::default());
    requests(bytes, &SMALL);
    responses(bytes);
    let text = String::from_utf8_lossy(bytes);
    commands(&text);
    commands(&format!("curl {text}"));
    pastes(&text);
    pastes(&format!("GET / HTTP/1.1\nHost: h\n\n{text}"));
}

fn stands_in(refusal: &Refusal, length: usize) {
    assert!(refusal.at <= length && !refusal.why.is_empty(), "{refusal}");
}

fn requests(bytes: &[u8], limits: &Limits) {
    match parse::request(bytes, limits) {
        Ok(request) => {
            let again = parse::request(&request.wire(), &Limits { fields: usize::MAX, ..Limits::default() });
            assert_eq!(again.as_ref(), Ok(&request), "what was read can be read again");
            let _ = (request.text(), parse::to_curl(&request, "https"));
            let exchanges = [(request, Response::new(200), u64::MAX)];
            let _ = (har::export(&exchanges, "http"), hurl::export(&exchanges, "http"));
        }
        Err(refusal) => {
            stands_in(&refusal, bytes.len());
            assert!(status::find(refusal.status).is_some_and(|status| (400..600).contains(&status.code)), "{refusal}");
        }
    }
    match parse::fields(bytes, limits) {
        Ok(fields) => assert!(fields.len() <= bytes.len()),
        Err(refusal) => stands_in(&refusal, bytes.len()),
    }
    if let Err(refusal) = parse::exchange(bytes, limits) {
        stands_in(&refusal, bytes.len());
    }
}

fn responses(bytes: &[u8]) {
    match parse::response(bytes) {
        Ok(response) => {
            let exchanges = [(Request::new("GET", "/"), response.clone(), 0)];
            let _ = (response.wire(), response.text(), har::export(&exchanges, "http"), hurl::export(&exchanges, "http"));
        }
        Err(refusal) => stands_in(&refusal, bytes.len()),
    }
}

fn commands(line: &str) {
    match parse::command(line) {
        Ok(command) => {
            let _ = (parse::to_curl(&command.request, &command.scheme), command.request.wire());
        }
        Err(refusal) => {
            stands_in(&refusal, line.len());
            assert_eq!(refusal.status, NOT_SENT);
        }
    }
}

fn pastes(text: &str) {
    match import::read(text) {
        Ok(imported) => {
            let _ = imported.for_the_lab();
        }
        Err(trouble) => {
            assert!(text.is_char_boundary(trouble.at) && trouble.line > 0 && trouble.column > 0 && !trouble.sentence.is_empty());
            let _ = trouble.shown(text);
        }
    }
}
