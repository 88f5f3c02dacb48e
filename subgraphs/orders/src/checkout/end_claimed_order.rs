//! Ends the order of a saga that cannot be finished.

use ids::{OrderId, TenantId};
use service::{Deadline, deadlines};

use crate::app::App;
use crate::orders::{self, CancelCause};
use crate::placements::{self, Placement, UndoError};

/// Cancels the order of a saga and undoes its placement. Does nothing when the saga has moved on, which `is_current` tells,
/// or the order has ended.
pub async fn end_claimed_order(
    app: &App,
    tenant: TenantId,
    order: OrderId,
    cause: CancelCause,
    is_current: impl Fn(&Placement) -> bool,
) -> Result<(), UndoError> {
    let mut tx = app.command_db.write(tenant).await?;
    let saga = placements::lock_placement(&mut tx, order).await?;
    if !saga.as_ref().is_some_and(is_current) {
        return Ok(());
    }
    let Some(mut order) = orders::lock_order(&mut tx, order).await? else {
        return Ok(());
    };
    let (reason, now) = (Some(cause.text()), app.now());
    let ended = orders::end_order(&mut tx, &mut order, cause, reason, now).await?;
    let Ok(events) = ended else {
        return Ok(());
    };
    app.log.commit(tx, events).await?;
    let undo = orders::undo_of(&order, cause);
    let deadline = Deadline::after(deadlines::INTERNAL_CALL);
    placements::undo_placement(app, tenant, &undo, deadline).await
}
