//! HTTP: the routes, the order of the steps that serve a request ([`pipeline`]), and one file per step ([`steps`]).

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use service::Readiness;

use self::exchange::Exchange;
use self::gateway::Gateway;
use self::steps::assign_trace_id::assign_trace_id;
use self::steps::find_address::find_address;
use self::steps::send_answer::{refuse, send_answer};
use self::steps::strip_internal_headers::strip_internal_headers;
use crate::answer::{Media, Rejection};
use crate::live::websocket;
use crate::pages;

pub mod exchange;
pub mod gateway;
pub mod pipeline;
pub mod steps;
pub mod summary;

/// `/graphql` (POST, GET, WebSocket, SSE), `/.well-known/jwks.json`, `/healthz`, `/readyz`, `/metrics`; in
/// development `/graphiql` and `/live`.
pub fn routes(gateway: Arc<Gateway>, readiness: Readiness) -> Router {
    let mut graphql = Router::new()
        .route("/graphql", any(graphql))
        .route("/.well-known/jwks.json", get(key_set));
    if gateway.development {
        graphql = graphql.merge(pages::routes());
    }
    graphql
        .with_state(gateway)
        .layer(assign_trace_id())
        .merge(service::http::health_routes(readiness))
}

async fn graphql(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    find_address(&mut parts, &gateway.trusted_proxies);
    strip_internal_headers(&mut parts.headers);
    if !wants_websocket(&parts.headers) {
        return pipeline::serve(&gateway, parts, body).await;
    }
    match open_socket(&gateway, &mut parts).await {
        Ok(response) => response,
        Err(rejection) => send_answer(Err(rejection), Exchange::begin(parts)),
    }
}

fn wants_websocket(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn open_socket(gateway: &Gateway, parts: &mut Parts) -> Result<Response, Rejection> {
    match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => {
            gateway.origins.check(parts, None).await?;
            websocket(Arc::clone(&gateway.live), parts, upgrade)
        }
        Err(refusal) => Ok(refusal.into_response()),
    }
}

async fn key_set(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.access.authenticator.keys.json().await {
        Ok(json) => {
            let headers = [
                (header::CONTENT_TYPE, "application/jwk-set+json"),
                (header::CACHE_CONTROL, "public, max-age=300"),
            ];
            let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
            (headers, json).into_response()
        }
        Err(rejection) => refuse(&rejection, Media::Json).0,
    }
}
