//! The order of the steps, and nothing else.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use service::deadlines;

use super::exchange::Exchange;
use super::gateway::Gateway;
use super::steps::answer_finished_stream::answer_finished_stream;
use super::steps::negotiate_answer::StreamForm;
use super::steps::open_event_stream::open_event_stream;
use super::steps::prevent_csrf::prevent_csrf;
use super::steps::read_request::{ReadRequest, read_request};
use super::steps::send_answer::{Answer, send_answer};
use crate::answer::{ClientRejection, Rejection};
use crate::principal::Principal;
use crate::schema::OperationKind;
use crate::upstream::Masked;

/// Serves a GraphQL request. Before this, the trace id was assigned, the address of the client found, and internal
/// headers removed ([`super::steps`]).
pub async fn serve(gateway: &Gateway, parts: Parts, body: Body) -> Response {
    let mut exchange = Exchange::begin(parts);
    let answer = find_answer(gateway, &mut exchange, body).await;
    send_answer(answer, exchange)
}

async fn find_answer(
    gateway: &Gateway,
    exchange: &mut Exchange,
    body: Body,
) -> Result<Answer, Rejection> {
    let Exchange {
        parts,
        accepted,
        deadline,
        summary,
    } = exchange;
    if let Some(finished) = answer_finished_stream(*accepted, &parts.headers) {
        return Ok(Answer::Events(finished));
    }
    prevent_csrf(&parts.method, &parts.headers)?;
    let principal = gateway.access.identify_request(parts).await?;
    summary.principal(&principal);
    let request = read_request(parts, body).await?;

    if request.ticket.is_some() {
        summary.ticket();
    }
    if let Some(form) = accepted.preferred_stream() {
        return answer_with_stream(gateway, parts, form, principal, request).await;
    }
    let valid = gateway.api.validate(&request.graphql, &parts.method)?;
    summary.operation(&valid.operation);
    if valid.operation.kind == OperationKind::Subscription {
        let form = accepted
            .stream
            .ok_or(ClientRejection::SubscriptionTransport)?;
        return answer_with_stream(gateway, parts, form, principal, request).await;
    }
    if request.ticket.is_some() {
        return Err(ClientRejection::TicketForStreamsOnly.into());
    }

    if let Some(body) = valid.answer_introspection(&request.graphql)? {
        return Ok(Answer::Whole(Masked::without_errors(body)));
    }
    let deadline = deadline.at_most(deadlines::ROUTER);
    let answer = gateway
        .router
        .execute(&principal, request.into_body()?, deadline)
        .await?;
    Ok(Answer::Whole(answer))
}

async fn answer_with_stream(
    gateway: &Gateway,
    parts: &Parts,
    form: StreamForm,
    principal: Principal,
    request: ReadRequest,
) -> Result<Answer, Rejection> {
    let tenant = Some(&*principal.tenant);
    gateway.origins.check(parts, tenant).await?;
    let live = Arc::clone(&gateway.live);
    let events = open_event_stream(live, parts, form, principal, request).await;
    Ok(Answer::Events(events))
}
