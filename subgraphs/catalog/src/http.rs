//! The routes of role `serve`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::routing::post;
use axum::{Json, Router};
use database::StoreError;
use graphql_server::internal::{InternalCall, InternalFailure, ServiceGuard};
use graphql_server::{Endpoint, Sockets, SocketsConfig};
use identity::ServiceName;
use internal_api::InternalErrorCode;
use internal_api::events::{FEED, FeedRequest, FeedResponse, HEADS, HeadsRequest, HeadsResponse};
use internal_api::inventory::{
    self as api, COMMIT_HOLDS, CommitHoldsRequest, CommitHoldsResponse, HOLDS, HoldRequest,
    HoldResponse, PRICES, PricesRequest, PricesResponse, RELEASE_HOLD, ReleaseHoldRequest,
    ReleaseHoldResponse,
};
use service::{Deadline, QueueError, Readiness, Tasks, trace};

use crate::app::App;
use crate::inventory::{
    self, CommitOutcome, HoldLine, HoldOutcome, HoldQueue, HoldStock, HoldStockError, Shortage,
};
use crate::products;
use crate::schema::{self, add_loaders};

/// Services that may read prices and manage holds.
const ORDERS: &[ServiceName] = &[ServiceName::Orders];
/// Services that may read the event streams.
const GATEWAY: &[ServiceName] = &[ServiceName::Gateway];
/// Most variants, lines or orders in one call.
const MAX_ITEMS: usize = 500;
/// Most streams in one call for heads.
const MAX_STREAMS: usize = 10_000;

#[derive(Clone)]
struct Internal {
    app: Arc<App>,
    holds: HoldQueue,
    guard: ServiceGuard,
}

impl FromRef<Internal> for ServiceGuard {
    fn from_ref(state: &Internal) -> Self {
        state.guard.clone()
    }
}

/// All routes of role `serve`. Starts the queues of holds and adjustments as background tasks.
pub fn routes(
    app: &Arc<App>,
    sockets: SocketsConfig,
    tasks: &Tasks,
    readiness: Readiness,
) -> Router {
    let holds = inventory::start_hold_queue(tasks, app);
    let adjustments = inventory::start_adjust_queue(tasks, app);
    let graphql = Endpoint {
        schema: schema::over(app, adjustments.clone()).finish(),
        verifier: Arc::clone(&app.identity),
        db: app.db.clone(),
        request_data: Box::new(add_loaders),
    };
    let sockets = Sockets {
        schema: schema::over(app, adjustments),
        config: sockets,
        tasks: tasks.clone(),
    };
    let guard = ServiceGuard::new(Arc::clone(&app.services));
    let internal = Router::new()
        .route(PRICES, post(prices))
        .route(HOLDS, post(hold))
        .route(COMMIT_HOLDS, post(commit))
        .route(RELEASE_HOLD, post(release))
        .route(FEED, post(feed))
        .route(HEADS, post(heads))
        .with_state(Internal {
            app: Arc::clone(app),
            holds,
            guard,
        });
    graphql
        .routes_with_sockets(sockets)
        .merge(internal)
        .layer(trace::layer())
        .merge(service::http::health_routes(readiness))
}

async fn prices(
    State(state): State<Internal>,
    call: InternalCall<PricesRequest>,
) -> Result<Json<PricesResponse>, InternalFailure> {
    let (request, deadline) = call.for_tenant(ORDERS, |request| request.tenant)?;
    check_item_limit(MAX_ITEMS, request.variants.len())?;
    let pricing = products::price_variants(&state.app, request.tenant, &request.variants);
    let priced = with_deadline(deadline, pricing).await?;
    let variants = priced
        .into_iter()
        .map(|priced| api::PricedVariant {
            variant: priced.variant,
            product: priced.product,
            sku: priced.sku,
            name: priced.name,
            price: priced.price,
        })
        .collect();
    Ok(Json(PricesResponse { variants }))
}

async fn hold(
    State(state): State<Internal>,
    call: InternalCall<HoldRequest>,
) -> Result<Json<HoldResponse>, InternalFailure> {
    let (request, deadline) = call.for_tenant(ORDERS, |request| request.tenant)?;
    check_item_limit(MAX_ITEMS, request.lines.len())?;
    if request.lines.is_empty() || request.lines.iter().any(|line| line.quantity == 0) {
        return Err(bad_request(
            "a hold needs at least one line and at least one unit per line",
        ));
    }
    let command = HoldStock {
        order: request.order,
        lines: request
            .lines
            .iter()
            .map(|line| HoldLine {
                variant: line.variant,
                quantity: line.quantity,
            })
            .collect(),
        expires_in: Duration::from_secs(u64::from(request.expires_in_secs)),
        trace: trace::current(),
    };
    let held = inventory::hold_stock(&state.holds, request.tenant, command, deadline).await;
    match held {
        Ok(HoldOutcome::Held) => Ok(Json(HoldResponse::Held)),
        Ok(HoldOutcome::Ended) => Ok(Json(HoldResponse::Ended)),
        Ok(HoldOutcome::OutOfStock(shortages)) => {
            let shortages = shortages.into_iter().map(shortage).collect();
            Ok(Json(HoldResponse::OutOfStock { shortages }))
        }
        Err(error) => Err(hold_failure(&error)),
    }
}

async fn commit(
    State(state): State<Internal>,
    call: InternalCall<CommitHoldsRequest>,
) -> Result<Json<CommitHoldsResponse>, InternalFailure> {
    let (request, deadline) = call.for_tenant(ORDERS, |request| request.tenant)?;
    check_item_limit(MAX_ITEMS, request.orders.len())?;
    let committing = inventory::commit_holds(&state.app, request.tenant, &request.orders);
    let committed = with_deadline(deadline, committing).await?;
    let results = committed
        .into_iter()
        .map(|(order, outcome)| api::CommitResult {
            order,
            outcome: match outcome {
                CommitOutcome::Committed => api::CommitOutcome::Committed,
                CommitOutcome::Lost => api::CommitOutcome::Lost,
            },
        })
        .collect();
    Ok(Json(CommitHoldsResponse { results }))
}

async fn release(
    State(state): State<Internal>,
    call: InternalCall<ReleaseHoldRequest>,
) -> Result<Json<ReleaseHoldResponse>, InternalFailure> {
    let (request, deadline) = call.for_tenant(ORDERS, |request| request.tenant)?;
    let ReleaseHoldRequest {
        tenant,
        order,
        reason,
    } = request;
    let releasing = inventory::release_hold(&state.app, tenant, order, &reason);
    let released = with_deadline(deadline, releasing).await?;
    Ok(Json(ReleaseHoldResponse { released }))
}

async fn feed(
    State(state): State<Internal>,
    call: InternalCall<FeedRequest>,
) -> Result<Json<FeedResponse>, InternalFailure> {
    let (request, deadline) = call.from_caller(GATEWAY)?;
    let reading = event_log::feed::feed(&state.app.platform, &request);
    Ok(Json(with_deadline(deadline, reading).await?))
}

async fn heads(
    State(state): State<Internal>,
    call: InternalCall<HeadsRequest>,
) -> Result<Json<HeadsResponse>, InternalFailure> {
    let (request, deadline) = call.from_caller(GATEWAY)?;
    check_item_limit(MAX_STREAMS, request.streams.len())?;
    let reading = event_log::feed::heads(&state.app.platform, &request);
    Ok(Json(with_deadline(deadline, reading).await?))
}

/// Runs `work` until the deadline. After it the work is dropped, which rolls its transaction back.
async fn with_deadline<T>(
    deadline: Deadline,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, InternalFailure> {
    match deadline.run(work).await {
        Ok(done) => Ok(done?),
        Err(exceeded) => Err(InternalFailure::unavailable(exceeded.to_string())),
    }
}

fn shortage(shortage: Shortage) -> api::Shortage {
    api::Shortage {
        variant: shortage.variant,
        available: u32::try_from(shortage.available).unwrap_or_default(),
    }
}

/// Logs nothing: the error's source chain was logged where the batch failed.
fn hold_failure(error: &HoldStockError) -> InternalFailure {
    match error {
        HoldStockError::Queue(QueueError::Full | QueueError::DeadlineOver | QueueError::Closed) => {
            InternalFailure::unavailable(error.to_string())
        }
        HoldStockError::Store(store) if store.is_unavailable() || store.is_retryable() => {
            InternalFailure::unavailable(error.to_string())
        }
        HoldStockError::Store(_) => {
            InternalFailure::new(InternalErrorCode::Internal, error.to_string())
        }
    }
}

fn check_item_limit(limit: usize, items: usize) -> Result<(), InternalFailure> {
    if items > limit {
        Err(bad_request("too many items in one call"))
    } else {
        Ok(())
    }
}

fn bad_request(message: &str) -> InternalFailure {
    InternalFailure::new(InternalErrorCode::BadRequest, message)
}
