//! One request and what comes back, which the client takes as it is.

use super::tape::Tape;
use super::{Origin, Sequence, Setting};
use crate::http::message::Request;

/// Sends `request` to `url`, once.
pub fn exchange(setting: &Setting, url: &str, request: &Request, origin: &mut Origin<'_>) -> Sequence {
    let mut tape = Tape::new(setting);
    tape.exchange(url, request, "", Vec::new(), origin);
    tape.finish()
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use crate::http::message::Response;

    #[test]
    fn whatever_comes_back_is_the_end_of_it() {
        let mut moved = Response::new(301);
        moved.fields.push("Location", "/b");
        let sequence = exchange(&Setting::default(), "http://a/", &Request::new("POST", "/"), &mut |_| plain(moved.clone()));
        assert_eq!((sequence.statuses(), sequence.requests().len()), (vec![301], 1));
    }
}
