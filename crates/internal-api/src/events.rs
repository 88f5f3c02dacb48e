//! Calls from the gateway to every subgraph that owns a stream: the feed and the heads of its event log.

use ids::TenantId;
use serde::{Deserialize, Serialize};

use crate::InternalRequest;

/// `POST` [`FeedRequest`] → [`FeedResponse`].
pub const FEED: &str = "/internal/feed";
/// `POST` [`HeadsRequest`] → [`HeadsResponse`].
pub const HEADS: &str = "/internal/heads";

/// Asks for the entries of one stream after a seq.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeedRequest {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Name of the stream, e.g. `orders`.
    pub stream: String,
    /// Last seq already read; 0 before the first event.
    pub after: i64,
    /// Maximum number of entries, at most 1,000.
    pub limit: u32,
}

impl InternalRequest for FeedRequest {
    const PATH: &'static str = FEED;
    type Response = FeedResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }
}

/// A page of a stream, without payloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedResponse {
    /// Changes when the log was restored or truncated; positions of another epoch are invalid.
    pub epoch: uuid::Uuid,
    /// Lowest retained seq.
    pub min_seq: i64,
    /// Highest seq.
    pub head: i64,
    /// The entries: seqs are dense and ascending.
    pub entries: Vec<FeedEntry>,
}

/// One event, reduced to the fields that subscription matching needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// Sequence number in (tenant, stream).
    pub seq: i64,
    /// Event type, e.g. `order.placed.v1`.
    pub event_type: String,
    /// Ids that the event is about: the order and its customer, or the variant.
    pub subjects: Vec<String>,
}

/// Asks for the heads of any number of streams at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeadsRequest {
    /// The streams, at most 10,000.
    pub streams: Vec<StreamKey>,
}

impl InternalRequest for HeadsRequest {
    const PATH: &'static str = HEADS;
    const MAX_ITEMS: usize = 10_000;
    type Response = HeadsResponse;

    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn items(&self) -> usize {
        self.streams.len()
    }
}

/// A stream of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamKey {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Name of the stream, e.g. `orders`.
    pub stream: String,
}

/// The heads; a stream without events has head 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeadsResponse {
    /// Epoch of the log.
    pub epoch: uuid::Uuid,
    /// One head per requested stream, in no particular order.
    pub heads: Vec<StreamHead>,
}

/// Head of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamHead {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Name of the stream.
    pub stream: String,
    /// Highest seq.
    pub head: i64,
    /// Lowest retained seq.
    pub min_seq: i64,
}
