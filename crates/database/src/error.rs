//! Errors between a store and PostgreSQL.

use std::panic::Location;

/// A failed statement. The text is for operators and never reaches a client.
#[derive(Debug, thiserror::Error)]
#[error("statement failed at {at}")]
pub struct StoreError {
    at: &'static Location<'static>,
    #[source]
    source: sqlx::Error,
}

impl StoreError {
    /// Whether a retry of the whole command may succeed: after a conflict (serialization, deadlock) or
    /// a lost connection.
    pub fn is_retryable(&self) -> bool {
        match &self.source {
            // 40001 serialization_failure, 40P01 deadlock_detected
            sqlx::Error::Database(error) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            sqlx::Error::Io(_) => true,
            _ => false,
        }
    }

    /// Whether the database was unavailable or did not answer in time; the outcome was not decided.
    pub fn is_unavailable(&self) -> bool {
        match &self.source {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => true,
            // class 08 connection, 53 resources, 57 operator intervention (57014: statement time-out),
            // 55P03 lock_not_available, 3D000 the database is being restored
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                code.starts_with("08")
                    || code.starts_with("53")
                    || code.starts_with("57")
                    || code == "55P03"
                    || code == "3D000"
            }),
            _ => false,
        }
    }

    /// The name of the violated constraint.
    pub fn constraint(&self) -> Option<&str> {
        match &self.source {
            sqlx::Error::Database(error) => error.constraint(),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    #[track_caller]
    fn from(source: sqlx::Error) -> Self {
        Self {
            at: Location::caller(),
            source,
        }
    }
}
