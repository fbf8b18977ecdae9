//! A client that asks its cache now and again: what the cache answers by itself, what it asks the origin, and what it makes
//! of the reply (RFC 9111).
//!
//! One exchange after the other: an ask that comes before the last one is over waits until it is.

mod rulings;

use super::edit::Edit;
use super::tape::Tape;
use super::{Change, Lane, Message, Origin, Sequence, Setting, Visit, hop};
use crate::http::cache::{Cache, Kind, Outcome, Ruling, serving};
use crate::http::engine::Decision;
use crate::http::message::{Request, Response};
pub use rulings::{FRESH, VALIDATED, decisive};
use rulings::{asking, sentences, told};

/// How a shared cache signs what it forwards.
const NAME: &str = "edge";
/// How often it asks once more without conditions. An origin that says 304 to that is broken.
const MOST_RETRIES: usize = 2;
/// Fields by which a cache asks whether what it holds is still good.
const CONDITIONS: [&str; 2] = ["If-None-Match", "If-Modified-Since"];

/// One question to the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When it was asked, in milliseconds since the sequence began.
    pub at_ms: u64,
    /// As the client sent it.
    pub request: Request,
    pub outcome: Outcome,
    /// What the cache ruled, and then what it ruled about the reply.
    pub rulings: Vec<Ruling>,
    /// What the client got.
    pub response: Option<Response>,
    /// The event that carries the request to the cache: an index into the sequence.
    pub event: usize,
    /// The events that carry the cache's own requests to the origin, in order; each is one visit.
    pub forwarded: Vec<usize>,
}

/// What a cache did over a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// When the sequence began, in seconds since 1970.
    pub start: u64,
    pub asked: Vec<Asked>,
    /// The cache after each of them, with the milliseconds since the sequence began.
    pub states: Vec<(u64, Cache)>,
}

/// Plays a client that asks at these moments, in milliseconds from the start on and in ascending order. The cache is empty
/// at first.
pub fn play(setting: &Setting, url: &str, asks: &[(u64, Request)], kind: Kind, origin: &mut Origin<'_>) -> (Sequence, Cached) {
    let mut cache = Cache::new(kind);
    if let Some((scheme, _)) = url.split_once("://") {
        cache.scheme = scheme.to_ascii_lowercase();
    }
    let cached = Cached { start: setting.start, ..Cached::default() };
    let mut line = Line { tape: Tape::new(setting), url, cache, left: Vec::new(), turn: 0, cached };
    for (at_ms, request) in asks {
        line.ask(*at_ms, request, origin);
    }
    line.finish()
}

/// What goes on between client, cache and origin.
struct Line<'a> {
    tape: Tape,
    url: &'a str,
    cache: Cache,
    /// When each event leaves, as they were recorded: the tape sorts them in the end.
    left: Vec<u64>,
    turn: usize,
    cached: Cached,
}

impl Line<'_> {
    fn ask(&mut self, at_ms: u64, request: &Request, origin: &mut Origin<'_>) {
        let late = self.tape.at_ms > at_ms;
        self.tape.at_ms = self.tape.at_ms.max(at_ms);
        let asked_ms = self.tape.at_ms;
        let message = Message::Request { url: self.url.to_owned(), request: request.clone() };
        let event = self.record(Lane::Client, Lane::Cache, message, asking(request, late), Vec::new());
        self.pass_hop();
        let verdict = self.cache.ask(self.tape.now(), request);
        let note = sentences(&decisive(verdict.outcome, &verdict.path));
        let mut asked = Asked {
            at_ms: asked_ms,
            request: request.clone(),
            outcome: verdict.outcome,
            rulings: verdict.path,
            response: verdict.response,
            event,
            forwarded: Vec::new(),
        };
        match (asked.response.clone(), verdict.forward) {
            (Some(response), forward) => {
                let changes = aged(None, &response);
                self.record(Lane::Cache, Lane::Client, Message::Response(response), note, changes);
                match forward {
                    Some(forward) => {
                        let why = "Meanwhile the cache asks whether what it holds is still good (RFC 5861 §3).".to_owned();
                        self.refresh(&forward, why, &mut asked, origin);
                    }
                    None => self.pass_hop(),
                }
            }
            (None, Some(forward)) => {
                let response = self.fetch(request, forward, note, &mut asked, origin);
                asked.response = Some(response);
            }
            (None, None) => {}
        }
        self.cached.asked.push(asked);
        self.cached.states.push((self.tape.at_ms, self.cache.clone()));
    }

    /// Asks the origin, and the client waits for what comes of it.
    fn fetch(&mut self, request: &Request, mut forward: Request, mut note: String, asked: &mut Asked, origin: &mut Origin<'_>) -> Response {
        let mut changes = conditions(Some(request), &forward, "RFC 9111 §4.3.1");
        let mut retries = 0;
        loop {
            let sent = self.tape.now();
            let decision = self.visit(&forward, std::mem::take(&mut note), std::mem::take(&mut changes), false, asked, origin);
            let reply = decision.response;
            let received = self.cache.receive(sent, self.tape.now(), request, &forward, Some(&reply));
            let why = told(&received.path);
            asked.rulings.extend(received.path);
            let response = match (received.response, received.retry) {
                (None, Some(again)) if retries < MOST_RETRIES => {
                    retries += 1;
                    (note, changes) = (why, conditions(Some(&forward), &again, "RFC 9111 §4.3.4"));
                    forward = again;
                    continue;
                }
                (Some(response), _) => response,
                (None, _) => {
                    let why = "The origin says 304 to a request without conditions, which is no answer to it.";
                    Response { status: 502, ..serving::refusal(self.tape.now(), why) }
                }
            };
            let changes = aged(Some(&reply), &response);
            self.record(Lane::Cache, Lane::Client, Message::Response(response.clone()), why, changes);
            self.pass_hop();
            return response;
        }
    }

    /// Asks the origin while the client has its answer already.
    fn refresh(&mut self, forward: &Request, note: String, asked: &mut Asked, origin: &mut Origin<'_>) {
        let sent = self.tape.now();
        let changes = conditions(None, forward, "RFC 9111 §4.3.1");
        let decision = self.visit(forward, note, changes, true, asked, origin);
        let received = self.cache.receive(sent, self.tape.now(), forward, forward, Some(&decision.response));
        // Nothing goes on to the client, so this is the last place to say it.
        let why = told(&received.path);
        if !why.is_empty() {
            self.tape.remark(&why);
        }
        asked.rulings.extend(received.path);
    }

    /// There and back again: the clock stands at the reply's arrival.
    fn visit(
        &mut self,
        forward: &Request,
        note: String,
        mut changes: Vec<Change>,
        background: bool,
        asked: &mut Asked,
        origin: &mut Origin<'_>,
    ) -> Decision {
        let edit = if self.cache.kind.is_shared() { hop::forward(forward, NAME, false) } else { Edit::new(forward) };
        changes.extend(edit.changes);
        let bare = self.url.split('#').next().unwrap_or_default();
        let message = Message::Request { url: bare.to_owned(), request: edit.request.clone() };
        let event = self.record(Lane::Cache, Lane::Origin, message, note, changes);
        asked.forwarded.push(event);
        self.pass_hop();
        let decision =
            origin(&Visit { url: bare, request: &edit.request, now: self.tape.now(), turn: self.turn, connection: 1, early: false });
        self.turn += 1;
        for interim in &decision.interim {
            self.interim(interim, background);
        }
        self.tape.pass(self.tape.setting.think_ms);
        let why = decision.path.last().map_or("The origin answers.", |step| step.reason.as_str());
        self.record(Lane::Origin, Lane::Cache, Message::Response(decision.response.clone()), why.to_owned(), Vec::new());
        self.pass_hop();
        decision
    }

    /// 1xx: the origin goes on meanwhile, so the clock stands still.
    fn interim(&mut self, response: &Response, background: bool) {
        let sent = self.tape.at_ms;
        let message = Message::Interim(response.clone());
        self.record(Lane::Origin, Lane::Cache, message.clone(), "The final response is still to come.".to_owned(), Vec::new());
        if !background {
            self.pass_hop();
            let note = "Interim responses are not stored, they go on to the client (RFC 9110 §15.2).".to_owned();
            self.record(Lane::Cache, Lane::Client, message, note, Vec::new());
        }
        self.tape.at_ms = sent;
    }

    /// Sends something now. Its number as recorded, which [`Line::finish`] turns into its place in the sequence.
    fn record(&mut self, from: Lane, to: Lane, message: Message, note: String, changes: Vec<Change>) -> usize {
        self.left.push(self.tape.at_ms);
        self.tape.push(from, to, message, note, changes);
        self.left.len() - 1
    }

    fn pass_hop(&mut self) {
        self.tape.pass(self.tape.setting.hop_ms);
    }

    fn finish(self) -> (Sequence, Cached) {
        let places = places(&self.left);
        let place = |event: usize| places.get(event).copied().unwrap_or(event);
        let mut cached = self.cached;
        for asked in &mut cached.asked {
            asked.event = place(asked.event);
            for event in &mut asked.forwarded {
                *event = place(*event);
            }
        }
        (self.tape.finish(), cached)
    }
}

/// Where each event comes to stand when they are sorted by time, those of one moment in the order in which they were recorded.
fn places(left: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..left.len()).collect();
    order.sort_by_key(|event| left.get(*event).copied());
    let mut places = vec![0; left.len()];
    for (place, event) in order.into_iter().enumerate() {
        if let Some(own) = places.get_mut(event) {
            *own = place;
        }
    }
    places
}

/// The conditions that one request has otherwise than the other.
fn conditions(before: Option<&Request>, after: &Request, clause: &'static str) -> Vec<Change> {
    let differs = |name: &str| {
        let before = before.and_then(|request| request.fields.joined(name));
        let after = after.fields.joined(name);
        (before != after).then(|| Change { what: name.to_owned(), before, after, clause })
    };
    CONDITIONS.into_iter().filter_map(differs).collect()
}

/// What the cache made of the reply, or of what it holds if there was none.
fn aged(reply: Option<&Response>, response: &Response) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(reply) = reply.filter(|reply| reply.status != response.status) {
        let clause = if reply.status == 304 { "RFC 9111 §4.3.3" } else { "RFC 5861 §4" };
        let (before, after) = (Some(reply.status.to_string()), Some(response.status.to_string()));
        changes.push(Change { what: "status".to_owned(), before, after, clause });
    }
    let before = reply.and_then(|reply| reply.fields.joined("Age"));
    let after = response.fields.joined("Age");
    if before != after {
        changes.push(Change { what: "Age".to_owned(), before, after, clause: "RFC 9111 §5.1" });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use crate::http::profiles::Profile;
    use crate::http::state::{Representation, World};

    const URL: &str = "https://example.org/notes/1#end";

    fn world(cache_control: &str) -> World {
        let mut world = World::default();
        world.resource.cache_control = Some(cache_control.to_owned());
        world
    }

    fn asked(method: &str, fields: &[(&str, &str)]) -> Request {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        request
    }

    fn get() -> Request {
        asked("GET", &[])
    }

    /// Against one world that stays as it is.
    fn against(world: &World, kind: Kind, asks: &[(u64, Request)]) -> (Sequence, Cached) {
        play(&Setting::default(), URL, asks, kind, &mut |visit| visit.decide(Profile::Rfc9110, world))
    }

    fn outcomes(cached: &Cached) -> Vec<(Outcome, Option<u16>)> {
        cached.asked.iter().map(|asked| (asked.outcome, asked.response.as_ref().map(|response| response.status))).collect()
    }

    fn got<'a>(cached: &'a Cached, index: usize, name: &str) -> Option<&'a str> {
        cached.asked.get(index)?.response.as_ref()?.fields.get(name)
    }

    fn ways(sequence: &Sequence) -> Vec<(u64, Lane, Lane)> {
        sequence.events.iter().map(|event| (event.at_ms, event.from, event.to)).collect()
    }

    #[test]
    fn what_was_missed_is_stored_and_answers_later() {
        let (sequence, cached) = against(&world("max-age=60"), Kind::Private, &[(0, get()), (45_000, get())]);
        assert_eq!(outcomes(&cached), [(Outcome::Miss, Some(200)), (Outcome::Fresh, Some(200))]);
        let expected = [
            (0, Lane::Client, Lane::Cache),
            (30, Lane::Cache, Lane::Origin),
            (80, Lane::Origin, Lane::Cache),
            (110, Lane::Cache, Lane::Client),
            (45_000, Lane::Client, Lane::Cache),
            (45_030, Lane::Cache, Lane::Client),
        ];
        assert_eq!(ways(&sequence), expected);
        assert_eq!((got(&cached, 0, "Age"), got(&cached, 1, "Age")), (None, Some("45")));
        assert_eq!(cached.asked.iter().map(|own| (own.event, own.forwarded.clone())).collect::<Vec<_>>(), [(0, vec![1]), (4, vec![])]);
        assert!(sequence.events.iter().all(|event| !event.note.is_empty()));
        assert!(sequence.events[1].note.contains("Nothing is stored") && sequence.events[3].note.contains("It is stored"));
        assert_eq!(cached.states.iter().map(|(at, cache)| (*at, cache.stored().len())).collect::<Vec<_>>(), [(140, 1), (45_060, 1)]);
    }

    #[test]
    fn what_is_stale_is_validated_and_fresh_again() {
        let (sequence, cached) = against(&world("max-age=60"), Kind::Private, &[(0, get()), (75_000, get()), (100_000, get())]);
        let expected = [(Outcome::Miss, Some(200)), (Outcome::Validate, Some(200)), (Outcome::Fresh, Some(200))];
        assert_eq!(outcomes(&cached), expected);
        assert_eq!((got(&cached, 1, "Age"), got(&cached, 2, "Age")), (None, Some("25")), "the 304 has a Date of its own");
        let question = &sequence.events[5];
        assert!(matches!(&question.message, Message::Request { request, .. } if request.fields.get("If-None-Match") == Some("\"v1\"")));
        assert_eq!(question.changes.iter().map(|own| own.what.as_str()).collect::<Vec<_>>(), CONDITIONS);
        assert!(question.changes.iter().all(|own| own.before.is_none() && own.clause == "RFC 9111 §4.3.1"));
        assert!(question.note.contains("stale by 15 s"), "{}", question.note);
        assert!(matches!(&sequence.events[6].message, Message::Response(response) if response.status == 304));
        let answer = &sequence.events[7];
        assert_eq!((answer.changes[0].what.as_str(), answer.changes[0].after.as_deref()), ("status", Some("200")));
        assert!(answer.note.contains("RFC 9111 §4.3.4"));
    }

    #[test]
    fn stale_while_revalidate_answers_first_and_asks_then() {
        let world = world("max-age=60, stale-while-revalidate=30");
        let (sequence, cached) = against(&world, Kind::Private, &[(0, get()), (75_000, get()), (80_000, get())]);
        assert_eq!(outcomes(&cached).iter().map(|own| own.0).collect::<Vec<_>>(), [Outcome::Miss, Outcome::Stale, Outcome::Fresh]);
        assert_eq!((got(&cached, 1, "Age"), got(&cached, 2, "Age")), (Some("75"), Some("5")));
        let expected = [
            (75_000, Lane::Client, Lane::Cache),
            (75_030, Lane::Cache, Lane::Client),
            (75_030, Lane::Cache, Lane::Origin),
            (75_080, Lane::Origin, Lane::Cache),
        ];
        assert_eq!(ways(&sequence)[4..8], expected);
        assert_eq!(cached.asked[1].forwarded, [6]);
        assert!(sequence.events[7].note.contains("RFC 9111 §4.3.4"), "nothing later could say it");
    }

    #[test]
    fn no_cache_asks_the_origin_although_it_is_fresh() {
        let wish = asked("GET", &[("Cache-Control", "no-cache")]);
        let (sequence, cached) = against(&world("max-age=60"), Kind::Private, &[(0, get()), (10_000, wish)]);
        assert_eq!(cached.asked[1].outcome, Outcome::Validate);
        assert!(sequence.events[5].note.contains("The request says no-cache (RFC 9111 §5.2.1.4)."));
    }

    #[test]
    fn only_if_cached_is_refused_where_nothing_is() {
        let wish = asked("GET", &[("Cache-Control", "only-if-cached")]);
        let (sequence, cached) = against(&world("max-age=60"), Kind::Private, &[(0, wish.clone()), (1_000, get()), (2_000, wish)]);
        assert_eq!(outcomes(&cached), [(Outcome::Refused, Some(504)), (Outcome::Miss, Some(200)), (Outcome::Fresh, Some(200))]);
        assert_eq!((cached.asked[0].forwarded.len(), sequence.statuses()), (0, vec![504, 200, 200]));
        assert!(sequence.events[1].note.contains("RFC 9111 §5.2.1.7"));
    }

    #[test]
    fn a_write_goes_through_and_makes_what_is_stored_invalid() {
        let put = Request { body: b"new".to_vec(), ..asked("PUT", &[("Content-Length", "3")]) };
        let (sequence, cached) = against(&world("max-age=60"), Kind::Shared, &[(0, get()), (10_000, put), (20_000, get())]);
        let expected = [(Outcome::Miss, Some(200)), (Outcome::Through, Some(204)), (Outcome::Validate, Some(200))];
        assert_eq!(outcomes(&cached), expected);
        assert!(sequence.events[7].note.contains("RFC 9111 §4.4"), "{}", sequence.events[7].note);
        assert!(sequence.events[9].note.contains("A write went to this target"), "{}", sequence.events[9].note);
    }

    #[test]
    fn a_new_version_takes_the_place_of_the_old_one() {
        let old = world("max-age=60");
        let mut new = world("max-age=60");
        new.resource.representations = vec![Representation { etag: Some("\"v2\"".to_owned()), ..Representation::default() }];
        let asks = [(0, get()), (75_000, get())];
        let (sequence, cached) = play(&Setting::default(), URL, &asks, Kind::Private, &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.turn == 0 { &old } else { &new })
        });
        assert!(matches!(&sequence.events[6].message, Message::Response(response) if response.status == 200));
        assert_eq!(got(&cached, 1, "ETag"), Some("\"v2\""));
        let stored = cached.states[1].1.stored();
        assert_eq!((stored.len(), stored[0].response.fields.get("ETag")), (1, Some("\"v2\"")));
    }

    #[test]
    fn vary_keeps_answers_apart() {
        let mut world = world("max-age=60");
        let in_language = |language: &str| Representation { language: Some(language.to_owned()), ..Representation::default() };
        world.resource.representations = vec![in_language("en"), in_language("de")];
        let wish = |language: &str| asked("GET", &[("Accept-Language", language)]);
        let asks = [(0, wish("en")), (1_000, wish("de")), (2_000, wish("en")), (3_000, wish("de"))];
        let (_, cached) = against(&world, Kind::Private, &asks);
        assert_eq!(
            outcomes(&cached).iter().map(|own| own.0).collect::<Vec<_>>(),
            [Outcome::Miss, Outcome::Miss, Outcome::Fresh, Outcome::Fresh]
        );
        assert_eq!((got(&cached, 2, "Content-Language"), got(&cached, 3, "Content-Language")), (Some("en"), Some("de")));
    }

    #[test]
    fn stale_if_error_stands_in() {
        let asks = [(0, get()), (75_000, get())];
        let well = world("max-age=60, stale-if-error=60");
        let mut down = well.clone();
        down.server.unavailable = true;
        let (sequence, cached) = play(&Setting::default(), URL, &asks, Kind::Private, &mut |visit| {
            visit.decide(Profile::Rfc9110, if visit.turn == 0 { &well } else { &down })
        });
        assert_eq!((sequence.statuses(), got(&cached, 1, "Age")), (vec![200, 200], Some("75")));
        assert_eq!((sequence.events[7].changes[0].before.as_deref(), sequence.events[7].changes[0].clause), (Some("503"), "RFC 5861 §4"));
    }

    #[test]
    fn a_304_for_something_else_is_asked_again_without_conditions() {
        let asks = [(0, get()), (75_000, get())];
        let world = world("max-age=60");
        let (sequence, cached) = play(&Setting::default(), URL, &asks, Kind::Private, &mut |visit| match visit.turn {
            1 => {
                let mut other = Response::new(304);
                other.fields.push("ETag", "\"other\"");
                plain(other)
            }
            _ => visit.decide(Profile::Rfc9110, &world),
        });
        assert_eq!((cached.asked[1].forwarded.as_slice(), sequence.statuses()), ([5, 7].as_slice(), vec![200, 200]));
        let again = &sequence.events[7];
        assert!(again.changes.iter().all(|own| own.after.is_none()) && again.note.contains("once more"), "{}", again.note);
        let stubborn = play(&Setting::default(), URL, &asks[..1], Kind::Private, &mut |_| plain(Response::new(304)));
        assert_eq!((stubborn.0.statuses(), stubborn.1.asked[0].forwarded.len()), (vec![502], 3));
    }

    #[test]
    fn a_shared_cache_signs_and_a_private_one_does_not() {
        for (kind, expected) in [(Kind::Shared, Some("1.1 edge")), (Kind::Private, None)] {
            let mut seen = Vec::new();
            play(&Setting::default(), URL, &[(0, get())], kind, &mut |visit| {
                seen.push((visit.url.to_owned(), visit.request.fields.get("Via").map(str::to_owned)));
                plain(Response::new(204))
            });
            assert_eq!(seen, [("https://example.org/notes/1".to_owned(), expected.map(str::to_owned))]);
        }
    }

    #[test]
    fn an_ask_waits_for_the_one_before() {
        let (sequence, cached) = against(&world("max-age=60"), Kind::Private, &[(0, get()), (50, get())]);
        assert_eq!((cached.asked[1].at_ms, cached.asked[1].outcome), (140, Outcome::Fresh));
        assert!(sequence.events[cached.asked[1].event].note.contains("waited"));
    }

    #[test]
    fn places_hold_after_interim_responses_that_overtake() {
        // The 103 leaves the cache at 90, the 200 the origin at 80 already.
        let mut world = world("max-age=60");
        world.server.hints = vec!["</style.css>; rel=preload".to_owned()];
        let (sequence, cached) = against(&world, Kind::Shared, &[(0, get()), (1_000, get())]);
        assert!(sequence.events.is_sorted_by_key(|event| event.at_ms));
        assert_eq!(sequence.statuses(), [103, 200, 200]);
        for own in &cached.asked {
            let event = &sequence.events[own.event];
            assert!(event.from == Lane::Client && matches!(event.message, Message::Request { .. }) && event.at_ms == own.at_ms);
        }
        assert_eq!(places(&[0, 30, 60, 90, 80, 110]), [0, 1, 2, 4, 3, 5]);
    }
}
