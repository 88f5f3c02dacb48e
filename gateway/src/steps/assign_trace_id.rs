//! Gives the request its one id: the W3C trace id.
//!
//! The middleware takes a valid `traceparent` of the client or begins a trace; the log lines of the request, the
//! calls behind it and the events that it causes bear the same id. The client gets it back in `x-request-id`,
//! to quote it when something went wrong.

use http::{HeaderMap, HeaderName, HeaderValue};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub use service::trace::layer as assign_trace_id;

/// Writes the trace id to an answer.
pub fn tell_trace_id(headers: &mut HeaderMap) {
    if let Some(trace) = service::trace::current()
        && let Ok(id) = HeaderValue::try_from(trace.trace_id_hex())
    {
        headers.insert(REQUEST_ID, id);
    }
}
