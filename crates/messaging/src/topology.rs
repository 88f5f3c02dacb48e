//! Exchanges and queues. Declaring is idempotent; nothing is ever deleted by us.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, ExchangeKind};

/// Names of the topic exchanges.
pub mod exchange {
    /// Order events.
    pub const ORDERS: &str = "orders";
    /// Product and stock events.
    pub const PRODUCTS: &str = "products";
    /// Customer, session and tenant events.
    pub const CUSTOMERS: &str = "customers";
    /// Requests to notify somebody.
    pub const NOTIFICATIONS: &str = "notifications";
    /// What analytics wants to know.
    pub const ANALYTICS: &str = "analytics";
    /// Internal: wake-ups `{tenant, stream, seq}` that may be lost.
    pub const HINTS: &str = "hints";

    pub(crate) const ALL: [&str; 6] =
        [ORDERS, PRODUCTS, CUSTOMERS, NOTIFICATIONS, ANALYTICS, HINTS];
}

/// Messages that may wait in a consumer's queue. When it is full the broker refuses more, and they
/// wait in the event log of their sender, which is larger. Consumers only copy messages into their
/// inbox, so a queue fills only while a consumer does not run at all.
const QUEUE_MAX_LENGTH: i64 = 500_000;
/// A message that was handed out this often without an answer is put aside. High, because every
/// crash of a consumer counts.
const DELIVERY_LIMIT: i64 = 50;
/// Messages that may lie in a dead-letter queue; the oldest go first.
const DEAD_MAX_LENGTH: i64 = 100_000;

/// What must exist at the broker.
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

/// Name of the queue for what a consumer could not read.
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
            // The dead-letter queue first: its owner must never point into nothing.
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

/// One declaration.
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
