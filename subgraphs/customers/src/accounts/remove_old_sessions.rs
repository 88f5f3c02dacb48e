//! Retention: removes ended and expired sessions with their tokens and tickets, and tickets that expired unused.

use chrono::TimeDelta;
use database::StoreError;
use ids::TenantId;

use super::store::{self, Removal};
use crate::app::App;

/// An ended or expired session is kept this long for investigations.
const SESSION_RETENTION: TimeDelta = TimeDelta::days(7);
/// An unused ticket is kept this long after its expiry, to tolerate clock skew.
const TICKET_RETENTION: TimeDelta = TimeDelta::minutes(10);
/// Limit of rows per table that one transaction removes.
const BATCH_SIZE: u32 = 1_000;

/// Removes what is old, in small transactions, in the tenants that have something. Returns the number of rows removed.
/// Any number of processes may do it at once.
pub async fn remove_old_sessions(app: &App) -> Result<u64, StoreError> {
    let removal = Removal {
        sessions_before: app.now() - SESSION_RETENTION,
        tickets_before: app.now() - TICKET_RETENTION,
        limit: i64::from(BATCH_SIZE),
    };
    let mut tx = app.platform.transaction().await?;
    let tenants = store::list_tenants_with_old_sessions(&mut tx, &removal).await?;
    tx.commit().await?;
    let mut removed = 0;
    for tenant in tenants {
        removed += remove_for_tenant(app, tenant, &removal).await?;
    }
    Ok(removed)
}

async fn remove_for_tenant(
    app: &App,
    tenant: TenantId,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let mut tx = app.db.write(tenant).await?;
        // Tokens and tickets are removed before the sessions that they reference.
        let rows = store::delete_refresh_tokens_of_old_sessions(&mut tx, removal).await?
            + store::delete_stream_tickets_of_old_sessions(&mut tx, removal).await?
            + store::delete_unused_stream_tickets(&mut tx, removal).await?
            + store::delete_old_sessions(&mut tx, removal).await?;
        tx.commit().await?;
        removed += rows;
        if rows == 0 {
            return Ok(removed);
        }
    }
}
