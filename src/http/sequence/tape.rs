//! Records events against a clock of its own, and walks a message through whatever stands in front of the origin.

use super::{Change, Event, Lane, Message, Origin, Sequence, Setting, Visit, hop};
use crate::http::engine::{By, Decision};
use crate::http::message::{Request, Response};

pub(super) struct Tape {
    pub setting: Setting,
    /// Since the sequence began.
    pub at_ms: u64,
    /// Of the client, counted from 1.
    pub connection: u32,
    /// Whether the client sends before its TLS handshake is over.
    pub early: bool,
    turn: usize,
    events: Vec<Event>,
}

impl Tape {
    pub fn new(setting: &Setting) -> Tape {
        Tape { setting: *setting, at_ms: 0, connection: 1, early: false, turn: 0, events: Vec::new() }
    }

    /// In seconds since 1970.
    pub fn now(&self) -> u64 {
        self.setting.start.saturating_add(self.at_ms / 1_000)
    }

    pub fn pass(&mut self, ms: u64) {
        self.at_ms = self.at_ms.saturating_add(ms);
    }

    /// Sends something now. The clock stands still.
    pub fn push(&mut self, from: Lane, to: Lane, message: Message, note: impl Into<String>, changes: Vec<Change>) {
        self.events.push(Event { at_ms: self.at_ms, from, to, message, note: note.into(), changes });
    }

    /// Sends something and goes along with it.
    pub fn send(&mut self, from: Lane, to: Lane, message: Message, note: impl Into<String>, changes: Vec<Change>) {
        self.push(from, to, message, note, changes);
        self.pass(self.setting.hop_ms);
    }

    /// The client waits.
    pub fn pause(&mut self, ms: u64, note: impl Into<String>) {
        self.push(Lane::Client, Lane::Client, Message::Pause, note, Vec::new());
        self.pass(ms);
    }

    /// The client gives up.
    pub fn fail(&mut self, why: impl Into<String>) {
        self.push(Lane::Client, Lane::Client, Message::NetworkError(why.into()), "", Vec::new());
    }

    /// Adds a sentence to the note of the last event.
    pub fn remark(&mut self, text: &str) {
        if let Some(last) = self.events.last_mut() {
            if !last.note.is_empty() {
                last.note.push(' ');
            }
            last.note.push_str(text);
        }
    }

    /// One request and all that comes back: the final response, when it has reached the client.
    pub fn exchange(
        &mut self,
        url: &str,
        request: &Request,
        note: impl Into<String>,
        changes: Vec<Change>,
        origin: &mut Origin<'_>,
    ) -> Response {
        let (decision, front) = self.arrive(url, request, request, note, changes, origin);
        for interim in &decision.interim {
            self.interim(front, interim, "");
        }
        self.last(&decision, front)
    }

    /// A request on its way to whoever answers it, with the clock at its arrival. `shown` is what goes out now; the answer
    /// is about `request`, whose content may follow. Says too what stands in front.
    pub fn arrive(
        &mut self,
        url: &str,
        request: &Request,
        shown: &Request,
        note: impl Into<String>,
        changes: Vec<Change>,
        origin: &mut Origin<'_>,
    ) -> (Decision, Option<Lane>) {
        let sent = self.at_ms;
        self.pass(self.setting.hop_ms);
        let bare = url.split('#').next().unwrap_or_default();
        let visit = Visit { url: bare, request, now: self.now(), turn: self.turn, connection: self.connection, early: self.early };
        let decision = origin(&visit);
        self.turn += 1;
        let front = front(&decision);
        let message = Message::Request { url: url.to_owned(), request: shown.clone() };
        let to = front.unwrap_or(Lane::Origin);
        self.events.push(Event { at_ms: sent, from: Lane::Client, to, message, note: note.into(), changes });
        if let Some(lane) = front.filter(|_| decision.by == By::Origin) {
            let mut edit = hop::forward(shown, &signature(&decision.response), decision.response.status == 101);
            if self.early {
                // The origin sees no TLS of the client's, and has to be told.
                edit.set("Early-Data", "1", "RFC 8470 §5.1");
            }
            let message = Message::Request { url: bare.to_owned(), request: edit.request };
            self.send(lane, Lane::Origin, message, "", edit.changes);
        }
        (decision, front)
    }

    /// The content that was held back, from the client to the origin.
    pub fn content(&mut self, front: Option<Lane>, content: &[u8], note: &str) {
        let mut from = Lane::Client;
        for to in front.into_iter().chain([Lane::Origin]) {
            self.send(from, to, Message::Content(content.to_vec()), if from == Lane::Client { note } else { "" }, Vec::new());
            from = to;
        }
    }

    /// An interim response, from the origin to the client. The origin goes on meanwhile: the clock stands still. Returns
    /// when it has arrived.
    pub fn interim(&mut self, front: Option<Lane>, response: &Response, note: &str) -> u64 {
        let sent = self.at_ms;
        let mut from = Lane::Origin;
        for to in front.into_iter().chain([Lane::Client]) {
            let note = if from == Lane::Origin { note } else { "A proxy forwards 1xx responses (RFC 9110 §15.2)." };
            self.send(from, to, Message::Interim(response.clone()), note, Vec::new());
            from = to;
        }
        std::mem::replace(&mut self.at_ms, sent)
    }

    /// The final response, from whoever gives it to the client.
    pub fn last(&mut self, decision: &Decision, front: Option<Lane>) -> Response {
        let why = decision.path.last().map(|step| step.reason.as_str()).unwrap_or_default();
        let response = decision.response.clone();
        match (decision.by, front) {
            (By::Origin, Some(lane)) => {
                self.pass(self.setting.think_ms);
                let (own, changes) = before_front(decision);
                self.send(Lane::Origin, lane, Message::Response(own), why, Vec::new());
                self.send(lane, Lane::Client, Message::Response(response.clone()), "", changes);
            }
            (By::Origin, None) => {
                self.pass(self.setting.think_ms);
                self.send(Lane::Origin, Lane::Client, Message::Response(response.clone()), why, Vec::new());
            }
            (By::Front | By::Cache, lane) => {
                let lane = lane.unwrap_or(Lane::Proxy);
                self.send(lane, Lane::Client, Message::Response(response.clone()), why, Vec::new());
            }
        }
        response
    }

    /// In the order of time; what happens at once stays in the order in which it was recorded.
    pub fn finish(mut self) -> Sequence {
        self.events.sort_by_key(|event| event.at_ms);
        Sequence { events: self.events }
    }
}

/// What stands in front, as far as the path of the decision tells.
fn front(decision: &Decision) -> Option<Lane> {
    let asked = |node: &str| decision.path.iter().find(|step| step.node == node);
    let caches = asked("front-caches").is_some_and(|step| step.yes);
    match decision.by {
        By::Cache => Some(Lane::Cache),
        _ if caches => Some(Lane::Cache),
        By::Front => Some(Lane::Proxy),
        By::Origin => decision.path.iter().any(|step| step.node.starts_with("front-")).then_some(Lane::Proxy),
    }
}

/// How the intermediary signs, read from the Via of what it passed on.
fn signature(response: &Response) -> String {
    let via = response.fields.all("Via").last().and_then(|hop| hop.split_once(' '));
    via.map_or("edge", |(_, name)| name).to_owned()
}

/// The response as it was before the intermediary touched it, and what it did.
fn before_front(decision: &Decision) -> (Response, Vec<Change>) {
    let mut own = decision.response.clone();
    let mut changes = Vec::new();
    // The engine turns a 200 into 203 only where it asks this.
    let transformed = decision.path.iter().any(|step| step.node == "front-transforms" && step.yes);
    if transformed && own.status == 203 {
        own.status = 200;
        let (before, after) = (Some("200".to_owned()), Some("203".to_owned()));
        changes.push(Change { what: "status".to_owned(), before, after, clause: "RFC 9110 §7.7" });
    }
    let after = own.fields.joined("Via");
    if own.fields.remove("Via") {
        changes.push(Change { what: "Via".to_owned(), before: None, after, clause: "RFC 9110 §7.6.3" });
    }
    (own, changes)
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use crate::http::profiles::Profile;
    use crate::http::state::{Front, Stored, World};

    fn get() -> Request {
        let mut request = Request::new("GET", "/notes/1");
        request.fields.push("Host", "example.org");
        request
    }

    fn asked(world: World) -> Sequence {
        let mut tape = Tape::new(&Setting::default());
        tape.exchange("http://example.org/notes/1#x", &get(), "", Vec::new(), &mut |visit| visit.decide(Profile::Rfc9110, &world));
        tape.finish()
    }

    fn ways(sequence: &Sequence) -> Vec<(u64, Lane, Lane)> {
        sequence.events.iter().map(|event| (event.at_ms, event.from, event.to)).collect()
    }

    #[test]
    fn without_anything_in_front_there_and_back() {
        let sequence = asked(World::default());
        assert_eq!(ways(&sequence), [(0, Lane::Client, Lane::Origin), (50, Lane::Origin, Lane::Client)]);
        assert_eq!(sequence.statuses(), [200]);
        assert!(!sequence.events[1].note.is_empty(), "the last reason of the path");
    }

    #[test]
    fn a_proxy_signs_both_ways() {
        let sequence = asked(World { front: Some(Front::default()), ..World::default() });
        let expected = [
            (0, Lane::Client, Lane::Proxy),
            (30, Lane::Proxy, Lane::Origin),
            (80, Lane::Origin, Lane::Proxy),
            (110, Lane::Proxy, Lane::Client),
        ];
        assert_eq!(ways(&sequence), expected);
        let told: Vec<usize> = sequence.events.iter().map(|event| event.changes.len()).collect();
        assert_eq!(told, [0, 1, 0, 1]);
        match (&sequence.events[1].message, &sequence.events[2].message) {
            (Message::Request { url, request }, Message::Response(response)) => {
                assert_eq!(url, "http://example.org/notes/1", "the fragment stays at the client");
                assert_eq!(request.fields.get("Via"), Some("1.1 edge"));
                assert!(!response.fields.contains("Via"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(sequence.outcome().and_then(|response| response.fields.get("Via")), Some("1.1 edge"));
    }

    #[test]
    fn a_cache_answers_without_the_origin() {
        let front = Front { caches: true, stored: Some(Stored::default()), ..Front::default() };
        let sequence = asked(World { front: Some(front), ..World::default() });
        assert_eq!(ways(&sequence), [(0, Lane::Client, Lane::Cache), (30, Lane::Cache, Lane::Client)]);
    }

    #[test]
    fn a_proxy_that_transforms_says_so() {
        let front = Front { transforms: true, ..Front::default() };
        let sequence = asked(World { front: Some(front), ..World::default() });
        let last = sequence.events.last().expect("there is one");
        assert_eq!(last.changes.iter().map(|change| change.what.as_str()).collect::<Vec<_>>(), ["status", "Via"]);
        assert_eq!(sequence.statuses(), [203]);
    }

    #[test]
    fn interim_responses_come_before_the_last_and_cost_no_time() {
        let mut tape = Tape::new(&Setting::default());
        let decision = crate::http::engine::Decision { interim: vec![Response::new(102)], ..plain(Response::new(204)) };
        tape.exchange("http://a/", &get(), "", Vec::new(), &mut |_| decision.clone());
        let sequence = tape.finish();
        assert_eq!(sequence.statuses(), [102, 204]);
        assert_eq!(ways(&sequence).iter().map(|way| way.0).collect::<Vec<_>>(), [0, 30, 50]);
    }

    #[test]
    fn visits_are_counted_and_see_the_clock() {
        let mut tape = Tape::new(&Setting { start: 100, hop_ms: 1_500, ..Setting::default() });
        let mut seen = Vec::new();
        for _ in 0..2 {
            tape.exchange("http://a/#f", &get(), "", Vec::new(), &mut |visit| {
                seen.push((visit.turn, visit.now, visit.connection, visit.url.to_owned()));
                plain(Response::new(204))
            });
        }
        assert_eq!(seen, [(0, 101, 1, "http://a/".to_owned()), (1, 104, 1, "http://a/".to_owned())]);
    }
}
