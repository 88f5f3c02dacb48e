//! Reading a stream by position.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantConnection};
use event_cursor::Position;

use crate::store::PageQuery;
use crate::{EventFilter, EventPage, store};

/// Largest page, in events.
const MAX_PAGE_SIZE: u32 = 1_000;
/// Limit of the events that one read scans. A filter that matches few events yields a short page
/// with an advanced `scanned_to` instead of a slow query.
const SCAN_LIMIT: i64 = 2_000;

/// Errors of reading a stream from a position.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The events after the position are no longer kept, or the position belongs to another epoch.
    #[error("position has expired")]
    Expired,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads at most `limit` matching events after a position, oldest first; `None` starts with the
/// oldest event that is kept.
pub async fn read_page(
    conn: &mut impl TenantConnection,
    stream: &str,
    after: Option<Position>,
    limit: u32,
    filter: &EventFilter,
) -> Result<EventPage, ReadError> {
    let limit = limit.clamp(1, MAX_PAGE_SIZE);
    let query = PageQuery {
        stream,
        after: after.map(|position| position.seq),
        scan: SCAN_LIMIT.max(i64::from(limit)),
        limit: i64::from(limit),
        filter,
    };
    let found = store::load_page(conn, &query).await?;
    if let Some(position) = after
        && (position.epoch != found.epoch
            || position.seq < found.min_seq - 1
            || position.seq > found.last_seq)
    {
        return Err(ReadError::Expired);
    }
    let start = after.map_or(found.min_seq - 1, |position| position.seq);
    let page_is_full = found.events.len() >= limit as usize;
    let scanned_to = match found.events.last() {
        Some(last) if page_is_full => last.seq,
        _ => found.last_seq.min(start.saturating_add(query.scan)),
    };
    Ok(EventPage {
        events: found.events,
        epoch: found.epoch,
        scanned_to,
        head: found.last_seq,
        min_seq: found.min_seq,
        has_more: scanned_to < found.last_seq,
    })
}

/// Position of the head of a stream, as of the connection's snapshot.
pub async fn head(conn: &mut impl TenantConnection, stream: &str) -> Result<Position, StoreError> {
    store::find_head(conn, stream).await
}

/// The position right after the newest event that happened before `since`: reading from there returns
/// all newer events. Events of concurrent commands may be logged in another order than their times, by
/// as much as a command takes. Choose `since` somewhat earlier than needed.
pub async fn position_before(
    conn: &mut impl TenantConnection,
    stream: &str,
    since: DateTime<Utc>,
) -> Result<Position, StoreError> {
    store::find_position_before(conn, stream, since).await
}
