//! When a process accepts traffic.

use std::time::Duration;

use service::Readiness;

use crate::Core;

const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Sets readiness when the database has answered once. A later outage of the database does not revoke it: all
/// processes would become unready together, and typed errors are more useful to clients.
pub fn become_ready(core: &Core, readiness: &Readiness) {
    let (db, stopping, readiness) = (core.db.clone(), core.tasks.token(), readiness.clone());
    core.tasks.spawn("readiness", async move {
        while let Err(error) = db.ping().await {
            tracing::warn!(
                error = %service::log::chain(&error),
                "database unavailable at start, retrying"
            );
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(RETRY_INTERVAL) => {}
            }
        }
        readiness.set_ready(true);
    });
}
