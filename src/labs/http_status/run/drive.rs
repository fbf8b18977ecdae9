//! Which driver plays the client, and what the origin remembers of each visit.

use crate::http::auth::{self, Credentials};
use crate::http::cache::Kind;
use crate::http::engine::{self, Decision};
use crate::http::fields::Fields;
use crate::http::message::{Request, Response};
use crate::http::parse::{self, NOT_SENT, Refusal};
use crate::http::sequence::credentials::{Wallet, authenticate};
use crate::http::sequence::expect::{Waiting, send};
use crate::http::sequence::ranges::download;
use crate::http::sequence::redirects::follow;
use crate::http::sequence::retry_after::{Patience, persist};
use crate::http::sequence::{Event, Lane, Message, Sequence, Setting, Visit, cached, gateway, once};
use crate::http::state::{Front, Upstream, World};
use crate::http::{base64, date, status};
use crate::labs::frame::intervention::in_order;
use crate::labs::http_status::scenario::{Action, Client, Scenario};

use super::{Run, Visited, worlds};

/// What an origin has been asked, before the events that brought it are known.
struct Seen {
    url: String,
    request: Request,
    world: World,
    decision: Decision,
}

/// Plays the scenario's client against its world.
pub fn drive(scenario: &Scenario, request: &Request, run: &mut Run) {
    let profile = run.profile;
    // A server that has hints to send has a page that takes its time.
    let think_ms = if scenario.world.server.hints.is_empty() { Setting::default().think_ms } else { 300 };
    let setting = Setting { profile, start: scenario.world.now, think_ms, ..Setting::default() };
    let url = request.url(&scenario.scheme);
    let mut seen: Vec<Seen> = Vec::new();
    let mut origin = |visit: &Visit<'_>| {
        let world = worlds::at_visit(scenario, visit);
        let decision = visit.decide(profile, &world);
        let mut request = visit.request.clone();
        if visit.early {
            request.fields.set("Early-Data", "1");
        }
        seen.push(Seen { url: visit.url.to_owned(), request, world, decision: decision.clone() });
        decision
    };
    let mut arrivals = None;
    run.sequence = match &scenario.client {
        Client::Once => once::exchange(&setting, &url, request, &mut origin),
        Client::Browser => follow(&setting, &url, request, &mut origin),
        Client::Login { user, password } => authenticate(&setting, &url, request, &wallet(user, password), &mut origin),
        Client::Download { cuts } => download(&setting, &url, request, cuts, &mut origin).sequence,
        Client::Upload { patience_ms, silent } => {
            send(&setting, &url, request, &Waiting { patience_ms: *patience_ms, silent: *silent }, &mut origin)
        }
        Client::Patient { tries, longest_s, backoff_s, early, sure } => {
            let (tries, longest_s) = ((*tries).min(20), *longest_s);
            let patience = Patience { tries, longest_s, backoff_s: *backoff_s, early: *early, sure: *sure };
            persist(&setting, &url, request, &patience, &mut origin)
        }
        Client::Pool { upstreams, timeout_ms } => {
            let sequence = gateway::through(&setting, &url, request, &|now| worlds::at(scenario, now), upstreams, *timeout_ms);
            let last = sequence.events.last().map_or(0, |event| event.at_ms / 1_000);
            let world = worlds::at(scenario, scenario.world.now.saturating_add(last));
            // The questions are those of the try that the client's answer comes from.
            let met =
                |upstream: Upstream| World { front: Some(Front { upstream, ..world.front.clone().unwrap_or_default() }), ..world.clone() };
            let status = sequence.outcome().map(|response| response.status);
            let gives = |upstream: &Upstream| status == Some(engine::status(profile, request, &met(*upstream)));
            let met = met(upstreams.iter().copied().find(gives).unwrap_or_default());
            let (world, decision) = (met.clone(), engine::decide(profile, request, &met));
            seen.push(Seen { url: url.clone(), request: request.clone(), world, decision });
            sequence
        }
        Client::Cache { shared } => {
            let kind = if *shared { Kind::Shared } else { Kind::Private };
            let (sequence, cached) = cached::play(&setting, &url, &asks(scenario, request), kind, &mut origin);
            arrivals = Some(cached.asked.iter().flat_map(|asked| asked.forwarded.iter().copied()).collect::<Vec<_>>());
            run.cached = Some(cached);
            sequence
        }
    };
    let arrivals = arrivals.unwrap_or_else(|| sent_by_client(&run.sequence));
    run.visits = arrivals
        .into_iter()
        .zip(seen)
        .map(|(event, Seen { url, request, world, decision })| Visited { event, url, request, world, decision })
        .collect();
}

/// The events that are requests of the client.
fn sent_by_client(sequence: &Sequence) -> Vec<usize> {
    let is_request = |event: &Event| event.from == Lane::Client && matches!(event.message, Message::Request { .. });
    sequence.events.iter().enumerate().filter(|(_, event)| is_request(event)).map(|(index, _)| index).collect()
}

fn wallet(user: &str, password: &str) -> Wallet {
    let pair = base64::encode(format!("{user}:{password}").as_bytes());
    let own: Vec<Credentials> = auth::parse(&format!("Basic {pair}")).into_iter().collect();
    Wallet { origin: own.clone(), proxy: own }
}

/// What the client asks its cache, and when, in milliseconds.
fn asks(scenario: &Scenario, request: &Request) -> Vec<(u64, Request)> {
    let mut asks = vec![(0, request.clone())];
    for act in in_order(&scenario.acts) {
        let mut again = request.clone();
        match &act.action {
            Action::Ask(fields) => add(&mut again, fields, scenario),
            Action::Write => write(&mut again),
            _ => continue,
        }
        asks.push((act.at.0 / 1_000_000, again));
    }
    asks
}

/// Adds header fields; a line that is none is left out, as the editor has said so.
fn add(request: &mut Request, lines: &str, scenario: &Scenario) {
    let lines: String = lines.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{line}\r\n")).collect();
    let fields: Fields = parse::fields(lines.as_bytes(), &scenario.limits()).unwrap_or_default();
    for (name, value) in fields.iter() {
        request.fields.set(name, value);
    }
}

fn write(request: &mut Request) {
    request.method = "PUT".to_owned();
    request.body = b"A better ending.\n".to_vec();
    for conditional in ["If-None-Match", "If-Modified-Since", "Range", "If-Range"] {
        request.fields.remove(conditional);
    }
    request.fields.set("Content-Type", "text/plain");
    request.fields.set("Content-Length", request.body.len().to_string());
}

/// What a server says to a message that it cannot read: a status, and a connection that is closed, for nobody knows where
/// the next message would begin (RFC 9112 §2.2).
pub fn refused(scenario: &Scenario, refusal: &Refusal) -> Sequence {
    let mut event = Event {
        at_ms: 30,
        from: Lane::Origin,
        to: Lane::Client,
        message: Message::NetworkError(refusal.why.clone()),
        note: String::new(),
        changes: Vec::new(),
    };
    if refusal.status != NOT_SENT {
        let mut response = Response::new(refusal.status);
        response.fields.push("Date", date::format(scenario.world.now));
        response.fields.push("Connection", "close");
        if status::may_have_content(refusal.status) {
            response.body = format!("{}\n", refusal.why.replace('`', "")).into_bytes();
            response.fields.push("Content-Type", "text/plain; charset=utf-8");
            response.fields.push("Content-Length", response.body.len().to_string());
        }
        event.message = Message::Response(response);
        event.note.clone_from(&refusal.why);
    }
    Sequence { events: vec![event] }
}
