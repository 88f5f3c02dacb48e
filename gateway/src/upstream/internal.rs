//! Internal calls to the subgraphs (`/internal/…`, JSON over HTTP) authenticated as `service:gateway`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use identity::{ServiceName, ServiceTokens};
use ids::TenantId;
use internal_api::events::{HEADS, HeadsRequest, HeadsResponse, StreamKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::{Deadline, deadlines};

use super::{JSON, continue_trace, http_client};
use crate::config::SubgraphsConfig;

/// Limit of streams whose heads one call requests.
pub const HEADS_PER_CALL: usize = 10_000;

/// Longest accepted answer in bytes; a feed page is far shorter.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

const DEADLINE: HeaderName = HeaderName::from_static(Deadline::HEADER);

/// The called subgraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subgraph {
    /// Products and stock.
    Catalog,
    /// Orders.
    Orders,
    /// Tenants, accounts, sessions.
    Customers,
}

impl Subgraph {
    /// Name of the service, for logs.
    pub const fn name(self) -> &'static str {
        self.audience().as_str()
    }

    const fn audience(self) -> ServiceName {
        match self {
            Self::Catalog => ServiceName::Catalog,
            Self::Orders => ServiceName::Orders,
            Self::Customers => ServiceName::Customers,
        }
    }
}

/// Why an internal call failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The connection could not be established or broke.
    #[error("{subgraph} is unreachable")]
    Unreachable {
        /// The called subgraph.
        subgraph: &'static str,
        /// Error of the HTTP client.
        #[source]
        source: hyper_util::client::legacy::Error,
    },
    /// The deadline was exceeded.
    #[error("{subgraph} did not answer in time")]
    TimedOut {
        /// The called subgraph.
        subgraph: &'static str,
    },
    /// The subgraph answered without success.
    #[error("{subgraph} answered {status} {code}")]
    Refused {
        /// The called subgraph.
        subgraph: &'static str,
        /// HTTP status.
        status: StatusCode,
        /// Code of the [`internal_api::InternalError`]; empty when there was none.
        code: String,
    },
    /// The answer ended early, is too long, or has an unexpected shape.
    #[error("the answer of {subgraph} could not be read")]
    Unreadable {
        /// The called subgraph.
        subgraph: &'static str,
        /// Why it could not be read.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The request could not be built.
    #[error("the call to {subgraph} could not be built")]
    NotBuilt {
        /// The called subgraph.
        subgraph: &'static str,
        /// Why it could not be built.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The pooled client. Cloning shares the pool.
#[derive(Clone)]
pub struct InternalClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: Client<HttpConnector, Full<Bytes>>,
    tokens: ServiceTokens,
    addresses: SubgraphsConfig,
}

impl InternalClient {
    /// A client for these addresses; it connects on the first call.
    pub fn new(addresses: &SubgraphsConfig, tokens: ServiceTokens) -> Self {
        let inner = Inner {
            http: http_client(),
            tokens,
            addresses: addresses.clone(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The heads of streams of a subgraph, at most [`HEADS_PER_CALL`] of them.
    pub async fn heads(
        &self,
        owner: Subgraph,
        streams: Vec<(TenantId, &str)>,
    ) -> Result<HeadsResponse, CallError> {
        let streams = streams
            .into_iter()
            .map(|(tenant, stream)| StreamKey {
                tenant,
                stream: stream.to_owned(),
            })
            .collect();
        self.post(owner, HEADS, None, &HeadsRequest { streams })
            .await
    }

    /// `POST <subgraph><path>` with a service token, bound to the tenant if there is one. The remaining budget is passed
    /// on.
    pub async fn post<Req, Res>(
        &self,
        subgraph: Subgraph,
        path: &'static str,
        tenant: Option<TenantId>,
        request: &Req,
    ) -> Result<Res, CallError>
    where
        Req: Serialize + Sync + ?Sized,
        Res: DeserializeOwned,
    {
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        let body = serde_json::to_vec(request).map_err(|source| not_built(subgraph, source))?;
        let mut call = self.call(subgraph, path, body.into())?;
        *call.method_mut() = Method::POST;
        let token = self
            .inner
            .tokens
            .mint(subgraph.audience(), tenant)
            .map_err(|source| not_built(subgraph, source))?;
        let mut token = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|source| not_built(subgraph, source))?;
        token.set_sensitive(true);
        let headers = call.headers_mut();
        headers.insert(header::AUTHORIZATION, token);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(DEADLINE, deadline.to_header_value());
        continue_trace(headers);
        let answer = self.send(subgraph, call, deadline.remaining()).await?;
        serde_json::from_slice(&answer).map_err(|source| CallError::Unreadable {
            subgraph: subgraph.name(),
            source: source.into(),
        })
    }

    /// `GET <subgraph><path>` of a public resource, such as a key set.
    pub async fn get(&self, subgraph: Subgraph, path: &'static str) -> Result<Bytes, CallError> {
        let call = self.call(subgraph, path, Bytes::new())?;
        self.send(subgraph, call, deadlines::INTERNAL_CALL).await
    }

    fn call(
        &self,
        subgraph: Subgraph,
        path: &'static str,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, CallError> {
        let base = match subgraph {
            Subgraph::Catalog => &self.inner.addresses.catalog,
            Subgraph::Orders => &self.inner.addresses.orders,
            Subgraph::Customers => &self.inner.addresses.customers,
        };
        let mut parts = base.clone().into_parts();
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static(path));
        let url = Uri::from_parts(parts).map_err(|source| not_built(subgraph, source))?;
        let mut call = Request::new(Full::new(body));
        *call.uri_mut() = url;
        Ok(call)
    }

    async fn send(
        &self,
        subgraph: Subgraph,
        call: Request<Full<Bytes>>,
        limit: Duration,
    ) -> Result<Bytes, CallError> {
        let subgraph = subgraph.name();
        let exchange = async {
            let answer = self
                .inner
                .http
                .request(call)
                .await
                .map_err(|source| CallError::Unreachable { subgraph, source })?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_LIMIT)
                .collect()
                .await
                .map_err(|source| CallError::Unreadable { subgraph, source })?
                .to_bytes();
            Ok((status, body))
        };
        let (status, body) = tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or(Err(CallError::TimedOut { subgraph }))?;
        if status.is_success() {
            return Ok(body);
        }
        let code = serde_json::from_slice::<internal_api::InternalError>(&body)
            .map(|error| error.code.to_string())
            .unwrap_or_default();
        Err(CallError::Refused {
            subgraph,
            status,
            code,
        })
    }
}

fn not_built(
    subgraph: Subgraph,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> CallError {
    CallError::NotBuilt {
        subgraph: subgraph.name(),
        source: source.into(),
    }
}
