//! The connection of one socket, from the upgrade to the close.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::http::{self, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Error, ObjectType, SubscriptionType};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::future::ready;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use identity::Caller;
use serde_json::Value;
use service::telemetry::catalogue;
use tokio::time::{Instant, sleep_until, timeout};

use crate::SocketsConfig;
use crate::close::Close;
use crate::operations::Operations;

/// A client that does not read for this time is disconnected.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// Time to wait for the peer's close frame.
const LINGER: Duration = Duration::from_secs(1);

/// How a connection ends.
enum End {
    /// The peer has closed the connection or does not respond.
    Disconnected,
    /// This side closes the connection.
    CloseInitiated(Close),
}

/// Result of `connection_init`; `None` inside for a rejected caller.
type Identified = Arc<OnceLock<Option<Arc<Caller>>>>;

/// The connection of a socket: its operations and limits.
pub(crate) struct SocketConnection<Q, M, S> {
    pub operations: Operations<Q, M, S>,
    pub config: SocketsConfig,
}

impl<Q, M, S> SocketConnection<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Serves the socket until it closes. Calls `identify` once, with the payload of `connection_init`.
    pub async fn run<I>(self, socket: WebSocket, identify: I)
    where
        I: FnOnce(&Value) -> Option<Arc<Caller>> + Send + 'static,
    {
        let _registration = OpenSocket::register();
        let started = Instant::now();
        let identified = Identified::default();
        let (mut sink, mut incoming) = socket.split();
        let init = initializer(Arc::clone(&identified), identify);
        let end = {
            let last_received = LastReceived::now();
            let input = pin!(payloads(&mut incoming, &last_received));
            let answers = pin!(
                http::WebSocket::new(
                    self.operations.clone(),
                    input,
                    WebSocketProtocols::GraphQLWS
                )
                .on_connection_init(init)
            );
            let mut timers = Timers {
                config: self.config,
                started,
                ping_at: started + self.config.heartbeat,
                last_received: &last_received,
            };
            self.serve(&mut sink, answers, &identified, &mut timers)
                .await
        };
        let code = match end {
            End::Disconnected => None,
            End::CloseInitiated(close) => {
                close_gracefully(&mut sink, &mut incoming, close).await;
                Some(close.code)
            }
        };
        let caller = identified.get().and_then(Option::as_ref);
        tracing::info!(
            tenant.id = caller.map(|caller| tracing::field::display(caller.tenant_id())),
            caller.kind = caller.map(|caller| caller.subject.kind()),
            socket.close_code = code,
            duration_ms = started.elapsed().as_secs_f64() * 1e3,
            "subgraph socket closed"
        );
    }

    async fn serve(
        &self,
        sink: &mut SplitSink<WebSocket, Message>,
        mut answers: impl Stream<Item = WsMessage> + Unpin,
        identified: &Identified,
        timers: &mut Timers<'_>,
    ) -> End {
        let draining = self.operations.tasks.draining();
        loop {
            let written = tokio::select! {
                answer = answers.next() => match answer {
                    Some(WsMessage::Text(text)) => write(sink, Message::Text(text.into())).await,
                    Some(WsMessage::Close(code, _)) => {
                        let rejected = identified.get().is_some_and(Option::is_none);
                        return End::CloseInitiated(Close::from_library_code(code, rejected));
                    }
                    None => return End::Disconnected,
                },
                () = sleep_until(timers.next(identified)) => match timers.tick(identified) {
                    Ok(ping) => write(sink, ping).await,
                    Err(end) => return end,
                },
                () = draining.cancelled() => return End::CloseInitiated(Close::RESTART),
            };
            if let Err(end) = written {
                return end;
            }
        }
    }
}

/// Handles `connection_init`: identifies the caller and keeps the result.
fn initializer<I>(
    identified: Identified,
    identify: I,
) -> impl FnOnce(Value) -> std::future::Ready<async_graphql::Result<Data>> + Send + 'static
where
    I: FnOnce(&Value) -> Option<Arc<Caller>> + Send + 'static,
{
    move |payload| {
        let caller = identified.get_or_init(|| identify(&payload));
        let data = caller.as_ref().map(|caller| {
            let mut data = Data::default();
            data.insert(Arc::clone(caller));
            data
        });
        std::future::ready(data.ok_or_else(|| Error::new("UNAUTHENTICATED")))
    }
}

/// The payloads of the peer's messages, until the connection closes or fails.
fn payloads<'s>(
    incoming: &'s mut SplitStream<WebSocket>,
    last_received: &'s LastReceived,
) -> impl Stream<Item = Bytes> + Send + 's {
    incoming
        .take_while(|message| ready(message.is_ok()))
        .filter_map(|message| {
            last_received.record();
            ready(match message {
                Ok(Message::Text(text)) => Some(Bytes::from(text)),
                Ok(Message::Binary(bytes)) => Some(bytes),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) | Err(_) => None,
            })
        })
}

/// When the last message of the peer was received.
struct LastReceived {
    started: Instant,
    after_ms: AtomicU64,
}

impl LastReceived {
    fn now() -> Self {
        Self {
            started: Instant::now(),
            after_ms: AtomicU64::new(0),
        }
    }

    fn record(&self) {
        let after = self.started.elapsed().as_millis();
        let after = u64::try_from(after).unwrap_or(u64::MAX);
        self.after_ms.store(after, Ordering::Relaxed);
    }

    fn idle_for(&self) -> Duration {
        let last = Duration::from_millis(self.after_ms.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last)
    }
}

/// Timers of a connection: heartbeat, `connection_init` time-out and lifetime.
struct Timers<'r> {
    config: SocketsConfig,
    started: Instant,
    ping_at: Instant,
    last_received: &'r LastReceived,
}

impl Timers<'_> {
    /// When the next timer is due.
    fn next(&self, identified: &Identified) -> Instant {
        self.ping_at.min(self.limit(identified).0)
    }

    /// When this side closes the connection, and with which close frame.
    fn limit(&self, identified: &Identified) -> (Instant, Close) {
        if identified.get().is_some() {
            (self.started + self.config.life, Close::LIFETIME_EXPIRED)
        } else {
            (self.started + self.config.init_timeout, Close::INIT_TIMEOUT)
        }
    }

    /// Returns a ping, or the end of the connection when a limit has passed.
    fn tick(&mut self, identified: &Identified) -> Result<Message, End> {
        let now = Instant::now();
        let (limit, close) = self.limit(identified);
        if limit <= now {
            return Err(End::CloseInitiated(close));
        }
        let heartbeat = self.config.heartbeat;
        if self.last_received.idle_for() > heartbeat * 2 + heartbeat / 2 {
            return Err(End::Disconnected);
        }
        self.ping_at = now + heartbeat;
        Ok(Message::Ping(Bytes::new()))
    }
}

async fn write(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> Result<(), End> {
    match timeout(WRITE_TIMEOUT, sink.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Disconnected),
    }
}

/// Closes a socket that was not served.
pub(crate) async fn close(socket: WebSocket, close: Close) {
    let (mut sink, mut incoming) = socket.split();
    close_gracefully(&mut sink, &mut incoming, close).await;
}

/// Sends the close frame and lingers until the peer closes: a connection that is dropped with unread data is reset,
/// and the frame may be lost.
async fn close_gracefully(
    sink: &mut (impl Sink<Message> + Unpin),
    incoming: &mut SplitStream<WebSocket>,
    close: Close,
) {
    let frame = CloseFrame {
        code: close.code,
        reason: close.reason.into(),
    };
    let Ok(Ok(())) = timeout(LINGER, sink.send(Message::Close(Some(frame)))).await else {
        return;
    };
    let rest = async { while let Some(Ok(_)) = incoming.next().await {} };
    if timeout(LINGER, rest).await.is_err() {
        tracing::debug!("peer did not answer the close frame");
    }
}

/// Counts a socket in the metric of open sockets until it is dropped.
struct OpenSocket;

impl OpenSocket {
    fn register() -> Self {
        metrics::gauge!(catalogue::SUBGRAPH_SOCKETS).increment(1.0);
        Self
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        metrics::gauge!(catalogue::SUBGRAPH_SOCKETS).decrement(1.0);
    }
}
