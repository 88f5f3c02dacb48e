//! Lists tenants for background jobs that iterate over all of them.

use database::StoreError;
use ids::TenantId;

use super::store;
use crate::app::App;

/// The ids of all tenants, suspended ones included.
pub async fn list_tenant_ids(app: &App) -> Result<Vec<TenantId>, StoreError> {
    let mut tx = app.platform.transaction().await?;
    let ids = store::list_tenant_ids(&mut tx).await?;
    tx.commit().await?;
    Ok(ids)
}
