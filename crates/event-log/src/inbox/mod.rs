//! What comes from other services: stored once, handled once, retried, parked, replayed.
//!
//! A consumer's queue is only a way into its inbox table: the message is stored and acknowledged. A
//! worker then takes what is due. The mark "done" and the handler's effect are one transaction, so a
//! message that comes three times has one effect. A handler that fails is tried again after 1 s, 5 s,
//! 30 s, 5 min and 30 min; then the message is parked until somebody replays it. A message that
//! cannot even be read goes to the queue's dead-letter queue.

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

/// What a handler has made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its effect stands in the transaction; commit it.
    Done,
    /// Our trouble, e.g. the database: again later. Nothing of the transaction is kept.
    Retry {
        /// When; `None` follows the table of back-offs.
        after: Option<Duration>,
    },
    /// It can never work; the reason is shown to operators. The message is parked at once.
    Reject(String),
}

/// Handles the messages of one consumer. Expects them more than once, late, and in any order.
#[async_trait]
pub trait EventHandler: Send + Sync + 'static {
    /// Writes the effect of one message into the transaction. The transaction already says "done";
    /// it is committed only for [`Outcome::Done`]. An `event_log::append` comes last.
    async fn handle(&self, tx: &mut TenantTx<'_>, envelope: &Envelope) -> Outcome;
}

/// A consumer of events.
#[derive(Clone)]
pub struct Consumer {
    /// Name in the inbox, e.g. `customers.order_history`. Renaming it means handling everything
    /// that still comes anew.
    pub name: &'static str,
    /// Name of its queue at the broker.
    pub queue: &'static str,
    /// Event types that the queue is bound to.
    pub event_types: &'static [&'static str],
    /// Who handles them.
    pub handler: Arc<dyn EventHandler>,
}

/// Numbers of an inbox.
#[derive(Debug, Clone)]
pub struct InboxOptions {
    /// Waits after a failure, in turn; after the last one the message is parked.
    pub back_off: Vec<Duration>,
    /// Messages that the broker hands out before they are acknowledged.
    pub prefetch: u16,
    /// Messages that are handled at the same time, per consumer.
    pub parallel: usize,
    /// After this time a handler is given up, and another worker may take the message.
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

/// What the consumers of a service share.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// Where effects are written.
    pub db: TenantDb,
    /// Finds what is due, over all tenants.
    pub platform: PlatformDb,
    /// Where messages come from.
    pub broker: Broker,
    /// Numbers.
    pub options: InboxOptions,
}

/// Starts the consumers in the background: declares their queues, receives, handles. Returns at
/// once. Any number of processes may run the same consumers.
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

/// A message that nobody tries any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedMessage {
    /// Whose.
    pub tenant: TenantId,
    /// Consumer that could not handle it.
    pub consumer: String,
    /// Id of the event.
    pub event: EventId,
    /// Type of the event.
    pub event_type: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it was parked.
    pub reason: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When it was parked.
    pub parked_at: Option<DateTime<Utc>>,
}

/// Parked messages, of one consumer or of all, those parked first first.
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

/// Has a parked message tried again from the start, at one consumer or at all that parked it.
/// Returns at how many.
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

/// Forgets messages that were handled before `older_than`, in batches. Returns how many. A message
/// that is forgotten and comes again would be handled again.
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
