//! The envelope of every message: `CloudEvents` 1.0, JSON format, structured mode.

use chrono::{DateTime, Utc};
use ids::{EventId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The `CloudEvents` version of the envelopes that are written.
pub const SPEC_VERSION: &str = "1.0";

/// One event as a message. Extension attributes are lower case without separators, as the specification requires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique id; consumers de-duplicate by it.
    pub id: EventId,
    /// The publishing service, e.g. `/orders`.
    pub source: String,
    /// Event type, e.g. `order.placed.v1`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Id of the entity that the event is about.
    pub subject: String,
    /// When it happened, UTC.
    pub time: DateTime<Utc>,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Extension: the tenant that the event belongs to.
    pub tenantid: TenantId,
    /// Extension: the stream of the event log, e.g. `orders`.
    pub stream: String,
    /// Extension: the dense sequence number in (tenant, stream), as decimal text.
    pub sequence: String,
    /// Extension (distributed tracing): W3C trace context of the command that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The payload of the event type.
    pub data: Value,
}

impl Envelope {
    /// `sequence` as a number; `None` if it is not a number.
    pub fn seq(&self) -> Option<i64> {
        self.sequence.parse().ok()
    }
}
