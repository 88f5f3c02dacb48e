//! Queries of accounts.

use async_graphql::{Context, Object};
use graphql_server::{Connection, ConnectionArguments, ContextExt, Failure};
use identity::Subject;

use super::objects::{StaffMember, Viewer};
use crate::accounts::list_staff_members::{count_staff_members, list_staff_members};
use crate::accounts::loaders::StaffMembersById;
use crate::customers::{CustomerObject, CustomersById};

/// Name of the list of staff members in its cursors, which are valid only for this list.
const LIST: &str = "staffMembers";

/// Root fields about accounts.
#[derive(Default)]
pub struct AccountQueries;

#[Object]
impl AccountQueries {
    /// The authenticated caller; null for an anonymous shopper.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Failure> {
        let caller = ctx.caller()?;
        let (customer, staff) = match &caller.subject {
            Subject::Customer(customer) => (ctx.load::<CustomersById>(customer.id).await?, None),
            Subject::Staff { id, .. } => (None, ctx.load::<StaffMembersById>(*id).await?),
            Subject::Anonymous => (None, None),
        };
        if customer.is_none() && staff.is_none() {
            return Ok(None);
        }
        let permissions = caller.permissions();
        Ok(Some(Viewer {
            customer: customer.map(CustomerObject::from),
            staff: staff.map(StaffMember::from),
            permissions: permissions
                .iter()
                .map(|permission| permission.name().to_owned())
                .collect(),
        }))
    }

    /// The shop's staff members by e-mail address, deactivated ones included. Requires the permission `STAFF_MANAGE`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn staff_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of staff members from the start, at most 100; 20 by default.")]
        first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Number of staff members from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<Connection<StaffMember>, Failure> {
        let page = ConnectionArguments::new(first, after, last, before).page(LIST)?;
        let snapshot = ctx.snapshot()?;
        let members = list_staff_members(ctx.caller()?, snapshot, &page).await?;
        let count = count_staff_members(snapshot.clone());
        Ok(Connection::new(LIST, members, count))
    }
}
