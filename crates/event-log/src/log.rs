//! Appending events in the transaction of the change that they describe.

use std::collections::BTreeMap;
use std::sync::Arc;

use database::{PlatformDb, StoreError, TenantTx};
use ids::IdGenerator;
use service::Tasks;
use tokio::sync::Notify;

use crate::recorded::NewRows;
use crate::{Recorded, store, waker};

/// The event log of a service, as its commands see it. Clones share it.
#[derive(Clone)]
pub struct EventLog {
    ids: Arc<dyn IdGenerator>,
    committed: Arc<Notify>,
}

impl EventLog {
    /// Starts to wake the readers of the log in the background.
    pub fn start(platform: &PlatformDb, ids: Arc<dyn IdGenerator>, tasks: &Tasks) -> Self {
        Self {
            ids,
            committed: waker::start(platform, tasks),
        }
    }

    /// Ends a command: appends its events, commits the change and the events together, then wakes the readers of the
    /// log. Nothing is written if one of the steps fails.
    pub async fn commit(
        &self,
        mut tx: TenantTx<'_>,
        events: impl IntoIterator<Item = Recorded>,
    ) -> Result<(), StoreError> {
        let seqs = self.append(&mut tx, events).await?;
        tx.commit().await?;
        if !seqs.is_empty() {
            self.wake();
        }
        Ok(())
    }

    /// Appends events with one statement per stream and returns their seqs. For a transaction that its owner commits:
    /// a command calls [`commit`](Self::commit) instead.
    ///
    /// Must be the last statement before the commit: it takes the lock of the stream's counter, and every other command
    /// of the tenant that appends to the stream waits for the commit. After the commit call [`wake`](Self::wake).
    pub async fn append(
        &self,
        tx: &mut TenantTx<'_>,
        events: impl IntoIterator<Item = Recorded>,
    ) -> Result<Vec<i64>, StoreError> {
        // Sorted: two commands lock the counters of several streams in the same order.
        let mut streams: BTreeMap<&str, NewRows> = BTreeMap::new();
        for event in events {
            let id = event.id.unwrap_or_else(|| ids::next(&*self.ids));
            let rows = streams.entry(event.event_type.stream.name).or_default();
            rows.push(tx.tenant(), id, event)?;
        }
        let mut seqs = Vec::new();
        for (stream, rows) in streams {
            seqs.extend(store::insert_events(tx, stream, rows).await?);
        }
        Ok(seqs)
    }

    /// Wakes the readers of the log: events were committed. Returns at once.
    pub fn wake(&self) {
        self.committed.notify_one();
    }
}
