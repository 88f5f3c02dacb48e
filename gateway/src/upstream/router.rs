//! The only client of the router: pooled HTTP/1.1 connections, signed identity, secret and trace headers.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use identity::InternalTokens;
use internal_call::{HttpClient, http_client};
use service::Deadline;

use super::mask::{Masked, mask};
use super::{JSON, continue_trace};
use crate::answer::{InternalRejection, Rejection};
use crate::config::RouterConfig;
use crate::principal::Principal;

/// Longest answer in bytes. The router caps the answer of each subgraph at 8 MB.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

const IDENTITY: HeaderName = HeaderName::from_static(identity::IDENTITY_HEADER);
const ROUTER_SECRET: HeaderName = HeaderName::from_static(identity::ROUTER_SECRET_HEADER);

/// Sends operations to the router on behalf of a [`Principal`]. Cloning shares the pool.
#[derive(Clone)]
pub struct RouterClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: HttpClient,
    url: Uri,
    health_url: Uri,
    secret: HeaderValue,
    tokens: InternalTokens,
}

impl RouterClient {
    /// A client of the configured router; it connects on the first call.
    pub fn new(
        config: &RouterConfig,
        tokens: InternalTokens,
    ) -> Result<Self, header::InvalidHeaderValue> {
        let mut secret = HeaderValue::from_str(config.secret.expose())?;
        secret.set_sensitive(true);
        let inner = Inner {
            http: http_client(),
            url: config.url.clone(),
            health_url: config.health_url.clone(),
            secret,
            tokens,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Runs one operation, whose request is sent unchanged, and reads the whole answer with its errors masked. Dropping
    /// the returned future cancels the call, and with it the work of the router.
    pub async fn execute(
        &self,
        principal: &Principal,
        body: Bytes,
        deadline: Deadline,
    ) -> Result<Masked, Rejection> {
        let request = self.request(principal, body)?;
        let answer = deadline
            .run(self.answer(request))
            .await
            .map_err(|_over| InternalRejection::RouterTimedOut)??;
        Ok(mask(answer)?)
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Bytes, InternalRejection> {
        let answer = self.inner.http.request(request).await;
        let answer = answer.map_err(|source| InternalRejection::RouterUnreachable { source })?;
        check_status(answer.status())?;
        let whole = Limited::new(answer.into_body(), ANSWER_LIMIT)
            .collect()
            .await;
        Ok(whole.map_err(broken_answer)?.to_bytes())
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
    ) -> Result<Request<Full<Bytes>>, InternalRejection> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.inner.url.clone();
        let headers = request.headers_mut();
        headers.reserve(5);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::ACCEPT, JSON);
        headers.insert(IDENTITY, self.identity(principal)?);
        headers.insert(ROUTER_SECRET, self.inner.secret.clone());
        continue_trace(headers);
        Ok(request)
    }

    /// The signed identity of a principal as text. It stays the same for a principal for 30 s (see [`InternalTokens`]):
    /// the router shares in-flight subgraph calls only between requests with equal headers.
    pub fn identity_token(&self, principal: &Principal) -> Result<Arc<str>, InternalRejection> {
        self.inner
            .tokens
            .mint(&principal.caller)
            .map_err(not_signed)
    }

    fn identity(&self, principal: &Principal) -> Result<HeaderValue, InternalRejection> {
        let token = self.identity_token(principal)?;
        let mut value = HeaderValue::from_str(&token).map_err(not_signed)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn not_signed(source: impl Error + Send + Sync + 'static) -> InternalRejection {
    InternalRejection::broken("signing the internal identity", source)
}

fn broken_answer(source: Box<dyn Error + Send + Sync>) -> InternalRejection {
    if source.is::<LengthLimitError>() {
        InternalRejection::RouterAnswerUnreadable { source }
    } else {
        InternalRejection::RouterAnswerBroken { source }
    }
}

/// Rejects the statuses that carry no GraphQL answer. Overload is distinguished from a refusal of the gateway
/// itself. 400 is accepted, because the router uses it for an invalid document or invalid variables.
fn check_status(status: StatusCode) -> Result<(), InternalRejection> {
    match status {
        StatusCode::OK | StatusCode::BAD_REQUEST => Ok(()),
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Err(InternalRejection::RouterOverloaded { status }),
        _ => Err(InternalRejection::RouterRefused { status }),
    }
}
