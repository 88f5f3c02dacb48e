//! Batched reads of warehouses.

use std::collections::HashMap;
use std::sync::Arc;

use database::StoreError;
use graphql_server::BatchLoad;
use ids::WarehouseId;

use super::model::Warehouse;
use super::store;
use crate::products::Reader;

/// Warehouses by id, in the caller's language.
pub struct WarehouseById(pub Reader);

impl BatchLoad for WarehouseById {
    type Key = WarehouseId;
    type Value = Arc<Warehouse>;

    async fn load(
        &self,
        ids: &[WarehouseId],
    ) -> Result<HashMap<WarehouseId, Self::Value>, StoreError> {
        let mut db = self.0.snapshot.lock().await?;
        store::load_warehouses_by_ids(&mut db, ids, &self.0.locales.caller).await
    }
}
