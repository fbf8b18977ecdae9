//! What the site is made of and where its data lies.

use leptos::prelude::*;

use super::context::site;

#[component]
pub fn Footer() -> impl IntoView {
    let site = site();
    view! {
        <footer class="site">
            <p>"Every explanation is executable, and "<a href=site.href("/conformance/")>"every execution is verified"</a>"."</p>
            <p>
                <a href=site.href("/glossary.json") rel="external">"The glossary as JSON"</a>
                " · "
                <a href=site.href("/feed.xml") rel="external">"Feed"</a>
                " · "
                <a href=site.href("/embedding/") rel="external">"Embed"</a>
                " · Text and code: MIT or Apache-2.0"
            </p>
        </footer>
    }
}
