//! Wake-ups that may be lost: `{tenant, stream, seq}`.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use ids::TenantId;
use lapin::options::{BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::broker::in_time;
use crate::topology::{exchange, table, text};
use crate::{Broker, MessagingError};

/// Hints that may wait at the broker and again in the process; beyond that the oldest are dropped
/// there and the newest here. Heads are polled anyway.
const MAX_WAITING: usize = 10_000;
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_millis(500);
const CONNECTION_WAIT: Duration = Duration::from_secs(30);

/// Says that a stream has grown to `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hint {
    /// Whose stream.
    pub tenant: TenantId,
    /// Name of the stream, e.g. `orders`; also the routing key.
    pub stream: String,
    /// Its newest position, at least.
    pub seq: i64,
}

/// Hints as they come, for ever. Ends when the process stops.
#[derive(Debug)]
pub struct HintStream(mpsc::Receiver<Hint>);

impl Stream for HintStream {
    type Item = Hint;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Hint>> {
        self.0.poll_recv(context)
    }
}

impl Broker {
    /// Receives the hints of these streams, of all tenants. Whoever reads too slowly loses some.
    pub fn subscribe_hints<S: Into<String>>(
        &self,
        streams: impl IntoIterator<Item = S>,
    ) -> HintStream {
        let streams: Vec<String> = streams.into_iter().map(Into::into).collect();
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
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
                        error = &error as &dyn std::error::Error,
                        "hints are interrupted, heads are still polled"
                    );
                    broker.redeclare();
                }
                tokio::time::sleep(PAUSE_AFTER_TROUBLE).await;
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
    let queue = in_time(channel.queue_declare("".into(), options, arguments)).await?;
    for stream in streams {
        let bound = channel.queue_bind(
            queue.name().clone(),
            exchange::HINTS.into(),
            stream.as_str().into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        in_time(bound).await?;
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
    let mut deliveries = in_time(consumed).await?;
    while let Some(delivery) = deliveries.next().await {
        match serde_json::from_slice::<Hint>(&delivery?.data) {
            Ok(hint) => {
                if sender.try_send(hint).is_err() {
                    tracing::debug!("hint was dropped, its reader is slow");
                }
            }
            Err(error) => tracing::warn!(%error, "hint cannot be read"),
        }
    }
    Err(MessagingError::NotConnected)
}
