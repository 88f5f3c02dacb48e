//! Worker: claims messages of the inbox table and runs the handler.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use database::{StoreError, TenantTx};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use service::telemetry::catalogue;
use service::{Tasks, TraceContext, trace};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::consumer::{Consumer, NotHandled};
use super::parts::Inbox;
use super::store::{self, Claimed};

/// Interval of polling. It bounds the delay of messages that another process has stored and of
/// retries.
const POLL: Duration = Duration::from_millis(500);
const COUNT_INTERVAL: Duration = Duration::from_secs(10);
/// Length of the lease in multiples of the handler's time-out, so that normally two workers never
/// handle one message concurrently.
const LEASE_PER_HANDLER_LIMIT: f64 = 1.5;
const MAX_REASON_CHARS: usize = 1_000;

pub(super) fn start<A: Send + Sync + 'static>(
    inbox: &Arc<Inbox<A>>,
    consumer: Consumer<A>,
    arrived: Arc<Notify>,
    tasks: &Tasks,
) {
    let worker = Worker {
        inbox: Arc::clone(inbox),
        consumer,
    };
    let token = tasks.token();
    tasks.spawn("event_log.inbox", async move {
        let mut counted: Option<Instant> = None;
        while !token.is_cancelled() {
            if counted.is_none_or(|at| at.elapsed() >= COUNT_INTERVAL) {
                counted = Some(Instant::now());
                worker.count().await;
            }
            let more = match worker.work_batch().await {
                Ok(more) => more,
                Err(error) => {
                    tracing::warn!(
                        consumer = worker.consumer.queue.name,
                        error = %service::log::chain(&error),
                        "inbox is unreadable"
                    );
                    false
                }
            };
            if more {
                continue;
            }
            tokio::select! {
                () = token.cancelled() => return,
                () = arrived.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    });
}

struct Worker<A> {
    inbox: Arc<Inbox<A>>,
    consumer: Consumer<A>,
}

impl<A: Send + Sync + 'static> Worker<A> {
    /// Claims due messages and handles them. Returns whether more may be due.
    async fn work_batch(&self) -> Result<bool, StoreError> {
        let options = &self.inbox.options;
        let batch = options.parallel.max(1);
        let lease = options.handler_limit.mul_f64(LEASE_PER_HANDLER_LIMIT);
        let mut tx = self.inbox.platform.transaction().await?;
        let claimed = store::lock_due(&mut tx, self.consumer.queue.name, lease, batch).await?;
        tx.commit().await?;
        let full = claimed.len() == batch;
        stream::iter(claimed)
            .for_each_concurrent(batch, |message| self.work_one(message))
            .await;
        Ok(full)
    }

    async fn work_one(&self, message: Claimed) {
        let context = message
            .envelope
            .traceparent
            .as_deref()
            .and_then(TraceContext::parse_traceparent)
            .unwrap_or_else(TraceContext::new_root);
        let span = tracing::info_span!(
            "consume",
            trace.id = %context.trace_id_hex(),
            consumer = self.consumer.queue.name,
            tenant.id = %message.tenant,
            event.name = message.envelope.event_type,
            event.id = %message.envelope.id,
            attempt = message.attempts,
        );
        trace::scope_in(context, span, self.settle(message)).await;
    }

    async fn settle(&self, message: Claimed) {
        let (retry, reason) = match self.try_message(&message).await {
            Ok(Attempt::Settled) => {
                self.count_handled("done");
                tracing::debug!("message handled");
                return;
            }
            Ok(Attempt::TakenOver) => {
                tracing::info!("another worker has claimed the message");
                return;
            }
            Ok(Attempt::Failed { retry, reason }) => (retry, reason),
            Err(error) => {
                tracing::warn!(error = %service::log::chain(&error), "message could not be settled");
                (Retry::BackOff, "database failed".to_owned())
            }
        };
        let next = match retry {
            Retry::Never => None,
            Retry::After(wait) => Some(wait),
            Retry::BackOff => self.back_off(message.attempts),
        };
        if let Some(wait) = next {
            let retry_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(reason, retry_ms, "message will be retried");
        } else {
            tracing::error!(reason, "message parked");
        }
        self.count_handled(if next.is_some() { "retried" } else { "parked" });
        // If this fails too, the lease expires and the message is retried.
        if let Err(error) = self.record_failure(&message, next, &reason).await {
            tracing::warn!(error = %service::log::chain(&error), "failure could not be recorded");
        }
    }

    /// Writes the mark "done" and the handler's effect in one transaction.
    async fn try_message(&self, message: &Claimed) -> Result<Attempt, StoreError> {
        if usize::try_from(message.attempts).unwrap_or(usize::MAX) > self.max_attempts() {
            let reason = "every attempt ended without an outcome".to_owned();
            return Ok(Attempt::Failed {
                retry: Retry::Never,
                reason,
            });
        }
        let mut tx = self.inbox.db.write(message.tenant).await?;
        // First, and with the fence: a worker whose lease expired stops before the effect.
        if !store::update_to_done(&mut tx, self.consumer.queue.name, message).await? {
            tx.rollback().await?;
            return Ok(Attempt::TakenOver);
        }
        let handled = self.handle(&mut tx, message);
        let limited = tokio::time::timeout(self.inbox.options.handler_limit, handled);
        let failed = match AssertUnwindSafe(limited).catch_unwind().await {
            Ok(Ok(Ok(has_events))) => {
                tx.commit().await?;
                if has_events {
                    self.inbox.log.wake();
                }
                return Ok(Attempt::Settled);
            }
            Ok(Ok(Err(NotHandled::Store(error)))) => return Err(error),
            Ok(Ok(Err(NotHandled::Reject(reason)))) => Attempt::Failed {
                retry: Retry::Never,
                reason,
            },
            Ok(Ok(Err(error @ NotHandled::Retry { after }))) => Attempt::Failed {
                retry: after.map_or(Retry::BackOff, Retry::After),
                reason: error.to_string(),
            },
            Ok(Err(_elapsed)) => Attempt::Failed {
                retry: Retry::BackOff,
                reason: "handler timed out".to_owned(),
            },
            Err(_panic) => Attempt::Failed {
                retry: Retry::BackOff,
                reason: "handler panicked".to_owned(),
            },
        };
        // A failed transaction is rolled back when its connection closes; the outcome stands.
        if let Err(error) = tx.rollback().await {
            tracing::debug!(error = %service::log::chain(&error), "rollback failed");
        }
        Ok(failed)
    }

    /// Runs the handler and appends its events. Returns whether there are any.
    async fn handle(
        &self,
        tx: &mut TenantTx<'static>,
        message: &Claimed,
    ) -> Result<bool, NotHandled> {
        let Inbox { app, log, .. } = &*self.inbox;
        let events = self.consumer.handle(app, tx, &message.envelope).await?;
        Ok(!log.append(tx, events).await?.is_empty())
    }

    async fn record_failure(
        &self,
        message: &Claimed,
        next: Option<Duration>,
        reason: &str,
    ) -> Result<(), StoreError> {
        let reason: String = reason
            .chars()
            .filter(|c| *c != '\0')
            .take(MAX_REASON_CHARS)
            .collect();
        let mut tx = self.inbox.db.write(message.tenant).await?;
        match next {
            Some(wait) => {
                store::update_to_retry(&mut tx, self.consumer.queue.name, message, (wait, &reason))
                    .await?;
            }
            None => {
                store::update_to_parked(&mut tx, self.consumer.queue.name, message, &reason)
                    .await?;
            }
        }
        tx.commit().await
    }

    fn max_attempts(&self) -> usize {
        self.inbox.options.back_off.len() + 1
    }

    /// Delay after the n-th failure, with jitter; `None` after the last attempt.
    fn back_off(&self, attempts: i32) -> Option<Duration> {
        let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
        let delay = self.inbox.options.back_off.get(index)?;
        Some(delay.mul_f64(rand::random_range(0.5..=1.0)))
    }

    fn count_handled(&self, outcome: &'static str) {
        metrics::counter!(
            catalogue::INBOX_HANDLED_TOTAL,
            "consumer" => self.consumer.queue.name,
            "outcome" => outcome
        )
        .increment(1);
    }

    async fn count(&self) {
        let counted = async {
            let mut tx = self.inbox.platform.transaction().await?;
            let counts = store::count_open(&mut tx, self.consumer.queue.name).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(counts)
        };
        if let Ok((waiting, parked)) = counted.await {
            let name = self.consumer.queue.name;
            metrics::gauge!(catalogue::INBOX_WAITING, "consumer" => name).set(waiting);
            metrics::gauge!(catalogue::INBOX_PARKED, "consumer" => name).set(parked);
        }
    }
}

enum Attempt {
    Settled,
    TakenOver,
    Failed { retry: Retry, reason: String },
}

enum Retry {
    BackOff,
    After(Duration),
    Never,
}
