//! The search data: fetched once, when it is first wanted, and shared by every search box.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser;
use super::context::Site;
use crate::glossary::search::{SearchIndex, Searcher};

/// How far the search data has come.
#[derive(Clone)]
pub enum SearchData {
    Unasked,
    OnItsWay,
    Ready(Arc<Searcher>),
    /// A sentence for the reader.
    Failed(&'static str),
}

#[derive(Clone, Copy)]
pub struct SearchStore(RwSignal<SearchData>);

impl SearchStore {
    pub fn provide() {
        provide_context(SearchStore(RwSignal::new(SearchData::Unasked)));
    }

    pub fn get() -> Self {
        expect_context()
    }

    /// Fetches the data unless it is here or on its way; tries again after a failure.
    pub fn want(self, site: &Site) {
        if matches!(*self.0.read_untracked(), SearchData::Ready(_) | SearchData::OnItsWay) {
            return;
        }
        self.0.set(SearchData::OnItsWay);
        let url = site.href(&site.search_data);
        spawn_local(async move {
            let data = match browser::fetch_bytes(&url).await {
                Ok(bytes) => match postcard::take_from_bytes::<SearchIndex>(&bytes) {
                    Ok((index, [])) => SearchData::Ready(Arc::new(Searcher::new(index))),
                    _ => SearchData::Failed("The search data does not fit this page: reload the page to get both from one version."),
                },
                Err(_) => SearchData::Failed(
                    "The search data could not be fetched. The list below is complete; try the search again when you are online.",
                ),
            };
            self.0.set(data);
        });
    }

    /// The searcher, once it is here; tracked.
    pub fn ready(self) -> Option<Arc<Searcher>> {
        match &*self.0.read() {
            SearchData::Ready(searcher) => Some(searcher.clone()),
            _ => None,
        }
    }

    pub fn failure(self) -> Option<&'static str> {
        match &*self.0.read() {
            SearchData::Failed(sentence) => Some(sentence),
            _ => None,
        }
    }
}
