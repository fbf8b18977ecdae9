//! Parts of a representation: one slice, or several as multipart/byteranges (RFC 9110 §14.6).

use super::state::Representation;

/// Both ends are meant; empty if they lie outside.
pub fn slice(bytes: &[u8], first: u64, last: u64) -> &[u8] {
    let (Ok(first), Ok(last)) = (usize::try_from(first), usize::try_from(last)) else {
        return &[];
    };
    bytes.get(first..=last).unwrap_or_default()
}

/// The `Content-Type` value and the content.
pub fn multipart(own: &Representation, ranges: &[(u64, u64)]) -> (String, Vec<u8>) {
    let boundary = boundary(&own.body);
    let mut content = Vec::new();
    for (first, last) in ranges {
        let head =
            format!("--{boundary}\r\nContent-Type: {}\r\nContent-Range: bytes {first}-{last}/{}\r\n\r\n", own.content_type(), own.length());
        content.extend_from_slice(head.as_bytes());
        content.extend_from_slice(slice(own.body.as_bytes(), *first, *last));
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/byteranges; boundary={boundary}"), content)
}

/// The first of `part-0`, `part-1`, … that does not stand in the content.
fn boundary(body: &str) -> String {
    let mut number = 0u32;
    loop {
        let candidate = format!("part-{number}");
        if !body.contains(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_stay_within_the_content() {
        assert_eq!(slice(b"abcdef", 1, 3), b"bcd");
        assert_eq!(slice(b"abcdef", 5, 5), b"f");
        assert_eq!(slice(b"abcdef", 5, 6), b"");
        assert_eq!(slice(b"abcdef", 4, 2), b"");
        assert_eq!(slice(b"abcdef", 0, u64::MAX), b"");
    }

    #[test]
    fn the_boundary_does_not_stand_in_the_content() {
        let own = Representation { body: "part-0 and part-1".to_owned(), ..Representation::default() };
        let (kind, content) = multipart(&own, &[(0, 0), (2, 3)]);
        assert_eq!(kind, "multipart/byteranges; boundary=part-2");
        let expected = "--part-2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-0/17\r\n\r\np\r\n\
                        --part-2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 2-3/17\r\n\r\nrt\r\n--part-2--\r\n";
        assert_eq!(String::from_utf8_lossy(&content), expected);
    }
}
