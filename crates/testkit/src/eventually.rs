//! Waits for what happens elsewhere, with a bound.

use std::time::{Duration, Instant};

const BOUND: Duration = Duration::from_secs(20);

/// Asks again until there is an answer, for 20 s at most; then the test fails.
pub async fn eventually<T, Fut>(what: &str, mut ask: impl FnMut() -> Fut) -> T
where
    Fut: Future<Output = Option<T>>,
{
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < BOUND, "waited in vain for: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
