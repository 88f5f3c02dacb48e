//! What one execution reads with. An execution is a query, a mutation, or one event of a subscription: each has
//! a snapshot, loaders and a deadline of its own, and leaves nothing open behind it.

use std::sync::Arc;
use std::time::Instant;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Request, Response, ServerError, async_trait};
use database::{ReadSnapshot, TenantDb, statements};
use identity::Caller;
use service::{Deadline, deadlines};
use tokio::sync::Semaphore;

/// Events that resolve at the same time in one process: an event wakes everybody who is subscribed, and requests want
/// connections too.
const EVENTS: usize = 2;

/// Puts what a request needs beyond caller, snapshot and deadline into its data: the loaders.
pub type RequestData = dyn Fn(&Arc<Caller>, &ReadSnapshot, &mut Data) + Send + Sync;

/// Makes scopes.
pub(crate) struct Scopes {
    /// Where snapshots are opened.
    pub db: TenantDb,
    /// Adds the loaders.
    pub request_data: Box<RequestData>,
}

/// Whose execution, and of what.
pub(crate) struct Execution<'o> {
    pub caller: Arc<Caller>,
    pub operation_type: OperationType,
    pub operation: Option<&'o str>,
}

impl Scopes {
    /// Runs an execution with the data that it needs, within its time, and writes its log line.
    pub async fn run<W, F>(&self, execution: Execution<'_>, work: W) -> Response
    where
        W: FnOnce(Data) -> F,
        F: Future<Output = Response>,
    {
        let started = Instant::now();
        let caller = Arc::clone(&execution.caller);
        let (answer, tally) =
            statements::counted(self.answer(caller, execution.operation_type, work)).await;
        tracing::info!(
            tenant.id = %execution.caller.tenant_id(),
            caller.kind = execution.caller.subject.kind(),
            graphql.operation = execution.operation.unwrap_or("anonymous"),
            graphql.operation_type = %execution.operation_type,
            graphql.errors = answer.errors.len(),
            db.statements = tally.statements(),
            db_ms = tally.elapsed().as_secs_f64() * 1e3,
            duration_ms = started.elapsed().as_secs_f64() * 1e3,
            "subgraph request"
        );
        answer
    }

    async fn answer<W, F>(
        &self,
        caller: Arc<Caller>,
        operation_type: OperationType,
        work: W,
    ) -> Response
    where
        W: FnOnce(Data) -> F,
        F: Future<Output = Response>,
    {
        let snapshot = match operation_type {
            OperationType::Query => self.db.snapshot(caller.tenant_id()),
            OperationType::Mutation | OperationType::Subscription => {
                self.db.patient_snapshot(caller.tenant_id())
            }
        };
        let deadline = Deadline::after(deadlines::SUBGRAPH);
        let mut data = Data::default();
        (self.request_data)(&caller, &snapshot, &mut data);
        data.insert(caller);
        data.insert(snapshot.clone());
        data.insert(deadline);
        let answer = deadline.run(work(data)).await;
        if let Err(error) = snapshot.finish().await {
            tracing::warn!(error = %error, "read transaction could not be ended");
        }
        answer.unwrap_or_else(|_over| too_late())
    }
}

/// What will run. The router sends one operation per document; in any other one a mutation counts.
pub(crate) fn operation_type(request: &mut Request) -> OperationType {
    let Ok(document) = request.parsed_query() else {
        return OperationType::Query;
    };
    let types = document.operations.iter().map(|(_, found)| found.node.ty);
    types.fold(OperationType::Query, |before, found| match before {
        OperationType::Mutation => before,
        OperationType::Query | OperationType::Subscription => found,
    })
}

fn too_late() -> Response {
    refused(
        "SERVICE_UNAVAILABLE",
        "the service is unavailable, try again",
    )
}

/// An answer with nothing but an error.
pub(crate) fn refused(code: &str, message: &str) -> Response {
    let mut error = ServerError::new(message, None);
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}

/// Gives every execution of a schema a scope of its own, which goes before the data of the request and of the
/// connection. For schemas that serve subscriptions: their requests outlive any snapshot.
#[derive(Clone)]
pub(crate) struct ScopePerExecution {
    scopes: Arc<Scopes>,
    events: Arc<Semaphore>,
}

impl ScopePerExecution {
    pub fn new(scopes: Arc<Scopes>) -> Self {
        Self {
            scopes,
            events: Arc::new(Semaphore::new(EVENTS)),
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
            return refused("UNAUTHENTICATED", "no valid internal token");
        };
        let operation_type = ctx.data_opt::<OperationType>().copied();
        let operation_type = operation_type.unwrap_or(OperationType::Query);
        // An event may wait as long as it must: it is late then, not lost.
        let _turn = match operation_type {
            OperationType::Subscription => self.events.acquire().await.ok(),
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
