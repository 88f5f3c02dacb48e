//! The scope of one execution: its read snapshot, loaders and deadline. An execution is a query, a mutation, or
//! one event of a subscription. Each has its own scope, which ends with it.

use std::sync::Arc;
use std::time::Instant;

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Request, Response, ServerError};
use database::{ReadSnapshot, TenantDb, statements};
use identity::Caller;
use service::{Deadline, deadlines};

/// Adds the loaders to the data of a request, which already has caller, snapshot and deadline.
pub type RequestData = dyn Fn(&Arc<Caller>, &ReadSnapshot, &mut Data) + Send + Sync;

/// Creates the scopes of executions.
pub struct Scopes {
    /// Database on which read snapshots are opened.
    pub db: TenantDb,
    /// Adds the loaders to the data of a request.
    pub request_data: Box<RequestData>,
}

/// An execution: its caller and its operation.
pub struct Execution<'o> {
    /// The caller.
    pub caller: Arc<Caller>,
    /// Type of the operation.
    pub operation_type: OperationType,
    /// Name of the operation, if it has one.
    pub operation: Option<&'o str>,
}

impl Scopes {
    /// Runs an execution in its own scope and within its deadline, and writes its log line.
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
                self.db.command_snapshot(caller.tenant_id())
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
            tracing::warn!(error = %service::log::chain(&error), "read transaction could not be closed");
        }
        answer.unwrap_or_else(|_elapsed| deadline_exceeded())
    }
}

/// The type of the operation that will run. The router sends one operation per document; if a document has several,
/// a mutation takes precedence.
pub fn operation_type(request: &mut Request) -> OperationType {
    let Ok(document) = request.parsed_query() else {
        return OperationType::Query;
    };
    let types = document.operations.iter().map(|(_, found)| found.node.ty);
    types.fold(OperationType::Query, |before, found| match before {
        OperationType::Mutation => before,
        OperationType::Query | OperationType::Subscription => found,
    })
}

fn deadline_exceeded() -> Response {
    error_response(
        "SERVICE_UNAVAILABLE",
        "the service is unavailable, try again",
    )
}

/// A GraphQL response with one error and no data.
pub fn error_response(code: &str, message: &str) -> Response {
    let mut error = ServerError::new(message, None);
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}
