//! When a socket or stream is sent away because the process stops: at a moment of its own within the spread, so that
//! clients do not come back all at once.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The moment of one connection.
pub struct Departure {
    draining: CancellationToken,
    spread: Duration,
    at: Option<Instant>,
}

impl Departure {
    /// Not before `draining`, and within `spread` of it.
    pub fn new(draining: CancellationToken, spread: Duration) -> Self {
        Self {
            draining,
            spread,
            at: None,
        }
    }

    /// Waits for the moment. Safe to drop at any time.
    pub async fn due(&mut self) {
        let at = if let Some(at) = self.at {
            at
        } else {
            self.draining.cancelled().await;
            let wait = self.spread.mul_f64(rand::random_range(0.0..=1.0));
            *self.at.insert(Instant::now() + wait)
        };
        tokio::time::sleep_until(at).await;
    }
}
