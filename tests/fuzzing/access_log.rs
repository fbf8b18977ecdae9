//! Any bytes as an access log: read as requests in order of time or refused with a sentence, whatever the slices, with every line
//! counted once; and what was read goes through the lab's limiters.
//!
//! The first byte says how it is read: three bits for the format, one each for spreading, for length and for the slices. Letters
//! will do: `d` finds the format out, `a` is CSV, `b` and `c` are JSON lines, a backtick is the Common Log Format, `l` spreads
//! nothing, `t` sets the log behind 64 KiB of comments, `T` does so in other slices.

use field_guide::access_log::{AccessLog, Format, JsonFields, LogReader};
use field_guide::labs::rate_limiting::PRESETS;
use field_guide::labs::rate_limiting::replay::Replay;
use field_guide::sim::Nanos;

/// From so many bytes on the format is decided, and slices are cut as they come.
const START: usize = 64 * 1024;
/// Of one comment.
const COMMENT: usize = 1024;

pub fn check(bytes: &[u8]) {
    let Some((&how, log)) = bytes.split_first() else { return };
    let format = match how & 0b111 {
        0 => Format::Common,
        1 => Format::Csv,
        2 => Format::JsonLines(JsonFields::default()),
        3 => Format::JsonLines(JsonFields { time: "at.s".to_owned(), key: Some("http.user".to_owned()), cost: Some("cost".to_owned()) }),
        _ => Format::Detect,
    };
    let (spread, behind_comments, slice) = (how & 0b1000 == 0, how & 0b1_0000 != 0, if how & 0b10_0000 != 0 { 7 } else { 1_000 });
    let bytes = if behind_comments { [comments(log.len()), log.to_vec()].concat() } else { log.to_vec() };
    let read = |slice: usize| {
        let mut reader = LogReader::new(format.clone()).spread(spread);
        bytes.chunks(slice).for_each(|bytes| reader.feed(bytes));
        reader.finish()
    };
    let whole = read(bytes.len().max(1));
    assert_eq!(whole, read(slice), "slices of {slice} bytes change what is read");
    match &whole {
        Ok(log) => {
            adds_up(log, &bytes);
            replayed(log);
        }
        Err(sentence) => assert!(sentence.ends_with('.'), "{sentence}"),
    }
    if bytes.starts_with(b"\x1f\x8b") {
        assert!(whole.is_err_and(|sentence| sentence.contains("compressed")), "a gzip file is not unpacked here, and the reader is told");
    }
}

/// So many that the format is decided in the middle of a log of `length` bytes.
fn comments(length: usize) -> Vec<u8> {
    let mut comments = vec![b'#'; START - length.min(START) / 2];
    let last = comments.len() - 1;
    comments.iter_mut().skip(COMMENT - 1).step_by(COMMENT).for_each(|end| *end = b'\n');
    comments[last] = b'\n';
    comments
}

fn adds_up(log: &AccessLog, bytes: &[u8]) {
    let summary = &log.summary;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let ends = text.iter().filter(|byte| **byte == b'\n').count();
    let lines = ends + usize::from(!text.is_empty() && !text.ends_with(b"\n"));
    assert_eq!(summary.lines, lines as u64, "lines read, and lines in the file");
    assert_eq!(summary.requests as u64 + summary.skipped.count + summary.ignored, summary.lines, "read + left out + silent = lines");
    assert_eq!(summary.skipped.reasons().iter().map(|(_, count)| count).sum::<u64>(), summary.skipped.count, "each has one reason");
    assert!(summary.skipped.first.iter().all(|skipped| (1..=summary.lines).contains(&skipped.line)), "{:?}", summary.skipped.first);

    assert_eq!((summary.requests, summary.keys), (log.requests.len(), log.keys.len()));
    assert!(log.requests.is_sorted_by_key(|request| request.at), "requests are in order of time");
    assert_eq!(log.requests.first().map(|request| request.at), Some(Nanos::ZERO), "time begins with the first request");
    assert_eq!(log.requests.last().map(|request| request.at), Some(summary.span));
    for request in &log.requests {
        assert!((request.key as usize) < log.keys.len() && (1..=1_000_000).contains(&request.cost), "{request:?}");
    }
    assert!(log.keys.iter().all(|key| key.len() <= 200), "a key is at most 200 bytes long");
    assert!((1..=summary.peak_minute.count).contains(&summary.peak_second.count) && summary.peak_minute.count <= summary.requests);
    assert!(summary.busiest.is_sorted_by_key(|(_, count)| std::cmp::Reverse(*count)), "{:?}", summary.busiest);
    assert!(summary.busiest.iter().map(|(_, count)| count).sum::<u64>() <= summary.requests as u64);
    assert!(summary.without_key.max(summary.out_of_order) <= summary.requests as u64);
    assert!(!summary.cut.requests && summary.format != Format::Detect);
    assert!(summary.remarks().iter().all(|remark| remark.ends_with('.')), "{:?}", summary.remarks());
    assert!(!summary.span_words().is_empty() && !summary.format.to_string().is_empty());
}

/// The whole way of an import: each request is decided once in every lane.
fn replayed(log: &AccessLog) {
    let scenario = PRESETS[0].scenario();
    let mut replay = Replay::new(&scenario, log.keys.len(), log.summary.span);
    while replay.step(&log.requests, 100) {}
    assert_eq!(replay.done(), log.requests.len());
    for lane in replay.finish() {
        let (counts, spec) = (lane.counts, lane.spec);
        assert_eq!(counts.admitted as usize + counts.refused as usize, log.requests.len(), "{spec:?}");
        assert_eq!(lane.columns.iter().flatten().sum::<u32>() as usize, log.requests.len(), "{spec:?}");
    }
}
