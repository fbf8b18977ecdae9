//! Bytes in slices of any size → lines. Only a line that lies across two slices is copied.

use std::ops::ControlFlow;

use super::skipped::Reason;

/// A line without its line feed, or why it is not given.
pub type Line<'a> = Result<&'a [u8], Reason>;

/// Cuts slices into lines, and keeps the end of a slice until the rest of its line comes.
pub struct Lines {
    begun: Vec<u8>,
    /// The line that has begun is already longer than a line may be.
    overlong: bool,
    longest: usize,
}

impl Lines {
    /// Longer lines than `longest` bytes are passed over to their end, so that memory stays bounded.
    pub fn new(longest: usize) -> Self {
        Lines { begun: Vec::new(), overlong: false, longest }
    }

    /// Gives every line that ends in `bytes` to `take`, until that breaks.
    pub fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(Line<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        while let Some(end) = line_feed(bytes) {
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            let flow = if self.overlong || self.begun.len() + line.len() > self.longest {
                take(Err(Reason::TooLong))
            } else if self.begun.is_empty() {
                take(Ok(line))
            } else {
                self.begun.extend_from_slice(line);
                take(Ok(self.begun.as_slice()))
            };
            self.overlong = false;
            self.begun.clear();
            if flow.is_break() {
                return flow;
            }
        }
        if self.overlong || self.begun.len() + bytes.len() > self.longest {
            self.overlong = true;
            self.begun.clear();
        } else {
            self.begun.extend_from_slice(bytes);
        }
        ControlFlow::Continue(())
    }

    /// The last line, if the file did not end with a line feed.
    pub fn unfinished(&self) -> Option<Line<'_>> {
        match (self.overlong, self.begun.is_empty()) {
            (true, _) => Some(Err(Reason::TooLong)),
            (false, true) => None,
            (false, false) => Some(Ok(self.begun.as_slice())),
        }
    }
}

/// Where the first line feed is. Eight bytes at a time, because this looks at every byte of a log, and a browser's
/// program that is built for size would take them one by one.
fn line_feed(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH_BITS: u64 = ONES << 7;
    const LINE_FEEDS: u64 = ONES * b'\n' as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        // Line feeds become zeros; subtracting one sets the high bit of a byte that did not have it only if the byte was
        // zero, or if a zero below it borrowed. So the lowest hit is always a line feed.
        let differing = u64::from_le_bytes(*word) ^ LINE_FEEDS;
        let hits = differing.wrapping_sub(ONES) & !differing & HIGH_BITS;
        if hits != 0 {
            return Some(index * 8 + hits.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|&byte| byte == b'\n').map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], slice: usize, longest: usize) -> Vec<Result<Vec<u8>, Reason>> {
        let mut cutter = Lines::new(longest);
        let mut lines = Vec::new();
        for bytes in text.chunks(slice) {
            let flow = cutter.feed(bytes, |line| {
                lines.push(line.map(<[u8]>::to_vec));
                ControlFlow::Continue(())
            });
            assert!(flow.is_continue());
        }
        lines.extend(cutter.unfinished().map(|line| line.map(<[u8]>::to_vec)));
        lines
    }

    #[test]
    fn the_first_line_feed_is_found_at_every_place() {
        for length in 0..40 {
            assert_eq!(line_feed(&vec![0x0b; length]), None);
            for at in 0..length {
                for around in [0x00, 0x09, 0x0b, 0x80, 0x8a, 0xff] {
                    let mut bytes = vec![around; length];
                    bytes[at] = b'\n';
                    bytes[length - 1] = b'\n';
                    assert_eq!(line_feed(&bytes), Some(at), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn slices_do_not_change_the_lines() {
        let text = b"one\n\ntoo long\nexact\r\nend";
        let expected = [Ok(b"one".to_vec()), Ok(vec![]), Err(Reason::TooLong), Ok(b"exact\r".to_vec()), Ok(b"end".to_vec())];
        for slice in 1..=text.len() {
            assert_eq!(lines(text, slice, 6), expected, "slices of {slice}");
        }
        assert_eq!(lines(b"a long end", 3, 4), vec![Err(Reason::TooLong)]);
        assert_eq!(lines(b"a\n", 1, 4), vec![Ok(b"a".to_vec())]);
        assert!(lines(b"", 1, 4).is_empty());
    }

    #[test]
    fn nothing_follows_a_break() {
        let mut taken = 0;
        let flow = Lines::new(9).feed(b"a\nb\nc\n", |_| {
            taken += 1;
            if taken == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(flow.is_break());
        assert_eq!(taken, 2);
    }
}
