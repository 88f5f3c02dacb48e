//! Ends an order before its fulfilment: cancels it and hands its placement over to be undone.

use chrono::{DateTime, TimeDelta, Utc};
use database::{StoreError, TenantTx};
use event_log::Recorded;

use super::model::{CancelCause, CannotCancel, Order};
use super::{events, store};
use crate::placements::{self, UNDO_DUE, Undo};

/// Cancels an order whose saga and row are locked, and moves the saga to `UNDOING`. `reason` is recorded with the order.
/// Returns the events, for the commit. After the commit the caller undoes the placement ([`undo_of`]).
pub(crate) async fn end_order(
    tx: &mut TenantTx<'_>,
    order: &mut Order,
    cause: CancelCause,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Result<Vec<Recorded>, CannotCancel>, StoreError> {
    if let Err(error) = order.cancel(cause, now) {
        return Ok(Err(error));
    }
    let sweeper_waits = match cause {
        // The request undoes the placement.
        CancelCause::Requested => UNDO_DUE,
        // A sweeper does.
        CancelCause::PaymentFailed | CancelCause::StockLost => TimeDelta::zero(),
    };
    store::update_status(tx, order, reason).await?;
    placements::upsert_undoing(tx, &undo_of(order, cause), now, now + sweeper_waits).await?;
    let mut events = Vec::new();
    if cause == CancelCause::PaymentFailed {
        events.push(events::payment_failed(order, now));
    }
    events.push(events::cancelled(order, reason, now));
    Ok(Ok(events))
}

/// What to release and void for an order that has ended.
pub(crate) fn undo_of(order: &Order, cause: CancelCause) -> Undo {
    Undo {
        order: order.id,
        has_payment: order.takes_payment(),
        reason: cause.text().to_owned(),
    }
}
