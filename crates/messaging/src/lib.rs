//! RabbitMQ adapter. No other crate uses RabbitMQ directly.
//!
//! [`Broker`] keeps one connection, reconnects after every failure and declares the [`Topology`]
//! after every connect, so that a broker that lost its data gets its queues again. A process starts
//! and works while the broker is down; events to be published wait in the event log.
//!
//! [`Publisher`] publishes with publisher confirms: a message counts as published only when the
//! broker has stored it in every queue that it was routed to, and when a mandatory message was not
//! returned as unroutable. [`Broker::consume`] acknowledges after the handler.
//! [`Broker::subscribe_hints`] receives hints, which may be lost.

mod broker;
mod config;
mod consumer;
mod error;
mod hints;
mod publisher;
mod topology;

pub use broker::Broker;
pub use config::BrokerConfig;
pub use consumer::{Delivery, Verdict};
pub use error::{MessagingError, PublishError};
pub use hints::{Hint, HintStream};
pub use publisher::{Message, Publisher};
pub use topology::{Topology, dead_letter_queue};
