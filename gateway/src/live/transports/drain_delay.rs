//! Staggers disconnects during shutdown: each socket or stream is closed at a random time within the drain spread, so
//! that clients do not reconnect all at once.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Disconnect delay of one connection.
pub struct DrainDelay {
    draining: CancellationToken,
    spread: Duration,
    close_at: Option<Instant>,
}

impl DrainDelay {
    /// Starts when `draining` is cancelled and lasts at most `spread`.
    pub fn new(draining: CancellationToken, spread: Duration) -> Self {
        Self {
            draining,
            spread,
            close_at: None,
        }
    }

    /// Waits until the connection must close. Cancel-safe.
    pub async fn wait(&mut self) {
        let close_at = if let Some(close_at) = self.close_at {
            close_at
        } else {
            self.draining.cancelled().await;
            let delay = self.spread.mul_f64(rand::random_range(0.0..=1.0));
            *self.close_at.insert(Instant::now() + delay)
        };
        tokio::time::sleep_until(close_at).await;
    }
}
