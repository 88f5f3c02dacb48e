//! The gateway reads access changes: what revoked or changed access before the access token expired.

use std::time::Duration;

use database::ReadSnapshot;
use event_contracts::Stream;
use event_contracts::accounts::{
    SessionEndedV1, StaffMemberUpdatedV1, TenantResumedV1, TenantSuspendedV1,
};
use event_cursor::Position;
use event_log::{EventFilter, EventPage, ReadError, StoredEvent};
use internal_api::accounts::{
    AccessChange, AccessChangeKind, AccessChangesRequest, AccessChangesResponse,
};
use subgraph::{Call, InternalFailure};

use crate::app::App;

const STREAM: &str = Stream::ACCOUNTS.name;
/// Limit of changes in one response.
const PAGE_LIMIT: u32 = 500;
/// Tolerance for clock skew between processes, and for concurrent commands whose order in the log differs from the order of
/// their times.
const CLOCK_SKEW_MARGIN: Duration = Duration::from_mins(1);

/// The payload of an event does not match its type.
#[derive(Debug, thiserror::Error)]
#[error("an event of the accounts stream cannot be read")]
struct Unreadable(#[from] serde_json::Error);

impl From<Unreadable> for InternalFailure {
    fn from(error: Unreadable) -> Self {
        Self::failed(&error)
    }
}

/// The next page of the stream. It restarts when the request has no position, or one that the log does not contain.
pub async fn list_access_changes(
    call: Call<App, AccessChangesRequest>,
) -> Result<AccessChangesResponse, InternalFailure> {
    let Call { app, request, .. } = call;
    let snapshot = app.db.snapshot(request.tenant);
    let page = read_page(&app, &snapshot, request.after).await?;
    snapshot.finish().await?;
    let mut changes = Vec::with_capacity(page.events.len());
    for event in page.events {
        changes.extend(kind(&event)?.map(|kind| AccessChange {
            seq: event.seq,
            occurred_at: event.occurred_at,
            kind,
        }));
    }
    Ok(AccessChangesResponse {
        epoch: page.epoch,
        position: page.scanned_to,
        has_more: page.has_more,
        changes,
    })
}

async fn read_page(
    app: &App,
    snapshot: &ReadSnapshot,
    after: Option<i64>,
) -> Result<EventPage, ReadError> {
    let mut connection = snapshot.lock().await?;
    let everything = EventFilter::default();
    if let Some(seq) = after {
        let epoch = event_log::head(&mut connection, STREAM).await?.epoch;
        let known = Some(Position { epoch, seq });
        let page =
            event_log::read_page(&mut connection, STREAM, known, PAGE_LIMIT, &everything).await;
        if !matches!(page, Err(ReadError::Expired)) {
            return page;
        }
    }
    // No valid access token is older than its lifetime, so earlier events concern none.
    let since = app.now() - app.sessions.access_token_lifetime - CLOCK_SKEW_MARGIN;
    let start = event_log::position_before(&mut connection, STREAM, since).await?;
    event_log::read_page(
        &mut connection,
        STREAM,
        Some(start),
        PAGE_LIMIT,
        &everything,
    )
    .await
}

/// The access change of an event; `None` for event types that change no access.
fn kind(event: &StoredEvent) -> Result<Option<AccessChangeKind>, Unreadable> {
    if let Some(ended) = event.decode::<SessionEndedV1>()? {
        let session = ended.session_id;
        return Ok(Some(AccessChangeKind::SessionEnded { session }));
    }
    if let Some(updated) = event.decode::<StaffMemberUpdatedV1>()? {
        return Ok(Some(AccessChangeKind::StaffMemberChanged {
            staff: updated.staff_member_id,
            role: updated.active.then_some(updated.role),
        }));
    }
    if event.decode::<TenantSuspendedV1>()?.is_some() {
        return Ok(Some(AccessChangeKind::TenantSuspended));
    }
    let resumed = event.decode::<TenantResumedV1>()?;
    Ok(resumed.map(|_| AccessChangeKind::TenantResumed))
}
