//! The closed lists that entries are described with. Each name is written here and nowhere else.

use serde::{Deserialize, Serialize};

/// Declares an enum whose variants each have a slug (in files and addresses) and a label (on screen).
macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($variant:ident => $slug:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($variant,)+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// As it stands in front matter and in addresses.
            pub const fn slug(self) -> &'static str {
                match self { $($name::$variant => $slug,)+ }
            }

            /// As a reader sees it.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }

            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.slug() == slug)
            }

            /// Every slug, for a message that says what would have been right.
            pub fn slugs() -> String {
                Self::ALL.iter().map(|item| item.slug()).collect::<Vec<_>>().join(", ")
            }
        }
    };
}

closed_list! {
    /// How much an entry assumes.
    Level {
        Beginner => "beginner", "Beginner";
        Intermediate => "intermediate", "Intermediate";
        Advanced => "advanced", "Advanced";
    }
}

closed_list! {
    /// What an entry is about; one to three each.
    Topic {
        Http => "http", "HTTP";
        Apis => "apis", "APIs";
        Traffic => "traffic", "Traffic";
        Data => "data", "Data";
        Messaging => "messaging", "Messaging";
        Reliability => "reliability", "Reliability";
        Security => "security", "Security";
        Observability => "observability", "Observability";
        Architecture => "architecture", "Architecture";
        Languages => "languages-and-runtimes", "Languages and runtimes";
        Frameworks => "frameworks", "Frameworks";
        Tools => "tools", "Tools";
        Testing => "testing-and-delivery", "Testing and delivery";
    }
}

closed_list! {
    /// What sort of thing an entry describes.
    Kind {
        Concept => "concept", "Concept";
        Pattern => "pattern", "Pattern";
        Protocol => "protocol", "Protocol";
        Algorithm => "algorithm", "Algorithm";
        Tool => "tool", "Tool";
        Framework => "framework", "Framework";
        Language => "language", "Language";
        Status => "status", "Status code";
        Problem => "problem", "Problem";
    }
}
