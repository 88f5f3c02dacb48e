//! Internal calls that orders sends: prices and stock.

use std::time::Duration;

use identity::ServiceName;
use internal_api::inventory::{
    self as api, CommitHoldsRequest, CommitHoldsResponse, HoldRequest, HoldResponse, PricesRequest,
    PricesResponse, ReleaseHoldRequest, ReleaseHoldResponse,
};
use service::{QueueError, trace};
use subgraph::{Call, InternalCalls, InternalFailure};

use crate::app::App;
use crate::inventory::{
    self, CommitOutcome, HoldLine, HoldOutcome, HoldStock, HoldStockError, Shortage,
};
use crate::products;

/// Services that may read prices and manage holds.
const ORDERS: &[ServiceName] = &[ServiceName::Orders];

/// Adds the calls that this subgraph answers.
pub fn internal(calls: InternalCalls<App>) -> InternalCalls<App> {
    calls
        .answer(ORDERS, prices)
        .answer(ORDERS, hold)
        .answer(ORDERS, commit)
        .answer(ORDERS, release)
}

async fn prices(call: Call<App, PricesRequest>) -> Result<PricesResponse, InternalFailure> {
    let PricesRequest { tenant, variants } = call.request;
    let priced = products::price_variants(&call.app, tenant, &variants).await?;
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
    Ok(PricesResponse { variants })
}

async fn hold(call: Call<App, HoldRequest>) -> Result<HoldResponse, InternalFailure> {
    let request = call.request;
    if request.lines.is_empty() || request.lines.iter().any(|line| line.quantity == 0) {
        return Err(InternalFailure::bad_request(
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
    let held = inventory::hold_stock(&call.app.holds, request.tenant, command, call.deadline).await;
    match held {
        Ok(HoldOutcome::Held) => Ok(HoldResponse::Held),
        Ok(HoldOutcome::Ended) => Ok(HoldResponse::Ended),
        Ok(HoldOutcome::OutOfStock(shortages)) => {
            let shortages = shortages.into_iter().map(shortage).collect();
            Ok(HoldResponse::OutOfStock { shortages })
        }
        Err(error) => Err(hold_failure(&error)),
    }
}

async fn commit(
    call: Call<App, CommitHoldsRequest>,
) -> Result<CommitHoldsResponse, InternalFailure> {
    let CommitHoldsRequest { tenant, orders } = call.request;
    let committed = inventory::commit_holds(&call.app, tenant, &orders).await?;
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
    Ok(CommitHoldsResponse { results })
}

async fn release(
    call: Call<App, ReleaseHoldRequest>,
) -> Result<ReleaseHoldResponse, InternalFailure> {
    let ReleaseHoldRequest {
        tenant,
        order,
        reason,
    } = call.request;
    let released = inventory::release_hold(&call.app, tenant, order, &reason).await?;
    Ok(ReleaseHoldResponse { released })
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
        HoldStockError::Store(_) => InternalFailure::internal(error.to_string()),
    }
}
