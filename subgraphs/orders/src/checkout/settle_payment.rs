//! Polls the provider for a payment that had no answer, and confirms or cancels the pending order.

use chrono::TimeDelta;
use database::StoreError;
use ids::{OrderId, TenantId};
use internal_api::inventory::CommitOutcome;
use service::{Deadline, deadlines};

use super::commit_holds::{CommitHoldsError, cancel_lost_order};
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::orders::{self, CancelCause, events};
use crate::payment_provider::{NoAnswer, PaymentKey, PaymentState};
use crate::placements::{self, Placement, Step, Undo, UndoError};
use crate::stock::StockUnavailable;

/// After this time without a decision of the provider the payment has failed, so that the order is confirmed or
/// cancelled within a minute of placing.
const DECISION_TIMEOUT: TimeDelta = TimeDelta::seconds(45);
const PAYMENT_FAILED: &str = "payment failed";

/// Why an order is still pending. A sweeper retries.
#[derive(Debug, thiserror::Error)]
pub enum SettlePaymentError {
    #[error("the payment provider has not decided yet")]
    Undecided,
    #[error(transparent)]
    Payment(#[from] NoAnswer),
    #[error(transparent)]
    Stock(#[from] StockUnavailable),
    #[error(transparent)]
    Lost(#[from] CommitHoldsError),
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub async fn settle_payment(
    app: &App,
    tenant: TenantId,
    saga: &Placement,
) -> Result<(), SettlePaymentError> {
    let deadline = Deadline::after(deadlines::PAYMENT);
    let state = match deadline
        .run(app.payments.status(PaymentKey {
            tenant,
            order: saga.order,
        }))
        .await
    {
        Ok(Ok(state)) => Ok(state),
        Ok(Err(error)) => Err(SettlePaymentError::Payment(error)),
        Err(_timed_out) => Err(SettlePaymentError::Undecided),
    };
    app.reached(Checkpoint::PaymentKnown).await;
    match state {
        Ok(PaymentState::Authorized) => accept(app, tenant, saga).await,
        Ok(PaymentState::Declined | PaymentState::Voided) => reject(app, tenant, saga).await,
        Ok(PaymentState::Unknown | PaymentState::Pending) | Err(_)
            if app.now() - saga.created_at >= DECISION_TIMEOUT =>
        {
            reject(app, tenant, saga).await
        }
        Ok(PaymentState::Unknown | PaymentState::Pending) => Err(SettlePaymentError::Undecided),
        Err(error) => Err(error),
    }
}

/// Commits the hold before the order is confirmed, so that a confirmed order always has its units.
async fn accept(app: &App, tenant: TenantId, saga: &Placement) -> Result<(), SettlePaymentError> {
    let deadline = Deadline::after(deadlines::INTERNAL_CALL);
    let results = app.stock.commit(tenant, &[saga.order], deadline).await?;
    app.reached(Checkpoint::HoldsCommitted).await;
    match results
        .iter()
        .find(|result| result.order == saga.order)
        .map(|result| result.outcome)
    {
        Some(CommitOutcome::Committed) => {}
        Some(CommitOutcome::Lost) => {
            return Ok(cancel_lost_order(app, tenant, saga.order, Step::AwaitingPayment).await?);
        }
        None => return Err(SettlePaymentError::Undecided),
    }
    let now = app.now();
    let mut tx = app.command_db.write(tenant).await?;
    if !still_claimed(&mut tx, saga).await? {
        return Ok(());
    }
    let Some(mut order) = orders::lock_order(&mut tx, saga.order).await? else {
        return Ok(());
    };
    if !order.confirm_payment(now) {
        return Ok(());
    }
    orders::update_status(&mut tx, &order, None).await?;
    placements::delete_placements(&mut tx, &[order.id], Step::AwaitingPayment).await?;
    let authorized = events::payment_authorized(&order, now);
    let confirmed = events::confirmed(&order, now);
    Ok(app.log.commit(tx, [authorized, confirmed]).await?)
}

async fn reject(app: &App, tenant: TenantId, saga: &Placement) -> Result<(), SettlePaymentError> {
    let now = app.now();
    let mut tx = app.command_db.write(tenant).await?;
    if !still_claimed(&mut tx, saga).await? {
        return Ok(());
    }
    let Some(mut order) = orders::lock_order(&mut tx, saga.order).await? else {
        return Ok(());
    };
    if order.cancel(CancelCause::PaymentFailed, now).is_err() {
        return Ok(());
    }
    let undo = Undo {
        order: order.id,
        has_payment: true,
        reason: PAYMENT_FAILED.to_owned(),
    };
    orders::update_status(&mut tx, &order, Some(PAYMENT_FAILED)).await?;
    placements::upsert_undoing(&mut tx, &undo, now, now).await?;
    let failed = events::payment_failed(&order, now);
    let cancelled = events::cancelled(&order, Some(PAYMENT_FAILED), now);
    app.log.commit(tx, [failed, cancelled]).await?;
    placements::undo_placement(
        app,
        tenant,
        &undo,
        Deadline::after(deadlines::INTERNAL_CALL),
    )
    .await?;
    Ok(())
}

/// Locks the saga. Returns whether it still awaits its payment and this sweeper's claim is still valid.
async fn still_claimed(
    tx: &mut database::TenantTx<'_>,
    saga: &Placement,
) -> Result<bool, StoreError> {
    let order: OrderId = saga.order;
    let found = placements::lock_placement(tx, order).await?;
    Ok(found.is_some_and(|found| {
        found.step == Step::AwaitingPayment && found.attempts == saga.attempts
    }))
}
