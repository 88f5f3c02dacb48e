//! Events before they are appended.

use chrono::{DateTime, Utc};
use database::StoreError;
use event_contracts::{Event, EventType};
use ids::{EventId, TenantId};
use service::TraceContext;

/// Separates the subjects of one event in a bind parameter. Ids never contain it.
const SEPARATOR: char = '\u{1f}';

/// An event to be appended: a payload, when it happened and the entities that it is about.
#[derive(Debug)]
pub struct Recorded {
    /// Id of the event; consumers de-duplicate by it. `None`: a new id.
    pub id: Option<EventId>,
    /// Its type, which also names the stream.
    pub event_type: EventType,
    /// Id of the entity that it is about, the subject of the message. `None`: the tenant.
    pub subject: Option<String>,
    /// Ids of the other affected entities.
    pub also_about: Vec<String>,
    /// The encoded payload. An error of encoding is returned when the event is appended.
    pub payload: Result<serde_json::Value, serde_json::Error>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Trace that caused the event; `None` takes the current one. Set by commands that run in batches.
    pub trace: Option<TraceContext>,
}

impl Recorded {
    /// The event with this payload.
    pub fn at<E: Event>(occurred_at: DateTime<Utc>, event: E) -> Self {
        Self {
            id: None,
            event_type: E::TYPE,
            subject: event.subject(),
            also_about: Vec::new(),
            payload: serde_json::to_value(event),
            occurred_at,
            trace: None,
        }
    }

    /// Adds ids of other affected entities: readers find the event by them too.
    #[must_use]
    pub fn also_about(mut self, ids: impl IntoIterator<Item: ToString>) -> Self {
        self.also_about
            .extend(ids.into_iter().map(|id| id.to_string()));
        self
    }
}

/// Events of one stream as rows to insert, column by column. All columns have the same length.
#[derive(Default)]
pub(crate) struct NewRows {
    pub(crate) ids: Vec<EventId>,
    pub(crate) types: Vec<&'static str>,
    pub(crate) versions: Vec<i16>,
    pub(crate) subjects: Vec<String>,
    pub(crate) payloads: Vec<serde_json::Value>,
    pub(crate) traces: Vec<Option<String>>,
    pub(crate) times: Vec<DateTime<Utc>>,
}

/// A payload that has no JSON form.
#[derive(Debug, thiserror::Error)]
#[error("payload of {event_type} cannot be encoded")]
struct PayloadUnencodable {
    event_type: &'static str,
    source: serde_json::Error,
}

impl NewRows {
    pub(crate) fn push(
        &mut self,
        tenant: TenantId,
        id: EventId,
        event: Recorded,
    ) -> Result<(), StoreError> {
        let event_type = event.event_type.name;
        let payload = event.payload.map_err(|source| {
            let error = PayloadUnencodable { event_type, source };
            sqlx::Error::Encode(Box::new(error))
        })?;
        let mut subjects = vec![event.subject.unwrap_or_else(|| tenant.to_string())];
        subjects.extend(event.also_about);
        let trace = event.trace.or_else(service::trace::current);
        self.ids.push(id);
        self.types.push(event_type);
        self.versions.push(version_of(event_type));
        self.subjects
            .push(subjects.join(SEPARATOR.encode_utf8(&mut [0; 4])));
        self.payloads.push(payload);
        self.traces.push(trace.map(|trace| trace.to_traceparent()));
        self.times.push(event.occurred_at);
        Ok(())
    }
}

/// The number behind `.v` in an event type; 1 when there is none.
fn version_of(event_type: &str) -> i16 {
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
