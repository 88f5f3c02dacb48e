//! The last step of every command that moves stock: writes levels, movement rows and events, and commits.

use std::collections::BTreeMap;

use database::{StoreError, TenantTx};
use event_log::Recorded;
use ids::OrderId;
use service::TraceContext;
use subgraph::Core;

use super::model::{Cause, Movement, RecordedMovement};
use super::{events, store};

/// Writes the movements of the ledger and commits the transaction.
pub async fn record_movements(
    app: &Core,
    tx: TenantTx<'_>,
    movements: &[Movement],
    cause: Cause<'_>,
) -> Result<(), StoreError> {
    record_traced_movements(app, tx, movements, cause, &BTreeMap::new()).await
}

/// Like [`record_movements`], for a batch whose orders come from requests with different traces.
pub async fn record_traced_movements(
    app: &Core,
    mut tx: TenantTx<'_>,
    movements: &[Movement],
    cause: Cause<'_>,
    traces: &BTreeMap<OrderId, TraceContext>,
) -> Result<(), StoreError> {
    let events = write_movements(app, &mut tx, movements, cause, traces).await?;
    app.log.commit(tx, events).await
}

/// Writes the movements of the ledger. Returns their events, for the commit.
pub async fn write_movements(
    app: &Core,
    tx: &mut TenantTx<'_>,
    movements: &[Movement],
    cause: Cause<'_>,
    traces: &BTreeMap<OrderId, TraceContext>,
) -> Result<Vec<Recorded>, StoreError> {
    if movements.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    let recorded: Vec<RecordedMovement> = movements
        .iter()
        .map(|movement| RecordedMovement {
            id: ids::next(&*app.ids),
            movement: *movement,
            occurred_at: now,
        })
        .collect();
    store::update_levels(tx, movements).await?;
    store::update_availability(tx, movements).await?;
    store::insert_movements(tx, &recorded, cause).await?;
    Ok(events::of_movements(&recorded, cause, traces))
}
