//! Commits the holds of confirmed orders, after the buyers have their answers, in batches per tenant.

use std::collections::HashMap;
use std::sync::Arc;

use database::StoreError;
use futures_util::{StreamExt, stream};
use ids::{OrderId, TenantId};
use internal_api::inventory::{CommitOutcome, CommitResult};
use service::{Deadline, deadlines};
use tokio::sync::mpsc;

use super::end_claimed_order::end_claimed_order;
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::orders::CancelCause;
use crate::placements::{self, Step, UndoError};
use crate::stock::StockUnavailable;

/// Capacity of the queue. The sweeper commits the holds of orders that do not fit.
const CAPACITY: usize = 4_096;
/// Maximum orders per call to catalog.
const BATCH: usize = 200;
/// Tenants that are processed concurrently.
const CONCURRENT_TENANTS: usize = 4;

/// Sending end of the queue of confirmed orders, which [`finish_placements`] receives.
#[derive(Clone)]
pub struct Finisher(mpsc::Sender<(TenantId, OrderId)>);

/// Receiving end of the queue of confirmed orders.
pub type Confirmed = mpsc::Receiver<(TenantId, OrderId)>;

/// Why holds are not committed yet. The sagas remain and a sweeper retries.
#[derive(Debug, thiserror::Error)]
pub enum CommitHoldsError {
    #[error(transparent)]
    Stock(#[from] StockUnavailable),
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Finisher {
    /// Creates the queue and returns both ends.
    pub fn channel() -> (Self, Confirmed) {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        (Self(sender), receiver)
    }

    /// Never waits. The saga is saved, so a lost notification only delays the commit until the next sweep.
    pub fn notify(&self, tenant: TenantId, order: OrderId) {
        if self.0.try_send((tenant, order)).is_err() {
            tracing::debug!(order.id = %order, "queue is full: the sweeper commits the hold");
        }
    }
}

/// Commits the holds of queued orders until shutdown. While one batch runs, the next one accumulates.
pub async fn finish_placements(app: Arc<App>, mut confirmed: Confirmed) {
    let token = app.tasks.token();
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            received = confirmed.recv_many(&mut batch, BATCH) => if received == 0 { return },
            () = token.cancelled() => return,
        }
        let mut by_tenant: HashMap<TenantId, Vec<OrderId>> = HashMap::new();
        for (tenant, order) in batch {
            by_tenant.entry(tenant).or_default().push(order);
        }
        stream::iter(by_tenant)
            .for_each_concurrent(CONCURRENT_TENANTS, async |(tenant, orders)| {
                if let Err(error) = commit_holds(&app, tenant, &orders).await {
                    tracing::warn!(
                        tenant.id = %tenant,
                        error = %service::log::chain(&error),
                        "committing holds deferred to the sweeper"
                    );
                }
            })
            .await;
    }
}

/// Commits the holds of a tenant's confirmed orders. An order whose units are no longer available is cancelled.
pub async fn commit_holds(
    app: &App,
    tenant: TenantId,
    orders: &[OrderId],
) -> Result<(), CommitHoldsError> {
    let deadline = Deadline::after(deadlines::INTERNAL_CALL);
    let results = app.stock.commit(tenant, orders, deadline).await?;
    app.reached(Checkpoint::HoldsCommitted).await;
    let (committed, lost): (Vec<CommitResult>, Vec<CommitResult>) = results
        .into_iter()
        .partition(|result| result.outcome == CommitOutcome::Committed);
    if !committed.is_empty() {
        let sold: Vec<OrderId> = committed.iter().map(|result| result.order).collect();
        let mut tx = app.command_db.write(tenant).await?;
        placements::delete_placements(&mut tx, &sold, Step::Committing).await?;
        tx.commit().await?;
    }
    for result in lost {
        cancel_lost_order(app, tenant, result.order, Step::Committing).await?;
    }
    Ok(())
}

/// Cancels an order whose hold had expired and whose units were sold to others. Voids its payment.
pub async fn cancel_lost_order(
    app: &App,
    tenant: TenantId,
    order: OrderId,
    step: Step,
) -> Result<(), UndoError> {
    tracing::warn!(order.id = %order, "order is cancelled: its stock is no longer available");
    let cause = CancelCause::StockLost;
    end_claimed_order(app, tenant, order, cause, |saga| saga.step == step).await
}
