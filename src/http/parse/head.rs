//! Lines and field lines (RFC 9112 §2.2 and §5), for both kinds of messages.

use super::{BAD_RESPONSE, Refusal, named};
use crate::http::fields::Fields;
use crate::http::syntax;

/// A line without its end.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub at: usize,
    pub bytes: &'a [u8],
    /// Where the next one begins.
    pub next: usize,
}

impl Line<'_> {
    /// Where it ends, before CR and LF.
    pub fn end(&self) -> usize {
        self.at + self.bytes.len()
    }
}

/// The line that begins there; the last one may lack its end. LF alone ends a line too, as a recipient may let it.
pub fn line(bytes: &[u8], at: usize) -> Line<'_> {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.iter().position(|&byte| byte == b'\n') {
        Some(length) => {
            let line = &rest[..length];
            Line { at, bytes: line.strip_suffix(b"\r").unwrap_or(line), next: at + length + 1 }
        }
        None => Line { at, bytes: rest, next: at + rest.len() },
    }
}

/// Past empty lines: before a request line a server should ignore at least one.
pub fn skip_empty(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        let line = line(bytes, at);
        if !line.bytes.is_empty() {
            break;
        }
        at = line.next;
    }
    at
}

/// A field line, and where its parts stand.
pub struct FieldLine {
    pub name: String,
    pub at: usize,
    pub value: String,
    pub value_at: usize,
}

/// How field lines are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A server reads a request and takes no risk: folded lines and space before the colon are 400.
    Server,
    /// A user agent reads a response: it has to unfold lines, and space before the colon is dropped.
    Client,
}

impl Reader {
    pub fn refusal(self, at: usize, why: impl Into<String>) -> Refusal {
        let status = match self {
            Reader::Server => 400,
            Reader::Client => BAD_RESPONSE,
        };
        Refusal::new(status, at, why)
    }
}

/// The field lines from `at` to the empty line, and where what follows begins. The end of the text ends them too: who types
/// a request forgets the empty line.
pub fn field_lines(bytes: &[u8], mut at: usize, limit: usize, reader: Reader) -> Result<(Vec<FieldLine>, usize), Refusal> {
    let mut lines: Vec<FieldLine> = Vec::new();
    let mut size = 0usize;
    while at < bytes.len() {
        let line = line(bytes, at);
        at = line.next;
        if line.bytes.is_empty() {
            break;
        }
        // Two more for the CRLF that it has on the wire.
        if size + line.bytes.len() + 2 > limit {
            let past = (line.at + (limit - size)).min(line.end());
            return Err(Refusal::new(431, past, format!("The field lines are longer than the {limit} bytes that this server takes.")));
        }
        size += line.bytes.len() + 2;
        if line.bytes.starts_with(b" ") || line.bytes.starts_with(b"\t") {
            fold(&mut lines, line, reader)?;
        } else {
            lines.push(field_line(line, reader)?);
        }
    }
    Ok((lines, at))
}

/// A line that begins with whitespace continues the one before it (RFC 9112 §5.2), or follows the start line (§2.2).
fn fold(lines: &mut [FieldLine], line: Line<'_>, reader: Reader) -> Result<(), Refusal> {
    match (reader, lines.last_mut()) {
        (Reader::Server, Some(_)) => {
            let why = "The line begins with whitespace: line folding is obsolete, and a server answers it with 400.";
            Err(reader.refusal(line.at, why))
        }
        (Reader::Server, None) => Err(reader.refusal(line.at, "Whitespace may not stand between the request line and the first field.")),
        (Reader::Client, Some(last)) => {
            let (value, _) = value(line.bytes, line.at, reader)?;
            last.value.push(' ');
            last.value.push_str(&value);
            Ok(())
        }
        (Reader::Client, None) => Ok(()),
    }
}

fn field_line(line: Line<'_>, reader: Reader) -> Result<FieldLine, Refusal> {
    let length = line.bytes.iter().position(|&byte| !syntax::is_token_byte(byte)).unwrap_or(line.bytes.len());
    let (name, rest) = line.bytes.split_at(length);
    let blank = rest.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let stop = line.at + length;
    let after = match rest.get(blank) {
        Some(b':') if length == 0 => return Err(reader.refusal(line.at, "The field has no name before its colon.")),
        Some(b':') if blank > 0 && reader == Reader::Server => {
            let why = "Whitespace stands between the field's name and its colon: a server has to answer that with 400.";
            return Err(reader.refusal(stop, why));
        }
        Some(b':') => blank + 1,
        _ => {
            let why = match rest.first() {
                None => "The line has no colon.".to_owned(),
                Some(&byte) => format!("A field's name cannot hold {}.", named(byte)),
            };
            return Err(reader.refusal(stop, why));
        }
    };
    let (value, value_at) = value(&rest[after..], stop + after, reader)?;
    Ok(FieldLine { name: String::from_utf8_lossy(name).into_owned(), at: line.at, value, value_at })
}

/// Without whitespace around it. Control characters are invalid in a value (RFC 9110 §5.5).
fn value(bytes: &[u8], at: usize, reader: Reader) -> Result<(String, usize), Refusal> {
    if let Some(index) = bytes.iter().position(|&byte| byte.is_ascii_control() && byte != b'\t') {
        let why = format!("A field's value cannot hold {}.", bytes.get(index).map_or(String::new(), |&byte| named(byte)));
        return Err(reader.refusal(at + index, why));
    }
    let blank = bytes.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    Ok((syntax::trim(&syntax::text(bytes)).to_owned(), at + blank))
}

pub fn fields(lines: Vec<FieldLine>) -> Fields {
    lines.into_iter().map(|line| (line.name, line.value)).collect()
}
