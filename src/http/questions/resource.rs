//! Is something there, and if not, where did it go?

use super::{Answer, Exchange, brief};
use crate::http::state::Move;

pub fn is_options(x: &Exchange) -> Answer {
    Answer { yes: x.is("OPTIONS"), reason: format!("The method is {}.", brief(x.method())) }
}

pub fn is_trace(x: &Exchange) -> Answer {
    Answer { yes: x.is("TRACE"), reason: format!("The method is {}.", brief(x.method())) }
}

/// The target of CONNECT names no resource here, and so there is nothing that a condition could be about.
pub fn is_connect(x: &Exchange) -> Answer {
    Answer { yes: x.is("CONNECT"), reason: format!("The method is {}.", brief(x.method())) }
}

pub fn exists(x: &Exchange) -> Answer {
    let count = x.world.resource.representations.len();
    match count {
        0 => Answer::no("Nothing is there at present."),
        1 => Answer::yes("There is a current representation."),
        _ => Answer::yes(format!("There are {count} representations.")),
    }
}

pub fn moved(x: &Exchange) -> Answer {
    match &x.world.resource.moved {
        Some(moved) => Answer::yes(format!("It is at `{}`.", brief(&moved.to))),
        None => Answer::no("It has not moved."),
    }
}

fn how(x: &Exchange) -> Option<Move> {
    x.world.resource.moved.as_ref().map(|moved| moved.how)
}

pub fn moved_for_good(x: &Exchange) -> Answer {
    let yes = matches!(how(x), Some(Move::Permanent | Move::PermanentKeeping));
    Answer::of(yes, "It has moved for good.", "It has not moved for good.")
}

pub fn moved_for_now(x: &Exchange) -> Answer {
    let yes = matches!(how(x), Some(Move::Temporary | Move::TemporaryKeeping));
    Answer::of(yes, "It is elsewhere for now.", "It is not elsewhere for now.")
}

pub fn keeps_method(x: &Exchange) -> Answer {
    let yes = matches!(how(x), Some(Move::PermanentKeeping | Move::TemporaryKeeping));
    Answer::of(yes, "The method has to stay what it is.", "POST may become GET on the way, as it always has.")
}

/// Moved, or gone: what webmachine calls "previously existed".
pub fn existed(x: &Exchange) -> Answer {
    let resource = &x.world.resource;
    Answer::of(resource.gone || resource.moved.is_some(), "Something was here before.", "Nothing was ever here.")
}

pub fn gone(x: &Exchange) -> Answer {
    Answer::of(x.world.resource.gone, "It was here and will not come back.", "Nobody says that it was ever here.")
}

pub fn may_create(x: &Exchange) -> Answer {
    let resource = &x.world.resource;
    match x.method() {
        "PUT" if resource.put_creates => Answer::yes("PUT may create it."),
        "PUT" => Answer::no("PUT may not create anything here."),
        "POST" if resource.post_creates => Answer::yes("POST works where nothing is."),
        "POST" => Answer::no("POST needs something to work on."),
        method => Answer::no(format!("{} creates nothing.", brief(method))),
    }
}

pub fn offers_choice(x: &Exchange) -> Answer {
    let resource = &x.world.resource;
    let several = resource.representations.len() > 1;
    let preference = ["Accept", "Accept-Language", "Accept-Charset", "Accept-Encoding"].into_iter().find(|name| x.has(name));
    match (several && resource.offers_choice && x.reads(), preference) {
        (false, _) => Answer::no("There is nothing that the client has to choose from."),
        (true, Some(name)) => Answer::no(format!("{name} says what the client prefers.")),
        (true, None) => Answer::yes(format!("The client may choose among {} representations.", resource.representations.len())),
    }
}
