//! The routes of role `serve`.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::routing::post;
use axum::{Json, Router};
use event_log::feed;
use graphql_server::internal::{InternalCall, InternalFailure, ServiceGuard};
use graphql_server::{Endpoint, Sockets, SocketsConfig};
use identity::ServiceName;
use internal_api::events::{FEED, FeedRequest, FeedResponse, HEADS, HeadsRequest, HeadsResponse};
use service::{Readiness, trace};

use crate::app::App;
use crate::schema::{self, add_loaders};

/// The services that may read the event log.
const FEED_READERS: &[ServiceName] = &[ServiceName::Gateway];

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
pub fn routes(app: &Arc<App>, sockets: SocketsConfig, readiness: Readiness) -> Router {
    let graphql = Endpoint {
        schema: schema::build(Arc::clone(app)),
        verifier: Arc::clone(&app.identity),
        db: app.db.clone(),
        request_data: Box::new(add_loaders),
    };
    let sockets = Sockets {
        schema: schema::over(Arc::clone(app)),
        config: sockets,
        tasks: app.tasks.clone(),
    };
    let guard = ServiceGuard::new(Arc::clone(&app.services));
    let internal = Router::new()
        .route(FEED, post(read_feed))
        .route(HEADS, post(read_heads))
        .with_state(Internal {
            app: Arc::clone(app),
            guard,
        });
    graphql
        .routes_with_sockets(sockets)
        .merge(internal)
        .layer(trace::layer())
        .merge(service::http::health_routes(readiness))
}

async fn read_feed(
    State(state): State<Internal>,
    call: InternalCall<FeedRequest>,
) -> Result<Json<FeedResponse>, InternalFailure> {
    let (request, _deadline) = call.from_caller(FEED_READERS)?;
    Ok(Json(feed::feed(&state.app.platform, &request).await?))
}

async fn read_heads(
    State(state): State<Internal>,
    call: InternalCall<HeadsRequest>,
) -> Result<Json<HeadsResponse>, InternalFailure> {
    let (request, _deadline) = call.from_caller(FEED_READERS)?;
    Ok(Json(feed::heads(&state.app.platform, &request).await?))
}
