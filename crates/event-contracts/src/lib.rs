//! Versioned contracts of the events that services publish to each other.
//!
//! An event type is `<aggregate>.<fact>.v<n>`; it is also the AMQP routing key. A payload never changes once
//! it is published: a new shape is a new version beside the old one. The snapshots in this crate's tests
//! check that.
//!
//! Type, stream, exchange, owner and subject of an event are one fact: the [`Event`] that its payload implements.
//! [`event_types`] lists them, [`queues::QUEUES`] says who consumes them.

pub mod accounts;
pub mod customers;
mod envelope;
mod event;
pub mod orders;
pub mod queues;
pub mod stock;
mod stream;

#[cfg(test)]
mod tests;

pub use envelope::{Envelope, SPEC_VERSION};
pub use event::{Event, EventType, PublicType};
pub use stream::{Stream, exchange};

/// Every event type, stream by stream.
pub fn event_types() -> impl Iterator<Item = EventType> {
    [
        orders::TYPES,
        stock::TYPES,
        customers::TYPES,
        accounts::TYPES,
    ]
    .into_iter()
    .flatten()
    .copied()
}
