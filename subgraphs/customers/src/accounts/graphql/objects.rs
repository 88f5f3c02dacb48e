//! Staff members and the viewer.

use async_graphql::{ID, SimpleObject};
use graphql_server::ListNode;
use serde::Serialize;

use crate::accounts::model;
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
