//! Why a valid subscription cannot be served.

use crate::answer::{ErrorCode, Refusal};

/// Why a valid subscription cannot be served.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RewriteError {
    /// The operation selects no field, or several.
    #[error("a subscription must select exactly one field")]
    NotOneField,
    /// `__typename` or another introspection field at the root.
    #[error("a subscription must not select `{field}` at its root")]
    Introspection {
        /// The offending field.
        field: String,
    },
    /// `@skip` or `@include` at the root: whether the subscription exists would depend on a variable.
    #[error("a subscription must not use @skip or @include at its root")]
    Conditional,
    /// `@defer` or `@stream`: an event is a single answer.
    #[error("@{directive} cannot be used in a subscription")]
    Incremental {
        /// The name without `@`.
        directive: String,
    },
    /// The field has no event stream.
    #[error("`{field}` cannot be subscribed to")]
    NoStream {
        /// The field's name.
        field: String,
    },
    /// A variable is missing or its value does not fit its type.
    #[error("{message}")]
    Variable {
        /// Names the variable and the expected type.
        message: String,
    },
}

impl From<RewriteError> for Refusal {
    fn from(error: RewriteError) -> Self {
        let code = match error {
            RewriteError::NotOneField
            | RewriteError::Introspection { .. }
            | RewriteError::Conditional
            | RewriteError::Incremental { .. }
            | RewriteError::NoStream { .. } => ErrorCode::GraphqlValidationFailed,
            RewriteError::Variable { .. } => ErrorCode::BadRequest,
        };
        Self::new(code, &error.to_string())
    }
}
