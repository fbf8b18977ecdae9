//! What a client accepts: media types, languages, charsets and content codings with their weights (RFC 9110 §12.5), languages
//! by the filtering and the lookup of RFC 4647 §3.3.1 and §3.4.
//!
//! Qualities are thousandths, from 0 (not acceptable) to 1000. A member that cannot be read is left out; a field in which
//! nothing can be read says nothing.

use std::fmt;

use super::fields::Fields;
use super::syntax;

/// The quality of what nobody asked about.
pub const FULL: u16 = 1000;
/// The least that is still acceptable: for what a field does not name and yet does not rule out.
pub const LEAST: u16 = 1;

/// A media type, or as part of [`MediaRange`] perhaps with `*`. In lower case, save the parameters' values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MediaType {
    pub kind: String,
    pub subtype: String,
    pub parameters: Vec<(String, String)>,
}

impl MediaType {
    pub fn parse(text: &str) -> Option<MediaType> {
        let mut parts = syntax::split(text, ';').into_iter();
        let (kind, subtype) = parts.next()?.split_once('/')?;
        if !syntax::is_token(kind) || !syntax::is_token(subtype) {
            return None;
        }
        let mut parameters = Vec::new();
        // An empty parameter is let pass (RFC 9110 §5.6.6).
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, value) = syntax::parameter(part)?;
            parameters.push((name, value?));
        }
        Some(MediaType { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), parameters })
    }

    /// How closely this type, taken as a range, fits another; `None` if it does not.
    fn fit(&self, offer: &MediaType) -> Option<(u8, usize)> {
        let level = match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => 0,
            (kind, "*") if kind == offer.kind => 1,
            (kind, subtype) if kind == offer.kind && subtype == offer.subtype => 2,
            _ => return None,
        };
        let has =
            |(name, value): &(String, String)| offer.parameters.iter().any(|(own, other)| own == name && other.eq_ignore_ascii_case(value));
        self.parameters.iter().all(has).then_some((level, self.parameters.len()))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.subtype)?;
        for (name, value) in &self.parameters {
            if syntax::is_token(value) {
                write!(f, ";{name}={value}")?;
            } else {
                write!(f, ";{name}={}", syntax::quote(value))?;
            }
        }
        Ok(())
    }
}

/// A member of Accept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MediaRange {
    pub media: MediaType,
    pub quality: u16,
}

/// A member of Accept-Language, Accept-Charset or Accept-Encoding, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Weighted {
    pub name: String,
    pub quality: u16,
}

/// Accept. A parameter `q` is the weight wherever it stands (RFC 9110 §12.4.2).
pub fn media_ranges(text: &str) -> Vec<MediaRange> {
    let range = |member: &str| {
        let mut media = MediaType::parse(member)?;
        let quality = match media.parameters.iter().position(|(name, _)| name == "q") {
            Some(index) => qvalue(&media.parameters.remove(index).1)?,
            None => FULL,
        };
        (media.kind != "*" || media.subtype == "*").then_some(MediaRange { media, quality })
    };
    syntax::list(text).into_iter().filter_map(range).collect()
}

/// Accept-Language, Accept-Charset, Accept-Encoding.
pub fn weighted(text: &str) -> Vec<Weighted> {
    let member = |member: &str| {
        let mut parts = syntax::split(member, ';').into_iter();
        let name = parts.next().filter(|name| syntax::is_token(name))?.to_ascii_lowercase();
        let mut quality = FULL;
        for part in parts.filter(|part| !part.is_empty()) {
            if let (name, Some(value)) = syntax::parameter(part)?
                && name == "q"
            {
                quality = qvalue(&value)?;
            }
        }
        Some(Weighted { name, quality })
    };
    syntax::list(text).into_iter().filter_map(member).collect()
}

/// `0.5`, in thousandths. At most three digits, and nothing above 1.
pub fn qvalue(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(FULL),
        _ => None,
    }
}

/// The quality that Accept gives to a type: that of the range that fits it most closely.
pub fn media_quality(ranges: &[MediaRange], offer: &MediaType) -> u16 {
    let fits = ranges.iter().filter_map(|range| Some((range.media.fit(offer)?, range.quality)));
    fits.max_by_key(|(fit, _)| *fit).map_or(0, |(_, quality)| quality)
}

/// The quality that Accept-Language gives to a language by basic filtering: a range fits itself and all that it is the
/// beginning of (`en` fits `en-GB`), the longest counts, `*` fits what no other does.
pub fn language_quality(ranges: &[Weighted], offer: &str) -> u16 {
    let fits = ranges.iter().filter_map(|range| {
        if range.name == "*" {
            return Some((0, range.quality));
        }
        let start = offer.get(..range.name.len())?;
        let ends = offer.len() == start.len() || offer.as_bytes().get(start.len()) == Some(&b'-');
        (ends && start.eq_ignore_ascii_case(&range.name)).then_some((start.len(), range.quality))
    });
    fits.max_by_key(|(length, _)| *length).map_or(0, |(_, quality)| quality)
}

/// The one language that lookup finds: each range, the heaviest first, is shortened from the end until it is one of the
/// offers, so that `zh-Hant-CN` is content with `zh`. `None` if the default has to be taken. `*` is passed over.
pub fn lookup(ranges: &[Weighted], offers: &[&str]) -> Option<usize> {
    let mut sorted: Vec<&Weighted> = ranges.iter().filter(|range| range.quality > 0 && range.name != "*").collect();
    // Stable: of equal weight, the first named.
    sorted.sort_by_key(|range| FULL.saturating_sub(range.quality));
    let ruled_out = |offer: &str| ranges.iter().any(|range| range.quality == 0 && range.name.eq_ignore_ascii_case(offer));
    sorted.into_iter().find_map(|range| {
        let mut rest = range.name.as_str();
        loop {
            let found = offers.iter().position(|offer| offer.eq_ignore_ascii_case(rest) && !ruled_out(offer));
            if found.is_some() {
                return found;
            }
            rest = rest.rsplit_once('-')?.0;
            // A single letter or digit that is left at the end goes with what it announced.
            if let Some((shorter, last)) = rest.rsplit_once('-')
                && last.len() == 1
            {
                rest = shorter;
            }
        }
    })
}

/// The quality that Accept-Charset gives to a charset.
pub fn charset_quality(charsets: &[Weighted], offer: &str) -> u16 {
    named(charsets, offer).unwrap_or(0)
}

/// The quality that Accept-Encoding gives to a content coding; an empty text or `identity` is none. That is acceptable unless
/// it is ruled out, by name or by `*;q=0`. `x-gzip` and `x-compress` are the codings without `x-` (RFC 9110 §8.4.1).
pub fn coding_quality(codings: &[Weighted], offer: &str) -> u16 {
    let offer = if offer.is_empty() { "identity" } else { offer };
    let plain = |name: &str| match name.to_ascii_lowercase().as_str() {
        "x-gzip" => "gzip".to_owned(),
        "x-compress" => "compress".to_owned(),
        name => name.to_owned(),
    };
    let codings: Vec<_> = codings.iter().map(|own| Weighted { name: plain(&own.name), quality: own.quality }).collect();
    let otherwise = if offer.eq_ignore_ascii_case("identity") { LEAST } else { 0 };
    named(&codings, &plain(offer)).unwrap_or(otherwise)
}

fn named(all: &[Weighted], offer: &str) -> Option<u16> {
    let find = |name: &str| all.iter().find(|own| own.name.eq_ignore_ascii_case(name)).map(|own| own.quality);
    find(offer).or_else(|| find("*"))
}

/// A representation to choose from. What is empty is not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Offer {
    pub media_type: String,
    pub language: String,
    pub charset: String,
    /// Empty is the same as `identity`.
    pub coding: String,
}

/// What the four fields say; `None` if a field is absent or says nothing, so that everything is acceptable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    pub media: Option<Vec<MediaRange>>,
    pub languages: Option<Vec<Weighted>>,
    pub charsets: Option<Vec<Weighted>>,
    /// An empty Accept-Encoding does say something: no coding is wanted.
    pub codings: Option<Vec<Weighted>>,
}

/// How an offer meets [`Wishes`], field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Qualities {
    pub media: u16,
    pub language: u16,
    pub charset: u16,
    pub coding: u16,
}

impl Wishes {
    pub fn of(fields: &Fields) -> Self {
        let list = |name: &str| fields.joined(name).map(|value| weighted(&value));
        Wishes {
            media: fields.joined("Accept").map(|value| media_ranges(&value)).filter(|ranges| !ranges.is_empty()),
            languages: list("Accept-Language").filter(|ranges| !ranges.is_empty()),
            charsets: list("Accept-Charset").filter(|charsets| !charsets.is_empty()),
            codings: list("Accept-Encoding"),
        }
    }

    /// What an offer does not state is acceptable, but the least of all.
    pub fn qualities(&self, offer: &Offer) -> Qualities {
        fn stated<T>(wish: &Option<T>, offer: &str, quality: impl Fn(&T) -> u16) -> u16 {
            match wish {
                None => FULL,
                Some(_) if offer.is_empty() => LEAST,
                Some(wish) => quality(wish),
            }
        }
        let media = |ranges: &Vec<MediaRange>| MediaType::parse(&offer.media_type).map_or(0, |media| media_quality(ranges, &media));
        Qualities {
            media: stated(&self.media, &offer.media_type, media),
            language: stated(&self.languages, &offer.language, |ranges| language_quality(ranges, &offer.language)),
            charset: stated(&self.charsets, &offer.charset, |charsets| charset_quality(charsets, &offer.charset)),
            coding: self.codings.as_ref().map_or(FULL, |codings| coding_quality(codings, &offer.coding)),
        }
    }
}

impl Qualities {
    /// All of them together; 0 if one is.
    pub fn product(self) -> u64 {
        [self.media, self.language, self.charset, self.coding].into_iter().map(u64::from).product()
    }
}

/// The best offer: the greatest product of its four qualities, the first of equals. If filtering leaves no language, lookup
/// names one. `None`: nothing is acceptable, 406 or the server's favourite.
pub fn choose(offers: &[Offer], fields: &Fields) -> Option<usize> {
    let wishes = Wishes::of(fields);
    let qualities: Vec<Qualities> = offers.iter().map(|offer| wishes.qualities(offer)).collect();
    let best = |qualities: &[Qualities]| {
        let acceptable = qualities.iter().enumerate().filter(|(_, own)| own.product() > 0);
        // Of equals `max_by_key` would take the last.
        acceptable.rev().max_by_key(|(_, own)| own.product()).map(|(index, _)| index)
    };
    best(&qualities).or_else(|| {
        let languages = wishes.languages.as_ref().filter(|_| qualities.iter().all(|own| own.language == 0))?;
        let names: Vec<&str> = offers.iter().map(|offer| offer.language.as_str()).collect();
        let found = names.get(lookup(languages, &names)?)?;
        let same = offers.iter().zip(&qualities).map(|(offer, own)| {
            let language = if offer.language.eq_ignore_ascii_case(found) { FULL } else { 0 };
            Qualities { language, ..*own }
        });
        best(&same.collect::<Vec<_>>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_section_12_5_1() {
        let ranges = media_ranges("text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5");
        for (offer, expected) in [
            ("text/plain;format=flowed", 1000),
            ("text/plain", 700),
            ("text/html", 300),
            ("image/jpeg", 500),
            ("text/plain;format=fixed", 400),
            // The table says 0.7; erratum 7138 corrects it.
            ("text/html;level=3", 300),
        ] {
            assert_eq!(media_quality(&ranges, &MediaType::parse(offer).unwrap()), expected, "{offer}");
        }
    }

    #[test]
    fn the_other_examples_of_section_12_5() {
        let media = |field: &str, offer: &str| media_quality(&media_ranges(field), &MediaType::parse(offer).unwrap());
        assert_eq!((media("audio/*; q=0.2, audio/basic", "audio/basic"), media("audio/*; q=0.2, audio/basic", "audio/ogg")), (1000, 200));
        let field = "text/plain; q=0.5, text/html,\ttext/x-dvi; q=0.8, text/x-c";
        let all = ["text/plain", "text/html", "text/x-dvi", "text/x-c", "image/png"].map(|offer| media(field, offer));
        assert_eq!(all, [500, 1000, 800, 1000, 0]);
        assert_eq!(media("text/*, text/plain, text/plain;format=flowed, */*", "TEXT/Plain; Format=\"flowed\""), 1000);

        let charsets = weighted("iso-8859-5, unicode-1-1;q=0.8");
        assert_eq!(["ISO-8859-5", "Unicode-1-1", "utf-8"].map(|offer| charset_quality(&charsets, offer)), [1000, 800, 0]);

        let languages = weighted("da, en-gb;q=0.8, en;q=0.7");
        assert_eq!(
            ["da", "en-GB", "en-US", "en", "de", "dan"].map(|offer| language_quality(&languages, offer)),
            [1000, 800, 700, 700, 0, 0]
        );
    }

    #[test]
    fn content_codings_and_none() {
        for (field, gzip, none) in [
            ("compress, gzip", 1000, LEAST),
            ("", 0, LEAST),
            ("*", 1000, 1000),
            ("compress;q=0.5, gzip;q=1.0", 1000, LEAST),
            ("gzip;q=1.0, identity; q=0.5, *;q=0", 1000, 500),
            ("gzip;q=0, *", 0, 1000),
            ("identity;q=0", 0, 0),
            ("*;q=0", 0, 0),
            ("X-GZIP;q=0.5", 500, LEAST),
        ] {
            let codings = weighted(field);
            assert_eq!((coding_quality(&codings, "gzip"), coding_quality(&codings, "")), (gzip, none), "{field}");
            assert_eq!(coding_quality(&codings, "x-gzip"), gzip, "{field}");
        }
    }

    #[test]
    fn languages_as_rfc_4647_filters_and_looks_up() {
        let de = weighted("de-de");
        assert_eq!(["de-DE", "de-DE-1996", "de-Deva", "de-Latn-DE", "de"].map(|offer| language_quality(&de, offer)), [1000, 1000, 0, 0, 0]);
        // §3.4: zh-Hant-CN-x-private1-private2, zh-Hant-CN-x-private1, zh-Hant-CN, zh-Hant, zh.
        let chinese = weighted("zh-Hant-CN-x-private1-private2");
        assert_eq!(lookup(&chinese, &["zh", "zh-hant", "zh-Hant-CN-x"]), Some(1));
        assert_eq!(lookup(&chinese, &["en", "zh"]), Some(1));
        assert_eq!(lookup(&weighted("fr;q=0.5, de-CH"), &["fr", "de"]), Some(1));
        assert_eq!(lookup(&weighted("en-GB, en;q=0"), &["en"]), None);
        assert_eq!(lookup(&weighted("*"), &["en"]), None);
    }

    #[test]
    fn weights_have_at_most_three_digits() {
        for (text, expected) in
            [("1", 1000), ("1.", 1000), ("1.000", 1000), ("0", 0), ("0.", 0), ("0.5", 500), ("0.007", 7), ("0.999", 999)]
        {
            assert_eq!(qvalue(text), Some(expected), "{text}");
        }
        for wrong in ["", ".5", "2", "1.001", "0.1234", "-0", "+1", "0.+1", "00", "0,5"] {
            assert_eq!(qvalue(wrong), None, "{wrong}");
        }
        assert_eq!(weighted("a;q=2, b;q=0.5, ;q=1, c d, e"), weighted("b;q=0.5, e"));
        assert_eq!(media_ranges("text, */html, text/html;q=x, a/b;Q=0.1").len(), 1);
    }

    #[test]
    fn the_best_offer_is_chosen_and_the_first_of_equals() {
        let offer = |media_type: &str, language: &str, coding: &str| Offer {
            media_type: media_type.to_owned(),
            language: language.to_owned(),
            coding: coding.to_owned(),
            ..Offer::default()
        };
        let offers = [offer("text/html", "en", ""), offer("text/html", "de", ""), offer("application/json", "en", "gzip")];
        let chosen = |fields: &[(&str, &str)]| choose(&offers, &fields.iter().copied().collect::<Fields>());
        assert_eq!(chosen(&[]), Some(0));
        assert_eq!(chosen(&[("Accept", "application/json, text/html;q=0.9")]), Some(2));
        assert_eq!(chosen(&[("Accept-Language", "de, en;q=0.5")]), Some(1));
        assert_eq!(chosen(&[("Accept-Language", "de, en;q=0.5"), ("Accept", "text/html;q=0.1, */*")]), Some(2));
        assert_eq!(chosen(&[("Accept", "application/*"), ("Accept-Encoding", "br")]), None);
        assert_eq!(chosen(&[("Accept-Language", "de-AT")]), Some(1), "lookup");
        assert_eq!(chosen(&[("Accept-Language", "fr")]), None);
        assert_eq!(chosen(&[("Accept", ""), ("Accept-Language", ",")]), Some(0), "they say nothing");
        assert_eq!(chosen(&[("Accept-Charset", "utf-8")]), Some(0), "a charset that is not stated is acceptable");
        assert_eq!(choose(&[], &Fields::new()), None);
    }
}
