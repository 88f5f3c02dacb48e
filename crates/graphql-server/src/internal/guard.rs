//! Guard of internal calls: authenticates the calling service and checks its permission, tenant and deadline.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use database::StoreError;
use identity::{ServiceCaller, ServiceName, ServiceTokenVerifier};
use ids::TenantId;
use internal_api::{InternalError, InternalErrorCode};
use serde::de::DeserializeOwned;
use service::{Deadline, deadlines};

/// Verifies service tokens for one callee. Part of the router state of internal routes.
#[derive(Clone)]
pub struct ServiceGuard {
    verifier: Arc<ServiceTokenVerifier>,
}

impl ServiceGuard {
    /// Creates a guard that uses this verifier.
    pub fn new(verifier: Arc<ServiceTokenVerifier>) -> Self {
        Self { verifier }
    }

    /// Restricts these routes to `allowed` services. For routes whose handlers do not check the caller
    /// themselves.
    pub fn around(self, routes: Router, allowed: &'static [ServiceName]) -> Router {
        routes.layer(middleware::from_fn(move |request: Request, next: Next| {
            let checked = self
                .check(&request)
                .and_then(|caller| check_caller(&caller, allowed));
            async move {
                match checked {
                    Ok(()) => next.run(request).await,
                    Err(failure) => failure.into_response(),
                }
            }
        }))
    }

    fn check(&self, request: &Request) -> Result<ServiceCaller, InternalFailure> {
        request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| self.verifier.verify(token).ok())
            .ok_or_else(|| {
                InternalFailure::new(InternalErrorCode::Unauthenticated, "no valid service token")
            })
    }
}

/// An authenticated internal call with its JSON body. Handlers get the body only through
/// [`InternalCall::from_caller`] or [`InternalCall::for_tenant`], which check the calling service.
pub struct InternalCall<T> {
    caller: ServiceCaller,
    deadline: Deadline,
    body: T,
}

impl<T> InternalCall<T> {
    /// Returns the body and its deadline if the calling service is one of `allowed`.
    pub fn from_caller(self, allowed: &[ServiceName]) -> Result<(T, Deadline), InternalFailure> {
        if allowed.contains(&self.caller.name) {
            Ok((self.body, self.deadline))
        } else {
            Err(InternalFailure::new(
                InternalErrorCode::Forbidden,
                "calling service is not permitted",
            ))
        }
    }

    /// Like [`InternalCall::from_caller`], for a call that acts for a tenant: token and body must name the same
    /// tenant.
    pub fn for_tenant(
        self,
        allowed: &[ServiceName],
        tenant: impl FnOnce(&T) -> TenantId,
    ) -> Result<(T, Deadline), InternalFailure> {
        if self.caller.tenant != Some(tenant(&self.body)) {
            return Err(InternalFailure::new(
                InternalErrorCode::Forbidden,
                "token and body name different tenants",
            ));
        }
        self.from_caller(allowed)
    }
}

fn check_caller(caller: &ServiceCaller, allowed: &[ServiceName]) -> Result<(), InternalFailure> {
    if allowed.contains(&caller.name) {
        Ok(())
    } else {
        Err(InternalFailure::new(
            InternalErrorCode::Forbidden,
            "calling service is not permitted",
        ))
    }
}

impl<S, T> FromRequest<S> for InternalCall<T>
where
    S: Send + Sync,
    ServiceGuard: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = InternalFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let caller = ServiceGuard::from_ref(state).check(&request)?;
        let deadline = Deadline::from_headers(request.headers())
            .unwrap_or_else(|| Deadline::after(deadlines::INTERNAL_CALL));
        let Json(body) = Json::<T>::from_request(request, state)
            .await
            .map_err(|rejection| {
                InternalFailure::new(InternalErrorCode::BadRequest, rejection.body_text())
            })?;
        Ok(Self {
            caller,
            deadline,
            body,
        })
    }
}

/// The error response of an internal call.
#[derive(Debug)]
pub struct InternalFailure(InternalError);

impl InternalFailure {
    /// Creates an error with a message for operators.
    pub fn new(code: InternalErrorCode, message: impl Into<String>) -> Self {
        Self(InternalError {
            code,
            message: message.into(),
        })
    }

    /// Creates an error after which the caller may retry.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(InternalErrorCode::Unavailable, message)
    }
}

impl From<StoreError> for InternalFailure {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() || error.is_retryable() {
            return Self::unavailable(error.to_string());
        }
        tracing::error!(
            error = %service::log::chain(&error),
            "internal call failed"
        );
        Self::new(InternalErrorCode::Internal, error.to_string())
    }
}

impl IntoResponse for InternalFailure {
    fn into_response(self) -> Response {
        let status = match self.0.code {
            InternalErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
            InternalErrorCode::Forbidden => StatusCode::FORBIDDEN,
            InternalErrorCode::BadRequest => StatusCode::BAD_REQUEST,
            InternalErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            InternalErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(self.0)).into_response()
    }
}
