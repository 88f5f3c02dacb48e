//! Retry of commands that failed because of a conflict.

use std::future::Future;
use std::time::Duration;

use crate::StoreError;

const MAX_ATTEMPTS: u32 = 3;

/// The error of a command.
pub trait Retryable {
    /// Whether another run of the whole command may succeed.
    fn is_retryable(&self) -> bool;
}

impl Retryable for StoreError {
    fn is_retryable(&self) -> bool {
        self.is_retryable()
    }
}

/// Runs a whole command and retries it after a retryable failure, with growing back-off; three attempts at most.
/// The command opens its own transaction, so a retry starts from the beginning.
pub async fn retry<T, E, F, Fut>(mut command: F) -> Result<T, E>
where
    E: Retryable,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        match command().await {
            Err(error) if error.is_retryable() && attempt < MAX_ATTEMPTS => {
                tracing::debug!(tried = attempt, "command is retried");
                tokio::time::sleep(Duration::from_millis(u64::from(10 * attempt))).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}
