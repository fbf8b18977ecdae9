//! Redirects, hop by hop, as the Fetch standard's HTTP-redirect fetch follows them with redirect mode "follow"
//! (<https://fetch.spec.whatwg.org/#http-redirect-fetch>, review draft of June 2026). Where RFC 9110 §15.4 says otherwise,
//! the note says so.
//!
//! What only browsers have is left out: CORS, referrer policy, the Origin field, mixed content, HSTS.

use super::edit::Edit;
use super::tape::Tape;
use super::{Change, Origin, Sequence, Setting};
use crate::http::message::{Request, Response};
use crate::http::uri::Uri;

/// How many redirects are followed: the next one is a network error. RFC 9110 names no number; one before it named five.
pub const MOST: usize = 20;

const FETCH: &str = "Fetch, HTTP-redirect fetch";
const RFC: &str = "RFC 9110 §15.4";

/// Fetch's "request-body-header names": they go when the content goes.
const ABOUT_CONTENT: [&str; 4] = ["Content-Encoding", "Content-Language", "Content-Location", "Content-Type"];

/// What the client makes of one response.
enum Next {
    /// It is the answer.
    Stay(&'static str),
    Fail(String),
    Go(Box<Going>),
}

struct Going {
    to: Uri,
    request: Request,
    changes: Vec<Change>,
    note: String,
}

/// Sends `request` to `url`, which decides its target and Host, and follows where it is sent.
pub fn follow(setting: &Setting, url: &str, request: &Request, origin: &mut Origin<'_>) -> Sequence {
    let mut tape = Tape::new(setting);
    let Some(mut at) = Uri::default().locate(url).filter(Uri::is_http) else {
        tape.fail(format!("`{url}` is no http or https address."));
        return tape.finish();
    };
    let mut request = aimed(request, &at);
    let (mut changes, mut note) = (Vec::new(), String::new());
    let mut been: Vec<String> = Vec::new();
    loop {
        let address = at.to_string();
        let response = tape.exchange(&address, &request, note, changes, origin);
        let again = been.contains(&address);
        been.push(address);
        match next(&at, &request, &response, been.len() - 1, setting.replayable) {
            Next::Stay(remark) => {
                if !remark.is_empty() {
                    tape.remark(remark);
                }
                break;
            }
            Next::Fail(why) => {
                tape.fail(why);
                break;
            }
            Next::Go(going) => {
                if again {
                    tape.remark("This address was asked before: RFC 9110 §15.4 wants such circles detected, Fetch only counts.");
                }
                let going = *going;
                (at, request, changes, note) = (going.to, going.request, going.changes, going.note);
            }
        }
    }
    tape.finish()
}

/// The first request as the client sends it to this address.
fn aimed(request: &Request, at: &Uri) -> Request {
    let mut request = request.clone();
    request.target = at.target();
    if let Some(host) = at.host() {
        request.fields.set("Host", host);
    }
    request
}

/// The steps of HTTP-redirect fetch, in their order. `followed` redirects came before this one.
fn next(at: &Uri, request: &Request, response: &Response, followed: usize, replayable: bool) -> Next {
    match response.status {
        301 | 302 | 303 | 307 | 308 => {}
        300 if response.fields.contains("Location") => {
            return Next::Stay("Fetch does not follow a 300; RFC 9110 §15.4.1 lets a user agent go where Location says.");
        }
        305 => return Next::Stay("Nobody follows a 305: RFC 9110 §15.4.6 deprecates it."),
        _ => return Next::Stay(""),
    }
    let locations: Vec<&str> = response.fields.all("Location").collect();
    let location = match locations.as_slice() {
        [] => return Next::Stay("There is no Location to go to, so this is the answer."),
        [location] => *location,
        several => return Next::Fail(format!("there are {} Location fields, and only one may be.", several.len())),
    };
    let Some(mut to) = at.locate(location) else {
        return Next::Fail(format!("`{location}` is no valid address."));
    };
    let mut notes = Vec::new();
    let mut edit = Edit::new(request);
    inherit_fragment(at, &mut to, &mut edit);
    if !to.is_http() {
        return Next::Fail(format!("`{to}` is not HTTP, and a redirect must not leave it."));
    }
    if followed >= MOST {
        return Next::Fail(format!("{MOST} redirects were followed, and this would be one more."));
    }
    if response.status != 303 && !request.body.is_empty() && !replayable {
        return Next::Fail("the content was a stream and cannot be sent a second time.".to_owned());
    }
    change_method(response.status, &mut edit, &mut notes);
    leave_origin(at, &to, &mut edit, &mut notes);
    edit.target(&to.target(), RFC);
    if let Some(host) = to.host() {
        edit.set("Host", &host, RFC);
    }
    edit.note("URL", Some(at.to_string()), Some(to.to_string()), "RFC 9110 §10.2.2");
    if response.fields.contains("Retry-After") {
        notes.push("RFC 9110 §10.2.3 asks to wait as Retry-After says; Fetch does not.".to_owned());
    }
    Next::Go(Box::new(Going { to, request: edit.request, changes: edit.changes, note: notes.join(" ") }))
}

/// Without a fragment of its own the new address takes that of the old one.
fn inherit_fragment(at: &Uri, to: &mut Uri, edit: &mut Edit) {
    if to.fragment.is_none() && at.fragment.is_some() {
        to.fragment.clone_from(&at.fragment);
        edit.note("fragment", None, to.fragment.clone(), "RFC 9110 §10.2.2");
    }
}

fn change_method(status: u16, edit: &mut Edit, notes: &mut Vec<String>) {
    let method = edit.request.method.clone();
    let old_habit = matches!(status, 301 | 302);
    if !((old_habit && method == "POST") || (status == 303 && !matches!(method.as_str(), "GET" | "HEAD"))) {
        match status {
            301 | 302 if !matches!(method.as_str(), "GET" | "HEAD") => {
                notes.push(format!("Only POST becomes GET after a {status}; {method} stays."))
            }
            307 | 308 => notes.push(format!("A {status} keeps the method and the content.")),
            _ => {}
        }
        return;
    }
    edit.method("GET", FETCH);
    edit.drop_content(FETCH);
    for name in ABOUT_CONTENT {
        edit.remove(name, FETCH);
    }
    // Fetch keeps the framing out of its header list, so that it goes without a word.
    for name in ["Content-Length", "Transfer-Encoding"] {
        edit.remove(name, RFC);
    }
    edit.remove("Expect", "RFC 9110 §10.1.1");
    if old_habit {
        notes.push(format!("RFC 9110 lets a user agent turn POST into GET after a {status}, for historical reasons; Fetch always does."));
    }
    if ["Digest", "Last-Modified"].iter().any(|name| edit.request.fields.contains(name)) {
        notes.push("RFC 9110 §15.4 would drop Digest and Last-Modified too; Fetch keeps them.".to_owned());
    }
}

/// What belongs to the old origin stays there.
fn leave_origin(at: &Uri, to: &Uri, edit: &mut Edit, notes: &mut Vec<String>) {
    if !at.same_origin(to) {
        edit.remove("Authorization", FETCH);
    } else if edit.request.fields.contains("Authorization") {
        notes.push("Fetch keeps Authorization within an origin; RFC 9110 §15.4 would consider dropping it on every redirect.".to_owned());
    }
    // Cookies belong to a host, whatever the port.
    let name = |uri: &Uri| uri.origin().map(|(_, name, _)| name);
    if name(at) != name(to) {
        edit.remove("Cookie", "RFC 6265 §5.4");
    }
    let from_secure = edit.request.fields.get("Referer").is_some_and(|referer| referer.starts_with("https:"));
    if from_secure && to.scheme.as_deref() == Some("http") {
        edit.remove("Referer", "RFC 9110 §10.1.3");
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Message, plain};
    use super::*;
    use crate::http::engine::Decision;
    use crate::http::profiles::Profile;
    use crate::http::state::{Move, Moved, Outcome, World};

    fn redirect(status: u16, location: &str) -> Decision {
        let mut response = Response::new(status);
        response.fields.push("Location", location);
        plain(response)
    }

    fn post() -> Request {
        let mut request = Request::new("POST", "/");
        for (name, value) in [
            ("Content-Type", "text/plain"),
            ("Content-Encoding", "gzip"),
            ("Content-Language", "de"),
            ("Content-Location", "/draft"),
            ("Content-Length", "4"),
            ("Expect", "100-continue"),
            ("Authorization", "Basic eDp5"),
            ("Accept", "*/*"),
        ] {
            request.fields.push(name, value);
        }
        request.body = b"note".to_vec();
        request
    }

    /// One redirect from `url`, then 204.
    fn once(request: &Request, url: &str, status: u16, location: &str) -> Sequence {
        follow(&Setting::default(), url, request, &mut |visit| {
            if visit.turn == 0 { redirect(status, location) } else { plain(Response::new(204)) }
        })
    }

    fn second(sequence: &Sequence) -> &Event {
        let mut sent = sequence.events.iter().filter(|event| matches!(event.message, Message::Request { .. }));
        sent.nth(1).expect("the redirect was followed")
    }

    fn method_after(method: &str, status: u16) -> String {
        let request = Request { method: method.to_owned(), ..post() };
        let sequence = once(&request, "http://example.org/a", status, "/b");
        sequence.requests()[1].1.method.clone()
    }

    #[test]
    fn the_methods_of_http_redirect_fetch() {
        for (method, expected) in [
            // 301, 302, 303, 307, 308.
            ("GET", ["GET", "GET", "GET", "GET", "GET"]),
            ("HEAD", ["HEAD", "HEAD", "HEAD", "HEAD", "HEAD"]),
            ("POST", ["GET", "GET", "GET", "POST", "POST"]),
            ("PUT", ["PUT", "PUT", "GET", "PUT", "PUT"]),
            ("PATCH", ["PATCH", "PATCH", "GET", "PATCH", "PATCH"]),
            ("DELETE", ["DELETE", "DELETE", "GET", "DELETE", "DELETE"]),
            // Methods have case.
            ("post", ["post", "post", "GET", "post", "post"]),
        ] {
            let found = [301, 302, 303, 307, 308].map(|status| method_after(method, status));
            assert_eq!(found, expected, "{method}");
        }
    }

    #[test]
    fn content_that_is_dropped_takes_its_fields_along() {
        let sequence = once(&post(), "http://example.org/a", 301, "/b");
        let (url, request) = sequence.requests()[1];
        assert_eq!((url, request.body.len()), ("http://example.org/b", 0));
        let names: Vec<&str> = request.fields.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Authorization", "Accept", "Host"]);
        let told: Vec<&str> = second(&sequence).changes.iter().map(|change| change.what.as_str()).collect();
        let expected = [
            "method",
            "content",
            "Content-Encoding",
            "Content-Language",
            "Content-Location",
            "Content-Type",
            "Content-Length",
            "Expect",
            "target",
            "URL",
        ];
        assert_eq!(told, expected);
        assert!(second(&sequence).note.contains("historical reasons"));
    }

    #[test]
    fn a_308_keeps_everything() {
        let sequence = once(&post(), "http://example.org/a", 308, "/b?c");
        let (_, request) = sequence.requests()[1];
        assert_eq!((request.method.as_str(), request.target.as_str(), request.body.as_slice()), ("POST", "/b?c", b"note".as_slice()));
        assert_eq!(request.fields.get("Content-Type"), Some("text/plain"));
        let told: Vec<&str> = second(&sequence).changes.iter().map(|change| change.what.as_str()).collect();
        assert_eq!(told, ["target", "URL"]);
    }

    #[test]
    fn authorization_goes_the_moment_another_origin_is_seen() {
        for (location, kept) in [
            ("/b", true),
            ("http://EXAMPLE.org:80/b", true),
            ("//example.org/b", true),
            ("https://example.org/b", false),
            ("http://example.org:8080/b", false),
            ("http://www.example.org/b", false),
        ] {
            let sequence = once(&post(), "http://example.org/a", 307, location);
            assert_eq!(sequence.requests()[1].1.fields.contains("Authorization"), kept, "{location}");
            assert_eq!(second(&sequence).note.contains("within an origin"), kept, "the RFC would say otherwise");
        }
    }

    #[test]
    fn authorization_does_not_come_back() {
        let sequence = follow(&Setting::default(), "http://a/", &post(), &mut |visit| match visit.turn {
            0 => redirect(307, "http://b/"),
            1 => redirect(307, "http://a/"),
            _ => plain(Response::new(200)),
        });
        let had: Vec<bool> = sequence.requests().iter().map(|(_, request)| request.fields.contains("Authorization")).collect();
        assert_eq!(had, [true, false, false]);
    }

    #[test]
    fn cookies_stay_with_their_host() {
        let mut request = Request::new("GET", "/");
        request.fields.push("Cookie", "a=b");
        let kept = |location: &str| once(&request, "http://example.org/", 302, location).requests()[1].1.fields.contains("Cookie");
        assert!(kept("/b") && kept("http://example.org:8080/"));
        assert!(!kept("http://other.example/"));
    }

    #[test]
    fn a_secure_referer_does_not_go_out_in_the_clear() {
        let mut request = Request::new("GET", "/");
        request.fields.push("Referer", "https://example.org/secret");
        let kept = |location: &str| once(&request, "https://example.org/", 302, location).requests()[1].1.fields.contains("Referer");
        assert!(kept("https://other.example/") && !kept("http://example.org/"));
    }

    #[test]
    fn host_and_target_follow_the_address() {
        let sequence = once(&Request::new("GET", "/ignored"), "http://u:p@example.org:80?x#y", 302, "https://other.example:8443/a/../b");
        let seen: Vec<_> = sequence.requests().iter().map(|(_, own)| (own.target.clone(), own.fields.joined("Host"))).collect();
        assert_eq!(seen, [("/?x".to_owned(), Some("example.org".to_owned())), ("/b".to_owned(), Some("other.example:8443".to_owned()))]);
    }

    #[test]
    fn the_fragments_of_rfc_9110_section_10_2_2() {
        let get = Request::new("GET", "/");
        let sequence = once(&get, "http://www.example.org/~tim", 303, "/People.html#tim");
        assert_eq!(sequence.requests()[1].0, "http://www.example.org/People.html#tim");
        let sequence = once(&get, "http://www.example.org/index.html#larry", 301, "http://www.example.net/index.html");
        assert_eq!(sequence.requests()[1].0, "http://www.example.net/index.html#larry");
        assert_eq!(second(&sequence).changes[0].what, "fragment");
        let sequence = once(&get, "http://www.example.org/#larry", 301, "/x#");
        assert_eq!(sequence.requests()[1].0, "http://www.example.org/x#", "an empty fragment is one");
    }

    #[test]
    fn a_fragment_outlives_several_hops_and_is_never_sent() {
        let mut asked = Vec::new();
        let sequence = follow(&Setting::default(), "http://a/1#f", &Request::new("GET", "/"), &mut |visit| {
            asked.push((visit.url.to_owned(), visit.request.target.clone()));
            if visit.turn < 2 { redirect(302, &format!("/{}", visit.turn + 2)) } else { plain(Response::new(200)) }
        });
        assert_eq!(sequence.requests().last().map(|own| own.0), Some("http://a/3#f"));
        assert!(asked.iter().all(|(url, target)| !url.contains('#') && !target.contains('#')));
    }

    #[test]
    fn without_location_the_redirect_is_the_answer() {
        let sequence = follow(&Setting::default(), "http://a/", &Request::new("GET", "/"), &mut |_| plain(Response::new(302)));
        assert_eq!((sequence.statuses(), sequence.error()), (vec![302], None));
        assert!(sequence.events[1].note.contains("no Location"));
    }

    #[test]
    fn what_cannot_be_followed_is_a_network_error() {
        for location in ["ftp://example.org/", "mailto:a@example.org", "data:text/plain,x", "javascript:alert(1)", "http://", "http://a:x/"]
        {
            let sequence = once(&Request::new("GET", "/"), "http://example.org/", 302, location);
            assert!(sequence.error().is_some(), "{location}");
            assert_eq!(sequence.requests().len(), 1, "{location}");
        }
        let sequence = follow(&Setting::default(), "http://a/", &Request::new("GET", "/"), &mut |_| {
            let mut decision = redirect(302, "/b");
            decision.response.fields.push("Location", "/c");
            decision
        });
        assert!(sequence.error().is_some_and(|why| why.contains("2 Location fields")));
        let nowhere = follow(&Setting::default(), "ftp://a/", &Request::new("GET", "/"), &mut |_| plain(Response::new(200)));
        assert_eq!((nowhere.requests().len(), nowhere.error().is_some()), (0, true));
    }

    #[test]
    fn the_twenty_first_redirect_is_a_network_error() {
        let chain = |length: usize| {
            follow(&Setting::default(), "http://a/0", &Request::new("GET", "/"), &mut |visit| {
                if visit.turn < length { redirect(302, &format!("/{}", visit.turn + 1)) } else { plain(Response::new(200)) }
            })
        };
        let twenty = chain(20);
        assert_eq!((twenty.requests().len(), twenty.outcome().map(|own| own.status)), (21, Some(200)));
        let more = chain(21);
        assert_eq!((more.requests().len(), more.outcome(), more.error().is_some()), (21, None, true));
        assert_eq!(more.statuses().len(), 21, "the 21st redirect came in and was not followed");
    }

    #[test]
    fn an_empty_location_leads_in_circles() {
        let sequence = follow(&Setting::default(), "http://a/x", &Request::new("GET", "/"), &mut |_| redirect(302, ""));
        assert_eq!((sequence.requests().len(), sequence.error().is_some()), (21, true));
        let told = sequence.events.iter().filter(|event| event.note.contains("circles")).count();
        assert_eq!(told, 19, "from the second time on, as long as it is followed");
    }

    #[test]
    fn a_stream_cannot_be_sent_again() {
        let setting = Setting { replayable: false, ..Setting::default() };
        let outcome = |status: u16| {
            let sequence = follow(&setting, "http://a/", &post(), &mut |visit| {
                if visit.turn == 0 { redirect(status, "/b") } else { plain(Response::new(200)) }
            });
            sequence.error().is_none()
        };
        // Fetch looks before it turns POST into GET, so that a 301 fails too.
        assert_eq!([301, 302, 303, 307, 308].map(outcome), [false, false, true, false, false]);
    }

    #[test]
    fn other_3xx_are_answers() {
        for status in [300, 304, 305] {
            let sequence = once(&Request::new("GET", "/"), "http://a/", status, "/b");
            assert_eq!((sequence.requests().len(), sequence.statuses()), (1, vec![status]));
        }
    }

    #[test]
    fn differences_from_the_rfc_are_told() {
        let mut request = post();
        request.fields.push("Digest", "sha-256=x");
        let sequence = once(&request, "http://a/", 303, "/b");
        assert!(second(&sequence).note.contains("Digest") && sequence.requests()[1].1.fields.contains("Digest"));
        let sequence = follow(&Setting::default(), "http://a/", &Request::new("GET", "/"), &mut |visit| {
            let mut decision = redirect(302, "/b");
            decision.response.fields.push("Retry-After", "120");
            if visit.turn == 0 { decision } else { plain(Response::new(200)) }
        });
        assert!(second(&sequence).note.contains("Retry-After"));
        let put = once(&Request { method: "PUT".to_owned(), ..post() }, "http://a/", 301, "/b");
        assert!(second(&put).note.contains("PUT stays"));
    }

    #[test]
    fn worlds_redirect_too() {
        let mut old = World::default();
        old.resource.representations.clear();
        old.resource.put_creates = false;
        old.resource.moved = Some(Moved { how: Move::Permanent, to: "/new".to_owned() });
        let mut form = World::default();
        form.resource.post = Outcome::Elsewhere;
        form.resource.location = "/done".to_owned();
        let done = World::default();
        let sequence = follow(&Setting::default(), "http://example.org/old", &Request::new("GET", "/"), &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.url.ends_with("/old") { &old } else { &done })
        });
        assert_eq!(sequence.statuses(), [301, 200]);
        let sequence = follow(&Setting::default(), "http://example.org/form", &Request::new("POST", "/"), &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.url.ends_with("/form") { &form } else { &done })
        });
        assert_eq!(sequence.statuses(), [303, 200]);
        assert_eq!(sequence.requests()[1].1.method, "GET");
    }
}
