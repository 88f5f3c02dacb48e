//! Wakes the readers of the log after a commit: the relay, and processes with followers.
//!
//! `NOTIFY` inside the command's transaction would take a lock on the whole database at every
//! commit. So it is sent after the commit, on a separate connection, at most once in 5 ms for any
//! number of commits. A notification may be lost: listeners also poll once a second.

use std::sync::Arc;
use std::time::Duration;

use database::PlatformDb;
use service::Tasks;
use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;

use crate::store;

const COALESCE_DELAY: Duration = Duration::from_millis(5);
const SEND_TIMEOUT: Duration = Duration::from_secs(1);
/// A notification may be lost, so listeners also poll at this interval.
const POLL: Duration = Duration::from_secs(1);
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Starts the waker of a process that appends events. It wakes the readers whenever it is notified.
pub(crate) fn start(platform: &PlatformDb, tasks: &Tasks) -> Arc<Notify> {
    let committed = Arc::new(Notify::new());
    let requested = Arc::clone(&committed);
    let token = tasks.token();
    let platform = platform.clone();
    tasks.spawn("event_log.waker", async move {
        let mut connection: Option<PgConnection> = None;
        loop {
            tokio::select! {
                () = token.cancelled() => return,
                () = requested.notified() => {}
            }
            let sent = send(&platform, connection.take());
            match tokio::time::timeout(SEND_TIMEOUT, sent).await {
                Ok(Ok(open)) => connection = Some(open),
                Ok(Err(error)) => {
                    tracing::debug!(
                        error = %service::log::chain(&error),
                        "readers of the log were not notified"
                    );
                }
                Err(_elapsed) => tracing::debug!("notifying readers of the log timed out"),
            }
            tokio::time::sleep(COALESCE_DELAY).await;
        }
    });
    committed
}

async fn send(
    platform: &PlatformDb,
    cached: Option<PgConnection>,
) -> Result<PgConnection, database::StoreError> {
    let mut connection = match cached {
        Some(connection) => connection,
        None => platform.dedicated_connection().await?,
    };
    store::notify(&mut connection).await?;
    Ok(connection)
}

/// Calls `wake` at every notification and at least once a second. Never returns. The first call
/// comes at once or within a second.
pub(crate) async fn notify_on_commit(platform: &PlatformDb, wake: impl Fn() + Sync) {
    loop {
        let mut listener = match platform.listen(store::CHANNEL).await {
            Ok(listener) => listener,
            Err(error) => {
                tracing::debug!(
                    error = %service::log::chain(&error),
                    "cannot listen for notifications, the log is only polled"
                );
                wake();
                tokio::time::sleep(POLL).await;
                continue;
            }
        };
        if let Err(error) = wake_on_notifications(&mut listener, &wake).await {
            tracing::debug!(error = %service::log::chain(&error), "notifications interrupted");
        }
        wake();
        tokio::time::sleep(RETRY_DELAY).await;
    }
}

/// Calls `wake` at every notification and every [`POLL`]. Returns when the connection fails.
async fn wake_on_notifications(
    listener: &mut PgListener,
    wake: &(impl Fn() + Sync),
) -> Result<(), sqlx::Error> {
    loop {
        let mut next = std::pin::pin!(listener.try_recv());
        loop {
            tokio::select! {
                // `None` means that the connection was lost and opened again: notifications may be
                // missed.
                received = &mut next => {
                    received?;
                    wake();
                    break;
                }
                () = tokio::time::sleep(POLL) => wake(),
            }
        }
    }
}
