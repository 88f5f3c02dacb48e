//! Polls the provider for a payment that had no answer, and confirms or cancels the pending order.

use chrono::TimeDelta;
use database::StoreError;
use ids::TenantId;
use internal_api::inventory::CommitOutcome;
use service::{Deadline, deadlines};

use super::commit_holds::cancel_lost_order;
use super::end_claimed_order::end_claimed_order;
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::orders::{self, CancelCause, events};
use crate::payment_provider::{NoAnswer, PaymentKey, PaymentState};
use crate::placements::{self, Placement, Step, UndoError};
use crate::stock::StockUnavailable;

/// After this time without a decision of the provider the payment has failed, so that the order is confirmed or
/// cancelled within a minute of placing.
const DECISION_TIMEOUT: TimeDelta = TimeDelta::seconds(45);

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
    let found = placements::lock_placement(&mut tx, saga.order).await?;
    if !found.is_some_and(|found| still_claimed(&found, saga)) {
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
    let cause = CancelCause::PaymentFailed;
    let is_current = |found: &Placement| still_claimed(found, saga);
    Ok(end_claimed_order(app, tenant, saga.order, cause, is_current).await?)
}

/// Whether the saga still awaits its payment and this sweeper's claim is still valid.
fn still_claimed(found: &Placement, claimed: &Placement) -> bool {
    found.step == Step::AwaitingPayment && found.attempts == claimed.attempts
}
