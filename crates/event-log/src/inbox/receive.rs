//! Receiver: stores messages of the queue in the inbox table.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use database::{StoreError, TenantDb};
use event_contracts::Envelope;
use ids::TenantId;
use messaging::{Delivery, Verdict};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::parts::Inbox;
use super::store;

/// While the database is unavailable messages are kept, not requeued: requeuing counts towards their
/// delivery limit.
const RETRY_DELAY: Duration = Duration::from_millis(500);

pub(super) fn start<A>(
    inbox: &Inbox<A>,
    queue: &'static str,
    arrived: &Arc<Notify>,
    token: &CancellationToken,
) {
    let receiver = Arc::new(Receiver {
        db: inbox.db.clone(),
        consumer: queue,
        arrived: Arc::clone(arrived),
        token: token.clone(),
    });
    inbox
        .broker
        .consume(queue, inbox.options.prefetch, move |deliveries| {
            let receiver = Arc::clone(&receiver);
            async move { receiver.receive(deliveries).await }
        });
}

struct Receiver {
    db: TenantDb,
    consumer: &'static str,
    arrived: Arc<Notify>,
    token: CancellationToken,
}

impl Receiver {
    async fn receive(&self, deliveries: Vec<Delivery>) -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::DeadLetter; deliveries.len()];
        let mut readable: BTreeMap<TenantId, Vec<(usize, Envelope)>> = BTreeMap::new();
        for (index, delivery) in deliveries.iter().enumerate() {
            match serde_json::from_slice::<Envelope>(&delivery.body) {
                Ok(envelope) => {
                    readable
                        .entry(envelope.tenantid)
                        .or_default()
                        .push((index, envelope));
                }
                Err(error) => tracing::error!(
                    consumer = self.consumer,
                    message_id = delivery.message_id,
                    // Only line and column: the parser's text may quote the message.
                    line = error.line(),
                    column = error.column(),
                    "message is unreadable and goes to the dead-letter queue"
                ),
            }
        }
        for (tenant, messages) in readable {
            let (indexes, envelopes): (Vec<usize>, Vec<Envelope>) = messages.into_iter().unzip();
            let verdict = self.store_with_retry(tenant, &envelopes).await;
            if verdict == Verdict::DeadLetter && envelopes.len() > 1 {
                // One message makes the statement fail for all: store them one by one.
                for (index, envelope) in indexes.into_iter().zip(envelopes) {
                    verdicts[index] = self.store_with_retry(tenant, &[envelope]).await;
                }
            } else {
                for index in indexes {
                    verdicts[index] = verdict;
                }
            }
        }
        self.arrived.notify_one();
        verdicts
    }

    /// Stores messages of one tenant. Retries while the database is unavailable.
    async fn store_with_retry(&self, tenant: TenantId, envelopes: &[Envelope]) -> Verdict {
        loop {
            let error = match self.store(tenant, envelopes).await {
                Ok(()) => return Verdict::Ack,
                Err(error) => error,
            };
            if !error.is_unavailable() && !error.is_retryable() {
                tracing::error!(
                    consumer = self.consumer,
                    tenant.id = %tenant,
                    messages = envelopes.len(),
                    error = %service::log::chain(&error),
                    "messages cannot be stored"
                );
                return Verdict::DeadLetter;
            }
            tracing::warn!(
                consumer = self.consumer,
                error = %service::log::chain(&error),
                "messages could not be stored and will be retried"
            );
            tokio::select! {
                () = self.token.cancelled() => return Verdict::Requeue,
                () = tokio::time::sleep(RETRY_DELAY) => {}
            }
        }
    }

    async fn store(&self, tenant: TenantId, envelopes: &[Envelope]) -> Result<(), StoreError> {
        let mut tx = self.db.write(tenant).await?;
        store::insert_messages(&mut tx, self.consumer, envelopes).await?;
        tx.commit().await
    }
}
