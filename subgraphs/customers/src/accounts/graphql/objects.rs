//! Staff members, the viewer, tokens.

use async_graphql::{ID, Object, SimpleObject};
use graphql_server::ListNode;
use graphql_server::types::DateTime;
use serde::Serialize;

use crate::accounts::model;
use crate::accounts::session_tokens::SessionTokens;
use crate::customers::CustomerObject;

/// A staff member of the shop.
#[derive(SimpleObject)]
pub struct StaffMember {
    /// The staff member's id.
    id: ID,
    /// E-mail address in lower case.
    email: String,
    /// Name, if known.
    name: Option<String>,
    /// The role, which determines the permissions: `owner`, `manager` or `support`.
    role: String,
    /// Whether the staff member may sign in; `false` after deactivation.
    active: bool,
}

impl From<model::StaffMember> for StaffMember {
    fn from(member: model::StaffMember) -> Self {
        Self {
            id: member.id.to_string().into(),
            email: member.email.as_str().to_owned(),
            name: member.name,
            role: member.role.name().to_owned(),
            active: member.active,
        }
    }
}

impl ListNode for StaffMember {
    type Row = model::StaffMember;

    fn key(member: &model::StaffMember) -> impl Serialize {
        member.key()
    }

    fn from_row(member: model::StaffMember) -> Self {
        member.into()
    }
}

/// The authenticated caller: a customer or a staff member.
#[derive(SimpleObject)]
pub struct Viewer {
    /// Set when a customer is signed in.
    pub customer: Option<CustomerObject>,
    /// Set when a staff member is signed in.
    pub staff: Option<StaffMember>,
    /// Permissions of the viewer, e.g. `ORDERS_READ`; the names come from a closed list.
    pub permissions: Vec<String>,
}

/// Fields of a payload with the tokens of a session, all null if none were issued.
pub struct TokenFields(pub Option<SessionTokens>);

#[Object]
impl TokenFields {
    /// Access token for the header `Authorization: Bearer …`; null if none was issued.
    async fn access_token(&self) -> Option<&str> {
        self.0.as_ref().map(|tokens| tokens.access_token.as_str())
    }

    /// Refresh token, exchanged once for the next tokens of the session; null if none was issued. Keep it secret.
    async fn refresh_token(&self) -> Option<String> {
        self.0.as_ref().map(|tokens| tokens.refresh_token.reveal())
    }

    /// When the access token expires; null if no tokens were issued.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.as_ref().map(|tokens| DateTime(tokens.expires_at))
    }
}
