//! What all transports share: the same checks as for a plain request, then a single answer or a live subscription.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use service::{Deadline, Tasks, deadlines};

use super::hub::Hub;
use super::limits::addresses::AddressQuotas;
use super::operation;
use super::operation::LiveOperation;
use super::operation::values::Variables;
use super::transports::drain_delay::DrainDelay;
use crate::access::Access;
use crate::answer::{InternalRejection, Refusal, Rejection};
use crate::principal::Principal;
use crate::schema::{CurrentSchema, GraphqlRequest, OperationKind, Validated};
use crate::upstream::RouterClient;

/// Serves the operations of sockets and event streams.
pub struct LiveServer {
    /// Live subscriptions of all sockets and event streams.
    pub hub: Arc<Hub>,
    /// Identifies callers.
    pub access: Access,
    /// The public schema.
    pub api: CurrentSchema,
    /// Runs queries and mutations.
    pub router: RouterClient,
    /// Permits of sockets and streams by client address.
    pub addresses: AddressQuotas,
    /// Background tasks.
    pub tasks: Tasks,
}

/// A valid request.
pub enum Prepared {
    /// A query or a mutation.
    OneShot(Validated),
    /// A subscription.
    Live(Box<LiveOperation>),
}

impl LiveServer {
    /// Parses, validates and, for a subscription, rewrites the document. `method` is the method of the request that
    /// opened the stream; a socket counts as POST.
    pub fn prepare(&self, method: &Method, request: &GraphqlRequest) -> Result<Prepared, Refusal> {
        let valid = self.api.validate(request, method)?;
        if valid.operation.kind != OperationKind::Subscription {
            return Ok(Prepared::OneShot(valid));
        }
        let (variables, operation) = (variables_of(request)?, &valid.operation);
        let (document, operation) = (&operation.document, &operation.operation);
        let live = operation::rewrite(&valid.api, document, operation, &variables)?;
        Ok(Prepared::Live(Box::new(live)))
    }

    /// The complete answer to a query or mutation. An answer without `data` was refused before execution.
    pub async fn execute(
        &self,
        principal: &Principal,
        valid: &Validated,
        request: &GraphqlRequest,
    ) -> Result<Bytes, Refusal> {
        if let Some(answer) = valid.answer_introspection(request)? {
            return Ok(answer);
        }
        let deadline = Deadline::after(deadlines::ROUTER);
        let body = request.to_body()?;
        let answer = self.router.execute(principal, body, deadline).await?;
        match answer.codes.first() {
            Some(code) if !answer.has_data => {
                Err(Refusal::of_errors(code, errors_of(&answer.body)?))
            }
            _ => Ok(answer.body),
        }
    }

    /// The delay after which a connection closes at shutdown.
    pub fn drain_delay(&self) -> DrainDelay {
        DrainDelay::new(self.tasks.draining(), self.hub.config().drain_spread)
    }
}

/// The `errors` of an answer.
fn errors_of(answer: &[u8]) -> Result<&RawValue, Rejection> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        errors: &'a RawValue,
    }
    let answer: Answer<'_> = serde_json::from_slice(answer)
        .map_err(|source| InternalRejection::broken("reading the errors of an answer", source))?;
    Ok(answer.errors)
}

fn variables_of(request: &GraphqlRequest) -> Result<Variables, Rejection> {
    let Some(json) = &request.variables else {
        return Ok(Variables::new());
    };
    let variables: Option<Variables> = serde_json::from_str(json.get())
        .map_err(|_not_a_map| Rejection::bad_request("variables must be an object"))?;
    Ok(variables.unwrap_or_default())
}
