//! Whose rules are followed. Each profile has a graph of its own, and says in what it differs.

pub mod cowboy;
pub mod liberator;
pub mod nginx;
mod nginx_scan;
pub mod rfc9110;
pub mod webmachine;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::graph::Graph;
use super::questions::{Exchange, ranges};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Profile {
    #[default]
    Rfc9110,
    Webmachine,
    Cowboy,
    Liberator,
    /// With static files.
    Nginx,
}

impl Profile {
    pub const ALL: [Profile; 5] = [Profile::Rfc9110, Profile::Webmachine, Profile::Cowboy, Profile::Liberator, Profile::Nginx];

    /// In addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Profile::Rfc9110 => "rfc9110",
            Profile::Webmachine => "webmachine",
            Profile::Cowboy => "cowboy",
            Profile::Liberator => "liberator",
            Profile::Nginx => "nginx",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.slug() == slug)
    }

    /// As the field calls it.
    pub fn label(self) -> &'static str {
        match self {
            Profile::Rfc9110 => "RFC 9110",
            Profile::Webmachine => "webmachine v3",
            Profile::Cowboy => "cowboy_rest",
            Profile::Liberator => "liberator 0.15",
            Profile::Nginx => "nginx 1.22, static files",
        }
    }

    /// Where its rules were read.
    pub fn source(self) -> &'static str {
        match self {
            Profile::Rfc9110 => "https://www.rfc-editor.org/rfc/rfc9110",
            Profile::Webmachine => "https://github.com/webmachine/webmachine/blob/master/src/webmachine_decision_core.erl",
            Profile::Cowboy => "https://github.com/ninenines/cowboy/blob/master/src/cowboy_rest.erl",
            Profile::Liberator => "https://github.com/clojure-liberator/liberator/blob/master/src/liberator/core.clj",
            Profile::Nginx => "https://github.com/nginx/nginx/tree/release-1.22.1/src/http",
        }
    }

    /// The questions, made once.
    pub fn graph(self) -> &'static Graph {
        static GRAPHS: [OnceLock<Graph>; 5] = [const { OnceLock::new() }; 5];
        let make: fn() -> Graph = match self {
            Profile::Rfc9110 => rfc9110::graph,
            Profile::Webmachine => webmachine::graph,
            Profile::Cowboy => cowboy::graph,
            Profile::Liberator => liberator::graph,
            Profile::Nginx => nginx::graph,
        };
        GRAPHS[self as usize].get_or_init(make)
    }

    /// First and last byte of each range that a 206 of this server carries.
    pub fn served_ranges(self, x: &Exchange) -> Vec<(u64, u64)> {
        match self {
            Profile::Nginx => nginx::satisfiable_ranges(x),
            _ => ranges::satisfiable_ranges(x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::decide;
    use super::super::message::Request;
    use super::super::state::{NOON, World};
    use super::super::{date, status};
    use super::*;

    #[test]
    fn every_graph_is_whole() {
        for profile in Profile::ALL {
            assert_eq!(profile.graph().faults(), Vec::<String>::new(), "{}", profile.label());
            assert_eq!(Profile::from_slug(profile.slug()), Some(profile));
            let unregistered: Vec<u16> = profile.graph().statuses().into_iter().filter(|code| status::reason(*code).is_none()).collect();
            assert!(unregistered.is_empty(), "{}: {unregistered:?}", profile.label());
        }
    }

    const LATER: u64 = NOON - 3_600;
    const EARLIER: u64 = NOON - 172_800;

    /// The statuses of one request under all profiles, in the order of [`Profile::ALL`].
    fn row(method: &str, fields: &[(&str, &str)], change: impl Fn(&mut World)) -> [u16; 5] {
        let mut request = Request::new(method, "/notes/1");
        request.fields.push("Host", "example.org");
        for (name, value) in fields {
            request.fields.push(*name, *value);
        }
        let mut world = World::default();
        change(&mut world);
        Profile::ALL.map(|profile| decide(profile, &request, &world).response.status)
    }

    fn nothing_there(world: &mut World) {
        world.resource.representations.clear();
    }

    fn as_it_is(_: &mut World) {}

    /// The table of the design, line by line.
    #[test]
    fn where_servers_part_ways() {
        // GET, If-Match, nothing there: liberator's 412 is only for `*`.
        assert_eq!(row("GET", &[("If-Match", "\"v1\"")], nothing_there), [404, 412, 412, 404, 404]);
        assert_eq!(row("GET", &[("If-Match", "*")], nothing_there), [404, 412, 412, 412, 404]);

        // If-Match true, If-Unmodified-Since false.
        let earlier = date::format(EARLIER);
        let both = |tags| [("If-Match", tags), ("If-Unmodified-Since", earlier.as_str())];
        assert_eq!(row("GET", &both("\"v1\""), as_it_is), [200, 412, 200, 412, 412]);
        assert_eq!(row("GET", &both("*"), as_it_is), [200, 412, 412, 412, 412]);

        // If-None-Match true (none matches), If-Modified-Since false.
        let modified = date::format(NOON - 86_400);
        let second = [("If-None-Match", "\"v0\""), ("If-Modified-Since", modified.as_str())];
        assert_eq!(row("GET", &second, as_it_is), [200, 304, 200, 304, 200]);
        // The other way round: a match, but modified since.
        let first = [("If-None-Match", "\"v1\""), ("If-Modified-Since", earlier.as_str())];
        assert_eq!(row("GET", &first, as_it_is), [304, 304, 304, 304, 200]);

        // If-Modified-Since on PUT; nginx has no PUT.
        assert_eq!(row("PUT", &[("If-Modified-Since", modified.as_str())], as_it_is), [204, 304, 304, 304, 405]);
        // nginx wants the very same date.
        let later = date::format(LATER);
        assert_eq!(row("GET", &[("If-Modified-Since", later.as_str())], as_it_is), [304, 304, 304, 304, 200]);

        // If-Match with a weak tag.
        assert_eq!(row("GET", &[("If-Match", "W/\"v1\"")], as_it_is), [412, 200, 412, 412, 412]);
        // liberator compares the whole string.
        assert_eq!(row("GET", &[("If-Match", "\"v0\", \"v1\"")], as_it_is), [200, 200, 200, 412, 200]);

        // Unsatisfiable and unreadable ranges.
        assert_eq!(row("GET", &[("Range", "bytes=1000-")], as_it_is), [416, 200, 416, 200, 416]);
        assert_eq!(row("GET", &[("Range", "bytes=x")], as_it_is), [200, 200, 416, 200, 416]);
        assert_eq!(row("GET", &[("Range", "bytes=0-4")], as_it_is), [206, 200, 206, 200, 206]);
        assert_eq!(row("HEAD", &[("Range", "bytes=0-4")], as_it_is), [200, 200, 206, 200, 206]);
        assert_eq!(row("GET", &[("Range", "bytes=0-4, 1000-")], as_it_is), [206, 200, 416, 200, 206]);
    }

    #[test]
    fn differences_are_stated_with_their_source() {
        for profile in Profile::ALL.into_iter().filter(|profile| *profile != Profile::Rfc9110) {
            let differences = &profile.graph().differences;
            assert!(differences.len() >= 8, "{}", profile.label());
            assert!(differences.iter().all(|difference| difference.what.ends_with('.') && !difference.source.is_empty()));
        }
    }
}
