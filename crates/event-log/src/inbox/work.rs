//! From the inbox table to the handler.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use database::StoreError;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use service::telemetry::catalogue;
use service::{Tasks, TraceContext, trace};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::store::Claimed;
use super::{Consumer, Inbox, Outcome, store};

/// What another process has stored, and what waits for its next try, is found at the latest then.
const POLL: Duration = Duration::from_millis(500);
const COUNT_EVERY: Duration = Duration::from_secs(10);
/// The lease outlasts the handler by this factor, so that two never work on one message in the
/// normal case.
const LEASE_PER_HANDLER_LIMIT: f64 = 1.5;
const MAX_REASON_CHARS: usize = 1_000;

pub(super) fn start(inbox: &Arc<Inbox>, consumer: Consumer, arrived: Arc<Notify>, tasks: &Tasks) {
    let worker = Worker {
        inbox: Arc::clone(inbox),
        consumer,
    };
    let token = tasks.token();
    tasks.spawn("event_log.inbox", async move {
        let mut counted: Option<Instant> = None;
        while !token.is_cancelled() {
            if counted.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
                counted = Some(Instant::now());
                worker.count().await;
            }
            let more = match worker.work_batch().await {
                Ok(more) => more,
                Err(error) => {
                    tracing::warn!(
                        consumer = worker.consumer.name,
                        error = &error as &dyn Error,
                        "inbox cannot be read"
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

struct Worker {
    inbox: Arc<Inbox>,
    consumer: Consumer,
}

impl Worker {
    /// Claims what is due and handles it. Returns whether more may be due.
    async fn work_batch(&self) -> Result<bool, StoreError> {
        let options = &self.inbox.options;
        let batch = options.parallel.max(1);
        let lease = options.handler_limit.mul_f64(LEASE_PER_HANDLER_LIMIT);
        let mut tx = self.inbox.platform.transaction().await?;
        let claimed = store::lock_due(&mut tx, self.consumer.name, lease, batch).await?;
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
            consumer = self.consumer.name,
            tenant.id = %message.tenant,
            event.name = message.envelope.event_type,
            event.id = %message.envelope.id,
            attempt = message.attempts,
        );
        trace::scope_in(context, span, self.settle(message)).await;
    }

    async fn settle(&self, message: Claimed) {
        let (again, reason) = match self.try_message(&message).await {
            Ok(Tried::Settled) => {
                self.count_handled("done");
                tracing::debug!("message handled");
                return;
            }
            Ok(Tried::TakenOver) => {
                tracing::info!("another worker has taken the message over");
                return;
            }
            Ok(Tried::Failed { again, reason }) => (again, reason),
            Err(error) => {
                tracing::warn!(error = &error as &dyn Error, "message could not be settled");
                (Again::ByTable, "database failed".to_owned())
            }
        };
        let next = match again {
            Again::Never => None,
            Again::After(wait) => Some(wait),
            Again::ByTable => self.back_off(message.attempts),
        };
        if let Some(wait) = next {
            let retry_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(reason, retry_ms, "message will be tried again");
        } else {
            tracing::error!(reason, "message is parked");
        }
        self.count_handled(if next.is_some() { "retried" } else { "parked" });
        // If this fails too, the lease runs out and the message is tried again.
        if let Err(error) = self.note_failure(&message, next, &reason).await {
            tracing::warn!(error = &error as &dyn Error, "failure could not be noted");
        }
    }

    /// Effect and mark in one transaction.
    async fn try_message(&self, message: &Claimed) -> Result<Tried, StoreError> {
        if usize::try_from(message.attempts).unwrap_or(usize::MAX) > self.max_attempts() {
            let reason = "every attempt ended without an outcome".to_owned();
            return Ok(Tried::Failed {
                again: Again::Never,
                reason,
            });
        }
        let mut tx = self.inbox.db.write(message.tenant).await?;
        // First, and with the fencing number: whoever lost the lease finds out before the effect.
        if !store::update_to_done(&mut tx, self.consumer.name, message).await? {
            tx.rollback().await?;
            return Ok(Tried::TakenOver);
        }
        let handled = self.consumer.handler.handle(&mut tx, &message.envelope);
        let limited = tokio::time::timeout(self.inbox.options.handler_limit, handled);
        let failed = match AssertUnwindSafe(limited).catch_unwind().await {
            Ok(Ok(Outcome::Done)) => {
                tx.commit().await?;
                return Ok(Tried::Settled);
            }
            Ok(Ok(Outcome::Retry { after })) => Tried::Failed {
                again: after.map_or(Again::ByTable, Again::After),
                reason: "handler asked for another try".to_owned(),
            },
            Ok(Ok(Outcome::Reject(reason))) => Tried::Failed {
                again: Again::Never,
                reason,
            },
            Ok(Err(_elapsed)) => Tried::Failed {
                again: Again::ByTable,
                reason: "handler took too long".to_owned(),
            },
            Err(_panic) => Tried::Failed {
                again: Again::ByTable,
                reason: "handler panicked".to_owned(),
            },
        };
        // A transaction that broke in the middle is rolled back by closing; the outcome stands.
        if let Err(error) = tx.rollback().await {
            tracing::debug!(error = &error as &dyn Error, "rollback failed");
        }
        Ok(failed)
    }

    async fn note_failure(
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
                store::update_to_retry(&mut tx, self.consumer.name, message, (wait, &reason))
                    .await?;
            }
            None => {
                store::update_to_parked(&mut tx, self.consumer.name, message, &reason).await?;
            }
        }
        tx.commit().await
    }

    fn max_attempts(&self) -> usize {
        self.inbox.options.back_off.len() + 1
    }

    /// The wait after the n-th failure with jitter; `None` after the last.
    fn back_off(&self, attempts: i32) -> Option<Duration> {
        let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
        let longest = self.inbox.options.back_off.get(index)?;
        Some(longest.mul_f64(rand::random_range(0.5..=1.0)))
    }

    fn count_handled(&self, outcome: &'static str) {
        metrics::counter!(
            catalogue::INBOX_HANDLED_TOTAL,
            "consumer" => self.consumer.name,
            "outcome" => outcome
        )
        .increment(1);
    }

    async fn count(&self) {
        let counted = async {
            let mut tx = self.inbox.platform.transaction().await?;
            let counts = store::count_open(&mut tx, self.consumer.name).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(counts)
        };
        if let Ok((waiting, parked)) = counted.await {
            let name = self.consumer.name;
            metrics::gauge!(catalogue::INBOX_WAITING, "consumer" => name).set(waiting);
            metrics::gauge!(catalogue::INBOX_PARKED, "consumer" => name).set(parked);
        }
    }
}

enum Tried {
    Settled,
    TakenOver,
    Failed { again: Again, reason: String },
}

enum Again {
    ByTable,
    After(Duration),
    Never,
}
