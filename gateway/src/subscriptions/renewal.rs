//! Makes subscriptions again when the API schema changes.
//!
//! Those that are still valid go on under the new schema from where they are; the others end and say why.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use serde_json::Value;
use tokio::sync::watch;

use super::groups::{Group, GroupKey, Plan};
use super::hub::Hub;
use super::operation;
use super::operation::{LiveOperation, Used, Variables};
use super::refusal::Refusal;
use crate::api_schema::ApiSchema;
use crate::rejection::ErrorCode;

/// What a subscription was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The operation and its fragments, nothing else of the client's document.
    text: Box<str>,
    /// JSON: takes a fraction of the memory of a map.
    variables: Box<str>,
}

impl Source {
    /// Keeps what is needed of a client's request.
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
    /// The same subscription under another schema, or why it does not exist there.
    pub fn renewed(&self, api: &ApiSchema) -> Result<Self, Refusal> {
        let Source { text, variables } = &self.source;
        let valid = api
            .parse_and_validate(text, None)
            .map_err(|rejection| broken(&rejection.to_string()))?;
        let variables: Variables =
            serde_json::from_str(variables).map_err(|error| broken(&error.to_string()))?;
        let renewed = operation::rewrite(api, &valid.document, &valid.operation, &variables)
            .map_err(|error| broken(&error.to_string()))?;
        Ok(Self {
            after: self.after.clone(),
            ..renewed
        })
    }
}

/// What a group reads from now on. A group whose stream would be another one is broken, too.
pub fn renewed_plan(group: &Group, api: &ApiSchema) -> Result<Plan, Refusal> {
    let before = group.plan();
    let operation = before.operation.renewed(api)?;
    if operation.field.stream != before.operation.field.stream {
        return Err(broken("the field is another stream now"));
    }
    let key = GroupKey::of(&group.principal, &operation);
    Ok(Plan::new(key, &group.principal, operation.into()))
}

/// Renews all groups whenever the schema changes.
pub async fn watch(hub: Arc<Hub>, mut changes: watch::Receiver<Arc<ApiSchema>>) {
    let stopping = hub.services().tasks.token();
    loop {
        let api = tokio::select! {
            told = changes.changed() => match told {
                Ok(()) => Arc::clone(&changes.borrow_and_update()),
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

fn broken(reason: &str) -> Refusal {
    let message = format!("the schema has changed and no longer has this subscription: {reason}");
    Refusal::new(ErrorCode::GraphqlValidationFailed, &message)
}
