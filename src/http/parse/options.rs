//! The options of curl that can be met in a command line: what each does to the request.

/// What an option does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Does {
    Nothing,
    Method,
    Header,
    Data,
    DataRaw,
    DataEncoded,
    Json,
    Get,
    Head,
    User,
    OtherAuth,
    Bearer,
    Cookie,
    Agent,
    Referer,
    Range,
    Resume,
    Since,
    Compressed,
    Http10,
    Http11,
    Url,
    Query,
    Target,
    AsIs,
    Follow,
    /// It takes more than a line can hold.
    Refused,
}

/// Short and long names, whether a value follows, what it does.
const OPTIONS: &[(&str, &str, bool, Does)] = &[
    ("X", "request", true, Does::Method),
    ("H", "header", true, Does::Header),
    ("d", "data", true, Does::Data),
    ("", "data-ascii", true, Does::Data),
    ("", "data-binary", true, Does::Data),
    ("", "data-raw", true, Does::DataRaw),
    ("", "data-urlencode", true, Does::DataEncoded),
    ("", "json", true, Does::Json),
    ("G", "get", false, Does::Get),
    ("I", "head", false, Does::Head),
    ("u", "user", true, Does::User),
    ("", "digest", false, Does::OtherAuth),
    ("", "ntlm", false, Does::OtherAuth),
    ("", "negotiate", false, Does::OtherAuth),
    ("", "anyauth", false, Does::OtherAuth),
    ("", "oauth2-bearer", true, Does::Bearer),
    ("b", "cookie", true, Does::Cookie),
    ("A", "user-agent", true, Does::Agent),
    ("e", "referer", true, Does::Referer),
    ("r", "range", true, Does::Range),
    ("C", "continue-at", true, Does::Resume),
    ("z", "time-cond", true, Does::Since),
    ("", "compressed", false, Does::Compressed),
    ("0", "http1.0", false, Does::Http10),
    ("", "http1.1", false, Does::Http11),
    ("", "url", true, Does::Url),
    ("", "url-query", true, Does::Query),
    ("", "request-target", true, Does::Target),
    ("", "path-as-is", false, Does::AsIs),
    ("L", "location", false, Does::Follow),
    ("", "location-trusted", false, Does::Follow),
    ("F", "form", true, Does::Refused),
    ("", "form-string", true, Does::Refused),
    ("T", "upload-file", true, Does::Refused),
    ("K", "config", true, Does::Refused),
    (":", "next", false, Does::Refused),
    ("", "aws-sigv4", true, Does::Refused),
];

/// Options without a value that leave the request as it is.
const FLAGS: &[(&str, &str)] = &[
    ("s", "silent"),
    ("S", "show-error"),
    ("v", "verbose"),
    ("i", "include"),
    ("", "show-headers"),
    ("k", "insecure"),
    ("f", "fail"),
    ("", "fail-with-body"),
    ("", "fail-early"),
    ("#", "progress-bar"),
    ("", "no-progress-meter"),
    ("N", "no-buffer"),
    ("g", "globoff"),
    ("J", "remote-header-name"),
    ("O", "remote-name"),
    ("", "remote-name-all"),
    ("R", "remote-time"),
    ("j", "junk-session-cookies"),
    ("n", "netrc"),
    ("q", "disable"),
    ("Z", "parallel"),
    ("4", "ipv4"),
    ("6", "ipv6"),
    ("1", "tlsv1"),
    ("", "tlsv1.2"),
    ("", "tlsv1.3"),
    ("", "basic"),
    ("", "raw"),
    ("", "http2"),
    ("", "http2-prior-knowledge"),
    ("", "http3"),
    ("", "http3-only"),
    ("", "post301"),
    ("", "post302"),
    ("", "post303"),
    ("", "tcp-nodelay"),
    ("", "no-keepalive"),
    ("", "create-dirs"),
    ("", "retry-all-errors"),
    ("", "retry-connrefused"),
    ("", "ssl-no-revoke"),
    ("", "tr-encoding"),
];

/// The same with a value.
const VALUES: &[(&str, &str)] = &[
    ("o", "output"),
    ("", "output-dir"),
    ("w", "write-out"),
    ("m", "max-time"),
    ("", "connect-timeout"),
    ("", "expect100-timeout"),
    ("", "retry"),
    ("", "retry-delay"),
    ("", "retry-max-time"),
    ("", "resolve"),
    ("", "connect-to"),
    ("x", "proxy"),
    ("U", "proxy-user"),
    ("", "proxy-header"),
    ("", "noproxy"),
    ("", "cacert"),
    ("", "capath"),
    ("E", "cert"),
    ("", "cert-type"),
    ("", "key"),
    ("", "key-type"),
    ("", "pass"),
    ("", "ciphers"),
    ("", "tls-max"),
    ("", "max-redirs"),
    ("", "max-filesize"),
    ("", "interface"),
    ("", "local-port"),
    ("", "limit-rate"),
    ("", "rate"),
    ("c", "cookie-jar"),
    ("D", "dump-header"),
    ("", "dns-servers"),
    ("", "doh-url"),
    ("", "keepalive-time"),
    ("", "proto"),
    ("", "proto-default"),
    ("", "proto-redir"),
    ("", "stderr"),
    ("", "trace"),
    ("", "trace-ascii"),
    ("y", "speed-time"),
    ("Y", "speed-limit"),
    ("", "unix-socket"),
    ("", "abstract-unix-socket"),
    ("", "variable"),
];

/// The option of which the names fit.
pub fn find(is: impl Fn(&str, &str) -> bool) -> Option<(bool, Does)> {
    let own = OPTIONS.iter().find(|(short, long, ..)| is(short, long)).map(|(.., value, does)| (*value, *does));
    let known = |list: &[(&str, &str)]| list.iter().any(|(short, long)| is(short, long));
    own.or_else(|| known(FLAGS).then_some((false, Does::Nothing))).or_else(|| known(VALUES).then_some((true, Does::Nothing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_there_twice() {
        let own = OPTIONS.iter().map(|(short, long, ..)| (*short, *long));
        let all: Vec<_> = own.chain(FLAGS.iter().copied()).chain(VALUES.iter().copied()).collect();
        for (index, (short, long)) in all.iter().enumerate() {
            let again = all[..index].iter().any(|(one, other)| other == long || (!short.is_empty() && one == short));
            assert!(!again, "{short} {long}");
        }
    }
}
