//! One shop whose changes of access are followed: what is known, how far, and who waits for more.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ids::TenantId;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::record::Record;

/// A shop that is followed. The task that reads for it is in [`super::follow`].
pub struct Followed {
    /// Which.
    pub tenant: TenantId,
    /// Ends the task.
    pub closed: CancellationToken,
    record: Mutex<Record>,
    /// The newest position that anybody has told of.
    told: AtomicI64,
    /// Somebody wants to know what is new although nobody has told of anything.
    doubted: AtomicBool,
    wake: Notify,
    /// Number of the last attempt to read that has begun, and of the last that has ended, well or not.
    begun: AtomicU64,
    ended: watch::Sender<u64>,
    used_at: Mutex<Instant>,
}

impl Followed {
    /// Nothing is known yet.
    pub fn new(tenant: TenantId, closed: CancellationToken) -> Self {
        Self {
            tenant,
            closed,
            record: Mutex::default(),
            told: AtomicI64::new(0),
            doubted: AtomicBool::new(false),
            wake: Notify::new(),
            begun: AtomicU64::new(0),
            ended: watch::Sender::new(0),
            used_at: Mutex::new(Instant::now()),
        }
    }

    /// What is known.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody says that the stream is as far as `seq`. May be wrong, late or repeated.
    pub fn announce(&self, seq: i64) {
        if self.told.fetch_max(seq, Ordering::AcqRel) < seq {
            self.wake.notify_one();
        }
    }

    /// What customers says about the stream.
    pub fn observe(&self, epoch: Uuid, head: i64) {
        let mut record = self.record();
        if record.is_in(epoch) {
            drop(record);
            self.announce(head);
        } else {
            record.restart();
            drop(record);
            self.wake.notify_one();
        }
    }

    /// Waits until there is something to read.
    pub async fn behind(&self) {
        while !self.is_behind() {
            self.wake.notified().await;
        }
    }

    fn is_behind(&self) -> bool {
        let told = self.told.load(Ordering::Acquire);
        let known = self.record().position();
        self.doubted.load(Ordering::Acquire) || known.is_none_or(|known| known < told)
    }

    /// The newest position that anybody has told of.
    pub fn told(&self) -> i64 {
        self.told.load(Ordering::Acquire)
    }

    /// Everything was read, and `told` was not reached: whoever told of it was wrong.
    pub fn disbelieve(&self, told: i64) {
        let known = self.record().position().unwrap_or_default();
        if known < told {
            // Unless somebody has told of something else meanwhile.
            let replaced =
                self.told
                    .compare_exchange(told, known, Ordering::AcqRel, Ordering::Acquire);
            if replaced.is_err() {
                self.wake.notify_one();
            }
        }
    }

    /// An attempt to read begins.
    pub fn begin(&self) {
        self.doubted.store(false, Ordering::Release);
        self.begun.fetch_add(1, Ordering::AcqRel);
    }

    /// The attempt has ended, well or not.
    pub fn end(&self) {
        self.ended.send_replace(self.begun.load(Ordering::Acquire));
    }

    /// Waits for the end of the first attempt to read, for a while.
    pub async fn first_attempt(&self, limit: Duration) {
        self.attempt_after(0, limit).await;
    }

    /// Has the stream read once more, and waits for the end of that, for a while.
    pub async fn once_more(&self, limit: Duration) {
        let begun = self.begun.load(Ordering::Acquire);
        self.doubted.store(true, Ordering::Release);
        self.wake.notify_one();
        self.attempt_after(begun, limit).await;
    }

    async fn attempt_after(&self, number: u64, limit: Duration) {
        if *self.ended.borrow() > number {
            return;
        }
        let mut ended = self.ended.subscribe();
        let waited = tokio::time::timeout(limit, async {
            tokio::select! {
                _ended = ended.wait_for(|ended| *ended > number) => {}
                () = self.closed.cancelled() => {}
            }
        });
        if waited.await.is_err() {
            tracing::debug!(tenant.id = %self.tenant, "changes of access were not waited for any longer");
        }
    }

    /// Somebody of the shop is here.
    pub fn touch(&self) {
        *self.used_at() = Instant::now();
    }

    /// Whether nobody has been here for that long.
    pub fn is_idle(&self, idle: Duration) -> bool {
        self.used_at().elapsed() >= idle
    }

    fn used_at(&self) -> MutexGuard<'_, Instant> {
        self.used_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
