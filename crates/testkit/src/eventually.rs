//! Polling for asynchronous effects, with a time-out.

use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Polls until there is an answer, for 20 s at most; then the test fails.
pub async fn eventually<T, Fut>(what: &str, mut ask: impl FnMut() -> Fut) -> T
where
    Fut: Future<Output = Option<T>>,
{
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < TIMEOUT, "timed out waiting for: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
