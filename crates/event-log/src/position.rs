//! The events and pages that reads return.

use chrono::{DateTime, Utc};
use event_cursor::Position;
use ids::EventId;
use uuid::Uuid;

/// An event of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Dense number within (tenant, stream), from 1.
    pub seq: i64,
    /// Id of the event.
    pub id: EventId,
    /// Event type, e.g. `order.placed.v1`.
    pub event_type: String,
    /// Ids of the affected entities; the first is the subject of the message.
    pub subjects: Vec<String>,
    /// Payload, as the event type defines it.
    pub payload: serde_json::Value,
    /// W3C trace context of the command that caused the event.
    pub trace: Option<String>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// Filter of a reader; an absent part matches every event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Event types, e.g. `order.placed.v1`; an empty list matches no event.
    pub types: Option<Vec<String>>,
    /// Matches events with at least one of these subjects; an empty list matches no event.
    pub subject_any: Option<Vec<String>>,
}

/// A part of a stream, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// Matching events in ascending order.
    pub events: Vec<StoredEvent>,
    /// Epoch of the log.
    pub epoch: Uuid,
    /// Seq up to which events were scanned, even when none matched.
    pub scanned_to: i64,
    /// Highest seq of the stream.
    pub head: i64,
    /// Lowest seq that is kept.
    pub min_seq: i64,
    /// Whether there are events after `scanned_to`. The page may be empty nevertheless: a read scans a
    /// bounded part of the stream.
    pub has_more: bool,
}

impl EventPage {
    /// The position right after an event of this page.
    pub fn position_of(&self, seq: i64) -> Position {
        Position {
            epoch: self.epoch,
            seq,
        }
    }

    /// The position from which to continue reading.
    pub fn end(&self) -> Position {
        self.position_of(self.scanned_to)
    }
}
