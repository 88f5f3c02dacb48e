//! One tenant whose access changes are followed: known revocations, position, announced head and waiting callers.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use ids::TenantId;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::known_revocations::KnownRevocations;

/// State of a followed tenant. The task that reads its changes is in [`super::revocations`].
pub struct FollowedTenant {
    /// The tenant.
    pub tenant: TenantId,
    /// Ends the task.
    pub closed: CancellationToken,
    known: Mutex<KnownRevocations>,
    /// Highest head reported by hints or polling.
    announced_head: AtomicI64,
    /// A caller asks for a read although no newer head was announced.
    recheck_requested: AtomicBool,
    wake: Notify,
    /// Number of the last read attempt that has begun.
    begun: AtomicU64,
    /// Number of the last read attempt that has ended, successfully or not.
    ended: watch::Sender<u64>,
    used_at: Mutex<Instant>,
}

impl FollowedTenant {
    /// A tenant of which nothing is known yet.
    pub fn new(tenant: TenantId, closed: CancellationToken) -> Self {
        Self {
            tenant,
            closed,
            known: Mutex::default(),
            announced_head: AtomicI64::new(0),
            recheck_requested: AtomicBool::new(false),
            wake: Notify::new(),
            begun: AtomicU64::new(0),
            ended: watch::Sender::new(0),
            used_at: Mutex::new(Instant::now()),
        }
    }

    /// The known revocations.
    pub fn known(&self) -> MutexGuard<'_, KnownRevocations> {
        self.known.lock()
    }

    /// Advances the announced head to `seq`. The report may be wrong, late or repeated.
    pub fn advance_head(&self, seq: i64) {
        if self.announced_head.fetch_max(seq, Ordering::AcqRel) < seq {
            self.wake.notify_one();
        }
    }

    /// Takes a head that customers reported. Another epoch restarts the reading.
    pub fn observe_head(&self, epoch: Uuid, head: i64) {
        let mut known = self.known();
        if known.accepts_epoch(epoch) {
            drop(known);
            self.advance_head(head);
        } else {
            known.restart();
            drop(known);
            self.wake.notify_one();
        }
    }

    /// Waits until there is something to read.
    pub async fn wait_until_behind(&self) {
        while !self.is_behind() {
            self.wake.notified().await;
        }
    }

    fn is_behind(&self) -> bool {
        let head = self.announced_head.load(Ordering::Acquire);
        let position = self.known().position();
        self.recheck_requested.load(Ordering::Acquire)
            || position.is_none_or(|position| position < head)
    }

    /// Highest head reported by hints or polling.
    pub fn announced_head(&self) -> i64 {
        self.announced_head.load(Ordering::Acquire)
    }

    /// Resets the announced head after everything was read and `announced` was not reached: the report was wrong.
    pub fn reset_head(&self, announced: i64) {
        let position = self.known().position().unwrap_or_default();
        if position < announced {
            // Unless another head was announced meanwhile.
            let replaced = self.announced_head.compare_exchange(
                announced,
                position,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            if replaced.is_err() {
                self.wake.notify_one();
            }
        }
    }

    /// Marks the begin of a read attempt.
    pub fn begin_attempt(&self) {
        self.recheck_requested.store(false, Ordering::Release);
        self.begun.fetch_add(1, Ordering::AcqRel);
    }

    /// Marks the end of a read attempt, successful or not.
    pub fn end_attempt(&self) {
        self.ended.send_replace(self.begun.load(Ordering::Acquire));
    }

    /// Waits for the end of the first read attempt, at most for `limit`.
    pub async fn first_attempt(&self, limit: Duration) {
        self.attempt_after(0, limit).await;
    }

    /// Requests another read of the stream and waits for its end, at most for `limit`.
    pub async fn recheck(&self, limit: Duration) {
        let begun = self.begun.load(Ordering::Acquire);
        self.recheck_requested.store(true, Ordering::Release);
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
            tracing::debug!(tenant.id = %self.tenant, "timed out waiting for access changes");
        }
    }

    /// Restarts the idle time.
    pub fn touch(&self) {
        *self.used_at.lock() = Instant::now();
    }

    /// Whether the tenant was not used for `idle`.
    pub fn is_idle(&self, idle: Duration) -> bool {
        self.used_at.lock().elapsed() >= idle
    }
}
