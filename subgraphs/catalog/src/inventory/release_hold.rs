//! Releases the units of an order: the orders service calls it when a checkout failed or an order was cancelled.
//!
//! Works for reserved and for committed units. An order without a hold gets a tombstone, so that a hold that arrives later
//! is refused.

use database::StoreError;
use ids::{OrderId, TenantId, VariantId};

use super::ledger::{Ledger, LedgerError};
use super::model::{Cause, Hold, HoldState};
use super::record_movements::record_movements;
use super::store;
use crate::app::App;

/// Releases an order's hold; returns whether this call released units.
pub async fn release_hold(
    app: &App,
    tenant: TenantId,
    order: OrderId,
    reason: &str,
) -> Result<bool, StoreError> {
    database::retry(|| release_in_one_transaction(app, tenant, order, reason)).await
}

async fn release_in_one_transaction(
    app: &App,
    tenant: TenantId,
    order: OrderId,
    reason: &str,
) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let mut tx = app.db.write(tenant).await?;
    store::insert_tombstone(&mut tx, order, now).await?;
    let mut holds = store::lock_holds(&mut tx, &[order]).await?;
    let Some(hold) = holds
        .remove(&order)
        .filter(|hold| hold.state != HoldState::Released)
    else {
        tx.commit().await?;
        return Ok(false);
    };
    let variants: Vec<VariantId> = hold.lines.iter().map(|line| line.variant).collect();
    let mut ledger = Ledger::new(store::lock_levels(&mut tx, &variants).await?);
    release_units(&mut ledger, &hold).map_err(StoreError::inconsistent)?;
    let movements = ledger.into_movements();
    store::update_hold_states(&mut tx, &[order], HoldState::Released, now).await?;
    let cause = Cause {
        reason: Some(reason),
        ..Cause::CHECKOUT
    };
    record_movements(app, tx, &movements, cause).await?;
    Ok(!movements.is_empty())
}

/// Releases the units of a hold in the ledger. A released or expired hold has none left.
pub fn release_units(ledger: &mut Ledger, hold: &Hold) -> Result<(), LedgerError> {
    match hold.state {
        HoldState::Held => ledger.release_reserved(hold.order, &hold.lines),
        HoldState::Committed => ledger.release_committed(hold.order, &hold.lines),
        HoldState::Released | HoldState::Expired => Ok(()),
    }
}
