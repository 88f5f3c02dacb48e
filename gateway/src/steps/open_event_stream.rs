//! Passes a request for a stream to the subscription transports.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderName, header};

use super::answer_finished_stream::LAST_EVENT_ID;
use super::check_origin::check_origin;
use super::find_address::ClientAddress;
use super::negotiate_answer::StreamForm;
use super::read_request::ReadRequest;
use super::send_answer::Answer;
use crate::app::App;
use crate::principal::Principal;
use crate::rejection::Rejection;
use crate::subscriptions::transports::answer_stream;
use crate::subscriptions::transports::answer_stream::StreamRequest;
use crate::subscriptions::transports::multipart::Multipart;
use crate::subscriptions::transports::sse::Sse;

/// Answers with a stream, which also carries a refusal. Rejects disallowed origins first.
pub async fn open_event_stream(
    app: &Arc<App>,
    parts: &Parts,
    form: StreamForm,
    principal: Principal,
    request: ReadRequest,
) -> Result<Answer, Rejection> {
    check_origin(app, parts, Some(&principal.tenant)).await?;
    let text = |name: HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let (app, request) = (
        Arc::clone(app),
        StreamRequest {
            principal,
            address: ClientAddress::of(&parts.extensions),
            method: parts.method.clone(),
            graphql: request.graphql,
            last_event_id: text(LAST_EVENT_ID),
            ticket: request.ticket,
            origin: text(header::ORIGIN),
        },
    );
    Ok(Answer::Events(match form {
        StreamForm::EventStream => answer_stream::answer::<Sse>(app, request).await,
        StreamForm::Multipart => answer_stream::answer::<Multipart>(app, request).await,
    }))
}
