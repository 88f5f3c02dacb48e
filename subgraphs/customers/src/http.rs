//! The routes of role `serve`.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use event_log::ReadError;
use graphql_server::Endpoint;
use graphql_server::internal::{InternalCall, InternalFailure, ServiceGuard};
use identity::ServiceName;
use internal_api::InternalErrorCode;
use internal_api::accounts::{
    ACCESS_CHANGES, AccessChangesRequest, AccessChangesResponse, REDEEM_STREAM_TICKET,
    RedeemStreamTicketRequest, RedeemStreamTicketResponse,
};
use internal_api::events::{FEED, FeedRequest, FeedResponse, HEADS, HeadsRequest, HeadsResponse};
use internal_api::tenants::{RESOLVE_TENANT, ResolveTenantRequest, ResolveTenantResponse};
use service::Readiness;

use crate::accounts::{ListAccessChangesError, list_access_changes, redeem_stream_ticket};
use crate::app::App;
use crate::schema::{self, add_loaders};
use crate::tenants::{self, TenantAddress, resolve_tenant};

/// The gateway: the only service that may make these internal calls.
const GATEWAY: &[ServiceName] = &[ServiceName::Gateway];
/// Limit of streams in one call.
const MAX_STREAMS: usize = 10_000;

#[derive(Clone)]
struct Internal {
    app: Arc<App>,
    guard: ServiceGuard,
}

impl FromRef<Internal> for ServiceGuard {
    fn from_ref(state: &Internal) -> Self {
        state.guard.clone()
    }
}

/// All routes of role `serve`.
pub fn routes(app: &Arc<App>, readiness: Readiness) -> Router {
    let graphql = Endpoint {
        schema: schema::build(Arc::clone(app)),
        verifier: Arc::clone(&app.identity),
        db: app.db.clone(),
        request_data: Box::new(add_loaders),
    };
    let guard = ServiceGuard::new(Arc::clone(&app.services));
    let internal = Router::new()
        .route(RESOLVE_TENANT, post(resolve))
        .route(ACCESS_CHANGES, post(access_changes))
        .route(REDEEM_STREAM_TICKET, post(redeem))
        .route(FEED, post(feed))
        .route(HEADS, post(heads))
        .with_state(Internal {
            app: Arc::clone(app),
            guard,
        });
    let keys = Router::new()
        .route("/.well-known/jwks.json", get(key_set))
        .with_state(Arc::clone(app));
    graphql
        .routes()
        .merge(internal)
        .merge(keys)
        .layer(service::trace::layer())
        .merge(service::http::health_routes(readiness))
}

async fn resolve(
    State(state): State<Internal>,
    call: InternalCall<ResolveTenantRequest>,
) -> Result<Json<ResolveTenantResponse>, InternalFailure> {
    let (request, _deadline) = call.from_caller(GATEWAY)?;
    let address = match (request.slug, request.host) {
        (Some(slug), None) => TenantAddress::Slug(slug),
        (None, Some(host)) => TenantAddress::Host(host),
        (Some(_), Some(_)) | (None, None) => {
            return Err(bad_request("exactly one of slug and host must be given"));
        }
    };
    let tenant = resolve_tenant(&state.app, address).await?;
    Ok(Json(ResolveTenantResponse {
        tenant: tenant.map(|tenant| tenants::profile(tenant, &state.app.plans)),
    }))
}

async fn access_changes(
    State(state): State<Internal>,
    call: InternalCall<AccessChangesRequest>,
) -> Result<Json<AccessChangesResponse>, InternalFailure> {
    let (request, _deadline) = call.for_tenant(GATEWAY, |request| request.tenant)?;
    match list_access_changes(&state.app, &request).await {
        Ok(changes) => Ok(Json(changes)),
        Err(ListAccessChangesError::Log(ReadError::Store(error))) => Err(error.into()),
        Err(
            error @ (ListAccessChangesError::Log(ReadError::Expired)
            | ListAccessChangesError::Unreadable(_)),
        ) => {
            tracing::error!(
                error = %service::log::chain(&error),
                "access changes cannot be read"
            );
            let message = error.to_string();
            Err(InternalFailure::new(InternalErrorCode::Internal, message))
        }
    }
}

async fn redeem(
    State(state): State<Internal>,
    call: InternalCall<RedeemStreamTicketRequest>,
) -> Result<Json<RedeemStreamTicketResponse>, InternalFailure> {
    let (request, _deadline) = call.for_tenant(GATEWAY, |request| request.tenant)?;
    Ok(Json(redeem_stream_ticket(&state.app, &request).await?))
}

async fn feed(
    State(state): State<Internal>,
    call: InternalCall<FeedRequest>,
) -> Result<Json<FeedResponse>, InternalFailure> {
    let (request, _deadline) = call.for_tenant(GATEWAY, |request| request.tenant)?;
    Ok(Json(
        event_log::feed::feed(&state.app.platform, &request).await?,
    ))
}

async fn heads(
    State(state): State<Internal>,
    call: InternalCall<HeadsRequest>,
) -> Result<Json<HeadsResponse>, InternalFailure> {
    let (request, _deadline) = call.from_caller(GATEWAY)?;
    if request.streams.len() > MAX_STREAMS {
        return Err(bad_request("too many streams in one call"));
    }
    Ok(Json(
        event_log::feed::heads(&state.app.platform, &request).await?,
    ))
}

fn bad_request(message: &str) -> InternalFailure {
    InternalFailure::new(InternalErrorCode::BadRequest, message)
}

/// The public keys of access tokens. Reading them needs no authentication.
async fn key_set(State(app): State<Arc<App>>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/jwk-set+json")],
        app.client_key_set.clone(),
    )
}
