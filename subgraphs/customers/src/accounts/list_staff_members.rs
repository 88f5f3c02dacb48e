//! Lists the staff members of the tenant, sorted by e-mail address.

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};
use graphql_server::Failure;
use identity::{Caller, Permission};

use super::model::{StaffKey, StaffMember};
use super::store;

/// A page of the list, deactivated staff members included.
pub async fn list_staff_members(
    caller: &Caller,
    snapshot: &ReadSnapshot,
    page: &PageRequest<StaffKey>,
) -> Result<Page<StaffMember>, Failure> {
    caller.require(Permission::StaffManage)?;
    Ok(store::list_staff_members(&mut snapshot.lock().await?, page).await?)
}

/// Number of staff members in the whole list. Check the permission first, by reading a page of it.
pub async fn count_staff_members(snapshot: ReadSnapshot) -> Result<i64, StoreError> {
    store::count_staff_members(&mut snapshot.lock().await?).await
}
