//! The routes of the gateway.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::any;
use axum::routing::get;
use http::HeaderMap;
use http::HeaderValue;
use http::header;
use service::Readiness;

use crate::app::App;
use crate::pipeline;
use crate::steps::assign_trace_id::assign_trace_id;
use crate::steps::negotiate_answer::Media;
use crate::steps::strip_internal_headers::strip_internal_headers;
use crate::subscriptions;

/// A page for trying queries, written for this platform; it needs nothing from outside.
const QUERY_PAGE: &str = include_str!("../assets/graphiql.html");

/// `/graphql` (POST, GET, WebSocket, SSE), `/.well-known/jwks.json`, `/healthz`, `/readyz`, `/metrics`; in
/// development `/graphiql`.
pub fn routes(app: Arc<App>, readiness: Readiness) -> Router {
    let mut graphql = Router::new()
        .route("/graphql", any(graphql))
        .route("/.well-known/jwks.json", get(key_set));
    if app.adapters.config.development {
        graphql = graphql.route("/graphiql", get(query_page));
    }
    graphql
        .with_state(app)
        .layer(assign_trace_id())
        .merge(service::http::health_routes(readiness))
}

async fn graphql(State(app): State<Arc<App>>, request: Request) -> Response {
    if !wants_websocket(request.headers()) {
        return pipeline::serve(&app, request).await;
    }
    let (mut parts, _body) = request.into_parts();
    strip_internal_headers(&mut parts.headers);
    match WebSocketUpgrade::from_request_parts(&mut parts, &app).await {
        Ok(upgrade) => subscriptions::websocket(State(app), parts.headers, upgrade).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn wants_websocket(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn key_set(State(app): State<Arc<App>>) -> Response {
    match app.authenticator.keys.json().await {
        Ok(json) => {
            let headers = [
                (
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/jwk-set+json"),
                ),
                (
                    header::CACHE_CONTROL,
                    HeaderValue::from_static("public, max-age=300"),
                ),
            ];
            (headers, json).into_response()
        }
        Err(rejection) => {
            rejection.log();
            let content_type = [(header::CONTENT_TYPE, Media::Json.content_type())];
            (
                rejection.status(Media::Json),
                content_type,
                rejection.to_body(),
            )
                .into_response()
        }
    }
}

async fn query_page() -> impl IntoResponse {
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                  connect-src 'self'; frame-ancestors 'none'";
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(QUERY_PAGE))
}
