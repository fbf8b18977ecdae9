//! Credentials and challenges (RFC 9110 §11), Basic (RFC 7617) and Bearer (RFC 6750).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{base64, syntax};

/// What Authorization or Proxy-Authorization says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Credentials {
    Basic {
        user: String,
        password: String,
    },
    Bearer(String),
    /// Any other scheme, with all that follows it.
    Other {
        scheme: String,
        rest: String,
    },
}

impl Credentials {
    pub fn scheme(&self) -> &str {
        match self {
            Credentials::Basic { .. } => "Basic",
            Credentials::Bearer(_) => "Bearer",
            Credentials::Other { scheme, .. } => scheme,
        }
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Basic { user, password } => write!(f, "Basic {}", base64::encode(format!("{user}:{password}").as_bytes())),
            Credentials::Bearer(token) => write!(f, "Bearer {token}"),
            Credentials::Other { scheme, rest } if rest.is_empty() => f.write_str(scheme),
            Credentials::Other { scheme, rest } => write!(f, "{scheme} {rest}"),
        }
    }
}

/// `None` if there is no scheme, or if Basic and Bearer are not followed by what they demand. Schemes have no case.
pub fn parse(text: &str) -> Option<Credentials> {
    let text = syntax::trim(text);
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = syntax::trim(rest);
    if !syntax::is_token(scheme) {
        return None;
    }
    if scheme.eq_ignore_ascii_case("Basic") {
        let plain = syntax::text(&base64::decode(rest)?);
        let (user, password) = plain.split_once(':')?;
        Some(Credentials::Basic { user: user.to_owned(), password: password.to_owned() })
    } else if scheme.eq_ignore_ascii_case("Bearer") {
        is_token68(rest).then(|| Credentials::Bearer(rest.to_owned()))
    } else {
        Some(Credentials::Other { scheme: scheme.to_owned(), rest: rest.to_owned() })
    }
}

/// One challenge of WWW-Authenticate or Proxy-Authenticate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Challenge {
    pub scheme: String,
    /// In the place of parameters: `Negotiate abc==`.
    pub token: Option<String>,
    /// Names in lower case, values without quotes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// With a realm, which Basic demands.
    pub fn new(scheme: impl Into<String>, realm: impl Into<String>) -> Self {
        Challenge { scheme: scheme.into(), token: None, parameters: vec![("realm".to_owned(), realm.into())] }
    }

    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        if let Some(token) = &self.token {
            write!(f, " {token}")?;
        }
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            let before = if index == 0 && self.token.is_none() { " " } else { ", " };
            write!(f, "{before}{name}={}", syntax::quote(value))?;
        }
        Ok(())
    }
}

/// All challenges of a field. Commas part both challenges and their parameters: what has no `=` after its first word begins
/// a new challenge. `None` if something is neither, or if there is none at all.
pub fn challenges(text: &str) -> Option<Vec<Challenge>> {
    let mut all: Vec<Challenge> = Vec::new();
    for member in syntax::list(text) {
        let (word, rest) = member.split_once([' ', '\t']).unwrap_or((member, ""));
        let rest = syntax::trim(rest);
        let continues = if rest.is_empty() { word.contains('=') } else { rest.starts_with('=') };
        if continues || word.contains('=') {
            let (name, value) = syntax::parameter(member)?;
            all.last_mut()?.parameters.push((name, value?));
            continue;
        }
        if !syntax::is_token(word) {
            return None;
        }
        let mut challenge = Challenge { scheme: word.to_owned(), ..Challenge::default() };
        match syntax::parameter(rest) {
            _ if rest.is_empty() => {}
            Some((name, Some(value))) => challenge.parameters.push((name, value)),
            _ if is_token68(rest) => challenge.token = Some(rest.to_owned()),
            _ => return None,
        }
        all.push(challenge);
    }
    (!all.is_empty()).then_some(all)
}

/// RFC 9110 §11.2: letters, digits, `-._~+/`, then perhaps some `=`.
fn is_token68(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_7617() {
        let aladdin = Credentials::Basic { user: "Aladdin".to_owned(), password: "open sesame".to_owned() };
        assert_eq!(parse("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), Some(aladdin.clone()));
        assert_eq!(parse(" basic   QWxhZGRpbjpvcGVuIHNlc2FtZQ "), Some(aladdin.clone()));
        assert_eq!(aladdin.to_string(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        // §2.1: the user "test" and the password "123£" in UTF-8.
        assert_eq!(parse("Basic dGVzdDoxMjPCow=="), Some(Credentials::Basic { user: "test".into(), password: "123£".into() }));
        let colons = Credentials::Basic { user: String::new(), password: "a:b".into() };
        assert_eq!(parse(&colons.to_string()), Some(colons), "only the first colon parts");
    }

    #[test]
    fn bearer_tokens_and_other_schemes() {
        // RFC 6750 §2.1.
        assert_eq!(parse("Bearer mF_9.B5f-4.1JqM"), Some(Credentials::Bearer("mF_9.B5f-4.1JqM".into())));
        let digest = parse(r#"Digest username="Mufasa", realm="http-auth@example.org""#).unwrap();
        assert_eq!(digest.scheme(), "Digest");
        assert_eq!(digest.to_string(), r#"Digest username="Mufasa", realm="http-auth@example.org""#);
        assert_eq!(parse("Negotiate").map(|own| own.to_string()).as_deref(), Some("Negotiate"));
        for wrong in ["", " ", "Basic", "Basic !!!", "Basic QWxhZGRpbg==", "Bearer", "Bearer a b", "\"a\" b"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn two_challenges_in_one_field() {
        // RFC 9110 §11.6.1.
        let field = r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#;
        let all = challenges(field).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].scheme.as_str(), all[0].parameter("REALM")), ("Basic", Some("simple")));
        assert_eq!((all[1].scheme.as_str(), all[1].parameter("title")), ("Newauth", Some("Login to \"apps\"")));
        assert_eq!(all[1].parameter("type"), Some("1"));
        assert_eq!(all[1].to_string(), r#"Newauth realm="apps", type="1", title="Login to \"apps\"""#);
    }

    #[test]
    fn tokens_bare_schemes_and_empty_members() {
        let all = challenges(r#", Negotiate YII=, NTLM ,Basic realm = "x" , charset="UTF-8","#).unwrap();
        assert_eq!(
            all.iter().map(|own| own.to_string()).collect::<Vec<_>>(),
            ["Negotiate YII=", "NTLM", r#"Basic realm="x", charset="UTF-8""#]
        );
        assert_eq!(
            Challenge::new("Bearer", "api").with("error", "invalid_token").to_string(),
            r#"Bearer realm="api", error="invalid_token""#
        );
        for wrong in ["", ",", "a=b", "Basic realm=\"", "Basic \u{e9}", "Basic realm=x y", "B{ x=y"] {
            assert_eq!(challenges(wrong), None, "{wrong}");
        }
    }
}
