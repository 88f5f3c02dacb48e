//! The services behind the gateway: the router ([`router`], whose answers are masked by [`mask`]) and the subgraphs'
//! internal API ([`internal`]). [`backoff`] has the delays between retries.

use http::{HeaderMap, HeaderName, HeaderValue};

pub mod backoff;
pub mod internal;
pub mod mask;
pub mod router;

pub use backoff::Backoff;
pub use internal::{Subgraph, Subgraphs};
pub use mask::Masked;
pub use router::RouterClient;

const TRACEPARENT: HeaderName = HeaderName::from_static(service::trace::TRACEPARENT);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Passes the trace of the request on.
fn continue_trace(headers: &mut HeaderMap) {
    if let Some(trace) = service::trace::current()
        && let Ok(value) = HeaderValue::try_from(trace.child().to_traceparent())
    {
        headers.insert(TRACEPARENT, value);
    }
}
