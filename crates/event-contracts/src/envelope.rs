//! The envelope of every message: `CloudEvents` 1.0, JSON format, structured mode.

use chrono::{DateTime, Utc};
use ids::{EventId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the `CloudEvents` specification that we write.
pub const SPEC_VERSION: &str = "1.0";

/// One event on the wire. Extension attributes are lower case without separators, as the specification asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique; consumers de-duplicate by it.
    pub id: EventId,
    /// The service that it comes from, e.g. `/orders`.
    pub source: String,
    /// Event type, e.g. `order.placed.v1`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Id of the thing that it is about.
    pub subject: String,
    /// When it happened, UTC.
    pub time: DateTime<Utc>,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Extension: the tenant that it belongs to.
    pub tenantid: TenantId,
    /// Extension: the stream of the log that it stands in, e.g. `orders`.
    pub stream: String,
    /// Extension: its dense position in (tenant, stream), as decimal text.
    pub sequence: String,
    /// Extension (distributed tracing): W3C trace context of the command that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The payload of the type.
    pub data: Value,
}

impl Envelope {
    /// The position as a number; `None` when the text is none.
    pub fn seq(&self) -> Option<i64> {
        self.sequence.parse().ok()
    }
}
