//! Why the answer is what it is: the last question answered, with its reason and its clause, and the run in one sentence.

use super::run::{Now, Run, Visited};
use crate::http::engine;
use crate::http::graph::{Label, Node, Station};
use crate::http::parse::{NOT_SENT, Refusal};
use crate::http::profiles::Profile;
use crate::http::questions::{brief, message};
use crate::http::sequence::{Event, Lane, Message};
use crate::http::status;
use crate::labs::frame::Words;

/// One answer, ready to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// "Why 412", or "Question 15 of 24" while questions are left.
    pub heading: String,
    pub question: String,
    /// `yes` or `no`.
    pub answer: &'static str,
    /// One sentence, with code in backticks.
    pub reason: String,
    pub clause: String,
    /// `MUST`, `SHOULD`, `MAY` or `convention`.
    pub label: &'static str,
    /// What the label binds to; empty if that is the way out.
    pub about: &'static str,
    /// The page of the clause, if it is an RFC's.
    pub link: Option<String>,
    /// Where the rules of a profile other than the RFC were read.
    pub source: Option<&'static str>,
}

/// The last question answered at a moment, or why the request was refused before any was asked.
pub fn at(run: &Run, now: Now) -> Option<Why> {
    if let Err(refusal) = &run.request {
        return Some(refused(refusal));
    }
    let shown = run.sequence.events.get(..now.events).unwrap_or_default();
    let asked = shown.iter().rposition(|event| event.from == Lane::Client && matches!(event.message, Message::Request { .. }));
    // What a server decided about an earlier request says nothing about the one under way.
    let visit = now.visit.and_then(|visit| run.visits.get(visit)).filter(|visit| asked.is_none_or(|asked| visit.event >= asked));
    let Some(visit) = visit else {
        return shown.last().and_then(from_the_cache);
    };
    let step = visit.path().get(now.steps.checked_sub(1)?)?;
    let node = node(run.profile, step.node)?;
    let heading = match now.answered {
        true => format!("Why {}", visit.decision.response.status),
        false => format!("Question {} of {}", now.steps, visit.path().len()),
    };
    let own = run.profile != Profile::Rfc9110 && node.station != Station::Front;
    Some(Why { source: own.then(|| run.profile.source()), ..told(node, heading, step.yes, step.reason.clone()) })
}

fn told(node: &Node, heading: String, yes: bool, reason: String) -> Why {
    Why {
        heading,
        question: node.question.to_owned(),
        answer: word(yes),
        reason,
        clause: node.clause.to_owned(),
        label: node.label.word(),
        about: node.about,
        link: node.link(),
        source: None,
    }
}

/// As answers are written.
pub fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// What the last event shown says of itself, such as how a client follows a redirect; `None` if it says nothing.
pub fn note(run: &Run, now: Now) -> Option<&str> {
    let event = run.sequence.events.get(now.events.checked_sub(1)?)?;
    (!event.note.is_empty()).then_some(event.note.as_str())
}

/// A cache that answers by itself asks no server, so there is no path: the event itself says why.
fn from_the_cache(event: &Event) -> Option<Why> {
    let Message::Response(response) = &event.message else { return None };
    if (event.from, event.to) != (Lane::Cache, Lane::Client) {
        return None;
    }
    let reused = response.status != 504;
    let (label, clause, otherwise) = match reused {
        true => (Label::Must, "RFC 9111 §4", "What the cache holds may be used again."),
        false => (Label::Should, "RFC 9111 §5.2.1.7", "Nothing that may be used is stored, and the client wants nothing else."),
    };
    let node = Node::new(Station::Front, "cache", "May a stored response be reused?", message::well_formed).clause(label, clause);
    let reason = if event.note.is_empty() { otherwise.to_owned() } else { event.note.clone() };
    Some(told(&node, format!("Why {}", response.status), reused, reason))
}

fn refused(refusal: &Refusal) -> Why {
    let (label, clause) = rule(refusal);
    let node = Node::new(Station::Message, "read", "Can the request be read?", message::well_formed).clause(label, clause);
    let heading = match refusal.status {
        NOT_SENT => "Why nothing is sent".to_owned(),
        status => format!("Why {status}"),
    };
    told(&node, heading, false, refusal.why.clone())
}

/// The clause by which a message that cannot be read is refused. Refusals name no clause, so a 400 goes by what its sentence
/// speaks of.
fn rule(refusal: &Refusal) -> (Label, &'static str) {
    let says = |words: &[&str]| words.iter().any(|word| refusal.why.contains(word));
    match refusal.status {
        408 => (Label::May, "RFC 9110 §15.5.9"),
        413 => (Label::May, "RFC 9110 §15.5.14"),
        414 => (Label::Must, "RFC 9112 §3"),
        431 => (Label::May, "RFC 6585 §5"),
        501 => (Label::Should, "RFC 9112 §6.1"),
        505 => (Label::May, "RFC 9110 §15.6.6"),
        _ if says(&["next request"]) => (Label::Should, "RFC 9112 §2.2"),
        _ if says(&["contradict each other"]) => (Label::May, "RFC 9112 §6.1"),
        _ if says(&["Content-Length", "Transfer-Encoding"]) => (Label::Must, "RFC 9112 §6.3"),
        _ if says(&["chunk"]) => (Label::Should, "RFC 9112 §7"),
        _ if says(&["line folding"]) => (Label::Must, "RFC 9112 §5.2"),
        _ if says(&["field's name and its colon"]) => (Label::Must, "RFC 9112 §5.1"),
        _ if says(&["field's value"]) => (Label::Must, "RFC 9110 §5.5"),
        _ if says(&["Whitespace may not stand"]) => (Label::Must, "RFC 9112 §2.2"),
        _ if says(&["The field", "The line", "field's name"]) => (Label::Should, "RFC 9112 §2.2"),
        _ => (Label::Should, "RFC 9112 §3"),
    }
}

/// The question of that name, in the profile's graph or in the one of what stands in front.
pub fn node(profile: Profile, id: &str) -> Option<&'static Node> {
    engine::node(profile, id)
}

/// `RFC 9110 §13.1.1, MUST`.
pub fn clause(node: &Node) -> String {
    let colon = if node.about.is_empty() { "" } else { ": " };
    format!("{}, {}{colon}{}", node.clause, node.label.word(), node.about)
}

/// A question of a visit in one line: `Does it match, strongly? No: the reason. (RFC 9110 §13.1.1, MUST)`
pub fn step(run: &Run, visit: usize, step: usize) -> Option<String> {
    let step = run.visits.get(visit)?.path().get(step)?;
    let node = node(run.profile, step.node)?;
    let answer = if step.yes { "Yes" } else { "No" };
    Some(format!("{} {answer}: {} ({})", node.question, step.reason, clause(node)))
}

/// The run in one sentence, or two if the client ends otherwise than the last server answered.
pub fn sentence(run: &Run) -> String {
    let request = match &run.request {
        Ok(request) => request,
        Err(refusal) if refusal.status == NOT_SENT => return format!("Nothing is sent: {}", refusal.why),
        Err(refusal) => {
            return format!("The request is refused with {} before any question is asked.", named(refusal.status));
        }
    };
    let mut told = match run.visits.as_slice() {
        [] => format!("{} {} reaches no origin.", brief(&request.method), brief(&request.target)),
        [only] => left(run.profile, only),
        [.., last] => format!("{}The last of {} requests, {}", course(run), run.visits.len(), left(run.profile, last)),
    };
    let answered = run.visits.last().map(|visit| visit.decision.response.status);
    if let Some(error) = run.sequence.error() {
        told.push_str(&format!(" The client ends with a network error: {error}"));
    } else if let Some(status) = run.status().filter(|status| Some(*status) != answered) {
        told.push_str(&format!(" The client ends with {}.", named(status)));
    }
    told
}

/// What the client gets one after the other, and what became of its method on the way.
fn course(run: &Run) -> String {
    const MOST: usize = 6;
    let statuses = run.sequence.statuses();
    let mut told: Vec<String> = statuses.iter().take(MOST).map(u16::to_string).collect();
    if statuses.len() > MOST {
        told.push("…".to_owned());
    }
    let mut course = format!("The client gets {}. ", told.join(", then "));
    let requests = run.sequence.requests();
    if let (Some((_, first)), Some((_, last))) = (requests.first(), requests.last())
        && first.method != last.method
    {
        let content = if !first.body.is_empty() && last.body.is_empty() { ", and its content was dropped" } else { "" };
        course.push_str(&format!("{} has become {} on the way{content}. ", brief(&first.method), brief(&last.method)));
    }
    course
}

/// `412 Precondition Failed`.
pub fn named(code: u16) -> String {
    match status::reason(code) {
        Some(reason) => format!("{code} {reason}"),
        None => code.to_string(),
    }
}

/// Where one visit left, with what, and by which answer.
fn left(profile: Profile, visit: &Visited) -> String {
    let (what, status) = (format!("{} {}", brief(&visit.request.method), brief(&visit.request.target)), visit.decision.response.status);
    let Some((step, node)) = visit.path().last().and_then(|step| Some((step, node(profile, step.node)?))) else {
        return format!("{what} is answered with {status}.");
    };
    let way = match node.station {
        Station::Front => "is answered in front of the origin".to_owned(),
        station => format!("leaves at {}", station.name()),
    };
    let count = visit.path().len();
    let questions = if count == 1 { "question" } else { "questions" };
    format!("{what} {way} with {status} after {count} {questions}: {}", step.reason)
}

/// A sentence with what stands in backticks set apart. A backtick without a second one is only itself.
pub fn words(text: &str) -> Words {
    let (mut words, mut rest) = (Words::default(), text);
    while let Some((before, after)) = rest.split_once('`') {
        let Some((figure, next)) = after.split_once('`') else { break };
        if !before.is_empty() {
            words = words.text(before);
        }
        words = words.figure(figure);
        rest = next;
    }
    if rest.is_empty() { words } else { words.text(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::engine::decide;
    use crate::http::message::{Request, Response};
    use crate::http::parse::{self, Limits};
    use crate::http::sequence::Sequence;
    use crate::http::state::World;
    use crate::labs::frame::Phrase;

    fn run_of(profile: Profile, method: &str, fields: &[(&str, &str)]) -> Run {
        let (mut request, world) = (Request::new(method, "/notes/1"), World::default());
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        let decision = decide(profile, &request, &world);
        let visit = Visited { event: 0, url: "https://example.org/notes/1".to_owned(), request: request.clone(), world, decision };
        Run {
            profile,
            request: Ok(request),
            too_large: None,
            sequence: Sequence::default(),
            visits: vec![visit],
            beats: Vec::new(),
            cached: None,
        }
    }

    fn end(run: &Run) -> Now {
        let steps = run.visits[0].path().len();
        Now { beats: steps + 1, events: 1, visit: Some(0), steps, answered: true }
    }

    #[test]
    fn a_lost_update_is_explained() {
        let run = run_of(Profile::Rfc9110, "PUT", &[("If-Match", "\"v0\"")]);
        let why = at(&run, end(&run)).expect("an answer");
        assert_eq!((why.heading.as_str(), why.question.as_str(), why.answer), ("Why 412", "Does it match, strongly?", "no"));
        assert_eq!((why.clause.as_str(), why.label, why.source), ("RFC 9110 §13.1.1", "MUST", None));
        assert_eq!(why.link.as_deref(), Some("https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1"));
        assert!(why.reason.contains("\"v0\"") && why.reason.contains("\"v1\""));
        let count = run.visits[0].path().len();
        assert_eq!(sentence(&run), format!("PUT /notes/1 leaves at preconditions with 412 after {count} questions: {}", why.reason));
        let line = step(&run, 0, count - 1).expect("the last step");
        assert_eq!(
            line,
            format!(
                "Does it match, strongly? No: {} (RFC 9110 §13.1.1, MUST: not to perform the method; that 412 says so is a MAY)",
                why.reason
            )
        );
        assert_eq!(step(&run, 0, count), None);
    }

    #[test]
    fn questions_are_counted_on_the_way() {
        let run = run_of(Profile::Rfc9110, "GET", &[]);
        let now = Now { answered: false, steps: 2, ..end(&run) };
        let why = at(&run, now).expect("an answer");
        assert_eq!(why.heading, format!("Question 2 of {}", run.visits[0].path().len()));
        assert_eq!((why.question.as_str(), why.answer), ("Is there one valid Host?", "yes"));
        assert_eq!(at(&run, Now::default()), None, "nothing was asked yet");
    }

    #[test]
    fn other_rules_name_their_source() {
        let run = run_of(Profile::Webmachine, "PUT", &[("If-Match", "\"v0\"")]);
        let why = at(&run, end(&run)).expect("an answer");
        assert_eq!((why.label, why.link, why.source), ("convention", None, Some(Profile::Webmachine.source())));
        assert_eq!(node(Profile::Webmachine, "front-stored").map(|node| node.station), Some(Station::Front));
        assert!(node(Profile::Webmachine, "if-match").is_none());
    }

    #[test]
    fn a_refusal_names_its_clause() {
        let read = |text: &str| {
            let limits = Limits { target: 20, fields: 60, body: 4 };
            let refusal = parse::request(text.replace('\n', "\r\n").as_bytes(), &limits).expect_err(text);
            let why = refused(&refusal);
            (refusal.status, why.clause, why.label)
        };
        for (text, status, clause, label) in [
            ("GET /a b HTTP/1.1\n\n", 400, "RFC 9112 §3", "SHOULD"),
            ("GET /aaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\n\n", 414, "RFC 9112 §3", "MUST"),
            ("GET / HTTP/2.0\n\n", 505, "RFC 9110 §15.6.6", "MAY"),
            ("GET / HTTP/1.1\nHost : a\n\n", 400, "RFC 9112 §5.1", "MUST"),
            ("GET / HTTP/1.1\nHost: a\n b\n\n", 400, "RFC 9112 §5.2", "MUST"),
            ("GET / HTTP/1.1\n Host: a\n\n", 400, "RFC 9112 §2.2", "MUST"),
            ("GET / HTTP/1.1\nHost\n\n", 400, "RFC 9112 §2.2", "SHOULD"),
            ("GET / HTTP/1.1\nHost: a\u{1}b\n\n", 400, "RFC 9110 §5.5", "MUST"),
            ("PUT / HTTP/1.1\nContent-Length: one\n\n", 400, "RFC 9112 §6.3", "MUST"),
            ("PUT / HTTP/1.1\nContent-Length: 9\n\n123456789", 413, "RFC 9110 §15.5.14", "MAY"),
            ("PUT / HTTP/1.1\nContent-Length: 3\n\n12", 408, "RFC 9110 §15.5.9", "MAY"),
            ("PUT / HTTP/1.1\nTransfer-Encoding: gzip\n\n", 501, "RFC 9112 §6.1", "SHOULD"),
            ("PUT / HTTP/1.1\nTransfer-Encoding: chunked\n\nx\n", 400, "RFC 9112 §7", "SHOULD"),
            ("GET / HTTP/1.1\nHost: a\n\nmore", 400, "RFC 9112 §2.2", "SHOULD"),
        ] {
            assert_eq!(read(text), (status, clause.to_owned(), label), "{text:?}");
        }
        let long = format!("GET / HTTP/1.1\nPadding: {}\n\n", "a".repeat(60));
        assert_eq!(read(&long), (431, "RFC 6585 §5".to_owned(), "MAY"));
    }

    #[test]
    fn a_refused_request_has_its_sentence() {
        let mut run = run_of(Profile::Rfc9110, "GET", &[]);
        run.visits.clear();
        run.request = Err(Refusal { status: 505, at: 11, why: "HTTP/2.0 is not spoken here.".to_owned() });
        let said = "The request is refused with 505 HTTP Version Not Supported before any question is asked.";
        assert_eq!(sentence(&run), said);
        assert_eq!(at(&run, Now::default()).map(|why| why.heading).as_deref(), Some("Why 505"));
    }

    #[test]
    fn what_a_cache_answers_by_itself_is_not_the_visit_before() {
        let mut run = run_of(Profile::Rfc9110, "GET", &[]);
        let event = |from, to, message| Event { at_ms: 0, from, to, message, note: String::new(), changes: Vec::new() };
        let ask = || Message::Request { url: "https://example.org/notes/1".to_owned(), request: Request::new("GET", "/notes/1") };
        run.visits[0].event = 1;
        run.sequence.events = vec![
            event(Lane::Client, Lane::Cache, ask()),
            event(Lane::Cache, Lane::Origin, ask()),
            event(Lane::Origin, Lane::Cache, Message::Response(Response::new(200))),
            event(Lane::Cache, Lane::Client, Message::Response(Response::new(200))),
            event(Lane::Client, Lane::Cache, ask()),
            event(Lane::Cache, Lane::Client, Message::Response(Response::new(200))),
        ];
        let visited = end(&run);
        let first = at(&run, Now { events: 4, ..visited }).expect("the origin's answer");
        assert_eq!(first.clause, "RFC 9110 §14.2", "GET without Range leaves there");
        assert_eq!(at(&run, Now { events: 5, ..visited }), None, "nobody has said anything about the second request yet");
        let second = at(&run, Now { events: 6, ..visited }).expect("the cache's answer");
        assert_eq!((second.heading.as_str(), second.clause.as_str(), second.answer), ("Why 200", "RFC 9111 §4", "yes"));
    }

    #[test]
    fn backticks_come_in_pairs() {
        let figure = |text: &str| Phrase::Figure(text.to_owned());
        let plain = |text: &str| Phrase::Text(text.to_owned());
        assert_eq!(words("Add `A: b`.").0, [plain("Add "), figure("A: b"), plain(".")]);
        assert_eq!(words("`a` and `b").0, [figure("a"), plain(" and `b")]);
        assert!(words("").0.is_empty());
    }

    #[test]
    fn a_sequence_says_what_became_of_the_request() {
        use crate::labs::http_status::{presets, run};
        let told = |slug: &str| sentence(run::run(&presets::find(slug).expect("it is a scenario").scenario()).first());
        assert!(
            told("post-301").starts_with("The client gets 301, then 200. POST has become GET on the way, and its content was dropped. ")
        );
        assert!(told("307-308").starts_with("The client gets 307, then 201. The last of 2 requests, "));
        assert!(told("lost-update").starts_with("PUT "), "one request needs no list");
    }
}
