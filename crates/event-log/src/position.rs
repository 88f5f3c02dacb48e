//! Places in a stream, and what stands there.

use chrono::{DateTime, Utc};
use ids::EventId;
use uuid::Uuid;

/// A place in one stream: after the event with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// Epoch of the log; positions of another epoch mean nothing.
    pub epoch: Uuid,
    /// Number of the last event before this place; 0 is before the first.
    pub seq: i64,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Dense number in (tenant, stream), from 1.
    pub seq: i64,
    /// Its id.
    pub id: EventId,
    /// Its type, e.g. `order.placed.v1`.
    pub event_type: String,
    /// Ids that it is about; the first one is the subject of the message.
    pub subjects: Vec<String>,
    /// The payload of the type.
    pub payload: serde_json::Value,
    /// W3C trace context of the command that caused it.
    pub trace: Option<String>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// Which events a reader wants; an absent part lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Types, e.g. `order.placed.v1`; none of them for an empty list.
    pub types: Option<Vec<String>>,
    /// At least one subject in common; nothing for an empty list.
    pub subject_any: Option<Vec<String>>,
}

/// A part of a stream, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// The events that match, ascending.
    pub events: Vec<StoredEvent>,
    /// Epoch of the log.
    pub epoch: Uuid,
    /// Everything up to here has been looked at, also when nothing matched.
    pub scanned_to: i64,
    /// The newest number of the stream.
    pub head: i64,
    /// The oldest number that is kept.
    pub min_seq: i64,
    /// Whether something stands after `scanned_to`. The page may be empty all the same: a read looks
    /// at a bounded part of the stream.
    pub has_more: bool,
}

impl EventPage {
    /// The place right after an event of this page.
    pub fn position_of(&self, seq: i64) -> Position {
        Position {
            epoch: self.epoch,
            seq,
        }
    }

    /// The place from which to read on.
    pub fn end(&self) -> Position {
        self.position_of(self.scanned_to)
    }
}
