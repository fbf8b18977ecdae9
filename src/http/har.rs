//! Exchanges as an HTTP Archive (HAR 1.2), which browsers and many tools read.

use serde_json::{Value, json};

use super::fields::Fields;
use super::message::{Request, Response, Version};
use super::{base64, date, status, syntax};

/// Requests with their responses, and when each was sent, in milliseconds since 1970. `scheme` is that of the connection. No
/// time is told that was not measured: all durations are 0.
pub fn export(exchanges: &[(Request, Response, u64)], scheme: &str) -> String {
    let mut sorted: Vec<_> = exchanges.iter().collect();
    sorted.sort_by_key(|(_, _, moment)| *moment);
    let entries: Vec<Value> = sorted
        .into_iter()
        .map(|(request, response, moment)| {
            json!({
                "startedDateTime": date::rfc3339(*moment),
                "time": 0,
                "request": of_request(request, scheme),
                "response": of_response(response),
                "cache": {},
                "timings": { "send": 0, "wait": 0, "receive": 0 },
            })
        })
        .collect();
    let log = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "Backend Field Guide", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    });
    format!("{log:#}\n")
}

fn of_request(request: &Request, scheme: &str) -> Value {
    let url = request.url(scheme);
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut value = json!({
        "method": request.method,
        "url": url,
        "httpVersion": request.version.to_string(),
        "cookies": cookies(&request.fields),
        "headers": headers(&request.fields),
        "queryString": pairs(query),
        "headersSize": size(&request.head()),
        "bodySize": request.body.len(),
    });
    if !request.body.is_empty() {
        value["postData"] = json!({
            "mimeType": request.fields.get("Content-Type").unwrap_or_default(),
            "text": syntax::text(&request.body),
        });
    }
    value
}

fn of_response(response: &Response) -> Value {
    let mut content = json!({
        "size": response.body.len(),
        "mimeType": response.fields.get("Content-Type").unwrap_or_default(),
    });
    match std::str::from_utf8(&response.body) {
        Ok("") => {}
        Ok(text) => content["text"] = json!(text),
        Err(_) => {
            content["text"] = json!(base64::encode(&response.body));
            content["encoding"] = json!("base64");
        }
    }
    json!({
        "status": response.status,
        "statusText": status::reason(response.status).unwrap_or_default(),
        "httpVersion": Version::Http11.to_string(),
        "cookies": set_cookies(&response.fields),
        "headers": headers(&response.fields),
        "content": content,
        "redirectURL": response.fields.get("Location").unwrap_or_default(),
        "headersSize": size(&response.head()),
        "bodySize": response.body.len(),
    })
}

/// In bytes on the wire, where each line ends with two.
fn size(head: &str) -> usize {
    head.len() + head.matches('\n').count()
}

fn pair(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

fn headers(fields: &Fields) -> Vec<Value> {
    fields.iter().map(|(name, value)| pair(name, value)).collect()
}

fn pairs(query: &str) -> Vec<Value> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            pair(&syntax::form_decode(name), &syntax::form_decode(value))
        })
        .collect()
}

fn cookies(fields: &Fields) -> Vec<Value> {
    let all = fields.all("Cookie").flat_map(|value| value.split(';')).map(syntax::trim).filter(|cookie| !cookie.is_empty());
    all.map(|cookie| {
        let (name, value) = cookie.split_once('=').unwrap_or(("", cookie));
        pair(name, value)
    })
    .collect()
}

/// Set-Cookie cannot be put together in one line, so each line is one cookie.
fn set_cookies(fields: &Fields) -> Vec<Value> {
    fields
        .all("Set-Cookie")
        .map(|line| {
            let mut parts = line.split(';').map(syntax::trim);
            let (name, value) = parts.next().and_then(|cookie| cookie.split_once('=')).unwrap_or_default();
            let mut cookie = pair(syntax::trim(name), syntax::trim(value));
            cookie["httpOnly"] = json!(false);
            cookie["secure"] = json!(false);
            for attribute in parts {
                let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
                match name.to_ascii_lowercase().as_str() {
                    "path" => cookie["path"] = json!(value),
                    "domain" => cookie["domain"] = json!(value),
                    "httponly" => cookie["httpOnly"] = json!(true),
                    "secure" => cookie["secure"] = json!(true),
                    "expires" => {
                        if let Some(seconds) = date::parse(value) {
                            cookie["expires"] = json!(date::rfc3339(seconds.saturating_mul(1000)));
                        }
                    }
                    _ => {}
                }
            }
            cookie
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(exchanges: &[(Request, Response, u64)]) -> Value {
        serde_json::from_str(&export(exchanges, "https")).unwrap()
    }

    fn exchange() -> (Request, Response, u64) {
        let mut request = Request::new("POST", "/a?q=b+c&d&=e");
        request.fields = Fields::from_iter([("Host", "h"), ("Cookie", "a=1; b=2"), ("Content-Type", "text/plain")]);
        request.body = "é".as_bytes().to_vec();
        let mut response = Response::new(302);
        response.fields.push("Location", "/b");
        response.fields.push("Set-Cookie", "s=x; Path=/; HttpOnly; Expires=Sun, 06 Nov 1994 08:49:37 GMT");
        response.body = vec![0xff, 0];
        (request, response, 784_111_777_005)
    }

    #[test]
    fn all_that_har_demands_is_there() {
        let (request, response, moment) = exchange();
        let head = request.head();
        let log = &archive(&[(request, response, moment)])["log"];
        assert_eq!(log["version"], "1.2");
        let entry = &log["entries"][0];
        assert_eq!(entry["startedDateTime"], "1994-11-06T08:49:37.005Z");
        for (part, names) in [
            ("request", vec!["method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"]),
            (
                "response",
                vec!["status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"],
            ),
            ("timings", vec!["send", "wait", "receive"]),
        ] {
            for name in names {
                assert!(!entry[part][name].is_null(), "{part} {name}");
            }
        }
        assert!(entry["cache"].is_object() && entry["time"].is_number());
        assert_eq!(entry["request"]["url"], "https://h/a?q=b+c&d&=e");
        assert_eq!(entry["request"]["queryString"], json!([pair("q", "b c"), pair("d", ""), pair("", "e")]));
        assert_eq!(entry["request"]["cookies"], json!([pair("a", "1"), pair("b", "2")]));
        assert_eq!(entry["request"]["postData"], json!({ "mimeType": "text/plain", "text": "é" }));
        assert_eq!(entry["request"]["headersSize"], head.replace('\n', "\r\n").len());
        assert_eq!(entry["response"]["redirectURL"], "/b");
        assert_eq!(entry["response"]["content"], json!({ "size": 2, "mimeType": "", "text": "/wA=", "encoding": "base64" }));
        let cookie = &entry["response"]["cookies"][0];
        assert_eq!((&cookie["name"], &cookie["expires"]), (&json!("s"), &json!("1994-11-06T08:49:37.000Z")));
        assert_eq!((&cookie["httpOnly"], &cookie["secure"]), (&json!(true), &json!(false)));
    }

    #[test]
    fn entries_are_sorted_by_time_and_there_may_be_none() {
        let later = (Request::new("GET", "/later"), Response::new(200), 2_000);
        let sooner = (Request::new("GET", "/sooner"), Response::new(204), 1_000);
        let log = archive(&[later, sooner]);
        assert_eq!(log["log"]["entries"][0]["request"]["url"], "https:///sooner");
        assert!(log["log"]["entries"][0]["request"]["postData"].is_null());
        assert_eq!(archive(&[])["log"]["entries"], json!([]));
    }
}
