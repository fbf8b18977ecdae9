//! What the reader chose, kept in the browser if it lets us. A refusal is no error: the choice lasts as long as the page.

/// Prefix, so that neighbours on the same host are left alone.
const PREFIX: &str = "field-guide.";

fn storage() -> Option<web_sys::Storage> {
    // Asking for it throws where storage is blocked.
    super::browser::window().local_storage().ok().flatten()
}

pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{key}")).ok().flatten()
}

pub fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{PREFIX}{key}"), value);
    }
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{key}"));
    }
}
