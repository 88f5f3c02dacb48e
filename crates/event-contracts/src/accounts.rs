//! Events about access to a tenant. Stream `accounts` of the customers service. It contains every event that revokes
//! or changes access and nothing else, so that a service that enforces access reads one stream only.

use ids::{SessionId, StaffMemberId};
use serde::{Deserialize, Serialize};

use crate::Stream;
use crate::facts::events;

events! {
    Stream::ACCOUNTS;
    /// An account signed out, a refresh token was reused, or the staff member was deactivated.
    SessionEndedV1 = "session.ended.v1" about [session_id];
    /// A staff member got another role, or was deactivated or reactivated.
    StaffMemberUpdatedV1 = "staff_member.updated.v1" about [staff_member_id];
    /// An operator suspended the tenant.
    TenantSuspendedV1 = "tenant.suspended.v1" about tenant;
    /// An operator resumed the tenant.
    TenantResumedV1 = "tenant.resumed.v1" about tenant;
}

/// A session ended before its expiry: its tokens are revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEndedV1 {
    /// The session.
    pub session_id: SessionId,
    /// Why the session ended.
    pub reason: SessionEndReasonV1,
}

/// Why a session ended before its expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEndReasonV1 {
    /// The account signed out.
    SignedOut,
    /// A refresh token was used again long after its first use: a copy of it exists.
    RefreshTokenReused,
    /// The staff member was deactivated.
    StaffMemberDeactivated,
}

/// A staff member got another role, or was deactivated or reactivated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMemberUpdatedV1 {
    /// The staff member.
    pub staff_member_id: StaffMemberId,
    /// Name of the new role.
    pub role: String,
    /// Whether the staff member may sign in.
    pub active: bool,
}

/// The tenant was suspended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSuspendedV1 {}

/// The tenant was resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantResumedV1 {}
