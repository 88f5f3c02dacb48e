//! Events received from other services: stored once, handled once, retried, parked, replayed.
//!
//! A consumer's queue only feeds its inbox table: the message is stored and acknowledged. A worker
//! then claims the messages that are due. The mark "done" and the handler's effect commit in one
//! transaction, so a message that arrives three times has one effect. A failed handler is retried
//! after 1 s, 5 s, 30 s, 5 min and 30 min; then the message is parked until an operator replays it.
//! An unreadable message goes to the dead-letter queue.

mod receive;
mod store;
mod work;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use database::{PlatformDb, StoreError, TenantDb, TenantTx};
use event_contracts::Envelope;
use ids::{EventId, TenantId};
use messaging::{Broker, Topology};
use service::Tasks;
use tokio::sync::Notify;

/// Outcome of a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The effect is written; commit the transaction.
    Done,
    /// A temporary failure, e.g. of the database: retry later. The transaction is rolled back.
    Retry {
        /// Delay before the retry; `None` takes the next entry of [`InboxOptions::back_off`].
        after: Option<Duration>,
    },
    /// A permanent failure: the message is parked at once, and operators see the reason.
    Reject(String),
}

/// Handles the messages of one consumer. They may arrive more than once, late and in any order.
#[async_trait]
pub trait EventHandler: Send + Sync + 'static {
    /// Writes the effect of one message in the transaction. The transaction has already marked the
    /// message as done; it commits only for [`Outcome::Done`]. `event_log::append` must come last.
    async fn handle(&self, tx: &mut TenantTx<'_>, envelope: &Envelope) -> Outcome;
}

/// A consumer of events.
#[derive(Clone)]
pub struct Consumer {
    /// Name in the inbox, e.g. `customers.order_history`. After a rename, messages that are
    /// delivered again are handled again.
    pub name: &'static str,
    /// Name of the consumer's queue at the broker.
    pub queue: &'static str,
    /// Event types to which the queue is bound.
    pub event_types: &'static [&'static str],
    /// Handler of the messages.
    pub handler: Arc<dyn EventHandler>,
}

/// Limits and delays of an inbox.
#[derive(Debug, Clone)]
pub struct InboxOptions {
    /// Delays after consecutive failures; after the last one the message is parked.
    pub back_off: Vec<Duration>,
    /// Limit of unacknowledged messages.
    pub prefetch: u16,
    /// Messages that one consumer handles concurrently.
    pub parallel: usize,
    /// Time-out of a handler. Afterwards another worker may claim the message.
    pub handler_limit: Duration,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self {
            back_off: [1, 5, 30, 5 * 60, 30 * 60]
                .map(Duration::from_secs)
                .to_vec(),
            prefetch: 64,
            parallel: 4,
            handler_limit: Duration::from_secs(30),
        }
    }
}

/// Dependencies that the consumers of a service share.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// Database that handlers write to.
    pub db: TenantDb,
    /// Finds due messages across all tenants.
    pub platform: PlatformDb,
    /// Broker that delivers the messages.
    pub broker: Broker,
    /// Limits and delays.
    pub options: InboxOptions,
}

/// Starts the consumers in the background: declares their queues, receives and handles messages.
/// Returns at once. Any number of processes may run the same consumers.
pub fn run(consumers: Vec<Consumer>, inbox: Inbox, tasks: &Tasks) {
    let mut topology = Topology::platform();
    for consumer in &consumers {
        let bindings = consumer
            .event_types
            .iter()
            .map(|t| (event_contracts::exchange_of(t), *t));
        topology = topology.with_queue(consumer.queue, bindings);
    }
    inbox.broker.declare_topology(&topology);
    let inbox = Arc::new(inbox);
    for consumer in consumers {
        let arrived = Arc::new(Notify::new());
        receive::start(&inbox, &consumer, &arrived, &tasks.token());
        work::start(&inbox, consumer, arrived, tasks);
    }
}

/// A message that is not retried any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedMessage {
    /// Tenant of the event.
    pub tenant: TenantId,
    /// Consumer that failed to handle it.
    pub consumer: String,
    /// Id of the event.
    pub event: EventId,
    /// Type of the event.
    pub event_type: String,
    /// Number of attempts.
    pub attempts: i32,
    /// Reason for parking.
    pub reason: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// When it was parked.
    pub parked_at: Option<DateTime<Utc>>,
}

/// Lists parked messages of one consumer or of all consumers, in the order in which they were parked.
pub async fn list_parked(
    platform: &PlatformDb,
    consumer: Option<&str>,
    limit: u32,
) -> Result<Vec<ParkedMessage>, StoreError> {
    let mut tx = platform.transaction().await?;
    let parked = store::list_parked(&mut tx, consumer, limit).await?;
    tx.commit().await?;
    Ok(parked)
}

/// Replays a parked message with its attempts reset, for one consumer or for all that parked it.
/// Returns the number of consumers.
pub async fn replay(
    platform: &PlatformDb,
    event: EventId,
    consumer: Option<&str>,
) -> Result<u64, StoreError> {
    let mut tx = platform.transaction().await?;
    let replayed = store::update_parked_to_waiting(&mut tx, event, consumer).await?;
    tx.commit().await?;
    Ok(replayed)
}

/// Deletes messages that were handled before `older_than`, in batches. Returns their number. A
/// deleted message that is delivered again is handled again.
pub async fn trim(
    platform: &PlatformDb,
    older_than: DateTime<Utc>,
    batch: u32,
) -> Result<u64, StoreError> {
    let batch = i64::from(batch.max(1));
    let mut removed = 0;
    loop {
        let mut tx = platform.transaction().await?;
        let deleted = store::delete_done(&mut tx, older_than, batch).await?;
        tx.commit().await?;
        removed += deleted;
        if deleted == 0 {
            return Ok(removed);
        }
    }
}
