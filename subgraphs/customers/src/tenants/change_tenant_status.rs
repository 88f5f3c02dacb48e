//! An operator takes a shop out of service, or puts it back.

use database::StoreError;

use super::model::TenantStatus;
use super::{events, store};
use crate::app::App;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// Every gateway acts on it within seconds.
    Changed,
    /// It was so before; nothing was written.
    AsBefore,
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeTenantStatusError {
    #[error("there is no shop {0}")]
    UnknownShop(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the status and the event that tells of it in one transaction of the shop.
pub async fn change_tenant_status(
    app: &App,
    slug: &str,
    status: TenantStatus,
) -> Result<StatusChange, ChangeTenantStatusError> {
    let mut platform = app.platform.transaction().await?;
    let found = store::find_tenant_by_slug(&mut platform, slug).await?;
    platform.commit().await?;
    let tenant = found.ok_or_else(|| ChangeTenantStatusError::UnknownShop(slug.to_owned()))?;

    let now = app.now();
    let mut tx = app.db.write(tenant.id).await?;
    if !store::update_status(&mut tx, status, now).await? {
        return Ok(StatusChange::AsBefore);
    }
    let changed = events::status_changed(app.next_id(), tenant.id, status, now);
    event_log::append(&mut tx, events::STREAM, &[changed]).await?;
    tx.commit().await?;
    app.waker.wake();
    Ok(StatusChange::Changed)
}
