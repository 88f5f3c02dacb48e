//! The pages for developers: `/graphiql`, and `/live`, a board of one tenant. Both load nothing from other hosts.
//!
//! Their files are built from `web/apps`; `cargo xtask check` verifies that they are up to date.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{HeaderValue, header};

/// Path, type and text of every file.
const FILES: [(&str, &str, &str); 7] = [
    (
        "/graphiql",
        HTML,
        include_str!("../assets/graphiql/index.html"),
    ),
    (
        "/graphiql/graphiql.js",
        SCRIPT,
        include_str!("../assets/graphiql/graphiql.js"),
    ),
    (
        "/graphiql/graphiql.css",
        STYLE,
        include_str!("../assets/graphiql/graphiql.css"),
    ),
    (
        "/graphiql/LICENSES.txt",
        TEXT,
        include_str!("../assets/graphiql/LICENSES.txt"),
    ),
    ("/live", HTML, include_str!("../assets/live/index.html")),
    (
        "/live/board.js",
        SCRIPT,
        include_str!("../assets/live/board.js"),
    ),
    (
        "/live/board.css",
        STYLE,
        include_str!("../assets/live/board.css"),
    ),
];

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Images are icons within the pages and their styles.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/graphiql`, `/live` and what they load.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES
        .into_iter()
        .fold(Router::new(), |router, (path, content_type, text)| {
            router.route(path, get(move || file(content_type, text)))
        })
}

async fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, text)
}
