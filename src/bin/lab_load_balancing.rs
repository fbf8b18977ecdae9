//! The load-balancing lab's program, beside the site's: see `site::lab_program`. Trunk builds it for wasm32.

#[cfg(target_arch = "wasm32")]
field_guide::lab_program!(field_guide::labs::load_balancing::view::LoadBalancing);

/// One job of a sweep, for a worker: text in, text out.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn work(job: &str) -> String {
    field_guide::labs::load_balancing::sweep::work(job)
}

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("This program runs in a browser. `make serve` builds the site and serves it.");
}
