//! What goes into GraphQL `errors[]`. Expected outcomes of a mutation do not: they are `userErrors` of its
//! payload.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_graphql::ErrorExtensions;
use database::StoreError;
use database::page::InvalidCursor;
use identity::Denied;

/// A request that has no answer.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The caller's mistake. Its text may be shown.
    Rejected(Rejection),
    /// Our failure. The client learns nothing but the code; the chain is logged once, here at the boundary.
    Internal(Arc<dyn Error + Send + Sync>),
    /// Something we depend on cannot answer now; the request may be repeated.
    Unavailable(Arc<dyn Error + Send + Sync>),
}

/// A caller's mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Nobody is signed in, and somebody would have to be.
    Unauthenticated,
    /// The caller's role does not allow it.
    Denied,
    /// The input breaks a rule of the schema's documentation.
    BadInput {
        /// What is wrong, for a developer of a client.
        message: String,
    },
    /// The cursor was not made by this list or stream, or was changed.
    CursorInvalid,
    /// The cursor points before the oldest event that is kept, or into a log that was replaced.
    CursorExpired,
}

impl Rejection {
    /// `BAD_REQUEST` with an explanation.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadInput {
            message: message.into(),
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Denied => "FORBIDDEN",
            Self::BadInput { .. } => "BAD_REQUEST",
            Self::CursorInvalid => "CURSOR_INVALID",
            Self::CursorExpired => "CURSOR_EXPIRED",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthenticated => "sign in to do this",
            Self::Denied => "you are not allowed to do this",
            Self::BadInput { message } => message,
            Self::CursorInvalid => "the cursor does not belong to this list",
            Self::CursorExpired => "the cursor is too old; start again without it",
        })
    }
}

impl Failure {
    /// Our own failure, with its cause.
    pub fn internal(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Internal(Arc::new(source))
    }

    /// A dependency's failure, with its cause.
    pub fn unavailable(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Arc::new(source))
    }

    /// The code in `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Internal(_) => "INTERNAL_SERVER_ERROR",
            Self::Unavailable(_) => "SERVICE_UNAVAILABLE",
        }
    }

    fn log(&self) {
        match self {
            Self::Rejected(rejection) => {
                tracing::debug!(error.code = rejection.code(), "request rejected");
            }
            Self::Internal(source) => {
                tracing::error!(error.chain = %Chain(source.as_ref()), "request failed");
            }
            Self::Unavailable(source) => {
                tracing::warn!(error.chain = %Chain(source.as_ref()), "dependency is unavailable");
            }
        }
    }
}

/// An error and its sources on one line.
struct Chain<'e>(&'e dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Rejected(if denied.anonymous {
            Rejection::Unauthenticated
        } else {
            Rejection::Denied
        })
    }
}

impl From<InvalidCursor> for Failure {
    fn from(_: InvalidCursor) -> Self {
        Self::Rejected(Rejection::CursorInvalid)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<Arc<StoreError>> for Failure {
    fn from(error: Arc<StoreError>) -> Self {
        if error.is_unavailable() {
            Self::Unavailable(error)
        } else {
            Self::Internal(error)
        }
    }
}

impl From<Failure> for async_graphql::Error {
    fn from(failure: Failure) -> Self {
        failure.log();
        let text = match &failure {
            Failure::Rejected(rejection) => rejection.to_string(),
            Failure::Internal(_) => "internal error".to_owned(),
            Failure::Unavailable(_) => "the service is unavailable, try again".to_owned(),
        };
        Self::new(text).extend_with(|_, extensions| extensions.set("code", failure.code()))
    }
}
