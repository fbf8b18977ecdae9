//! The hash functions of the policies that hash, and who uses them so.

use std::hash::Hasher;

use twox_hash::XxHash64;

use super::Member;

/// How many hashes or points of one request nginx finds unusable before it falls back to round robin at the next: the
/// bare `20` of `ngx_http_upstream_get_ip_hash_peer`, `_get_hash_peer` and `_get_chash_peer`.
pub const NGINX_TRIES: u32 = 20;

/// CRC-32 (IEEE 802.3, as in zlib), fed piece by piece: nginx's `ngx_crc32_init`, `ngx_crc32_update`, `ngx_crc32_final`.
#[derive(Clone)]
pub struct Crc(crc32fast::Hasher);

impl Crc {
    pub fn of(bytes: &[u8]) -> Self {
        Crc(crc32fast::Hasher::new()).then(bytes)
    }

    /// With more bytes behind those so far.
    pub fn then(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    pub fn value(self) -> u32 {
        self.0.finalize()
    }
}

/// CRC-32 at once: nginx's `ngx_crc32_long`.
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// nginx `hash`, one round: what the rounds so far came to, `sum`, and 15 bits of the key's CRC-32 on top. From the second
/// round on (`rehash` 1, 2 …) the round's number stands before the key as text. The rule is that of Perl's `Cache::Memcached`.
pub fn memcached_round(sum: u32, rehash: u32, key: &[u8]) -> u32 {
    let mut digits = [0; 10]; // u32::MAX has ten
    let mut from = digits.len();
    let mut rest = rehash;
    while rest > 0 {
        from -= 1;
        digits[from] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let crc = Crc::of(&digits[from..]).then(key).value();
    sum.wrapping_add((crc >> 16) & 0x7fff)
}

/// What nginx's `ip_hash` starts from.
pub const IP_START: u64 = 89;

/// nginx `ip_hash`, one round over the first three octets of an IPv4 address. The result is below 6,271.
pub fn ip_round(hash: u64, address: [u8; 4]) -> u64 {
    address.iter().take(3).fold(hash, |hash, octet| (hash * 113 + u64::from(*octet)) % 6_271)
}

/// xxHash, 64 bits (Collet). Envoy's `HashUtil::xxHash64` and Caddy's `hash` are this one.
pub fn xxh64(bytes: &[u8], seed: u64) -> u64 {
    XxHash64::oneshot(seed, bytes)
}

/// xxHash of one text behind the other, with seed 0: Caddy joins server and key so.
pub fn xxh64_joined(first: &[u8], second: &[u8]) -> u64 {
    let mut hasher = XxHash64::with_seed(0);
    hasher.write(first);
    hasher.write(second);
    hasher.finish()
}

/// The generator of jump hash (Lamping and Veach, 2014): one step, modulo 2⁶⁴.
pub fn jump_step(key: u64) -> u64 {
    key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1)
}

/// Where a host's walk through Maglev's table begins, `0..m`, and how far each step goes, `1..m`: Envoy takes xxHash of the
/// host's address with seed 0 and with seed 1.
pub fn maglev_offset_and_skip(name: &[u8], m: u64) -> (u64, u64) {
    (xxh64(name, 0) % m, xxh64(name, 1) % (m - 1) + 1)
}

/// The hash with which Envoy's `MaglevTable::chooseHost` asks for the `attempt`th time, from 0: the complement of two, so
/// that most bits change.
pub fn maglev_attempt(hash: u64, attempt: u64) -> u64 {
    hash ^ attempt.wrapping_neg()
}

/// `10.0.0.1:8080`: how Caddy (`Upstream.Dial`) and Envoy (`Address::asString`) name a server when they hash it.
pub fn address(member: &Member) -> String {
    format!("{}:{}", member.host, member.port)
}

/// Fills the scores of a policy that compares nothing.
pub fn nothing_compared(scores: Option<&mut Vec<f64>>, servers: usize) {
    if let Some(scores) = scores {
        scores.clear();
        scores.resize(servers, f64::NAN);
    }
}

/// What the tests of these policies have in common.
#[cfg(test)]
pub(super) mod trial {
    use crate::balancers::{Ask, Balancer, Member, Peer, Pick};
    use crate::sim::Nanos;
    use crate::sim::random::Stream;

    /// `127.0.0.1:18473` and so on, with these weights: the servers of the runs against nginx.
    pub fn members(weights: &[u32]) -> Vec<Member> {
        let member = |(host, weight): (u32, &u32)| Member { host: format!("127.0.0.{host}"), port: 18_473, weight: *weight, present: true };
        (1..).zip(weights).map(member).collect()
    }

    pub fn peers(members: &[Member], down: &[usize]) -> Vec<Peer> {
        let usable = |server: usize, member: &Member| member.present && !down.contains(&server);
        let peer =
            |(server, member): (usize, &Member)| Peer { weight: member.weight, in_flight: 0, usable: usable(server, member), tried: false };
        members.iter().enumerate().map(peer).collect()
    }

    pub fn ask(address: [u8; 4], key: &[u8]) -> Ask<'_> {
        Ask { at: Nanos::ZERO, client: 0, address, key }
    }

    /// Wherever one request goes, in order, until one of those that are not `dead` answers or no server is open.
    pub fn sent(balancer: &mut dyn Balancer, peers: &[Peer], dead: &[usize], ask: &Ask<'_>) -> Vec<Pick> {
        let mut peers = peers.to_vec();
        let mut draws = Stream::new(1, 0);
        let mut picks = Vec::new();
        while let Some(pick) = balancer.pick(ask, &peers, &mut draws, None) {
            picks.push(pick);
            peers[pick.server].tried = true;
            if !dead.contains(&pick.server) {
                break;
            }
        }
        picks
    }

    pub fn servers(picks: &[Pick]) -> Vec<usize> {
        picks.iter().map(|pick| pick.server).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of the CRC catalogue, and zlib's answers by way of Python.
    #[test]
    fn crc32_is_that_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
        assert_eq!(Crc::of(b"123").then(b"").then(b"456789").value(), 0xcbf4_3926);
    }

    /// The answers of the reference implementation, xxHash 0.8 by way of Python's `xxhash` 4.1.
    #[test]
    fn xxh64_is_that_of_the_reference() {
        let hundred: Vec<u8> = (0..100).collect();
        let answers: [(&[u8], u64, u64); 5] = [
            (b"", 0, 0xef46_db37_51d8_e999),
            (b"a", 0, 0xd24e_c4f1_a98c_6e5b),
            (b"abc", 0, 0x44bc_2cf5_ad77_0999),
            (b"abc", 1, 0xbea9_ca81_9932_8908),
            (&hundred, 0, 0x6ac1_e580_3216_6597),
        ];
        for (bytes, seed, hash) in answers {
            assert_eq!(xxh64(bytes, seed), hash);
        }
        let (head, tail) = hundred.split_at(37);
        assert_eq!(xxh64_joined(head, tail), 0x6ac1_e580_3216_6597);
    }

    /// The round's number goes in as text, and not at all the first time.
    #[test]
    fn a_round_of_hash_puts_its_number_before_the_key() {
        let bits = |text: &[u8]| (crc32(text) >> 16) & 0x7fff;
        assert_eq!(memcached_round(0, 0, b"user-0"), bits(b"user-0"));
        assert_eq!(memcached_round(5, 7, b"user-0"), 5 + bits(b"7user-0"));
        assert_eq!(memcached_round(u32::MAX, 20, b"user-0"), bits(b"20user-0") - 1);
    }

    /// By hand: 89 → (89 · 113 + 10) mod 6271 = 3796 → (3796 · 113 + 0) mod 6271 = 2520 → (2520 · 113 + 7) mod 6271 = 2572.
    #[test]
    fn the_fourth_octet_does_not_count() {
        assert_eq!(ip_round(IP_START, [10, 0, 7, 3]), 2_572);
        assert_eq!(ip_round(IP_START, [10, 0, 7, 250]), 2_572);
    }

    #[test]
    fn the_first_attempt_has_the_hash_itself() {
        assert_eq!(maglev_attempt(10, 0), 10);
        assert_eq!(maglev_attempt(10, 1), !10);
        assert_eq!(maglev_attempt(10, 2), u64::MAX - 11);
    }
}
