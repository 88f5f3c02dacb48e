//! Gives up a placement that has no order yet.

use chrono::{DateTime, Utc};
use database::StoreError;
use idempotency::Key;
use ids::TenantId;

use super::model::Undo;
use super::store;
use crate::app::App;
use crate::checkpoint::Checkpoint;

/// The right to give up a placement.
pub struct Abandonment<'a> {
    /// The key to free.
    pub key: Option<&'a Key>,
    /// The number of attempts of a sweeper's claim; `None` for the request that placed it.
    pub attempts: Option<i32>,
    /// When a sweeper undoes the placement, unless that has been done.
    pub due_at: DateTime<Utc>,
}

/// Marks a `STARTED` saga `UNDOING`, so that it cannot become an order, and frees its key. Returns false when the saga has
/// moved on. Afterwards the caller undoes the placement.
pub async fn abandon_placement(
    app: &App,
    tenant: TenantId,
    undo: &Undo,
    abandonment: Abandonment<'_>,
) -> Result<bool, StoreError> {
    let Abandonment {
        key,
        attempts,
        due_at,
    } = abandonment;
    let mut tx = app.command_db.write(tenant).await?;
    if !store::update_to_undoing(&mut tx, undo, attempts, due_at).await? {
        return Ok(false);
    }
    if let Some(key) = key {
        idempotency::free(&mut tx, key, undo.order.uuid()).await?;
    }
    tx.commit().await?;
    app.reached(Checkpoint::GivenUp).await;
    Ok(true)
}
