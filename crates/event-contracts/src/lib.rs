//! Versioned contracts of the events that services publish to each other.
//!
//! An event type is `<aggregate>.<fact>.v<n>`; it is also the AMQP routing key. A payload never changes once
//! it is published: a new shape is a new version beside the old one. The snapshots in this crate's tests
//! check that.

pub mod accounts;
pub mod customers;
mod envelope;
pub mod orders;
mod routing;
pub mod stock;

#[cfg(test)]
mod tests;

pub use envelope::{Envelope, SPEC_VERSION};
pub use routing::{exchange_of, has_consumer};
