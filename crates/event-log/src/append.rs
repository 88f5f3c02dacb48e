//! Appending events in the transaction of the change that they describe.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use ids::EventId;
use service::TraceContext;

use crate::store;

/// An event to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Id of the event; consumers de-duplicate by it.
    pub id: EventId,
    /// Event type, e.g. `order.placed.v1`: aggregate, fact, version.
    pub event_type: &'static str,
    /// Ids of the affected entities, at least one; the first becomes the subject of the message.
    pub subjects: Vec<String>,
    /// Payload, as the event type defines it.
    pub payload: serde_json::Value,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Trace that caused the event; `None` takes the current one. Set by commands that run in
    /// batches.
    pub trace: Option<TraceContext>,
}

/// Appends events to a stream with one statement and returns their seqs.
///
/// Must be the last statement before the commit: it takes the lock of the stream's counter, and
/// every other command of the tenant that appends to the stream waits for the commit.
pub async fn append(
    tx: &mut TenantTx<'_>,
    stream: &'static str,
    events: &[NewEvent],
) -> Result<Vec<i64>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    store::insert_events(tx, stream, events).await
}

/// The number behind `.v` in an event type; 1 when there is none.
pub(crate) fn version_of(event_type: &str) -> i16 {
    event_type
        .rsplit_once(".v")
        .and_then(|(_, version)| version.parse().ok())
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn version_is_the_end_of_the_type() {
        assert_eq!(version_of("order.placed.v1"), 1);
        assert_eq!(version_of("order.voided.v12"), 12);
        assert_eq!(version_of("order.placed"), 1);
    }
}
