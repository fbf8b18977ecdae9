//! The profile of nginx beside a real one: thousands of conditional and range requests over loopback for files whose length
//! and date are known.
//!
//! Status, interim 100, length, content (part by part), Content-Range, ETag, Last-Modified and Accept-Ranges are compared.
//! The engine gives the status as nginx does, but the fields as the RFC wants them; [`ours`] undoes this in three places, each
//! named there. Of an error only status and fields are compared, since the page that explains it is everyone's own.
//!
//! Dates are written in the three forms of HTTP, and in ways that only nginx takes for dates.
#![cfg(not(target_arch = "wasm32"))]

#[path = "conformance/nginx.rs"]
mod nginx;
#[path = "conformance/report.rs"]
mod report;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use field_guide::http::date;
use field_guide::http::engine::decide;
use field_guide::http::fields::Fields;
use field_guide::http::message::{Request, Version};
use field_guide::http::profiles::Profile;
use field_guide::http::questions::Exchange;
use field_guide::http::state::{NOON, Representation, Resource, World};
use field_guide::sim::random::Stream;
use nginx::{BODIES, Nginx, PROCESS};
use report::Report;

const REQUESTS: usize = 4_000;

/// Every status that nginx has for static files, and how often it has to come at least.
const STATUSES: [(u16, usize); 8] = [(200, 200), (206, 200), (304, 100), (400, 40), (404, 100), (405, 100), (412, 100), (416, 50)];

/// nginx writes a counter of twenty digits.
const BOUNDARY: u64 = 20;

/// Length and date of each file: none, one byte, the usual, and dates whose day has one digit or whose second is the last.
const FILES: [(usize, u64); 6] =
    [(0, NOON - 86_400), (1, 1_000_000_000), (20, NOON - 86_400), (29, NOON - 20 * 86_400), (1_000, 1_235_865_599), (6_000, 951_782_400)];

/// What nginx serves under `/<number>.txt`.
struct Served {
    target: String,
    etag: String,
    modified: u64,
    body: String,
}

impl Served {
    fn new(number: usize, length: usize, modified: u64) -> Served {
        // Letters only: no boundary can stand in it.
        let body = (b'a'..=b'z').cycle().skip(number).take(length).map(char::from).collect();
        Served { target: format!("/{number}.txt"), etag: format!("\"{modified:x}-{length:x}\""), modified, body }
    }

    fn all() -> Vec<Served> {
        FILES.iter().enumerate().map(|(number, (length, modified))| Served::new(number, *length, *modified)).collect()
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut file = File::create(folder.join(self.target.trim_start_matches('/')))?;
        file.write_all(self.body.as_bytes())?;
        file.set_modified(UNIX_EPOCH + Duration::from_secs(self.modified))
    }

    fn world(&self, there: bool) -> World {
        let own = Representation {
            media_type: "text/plain".to_owned(),
            charset: None,
            etag: Some(self.etag.clone()),
            last_modified: Some(self.modified),
            body: self.body.clone(),
            ..Representation::default()
        };
        let representations = if there { vec![own] } else { Vec::new() };
        World { resource: Resource { representations, ..Resource::default() }, ..World::default() }
    }
}

fn prepare(folder: &Path, port: u16, files: &[Served]) -> std::io::Result<()> {
    let root = folder.join("files");
    std::fs::create_dir_all(&root)?;
    files.iter().try_for_each(|file| file.write(&root))?;
    // Nobody reads what nginx says once it runs, so it has to be little.
    let configuration = format!(
        "{PROCESS}error_log stderr crit;\nevents {{}}\nhttp {{\n{BODIES}  access_log off; default_type text/plain;
  server {{ listen 127.0.0.1:{port}; root files; }}\n}}\n"
    );
    std::fs::write(folder.join("nginx.conf"), configuration)
}

fn one_of<T: Copy>(these: &[T], draws: &mut Stream) -> T {
    these[draws.below(these.len() as u32) as usize]
}

fn one_in(count: u32, draws: &mut Stream) -> bool {
    draws.below(count) == 0
}

/// A value of If-Match or If-None-Match: the tag itself, alone, weak, among others and damaged, or something else.
fn tags(file: &Served, draws: &mut Stream) -> String {
    let own = file.etag.as_str();
    let bare = own.trim_matches('"');
    match draws.below(22) {
        0..=3 => own.to_owned(),
        4 | 5 => format!("W/{own}"),
        6 | 7 => "\"other\"".to_owned(),
        8 => "W/\"other\"".to_owned(),
        9 | 10 => "*".to_owned(),
        11 => format!("\"other\", {own}"),
        12 => format!("{own},\"other\""),
        13 => format!("\"a\", W/{own} , \"b\""),
        14 => format!("\"other\" {own}"),
        15 => format!("\"{bare}"),
        16 => bare.to_owned(),
        17 => format!("*, {own}"),
        18 => format!(",, {own}"),
        19 => format!("{own}x, \"other\""),
        20 => "nonsense, \"\"".to_owned(),
        _ => String::new(),
    }
}

/// One moment in the three forms in which HTTP knows it, and once with another day of the week.
fn written(moment: u64, draws: &mut Stream) -> String {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let text = date::format(moment);
    let (weekday, day, month, year, time) = (&text[..3], &text[5..7], &text[8..11], &text[12..16], &text[17..25]);
    match draws.below(14) {
        0 => {
            let weekday = DAYS.iter().find(|name| name.starts_with(weekday)).expect("it is one of the seven");
            format!("{weekday}, {day}-{month}-{} {time} GMT", &year[2..])
        }
        1 => format!("{weekday} {month} {:>2} {time} {year}", day.trim_start_matches('0')),
        2 => format!("Mon, {day} {month} {year} {time} GMT"),
        // No dates by the RFC, and read by nginx all the same.
        3 => format!("{weekday}, {day} {month} {year} {time}"),
        4 => format!("any day,  {day} {month} {year} {time} and more"),
        5 => format!("{weekday}, {day} {}x{} {year} {time} GMT", &month[..1], &month[2..]),
        6 => format!("{weekday} {month}  {day} {time} {year}"),
        7 => format!("{weekday}, {day}-{month}-{} {time}", &year[2..]),
        _ => text,
    }
}

/// The file's date, one before, one after, or none at all.
fn moment(file: &Served, draws: &mut Stream) -> String {
    let away: u64 = one_of(&[1, 59, 3_600, 86_400, 40_000_000], draws);
    match draws.below(10) {
        0..=3 => written(file.modified, draws),
        4 | 5 => written(file.modified - away, draws),
        6 | 7 => written(file.modified + away, draws),
        _ => {
            const NONE: [&str; 10] = [
                "yesterday",
                "",
                "0",
                "Tue, 24 Nov 2026",
                "Tue, 32 Nov 2026 12:00:00 GMT",
                "Tue, 00 Nov 2026 12:00:00 GMT",
                "Tue, 24 Nov 2026 12:00:60 GMT",
                "Tue, 24 nov 2026 12:00:00 GMT",
                "24 Nov 2026 12:00:00 GMT",
                "\"v1\"",
            ];
            one_of(&NONE, draws).to_owned()
        }
    }
}

/// One range: around what is there.
fn range(length: u32, draws: &mut Stream) -> String {
    let near = |draws: &mut Stream| if one_in(3, draws) { draws.below(6) } else { draws.below(length + 3) };
    let (first, count) = (near(draws), near(draws));
    match draws.below(8) {
        0..=3 => format!("{first}-{}", first + count),
        4 => format!("{first}-"),
        5 => format!("-{count}"),
        6 => format!("{first}-{}", near(draws)),
        _ => format!("{first} - {}", first + count),
    }
}

/// A value of Range.
fn ranges(file: &Served, draws: &mut Stream) -> String {
    let length = file.body.len() as u32;
    match draws.below(16) {
        0..=5 => format!("bytes={}", range(length, draws)),
        6..=9 => {
            let several: Vec<String> = (0..2 + draws.below(4)).map(|_| range(length, draws)).collect();
            format!("bytes={}", several.join(one_of(&[",", ", "], draws)))
        }
        // Short ones, so that they do not add up to more than the file.
        10 => format!("bytes=0-0,{}-{},-1", length / 2, length / 2),
        11 => format!("Bytes={}", range(length, draws)),
        12 => format!("bytes={length}-"),
        13 => format!("bytes={}-{}", length + 5, length + 9),
        _ => {
            const ODD: [&str; 18] = [
                "bytes=-0",
                "bytes=5-2",
                "bytes=junk",
                "bytes=",
                "bytes=-",
                "bytes=,",
                "bytes=--4",
                "bytes=0-4,",
                "bytes=0-4,junk",
                "bytes=0-4;6-7",
                "bytes=0-4-6",
                "bytes=0-0,99999-",
                "bytes=0-9223372036854775807",
                "bytes=0-18446744073709551616",
                "bytes 0-4",
                "items=0-4",
                "junk",
                "",
            ];
            one_of(&ODD, draws).to_owned()
        }
    }
}

fn if_range(file: &Served, draws: &mut Stream) -> String {
    match draws.below(9) {
        0..=2 => file.etag.clone(),
        3 => format!("W/{}", file.etag),
        4 => one_of(&["\"other\"", "\"", "\"\"", ""], draws).to_owned(),
        _ => moment(file, draws),
    }
}

fn value(name: &str, file: &Served, draws: &mut Stream) -> String {
    match name {
        "If-Match" | "If-None-Match" => tags(file, draws),
        "Range" => ranges(file, draws),
        "If-Range" => if_range(file, draws),
        "Expect" => one_of(&["100-continue", "100-continue", "100-Continue", "100-continue, more", "200-ok", ""], draws).to_owned(),
        _ => moment(file, draws),
    }
}

/// A request for a file, or, if it is not there, for one beside it.
fn request(file: &Served, there: bool, draws: &mut Stream) -> Request {
    const METHODS: [&str; 14] = ["GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "HEAD", "HEAD", "POST", "PUT", "DELETE"];
    /// How likely a field is: one in so many.
    const LINES: [(&str, u32); 7] = [
        ("If-Match", 6),
        ("If-None-Match", 4),
        ("If-Modified-Since", 5),
        ("If-Unmodified-Since", 8),
        ("Range", 2),
        ("If-Range", 4),
        ("Expect", 8),
    ];
    let target = if there { file.target.clone() } else { format!("/missing{}", file.target) };
    let mut request = Request::new(one_of(&METHODS, draws), target);
    if one_in(12, draws) {
        request.version = Version::Http10;
    }
    request.fields.push("Host", "guide");
    // Whatever comes until nginx hangs up is the answer.
    request.fields.push("Connection", "close");
    for (name, rarity) in LINES {
        if one_in(rarity, draws) {
            request.fields.push(name, value(name, file, draws));
            if one_in(40, draws) {
                request.fields.push(name, value(name, file, draws));
            }
        }
    }
    let writes = !matches!(request.method.as_str(), "GET" | "HEAD");
    if one_in(if writes { 2 } else { 20 }, draws) {
        request.body = b"hello".to_vec();
        request.fields.push("Content-Length", "5");
    }
    request
}

/// What is compared of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    interim: Vec<u16>,
    status: u16,
    /// Not of an error.
    length: Option<u64>,
    content_range: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    accept_ranges: Option<String>,
    multipart: bool,
    /// The head of each part and what it carries. Content in one piece has no such head; an error's is not looked at.
    content: Vec<(String, String)>,
}

impl Seen {
    fn new(interim: Vec<u16>, status: u16, fields: &Fields, body: &[u8]) -> Seen {
        let field = |name: &str| fields.get(name).map(str::to_owned);
        let told = status < 400;
        let boundary = boundary(fields);
        let text = || String::from_utf8_lossy(body).into_owned();
        let content = match boundary {
            _ if !told || body.is_empty() => Vec::new(),
            Some(boundary) => parts(&text(), boundary),
            None => vec![(String::new(), text())],
        };
        Seen {
            interim,
            status,
            length: fields.get("Content-Length").and_then(|length| length.parse().ok()).filter(|_| told),
            content_range: field("Content-Range"),
            etag: field("ETag"),
            last_modified: field("Last-Modified"),
            accept_ranges: field("Accept-Ranges"),
            multipart: boundary.is_some(),
            content,
        }
    }
}

fn boundary(fields: &Fields) -> Option<&str> {
    fields.get("Content-Type")?.strip_prefix("multipart/byteranges; boundary=")
}

fn parts(text: &str, boundary: &str) -> Vec<(String, String)> {
    let delimiter = format!("--{boundary}");
    let mut pieces: Vec<&str> = text.split(delimiter.as_str()).skip(1).collect();
    assert_eq!(pieces.pop(), Some("--\r\n"), "multipart content has an end:\n{text}");
    let part = |piece: &str| {
        let part = piece.strip_prefix("\r\n").and_then(|piece| piece.strip_suffix("\r\n"));
        let (head, content) = part.and_then(|part| part.split_once("\r\n\r\n")).unwrap_or_else(|| panic!("no part: {piece:?}"));
        (head.to_owned(), content.to_owned())
    };
    pieces.into_iter().map(part).collect()
}

/// The engine's answer, with the fields that nginx would choose.
fn ours(request: &Request, world: &World) -> Seen {
    let decision = decide(Profile::Nginx, request, world);
    let interim = decision.interim.iter().map(|response| response.status).collect();
    let response = &decision.response;
    let x = Exchange { request, world };
    let mut seen = Seen::new(interim, response.status, &response.fields, &response.body);
    // nginx says that it serves ranges when it sends none.
    if response.status == 206 {
        seen.accept_ranges = None;
    }
    // The RFC asks for Last-Modified in neither, since ETag is there; nginx does not leave it out.
    if response.status == 304 || (response.status == 206 && x.has("If-Range")) {
        seen.last_modified = x.last_modified().map(date::format);
    }
    // A line end before the first part, and another boundary before each part and at the end.
    if let (Some(own), Some(length)) = (boundary(&response.fields), seen.length) {
        let boundaries = Profile::Nginx.served_ranges(&x).len() as u64 + 1;
        seen.length = Some(length + 2 + boundaries * BOUNDARY - boundaries * own.len() as u64);
    }
    seen
}

/// nginx's answer.
fn theirs(port: u16, request: &Request) -> Seen {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("nginx accepts a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("an option of a socket");
    stream.write_all(&request.wire()).expect("nginx takes a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap_or_else(|error| panic!("nginx does not answer: {error}\n{}", request.text()));

    let mut interim = Vec::new();
    let mut rest = answer.as_slice();
    loop {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("nginx hung up early:\n{}\n{}", String::from_utf8_lossy(&answer), request.text()));
        let (head, body) = (String::from_utf8_lossy(&rest[..end]).into_owned(), &rest[end + 4..]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse::<u16>().ok());
        let status = status.unwrap_or_else(|| panic!("no status line:\n{head}"));
        if status < 200 {
            interim.push(status);
            rest = body;
            continue;
        }
        let fields: Fields = lines.filter_map(|line| line.split_once(": ")).collect();
        let length = fields.get("Content-Length").map_or(0, |length| length.parse::<usize>().expect("a length is a number"));
        let sent = if request.method == "HEAD" { 0 } else { length };
        assert_eq!(body.len(), sent, "nginx does not send what it says:\n{head}\n{}", request.text());
        return Seen::new(interim, status, &fields, body);
    }
}

#[test]
fn a_real_nginx_answers_the_same() {
    let program = nginx::program();
    // Static files need no option.
    let Some(version) = nginx::version(&program, "http_nginx_conform", "", "serves no files") else { return };
    let title = "HTTP status, nginx static files".to_owned();
    let how = "A real nginx serves files of known length and date to random requests over loopback, with conditions and ranges that \
               hold, fail or cannot be read; status, interim 100, fields and content of every answer are compared.";
    let mut report = Report::of_http("nginx-http", title, "nginx", &version, how);

    let files = Served::all();
    let nginx = Nginx::start(&program, 1, |folder, ports| prepare(folder, ports[0], &files));
    let mut draws = Stream::new(20_261_124, 500);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let (mut interim, mut multipart) = (0, 0);
    for number in 0..REQUESTS {
        let file = &files[draws.below(files.len() as u32) as usize];
        let there = !one_in(15, &mut draws);
        let request = request(file, there, &mut draws);
        let (ours, theirs) = (ours(&request, &file.world(there)), theirs(nginx.ports[0], &request));
        *statuses.entry(theirs.status).or_default() += 1;
        interim += usize::from(!theirs.interim.is_empty());
        multipart += usize::from(theirs.multipart);
        report.compare(ours == theirs, || {
            format!("request {number}, of a file of {} bytes:\n{}nginx {theirs:#?}\nours {ours:#?}", file.body.len(), request.text())
        });
    }
    drop(nginx);
    if let Err(words) = report.finish() {
        panic!("{words}");
    }

    let rare: Vec<_> = STATUSES.into_iter().filter(|(status, least)| statuses.get(status).is_none_or(|count| count < least)).collect();
    assert!(rare.is_empty(), "too few of {rare:?} among {statuses:?}");
    assert!(statuses.keys().all(|status| STATUSES.iter().any(|(known, _)| known == status)), "not foreseen: {statuses:?}");
    assert!(interim >= 80 && multipart >= 50, "too few: {interim} with a 100, {multipart} in parts");
}
