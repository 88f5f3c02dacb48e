//! Staff members and the viewer.

use async_graphql::{Context, ID, Object, SimpleObject};
use database::page::{Page, encode_cursor};
use graphql_server::types::PageInfo;
use graphql_server::{ContextExt, Failure};

use crate::accounts::list_staff_members::count_staff_members;
use crate::accounts::model;
use crate::customers::CustomerObject;

/// Name of the list in its cursors, which are valid only for this list.
pub const STAFF_LIST: &str = "staffMembers";

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

/// A page of the shop's staff members.
pub struct StaffMemberConnection(pub Page<model::StaffMember>);

impl StaffMemberConnection {
    fn cursors(&self) -> Vec<String> {
        self.0
            .items
            .iter()
            .map(|member| encode_cursor(STAFF_LIST, &member.key()))
            .collect()
    }
}

/// A page of the shop's staff members.
#[Object]
impl StaffMemberConnection {
    /// The staff members of the page with their cursors.
    async fn edges(&self) -> Vec<StaffMemberEdge> {
        self.0
            .items
            .iter()
            .zip(self.cursors())
            .map(|(member, cursor)| StaffMemberEdge {
                cursor,
                node: member.clone().into(),
            })
            .collect()
    }

    /// The staff members of the page.
    async fn nodes(&self) -> Vec<StaffMember> {
        self.0.items.iter().cloned().map(Into::into).collect()
    }

    /// Position of the page in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0, &self.cursors())
    }

    /// Number of staff members in the whole list.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let count = count_staff_members(ctx.snapshot()?).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A staff member in a list.
#[derive(SimpleObject)]
pub struct StaffMemberEdge {
    /// Cursor of the staff member in the list.
    cursor: String,
    /// The staff member.
    node: StaffMember,
}
