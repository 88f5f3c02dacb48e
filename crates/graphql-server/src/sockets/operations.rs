//! What runs on one socket.

use std::sync::Arc;

use async_graphql::{Data, Executor, ObjectType, Request, Response, Schema, SubscriptionType};
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use service::Tasks;
use service::trace::{self, TraceContext};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;

use crate::scope::{operation_type, refused};

/// The operations of one socket: a bounded number, each in a task of its own. An answer is never half made while
/// the socket is busy with another one.
pub(super) struct Operations<Q, M, S> {
    pub schema: Schema<Q, M, S>,
    pub room: Arc<Semaphore>,
    pub limit: usize,
    pub tasks: Tasks,
}

impl<Q, M, S> Clone for Operations<Q, M, S> {
    fn clone(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            room: Arc::clone(&self.room),
            limit: self.limit,
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
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            let message = format!("operations of one socket are limited to {}", self.limit);
            return stream::once(ready(refused("RATE_LIMITED", &message))).boxed();
        };
        let operation_type = operation_type(&mut request);
        let request = request.data(operation_type);
        let answers = Executor::execute_stream(&self.schema, request, session_data);
        let (sender, receiver) = mpsc::channel(1);
        let context = TraceContext::new_root();
        let span = tracing::info_span!(
            "graphql.socket_operation",
            trace.id = %context.trace_id_hex(),
        );
        let work = trace::scope_in(context, span, pass_on(answers, sender, place));
        let task = self.tasks.spawn("graphql.socket_operation", work);
        let running = (receiver, EndsWithReader(task));
        stream::unfold(running, async |(mut receiver, task)| {
            let answer = receiver.recv().await?;
            Some((answer, (receiver, task)))
        })
        .boxed()
    }
}

async fn pass_on(
    mut answers: BoxStream<'static, Response>,
    sender: mpsc::Sender<Response>,
    place: OwnedSemaphorePermit,
) {
    while let Some(answer) = answers.next().await {
        if sender.send(answer).await.is_err() {
            break;
        }
    }
    drop(place);
}

/// An operation that nobody waits for any more.
struct EndsWithReader(AbortHandle);

impl Drop for EndsWithReader {
    fn drop(&mut self) {
        self.0.abort();
    }
}
