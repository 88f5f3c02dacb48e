//! Batched loads of staff members.

use std::collections::HashMap;

use database::{ReadSnapshot, StoreError};
use graphql_server::BatchLoad;
use ids::StaffMemberId;

use super::model::StaffMember;
use super::store;

/// Staff members by id.
pub struct StaffMembersById(pub ReadSnapshot);

impl BatchLoad for StaffMembersById {
    type Key = StaffMemberId;
    type Value = StaffMember;

    async fn load(
        &self,
        keys: &[StaffMemberId],
    ) -> Result<HashMap<StaffMemberId, StaffMember>, StoreError> {
        store::load_staff_members_by_ids(&mut self.0.lock().await?, keys).await
    }
}
