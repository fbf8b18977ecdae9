//! Five policies beside a real nginx: more than 50,000 requests over loopback, attempt by attempt.
//!
//! nginx says in a header whom it tried for a request, in order (`$upstream_addr`). Each of these choices is put to our
//! balancer in the state that nginx was in, and it then follows nginx's choice, whatever its own was. What decides besides
//! the policy is known beforehand: which servers refuse or hang up, which are `down`, and that `max_fails=1` leaves a
//! server out for `fail_timeout`. That is a day, or else a second; nginx then counts whole seconds of the clock, so failures
//! come in rounds that end well before, and the next round begins well after the server may be asked again.
//!
//! A client's address is what `X-Forwarded-For` says, by nginx's `real_ip_header`.
#![cfg(not(target_arch = "wasm32"))]

#[path = "conformance/nginx.rs"]
mod nginx;
#[path = "conformance/report.rs"]
mod report;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use field_guide::balancers::{Ask, Balancer, Kind, Member, Outcome, Peer, Policy};
use field_guide::sim::Nanos;
use field_guide::sim::random::Stream;
use nginx::{BODIES, Nginx, PROCESS};
use report::Report;

/// A policy, and how nginx is told of it.
struct Subject {
    kind: Kind,
    report: &'static str,
    directive: &'static str,
    how: &'static str,
}

static SUBJECTS: [Subject; 5] = [
    Subject {
        kind: Kind::SmoothWeighted,
        report: "nginx-smooth",
        directive: "",
        how: "A real nginx chooses for requests over loopback among servers of random weights, of which some refuse, fail for a while \
              or are down; every attempt is compared, retries included.",
    },
    Subject {
        kind: Kind::LeastConnections,
        report: "nginx-least-conn",
        directive: "least_conn; ",
        how: "A real nginx chooses for requests over loopback that come one by one, and for others that are held open to known numbers; \
              weights are random, some servers refuse, fail for a while or are down; every attempt is compared, retries included.",
    },
    Subject {
        kind: Kind::IpHash,
        report: "nginx-ip-hash",
        directive: "ip_hash; ",
        how: "A real nginx chooses for requests from random IPv4 addresses among servers of random weights, of which some refuse, fail \
              for a while or are down; every attempt is compared, retries included.",
    },
    Subject {
        kind: Kind::Hash,
        report: "nginx-hash",
        directive: "hash $arg_k; ",
        how: "A real nginx chooses for random keys, some of them empty, among servers of random weights, of which some refuse, fail for \
              a while or are down; every attempt is compared, retries included.",
    },
    Subject {
        kind: Kind::Ring,
        report: "nginx-hash-consistent",
        directive: "hash $arg_k consistent; ",
        how: "A real nginx chooses for random keys, some of them empty, among servers of random ports and weights, of which some refuse, \
              fail for a while or are down; every attempt is compared, retries included.",
    },
];

/// Upstreams of random servers, and what each of them gets, for every policy.
const STEADY: usize = 50;
const REQUESTS: usize = 190;

/// Upstreams whose servers fail for a while.
const FLAPPING: usize = 8;
const ROUNDS: usize = 4;
const IN_A_ROUND: usize = 60;
/// With `fail_timeout=1s` a server that failed is left out for this long at least, and may be asked again after that:
/// nginx compares the seconds of the clock, and lets it in again when they are two apart.
const SURELY_OUT: Duration = Duration::from_millis(900);
const SURELY_BACK: Duration = Duration::from_millis(2_200);

/// Upstreams whose requests are held open, and how many at a time.
const HOLDING: usize = 20;
const HELD: usize = 300;
const OPEN: usize = 24;

/// Of each there are more than one upstream has.
const ANSWERING_PORTS: usize = 8;
const REFUSING_PORTS: usize = 4;
const HOLDING_PORTS: usize = 6;

/// What a server does with its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Will {
    Answer,
    /// No one listens at its port.
    Refuse,
    /// It hangs up without an answer, in some rounds.
    Flap,
    /// It would answer, but is `down`.
    Down,
    /// It answers when it is told to.
    Hold,
}

struct Server {
    will: Will,
    weight: u32,
    /// Which of the ports that such servers have.
    number: usize,
}

impl Server {
    fn port(&self, ports: &Ports) -> u16 {
        match self.will {
            Will::Answer | Will::Flap | Will::Down => ports.answering[self.number],
            Will::Refuse => ports.refusing[self.number],
            Will::Hold => ports.holding[self.number],
        }
    }
}

struct Ports {
    front: u16,
    answering: Vec<u16>,
    refusing: Vec<u16>,
    holding: Vec<u16>,
}

/// One `upstream`, and the location of the same name.
struct Case {
    name: String,
    servers: Vec<Server>,
}

impl Case {
    fn new(kind: Kind, number: usize, servers: &[(u32, Will)], draws: &mut Stream) -> Case {
        let (mut answering, mut refusing) = (shuffled(ANSWERING_PORTS, draws), shuffled(REFUSING_PORTS, draws));
        let mut holding = shuffled(HOLDING_PORTS, draws);
        let servers = servers.iter().map(|(weight, will)| {
            let numbers = match will {
                Will::Answer | Will::Flap | Will::Down => &mut answering,
                Will::Refuse => &mut refusing,
                Will::Hold => &mut holding,
            };
            Server { will: *will, weight: *weight, number: numbers.pop().expect("there are more ports than servers of a kind") }
        });
        Case { name: format!("{}{number}", kind.slug()), servers: servers.collect() }
    }

    /// Whether failures are forgotten after a second.
    fn flaps(&self) -> bool {
        self.servers.iter().any(|server| server.will == Will::Flap)
    }

    fn holds(&self) -> bool {
        self.servers.iter().any(|server| server.will == Will::Hold)
    }
}

fn one_of<T: Copy>(these: &[T], draws: &mut Stream) -> T {
    these[draws.below(these.len() as u32) as usize]
}

fn shuffled(count: usize, draws: &mut Stream) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        numbers.swap(last, draws.below(last as u32 + 1) as usize);
    }
    numbers
}

/// Every upstream of a policy: the weights of everyone's examples, edges, and random ones.
fn cases(kind: Kind, draws: &mut Stream) -> Vec<Case> {
    use Will::{Answer, Down, Flap, Hold, Refuse};
    let mut all: Vec<Vec<(u32, Will)>> = vec![
        vec![(5, Answer), (1, Answer), (1, Answer)],
        vec![(7, Answer), (3, Answer), (2, Answer), (1, Answer)],
        vec![(5, Refuse), (1, Answer), (1, Answer)],
        vec![(5, Refuse), (3, Refuse)],
        vec![(1, Answer)],
        vec![(3, Refuse)],
        vec![(1, Down)],
        vec![(2, Down), (3, Down)],
        // A hash leads to the heavy ones time and again, and after 20 times it is round robin.
        vec![(100, Refuse), (100, Refuse), (1, Answer), (2, Answer)],
        vec![(1, Answer), (1, Answer), (60, Down), (2, Answer)],
    ];
    for _ in 0..STEADY {
        let mut refusing = 0;
        let servers = (0..2 + draws.below(7)).map(|_| {
            let will = match one_of(&[Answer, Answer, Answer, Refuse, Down], draws) {
                Refuse if refusing == REFUSING_PORTS => Answer,
                will => will,
            };
            refusing += usize::from(will == Refuse);
            (one_of(&[1, 1, 2, 3, 5, 7, 20, 100], draws), will)
        });
        all.push(servers.collect());
    }
    for _ in 0..FLAPPING {
        let others = (0..1 + draws.below(7)).map(|_| one_of(&[Flap, Flap, Flap, Answer, Answer, Down], draws));
        let wills: Vec<Will> = others.chain([Flap]).collect();
        all.push(wills.into_iter().map(|will| (one_of(&[1, 2, 3, 5, 10, 20], draws), will)).collect());
    }
    if kind == Kind::LeastConnections {
        for number in 0..HOLDING {
            let mut servers: Vec<(u32, Will)> = (0..2 + draws.below(5)).map(|_| (one_of(&[1, 1, 2, 3, 5, 10], draws), Hold)).collect();
            if number % 2 == 1 {
                servers.insert(draws.below(3) as usize, (one_of(&[1, 2, 5, 9], draws), Refuse));
            }
            all.push(servers);
        }
    }
    (0..).zip(&all).map(|(number, servers)| Case::new(kind, number, servers, draws)).collect()
}

/// Everything that nginx reads.
fn prepare(folder: &Path, cases: &[(&Subject, Vec<Case>)], ports: &Ports) -> std::io::Result<()> {
    let (mut upstreams, mut locations, mut servers) = (String::new(), String::new(), String::new());
    for (subject, case) in cases.iter().flat_map(|(subject, cases)| cases.iter().map(move |case| (subject, case))) {
        let name = &case.name;
        let _ = write!(upstreams, "  upstream {name} {{ {}", subject.directive);
        for server in &case.servers {
            let (port, weight) = (server.port(ports), server.weight);
            let fail_timeout = if case.flaps() { "1s" } else { "1d" };
            let down = if server.will == Will::Down { " down" } else { "" };
            let _ = write!(upstreams, "server 127.0.0.1:{port} weight={weight} max_fails=1 fail_timeout={fail_timeout}{down}; ");
        }
        upstreams.push_str("}\n");
        let _ = writeln!(locations, "    location = /{name} {{ proxy_pass http://{name}; }}");
    }
    for (number, port) in ports.answering.iter().enumerate() {
        // 444: nginx's own code for hanging up without a word.
        let _ = writeln!(servers, "  server {{ listen 127.0.0.1:{port}; if ($arg_f{number}) {{ return 444; }} return 200 \"\"; }}");
    }
    let front = ports.front;
    let text = format!(
        "{PROCESS}error_log error.log crit;
events {{ worker_connections 1024; }}
http {{
{BODIES}  access_log off;
  keepalive_requests 1000000;
{upstreams}{servers}  server {{
    listen 127.0.0.1:{front};
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Forwarded-For;
    add_header X-Upstream $upstream_addr always;
{locations}  }}
}}
"
    );
    std::fs::write(folder.join("nginx.conf"), text)
}

/// A port that refuses connections and that nobody else is given: a connection goes out from it.
struct Refusing {
    port: u16,
    _ends: [TcpStream; 2],
}

impl Refusing {
    fn new() -> std::io::Result<Refusing> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let out = TcpStream::connect(listener.local_addr()?)?;
        let (end, _) = listener.accept()?;
        Ok(Refusing { port: out.local_addr()?.port(), _ends: [out, end] })
    }
}

/// A connection to nginx that goes from request to request.
struct Client {
    stream: TcpStream,
}

impl Client {
    fn new(port: u16) -> Client {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("nginx accepts a connection");
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(10)))).expect("options of a socket");
        Client { stream }
    }

    /// Asks for a case; the servers of these numbers are to hang up.
    fn send(&mut self, case: &Case, key: &str, address: [u8; 4], silent: &[usize]) {
        let mut silence = String::new();
        for number in silent {
            let _ = write!(silence, "&f{number}=1");
        }
        let (name, address) = (&case.name, Ipv4Addr::from(address));
        let request = format!("GET /{name}?k={key}{silence} HTTP/1.1\r\nHost: guide\r\nX-Forwarded-For: {address}\r\n\r\n");
        self.stream.write_all(request.as_bytes()).expect("nginx takes a request");
    }

    /// Whom nginx tried, as it says so: `127.0.0.1:8001, 127.0.0.1:8002`.
    fn hear(&mut self) -> String {
        let mut answer = head(&mut self.stream);
        let body = answer.split_off(end_of_head(&answer).expect("a head was read"));
        let text = String::from_utf8(answer).expect("nginx answers in ASCII");
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length: usize = header("Content-Length:").and_then(|length| length.parse().ok()).expect("nginx says how long the body is");
        let mut rest = vec![0; length.saturating_sub(body.len())];
        self.stream.read_exact(&mut rest).expect("nginx sends the whole body");
        header("X-Upstream:").unwrap_or_else(|| panic!("nginx does not say whom it tried:\n{text}")).to_owned()
    }
}

/// Reads a message up to the end of its headers, and what came with them.
fn head(stream: &mut TcpStream) -> Vec<u8> {
    let (mut message, mut buffer) = (Vec::new(), [0; 4_096]);
    while end_of_head(&message).is_none() {
        let count = stream.read(&mut buffer).expect("a message comes");
        assert!(count > 0, "hung up after {:?}", String::from_utf8_lossy(&message));
        message.extend_from_slice(&buffer[..count]);
    }
    message
}

fn end_of_head(message: &[u8]) -> Option<usize> {
    message.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// Our balancer for a case, and what nginx knows of the servers.
struct Ours<'a> {
    kind: Kind,
    case: &'a Case,
    addresses: Vec<String>,
    balancer: Box<dyn Balancer>,
    peers: Vec<Peer>,
    draws: Stream,
    /// Its requests so far; they come a millisecond apart.
    requests: u32,
}

/// How long an attempt takes.
const TOOK: Nanos = Nanos::from_micros(100);

impl<'a> Ours<'a> {
    fn new(kind: Kind, case: &'a Case, ports: &Ports) -> Self {
        let member =
            |server: &Server| Member { host: "127.0.0.1".to_owned(), port: server.port(ports), weight: server.weight, present: true };
        let peer = |server: &Server| Peer { weight: server.weight, in_flight: 0, usable: server.will != Will::Down, tried: false };
        let mut balancer = Policy::from(kind).balancer();
        balancer.rebuild(&case.servers.iter().map(member).collect::<Vec<_>>());
        Ours {
            kind,
            case,
            addresses: case.servers.iter().map(|server| format!("127.0.0.1:{}", server.port(ports))).collect(),
            balancer,
            peers: case.servers.iter().map(peer).collect(),
            draws: Stream::new(20_261_124, 0),
            requests: 0,
        }
    }

    /// `fail_timeout` is over for every server.
    fn forgive(&mut self) {
        for (peer, server) in self.peers.iter_mut().zip(&self.case.servers) {
            peer.usable = server.will != Will::Down;
        }
    }

    /// Goes after nginx through the attempts of a request. Returns the server that has it in the end.
    fn follow(&mut self, key: &str, address: [u8; 4], theirs: &str, silent: &[usize], report: &mut Report) -> Option<usize> {
        let at = Nanos::from_millis(u64::from(self.requests));
        let ask = Ask { at, client: self.requests, address, key: key.as_bytes() };
        self.requests += 1;
        self.peers.iter_mut().for_each(|peer| peer.tried = false);
        // nginx tries each server once, but does not count those that are `down`.
        let mut left = self.case.servers.iter().filter(|server| server.will != Will::Down).count();
        let (mut over, mut has_it) = (false, None);
        for name in theirs.split(", ") {
            // Where nginx has no server, it names the upstream.
            let server = self.addresses.iter().position(|address| address == name);
            assert!(!over && (server.is_some() || name == self.case.name), "not foreseen: {theirs} for {}", self.case.name);
            let ours = self.balancer.pick(&ask, &self.peers, &mut self.draws, None).map(|pick| pick.server);
            report.compare(ours == server, || {
                let servers: Vec<_> = self.addresses.iter().zip(&self.peers).collect();
                let (kind, number) = (self.kind, ask.client);
                format!(
                    "{kind:?}, request {number}, key “{key}”, from {address:?}: nginx {server:?} of {theirs}, ours {ours:?}\n{servers:#?}"
                )
            });
            let Some(server) = server else {
                over = true;
                continue;
            };
            let Server { will, number, .. } = self.case.servers[server];
            if will == Will::Refuse || (will == Will::Flap && silent.contains(&number)) {
                self.balancer.ended(server, at, TOOK, Outcome::Failed);
                self.peers[server].tried = true;
                // nginx does not count the failures of an only server.
                self.peers[server].usable = self.peers.len() == 1;
                left -= 1;
                over = left == 0;
            } else {
                self.peers[server].in_flight += 1;
                (over, has_it) = (true, Some(server));
            }
        }
        assert!(over, "nginx leaves it at {theirs} for {}", self.case.name);
        has_it
    }

    /// The request that went to `server` is answered.
    fn answered(&mut self, server: Option<usize>) {
        if let Some(server) = server {
            self.peers[server].in_flight -= 1;
            self.balancer.ended(server, Nanos::from_millis(u64::from(self.requests)), TOOK, Outcome::Answered);
        }
    }
}

/// A key and an address; now and then the key is empty.
fn who(draws: &mut Stream) -> (String, [u8; 4]) {
    let length = if draws.below(8) == 0 { 0 } else { 1 + draws.below(16) };
    let key = (0..length).map(|_| char::from(one_of(b"abcdefghijklmnopqrstuvwxyz0123456789-_.~", draws))).collect();
    (key, [1 + draws.below(223) as u8, draws.below(256) as u8, draws.below(256) as u8, draws.below(256) as u8])
}

/// One request after the other. Returns how many were sent.
fn steadily(ours: &mut Ours<'_>, client: &mut Client, draws: &mut Stream, report: &mut Report) -> usize {
    for _ in 0..REQUESTS {
        let (key, address) = who(draws);
        client.send(ours.case, &key, address, &[]);
        let server = ours.follow(&key, address, &client.hear(), &[], report);
        ours.answered(server);
    }
    REQUESTS
}

/// In each round other servers hang up; in the next, all may be asked again.
fn in_rounds(mut all: Vec<Ours<'_>>, client: &mut Client, draws: &mut Stream, report: &mut Report) -> usize {
    let mut sent = 0;
    for round in 0..ROUNDS {
        if round > 0 {
            sleep(SURELY_BACK);
        }
        all.retain_mut(|ours| {
            ours.forgive();
            let flapping = ours.case.servers.iter().filter(|server| server.will == Will::Flap);
            let silent: Vec<usize> = flapping.map(|server| server.number).filter(|_| draws.below(2) == 0).collect();
            let began = Instant::now();
            (0..IN_A_ROUND).all(|_| {
                let (key, address) = who(draws);
                client.send(ours.case, &key, address, &silent);
                let theirs = client.hear();
                // On a machine that stood still, a server that failed may be back: no more can be said of this case.
                let in_time = began.elapsed() < SURELY_OUT;
                if in_time {
                    let server = ours.follow(&key, address, &theirs, &silent, report);
                    ours.answered(server);
                    sent += 1;
                }
                in_time
            })
        });
    }
    sent
}

#[derive(Clone, Copy)]
enum Event {
    Sent(usize),
    Answered(usize),
}

/// Keeps requests open, more and fewer by turns, so that nginx has known numbers in flight. The listeners are the servers';
/// a request that has come to one of them has been decided on.
fn holding(ours: &mut Ours<'_>, listeners: &[TcpListener], port: u16, draws: &mut Stream, report: &mut Report) -> usize {
    let address = [10, 0, 0, 1];
    let mut free: Vec<Client> = (0..OPEN).map(|_| Client::new(port)).collect();
    let mut held: Vec<(usize, Client, TcpStream)> = Vec::new();
    let (mut events, mut theirs) = (Vec::new(), Vec::new());
    let (mut sent, mut growing) = (0, 0.5);
    while sent < HELD || !held.is_empty() {
        if events.len().is_multiple_of(40) {
            growing = draws.unit();
        }
        if sent < HELD
            && (held.is_empty() || draws.unit() < growing)
            && let Some(mut client) = free.pop()
        {
            client.send(ours.case, "", address, &[]);
            let mut at_server = accept(listeners);
            head(&mut at_server);
            held.push((sent, client, at_server));
            events.push(Event::Sent(sent));
            sent += 1;
        } else if !held.is_empty() {
            let (number, mut client, mut at_server) = held.swap_remove(draws.below(held.len() as u32) as usize);
            at_server.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").expect("nginx waits for an answer");
            // Before the next request is sent: nginx hears of both in this order.
            drop(at_server);
            theirs.push((number, client.hear()));
            free.push(client);
            events.push(Event::Answered(number));
        }
    }
    // What nginx tried it says only with the answer, which may come after later requests were decided on.
    let theirs: HashMap<usize, String> = theirs.into_iter().collect();
    let mut servers = HashMap::new();
    for event in events {
        match event {
            Event::Sent(number) => {
                servers.insert(number, ours.follow("", address, &theirs[&number], &[], report));
            }
            Event::Answered(number) => ours.answered(servers[&number]),
        }
    }
    sent
}

/// The connection that comes to one of these.
fn accept(listeners: &[TcpListener]) -> TcpStream {
    let began = Instant::now();
    loop {
        for listener in listeners {
            match listener.accept() {
                Ok((stream, _)) => {
                    let timeout = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(10))));
                    timeout.expect("options of a socket");
                    return stream;
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
            }
        }
        assert!(began.elapsed() < Duration::from_secs(10), "nginx sends the request to nobody");
        std::thread::yield_now();
    }
}

/// Everything for one policy. Returns how many requests were sent.
fn try_policy(kind: Kind, cases: &[Case], ports: &Ports, listeners: &[TcpListener], report: &mut Report) -> usize {
    let mut draws = Stream::new(20_261_124, 100 + kind as u64);
    let mut client = Client::new(ports.front);
    let mut sent = 0;
    let mut flapping = Vec::new();
    for case in cases {
        let mut ours = Ours::new(kind, case, ports);
        if case.flaps() {
            flapping.push(ours);
        } else if case.holds() {
            sent += holding(&mut ours, listeners, ports.front, &mut draws, report);
        } else {
            sent += steadily(&mut ours, &mut client, &mut draws, report);
        }
    }
    sent + in_rounds(flapping, &mut client, &mut draws, report)
}

#[test]
fn servers_are_chosen_as_nginx_chooses() {
    let program = nginx::program();
    let (option, lacks) = ("--with-http_realip_module", "takes every client for 127.0.0.1");
    let Some(version) = nginx::version(&program, "nginx_balancers_conform", option, lacks) else { return };
    let subjects = SUBJECTS.iter().map(|subject| {
        let title = format!("{}, {}", subject.kind.label(), subject.kind.variant());
        let report = Report::of(subject.report, subject.kind.slug(), title, "nginx", &version, subject.how);
        let cases = cases(subject.kind, &mut Stream::new(20_261_124, subject.kind as u64));
        (report, (subject, cases))
    });
    let (mut reports, cases): (Vec<Report>, Vec<(&Subject, Vec<Case>)>) = subjects.unzip();

    let refusing: Vec<Refusing> = (0..REFUSING_PORTS).map(|_| Refusing::new().expect("loopback has a free port")).collect();
    let listeners: Vec<TcpListener> =
        (0..HOLDING_PORTS).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port")).collect();
    listeners.iter().for_each(|listener| listener.set_nonblocking(true).expect("an option of a socket"));
    let port = |listener: &TcpListener| listener.local_addr().expect("it listens").port();
    let ports = |free: &[u16]| Ports {
        front: free[0],
        answering: free[1..].to_vec(),
        refusing: refusing.iter().map(|refusing| refusing.port).collect(),
        holding: listeners.iter().map(port).collect(),
    };
    let nginx = Nginx::start(&program, 1 + ANSWERING_PORTS, |folder, free| prepare(folder, &cases, &ports(free)));
    let ports = ports(&nginx.ports);
    let (ports, listeners) = (&ports, &listeners);

    let sent: Vec<usize> = std::thread::scope(|scope| {
        let each = cases.iter().zip(&mut reports).map(|((subject, cases), report)| {
            let kind = subject.kind;
            scope.spawn(move || try_policy(kind, cases, ports, listeners, report))
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|policy| policy.join().expect("the requests go through")).collect()
    });
    drop(nginx);
    let failures: Vec<String> = reports.into_iter().filter_map(|report| report.finish().err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(sent.iter().all(|sent| *sent >= 10_000), "too few requests: {sent:?}");
}
