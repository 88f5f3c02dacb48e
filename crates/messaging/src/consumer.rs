//! Consuming: messages are acknowledged after the handler, and the loop survives every failure.

use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions};
use lapin::types::{AMQPValue, FieldTable};
use service::telemetry::catalogue;
use service::trace::{TRACEPARENT, TraceContext};

use crate::broker::with_timeout;
use crate::{Broker, MessagingError};

const CONNECTION_WAIT: Duration = Duration::from_secs(30);
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// A message that was received.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The envelope, as received.
    pub body: Vec<u8>,
    /// Id of the event, as set by the publisher.
    pub message_id: Option<String>,
    /// Trace of the command that caused the event.
    pub trace: Option<TraceContext>,
    /// Whether the broker delivered it before.
    pub redelivered: bool,
}

/// How a delivered message is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Acknowledge: the message is stored, and the broker may delete it.
    Ack,
    /// Move it to the dead-letter queue: it can never be read.
    DeadLetter,
    /// Put it back into its queue. This counts towards the delivery limit, so a handler whose
    /// database is unavailable waits instead.
    Requeue,
}

impl Broker {
    /// Consumes a queue in the background until the process stops, across any number of reconnects.
    /// The handler receives the messages that have arrived, at most `prefetch`, and returns one
    /// verdict per message. Messages are acknowledged after the handler; after a crash the broker
    /// delivers them again.
    pub fn consume<H, F>(&self, queue: impl Into<String>, prefetch: u16, handler: H)
    where
        H: Fn(Vec<Delivery>) -> F + Send + Sync + 'static,
        F: Future<Output = Vec<Verdict>> + Send + 'static,
    {
        let broker = self.clone();
        let queue = queue.into();
        self.tasks().spawn("broker.consumer", async move {
            let token = broker.tasks().token();
            while !token.is_cancelled() {
                let outcome = consume_once(&broker, &queue, prefetch, &handler).await;
                if token.is_cancelled() {
                    return;
                }
                if let Err(error) = outcome {
                    tracing::warn!(
                        queue,
                        error = %service::log::chain(&error),
                        "consuming interrupted"
                    );
                    // The queue itself may be missing.
                    broker.redeclare();
                }
                tokio::select! {
                    () = token.cancelled() => return,
                    () = tokio::time::sleep(RETRY_DELAY) => {}
                }
            }
        });
    }
}

async fn consume_once<H, F>(
    broker: &Broker,
    queue: &str,
    prefetch: u16,
    handler: &H,
) -> Result<(), MessagingError>
where
    H: Fn(Vec<Delivery>) -> F + Send + Sync + 'static,
    F: Future<Output = Vec<Verdict>> + Send + 'static,
{
    let token = broker.tasks().token();
    let channel = tokio::select! {
        () = token.cancelled() => return Ok(()),
        channel = broker.channel(CONNECTION_WAIT) => channel?,
    };
    with_timeout(channel.basic_qos(prefetch, BasicQosOptions::default())).await?;
    let consumer = with_timeout(channel.basic_consume(
        queue.into(),
        "".into(),
        BasicConsumeOptions::default(),
        FieldTable::default(),
    ))
    .await?;
    let mut chunks = consumer.ready_chunks(usize::from(prefetch.max(1)));
    loop {
        let chunk = tokio::select! {
            biased;
            () = token.cancelled() => return Ok(()),
            chunk = chunks.next() => chunk,
        };
        let Some(chunk) = chunk else {
            return Err(MessagingError::NotConnected);
        };
        let _in_use = broker.in_use();
        let mut received = Vec::with_capacity(chunk.len());
        let mut failure = None;
        for delivery in chunk {
            match delivery {
                Ok(delivery) => received.push(delivery),
                Err(error) => failure = Some(error),
            }
        }
        settle(queue, received, handler).await?;
        if let Some(error) = failure {
            return Err(error.into());
        }
    }
}

async fn settle<H, F>(
    queue: &str,
    mut received: Vec<lapin::message::Delivery>,
    handler: &H,
) -> Result<(), MessagingError>
where
    H: Fn(Vec<Delivery>) -> F + Send + Sync + 'static,
    F: Future<Output = Vec<Verdict>> + Send + 'static,
{
    if received.is_empty() {
        return Ok(());
    }
    let deliveries = received.iter_mut().map(to_delivery).collect();
    let verdicts = handler(deliveries).await;
    if verdicts.len() != received.len() {
        tracing::error!(queue, "handler returned a wrong number of verdicts");
    }
    // A message without a verdict is requeued.
    let verdicts = verdicts
        .into_iter()
        .chain(std::iter::repeat(Verdict::Requeue));
    for (delivery, verdict) in received.iter().zip(verdicts) {
        let (answer, label) = match verdict {
            Verdict::Ack => (
                with_timeout(delivery.ack(BasicAckOptions::default())).await,
                "acked",
            ),
            Verdict::DeadLetter => {
                let options = BasicRejectOptions { requeue: false };
                (with_timeout(delivery.reject(options)).await, "dead")
            }
            Verdict::Requeue => {
                let options = BasicRejectOptions { requeue: true };
                (with_timeout(delivery.reject(options)).await, "returned")
            }
        };
        answer?;
        metrics::counter!(catalogue::BROKER_CONSUMED_TOTAL, "queue" => queue.to_owned(), "outcome" => label)
            .increment(1);
    }
    Ok(())
}

fn to_delivery(delivery: &mut lapin::message::Delivery) -> Delivery {
    let traceparent = delivery
        .properties
        .headers()
        .as_ref()
        .and_then(|headers| headers.inner().get(TRACEPARENT))
        .and_then(|value| match value {
            AMQPValue::LongString(text) => Some(text.to_string()),
            AMQPValue::ShortString(text) => Some(text.to_string()),
            _ => None,
        });
    Delivery {
        body: std::mem::take(&mut delivery.data),
        message_id: delivery
            .properties
            .message_id()
            .as_ref()
            .map(ToString::to_string),
        trace: traceparent
            .as_deref()
            .and_then(TraceContext::parse_traceparent),
        redelivered: delivery.redelivered,
    }
}
