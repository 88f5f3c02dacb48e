//! Internal calls that the gateway sends, and the public keys of access tokens.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use identity::ServiceName;
use subgraph::InternalCalls;

use crate::accounts::{list_access_changes, redeem_stream_ticket};
use crate::app::App;
use crate::tenants::resolve_tenant;

/// The gateway: the only service that may make these internal calls.
const GATEWAY: &[ServiceName] = &[ServiceName::Gateway];

/// Adds the calls that this subgraph answers.
pub fn internal(calls: InternalCalls<App>) -> InternalCalls<App> {
    calls
        .answer(GATEWAY, resolve_tenant)
        .answer(GATEWAY, list_access_changes)
        .answer(GATEWAY, redeem_stream_ticket)
}

/// The public keys of access tokens. Reading them needs no authentication.
pub fn public_routes(app: &Arc<App>) -> Router {
    let keys = app.keys.client_key_set();
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json")];
    let key_set = move || {
        let keys = keys.clone();
        async move { (headers, keys) }
    };
    Router::new().route("/.well-known/jwks.json", get(key_set))
}
