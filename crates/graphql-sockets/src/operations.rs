//! The operations of one socket.

use std::sync::Arc;

use async_graphql::{Data, Executor, ObjectType, Request, Response, Schema, SubscriptionType};
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use graphql_server::{error_response, operation_type, reject_unstorable};
use service::Tasks;
use service::trace::{self, TraceContext};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Runs a limited number of operations, each in its own task. So a response is resolved to its end, even while the
/// socket writes another one.
pub(crate) struct Operations<Q, M, S> {
    pub schema: Schema<Q, M, S>,
    pub permits: Arc<Semaphore>,
    pub limit: usize,
    pub credential_mutations: &'static [&'static str],
    pub tasks: Tasks,
}

impl<Q, M, S> Clone for Operations<Q, M, S> {
    fn clone(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            permits: Arc::clone(&self.permits),
            limit: self.limit,
            credential_mutations: self.credential_mutations,
            tasks: self.tasks.clone(),
        }
    }
}

impl<Q, M, S> Executor for Operations<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    async fn execute(&self, request: Request) -> Response {
        self.schema.execute(request).await
    }

    fn execute_stream(
        &self,
        mut request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            let message = format!("operations of one socket are limited to {}", self.limit);
            return stream::once(ready(error_response("RATE_LIMITED", &message))).boxed();
        };
        if let Some(response) = reject_unstorable(&mut request, self.credential_mutations) {
            return stream::once(ready(response)).boxed();
        }
        let operation_type = operation_type(&mut request);
        let request = request.data(operation_type);
        let answers = Executor::execute_stream(&self.schema, request, session_data);
        let (sender, receiver) = mpsc::channel(1);
        let context = TraceContext::new_root();
        let span = tracing::info_span!(
            "graphql.socket_operation",
            trace.id = %context.trace_id_hex(),
        );
        let work = trace::scope_in(context, span, forward(answers, sender, permit));
        let task = self.tasks.spawn("graphql.socket_operation", work);
        let running = (receiver, AbortOnDrop(task));
        stream::unfold(running, async |(mut receiver, task)| {
            let answer = receiver.recv().await?;
            Some((answer, (receiver, task)))
        })
        .boxed()
    }
}

async fn forward(
    mut answers: BoxStream<'static, Response>,
    sender: mpsc::Sender<Response>,
    permit: OwnedSemaphorePermit,
) {
    while let Some(answer) = answers.next().await {
        if sender.send(answer).await.is_err() {
            break;
        }
    }
    drop(permit);
}

/// Aborts the task of an operation when its reader is dropped.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
