//! Publishing: messages with publisher confirms, hints without.

use std::collections::HashMap;
use std::time::Duration;

use event_contracts::exchange;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation};
use service::deadlines;
use service::telemetry::catalogue;
use service::trace::TRACEPARENT;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::broker::with_timeout;
use crate::topology::{table, text};
use crate::{Broker, Hint, MessagingError, PublishError};

/// How long a publication waits for a reconnect.
const CONNECTION_WAIT: Duration = Duration::from_secs(1);
const PERSISTENT: u8 = 2;
const TRANSIENT: u8 = 1;

/// A message to publish.
#[derive(Debug, Clone)]
pub struct Message {
    /// Name of the exchange.
    pub exchange: String,
    /// Routing key: the event type.
    pub routing_key: String,
    /// The `CloudEvents` envelope as JSON.
    pub body: Vec<u8>,
    /// Id of the event. Must be unique within one call: returned messages are matched by it.
    pub message_id: String,
    /// W3C trace context for the header of the same name.
    pub traceparent: Option<String>,
    /// Whether an unroutable message is a failure.
    pub mandatory: bool,
}

/// Publishes on its own confirm channel. Calls run one at a time.
#[derive(Debug)]
pub struct Publisher {
    broker: Broker,
    confirmed: Mutex<Option<Channel>>,
    hints: Mutex<Option<Channel>>,
}

impl Publisher {
    /// Creates a publisher on the connection. It opens its channels at first use.
    pub fn new(broker: &Broker) -> Self {
        Self {
            broker: broker.clone(),
            confirmed: Mutex::new(None),
            hints: Mutex::new(None),
        }
    }

    /// Whether the connection is up now.
    pub fn is_connected(&self) -> bool {
        self.broker.is_connected()
    }

    /// Publishes one message and waits for its confirm.
    pub async fn publish(&self, message: Message) -> Result<(), PublishError> {
        self.publish_all(std::slice::from_ref(&message))
            .await
            .pop()
            .unwrap_or(Err(PublishError::Unconfirmed))
    }

    /// Publishes the messages in this order without waiting in between, then waits for all
    /// confirms, at most 5 s. Returns one outcome per message. The caller limits the number of
    /// messages.
    ///
    /// A message without `Ok` may have reached its queues. Publish it again: consumers expect
    /// duplicates.
    pub async fn publish_all(&self, messages: &[Message]) -> Vec<Result<(), PublishError>> {
        let _in_use = self.broker.in_use();
        let mut slot = self.confirmed.lock().await;
        let outcomes = match self.confirm_channel(slot.take()).await {
            Ok(channel) => {
                let batch = publish_batch(&channel, messages).await;
                let broken = batch.iter().any(|o| {
                    matches!(
                        o,
                        Err(PublishError::Unavailable(_) | PublishError::Unconfirmed)
                    )
                });
                if broken {
                    // A late confirm must not be matched with a message of the next batch.
                    drop(channel);
                    self.broker.redeclare();
                } else {
                    *slot = Some(channel);
                }
                if batch
                    .iter()
                    .any(|o| matches!(o, Err(PublishError::Returned { .. })))
                {
                    self.broker.redeclare();
                }
                batch
            }
            Err(error) => {
                let mut first = Some(error);
                messages
                    .iter()
                    .map(|_| Err(first.take().unwrap_or(MessagingError::NotConnected).into()))
                    .collect()
            }
        };
        for outcome in &outcomes {
            let label = outcome
                .as_ref()
                .err()
                .map_or("confirmed", PublishError::label);
            metrics::counter!(catalogue::BROKER_PUBLISHED_TOTAL, "outcome" => label).increment(1);
        }
        outcomes
    }

    /// Sends a hint, which may be lost: it is neither stored nor confirmed. Does nothing while the
    /// broker is unavailable.
    pub async fn publish_hint(&self, hint: &Hint) {
        if !self.broker.is_connected() {
            return;
        }
        let _in_use = self.broker.in_use();
        let mut slot = self.hints.lock().await;
        match self.try_hint(slot.take(), hint).await {
            Ok(channel) => *slot = Some(channel),
            Err(error) => {
                tracing::debug!(error = %service::log::chain(&error), "hint was not sent");
            }
        }
    }

    async fn try_hint(
        &self,
        cached: Option<Channel>,
        hint: &Hint,
    ) -> Result<Channel, MessagingError> {
        let channel = match cached.filter(|channel| channel.status().connected()) {
            Some(channel) => channel,
            None => self.broker.channel(Duration::ZERO).await?,
        };
        let body = serde_json::to_vec(hint).map_err(|e| MessagingError::Broken(Box::new(e)))?;
        let properties = BasicProperties::default().with_delivery_mode(TRANSIENT);
        let sent = channel.basic_publish(
            exchange::HINTS.into(),
            hint.stream.as_str().into(),
            BasicPublishOptions::default(),
            &body,
            properties,
        );
        with_timeout(sent).await?;
        Ok(channel)
    }

    async fn confirm_channel(&self, cached: Option<Channel>) -> Result<Channel, MessagingError> {
        if let Some(channel) = cached.filter(|channel| channel.status().connected()) {
            return Ok(channel);
        }
        let channel = self.broker.channel(CONNECTION_WAIT).await?;
        with_timeout(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(channel)
    }
}

async fn publish_batch(channel: &Channel, messages: &[Message]) -> Vec<Result<(), PublishError>> {
    let deadline = Instant::now() + deadlines::BROKER_CONFIRM;
    let mut confirms = Vec::with_capacity(messages.len());
    let mut broken: Option<MessagingError> = None;
    for message in messages {
        let sent = channel.basic_publish(
            message.exchange.as_str().into(),
            message.routing_key.as_str().into(),
            BasicPublishOptions {
                mandatory: message.mandatory,
                immediate: false,
            },
            &message.body,
            properties_of(message),
        );
        match timeout_at(deadline, sent).await {
            Ok(Ok(confirm)) => confirms.push(confirm),
            Ok(Err(error)) => {
                broken = Some(error.into());
                break;
            }
            Err(_elapsed) => {
                broken = Some(MessagingError::TimedOut);
                break;
            }
        }
    }
    // The broker returns a message before it confirms it, but the library attaches the return to
    // whichever confirm completes next. So returns are collected over the batch and matched by id.
    let mut returned: HashMap<String, String> = HashMap::new();
    let mut outcomes = Vec::with_capacity(messages.len());
    for confirm in confirms {
        outcomes.push(match timeout_at(deadline, confirm).await {
            Ok(Ok(Confirmation::Ack(message))) => {
                record_return(&mut returned, message);
                Ok(())
            }
            Ok(Ok(Confirmation::Nack(message))) => {
                record_return(&mut returned, message);
                Err(PublishError::Nacked)
            }
            Ok(Ok(Confirmation::NotRequested)) => Err(PublishError::Unconfirmed),
            Ok(Err(error)) => Err(PublishError::Unavailable(error.into())),
            Err(_elapsed) => Err(PublishError::Unconfirmed),
        });
    }
    while outcomes.len() < messages.len() {
        let error = broken.take().unwrap_or(MessagingError::NotConnected);
        outcomes.push(Err(PublishError::Unavailable(error)));
    }
    for (outcome, message) in outcomes.iter_mut().zip(messages) {
        if let Some(reason) = returned.remove(&message.message_id)
            && outcome.is_ok()
        {
            *outcome = Err(PublishError::Returned { reason });
        }
    }
    outcomes
}

fn record_return(
    returned: &mut HashMap<String, String>,
    message: Option<lapin::message::BasicReturnMessage>,
) {
    let Some(message) = message else {
        return;
    };
    if let Some(id) = message.properties.message_id() {
        returned.insert(
            id.to_string(),
            format!("{} {}", message.reply_code, message.reply_text),
        );
    }
}

fn properties_of(message: &Message) -> BasicProperties {
    let mut properties = BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/cloudevents+json".into())
        .with_message_id(message.message_id.as_str().into())
        .with_type(message.routing_key.as_str().into());
    if let Some(traceparent) = &message.traceparent {
        properties = properties.with_headers(table([(TRACEPARENT, text(traceparent))]));
    }
    properties
}
