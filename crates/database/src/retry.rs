//! Runs a command again when it lost a race.

use std::future::Future;
use std::time::Duration;

use crate::StoreError;

const TRIES: u32 = 3;

/// Runs a whole command, again after a retryable failure, three times at most. The command opens its own
/// transaction, so a repeat starts from nothing.
pub async fn retry<T, F, Fut>(mut command: F) -> Result<T, StoreError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, StoreError>>,
{
    let mut tried = 1;
    loop {
        match command().await {
            Err(error) if error.is_retryable() && tried < TRIES => {
                tracing::debug!(tried, "command is retried");
                tokio::time::sleep(Duration::from_millis(u64::from(10 * tried))).await;
                tried += 1;
            }
            result => return result,
        }
    }
}
