//! Deletes idempotency keys after two days, in small transactions. The API promises at least 24 hours.

use chrono::TimeDelta;
use database::StoreError;

use super::store;
use crate::app::App;

const RETENTION: TimeDelta = TimeDelta::hours(48);
const BATCH: i64 = 1_000;

/// Deletes the finished keys of all tenants that are older than two days. Returns the number of deleted keys.
pub async fn delete_old_keys(app: &App) -> Result<u64, StoreError> {
    let before = app.now() - RETENTION;
    let mut tx = app.platform.transaction().await?;
    let tenants = store::list_tenants_with_old_keys(&mut tx, before).await?;
    tx.commit().await?;

    let mut deleted = 0;
    for tenant in tenants {
        loop {
            let mut tx = app.checkout.db.write(tenant).await?;
            let batch = store::delete_old_keys(&mut tx, before, BATCH).await?;
            tx.commit().await?;
            deleted += batch;
            if batch < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    Ok(deleted)
}
