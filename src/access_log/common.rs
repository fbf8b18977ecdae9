//! The Common Log Format (`host ident user [time] "request" status bytes`) and the Combined one, which only adds to its end.
//! Apache HTTP Server, “Log Files”, <https://httpd.apache.org/docs/2.4/logs.html#common>; nginx calls its default `combined`.
//!
//! The key is the host. Nothing behind the time is looked at, so that quotes and spaces in a request cannot do harm.

use super::entry::{DEFAULT_COST, Entry};
use super::skipped::Reason;
use super::time_text::Clock;

/// Reads a line without space around it, and adds its key to `key`.
pub fn read(line: &[u8], clock: &mut Clock, key: &mut Vec<u8>) -> Result<Entry, Reason> {
    let (first, rest) = word(line).ok_or(Reason::NotCommon)?;
    let host = match word(rest) {
        // Apache's `vhost_combined` begins with the server: `example.com:80 192.0.2.1 - - […]`.
        Some((second, _)) if is_address(second) => second,
        _ => first,
    };
    // `[Wed Oct 11 …] [error]` begins a line of an error log; `[2001:db8::1]` is a host.
    if host.starts_with(b"[") && !host.ends_with(b"]") {
        return Err(Reason::NotCommon);
    }
    let open = rest.iter().position(|&byte| byte == b'[').ok_or(Reason::NotCommon)?;
    let time = &rest[open + 1..];
    let close = time.iter().position(|&byte| byte == b']').ok_or(Reason::NotCommon)?;
    let at = clock.read(&time[..close])?;
    key.extend_from_slice(host);
    Ok(Entry { at, cost: DEFAULT_COST })
}

/// What is before the first space, and what is behind it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|&byte| byte == b' ')?;
    Some((&text[..end], &text[end + 1..]))
}

/// Whether it can be an IP address; the identity that usually stands in the second place never looks like one.
fn is_address(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_hexdigit() || b".:".contains(byte)) && word.iter().any(|byte| b".:".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_log::moment::Moment;

    fn read_line(line: &str) -> Result<(String, i64), Reason> {
        let mut key = Vec::new();
        let entry = read(line.as_bytes(), &mut Clock::default(), &mut key)?;
        let Moment(nanos) = entry.at;
        Ok((String::from_utf8_lossy(&key).into_owned(), nanos / 1_000_000_000))
    }

    #[test]
    fn host_and_time_are_read_and_nothing_else() {
        for (line, host) in [
            (r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326"#, "127.0.0.1"),
            (r#"2001:db8::1 - - [10/Oct/2000:20:55:36 +0000] "GET /\"x\" HTTP/1.1" 200 - "-" "a ] [ b""#, "2001:db8::1"),
            ("[2001:db8::1] - - [10/Oct/2000:20:55:36 +0000]", "[2001:db8::1]"),
            ("www.example.com:80 192.0.2.7 - - [10/Oct/2000:20:55:36 +0000] \"", "192.0.2.7"),
            ("client.example - a user with spaces [10/Oct/2000:20:55:36 +0000] \"GET", "client.example"),
        ] {
            assert_eq!(read_line(line), Ok((host.to_owned(), 971_211_336)), "{line}");
        }
    }

    #[test]
    fn other_lines_say_what_is_wrong() {
        for (line, reason) in [
            ("", Reason::NotCommon),
            ("hello", Reason::NotCommon),
            ("hello world", Reason::NotCommon),
            ("192.0.2.1 - - [10/Oct/2000:13:55:36 -0700", Reason::NotCommon),
            ("[Wed Oct 11 14:32:52 2000] [error] [client 192.0.2.1] no", Reason::NotCommon),
            ("2000/10/11 14:32:52 [error] 7#7: no", Reason::BadTime),
            ("192.0.2.1 - - [31/Apr/2000:13:55:36 -0700] \"GET", Reason::NoSuchDate),
        ] {
            assert_eq!(read_line(line), Err(reason), "{line}");
        }
    }
}
