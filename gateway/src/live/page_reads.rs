//! Shares page reads: a page that several subscribers of a group need at the same time is read once. After a restart
//! all of them resume at the same position, and a page can be large.
//!
//! A read lives as long as a subscriber waits for it: it continues when the first one leaves, and is aborted when the
//! last one leaves.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use service::Tasks;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::event_page::Page;
use super::model::ReadError;

type Outcome = Result<Arc<Page>, ReadError>;

/// Reads of a group that are in flight, by the position that they start after. Cloning shares them.
#[derive(Clone, Default)]
pub struct PageReads(Arc<Mutex<HashMap<i64, Weak<PageRead>>>>);

/// One read; dropping the last handle aborts it.
pub struct PageRead {
    outcome: watch::Receiver<Option<Outcome>>,
    task: AbortHandle,
}

impl PageReads {
    /// Joins the read that is in flight after a position, or starts `read`. The first subscriber determines which
    /// events are marked as replayed.
    pub fn join(
        &self,
        tasks: &Tasks,
        after: i64,
        read: impl Future<Output = Result<Page, ReadError>> + Send + 'static,
    ) -> Arc<PageRead> {
        let mut in_flight = self.0.lock();
        if let Some(read) = in_flight.get(&after).and_then(Weak::upgrade) {
            return read;
        }
        in_flight.retain(|_, read| read.strong_count() > 0);
        let (sender, outcome) = watch::channel(None);
        let reads = self.clone();
        let work = async move {
            let page = read.await;
            // The page may be outdated from now on: a subscriber that comes later starts its own read.
            reads.0.lock().remove(&after);
            sender.send_replace(Some(page.map(Arc::new)));
        };
        let task = tasks.spawn("subscriptions.page", work);
        let read = Arc::new(PageRead { outcome, task });
        in_flight.insert(after, Arc::downgrade(&read));
        read
    }
}

impl PageRead {
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
