//! Wakes the readers of the log after a commit: the relay, and processes with followers.
//!
//! `NOTIFY` inside the command's transaction would take a lock of the whole database at every
//! commit. So it is sent afterwards, on a connection of its own, at most once in 5 ms for any number
//! of commits. It may be lost: whoever listens looks by itself once a second.

use std::sync::Arc;
use std::time::Duration;

use database::PlatformDb;
use service::Tasks;
use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;

use crate::store;

const PAUSE: Duration = Duration::from_millis(5);
const SEND_TIMEOUT: Duration = Duration::from_secs(1);
/// A notification may be lost, so listeners look by themselves this often.
const POLL: Duration = Duration::from_secs(1);
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// Handle to the waker; clones share it.
#[derive(Debug, Clone)]
pub struct Waker(Arc<Notify>);

impl Waker {
    /// Starts the waker of a process that appends events.
    pub fn start(platform: &PlatformDb, tasks: &Tasks) -> Self {
        let waker = Self(Arc::new(Notify::new()));
        let asked = Arc::clone(&waker.0);
        let token = tasks.token();
        let platform = platform.clone();
        tasks.spawn("event_log.waker", async move {
            let mut connection: Option<PgConnection> = None;
            loop {
                tokio::select! {
                    () = token.cancelled() => return,
                    () = asked.notified() => {}
                }
                let sent = send(&platform, connection.take());
                match tokio::time::timeout(SEND_TIMEOUT, sent).await {
                    Ok(Ok(open)) => connection = Some(open),
                    Ok(Err(error)) => {
                        tracing::debug!(
                            error = &error as &dyn std::error::Error,
                            "readers of the log were not woken"
                        );
                    }
                    Err(_elapsed) => tracing::debug!("readers of the log were not woken in time"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        waker
    }

    /// A waker that wakes nobody, for tests and tools without readers.
    pub fn silent() -> Self {
        Self(Arc::new(Notify::new()))
    }

    /// Says that events were committed. Returns at once.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

async fn send(
    platform: &PlatformDb,
    kept: Option<PgConnection>,
) -> Result<PgConnection, database::StoreError> {
    let mut connection = match kept {
        Some(connection) => connection,
        None => platform.dedicated_connection().await?,
    };
    store::notify(&mut connection).await?;
    Ok(connection)
}

/// Rings at every notification and at least once a second, for ever. The first ring comes at once or
/// within a second.
pub(crate) async fn ring_at_commits(platform: &PlatformDb, ring: impl Fn() + Sync) {
    loop {
        let mut listener = match platform.listen(store::CHANNEL).await {
            Ok(listener) => listener,
            Err(error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the log is only polled"
                );
                ring();
                tokio::time::sleep(POLL).await;
                continue;
            }
        };
        if let Err(error) = ring_at_notifications(&mut listener, &ring).await {
            tracing::debug!(%error, "notifications are interrupted");
        }
        ring();
        tokio::time::sleep(PAUSE_AFTER_TROUBLE).await;
    }
}

/// Ends when the connection breaks.
async fn ring_at_notifications(
    listener: &mut PgListener,
    ring: &(impl Fn() + Sync),
) -> Result<(), sqlx::Error> {
    loop {
        let mut next = std::pin::pin!(listener.try_recv());
        loop {
            tokio::select! {
                // `None` means that the connection was lost and made again: something may be missed.
                received = &mut next => {
                    received?;
                    ring();
                    break;
                }
                () = tokio::time::sleep(POLL) => ring(),
            }
        }
    }
}
