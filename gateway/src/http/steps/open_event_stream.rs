//! Passes a request for a stream to the subscription transports.

use std::sync::Arc;

use axum::response::Response;
use http::request::Parts;
use http::{HeaderName, header};

use super::answer_finished_stream::LAST_EVENT_ID;
use super::negotiate_answer::StreamForm;
use super::read_request::ReadRequest;
use crate::live::transports::answer_stream;
use crate::live::transports::answer_stream::StreamRequest;
use crate::live::transports::multipart::Multipart;
use crate::live::transports::sse::Sse;
use crate::live::{ClientAddress, LiveServer};
use crate::principal::Principal;

/// Answers with a stream, which also carries a refusal. The origin of the page was checked before.
pub async fn open_event_stream(
    live: Arc<LiveServer>,
    parts: &Parts,
    form: StreamForm,
    principal: Principal,
    request: ReadRequest,
) -> Response {
    let text = |name: HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let request = StreamRequest {
        principal,
        address: ClientAddress::of(&parts.extensions),
        method: parts.method.clone(),
        graphql: request.graphql,
        last_event_id: text(LAST_EVENT_ID),
        ticket: request.ticket,
        origin: text(header::ORIGIN),
    };
    match form {
        StreamForm::EventStream => answer_stream::answer::<Sse>(live, request).await,
        StreamForm::Multipart => answer_stream::answer::<Multipart>(live, request).await,
    }
}
