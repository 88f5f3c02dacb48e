//! Errors between a store and PostgreSQL.

use std::error::Error;
use std::panic::Location;

use uuid::Uuid;

type Source = Box<dyn Error + Send + Sync>;

/// A store function that failed. The text is for operators and never reaches a client.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("statement failed at {at}")]
    Statement {
        at: &'static Location<'static>,
        #[source]
        source: sqlx::Error,
    },
    #[error(transparent)]
    Corrupt(#[from] CorruptRow),
    #[error("stored rows contradict each other, seen at {at}")]
    Inconsistent {
        at: &'static Location<'static>,
        #[source]
        source: Source,
    },
}

/// Table, column and row of a stored value that this version cannot read; never the value itself, which may be personal.
#[derive(Debug, thiserror::Error)]
#[error("{table}.{column} of row {id} cannot be read")]
pub(crate) struct CorruptRow {
    pub table: &'static str,
    pub column: &'static str,
    pub id: Uuid,
    pub source: Option<Source>,
}

impl From<CorruptRow> for sqlx::Error {
    fn from(row: CorruptRow) -> Self {
        Self::Decode(Box::new(row))
    }
}

impl StoreError {
    /// Rows that contradict each other in a way that constraints should prevent. A retry reads the same.
    #[track_caller]
    pub fn inconsistent(source: impl Error + Send + Sync + 'static) -> Self {
        Self(Kind::Inconsistent {
            at: Location::caller(),
            source: Box::new(source),
        })
    }

    const fn statement(&self) -> Option<&sqlx::Error> {
        match &self.0 {
            Kind::Statement { source, .. } => Some(source),
            Kind::Corrupt(_) | Kind::Inconsistent { .. } => None,
        }
    }

    /// Whether a retry of the whole command may succeed: after a conflict (serialization, deadlock) or
    /// a lost connection.
    pub fn is_retryable(&self) -> bool {
        match self.statement() {
            // 40001 serialization_failure, 40P01 deadlock_detected
            Some(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            Some(sqlx::Error::Io(_)) => true,
            _ => false,
        }
    }

    /// Whether the database was unavailable or did not answer in time; the outcome was not decided.
    pub fn is_unavailable(&self) -> bool {
        match self.statement() {
            Some(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed,
            ) => true,
            // class 08 connection, 53 resources, 57 operator intervention (57014: statement time-out),
            // 55P03 lock_not_available, 3D000 the database is being restored
            Some(sqlx::Error::Database(error)) => error.code().is_some_and(|code| {
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
        match self.statement() {
            Some(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    #[track_caller]
    fn from(source: sqlx::Error) -> Self {
        let at = Location::caller();
        // What `Columns` could not read has travelled through `sqlx::FromRow`, which knows this error only.
        let source = match source {
            sqlx::Error::Decode(source) => match source.downcast::<CorruptRow>() {
                Ok(row) => return Self(Kind::Corrupt(*row)),
                Err(source) => sqlx::Error::Decode(source),
            },
            other => other,
        };
        Self(Kind::Statement { at, source })
    }
}
