//! Light, dark, or as the system says. A script in the head sets it before the first paint; this changes it.

use leptos::prelude::*;

use super::{browser, storage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    fn from_name(name: Option<&str>) -> Self {
        match name {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    fn apply(self) {
        if let Some(root) = browser::root() {
            let _ = match self {
                Theme::System => root.remove_attribute("data-theme"),
                chosen => root.set_attribute("data-theme", chosen.name()),
            };
        }
        match self {
            Theme::System => storage::remove("theme"),
            chosen => storage::set("theme", chosen.name()),
        }
    }
}

/// Goes round: system, light, dark.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let theme = RwSignal::new(Theme::System);
    Effect::new(move |_| theme.set(Theme::from_name(storage::get("theme").as_deref())));
    let turn = move |_| {
        theme.update(|theme| *theme = theme.next());
        theme.get_untracked().apply();
    };
    view! {
        <button class="quiet theme needs-js" type="button" on:click=turn title="Change the theme">
            <span aria-hidden="true">"◑ "</span>
            <span class="sr">"Theme: "</span>
            {move || theme.get().name()}
        </button>
    }
}
