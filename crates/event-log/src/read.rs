//! Reading a stream by position.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantConnection};

use crate::store::PageQuery;
use crate::{EventFilter, EventPage, Position, store};

/// Events that one page may carry.
const MAX_LIMIT: u32 = 1_000;
/// Events that one read looks at. A filter that matches little gives a short page with a far
/// `scanned_to` rather than a slow query.
const SCAN_LIMIT: i64 = 2_000;

/// Why a stream could not be read from a position.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// What stands there is no longer kept, or the position is of another log.
    #[error("position has expired")]
    Expired,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads at most `limit` matching events after a position, oldest first; `None` begins with the
/// oldest event that is kept.
pub async fn read_page(
    conn: &mut impl TenantConnection,
    stream: &str,
    after: Option<Position>,
    limit: u32,
    filter: &EventFilter,
) -> Result<EventPage, ReadError> {
    let limit = limit.clamp(1, MAX_LIMIT);
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

/// The newest place of a stream, as of the connection's snapshot.
pub async fn head(conn: &mut impl TenantConnection, stream: &str) -> Result<Position, StoreError> {
    store::find_head(conn, stream).await
}

/// The place right after the newest event that happened before `since`: reading on from there gives
/// everything younger. Events of commands that ran side by side may stand in the log in another order
/// than their times say, by as much as a command takes: ask for somewhat more than is needed.
pub async fn position_before(
    conn: &mut impl TenantConnection,
    stream: &str,
    since: DateTime<Utc>,
) -> Result<Position, StoreError> {
    store::find_position_before(conn, stream, since).await
}
