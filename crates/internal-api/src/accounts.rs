//! Calls from the gateway to customers about accounts: revocations of access that take effect before the access token
//! expires, and redemption of stream tickets.

use chrono::{DateTime, Utc};
use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use serde::{Deserialize, Serialize};

use crate::InternalRequest;

/// `POST` [`AccessChangesRequest`] → [`AccessChangesResponse`].
pub const ACCESS_CHANGES: &str = "/internal/accounts/access-changes";

/// Asks for the changes of access in one tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessChangesRequest {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Seq in the tenant's stream `accounts` up to which changes are known. `None` asks for every change that an
    /// unexpired access token may conflict with: all changes younger than the lifetime of an access token.
    pub after: Option<i64>,
}

impl InternalRequest for AccessChangesRequest {
    const PATH: &'static str = ACCESS_CHANGES;
    type Response = AccessChangesResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }
}

/// A page of changes, oldest first. For an unknown `after` or in another epoch it restarts as for `after: None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChangesResponse {
    /// Changes when the log was restored or truncated; positions of another epoch are invalid.
    pub epoch: uuid::Uuid,
    /// Seq up to which the log was examined; the `after` of the next request.
    pub position: i64,
    /// Whether there are more changes than one response holds.
    pub has_more: bool,
    /// The changes, ascending by seq.
    pub changes: Vec<AccessChange>,
}

/// One change of access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChange {
    /// Seq in the tenant's stream `accounts`.
    pub seq: i64,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub kind: AccessChangeKind,
}

/// Events that revoke or change access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AccessChangeKind {
    /// The session was signed out, ended by an operator, or its refresh token was used twice: its access tokens are
    /// revoked.
    SessionEnded {
        /// The session.
        session: SessionId,
    },
    /// A staff member got another role or was deactivated: access tokens with another role are revoked.
    StaffMemberChanged {
        /// The staff member.
        staff: StaffMemberId,
        /// Name of the new role; `None` if the staff member was deactivated.
        role: Option<String>,
    },
    /// The tenant was suspended.
    TenantSuspended,
    /// The tenant was resumed.
    TenantResumed,
}

/// `POST` [`RedeemStreamTicketRequest`] → [`RedeemStreamTicketResponse`].
pub const REDEEM_STREAM_TICKET: &str = "/internal/accounts/stream-tickets/redeem";

/// Redeems the ticket of a browser that opens or resumes one event stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RedeemStreamTicketRequest {
    /// Tenant of the stream.
    pub tenant: TenantId,
    /// The ticket.
    pub ticket: String,
    /// SHA-256, in hex, of document, operation name and variables. The first use binds the ticket to it.
    pub stream: String,
    /// The `Origin` header, if the browser sends one. Bound like `stream`.
    pub origin: Option<String>,
    /// Whether the browser resumes a stream (`Last-Event-ID`).
    pub resumes: bool,
}

impl InternalRequest for RedeemStreamTicketRequest {
    const PATH: &'static str = REDEEM_STREAM_TICKET;
    type Response = RedeemStreamTicketResponse;

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }
}

/// The account that the ticket authenticates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedeemStreamTicketResponse {
    /// `None` if the ticket is unknown, expired, bound to another stream or origin, or its session has ended. The
    /// reason is not disclosed.
    pub holder: Option<TicketHolder>,
}

/// The account and session that a ticket was issued to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHolder {
    /// The session that the ticket was issued in.
    pub session: SessionId,
    /// When that session expires.
    pub session_expires_at: DateTime<Utc>,
    /// The account, with its current role.
    pub person: Person,
}

/// An account that can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Person {
    /// A customer.
    Customer {
        /// The customer.
        id: CustomerId,
    },
    /// A staff member.
    Staff {
        /// The staff member.
        id: StaffMemberId,
        /// Name of the role.
        role: String,
    },
}
