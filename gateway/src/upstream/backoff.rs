//! Back-off between retries of a failed read.

use std::time::Duration;

use tokio::time::Instant;

const FIRST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(1);

/// Delays that double up to a second, with jitter, until retries have taken `time_out`.
#[derive(Debug)]
pub struct Backoff {
    time_out: Duration,
    first_failure: Option<Instant>,
    delay: Duration,
}

impl Backoff {
    /// The time-out is counted from the first failure.
    pub fn new(time_out: Duration) -> Self {
        Self {
            time_out,
            first_failure: None,
            delay: FIRST_DELAY,
        }
    }

    /// After a failure: the delay before the next attempt, or `None` after the time-out.
    pub fn next_delay(&mut self) -> Option<Duration> {
        let first_failure = *self.first_failure.get_or_insert_with(Instant::now);
        if first_failure.elapsed() >= self.time_out {
            return None;
        }
        let delay = self.delay;
        self.delay = (delay * 2).min(LONGEST_DELAY);
        Some(delay.mul_f64(rand::random_range(0.5..=1.0)))
    }

    /// After a success: the next failure starts a new time-out with the first delay.
    pub fn reset(&mut self) {
        self.first_failure = None;
        self.delay = FIRST_DELAY;
    }
}
