//! One WebSocket connection: one task that reads, writes and handles timers, and one task per running operation.
//!
//! Operations pass finished messages to the task of the socket through a short queue. A client that does not read
//! fills this queue, then the queues of its subscriptions, which fall back to the log; a write that exceeds the
//! time-out ends the connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::{FutureExt as _, SinkExt};
use service::trace;
use service::trace::TraceContext;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::drain_delay::DrainDelay;
use super::frames::{End, bytes_of, end_for};
use super::protocol;
use super::protocol::{ClientMessage, Close, InitPayload, OperationMessages};
use super::socket_operation::{Content, Operation, Outgoing, SocketSender};
use super::upgrade_request::UpgradeRequest;
use crate::access::TenantHint;
use crate::access::registry::Registration;
use crate::answer::Refusal;
use crate::live::limits::addresses::AddressPermit;
use crate::live::metrics;
use crate::live::metrics::{ClosedBy, Counted, Transport};
use crate::live::server::LiveServer;
use crate::principal::Principal;
use crate::schema::GraphqlRequest;

/// Outgoing messages of all operations that wait for the socket.
const OUTGOING_CAPACITY: usize = 16;
/// Maximum number of messages per flush.
const BATCH: usize = 32;
/// How long to wait for the close frame of the client.
const LINGER: Duration = Duration::from_secs(1);
/// Reported for a close frame without a code.
const NO_CLOSE_CODE: u16 = 1005;
/// Reported for an end without a close frame.
const NO_CLOSE_FRAME: u16 = 1006;

struct Running {
    generation: u64,
    task: AbortHandle,
}

enum Step {
    Revoked,
    Received(Option<Result<Message, axum::Error>>),
    Send(Outgoing),
    Timer,
    Drain,
}

/// The caller of the connection, known since `connection_init`.
struct Identified {
    principal: Principal,
    _registration: Registration,
    _permit: AddressPermit,
}

/// A socket and the operations that run on it.
pub struct SocketConnection {
    server: Arc<LiveServer>,
    request: UpgradeRequest,
    socket: WebSocket,
    identified: Option<Identified>,
    /// Cancelled when the access of the principal is revoked.
    revoked: CancellationToken,
    operations: HashMap<Arc<str>, Running>,
    tasks: JoinSet<()>,
    sender: mpsc::Sender<Outgoing>,
    outgoing: mpsc::Receiver<Outgoing>,
    last_generation: u64,
    received_at: Instant,
    ping_at: Instant,
    /// Deadline of `connection_init`; after it, the expiry of the access token.
    deadline: Option<Instant>,
    drain_delay: DrainDelay,
    _count: Counted,
}

impl SocketConnection {
    /// A connection before its first message.
    pub fn new(server: Arc<LiveServer>, request: UpgradeRequest, socket: WebSocket) -> Self {
        let (sender, outgoing) = mpsc::channel(OUTGOING_CAPACITY);
        let now = Instant::now();
        let config = server.hub.config();
        let (ping_at, deadline) = (now + config.heartbeat, Some(now + config.init_timeout));
        Self {
            drain_delay: server.drain_delay(),
            server,
            request,
            socket,
            identified: None,
            revoked: CancellationToken::new(),
            operations: HashMap::new(),
            tasks: JoinSet::new(),
            sender,
            outgoing,
            last_generation: 0,
            received_at: now,
            ping_at,
            deadline,
            _count: Counted::socket(),
        }
    }

    /// Runs until one side ends the connection.
    pub async fn run(mut self) {
        let end = loop {
            let step = self.next_step().await;
            if let Err(end) = self.handle(step).await {
                break end;
            }
            while self.tasks.try_join_next().is_some() {}
        };
        match end {
            End::CloseInitiated(close) => self.close_gracefully(close).await,
            End::ClosedByClient(code) => self.finish_close(code).await,
            End::ConnectionLost => metrics::socket_closed(NO_CLOSE_FRAME, ClosedBy::Neither),
        }
    }

    async fn next_step(&mut self) -> Step {
        if self.revoked.is_cancelled() {
            return Step::Revoked;
        }
        let next = self
            .deadline
            .map_or(self.ping_at, |deadline| deadline.min(self.ping_at));
        tokio::select! {
            () = self.revoked.cancelled() => Step::Revoked,
            received = self.socket.recv() => Step::Received(received),
            // Never closed: this task holds a sender.
            Some(outgoing) = self.outgoing.recv() => Step::Send(outgoing),
            () = tokio::time::sleep_until(next) => Step::Timer,
            () = self.drain_delay.wait() => Step::Drain,
        }
    }

    async fn handle(&mut self, step: Step) -> Result<(), End> {
        match step {
            Step::Revoked => Err(Close::REVOKED.into()),
            Step::Received(received) => {
                self.received_at = Instant::now();
                match received {
                    None => Err(End::ConnectionLost),
                    Some(Ok(Message::Close(frame))) => Err(End::ClosedByClient(
                        frame.map_or(NO_CLOSE_CODE, |frame| frame.code),
                    )),
                    Some(Ok(Message::Text(text))) => {
                        self.handle_message(protocol::parse(&text)?).await
                    }
                    Some(Ok(Message::Binary(_))) => Err(Close::invalid("messages are text").into()),
                    // The library answers pings.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                    Some(Err(error)) => Err(end_for(error)),
                }
            }
            Step::Send(outgoing) => self.send_batch(outgoing).await,
            Step::Timer => self.handle_timer().await,
            Step::Drain => Err(Close::RESTART.into()),
        }
    }

    async fn handle_message(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            // Rare and large: boxed, so that an idle connection does not reserve memory for it.
            ClientMessage::Init(payload) => Box::pin(self.init(payload)).await,
            ClientMessage::Ping(payload) => self.write(protocol::pong(payload.as_deref())).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, request } => self.start_operation(id, request).await,
            ClientMessage::Complete { id } => {
                if let Some(running) = self.operations.remove(id.as_str()) {
                    running.task.abort();
                }
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: InitPayload) -> Result<(), End> {
        if self.identified.is_some() {
            return Err(Close::INIT_REPEATED.into());
        }
        let hint = TenantHint {
            host: self.request.host.as_deref(),
            x_tenant: payload.tenant.as_deref().or(self.request.tenant.as_deref()),
            accept_language: self.request.accept_language.as_deref(),
        };
        let authorization = payload
            .authorization
            .as_deref()
            .or(self.request.authorization.as_deref());
        let limit = self.server.hub.config().init_timeout;
        let identified =
            tokio::time::timeout(limit, self.server.access.identify(hint, authorization)).await;
        let principal = match identified {
            Ok(Ok(principal)) => principal,
            Ok(Err(rejection)) => {
                rejection.log();
                return Err(Close::refused(&rejection).into());
            }
            Err(_elapsed) => return Err(Close::TRY_AGAIN.into()),
        };
        let permit = self
            .server
            .addresses
            .acquire(&principal.tenant, self.request.address)
            .map_err(|exceeded| Close::address_full(exceeded.limit))?;
        self.request.unidentified_permit = None;
        let revocable = Arc::new(self.revoked.clone());
        let registration = self
            .server
            .access
            .revocations
            .register(&principal, revocable);
        self.deadline = self.server.hub.expires_at(&principal);
        self.identified = Some(Identified {
            principal,
            _registration: registration,
            _permit: permit,
        });
        self.write(protocol::ACK.to_owned()).await
    }

    async fn start_operation(&mut self, id: String, request: GraphqlRequest) -> Result<(), End> {
        let Some(identified) = &self.identified else {
            return Err(Close::UNAUTHORIZED.into());
        };
        let principal = identified.principal.clone();
        if self.operations.contains_key(id.as_str()) {
            return Err(Close::duplicate(&id).into());
        }
        let messages = OperationMessages::new(&id);
        let limit = principal.tenant.plan.limits.subscriptions_per_socket;
        if self.operations.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            let refusal = Refusal::limit("operations of one socket", limit);
            return self.write(messages.error(&refusal)).await;
        }
        self.last_generation += 1;
        let generation = self.last_generation;
        let id: Arc<str> = id.into();
        let sender = self.sender.clone();
        let operation = Operation {
            server: Arc::clone(&self.server),
            principal,
            messages,
            socket: SocketSender {
                id: Arc::clone(&id),
                generation,
                sender,
            },
        };
        let work = trace::scope(TraceContext::new_root(), operation.run(request).boxed());
        let task = self.tasks.spawn(work);
        self.operations.insert(id, Running { generation, task });
        Ok(())
    }

    async fn handle_timer(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.deadline.is_some_and(|at| at <= now) {
            let initialised = self.identified.is_some();
            let close = if initialised {
                Close::TOKEN_EXPIRED
            } else {
                Close::INIT_TIMEOUT
            };
            return Err(close.into());
        }
        if self.ping_at <= now {
            let heartbeat = self.server.hub.config().heartbeat;
            if now.duration_since(self.received_at) > heartbeat * 2 + heartbeat / 2 {
                return Err(End::ConnectionLost);
            }
            self.ping_at = now + heartbeat;
            return self.write_frame(Message::Ping(Bytes::new())).await;
        }
        Ok(())
    }

    /// Writes the messages that operations have ready, several per flush.
    async fn send_batch(&mut self, first: Outgoing) -> Result<(), End> {
        let limit = self.server.hub.config().write_timeout;
        let written = tokio::time::timeout(limit, async {
            let mut next = Some(first);
            let mut left = BATCH;
            while let Some(outgoing) = next {
                for message in self.messages_of(outgoing)? {
                    let frame = Message::Text(message.into());
                    metrics::bytes_written(Transport::WebSocket, bytes_of(&frame));
                    self.socket
                        .feed(frame)
                        .await
                        .map_err(|_closed| End::ConnectionLost)?;
                }
                left -= 1;
                next = if left == 0 {
                    None
                } else {
                    self.outgoing.try_recv().ok()
                };
            }
            self.socket
                .flush()
                .await
                .map_err(|_closed| End::ConnectionLost)
        });
        written.await.unwrap_or(Err(End::ConnectionLost))
    }

    /// The messages to write; none for an operation that has ended.
    fn messages_of(&mut self, outgoing: Outgoing) -> Result<Vec<String>, End> {
        if self.revoked.is_cancelled() {
            return Err(Close::REVOKED.into());
        }
        let Outgoing {
            id,
            generation,
            content,
        } = outgoing;
        let current = self
            .operations
            .get(&id)
            .is_some_and(|running| running.generation == generation);
        if !current {
            return Ok(Vec::new());
        }
        match content {
            Content::Message(message) => Ok(vec![message]),
            Content::Last(messages) => {
                self.operations.remove(&id);
                Ok(messages)
            }
            Content::Close(close) => Err(close.into()),
        }
    }

    async fn write(&mut self, message: String) -> Result<(), End> {
        self.write_frame(Message::Text(message.into())).await
    }

    async fn write_frame(&mut self, frame: Message) -> Result<(), End> {
        let limit = self.server.hub.config().write_timeout;
        metrics::bytes_written(Transport::WebSocket, bytes_of(&frame));
        match tokio::time::timeout(limit, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::ConnectionLost),
        }
    }

    /// Completes the close handshake that the client started: reading sends the close frame that the library has
    /// prepared.
    async fn finish_close(mut self, code: u16) {
        self.tasks.abort_all();
        metrics::socket_closed(code, ClosedBy::Client);
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        if tokio::time::timeout(LINGER, rest).await.is_err() {
            tracing::debug!("close frame could not be answered");
        }
    }

    /// Sends a close frame and waits a moment for the client to read it: a connection that is dropped with unread
    /// data is reset, and the close frame may be lost.
    pub async fn close_gracefully(mut self, close: Close) {
        self.tasks.abort_all();
        metrics::socket_closed(close.code, ClosedBy::Gateway);
        let unread_input = close == Close::TOO_BIG;
        let frame = CloseFrame {
            code: close.code,
            reason: close.reason.as_ref().into(),
        };
        let Ok(Ok(())) =
            tokio::time::timeout(LINGER, self.socket.send(Message::Close(Some(frame)))).await
        else {
            return;
        };
        if unread_input {
            tokio::time::sleep(LINGER).await;
            return;
        }
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        if tokio::time::timeout(LINGER, rest).await.is_err() {
            tracing::debug!("client did not answer the close frame");
        }
    }
}
