//! What is said over one socket: one task that reads, writes and keeps time, one per running operation.
//!
//! Operations hand finished messages to the socket's task through a short queue. A client that does not read
//! fills it, then the queues of its subscriptions, which fall back to the log; a write that takes too long ends
//! the socket.

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
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use super::departure::Departure;
use super::protocol;
use super::protocol::{ClientMessage, Close, InitPayload, OperationMessages};
use super::socket_operation::{Content, Operation, Outgoing, SocketOutlet};
use super::upgrade_request::UpgradeRequest;
use crate::accounts::presences::Presence;
use crate::app::App;
use crate::principal::{Principal, TenantHint};
use crate::router_client::GraphqlRequest;
use crate::subscriptions::limits::addresses::AddressPlace;
use crate::subscriptions::measures;
use crate::subscriptions::measures::{ClosedBy, OpenSocket, Transport};
use crate::subscriptions::refusal::Refusal;

/// Messages of all operations that wait for the socket.
const OUTGOING: usize = 16;
/// Messages that are written before one flush.
const BATCH: usize = 32;
/// How long a socket waits for the other side's close frame.
const LINGER: Duration = Duration::from_secs(1);
/// Stands for a goodbye without a code.
const NO_CODE: u16 = 1005;
/// Stands for an end without a goodbye.
const NO_GOODBYE: u16 = 1006;

struct Running {
    token: u64,
    task: AbortHandle,
}

enum Step {
    Revoked,
    Heard(Option<Result<Message, axum::Error>>),
    Send(Outgoing),
    Timer,
    Departure,
}

/// Why a conversation ends.
enum End {
    /// The other side is gone without a word.
    Gone,
    /// The other side has said goodbye, with this code.
    Left(u16),
    /// We say goodbye.
    Close(Close),
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// Whose socket it is since `connection_init`.
struct Identified {
    principal: Principal,
    _presence: Presence,
    _place: AddressPlace,
}

/// A socket and what runs on it.
pub struct Conversation {
    app: Arc<App>,
    request: UpgradeRequest,
    socket: WebSocket,
    identified: Option<Identified>,
    /// Told when the principal loses access.
    revoked: CancellationToken,
    operations: HashMap<Arc<str>, Running>,
    tasks: JoinSet<()>,
    sender: mpsc::Sender<Outgoing>,
    outgoing: mpsc::Receiver<Outgoing>,
    last_token: u64,
    heard_at: Instant,
    ping_at: Instant,
    /// The end of waiting for `connection_init`, later of the access token.
    limit: Option<Instant>,
    departure: Departure,
    _count: OpenSocket,
}

impl Conversation {
    /// Nothing was said yet.
    pub fn new(app: Arc<App>, request: UpgradeRequest, socket: WebSocket) -> Self {
        let (sender, outgoing) = mpsc::channel(OUTGOING);
        let now = Instant::now();
        let config = app.hub.config();
        let (ping_at, limit) = (now + config.heartbeat, Some(now + config.init_timeout));
        let departure = Departure::new(app.adapters.tasks.draining(), config.drain_spread);
        Self {
            app,
            request,
            socket,
            identified: None,
            revoked: CancellationToken::new(),
            operations: HashMap::new(),
            tasks: JoinSet::new(),
            sender,
            outgoing,
            last_token: 0,
            heard_at: now,
            ping_at,
            limit,
            departure,
            _count: OpenSocket::count(),
        }
    }

    /// Goes on until one side ends it.
    pub async fn run(mut self) {
        let end = loop {
            let step = self.next_step().await;
            if let Err(end) = self.take(step).await {
                break end;
            }
            while self.tasks.try_join_next().is_some() {}
        };
        match end {
            End::Close(close) => self.close(close).await,
            End::Left(code) => self.part(code).await,
            End::Gone => measures::closed(NO_GOODBYE, ClosedBy::Nobody),
        }
    }

    async fn next_step(&mut self) -> Step {
        if self.revoked.is_cancelled() {
            return Step::Revoked;
        }
        let next = self
            .limit
            .map_or(self.ping_at, |limit| limit.min(self.ping_at));
        tokio::select! {
            () = self.revoked.cancelled() => Step::Revoked,
            heard = self.socket.recv() => Step::Heard(heard),
            // Never closed: this task holds a sender itself.
            Some(outgoing) = self.outgoing.recv() => Step::Send(outgoing),
            () = tokio::time::sleep_until(next) => Step::Timer,
            () = self.departure.due() => Step::Departure,
        }
    }

    async fn take(&mut self, step: Step) -> Result<(), End> {
        match step {
            Step::Revoked => Err(Close::REVOKED.into()),
            Step::Heard(heard) => {
                self.heard_at = Instant::now();
                match heard {
                    None => Err(End::Gone),
                    Some(Ok(Message::Close(frame))) => {
                        Err(End::Left(frame.map_or(NO_CODE, |frame| frame.code)))
                    }
                    Some(Ok(Message::Text(text))) => self.answer(protocol::parse(&text)?).await,
                    Some(Ok(Message::Binary(_))) => Err(Close::invalid("messages are text").into()),
                    // The library has answered a ping by itself.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                    Some(Err(error)) => Err(end_of(error)),
                }
            }
            Step::Send(outgoing) => self.send_batch(outgoing).await,
            Step::Timer => self.keep_time().await,
            Step::Departure => Err(Close::RESTART.into()),
        }
    }

    async fn answer(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            // Rare and large: boxed, so that an idle socket does not keep room for it.
            ClientMessage::Init(payload) => Box::pin(self.init(payload)).await,
            ClientMessage::Ping(payload) => self.write(protocol::pong(payload.as_deref())).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, request } => self.begin(id, request).await,
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
        let limit = self.app.hub.config().init_timeout;
        let identified = tokio::time::timeout(limit, self.app.identify(hint, authorization)).await;
        let principal = match identified {
            Ok(Ok(principal)) => principal,
            Ok(Err(rejection)) => {
                rejection.log();
                return Err(Close::refused(&rejection).into());
            }
            Err(_elapsed) => return Err(Close::TRY_AGAIN.into()),
        };
        let place = self
            .app
            .addresses
            .take(&principal.tenant, self.request.address)
            .map_err(|full| Close::address_full(full.limit))?;
        self.request.unidentified = None;
        let revocable = Arc::new(self.revoked.clone());
        let presence = self.app.accounts.attend(&principal, revocable);
        self.limit = self.app.hub.expires_at(&principal);
        self.identified = Some(Identified {
            principal,
            _presence: presence,
            _place: place,
        });
        self.write(protocol::ACK.to_owned()).await
    }

    async fn begin(&mut self, id: String, request: GraphqlRequest) -> Result<(), End> {
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
        self.last_token += 1;
        let token = self.last_token;
        let id: Arc<str> = id.into();
        let sender = self.sender.clone();
        let operation = Operation {
            app: Arc::clone(&self.app),
            principal,
            messages,
            outlet: SocketOutlet {
                id: Arc::clone(&id),
                token,
                sender,
            },
        };
        let work = trace::scope(TraceContext::new_root(), operation.run(request).boxed());
        let task = self.tasks.spawn(work);
        self.operations.insert(id, Running { token, task });
        Ok(())
    }

    async fn keep_time(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.limit.is_some_and(|at| at <= now) {
            let initialised = self.identified.is_some();
            let close = if initialised {
                Close::TOKEN_EXPIRED
            } else {
                Close::INIT_TIMEOUT
            };
            return Err(close.into());
        }
        if self.ping_at <= now {
            let heartbeat = self.app.hub.config().heartbeat;
            if now.duration_since(self.heard_at) > heartbeat * 2 + heartbeat / 2 {
                return Err(End::Gone);
            }
            self.ping_at = now + heartbeat;
            return self.write_frame(Message::Ping(Bytes::new())).await;
        }
        Ok(())
    }

    /// Writes what operations have ready, many messages with one flush.
    async fn send_batch(&mut self, first: Outgoing) -> Result<(), End> {
        let limit = self.app.hub.config().write_timeout;
        let written = tokio::time::timeout(limit, async {
            let mut next = Some(first);
            let mut left = BATCH;
            while let Some(outgoing) = next {
                for message in self.accept(outgoing)? {
                    let frame = Message::Text(message.into());
                    measures::bytes_out(Transport::WebSocket, bytes_of(&frame));
                    self.socket.feed(frame).await.map_err(|_gone| End::Gone)?;
                }
                left -= 1;
                next = if left == 0 {
                    None
                } else {
                    self.outgoing.try_recv().ok()
                };
            }
            self.socket.flush().await.map_err(|_gone| End::Gone)
        });
        written.await.unwrap_or(Err(End::Gone))
    }

    /// The messages to write; none for an operation that is no longer wanted.
    fn accept(&mut self, outgoing: Outgoing) -> Result<Vec<String>, End> {
        if self.revoked.is_cancelled() {
            return Err(Close::REVOKED.into());
        }
        let Outgoing { id, token, content } = outgoing;
        let current = self
            .operations
            .get(&id)
            .is_some_and(|running| running.token == token);
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
        let limit = self.app.hub.config().write_timeout;
        measures::bytes_out(Transport::WebSocket, bytes_of(&frame));
        match tokio::time::timeout(limit, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Sends the answer to the other side's goodbye, which the library has ready.
    async fn part(mut self, code: u16) {
        self.tasks.abort_all();
        measures::closed(code, ClosedBy::Client);
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        if tokio::time::timeout(LINGER, rest).await.is_err() {
            tracing::debug!("goodbye could not be answered");
        }
    }

    /// Says goodbye and gives the other side a moment to read it: a connection that is dropped with unread
    /// data in it is reset, and the close frame may be lost.
    pub async fn close(mut self, close: Close) {
        self.tasks.abort_all();
        measures::closed(close.code, ClosedBy::Gateway);
        let unreadable = close == Close::TOO_BIG;
        let frame = CloseFrame {
            code: close.code,
            reason: close.reason.as_ref().into(),
        };
        let Ok(Ok(())) =
            tokio::time::timeout(LINGER, self.socket.send(Message::Close(Some(frame)))).await
        else {
            return;
        };
        if unreadable {
            tokio::time::sleep(LINGER).await;
            return;
        }
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        if tokio::time::timeout(LINGER, rest).await.is_err() {
            tracing::debug!("client did not answer the close frame");
        }
    }
}

/// A frame on the wire: its head, which has room for the length, and its content.
fn bytes_of(frame: &Message) -> usize {
    let content = match frame {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(frame) => frame.as_ref().map_or(0, |frame| 2 + frame.reason.len()),
    };
    let head = match content {
        0..=125 => 2,
        126..=0xFFFF => 4,
        _ => 10,
    };
    head + content
}

fn end_of(error: axum::Error) -> End {
    match error
        .into_inner()
        .downcast::<tungstenite::Error>()
        .map(|error| *error)
    {
        Ok(tungstenite::Error::Capacity(_)) => Close::TOO_BIG.into(),
        Ok(tungstenite::Error::Utf8(_)) => Close::NOT_UTF8.into(),
        Ok(tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )) => End::Gone,
        Ok(tungstenite::Error::Protocol(_)) => Close::PROTOCOL_ERROR.into(),
        _ => End::Gone,
    }
}
