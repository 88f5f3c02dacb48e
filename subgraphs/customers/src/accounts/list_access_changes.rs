//! The gateway asks what has ended or changed somebody's access before the access token did.

use std::time::Duration;

use database::ReadSnapshot;
use event_contracts::accounts::{
    SESSION_ENDED, STAFF_MEMBER_UPDATED, SessionEndedV1, StaffMemberUpdatedV1, TENANT_RESUMED,
    TENANT_SUSPENDED,
};
use event_log::{EventFilter, EventPage, Position, ReadError, StoredEvent};
use internal_api::accounts::{
    AccessChange, AccessChangeKind, AccessChangesRequest, AccessChangesResponse,
};

use super::events::STREAM;
use crate::app::App;

/// Entries of one answer.
const LIMIT: u32 = 500;
/// Commands that ran side by side may stand in the log in another order than their times say, and clocks of processes
/// differ a little.
const MARGIN: Duration = Duration::from_mins(1);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ListAccessChangesError {
    /// An event has a payload that its type does not allow.
    #[error("an event of the accounts stream cannot be read")]
    Unreadable(#[from] serde_json::Error),
    #[error(transparent)]
    Log(#[from] ReadError),
}

/// The next part of the stream. It begins anew when nothing is known yet, and after a position that the log does not have.
pub async fn list_access_changes(
    app: &App,
    request: &AccessChangesRequest,
) -> Result<AccessChangesResponse, ListAccessChangesError> {
    let snapshot = app.db.snapshot(request.tenant);
    let page = read_page(app, &snapshot, request.after).await?;
    snapshot.finish().await.map_err(ReadError::from)?;
    let mut changes = Vec::with_capacity(page.events.len());
    for event in page.events {
        let (seq, occurred_at) = (event.seq, event.occurred_at);
        changes.extend(kind(event)?.map(|kind| AccessChange {
            seq,
            occurred_at,
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
        let page = event_log::read_page(&mut connection, STREAM, known, LIMIT, &everything).await;
        if !matches!(page, Err(ReadError::Expired)) {
            return page;
        }
    }
    // No access token is older than its life: what happened before concerns none.
    let since = app.now() - app.sessions.access_token_life - MARGIN;
    let start = event_log::position_before(&mut connection, STREAM, since).await?;
    event_log::read_page(&mut connection, STREAM, Some(start), LIMIT, &everything).await
}

/// What an event says about access; `None` for types that say nothing about it.
fn kind(event: StoredEvent) -> Result<Option<AccessChangeKind>, serde_json::Error> {
    Ok(match event.event_type.as_str() {
        SESSION_ENDED => {
            let ended: SessionEndedV1 = serde_json::from_value(event.payload)?;
            Some(AccessChangeKind::SessionEnded {
                session: ended.session_id,
            })
        }
        STAFF_MEMBER_UPDATED => {
            let updated: StaffMemberUpdatedV1 = serde_json::from_value(event.payload)?;
            Some(AccessChangeKind::StaffMemberChanged {
                staff: updated.staff_member_id,
                role: updated.active.then_some(updated.role),
            })
        }
        TENANT_SUSPENDED => Some(AccessChangeKind::TenantSuspended),
        TENANT_RESUMED => Some(AccessChangeKind::TenantResumed),
        _ => None,
    })
}
