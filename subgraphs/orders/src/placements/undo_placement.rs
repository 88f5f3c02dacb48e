//! Undoes a placement whose order does not exist or is cancelled: releases its stock, then voids its payment.

use database::StoreError;
use ids::TenantId;
use service::{Deadline, DeadlineOver};

use super::model::{Step, Undo};
use super::store;
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::payment_provider::{NoAnswer, PaymentKey};
use crate::stock::StockUnavailable;

/// Why a placement is not undone yet. The saga remains and a sweeper retries.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error(transparent)]
    Stock(#[from] StockUnavailable),
    #[error(transparent)]
    Payment(#[from] NoAnswer),
    #[error(transparent)]
    TimedOut(#[from] DeadlineOver),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Undoes a placement. Every step is idempotent, so a repeat from the start is safe. The saga's row is deleted last.
pub async fn undo_placement(
    app: &App,
    tenant: TenantId,
    undo: &Undo,
    deadline: Deadline,
) -> Result<(), UndoError> {
    app.stock
        .release(tenant, undo.order, &undo.reason, deadline)
        .await?;
    app.reached(Checkpoint::StockReleased).await;
    if undo.has_payment {
        app.payments
            .void(PaymentKey {
                tenant,
                order: undo.order,
            })
            .await?;
        app.reached(Checkpoint::PaymentVoided).await;
    }
    let mut tx = app.command_db.write(tenant).await?;
    store::delete_placements(&mut tx, &[undo.order], Step::Undoing).await?;
    tx.commit().await?;
    Ok(())
}

/// Undoes a placement, at most until the deadline. What fails is left to the sweeper.
pub async fn undo_or_defer(app: &App, tenant: TenantId, undo: &Undo, deadline: Deadline) {
    let undone = deadline
        .run(undo_placement(app, tenant, undo, deadline))
        .await;
    if let Err(error) = undone.unwrap_or_else(|over| Err(over.into())) {
        tracing::warn!(
            order.id = %undo.order,
            error = %service::log::chain(&error),
            "undoing a placement deferred to the sweeper"
        );
    }
}
