//! Gives back what an order holds that does not exist or is cancelled: its stock, then its payment.

use database::StoreError;
use ids::TenantId;
use service::Deadline;

use super::model::{Step, Undo};
use super::store;
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::payment_provider::{NoAnswer, PaymentKey};
use crate::stock::StockUnavailable;

/// Why something could not be given back yet. The saga stays and a sweeper tries again.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error(transparent)]
    Stock(#[from] StockUnavailable),
    #[error(transparent)]
    Payment(#[from] NoAnswer),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every part is idempotent, so a repeat from the start is harmless. The row goes last.
pub async fn undo_placement(
    app: &App,
    tenant: TenantId,
    undo: &Undo,
    deadline: Deadline,
) -> Result<(), UndoError> {
    app.stock
        .release(tenant, undo.order, &undo.reason, deadline)
        .await?;
    app.checkout.reached(Checkpoint::StockReleased).await;
    if undo.has_payment {
        app.payments
            .void(PaymentKey {
                tenant,
                order: undo.order,
            })
            .await?;
        app.checkout.reached(Checkpoint::PaymentVoided).await;
    }
    let mut tx = app.checkout.db.write(tenant).await?;
    store::delete_placements(&mut tx, &[undo.order], Step::Undoing).await?;
    tx.commit().await?;
    Ok(())
}
