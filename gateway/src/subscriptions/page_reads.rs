//! Pages that several subscribers of a group want at the same time are read once. After a restart all of them come back
//! to the same position, and a page can be large.
//!
//! A read belongs to those who wait for it: it goes on while the first of them is busy writing, and stops when the last
//! one has left.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::groups::Group;
use super::page::Page;
use super::reading::{Lane, ReadEnd, Stream};

type Outcome = Result<Arc<Page>, ReadEnd>;

/// The reads of a group that are under way, by the position that they begin after.
#[derive(Default)]
pub struct PageReads(Mutex<HashMap<i64, Weak<PageRead>>>);

/// One read; dropping the last handle stops it.
pub struct PageRead {
    outcome: watch::Receiver<Option<Outcome>>,
    task: AbortHandle,
}

impl PageReads {
    fn under_way(&self) -> MutexGuard<'_, HashMap<i64, Weak<PageRead>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PageRead {
    /// The read after a position that is under way for the group, or a new one. What it marks as replayed is decided
    /// by whoever came first.
    pub fn join(stream: &Arc<Stream>, group: &Arc<Group>, after: i64, lane: Lane) -> Arc<Self> {
        let mut under_way = group.page_reads.under_way();
        if let Some(read) = under_way.get(&after).and_then(Weak::upgrade) {
            return read;
        }
        under_way.retain(|_, read| read.strong_count() > 0);
        let (sender, outcome) = watch::channel(None);
        let (reader, readers) = (Arc::clone(stream), Arc::clone(group));
        let work = async move {
            let first = reader.services.config.page_events;
            let page = reader.read(&readers, after, first, lane).await;
            // From here on it is a page of the past: whoever comes now reads for itself.
            readers.page_reads.under_way().remove(&after);
            sender.send_replace(Some(page.map(Arc::new)));
        };
        let task = stream.services.tasks.spawn("subscriptions.page", work);
        let read = Arc::new(Self { outcome, task });
        under_way.insert(after, Arc::downgrade(&read));
        read
    }

    /// What it found. Safe to drop at any time.
    pub async fn outcome(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        let found = outcome.wait_for(Option::is_some).await;
        // Without an outcome the read is gone, by a panic or at the end of the process.
        found
            .ok()
            .and_then(|found| found.clone())
            .unwrap_or(Err(ReadEnd::Unavailable))
    }
}

impl Drop for PageRead {
    fn drop(&mut self) {
        self.task.abort();
    }
}
