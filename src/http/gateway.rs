//! What intermediaries answer without asking the origin: a captive portal, a proxy with a password, a cache, a gateway
//! whose upstream does not do its part (RFC 9110 §7, RFC 9111 §4).
//!
//! A cache evaluates If-None-Match, If-Modified-Since and If-Range against what it holds, never If-Match or
//! If-Unmodified-Since (RFC 9111 §4.3.2).

use std::sync::OnceLock;

use super::cache_control::{Directives, MaxStale};
use super::graph::Station::Front as InFront;
use super::graph::{Graph, Node, end, to};
use super::questions::{Answer, Ask, Exchange, brief, conditions, ranges, who};
use super::state::{Front, Resource, Upstream, World};
use super::syntax;

/// Asked before the origin's graph whenever something stands in front.
pub fn graph() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(|| {
        let mut nodes = doors();
        nodes.extend(cache());
        nodes.extend(upstream());
        Graph::new(nodes)
    })
}

fn doors() -> Vec<Node> {
    vec![
        Node::new(InFront, "front-portal", "Has the network let this client in?", on_the_network)
            .yes(to("front-password"))
            .no(end(511))
            .may("RFC 6585 §6"),
        Node::new(InFront, "front-password", "Are the credentials good enough for the proxy?", let_through)
            .yes(to("front-hops"))
            .no(end(407))
            .must("RFC 9110 §15.5.8")
            .about("to name a scheme in Proxy-Authenticate"),
        Node::new(InFront, "front-hops", "May it be forwarded?", may_be_forwarded)
            .yes(to("front-caches"))
            .no(end(200))
            .must("RFC 9110 §7.6.2"),
        Node::new(InFront, "front-caches", "Does a cache stand here?", caches)
            .yes(to("front-stored"))
            .no(to("front-loop"))
            .may("RFC 9111 §2"),
    ]
}

fn cache() -> Vec<Node> {
    vec![
        Node::new(InFront, "front-stored", "May a stored response be reused?", reusable)
            .yes(to("front-has-none-match"))
            .no(to("front-only"))
            .must("RFC 9111 §4"),
        Node::new(InFront, "front-only", "Does the client want the cache or nothing?", only_if_cached)
            .yes(end(504))
            .no(to("front-loop"))
            .should("RFC 9111 §5.2.1.7"),
        Node::new(InFront, "front-has-none-match", "Is there If-None-Match?", conditions::has_if_none_match)
            .yes(to("front-none-match"))
            .no(to("front-has-modified"))
            .must("RFC 9111 §4.3.2"),
        Node::new(InFront, "front-none-match", "Does none match what is stored?", stored_none_match)
            .yes(to("front-range"))
            .no(end(304))
            .must("RFC 9111 §4.3.2"),
        Node::new(InFront, "front-has-modified", "Is there a usable If-Modified-Since?", stored_modified_usable)
            .yes(to("front-modified"))
            .no(to("front-range"))
            .must("RFC 9111 §4.3.2"),
        Node::new(InFront, "front-modified", "Is what is stored newer?", stored_modified)
            .yes(to("front-range"))
            .no(end(304))
            .should("RFC 9111 §4.3.2"),
        Node::new(InFront, "front-range", "Is it GET with a usable Range?", stored_range_usable)
            .yes(to("front-has-if-range"))
            .no(end(200))
            .may("RFC 9110 §14.2"),
        Node::new(InFront, "front-has-if-range", "Is there If-Range?", ranges::has_if_range)
            .yes(to("front-if-range"))
            .no(to("front-satisfiable"))
            .must("RFC 9111 §4.3.2"),
        Node::new(InFront, "front-if-range", "Is it what is stored?", stored_if_range)
            .yes(to("front-satisfiable"))
            .no(end(200))
            .must("RFC 9110 §13.1.5"),
        Node::new(InFront, "front-satisfiable", "Is any of the range there?", stored_satisfiable)
            .yes(end(206))
            .no(end(416))
            .should("RFC 9110 §15.5.17"),
    ]
}

fn upstream() -> Vec<Node> {
    vec![
        Node::new(InFront, "front-loop", "Has the request been here before?", been_here)
            .yes(end(508))
            .no(to("front-up"))
            .must("RFC 9110 §7.6"),
        Node::new(InFront, "front-up", "Is a server up that could answer?", server_up)
            .yes(to("front-quick"))
            .no(end(503))
            .convention("RFC 9110 §15.6.4"),
        Node::new(InFront, "front-quick", "Does it answer in time?", in_time)
            .yes(to("front-valid"))
            .no(end(504))
            .convention("RFC 9110 §15.6.5"),
        Node::new(InFront, "front-valid", "Is the answer HTTP?", is_http)
            .yes(to("front-transforms"))
            .no(end(502))
            .convention("RFC 9110 §15.6.3"),
        // A status of its own only if the origin's was 200: the engine looks when the answer comes back.
        Node::new(InFront, "front-transforms", "Does it change content on the way back?", transforms).turns(203).may("RFC 9110 §7.7"),
    ]
}

/// The front of an exchange, or one that lets everything pass.
fn front<'a>(x: &Exchange<'a>) -> Option<&'a Front> {
    x.world.front.as_ref()
}

fn on_the_network(x: &Exchange) -> Answer {
    match front(x).and_then(|front| front.portal.as_ref()) {
        Some(portal) => Answer::no(format!("The client has not signed in at `{}` yet.", brief(portal))),
        None => Answer::yes("The network is open."),
    }
}

fn let_through(x: &Exchange) -> Answer {
    who::passes(front(x).and_then(|front| front.guard.as_ref()), x, "Proxy-Authorization")
}

/// TRACE and OPTIONS count their hops.
fn may_be_forwarded(x: &Exchange) -> Answer {
    if !matches!(x.method(), "TRACE" | "OPTIONS") {
        return Answer::yes("Max-Forwards counts for TRACE and OPTIONS only.");
    }
    match x.request.fields.get("Max-Forwards").map(|value| (value, syntax::digits(value.trim()))) {
        Some((_, Some(0))) => Answer::no("Max-Forwards is 0, so this hop has to answer itself."),
        Some((value, _)) => Answer::yes(format!("Max-Forwards is `{}`.", brief(value))),
        None => Answer::yes("There is no Max-Forwards."),
    }
}

fn caches(x: &Exchange) -> Answer {
    Answer::of(front(x).is_some_and(|front| front.caches), "It keeps responses.", "It keeps no responses.")
}

fn wishes(x: &Exchange) -> Directives {
    Directives::of(&x.request.fields)
}

fn only_if_cached(x: &Exchange) -> Answer {
    Answer::of(wishes(x).only_if_cached, "Cache-Control says only-if-cached.", "The client does not mind waiting for the origin.")
}

/// Freshness and the client's own wishes, in the order of RFC 9111 §4.
fn reusable(x: &Exchange) -> Answer {
    let Some(stored) = front(x).and_then(|front| front.stored.as_ref()) else {
        return Answer::no("Nothing is stored for this target.");
    };
    if !x.reads() {
        return Answer::no(format!("A stored GET does not answer {}.", brief(x.method())));
    }
    let wishes = wishes(x);
    // Without Cache-Control, caches still read Pragma: no-cache, which RFC 9111 §5.4 deprecates.
    let pragma = !x.has("Cache-Control") && x.request.fields.lists("Pragma", "no-cache");
    if wishes.forbids_reuse() || pragma {
        return Answer::no("The client wants it validated first: no-cache.");
    }
    let age = x.world.now.saturating_sub(stored.date);
    let lifetime = u64::from(stored.max_age);
    if let Some(most) = wishes.max_age.filter(|most| age > *most) {
        return Answer::no(format!("It is {age} s old, and the client takes {most} s at most."));
    }
    let wanted = wishes.min_fresh.unwrap_or(0);
    if age < lifetime && age.saturating_add(wanted) <= lifetime {
        return Answer::yes(format!("It is {age} s old and fresh for {lifetime} s."));
    }
    let stale = age.saturating_sub(lifetime);
    match wishes.max_stale {
        Some(MaxStale::Any) if wanted == 0 => Answer::yes(format!("It is stale by {stale} s, and the client takes it all the same.")),
        Some(MaxStale::Seconds(most)) if wanted == 0 && stale <= most => {
            Answer::yes(format!("It is stale by {stale} s, and the client takes up to {most} s."))
        }
        _ if wanted > 0 => Answer::no(format!("It is {age} s old of {lifetime} s, and has to stay fresh for {wanted} s more.")),
        _ => Answer::no(format!("It is {age} s old and was fresh for {lifetime} s: the origin has to be asked.")),
    }
}

/// The world as the cache sees it: what is stored is all there is.
pub fn stored_world(world: &World) -> Option<World> {
    let stored = world.front.as_ref()?.stored.as_ref()?;
    let resource = Resource {
        representations: vec![stored.representation.clone()],
        cache_control: Some(format!("max-age={}", stored.max_age)),
        expires_in: None,
        ..world.resource.clone()
    };
    Some(World { resource, ..world.clone() })
}

/// A question about what is stored instead of what is there.
fn of_stored(x: &Exchange, ask: Ask) -> Answer {
    match stored_world(x.world) {
        Some(world) => ask(&Exchange { request: x.request, world: &world }),
        None => Answer::no("Nothing is stored."),
    }
}

fn stored_none_match(x: &Exchange) -> Answer {
    of_stored(x, conditions::if_none_match_holds)
}

/// Without Last-Modified, a cache compares with the date of the response (RFC 9111 §4.3.2).
fn of_dated(x: &Exchange, ask: Ask) -> Answer {
    let Some(mut world) = stored_world(x.world) else {
        return Answer::no("Nothing is stored.");
    };
    let date = front(x).and_then(|front| front.stored.as_ref()).map(|stored| stored.date);
    for own in &mut world.resource.representations {
        own.last_modified = own.last_modified.or(date);
    }
    ask(&Exchange { request: x.request, world: &world })
}

fn stored_modified_usable(x: &Exchange) -> Answer {
    of_dated(x, conditions::modified_since_usable)
}

fn stored_modified(x: &Exchange) -> Answer {
    of_dated(x, conditions::modified_since_holds)
}

fn stored_range_usable(x: &Exchange) -> Answer {
    of_stored(x, ranges::range_usable)
}

fn stored_if_range(x: &Exchange) -> Answer {
    of_stored(x, ranges::if_range_holds)
}

fn stored_satisfiable(x: &Exchange) -> Answer {
    of_stored(x, ranges::satisfiable)
}

fn upstream_is(x: &Exchange, state: Upstream) -> bool {
    front(x).is_some_and(|front| front.upstream == state)
}

fn been_here(x: &Exchange) -> Answer {
    let via = x.field("Via").unwrap_or_default();
    let signed = front(x).filter(|front| syntax::list(&via).iter().any(|hop| hop.split(' ').nth(1) == Some(front.name.as_str())));
    match signed {
        Some(front) => Answer::yes(format!("`{}` stands in Via already.", brief(&front.name))),
        None if upstream_is(x, Upstream::Loops) => {
            Answer::yes("The next hop sends the request back here. It must not go round again; that 508 says so is a convention.")
        }
        None => Answer::no("This hop does not stand in Via."),
    }
}

fn server_up(x: &Exchange) -> Answer {
    Answer::of(
        !upstream_is(x, Upstream::Down),
        "A server of the pool is up.",
        "No server of the pool is up; nginx and others say 502 here.",
    )
}

fn in_time(x: &Exchange) -> Answer {
    Answer::of(!upstream_is(x, Upstream::Slow), "The upstream answers in time.", "The upstream did not answer within the time allowed.")
}

fn is_http(x: &Exchange) -> Answer {
    Answer::of(
        !upstream_is(x, Upstream::Garbles),
        "The upstream answers with HTTP.",
        "What came from upstream was no HTTP response, or broke off.",
    )
}

fn transforms(x: &Exchange) -> Answer {
    if !x.reads() {
        return Answer::no(format!("The answer to {} is passed on as it comes.", brief(x.method())));
    }
    let forbidden = Directives::of(&x.request.fields).no_transform
        || x.world.resource.cache_control.as_deref().is_some_and(|value| super::cache_control::parse(value).no_transform);
    match (front(x).is_some_and(|front| front.transforms), forbidden) {
        (false, _) => Answer::no("It passes content on as it comes."),
        (true, true) => Answer::no("It would change content, but no-transform forbids it."),
        (true, false) => Answer::yes("It changes content, so its word is no longer the origin's."),
    }
}
