//! Expires holds that were not committed in time; a job of role `work`.

use std::collections::{BTreeMap, BTreeSet};

use database::StoreError;
use ids::{OrderId, TenantId, VariantId};

use super::ledger::Ledger;
use super::model::{Cause, HoldState};
use super::record_movements::record_movements;
use super::release_hold::release_units;
use super::store;
use crate::app::App;

/// Most holds that one run expires; the next run takes the rest.
const BATCH: i64 = 500;

/// Expires overdue holds of all tenants; returns how many. Several processes may run it at once.
pub async fn expire_holds(app: &App) -> Result<usize, StoreError> {
    let mut platform = app.platform.transaction().await?;
    let due = store::list_due_holds(&mut platform, app.clock.now(), BATCH).await?;
    platform.commit().await?;
    let mut by_tenant: BTreeMap<TenantId, Vec<OrderId>> = BTreeMap::new();
    for (tenant, order) in due {
        by_tenant.entry(tenant).or_default().push(order);
    }
    let mut expired = 0_usize;
    for (tenant, orders) in by_tenant {
        let ended = database::retry(|| expire_in_one_transaction(app, tenant, &orders)).await?;
        expired = expired.saturating_add(ended);
    }
    Ok(expired)
}

async fn expire_in_one_transaction(
    app: &App,
    tenant: TenantId,
    orders: &[OrderId],
) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let mut tx = app.db.write(tenant).await?;
    let holds = store::lock_due_holds(&mut tx, orders, now).await?;
    if holds.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let variants: BTreeSet<VariantId> = holds
        .values()
        .flat_map(|hold| hold.lines.iter().map(|line| line.variant))
        .collect();
    let variants: Vec<VariantId> = variants.into_iter().collect();
    let mut ledger = Ledger::new(store::lock_levels(&mut tx, &variants).await?);
    for hold in holds.values() {
        release_units(&mut ledger, hold).map_err(StoreError::inconsistent)?;
    }
    let ended: Vec<OrderId> = holds.into_keys().collect();
    store::update_hold_states(&mut tx, &ended, HoldState::Expired, now).await?;
    record_movements(app, tx, &ledger.into_movements(), Cause::EXPIRY).await?;
    tracing::info!(tenant.id = %tenant, holds = ended.len(), "holds expired");
    Ok(ended.len())
}
