//! One term.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

use super::article::{self, Article};
use super::browser::{self, FetchError};
use super::context::site;
use super::embed_panel::EmbedTerm;
use super::lab_host::LabHost;
use super::not_found::NotFound;
use super::progress;
use super::start;
use super::title;
use crate::labs;

#[component]
pub fn TermPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    view! { <ArticlePage slug folder=|slug| format!("/terms/{slug}/") embeds=true/> }
}

/// What the labs' algorithms were held against, and what came of it.
#[component]
pub fn ConformancePage() -> impl IntoView {
    view! { <ArticlePage slug=Memo::new(|_| "conformance".to_owned()) folder=|slug| format!("/{slug}/")/> }
}

/// How terms and labs come into other people's documentation.
#[component]
pub fn EmbeddingPage() -> impl IntoView {
    view! { <ArticlePage slug=Memo::new(|_| "embedding".to_owned()) folder=|slug| format!("/{slug}/")/> }
}

/// What can be run.
#[component]
pub fn LabsPage() -> impl IntoView {
    view! { <ArticlePage slug=Memo::new(|_| "labs".to_owned()) folder=|slug| format!("/{slug}/")/> }
}

/// All reading paths.
#[component]
pub fn PathsPage() -> impl IntoView {
    view! { <ArticlePage slug=Memo::new(|_| "paths".to_owned()) folder=|slug| format!("/{slug}/")/> }
}

/// One reading path.
#[component]
pub fn PathPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| format!("path-{}", params.get("path").unwrap_or_default())));
    view! { <ArticlePage slug folder=|slug| format!("/paths/{}/", slug.trim_start_matches("path-"))/> }
}

/// An article that is in the document already, or is fetched from its folder.
#[component]
fn ArticlePage(
    slug: Memo<String>,
    folder: fn(&str) -> String,
    /// Whether others may have the article in their own pages: it is a term.
    #[prop(optional)]
    embeds: bool,
) -> impl IntoView {
    let site = site();
    let shown = RwSignal::new(article::initial(&slug.get_untracked()));
    // The host has just said that there is no such page: asking for its fragment would only hear it again.
    let failed = RwSignal::new(start::served_as_missing().then_some(FetchError::Status(404)));
    let missing = start::served_as_missing().then(|| slug.get_untracked());
    let attempt = RwSignal::new(0u32);

    Effect::new(move |_| {
        attempt.track();
        let wanted = slug.get();
        if missing.as_ref() == Some(&wanted) {
            return;
        }
        if failed.read_untracked().is_some() {
            failed.set(None);
        }
        if shown.read_untracked().as_ref().is_some_and(|article| article.slug == wanted) {
            return;
        }
        let site = site.clone();
        spawn_local(async move {
            let fetched = article::fetch(&site, &folder(&wanted)).await;
            // The reader may have gone on meanwhile.
            if slug.try_get_untracked().as_ref() != Some(&wanted) {
                return;
            }
            match fetched {
                Ok(article) => shown.set(Some(article)),
                // A tab from before a deploy asks for a fragment that is no more; the page itself may be there.
                Err(FetchError::Status(404)) if browser::fetch_text(&site.href(&folder(&wanted))).await.is_ok() => {
                    let _ = browser::window().location().set_href(&site.href(&folder(&wanted)));
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    });
    title::keep(move || shown.read().as_ref().map(|article| article.title.clone()).unwrap_or_default());

    move || match (failed.get(), shown.get()) {
        (Some(FetchError::Status(404)), _) => NotFound().into_any(),
        (Some(_), open) => {
            let again = move || attempt.update(|attempt| *attempt += 1);
            // What the reader had open stays below the sentence.
            view! { <Unreachable again/>{open.map(|article| view! { <ArticleView article embeds/> })} }.into_any()
        }
        (None, Some(article)) => view! { <ArticleView article embeds/> }.into_any(),
        // For the moment of the first fetch; the next article replaces the last when it is there.
        (None, None) => view! { <p class="waiting">"Fetching the entry…"</p> }.into_any(),
    }
}

#[component]
fn ArticleView(article: Article, embeds: bool) -> impl IntoView {
    let slug = article.slug.clone();
    Effect::new(move |_| {
        progress::note(&slug, true);
        progress::show_soon();
    });
    let embed = embeds.then(|| view! { <EmbedTerm slug=article.slug.clone() title=article.title.clone()/> });
    let lab = article.lab.clone();
    let shown = lab.as_deref().and_then(labs::parse).map(|(lab, scenario)| (lab.slug, scenario.to_owned()));
    view! {
        <article id="article" class="term" on:change=move |event| progress::ticked(&event) data-slug=article.slug data-title=article.title data-lab=lab>
            <div class="term-head" data-part="head" inner_html=article.head></div>
            <div class="prose" data-part="before" inner_html=article.before></div>
            {shown.map(|(lab, scenario)| view! { <LabHost lab scenario inline=true/> })}
            <div class="prose" data-part="after" inner_html=article.after></div>
            {embed}
            <aside class="margin" data-part="margin" aria-label="Beside the text" inner_html=article.margin></aside>
        </article>
    }
}

/// The fragment did not come: offline, or the server is in trouble.
#[component]
fn Unreachable(again: impl Fn() + 'static) -> impl IntoView {
    view! {
        <section class="trouble" role="alert">
            <h1>"This entry could not be fetched"</h1>
            <p>"You seem to be offline, or the server did not answer. What you have open stays readable."</p>
            <button type="button" on:click=move |_| again()>"Try again"</button>
        </section>
    }
}
