//! The only client of the router: pooled HTTP/1.1 connections, signed identity, secret and trace headers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use identity::InternalTokens;
use serde::Serialize;
use serde_json::value::RawValue;
use service::{Deadline, Secret};

use crate::principal::Principal;
use crate::rejection::{InternalRejection, Rejection};
use crate::steps::mask_errors;

/// Longest answer in bytes that is read as a whole (for subscriptions).
const WHOLE_ANSWER_LIMIT: usize = 16 * 1024 * 1024;
/// Limit of idle connections per host.
const IDLE_CONNECTIONS: usize = 512;

const IDENTITY: HeaderName = HeaderName::from_static(identity::IDENTITY_HEADER);
const ROUTER_SECRET: HeaderName = HeaderName::from_static(identity::ROUTER_SECRET_HEADER);
const TRACEPARENT: HeaderName = HeaderName::from_static(service::trace::TRACEPARENT);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A GraphQL request in the form of the GraphQL-over-HTTP specification.
#[derive(Debug, Serialize)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// Name of the operation to run; required when the document has several.
    #[serde(rename = "operationName", skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    /// A JSON object, kept as the client sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<Box<RawValue>>,
}

/// Sends operations to the router on behalf of a [`Principal`]. Cloning shares the pool.
#[derive(Clone)]
pub struct RouterClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: Client<HttpConnector, Full<Bytes>>,
    url: Uri,
    health_url: Uri,
    secret: HeaderValue,
    tokens: InternalTokens,
}

impl RouterClient {
    /// A client for the router at `url`; it connects on the first call.
    pub fn new(
        url: Uri,
        health_url: Uri,
        secret: &Secret<String>,
        tokens: InternalTokens,
    ) -> Result<Self, header::InvalidHeaderValue> {
        let mut secret = HeaderValue::from_str(secret.expose())?;
        secret.set_sensitive(true);
        let inner = Inner {
            http: http_client(),
            url,
            health_url,
            secret,
            tokens,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Runs one operation and reads the whole answer with its errors masked, as subscriptions send it to clients.
    pub async fn execute(
        &self,
        principal: &Principal,
        request: &GraphqlRequest,
        deadline: Deadline,
    ) -> Result<Bytes, Rejection> {
        let body = request.to_body()?;
        let answer = self.forward(principal, body, deadline).await?;
        let status = answer.status();
        let read = Limited::new(answer.into_body(), WHOLE_ANSWER_LIMIT).collect();
        let whole = tokio::time::timeout_at(deadline.instant(), read)
            .await
            .map_err(|_elapsed| InternalRejection::RouterTimedOut)?
            .map_err(|source| InternalRejection::RouterAnswerBroken { source })?
            .to_bytes();
        check_status(status)?;
        Ok(mask_errors::mask_whole(whole)?.body)
    }

    /// Sends a request body unchanged and returns the router's answer as soon as its head has arrived. Dropping the
    /// returned future or body cancels the call, and with it the work of the router.
    pub async fn forward(
        &self,
        principal: &Principal,
        body: Bytes,
        deadline: Deadline,
    ) -> Result<Response<Incoming>, Rejection> {
        let request = self.request(principal, body)?;
        let answer = tokio::time::timeout_at(deadline.instant(), self.inner.http.request(request))
            .await
            .map_err(|_elapsed| InternalRejection::RouterTimedOut)?
            .map_err(|source| InternalRejection::RouterUnreachable { source })?;
        Ok(answer)
    }

    /// Whether the router's health endpoint answers 200 within `limit`.
    pub async fn is_ready(&self, limit: Duration) -> bool {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = self.inner.health_url.clone();
        let answer = tokio::time::timeout(limit, self.inner.http.request(request)).await;
        matches!(answer, Ok(Ok(response)) if response.status().is_success())
    }

    fn request(
        &self,
        principal: &Principal,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Rejection> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.inner.url.clone();
        let headers = request.headers_mut();
        headers.reserve(5);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::ACCEPT, JSON);
        headers.insert(IDENTITY, self.identity(principal)?);
        headers.insert(ROUTER_SECRET, self.inner.secret.clone());
        if let Some(trace) = service::trace::current()
            && let Ok(value) = HeaderValue::try_from(trace.child().to_traceparent())
        {
            headers.insert(TRACEPARENT, value);
        }
        Ok(request)
    }

    /// The signed identity of a principal as text.
    pub fn identity_token(&self, principal: &Principal) -> Result<String, Rejection> {
        let token = self.inner.tokens.mint(&principal.caller);
        let token = token.map_err(|source| InternalRejection::IdentityNotSigned {
            source: source.into(),
        })?;
        Ok(token.to_string())
    }

    /// The signed identity. It stays the same for a principal for 30 s (see [`InternalTokens`]): the router
    /// shares in-flight subgraph calls only between requests with equal headers.
    fn identity(&self, principal: &Principal) -> Result<HeaderValue, InternalRejection> {
        let not_signed = |source| InternalRejection::IdentityNotSigned { source };
        let token = self
            .inner
            .tokens
            .mint(&principal.caller)
            .map_err(|source| not_signed(source.into()))?;
        let mut value =
            HeaderValue::from_str(&token).map_err(|source| not_signed(source.into()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl GraphqlRequest {
    /// The request as a JSON body.
    pub fn to_body(&self) -> Result<Bytes, Rejection> {
        let body = serde_json::to_vec(self)
            .map_err(|source| InternalRejection::RequestNotWritten { source })?;
        Ok(body.into())
    }
}

/// Rejects the statuses that carry no GraphQL answer. Overload is distinguished from a refusal of the gateway
/// itself. 400 is accepted, because the router uses it for an invalid document or invalid variables.
pub fn check_status(status: StatusCode) -> Result<(), InternalRejection> {
    match status {
        StatusCode::OK | StatusCode::BAD_REQUEST => Ok(()),
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Err(InternalRejection::RouterOverloaded { status }),
        _ => Err(InternalRejection::RouterRefused { status }),
    }
}

/// The HTTP client of all upstream calls: pooled, plain HTTP/1.1, `TCP_NODELAY`.
pub(crate) fn http_client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(1)));
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector)
}
