//! Events about access. Every gateway reads their stream to apply revocations.

use chrono::{DateTime, Utc};
use event_contracts::accounts::{SessionEndReasonV1, SessionEndedV1, StaffMemberUpdatedV1};
use event_log::Recorded;
use ids::SessionId;

use super::model::{EndReason, StaffMember};

/// A session ended before it expired.
pub fn session_ended(session_id: SessionId, reason: EndReason, now: DateTime<Utc>) -> Recorded {
    let reason = match reason {
        EndReason::SignedOut => SessionEndReasonV1::SignedOut,
        EndReason::RefreshTokenReused => SessionEndReasonV1::RefreshTokenReused,
        EndReason::StaffMemberDeactivated => SessionEndReasonV1::StaffMemberDeactivated,
    };
    Recorded::at(now, SessionEndedV1 { session_id, reason })
}

/// A staff member's role changed, or the staff member was deactivated or reactivated.
pub fn staff_member_updated(member: &StaffMember, now: DateTime<Utc>) -> Recorded {
    let updated = StaffMemberUpdatedV1 {
        staff_member_id: member.id,
        role: member.role.name().to_owned(),
        active: member.active,
    };
    Recorded::at(now, updated)
}
