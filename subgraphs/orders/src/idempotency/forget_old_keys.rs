//! Keys are kept for at least 24 hours; after two days they are removed, in small transactions.

use chrono::TimeDelta;
use database::StoreError;

use super::store;
use crate::app::App;

const KEPT: TimeDelta = TimeDelta::hours(48);
const BATCH: i64 = 1_000;

/// Removes what is older than two days, in every shop. Returns how many keys went.
pub async fn forget_old_keys(app: &App) -> Result<u64, StoreError> {
    let before = app.now() - KEPT;
    let mut tx = app.platform.transaction().await?;
    let tenants = store::list_tenants_with_old_keys(&mut tx, before).await?;
    tx.commit().await?;

    let mut removed = 0;
    for tenant in tenants {
        loop {
            let mut tx = app.checkout.db.write(tenant).await?;
            let batch = store::delete_old_keys(&mut tx, before, BATCH).await?;
            tx.commit().await?;
            removed += batch;
            if batch < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    Ok(removed)
}
