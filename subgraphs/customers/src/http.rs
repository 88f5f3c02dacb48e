//! Internal calls that the gateway sends, and the public keys of access tokens.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use event_log::ReadError;
use identity::ServiceName;
use internal_api::accounts::{
    AccessChangesRequest, AccessChangesResponse, RedeemStreamTicketRequest,
    RedeemStreamTicketResponse,
};
use internal_api::tenants::{ResolveTenantRequest, ResolveTenantResponse};
use subgraph::{Call, InternalCalls, InternalFailure};

use crate::accounts::{ListAccessChangesError, list_access_changes, redeem_stream_ticket};
use crate::app::App;
use crate::tenants::{self, TenantAddress, resolve_tenant};

/// The gateway: the only service that may make these internal calls.
const GATEWAY: &[ServiceName] = &[ServiceName::Gateway];

/// Adds the calls that this subgraph answers.
pub fn internal(calls: InternalCalls<App>) -> InternalCalls<App> {
    calls
        .answer(GATEWAY, resolve)
        .answer(GATEWAY, access_changes)
        .answer(GATEWAY, redeem)
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

async fn resolve(
    call: Call<App, ResolveTenantRequest>,
) -> Result<ResolveTenantResponse, InternalFailure> {
    let address = match (call.request.slug, call.request.host) {
        (Some(slug), None) => TenantAddress::Slug(slug),
        (None, Some(host)) => TenantAddress::Host(host),
        (Some(_), Some(_)) | (None, None) => {
            return Err(InternalFailure::bad_request(
                "exactly one of slug and host must be given",
            ));
        }
    };
    let tenant = resolve_tenant(&call.app, address).await?;
    Ok(ResolveTenantResponse {
        tenant: tenant.map(|tenant| tenants::profile(tenant, &call.app.plans)),
    })
}

async fn access_changes(
    call: Call<App, AccessChangesRequest>,
) -> Result<AccessChangesResponse, InternalFailure> {
    match list_access_changes(&call.app, &call.request).await {
        Ok(changes) => Ok(changes),
        Err(ListAccessChangesError::Log(ReadError::Store(error))) => Err(error.into()),
        Err(
            error @ (ListAccessChangesError::Log(ReadError::Expired)
            | ListAccessChangesError::Unreadable(_)),
        ) => {
            tracing::error!(
                error = %service::log::chain(&error),
                "access changes cannot be read"
            );
            Err(InternalFailure::internal(error.to_string()))
        }
    }
}

async fn redeem(
    call: Call<App, RedeemStreamTicketRequest>,
) -> Result<RedeemStreamTicketResponse, InternalFailure> {
    Ok(redeem_stream_ticket(&call.app, &call.request).await?)
}
