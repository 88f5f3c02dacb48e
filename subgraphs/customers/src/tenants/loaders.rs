//! Batched loads of tenants.

use std::collections::HashMap;

use database::{ReadSnapshot, StoreError};
use graphql_server::BatchLoad;
use ids::TenantId;

use super::model::Tenant;
use super::store;

/// The request's tenant by id; every other one is absent.
pub struct OwnTenant(pub ReadSnapshot);

impl BatchLoad for OwnTenant {
    type Key = TenantId;
    type Value = Tenant;

    async fn load(&self, _keys: &[TenantId]) -> Result<HashMap<TenantId, Tenant>, StoreError> {
        let tenant = store::find_own_tenant(&mut self.0.lock().await?).await?;
        Ok(tenant
            .into_iter()
            .map(|tenant| (tenant.id, tenant))
            .collect())
    }
}
