//! An operator suspends or resumes a tenant.

use database::StoreError;
use event_contracts::accounts::{TenantResumedV1, TenantSuspendedV1};
use event_log::Recorded;

use super::model::TenantStatus;
use super::store;
use crate::app::App;

/// Result of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// The status was changed; every gateway applies it within seconds.
    Changed,
    /// The tenant had this status already; nothing was written.
    Unchanged,
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeTenantStatusError {
    #[error("there is no shop {0}")]
    UnknownTenant(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the status and its event in one transaction of the tenant.
pub async fn change_tenant_status(
    app: &App,
    slug: &str,
    status: TenantStatus,
) -> Result<StatusChange, ChangeTenantStatusError> {
    let mut platform = app.platform.transaction().await?;
    let found = store::find_tenant_by_slug(&mut platform, slug).await?;
    platform.commit().await?;
    let tenant = found.ok_or_else(|| ChangeTenantStatusError::UnknownTenant(slug.to_owned()))?;

    let now = app.now();
    let mut tx = app.db.write(tenant.id).await?;
    if !store::update_status(&mut tx, status, now).await? {
        return Ok(StatusChange::Unchanged);
    }
    let changed = match status {
        TenantStatus::Suspended => Recorded::at(now, TenantSuspendedV1 {}),
        TenantStatus::Active => Recorded::at(now, TenantResumedV1 {}),
    };
    app.log.commit(tx, [changed]).await?;
    Ok(StatusChange::Changed)
}
