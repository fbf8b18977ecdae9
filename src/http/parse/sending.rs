//! What curl sends, once all options are known.

use super::Refusal;
use super::address::Address;
use super::curl::{Command, Line, refusal};
use crate::http::auth::Credentials;
use crate::http::fields::Fields;
use crate::http::message::Request;
use crate::http::syntax;

/// What curl calls itself here.
pub const AGENT: &str = "curl/8.5.0";
pub const FORM: &str = "application/x-www-form-urlencoded";

impl Line {
    /// `end`: the length of the line.
    pub fn finish(mut self, end: usize) -> Result<Command, Refusal> {
        let (url, at) = self.url.take().ok_or_else(|| refusal(end, "The address is missing."))?;
        let mut address = Address::parse(&url, at, self.as_is)?;
        if self.get {
            self.query.extend(self.data.take().map(|data| syntax::text(&data)));
        }
        if let (Some(at), true) = (self.head, self.data.is_some()) {
            return Err(refusal(at, "curl takes only one of -I and data."));
        }
        if !self.query.is_empty() {
            let parts = address.query.take().into_iter().chain(self.query.drain(..)).filter(|part| !part.is_empty());
            address.query = Some(parts.collect::<Vec<_>>().join("&"));
        }
        let usual = if self.head.is_some() {
            "HEAD"
        } else if self.data.is_some() {
            "POST"
        } else {
            "GET"
        };
        let method = self.method.take().unwrap_or_else(|| usual.to_owned());
        let target = self.target.take().unwrap_or_else(|| address.target());
        let fields = self.fields(&address);
        let request = Request { method, target, version: self.version, fields, body: self.data.unwrap_or_default() };
        Ok(Command { request, scheme: address.scheme, follows: self.follows, ignored: self.ignored })
    }

    /// In curl's order; a custom field takes the place of curl's own.
    fn fields(&mut self, address: &Address) -> Fields {
        let has = |custom: &[(String, Option<String>)], name: &str| custom.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let mut fields = Fields::new();
        match self.custom.iter().position(|(name, _)| name.eq_ignore_ascii_case("Host")) {
            Some(index) => {
                let (name, value) = self.custom.remove(index);
                if let Some(value) = value {
                    fields.push(name, value);
                }
            }
            None => fields.push("Host", address.host.as_str()),
        }
        let user = self.user.take().or_else(|| address.user.clone());
        let basic = user.map(|user| {
            let (user, password) = user.split_once(':').unwrap_or((user.as_str(), ""));
            Credentials::Basic { user: user.to_owned(), password: password.to_owned() }.to_string()
        });
        // Other schemes ask first, without credentials and without content.
        let asks = self.other_auth && basic.is_some();
        if asks && let Some(data) = &mut self.data {
            data.clear();
        }
        let bearer = self.bearer.take().map(|token| Credentials::Bearer(token).to_string());
        let agent = self.agent.take().unwrap_or_else(|| AGENT.to_owned());
        let cookies = (!self.cookies.is_empty()).then(|| self.cookies.join(";"));
        let (since, date) = self.since.take().map_or(("", None), |(name, date)| (name, Some(date)));
        for (name, value) in [
            ("Authorization", bearer.or(basic.filter(|_| !asks))),
            ("Range", self.range.take().map(|range| format!("bytes={range}"))),
            ("User-Agent", Some(agent).filter(|agent| !agent.is_empty())),
            ("Accept", (!self.json).then(|| "*/*".to_owned())),
            ("Accept-Encoding", self.compressed.then(|| "deflate, gzip, br, zstd".to_owned())),
            ("Referer", self.referer.take().filter(|referer| !referer.is_empty())),
            ("Cookie", cookies),
            (since, date),
        ] {
            if let Some(value) = value.filter(|_| !has(&self.custom, name)) {
                fields.push(name, value);
            }
        }
        if self.json {
            for name in ["Content-Type", "Accept"] {
                if !has(&self.custom, name) {
                    self.custom.push((name.to_owned(), Some("application/json".to_owned())));
                }
            }
        }
        for (name, value) in &self.custom {
            if let Some(value) = value {
                fields.push(name.as_str(), value.as_str());
            }
        }
        if let Some(data) = &self.data {
            if !has(&self.custom, "Content-Length") && !fields.contains("Transfer-Encoding") {
                fields.push("Content-Length", data.len().to_string());
            }
            if !has(&self.custom, "Content-Type") {
                fields.push("Content-Type", FORM);
            }
        }
        fields
    }
}

/// As --data-urlencode does it: `content`, `=content`, `name=content`; `None` if it names a file.
pub fn encoded(text: &str) -> Option<String> {
    let (name, content) = match text.split_once('=') {
        Some((name, content)) => (name, content),
        None if text.contains('@') => return None,
        None => ("", text),
    };
    let mut encoded = if name.is_empty() { String::new() } else { format!("{name}=") };
    for byte in content.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(encoded)
}
