//! Event log and transactional outbox in one table.
//!
//! A command ends with [`EventLog::commit`], which appends its events in the transaction of its change. Seqs are dense per (tenant,
//! stream): a counter row is incremented last and stays locked until the commit, so seqs become
//! visible in order, roll back with the change, and a gap is an error. All readers read the log by
//! position: [`read_page`] serves connections, [`follow()`] subscriptions and [`feed`] the gateway;
//! [`relay`] publishes to the broker. [`inbox`] is the receiving side: events of other services are
//! stored once, handled once, retried, parked and replayed.
//!
//! Reading order: `position`, [`Recorded`], [`EventLog`], [`read_page`], [`follow()`], [`feed`], [`relay`],
//! [`inbox`], [`retention`].

pub mod feed;
pub mod inbox;
pub mod relay;
pub mod retention;

mod follow;
mod log;
mod position;
mod read;
mod recorded;
mod store;
mod waker;

pub use follow::{Follow, Followers, follow};
pub use log::EventLog;
pub use position::{EventFilter, EventPage, StoredEvent};
pub use read::{ReadError, head, position_before, read_page};
pub use recorded::Recorded;
pub use retention::trim;
