//! Facts about who may act in a shop. Stream `accounts` of the customers service: it has everything that can end or
//! change somebody's access, and nothing else, so that whoever enforces access follows one stream.

use ids::{SessionId, StaffMemberId};
use serde::{Deserialize, Serialize};

/// Type name of [`SessionEndedV1`].
pub const SESSION_ENDED: &str = "session.ended.v1";
/// Type name of [`StaffMemberUpdatedV1`].
pub const STAFF_MEMBER_UPDATED: &str = "staff_member.updated.v1";
/// Type name of [`TenantSuspendedV1`].
pub const TENANT_SUSPENDED: &str = "tenant.suspended.v1";
/// Type name of [`TenantResumedV1`].
pub const TENANT_RESUMED: &str = "tenant.resumed.v1";

/// A session ended before its time: its tokens are void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEndedV1 {
    /// The session.
    pub session_id: SessionId,
    /// Why.
    pub reason: SessionEndReasonV1,
}

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEndReasonV1 {
    /// The person signed out.
    SignedOut,
    /// A refresh token was used again long after its use: somebody has a copy of it.
    RefreshTokenReused,
    /// The person no longer works for the shop.
    StaffMemberDeactivated,
}

/// A member of the staff has another role, or may work no longer or again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMemberUpdatedV1 {
    /// Who.
    pub staff_member_id: StaffMemberId,
    /// Name of the role from now on.
    pub role: String,
    /// Whether the person may sign in.
    pub active: bool,
}

/// The shop is no longer served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSuspendedV1 {}

/// The shop is served again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantResumedV1 {}
