//! Requests and responses of the internal calls between services: JSON over HTTP under `/internal/` on the
//! callee's port. The calling service authenticates with a service token (`Authorization: Bearer …`); the
//! callee has a list of the services that may call each path. Internal calls are never GraphQL and never
//! reachable through the gateway.

pub mod accounts;
pub mod events;
pub mod inventory;
pub mod tenants;

use ids::TenantId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A request between services, with everything that caller and callee must agree on.
pub trait InternalRequest: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Path on the callee's port, below `/internal/`.
    const PATH: &'static str;
    /// Limit of items in one request.
    const MAX_ITEMS: usize = 500;
    /// The body of a successful response.
    type Response: Serialize + DeserializeOwned + Send + 'static;

    /// The tenant that the request acts for: its service token must name the same one. `None` for a request across
    /// tenants.
    fn tenant(&self) -> Option<TenantId>;

    /// Number of items, for requests that carry a list.
    fn items(&self) -> usize {
        1
    }
}

/// The body of every response that is not 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct InternalError {
    /// The error code.
    pub code: InternalErrorCode,
    /// For operators; never shown to clients.
    pub message: String,
}

/// Why an internal call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InternalErrorCode {
    /// The service token is missing, invalid or for another callee.
    Unauthenticated,
    /// The calling service is not on the callee's list for this path.
    Forbidden,
    /// The body does not fit the path.
    BadRequest,
    /// The callee is temporarily unavailable; the call may be retried.
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
