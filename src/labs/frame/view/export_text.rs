//! A configuration or a program to take away, with what to know about it.

use leptos::prelude::*;

use crate::site::browser;

#[component]
pub fn ExportText(file: &'static str, text: String, notes: Vec<String>) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let copied_text = text.clone();
    let copy = move |_| {
        let text = copied_text.clone();
        leptos::task::spawn_local(async move {
            let _ = copied.try_set(Some(browser::copy(&text).await));
        });
    };
    let notes = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
    view! {
        <pre class="export" tabindex="0" role="region" aria-label=file><code>{text}</code></pre>
        <p class="tool-row">
            <button type="button" on:click=copy>"Copy"</button>
            <span role="status">{move || match copied.get() {
                Some(true) => format!("{} is copied.", file),
                Some(false) => "This browser does not let a page copy: select the text.".to_owned(),
                None => String::new(),
            }}</span>
        </p>
        <ul class="export-notes">{notes}</ul>
    }
}
