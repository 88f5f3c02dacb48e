//! One connection, kept alive for ever.
//!
//! The library's own recovery is not used: it replays what it remembers, while we want the topology
//! declared anew and every channel made fresh, so that there is one path for the first connect, a
//! reconnect and a broker that lost its data.

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
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// A dead peer is noticed after about two of these.
const HEARTBEAT_SECONDS: u16 = 10;
/// How long users of the connection may take to finish when the process stops.
const GOODBYE: Duration = Duration::from_secs(2);
/// `PRECONDITION_FAILED`: the thing exists with other arguments.
const PRECONDITION_FAILED: u16 = 406;

/// The connection to RabbitMQ; clones share it.
#[derive(Clone)]
pub struct Broker(Arc<Inner>);

struct Inner {
    tasks: Tasks,
    topology: Mutex<Topology>,
    state: watch::Sender<State>,
    /// Rings when something must be declared.
    declare: Notify,
    /// Cloned by everybody who is in the middle of something.
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
    /// Begins to connect in the background and returns at once, also when the broker is down.
    /// `connection_name` is what operators see at the broker, e.g. `orders work`.
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

    /// Makes sure that this exists, now and after every reconnect. Returns at once; see
    /// [`Broker::ready`].
    pub fn declare_topology(&self, topology: &Topology) {
        self.0
            .topology
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(topology);
        self.redeclare();
    }

    /// Waits until the connection is up and everything is declared, at most for `wait`.
    pub async fn ready(&self, wait: Duration) -> bool {
        let mut state = self.0.state.subscribe();
        let up = state.wait_for(|state| state.connection.is_some() && state.declared);
        matches!(tokio::time::timeout(wait, up).await, Ok(Ok(_)))
    }

    /// Whether the connection is up now.
    pub fn is_connected(&self) -> bool {
        self.0.state.borrow().connection.is_some()
    }

    /// Removes the queue of a consumer that is gone for good, with its dead-letter queue and all
    /// their messages. It is not declared again on this connection.
    pub async fn delete_queue(&self, queue: &str) -> Result<(), MessagingError> {
        self.0
            .topology
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove_queue(queue);
        let channel = self.channel(ANSWER_TIMEOUT).await?;
        for name in [queue.to_owned(), dead_letter_queue(queue)] {
            in_time(channel.queue_delete(name.into(), QueueDeleteOptions::default())).await?;
        }
        Ok(())
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn in_use(&self) -> Arc<()> {
        Arc::clone(&self.0.in_use)
    }

    /// Declares everything once more: somebody found a thing missing.
    pub(crate) fn redeclare(&self) {
        self.0.state.send_modify(|state| state.declared = false);
        self.0.declare.notify_one();
    }

    /// A new channel, on a connection that comes up within `wait`.
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
        in_time(connection.create_channel()).await
    }

    async fn keep_connected(&self, config: BrokerConfig, name: String) {
        let token = self.0.tasks.token();
        let mut pause = FIRST_PAUSE;
        loop {
            let attempt = tokio::select! {
                () = token.cancelled() => return,
                attempt = open(&config, &name) => attempt,
            };
            match attempt {
                Ok(connection) => {
                    pause = FIRST_PAUSE;
                    tracing::info!(connection = name, "connected to the broker");
                    self.attend(connection).await;
                    metrics::gauge!(catalogue::BROKER_CONNECTED).set(0);
                    if token.is_cancelled() {
                        return;
                    }
                    tracing::warn!(connection = name, "connection to the broker is lost");
                }
                Err(error) => {
                    metrics::gauge!(catalogue::BROKER_CONNECTED).set(0);
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        retry_ms = pause.as_millis(),
                        "broker cannot be reached"
                    );
                }
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Declares, publishes the connection to its users and returns when it is gone.
    async fn attend(&self, connection: Connection) {
        let connection = Arc::new(connection);
        let mut events = connection.events_listener();
        let mut look = tokio::time::interval(Duration::from_millis(500));
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
                        tracing::debug!(%error, "connection failed");
                        if !connection.status().connected() {
                            break;
                        }
                    }
                    Some(Event::ConnectionBlocked(reason)) => {
                        tracing::warn!(reason, "broker accepts no messages now");
                    }
                    Some(Event::ConnectionUnblocked) => {
                        tracing::info!("broker accepts messages again");
                    }
                    Some(_) => {}
                    None => break,
                },
                _ = look.tick() => {
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
            let others_done = async {
                while Arc::strong_count(&self.0.in_use) > 1 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            if tokio::time::timeout(GOODBYE, others_done).await.is_err() {
                tracing::warn!("broker connection is closed under work in progress");
            }
        }
        self.0.state.send_modify(|state| *state = State::default());
        let goodbye = connection.close(200, "OK".into());
        if let Err(error) = in_time(goodbye).await {
            tracing::debug!(%error, "connection was not closed politely");
        }
    }

    /// At most five times a second; a request that comes sooner is served by the next look.
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
                    error = &error as &dyn std::error::Error,
                    "queues cannot be declared"
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
        .map_err(|_text: String| MessagingError::Broken("address is not usable".into()))?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    match tokio::time::timeout(CONNECT_TIMEOUT, Connection::connect_uri(uri, properties)).await {
        Ok(connection) => Ok(connection?),
        Err(_elapsed) => Err(MessagingError::TimedOut),
    }
}

async fn declare_all(connection: &Connection, topology: &Topology) -> Result<(), MessagingError> {
    let mut channel = in_time(connection.create_channel()).await?;
    for step in topology.steps() {
        let outcome = tokio::time::timeout(ANSWER_TIMEOUT, step.declare(&channel)).await;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) if is_precondition_failed(&error) => {
                // It exists and works; somebody must decide what becomes of its messages.
                tracing::error!(%error, ?step, "exists at the broker with other arguments");
                channel = in_time(connection.create_channel()).await?;
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(_elapsed) => return Err(MessagingError::TimedOut),
        }
    }
    in_time(channel.close(200, "OK".into())).await
}

fn is_precondition_failed(error: &lapin::Error) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(e) if e.get_id() == PRECONDITION_FAILED)
}

/// Waits for the broker's answer, but not for ever.
pub(crate) async fn in_time<T>(
    answer: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, MessagingError> {
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_elapsed) => Err(MessagingError::TimedOut),
    }
}
