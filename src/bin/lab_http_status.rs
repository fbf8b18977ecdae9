//! The HTTP status lab's program, beside the site's: see `site::lab_program`. Trunk builds it for wasm32.

#[cfg(target_arch = "wasm32")]
field_guide::lab_program!(field_guide::labs::http_status::view::HttpStatus);

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("This program runs in a browser. `make serve` builds the site and serves it.");
}
