//! Events about access. Every gateway reads this stream to apply revocations.

use chrono::{DateTime, Utc};
use event_contracts::accounts::{
    SESSION_ENDED, STAFF_MEMBER_UPDATED, SessionEndReasonV1, SessionEndedV1, StaffMemberUpdatedV1,
};
use event_log::NewEvent;
use ids::{EventId, SessionId};
use serde_json::json;

use super::model::{EndReason, StaffMember};

/// The stream of all events that end or change access.
pub const STREAM: &str = internal_api::accounts::ACCOUNTS_STREAM;

/// A session ended before it expired.
pub fn session_ended(
    id: EventId,
    session: SessionId,
    reason: EndReason,
    now: DateTime<Utc>,
) -> NewEvent {
    let payload = SessionEndedV1 {
        session_id: session,
        reason: match reason {
            EndReason::SignedOut => SessionEndReasonV1::SignedOut,
            EndReason::RefreshTokenReused => SessionEndReasonV1::RefreshTokenReused,
            EndReason::StaffMemberDeactivated => SessionEndReasonV1::StaffMemberDeactivated,
        },
    };
    NewEvent {
        id,
        event_type: SESSION_ENDED,
        subjects: vec![session.to_string()],
        payload: json!(payload),
        occurred_at: now,
        trace: None,
    }
}

/// A staff member's role changed, or the staff member was deactivated or reactivated.
pub fn staff_member_updated(id: EventId, member: &StaffMember, now: DateTime<Utc>) -> NewEvent {
    let payload = StaffMemberUpdatedV1 {
        staff_member_id: member.id,
        role: member.role.name().to_owned(),
        active: member.active,
    };
    NewEvent {
        id,
        event_type: STAFF_MEMBER_UPDATED,
        subjects: vec![member.id.to_string()],
        payload: json!(payload),
        occurred_at: now,
        trace: None,
    }
}
