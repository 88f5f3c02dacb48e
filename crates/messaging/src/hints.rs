//! Hints that a stream has grown: `{tenant, stream, seq}`. A hint may be lost.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use event_contracts::exchange;
use futures_util::{Stream, StreamExt as _};
use ids::TenantId;
use lapin::options::{BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::broker::with_timeout;
use crate::topology::{table, text};
use crate::{Broker, MessagingError};

/// Capacity of the queue at the broker and of the queue in the process. On overflow the broker
/// drops the oldest hints and the process drops the newest. Heads are polled anyway.
const MAX_QUEUED: usize = 10_000;
const RETRY_DELAY: Duration = Duration::from_millis(500);
const CONNECTION_WAIT: Duration = Duration::from_secs(30);

/// Announces that a stream has grown to `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hint {
    /// Tenant that owns the stream.
    pub tenant: TenantId,
    /// Name of the stream, e.g. `orders`; also the routing key.
    pub stream: String,
    /// Lower bound of the stream's head.
    pub seq: i64,
}

/// Hints as they arrive. Ends when the process stops.
#[derive(Debug)]
pub struct HintStream(mpsc::Receiver<Hint>);

impl Stream for HintStream {
    type Item = Hint;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Hint>> {
        self.0.poll_recv(context)
    }
}

impl Broker {
    /// Receives the hints of these streams, for all tenants. A reader that is too slow loses hints.
    pub fn subscribe_hints<S: Into<String>>(
        &self,
        streams: impl IntoIterator<Item = S>,
    ) -> HintStream {
        let streams: Vec<String> = streams.into_iter().map(Into::into).collect();
        let (sender, receiver) = mpsc::channel(MAX_QUEUED);
        let broker = self.clone();
        self.tasks().spawn("broker.hints", async move {
            let token = broker.tasks().token();
            loop {
                let outcome = tokio::select! {
                    () = token.cancelled() => return,
                    () = sender.closed() => return,
                    outcome = receive(&broker, &streams, &sender) => outcome,
                };
                if let Err(error) = outcome {
                    tracing::warn!(
                        error = %service::log::chain(&error),
                        "hints interrupted, heads are still polled"
                    );
                    broker.redeclare();
                }
                tokio::time::sleep(RETRY_DELAY).await;
            }
        });
        HintStream(receiver)
    }
}

async fn receive(
    broker: &Broker,
    streams: &[String],
    sender: &mpsc::Sender<Hint>,
) -> Result<(), MessagingError> {
    let channel = broker.channel(CONNECTION_WAIT).await?;
    let options = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    let arguments = table([
        ("x-max-length", AMQPValue::LongInt(10_000)),
        ("x-overflow", text("drop-head")),
    ]);
    let queue = with_timeout(channel.queue_declare("".into(), options, arguments)).await?;
    for stream in streams {
        let bound = channel.queue_bind(
            queue.name().clone(),
            exchange::HINTS.into(),
            stream.as_str().into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        with_timeout(bound).await?;
    }
    let options = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    let consumed = channel.basic_consume(
        queue.name().clone(),
        "".into(),
        options,
        FieldTable::default(),
    );
    let mut deliveries = with_timeout(consumed).await?;
    while let Some(delivery) = deliveries.next().await {
        match serde_json::from_slice::<Hint>(&delivery?.data) {
            Ok(hint) => {
                if sender.try_send(hint).is_err() {
                    tracing::debug!("hint dropped because its reader is too slow");
                }
            }
            Err(error) => tracing::warn!(
                error = %service::log::chain(&error),
                "hint is unreadable"
            ),
        }
    }
    Err(MessagingError::NotConnected)
}
