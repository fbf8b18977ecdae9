//! Serves `dist/` as a CDN would: index files, the 404 page, compressed where the browser takes it, long lives for
//! files that are named by their hash.
//!
//! `serve [--dir DIR] [--base /guide/]`; `PORT` chooses the port, `0` any free one.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{Redirect, Response};
use tower_http::compression::CompressionLayer;
use tower_http::services::{ServeDir, ServeFile};

/// Any address on a file that is named by its hash keeps its content for ever.
async fn cache_lifetime(request: Request, next: Next) -> Response {
    let hashed = request.uri().path().contains("/assets/");
    let mut response = next.run(request).await;
    let lifetime = if hashed && response.status().is_success() { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    response
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|index| arguments.get(index + 1)).cloned();
    let dir = option("--dir").unwrap_or_else(|| "dist".to_owned());
    let base = option("--base").unwrap_or_else(|| "/".to_owned());
    let Ok(port) = std::env::var("PORT")
        .unwrap_or_default()
        .parse::<u16>()
        .or_else(|_| if std::env::var("PORT").is_ok_and(|port| !port.is_empty()) { Err(()) } else { Ok(8080) })
    else {
        eprintln!("PORT must be a number from 0 to 65535.");
        return ExitCode::FAILURE;
    };
    if !std::path::Path::new(&dir).join("index.html").exists() {
        eprintln!("{dir}/index.html is missing: run `make build` first.");
        return ExitCode::FAILURE;
    }

    let files = ServeDir::new(&dir).not_found_service(ServeFile::new(format!("{dir}/404.html")));
    let router = match base.trim_end_matches('/') {
        "" => Router::new().fallback_service(files),
        prefix => {
            let home = base.clone();
            Router::new().nest_service(prefix, files).fallback(move || async move { Redirect::temporary(&home) })
        }
    };
    let router = router.layer(CompressionLayer::new().br(true).gzip(true)).layer(middleware::from_fn(cache_lifetime));

    let listener = match tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            eprintln!("Port {port} is taken. Stop what uses it, or choose another: make serve PORT={}", port.saturating_add(1));
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("Port {port} cannot be used: {error}");
            return ExitCode::FAILURE;
        }
    };
    let address = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
    println!("The field guide is ready on http://{address}{base}  (Ctrl+C stops it)");
    match axum::serve(listener, router).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The server stopped: {error}");
            ExitCode::FAILURE
        }
    }
}
