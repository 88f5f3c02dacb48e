//! Assigns the id of the request: the W3C trace id.
//!
//! The middleware takes a valid `traceparent` of the client or starts a trace. The log lines of the request, its
//! upstream calls and the events that it causes have the same id. The client gets it in `x-request-id`, to quote it in
//! a problem report.

use http::{HeaderMap, HeaderName, HeaderValue};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub use service::trace::layer as assign_trace_id;

/// Sets `x-request-id` of an answer to the trace id.
pub fn set_request_id(headers: &mut HeaderMap) {
    if let Some(trace) = service::trace::current()
        && let Ok(id) = HeaderValue::try_from(trace.trace_id_hex())
    {
        headers.insert(REQUEST_ID, id);
    }
}
