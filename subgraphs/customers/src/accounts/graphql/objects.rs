//! Staff members and whoever is signed in.

use async_graphql::{Context, ID, Object, SimpleObject};
use database::page::{Page, encode_cursor};
use graphql_server::types::PageInfo;
use graphql_server::{ContextExt, Failure};

use crate::accounts::list_staff_members::count_staff_members;
use crate::accounts::model;
use crate::customers::CustomerObject;

/// Cursors of the list of staff are good in it only.
pub const STAFF_LIST: &str = "staffMembers";

/// Somebody who works for the shop.
#[derive(SimpleObject)]
pub struct StaffMember {
    /// The staff member's id.
    id: ID,
    /// E-mail address, lower case.
    email: String,
    /// Name, when it is known.
    name: Option<String>,
    /// The role, which decides about the permissions, `owner`, `manager` or `support`.
    role: String,
    /// Whether the person may sign in; false for somebody who was let go.
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

/// Who is signed in: a customer or a staff member.
#[derive(SimpleObject)]
pub struct Viewer {
    /// Set when a customer is signed in.
    pub customer: Option<CustomerObject>,
    /// Set when a staff member is signed in.
    pub staff: Option<StaffMember>,
    /// What the viewer may do, e.g. `ORDERS_READ`; the names come from a closed list.
    pub permissions: Vec<String>,
}

/// Part of the list of the shop's staff.
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

/// Part of the list of the shop's staff.
#[Object]
impl StaffMemberConnection {
    /// The staff members with their cursors.
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

    /// The staff members.
    async fn nodes(&self) -> Vec<StaffMember> {
        self.0.items.iter().cloned().map(Into::into).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0, &self.cursors())
    }

    /// How many staff members the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let count = count_staff_members(ctx.snapshot()?).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A staff member in a list.
#[derive(SimpleObject)]
pub struct StaffMemberEdge {
    /// Its place in the list.
    cursor: String,
    /// The staff member.
    node: StaffMember,
}
