//! What happens once nothing stands in the way any more.

use super::{Answer, Exchange, brief, list};
use crate::http::state::{Bindings, Outcome};

pub fn awaits_continue(x: &Exchange) -> Answer {
    if !x.request.fields.lists("Expect", "100-continue") {
        return Answer::no("The client does not wait for a 100.");
    }
    if !x.request.version.has_1_1() {
        return Answer::no("The client speaks HTTP/1.0, which knows no interim responses.");
    }
    Answer::of(x.has_content(), "The client holds its content back until a 100 comes.", "The client expects a 100, and brings no content.")
}

/// The first protocol that the client offers and the server takes.
pub fn new_protocol(x: &Exchange) -> Option<String> {
    let server = &x.world.server;
    let asked = x.request.version.has_1_1() && x.request.fields.lists("Connection", "upgrade");
    let takes = |protocol: &String| x.request.fields.lists("Upgrade", protocol);
    asked.then(|| server.insists_on.iter().chain(&server.switches_to).find(|protocol| takes(protocol)).cloned()).flatten()
}

pub fn switches(x: &Exchange) -> Answer {
    match (x.field("Upgrade"), new_protocol(x)) {
        (None, _) => Answer::no("The client does not ask for another protocol."),
        (Some(_), Some(protocol)) => Answer::yes(format!("Both sides want {protocol}.")),
        (Some(asked), None) if !x.request.fields.lists("Connection", "upgrade") => {
            Answer::no(format!("Connection does not name upgrade, so `{}` is not meant for this hop.", brief(&asked)))
        }
        (Some(asked), None) => Answer::no(format!("The server does not want {}, and stays with HTTP.", brief(&asked))),
    }
}

pub fn hints(x: &Exchange) -> Answer {
    let hints = &x.world.server.hints;
    let can = x.reads() && x.request.version.has_1_1();
    match (hints.is_empty(), can) {
        (true, _) => Answer::no("There is nothing to hint at."),
        (false, false) => Answer::no("Hints are of no use to this request."),
        (false, true) => Answer::yes(format!("The page will need {}.", brief(&list(hints)))),
    }
}

pub fn takes_long(x: &Exchange) -> Answer {
    let slow = x.world.server.slow && !x.reads() && x.request.version.has_1_1();
    Answer::of(slow, "This will take a while, and the client should not give up.", "This is done at once.")
}

pub fn resumable(x: &Exchange) -> Answer {
    let announced = x.has("Upload-Complete") && x.has_content() && x.request.version.has_1_1();
    let keeps = x.world.server.resumes_uploads;
    match (announced, keeps) {
        (false, _) => Answer::no("The client does not announce an upload that may be resumed."),
        (true, false) => Answer::no("The server keeps nothing of interrupted uploads."),
        (true, true) => Answer::yes("The server keeps what arrives, should the upload be interrupted."),
    }
}

pub fn works(x: &Exchange) -> Answer {
    Answer::of(!x.world.server.broken, "Nothing breaks.", "Something in the server breaks.")
}

pub fn unlocked(x: &Exchange) -> Answer {
    Answer::of(!x.world.resource.locked, "Nobody holds a lock.", "Somebody else holds a lock.")
}

pub fn dependencies_hold(x: &Exchange) -> Answer {
    Answer::of(!x.world.resource.dependency_failed, "Nothing that it depends on failed.", "An action that it depends on failed.")
}

pub fn no_conflict(x: &Exchange) -> Answer {
    Answer::of(!x.world.resource.conflict, "It fits the current state.", "It contradicts the current state of the resource.")
}

pub fn has_room(x: &Exchange) -> Answer {
    Answer::of(!x.world.resource.no_room, "There is room for it.", "There is no room to store it.")
}

pub fn lists_collection(x: &Exchange) -> Answer {
    Answer { yes: x.is("PROPFIND"), reason: format!("The method is {}.", brief(x.method())) }
}

/// PROPFIND without Depth means any depth (RFC 4918 §9.1).
fn any_depth(x: &Exchange) -> bool {
    x.field("Depth").is_none_or(|depth| depth.eq_ignore_ascii_case("infinity"))
}

pub fn goes_in_circles(x: &Exchange) -> Answer {
    let loops = x.world.resource.bindings == Bindings::Loop;
    match (loops && any_depth(x), x.request.fields.lists("DAV", "bind")) {
        (false, _) => Answer::no("Listing it comes to an end."),
        (true, true) => Answer::no("A member contains the collection, and the client understands 208."),
        (true, false) => Answer::yes("A member contains the collection, and the client does not say that it understands bindings."),
    }
}

pub fn already_reported(x: &Exchange) -> Answer {
    let twice = x.world.resource.bindings != Bindings::Plain && any_depth(x);
    match (twice, x.request.fields.lists("DAV", "bind")) {
        (false, _) => Answer::no("No member comes up twice."),
        (true, false) => Answer::no("A member comes up twice and is listed twice, for a client that knows no bindings."),
        (true, true) => Answer::yes("A member comes up again under another name."),
    }
}

fn comes_to(x: &Exchange, outcome: Outcome, yes: &str, no: &str) -> Answer {
    Answer::of(x.outcome() == outcome, yes, no)
}

pub fn later(x: &Exchange) -> Answer {
    comes_to(x, Outcome::Later, "It is accepted and will be done later.", "It is done now.")
}

pub fn creates(x: &Exchange) -> Answer {
    comes_to(x, Outcome::Creates, "Something new came of it.", "Nothing new came of it.")
}

pub fn elsewhere(x: &Exchange) -> Answer {
    comes_to(x, Outcome::Elsewhere, "The result stands elsewhere.", "The result stands here.")
}

pub fn in_parts(x: &Exchange) -> Answer {
    comes_to(x, Outcome::Parts, "Some parts succeeded and others did not.", "It succeeded as a whole.")
}

pub fn says_something(x: &Exchange) -> Answer {
    comes_to(x, Outcome::Says, "There is something to say about it.", "There is nothing to say about it.")
}

pub fn resets(x: &Exchange) -> Answer {
    comes_to(x, Outcome::Resets, "The client is to empty its form.", "It is done, and there is nothing to say.")
}
