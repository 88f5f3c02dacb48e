//! Batched loads of tenants.

use std::collections::HashMap;

use database::{ReadSnapshot, StoreError};
use graphql_server::{BatchLoad, Loader};
use ids::TenantId;

use super::model::Tenant;
use super::store;

/// Loads the request's tenant; every other one is absent.
pub type TenantLoader = Loader<TenantId, OwnTenant>;

/// A loader for one request.
pub fn tenant_loader(snapshot: ReadSnapshot) -> TenantLoader {
    Loader::new(OwnTenant { snapshot })
}

/// The batch function of the loader.
pub struct OwnTenant {
    snapshot: ReadSnapshot,
}

impl BatchLoad<TenantId> for OwnTenant {
    type Value = Tenant;

    async fn load(&self, _keys: &[TenantId]) -> Result<HashMap<TenantId, Tenant>, StoreError> {
        let tenant = store::find_own_tenant(&mut self.snapshot.lock().await?).await?;
        Ok(tenant
            .into_iter()
            .map(|tenant| (tenant.id, tenant))
            .collect())
    }
}
