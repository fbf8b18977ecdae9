//! A run as files to take away: every message and question as CSV and JSON, and the client's exchanges as HAR, as Hurl and as
//! `curl` commands.

use serde_json::{Value, json};

use super::run::{Run, Trace, What};
use super::why::word;
use crate::http::engine::{self, By};
use crate::http::fields::Fields;
use crate::http::message::{Request, Response};
use crate::http::sequence::{Event, Lane, Message};
use crate::http::state::NOON;
use crate::http::{base64, har, hurl, parse};

/// The columns of the table. A cell is empty where it makes no sense: a question goes from nobody to nobody, and a message
/// has no answer.
pub const CSV_HEAD: &str = "profile,number,time_ms,kind,from,to,what,answer,reason,clause";

/// What ends a line (RFC 4180 §2).
const END: &str = "\r\n";

/// Every message and every question of every run, in the order of the transport. Questions take no time: theirs is that of
/// the message that raised them.
pub fn csv(trace: &Trace) -> String {
    let mut table = format!("{CSV_HEAD}{END}");
    for run in &trace.runs {
        for (index, beat) in run.beats.iter().enumerate() {
            let Some(cells) = cells(run, beat.what) else { continue };
            let start = [run.profile.slug().to_owned(), (index + 1).to_string()];
            let row: Vec<String> = start.iter().chain(&cells).map(|cell| quoted(cell)).collect();
            table.push_str(&row.join(","));
            table.push_str(END);
        }
    }
    table
}

/// The cells from the time on.
fn cells(run: &Run, what: What) -> Option<[String; 8]> {
    let none = String::new;
    match what {
        What::Event(index) => {
            let event = run.sequence.events.get(index)?;
            let (from, to) = (event.from.label().to_owned(), event.to.label().to_owned());
            let what = match &event.message {
                Message::Request { url, request } => format!("{} {url}", request.method),
                Message::Content(content) => format!("{} bytes", content.len()),
                Message::Interim(response) | Message::Response(response) => response.status.to_string(),
                Message::NetworkError(why) => why.clone(),
                Message::Pause => none(),
            };
            Some([event.at_ms.to_string(), kind(event).to_owned(), from, to, what, none(), event.note.clone(), none()])
        }
        What::Question { visit, step } => {
            let visit = run.visits.get(visit)?;
            let at_ms = run.sequence.events.get(visit.event).map_or(0, |event| event.at_ms);
            let step = visit.path().get(step)?;
            let node = engine::node(run.profile, step.node);
            let question = node.map_or(step.node, |node| node.question).to_owned();
            let clause = node.map_or("", |node| node.clause).to_owned();
            let answer = word(step.yes).to_owned();
            Some([at_ms.to_string(), "question".to_owned(), none(), none(), question, answer, step.reason.clone(), clause])
        }
    }
}

fn kind(event: &Event) -> &'static str {
    match event.message {
        Message::Request { .. } => "request",
        Message::Content(_) => "content",
        Message::Interim(_) => "interim",
        Message::Response(_) => "response",
        Message::NetworkError(_) => "network error",
        Message::Pause => "pause",
    }
}

/// In quotes only where it has to be.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// The scenario that gives this run again, and what came of it. Times are milliseconds since the first request.
pub fn json(trace: &Trace) -> String {
    let value = json!({
        "lab": super::SLUG,
        "scenario": trace.scenario,
        "runs": trace.runs.iter().map(of_run).collect::<Vec<Value>>(),
    });
    format!("{value:#}\n")
}

fn of_run(run: &Run) -> Value {
    let refusal = run.request.as_ref().err();
    let visits: Vec<Value> = run
        .visits
        .iter()
        .map(|visit| {
            json!({
                "event": visit.event,
                "url": visit.url,
                "by": by(visit.decision.by),
                "interim": visit.decision.interim.iter().map(|response| response.status).collect::<Vec<u16>>(),
                "status": visit.decision.response.status,
                "path": visit.path().iter().map(|step| {
                    let node = engine::node(run.profile, step.node);
                    json!({
                        "node": step.node,
                        "question": node.map(|node| node.question),
                        "answer": step.yes,
                        "reason": step.reason,
                        "clause": node.map(|node| node.clause),
                        "label": node.map(|node| node.label.word()),
                    })
                }).collect::<Vec<Value>>(),
            })
        })
        .collect();
    json!({
        "profile": run.profile.slug(),
        "status": run.status(),
        "refusal": refusal.map(|refusal| json!({ "status": refusal.status, "byte": refusal.at, "why": refusal.why })),
        "events": run.sequence.events.iter().map(of_event).collect::<Vec<Value>>(),
        "visits": visits,
    })
}

fn by(by: By) -> &'static str {
    match by {
        By::Origin => "origin",
        By::Front => "front",
        By::Cache => "cache",
    }
}

fn of_event(event: &Event) -> Value {
    let message = match &event.message {
        Message::Request { url, request } => json!({
            "url": url,
            "method": request.method,
            "target": request.target,
            "version": request.version.to_string(),
            "fields": of_fields(&request.fields),
            "content": of_content(&request.body),
        }),
        Message::Content(content) => json!({ "content": of_content(content) }),
        Message::Interim(response) | Message::Response(response) => json!({
            "status": response.status,
            "fields": of_fields(&response.fields),
            "content": of_content(&response.body),
        }),
        Message::NetworkError(why) => json!({ "why": why }),
        Message::Pause => Value::Null,
    };
    let changes: Vec<Value> = event
        .changes
        .iter()
        .map(|change| json!({ "what": change.what, "before": change.before, "after": change.after, "clause": change.clause }))
        .collect();
    json!({
        "at_ms": event.at_ms,
        "from": event.from.label(),
        "to": event.to.label(),
        "kind": kind(event),
        "message": message,
        "note": event.note,
        "changes": changes,
    })
}

/// As pairs: a name may come twice, and the order counts.
fn of_fields(fields: &Fields) -> Vec<[&str; 2]> {
    fields.iter().map(|(name, value)| [name, value]).collect()
}

/// Text as it is, anything else in Base64.
fn of_content(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": base64::encode(bytes) }),
    }
}

/// A request of the client, to which address it went, and what came back.
struct Sent {
    /// Without fragment.
    url: String,
    request: Request,
    /// `None` if that was a network error.
    response: Option<Response>,
    at_ms: u64,
}

/// The client's requests in order, each with its final response.
fn sent(run: &Run) -> Vec<Sent> {
    let events = &run.sequence.events;
    let mut used = vec![false; events.len()];
    let mut all = Vec::new();
    for (index, event) in events.iter().enumerate().filter(|(_, event)| event.from == Lane::Client) {
        let Message::Request { url, request } = &event.message else { continue };
        let mut request = request.clone();
        let later = || events.iter().enumerate().skip(index + 1);
        if request.body.is_empty() {
            // Content that was held back comes before the client's next request.
            let next = later().filter(|(_, event)| event.from == Lane::Client).find(|(_, event)| !matches!(event.message, Message::Pause));
            if let Some((_, Event { message: Message::Content(content), .. })) = next {
                request.body.clone_from(content);
            }
        }
        // Requests may overlap, so the answer that was decided comes first; a download that was cut gets less than that.
        let decided = run.visits.iter().find(|visit| visit.event == index).map(|visit| &visit.decision.response);
        let answers = || {
            later().filter(|(_, event)| event.to == Lane::Client).filter_map(|(place, event)| match &event.message {
                Message::Response(response) => Some((place, response)),
                _ => None,
            })
        };
        let mut open = answers().filter(|(place, _)| used.get(*place) == Some(&false));
        let own = open.find(|(_, response)| Some(*response) == decided);
        // Any other response counts only up to the client's next request.
        let is_request = |event: &Event| event.from == Lane::Client && matches!(event.message, Message::Request { .. });
        let next = later().find(|(_, event)| is_request(event)).map_or(events.len(), |(place, _)| place);
        let own = own.or_else(|| answers().find(|(place, _)| *place < next && used.get(*place) == Some(&false)));
        let response = own.map(|(place, response)| {
            if let Some(used) = used.get_mut(place) {
                *used = true;
            }
            response.clone()
        });
        let url = url.split('#').next().unwrap_or_default().to_owned();
        all.push(Sent { url, request, response, at_ms: event.at_ms });
    }
    all
}

/// When the run began, in seconds since 1970.
fn start(run: &Run) -> u64 {
    if let Some(cached) = &run.cached {
        return cached.start;
    }
    let Some(visit) = run.visits.first() else { return NOON };
    let later = run.sequence.events.get(visit.event).map_or(0, |event| event.at_ms / 1_000);
    visit.world.now.saturating_sub(later)
}

/// The client's requests with the final response to each, and when they were sent: in milliseconds since 1970, as HAR and
/// Hurl take them. One that ended with a network error is left out.
pub fn exchanges(run: &Run) -> Vec<(Request, Response, u64)> {
    let start = start(run).saturating_mul(1_000);
    let answered = sent(run).into_iter().filter_map(|sent| Some((sent.request, sent.response?, start.saturating_add(sent.at_ms))));
    answered.collect()
}

/// The same, with the target in full where the address has another scheme than the rest.
fn addressed(run: &Run, scheme: &str) -> Vec<(Request, Response, u64)> {
    let start = start(run).saturating_mul(1_000);
    let answered = sent(run).into_iter().filter_map(|sent| {
        let mut request = sent.request;
        if request.target.starts_with('/') && request.url(scheme) != sent.url {
            request.target = sent.url;
        }
        Some((request, sent.response?, start.saturating_add(sent.at_ms)))
    });
    answered.collect()
}

/// An HTTP Archive. `scheme` is that of the scenario.
pub fn har(run: &Run, scheme: &str) -> String {
    har::export(&addressed(run, scheme), scheme)
}

/// A Hurl file. `scheme` is that of the scenario.
pub fn hurl(run: &Run, scheme: &str) -> String {
    hurl::export(&addressed(run, scheme), scheme)
}

/// One command a line. `scheme` is that of the scenario, for an address that names none.
pub fn curl(run: &Run, scheme: &str) -> String {
    let commands = sent(run).into_iter().map(|sent| {
        let own = sent.url.split_once("://").map_or(scheme, |(own, _)| own);
        format!("{}\n", parse::to_curl(&sent.request, own))
    });
    commands.collect()
}

#[cfg(test)]
mod tests {
    use super::super::run::run;
    use super::super::scenario::{Client, Route, Scenario};
    use super::*;
    use crate::http::profiles::Profile;
    use crate::http::state::Move;

    /// A browser that is sent from https to http, under two rules.
    fn redirected() -> Trace {
        let to = "http://example.org/b".to_owned();
        run(&Scenario {
            rules: vec![Profile::Rfc9110, Profile::Nginx],
            request: "GET /a HTTP/1.1\nHost: example.org\nX: one, \"two\"\n\n".to_owned(),
            client: Client::Browser,
            routes: vec![Route { url: "https://example.org/a".to_owned(), how: Move::Temporary, to }],
            ..Scenario::default()
        })
    }

    /// A reader of RFC 4180 that knows nothing of the writer.
    fn table(text: &str) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let (mut row, mut cell, mut inside) = (Vec::new(), String::new(), false);
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                '"' if inside && signs.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' => inside = !inside,
                ',' if !inside => row.push(std::mem::take(&mut cell)),
                '\r' if !inside && signs.next_if_eq(&'\n').is_some() => {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                sign => cell.push(sign),
            }
        }
        assert!(cell.is_empty() && row.is_empty() && !inside, "the last line has its end");
        rows
    }

    #[test]
    fn the_table_reads_back() {
        let trace = redirected();
        let rows = table(&csv(&trace));
        let beats: usize = trace.runs.iter().map(|run| run.beats.len()).sum();
        assert_eq!(rows.len(), beats + 1);
        assert!(rows.iter().all(|row| row.len() == 10));
        assert_eq!(rows[0].join(","), CSV_HEAD);
        assert_eq!(rows[1][..7], ["rfc9110", "1", "0", "request", "client", "origin", "GET https://example.org/a"].map(str::to_owned));
        let question = rows.iter().find(|row| row[3] == "question").expect("something is asked");
        assert!(question[6].ends_with('?') && ["yes", "no"].contains(&question[7].as_str()), "{question:?}");
        assert!(rows.iter().any(|row| row[0] == "rfc9110" && row[3] == "response" && row[6] == "302"));
        assert!(rows.iter().any(|row| row[0] == "nginx" && row[3] == "response"));
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(["a b", "a,b", "say \"a\"", "a\nb", ""].map(quoted), ["a b", "\"a,b\"", "\"say \"\"a\"\"\"", "\"a\nb\"", ""]);
    }

    #[test]
    fn the_json_gives_the_scenario_back() {
        let trace = redirected();
        let value: Value = serde_json::from_str(&json(&trace)).expect("it is JSON");
        assert_eq!(serde_json::from_value::<Scenario>(value["scenario"].clone()).expect("a scenario"), trace.scenario);
        let run = &value["runs"][0];
        assert_eq!((run["profile"].as_str(), run["refusal"].is_null()), (Some("rfc9110"), true));
        assert_eq!(run["events"].as_array().map(Vec::len), Some(trace.first().sequence.events.len()));
        assert_eq!(run["events"][0]["message"]["fields"][1], json!(["X", "one, \"two\""]));
        assert!(run["visits"][0]["path"][0]["question"].is_string());
    }

    #[test]
    fn what_was_refused_says_where() {
        let trace = run(&Scenario { request: "GET / HTTP/1.1\nX Y: z\n\n".to_owned(), ..Scenario::default() });
        let value: Value = serde_json::from_str(&json(&trace)).expect("it is JSON");
        assert_eq!(value["runs"][0]["refusal"]["status"], 400);
        assert!(exchanges(trace.first()).is_empty() && curl(trace.first(), "https").is_empty());
        assert_eq!(table(&csv(&trace)).len(), 2);
    }

    #[test]
    fn each_exchange_is_in_each_file() {
        let trace = redirected();
        let run = trace.first();
        let all = exchanges(run);
        let pairs: Vec<(&str, u16)> = all.iter().map(|(request, response, _)| (request.target.as_str(), response.status)).collect();
        assert_eq!(pairs, [("/a", 302), ("/b", 200)]);
        assert!(all[0].2 == NOON * 1_000 && all[1].2 > all[0].2);
        let har: Value = serde_json::from_str(&har(run, "https")).expect("it is JSON");
        let entries = har["log"]["entries"].as_array().expect("a list");
        let urls: Vec<&str> = entries.iter().filter_map(|entry| entry["request"]["url"].as_str()).collect();
        assert_eq!(urls, ["https://example.org/a", "http://example.org/b"]);
        let hurl = hurl(run, "https");
        assert!(hurl.contains("GET https://example.org/a\n") && hurl.contains("GET http://example.org/b\n"), "{hurl}");
        assert!(hurl.contains("HTTP 302\n") && hurl.contains("HTTP 200\n"), "{hurl}");
        let curl = curl(run, "https");
        let commands: Vec<_> = curl.lines().map(|line| parse::command(line).expect("curl takes it")).collect();
        let sent: Vec<_> = commands.iter().map(|command| (command.scheme.as_str(), command.request.target.as_str())).collect();
        assert_eq!(sent, [("https", "/a"), ("http", "/b")]);
    }

    #[test]
    fn content_that_was_held_back_is_part_of_its_request() {
        let text = "PUT /a HTTP/1.1\nHost: h\nExpect: 100-continue\nContent-Length: 5\n\nhello".to_owned();
        let client = Client::Upload { patience_ms: 1_000, silent: false };
        let trace = run(&Scenario { request: text, client, ..Scenario::default() });
        let all = exchanges(trace.first());
        assert_eq!(all.first().map(|(request, _, _)| request.body.as_slice()), Some(&b"hello"[..]));
    }
}
