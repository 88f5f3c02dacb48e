//! Consumers: a queue and the handler of its events.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use event_contracts::queues::{Queue, QueueOf};
use event_contracts::{Envelope, Event};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use ids::EventId;

use crate::Recorded;

/// Outcome of a handler: its effect is written, and these events follow from it; or why not. The events are appended last,
/// committed with the effect, and wake the readers of the log.
pub type Handled = Result<Vec<Recorded>, NotHandled>;

/// Why an event was not handled. The transaction is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum NotHandled {
    /// A temporary failure: retry later.
    #[error("handler asked for a retry")]
    Retry {
        /// Delay before the retry; `None` takes the next entry of [`InboxOptions::back_off`](super::parts::InboxOptions::back_off).
        after: Option<Duration>,
    },
    /// A permanent failure: the message is parked at once, and operators see the reason.
    #[error("{0}")]
    Reject(String),
    /// The database failed: retry later.
    #[error("database failed")]
    Store(#[from] StoreError),
}

impl NotHandled {
    /// A permanent failure with the text of an error as its reason.
    pub fn reject(error: impl std::error::Error) -> Self {
        Self::Reject(error.to_string())
    }
}

/// An event as its handler gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received<E> {
    /// Id of the event: the same at every delivery.
    pub id: EventId,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// The payload.
    pub event: E,
}

impl<E: Event> Received<E> {
    fn from_envelope(envelope: &Envelope) -> Result<Self, NotHandled> {
        if envelope.event_type != E::TYPE.name {
            let reason = format!("consumer does not handle {}", envelope.event_type);
            return Err(NotHandled::Reject(reason));
        }
        Ok(Self {
            id: envelope.id,
            time: envelope.time,
            event: E::deserialize(&envelope.data).map_err(NotHandled::reject)?,
        })
    }
}

/// Handles the events of one consumer: `async fn(&App, &mut TenantTx<'_>, Received<E>) -> Handled`. They may arrive more than
/// once, late and in any order.
///
/// The handler writes the effect of one event in the transaction, which has already marked the message as done.
pub trait Handler<'a, A: 'a, E>: Send + Sync + 'static {
    /// What the handler returns.
    type Future: Future<Output = Handled> + Send + 'a;

    /// Handles one event.
    fn call(&self, app: &'a A, tx: &'a mut TenantTx<'static>, event: Received<E>) -> Self::Future;
}

impl<'a, A: 'a, E, F, R> Handler<'a, A, E> for F
where
    F: Fn(&'a A, &'a mut TenantTx<'static>, Received<E>) -> R + Send + Sync + 'static,
    R: Future<Output = Handled> + Send + 'a,
{
    type Future = R;

    fn call(&self, app: &'a A, tx: &'a mut TenantTx<'static>, event: Received<E>) -> R {
        self(app, tx, event)
    }
}

type Handle<A> = dyn for<'a> Fn(&'a A, &'a mut TenantTx<'static>, &'a Envelope) -> BoxFuture<'a, Handled>
    + Send
    + Sync;

/// A consumer of events.
pub struct Consumer<A> {
    /// Where its events arrive.
    pub queue: Queue,
    handle: Arc<Handle<A>>,
}

impl<A: Sync + 'static> Consumer<A> {
    /// A consumer of a queue.
    pub fn new<E, H>(queue: QueueOf<E>, handler: H) -> Self
    where
        E: Event + 'static,
        H: for<'a> Handler<'a, A, E>,
    {
        let handler = Arc::new(handler);
        Self {
            queue: queue.queue,
            handle: Arc::new(move |app, tx, envelope| {
                let handler = Arc::clone(&handler);
                async move {
                    let received = Received::from_envelope(envelope)?;
                    handler.call(app, tx, received).await
                }
                .boxed()
            }),
        }
    }

    /// Handles one message in the transaction, and returns the events that are to be appended before its commit.
    pub async fn handle(
        &self,
        app: &A,
        tx: &mut TenantTx<'static>,
        envelope: &Envelope,
    ) -> Handled {
        (self.handle)(app, tx, envelope).await
    }
}
