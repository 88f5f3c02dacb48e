//! One table is outbox and event log.
//!
//! A command [`append`]s its events in the transaction of its change. Numbers are dense per
//! (tenant, stream): a counter row is incremented last and locked to the commit, so numbers become
//! visible in their order, roll back with the change, and a hole is an error. Everything else reads
//! that log by position: [`read_page`] serves connections, [`follow`] subscriptions, [`feed`] the
//! gateway, [`relay`] publishes to the broker. [`inbox`] is the other side: what comes from other
//! services is stored once, handled once, retried, parked and replayed.
//!
//! Reading order: `position`, [`append`], [`read_page`], [`cursor`], [`follow`], [`feed`], [`relay`],
//! [`inbox`], [`retention`].

pub mod cursor;
pub mod feed;
pub mod inbox;
pub mod relay;
pub mod retention;

mod append;
mod follow;
mod position;
mod read;
mod store;
mod waker;

pub use append::{NewEvent, append};
pub use follow::{Follow, Followers, follow};
pub use position::{EventFilter, EventPage, Position, StoredEvent};
pub use read::{ReadError, head, position_before, read_page};
pub use retention::trim;
pub use waker::Waker;
