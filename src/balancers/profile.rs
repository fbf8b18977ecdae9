//! Which product has which policy, under what name, and where it differs from ours.
//!
//! Read in the sources and manuals of nginx 1.30 (`ngx_http_upstream_*_module.c`), HAProxy 2.6 (`backend.c`, `lb_fwrr.c`,
//! `lb_fwlc.c`, `lb_chash.c`, the configuration manual), Envoy 1.40 (`source/extensions/load_balancing_policies`,
//! `edf_scheduler.h`, `thread_aware_lb_impl.cc`, `contrib/peak_ewma`), Caddy 2.11 (`selectionpolicies.go`), Finagle
//! (`P2CPick.scala`, `HeapLeastLoaded.scala`, `RoundRobinBalancer.scala`) and tower 0.5 (`balance/p2c`).

use super::Kind;

/// Something that chooses servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    Nginx,
    Haproxy,
    Envoy,
    Caddy,
    /// Twitter's RPC library for Scala.
    Finagle,
    /// The Rust crate.
    Tower,
}

impl Product {
    pub const ALL: [Product; 6] = [Product::Nginx, Product::Haproxy, Product::Envoy, Product::Caddy, Product::Finagle, Product::Tower];

    pub const fn label(self) -> &'static str {
        match self {
            Product::Nginx => "nginx",
            Product::Haproxy => "HAProxy",
            Product::Envoy => "Envoy",
            Product::Caddy => "Caddy",
            Product::Finagle => "Finagle",
            Product::Tower => "tower",
        }
    }

    /// In addresses.
    pub const fn slug(self) -> &'static str {
        match self {
            Product::Nginx => "nginx",
            Product::Haproxy => "haproxy",
            Product::Envoy => "envoy",
            Product::Caddy => "caddy",
            Product::Finagle => "finagle",
            Product::Tower => "tower",
        }
    }
}

/// A policy of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub product: Product,
    /// The kind of ours that equals it or comes close.
    pub kind: Kind,
    /// As written in its configuration, or in code where it is a library. What stands for something is between angle brackets.
    pub directive: &'static str,
    /// What happens when two servers are equal: one sentence.
    pub tie_break: &'static str,
    /// How servers are drawn or walked.
    pub drawing: &'static str,
    /// Where the product and our variant differ.
    pub note: Option<&'static str>,
}

/// Who else has this kind of policy.
pub fn of(kind: Kind) -> impl Iterator<Item = &'static Profile> {
    PROFILES.iter().filter(move |profile| profile.kind == kind)
}

/// What this product can be told to do.
pub fn policies(product: Product) -> impl Iterator<Item = &'static Profile> {
    PROFILES.iter().filter(move |profile| profile.product == product)
}

/// Why no product here has a kind; `None` if one has.
pub fn without(kind: Kind) -> Option<&'static str> {
    (kind == Kind::Jump).then_some(
        "None of these six products has jump hash: it numbers its servers, so only the last one can leave. Libraries have it, such as \
         Guava's Hashing.consistentHash.",
    )
}

const NOTHING_COMPARED: &str = "Nothing is compared.";
const FIRST_LISTED: &str = "The first in the list.";

/// Products in the order of [`Product::ALL`], kinds in that of [`Kind::ALL`].
pub static PROFILES: &[Profile] = &[
    Profile {
        product: Product::Nginx,
        kind: Kind::WeightedRandom,
        directive: "random;",
        tie_break: NOTHING_COMPARED,
        drawing: "A server is drawn by weight from all that are configured, again while it is not to be had; after 20 of these round \
                  robin decides.",
        note: Some("We draw once, among the servers that are to be had: the shares are the same."),
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::RoundRobin,
        directive: "server <address>;",
        tie_break: FIRST_LISTED,
        drawing: "All take turns in the order of the list: smooth weighted round robin with equal weights.",
        note: Some("It is what nginx does if no other policy is named."),
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::SmoothWeighted,
        directive: "server <address> weight=<n>;",
        tie_break: FIRST_LISTED,
        drawing: "At each pick every server gains its weight; the one with the largest number is taken and pays the sum of all.",
        note: None,
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::LeastConnections,
        directive: "least_conn;",
        tie_break: "Smooth weighted round robin decides among the tied.",
        drawing: "All are looked at; requests in flight for each unit of weight are compared crosswise.",
        note: None,
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::RandomTwo,
        directive: "random two least_conn;",
        tie_break: "The second drawn.",
        drawing: "Servers are drawn by weight until two different ones are to be had; after 20 futile draws round robin decides.",
        note: Some("nginx counts futile draws over all tries of a request; here each pick begins at none."),
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::IpHash,
        directive: "ip_hash;",
        tie_break: NOTHING_COMPARED,
        drawing: "The first three octets, or all of an IPv6 address, are hashed modulo the sum of the weights, and again if that server is \
                  not to be had; after 20 of these round robin decides.",
        note: None,
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::Hash,
        directive: "hash <key>;",
        tie_break: NOTHING_COMPARED,
        drawing: "15 bits of the key's CRC-32 modulo the sum of the weights; another hash is added if that server is not to be had, and \
                  after 20 of these round robin decides.",
        note: None,
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::Ring,
        directive: "hash <key> consistent;",
        tie_break: "Of two points at the same place only one is kept.",
        drawing: "160 points for each unit of weight; from the key's CRC-32 clockwise to a server that is to be had; after 20 points that \
                  lead to none round robin decides.",
        note: None,
    },
    Profile {
        product: Product::Nginx,
        kind: Kind::Sticky,
        directive: "sticky cookie <name>;",
        tie_break: "For a new client the group's own policy decides.",
        drawing: "The server whose name is in the cookie, if it is to be had.",
        note: Some("In nginx itself since 1.29.6, before in NGINX Plus; there the first choice honours weights."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::WeightedRandom,
        directive: "balance random(1)",
        tie_break: NOTHING_COMPARED,
        drawing: "A random place on the hash ring, and from there to the nearest point, before it or behind.",
        note: Some("The shares are those of the arcs on the ring, so they are near the weights, not equal to them."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::FairWeighted,
        directive: "balance roundrobin",
        tie_break: "The one that was put at that place first.",
        drawing: "Each server has its next place in the order of turns, as far on as its weight is small; the smallest place is next.",
        note: Some("With maxconn HAProxy passes over servers that are full, and lets requests wait for the first that is free."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::LeastConnections,
        directive: "balance leastconn",
        tie_break: "The one that came to that number first, so that the tied take turns.",
        drawing: "A tree sorted by requests for each unit of weight, those in a server's queue among them.",
        note: Some("nginx, which we follow, lets smooth weighted round robin decide among the tied."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::Choices,
        directive: "balance random(<draws>)",
        tie_break: "The later drawn.",
        drawing: "So many random places on the hash ring, with replacement; requests in flight for each unit of weight are compared.",
        note: Some("Envoy, which we follow, keeps the first drawn at a tie, and draws no more once weights differ."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::RandomTwo,
        directive: "balance random",
        tie_break: "The later drawn.",
        drawing: "Two random places on the hash ring, which may belong to the same server.",
        note: Some("nginx, which we follow, always compares two different servers."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::IpHash,
        directive: "balance source",
        tie_break: NOTHING_COMPARED,
        drawing: "The whole address is hashed, modulo the sum of the weights of the servers that are up.",
        note: Some("nginx, which we follow, hashes three octets, and keeps the others' clients in place when a server is down."),
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::Modulo,
        directive: "hash-type map-based",
        tie_break: NOTHING_COMPARED,
        drawing: "The key's hash modulo the sum of the weights of the servers that are up, in a table of them.",
        note: None,
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::HaproxyRing,
        directive: "hash-type consistent",
        tie_break: "Of two points as near, the one before the key.",
        drawing: "The key's hash on a ring of many points for each server; the nearest point counts, before it or behind.",
        note: None,
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::BoundedRing,
        directive: "hash-balance-factor <percent>",
        tie_break: "Of two points as near, the one before the key.",
        drawing: "As hash-type consistent, and on along the ring past servers that have their share of what is in flight.",
        note: None,
    },
    Profile {
        product: Product::Haproxy,
        kind: Kind::Sticky,
        directive: "cookie <name> insert",
        tie_break: "For a new client the backend's policy decides.",
        drawing: "The server whose name is in the cookie, if it is up.",
        note: Some("Weights count for the first choice, as the backend's policy has it."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::Random,
        directive: "lb_policy: RANDOM",
        tie_break: NOTHING_COMPARED,
        drawing: "One draw among the healthy; weights are not read.",
        note: None,
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::RoundRobin,
        directive: "lb_policy: ROUND_ROBIN",
        tie_break: NOTHING_COMPARED,
        drawing: "All take turns in the order of the list, from a random place on.",
        note: Some("Each worker thread has turns of its own."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::SmoothWeighted,
        directive: "lb_policy: ROUND_ROBIN, load_balancing_weight: <n>",
        tie_break: "The one that was put into the schedule first.",
        drawing: "Earliest deadline first: who is chosen is put back 1 ÷ weight later.",
        note: Some("The shares are those of nginx, which we follow; the order is another, and begins at a random place."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::LeastConnections,
        directive: "LeastRequest: { selection_method: FULL_SCAN }",
        tie_break: "One of the tied, at random.",
        drawing: "All are looked at, if their weights are the same; else a schedule as for LEAST_REQUEST.",
        note: Some("nginx, which we follow, compares requests for each unit of weight."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::Choices,
        directive: "lb_policy: LEAST_REQUEST",
        tie_break: "The first drawn.",
        drawing: "choice_count draws with replacement, 2 unless said. Once weights differ: a schedule, in which who is chosen is put back \
                  (requests in flight + 1) ÷ weight later.",
        note: None,
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::PeakEwma,
        directive: "envoy.load_balancing_policies.peak_ewma",
        tie_break: "One of the two, by a bit of the same random number.",
        drawing: "Two different servers.",
        note: Some("Only in Envoy's contrib build, and an alpha; answers are taken into account every 100 ms, and peaks do not rule."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::IpHash,
        directive: "hash_policy: connection_properties: { source_ip: true }",
        tie_break: NOTHING_COMPARED,
        drawing: "The whole address is hashed, for RING_HASH or MAGLEV.",
        note: Some("When a server leaves, few clients move that it did not serve."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::Ring,
        directive: "lb_policy: RING_HASH",
        tie_break: NOTHING_COMPARED,
        drawing: "1,024 points at least, shared by weight; from the key's hash clockwise to the first.",
        note: Some("Its points come from xxHash, and only the healthy have any; nginx, which we follow, takes CRC-32."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::BoundedRing,
        directive: "hash_balance_factor: <percent>",
        tie_break: NOTHING_COMPARED,
        drawing: "As RING_HASH or MAGLEV; if that server is full, the others in an order that the key's hash gives.",
        note: Some("HAProxy, which we follow, goes on along the ring, and calls a server full one request earlier."),
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::Maglev,
        directive: "lb_policy: MAGLEV",
        tie_break: NOTHING_COMPARED,
        drawing: "A table of 65,537 slots that the servers, sorted by address, fill in turn; the key's hash modulo its size.",
        note: None,
    },
    Profile {
        product: Product::Envoy,
        kind: Kind::Sticky,
        directive: "envoy.filters.http.stateful_session",
        tie_break: "For a new client the cluster's policy decides.",
        drawing: "The server whose address is in the cookie.",
        note: Some("Weights count for the first choice, as the cluster's policy has it."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::Random,
        directive: "lb_policy random",
        tie_break: NOTHING_COMPARED,
        drawing: "One draw among those that are to be had; there are no weights.",
        note: Some("It is what Caddy does if no policy is named."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::RoundRobin,
        directive: "lb_policy round_robin",
        tie_break: NOTHING_COMPARED,
        drawing: "All take turns in the order of the list.",
        note: Some("Caddy begins with the second in the list."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::FairWeighted,
        directive: "lb_policy weighted_round_robin <weights>",
        tie_break: NOTHING_COMPARED,
        drawing: "Each is chosen as many times in a row as its weight says, then the next.",
        note: Some("HAProxy, which we follow, gives the same shares, but mixes the turns."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::LeastConnections,
        directive: "lb_policy least_conn",
        tie_break: "One of the tied, at random.",
        drawing: "All are looked at; there are no weights.",
        note: Some("nginx, which we follow, lets smooth weighted round robin decide among the tied."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::Choices,
        directive: "lb_policy random_choose <n>",
        tie_break: "The first of the idle; if none is idle one of the tied, at random.",
        drawing: "A sample of n different servers; there are no weights.",
        note: Some("Envoy, which we follow, may draw the same server again."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::RandomTwo,
        directive: "lb_policy random_choose 2",
        tie_break: "The first of the idle; if none is idle one of the tied, at random.",
        drawing: "A sample of two different servers; there are no weights.",
        note: None,
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::IpHash,
        directive: "lb_policy ip_hash",
        tie_break: "The first in the list, for what that is worth with hashes of 64 bits.",
        drawing: "The largest hash of server and address wins; there are no weights.",
        note: Some("nginx, which we follow, hashes three octets modulo the sum of the weights."),
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::Rendezvous,
        directive: "lb_policy header <field>",
        tie_break: "The first in the list, for what that is worth with hashes of 64 bits.",
        drawing: "The largest hash of server and key wins.",
        note: None,
    },
    Profile {
        product: Product::Caddy,
        kind: Kind::Sticky,
        directive: "lb_policy cookie <name> <secret>",
        tie_break: "For a new client the fallback decides, random unless said.",
        drawing: "The server whose keyed hash is in the cookie, if it is to be had.",
        note: None,
    },
    Profile {
        product: Product::Finagle,
        kind: Kind::RoundRobin,
        directive: "Balancers.roundRobin()",
        tie_break: NOTHING_COMPARED,
        drawing: "Those that were up when the list was made take turns.",
        note: Some("Finagle's own documentation advises against it: it does not look at latency."),
    },
    Profile {
        product: Product::Finagle,
        kind: Kind::LeastConnections,
        directive: "Balancers.heap()",
        tie_break: "Whoever is at the top of the heap; one that becomes idle takes a random place in it.",
        drawing: "The top of a heap sorted by requests in flight; there are no weights.",
        note: Some("nginx, which we follow, lets smooth weighted round robin decide among the tied."),
    },
    Profile {
        product: Product::Finagle,
        kind: Kind::RandomTwo,
        directive: "Balancers.p2c()",
        tie_break: "The second drawn.",
        drawing: "Two different servers; if the better one is not open, up to four more pairs.",
        note: Some("Servers are drawn alike, whatever their weights."),
    },
    Profile {
        product: Product::Finagle,
        kind: Kind::PeakEwma,
        directive: "Balancers.p2cPeakEwma()",
        tie_break: "The second drawn.",
        drawing: "Two different servers; if the better one is not open, up to four more pairs.",
        note: Some("A server that has not answered yet gets one request and no more; tower, which we follow, assumes a latency."),
    },
    Profile {
        product: Product::Tower,
        kind: Kind::RandomTwo,
        directive: "Balance::new(PendingRequestsDiscover)",
        tie_break: "The first drawn.",
        drawing: "Two different servers of those that are ready.",
        note: Some("nginx, which we follow, draws by weight and takes the second at a tie."),
    },
    Profile {
        product: Product::Tower,
        kind: Kind::PeakEwma,
        directive: "Balance::new(PeakEwmaDiscover)",
        tie_break: "The first drawn.",
        drawing: "Two different servers of those that are ready.",
        note: None,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_somebodys_or_says_why_not() {
        for kind in Kind::ALL {
            assert_ne!(of(kind).next().is_some(), without(kind).is_some(), "{kind:?}");
        }
    }

    /// What our kinds are named after.
    #[test]
    fn products_have_what_our_variants_name() {
        let has = |product, kind| policies(product).any(|profile| profile.kind == kind);
        let nginx = [Kind::SmoothWeighted, Kind::LeastConnections, Kind::RandomTwo, Kind::IpHash, Kind::Hash, Kind::Ring];
        let haproxy = [Kind::FairWeighted, Kind::Modulo, Kind::HaproxyRing, Kind::BoundedRing];
        assert!(nginx.into_iter().all(|kind| has(Product::Nginx, kind)));
        assert!(haproxy.into_iter().all(|kind| has(Product::Haproxy, kind)));
        assert!(has(Product::Envoy, Kind::Choices) && has(Product::Envoy, Kind::Maglev));
        assert!(has(Product::Caddy, Kind::Rendezvous));
        assert!(has(Product::Finagle, Kind::PeakEwma) && has(Product::Tower, Kind::PeakEwma));
        assert!(!has(Product::Nginx, Kind::Maglev) && !has(Product::Caddy, Kind::BoundedRing));
    }

    #[test]
    fn each_product_says_each_thing_once() {
        for product in Product::ALL {
            let all: Vec<&Profile> = policies(product).collect();
            assert!(!all.is_empty(), "{product:?}");
            let directives: BTreeSet<&str> = all.iter().map(|profile| profile.directive).collect();
            let kinds: BTreeSet<Kind> = all.iter().map(|profile| profile.kind).collect();
            assert_eq!((directives.len(), kinds.len()), (all.len(), all.len()), "{product:?}");
        }
        let slugs: BTreeSet<&str> = Product::ALL.map(Product::slug).into_iter().collect();
        assert_eq!(slugs.len(), Product::ALL.len());
    }

    #[test]
    fn the_list_is_in_order() {
        let order: Vec<(Product, Kind)> = PROFILES.iter().map(|profile| (profile.product, profile.kind)).collect();
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn facts_are_sentences() {
        let sentence = |text: &str| text.ends_with('.') && !text.contains("  ") && text.chars().next().is_some_and(char::is_uppercase);
        for profile in PROFILES {
            assert!(sentence(profile.tie_break), "{profile:?}");
            assert!(profile.drawing.ends_with('.') && !profile.drawing.contains("  "), "{profile:?}");
            assert!(profile.note.is_none_or(|note| note.ends_with('.') && !note.contains("  ")), "{profile:?}");
        }
    }
}
