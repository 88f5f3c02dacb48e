//! The order of the steps, and nothing else.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use service::{Deadline, deadlines};

use crate::api_schema::OperationKind;
use crate::app::App;
use crate::rejection::{ClientRejection, Rejection};
use crate::steps::answer_finished_stream::answer_finished_stream;
use crate::steps::answer_introspection::answer_introspection;
use crate::steps::forward_to_router::forward_to_router;
use crate::steps::identify::identify;
use crate::steps::negotiate_answer::{Accepted, negotiate_answer};
use crate::steps::open_event_stream::open_event_stream;
use crate::steps::prevent_csrf::prevent_csrf;
use crate::steps::read_request::read_request;
use crate::steps::send_answer::{Answer, send_answer};
use crate::steps::strip_internal_headers::strip_internal_headers;
use crate::steps::summarize_request::Summary;
use crate::steps::validate_operation::validate_operation;

/// Serves a GraphQL request. The trace id was assigned by a layer around this
/// ([`crate::steps::assign_trace_id`]).
pub async fn serve(app: &Arc<App>, request: Request) -> Response {
    let mut summary = Summary::begin();
    let deadline = Deadline::after(deadlines::CLIENT);
    let (mut parts, body) = request.into_parts();

    strip_internal_headers(&mut parts.headers);
    let accepted = negotiate_answer(&parts.headers);
    let answer = find_answer(app, (&parts, body), (accepted, deadline), &mut summary).await;
    send_answer(answer, accepted.answer, summary, deadline)
}

async fn find_answer(
    app: &Arc<App>,
    (parts, body): (&Parts, Body),
    (accepted, deadline): (Accepted, Deadline),
    summary: &mut Summary,
) -> Result<Answer, Rejection> {
    if let Some(finished) = answer_finished_stream(accepted, &parts.headers) {
        return Ok(finished);
    }
    prevent_csrf(&parts.method, &parts.headers)?;
    let principal = identify(app, parts).await?;
    summary.principal(&principal);
    let request = read_request(parts, body).await?;

    if request.ticket.is_some() {
        summary.ticket();
    }

    if let Some(form) = accepted.preferred_stream() {
        return open_event_stream(app, parts, form, principal, request).await;
    }
    let (api, introspection) = (app.adapters.api.get(), app.adapters.config.development);
    let operation = validate_operation(&api, &request.graphql, &parts.method, introspection)?;
    summary.operation(&operation);
    if operation.kind == OperationKind::Subscription {
        let stream = accepted
            .stream
            .ok_or(ClientRejection::SubscriptionTransport)?;
        return open_event_stream(app, parts, stream.form, principal, request).await;
    }
    if request.ticket.is_some() {
        return Err(ClientRejection::TicketForStreamsOnly.into());
    }

    if let Some(body) = answer_introspection(&api, &operation, &request.graphql)? {
        return Ok(Answer::Own(body.into()));
    }
    let deadline = deadline.at_most(deadlines::ROUTER);
    let answer = forward_to_router(app, &principal, request.into_body()?, deadline).await?;
    Ok(Answer::Router(answer))
}
