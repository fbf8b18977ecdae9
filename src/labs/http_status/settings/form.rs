//! Representations: up to three at the target, and the one that a cache has stored. All have the same settings.

use super::read::{block, fitting, is_media_type, moment, optional};
use super::{Said, Setting, lines, text};
use crate::http::state::Representation;
use crate::http::{date, etag, syntax};
use crate::labs::http_status::scenario::Scenario;

/// What stands for the stored response among the places 0, 1 and 2.
const IN_CACHE: usize = 3;

pub(super) const FIRST: &[Setting] = &seven::<0>(["media-type", "charset", "language", "coding", "etag", "last-modified", "body"]);
pub(super) const SECOND: &[Setting] = &seven::<1>([
    "second-media-type",
    "second-charset",
    "second-language",
    "second-coding",
    "second-etag",
    "second-last-modified",
    "second-body",
]);
pub(super) const THIRD: &[Setting] =
    &seven::<2>(["third-media-type", "third-charset", "third-language", "third-coding", "third-etag", "third-last-modified", "third-body"]);
pub(super) const STORED: &[Setting] = &seven::<IN_CACHE>([
    "stored-media-type",
    "stored-charset",
    "stored-language",
    "stored-coding",
    "stored-etag",
    "stored-last-modified",
    "stored-body",
]);

const fn seven<const N: usize>(slugs: [&'static str; 7]) -> [Setting; 7] {
    let [media_type, charset, language, coding, etag, last_modified, body] = slugs;
    [
        text(
            media_type,
            "Media type",
            "What Accept chooses by. A further representation goes when its type is empty.",
            "text/html",
            get_media_type::<N>,
            set_media_type::<N>,
            &[406],
        )
        .when(may_be::<N>),
        text(charset, "Charset", "For text; none if it is empty.", "iso-8859-1", get_charset::<N>, set_charset::<N>, &[406]).when(is::<N>),
        text(language, "Language", "What Accept-Language chooses by.", "de", get_language::<N>, set_language::<N>, &[406]).when(is::<N>),
        text(
            coding,
            "Coding",
            "What Accept-Encoding chooses by. The body below stands for the coded bytes.",
            "gzip",
            get_coding::<N>,
            set_coding::<N>,
            &[406],
        )
        .when(is::<N>),
        text(
            etag,
            "ETag",
            "In quotes, with W/ before them if it is weak. If-Match and If-None-Match are compared with it.",
            "W/\"v2\"",
            get_etag::<N>,
            set_etag::<N>,
            &[304, 412],
        )
        .when(is::<N>),
        text(
            last_modified,
            "Last-Modified",
            "If-Modified-Since and If-Unmodified-Since are compared with it.",
            "22 Nov 2026 09:12:00 GMT",
            get_last_modified::<N>,
            set_last_modified::<N>,
            &[304, 412],
        )
        .when(is::<N>),
        lines(body, "Body", "Its bytes are what ranges count.", "A better ending.", get_body::<N>, set_body::<N>, &[200, 206, 416])
            .when(is::<N>),
    ]
}

fn own<const N: usize>(scenario: &Scenario) -> Option<&Representation> {
    if N == IN_CACHE {
        scenario.world.front.as_ref()?.stored.as_ref().map(|stored| &stored.representation)
    } else {
        scenario.world.resource.representations.get(N)
    }
}

fn own_mut<const N: usize>(scenario: &mut Scenario) -> Option<&mut Representation> {
    if N == IN_CACHE {
        scenario.world.front.as_mut()?.stored.as_mut().map(|stored| &mut stored.representation)
    } else {
        scenario.world.resource.representations.get_mut(N)
    }
}

fn is<const N: usize>(scenario: &Scenario) -> bool {
    own::<N>(scenario).is_some()
}

/// Whether it is there, or could be the next one.
fn may_be<const N: usize>(scenario: &Scenario) -> bool {
    is::<N>(scenario) || (0 < N && N < IN_CACHE && scenario.world.resource.representations.len() == N)
}

/// Why there is nothing to set.
fn absent<const N: usize>() -> String {
    match N {
        0 => "Nothing is there at present. Switch “Something is there” on first.".to_owned(),
        IN_CACHE => "The cache holds nothing at present. Switch “Holds a response” on first.".to_owned(),
        _ => "There is no such representation yet. Give it a media type, and those before it, first.".to_owned(),
    }
}

fn change<const N: usize>(scenario: &mut Scenario, change: impl FnOnce(&mut Representation)) -> Said {
    change(own_mut::<N>(scenario).ok_or_else(absent::<N>)?);
    Ok(())
}

fn get_media_type<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).map(|own| own.media_type.clone()).unwrap_or_default()
}

fn set_media_type<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let further = 0 < N && N < IN_CACHE;
    if further && text.trim().is_empty() {
        scenario.world.resource.representations.truncate(N);
        return Ok(());
    }
    let media_type = fitting(text, "Media type", is_media_type, "a type and a subtype without parameters, such as text/html,")?;
    if further && scenario.world.resource.representations.len() == N {
        let charset = media_type.starts_with("text/").then(|| "utf-8".to_owned());
        // Two representations never share a strong entity tag.
        let etag = Some(format!("\"v1-{}\"", N + 1));
        scenario.world.resource.representations.push(Representation { media_type, charset, etag, ..Representation::default() });
        return Ok(());
    }
    change::<N>(scenario, |own| own.media_type = media_type)
}

fn get_charset<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).and_then(|own| own.charset.clone()).unwrap_or_default()
}

fn set_charset<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let charset = optional(text, "Charset", syntax::is_token, "a name such as utf-8, or nothing,")?;
    change::<N>(scenario, |own| own.charset = charset)
}

fn get_language<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).and_then(|own| own.language.clone()).unwrap_or_default()
}

fn is_language(text: &str) -> bool {
    text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn set_language<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let language = optional(text, "Language", is_language, "a language tag such as de or en-GB, or nothing,")?;
    change::<N>(scenario, |own| own.language = language)
}

fn get_coding<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).and_then(|own| own.coding.clone()).unwrap_or_default()
}

fn set_coding<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let coding = optional(text, "Coding", syntax::is_token, "a content coding such as gzip or br, or nothing,")?;
    change::<N>(scenario, |own| own.coding = coding)
}

fn get_etag<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).and_then(|own| own.etag.clone()).unwrap_or_default()
}

fn set_etag<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let wanted = "an entity tag in quotes, such as \"v1\" or W/\"v1\", or nothing,";
    let tag = optional(text, "ETag", |text| etag::parse(text).is_some(), wanted)?;
    change::<N>(scenario, |own| own.etag = tag)
}

fn get_last_modified<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).and_then(|own| own.last_modified).map(date::format).unwrap_or_default()
}

fn set_last_modified<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let moment = if text.trim().is_empty() { None } else { Some(moment(text, "Last-Modified")?) };
    change::<N>(scenario, |own| own.last_modified = moment)
}

fn get_body<const N: usize>(scenario: &Scenario) -> String {
    own::<N>(scenario).map(|own| own.body.clone()).unwrap_or_default()
}

fn set_body<const N: usize>(scenario: &mut Scenario, text: &str) -> Said {
    let body = block(text, "Body")?.to_owned();
    change::<N>(scenario, |own| own.body = body)
}

/// A representation at the target, or nothing.
pub(super) fn set_exists(scenario: &mut Scenario, there: bool) {
    let all = &mut scenario.world.resource.representations;
    if !there {
        all.clear();
    } else if all.is_empty() {
        all.push(Representation::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_representation_comes_with_its_type_and_goes_with_it() {
        let mut scenario = Scenario::default();
        assert!(set_media_type::<2>(&mut scenario, "text/html").is_err(), "there is no second one yet");
        assert_eq!(set_media_type::<1>(&mut scenario, "application/json"), Ok(()));
        assert_eq!(set_media_type::<2>(&mut scenario, "text/html"), Ok(()));
        let charsets: Vec<String> = [get_charset::<0>, get_charset::<1>, get_charset::<2>].map(|get| get(&scenario)).to_vec();
        assert_eq!(charsets, ["utf-8", "", "utf-8"]);
        assert_eq!(set_media_type::<1>(&mut scenario, ""), Ok(()));
        assert_eq!(scenario, Scenario::default());
    }

    #[test]
    fn an_entity_tag_stands_in_quotes() {
        let mut scenario = Scenario::default();
        assert!(set_etag::<0>(&mut scenario, "v1").is_err_and(|why| why.contains("in quotes")));
        assert_eq!(set_etag::<0>(&mut scenario, " W/\"x\" "), Ok(()));
        assert_eq!(get_etag::<0>(&scenario), "W/\"x\"");
        assert_eq!(set_etag::<0>(&mut scenario, ""), Ok(()));
        assert_eq!(scenario.world.resource.representations[0].etag, None);
    }

    #[test]
    fn what_is_not_there_says_how_to_put_it_there() {
        let mut scenario = Scenario::default();
        set_exists(&mut scenario, false);
        assert!(set_etag::<0>(&mut scenario, "\"v1\"").is_err_and(|why| why.contains("Something is there")));
        assert!(set_body::<3>(&mut scenario, "x").is_err_and(|why| why.contains("Holds a response")));
    }
}
