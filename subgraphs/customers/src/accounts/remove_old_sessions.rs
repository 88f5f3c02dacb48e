//! Retention: removes ended and expired sessions with their tokens and tickets, and tickets that expired unused.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use database::StoreError;
use ids::TenantId;
use service::Tasks;

use super::store::{self, Removal};
use crate::app::App;
use crate::tenants;

/// An ended or expired session is kept this long for investigations.
const SESSION_RETENTION: TimeDelta = TimeDelta::days(7);
/// An unused ticket is kept this long after its expiry, to tolerate clock skew.
const TICKET_RETENTION: TimeDelta = TimeDelta::minutes(10);
const INTERVAL: Duration = Duration::from_hours(1);
/// Limit of rows per table that one transaction removes.
const BATCH_SIZE: u32 = 1_000;

/// Starts the background job: one round per hour until shutdown. Any number of processes may run it.
pub fn run_removal(app: &Arc<App>, tasks: &Tasks) {
    let (app, token) = (Arc::clone(app), tasks.token());
    tasks.spawn("accounts.removal", async move {
        loop {
            tokio::select! {
                () = token.cancelled() => return,
                removed = remove_old_sessions(&app) => match removed {
                    Ok(rows) => tracing::debug!(rows, "old sessions removed"),
                    Err(error) => tracing::warn!(
                        error = %service::log::chain(&error),
                        "old sessions not removed"
                    ),
                },
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    });
}

/// One round over all tenants, in small transactions. Returns the number of rows removed.
pub async fn remove_old_sessions(app: &App) -> Result<u64, StoreError> {
    let mut removed = 0;
    for tenant in tenants::list_tenant_ids(app).await? {
        removed += remove_for_tenant(app, tenant).await?;
    }
    Ok(removed)
}

async fn remove_for_tenant(app: &App, tenant: TenantId) -> Result<u64, StoreError> {
    let removal = Removal {
        sessions_before: app.now() - SESSION_RETENTION,
        tickets_before: app.now() - TICKET_RETENTION,
        limit: i64::from(BATCH_SIZE),
    };
    let mut removed = 0;
    loop {
        let mut tx = app.db.write(tenant).await?;
        // Tokens and tickets are removed before the sessions that they reference.
        let rows = store::delete_refresh_tokens_of_old_sessions(&mut tx, &removal).await?
            + store::delete_stream_tickets_of_old_sessions(&mut tx, &removal).await?
            + store::delete_unused_stream_tickets(&mut tx, &removal).await?
            + store::delete_old_sessions(&mut tx, &removal).await?;
        tx.commit().await?;
        removed += rows;
        if rows == 0 {
            return Ok(removed);
        }
    }
}
