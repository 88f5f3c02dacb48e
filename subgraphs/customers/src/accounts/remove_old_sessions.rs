//! Sessions that are long over go, with everything they handed out, and so do tickets that nobody used in time.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use database::StoreError;
use ids::TenantId;
use service::Tasks;

use super::store::{self, Removal};
use crate::app::App;
use crate::tenants;

/// A session that is over is kept this long, for whoever has to find out what happened.
const KEEP_SESSIONS: TimeDelta = TimeDelta::days(7);
/// So is a ticket that was never used, for as long as a difference of clocks could be.
const KEEP_TICKETS: TimeDelta = TimeDelta::minutes(10);
const PAUSE: Duration = Duration::from_hours(1);
/// Rows of one table that one transaction removes.
const BATCH: u32 = 1_000;

/// Removes them once an hour, in the background, until the process stops. Any number of processes may run it.
pub fn run_removal(app: &Arc<App>, tasks: &Tasks) {
    let (app, token) = (Arc::clone(app), tasks.token());
    tasks.spawn("accounts.removal", async move {
        loop {
            tokio::select! {
                () = token.cancelled() => return,
                removed = remove_old_sessions(&app) => match removed {
                    Ok(rows) => tracing::debug!(rows, "old sessions were removed"),
                    Err(error) => tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "old sessions were not removed"
                    ),
                },
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    });
}

/// One round over all shops, in small transactions. Returns how many rows went.
pub async fn remove_old_sessions(app: &App) -> Result<u64, StoreError> {
    let mut removed = 0;
    for tenant in tenants::list_tenant_ids(app).await? {
        removed += remove_of_tenant(app, tenant).await?;
    }
    Ok(removed)
}

async fn remove_of_tenant(app: &App, tenant: TenantId) -> Result<u64, StoreError> {
    let removal = Removal {
        sessions_before: app.now() - KEEP_SESSIONS,
        tickets_before: app.now() - KEEP_TICKETS,
        limit: i64::from(BATCH),
    };
    let mut removed = 0;
    loop {
        let mut tx = app.db.write(tenant).await?;
        // What sessions handed out goes before them.
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
