//! Shares page reads: a page that several subscribers of a group need at the same time is read once. After a restart
//! all of them resume at the same position, and a page can be large.
//!
//! A read lives as long as a subscriber waits for it: it continues when the first one leaves, and is aborted when the
//! last one leaves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::event_page::Page;
use super::group::Group;
use super::reader::{Lane, ReadError, Stream};

type Outcome = Result<Arc<Page>, ReadError>;

/// Reads of a group that are in flight, by the position that they start after.
#[derive(Default)]
pub struct PageReads(Mutex<HashMap<i64, Weak<PageRead>>>);

/// One read; dropping the last handle aborts it.
pub struct PageRead {
    outcome: watch::Receiver<Option<Outcome>>,
    task: AbortHandle,
}

impl PageReads {
    fn in_flight(&self) -> MutexGuard<'_, HashMap<i64, Weak<PageRead>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PageRead {
    /// Joins the read of the group that is in flight after a position, or starts one. The first subscriber determines
    /// which events are marked as replayed.
    pub fn join(stream: &Arc<Stream>, group: &Arc<Group>, after: i64, lane: Lane) -> Arc<Self> {
        let mut in_flight = group.page_reads.in_flight();
        if let Some(read) = in_flight.get(&after).and_then(Weak::upgrade) {
            return read;
        }
        in_flight.retain(|_, read| read.strong_count() > 0);
        let (sender, outcome) = watch::channel(None);
        let (reader, owner) = (Arc::clone(stream), Arc::clone(group));
        let work = async move {
            let first = reader.services.config.page_events;
            let page = reader.read(&owner, after, first, lane).await;
            // The page may be outdated from now on: a subscriber that comes later starts its own read.
            owner.page_reads.in_flight().remove(&after);
            sender.send_replace(Some(page.map(Arc::new)));
        };
        let task = stream.services.tasks.spawn("subscriptions.page", work);
        let read = Arc::new(Self { outcome, task });
        in_flight.insert(after, Arc::downgrade(&read));
        read
    }

    /// The result of the read. Cancel-safe.
    pub async fn outcome(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        let found = outcome.wait_for(Option::is_some).await;
        // No outcome means that the task was stopped, by a panic or at shutdown.
        found
            .ok()
            .and_then(|found| found.clone())
            .unwrap_or(Err(ReadError::Unavailable))
    }
}

impl Drop for PageRead {
    fn drop(&mut self) {
        self.task.abort();
    }
}
