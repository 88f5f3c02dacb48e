//! The pages for developers: a query page, and a live board of one tenant. Both load nothing from other hosts.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{HeaderValue, header};

/// The query page, a single file.
const QUERY_PAGE: &str = include_str!("../assets/graphiql.html");
const QUERY_PAGE_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                                 connect-src 'self'; frame-ancestors 'none'";

/// The live board. Its files are built from `web/apps/live-board`; `cargo xtask check` verifies that they are up to date.
const LIVE_BOARD: &str = include_str!("../assets/live/index.html");
const LIVE_BOARD_SCRIPT: &str = include_str!("../assets/live/board.js");
const LIVE_BOARD_STYLE: &str = include_str!("../assets/live/board.css");
const LIVE_BOARD_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
                                 connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/graphiql` and `/live`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/graphiql",
            get(|| file(HTML, QUERY_PAGE, QUERY_PAGE_POLICY)),
        )
        .route("/live", get(|| file(HTML, LIVE_BOARD, LIVE_BOARD_POLICY)))
        .route(
            "/live/board.js",
            get(|| file(SCRIPT, LIVE_BOARD_SCRIPT, LIVE_BOARD_POLICY)),
        )
        .route(
            "/live/board.css",
            get(|| file(STYLE, LIVE_BOARD_STYLE, LIVE_BOARD_POLICY)),
        )
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

async fn file(
    content_type: &'static str,
    text: &'static str,
    policy: &'static str,
) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, text)
}
