//! Errors in GraphQL `errors[]`. Expected outcomes of a mutation are refusals instead: `userErrors` of its
//! payload.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_graphql::ErrorExtensions;
use database::StoreError;
use database::page::InvalidCursor;
use event_cursor::CursorError;
use event_log::ReadError;
use identity::Denied;

/// An error that replaces the result of a field.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The caller's mistake. Its text is shown to the client.
    Rejected(Rejection),
    /// Our failure. It is masked: the client sees only the code. The source chain is logged once, at this boundary.
    Internal(Arc<dyn Error + Send + Sync>),
    /// A dependency is unavailable; the client may retry the request.
    Unavailable(Arc<dyn Error + Send + Sync>),
}

/// A caller's mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The operation requires a signed-in caller.
    Unauthenticated,
    /// The caller's role does not permit the operation.
    Denied,
    /// The input violates a rule that the schema documents.
    BadInput {
        /// Explanation for client developers.
        message: String,
    },
    /// The cursor was not issued for this list or stream, or was altered.
    CursorInvalid,
    /// The cursor's position is before the oldest event that is kept, or belongs to another epoch.
    CursorExpired,
}

impl Rejection {
    /// Creates a `BAD_REQUEST` with an explanation.
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
    /// Wraps an internal failure with its cause.
    pub fn internal(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Internal(Arc::new(source))
    }

    /// Wraps the failure of a dependency with its cause.
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

    /// Whether a statement failed so that another run of the whole command may succeed.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Rejected(_) => false,
            Self::Internal(source) | Self::Unavailable(source) => source
                .downcast_ref::<StoreError>()
                .is_some_and(StoreError::is_retryable),
        }
    }

    fn log(&self) {
        match self {
            Self::Rejected(rejection) => {
                tracing::debug!(error.code = rejection.code(), "request rejected");
            }
            Self::Internal(source) => {
                tracing::error!(error = %service::log::chain(source.as_ref()), "request failed");
            }
            Self::Unavailable(source) => {
                tracing::warn!(error = %service::log::chain(source.as_ref()), "dependency unavailable");
            }
        }
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

impl From<CursorError> for Failure {
    fn from(error: CursorError) -> Self {
        match error {
            CursorError::Invalid => Self::Rejected(Rejection::CursorInvalid),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Expired => Self::Rejected(Rejection::CursorExpired),
            ReadError::Store(error) => error.into(),
        }
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
