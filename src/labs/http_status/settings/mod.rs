//! What a reader can set besides the request: a table from which the view is made, and which says what each setting means.
//!
//! Each setting reads and writes one place of a scenario. What a text cannot mean is refused with a sentence, and then
//! nothing has changed.

/// On or off at one place of the world.
macro_rules! flag {
    ($slug:literal, $label:literal, $help:literal, $($field:ident).+, $leads_to:expr $(,)?) => {
        $crate::labs::http_status::settings::toggle(
            $slug,
            $label,
            $help,
            |scenario| scenario.world.$($field).+,
            |scenario, on| scenario.world.$($field).+ = on,
            $leads_to,
        )
    };
}

/// A text at one place of the world, written by `$write` and read by `|text| $read`.
macro_rules! word {
    (
        $slug:literal, $label:literal, $help:literal, $hint:literal,
        $($field:ident).+, $write:expr, |$text:ident| $read:expr, $leads_to:expr $(,)?
    ) => {
        $crate::labs::http_status::settings::text(
            $slug,
            $label,
            $help,
            $hint,
            |scenario| $write(&scenario.world.$($field).+),
            |scenario, $text| {
                scenario.world.$($field).+ = $read?;
                Ok(())
            },
            $leads_to,
        )
    };
}

mod client;
mod form;
mod front;
pub mod line;
mod read;
mod resource;
mod server;
#[cfg(test)]
mod tests;

use super::scenario::Scenario;

/// Nothing, or a sentence that says what is wrong, where, and what to do.
type Said<T = ()> = Result<T, String>;
/// Values of a choice with their labels.
type Options = &'static [(&'static str, &'static str)];

/// How a setting is read and changed.
#[derive(Clone, Copy)]
pub enum Control {
    /// On or off.
    Toggle { get: fn(&Scenario) -> bool, set: fn(&mut Scenario, bool) },
    /// One of several, as (value, label). A value that is none of them changes nothing.
    Choice { options: Options, get: fn(&Scenario) -> &'static str, set: fn(&mut Scenario, &str) },
    /// A text of one line; an error is one sentence: what, where, what to do.
    Text { hint: &'static str, get: fn(&Scenario) -> String, set: fn(&mut Scenario, &str) -> Result<(), String> },
    /// A text of several lines.
    Lines { hint: &'static str, get: fn(&Scenario) -> String, set: fn(&mut Scenario, &str) -> Result<(), String> },
}

/// One thing that a reader can set.
#[derive(Clone, Copy)]
pub struct Setting {
    pub slug: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub control: Control,
    /// Statuses that it leads to, for the reader.
    pub leads_to: &'static [u16],
    /// Whether it means anything at present; there is no use in a password where nobody logs in.
    pub applies: fn(&Scenario) -> bool,
}

/// What belongs together.
pub struct Group {
    pub title: &'static str,
    pub settings: &'static [Setting],
}

/// Every setting, in the order of the panel.
pub static GROUPS: &[Group] = &[
    Group { title: "Resource", settings: resource::STATE },
    Group { title: "Its representation", settings: form::FIRST },
    Group { title: "Second representation", settings: form::SECOND },
    Group { title: "Third representation", settings: form::THIRD },
    Group { title: "Changes to it", settings: resource::CHANGES },
    Group { title: "Server", settings: server::SERVER },
    Group { title: "Who may", settings: server::WHO },
    Group { title: "In front", settings: front::FRONT },
    Group { title: "Stored response", settings: form::STORED },
    Group { title: "Client", settings: client::CLIENT },
];

/// The setting of that name.
pub fn find(slug: &str) -> Option<&'static Setting> {
    GROUPS.iter().flat_map(|group| group.settings).find(|setting| setting.slug == slug)
}

impl Setting {
    /// It means something only then.
    const fn when(self, applies: fn(&Scenario) -> bool) -> Setting {
        Setting { applies, ..self }
    }
}

fn always(_: &Scenario) -> bool {
    true
}

const fn toggle(
    slug: &'static str,
    label: &'static str,
    help: &'static str,
    get: fn(&Scenario) -> bool,
    set: fn(&mut Scenario, bool),
    leads_to: &'static [u16],
) -> Setting {
    Setting { slug, label, help, control: Control::Toggle { get, set }, leads_to, applies: always }
}

const fn choice(
    slug: &'static str,
    label: &'static str,
    help: &'static str,
    options: Options,
    get: fn(&Scenario) -> &'static str,
    set: fn(&mut Scenario, &str),
    leads_to: &'static [u16],
) -> Setting {
    Setting { slug, label, help, control: Control::Choice { options, get, set }, leads_to, applies: always }
}

const fn text(
    slug: &'static str,
    label: &'static str,
    help: &'static str,
    hint: &'static str,
    get: fn(&Scenario) -> String,
    set: fn(&mut Scenario, &str) -> Said,
    leads_to: &'static [u16],
) -> Setting {
    Setting { slug, label, help, control: Control::Text { hint, get, set }, leads_to, applies: always }
}

const fn lines(
    slug: &'static str,
    label: &'static str,
    help: &'static str,
    hint: &'static str,
    get: fn(&Scenario) -> String,
    set: fn(&mut Scenario, &str) -> Said,
    leads_to: &'static [u16],
) -> Setting {
    Setting { slug, label, help, control: Control::Lines { hint, get, set }, leads_to, applies: always }
}

/// The option that stands where a value stands among all values.
fn option_of<T: PartialEq>(all: &[T], options: Options, value: &T) -> &'static str {
    all.iter().position(|own| own == value).and_then(|index| options.get(index)).map_or("", |(slug, _)| *slug)
}

/// The way back.
fn value_of<T: Copy>(all: &[T], options: Options, slug: &str) -> Option<T> {
    options.iter().position(|(own, _)| *own == slug).and_then(|index| all.get(index)).copied()
}
