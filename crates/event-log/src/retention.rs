//! Retention: removing events and inbox rows that are older than any reader may need.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use database::{PlatformDb, StoreError};
use service::telemetry::catalogue;
use service::{Clock, Tasks};

use crate::{inbox, store};

/// Retention of events.
const KEEP_EVENTS: TimeDelta = TimeDelta::days(30);
/// Retention of handled messages in an inbox; longer than that of events, because the record of a
/// handled message must outlast every replay of the log.
const KEEP_INBOX: TimeDelta = TimeDelta::days(45);
const INTERVAL: Duration = Duration::from_hours(1);
const BATCH: u32 = 1_000;

/// Removes old events and inbox rows once an hour, in the background, until the process stops. Any
/// number of processes may run it.
pub fn run(platform: PlatformDb, clock: Arc<dyn Clock>, tasks: &Tasks) {
    let token = tasks.token();
    tasks.spawn("event_log.retention", async move {
        loop {
            let now = clock.now();
            let round = async {
                trim(&platform, now - KEEP_EVENTS, BATCH).await?;
                inbox::trim(&platform, now - KEEP_INBOX, BATCH).await
            };
            tokio::select! {
                () = token.cancelled() => return,
                outcome = round => if let Err(error) = outcome {
                    tracing::warn!(error = %service::log::chain(&error), "retention run failed");
                },
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    });
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
