//! Events received from other services: stored once, handled once, retried, parked, replayed.
//!
//! A consumer's queue only feeds its inbox table: the message is stored and acknowledged. A worker
//! then claims the messages that are due. The mark "done" and the handler's effect commit in one
//! transaction, so a message that arrives three times has one effect. A failed handler is retried
//! after 1 s, 5 s, 30 s, 5 min and 30 min; then the message is parked until an operator replays it.
//! An unreadable message goes to the dead-letter queue.

mod consumer;
mod parts;
mod receive;
mod store;
mod work;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use database::{PlatformDb, StoreError};
use ids::EventId;
use messaging::Topology;
use service::Tasks;
use tokio::sync::Notify;

pub use consumer::{Consumer, Handled, Handler, NotHandled, Received};
pub use parts::{Inbox, InboxOptions};
pub use store::ParkedMessage;

/// Starts the consumers in the background: declares their queues, receives and handles messages.
/// Returns at once. Any number of processes may run the same consumers.
pub fn run<A: Send + Sync + 'static>(consumers: Vec<Consumer<A>>, inbox: Inbox<A>, tasks: &Tasks) {
    let mut topology = Topology::platform();
    for consumer in &consumers {
        let types = consumer.queue.event_types.iter();
        let bindings = types.map(|t| (t.stream.exchange, t.name));
        topology = topology.with_queue(consumer.queue.name, bindings);
    }
    inbox.broker.declare_topology(&topology);
    let inbox = Arc::new(inbox);
    for consumer in consumers {
        let arrived = Arc::new(Notify::new());
        receive::start(&inbox, consumer.queue.name, &arrived, &tasks.token());
        work::start(&inbox, consumer, arrived, tasks);
    }
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
