//! The routes of the gateway.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{HeaderMap, HeaderValue, header};
use service::{Deadline, Readiness, deadlines};

use crate::app::App;
use crate::steps::assign_trace_id::assign_trace_id;
use crate::steps::find_address::find_address;
use crate::steps::negotiate_answer::Media;
use crate::steps::send_answer::send_answer;
use crate::steps::strip_internal_headers::strip_internal_headers;
use crate::steps::summarize_request::Summary;
use crate::{pages, pipeline, subscriptions};

/// `/graphql` (POST, GET, WebSocket, SSE), `/.well-known/jwks.json`, `/healthz`, `/readyz`, `/metrics`; in
/// development `/graphiql` and `/live`.
pub fn routes(app: Arc<App>, readiness: Readiness) -> Router {
    let mut graphql = Router::new()
        .route("/graphql", any(graphql))
        .route("/.well-known/jwks.json", get(key_set));
    if app.adapters.config.development {
        graphql = graphql.merge(pages::routes());
    }
    graphql
        .with_state(app)
        .layer(assign_trace_id())
        .merge(service::http::health_routes(readiness))
}

async fn graphql(State(app): State<Arc<App>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    find_address(&mut parts, &app.adapters.config.trusted_proxies);
    if !wants_websocket(&parts.headers) {
        return pipeline::serve(&app, Request::from_parts(parts, body)).await;
    }
    strip_internal_headers(&mut parts.headers);
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &app).await {
        Ok(upgrade) => upgrade,
        Err(refusal) => return refusal.into_response(),
    };
    match subscriptions::websocket(app, &parts, upgrade).await {
        Ok(switching) => switching,
        Err(rejection) => {
            let deadline = Deadline::after(deadlines::CLIENT);
            send_answer(Err(rejection), Media::Json, Summary::begin(), deadline)
        }
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
