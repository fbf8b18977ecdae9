//! Messages of which not all was copied: content that a tool did not print stands in, content that does not fit its length is
//! kept for the verdict.

use super::copied::{Cleaned, lines};
use crate::http::message::{Request, Response};
use crate::http::parse::{self, Limits, Refusal};

/// The request, with content stood in for that was not copied.
pub fn request(cleaned: &Cleaned, limits: &Limits, notes: &mut Vec<String>) -> Result<Request, Refusal> {
    let refusal = match parse::request(cleaned.text.as_bytes(), limits) {
        Ok(request) => return Ok(request),
        Err(refusal) => refusal,
    };
    // 408: the message ends too early.
    let completed = (refusal.status == 408).then(|| complete(&cleaned.text, limits)).flatten();
    let Some((text, note)) = completed else {
        return Err(refusal);
    };
    let request = parse::request(text.as_bytes(), limits).map_err(|_| refusal)?;
    notes.push(note);
    Ok(request)
}

/// Head and content of a message.
fn halves(text: &str) -> (&str, &str) {
    let mut begun = false;
    for (at, line) in lines(text) {
        begun |= !line.is_empty();
        if begun && line.is_empty() {
            let (head, rest) = text.split_at_checked(at).unwrap_or((text, ""));
            let rest = rest.strip_prefix('\r').unwrap_or(rest);
            return (head, rest.strip_prefix('\n').unwrap_or(rest));
        }
    }
    (text, "")
}

/// A message as long as its Content-Length says, and what was done to it.
fn complete(text: &str, limits: &Limits) -> Option<(String, String)> {
    let (head, content) = halves(text);
    let wanted = lines(head).find_map(|(_, line)| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("Content-Length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    if wanted > limits.body {
        return None;
    }
    let head = head.trim_end();
    if content.trim().is_empty() {
        let note = format!("The {wanted} bytes of content were not pasted; full stops stand in for them.");
        return Some((format!("{head}\n\n{}", ".".repeat(wanted)), note));
    }
    let ended = content.replace("\r\n", "\n").replace('\n', "\r\n");
    let note = "The lines of the content were ended with CR LF again, as Content-Length counts them.";
    (ended.len() >= wanted).then(|| (format!("{head}\n\n{ended}"), note.to_owned()))
}

/// The response. Content that does not fit its length is kept if `kept`, for that is a fault to be told; a tool's output is
/// left out.
pub fn response(cleaned: &Cleaned, kept: bool, notes: &mut Vec<String>) -> Result<Response, Refusal> {
    let refusal = match parse::response(cleaned.text.as_bytes()) {
        Ok(response) => return Ok(response),
        Err(refusal) => refusal,
    };
    // The last head, for interim responses may come before it.
    let last = lines(&cleaned.text).filter(|(_, line)| line.starts_with("HTTP/")).last().map_or(0, |(at, _)| at);
    let (head, content) = halves(cleaned.text.get(last..).unwrap_or_default());
    let mut response = parse::response(format!("{head}\n").as_bytes()).map_err(|_| refusal)?;
    if kept {
        response.body = content.trim_end_matches(['\r', '\n']).as_bytes().to_vec();
    } else {
        notes.push("The content that was printed does not fit Content-Length; it is left out.".to_owned());
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { target: 100, fields: 100, body: 10 };

    fn asked(text: &str) -> Result<(Vec<u8>, usize), u16> {
        let mut notes = Vec::new();
        let request = request(&Cleaned::of(text, 0), &LIMITS, &mut notes);
        request.map(|request| (request.body, notes.len())).map_err(|refusal| refusal.status)
    }

    fn answered(text: &str, kept: bool) -> Result<(u16, Vec<u8>, usize), usize> {
        let mut notes = Vec::new();
        let response = response(&Cleaned::of(text, 0), kept, &mut notes);
        response.map(|response| (response.status, response.body, notes.len())).map_err(|refusal| refusal.at)
    }

    #[test]
    fn missing_content_is_stood_in_for_up_to_the_limit() {
        assert_eq!(asked("PUT / HTTP/1.1\nContent-Length: 3\n\n"), Ok((b"...".to_vec(), 1)));
        assert_eq!(asked("PUT / HTTP/1.1\r\nContent-Length: 3"), Ok((b"...".to_vec(), 1)));
        assert_eq!(asked("PUT / HTTP/1.1\nContent-Length: 3\n\nabc"), Ok((b"abc".to_vec(), 0)));
        assert_eq!(asked("PUT / HTTP/1.1\nContent-Length: 3\n\na\n"), Ok((b"a\r\n".to_vec(), 1)));
        assert_eq!(asked("PUT / HTTP/1.1\nContent-Length: 9\n\na\n"), Err(408), "what is there is not all");
        assert_eq!(asked("PUT / HTTP/1.1\nContent-Length: 11\n\n"), Err(413));
    }

    #[test]
    fn content_of_another_length_is_kept_or_left_out() {
        let text = "HTTP/1.1 103 Early Hints\n\nHTTP/1.1 200 OK\nContent-Length: 9\n\nfour\n";
        assert_eq!(answered(text, true), Ok((200, b"four".to_vec(), 0)));
        assert_eq!(answered(text, false), Ok((200, Vec::new(), 1)));
        assert_eq!(answered("HTTP/1.1 200 OK\nA\n\nfour", true), Err(17), "the head itself is wrong");
    }
}
