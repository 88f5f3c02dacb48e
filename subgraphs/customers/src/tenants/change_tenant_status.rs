//! An operator suspends or resumes a tenant.

use database::StoreError;

use super::model::TenantStatus;
use super::{events, store};
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
    let changed = events::status_changed(app.next_id(), tenant.id, status, now);
    event_log::append(&mut tx, events::STREAM, &[changed]).await?;
    tx.commit().await?;
    app.waker.wake();
    Ok(StatusChange::Changed)
}
