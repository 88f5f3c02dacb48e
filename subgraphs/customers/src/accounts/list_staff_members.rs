//! The list of the shop's staff, by e-mail address.

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};
use identity::{Caller, Denied, Permission};

use super::model::{StaffKey, StaffMember};
use super::store;

#[derive(Debug, thiserror::Error)]
pub enum ListStaffMembersError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of the list; those who were let go are in it.
pub async fn list_staff_members(
    caller: &Caller,
    snapshot: &ReadSnapshot,
    page: &PageRequest<StaffKey>,
) -> Result<Page<StaffMember>, ListStaffMembersError> {
    caller.require(Permission::StaffManage)?;
    Ok(store::list_staff_members(&mut snapshot.lock().await?, page).await?)
}

/// How many the whole list has, for who was given a page of it.
pub async fn count_staff_members(snapshot: &ReadSnapshot) -> Result<i64, StoreError> {
    store::count_staff_members(&mut snapshot.lock().await?).await
}
