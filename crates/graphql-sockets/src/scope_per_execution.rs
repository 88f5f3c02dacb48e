//! A scope for every execution of a schema that serves subscriptions.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::types::OperationType;
use async_graphql::{Response, async_trait};
use graphql_server::{Execution, Scopes, error_response};
use identity::Caller;
use tokio::sync::Semaphore;

/// Limit of events that resolve concurrently in one process: an event wakes all subscribers, and requests need
/// database connections too.
const MAX_CONCURRENT_EVENTS: usize = 2;

/// Extension that gives every execution of a schema its own scope. The data of the scope takes precedence over the
/// data of the request and of the connection. For schemas that serve subscriptions: their requests outlive any
/// snapshot.
#[derive(Clone)]
pub(crate) struct ScopePerExecution {
    scopes: Arc<Scopes>,
    event_permits: Arc<Semaphore>,
}

impl ScopePerExecution {
    pub fn new(scopes: Arc<Scopes>) -> Self {
        Self {
            scopes,
            event_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_EVENTS)),
        }
    }
}

impl ExtensionFactory for ScopePerExecution {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for ScopePerExecution {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let Some(caller) = ctx.data_opt::<Arc<Caller>>() else {
            return error_response("UNAUTHENTICATED", "no valid internal token");
        };
        let operation_type = ctx.data_opt::<OperationType>().copied();
        let operation_type = operation_type.unwrap_or(OperationType::Query);
        // An event waits for its permit without a limit: it may be late, but it is not lost.
        let _permit = match operation_type {
            OperationType::Subscription => self.event_permits.acquire().await.ok(),
            OperationType::Query | OperationType::Mutation => None,
        };
        let execution = Execution {
            caller: Arc::clone(caller),
            operation_type,
            operation,
        };
        self.scopes
            .run(execution, |data| next.run_with_data(ctx, operation, data))
            .await
    }
}
