//! The browser's entry. Trunk builds it for wasm32; on the host it only says how to get the site.

fn main() {
    #[cfg(target_arch = "wasm32")]
    field_guide::site::start::start();
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("This program runs in a browser. `make serve` builds the site and serves it.");
}
