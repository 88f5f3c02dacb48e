//! One socket from its beginning to its end.

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

use super::close::Close;
use super::config::SocketsConfig;
use super::operations::Operations;

/// A client that does not read is gone after this time.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a socket waits for the other side's close frame.
const LINGER: Duration = Duration::from_secs(1);

/// Why a socket ends.
enum End {
    /// The other side is gone or has said goodbye.
    Gone,
    /// We say goodbye.
    Close(Close),
}

/// What `connection_init` has found out; a caller who was refused is none.
type Identified = Arc<OnceLock<Option<Arc<Caller>>>>;

/// A socket, what runs on it and how long.
pub(super) struct Conversation<Q, M, S> {
    pub operations: Operations<Q, M, S>,
    pub config: SocketsConfig,
}

impl<Q, M, S> Conversation<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Serves the socket to its end. `identify` is asked once, with the payload of `connection_init`.
    pub async fn run<I>(self, socket: WebSocket, identify: I)
    where
        I: FnOnce(&Value) -> Option<Arc<Caller>> + Send + 'static,
    {
        let _count = OpenSocket::count();
        let started = Instant::now();
        let identified = Identified::default();
        let (mut sink, mut incoming) = socket.split();
        let init = initializer(Arc::clone(&identified), identify);
        let end = {
            let heard = Heard::now();
            let input = pin!(texts(&mut incoming, &heard));
            let answers = pin!(
                http::WebSocket::new(
                    self.operations.clone(),
                    input,
                    WebSocketProtocols::GraphQLWS
                )
                .on_connection_init(init)
            );
            let mut clock = Clock {
                config: self.config,
                started,
                ping_at: started + self.config.heartbeat,
                heard: &heard,
            };
            self.converse(&mut sink, answers, &identified, &mut clock)
                .await
        };
        let code = match end {
            End::Gone => None,
            End::Close(close) => {
                say_goodbye(&mut sink, &mut incoming, close).await;
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

    async fn converse(
        &self,
        sink: &mut SplitSink<WebSocket, Message>,
        mut answers: impl Stream<Item = WsMessage> + Unpin,
        identified: &Identified,
        clock: &mut Clock<'_>,
    ) -> End {
        let draining = self.operations.tasks.draining();
        loop {
            let written = tokio::select! {
                answer = answers.next() => match answer {
                    Some(WsMessage::Text(text)) => write(sink, Message::Text(text.into())).await,
                    Some(WsMessage::Close(code, _)) => {
                        let refused = identified.get().is_some_and(Option::is_none);
                        return End::Close(Close::instead_of(code, refused));
                    }
                    None => return End::Gone,
                },
                () = sleep_until(clock.next(identified)) => match clock.tick(identified) {
                    Ok(ping) => write(sink, ping).await,
                    Err(end) => return end,
                },
                () = draining.cancelled() => return End::Close(Close::RESTART),
            };
            if let Err(end) = written {
                return end;
            }
        }
    }
}

/// Remembers who was identified.
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

/// The messages of the other side, until it closes or breaks.
fn texts<'s>(
    incoming: &'s mut SplitStream<WebSocket>,
    heard: &'s Heard,
) -> impl Stream<Item = Bytes> + Send + 's {
    incoming
        .take_while(|message| ready(message.is_ok()))
        .filter_map(|message| {
            heard.note();
            ready(match message {
                Ok(Message::Text(text)) => Some(Bytes::from(text)),
                Ok(Message::Binary(bytes)) => Some(bytes),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) | Err(_) => None,
            })
        })
}

/// When the other side was last heard.
struct Heard {
    started: Instant,
    after_ms: AtomicU64,
}

impl Heard {
    fn now() -> Self {
        Self {
            started: Instant::now(),
            after_ms: AtomicU64::new(0),
        }
    }

    fn note(&self) {
        let after = self.started.elapsed().as_millis();
        let after = u64::try_from(after).unwrap_or(u64::MAX);
        self.after_ms.store(after, Ordering::Relaxed);
    }

    fn silent_for(&self) -> Duration {
        let heard = Duration::from_millis(self.after_ms.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(heard)
    }
}

/// Keeps the time of a socket.
struct Clock<'h> {
    config: SocketsConfig,
    started: Instant,
    ping_at: Instant,
    heard: &'h Heard,
}

impl Clock<'_> {
    /// When there is something to do.
    fn next(&self, identified: &Identified) -> Instant {
        self.ping_at.min(self.limit(identified).0)
    }

    /// The end, and what is said then.
    fn limit(&self, identified: &Identified) -> (Instant, Close) {
        if identified.get().is_some() {
            (self.started + self.config.life, Close::LIFE_OVER)
        } else {
            (self.started + self.config.init_timeout, Close::INIT_TIMEOUT)
        }
    }

    /// A ping, unless it is time to end.
    fn tick(&mut self, identified: &Identified) -> Result<Message, End> {
        let now = Instant::now();
        let (limit, close) = self.limit(identified);
        if limit <= now {
            return Err(End::Close(close));
        }
        let heartbeat = self.config.heartbeat;
        if self.heard.silent_for() > heartbeat * 2 + heartbeat / 2 {
            return Err(End::Gone);
        }
        self.ping_at = now + heartbeat;
        Ok(Message::Ping(Bytes::new()))
    }
}

async fn write(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> Result<(), End> {
    match timeout(WRITE_TIMEOUT, sink.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// Ends a socket that was never served.
pub(super) async fn close(socket: WebSocket, close: Close) {
    let (mut sink, mut incoming) = socket.split();
    say_goodbye(&mut sink, &mut incoming, close).await;
}

/// Gives the other side a moment to read the frame: a connection that is dropped with unread data in it is reset,
/// and the frame may be lost.
async fn say_goodbye(
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
        tracing::debug!("the other side did not answer the close frame");
    }
}

/// Counts a socket while it is open.
struct OpenSocket;

impl OpenSocket {
    fn count() -> Self {
        metrics::gauge!(catalogue::SUBGRAPH_SOCKETS).increment(1.0);
        Self
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        metrics::gauge!(catalogue::SUBGRAPH_SOCKETS).decrement(1.0);
    }
}
