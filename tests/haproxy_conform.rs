//! Four policies beside a real HAProxy: more than 30,000 requests, choice by choice.
//!
//! HAProxy listens on Unix sockets in a folder of its own, so that there are no ports to be found. It says in a header which
//! server a request came to in the end, and answers for the servers itself. Between requests its runtime API is told to
//! disable and enable servers, to change weights and to add a server, one thing at a time; our balancers are told the same.
//! In some cases one server refuses, and HAProxy sends those requests elsewhere (`option redispatch 1`).
//!
//! For the bounded-load ring the servers are sockets of this test. A request is held there until the test ends it, so all
//! counts of requests in flight are known: HAProxy hangs up on the client after it has counted the end.
#![cfg(all(unix, not(target_arch = "wasm32")))]

#[path = "conformance/report.rs"]
mod report;

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use field_guide::balancers::{Ask, Balancer, Kind, Member, Peer, Policy};
use field_guide::sim::Nanos;
use field_guide::sim::random::Stream;
use report::Report;

/// A policy, and how much is asked about it.
struct Subject {
    kind: Kind,
    report: &'static str,
    cases: u32,
    /// As many choices have to be compared.
    least: usize,
    how: &'static str,
}

static SUBJECTS: [Subject; 4] = [
    Subject {
        kind: Kind::FairWeighted,
        report: "haproxy-roundrobin",
        cases: 12,
        least: 10_000,
        how: "A real HAProxy chooses among servers of random weights, while servers are disabled, enabled and added and weights are set; \
              some refuse and the request goes elsewhere. Every choice is compared.",
    },
    Subject {
        kind: Kind::HaproxyRing,
        report: "haproxy-consistent",
        cases: 12,
        least: 10_000,
        how: "A real HAProxy chooses for random keys among servers of random weights, while servers are disabled, enabled and added and \
              weights are set; some refuse and the request goes elsewhere. Every choice is compared.",
    },
    Subject {
        kind: Kind::BoundedRing,
        report: "haproxy-balance-factor",
        cases: 8,
        least: 4_000,
        how: "A real HAProxy chooses for random keys while as many as a hundred requests are held open to known numbers, servers are \
              disabled, enabled and added and weights are set; factors are 101 to 300 %. Every choice is compared.",
    },
    Subject {
        kind: Kind::Modulo,
        report: "haproxy-map-based",
        cases: 6,
        least: 4_000,
        how: "A real HAProxy chooses for random keys among servers of random weights, while servers are disabled and enabled. Every \
              choice is compared.",
    },
];

const WEIGHTS: [u32; 10] = [1, 1, 2, 3, 5, 7, 10, 40, 100, 256];
const FACTORS: [u32; 5] = [101, 110, 125, 150, 300];
/// Servers of a case at the start. One more may be added.
const MOST_SERVERS: u32 = 9;
/// Batches of requests of a case, and a change after each.
const BATCHES: usize = 70;
/// Requests and ends of requests of a case whose requests are held open.
const HELD_STEPS: usize = 1_200;

/// A backend.
#[derive(Debug)]
struct Case {
    kind: Kind,
    name: String,
    weights: Vec<u32>,
    factor: u32,
    refusing: Option<usize>,
}

fn any_of(choices: &[u32], draws: &mut Stream) -> u32 {
    choices[draws.below(choices.len() as u32) as usize]
}

fn cases(subject: &Subject) -> Vec<Case> {
    let Subject { kind, cases, .. } = *subject;
    let mut draws = Stream::new(20_261_124, kind as u64);
    let mut case = |number: u32| {
        let servers = 3 + draws.below(MOST_SERVERS - 2);
        let refuses = matches!(kind, Kind::FairWeighted | Kind::HaproxyRing) && number % 3 == 2;
        Case {
            kind,
            name: format!("{}{number}", kind.slug()),
            weights: (0..servers).map(|_| any_of(&WEIGHTS, &mut draws)).collect(),
            factor: any_of(&FACTORS, &mut draws),
            refusing: refuses.then(|| draws.below(servers) as usize),
        }
    };
    (0..cases).map(&mut case).collect()
}

impl Case {
    fn directives(&self) -> String {
        let mut lines = match self.kind {
            Kind::FairWeighted => "  balance roundrobin\n",
            Kind::Modulo => "  balance hdr(k)\n  hash-type map-based\n",
            _ => "  balance hdr(k)\n  hash-type consistent\n",
        }
        .to_owned();
        if self.kind == Kind::BoundedRing {
            let _ = writeln!(lines, "  hash-balance-factor {}", self.factor);
        }
        if self.refusing.is_some() {
            lines.push_str("  option redispatch 1\n  retries 3\n  timeout connect 100ms\n");
        }
        lines
    }

    /// Where a server listens.
    fn address(&self, server: usize, folder: &Path) -> String {
        let socket = match self.kind {
            Kind::BoundedRing => format!("held{server}"),
            _ if self.refusing == Some(server) => "nobody".to_owned(),
            _ => "answer".to_owned(),
        };
        format!("unix@{}", folder.join(socket).display())
    }
}

fn configuration(cases: &[Case], folder: &Path) -> String {
    let socket = |name: &str| format!("unix@{}", folder.join(name).display());
    let mut text = format!(
        "global
  nbthread 1
  maxconn 1000
  stats socket {} mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend answer
  bind {}
  http-request return status 200 content-type text/plain string \".\"
",
        socket("control"),
        socket("answer")
    );
    for case in cases {
        let _ = writeln!(text, "listen {}\n  bind {}\n  http-response set-header x %s", case.name, socket(&case.name));
        text.push_str(&case.directives());
        for (server, weight) in case.weights.iter().enumerate() {
            let _ = writeln!(text, "  server s{} {} weight {weight}", server + 1, case.address(server, folder));
        }
    }
    text
}

/// A server of our own in a folder of its own, gone when it is killed.
struct Haproxy {
    child: Child,
    folder: PathBuf,
    /// The servers that hold requests open.
    listeners: Vec<UnixListener>,
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Haproxy {
    fn start(program: &Path, cases: &[Case]) -> Haproxy {
        let folder = std::env::temp_dir().join(format!("field-guide-haproxy-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        std::fs::write(folder.join("haproxy.cfg"), configuration(cases, &folder)).expect("the temporary folder can be written");
        let listen = |server: u32| {
            let listener = UnixListener::bind(folder.join(format!("held{server}"))).expect("a socket in the temporary folder");
            listener.set_nonblocking(true).expect("an option of a socket");
            listener
        };
        let listeners = (0..=MOST_SERVERS).map(listen).collect();
        // It reports each server that is disabled: into a file, for a pipe would be full in the end and hold it up.
        let log = std::fs::File::create(folder.join("haproxy.log")).expect("the temporary folder can be written");
        let mut command = Command::new(program);
        command.arg("-db").arg("-f").arg(folder.join("haproxy.cfg"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("it answered -v");
        let mut haproxy = Haproxy { child, folder, listeners };
        let began = Instant::now();
        while haproxy.connect("control").is_err() {
            let ended = !matches!(haproxy.child.try_wait(), Ok(None)) || began.elapsed() > Duration::from_secs(10);
            assert!(!ended, "HAProxy does not start:\n{}", std::fs::read_to_string(haproxy.folder.join("haproxy.log")).unwrap_or_default());
            sleep(Duration::from_millis(20));
        }
        // The socket is there before the others are; this is answered when all is.
        for Case { name, weights, .. } in cases.iter().take(1) {
            haproxy.tell(&format!("get weight {name}/s1"), &format!("{0} (initial {0})", weights[0]));
        }
        haproxy
    }

    fn connect(&self, socket: &str) -> std::io::Result<UnixStream> {
        let stream = UnixStream::connect(self.folder.join(socket))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(stream)
    }

    /// A command of the runtime API, which answers so.
    fn tell(&self, command: &str, expected: &str) {
        let mut stream = self.connect("control").expect("HAProxy runs");
        let mut answer = String::new();
        let told = stream.write_all(format!("{command}\n").as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
        assert!(told.is_ok() && answer.trim() == expected, "{command}: {told:?}, {answer}");
    }

    /// Which server gets the request that is under way, and the connection to it.
    fn accept(&self) -> (usize, UnixStream) {
        let began = Instant::now();
        loop {
            for (server, listener) in self.listeners.iter().enumerate() {
                match listener.accept() {
                    Ok((mut stream, _)) => {
                        let timeout = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(10))));
                        timeout.expect("options of a socket");
                        read_until(&mut stream, |text| text.ends_with("\r\n\r\n"));
                        return (server, stream);
                    }
                    Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
                }
            }
            assert!(began.elapsed() < Duration::from_secs(10), "HAProxy sends the request to nobody");
            std::thread::yield_now();
        }
    }
}

/// What comes, until it is `all`.
fn read_until(stream: &mut UnixStream, all: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    let mut bytes = [0; 16_384];
    while !all(&text) {
        let read = stream.read(&mut bytes).expect("something comes");
        assert!(read > 0, "the connection ends after {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    text
}

/// The server, from 0, that each of these requests came to, sent one behind the other over one connection.
fn ask(stream: &mut UnixStream, keys: &[String]) -> Vec<usize> {
    let requests: String = keys.iter().map(|key| format!("GET / HTTP/1.1\r\nhost: guide\r\nk: {key}\r\n\r\n")).collect();
    stream.write_all(requests.as_bytes()).expect("HAProxy reads");
    // Each answer is a header and one point.
    let answers = read_until(stream, |text| text.matches("\r\n\r\n.").count() == keys.len());
    let servers = answers.lines().filter_map(|line| line.strip_prefix("x: s")?.parse::<usize>().ok());
    let servers: Vec<usize> = servers.map(|server| server - 1).collect();
    assert_eq!(servers.len(), keys.len(), "{answers}");
    servers
}

/// Our balancer, and the servers as it sees them.
struct Ours<'a> {
    case: &'a Case,
    balancer: Box<dyn Balancer>,
    members: Vec<Member>,
    peers: Vec<Peer>,
    draws: Stream,
}

impl<'a> Ours<'a> {
    fn new(case: &'a Case) -> Self {
        let policy = Policy { factor: case.factor, ..Policy::from(case.kind) };
        let mut ours =
            Ours { case, balancer: policy.balancer(), members: Vec::new(), peers: Vec::new(), draws: Stream::new(20_261_124, 0) };
        case.weights.iter().for_each(|weight| ours.join(*weight));
        ours.balancer.rebuild(&ours.members);
        ours
    }

    fn join(&mut self, weight: u32) {
        let host = format!("10.0.0.{}", self.members.len() + 1);
        self.members.push(Member { host, port: 8080, weight, present: true });
        self.peers.push(Peer { weight, in_flight: 0, usable: true, tried: false });
    }

    /// Who answers in the end.
    fn choose(&mut self, key: &str) -> Option<usize> {
        let ask = Ask { at: Nanos::ZERO, client: 0, address: [10, 0, 0, 1], key: key.as_bytes() };
        self.peers.iter_mut().for_each(|peer| peer.tried = false);
        loop {
            let server = self.balancer.pick(&ask, &self.peers, &mut self.draws, None)?.server;
            if self.case.refusing != Some(server) {
                return Some(server);
            }
            self.peers[server].tried = true;
        }
    }

    fn compare(&mut self, key: &str, theirs: usize, report: &mut Report) {
        let ours = self.choose(key);
        let Ours { case, members, peers, .. } = self;
        report.compare(ours == Some(theirs), || {
            let weights: Vec<u32> = members.iter().map(|member| member.weight).collect();
            format!("{case:?}, key {key}: HAProxy {theirs}, ours {ours:?}\nweights now {weights:?}\n{peers:?}")
        });
    }

    /// Something changes, in HAProxy and for ours. There are always two servers, so that one may refuse.
    fn change(&mut self, haproxy: &Haproxy, draws: &mut Stream) {
        let case = self.case;
        let (kind, name) = (case.kind, &case.name);
        let server = draws.below(self.members.len() as u32) as usize;
        let (what, weight) = (draws.unit(), any_of(&WEIGHTS, draws));
        let dynamic = kind != Kind::Modulo;
        if dynamic && what < 0.1 {
            if self.members.len() == case.weights.len() {
                let number = self.members.len() + 1;
                let address = case.address(number - 1, &haproxy.folder);
                haproxy.tell(&format!("add server {name}/s{number} {address} weight {weight} id {number}"), "New server registered.");
                haproxy.tell(&format!("enable server {name}/s{number}"), "");
                self.join(weight);
                self.balancer.rebuild(&self.members);
            }
        } else if dynamic && what < 0.4 {
            haproxy.tell(&format!("set server {name}/s{} weight {weight}", server + 1), "");
            (self.members[server].weight, self.peers[server].weight) = (weight, weight);
            self.balancer.rebuild(&self.members);
        } else if !self.peers[server].usable {
            haproxy.tell(&format!("enable server {name}/s{}", server + 1), "");
            self.peers[server].usable = true;
        } else if self.peers.iter().filter(|peer| peer.usable).count() > 2 {
            haproxy.tell(&format!("disable server {name}/s{}", server + 1), "");
            self.peers[server].usable = false;
        }
    }
}

/// One request after the other, with changes between. Returns how many were sent.
fn steadily(case: &Case, haproxy: &Haproxy, draws: &mut Stream, report: &mut Report) -> usize {
    let mut ours = Ours::new(case);
    let mut stream = haproxy.connect(&case.name).expect("HAProxy accepts a connection");
    let mut sent = 0;
    for _ in 0..BATCHES {
        let count = any_of(&[1, 2, 5, 20, 60], draws);
        let keys: Vec<String> = (0..count).map(|_| format!("user-{}", draws.below(1_000_000))).collect();
        for (key, theirs) in keys.iter().zip(ask(&mut stream, &keys)) {
            ours.compare(key, theirs, report);
        }
        sent += keys.len();
        ours.change(haproxy, draws);
    }
    sent
}

/// A request that a server has and does not answer yet.
struct Held {
    client: UnixStream,
    server: UnixStream,
    place: usize,
}

impl Held {
    fn end(mut self) {
        self.server.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").expect("HAProxy reads");
        drop(self.server);
        let mut answer = String::new();
        let read = self.client.read_to_string(&mut answer);
        assert!(read.is_ok() && answer.starts_with("HTTP/1.1 200 "), "{read:?}: {answer}");
    }
}

/// Requests that are held open, about sixty at a time, with changes between. Returns how many were sent.
fn holding(case: &Case, haproxy: &Haproxy, draws: &mut Stream, report: &mut Report) -> usize {
    let mut ours = Ours::new(case);
    let mut held: Vec<Held> = Vec::new();
    let mut sent = 0;
    for step in 0..HELD_STEPS {
        let ends = 0.42 + 0.003 * (held.len() as f64 - 60.0);
        if !held.is_empty() && draws.unit() < ends {
            let over = held.swap_remove(draws.below(held.len() as u32) as usize);
            ours.peers[over.place].in_flight -= 1;
            over.end();
            continue;
        }
        let key = format!("user-{}", if draws.unit() < 0.7 { draws.below(30) } else { draws.below(1_000_000) });
        let mut client = haproxy.connect(&case.name).expect("HAProxy accepts a connection");
        let request = format!("GET / HTTP/1.1\r\nhost: guide\r\nk: {key}\r\nconnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).expect("HAProxy reads");
        let (place, server) = haproxy.accept();
        ours.compare(&key, place, report);
        ours.peers[place].in_flight += 1;
        held.push(Held { client, server, place });
        sent += 1;
        if step % 40 == 39 {
            ours.change(haproxy, draws);
        }
    }
    held.into_iter().for_each(Held::end);
    sent
}

/// The version of HAProxy; `None` without one, if that is allowed.
fn version(program: &Path) -> Option<String> {
    match Command::new(program).arg("-v").output() {
        // HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/
        Ok(output) => {
            let about = String::from_utf8_lossy(&output.stdout).into_owned();
            let (_, version) = about.split_once("version ").expect("-v says the version");
            Some(version.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect())
        }
        Err(error) => {
            let problem = format!("{} does not start: {error}", program.display());
            assert!(
                std::env::var_os("FIELD_GUIDE_WITHOUT_SERVERS").is_some(),
                "{problem}. Run `make test`, which sets up HAProxy; or name another in HAPROXY; or go without: \
                 FIELD_GUIDE_WITHOUT_SERVERS=1."
            );
            println!("haproxy_conform did not run: {problem}");
            None
        }
    }
}

#[test]
fn servers_are_chosen_as_haproxy_chooses() {
    let program = std::env::var_os("HAPROXY").map_or_else(|| PathBuf::from("/usr/sbin/haproxy"), PathBuf::from);
    let Some(version) = version(&program) else { return };
    let cases: Vec<Case> = SUBJECTS.iter().flat_map(cases).collect();
    let mut reports: Vec<Report> = SUBJECTS
        .iter()
        .map(|subject| {
            let title = format!("{}, {}", subject.kind.label(), subject.kind.variant());
            Report::of(subject.report, subject.kind.slug(), title, "HAProxy", &version, subject.how)
        })
        .collect();

    let haproxy = Haproxy::start(&program, &cases);
    let mut sent = Vec::new();
    for (subject, report) in SUBJECTS.iter().zip(&mut reports) {
        let mut draws = Stream::new(20_261_124, 100 + subject.kind as u64);
        let send = if subject.kind == Kind::BoundedRing { holding } else { steadily };
        let own = cases.iter().filter(|case| case.kind == subject.kind);
        sent.push(own.map(|case| send(case, &haproxy, &mut draws, report)).sum::<usize>());
    }
    drop(haproxy);
    let failures: Vec<String> = reports.into_iter().filter_map(|report| report.finish().err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(sent.iter().zip(&SUBJECTS).all(|(sent, subject)| *sent >= subject.least), "too few requests: {sent:?}");
}
