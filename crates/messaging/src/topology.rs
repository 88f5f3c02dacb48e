//! Exchanges and queues. Declaring is idempotent and never deletes anything.

use event_contracts::exchange;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, ExchangeKind};

/// Limit of a consumer's queue, in messages. When the queue is full the broker rejects more, and
/// they wait in the event log of their publisher, which is larger. Consumers only copy messages
/// into their inbox, so a queue fills only while no consumer runs.
const QUEUE_MAX_LENGTH: i64 = 500_000;
/// A message that was delivered this many times without an acknowledgement becomes a dead letter.
/// The limit is high because every crash of a consumer counts.
const DELIVERY_LIMIT: i64 = 50;
/// Limit of a dead-letter queue, in messages; on overflow the oldest are dropped.
const DEAD_MAX_LENGTH: i64 = 100_000;

/// Exchanges, queues and bindings that must exist at the broker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topology {
    exchanges: Vec<String>,
    queues: Vec<ConsumerQueue>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ConsumerQueue {
    name: String,
    bindings: Vec<(String, String)>,
}

/// Name of the queue for messages that the consumer of `queue` could not read.
pub fn dead_letter_queue(queue: &str) -> String {
    format!("{queue}.dead")
}

impl Topology {
    /// The platform's exchanges.
    pub fn platform() -> Self {
        Self {
            exchanges: exchange::ALL.map(str::to_owned).to_vec(),
            queues: Vec::new(),
        }
    }

    /// Adds the queue of one consumer, bound to `(exchange, routing key)` pairs, and its dead-letter
    /// queue.
    #[must_use]
    pub fn with_queue<E, K>(
        mut self,
        name: impl Into<String>,
        bindings: impl IntoIterator<Item = (E, K)>,
    ) -> Self
    where
        E: Into<String>,
        K: Into<String>,
    {
        self.queues.push(ConsumerQueue {
            name: name.into(),
            bindings: bindings
                .into_iter()
                .map(|(e, k)| (e.into(), k.into()))
                .collect(),
        });
        self
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for exchange in &other.exchanges {
            if !self.exchanges.contains(exchange) {
                self.exchanges.push(exchange.clone());
            }
        }
        for queue in &other.queues {
            if !self.queues.contains(queue) {
                self.queues.push(queue.clone());
            }
        }
    }

    pub(crate) fn remove_queue(&mut self, name: &str) {
        self.queues.retain(|queue| queue.name != name);
    }

    pub(crate) fn steps(&self) -> Vec<Step<'_>> {
        let mut steps: Vec<Step<'_>> = self
            .exchanges
            .iter()
            .map(|name| Step::Exchange(name))
            .collect();
        for queue in &self.queues {
            // The dead-letter queue first: the queue that refers to it must never lack its target.
            steps.push(Step::DeadLetterQueue(&queue.name));
            steps.push(Step::Queue(&queue.name));
            for (exchange, key) in &queue.bindings {
                steps.push(Step::Binding {
                    queue: &queue.name,
                    exchange,
                    key,
                });
            }
        }
        steps
    }
}

/// One exchange, queue or binding to declare.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Exchange(&'a str),
    DeadLetterQueue(&'a str),
    Queue(&'a str),
    Binding {
        queue: &'a str,
        exchange: &'a str,
        key: &'a str,
    },
}

impl Step<'_> {
    pub(crate) async fn declare(self, channel: &Channel) -> Result<(), lapin::Error> {
        let durable = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        match self {
            Self::Exchange(name) => {
                let options = ExchangeDeclareOptions {
                    durable: true,
                    ..ExchangeDeclareOptions::default()
                };
                channel
                    .exchange_declare(
                        name.into(),
                        ExchangeKind::Topic,
                        options,
                        FieldTable::default(),
                    )
                    .await
            }
            Self::DeadLetterQueue(owner) => {
                let arguments = table([
                    ("x-queue-type", text("quorum")),
                    ("x-max-length", AMQPValue::LongLongInt(DEAD_MAX_LENGTH)),
                ]);
                let name = dead_letter_queue(owner);
                channel
                    .queue_declare(name.into(), durable, arguments)
                    .await
                    .map(drop)
            }
            Self::Queue(name) => {
                let dead = dead_letter_queue(name);
                let arguments = table([
                    ("x-queue-type", text("quorum")),
                    ("x-max-length", AMQPValue::LongLongInt(QUEUE_MAX_LENGTH)),
                    ("x-overflow", text("reject-publish")),
                    ("x-delivery-limit", AMQPValue::LongLongInt(DELIVERY_LIMIT)),
                    ("x-dead-letter-exchange", text("")),
                    ("x-dead-letter-routing-key", text(&dead)),
                    ("x-dead-letter-strategy", text("at-least-once")),
                ]);
                channel
                    .queue_declare(name.into(), durable, arguments)
                    .await
                    .map(drop)
            }
            Self::Binding {
                queue,
                exchange,
                key,
            } => {
                channel
                    .queue_bind(
                        queue.into(),
                        exchange.into(),
                        key.into(),
                        QueueBindOptions::default(),
                        FieldTable::default(),
                    )
                    .await
            }
        }
    }
}

pub(crate) fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}

pub(crate) fn table<const N: usize>(entries: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in entries {
        table.insert(name.into(), value);
    }
    table
}
