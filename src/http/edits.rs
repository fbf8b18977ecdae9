//! Small named changes to a request or a world: what the search for the nearest other answer tries.
//!
//! Each is one thing that a person would do or one thing that could be so; values come from what is there (the current
//! entity tag, a length beyond the end), so that a change says exactly what to type.

use super::date;
use super::message::{Request, Version};
use super::questions::Exchange;
use super::state::{Bindings, Forbidden, Front, Guard, Move, Moved, Outcome, Representation, Stored, Upstream, World};

/// What a change does.
#[derive(Clone, Debug)]
enum Change {
    Method(&'static str),
    Target(String),
    Version(Version),
    /// Sets these fields.
    Fields(Vec<(&'static str, String)>),
    /// Takes this field away.
    Without(String),
    /// Sets the content and its length.
    Content(String),
    World(fn(&mut World)),
    /// What only makes sense together.
    Both(Vec<Change>),
}

impl Change {
    fn apply(&self, request: &mut Request, world: &mut World) {
        match self {
            Change::Method(method) => request.method = (*method).to_owned(),
            Change::Target(target) => request.target.clone_from(target),
            Change::Version(version) => request.version = *version,
            Change::Fields(fields) => {
                for (name, value) in fields {
                    request.fields.set(*name, value.as_str());
                }
            }
            Change::Without(name) => {
                request.fields.remove(name);
            }
            Change::Content(content) => {
                request.body = content.as_bytes().to_vec();
                if content.is_empty() {
                    request.fields.remove("Content-Length");
                } else {
                    request.fields.set("Content-Length", content.len().to_string());
                }
            }
            Change::World(change) => change(world),
            Change::Both(changes) => changes.iter().for_each(|change| change.apply(request, world)),
        }
    }
}

/// One small change.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What to do, as an order: "Add `If-Match: "v1"`."
    pub what: String,
    /// What it is about, for a list.
    pub group: &'static str,
    /// Two changes of the same slot cannot both be made.
    slot: String,
    change: Change,
}

impl Edit {
    fn new(what: impl Into<String>, slot: impl Into<String>, change: Change) -> Edit {
        Edit { what: what.into(), group: "", slot: slot.into(), change }
    }

    /// Whether it changes the request and not the world.
    pub fn is_of_request(&self) -> bool {
        !matches!(self.change, Change::World(_))
    }

    /// A field that is there already is changed and not added.
    fn say_what_changes(&mut self, request: &Request) {
        if let Change::Fields(fields) = &self.change
            && let [(name, value)] = fields.as_slice()
            && request.fields.contains(name)
            && self.what.starts_with("Add `")
        {
            self.what = format!("Change it to `{name}: {value}`.");
        }
    }

    /// Leads to a status in a way that nobody means who asks for it: by another kind of request, or by a cache that answers
    /// instead.
    pub fn is_detour(&self) -> bool {
        matches!(self.change, Change::Method("OPTIONS" | "TRACE" | "BREW")) || self.slot == "front"
    }

    pub fn excludes(&self, other: &Edit) -> bool {
        self.slot == other.slot
    }

    pub fn apply(&self, request: &mut Request, world: &mut World) {
        self.change.apply(request, world);
    }
}

/// Every change that makes a difference here, those to the request first: a client can make them itself.
pub fn candidates(request: &Request, world: &World) -> Vec<Edit> {
    let x = Exchange { request, world };
    let mut edits = grouped("The request line and content", line(&x));
    edits.extend(grouped("Conditions and ranges", conditions(&x)));
    edits.extend(grouped("Other header fields", fields(&x)));
    for edit in &mut edits {
        edit.say_what_changes(request);
    }
    edits.extend(grouped("The server", worlds(world, &SERVER)));
    edits.extend(grouped("The resource", worlds(world, &RESOURCE)));
    edits.extend(grouped("What comes of it", worlds(world, &OUTCOMES)));
    edits.extend(grouped("In front of the server", worlds(world, &FRONT)));
    edits
}

fn grouped(group: &'static str, edits: Vec<Edit>) -> Vec<Edit> {
    edits.into_iter().map(|edit| Edit { group, ..edit }).collect()
}

fn line(x: &Exchange) -> Vec<Edit> {
    const METHODS: [&str; 10] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "BREW"];
    let methods = METHODS.into_iter().filter(|method| !x.is(method));
    let mut edits: Vec<Edit> = methods.map(|method| Edit::new(format!("Use {method}."), "method", Change::Method(method))).collect();
    for version in [Version::Http10, Version::Http11, Version::Other { major: 2, minor: 0 }] {
        if version != x.request.version {
            edits.push(Edit::new(format!("Say {version}."), "version", Change::Version(version)));
        }
    }
    let limit = x.world.server.target_limit;
    let long = format!("/{}", "a".repeat(limit.min(1 << 16)));
    edits.push(Edit::new(format!("Make the target longer than {limit} bytes."), "target", Change::Target(long)));
    let resource = &x.world.resource;
    let content = format!("{}{}", resource.syntax, if resource.sense.is_empty() { "hello" } else { resource.sense.as_str() });
    edits.push(Edit::new(format!("Send the content `{content}`."), "content", Change::Content(content)));
    if !resource.sense.is_empty() {
        let content = format!("{} nothing", resource.syntax);
        edits.push(Edit::new(format!("Send the content `{content}`."), "content", Change::Content(content)));
    }
    let chunked = vec![
        Change::Content("hello".to_owned()),
        Change::Without("Content-Length".to_owned()),
        Change::Fields(vec![("Transfer-Encoding", "chunked".to_owned())]),
    ];
    edits.push(Edit::new("Send content in chunks, without a length.", "content", Change::Both(chunked)));
    let upload = vec![Change::Content("hello".to_owned()), Change::Fields(vec![("Upload-Complete", "?1".to_owned())])];
    edits.push(Edit::new("Upload something that may be resumed: add `Upload-Complete: ?1`.", "content", Change::Both(upload)));
    if !x.request.body.is_empty() {
        edits.push(Edit::new("Send no content.", "content", Change::Content(String::new())));
    }
    edits
}

fn set(name: &'static str, value: impl Into<String>) -> Edit {
    let value = value.into();
    Edit::new(format!("Add `{name}: {value}`."), name.to_ascii_lowercase(), Change::Fields(vec![(name, value)]))
}

fn conditions(x: &Exchange) -> Vec<Edit> {
    let current = x.etag().unwrap_or("\"v1\"");
    let other = if current == "\"v0\"" { "\"v9\"" } else { "\"v0\"" };
    let modified = x.last_modified().unwrap_or(x.world.now);
    let earlier = modified.saturating_sub(86_400);
    let mut edits = Vec::new();
    for tag in [current, other, "*"] {
        edits.push(set("If-Match", tag));
        edits.push(set("If-None-Match", tag));
    }
    for moment in [modified, earlier] {
        edits.push(set("If-Modified-Since", date::format(moment)));
        edits.push(set("If-Unmodified-Since", date::format(moment)));
    }
    let length = x.selected().map_or(0, |own| own.length());
    let format = x.world.resource.deltas.first().map_or("vcdiff", String::as_str);
    let delta = Change::Fields(vec![("A-IM", format.to_owned()), ("If-None-Match", other.to_owned())]);
    let what = format!("Ask for what changed since {other}: add `A-IM: {format}` and `If-None-Match: {other}`.");
    edits.push(Edit::new(what, "if-none-match", delta));
    edits.push(set("Range", "bytes=0-4"));
    edits.push(set("Range", format!("bytes={}-", length.saturating_add(1_000))));
    edits.push(set("If-Range", current));
    edits.push(set("If-Range", other));
    edits
}

fn fields(x: &Exchange) -> Vec<Edit> {
    let server = &x.world.server;
    let mut edits = vec![
        set("Host", "example.org"),
        set("Host", "elsewhere.example"),
        set("Accept", "image/png"),
        set("Accept", "*/*"),
        set("Accept-Language", "tlh"),
        set("Content-Type", "text/plain"),
        set("Content-Type", "application/x-unheard-of"),
        set("Content-Encoding", "x-unheard-of"),
        set("Transfer-Encoding", "gzip"),
        set("Content-Length", "one"),
        set("Expect", "100-continue"),
        set("Expect", "a-miracle"),
        set("Early-Data", "1"),
        set("Cache-Control", "only-if-cached"),
        set("Cache-Control", "no-cache"),
        set("DAV", "bind"),
        set("Depth", "0"),
        set("Max-Forwards", "0"),
    ];
    let size = server.fields_limit.min(1 << 16);
    let padding = Change::Fields(vec![("Padding", "a".repeat(size))]);
    edits.push(Edit::new(format!("Make the header fields larger than {} bytes.", server.fields_limit), "padding", padding));
    if let Some(accepted) = server.guard.as_ref().and_then(|guard| guard.accepts.first()) {
        edits.push(set("Authorization", accepted.as_str()));
    }
    if let Some(accepted) = x.world.front.as_ref().and_then(|front| front.guard.as_ref()).and_then(|guard| guard.accepts.first()) {
        edits.push(set("Proxy-Authorization", accepted.as_str()));
    }
    if let Some(extension) = &server.demands_extension {
        edits.push(set("Man", extension.as_str()));
    }
    let protocol = server.insists_on.as_ref().or(server.switches_to.first()).map_or("websocket", String::as_str);
    let upgrade = Change::Fields(vec![("Connection", "upgrade".to_owned()), ("Upgrade", protocol.to_owned())]);
    edits.push(Edit::new(format!("Ask for {protocol}: add `Connection: upgrade` and `Upgrade: {protocol}`."), "upgrade", upgrade));
    let mut names: Vec<String> = Vec::new();
    for (name, _) in x.request.fields.iter() {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    edits.extend(names.into_iter().map(|name| Edit::new(format!("Leave {name} out."), name.to_ascii_lowercase(), Change::Without(name))));
    edits
}

/// What could be so: a sentence, its slot, and how the world changes.
type Fact = (&'static str, &'static str, fn(&mut World));

fn worlds(world: &World, facts: &[Fact]) -> Vec<Edit> {
    let changes = facts.iter().filter(|(_, _, change)| {
        let mut changed = world.clone();
        change(&mut changed);
        changed != *world
    });
    changes.map(|(what, slot, change)| Edit::new(*what, *slot, Change::World(*change))).collect()
}

static SERVER: [Fact; 31] = [
    ("Take the service down.", "up", |world| world.server.unavailable = true),
    ("Bring the service back.", "up", |world| world.server.unavailable = false),
    ("Let the connection go quiet.", "quiet", |world| world.server.timed_out = true),
    ("Let the whole request arrive.", "quiet", |world| world.server.timed_out = false),
    ("Have the server answer for example.com only.", "hosts", |world| world.server.hosts = vec!["example.com".to_owned()]),
    ("Have the server answer for every host.", "hosts", |world| world.server.hosts.clear()),
    ("Have the server insist on TLS/1.2.", "insists", |world| world.server.insists_on = Some("TLS/1.2".to_owned())),
    ("Have the server content with any protocol.", "insists", |world| world.server.insists_on = None),
    ("Have the server speak websocket.", "switches", |world| world.server.switches_to = vec!["websocket".to_owned()]),
    ("Guard the server with a password.", "guard", |world| world.server.guard = Some(Guard::default())),
    ("Let everybody in without a password.", "guard", |world| world.server.guard = None),
    ("Forbid it to this client.", "forbidden", |world| world.server.forbidden = Forbidden::Deny),
    ("Hide it from this client.", "forbidden", |world| world.server.forbidden = Forbidden::Hide),
    ("Demand payment.", "forbidden", |world| world.server.forbidden = Forbidden::Payment),
    ("Let a court forbid it.", "forbidden", |world| world.server.forbidden = Forbidden::Legal),
    ("Allow it to this client.", "forbidden", |world| world.server.forbidden = Forbidden::No),
    ("Let the client have asked too often.", "rate", |world| world.server.limited = true),
    ("Let the client keep within its rate.", "rate", |world| world.server.limited = false),
    ("Demand a condition for every change.", "condition", |world| world.server.demands_condition = true),
    ("Demand no condition.", "condition", |world| world.server.demands_condition = false),
    ("Demand a length beforehand.", "length", |world| world.server.demands_length = true),
    ("Take at most 4 bytes of content.", "size", |world| world.server.content_limit = 4),
    ("Demand an extension.", "extension", |world| world.server.demands_extension = Some("\"urn:example:extension\"".to_owned())),
    ("Let negotiation lead back to itself.", "circular", |world| world.server.negotiates_in_circles = true),
    ("Give the server something to hint at.", "hints", |world| {
        world.server.hints = vec!["</style.css>; rel=preload; as=style".to_owned()];
    }),
    ("Let changes take long.", "slow", |world| world.server.slow = true),
    ("Let uploads be resumed.", "resumes", |world| world.server.resumes_uploads = true),
    ("Break something in the server.", "broken", |world| world.server.broken = true),
    ("Mend the server.", "broken", |world| world.server.broken = false),
    ("Make it a WebDAV collection.", "collection", collect),
    ("Allow this resource nothing but GET and HEAD.", "methods", |world| {
        world.resource.methods = vec!["GET".to_owned(), "HEAD".to_owned()];
    }),
];

fn collect(world: &mut World) {
    for methods in [&mut world.server.methods, &mut world.resource.methods] {
        if !methods.iter().any(|method| method == "PROPFIND") {
            methods.push("PROPFIND".to_owned());
        }
    }
}

fn leave(world: &mut World, how: Move) {
    world.resource.representations.clear();
    world.resource.moved = Some(Moved { how, to: "/elsewhere".to_owned() });
}

static RESOURCE: [Fact; 27] = [
    ("Have nothing there.", "there", |world| world.resource.representations.clear()),
    ("Put a representation there.", "there", |world| {
        if world.resource.representations.is_empty() {
            world.resource.representations.push(Representation::default());
        }
    }),
    ("Move it for good (301).", "there", |world| leave(world, Move::Permanent)),
    ("Move it for good, keeping the method (308).", "there", |world| leave(world, Move::PermanentKeeping)),
    ("Move it for now (302).", "there", |world| leave(world, Move::Temporary)),
    ("Move it for now, keeping the method (307).", "there", |world| leave(world, Move::TemporaryKeeping)),
    ("Have it fetched through a proxy (305).", "there", |world| leave(world, Move::Proxy)),
    ("Take it away for good.", "there", |world| {
        world.resource.representations.clear();
        world.resource.moved = None;
        world.resource.gone = true;
    }),
    ("Add a second representation to choose from.", "several", |world| {
        world.resource.representations.push(Representation { media_type: "text/html".to_owned(), ..Representation::default() });
        world.resource.offers_choice = true;
    }),
    ("Send the favourite to everybody.", "insists-on", |world| world.resource.insists = true),
    ("Take JSON only.", "takes", |world| world.resource.takes = vec!["application/json".to_owned()]),
    ("Take any media type.", "takes", |world| world.resource.takes.clear()),
    ("Demand that content begins with `{`.", "syntax", |world| world.resource.syntax = "{".to_owned()),
    ("Demand that content names `title`.", "sense", |world| world.resource.sense = "title".to_owned()),
    ("Serve ranges.", "ranges", |world| world.resource.ranges = true),
    ("Serve no ranges.", "ranges", |world| world.resource.ranges = false),
    ("Compute vcdiff deltas.", "deltas", |world| world.resource.deltas = vec!["vcdiff".to_owned()]),
    ("Let PUT create it.", "creates", |world| world.resource.put_creates = true),
    ("Let PUT create nothing.", "creates", |world| world.resource.put_creates = false),
    ("Let POST work where nothing is.", "post-creates", |world| world.resource.post_creates = true),
    ("Let somebody else lock it.", "lock", |world| world.resource.locked = true),
    ("Unlock it.", "lock", |world| world.resource.locked = false),
    ("Let it conflict with the current state.", "conflict", |world| world.resource.conflict = true),
    ("Let something it depends on fail.", "depends", |world| world.resource.dependency_failed = true),
    ("Fill the disk.", "room", |world| world.resource.no_room = true),
    ("Make it a WebDAV collection that holds a member twice.", "collection", |world| {
        collect(world);
        world.resource.bindings = Bindings::Twice;
    }),
    ("Make it a WebDAV collection that contains itself.", "collection", |world| {
        collect(world);
        world.resource.bindings = Bindings::Loop;
    }),
];

static OUTCOMES: [Fact; 14] = [
    ("Let POST create something.", "post", |world| world.resource.post = Outcome::Creates),
    ("Let POST be done later.", "post", |world| world.resource.post = Outcome::Later),
    ("Let POST point to its result.", "post", |world| world.resource.post = Outcome::Elsewhere),
    ("Let POST say something.", "post", |world| world.resource.post = Outcome::Says),
    ("Let POST say nothing.", "post", |world| world.resource.post = Outcome::Silent),
    ("Let POST empty the form.", "post", |world| world.resource.post = Outcome::Resets),
    ("Let POST succeed in part.", "post", |world| world.resource.post = Outcome::Parts),
    ("Let PUT be done later.", "write", |world| world.resource.write = Outcome::Later),
    ("Let PUT say something.", "write", |world| world.resource.write = Outcome::Says),
    ("Let PUT say nothing.", "write", |world| world.resource.write = Outcome::Silent),
    ("Let DELETE be done later.", "delete", |world| world.resource.delete = Outcome::Later),
    ("Let DELETE say something.", "delete", |world| world.resource.delete = Outcome::Says),
    ("Let DELETE say nothing.", "delete", |world| world.resource.delete = Outcome::Silent),
    ("Let DELETE succeed in part.", "delete", |world| world.resource.delete = Outcome::Parts),
];

fn front(world: &mut World) -> &mut Front {
    world.front.get_or_insert_with(Front::default)
}

static FRONT: [Fact; 11] = [
    ("Speak to the origin directly.", "front", |world| world.front = None),
    ("Put a captive portal in front.", "front", |world| front(world).portal = Some("https://wifi.example/".to_owned())),
    ("Put a proxy with a password in front.", "front", |world| front(world).guard = Some(Guard::default())),
    ("Put a cache in front that holds a response.", "front", |world| {
        front(world).caches = true;
        front(world).stored = Some(Stored { date: world.now.saturating_sub(60), ..Stored::default() });
    }),
    ("Put an empty cache in front.", "front", |world| {
        front(world).caches = true;
        front(world).stored = None;
    }),
    ("Put a gateway in front whose upstream sends no HTTP.", "front", |world| front(world).upstream = Upstream::Garbles),
    ("Put a gateway in front whose servers are all down.", "front", |world| front(world).upstream = Upstream::Down),
    ("Put a gateway in front whose upstream is too slow.", "front", |world| front(world).upstream = Upstream::Slow),
    ("Put a gateway in front that is its own upstream.", "front", |world| front(world).upstream = Upstream::Loops),
    ("Let the upstream do well.", "front", |world| {
        if let Some(front) = &mut world.front {
            front.upstream = Upstream::Well;
        }
    }),
    ("Put a proxy in front that changes content.", "front", |world| front(world).transforms = true),
];
