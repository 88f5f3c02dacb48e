//! How long and how often something that failed is tried again.

use std::time::Duration;

use tokio::time::Instant;

const FIRST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(1);

/// Delays that double up to a second, with jitter, until a limit is used up.
#[derive(Debug)]
pub struct Patience {
    limit: Duration,
    since: Option<Instant>,
    delay: Duration,
}

impl Patience {
    /// Patience for `limit`, counted from the first failure.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            since: None,
            delay: FIRST_DELAY,
        }
    }

    /// After a failure: how long to wait before the next attempt, or `None` when the limit is used up.
    pub fn next_delay(&mut self) -> Option<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        if since.elapsed() >= self.limit {
            return None;
        }
        let delay = self.delay;
        self.delay = (delay * 2).min(LONGEST_DELAY);
        Some(delay.mul_f64(rand::random_range(0.5..=1.0)))
    }

    /// After a success: the next failure starts anew.
    pub fn reset(&mut self) {
        self.since = None;
        self.delay = FIRST_DELAY;
    }
}
