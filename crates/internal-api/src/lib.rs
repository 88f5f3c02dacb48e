//! Requests and answers of the calls between our own services: JSON over HTTP under `/internal/` of the
//! callee's port. The caller proves itself with a service token (`Authorization: Bearer …`); the callee
//! lists who may call what. These calls are never GraphQL and never reachable through the gateway.

pub mod accounts;
pub mod events;
pub mod inventory;
pub mod tenants;

use serde::{Deserialize, Serialize};

/// The body of every answer that is not 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct InternalError {
    /// A code of the closed list below.
    pub code: InternalErrorCode,
    /// For operators; never shown to clients.
    pub message: String,
}

/// Why an internal call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InternalErrorCode {
    /// No valid service token, or one for another callee.
    Unauthenticated,
    /// The caller is not on the callee's list for this path.
    Forbidden,
    /// The body is not what the path takes.
    BadRequest,
    /// The callee cannot answer now; the call may be repeated.
    Unavailable,
    /// The callee failed.
    Internal,
}

impl std::fmt::Display for InternalErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadRequest => "BAD_REQUEST",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        })
    }
}
