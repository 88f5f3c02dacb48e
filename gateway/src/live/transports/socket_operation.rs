//! One operation of a socket: a query, a mutation or a subscription, in its own task.

use std::sync::Arc;

use futures_util::FutureExt as _;
use http::Method;
use service::trace;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::protocol;
use super::protocol::{Close, OperationMessages};
use crate::answer::Refusal;
use crate::live::catch_up::Arrival;
use crate::live::metrics::Transport;
use crate::live::model::Ending;
use crate::live::operation::LiveOperation;
use crate::live::server::{LiveServer, Prepared};
use crate::principal::Principal;
use crate::schema::{GraphqlRequest, OperationKind};

/// Longest operation name in a log line.
const NAME_LIMIT: usize = 80;

/// A message from the task of an operation to its socket.
pub struct Outgoing {
    /// Id of the operation.
    pub id: Arc<str>,
    /// Distinguishes an operation from earlier ones with the same id.
    pub generation: u64,
    /// The action of the socket.
    pub content: Content,
}

/// Action that an operation requests from its socket.
pub enum Content {
    /// Send a message.
    Message(String),
    /// Send messages; the operation has ended and its id may be used again.
    Last(Vec<String>),
    /// Close the socket.
    Close(Close),
}

/// Sends from the task of an operation to its socket. Waits while the socket is busy.
pub struct SocketSender {
    /// Id of the operation.
    pub id: Arc<str>,
    /// Generation of the operation, part of every message.
    pub generation: u64,
    /// Outgoing queue of the socket.
    pub sender: mpsc::Sender<Outgoing>,
}

/// The socket has closed; its operations end with it.
struct SocketClosed;

impl SocketSender {
    async fn send(&self, content: Content) -> Result<(), SocketClosed> {
        let outgoing = Outgoing {
            id: Arc::clone(&self.id),
            generation: self.generation,
            content,
        };
        self.sender
            .send(outgoing)
            .await
            .map_err(|_closed| SocketClosed)
    }
}

/// One operation of a socket, run in its own task.
pub struct Operation {
    /// Serves the operation.
    pub server: Arc<LiveServer>,
    /// Principal that the operation runs for.
    pub principal: Principal,
    /// Writes its messages.
    pub messages: OperationMessages,
    /// Destination of the messages.
    pub socket: SocketSender,
}

impl Operation {
    /// Runs until the operation has ended or the socket has closed.
    pub async fn run(self, request: GraphqlRequest) {
        let began = Instant::now();
        let mut log = OperationLog::default();
        let admitted = self.server.hub.count_operation(&self.principal);
        let prepared = admitted.and_then(|()| self.server.prepare(&Method::POST, &request));
        let last = match prepared {
            Ok(Prepared::OneShot(valid)) => {
                log.note(valid.operation.name(), valid.operation.kind);
                let answer = self.server.execute(&self.principal, &valid, &request);
                match answer.boxed().await {
                    Ok(answer) => {
                        let messages = vec![self.messages.next(&answer), self.messages.complete()];
                        Content::Last(messages)
                    }
                    Err(refusal) => self.refusal(&refusal, &mut log),
                }
            }
            Ok(Prepared::Live(operation)) => {
                // Freed early: the group keeps what it needs of the request.
                drop(request);
                let name = operation.query.operation_name.as_deref();
                log.note(name, OperationKind::Subscription);
                match self.live(*operation).await {
                    Ok(ending) => match protocol::close_or_refusal(ending) {
                        Ok(refusal) => self.refusal(&refusal, &mut log),
                        Err(close) => Content::Close(close),
                    },
                    Err(SocketClosed) => return,
                }
            }
            Err(refusal) => self.refusal(&refusal, &mut log),
        };
        log.write(&self.principal, began);
        if self.socket.send(last).await.is_err() {
            tracing::debug!("socket closed before its operation ended");
        }
    }

    fn refusal(&self, refusal: &Refusal, log: &mut OperationLog) -> Content {
        log.code = refusal.code().as_str();
        Content::Last(vec![self.messages.error(refusal)])
    }

    async fn live(&self, operation: LiveOperation) -> Result<Ending, SocketClosed> {
        let begins_now = operation.after.is_none();
        let opened = self
            .server
            .hub
            .subscribe(&self.principal, operation, Transport::WebSocket)
            .boxed()
            .await;
        let mut subscription = match opened {
            Ok(subscription) => subscription,
            Err(ending) => return Ok(ending),
        };
        if begins_now {
            // A client that disconnects before its first event resumes here and not at a later "now".
            let position = self.messages.position(&subscription.cursor());
            self.socket.send(Content::Message(position)).await?;
        }
        loop {
            let message = match subscription.next().await {
                Arrival::Event(event) => self.messages.next(&event.payload),
                Arrival::Heartbeat(Some(cursor)) => self.messages.position(&cursor),
                Arrival::Heartbeat(None) => continue,
                Arrival::Ended(ending) => return Ok(ending),
            };
            self.socket.send(Content::Message(message)).await?;
        }
    }
}

/// The log line of an operation that was not ended by its client.
#[derive(Default)]
struct OperationLog {
    name: String,
    kind: &'static str,
    code: &'static str,
}

impl OperationLog {
    fn note(&mut self, name: Option<&str>, kind: OperationKind) {
        self.name = name.unwrap_or_default().chars().take(NAME_LIMIT).collect();
        self.kind = kind.as_str();
    }

    fn write(&self, principal: &Principal, began: Instant) {
        let trace = trace::current()
            .map(|context| context.trace_id_hex())
            .unwrap_or_default();
        tracing::info!(
            trace.id = trace,
            graphql.operation = self.name,
            graphql.kind = self.kind,
            tenant.slug = principal.tenant.slug,
            principal.kind = principal.caller.subject.kind(),
            error.codes = self.code,
            duration_ms = began.elapsed().as_secs_f64() * 1000.0,
            "operation over a socket ended"
        );
    }
}
