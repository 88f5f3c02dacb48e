//! What the gateway reads of the log: the compact feed of one stream, and the heads of many streams. The crate
//! `subgraph` mounts the routes.

use std::collections::HashMap;

use database::{PlatformDb, StoreError};
use internal_api::events::{
    FeedEntry, FeedRequest, FeedResponse, HeadsRequest, HeadsResponse, StreamHead, StreamKey,
};

use crate::store;

const MAX_ENTRIES: u32 = 1_000;

/// The entries of one stream after a position: `(seq, type, subjects)`, dense and ascending. A
/// position before `min_seq - 1` or after `head` has expired; then the entries do not continue it.
pub async fn feed(db: &PlatformDb, request: &FeedRequest) -> Result<FeedResponse, StoreError> {
    let limit = i64::from(request.limit.clamp(1, MAX_ENTRIES));
    let mut tx = db.transaction().await?;
    let stream = (request.tenant, request.stream.as_str());
    let (epoch, head, min_seq, rows) =
        store::load_feed(&mut tx, stream, request.after, limit).await?;
    tx.commit().await?;
    let entries = rows
        .into_iter()
        .map(|row| FeedEntry {
            seq: row.seq,
            event_type: row.event_type,
            subjects: row.subjects,
        })
        .collect();
    Ok(FeedResponse {
        epoch,
        min_seq,
        head,
        entries,
    })
}

/// The heads of many streams with one call; a stream without events has head 0.
pub async fn heads(db: &PlatformDb, request: &HeadsRequest) -> Result<HeadsResponse, StoreError> {
    let tenants = request.streams.iter().map(|key| key.tenant).collect();
    let streams = request
        .streams
        .iter()
        .map(|key| key.stream.clone())
        .collect();
    let mut tx = db.transaction().await?;
    let (epoch, rows) = store::load_heads(&mut tx, tenants, streams).await?;
    tx.commit().await?;
    let found: HashMap<StreamKey, (i64, i64)> = rows
        .into_iter()
        .map(|(tenant, stream, head, min_seq)| (StreamKey { tenant, stream }, (head, min_seq)))
        .collect();
    let heads = request
        .streams
        .iter()
        .map(|key| {
            let (head, min_seq) = found.get(key).copied().unwrap_or((0, 1));
            StreamHead {
                tenant: key.tenant,
                stream: key.stream.clone(),
                head,
                min_seq,
            }
        })
        .collect();
    Ok(HeadsResponse { epoch, heads })
}
