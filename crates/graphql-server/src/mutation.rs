//! How a mutation ends: done, refused with user errors in its payload, or failed with an error in `errors`.
//!
//! An operation returns `Result<T, CommandError<R>>`. Its field calls [`outcome`] and builds the payload.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{OutputType, SimpleObject, TypeName};
use database::{Retryable, StoreError};
use identity::Denied;
use service::{DeadlineOver, QueueError};

use crate::{Failure, Rejection};

/// Why a mutation changed nothing, as an expected outcome: an enum without fields, named `<Mutation>ErrorCode` in the
/// schema. Its `Display` is the message of the user error.
pub trait Refusal: OutputType + std::error::Error {
    /// Name of the input field that caused the refusal, if one did.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

/// A reason why a mutation was refused.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(name_type)]
pub struct UserError<R: Refusal> {
    /// Machine-readable code.
    code: R,
    /// Human-readable message.
    message: String,
    /// Path of the input field that caused the error, if one did.
    field: Option<Vec<String>>,
}

impl<R: Refusal> TypeName for UserError<R> {
    fn type_name() -> Cow<'static, str> {
        let code = R::type_name();
        let mutation = code.strip_suffix("ErrorCode").unwrap_or(&code);
        Cow::Owned(format!("{mutation}UserError"))
    }
}

impl<R: Refusal> From<R> for UserError<R> {
    fn from(refusal: R) -> Self {
        Self {
            message: refusal.to_string(),
            field: refusal.field().map(|field| input_path(&[field])),
            code: refusal,
        }
    }
}

/// Path of a part of the argument `input`.
pub fn input_path(parts: &[&str]) -> Vec<String> {
    ["input"]
        .iter()
        .chain(parts)
        .map(|&part| part.to_owned())
        .collect()
}

/// Why a command has no result.
#[derive(Debug, Clone)]
pub enum CommandError<R> {
    /// The client gets user errors.
    Refused(R),
    /// The client gets an error in `errors`.
    Failed(Failure),
}

/// Splits the result of a command into the result for the payload and its user errors.
pub fn outcome<T, R: Refusal>(
    result: Result<T, CommandError<R>>,
) -> Result<(Option<T>, Vec<UserError<R>>), Failure> {
    Ok(match decided(result)? {
        Ok(done) => (Some(done), Vec::new()),
        Err(refusal) => (None, vec![refusal.into()]),
    })
}

/// Separates failures from the decision on a command, for a mutation with user errors of its own shape.
pub fn decided<T, R>(result: Result<T, CommandError<R>>) -> Result<Result<T, R>, Failure> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(CommandError::Refused(refusal)) => Ok(Err(refusal)),
        Err(CommandError::Failed(failure)) => Err(failure),
    }
}

impl<R> Retryable for CommandError<R> {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Failed(failure) => failure.is_retryable(),
        }
    }
}

impl<R: Refusal> From<R> for CommandError<R> {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal)
    }
}

/// Errors that every operation passes on with `?`.
macro_rules! failed_with {
    ($($error:ty),+ $(,)?) => {
        $(impl<R> From<$error> for CommandError<R> {
            fn from(error: $error) -> Self {
                Self::Failed(error.into())
            }
        })+
    };
}

failed_with!(
    Failure,
    Rejection,
    Denied,
    StoreError,
    Arc<StoreError>,
    QueueError,
    DeadlineOver,
);

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        Self::unavailable(error)
    }
}

impl From<DeadlineOver> for Failure {
    fn from(error: DeadlineOver) -> Self {
        Self::unavailable(error)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Enum;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, thiserror::Error)]
    #[graphql(name = "RenameShelfErrorCode")]
    enum RenameRefusal {
        #[error("shelf was not found")]
        ShelfNotFound,
        #[error("the library is closed")]
        Closed,
    }

    impl Refusal for RenameRefusal {
        fn field(&self) -> Option<&'static str> {
            match self {
                Self::ShelfNotFound => Some("id"),
                Self::Closed => None,
            }
        }
    }

    fn user_error(refusal: RenameRefusal) -> UserError<RenameRefusal> {
        let (renamed, mut user_errors) = outcome(Err::<(), _>(refusal.into())).unwrap();
        assert_eq!((renamed, user_errors.len()), (None, 1));
        user_errors.remove(0)
    }

    #[test]
    fn a_refusal_is_a_user_error_of_its_mutation() {
        assert_eq!(
            <UserError<RenameRefusal> as TypeName>::type_name(),
            "RenameShelfUserError"
        );
        assert_eq!(
            user_error(RenameRefusal::ShelfNotFound),
            UserError {
                code: RenameRefusal::ShelfNotFound,
                message: "shelf was not found".to_owned(),
                field: Some(vec!["input".to_owned(), "id".to_owned()]),
            }
        );
        assert_eq!(user_error(RenameRefusal::Closed).field, None);
    }

    #[test]
    fn a_failure_is_no_user_error() {
        let failed = CommandError::<RenameRefusal>::from(Rejection::Denied);

        let failure = outcome(Err::<(), _>(failed)).unwrap_err();

        assert_eq!(failure.code(), "FORBIDDEN");
    }
}
