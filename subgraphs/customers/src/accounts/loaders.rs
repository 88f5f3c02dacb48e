//! Batched loads of staff members.

use std::collections::HashMap;

use database::{ReadSnapshot, StoreError};
use graphql_server::{BatchLoad, Loader};
use ids::StaffMemberId;

use super::model::StaffMember;
use super::store;

/// Loads staff members of the request's tenant.
pub type StaffLoader = Loader<StaffMemberId, StaffMembersById>;

/// A loader for one request.
pub fn staff_loader(snapshot: ReadSnapshot) -> StaffLoader {
    Loader::new(StaffMembersById { snapshot })
}

/// The batch function of the loader.
pub struct StaffMembersById {
    snapshot: ReadSnapshot,
}

impl BatchLoad<StaffMemberId> for StaffMembersById {
    type Value = StaffMember;

    async fn load(
        &self,
        keys: &[StaffMemberId],
    ) -> Result<HashMap<StaffMemberId, StaffMember>, StoreError> {
        store::load_staff_members_by_ids(&mut self.snapshot.lock().await?, keys).await
    }
}
