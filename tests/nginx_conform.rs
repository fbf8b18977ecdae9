//! `LimitReq` beside a real nginx: some three thousand requests over loopback, judged by both.
//!
//! What nginx decided is read from its debug log, which has everything and in the order in which it happened: the excess
//! in every zone asked, also of requests that pass; and, in the next timer that it sets for the connection, the
//! millisecond that it took for now. That cannot be had from the access log: `limit_req` counts on a monotonic clock, whose
//! milliseconds begin at other moments than those of `$msec`, so that differences are one off for many a request (a quarter,
//! when it was tried).
#![cfg(not(target_arch = "wasm32"))]

#[path = "conformance/nginx.rs"]
mod nginx;
#[path = "conformance/report.rs"]
mod report;

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use field_guide::limiters::{Algorithm, Decision, Delay, Evidence, LimitReq, Limiter, Settings, Verdict, Which};
use field_guide::sim::Nanos;
use field_guide::sim::random::Stream;
use nginx::{BODIES, Nginx, PROCESS};
use report::Report;

/// One `limit_req`, with its zone.
#[derive(Clone, Copy)]
struct Zone {
    limit: u32,
    /// 1 for `r/s`, 60 for `r/m`.
    seconds: u64,
    burst: u32,
    delay: Delay,
}

const fn zone(limit: u32, seconds: u64, burst: u32, delay: Delay) -> Zone {
    Zone { limit, seconds, burst, delay }
}

impl Zone {
    fn settings(self) -> Settings {
        let Zone { limit, seconds, burst, delay } = self;
        Settings { limit, window: Nanos(seconds * Nanos::SECOND.0), burst, delay, ..Settings::default() }
    }
}

/// A place on the server, and the traffic that it gets.
struct Location {
    name: &'static str,
    zones: &'static [Zone],
    /// Mean milliseconds from one request to the next.
    gap: f64,
    /// How many keys come by turns.
    keys: f64,
}

static LOCATIONS: [Location; 8] = [
    Location { name: "queue", zones: &[zone(10, 1, 5, Delay::All)], gap: 34.0, keys: 3.0 },
    Location { name: "nodelay", zones: &[zone(10, 1, 5, Delay::Nothing)], gap: 34.0, keys: 3.0 },
    Location { name: "partly", zones: &[zone(10, 1, 5, Delay::After(2))], gap: 34.0, keys: 3.0 },
    Location { name: "minute", zones: &[zone(30, 60, 3, Delay::Nothing)], gap: 34.0, keys: 6.0 },
    Location { name: "fast", zones: &[zone(100, 1, 20, Delay::All)], gap: 7.0, keys: 1.2 },
    Location { name: "bare", zones: &[zone(7, 1, 0, Delay::All)], gap: 34.0, keys: 4.0 },
    Location { name: "both", zones: &[zone(10, 1, 4, Delay::All), zone(90, 60, 12, Delay::Nothing)], gap: 34.0, keys: 3.0 },
    Location { name: "queues", zones: &[zone(10, 1, 8, Delay::After(3)), zone(240, 60, 6, Delay::All)], gap: 34.0, keys: 3.0 },
];

/// No location goes on for longer than this, nor sends more than this.
const LASTS: Duration = Duration::from_secs(14);
const MOST: usize = 400;
/// Connections of a location that wait for their answer at the same time.
const OPEN: usize = 30;

fn log(nginx: &Nginx, name: &str) -> String {
    let bytes = std::fs::read(nginx.folder.join(name)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The access log, once it has this many lines: a line is written when the connection has ended on both sides.
fn access_log(nginx: &Nginx, lines: usize) -> String {
    for _ in 0..100 {
        let log = log(nginx, "access.log");
        if log.lines().count() >= lines {
            return log;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("{lines} requests were answered, but the access log has only {} of them", log(nginx, "access.log").lines().count());
}

/// Everything that nginx reads.
fn prepare(folder: &Path, port: u16) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("html"))?;
    LOCATIONS.iter().try_for_each(|location| std::fs::write(folder.join("html").join(location.name), "ok\n"))?;
    std::fs::write(folder.join("nginx.conf"), configuration(port))
}

/// A connection lingers after every answer because that sets a timer: the log of a timer is what has the monotonic time.
/// Files are served, for `return` would answer before `limit_req` is asked.
fn configuration(port: u16) -> String {
    let (mut zones, mut locations) = (String::new(), String::new());
    for Location { name, zones: limits, .. } in &LOCATIONS {
        let _ = write!(locations, "    location = /{name} {{");
        for (index, Zone { limit, seconds, burst, delay }) in limits.iter().enumerate() {
            let unit = if *seconds == 60 { "r/m" } else { "r/s" };
            let _ = writeln!(zones, "  limit_req_zone $arg_k zone={name}{index}:1m rate={limit}{unit};");
            let burst = if *burst > 0 { format!(" burst={burst}") } else { String::new() };
            let delay = match delay {
                Delay::All => String::new(),
                Delay::After(n) => format!(" delay={n}"),
                Delay::Nothing => " nodelay".to_owned(),
            };
            let _ = write!(locations, " limit_req zone={name}{index}{burst}{delay};");
        }
        locations.push_str(" }\n");
    }
    format!(
        "{PROCESS}error_log error.log debug_http debug_event;
events {{ worker_connections 1024; }}
http {{
{BODIES}  log_format joined '$connection $limit_req_status $status $uri $arg_k';
  access_log access.log joined;
  lingering_close always;
  lingering_timeout 10s;
  limit_req_dry_run off;
{zones}  server {{
    listen 127.0.0.1:{port} backlog=1024;
    root html;
{locations}  }}
}}
"
    )
}

/// Uniform in `from..=to`.
fn whole(draws: &mut Stream, from: u64, to: u64) -> u64 {
    // `unit` is never 0 and may be 1.
    from + (draws.unit() * (to - from + 1) as f64).ceil() as u64 - 1
}

/// Sends a location its traffic: single requests, bursts for one key and for several, now and then a pause; every four
/// seconds one key leaves and a new one comes. Returns how many were answered.
fn send(location: &Location, port: u16, mut draws: Stream) -> usize {
    let began = Instant::now();
    let mut open: VecDeque<TcpStream> = VecDeque::new();
    let mut sent = 0;
    while sent < MOST && began.elapsed() < LASTS {
        let oldest = began.elapsed().as_secs() / 4;
        let key = |draws: &mut Stream| oldest + (location.keys * draws.unit().powi(2)) as u64;
        let kind = draws.unit();
        let keys: Vec<u64> = if kind < 0.12 {
            let count = whole(&mut draws, 2, u64::from(location.zones[0].burst) + 4);
            vec![key(&mut draws); count as usize]
        } else if kind < 0.2 {
            (0..whole(&mut draws, 2, 8)).map(|_| key(&mut draws)).collect()
        } else {
            vec![key(&mut draws)]
        };
        for key in &keys {
            open.push_back(ask(location.name, *key, port).expect("nginx accepts a connection"));
        }
        sent += keys.len();
        let pause = if kind > 0.97 { draws.unit() * 900.0 } else { draws.exponential(location.gap) * keys.len() as f64 };
        sleep(Duration::from_secs_f64(pause.min(1_000.0) / 1_000.0));
        hear(&mut open, OPEN);
    }
    hear(&mut open, 0);
    sent
}

/// A connection for each request, so that its number joins the logs.
fn ask(name: &str, key: u64, port: u16) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(format!("GET /{name}?k={key} HTTP/1.1\r\nHost: guide\r\nConnection: close\r\n\r\n").as_bytes())?;
    Ok(stream)
}

/// Reads answers to their end and hangs up, oldest first, until no more than `keep` are still to come.
fn hear(open: &mut VecDeque<TcpStream>, keep: usize) {
    while open.len() > keep
        && let Some(mut stream) = open.pop_front()
    {
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        assert!(read.is_ok() && answer.starts_with(b"HTTP/1.1 "), "nginx does not answer: {read:?}");
    }
}

/// What came of a request, in nginx's words. The excess is in thousandths.
#[derive(Debug, PartialEq)]
enum Said {
    Nothing,
    Delaying { excess: u64, zone: usize, millis: u64 },
    Limiting { excess: u64, zone: usize },
}

/// A request as nginx judged it, or as we do.
#[derive(Debug, PartialEq)]
struct Judged {
    said: Said,
    /// In each zone that was asked.
    excess: Vec<u64>,
}

struct Logged {
    connection: u64,
    judged: Judged,
    /// On nginx's monotonic clock.
    millis: Option<u64>,
}

/// “1.234”, as nginx prints an excess.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.')?;
    Some(whole.parse::<u64>().ok()? * 1_000 + rest.parse::<u64>().ok()?)
}

/// Which of a location's zones: the last letter of its name.
fn zone_index(text: &str) -> Option<usize> {
    Some(text.split_once('"')?.0.chars().last()?.to_digit(10)? as usize)
}

/// The requests of the error log, in the order in which they were judged.
fn read_error_log(log: &str) -> Vec<Logged> {
    let mut requests: Vec<Logged> = Vec::new();
    let mut by_connection: HashMap<u64, usize> = HashMap::new();
    for line in log.lines() {
        let Some((connection, text)) = line.split_once(": *").and_then(|(_, rest)| rest.split_once(' ')) else { continue };
        let Ok(connection) = connection.parse::<u64>() else { continue };
        // “limit_req[0]: -3 6.000”: a result code, then the excess.
        if let Some((_, excess)) = text.strip_prefix("limit_req[").and_then(|rest| rest.rsplit_once(' ')) {
            let index = *by_connection.entry(connection).or_insert_with(|| {
                let judged = Judged { said: Said::Nothing, excess: Vec::new() };
                requests.push(Logged { connection, judged, millis: None });
                requests.len() - 1
            });
            requests[index].judged.excess.push(thousandths(excess).expect("an excess"));
            continue;
        }
        let Some(index) = by_connection.get(&connection) else { continue };
        let request = &mut requests[*index];
        if request.millis.is_some() {
            continue;
        }
        if let Some(rest) = text.strip_prefix("delaying request, excess: ") {
            let (excess, zone) = rest.split_once(", by zone \"").expect("a zone");
            let (excess, zone) = (thousandths(excess).expect("an excess"), zone_index(zone).expect("a zone of ours"));
            request.judged.said = Said::Delaying { excess, zone, millis: 0 };
        } else if let Some(rest) = text.strip_prefix("limiting requests, excess: ") {
            let (excess, zone) = rest.split_once(" by zone \"").expect("a zone");
            let (excess, zone) = (thousandths(excess).expect("an excess"), zone_index(zone).expect("a zone of ours"));
            request.judged.said = Said::Limiting { excess, zone };
        } else if let Some((_, timer)) = text.strip_prefix("event timer add: ").and_then(|rest| rest.split_once(": ")) {
            // “event timer add: 11: 100:3246139”: the descriptor, how long, and when that is. For a request that waits,
            // its own timer; for another, that of the lingering connection, set before the clock is looked at again.
            let (lasts, ends) = timer.split_once(':').expect("a time");
            let (lasts, ends): (u64, u64) = (lasts.parse().expect("milliseconds"), ends.trim_end().parse().expect("milliseconds"));
            request.millis = Some(ends - lasts);
            if let Said::Delaying { millis, .. } = &mut request.judged.said {
                *millis = lasts;
            }
        }
    }
    requests
}

/// One key of a location. The zones are kept beside what decides, to see the excess of each.
struct Key {
    limiter: Box<dyn Limiter>,
    zones: Vec<LimitReq>,
}

impl Key {
    fn new(zones: &[Zone]) -> Self {
        let limiter = Algorithm::LimitReq.limiter_of(zones[0].settings(), zones.get(1).map(|zone| zone.settings()));
        Key { limiter, zones: zones.iter().map(|zone| LimitReq::new(zone.settings())).collect() }
    }

    fn judge(&mut self, at: Nanos) -> Judged {
        let each: Vec<Decision> = self.zones.iter().map(|zone| zone.judge(at, 1)).collect();
        let decision = self.limiter.decide(at, 1);
        if decision.admitted() {
            self.zones.iter_mut().for_each(|zone| zone.admit(at, 1));
        }
        let excess = |decision: &Decision| match decision.evidence {
            Evidence::Excess { excess, .. } => excess,
            other => panic!("not nginx's evidence: {other:?}"),
        };
        let refusing = each.iter().position(|decision| !decision.admitted());
        let waits: Vec<Nanos> = each.iter().map(Decision::wait).collect();
        let zone = match decision.by {
            // Where both refuse, nginx has not asked the second; ours names the longer wait.
            _ if each.iter().all(|decision| !decision.admitted()) => 0,
            // Of equal waits it names the one that it was told of last.
            _ if decision.admitted() && waits.windows(2).all(|pair| pair[0] == pair[1]) => each.len() - 1,
            Which::First => 0,
            Which::Second => 1,
        };
        let said = match decision.verdict {
            Verdict::Admitted => Said::Nothing,
            Verdict::Delayed { wait } => Said::Delaying { excess: excess(&each[zone]), zone, millis: wait.0 / 1_000_000 },
            Verdict::Rejected { .. } => Said::Limiting { excess: excess(&each[zone]), zone },
        };
        // nginx asks one zone after the other, and no further once one has refused.
        let asked = refusing.map_or(each.len(), |index| index + 1);
        Judged { said, excess: each[..asked].iter().map(excess).collect() }
    }
}

#[test]
fn limit_req_decides_as_nginx() {
    let program = nginx::program();
    let Some(version) = nginx::version(&program, "nginx_conform", "--with-debug", "has no debug log") else { return };
    let how = "A real nginx is sent bursts, random traffic and pauses over loopback; every request is replayed at the millisecond nginx \
               took it for, and verdict, excess in thousandths and delay are compared.";
    let how_two = "A real nginx with two limit_req at one location: verdict, excess, delay and which of the two is named are compared, request by request.";
    let mut one = Report::new("nginx", Algorithm::LimitReq, "nginx", &version, how);
    let mut two = Report::new("nginx-two-limits", Algorithm::LimitReq, "nginx", &version, how_two);

    let nginx = Nginx::start(&program, 1, |folder, ports| prepare(folder, ports[0]));
    let port = nginx.ports[0];
    let sent: usize = std::thread::scope(|scope| {
        let senders: Vec<_> = (0u64..)
            .zip(&LOCATIONS)
            .map(|(number, location)| scope.spawn(move || send(location, port, Stream::new(20_261_124, number))))
            .collect();
        senders.into_iter().map(|sender| sender.join().expect("the traffic goes through")).sum()
    });
    let access_log = access_log(&nginx, sent);
    let requests = read_error_log(&log(&nginx, "error.log"));
    drop(nginx);
    assert_eq!(requests.len(), sent, "as many in the debug log as were sent");

    // $connection → $limit_req_status $status $uri $arg_k
    let answers: HashMap<u64, Vec<&str>> = access_log
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(connection, rest)| Some((connection.parse().ok()?, rest.split(' ').collect())))
        .collect();
    let mut keys: HashMap<(&str, &str), Key> = HashMap::new();
    let (mut passed, mut delayed, mut limited) = (0usize, 0usize, 0usize);
    for Logged { connection, judged: theirs, millis } in &requests {
        let [status, code, uri, key] = answers[connection][..] else { panic!("the access log has other fields") };
        let (expected, count) = match theirs.said {
            Said::Nothing => (("PASSED", "200"), &mut passed),
            Said::Delaying { .. } => (("DELAYED", "200"), &mut delayed),
            Said::Limiting { .. } => (("REJECTED", "503"), &mut limited),
        };
        assert_eq!((status, code), expected, "nginx's two logs agree about *{connection}");
        *count += 1;
        let location = LOCATIONS.iter().find(|location| uri.strip_prefix('/') == Some(location.name)).expect("a location of ours");
        let millis = millis.expect("a timer was set");
        let ours = keys.entry((uri, key)).or_insert_with(|| Key::new(location.zones)).judge(Nanos::from_millis(millis));
        let report = if location.zones.len() == 1 { &mut one } else { &mut two };
        report.compare(ours == *theirs, || format!("*{connection}, {uri}, key {key}, at {millis} ms\nnginx {theirs:?}\nours  {ours:?}"));
    }
    println!("{passed} passed, {delayed} delayed, {limited} rejected");
    let failures: Vec<String> = [one, two].into_iter().filter_map(|report| report.finish().err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!([passed, delayed, limited].iter().all(|count| count * 10 > sent), "too one-sided to say much");
}
