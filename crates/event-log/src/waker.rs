//! Wakes the relay after a commit.
//!
//! `NOTIFY` inside the command's transaction would take a lock of the whole database at every
//! commit. So it is sent afterwards, on a connection of its own, at most once in 5 ms for any number
//! of commits. It may be lost: the relay looks by itself once a second.

use std::sync::Arc;
use std::time::Duration;

use database::PlatformDb;
use service::Tasks;
use sqlx::PgConnection;
use tokio::sync::Notify;

use crate::relay;

const PAUSE: Duration = Duration::from_millis(5);
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

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
                            "relay was not woken"
                        );
                    }
                    Err(_elapsed) => tracing::debug!("relay was not woken in time"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        waker
    }

    /// A waker that wakes nobody, for tests and tools without a relay.
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
    relay::notify(&mut connection).await?;
    Ok(connection)
}
