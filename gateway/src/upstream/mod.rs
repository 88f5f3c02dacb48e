//! The services behind the gateway: the router ([`router`], whose answers are masked by [`mask`]) and the subgraphs'
//! internal API ([`internal`]). [`backoff`] has the delays between retries.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub mod backoff;
pub mod internal;
pub mod mask;
pub mod router;

pub use backoff::Backoff;
pub use internal::{CallError, InternalClient, Subgraph};
pub use mask::Masked;
pub use router::RouterClient;

const TRACEPARENT: HeaderName = HeaderName::from_static(service::trace::TRACEPARENT);
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Limit of idle connections per host.
const IDLE_CONNECTIONS: usize = 512;

/// The HTTP client of all upstream calls: pooled, plain HTTP/1.1, `TCP_NODELAY`.
fn http_client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(1)));
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector)
}

/// Passes the trace of the request on.
fn continue_trace(headers: &mut HeaderMap) {
    if let Some(trace) = service::trace::current()
        && let Ok(value) = HeaderValue::try_from(trace.child().to_traceparent())
    {
        headers.insert(TRACEPARENT, value);
    }
}
