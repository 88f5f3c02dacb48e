//! One connection that reconnects until the process stops.
//!
//! The library's own recovery is not used: it restores the channels and declarations that it has
//! recorded. Here every connect declares the topology again and opens new channels, so that the
//! first connect, a reconnect and a broker that lost its data take the same path.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::options::QueueDeleteOptions;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties, ErrorKind, Event};
use service::Tasks;
use service::telemetry::catalogue;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::topology::dead_letter_queue;
use crate::{BrokerConfig, MessagingError, Topology};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REPLY_TIMEOUT: Duration = Duration::from_secs(5);
const INITIAL_BACK_OFF: Duration = Duration::from_millis(100);
const MAX_BACK_OFF: Duration = Duration::from_secs(3);
/// A dead peer is detected after about two missed heartbeats.
const HEARTBEAT_SECONDS: u16 = 10;
/// Time that operations in progress may take to finish when the process stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
/// `PRECONDITION_FAILED`: the exchange or queue exists with different arguments.
const PRECONDITION_FAILED: u16 = 406;

/// The connection to RabbitMQ; clones share it.
#[derive(Clone)]
pub struct Broker(Arc<Inner>);

struct Inner {
    tasks: Tasks,
    topology: Mutex<Topology>,
    state: watch::Sender<State>,
    /// Notified when the topology must be declared.
    declare: Notify,
    /// Cloned by every operation in progress; the reference count shows whether any is left.
    in_use: Arc<()>,
}

#[derive(Clone, Default)]
struct State {
    connection: Option<Arc<Connection>>,
    declared: bool,
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker")
            .field("connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

impl Broker {
    /// Starts to connect in the background and returns at once, even when the broker is down.
    /// The broker shows `connection_name` to operators, e.g. `orders work`.
    pub fn connect(config: &BrokerConfig, connection_name: &str, tasks: &Tasks) -> Self {
        let broker = Self(Arc::new(Inner {
            tasks: tasks.clone(),
            topology: Mutex::new(Topology::default()),
            state: watch::Sender::new(State::default()),
            declare: Notify::new(),
            in_use: Arc::new(()),
        }));
        let manager = broker.clone();
        let config = config.clone();
        let name = connection_name.to_owned();
        tasks.spawn("broker.connection", async move {
            manager.keep_connected(config, name).await;
        });
        broker
    }

    /// Declares this topology now and after every reconnect. Returns at once; see
    /// [`Broker::ready`].
    pub fn declare_topology(&self, topology: &Topology) {
        self.0
            .topology
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(topology);
        self.redeclare();
    }

    /// Waits at most `wait` until the connection is up and the topology is declared.
    pub async fn ready(&self, wait: Duration) -> bool {
        let mut state = self.0.state.subscribe();
        let up = state.wait_for(|state| state.connection.is_some() && state.declared);
        matches!(tokio::time::timeout(wait, up).await, Ok(Ok(_)))
    }

    /// Whether the connection is up now.
    pub fn is_connected(&self) -> bool {
        self.0.state.borrow().connection.is_some()
    }

    /// Deletes the queue of a removed consumer and its dead-letter queue, with all their messages.
    /// The queue is not declared again on this connection.
    pub async fn delete_queue(&self, queue: &str) -> Result<(), MessagingError> {
        self.0
            .topology
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove_queue(queue);
        let channel = self.channel(REPLY_TIMEOUT).await?;
        for name in [queue.to_owned(), dead_letter_queue(queue)] {
            with_timeout(channel.queue_delete(name.into(), QueueDeleteOptions::default())).await?;
        }
        Ok(())
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn in_use(&self) -> Arc<()> {
        Arc::clone(&self.0.in_use)
    }

    /// Requests that the topology is declared again, after a caller found a part of it missing.
    pub(crate) fn redeclare(&self) {
        self.0.state.send_modify(|state| state.declared = false);
        self.0.declare.notify_one();
    }

    /// Opens a channel. Waits at most `wait` for a connection.
    pub(crate) async fn channel(&self, wait: Duration) -> Result<Channel, MessagingError> {
        let mut state = self.0.state.subscribe();
        let up = state.wait_for(|state| state.connection.is_some());
        let connection = match tokio::time::timeout(wait, up).await {
            Ok(Ok(state)) => state
                .connection
                .clone()
                .ok_or(MessagingError::NotConnected)?,
            Ok(Err(_closed)) => return Err(MessagingError::NotConnected),
            Err(_elapsed) => return Err(MessagingError::NotConnected),
        };
        with_timeout(connection.create_channel()).await
    }

    async fn keep_connected(&self, config: BrokerConfig, name: String) {
        let token = self.0.tasks.token();
        let mut back_off = INITIAL_BACK_OFF;
        loop {
            let attempt = tokio::select! {
                () = token.cancelled() => return,
                attempt = open(&config, &name) => attempt,
            };
            match attempt {
                Ok(connection) => {
                    back_off = INITIAL_BACK_OFF;
                    tracing::info!(connection = name, "connected to the broker");
                    self.serve_connection(connection).await;
                    metrics::gauge!(catalogue::BROKER_CONNECTED).set(0);
                    if token.is_cancelled() {
                        return;
                    }
                    tracing::warn!(connection = name, "connection to the broker lost");
                }
                Err(error) => {
                    metrics::gauge!(catalogue::BROKER_CONNECTED).set(0);
                    tracing::warn!(
                        error = %service::log::chain(&error),
                        retry_ms = back_off.as_millis(),
                        "broker unreachable"
                    );
                }
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(back_off) => {}
            }
            back_off = (back_off * 2).min(MAX_BACK_OFF);
        }
    }

    /// Declares the topology, hands the connection to its users and returns when it is lost or the
    /// process stops.
    async fn serve_connection(&self, connection: Connection) {
        let connection = Arc::new(connection);
        let mut events = connection.events_listener();
        let mut status_check = tokio::time::interval(Duration::from_millis(500));
        let token = self.0.tasks.token();
        self.declare(&connection).await;
        self.0
            .state
            .send_modify(|state| state.connection = Some(Arc::clone(&connection)));
        metrics::gauge!(catalogue::BROKER_CONNECTED).set(1);
        let mut last_declared = Instant::now();
        loop {
            tokio::select! {
                () = token.cancelled() => break,
                event = events.next() => match event {
                    Some(Event::Error(error)) => {
                        tracing::debug!(error = %service::log::chain(&error), "connection failed");
                        if !connection.status().connected() {
                            break;
                        }
                    }
                    Some(Event::ConnectionBlocked(reason)) => {
                        tracing::warn!(reason, "broker blocked the connection");
                    }
                    Some(Event::ConnectionUnblocked) => {
                        tracing::info!("broker unblocked the connection");
                    }
                    Some(_) => {}
                    None => break,
                },
                _ = status_check.tick() => {
                    if !connection.status().connected() {
                        break;
                    }
                    self.declare_if_due(&connection, &mut last_declared).await;
                }
                () = self.0.declare.notified() => {
                    self.declare_if_due(&connection, &mut last_declared).await;
                }
            }
        }
        if token.is_cancelled() {
            let drained = async {
                while Arc::strong_count(&self.0.in_use) > 1 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
                tracing::warn!("broker connection closed before all operations finished");
            }
        }
        self.0.state.send_modify(|state| *state = State::default());
        let closing = connection.close(200, "OK".into());
        if let Err(error) = with_timeout(closing).await {
            tracing::debug!(error = %service::log::chain(&error), "graceful close failed");
        }
    }

    /// Declares at most five times a second; the next status check serves an earlier request.
    async fn declare_if_due(&self, connection: &Connection, last: &mut Instant) {
        let declared = self.0.state.borrow().declared;
        if !declared && last.elapsed() >= Duration::from_millis(200) {
            self.declare(connection).await;
            *last = Instant::now();
        }
    }

    async fn declare(&self, connection: &Connection) {
        let topology = self
            .0
            .topology
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match declare_all(connection, &topology).await {
            Ok(()) => {
                let mut unchanged = true;
                self.0.state.send_modify(|state| {
                    let now = self
                        .0
                        .topology
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner);
                    unchanged = *now == topology;
                    state.declared = unchanged;
                });
                if !unchanged {
                    self.0.declare.notify_one();
                }
            }
            Err(error) => {
                tracing::error!(
                    error = %service::log::chain(&error),
                    "topology declaration failed"
                );
                self.0.state.send_modify(|state| state.declared = false);
            }
        }
    }
}

async fn open(config: &BrokerConfig, name: &str) -> Result<Connection, MessagingError> {
    let mut uri: AMQPUri = config
        .url
        .expose()
        .parse()
        .map_err(|_text: String| MessagingError::Broken("broker address is invalid".into()))?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    match tokio::time::timeout(CONNECT_TIMEOUT, Connection::connect_uri(uri, properties)).await {
        Ok(connection) => Ok(connection?),
        Err(_elapsed) => Err(MessagingError::TimedOut),
    }
}

async fn declare_all(connection: &Connection, topology: &Topology) -> Result<(), MessagingError> {
    let mut channel = with_timeout(connection.create_channel()).await?;
    for step in topology.steps() {
        let outcome = tokio::time::timeout(REPLY_TIMEOUT, step.declare(&channel)).await;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) if is_precondition_failed(&error) => {
                // It exists and works. An operator must decide what happens to its messages.
                tracing::error!(
                    error = %service::log::chain(&error),
                    ?step,
                    "exists at the broker with different arguments"
                );
                channel = with_timeout(connection.create_channel()).await?;
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(_elapsed) => return Err(MessagingError::TimedOut),
        }
    }
    with_timeout(channel.close(200, "OK".into())).await
}

fn is_precondition_failed(error: &lapin::Error) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(e) if e.get_id() == PRECONDITION_FAILED)
}

/// Waits for the broker's reply, at most [`REPLY_TIMEOUT`].
pub(crate) async fn with_timeout<T>(
    answer: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, MessagingError> {
    match tokio::time::timeout(REPLY_TIMEOUT, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_elapsed) => Err(MessagingError::TimedOut),
    }
}
