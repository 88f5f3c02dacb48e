//! RabbitMQ: the only crate that knows it.
//!
//! [`Broker`] keeps one connection alive for ever and declares the [`Topology`] anew after every
//! connect, so that a broker that lost its data gets its queues back. A process starts and works
//! while the broker is down; what is to be published waits in the event log.
//!
//! [`Publisher`] publishes with confirms: a message counts as published only when the broker has
//! stored it in every queue that it was routed to, and when a message that somebody must get was
//! not returned as unroutable. [`Broker::consume`] acknowledges after the handler.
//! [`Broker::subscribe_hints`] receives wake-ups that may be lost.

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
pub use topology::{Topology, dead_letter_queue, exchange};
