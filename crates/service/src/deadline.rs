//! How much time is left for a piece of work.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

/// A point in time after which nobody waits for the answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

/// The time was up before the work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("deadline is over")]
pub struct DeadlineOver;

impl Deadline {
    /// Header that carries the remaining budget in milliseconds on internal calls.
    pub const HEADER: &'static str = "x-shop-deadline-ms";

    /// No header may ask for more than this.
    const LONGEST: Duration = Duration::from_mins(1);

    /// The deadline that lies `budget` from now.
    pub fn after(budget: Duration) -> Self {
        Self(Instant::now() + budget.min(Duration::from_hours(24)))
    }

    /// Time left; zero when it is over.
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether the time is up.
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// The instant itself, for `tokio::time::timeout_at`.
    pub fn instant(&self) -> Instant {
        self.0
    }

    /// The sooner of this deadline and `limit` from now.
    #[must_use]
    pub fn at_most(&self, limit: Duration) -> Self {
        (*self).min(Self::after(limit))
    }

    /// Waits for the work, but not past the deadline; the work is dropped then.
    pub async fn run<F: Future>(&self, work: F) -> Result<F::Output, DeadlineOver> {
        tokio::time::timeout_at(self.0, work)
            .await
            .map_err(|_elapsed| DeadlineOver)
    }

    /// Reads [`Self::HEADER`]; `None` when it is absent or not a number of milliseconds.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(Self::HEADER)?.to_str().ok()?;
        let budget = Duration::from_millis(text.trim().parse().ok()?);
        Some(Self::after(budget.min(Self::LONGEST)))
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
