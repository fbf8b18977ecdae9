//! Who asks, may they, and how often.

use super::{Answer, Exchange, brief};
use crate::http::state::{Forbidden, Guard};

/// Whether a field's credentials are among those let in: the scheme without case, the rest to the letter.
pub fn lets_in(guard: &Guard, credentials: &str) -> bool {
    let split = |value: &str| {
        let (scheme, rest) = value.trim().split_once(' ').unwrap_or((value, ""));
        (scheme.to_ascii_lowercase(), rest.trim().to_owned())
    };
    guard.accepts.iter().any(|accepted| split(accepted) == split(credentials))
}

/// The answer about one guard and the field that it reads.
pub fn passes(guard: Option<&Guard>, x: &Exchange, field: &str) -> Answer {
    let Some(guard) = guard else {
        return Answer::yes("Everybody is let in without credentials.");
    };
    match x.request.fields.get(field) {
        None => Answer::no(format!("`{}` is guarded, and there is no {field} field.", guard.realm)),
        Some(value) => {
            let scheme = value.split(' ').next().unwrap_or_default();
            let known = lets_in(guard, value);
            let judgement = if known { "are accepted" } else { "are not accepted" };
            Answer { yes: known, reason: format!("The {} credentials for `{}` {judgement}.", brief(scheme), guard.realm) }
        }
    }
}

pub fn authenticated(x: &Exchange) -> Answer {
    passes(x.world.server.guard.as_ref(), x, "Authorization")
}

pub fn allowed(x: &Exchange) -> Answer {
    Answer::of(
        x.world.server.forbidden == Forbidden::No,
        "This client may do this here.",
        "The server understands, and refuses this client.",
    )
}

pub fn legal(x: &Exchange) -> Answer {
    Answer::of(
        x.world.server.forbidden == Forbidden::Legal,
        "A legal demand stands behind the refusal.",
        "No legal demand stands behind it.",
    )
}

pub fn payment(x: &Exchange) -> Answer {
    Answer::of(x.world.server.forbidden == Forbidden::Payment, "Payment would open it.", "Payment would not help.")
}

pub fn hides(x: &Exchange) -> Answer {
    Answer::of(
        x.world.server.forbidden == Forbidden::Hide,
        "The server does not want to admit that there is something.",
        "The server refuses this client, and does not hide that there is something.",
    )
}

pub fn within_rate(x: &Exchange) -> Answer {
    Answer::of(!x.world.server.limited, "The client is within its rate.", "The client has sent too many requests in the time given.")
}

pub fn condition_present(x: &Exchange) -> Answer {
    if !x.world.server.demands_condition {
        return Answer::yes("The server demands no condition.");
    }
    if x.is_safe() {
        return Answer::yes(format!("{} changes nothing, so no condition is demanded.", x.method()));
    }
    let conditions = ["If-Match", "If-Unmodified-Since", "If-None-Match"];
    match conditions.into_iter().find(|name| x.has(name)) {
        Some(name) => Answer::yes(format!("There is {name}.")),
        None => Answer::no(format!("{} has to be conditional here, and carries no If-Match or the like.", brief(x.method()))),
    }
}

pub fn extension_present(x: &Exchange) -> Answer {
    match &x.world.server.demands_extension {
        None => Answer::yes("The server demands no extension."),
        Some(extension) => {
            let present = x.field("Man").is_some_and(|man| man.contains(extension.as_str()));
            let judgement = if present { "declares" } else { "does not declare" };
            Answer { yes: present, reason: format!("The server demands {extension}, and the request {judgement} it in Man.") }
        }
    }
}
