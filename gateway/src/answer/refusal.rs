//! Refusals of subscriptions: the errors that the client gets.

use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::code::ErrorCode;
use super::rejection::{Rejection, SERVICE_UNAVAILABLE};

/// The `errors` of a subscription that cannot start or has ended. Cloning copies a pointer.
#[derive(Clone, Debug)]
pub struct Refusal {
    code: ErrorCode,
    errors: Arc<str>,
}

impl Refusal {
    /// A refusal with one error.
    pub fn new(code: ErrorCode, message: &str) -> Self {
        let error = json!({ "message": message, "extensions": { "code": code.as_str() } });
        Self::of_answer(code, &json!([error]))
    }

    /// Errors that are already JSON: the `errors` array of an answer.
    pub fn of_answer(code: ErrorCode, errors: &Value) -> Self {
        Self {
            code,
            errors: errors.to_string().into(),
        }
    }

    /// One error with the limit that is exceeded.
    fn with_limit(code: ErrorCode, message: &str, limit: i64) -> Self {
        let extensions = json!({ "code": code.as_str(), "limit": limit });
        let error = json!({ "message": message, "extensions": extensions });
        Self::of_answer(code, &json!([error]))
    }

    /// The `errors` of an answer, unchanged; `code` is that of the first error.
    pub fn of_errors(code: ErrorCode, errors: &RawValue) -> Self {
        Self {
            code,
            errors: errors.get().into(),
        }
    }

    /// A limit of the tenant's plan is reached; the message names the limit and its value.
    pub fn limit(what: &str, limit: u32) -> Self {
        let message = format!("{what} are limited to {limit}");
        Self::with_limit(ErrorCode::RateLimited, &message, limit.into())
    }

    /// The cursor is further behind the head than the gateway replays.
    pub fn replay_too_long(limit: i64) -> Self {
        let message = format!(
            "a replay is limited to {limit} events: load a new snapshot and subscribe after it"
        );
        Self::with_limit(ErrorCode::CursorExpired, &message, limit)
    }

    /// The cursor is forged, or belongs to another tenant or field.
    pub fn cursor_invalid() -> Self {
        Self::new(
            ErrorCode::CursorInvalid,
            "the cursor is not valid for this subscription",
        )
    }

    /// The log no longer has the events after the cursor.
    pub fn cursor_expired() -> Self {
        Self::new(
            ErrorCode::CursorExpired,
            "the events after this cursor are no longer kept: load a new snapshot and subscribe after it",
        )
    }

    /// A service behind the gateway is unavailable.
    pub fn unavailable() -> Self {
        Self::new(ErrorCode::ServiceUnavailable, SERVICE_UNAVAILABLE)
    }

    /// The code of the first error.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// A JSON array of errors.
    pub fn errors(&self) -> &str {
        &self.errors
    }

    /// A complete GraphQL answer without data.
    pub fn to_answer(&self) -> String {
        format!("{{\"errors\":{}}}", self.errors)
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        rejection.log();
        let errors = serde_json::to_string(&rejection.errors()).unwrap_or_else(|_| "[]".to_owned());
        Self {
            code: rejection.code(),
            errors: errors.into(),
        }
    }
}
