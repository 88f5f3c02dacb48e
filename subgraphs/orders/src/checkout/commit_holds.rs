//! Turns the holds of confirmed orders into sales, after the buyers have their answers, in batches per shop.

use std::collections::HashMap;
use std::sync::Arc;

use database::StoreError;
use futures_util::{StreamExt, stream};
use ids::{OrderId, TenantId};
use internal_api::inventory::{CommitOutcome, CommitResult};
use service::{Deadline, deadlines};
use tokio::sync::mpsc;

use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::orders::{self, CancelCause, EventSource};
use crate::placements::{self, Step, Undo, UndoError};
use crate::stock::StockUnavailable;

/// Orders that may wait. What finds no room is left to the sweeper.
const CAPACITY: usize = 4_096;
/// Orders of one call to catalog.
const BATCH: usize = 200;
/// Shops that are worked on at the same time.
const SHOPS: usize = 4;

/// Hands confirmed orders over to [`finish_placements`].
#[derive(Clone)]
pub struct Finisher(mpsc::Sender<(TenantId, OrderId)>);

/// Orders that were handed over.
pub type Confirmed = mpsc::Receiver<(TenantId, OrderId)>;

/// Why holds are not committed yet. The sagas stay and a sweeper tries again.
#[derive(Debug, thiserror::Error)]
pub enum CommitHoldsError {
    #[error(transparent)]
    Stock(#[from] StockUnavailable),
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error("an event cannot be written")]
    Encoding(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Finisher {
    /// Both ends of the handover.
    pub fn channel() -> (Self, Confirmed) {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        (Self(sender), receiver)
    }

    /// Never waits: the saga is saved, so a lost notice costs time and nothing else.
    pub fn notify(&self, tenant: TenantId, order: OrderId) {
        if self.0.try_send((tenant, order)).is_err() {
            tracing::debug!(order.id = %order, "hold is committed by the sweeper");
        }
    }
}

/// Commits what is handed over until the process stops. While one batch is on its way the next one grows.
pub async fn finish_placements(app: Arc<App>, mut confirmed: Confirmed) {
    let token = app.tasks.token();
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            received = confirmed.recv_many(&mut batch, BATCH) => if received == 0 { return },
            () = token.cancelled() => return,
        }
        let mut shops: HashMap<TenantId, Vec<OrderId>> = HashMap::new();
        for (tenant, order) in batch {
            shops.entry(tenant).or_default().push(order);
        }
        stream::iter(shops)
            .for_each_concurrent(SHOPS, async |(tenant, orders)| {
                if let Err(error) = commit_holds(&app, tenant, &orders).await {
                    tracing::warn!(tenant.id = %tenant, error = %error, "holds are committed later");
                }
            })
            .await;
    }
}

/// Commits the holds of a shop's confirmed orders. An order whose units are gone is cancelled.
pub async fn commit_holds(
    app: &App,
    tenant: TenantId,
    orders: &[OrderId],
) -> Result<(), CommitHoldsError> {
    let deadline = Deadline::after(deadlines::INTERNAL_CALL);
    let results = app.stock.commit(tenant, orders, deadline).await?;
    app.checkout.reached(Checkpoint::HoldsCommitted).await;
    let (committed, lost): (Vec<CommitResult>, Vec<CommitResult>) = results
        .into_iter()
        .partition(|result| result.outcome == CommitOutcome::Committed);
    if !committed.is_empty() {
        let sold: Vec<OrderId> = committed.iter().map(|result| result.order).collect();
        let mut tx = app.checkout.db.write(tenant).await?;
        placements::delete_placements(&mut tx, &sold, Step::Committing).await?;
        tx.commit().await?;
    }
    for result in lost {
        cancel_lost_order(app, tenant, result.order, Step::Committing).await?;
    }
    Ok(())
}

/// The hold had run out and the units were sold to others: the order ends, its payment is given back.
pub async fn cancel_lost_order(
    app: &App,
    tenant: TenantId,
    order: OrderId,
    step: Step,
) -> Result<(), CommitHoldsError> {
    let now = app.now();
    let mut tx = app.checkout.db.write(tenant).await?;
    let saga = placements::lock_placement(&mut tx, order)
        .await?
        .filter(|saga| saga.step == step);
    let found = orders::lock_order(&mut tx, order).await?;
    let (Some(_saga), Some(mut order)) = (saga, found) else {
        return Ok(());
    };
    if order.cancel(CancelCause::StockLost, now).is_err() {
        return Ok(());
    }
    let reason = "stock ran out";
    let undo = Undo {
        order: order.id,
        has_payment: order.takes_payment(),
        reason: reason.to_owned(),
    };
    orders::update_status(&mut tx, &order, Some(reason)).await?;
    placements::upsert_undoing(&mut tx, &undo, now, now).await?;
    let source = EventSource {
        ids: &*app.ids,
        now,
        trace: service::trace::current(),
    };
    let event = source.cancelled(&order, Some(reason.to_owned()))?;
    event_log::append(&mut tx, orders::STREAM, &[event]).await?;
    tx.commit().await?;
    app.waker.wake();
    tracing::warn!(order.id = %order.id, "confirmed order was cancelled: its stock was gone");
    placements::undo_placement(
        app,
        tenant,
        &undo,
        Deadline::after(deadlines::INTERNAL_CALL),
    )
    .await?;
    Ok(())
}
