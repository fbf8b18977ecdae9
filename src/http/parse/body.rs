//! How long a body is, and what a chunked one holds (RFC 9112 §6 and §7.1).

use super::head::{FieldLine, Reader, field_lines, line};
use super::{Refusal, named};
use crate::http::syntax;

/// What the fields say about the body's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Neither Content-Length nor Transfer-Encoding.
    Open,
    /// `at`: where the number stands.
    Length {
        count: u64,
        at: usize,
    },
    Chunked,
}

fn of_name<'a>(lines: &'a [FieldLine], name: &'a str) -> impl Iterator<Item = &'a FieldLine> {
    lines.iter().filter(move |line| line.name.eq_ignore_ascii_case(name))
}

/// The members of all lines of a field, empty ones left out, and where they stand.
fn members<'a>(lines: &'a [FieldLine], name: &'a str) -> impl Iterator<Item = (&'a str, usize)> {
    of_name(lines, name).flat_map(|line| {
        let mut from = 0;
        syntax::list(&line.value).into_iter().map(move |member| {
            let offset = line.value.get(from..).and_then(|rest| rest.find(member)).unwrap_or(0);
            let at = from + offset;
            from = at + member.len();
            (member, line.value_at + at)
        })
    })
}

/// Content-Length alone. The same number twice is let pass, as RFC 9110 §8.6 allows.
pub fn content_length(lines: &[FieldLine], reader: Reader) -> Result<Framing, Refusal> {
    let Some(line) = of_name(lines, "Content-Length").next() else {
        return Ok(Framing::Open);
    };
    let mut known: Option<(u64, usize)> = None;
    for (member, at) in members(lines, "Content-Length") {
        let Some(count) = syntax::digits(member) else {
            return Err(reader.refusal(at, format!("`{member}` is no number of bytes: Content-Length takes digits only.")));
        };
        match known {
            Some((before, _)) if before != count => {
                return Err(
                    reader.refusal(at, format!("Content-Length says {before} and {count}: nobody can tell where the message ends."))
                );
            }
            _ => known = known.or(Some((count, at))),
        }
    }
    let (count, at) = known.ok_or_else(|| reader.refusal(line.value_at, "Content-Length is empty."))?;
    Ok(Framing::Length { count, at })
}

/// The framing of a request, which has to be beyond doubt. Only chunked is understood, as by nginx.
pub fn of_request(lines: &[FieldLine], has_1_1: bool) -> Result<Framing, Refusal> {
    let reader = Reader::Server;
    let length = content_length(lines, reader)?;
    let Some(line) = of_name(lines, "Transfer-Encoding").next() else {
        return Ok(length);
    };
    if let Framing::Length { .. } = length {
        let at = of_name(lines, "Content-Length").next().map_or(line.at, |own| own.at.max(line.at));
        let why = "Content-Length and Transfer-Encoding contradict each other, which is how requests are smuggled.";
        return Err(reader.refusal(at, why));
    }
    if !has_1_1 {
        return Err(reader.refusal(line.at, "Transfer-Encoding came with HTTP/1.1: in an HTTP/1.0 request the framing is faulty."));
    }
    let mut chunked = false;
    for (member, at) in members(lines, "Transfer-Encoding") {
        let coding = member.split(';').next().map_or(member, syntax::trim);
        if !coding.eq_ignore_ascii_case("chunked") {
            return Err(Refusal::new(501, at, format!("This server does not understand the transfer coding `{coding}`.")));
        }
        if coding.len() < member.len() {
            return Err(reader.refusal(at + coding.len(), "The chunked coding has no parameters."));
        }
        if chunked {
            return Err(reader.refusal(at, "What is chunked cannot be chunked again."));
        }
        chunked = true;
    }
    if chunked { Ok(Framing::Chunked) } else { Err(reader.refusal(line.value_at, "Transfer-Encoding has to end with chunked.")) }
}

/// The content of a chunked body that begins at `at`, and where it ends. Trailer fields are read and dropped.
pub fn chunked(bytes: &[u8], mut at: usize, most: usize, reader: Reader) -> Result<(Vec<u8>, usize), Refusal> {
    let mut content = Vec::new();
    loop {
        let unfinished = || missing(bytes, reader, "the last chunk, which is `0`");
        if at >= bytes.len() {
            return Err(unfinished());
        }
        let size_line = line(bytes, at);
        let digits = size_line.bytes.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (size, extension) = size_line.bytes.split_at(digits);
        if size.is_empty() {
            return Err(reader.refusal(at, "Here a chunk's size has to stand, in hexadecimal digits."));
        }
        check_extension(extension, at + digits, reader)?;
        // Sixteen digits fit; what is longer and no row of zeros is too much in any case.
        let size = size.iter().fold(0u64, |sum, &digit| sum.saturating_mul(16).saturating_add(u64::from(syntax::hex(digit).unwrap_or(0))));
        if size > (most - content.len()) as u64 {
            return Err(Refusal::new(413, at, format!("With this chunk the content passes the {most} bytes that this server takes.")));
        }
        if size == 0 {
            let (_, end) = field_lines(bytes, size_line.next, usize::MAX, reader)?;
            return Ok((content, end));
        }
        let end = size_line.next.saturating_add(size as usize);
        let Some(data) = bytes.get(size_line.next..end) else {
            return Err(missing(bytes, reader, "the rest of a chunk"));
        };
        content.extend_from_slice(data);
        if end == bytes.len() {
            return Err(unfinished());
        }
        let rest = line(bytes, end);
        if let Some(&byte) = rest.bytes.first() {
            return Err(reader.refusal(end, format!("The chunk of {size} bytes ends here, so CRLF has to follow, not {}.", named(byte))));
        }
        at = rest.next;
    }
}

fn check_extension(extension: &[u8], at: usize, reader: Reader) -> Result<(), Refusal> {
    let start = extension.iter().position(|&byte| byte != b' ' && byte != b'\t');
    let wrong = match start.and_then(|index| extension.get(index)) {
        None => None,
        Some(b';') => extension.iter().position(|&byte| byte.is_ascii_control() && byte != b'\t'),
        Some(_) => start,
    };
    match wrong.and_then(|index| Some((index, *extension.get(index)?))) {
        None => Ok(()),
        Some((index, byte)) => {
            Err(reader.refusal(at + index, format!("After a chunk's size comes `;` or the end of the line, not {}.", named(byte))))
        }
    }
}

/// The message ends too early: a server waits, and at last answers 408.
pub fn missing(bytes: &[u8], reader: Reader, what: &str) -> Refusal {
    match reader {
        Reader::Server => Refusal::new(408, bytes.len(), format!("The message lacks {what}: the server waits for it, and then gives up.")),
        Reader::Client => reader.refusal(bytes.len(), format!("The message lacks {what}.")),
    }
}
