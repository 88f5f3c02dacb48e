//! Deletes old keys, in small transactions. The API promises to keep a key for at least 24 hours.

use chrono::TimeDelta;
use database::{PlatformDb, StoreError};

use crate::{Idempotency, store};

const RETENTION: TimeDelta = TimeDelta::hours(48);
const BATCH: u16 = 1_000;

impl Idempotency {
    /// Deletes the finished keys of all tenants that are older than two days. Returns the number of deleted keys.
    pub async fn delete_old_keys(&self, platform: &PlatformDb) -> Result<u64, StoreError> {
        let before = self.clock.now() - RETENTION;
        let mut tx = platform.transaction().await?;
        let tenants = store::list_tenants_with_old_keys(&mut tx, before).await?;
        tx.commit().await?;

        let mut deleted = 0;
        for tenant in tenants {
            loop {
                let mut tx = self.db.write(tenant).await?;
                let batch = store::delete_old_keys(&mut tx, before, BATCH).await?;
                tx.commit().await?;
                deleted += batch;
                if batch < u64::from(BATCH) {
                    break;
                }
            }
        }
        Ok(deleted)
    }
}
