//! Versioned contracts of the events that services publish to each other.
//!
//! An event type is `<aggregate>.<fact>.v<n>`; it is also the AMQP routing key. A payload never changes once
//! it is published: a new shape is a new version beside the old one. The snapshots in this crate's tests
//! check that.
//!
//! Type, stream, exchange, owner and subject of an event are one fact: the [`Event`] that its payload implements.
//! [`events()`] lists them, [`queues::QUEUES`] says who consumes them.

pub mod accounts;
pub mod customers;
mod envelope;
mod event;
mod facts;
pub mod orders;
pub mod queues;
pub mod stock;
mod stream;

#[cfg(test)]
mod tests;

pub use envelope::{Envelope, SPEC_VERSION};
pub use event::{Event, EventType, PublicType};
pub use facts::EventFacts;
pub use stream::{Stream, exchange};

/// Every event type with its documentation, stream by stream.
pub fn events() -> Vec<EventFacts> {
    [
        orders::facts(),
        stock::facts(),
        customers::facts(),
        accounts::facts(),
    ]
    .concat()
}
