//! Waiting for an earlier request with the same key.

use std::time::Duration;

use graphql_server::{CommandError, Failure};
use service::Deadline;

/// Interval between two polls of a key that another process uses.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// An earlier request with the key did not finish before the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an earlier request with the key did not finish in time")]
pub struct StillRunning;

/// Waits until the next poll, if it is before the deadline.
pub(crate) async fn pause(deadline: Deadline) -> Result<(), StillRunning> {
    if deadline.remaining() <= POLL_INTERVAL {
        return Err(StillRunning);
    }
    tokio::time::sleep(POLL_INTERVAL).await;
    Ok(())
}

impl From<StillRunning> for Failure {
    fn from(error: StillRunning) -> Self {
        Self::unavailable(error)
    }
}

impl<R> From<StillRunning> for CommandError<R> {
    fn from(error: StillRunning) -> Self {
        Self::Failed(error.into())
    }
}
