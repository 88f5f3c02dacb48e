//! What the gateway asks of every subgraph that owns a stream: how far its logs are.

use ids::TenantId;
use serde::{Deserialize, Serialize};

/// `POST` [`FeedRequest`] → [`FeedResponse`].
pub const FEED: &str = "/internal/feed";
/// `POST` [`HeadsRequest`] → [`HeadsResponse`].
pub const HEADS: &str = "/internal/heads";

/// Asks for the entries of one stream after a position.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeedRequest {
    /// Whose stream.
    pub tenant: TenantId,
    /// Name of the stream, e.g. `orders`.
    pub stream: String,
    /// Position already seen; 0 before the first.
    pub after: i64,
    /// Entries wanted, at most 1,000.
    pub limit: u32,
}

/// A compact part of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedResponse {
    /// Changes when the log was restored or truncated: positions of another epoch mean nothing.
    pub epoch: uuid::Uuid,
    /// The oldest position that is kept.
    pub min_seq: i64,
    /// The newest position.
    pub head: i64,
    /// Dense and ascending.
    pub entries: Vec<FeedEntry>,
}

/// One event, as far as a matcher needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// Position in (tenant, stream).
    pub seq: i64,
    /// Event type, e.g. `order.placed.v1`.
    pub event_type: String,
    /// Ids that it is about: the order and its customer, or the variant.
    pub subjects: Vec<String>,
}

/// Asks for the heads of any number of streams at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeadsRequest {
    /// At most 10,000.
    pub streams: Vec<StreamKey>,
}

/// A stream of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamKey {
    /// Whose.
    pub tenant: TenantId,
    /// Name, e.g. `orders`.
    pub stream: String,
}

/// The heads; a stream without any event has head 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeadsResponse {
    /// Epoch of the log.
    pub epoch: uuid::Uuid,
    /// One per asked stream, in no particular order.
    pub heads: Vec<StreamHead>,
}

/// How far one stream is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamHead {
    /// Whose.
    pub tenant: TenantId,
    /// Name.
    pub stream: String,
    /// The newest position.
    pub head: i64,
    /// The oldest position that is kept.
    pub min_seq: i64,
}
