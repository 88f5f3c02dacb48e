//! The deadline of a piece of work and the budget that remains until it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

/// A point in time after which the answer is no longer awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

/// The deadline passed before the work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("deadline exceeded")]
pub struct DeadlineOver;

impl Deadline {
    /// Header that carries the remaining budget in milliseconds on internal calls.
    pub const HEADER: &'static str = "x-shop-deadline-ms";

    /// Upper bound for the budget in a header.
    const MAX_HEADER_BUDGET: Duration = Duration::from_mins(1);

    /// The deadline `budget` from now, at most 24 hours.
    pub fn after(budget: Duration) -> Self {
        Self(Instant::now() + budget.min(Duration::from_hours(24)))
    }

    /// Remaining budget; zero when the deadline has passed.
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether the deadline has passed.
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// The instant itself, for `tokio::time::timeout_at`.
    pub fn instant(&self) -> Instant {
        self.0
    }

    /// The earlier of this deadline and `limit` from now.
    #[must_use]
    pub fn at_most(&self, limit: Duration) -> Self {
        (*self).min(Self::after(limit))
    }

    /// Runs the work until the deadline at most; then drops the work.
    pub async fn run<F: Future>(&self, work: F) -> Result<F::Output, DeadlineOver> {
        tokio::time::timeout_at(self.0, work)
            .await
            .map_err(|_elapsed| DeadlineOver)
    }

    /// Reads [`Self::HEADER`]; `None` when it is absent or not a number of milliseconds.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(Self::HEADER)?.to_str().ok()?;
        let budget = Duration::from_millis(text.trim().parse().ok()?);
        Some(Self::after(budget.min(Self::MAX_HEADER_BUDGET)))
    }

    /// The remaining budget as the value of [`Self::HEADER`].
    pub fn to_header_value(&self) -> HeaderValue {
        let left = u64::try_from(self.remaining().as_millis()).unwrap_or(u64::MAX);
        HeaderValue::from(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shrinks_and_ends() {
        let deadline = Deadline::after(Duration::from_millis(30));
        assert!(!deadline.is_over());
        assert!(deadline.remaining() <= Duration::from_millis(30));

        let outcome = deadline.run(std::future::pending::<()>()).await;

        assert_eq!(outcome, Err(DeadlineOver));
        assert!(deadline.is_over());
        assert_eq!(deadline.to_header_value(), "0");
    }

    #[test]
    fn header_is_capped_and_may_be_absent() {
        let mut headers = HeaderMap::new();
        assert!(Deadline::from_headers(&headers).is_none());
        headers.insert(Deadline::HEADER, HeaderValue::from_static("99999999"));

        let deadline = Deadline::from_headers(&headers).unwrap();

        assert!(deadline.remaining() <= Duration::from_mins(1));
        assert!(deadline.at_most(Duration::from_secs(1)) < deadline);
    }
}
