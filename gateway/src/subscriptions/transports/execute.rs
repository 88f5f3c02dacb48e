//! Runs the operations of sockets and event streams: the same checks as for a plain request, then a single answer or
//! a live subscription.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use serde_json::value::RawValue;
use service::{Deadline, deadlines};

use crate::api_schema::{ApiSchema, OperationKind, ValidOperation};
use crate::app::{Adapters, App};
use crate::principal::Principal;
use crate::rejection::{InternalRejection, Rejection};
use crate::router_client::GraphqlRequest;
use crate::steps::answer_introspection::answer_introspection;
use crate::steps::validate_operation::validate_operation;
use crate::subscriptions::operation;
use crate::subscriptions::operation::{LiveOperation, Variables};
use crate::subscriptions::refusal::Refusal;

/// A valid request.
pub enum Prepared {
    /// A query or a mutation.
    OneShot(OneShot),
    /// A subscription.
    Live(Box<LiveOperation>),
}

/// A query or a mutation, and the schema under which it is valid.
pub struct OneShot {
    /// The operation to run.
    pub operation: Arc<ValidOperation>,
    api: Arc<ApiSchema>,
}

/// Parses, validates and, for a subscription, rewrites the document. `method` is the method of the request that
/// opened the stream; a socket counts as POST.
pub fn prepare(app: &App, method: &Method, request: &GraphqlRequest) -> Result<Prepared, Refusal> {
    let Adapters { api, config, .. } = &app.adapters;
    let api = api.get();
    let valid = validate_operation(&api, request, method, config.development)?;
    if valid.kind != OperationKind::Subscription {
        let operation = valid;
        return Ok(Prepared::OneShot(OneShot { operation, api }));
    }
    let variables = variables_of(request)?;
    let live = operation::rewrite(&api, &valid.document, &valid.operation, &variables)?;
    Ok(Prepared::Live(Box::new(live)))
}

/// The complete answer to a query or mutation. An answer without `data` was refused before execution.
pub async fn execute(
    app: &App,
    principal: &Principal,
    one_shot: &OneShot,
    request: &GraphqlRequest,
) -> Result<Bytes, Refusal> {
    let router = &app.adapters.router;
    if let Some(answer) = answer_introspection(&one_shot.api, &one_shot.operation, request)? {
        return Ok(answer.into());
    }
    let deadline = Deadline::after(deadlines::ROUTER);
    let answer = router.execute(principal, request, deadline).await?;
    refused_errors(&answer)?;
    Ok(answer)
}

/// `Err` with the errors of an answer that has no `data` member.
fn refused_errors(answer: &[u8]) -> Result<(), Refusal> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> =
        serde_json::from_slice(answer).map_err(|error| {
            let source = error.into();
            Rejection::from(InternalRejection::RouterAnswerUnreadable { source })
        })?;
    match (members.get("data"), members.get("errors")) {
        (None, Some(errors)) => Err(Refusal::of_errors(errors)),
        _ => Ok(()),
    }
}

fn variables_of(request: &GraphqlRequest) -> Result<Variables, Rejection> {
    let Some(json) = &request.variables else {
        return Ok(Variables::new());
    };
    let variables: Option<Variables> = serde_json::from_str(json.get())
        .map_err(|_not_a_map| Rejection::bad_request("variables must be an object"))?;
    Ok(variables.unwrap_or_default())
}
