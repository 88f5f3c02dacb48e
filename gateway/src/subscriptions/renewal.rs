//! Revalidates subscriptions when the API schema changes.
//!
//! Subscriptions that are still valid continue from their position under the new schema; the others end with an
//! error.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use serde_json::Value;
use tokio::sync::watch;

use super::group::{Group, GroupKey, Plan};
use super::hub::Hub;
use super::operation;
use super::operation::{LiveOperation, Used, Variables};
use super::refusal::Refusal;
use crate::api_schema::ApiSchema;
use crate::rejection::ErrorCode;

/// The client request that a subscription was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalRequest {
    /// The operation and the fragments that it uses, without the rest of the document.
    text: Box<str>,
    /// JSON text: takes a fraction of the memory of a map.
    variables: Box<str>,
}

impl OriginalRequest {
    /// Keeps the parts of a client's request that a rebuild needs.
    pub fn new(
        document: &ExecutableDocument,
        operation: &Operation,
        variables: &Variables,
    ) -> Self {
        let alone = Used::document_of(document, operation);
        Self {
            text: alone.serialize().no_indent().to_string().into(),
            variables: Value::Object(variables.clone()).to_string().into(),
        }
    }
}

impl LiveOperation {
    /// The same subscription under another schema, or the refusal if it is not valid there.
    pub fn renewed(&self, api: &ApiSchema) -> Result<Self, Refusal> {
        let OriginalRequest { text, variables } = &self.source;
        let valid = api
            .parse_and_validate(text, None)
            .map_err(|rejection| invalid(&rejection.to_string()))?;
        let variables: Variables =
            serde_json::from_str(variables).map_err(|error| invalid(&error.to_string()))?;
        let renewed = operation::rewrite(api, &valid.document, &valid.operation, &variables)
            .map_err(|error| invalid(&error.to_string()))?;
        Ok(Self {
            after: self.after.clone(),
            ..renewed
        })
    }
}

/// The plan of a group under a new schema. A group whose field now belongs to another stream is refused, too.
pub fn renewed_plan(group: &Group, api: &ApiSchema) -> Result<Plan, Refusal> {
    let before = group.plan();
    let operation = before.operation.renewed(api)?;
    if operation.field.stream != before.operation.field.stream {
        return Err(invalid("the field now belongs to another stream"));
    }
    let key = GroupKey::of(&group.principal, &operation);
    Ok(Plan::new(key, &group.principal, operation.into()))
}

/// Renews all groups at every change of the schema.
pub async fn watch(hub: Arc<Hub>, mut schema: watch::Receiver<Arc<ApiSchema>>) {
    let stopping = hub.services().tasks.token();
    loop {
        let api = tokio::select! {
            changed = schema.changed() => match changed {
                Ok(()) => Arc::clone(&schema.borrow_and_update()),
                Err(_) => return,
            },
            () = stopping.cancelled() => return,
        };
        for channel in hub.channels_in_use() {
            channel.renew(&api);
            tokio::task::yield_now().await;
        }
    }
}

fn invalid(reason: &str) -> Refusal {
    let message = format!("the schema has changed and no longer has this subscription: {reason}");
    Refusal::new(ErrorCode::GraphqlValidationFailed, &message)
}
