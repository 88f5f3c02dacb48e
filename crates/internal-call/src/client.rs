//! The client of internal calls.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use identity::{ServiceName, ServiceTokens};
use internal_api::{InternalError, InternalErrorCode, InternalRequest};
use service::telemetry::catalogue;
use service::{Deadline, deadlines, trace};

/// Longest accepted response in bytes; a feed page is far shorter.
const RESPONSE_LIMIT: usize = 8 * 1024 * 1024;
/// Shorter than the time after which our servers close idle connections: no request meets a closing connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Limit of idle connections per host.
const IDLE_CONNECTIONS: usize = 512;

const DEADLINE: HeaderName = HeaderName::from_static(Deadline::HEADER);
const TRACEPARENT: HeaderName = HeaderName::from_static(trace::TRACEPARENT);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A pooled HTTP/1.1 client without TLS, for calls within the cluster.
pub type HttpClient = Client<HttpConnector, Full<Bytes>>;
/// Why a connection or a request failed.
pub type HttpError = hyper_util::client::legacy::Error;

/// Creates the client of calls within the cluster. Connecting is limited in time, each call must be by its caller.
pub fn http_client() -> HttpClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(deadlines::CONNECT));
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector)
}

/// Why an internal call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The connection could not be established, or broke. The callee may or may not have acted.
    #[error("{callee} is unreachable")]
    Unreachable {
        /// Name of the called service.
        callee: &'static str,
        /// Error of the HTTP client.
        #[source]
        source: HttpError,
    },
    /// The callee did not respond before the deadline. It may or may not have acted.
    #[error("{callee} did not respond in time")]
    DeadlineExceeded {
        /// Name of the called service.
        callee: &'static str,
    },
    /// The callee responded with an error.
    #[error("{callee} rejected the call")]
    Rejected {
        /// Name of the called service.
        callee: &'static str,
        /// HTTP status.
        status: StatusCode,
        /// Error that the callee returned.
        #[source]
        source: InternalError,
    },
    /// The response ended early, is too long, or has an unexpected shape.
    #[error("the response of {callee} could not be read")]
    Unreadable {
        /// Name of the called service.
        callee: &'static str,
        /// Why it could not be read.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The request could not be signed or built; nothing was sent.
    #[error("the call to {callee} could not be built")]
    NotBuilt {
        /// Name of the called service.
        callee: &'static str,
        /// Why it could not be built.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl CallError {
    /// Whether a retry may succeed.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::DeadlineExceeded { .. } | Self::Unreadable { .. } => {
                true
            }
            Self::Rejected { source, .. } => source.code == InternalErrorCode::Unavailable,
            Self::NotBuilt { .. } => false,
        }
    }

    /// Label of the metric.
    const fn outcome(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::DeadlineExceeded { .. } => "deadline_exceeded",
            Self::Rejected { .. } => "rejected",
            Self::Unreadable { .. } => "unreadable",
            Self::NotBuilt { .. } => "not_built",
        }
    }
}

/// Client of one other service. Cloning shares the connection pool.
#[derive(Clone)]
pub struct InternalClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: HttpClient,
    tokens: Arc<ServiceTokens>,
    callee: ServiceName,
    address: Uri,
}

impl InternalClient {
    /// Creates a client of `callee` at `address` (`http://host:port`); it connects on the first call.
    pub fn new(callee: ServiceName, address: Uri, tokens: Arc<ServiceTokens>) -> Self {
        let inner = Inner {
            http: http_client(),
            tokens,
            callee,
            address,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Name of the called service, for logs.
    pub fn callee(&self) -> &'static str {
        self.inner.callee.as_str()
    }

    /// Sends a request and reads the response, within the deadline and within the time-out of internal calls.
    /// Signs the request for its tenant, and passes the remaining budget and the trace on.
    pub async fn call<Req: InternalRequest>(
        &self,
        request: &Req,
        deadline: Deadline,
    ) -> Result<Req::Response, CallError> {
        let deadline = deadline.at_most(deadlines::INTERNAL_CALL);
        let signed = self.signed(request, deadline)?;
        let response = self.send(signed, deadline).await?;
        serde_json::from_slice(&response).map_err(|source| CallError::Unreadable {
            callee: self.callee(),
            source: source.into(),
        })
    }

    /// Reads a public resource, such as a key set, within the deadline.
    pub async fn get(&self, path: &'static str, deadline: Deadline) -> Result<Bytes, CallError> {
        let request = self.request(path, Bytes::new())?;
        self.send(request, deadline).await
    }

    fn signed<Req: InternalRequest>(
        &self,
        request: &Req,
        deadline: Deadline,
    ) -> Result<Request<Full<Bytes>>, CallError> {
        let not_built = |source: Box<dyn Error + Send + Sync>| self.not_built(source);
        let body = serde_json::to_vec(request).map_err(|error| not_built(error.into()))?;
        let mut call = self.request(Req::PATH, body.into())?;
        *call.method_mut() = Method::POST;
        let token = self
            .inner
            .tokens
            .mint(self.inner.callee, request.tenant())
            .map_err(|error| not_built(error.into()))?;
        let mut token = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|error| not_built(error.into()))?;
        token.set_sensitive(true);
        let headers = call.headers_mut();
        headers.insert(header::AUTHORIZATION, token);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(DEADLINE, deadline.to_header_value());
        if let Some(context) = trace::current()
            && let Ok(value) = HeaderValue::try_from(context.child().to_traceparent())
        {
            headers.insert(TRACEPARENT, value);
        }
        Ok(call)
    }

    fn request(&self, path: &'static str, body: Bytes) -> Result<Request<Full<Bytes>>, CallError> {
        let mut parts = self.inner.address.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::from_static(path));
        let url = Uri::from_parts(parts).map_err(|source| self.not_built(source))?;
        let mut request = Request::new(Full::new(body));
        *request.uri_mut() = url;
        Ok(request)
    }

    async fn send(
        &self,
        request: Request<Full<Bytes>>,
        deadline: Deadline,
    ) -> Result<Bytes, CallError> {
        let callee = self.callee();
        let started = Instant::now();
        let exchanged = deadline
            .run(self.exchange(request))
            .await
            .unwrap_or(Err(CallError::DeadlineExceeded { callee }));
        let outcome = exchanged.as_ref().map_or_else(CallError::outcome, |_| "ok");
        metrics::histogram!(catalogue::INTERNAL_CALL_MS, "callee" => callee, "outcome" => outcome)
            .record(started.elapsed().as_secs_f64() * 1e3);
        exchanged
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Bytes, CallError> {
        let callee = self.callee();
        let response = self
            .inner
            .http
            .request(request)
            .await
            .map_err(|source| CallError::Unreachable { callee, source })?;
        let status = response.status();
        let body = Limited::new(response.into_body(), RESPONSE_LIMIT)
            .collect()
            .await
            .map_err(|source| CallError::Unreadable { callee, source })?
            .to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let source = serde_json::from_slice(&body).unwrap_or_else(|_no_json| InternalError {
            code: InternalErrorCode::Internal,
            message: status.to_string(),
        });
        Err(CallError::Rejected {
            callee,
            status,
            source,
        })
    }

    fn not_built(&self, source: impl Into<Box<dyn Error + Send + Sync>>) -> CallError {
        CallError::NotBuilt {
            callee: self.callee(),
            source: source.into(),
        }
    }
}
