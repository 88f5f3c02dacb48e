//! What the gateway asks of customers about accounts: whose access has ended before their access token did, and for
//! whom a stream ticket stands.

use chrono::{DateTime, Utc};
use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use serde::{Deserialize, Serialize};

/// The stream of the customers log in which sign-outs, changes of staff and suspensions stand, per tenant.
pub const ACCOUNTS_STREAM: &str = "accounts";

/// `POST` [`AccessChangesRequest`] → [`AccessChangesResponse`].
pub const ACCESS_CHANGES: &str = "/internal/accounts/access-changes";

/// Asks what has changed about the access of people of one tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessChangesRequest {
    /// Whose.
    pub tenant: TenantId,
    /// Position in [`ACCOUNTS_STREAM`] that is known already. `None`: whatever an access token that is still good may
    /// run against, that is everything younger than the life of such a token.
    pub after: Option<i64>,
}

/// A part of the log, oldest first. Asked with an unknown `after` or in another epoch, it begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChangesResponse {
    /// Changes when the log was restored or truncated: positions of another epoch mean nothing.
    pub epoch: uuid::Uuid,
    /// Everything up to here was looked at. Ask again after it.
    pub position: i64,
    /// Whether more was there than one answer holds.
    pub has_more: bool,
    /// Ascending.
    pub changes: Vec<AccessChange>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChange {
    /// Its position in [`ACCOUNTS_STREAM`].
    pub seq: i64,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub kind: AccessChangeKind,
}

/// What can end or change somebody's access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AccessChangeKind {
    /// Signed out, ended by an operator, or its refresh token was used twice: its access tokens are void.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
    /// A member of the staff has another role or may no longer work: access tokens with another role are void.
    StaffMemberChanged {
        /// Who.
        staff: StaffMemberId,
        /// Name of the role from now on; `None` for somebody who was deactivated.
        role: Option<String>,
    },
    /// The shop is not served.
    TenantSuspended,
    /// The shop is served again.
    TenantResumed,
}

/// `POST` [`RedeemStreamTicketRequest`] → [`RedeemStreamTicketResponse`].
pub const REDEEM_STREAM_TICKET: &str = "/internal/accounts/stream-tickets/redeem";

/// Shows a ticket that a browser brought to open or to resume one event stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RedeemStreamTicketRequest {
    /// For which tenant the stream is.
    pub tenant: TenantId,
    /// The ticket's text.
    pub ticket: String,
    /// SHA-256, in hex, of what the stream is: document, operation name, variables. The first use binds the ticket to it.
    pub stream: String,
    /// The `Origin` of the page, when the browser names one. Bound like `stream`.
    pub origin: Option<String>,
    /// Whether the browser comes back for a stream that it had already (`Last-Event-ID`).
    pub resumes: bool,
}

/// For whom the stream is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedeemStreamTicketResponse {
    /// `None`: unknown, too old, used for another stream or origin, or its session has ended. Nobody learns which.
    pub holder: Option<TicketHolder>,
}

/// Who made a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHolder {
    /// The session in which it was made.
    pub session: SessionId,
    /// When that session ends by itself.
    pub session_expires_at: DateTime<Utc>,
    /// The person, with the role of this moment.
    pub person: Person,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Person {
    /// A customer.
    Customer {
        /// Who.
        id: CustomerId,
    },
    /// A member of the staff.
    Staff {
        /// Who.
        id: StaffMemberId,
        /// Name of the role.
        role: String,
    },
}
