//! Role `work` forgets what repeats of long ago were answered.

use chrono::TimeDelta;
use database::StoreError;

use super::store;
use crate::app::App;

/// The contract promises 24 hours.
const KEPT_HOURS: i64 = 48;
const BATCH: i64 = 1_000;

/// Removes keys that are older than they need to be; answers how many.
pub async fn forget_idempotency_keys(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - TimeDelta::hours(KEPT_HOURS);
    let mut platform = app.platform.transaction().await?;
    let deleted = store::delete_idempotency_keys_before(&mut platform, before, BATCH).await?;
    platform.commit().await?;
    Ok(deleted)
}
