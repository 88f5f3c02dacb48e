//! Deletes old idempotency keys with their saved replies; a job of role `work`.

use chrono::TimeDelta;
use database::StoreError;

use super::store;
use crate::app::App;

/// The API contract guarantees 24 hours.
const RETENTION_HOURS: i64 = 48;
/// Most keys that one run deletes.
const BATCH: i64 = 1_000;

/// Deletes keys of all tenants that are past their retention; returns how many.
pub async fn forget_idempotency_keys(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - TimeDelta::hours(RETENTION_HOURS);
    let mut platform = app.platform.transaction().await?;
    let deleted = store::delete_idempotency_keys_before(&mut platform, before, BATCH).await?;
    platform.commit().await?;
    Ok(deleted)
}
