//! Retention: removing events and inbox rows that are older than any reader may need.

use chrono::{DateTime, TimeDelta, Utc};
use database::{PlatformDb, StoreError};
use service::telemetry::catalogue;

use crate::{inbox, store};

/// Retention of events.
const KEEP_EVENTS: TimeDelta = TimeDelta::days(30);
/// Retention of handled messages in an inbox; longer than that of events, because the record of a
/// handled message must outlast every replay of the log.
const KEEP_INBOX: TimeDelta = TimeDelta::days(45);
const BATCH: u32 = 1_000;

/// Removes the events and inbox rows whose retention is over at `now`. Any number of processes may
/// do it at once. Returns the number of removed rows.
pub async fn trim_old(platform: &PlatformDb, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let events = trim(platform, now - KEEP_EVENTS, BATCH).await?;
    let received = inbox::trim(platform, now - KEEP_INBOX, BATCH).await?;
    Ok(events + received)
}

/// Removes events that happened before `older_than` from the start of every stream, in batches with
/// a transaction each. First the stream's `min_seq` advances, so that readers of the removed events
/// get [`Expired`](crate::ReadError::Expired); then the rows are deleted. Events that the relay has
/// not published are kept, whatever their age. Returns the number of removed events.
pub async fn trim(
    platform: &PlatformDb,
    older_than: DateTime<Utc>,
    batch: u32,
) -> Result<u64, StoreError> {
    let batch = i64::from(batch.max(1));
    let mut tx = platform.transaction().await?;
    let streams = store::list_published_streams(&mut tx).await?;
    tx.commit().await?;
    let mut removed = 0;
    for (tenant, stream) in streams {
        let key = (tenant, stream.as_str());
        loop {
            let mut tx = platform.transaction().await?;
            let passed = store::update_min_seq(&mut tx, key, older_than, batch).await?;
            tx.commit().await?;
            let mut tx = platform.transaction().await?;
            // Also deletes rows that an interrupted earlier run left.
            let deleted = store::delete_passed_events(&mut tx, key, batch).await?;
            tx.commit().await?;
            removed += deleted;
            if passed == 0 && deleted == 0 {
                break;
            }
        }
    }
    metrics::counter!(catalogue::EVENTS_TRIMMED_TOTAL).increment(removed);
    Ok(removed)
}
