//! What a profile makes of a paste: which path explains the response that came, or what the answer to a request alone would
//! be.

use super::Imported;
use crate::http::date;
use crate::http::engine::{self, Decision, Step};
use crate::http::etag::{self, Tags};
use crate::http::explain::{self as judge, Fault};
use crate::http::gateway;
use crate::http::graph::{Label, Station};
use crate::http::inverse;
use crate::http::message::{Request, Response};
use crate::http::profiles::Profile;
use crate::http::range;
use crate::http::state::World;
use crate::http::status;
use crate::http::syntax;

/// More ways than this nobody reads.
const MOST_WAYS: usize = 4;

/// The search copies request and world thousands of times: what is longer than this is shortened for it.
const LONG: usize = 4_096;

#[derive(Clone, Debug)]
pub enum Verdict {
    /// A request and the response that came.
    Explained(Box<Explained>),
    /// A request alone.
    Foreseen(Box<Foreseen>),
}

#[derive(Clone, Debug)]
pub struct Explained {
    pub profile: Profile,
    pub status: u16,
    /// The fewest assumptions first; empty if no way leads there.
    pub ways: Vec<Way>,
    /// Whether the profile ever gives that status.
    pub ever: bool,
    /// What is wrong with the response whatever the reason.
    pub faults: Vec<Fault>,
}

/// One way to the status that came.
#[derive(Clone, Debug)]
pub struct Way {
    /// Changes to the world that the response's fields tell of, as orders: "Guard the server with a password." Without any,
    /// that world explains it as it is.
    pub assumptions: Vec<String>,
    pub decisive: Option<Decisive>,
    pub world: World,
}

/// The question at which it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decisive {
    pub question: &'static str,
    pub yes: bool,
    pub reason: String,
    pub clause: &'static str,
    pub label: Label,
}

#[derive(Clone, Debug)]
pub struct Foreseen {
    pub profile: Profile,
    /// What was taken for granted so that the request has a resource to meet: one sentence each.
    pub assumptions: Vec<String>,
    pub world: World,
    pub decision: Decision,
    pub decisive: Option<Decisive>,
}

impl Verdict {
    /// The outcome in one sentence, without the question that decided.
    pub fn headline(&self) -> String {
        match self {
            Verdict::Explained(explained) => explained.headline(),
            Verdict::Foreseen(foreseen) => {
                format!("{} answers {}.", foreseen.profile.label(), named(foreseen.decision.response.status))
            }
        }
    }
}

impl Explained {
    fn headline(&self) -> String {
        let (status, profile) = (named(self.status), self.profile.label());
        match self.ways.first().map(|way| way.assumptions.len()) {
            Some(0) => format!("{status} is what {profile} answers."),
            Some(1) => format!("{status} is explained by {profile} if one more thing is so."),
            Some(count) => format!("{status} is explained by {profile} if {count} more things are so."),
            None if self.ever => format!("No path of {profile} gives {} here.", self.status),
            None => format!("No path of {profile} gives {}.", self.status),
        }
    }
}

fn named(code: u16) -> String {
    match status::find(code) {
        Some(status) if !status.is_reserved() => format!("{code} {}", status.reason),
        _ => code.to_string(),
    }
}

/// What the profile makes of it. For a pair up to three changes are tried, which may take a tenth of a second and more.
pub fn explain(profile: Profile, imported: &Imported) -> Verdict {
    match &imported.response {
        Some(response) => Verdict::Explained(Box::new(explained(profile, &imported.request, response))),
        None => Verdict::Foreseen(Box::new(foreseen(profile, &imported.request))),
    }
}

fn explained(profile: Profile, request: &Request, response: &Response) -> Explained {
    let wanted = response.status;
    let world = modest(request, judge::guess(request, response));
    let mut asked = request.clone();
    if asked.body.len() > LONG {
        asked.body.truncate(LONG);
        if asked.fields.contains("Content-Length") {
            asked.fields.set("Content-Length", LONG.to_string());
        }
    }
    let plans = inverse::explanations(profile, &asked, &world, wanted);
    let ways = plans.into_iter().take(MOST_WAYS).map(|plan| {
        let trace = engine::trace(profile, &plan.request, &plan.world);
        let assumptions = plan.edits.iter().map(|edit| edit.what.clone()).collect();
        Way { assumptions, decisive: decisive(profile, &trace.path, wanted), world: plan.world }
    });
    let ways = ways.collect();
    let ever = [profile.graph(), gateway::graph()].into_iter().any(|graph| graph.statuses().contains(&wanted));
    Explained { profile, status: wanted, ways, ever, faults: judge::faults(request, response) }
}

/// A world in which the response could have come, as its fields tell; for a request alone, one that it fits.
pub fn guessed(imported: &Imported) -> World {
    match &imported.response {
        Some(response) => modest(&imported.request, judge::guess(&imported.request, response)),
        None => fitting(&imported.request).0,
    }
}

/// The world with content that is short enough to be copied often, if a Range is as satisfiable then as before.
fn modest(request: &Request, mut world: World) -> World {
    let specs = request.fields.joined("Range").and_then(|value| range::parse(&value)).unwrap_or_default();
    for own in &mut world.resource.representations {
        let mut length = if specs.is_empty() { LONG } else { LONG * 16 };
        let usable = |length: usize| range::resolve(&specs, length as u64).is_ok();
        if own.body.len() <= length || usable(length) != usable(own.body.len()) {
            continue;
        }
        while !own.body.is_char_boundary(length) {
            length -= 1;
        }
        own.body.truncate(length);
    }
    world
}

/// The last question, or the one that sends the wanted status ahead, or that turns a 200 into it.
fn decisive(profile: Profile, path: &[Step], wanted: u16) -> Option<Decisive> {
    let asked = || path.iter().filter_map(|step| Some((step, engine::node(profile, step.node)?)));
    let aside = asked().find(|(step, node)| step.yes && (node.interim == Some(wanted) || node.turns == Some(wanted)));
    // Whether a failed condition means 304 or 412 is a matter of the method; the condition itself decided.
    let told = asked().rev().find(|(step, node)| node.station != Station::Preconditions || !step.reason.starts_with("The method is"));
    let (step, node) = aside.or(told)?;
    Some(Decisive { question: node.question, yes: step.yes, reason: step.reason.clone(), clause: node.clause, label: node.label })
}

fn foreseen(profile: Profile, request: &Request) -> Foreseen {
    let (world, assumptions) = fitting(request);
    let decision = engine::decide(profile, request, &world);
    let decisive = decisive(profile, &decision.path, decision.response.status);
    Foreseen { profile, assumptions, world, decision, decisive }
}

/// Methods that a resource of another kind than the default one would allow.
const ALSO: [&str; 14] =
    ["PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "QUERY", "LINK", "UNLINK", "CONNECT"];

/// The default world, made to be about what this request is about: its method, its validators, its media type, its range.
fn fitting(request: &Request) -> (World, Vec<String>) {
    let mut world = World::default();
    let mut assumed = Vec::new();
    let method = request.method.as_str();
    if ALSO.contains(&method) && !world.resource.methods.iter().any(|own| own == method) {
        world.resource.methods.push(method.to_owned());
        if !world.server.methods.iter().any(|own| own == method) {
            world.server.methods.push(method.to_owned());
        }
        assumed.push(format!("The resource allows {method}."));
    }
    let now = world.now;
    let Some(own) = world.resource.representations.first_mut() else {
        return (world, assumed);
    };
    let field = |name: &str| request.fields.joined(name);
    let tag = ["If-None-Match", "If-Match"].into_iter().filter_map(field).find_map(|value| match etag::parse_list(&value)? {
        Tags::List(tags) => tags.first().map(ToString::to_string),
        Tags::Any => None,
    });
    let tag = tag.or_else(|| field("If-Range").filter(|value| etag::parse(value).is_some()));
    if let Some(tag) = tag {
        assumed.push(format!("Its entity tag is still `{tag}`."));
        own.etag = Some(tag);
    }
    let since = ["If-Modified-Since", "If-Unmodified-Since", "If-Range"].into_iter().filter_map(field);
    if let Some(moment) = since.filter_map(|value| date::parse(&value)).find(|moment| *moment <= now) {
        assumed.push(format!("It was last modified on {}.", date::format(moment)));
        own.last_modified = Some(moment);
    }
    let accepted = field("Accept").and_then(|value| {
        let first = syntax::list(&value).first().map(|first| first.split(';').next().unwrap_or_default().trim().to_owned());
        first.filter(|first| !first.contains('*') && first.contains('/'))
    });
    if let Some(kind) = accepted.filter(|kind| *kind != own.media_type) {
        assumed.push(format!("Its media type is {kind}."));
        own.charset = None;
        own.media_type = kind;
    }
    let specs = field("Range").and_then(|value| range::parse(&value)).unwrap_or_default();
    let longer = 65_536;
    if !specs.is_empty() && range::resolve(&specs, own.length()).is_err() && range::resolve(&specs, longer).is_ok() {
        own.body = ".".repeat(usize::try_from(longer).unwrap_or_default());
        assumed.push(format!("It has {longer} bytes."));
    }
    (world, assumed)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::http::status::Strength;

    fn verdict(text: &str) -> Verdict {
        explain(Profile::Rfc9110, &read(text).unwrap_or_else(|trouble| panic!("{trouble:?}")))
    }

    fn of_pair(text: &str) -> Explained {
        match verdict(text) {
            Verdict::Explained(explained) => *explained,
            Verdict::Foreseen(foreseen) => panic!("{foreseen:?}"),
        }
    }

    fn of_request(text: &str) -> Foreseen {
        match verdict(text) {
            Verdict::Foreseen(foreseen) => *foreseen,
            Verdict::Explained(explained) => panic!("{explained:?}"),
        }
    }

    const DATE: &str = "Date: Tue, 24 Nov 2026 12:00:00 GMT";

    #[test]
    fn a_failed_precondition_is_explained_by_its_tag() {
        let text = format!(
            "PUT /a HTTP/1.1\nHost: h\nIf-Match: \"v1\"\nContent-Length: 2\n\nhi\nHTTP/1.1 412 Precondition Failed\n{DATE}\nETag: \"v2\"\n\n"
        );
        let explained = of_pair(&text);
        let way = explained.ways.first().expect("there is a way");
        assert_eq!(way.assumptions, Vec::<String>::new());
        assert_eq!(way.decisive.as_ref().map(|decisive| (decisive.clause, decisive.yes)), Some(("RFC 9110 §13.1.1", false)));
        assert!(explained.faults.is_empty(), "{:?}", explained.faults);
        assert_eq!(Verdict::Explained(Box::new(explained)).headline(), "412 Precondition Failed is what RFC 9110 answers.");
    }

    #[test]
    fn a_refusal_takes_an_assumption() {
        let explained = of_pair(&format!("GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 429 Too Many Requests\n{DATE}\n\n"));
        assert_eq!(explained.ways.first().map(|way| way.assumptions.len()), Some(1));
        assert_eq!(explained.headline(), "429 Too Many Requests is explained by RFC 9110 if one more thing is so.");
        let world = &explained.ways.first().expect("there is a way").world;
        assert!(world.server.limited);
    }

    #[test]
    fn no_path_gives_a_reserved_code() {
        let explained = of_pair(&format!("GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 418 I'm a teapot\n{DATE}\n\n"));
        assert!(explained.ways.is_empty() && !explained.ever);
        assert_eq!(explained.headline(), "No path of RFC 9110 gives 418.");
        assert!(explained.faults.iter().any(|fault| fault.clause == "RFC 9110 §15"), "{:?}", explained.faults);
    }

    #[test]
    fn faults_are_told_whatever_the_reason() {
        let explained = of_pair(&format!("PATCH /a HTTP/1.1\nHost: h\n\nHTTP/1.1 405 Method Not Allowed\n{DATE}\n\n"));
        let fault = explained.faults.first().expect("Allow is missing");
        assert_eq!((fault.what.as_str(), fault.strength), ("405 without Allow.", Strength::Must));
        assert!(explained.ways.first().is_some_and(|way| way.assumptions.is_empty()), "the resource need not allow PATCH");
        let short = of_pair(&format!("GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\n{DATE}\nContent-Length: 9\n\nfour\n"));
        assert!(short.faults.iter().any(|fault| fault.what.starts_with("Content-Length says 9")), "{:?}", short.faults);
    }

    #[test]
    fn a_request_alone_meets_what_it_is_about() {
        let foreseen = of_request("curl -H 'If-None-Match: \"abc\"' https://example.org/a");
        assert_eq!((foreseen.decision.response.status, foreseen.assumptions.len()), (304, 1));
        assert_eq!(foreseen.decisive.map(|decisive| (decisive.clause, decisive.yes)), Some(("RFC 9110 §13.1.2", false)));
        assert_eq!(of_request("curl -H 'Accept: application/json' https://h/").decision.response.status, 200);
        assert_eq!(of_request("curl -r 5000-5099 https://h/").decision.response.status, 206);
        assert_ne!(of_request("curl -X PATCH -d x https://h/").decision.response.status, 405);
        assert_eq!(of_request("curl -X BREW https://h/").decision.response.status, 501);
        assert_eq!(verdict("curl -X BREW https://h/").headline(), "RFC 9110 answers 501 Not Implemented.");
    }

    #[test]
    fn long_content_is_shortened_unless_a_range_would_miss_it() {
        let mut world = World::default();
        let long = "é".repeat(100_000);
        let with = |range: Option<&str>, world: &mut World| {
            let mut request = Request::new("GET", "/");
            if let Some(range) = range {
                request.fields.push("Range", range);
            }
            world.resource.representations.iter_mut().for_each(|own| own.body.clone_from(&long));
            modest(&request, world.clone()).resource.representations.first().map(|own| own.body.len())
        };
        assert_eq!(with(None, &mut world), Some(4_096));
        assert_eq!(with(Some("bytes=0-9"), &mut world), Some(65_536));
        assert_eq!(with(Some("bytes=150000-"), &mut world), Some(200_000));
    }
}
