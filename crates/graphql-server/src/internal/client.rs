//! Client of internal calls.

use std::sync::Arc;

use identity::{ServiceName, ServiceTokens, TokenError};
use ids::TenantId;
use internal_api::{InternalError, InternalErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::{Deadline, deadlines, trace};

/// Errors of an internal call.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The callee was unreachable or did not answer before the time-out. It may or may not have acted.
    #[error("{callee} did not answer")]
    NoAnswer {
        /// Name of the called service.
        callee: &'static str,
        /// Error of the HTTP client.
        #[source]
        source: reqwest::Error,
    },
    /// The callee answered with an error.
    #[error("{callee} rejected the call")]
    Refused {
        /// Name of the called service.
        callee: &'static str,
        /// Error that the callee returned.
        #[source]
        source: InternalError,
    },
    /// The call could not be signed.
    #[error("the call could not be signed")]
    Signing(#[from] TokenError),
}

impl CallError {
    /// Whether a retry may succeed.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Refused { source, .. } => source.code == InternalErrorCode::Unavailable,
            Self::Signing(_) => false,
        }
    }
}

/// Client of one other service.
#[derive(Clone)]
pub struct InternalClient {
    http: reqwest::Client,
    base_url: String,
    tokens: Arc<ServiceTokens>,
    callee: ServiceName,
}

impl InternalClient {
    /// Creates a client of `callee` at `base_url` (`http://host:port`).
    pub fn new(base_url: &str, tokens: Arc<ServiceTokens>, callee: ServiceName) -> Self {
        let http = reqwest::Client::builder()
            .connect_timeout(deadlines::POOL_WAIT)
            .no_proxy()
            .build()
            .unwrap_or_default();
        Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            tokens,
            callee,
        }
    }

    /// Posts a request and reads the answer, within the deadline and within the time-out of internal calls.
    /// Passes the remaining budget and the trace context on.
    pub async fn post<Req: Serialize + Sync, Res: DeserializeOwned>(
        &self,
        path: &str,
        tenant: Option<TenantId>,
        request: &Req,
        deadline: Deadline,
    ) -> Result<Res, CallError> {
        let callee = self.callee.as_str();
        let budget = deadline.at_most(deadlines::INTERNAL_CALL);
        let mut call = self
            .http
            .post(format!("{}{path}", self.base_url))
            .timeout(budget.remaining())
            .bearer_auth(self.tokens.mint(self.callee, tenant)?)
            .header(Deadline::HEADER, budget.to_header_value())
            .json(request);
        if let Some(context) = trace::current() {
            call = call.header(trace::TRACEPARENT, context.to_traceparent());
        }
        let no_answer = |source| CallError::NoAnswer { callee, source };
        let answer = call.send().await.map_err(no_answer)?;
        if answer.status().is_success() {
            return answer.json().await.map_err(no_answer);
        }
        let status = answer.status();
        let source = answer
            .json()
            .await
            .unwrap_or_else(|_no_json| InternalError {
                code: InternalErrorCode::Internal,
                message: status.to_string(),
            });
        Err(CallError::Refused { callee, source })
    }
}
